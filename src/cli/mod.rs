//! The command line: one file per command. Data goes to stdout, talk to stderr.
#![expect(clippy::disallowed_methods, reason = "this room reads the environment and times what it does")]

mod build;
mod bundle;
mod check;
mod columns;
mod completions;
mod deny;
mod explain;
mod export;
mod fix;
mod guard;
mod impact;
mod init;
mod list;
mod lock;
mod new;
mod options;
mod plugin;
mod portal;
mod schema;
mod scope;
mod search;
mod serve;
mod sources;
mod sync;
mod talk;
mod template;

use crate::diagnostics::{Stop, StopKind, printable};
use crate::output::Interrupt;
use clap::{CommandFactory, Parser, Subcommand};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use std::io::Write;
use std::process::ExitCode;

pub(crate) use options::Options;
pub(crate) use portal::Portal;
pub(crate) use talk::Talk;

/// The developer portal that is built, not run.
///
/// callboard reads what Backstage reads (catalog-info.yaml, app-config.yaml, mkdocs.yml, templates) and writes a static,
/// searchable portal that works on any host and from disk.
#[derive(Parser)]
#[command(
    name = "callboard",
    version,
    propagate_version = true,
    max_term_width = 100,
    after_help = "\
Examples:
  callboard serve                      Build the portal of this folder and serve it on this machine
  callboard build repos --out public   Write the portal of all repositories below `repos`
  callboard check                      Check this repository, or this folder of repositories
  callboard search \"refund webhook\"    Search the portal in `public` from the terminal

Exit codes:
  0 done · 1 nothing published: disk, network, permissions · 2 the command line or the configuration cannot be used
  3 `--deny` met a finding · 4 much of the published portal would be lost · 6 another build holds the output
  130, 143 interrupted"
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    talk: talk::TalkOptions,
}

#[derive(Subcommand)]
enum Command {
    Build(build::Build),
    Serve(serve::Serve),
    Sync(sync::Sync),
    Sources(sources::Sources),
    Check(check::Check),
    Explain(explain::Explain),
    List(list::List),
    Export(export::Export),
    Bundle(bundle::Bundle),
    Impact(impact::Impact),
    Search(search::Search),
    Init(init::Init),
    New(Box<new::New>),
    Template(template::Template),
    Plugin(plugin::Plugin),
    Schema(schema::Schema),
    Completions(completions::Completions),
}

/// Parses the command line, runs the command and says how it ended.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let talk = Talk::new(&arguments.talk);
    let result = watch_signals().and_then(|interrupt| match arguments.command {
        Command::Build(command) => build::run(&command, &talk, &interrupt),
        Command::Serve(command) => serve::run(&command, &talk, &interrupt),
        Command::Sync(command) => sync::run(&command, &talk, &interrupt),
        Command::Sources(command) => sources::run(&command, &talk, &interrupt),
        Command::Check(command) => check::run(&command, &talk, &interrupt),
        Command::Explain(command) => explain::run(&command, &talk),
        Command::List(command) => list::run(&command, &talk, &interrupt),
        Command::Export(command) => export::run(&command, &talk, &interrupt),
        Command::Bundle(command) => bundle::run(&command, &talk, &interrupt),
        Command::Impact(command) => impact::run(&command, &talk, &interrupt),
        Command::Search(command) => search::run(&command, &talk),
        Command::Init(command) => init::run(&command, &talk),
        Command::New(command) => new::run(&command, &talk, &interrupt),
        Command::Template(command) => template::run(&command, &talk, &interrupt),
        Command::Plugin(command) => plugin::run(&command, &talk, &interrupt),
        Command::Schema(command) => schema::run(&command, &talk),
        Command::Completions(command) => {
            completions::run(&command, &mut Arguments::command());
            Ok(())
        }
    });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(stop) => {
            report(&stop, &talk);
            ExitCode::from(stop.exit_code())
        }
    }
}

/// Data, on stdout. Whoever closes it early has had enough.
pub(crate) fn print(text: &str) -> Result<(), Stop> {
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Stop::environment("the output cannot be written").cause(error))
        }
        _ => Ok(()),
    }
}

/// Says why the run ended, unless everything is said.
fn report(stop: &Stop, talk: &Talk) {
    talk.clear();
    if stop.message.is_empty() {
        return;
    }
    if matches!(stop.kind, StopKind::Interrupted | StopKind::Terminated) {
        talk.say("Interrupted; nothing was published");
        return;
    }
    let mut text = format!("{}: {}", talk.paint("error", "1;31"), printable(&stop.message));
    if let Some(cause) = &stop.cause {
        text.push_str(&format!("\n  because: {}", printable(cause).replace('\n', "\n  ")));
    }
    for hint in &stop.hints {
        text.push_str(&format!("\n  {}: {}", talk.paint("help", "1;36"), printable(hint)));
    }
    talk::write_line(&text);
}

/// Turns SIGINT, SIGTERM and SIGHUP into an interrupt that every stage asks for. A second signal ends the process at once.
fn watch_signals() -> Result<Interrupt, Stop> {
    let interrupt = Interrupt::new();
    let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM, SIGHUP])
        .map_err(|error| Stop::environment("signals cannot be handled").cause(error))?;
    let raised = interrupt.clone();
    std::thread::spawn(move || {
        for signal in signals.forever() {
            if raised.is_raised() {
                let _ = signal_hook::low_level::emulate_default_handler(signal);
            } else if signal == SIGINT {
                raised.interrupt();
            } else {
                raised.terminate();
            }
        }
    });
    Ok(interrupt)
}
