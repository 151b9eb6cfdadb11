//! `callboard init`

use super::{Talk, print};
use crate::diagnostics::{Stop, printable};
use crate::draft::{self, Given};
use crate::source;
use clap::Args;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// Write a first catalog-info.yaml from what a repository shows.
///
/// Name, description, languages, owner, docs and API definitions are taken from the files and from git. Comments in the
/// descriptor say what to check.
#[derive(Args)]
#[command(after_help = "\
Examples:
  callboard init                    Write `catalog-info.yaml` for the repository in this folder
  callboard init services/orders    For one folder of it
  callboard init --stdout           Only show what would be written")]
pub(crate) struct Init {
    /// The folder to describe
    #[arg(default_value = ".", value_name = "DIR")]
    dir: PathBuf,
    /// Print the descriptor instead of writing it
    #[arg(long)]
    stdout: bool,
    /// Write over a descriptor that is there
    #[arg(long, conflicts_with = "stdout")]
    force: bool,
}

const NAMES: [&str; 2] = ["catalog-info.yaml", "catalog-info.yml"];

pub(crate) fn run(command: &Init, talk: &Talk) -> Result<(), Stop> {
    let dir = &command.dir;
    if !dir.is_dir() {
        let what = if dir.exists() { "is not a folder" } else { "does not exist" };
        return Err(Stop::usage(format!("`{}` {what}", dir.display())));
    }
    let existing = NAMES.iter().map(|name| dir.join(name)).find(|path| path.exists());
    if let Some(path) = existing.as_ref().filter(|_| !command.stdout && !command.force) {
        return Err(in_the_way(path));
    }
    let local = source::local(dir)
        .map_err(|cause| Stop::environment(format!("`{}` cannot be read", dir.display())).cause(cause))?;
    let facts = draft::survey(&Given {
        repo: &local.repo,
        folder: &local.folder,
        folder_name: &local.name,
        remote: local.remote.as_ref(),
        tags: Some(&local.tags),
    });
    let text = draft::write(&facts);
    for note in draft::notes(&facts) {
        talk.say(&printable(&note));
    }
    if command.stdout {
        return print(&text);
    }
    let path = existing.unwrap_or_else(|| dir.join(NAMES[0]));
    write(&path, &text, command.force)?;
    let open = if facts.owner.is_some() { "" } else { "name the owner, " };
    talk.say(&format!("Wrote `{}`. Now {open}read the comments in it, then run `callboard check`", path.display()));
    Ok(())
}

fn in_the_way(path: &Path) -> Stop {
    Stop::usage(format!("there is `{}` already", path.display()))
        .hint("`--stdout` prints the draft instead, `--force` writes over the file.")
}

/// Without `force` a file that has turned up meanwhile is left alone.
fn write(path: &Path, text: &str, force: bool) -> Result<(), Stop> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).create_new(!force);
    options.open(path).and_then(|mut file| file.write_all(text.as_bytes())).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => in_the_way(path),
        _ => Stop::environment(format!("`{}` cannot be written", path.display())).cause(error),
    })
}
