//! `hash`.

use clap::Args;
use rawpaste::Digest;
use serde_json::json;

use crate::{
    link::Board,
    path::BoardPath,
    report::{Failure, Result, print, print_json},
};

/// Show the digests of files, as the board computes them
///
/// SHA-256 as sha256sum prints it; a board that cannot compute that says crc32: or adler32: in front.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  rawpaste hash :main.py :lib/a.py")]
pub(crate) struct Hash {
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// The files
    #[arg(required = true, value_name = ":PATH")]
    paths: Vec<BoardPath>,
}

impl Hash {
    /// Shows them.
    pub(crate) fn run(self, board: &mut Board) -> Result<()> {
        let link = board.open()?;
        let mut all = Vec::new();
        for path in &self.paths {
            let doing = format!("digest {path} on {}", link.place());
            let digest = Digest::new(link.path(path)?).map_err(|error| Failure::of(&error.into(), &doing))?;
            let (size, hash) = link.run(digest, &doing)?;
            let kind = format!("{:?}", link.digest_kind()).to_lowercase();
            if self.json {
                all.push(
                    json!({ "path": path.as_str(), "size": size, "kind": kind, "digest": hash.to_string() }),
                );
            } else {
                let kind = if kind == "sha256" { String::new() } else { format!("{kind}:") };
                print(|out| writeln!(out, "{kind}{hash}  {path}"))?;
            }
        }
        if self.json { print_json(&all.into()) } else { Ok(()) }
    }
}
