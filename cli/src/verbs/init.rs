//! `init`.

use std::{
    fs::File,
    io::{self, Write},
    path::Path,
};

use clap::Args;

use crate::{
    project,
    report::{Failure, Result, tell},
};

/// Write a rawpaste.toml for the project in this folder
///
/// It says once which board is meant, which folder goes there, what stays here, and what follows a sync.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  rawpaste init && rawpaste watch")]
pub(crate) struct Init {}

const TEXT: &str = r##"# What rawpaste's commands take here where they are given nothing. All keys may be left out.

# The board, as after --port; without it the one that is plugged in.
#port = "id:E6614C311B7E6F35"

# What sync and watch send: a folder here, and the one on the board.
tree = [".", ":"]

# What stays here, as in a .gitignore. What git ignores stays here anyway.
ignore = ["/rawpaste.toml", "/README.md", "/.*"]

# What follows a sync that sent something: "reset" (softly, so that main.py runs), "run FILE" (a file here) or "nothing".
after-sync = "reset"
"##;

/// What is sent, and where there is such a folder.
const HERE: &str = r#"tree = [".", ":"]"#;
const SRC: &str = r#"tree = ["src", ":"]"#;

impl Init {
    /// Writes it.
    pub(crate) fn run(self) -> Result<()> {
        // Where there is such a folder, what is beside it is for this machine.
        let src = Path::new("src").is_dir();
        let text = if src { TEXT.replace(HERE, SRC) } else { TEXT.into() };
        let written = File::create_new(project::NAME).and_then(|mut file| file.write_all(text.as_bytes()));
        written.map_err(|error| {
            let exists = error.kind() == io::ErrorKind::AlreadyExists;
            let failure = match exists {
                true => Failure::trouble(format!("there is a {} here", project::NAME)),
                false => Failure::file("write", project::NAME, &error),
            };
            failure.next("edit the one that is here, or move it away")
        })?;
        let sent = if src { "src" } else { "this folder" };
        tell(|out| writeln!(out, "wrote {}; `rawpaste watch` sends {sent} to the board", project::NAME))
    }
}

#[cfg(test)]
mod tests {
    /// What is written is what is read.
    #[test]
    fn it_can_be_read() {
        let uncommented = super::TEXT.replace("#port", "port");
        assert!(super::TEXT.contains(super::HERE));
        for text in [super::TEXT, &uncommented, &super::TEXT.replace(super::HERE, super::SRC)] {
            assert!(crate::project::Project::parse(text, std::path::Path::new("/x")).is_ok());
        }
    }
}
