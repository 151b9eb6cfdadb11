//! The data of plugins: read from servers, files, programs and repositories, kept for builds to come.
//!
//! In: plugins, and the entities that ask for their data. Out: for each of them what each source gave, as JSON. Questions that
//! are the same are asked once. A source that fails keeps its last answer, whose age and reason are told. What comes is a
//! stranger's: limited in size, time and depth, and held to the plugin's schema.

mod clusters;
mod command;
mod local;
mod web;

use super::crawl::CrawlOptions;
use super::kubernetes::Declared;
use super::{Outside, RepoId, Snapshot, kept};
use crate::config::{Config, DataFrom, DataSource, JsonWords, Plugin, Reader, Request, Sent, Values, Words};
use crate::diagnostics::{Finding, Place, rules};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Largest answer, file or output, in bytes.
const LARGEST: u64 = 16 << 20;
/// After so long, what was not asked yet keeps its last answer.
const LONGEST: Duration = Duration::from_secs(300);

/// An entity that asks for the data of a plugin.
#[derive(Debug, Clone)]
pub struct DataAsked {
    /// The plugin's number in [`Config::plugins`].
    pub plugin: usize,
    pub reference: Arc<str>,
    pub kind: String,
    pub namespace: String,
    pub name: String,
    pub annotations: BTreeMap<String, String>,
    /// Refs of what it depends on.
    pub depends_on: Vec<Arc<str>>,
    pub place: Place,
    /// Where its descriptor is.
    pub repo: RepoId,
    pub path: String,
}

/// What a source gave.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Given {
    /// None where it never gave anything.
    pub data: Option<Arc<Json>>,
    /// When the data were so, in seconds since 1970; none for files that do not say.
    pub as_of: Option<i64>,
    /// Why there is nothing newer.
    pub fault: Option<String>,
}

/// What all sources gave.
#[derive(Debug, Default)]
pub struct Answers {
    /// By asker, then by the plugin's source.
    of_asked: Vec<Vec<Option<Arc<Given>>>>,
    /// By plugin, then by source: those that are the same for all.
    shared: Vec<Vec<Option<Arc<Given>>>>,
    mark: blake3::Hasher,
}

impl Answers {
    /// What a source gave to the asker of that number; nothing where it was not asked.
    pub fn of(&self, asked: usize, source: usize) -> Option<&Given> {
        self.of_asked.get(asked)?.get(source)?.as_deref()
    }

    /// What a source gave that asks the same for all.
    pub fn shared(&self, plugin: usize, source: usize) -> Option<&Given> {
        self.shared.get(plugin)?.get(source)?.as_deref()
    }

    /// Of everything that was given.
    pub fn fingerprint(&self) -> [u8; 32] {
        *self.mark.finalize().as_bytes()
    }
}

/// The places of an entity's values in a plugin's texts.
struct Of<'a> {
    plugin: &'a Plugin,
    asked: Option<&'a DataAsked>,
}

impl Values for Of<'_> {
    fn annotation(&self, name: &str) -> Option<&str> {
        let (_, key) = self.plugin.annotations.iter().find(|(known, _)| known == name)?;
        self.asked?.annotations.get(key).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    fn entity(&self, field: &str) -> &str {
        let Some(asked) = self.asked else { return "" };
        match field {
            "ref" => &asked.reference,
            "kind" => &asked.kind,
            "namespace" => &asked.namespace,
            _ => &asked.name,
        }
    }
}

/// A question with everything filled in, and who asks it.
struct Task<'a> {
    plugin: usize,
    source: usize,
    what: What<'a>,
    askers: Vec<usize>,
}

/// What is asked.
enum What<'a> {
    Web(web::Question),
    File(local::Named),
    Repository(RepoId, String),
    Command { words: &'a [String], folder: &'a Path },
}

impl What<'_> {
    /// The same for the same question. Holds no secret.
    fn key(&self) -> String {
        match self {
            What::Web(question) => question.key(),
            What::File(file) => file.key(),
            What::Repository(repo, path) => format!("{}\n{path}", repo.0),
            What::Command { words, folder } => format!("{words:?}\n{}", folder.display()),
        }
    }
}

