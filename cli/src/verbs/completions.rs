//! `completions`.

use clap::Args;
use clap_complete::Shell;

use crate::{
    args,
    report::{Result, print},
};

/// Print a script that lets a shell complete rawpaste's commands
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  rawpaste completions bash > ~/.local/share/bash-completion/completions/rawpaste\n  \
                  rawpaste completions zsh > ~/.zfunc/_rawpaste\n  \
                  rawpaste completions fish > ~/.config/fish/completions/rawpaste.fish\n  \
                  rawpaste completions powershell >> $PROFILE"
)]
pub(crate) struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    /// Prints it.
    pub(crate) fn run(self) -> Result<()> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut args::command(), "rawpaste", &mut script);
        print(|out| out.write_all(&script))
    }
}
