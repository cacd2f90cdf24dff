use core::ops::ControlFlow;

#[cfg(feature = "testing")]
use crate::testing::{Machine, Raised, arguments};
use crate::{
    Argument, Board, Error, Helper, Operation, Refused, Reply, Script, Stdin, Value, answer::Answer,
};

/// Sets the clock, if it is given what to, and prints it. Weekdays count from 0, on the stm32 port from 1 (MicroPython's
/// documentation of `pyb.RTC`).
pub(super) static CLOCK: Helper = Helper {
    name: "k",
    source: concat!(
        " def k(*t):\n",
        "  import machine,sys\n",
        "  r=machine.RTC()\n",
        "  if t:r.datetime(t[:3]+(t[3]+(sys.platform=='pyboard'),)+t[4:]+(0,))\n",
        "  print(r.datetime()[:7])\n",
    ),
    requires: &[],
    #[cfg(feature = "testing")]
    twin,
};

/// Reads the board's clock (`machine.RTC`), or sets it and reads it.
#[derive(Debug)]
pub struct Clock {
    set: Option<DateTime>,
    answer: Answer,
}

/// A date and a time of day, of no time zone in particular.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateTime {
    /// The year, 2000 to 2099 on every board.
    pub year: u16,
    /// The month, 1 to 12.
    pub month: u8,
    /// The day of the month, from 1.
    pub day: u8,
    /// The day of the week, from 0 for Monday.
    pub weekday: u8,
    /// The hour, 0 to 23.
    pub hour: u8,
    /// The minute, 0 to 59.
    pub minute: u8,
    /// The second, 0 to 59.
    pub second: u8,
}

impl Clock {
    /// Returns the operation that reads it.
    pub const fn new() -> Self {
        Self { set: None, answer: Answer::new(256) }
    }

    /// Returns the operation that sets it, and then reads it. What no clock can show, the board refuses or wraps.
    pub const fn set(time: DateTime) -> Self {
        Self { set: Some(time), answer: Answer::new(256) }
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::new()
    }
}

impl Operation for Clock {
    type Output = DateTime;

    fn script(&mut self, _board: &Board, script: &mut Script) -> Result<(), Error> {
        self.answer.clear();
        match self.set {
            None => script.call(&CLOCK, &[]),
            Some(DateTime { year, month, day, weekday, hour, minute, second }) => {
                let few = [month, day, weekday, hour, minute, second].map(|part| Argument::Int(part.into()));
                let [month, day, weekday, hour, minute, second] = few;
                script.call(&CLOCK, &[Argument::Int(year.into()), month, day, weekday, hour, minute, second]);
            }
        }
        Ok(())
    }

    fn output(&mut self, bytes: &[u8], _stdin: &mut Stdin) -> Result<(), Error> {
        self.answer.add(bytes)
    }

    fn reply(&mut self, reply: Reply) -> Result<ControlFlow<DateTime>, Error> {
        reply.finished().map_err(explain)?;
        let values: [Value; 7] = self.answer.values()?;
        let part = |at: usize| values[at].as_u64().ok_or_else(|| self.answer.senseless());
        let small = |at: usize| part(at)?.try_into().map_err(|_| self.answer.senseless());
        Ok(ControlFlow::Break(DateTime {
            year: part(0)?.try_into().map_err(|_| self.answer.senseless())?,
            month: small(1)?,
            day: small(2)?,
            weekday: small(3)?,
            hour: small(4)?,
            minute: small(5)?,
            second: small(6)?,
        }))
    }
}

fn explain(error: Error) -> Error {
    let Error::Exception(exception) = &error else { return error };
    if !matches!(&*exception.kind, "AttributeError" | "ImportError") {
        return error;
    }
    Refused::Unsupported {
        lacks: "a firmware without machine.RTC",
        instead: "run code of your own that keeps the time, or use a firmware that has it",
    }
    .into()
}

/// The simulated clock stands still.
#[cfg(feature = "testing")]
fn twin(machine: &mut Machine, given: &[Value]) -> Result<(), Raised> {
    if !given.is_empty() {
        for at in 0..7 {
            machine.clock[at] = arguments::int(given, at)?;
        }
    }
    let [year, month, day, weekday, hour, minute, second] = machine.clock;
    machine.print(&alloc::format!("({year}, {month}, {day}, {weekday}, {hour}, {minute}, {second})\n"));
    Ok(())
}