/// What came of a question.
enum Outcome {
    New {
        json: Json,
        time: Option<i64>,
        mark: Option<String>,
    },
    /// The kept answer still holds.
    Same {
        time: Option<i64>,
    },
    /// There is nothing, and nothing is wrong with that.
    Nothing,
    Failed {
        reason: String,
        is_of_host: bool,
    },
}

/// An answer as it is kept between builds.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Kept {
    json: Vec<u8>,
    mark: Option<String>,
    /// When it was given or confirmed, in seconds since 1970.
    time: Option<i64>,
}

/// Reads what `asked` ask for, and what plugins show on pages of their own. `declared` are clusters of the catalog. Each source that fails is a finding, once for all
/// who asked.
pub fn read_data(
    config: &Config,
    asked: &[DataAsked],
    declared: &[Declared<'_>],
    snapshot: &Snapshot,
    options: &CrawlOptions<'_>,
) -> (Answers, Vec<Finding>) {
    let reading = Reading { config, asked, snapshot, options, begin: Instant::now() };
    let tasks = reading.tasks();
    let outcomes = reading.run(&tasks);
    let mut answers = Answers {
        of_asked: asked.iter().map(|asked| vec![None; config.plugins[asked.plugin].data.len()]).collect(),
        shared: config.plugins.iter().map(|plugin| vec![None; plugin.data.len()]).collect(),
        mark: blake3::Hasher::new(),
    };
    let mut findings = Findings::default();
    for (task, outcome) in tasks.iter().zip(outcomes) {
        let source = &config.plugins[task.plugin].data[task.source];
        let given = reading.settled(task, source, outcome, &mut findings);
        let Some(given) = given else { continue };
        answers.mark.update(format!("{}\n{}\n{:?}\n", task.plugin, task.source, given).as_bytes());
        reading.hand_out(task, source, given, &mut answers, &mut findings);
    }
    let mut told = findings.told(config);
    told.extend(clusters::read(config, asked, declared, options, &mut answers));
    (answers, told)
}

struct Reading<'a> {
    config: &'a Config,
    asked: &'a [DataAsked],
    snapshot: &'a Snapshot,
    options: &'a CrawlOptions<'a>,
    begin: Instant,
}

/// What went wrong: by plugin, source and reason, who asked, and whether all of them have something older.
#[derive(Default)]
struct Findings {
    unread: BTreeMap<(usize, usize, String), Unread>,
    unfit: Vec<Finding>,
}

struct Unread {
    /// One of those who asked.
    first: Option<Arc<str>>,
    askers: usize,
    has_earlier: bool,
}

impl Findings {
    fn told(self, config: &Config) -> Vec<Finding> {
        let mut told = self.unfit;
        for ((plugin, source, reason), Unread { first, askers, has_earlier }) in self.unread {
            let plugin = &config.plugins[plugin];
            let source = &plugin.data[source];
            let (place, first) = (source.place.clone(), first.as_deref());
            told.push(rules::plugins::unread(place, (&plugin.name, &source.name), &reason, first, askers, has_earlier));
        }
        told
    }
}

