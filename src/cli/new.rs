//! `callboard new`

use super::portal::PortalOption;
use super::scope::Sources;
use super::talk::Progress;
use super::{Portal, Talk, list, print};
use crate::api;
use crate::catalog::Entity;
use crate::diagnostics::suggestion::did_you_mean;
use crate::diagnostics::{Stop, count, printable};
use crate::output::Interrupt;
use crate::pipeline::Gathered;
use crate::query::Query;
use crate::scaffolder::form::{self, Question};
use crate::scaffolder::{Bundle, Given, Made, Outcome, answers, next_steps, run as scaffold};
use crate::site::route;
use clap::Args;
use serde_json::{Map, Value as Json};
use similar::TextDiff;
use std::collections::BTreeMap;
use std::io::{BufRead, ErrorKind, IsTerminal, Write};
use std::path::{Component, Path, PathBuf};

/// Make something new from a template.
///
/// The same that the template's page in a portal hands over as a zip. What a template asks and is not given is asked on a
/// terminal; elsewhere its default counts. Steps that need a forge become commands in NEXT-STEPS.md.
#[derive(Args)]
#[command(after_help = "\
Examples:
  callboard new go-http-service ../orders --source templates
  callboard new template:default/go-http-service --portal https://portal.example.com --set name=orders
  callboard new templates/go/template.yaml orders --values answers.yaml --dry-run")]
pub(crate) struct New {
    /// The template: its name, its ref, or the file it is written in
    #[arg(value_name = "TEMPLATE")]
    template: String,
    /// The folder to make [default: what the answers call it]
    #[arg(value_name = "DEST")]
    dest: Option<PathBuf>,
    /// A repository, a folder of repositories or a portal's folder [default: .]
    #[arg(long, value_name = "DIR", conflicts_with = "portal")]
    source: Vec<PathBuf>,
    #[command(flatten)]
    portal: PortalOption,
    /// An answer; may be repeated
    #[arg(long, value_name = "NAME=VALUE")]
    set: Vec<String>,
    /// A YAML or JSON file of answers, such as a `.callboard-answers.yaml`
    #[arg(long, value_name = "FILE")]
    values: Option<PathBuf>,
    /// A secret, taken from the variable of the environment of that name
    #[arg(long, value_name = "NAME=VARIABLE")]
    secret: Vec<String>,
    /// Ask nothing; what is not given has its default
    #[arg(short = 'y', long)]
    defaults: bool,
    /// Show the files and what would change; write nothing
    #[arg(long)]
    dry_run: bool,
    /// Write into a folder that holds files, over those of the same names
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    sources: Sources,
}

/// Where templates and entities come from.
enum From {
    Portal(Portal),
    Sources(Box<Gathered>),
}

pub(crate) fn run(command: &New, talk: &Talk, interrupt: &Interrupt) -> Result<(), Stop> {
    let (bundle, from) = find(command, talk, interrupt)?;
    talk.clear();
    let mut given = given(command, &bundle)?;
    if !command.defaults && std::io::stdin().is_terminal() {
        ask(&bundle, &mut given, talk)?;
    }
    given.values = form::with_defaults(&bundle.parameters, &given.values);
    refuse_faults(&bundle, &given)?;
    let outcome = made(&bundle, &mut given, &from)?;
    if let Some(fault) = &outcome.fault {
        let stop = Stop::environment(format!("the template `{}` failed", bundle.reference)).cause(fault);
        return Err(stop.hint("Nothing was written. The template itself, or an answer to it, has to change."));
    }
    let files = outcome.result(&bundle, &given);
    let dest = command.dest.clone().unwrap_or_else(|| named(&bundle, &given));
    if command.dry_run {
        return print(&preview(&dest, &files, talk));
    }
    write(&dest, &files, command.force)?;
    tell(&dest, &files, &outcome, talk);
    Ok(())
}

