//! `callboard completions`

use clap::{Args, Command};
use clap_complete::Shell;

/// Print a completion script for a shell.
#[derive(Args)]
#[command(after_help = "\
Examples:
  callboard completions bash > ~/.local/share/bash-completion/completions/callboard
  callboard completions fish > ~/.config/fish/completions/callboard.fish")]
pub(crate) struct Completions {
    #[arg(value_enum)]
    shell: Shell,
}

pub(crate) fn run(completions: &Completions, command: &mut Command) {
    clap_complete::generate(completions.shell, command, "callboard", &mut std::io::stdout());
}