impl<'a> Reading<'a> {
    /// Every question once.
    fn tasks(&self) -> Vec<Task<'a>> {
        let mut tasks: Vec<Task<'a>> = Vec::new();
        for (number, plugin) in self.config.plugins.iter().enumerate() {
            let askers: Vec<usize> = (0..self.asked.len()).filter(|at| self.asked[*at].plugin == number).collect();
            for (at, source) in plugin.data.iter().enumerate() {
                let mut known: HashMap<String, usize> = HashMap::new();
                let mut add = |what: What<'a>, asker: Option<usize>| {
                    let place = *known.entry(what.key()).or_insert_with(|| {
                        tasks.push(Task { plugin: number, source: at, what, askers: Vec::new() });
                        tasks.len() - 1
                    });
                    tasks[place].askers.extend(asker);
                };
                if is_shared(source) {
                    // Nobody would see what nobody asks for.
                    let is_wanted = plugin.show.page.is_some() || !askers.is_empty();
                    if let Some(what) = self.filled(plugin, source, None).filter(|_| is_wanted) {
                        add(what, None);
                    }
                    if let Some(task) = tasks.last_mut().filter(|task| task.plugin == number && task.source == at) {
                        task.askers = askers.clone();
                    }
                    continue;
                }
                for asker in &askers {
                    if let Some(what) = self.filled(plugin, source, Some(&self.asked[*asker])) {
                        add(what, Some(*asker));
                    }
                }
            }
        }
        tasks
    }

    /// `None` where a value is missing, and then nobody asks.
    fn filled(&self, plugin: &'a Plugin, source: &'a DataSource, asked: Option<&DataAsked>) -> Option<What<'a>> {
        let values = Of { plugin, asked };
        Some(match &source.from {
            DataFrom::Web(request) => What::Web(web::Question::of(request, &values)?),
            DataFrom::File { path, base } => What::File(local::Named::of(path, base, plugin, &values)?),
            DataFrom::Repository(path) => {
                let asked = asked?;
                let path = path.fill(&values, &local::segments)?;
                What::Repository(asked.repo, super::join(super::parent(&asked.path), &path)?)
            }
            DataFrom::Command { words, folder } => What::Command { words, folder },
            // Clusters are asked once for all.
            DataFrom::Reader(Reader::Kubernetes) | DataFrom::Nowhere => return None,
        })
    }

    fn run(&self, tasks: &[Task<'a>]) -> Vec<Outcome> {
        let mut outcomes: Vec<Option<Outcome>> = tasks.iter().map(|_| None).collect();
        let mut remote = Vec::new();
        for (at, task) in tasks.iter().enumerate() {
            match &task.what {
                What::Web(question) => remote.push((at, question, self.kept(task))),
                What::File(file) => outcomes[at] = Some(file.read()),
                What::Repository(repo, path) => {
                    outcomes[at] = Some(local::of_repository(self.snapshot.repo(*repo), path))
                }
                What::Command { words, folder } if self.asks(self.kept(task).is_some()) => {
                    outcomes[at] = Some(command::run(words, folder));
                }
                What::Command { .. } => outcomes[at] = Some(Outcome::Same { time: None }),
            }
        }
        let questions: Vec<web::Asked<'_>> = remote
            .iter()
            .map(|(at, question, kept)| {
                let source = &self.config.plugins[tasks[*at].plugin].data[tasks[*at].source];
                let mark = kept.as_ref().and_then(|kept| kept.mark.as_deref());
                let age = kept.as_ref().and_then(|kept| Some(super::forge::own_time()? - kept.time?));
                let is_young =
                    age.zip(source.max_age).is_some_and(|(age, most)| age >= 0 && age as u64 <= most.as_secs());
                web::Asked { question, mark, is_young: is_young || !self.asks(kept.is_some()) }
            })
            .collect();
        let heard = web::ask_all(&questions, self.begin + LONGEST, &*self.options.goes_on);
        for ((at, ..), outcome) in remote.iter().zip(heard) {
            outcomes[*at] = Some(outcome);
        }
        outcomes.into_iter().map(|outcome| outcome.unwrap_or(Outcome::Nothing)).collect()
    }

    /// Whether something is asked for of which there is an answer or none.
    fn asks(&self, is_known: bool) -> bool {
        match self.options.outside {
            _ if self.options.locked.is_some() => false,
            Outside::Servers => true,
            Outside::Unknown => !is_known,
            Outside::Cache | Outside::Nowhere => false,
        }
    }

    fn kept_file(&self, task: &Task<'_>) -> PathBuf {
        let plugin = &self.config.plugins[task.plugin];
        let name = blake3::hash(format!("{}\n{}", plugin.data[task.source].name, task.what.key()).as_bytes()).to_hex();
        self.options.cache_dir.join("plugins").join(&plugin.name).join(&name.as_str()[..32])
    }

    fn kept(&self, task: &Task<'_>) -> Option<Kept> {
        kept::read(&self.kept_file(task))
    }

    /// What an outcome comes to: the new answer where it fits, else the last one.
    fn settled(
        &self,
        task: &Task<'_>,
        source: &DataSource,
        outcome: Outcome,
        findings: &mut Findings,
    ) -> Option<Given> {
        let is_kept = !matches!(task.what, What::Repository(..));
        let fault = match outcome {
            Outcome::Nothing => return None,
            Outcome::New { json, time, mark } => match unfit(source, &json) {
                None => {
                    let new = Kept { json: json.to_string().into_bytes(), mark, time };
                    // Files are as they were, most of the time.
                    let is_known = || matches!(task.what, What::File(_)) && self.kept(task).as_ref() == Some(&new);
                    if is_kept && !is_known() {
                        // A cache that cannot be written costs only the next failure its last good answer.
                        let _ = kept::write(&self.kept_file(task), &new);
                    }
                    return Some(self.given(source, json, time, None));
                }
                Some(cause) => {
                    let plugin = &self.config.plugins[task.plugin];
                    let entity = task.askers.first().map_or("", |at| &self.asked[*at].reference);
                    let place = source.place.clone();
                    findings.unfit.push(rules::plugins::unfit(place, &plugin.name, &source.name, entity, &cause));
                    format!("the answer does not fit its schema: {cause}")
                }
            },
            Outcome::Same { time } => {
                let kept = self.kept(task).and_then(|kept| Some((serde_json::from_slice(&kept.json).ok()?, kept)));
                if let Some((json, kept)) = kept {
                    if let Some(time) = time.filter(|time| Some(*time) > kept.time) {
                        let _ = kept::write(&self.kept_file(task), &Kept { time: Some(time), ..kept });
                        return Some(self.given(source, json, Some(time), None));
                    }
                    return Some(self.given(source, json, kept.time, None));
                }
                "no answer is kept, and this build asks nobody".to_string()
            }
            Outcome::Failed { reason, .. } => self.scrubbed(&reason),
        };
        let kept = if is_kept { self.kept(task) } else { None };
        let earlier = kept.and_then(|kept| Some((serde_json::from_slice(&kept.json).ok()?, kept.time)));
        let has_earlier = earlier.is_some();
        let row = findings.unread.entry((task.plugin, task.source, fault.clone())).or_insert_with(|| {
            let first = task.askers.first().map(|at| self.asked[*at].reference.clone());
            Unread { first, askers: 0, has_earlier: true }
        });
        row.askers += task.askers.len();
        row.has_earlier &= has_earlier;
        Some(match earlier {
            Some((json, time)) => self.given(source, json, time, Some(fault)),
            None => Given { data: None, as_of: None, fault: Some(fault) },
        })
    }

    fn given(&self, source: &DataSource, json: Json, time: Option<i64>, fault: Option<String>) -> Given {
        let said = source.as_of.as_deref().and_then(|path| at_path(&json, path)).and_then(|value| match value {
            Json::String(text) => super::forge::instant(text),
            // Milliseconds, where it would be a year far away.
            Json::Number(number) => number.as_i64().map(|time| if time > 100_000_000_000 { time / 1000 } else { time }),
            _ => None,
        });
        Given { data: Some(Arc::new(json)), as_of: said.or(time), fault }
    }

    /// A reason in which no secret stands.
    fn scrubbed(&self, reason: &str) -> String {
        let secrets = self.config.secrets().filter(|secret| !secret.is_empty());
        secrets.fold(reason.to_string(), |reason, secret| reason.replace(secret, "•••"))
    }

    /// Gives everybody who asked their part.
    fn hand_out(
        &self,
        task: &Task<'_>,
        source: &DataSource,
        given: Given,
        answers: &mut Answers,
        findings: &mut Findings,
    ) {
        let plugin = &self.config.plugins[task.plugin];
        let rows =
            given.data.as_deref().map(|data| source.list.as_deref().map_or(Some(data), |path| at_path(data, path)));
        if let (Some(None), Some(path)) = (&rows, &source.list) {
            findings.unfit.push(rules::plugins::no_list(source.place.clone(), (&plugin.name, &source.name), path));
        }
        let Some((field, value)) = &source.rows else {
            let whole = match rows {
                Some(rows) if source.list.is_some() => Given { data: rows.cloned().map(Arc::new), ..given },
                _ => given,
            };
            let whole = Arc::new(whole);
            for asker in &task.askers {
                answers.of_asked[*asker][task.source] = Some(whole.clone());
            }
            if is_shared(source) {
                answers.shared[task.plugin][task.source] = Some(whole);
            }
            return;
        };
        let rows = rows.flatten().and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
        let mut by_value: HashMap<String, Vec<&Json>> = HashMap::new();
        for row in rows {
            let texts = match at_path(row, field) {
                Some(Json::String(text)) => vec![text.clone()],
                Some(Json::Array(items)) => items.iter().filter_map(|item| item.as_str().map(str::to_string)).collect(),
                Some(Json::Null) | None => Vec::new(),
                Some(other) => vec![other.to_string()],
            };
            for text in texts {
                by_value.entry(text).or_default().push(row);
            }
        }
        if by_value.is_empty() && !rows.is_empty() {
            findings.unfit.push(rules::plugins::no_field(source.place.clone(), (&plugin.name, &source.name), field));
        }
        for asker in &task.askers {
            let values = Of { plugin, asked: Some(&self.asked[*asker]) };
            let Some(value) = value.fill(&values, &|value| Some(value.to_string())) else { continue };
            let own = by_value.get(&value).map_or(&[][..], Vec::as_slice);
            let data =
                given.data.is_some().then(|| Arc::new(Json::Array(own.iter().map(|row| (*row).clone()).collect())));
            answers.of_asked[*asker][task.source] = Some(Arc::new(Given { data, ..given.clone() }));
        }
        answers.shared[task.plugin][task.source] = Some(Arc::new(given));
    }
}