/// The template, wherever it is.
fn find(command: &New, talk: &Talk, interrupt: &Interrupt) -> Result<(Bundle, From), Stop> {
    if let Some(portal) = command.portal.get() {
        let bundle = of_portal(&portal, &command.template)?;
        return Ok((bundle, From::Portal(portal)));
    }
    let file = Path::new(&command.template);
    let is_file = command.source.is_empty() && file.is_file();
    let paths = if is_file { vec![file.to_path_buf()] } else { command.source.clone() };
    let scope = command.sources.scope(&paths, talk)?;
    let gathered = command.sources.gather(&scope, None, &Progress::new(talk, interrupt))?;
    let templates: Vec<&Entity> =
        gathered.catalog.entities.iter().filter(|entity| entity.kind.id == "template").collect();
    let wanted = match (is_file, templates.as_slice()) {
        (true, [only]) => only.reference.to_string(),
        (true, []) => return Err(Stop::usage(format!("`{}` holds no template", file.display()))),
        (true, _) => {
            return Err(Stop::usage(format!("`{}` holds several templates", file.display()))
                .hint("Name one by its ref, and its folder with `--source`."));
        }
        (false, _) => command.template.clone(),
    };
    let names: Vec<String> = templates.iter().map(|entity| entity.reference.to_string()).collect();
    let reference = chosen(&wanted, &names)?;
    let entity = templates.into_iter().find(|entity| *entity.reference == *reference);
    let entity = entity.ok_or_else(|| Stop::usage(format!("there is no template `{reference}`")))?;
    let bundle = Bundle::new(entity, &gathered.snapshot, &scope.loaded.config.hosts());
    Ok((bundle, From::Sources(Box::new(gathered))))
}

/// The ref that a name or ref means.
fn chosen(wanted: &str, refs: &[String]) -> Result<String, Stop> {
    let wanted = wanted.to_lowercase();
    let name = |reference: &str| reference.rsplit_once('/').map_or(reference, |(_, name)| name).to_string();
    let without_kind = |reference: &str| reference.trim_start_matches("template:").to_string();
    let is_meant = |reference: &&String| {
        **reference == wanted
            || without_kind(reference) == without_kind(&wanted)
            || name(reference) == without_kind(&wanted)
    };
    let meant: Vec<&String> = refs.iter().filter(is_meant).collect();
    match meant.as_slice() {
        [only] => Ok((*only).clone()),
        [] => {
            let names: Vec<String> = refs.iter().map(|reference| name(reference)).collect();
            let stop = Stop::usage(format!("there is no template `{}`", printable(&wanted)));
            let known = match refs {
                [] => "There are no templates here. `--source` names a folder that holds some, `--portal` a portal."
                    .to_string(),
                refs => {
                    format!("Templates: {}", refs.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "))
                }
            };
            match did_you_mean(&wanted, names.iter().map(String::as_str)) {
                Some(guess) => Err(stop.hint(guess).hint(known)),
                None => Err(stop.hint(known)),
            }
        }
        several => Err(Stop::usage(format!(
            "`{wanted}` may be {}",
            several.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" or ")
        ))
        .hint("Name it by its whole ref.")),
    }
}

/// A template of a built portal.
fn of_portal(portal: &Portal, wanted: &str) -> Result<Bundle, Stop> {
    let text = |value: &Json| value.as_str().unwrap_or_default().to_lowercase();
    let templates =
        list::published(portal, &|_| Query::parse("kind:template", &[]).map_err(|fault| Stop::usage(fault.message)))?;
    let refs: Vec<String> = templates
        .iter()
        .map(|entity| {
            format!("template:{}/{}", text(&entity["metadata"]["namespace"]), text(&entity["metadata"]["name"]))
        })
        .collect();
    let reference = chosen(wanted, &refs)?;
    let entity = refs.iter().position(|one| *one == reference).map(|at| &templates[at]["metadata"]);
    let part = |key: &str| entity.and_then(|entity| entity[key].as_str()).unwrap_or_default();
    let path = route::template_data(part("namespace"), part("name"));
    let script = portal.read(&path)?;
    // A script that hands the bundle to the page: its last argument is the bundle as text.
    let arguments = script.trim_end().strip_prefix("callboardData(").and_then(|rest| rest.strip_suffix(");"));
    let read = |text: &str| serde_json::from_str::<Json>(text).ok();
    let arguments = arguments.and_then(|arguments| read(&format!("[{arguments}]")));
    let bundle = arguments.and_then(|all| Bundle::parse(&read(all[2].as_str()?)?));
    bundle.ok_or_else(|| {
        Stop::environment(format!("`{path}` of the portal is no template"))
            .hint("Another version of callboard may have built it.")
    })
}

