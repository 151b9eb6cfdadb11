//! Everything that is said to people: progress, findings, the last line. Always on stderr.

use crate::diagnostics::human::{self, Style};
use crate::diagnostics::{Finding, Place, Severity, Stop, count, printable};
use crate::output::Interrupt;
use crate::pipeline::Watcher;
use crate::source::Listener;
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

#[derive(Args)]
pub(crate) struct TalkOptions {
    /// Say nothing but errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    quiet: bool,
    /// Show notes as well as warnings and errors
    #[arg(short, long, global = true)]
    verbose: bool,
    /// Colours
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    color: Color,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Color {
    Auto,
    Always,
    Never,
}

/// Says things at the loudness that was asked for.
pub(crate) struct Talk {
    quiet: bool,
    verbose: bool,
    style: Style,
    color_out: bool,
    is_terminal: bool,
    bar: ProgressBar,
}

/// Findings shown in full; the rest is counted.
const MOST_SHOWN: usize = 100;

impl Talk {
    pub(crate) fn new(options: &TalkOptions) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let colors = |terminal: bool| match options.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => terminal && !no_color,
        };
        let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
        let bar = ProgressBar::no_length();
        let hidden = options.quiet || !terminal;
        bar.set_draw_target(if hidden { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() });
        Talk {
            quiet: options.quiet,
            verbose: options.verbose,
            style: Style { color: colors(terminal), width: columns.unwrap_or(120) },
            is_terminal: terminal,
            color_out: colors(std::io::stdout().is_terminal()),
            bar,
        }
    }

    /// One line, unless quiet.
    pub(crate) fn say(&self, text: &str) {
        if !self.quiet {
            self.bar.suspend(|| write_line(text));
        }
    }

    /// What was asked for by name: said even when quiet.
    pub(crate) fn answer(&self, text: &str) {
        self.bar.suspend(|| write_line(text));
    }

    /// Removes the progress bar.
    pub(crate) fn clear(&self) {
        self.bar.finish_and_clear();
    }

    /// `text` in a colour (an SGR code) where colours are wanted.
    pub(crate) fn paint(&self, text: &str, code: &str) -> String {
        if self.style.color { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_string() }
    }

    /// The same for text that goes to stdout.
    pub(crate) fn paint_out(&self, text: &str, code: &str) -> String {
        if self.color_out { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_string() }
    }

    /// How text on stdout is drawn.
    pub(crate) fn style_out(&self) -> Style {
        Style { color: self.color_out, ..self.style }
    }

    /// The least severity that is worth saying: notes only when verbose, errors only when quiet.
    pub(crate) fn least_severity(&self) -> Severity {
        match (self.quiet, self.verbose) {
            (true, _) => Severity::Error,
            (_, true) => Severity::Info,
            _ => Severity::Warning,
        }
    }

    /// Shows findings like a compiler: errors and warnings, notes only when verbose, errors only when quiet.
    pub(crate) fn findings(&self, findings: &[Finding], source: &dyn Fn(&Place) -> Option<String>) {
        let least = self.least_severity();
        let loud: Vec<&Finding> = findings.iter().filter(|finding| finding.severity() >= least).collect();
        let most = if self.verbose { usize::MAX } else { MOST_SHOWN };
        let path = |place: &Place| place.at(0, 0, 0).display();
        self.bar.suspend(|| {
            for finding in loud.iter().take(most) {
                write_line(&format!("{}\n", human::render(finding, self.style, &path, source)));
            }
            if let Some(more) = loud.len().checked_sub(most).filter(|more| *more > 0) {
                write_line(&format!(
                    "… and {} (`-v` shows all, `build-report.json` holds them)\n",
                    count(more, "more finding")
                ));
            }
        });
    }
}

/// One line on stderr. Whoever closed it does not want to hear it; that ends no build.
pub(crate) fn write_line(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Follows a build: shows its progress, times its stages, ends it when interrupted.
pub(crate) struct Progress<'a> {
    talk: &'a Talk,
    interrupt: &'a Interrupt,
    stages: Mutex<Stages>,
}

#[derive(Default)]
struct Stages {
    current: Option<(&'static str, Instant)>,
    done: Vec<(&'static str, u64)>,
}

impl<'a> Progress<'a> {
    pub(crate) fn new(talk: &'a Talk, interrupt: &'a Interrupt) -> Self {
        Progress { talk, interrupt, stages: Mutex::default() }
    }

    /// Ends the current stage and the bar; milliseconds by stage, in order.
    pub(crate) fn finish(&self) -> Vec<(&'static str, u64)> {
        self.talk.clear();
        let mut stages = self.stages.lock().unwrap_or_else(PoisonError::into_inner);
        stages.close();
        stages.done.clone()
    }

    /// Milliseconds by stage so far, the current one not among them.
    pub(crate) fn timings(&self) -> Vec<(&'static str, u64)> {
        self.stages.lock().unwrap_or_else(PoisonError::into_inner).done.clone()
    }
}

impl Stages {
    fn close(&mut self) {
        if let Some((name, started)) = self.current.take() {
            self.done.push((name, started.elapsed().as_millis() as u64));
        }
    }
}

impl Watcher for Progress<'_> {
    fn stage(&self, name: &'static str, total: Option<usize>) -> Result<(), Stop> {
        self.interrupt.check()?;
        let mut stages = self.stages.lock().unwrap_or_else(PoisonError::into_inner);
        stages.close();
        stages.current = Some((name, Instant::now()));
        let bar = &self.talk.bar;
        bar.reset();
        let template = if total.is_some() { "{msg:10} {bar:40} {pos}/{len}" } else { "{msg:10} {spinner}" };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        match total {
            Some(total) => bar.set_length(total as u64),
            None => bar.unset_length(),
        }
        bar.set_message(name);
        bar.tick();
        Ok(())
    }

    fn advance(&self, steps: usize) {
        self.talk.bar.inc(steps as u64);
    }
}

impl Listener for Progress<'_> {
    fn expects(&self, repositories: usize) {
        let bar = &self.talk.bar;
        if let Ok(style) = ProgressStyle::with_template("{prefix:10} {bar:40} {pos}/{len} {msg}") {
            bar.set_style(style);
        }
        bar.set_prefix("sources");
        bar.set_length(bar.length().unwrap_or_default() + repositories as u64);
    }

    fn looked_at(&self, event: Option<String>) {
        self.talk.bar.inc(1);
        match event {
            Some(event) if self.talk.is_terminal => self.talk.bar.set_message(printable(&event)),
            Some(event) => self.talk.say(&printable(&event)),
            None => {}
        }
    }
}

/// Timings as a table, for `--timings`.
pub(crate) fn timings_table(timings: &[(&'static str, u64)]) -> String {
    let total: u64 = timings.iter().map(|(_, ms)| ms).sum();
    let rows = timings.iter().map(|(name, ms)| format!("{name:<10} {ms:>8} ms\n")).collect::<String>();
    format!("{rows}{:<10} {total:>8} ms", "total")
}

/// Timings for the report.
pub(crate) fn timings_map(timings: &[(&'static str, u64)]) -> BTreeMap<&'static str, u64> {
    timings.iter().copied().collect()
}
