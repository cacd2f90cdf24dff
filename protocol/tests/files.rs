//! Files there and back on the simulated board.
use rawpaste::testing::*;
use rawpaste::*;

#[test]
fn first() {
    let data: Vec<u8> = (0..10_240u32).map(|n| (n.wrapping_mul(2654435761) >> 13) as u8).collect();
    let mut bench = Bench::new(Firmware::default(), LinkShape::uart());
    let mut session = Session::default();
    let manner = Manner::default();
    let driven = drive(&mut session, &mut bench, Put::new(&data[..], "a").unwrap(), &manner);
    println!("{driven:?} {:?} {:?}", bench.now, bench.device.statistics());
    driven.result.unwrap().unwrap();
    assert_eq!(bench.device.disk().get("a").unwrap(), data);
    let (up, now) = (bench.wire.sent(), bench.now);
    let driven = drive(&mut session, &mut bench, Put::new(&data[..], "b").unwrap(), &manner);
    println!("{driven:?} {:?} {}", bench.now, bench.wire.sent() - up);
    let time = bench.now.saturating_duration_since(now).as_secs_f64();
    println!("{} of the wire", (bench.wire.sent() - up) as f64 / 11520.0 / time);
    println!("{} of the wire", 10240.0 / 11520.0 / time);
    let mut back = Vec::new();
    let driven = drive(&mut session, &mut bench, Get::new("a", &mut back).unwrap(), &manner);
    println!("{driven:?}");
    assert_eq!(back, data);
    let driven = drive(&mut session, &mut bench, List::new("").unwrap(), &manner);
    println!("{driven:?}");
    let driven = drive(&mut session, &mut bench, Leave::default(), &manner);
    println!("{driven:?}");
}
