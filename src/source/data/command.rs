//! Data out of a program that the operator names: run once, without a shell, limited in time and output.

use super::{LARGEST, Outcome};
use crate::source::forge::own_time;
use crate::source::programs::run_limited;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// How long it may take.
const PATIENCE: Duration = Duration::from_secs(120);

pub(super) fn run(words: &[String], folder: &Path) -> Outcome {
    let failed = |reason: String| Outcome::Failed { reason, is_of_host: false };
    let Some([program, arguments @ ..]) = Some(words).filter(|words| !words.is_empty()) else {
        return failed("no program is named".to_string());
    };
    // A program beside the file that names it is meant there, not where the build was begun.
    let named = if program.starts_with('.') { folder.join(program).into_os_string() } else { program.into() };
    let mut command = Command::new(named);
    command.args(arguments).current_dir(folder).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    match run_limited(command, PATIENCE, LARGEST) {
        Ok(written) if written.ok => match serde_json::from_slice(&written.out) {
            Ok(json) => Outcome::New { json, time: own_time(), mark: None },
            Err(error) => failed(format!("`{program}` writes no JSON: {error}")),
        },
        Ok(written) => {
            let complaint = String::from_utf8_lossy(&written.complaint).into_owned();
            let first = complaint.lines().find(|line| !line.trim().is_empty()).unwrap_or("it says nothing");
            failed(format!("`{program}` fails: {}", first.trim()))
        }
        Err(why) => failed(format!("`{program}` {why}")),
    }
}
