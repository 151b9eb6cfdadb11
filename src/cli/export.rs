//! `callboard export`

use super::scope::Sources;
use super::talk::Progress;
use super::{Talk, print};
use crate::api;
use crate::diagnostics::{Severity, Stop, count};
use crate::output::Interrupt;
use clap::Args;
use std::path::PathBuf;

/// Print the accepted entities as JSON lines.
///
/// With their relations, as Backstage's catalog API gives them.
#[derive(Args)]
#[command(after_help = "\
Examples:
  callboard export repos | jq -r 'select(.kind == \"API\") | .metadata.name'
  callboard export . --compat backstage    What stock Backstage would store")]
pub(crate) struct Export {
    /// Repositories, folders of repositories, descriptors, or a portal's folder [default: .]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    sources: Sources,
}

pub(crate) fn run(command: &Export, talk: &Talk, interrupt: &Interrupt) -> Result<(), Stop> {
    let scope = command.sources.scope(&command.paths, talk)?;
    let progress = Progress::new(talk, interrupt);
    let gathered = command.sources.gather(&scope, None, &progress)?;
    talk.clear();
    let mut text = String::new();
    for id in gathered.catalog.ids() {
        text.push_str(&api::entity(&gathered.catalog, &gathered.snapshot, &gathered.graph, id).to_string());
        text.push('\n');
        if text.len() > 1 << 20 {
            print(&text)?;
            text.clear();
        }
    }
    print(&text)?;
    let errors = gathered.findings.iter().filter(|finding| finding.severity() == Severity::Error).count();
    if errors > 0 {
        talk.say(&format!("{} left something out; `callboard check` shows them", count(errors, "error")));
    }
    Ok(())
}
