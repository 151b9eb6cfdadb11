//! `callboard check`

use super::portal::PortalOption;
use super::scope::{Scope, Sources, shown_path, stable_path};
use super::talk::Progress;
use super::{Talk, fix, print};
use crate::diagnostics::baseline::{Baseline, Split};
use crate::diagnostics::format::{Context, Format, render};
use crate::diagnostics::{Finding, Place, Severity, Stop, StopKind, count};
use crate::output::Interrupt;
use crate::pipeline::{self, Gathered};
use crate::source::Outside;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use std::path::{Path, PathBuf};

/// Check descriptors, refs and docs, without building anything.
///
/// Reads repositories as they lie on disk. In a single repository, refs to what is elsewhere are checked against a
/// published portal (`--portal`); without one they are counted only. Exits with 3 where `--deny` meets a finding.
#[derive(Args)]
#[command(after_help = "\
Examples:
  callboard check                                 This repository, or this folder of repositories
  callboard check --portal https://portal.example.com
  callboard check --fix                           Mend what is safe to mend, then check
  callboard check repos --format sarif > callboard.sarif
  callboard check --baseline known.txt --update-baseline   Accept what there is; later runs tell new findings only
  callboard explain dangling-ref                  What a rule means")]
pub(crate) struct Check {
    /// Repositories, folders of repositories, descriptors, or a portal's folder [default: .]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    portal: PortalOption,
    /// How findings are written, on stdout
    #[arg(long, value_parser = formats(), default_value = Format::Human.name(), value_name = "FORMAT")]
    format: Format,
    /// Findings that make the exit code 3
    #[arg(long, value_enum, default_value_t = Deny::Errors, value_name = "WHAT")]
    deny: Deny,
    /// Mend what is safe to mend: misspelt names, missing quotes
    #[arg(long)]
    fix: bool,
    /// A file of known findings, which are not told again
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Write the baseline anew, with everything there is now
    #[arg(long, requires = "baseline")]
    update_baseline: bool,
    #[command(flatten)]
    sources: Sources,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Deny {
    /// Any error or warning
    Warnings,
    /// Any error
    Errors,
    /// None
    Nothing,
}

/// The formats as words of the command line.
fn formats() -> impl TypedValueParser<Value = Format> {
    let word = |format: Format| PossibleValue::new(format.name()).help(format.about());
    let named = |name: String| Format::ALL.into_iter().find(|format| format.name() == name).unwrap_or(Format::Human);
    PossibleValuesParser::new(Format::ALL.map(word)).map(named)
}

/// How often `--fix` looks again.
const MOST_ROUNDS: usize = 5;

pub(crate) fn run(command: &Check, talk: &Talk, interrupt: &Interrupt) -> Result<(), Stop> {
    let scope = command.sources.scope(&command.paths, talk)?;
    let progress = Progress::new(talk, interrupt);
    let (mut gathered, mut findings) = look(command, &scope, &progress)?;
    if command.fix {
        // A fault may hide another one, until it is mended.
        let mut mended = 0;
        for _ in 0..MOST_ROUNDS {
            let now = fix::apply(&findings, &gathered.snapshot)?;
            if now == 0 {
                break;
            }
            mended += now;
            (gathered, findings) = look(command, &scope, &progress)?;
        }
        talk.clear();
        talk.say(&format!("Mended {}", count(mended, "finding")));
    }
    talk.clear();
    let stable = |place: &Place| stable_path(&gathered.snapshot, place);
    let known = match &command.baseline {
        Some(path) if command.update_baseline => {
            write(path, &Baseline::of(&findings, &stable))?;
            talk.say(&format!("Wrote {} to `{}`", count(findings.len(), "finding"), path.display()));
            return Ok(());
        }
        Some(path) => {
            let Split { new, known, gone } = read_baseline(path)?.split(findings, &stable);
            findings = new;
            if gone > 0 {
                let are = if gone == 1 { "is" } else { "are" };
                talk.say(&format!(
                    "{} of the baseline {are} gone; write it anew with `--update-baseline`",
                    count(gone, "finding")
                ));
            }
            known.len()
        }
        None => 0,
    };
    let shown: Vec<Finding> =
        findings.iter().filter(|finding| finding.severity() >= talk.least_severity()).cloned().collect();
    let source = super::options::cached_source(&scope.loaded, &gathered.snapshot);
    let text = render(
        command.format,
        &shown,
        &Context {
            path: &|place| shown_path(&scope.loaded, &gathered.snapshot, place),
            source: &source,
            rule_url: &|_| String::new(),
            style: talk.style_out(),
        },
    );
    print(&text)?;
    let number = |severity| findings.iter().filter(|finding| finding.severity() == severity).count();
    let (errors, warnings) = (number(Severity::Error), number(Severity::Warning));
    talk.say(&summary(&gathered, errors, warnings, number(Severity::Info), known));
    if gathered.catalog.is_empty() && errors == 0 {
        talk.say("There is no descriptor here; `callboard init` writes a first one from what a repository shows");
    }
    let denied = match command.deny {
        Deny::Warnings => errors + warnings,
        Deny::Errors => errors,
        Deny::Nothing => 0,
    };
    if denied > 0 { Err(Stop::new(StopKind::Denied, "")) } else { Ok(()) }
}

/// Everything there is to find, settled and sorted.
fn look(command: &Check, scope: &Scope, progress: &Progress<'_>) -> Result<(Gathered, Vec<Finding>), Stop> {
    let portal = command.portal.get();
    command.sources.with_input(scope, portal.as_ref(), Outside::Nowhere, progress, |input| {
        let gathered = pipeline::gather(input)?;
        let mut findings = gathered.findings.clone();
        findings.extend(pipeline::check_docs(input, &gathered)?);
        scope.loaded.config.settle(&mut findings);
        Ok((gathered, findings))
    })
}

/// `Checked 12 entities of 3 repositories: 1 error, 2 warnings`
fn summary(gathered: &Gathered, errors: usize, warnings: usize, infos: usize, known: usize) -> String {
    let what = format!(
        "Checked {} of {}",
        count(gathered.catalog.len(), "entity"),
        count(gathered.snapshot.repos.len(), "repository")
    );
    let counts = [(errors, "error"), (warnings, "warning"), (infos, "note"), (known, "known finding")];
    let told: Vec<String> =
        counts.into_iter().filter(|(number, _)| *number > 0).map(|(number, word)| count(number, word)).collect();
    if told.is_empty() { format!("{what}: nothing to say") } else { format!("{what}: {}", told.join(", ")) }
}

fn read_baseline(path: &Path) -> Result<Baseline, Stop> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        Stop::usage(format!("the baseline `{}` cannot be read", path.display()))
            .cause(error)
            .hint("Write a first one with `--update-baseline`.")
    })?;
    Baseline::parse(&text)
        .map_err(|fault| Stop::usage(format!("the baseline `{}` cannot be used", path.display())).cause(fault))
}

fn write(path: &Path, text: &str) -> Result<(), Stop> {
    std::fs::write(path, text)
        .map_err(|error| Stop::environment(format!("`{}` cannot be written", path.display())).cause(error))
}
