//! `df`.

use clap::Args;
use rawpaste::{Mount, Mounts};
use serde_json::json;

use crate::{
    link::Board,
    report::{Result, Visible, print, print_json},
};

/// Show the board's file systems, and how much room they have
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  rawpaste df\n  rawpaste df --json")]
pub(crate) struct Df {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Df {
    /// Shows them.
    pub(crate) fn run(self, board: &mut Board) -> Result<()> {
        let link = board.open()?;
        let mounts = link.run(Mounts::new(), &format!("ask {} for its file systems", link.place()))?;
        if self.json {
            return print_json(&mounts.iter().map(of_mount).collect());
        }
        print(|out| {
            writeln!(
                out,
                "{:<12} {:>13} {:>13} {:>13} {:>4}  mounted on",
                "filesystem", "size", "used", "avail", "use%"
            )?;
            for Mount { kind, path, room, .. } in &mounts {
                let used = room.total.saturating_sub(room.free);
                let share = used.saturating_mul(100).checked_div(room.total).unwrap_or_default();
                let kind = if kind.is_empty() { "<unknown>" } else { kind };
                let (kind, path) = (Visible(kind).to_string(), Visible(path));
                writeln!(
                    out,
                    "{kind:<12} {:>13} {used:>13} {:>13} {share:>4}  {path}",
                    room.total, room.free
                )?;
            }
            Ok(())
        })
    }
}

fn of_mount(mount: &Mount) -> serde_json::Value {
    let Mount { kind, path, room, .. } = mount;
    json!({ "kind": kind, "path": path, "block": room.block, "total": room.total, "free": room.free })
}