/// What the command line says.
fn given(command: &New, bundle: &Bundle) -> Result<Given, Stop> {
    let mut given = Given::default();
    if let Some(file) = &command.values {
        let stop = || Stop::usage(format!("`{}` cannot be read", file.display()));
        let text = std::fs::read_to_string(file).map_err(|error| stop().cause(error))?;
        let json: Json = serde_yaml::from_str(&text).map_err(|error| stop().cause(error))?;
        let values = match &json["values"] {
            Json::Object(values) if json["template"].is_string() => values.clone(),
            _ => json.as_object().cloned().ok_or_else(|| stop().cause("it is no mapping of names to values"))?,
        };
        given.values = values;
    }
    for pair in &command.set {
        let (name, value) = pair.split_once('=').ok_or_else(|| not_a_pair("--set", pair))?;
        let questions = form::questions(&bundle.parameters, &given.values);
        let schema = questions.iter().find(|question| question.name == name).map(|question| &question.schema);
        given.values.insert(name.to_string(), typed(schema, value));
    }
    refuse_unknown(bundle, given.values.keys(), "answer")?;
    for pair in &command.secret {
        let (name, variable) = pair.split_once('=').ok_or_else(|| not_a_pair("--secret", pair))?;
        let value = std::env::var(variable)
            .map_err(|_| Stop::usage(format!("the environment has no variable `{}`", printable(variable))))?;
        given.secrets.insert(name.to_string(), value.into());
    }
    refuse_unknown(bundle, given.secrets.keys(), "secret")?;
    form::keep_secrets(&bundle.parameters, &mut given.values, &mut given.secrets);
    Ok(given)
}

/// An answer to a question that the template never asks is a slip.
fn refuse_unknown<'a>(bundle: &Bundle, given: impl IntoIterator<Item = &'a String>, what: &str) -> Result<(), Stop> {
    let known = form::names(&bundle.parameters);
    let Some(name) = given.into_iter().find(|name| !known.contains(*name)) else { return Ok(()) };
    let stop = Stop::usage(format!("`{}` asks for no {what} `{}`", bundle.reference, printable(name)));
    match did_you_mean(name, known.iter().map(String::as_str)) {
        Some(guess) => Err(stop.hint(guess)),
        None => {
            let known: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
            Err(stop.hint(format!("It asks for {}.", known.join(", "))))
        }
    }
}

fn not_a_pair(option: &str, found: &str) -> Stop {
    Stop::usage(format!("`{option} {}` is no `NAME=VALUE`", printable(found)))
}

/// A text as the schema wants it: a string stays one, anything else is read as YAML.
fn typed(schema: Option<&Json>, text: &str) -> Json {
    let is_text = schema.is_none_or(|schema| {
        schema["type"] == "string"
            || (schema["type"].is_null() && schema["enum"].as_array().is_none_or(|all| all.iter().all(Json::is_string)))
    });
    let read = || serde_yaml::from_str(text).ok();
    (!is_text).then(read).flatten().unwrap_or_else(|| text.into())
}

/// Asks on the terminal what is not given yet. What an answer brings in is asked, too.
fn ask(bundle: &Bundle, given: &mut Given, talk: &Talk) -> Result<(), Stop> {
    let mut asked: Vec<String> = Vec::new();
    loop {
        let questions = form::questions(&bundle.parameters, &given.values);
        let open = questions.into_iter().find(|question| {
            !given.values.contains_key(&question.name)
                && !given.secrets.contains_key(&question.name)
                && !asked.contains(&question.name)
                && question.schema["ui:widget"] != "hidden"
        });
        let Some(question) = open else { return Ok(()) };
        asked.push(question.name.clone());
        let Some(answer) = answer(bundle, &question, talk)? else { continue };
        match question.is_secret() {
            true => given.secrets.insert(question.name, answer),
            false => given.values.insert(question.name, answer),
        };
    }
}

