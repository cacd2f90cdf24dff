//! `info`.

use clap::Args;
use rawpaste::Space;
use serde_json::json;

use crate::{
    link::Board,
    report::{Failure, Result, Visible, print, print_json},
};

/// Show what the board is and what it can do
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  rawpaste info\n  rawpaste info --json")]
pub(crate) struct Info {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Info {
    /// Shows it.
    pub(crate) fn run(self, board: &mut Board) -> Result<()> {
        let link = board.open()?;
        let about = link.run(rawpaste::Info::new(), &format!("ask {}", link.place()))?;
        let doing = format!("ask {} for its room", link.place());
        let room = Space::new("").map_err(|error| Failure::of(&error.into(), &doing))?;
        let room = link.run_if_it_can(room, &doing)?;
        if self.json {
            return print_json(&json!({
                "firmware": about.name,
                "version": about.version,
                "machine": about.machine,
                "platform": about.platform,
                "unique_id": about.unique_id,
                "free_memory": about.free,
                "digest": format!("{:?}", about.digest).to_lowercase(),
                "deflate": about.deflate,
                "files": about.files,
                "room": room.map(|room| json!({ "free": room.free, "total": room.total })),
            }));
        }
        let yes = |can| if can { "yes" } else { "no" };
        let mut lines = vec![
            ("firmware", format!("{} {}", about.name, about.version)),
            ("machine", about.machine),
            ("platform", about.platform),
            ("unique id", about.unique_id),
            ("free memory", format!("{} bytes", about.free)),
            ("digest", format!("{:?}", about.digest)),
            ("deflate", yes(about.deflate).into()),
            ("files", yes(about.files).into()),
        ];
        if let Some(room) = room {
            lines.push(("room", format!("{} of {} bytes free", room.free, room.total)));
        }
        lines.retain(|(_, value)| !value.is_empty());
        print(|out| lines.iter().try_for_each(|(name, value)| writeln!(out, "{name:12} {}", Visible(value))))
    }
}
