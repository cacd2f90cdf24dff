//! `rtc`.

use clap::Args;
use jiff::{Timestamp, tz::TimeZone};
use rawpaste::{Clock, DateTime};
use serde_json::json;

use crate::{
    link::Board,
    report::{Failure, Result, print, print_json},
};

/// Show the board's clock, or set it to the local time of this machine
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  rawpaste rtc\n  rawpaste rtc --set")]
pub(crate) struct Rtc {
    /// Set it to the local time of this machine
    #[arg(short, long)]
    set: bool,
    /// Set it to the universal time of this machine
    #[arg(long, conflicts_with = "set")]
    utc: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Rtc {
    /// Shows or sets it.
    pub(crate) fn run(self, board: &mut Board) -> Result<()> {
        let link = board.open()?;
        let (clock, doing) = if self.set || self.utc {
            (None, format!("set the clock of {}", link.place()))
        } else {
            (Some(Clock::new()), format!("read the clock of {}", link.place()))
        };
        let clock = match clock {
            Some(clock) => clock,
            // The first script of a connection takes longest.
            None => {
                link.run(rawpaste::Info::new(), &doing)?;
                Clock::set(now(self.utc)?)
            }
        };
        let time = link.run(clock, &doing)?;
        let DateTime { year, month, day, weekday, hour, minute, second } = time;
        let shown = format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}");
        if self.json {
            return print_json(&json!({ "datetime": shown.replace(' ', "T"), "weekday": weekday }));
        }
        print(|out| writeln!(out, "{shown}"))
    }
}

/// What a clock shows now.
fn now(utc: bool) -> Result<DateTime> {
    let zone = if utc { TimeZone::UTC } else { TimeZone::system() };
    let now = Timestamp::now().to_zoned_datetime(zone);
    let fits = |part: i8| u8::try_from(part).ok();
    let time = || {
        Some(DateTime {
            year: u16::try_from(now.year()).ok()?,
            month: fits(now.month())?,
            day: fits(now.day())?,
            weekday: fits(now.weekday().to_monday_zero_offset())?,
            hour: fits(now.hour())?,
            minute: fits(now.minute())?,
            second: fits(now.second())?,
        })
    };
    time().ok_or_else(|| Failure::trouble("this machine's clock is out of all bounds").next("set it first"))
}