/// One answer; `None` where the default counts.
fn answer(bundle: &Bundle, question: &Question, talk: &Talk) -> Result<Option<Json>, Stop> {
    let mut out = std::io::stderr().lock();
    let mut say = |text: &str| {
        let _ = write!(out, "{text}");
        let _ = out.flush();
    };
    let title = printable(question.title()).replace('\n', " ");
    let mark = if question.required { "" } else { " (optional)" };
    say(&format!("{}{mark}\n", talk.paint(&title, "1")));
    if let Some(about) = question.schema["description"].as_str() {
        say(&format!("  {}\n", printable(about).replace('\n', "\n  ")));
    }
    if question.schema["ui:field"] == "RepoUrlPicker" {
        say("  Such as github.com?owner=acme&repo=shop\n");
    }
    for (at, choice) in question.choices().iter().enumerate() {
        let names = question.schema["enumNames"].as_array();
        let name = names.and_then(|names| names.get(at)).and_then(Json::as_str);
        say(&format!("  {}. {}\n", at + 1, printable(&name.map_or_else(|| shown(choice), str::to_owned))));
    }
    if matches!(question.schema["type"].as_str(), Some("array" | "object")) {
        say("  Written as JSON, such as [\"a\", \"b\"] or {\"a\": 1}\n");
    }
    let usual = question.schema.get("default");
    let hint = usual.map(|usual| format!(" [{}]", printable(&shown(usual)))).unwrap_or_default();
    loop {
        say(&format!("  {}{hint}: ", printable(&question.name)));
        let mut line = String::new();
        let hidden = question.is_secret().then(Hidden::new);
        let read = std::io::stdin().lock().read_line(&mut line);
        if hidden.is_some() {
            say("\n");
        }
        drop(hidden);
        if read.map_err(|error| Stop::environment("no answer can be read").cause(error))? == 0 {
            return Err(Stop::usage(format!("`{}` has no answer", question.name))
                .hint("`--set` gives answers, `--defaults` takes what the template says."));
        }
        let line = line.trim_end_matches(['\n', '\r']);
        if line.is_empty() && (usual.is_some() || !question.required) {
            return Ok(None);
        }
        let chosen = line.parse::<usize>().ok().and_then(|number| question.choices().get(number.checked_sub(1)?));
        let value = chosen.cloned().unwrap_or_else(|| typed(Some(&question.schema), line));
        let values = [(question.name.clone(), value.clone())].into_iter().collect();
        let at = format!("/{}", question.name);
        let faults = form::faults(&bundle.parameters, &values, &Map::new());
        match faults.into_iter().find(|fault| fault.at.starts_with(&at)) {
            Some(fault) => say(&format!("  {}\n", printable(&fault.message))),
            None => return Ok(Some(value)),
        }
    }
}

/// A terminal that does not show what is typed, until this is dropped.
struct Hidden {
    #[cfg(unix)]
    before: Option<rustix::termios::Termios>,
}

impl Hidden {
    #[cfg(unix)]
    fn new() -> Hidden {
        use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
        let before = tcgetattr(std::io::stdin()).ok();
        if let Some(mut modes) = before.clone() {
            modes.local_modes.remove(LocalModes::ECHO);
            let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, &modes);
        }
        Hidden { before }
    }

    #[cfg(not(unix))]
    fn new() -> Hidden {
        Hidden {}
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        #[cfg(unix)]
        if let Some(before) = &self.before {
            let _ = rustix::termios::tcsetattr(std::io::stdin(), rustix::termios::OptionalActions::Now, before);
        }
    }
}

