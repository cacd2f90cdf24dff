//! `man`.

use std::path::PathBuf;

use clap::Args;
use clap_mangen::Man as Page;

use crate::{
    args,
    report::{Failure, Result, print},
};

/// Print the manual page, or write one for each command into a folder
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  rawpaste man | man -l -\n  rawpaste man ~/.local/share/man/man1 && man rawpaste-put"
)]
pub(crate) struct Man {
    /// The folder, which must be there
    dir: Option<PathBuf>,
}

impl Man {
    /// Prints or writes it.
    pub(crate) fn run(self) -> Result<()> {
        let command = args::command();
        if let Some(dir) = self.dir {
            return clap_mangen::generate_to(command, &dir)
                .map_err(|error| Failure::file("write the manual into", &dir.to_string_lossy(), &error));
        }
        let mut page = Vec::new();
        let rendered = Page::new(command).render(&mut page);
        rendered.map_err(|error| Failure::trouble(format!("cannot make the manual page: {error}")))?;
        print(|out| out.write_all(&page))
    }
}
