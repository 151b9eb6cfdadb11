//! `callboard template`

use super::new::difference;
use super::scope::Sources;
use super::talk::Progress;
use super::{Talk, print};
use crate::api;
use crate::catalog::Entity;
use crate::config::Config;
use crate::diagnostics::{Stop, StopKind, count, printable};
use crate::output::Interrupt;
use crate::pipeline::Gathered;
use crate::scaffolder::{Answers, Bundle, Given, Made, Outcome, answers, form, run as scaffold};
use crate::source::{Repo, Snapshot, at_commit, parent};
use clap::{Args, Subcommand};
use serde_json::{Map, Value as Json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// Largest file of answers, and of a fixture.
const MAX_FILE: u64 = 16 << 20;

/// Test templates, and see what was made from them.
#[derive(Args)]
pub(crate) struct Template {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Test(Test),
    Status(Status),
}

/// Run the fixtures beside templates: `tests/NAME.yaml` with `values`, and the files that are `expected`.
#[derive(Args)]
#[command(after_help = "\
Examples:
  callboard template test                  Every fixture of the templates in this folder
  callboard template test --update         Write what comes out now into the fixtures
  callboard template test templates/go     Those of one folder")]
struct Test {
    /// Repositories, folders of them or templates [default: .]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Write what comes out into the fixtures
    #[arg(long)]
    update: bool,
    #[command(flatten)]
    sources: Sources,
}

/// List the repositories that were made from a template, and how far the template moved on since.
#[derive(Args)]
#[command(after_help = "\
Examples:
  callboard template status                The repositories and templates of the portal in this folder
  callboard template status repos --diff   With the changes that each lacks, to apply with `git apply`")]
struct Status {
    /// Repositories, folders of them or a portal's folder, with those of the templates [default: .]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Show what each lacks
    #[arg(long)]
    diff: bool,
    /// End with 3 where a template moved on
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    sources: Sources,
}

pub(crate) fn run(command: &Template, talk: &Talk, interrupt: &Interrupt) -> Result<(), Stop> {
    match &command.command {
        Command::Test(command) => test(command, talk, interrupt),
        Command::Status(command) => status(command, talk, interrupt),
    }
}

/// What the sources hold, and the configuration they are read by.
fn read(sources: &Sources, paths: &[PathBuf], talk: &Talk, interrupt: &Interrupt) -> Result<(Gathered, Config), Stop> {
    let scope = sources.scope(paths, talk)?;
    let gathered = sources.gather(&scope, None, &Progress::new(talk, interrupt))?;
    talk.clear();
    Ok((gathered, scope.loaded.config))
}

fn templates(gathered: &Gathered) -> impl Iterator<Item = &Entity> {
    gathered.catalog.entities.iter().filter(|entity| entity.kind.id == "template")
}

/// Makes files from answers, with the defaults of what is not answered.
fn made(bundle: &Bundle, values: &Map<String, Json>, secrets: &Map<String, Json>, gathered: &Gathered) -> Outcome {
    let values = form::with_defaults(&bundle.parameters, values);
    let mut given = Given { values, secrets: secrets.clone(), ..Given::default() };
    loop {
        let outcome = scaffold(bundle, &given);
        let before = given.entities.len();
        for reference in &outcome.wanted {
            if let Some(id) = gathered.catalog.find(reference) {
                given
                    .entities
                    .insert(reference.clone(), api::entity(&gathered.catalog, &gathered.snapshot, &gathered.graph, id));
            }
        }
        if given.entities.len() == before {
            return Outcome { files: outcome.result(bundle, &given), ..outcome };
        }
    }
}

/// A fixture, as the file says it.
struct Fixture {
    values: Map<String, Json>,
    secrets: Map<String, Json>,
    expected: Option<Map<String, Json>>,
}

impl Fixture {
    fn read(text: &str) -> Result<Fixture, String> {
        let json: Json = serde_yaml::from_str(text).map_err(|error| error.to_string())?;
        let map = |key: &str| json[key].as_object().cloned();
        let values = map("values").ok_or("it has no `values`")?;
        Ok(Fixture { values, secrets: map("secrets").unwrap_or_default(), expected: map("expected") })
    }
}

fn test(command: &Test, talk: &Talk, interrupt: &Interrupt) -> Result<(), Stop> {
    let (gathered, config) = read(&command.sources, &command.paths, talk, interrupt)?;
    let (mut passed, mut failed, mut updated) = (0, 0, 0);
    let mut out = String::new();
    for entity in templates(&gathered) {
        let repo = gathered.snapshot.repo(entity.written.repo);
        let base = parent(&entity.written.place.path);
        let folder = if base.is_empty() { "tests".to_string() } else { format!("{base}/tests") };
        let is_fixture = |path: &&str| path.ends_with(".yaml") || path.ends_with(".yml");
        let fixtures: Vec<&str> = repo.below(&folder).map(|file| &*file.path).filter(is_fixture).collect();
        if fixtures.is_empty() {
            continue;
        }
        let bundle = Bundle::new(entity, &gathered.snapshot, &config.hosts());
        for path in fixtures {
            let text = repo
                .text(path, MAX_FILE)
                .map_err(|fault| Stop::environment(format!("`{path}` cannot be read")).cause(fault))?;
            let outcome = Fixture::read(&text)
                .map(|fixture| (made(&bundle, &fixture.values, &fixture.secrets, &gathered), fixture));
            let faults = match outcome {
                Err(fault) => vec![fault],
                Ok((outcome, _)) if outcome.fault.is_some() => outcome.fault.into_iter().collect(),
                Ok((outcome, _)) if command.update => {
                    updated += usize::from(update(repo, path, &text, &outcome.files)?);
                    Vec::new()
                }
                Ok((outcome, fixture)) => compare(&outcome.files, fixture.expected.as_ref()),
            };
            let (mark, color) = if faults.is_empty() { ("ok", "32") } else { ("FAILED", "31") };
            let named = format!("{} {}", entity.reference, printable(&path[folder.len() + 1..]));
            out.push_str(&format!("{named} ... {}\n", talk.paint_out(mark, color)));
            out.extend(faults.iter().map(|fault| format!("{}\n", printable(fault).trim_end())));
            passed += usize::from(faults.is_empty());
            failed += usize::from(!faults.is_empty());
        }
    }
    print(&out)?;
    if passed + failed == 0 {
        return Err(Stop::usage("there are no fixtures").hint(
            "A fixture is a file `tests/NAME.yaml` beside a template, with its `values`. `--update` writes what is `expected`.",
        ));
    }
    talk.say(&format!(
        "{passed} passed, {failed} failed{}",
        if updated > 0 { format!(", {updated} written") } else { String::new() }
    ));
    if failed == 0 { Ok(()) } else { Err(Stop::new(StopKind::Denied, "")) }
}

/// What a fixture says of a file: its text; `executable` and, of what is no text, a hash stand in a mapping.
fn described(made: &Made) -> Json {
    let text = std::str::from_utf8(&made.bytes).ok().filter(|text| !text.contains('\0'));
    let content = match text {
        Some(text) if !made.executable => return text.into(),
        Some(text) => ("text", text.to_string()),
        None => ("blake3", blake3::hash(&made.bytes).to_hex().to_string()),
    };
    let mut file = Map::new();
    file.insert(content.0.to_string(), content.1.into());
    if made.executable {
        file.insert("executable".to_string(), true.into());
    }
    file.into()
}

/// Every file that is expected or made, but for the answers, which name a commit.
fn compare(files: &BTreeMap<String, Made>, expected: Option<&Map<String, Json>>) -> Vec<String> {
    let Some(expected) = expected else {
        return vec!["  it says nothing of what is `expected`; `--update` writes what comes out now".to_string()];
    };
    let mut faults = Vec::new();
    for (path, made) in files.iter().filter(|(path, _)| *path != answers::FILE) {
        let found = described(made);
        match expected.get(path) {
            None => faults.push(format!("  unexpected: {path}")),
            Some(wanted) if *wanted == found => {}
            Some(wanted) => {
                let text = |value: &Json| {
                    value["text"].as_str().or(value.as_str()).map_or_else(|| value.to_string(), str::to_owned)
                };
                if wanted["executable"] != found["executable"] {
                    let is = if made.executable { "is executable now" } else { "is not executable any more" };
                    faults.push(format!("  {path} {is}"));
                }
                faults.push(difference(path, text(wanted).as_bytes(), text(&found).as_bytes()));
            }
        }
    }
    faults.extend(expected.keys().filter(|path| !files.contains_key(*path)).map(|path| format!("  missing: {path}")));
    faults
}

/// Writes what is expected; what stands above it stays. True where that changed the file.
fn update(repo: &Repo, path: &str, text: &str, files: &BTreeMap<String, Made>) -> Result<bool, Stop> {
    let root = repo.root().ok_or_else(|| {
        Stop::usage(format!("`{path}` is not a file on disk")).hint("`--update` works where the files lie.")
    })?;
    let kept: String = text.split_inclusive('\n').take_while(|line| !line.starts_with("expected:")).collect();
    let expected: Map<String, Json> = files
        .iter()
        .filter(|(path, _)| *path != answers::FILE)
        .map(|(path, made)| (path.clone(), described(made)))
        .collect();
    let expected = crate::scaffolder::yaml(&serde_json::json!({ "expected": expected }));
    let new = format!("{}\n{expected}", kept.trim_end_matches('\n'));
    if new == text {
        return Ok(false);
    }
    let file = root.join(path);
    std::fs::write(&file, new)
        .map_err(|error| Stop::environment(format!("`{}` cannot be written", file.display())).cause(error))?;
    Ok(true)
}

/// How a repository stands to its template.
enum Standing {
    Current,
    /// What the template would change now.
    Moved(Vec<String>, String),
    /// In words.
    Unknown(String),
}

fn status(command: &Status, talk: &Talk, interrupt: &Interrupt) -> Result<(), Stop> {
    let (gathered, config) = read(&command.sources, &command.paths, talk, interrupt)?;
    let mut out = String::new();
    let (mut all, mut moved) = (0, 0);
    for repo in &gathered.snapshot.repos {
        let Ok(text) = repo.text(answers::FILE, MAX_FILE) else { continue };
        all += 1;
        let (template, standing) = match Answers::read(&text) {
            Ok(answers) => (answers.template.clone(), standing(repo, &answers, &gathered, &config)),
            Err(fault) => ("?".to_string(), Standing::Unknown(format!("`{}` cannot be read: {fault}", answers::FILE))),
        };
        let (word, color, lacks) = match &standing {
            Standing::Current => ("current".to_string(), "32", ""),
            Standing::Moved(files, lacks) => {
                (format!("moved on: {}", count(files.len(), "file")), "33", lacks.as_str())
            }
            Standing::Unknown(why) => (why.clone(), "31", ""),
        };
        moved += usize::from(matches!(standing, Standing::Moved(..)));
        out.push_str(&format!("{}  {}  {}\n", repo.id, printable(&template), talk.paint_out(&printable(&word), color)));
        if let Standing::Moved(files, _) = &standing
            && !command.diff
        {
            out.extend(files.iter().map(|path| format!("  {}\n", printable(path))));
        }
        if command.diff {
            out.push_str(
                &lacks
                    .split_inclusive('\n')
                    .map(|line| printable(line.trim_end_matches('\n')) + "\n")
                    .collect::<String>(),
            );
        }
    }
    print(&out)?;
    match all {
        0 => talk.say(&format!("No repository here has a `{}`", answers::FILE)),
        _ => talk.say(&format!("{} made from templates, {moved} behind", count(all, "repository"))),
    }
    if command.check && moved > 0 { Err(Stop::new(StopKind::Denied, "")) } else { Ok(()) }
}

fn standing(repo: &Repo, answers: &Answers, gathered: &Gathered, config: &Config) -> Standing {
    let Some(id) = gathered.catalog.find(&answers.template) else {
        return Standing::Unknown("its template is not here".to_string());
    };
    let entity = gathered.catalog.entity(id);
    let bundle = Bundle::new(entity, &gathered.snapshot, &config.hosts());
    if !answers.commit.is_empty() && answers.commit == bundle.commit {
        return Standing::Current;
    }
    let now = made(&bundle, &answers.values, &Map::new(), gathered);
    if let Some(fault) = now.fault {
        return Standing::Unknown(format!("its template fails now: {fault}"));
    }
    let Some(then) = before(entity, answers, gathered, config) else {
        let commit = if answers.commit.is_empty() { "none" } else { answers.commit.as_str() };
        return Standing::Unknown(format!(
            "the commit that it was made at ({commit}) is not known, so that nobody can tell what it lacks"
        ));
    };
    let mut files = Vec::new();
    let mut lacks = String::new();
    let paths: BTreeSet<&String> =
        now.files.keys().chain(then.files.keys()).filter(|path| *path != answers::FILE).collect();
    for path in paths {
        let (old, new) = (then.files.get(path), now.files.get(path));
        let here = repo.read(path, MAX_FILE).ok();
        let executable = repo.file(path).is_some_and(|file| file.executable);
        let is_there = match new {
            Some(new) => here.as_ref() == Some(&new.bytes) && executable == new.executable,
            None => here.is_none(),
        };
        if old == new || is_there {
            continue;
        }
        lacks.push_str(&patch(path, old, new));
        files.push(path.clone());
    }
    if files.is_empty() {
        return Standing::Current;
    }
    // Whoever applies the patch has what the template makes now.
    let text = |files: &BTreeMap<String, Made>| files.get(answers::FILE).cloned();
    let here = repo.read(answers::FILE, MAX_FILE).ok().map(|bytes| Made { bytes, executable: false });
    if let (Some(here), Some(mut now)) = (here, text(&now.files)) {
        let known = Answers { commit: bundle.commit.clone(), ..answers.clone() };
        now.bytes = known.write().into_bytes();
        lacks.push_str(&patch(answers::FILE, Some(&here), Some(&now)));
    }
    Standing::Moved(files, lacks)
}

/// A change as `git apply` takes it: files that come and go, modes, lines.
fn patch(path: &str, old: Option<&Made>, new: Option<&Made>) -> String {
    let mode = |made: &Made| if made.executable { "100755" } else { "100644" };
    let is_text = |made: Option<&Made>| made.is_none_or(|made| std::str::from_utf8(&made.bytes).is_ok());
    if !is_text(old) || !is_text(new) {
        // A patch of bytes is nothing to read; what cannot be applied is said, not passed over.
        return format!("# `{path}` is no text: take it from `callboard new`\n");
    }
    let mut patch = format!("diff --git a/{path} b/{path}\n");
    match (old, new) {
        (None, Some(new)) => patch.push_str(&format!("new file mode {}\n", mode(new))),
        (Some(old), None) => patch.push_str(&format!("deleted file mode {}\n", mode(old))),
        (Some(old), Some(new)) if mode(old) != mode(new) => {
            patch.push_str(&format!("old mode {}\nnew mode {}\n", mode(old), mode(new)));
        }
        _ => {}
    }
    let bytes = |made: Option<&Made>| made.map(|made| made.bytes.clone()).unwrap_or_default();
    let lines = difference(path, &bytes(old), &bytes(new));
    let lines = if old.is_none() { lines.replacen(&format!("--- a/{path}"), "--- /dev/null", 1) } else { lines };
    let lines = if new.is_none() { lines.replacen(&format!("+++ b/{path}"), "+++ /dev/null", 1) } else { lines };
    patch + &lines
}

/// What the template made at the commit that the answers name, where git still has it.
fn before(entity: &Entity, answers: &Answers, gathered: &Gathered, config: &Config) -> Option<Outcome> {
    let repo = gathered.snapshot.repo(entity.written.repo);
    let old = at_commit(repo, &answers.commit)?;
    let text = old.text(&entity.written.place.path, MAX_FILE).ok()?;
    let data = template_in(&text, &entity.name)?;
    let snapshot = Snapshot { repos: vec![old], ..Snapshot::default() };
    let mut written = entity.clone();
    written.data = data.to_string().into();
    written.written.repo = crate::source::RepoId(0);
    let outcome = made(&Bundle::new(&written, &snapshot, &config.hosts()), &answers.values, &Map::new(), gathered);
    outcome.fault.is_none().then_some(outcome)
}

/// The document of a file that is this template.
fn template_in(text: &str, name: &str) -> Option<Json> {
    let documents = text
        .split("\n---")
        .filter_map(|document| serde_yaml::from_str::<Json>(document.trim_start_matches("---")).ok());
    documents.into_iter().find(|document| document["kind"] == "Template" && document["metadata"]["name"] == name)
}