fn shown(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn refuse_faults(bundle: &Bundle, given: &Given) -> Result<(), Stop> {
    let faults = form::faults(&bundle.parameters, &given.values, &given.secrets);
    if faults.is_empty() {
        return Ok(());
    }
    let stop = Stop::usage(format!("the answers will not do for `{}`", bundle.reference));
    let lines = faults.iter().map(|fault| match fault.at.trim_start_matches('/') {
        "" => printable(&fault.message),
        at => format!("`{}`: {}", printable(at), printable(&fault.message)),
    });
    let lines: Vec<String> = lines.collect();
    Err(stop.cause(lines.join("\n")).hint("`--set NAME=VALUE` gives an answer, `--values FILE` many."))
}

/// Runs the template, again where it wants entities of the catalog.
fn made(bundle: &Bundle, given: &mut Given, from: &From) -> Result<Outcome, Stop> {
    let outcome = scaffold(bundle, given);
    let before = given.entities.len();
    for reference in &outcome.wanted {
        if let Some(entity) = entity(from, reference) {
            given.entities.insert(reference.clone(), entity);
        }
    }
    if given.entities.len() == before { Ok(outcome) } else { made(bundle, given, from) }
}

fn entity(from: &From, reference: &str) -> Option<Json> {
    match from {
        From::Sources(gathered) => {
            let id = gathered.catalog.find(reference)?;
            Some(api::entity(&gathered.catalog, &gathered.snapshot, &gathered.graph, id))
        }
        From::Portal(portal) => {
            let (kind, rest) = reference.split_once(':')?;
            let (namespace, name) = rest.split_once('/')?;
            portal
                .json(&format!(
                    "api/catalog/entities/by-name/{kind}/{}/{}.json",
                    route::segment(namespace),
                    route::segment(name)
                ))
                .ok()
        }
    }
}

/// What a new folder is called where nobody says so.
fn named(bundle: &Bundle, given: &Given) -> PathBuf {
    let values = &given.values;
    let text = |key: &str| values.get(key).and_then(Json::as_str).map(str::to_owned);
    let repo = values.values().filter_map(Json::as_str).find_map(|text| {
        let (_, query) = text.split_once('?').filter(|(host, _)| host.contains('.'))?;
        query.split('&').find_map(|pair| pair.strip_prefix("repo=")).map(str::to_owned)
    });
    let name = text("name").or_else(|| text("component_id")).or_else(|| text("projectName")).or(repo);
    let usual = || bundle.reference.rsplit('/').next().unwrap_or("new").to_string();
    let name = name.map(|name| route::segment(&name)).filter(|name| !name.is_empty()).unwrap_or_else(usual);
    PathBuf::from(name)
}

/// Each file with what would become of it, then what would change in those that are there.
fn preview(dest: &Path, files: &BTreeMap<String, Made>, talk: &Talk) -> String {
    let mut tree = format!("{}/\n", dest.display());
    let mut changes = String::new();
    for (path, made) in files {
        let there = std::fs::read(dest.join(path)).ok();
        let (mark, color) = match &there {
            None => ("new", "32"),
            Some(bytes) if *bytes == made.bytes => ("same", "2"),
            Some(_) => ("changed", "33"),
        };
        let size = made.bytes.len();
        tree.push_str(&format!(
            "  {} {} ({})\n",
            talk.paint_out(&format!("{mark:7}"), color),
            printable(path),
            count(size, "byte")
        ));
        if let Some(bytes) = there.filter(|bytes| *bytes != made.bytes) {
            changes.push_str(&difference(path, &bytes, &made.bytes));
        }
    }
    if changes.is_empty() { tree } else { format!("{tree}\n{changes}") }
}

/// A unified diff.
pub(super) fn difference(path: &str, before: &[u8], after: &[u8]) -> String {
    let (Ok(before), Ok(after)) = (std::str::from_utf8(before), std::str::from_utf8(after)) else {
        return format!("Binary files a/{path} and b/{path} differ\n");
    };
    TextDiff::from_lines(before, after).unified_diff().header(&format!("a/{path}"), &format!("b/{path}")).to_string()
}

/// Writes all files or none into a folder that is new; into one that is there, file by file.
fn write(dest: &Path, files: &BTreeMap<String, Made>, force: bool) -> Result<(), Stop> {
    let stop = |path: &Path, error: std::io::Error| {
        Stop::environment(format!("`{}` cannot be written", path.display())).cause(error)
    };
    let is_empty = match std::fs::read_dir(dest) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) if error.kind() == ErrorKind::NotFound => true,
        Err(error) => return Err(stop(dest, error)),
    };
    if !is_empty && !force {
        return Err(Stop::usage(format!("`{}` is not empty", dest.display()))
            .hint("`--dry-run` shows what would change there, `--force` writes over files of the same names."));
    }
    if !is_empty {
        return write_into(dest, files);
    }
    let above = dest.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(above).map_err(|error| stop(above, error))?;
    let scratch =
        tempfile::Builder::new().prefix(".new.callboard-").tempdir_in(above).map_err(|error| stop(above, error))?;
    let inner = scratch.path().join("files");
    std::fs::create_dir(&inner).map_err(|error| stop(&inner, error))?;
    write_into(&inner, files)?;
    if dest.exists() {
        std::fs::remove_dir(dest).map_err(|error| stop(dest, error))?;
    }
    std::fs::rename(&inner, dest).map_err(|error| stop(dest, error))
}

