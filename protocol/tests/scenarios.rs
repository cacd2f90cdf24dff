//! Every scenario on the simulated board, on links of several kinds and in pieces of several sizes.

use std::time::Duration;

use rawpaste::testing::{
    Bench, LinkShape, Manner, Scenario,
    Transport::{self, Bare, Unix, Windows},
    drive, outcome, scenarios,
};
use rstest::rstest;

#[rstest]
fn every_scenario_at_once(#[values(Bare, Windows, Unix)] transport: Transport) {
    tell_all(transport, LinkShape::default(), &[], &[]);
}

#[rstest]
fn every_scenario_over_a_uart(#[values(Bare, Windows, Unix)] transport: Transport) {
    tell_all(transport, LinkShape::uart(), &[], &[]);
}

#[rstest]
fn every_scenario_byte_by_byte(#[values(Bare, Windows, Unix)] transport: Transport) {
    tell_all(transport, LinkShape { rate: None, delay: Duration::from_millis(3) }, &[1], &[1]);
}

fn tell_all(transport: Transport, shape: LinkShape, reads: &[usize], writes: &[usize]) {
    for scenario in scenarios() {
        tell(transport, &scenario, shape, reads, writes);
    }
}

fn tell(transport: Transport, scenario: &Scenario, shape: LinkShape, reads: &[usize], writes: &[usize]) {
    let mut bench = Bench::new(scenario.firmware.clone(), shape);
    for program in &scenario.programs {
        bench.device.register(program.clone());
    }
    let mut session = transport.session();
    for (at, task) in scenario.tasks.iter().enumerate() {
        let manner = Manner {
            reads: reads.into(),
            writes: writes.into(),
            typed: task.typed.clone(),
            ..Manner::default()
        };
        let operation = (task.operation)().expect("an operation");
        let driven = drive(&mut session, &mut bench, operation, &manner);
        let told = outcome(driven.result.expect("not cancelled"));
        assert_eq!(told, task.expected, "{}, task {at}", scenario.name);
    }
}