/// An address with an entity's values in it, encoded. `None` where one is missing or would lead elsewhere.
pub fn filled_address(plugin: &Plugin, asked: &DataAsked, words: &Words) -> Option<String> {
    web::address(words, &Of { plugin, asked: Some(asked) }).map(String::from)
}

/// Whether it asks the same for every entity.
fn is_shared(source: &DataSource) -> bool {
    let is_fixed = |json: &JsonWords| json.is_fixed();
    match &source.from {
        DataFrom::Web(Request { url, query, headers, sent }) => {
            let sent = match sent {
                None => true,
                Some(Sent::Json(json)) => is_fixed(json),
                Some(Sent::GraphQl { variables, .. }) => is_fixed(variables),
            };
            url.is_fixed() && query.iter().chain(headers).all(|(_, value)| value.is_fixed()) && sent
        }
        DataFrom::File { path, .. } => path.is_fixed(),
        DataFrom::Command { .. } => true,
        DataFrom::Repository(_) | DataFrom::Reader(_) | DataFrom::Nowhere => false,
    }
}

/// The value at a dotted path; parts that are numbers count from 0 in lists.
fn at_path<'a>(json: &'a Json, path: &str) -> Option<&'a Json> {
    path.split('.').filter(|part| !part.is_empty()).try_fold(json, |json, part| match json {
        Json::Object(map) => map.get(part),
        Json::Array(items) => items.get(part.parse::<usize>().ok()?),
        _ => None,
    })
}

/// Why the data do not fit their schema.
pub fn unfit(source: &DataSource, json: &Json) -> Option<String> {
    let validator = jsonschema::validator_for(source.schema.as_ref()?).ok()?;
    let error = validator.iter_errors(json).next()?;
    let at = error.instance_path().to_string();
    let at = if at.is_empty() { String::new() } else { format!("at `{at}` ") };
    let what: String = error.to_string().chars().take(200).collect();
    Some(format!("{at}{what}"))
}

#[cfg(test)]
mod tests;