/// Nothing is written where something is in the way of one of the files.
fn refuse_obstacles(dest: &Path, files: &BTreeMap<String, Made>) -> Result<(), Stop> {
    for path in files.keys() {
        let mut place = dest.to_path_buf();
        let parts: Vec<Component<'_>> = Path::new(path).components().collect();
        for (at, part) in parts.iter().enumerate() {
            place.push(part);
            // Nothing is written through a link: it may lead out of the folder.
            let why = match at + 1 < parts.len() {
                _ if place.is_symlink() => "is a link; nothing is written through it",
                true if place.is_file() => "is a file, where a folder is needed",
                false if place.is_dir() => "is a folder, where a file is needed",
                _ => continue,
            };
            return Err(Stop::environment(format!("`{}` {why}", place.display())).hint("Nothing was written."));
        }
    }
    Ok(())
}

fn write_into(dest: &Path, files: &BTreeMap<String, Made>) -> Result<(), Stop> {
    refuse_obstacles(dest, files)?;
    for (path, made) in files {
        let stop = |error: std::io::Error| {
            Stop::environment(format!("`{}` cannot be written", dest.join(path).display())).cause(error)
        };
        let mut folder = dest.to_path_buf();
        let parts: Vec<Component<'_>> = Path::new(path).components().collect();
        for (at, part) in parts.iter().enumerate() {
            folder.push(part);
            if at + 1 < parts.len() && !folder.is_dir() {
                std::fs::create_dir(&folder).map_err(stop)?;
            }
        }
        std::fs::write(&folder, &made.bytes).map_err(stop)?;
        #[cfg(unix)]
        if made.executable {
            use std::os::unix::fs::PermissionsExt;
            let permissions = std::fs::Permissions::from_mode(0o755);
            std::fs::set_permissions(&folder, permissions).map_err(stop)?;
        }
    }
    Ok(())
}

fn tell(dest: &Path, files: &BTreeMap<String, Made>, outcome: &Outcome, talk: &Talk) {
    for line in &outcome.log {
        talk.say(&printable(line));
    }
    for text in &outcome.texts {
        talk.say(&printable(&format!("{}\n{}", text.title, text.content)));
    }
    for link in outcome.links.iter().filter(|link| !link.url.is_empty()) {
        talk.say(&printable(&format!("{}: {}", link.title, link.url)));
    }
    talk.say(&format!("Made {} in `{}`", count(files.len(), "file"), dest.display()));
    if !outcome.next.is_empty() {
        let steps = count(outcome.next.len(), "step");
        talk.say(&format!("Now {steps} for you: read `{}`", dest.join(next_steps::FILE).display()));
    }
    if files.contains_key(answers::FILE) {
        talk.say(&format!("`{}` keeps the answers for `callboard template status`", answers::FILE));
    }
}
