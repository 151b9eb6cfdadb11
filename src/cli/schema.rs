//! `callboard schema`

use super::options::load;
use super::{Talk, print};
use crate::catalog::Kinds;
use crate::config::Loaded;
use crate::diagnostics::suggestion::did_you_mean;
use crate::diagnostics::{Stop, count};
use crate::schema::{Portal, Subject, subjects};
use clap::Args;
use clap::builder::{PossibleValue, TypedValueParser};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// Print a JSON Schema, with which editors complete and check what people write.
///
/// The schema of descriptors knows every built-in kind and those that the configuration of this folder declares. A
/// built portal carries the same schemas below `schema/`.
#[derive(Args)]
#[command(after_help = "\
Examples:
  callboard schema > catalog-info.schema.json   Descriptors of every kind
  callboard schema component                    Components only
  callboard schema config                       app-config.yaml
  callboard schema --out schemas                All of them, one file each

The first line of a descriptor names its schema:
  # yaml-language-server: $schema=https://portal.example.com/schema/catalog-info.schema.json")]
pub(crate) struct Schema {
    /// A kind, or `config` for app-config.yaml [default: descriptors of every kind]
    #[arg(value_name = "KIND", value_parser = Word)]
    subject: Option<String>,
    /// Write files into this folder: all schemas, or the one that is named
    #[arg(short, long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// A configuration file, whose kinds are added; may be repeated, later ones win [default: app-config.yaml, then
    /// app-config.local.yaml]
    #[arg(long, value_name = "FILE")]
    config: Vec<PathBuf>,
}

/// Takes any word, since configurations declare kinds; offers the built-in ones.
#[derive(Clone)]
struct Word;

impl TypedValueParser for Word {
    type Value = String;

    fn parse_ref(&self, _: &clap::Command, _: Option<&clap::Arg>, value: &OsStr) -> Result<String, clap::Error> {
        Ok(value.to_string_lossy().into_owned())
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let kinds: Vec<_> = Kinds::built_in().iter().map(|kind| PossibleValue::new(kind.id).help(kind.about)).collect();
        let config = PossibleValue::new(CONFIG).help("The configuration of a portal, app-config.yaml");
        Some(Box::new(kinds.into_iter().chain([config])))
    }
}

const CONFIG: &str = "config";

pub(crate) fn run(command: &Schema, talk: &Talk) -> Result<(), Stop> {
    // Whoever asks for the schema of the configuration may have one that cannot be used yet.
    let loaded = match command.subject.as_deref() {
        Some(CONFIG) => None,
        _ => Some(load(Path::new("."), &command.config, talk)?),
    };
    let kinds = kinds(loaded.as_ref(), talk);
    let lifecycles = loaded.as_ref().map_or(&[][..], |loaded| &loaded.config.lifecycles);
    let portal = Portal { kinds: &kinds, lifecycles };
    let subject = command.subject.as_deref().map(|word| subject(word, &kinds)).transpose()?;
    match &command.out {
        Some(out) => {
            let wanted: Vec<Subject> = subject.map_or_else(|| subjects(&kinds).collect(), |subject| vec![subject]);
            for subject in &wanted {
                write(out, &subject.file_name(&kinds), &subject.text(portal))?;
            }
            talk.say(&format!("Wrote {} into `{}`", count(wanted.len(), "schema"), out.display()));
            Ok(())
        }
        None => print(&subject.unwrap_or(Subject::Descriptor).text(portal)),
    }
}

/// The built-in kinds and those that the configuration declares. One that cannot be used is said and left out.
fn kinds(loaded: Option<&Loaded>, talk: &Talk) -> Kinds {
    let Some(loaded) = loaded else { return Kinds::built_in() };
    let (kinds, findings) = Kinds::with_declared(&loaded.config.kinds);
    talk.findings(&findings, &|place| loaded.texts.get(&place.path).cloned());
    kinds
}

fn subject(word: &str, kinds: &Kinds) -> Result<Subject, Stop> {
    if word == CONFIG {
        return Ok(Subject::Config);
    }
    if let Some(at) = kinds.iter().position(|kind| kind.id.eq_ignore_ascii_case(word)) {
        return Ok(Subject::Kind(at));
    }
    let known: Vec<&str> = kinds.iter().map(|kind| kind.id).chain([CONFIG]).collect();
    let mut stop = Stop::usage(format!("there is no kind `{word}`"));
    if let Some(guess) = did_you_mean(word, known.iter().copied()) {
        stop = stop.hint(guess);
    }
    Err(stop.hint(format!("There are schemas of {}.", known.join(", "))))
}

fn write(folder: &Path, name: &str, text: &str) -> Result<(), Stop> {
    let path = folder.join(name);
    std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(&path, text))
        .map_err(|error| Stop::environment(format!("`{}` cannot be written", path.display())).cause(error))
}
