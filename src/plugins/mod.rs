//! What plugins show: which of them an entity has, their templates over the data that were read, and what lists, search and
//! scorecards are told.
//!
//! In: plugins, catalog, what their sources gave. Out: HTML of tabs, cards and pages, facts by entity, findings. Templates are the
//! operator's and look nothing up. Data are a stranger's: they are escaped, and no address of theirs does anything but lead to
//! the web.

mod clusters;
mod filters;
mod guard;
pub mod kubernetes;
mod sample;
mod templates;

use crate::api;
use crate::catalog::{Catalog, EntityId};
use crate::config::{Config, DataFrom, DataSource, Plugin, Reader};
use crate::diagnostics::{Finding, rules};
use crate::graph::Graph;
use crate::source;
use crate::source::date::rfc3339;
use crate::source::{Answers, DataAsked, Given, Snapshot};
use crate::strings::Strings;
use rayon::prelude::*;
use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use templates::{Part, Templates};

pub use clusters::clusters;
pub use sample::{Sample, Tried, try_sample};

/// What a word of a badge or a facet may be long, in characters.
const LONGEST_WORD: usize = 60;
/// Problems of one entity by one plugin, and how long one is told, in characters.
const MOST_PROBLEMS: usize = 20;
const LONGEST_PROBLEM: usize = 300;
/// Words for search, in characters.
const LONGEST_SEARCH: usize = 2_000;

/// Which entities ask for the data of which plugins, by plugin, then by entity.
pub fn asked(config: &Config, catalog: &Catalog) -> Vec<DataAsked> {
    let dependencies = clusters::dependencies(config, catalog);
    let mut asked = Vec::new();
    for (plugin, of) in config.plugins.iter().enumerate() {
        for id in catalog.ids() {
            let entity = catalog.entity(id);
            let has = |key: &str| entity.annotation(key).is_some_and(|value| !value.trim().is_empty());
            if !of.is_for(entity.kind.name) || !of.annotations.iter().any(|(_, key)| has(key)) {
                continue;
            }
            let pairs = |pairs: &[(Box<str>, Box<str>)]| {
                pairs.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect()
            };
            asked.push(DataAsked {
                plugin,
                reference: entity.reference.clone(),
                kind: entity.kind.id.to_string(),
                namespace: entity.namespace.to_string(),
                name: entity.name.to_string(),
                annotations: pairs(&entity.annotations),
                depends_on: dependencies.get(&entity.reference).cloned().unwrap_or_default(),
                place: entity.written.place.clone(),
                repo: entity.written.repo,
                path: entity.written.place.path.to_string(),
            });
        }
    }
    asked
}

/// What templates are made of.
pub struct PluginParts<'a> {
    pub config: &'a Config,
    pub strings: &'a Strings,
    /// Text of the theme's templates that plugins use, by name.
    pub components: Vec<(&'a str, &'a str)>,
    pub catalog: &'a Catalog,
    pub snapshot: &'a Snapshot,
    pub graph: &'a Graph,
    pub asked: &'a [DataAsked],
    pub answers: &'a Answers,
}

/// Every plugin with what it knows.
pub struct Plugins<'a> {
    parts: PluginParts<'a>,
    templates: Vec<Templates>,
    /// By entity, numbers of those who asked.
    of_entity: BTreeMap<EntityId, Vec<usize>>,
    facts: BTreeMap<EntityId, Facts>,
    shared: Shared,
}

/// Data as templates take them, by where they lie: those that many entities see, and those that take long to make, which a
/// tab, a card and the facts ask for.
#[derive(Default)]
struct Shared(HashMap<usize, tera::Value>);

impl Shared {
    fn of(answers: &Answers, config: &Config, asked: &[DataAsked]) -> Shared {
        let is_made = |source: &DataSource| matches!(source.from, DataFrom::Reader(_));
        let sources = |asked: &DataAsked| config.plugins[asked.plugin].data.iter().enumerate();
        let mut all: HashMap<usize, tera::Value> = asked
            .par_iter()
            .enumerate()
            .flat_map_iter(|(at, asked)| {
                let made = sources(asked).filter(|(_, source)| is_made(source));
                made.filter_map(move |(number, source)| {
                    let data = answers.of(at, number)?.data.as_ref()?;
                    Some((address(data), value(source, data)))
                })
            })
            .collect();
        for (at, plugin) in config.plugins.iter().enumerate() {
            let given = (0..plugin.data.len()).filter_map(|source| answers.shared(at, source)?.data.as_ref());
            all.extend(given.map(|data| (address(data), tera::Value::from_serializable(&**data))));
        }
        Shared(all)
    }

    fn value(&self, source: &DataSource, data: &Arc<Json>) -> tera::Value {
        self.0.get(&address(data)).cloned().unwrap_or_else(|| value(source, data))
    }
}

/// What a source gave as templates take it.
fn value(source: &DataSource, data: &Json) -> tera::Value {
    match source.from {
        DataFrom::Reader(Reader::Kubernetes) => tera::Value::from_serializable(&kubernetes::view(data)),
        _ => tera::Value::from_serializable(data),
    }
}

fn address(data: &Arc<Json>) -> usize {
    Arc::as_ptr(data).addr()
}

/// What plugins tell of an entity beside their pages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    pub badges: Vec<BadgeFact>,
    /// Key and value, sorted; two plugins may tell under one key.
    pub facets: Vec<(String, String)>,
    /// `plugin/key` and whether it passes, of those that are asked of it.
    pub checks: Vec<(String, bool)>,
    pub problems: Vec<Problem>,
    /// Words by which its tabs are found: the plugin's name and the words.
    pub search: Vec<(String, String)>,
}

impl Facts {
    /// The values of each key, as queries see them: lists of texts by key.
    pub fn facets_json(&self) -> Json {
        let mut by_key = Map::new();
        for of_key in self.facets.chunk_by(|(a, _), (b, _)| a == b) {
            by_key.insert(of_key[0].0.clone(), of_key.iter().map(|(_, value)| value.as_str()).collect());
        }
        Json::Object(by_key)
    }
}

/// A word beside the entity's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadgeFact {
    /// The plugin's name and its title.
    pub plugin: String,
    pub title: String,
    pub text: String,
    pub tone: Tone,
}

/// What a word means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tone {
    Bad,
    Warn,
    Busy,
    Good,
    Off,
}

impl Tone {
    const ALL: [(&str, Tone); 5] =
        [("bad", Tone::Bad), ("warn", Tone::Warn), ("busy", Tone::Busy), ("good", Tone::Good), ("off", Tone::Off)];

    /// As templates write it.
    pub fn word(self) -> &'static str {
        Tone::ALL[self as usize].0
    }

    fn named(word: &str) -> Tone {
        Tone::ALL.iter().find(|(known, _)| *known == word).map_or(Tone::Off, |(_, tone)| *tone)
    }
}

/// Something that fails now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The plugin's name and its title.
    pub plugin: String,
    pub title: String,
    pub text: String,
}

/// What a part of a page came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shown {
    pub html: String,
    /// Why there is nothing, where the template failed.
    pub failed: Option<String>,
    /// When the oldest of its data were so, as an ISO time; empty where no source says.
    pub as_of: String,
    /// Sources that gave nothing new, and why: name, reason, and whether there is something older.
    pub stale: Vec<(String, String, bool)>,
}

impl<'a> Plugins<'a> {
    /// Reads the templates, and tells of every entity what lists and search want to know.
    pub fn new(parts: PluginParts<'a>) -> (Self, Vec<Finding>) {
        let mut findings = Vec::new();
        let templates: Vec<Templates> = parts
            .config
            .plugins
            .iter()
            .map(|plugin| Templates::of(plugin, parts.strings, &parts.components, &mut findings))
            .collect();
        let mut of_entity: BTreeMap<EntityId, Vec<usize>> = BTreeMap::new();
        for (at, asked) in parts.asked.iter().enumerate() {
            if let Some(id) = parts.catalog.find(&asked.reference) {
                of_entity.entry(id).or_default().push(at);
            }
        }
        let shared = Shared::of(parts.answers, parts.config, parts.asked);
        let mut plugins = Plugins { parts, templates, of_entity, facts: BTreeMap::new(), shared };
        let told: Vec<(EntityId, Facts, Vec<Finding>)> = plugins
            .of_entity
            .par_iter()
            .map(|(id, asked)| {
                let mut findings = Vec::new();
                (*id, plugins.facts_of(*id, asked, &mut findings), findings)
            })
            .collect();
        // One odd answer fails for many: each fault is told once, with one of them.
        let mut seen = BTreeSet::new();
        for (id, facts, found) in told {
            plugins.facts.insert(id, facts);
            let named = |finding: &Finding| finding.message.replace(finding.entity.as_deref().unwrap_or_default(), "");
            findings.extend(found.into_iter().filter(|finding| seen.insert(named(finding))));
        }
        (plugins, findings)
    }

    /// What plugins tell of an entity.
    pub fn facts(&self, id: EntityId) -> Option<&Facts> {
        self.facts.get(&id)
    }

    /// Every entity of which plugins tell something, in order.
    pub fn all_facts(&self) -> impl Iterator<Item = (EntityId, &Facts)> {
        self.facts.iter().map(|(id, facts)| (*id, facts))
    }

    /// Those that an entity has, in order: who asks, and the plugin.
    pub fn of(&self, id: EntityId) -> impl Iterator<Item = (usize, &'a Plugin)> + '_ {
        let asked = self.of_entity.get(&id).map_or(&[][..], Vec::as_slice);
        asked.iter().map(|at| (*at, &self.parts.config.plugins[self.parts.asked[*at].plugin]))
    }

    /// Tabs of all entities: whose, and who asks.
    pub fn tabs(&self) -> impl Iterator<Item = (EntityId, usize)> + '_ {
        let has_tab = |at: &usize| self.parts.config.plugins[self.parts.asked[*at].plugin].show.tab.is_some();
        self.of_entity.iter().flat_map(move |(id, asked)| asked.iter().copied().filter(has_tab).map(|at| (*id, at)))
    }

    /// The plugin of somebody who asks.
    pub fn plugin(&self, asked: usize) -> &'a Plugin {
        &self.parts.config.plugins[self.parts.asked[asked].plugin]
    }

    /// Plugins with a page of their own, by their number in the configuration.
    pub fn pages(&self) -> impl Iterator<Item = (usize, &'a Plugin)> {
        self.parts.config.plugins.iter().enumerate().filter(|(_, plugin)| plugin.show.page.is_some())
    }

    /// The tab of somebody who asks; `root` leads from its page to that of the site.
    pub fn tab(&self, asked: usize, root: &str, findings: &mut Vec<Finding>) -> Shown {
        self.shown(asked, Part::Tab, root, findings)
    }

    /// The same for the card.
    pub fn card(&self, asked: usize, root: &str, findings: &mut Vec<Finding>) -> Shown {
        self.shown(asked, Part::Card, root, findings)
    }

    /// The page of the plugin of that number.
    pub fn page(&self, plugin: usize, root: &str, findings: &mut Vec<Finding>) -> Shown {
        let of = &self.parts.config.plugins[plugin];
        let given: Vec<Option<&Given>> =
            (0..of.data.len()).map(|source| self.parts.answers.shared(plugin, source)).collect();
        let context = context(of, None, &BTreeMap::new(), &given, root, &self.shared);
        self.drawn(plugin, Part::Page, &context, &given, None, findings)
    }

    /// The address that browsers read for somebody who asks.
    pub fn live_url(&self, asked: usize) -> Option<String> {
        let live = self.plugin(asked).live.as_ref()?;
        source::filled_address(self.plugin(asked), &self.parts.asked[asked], &live.url)
    }

    fn given(&self, asked: usize) -> Vec<Option<&Given>> {
        (0..self.plugin(asked).data.len()).map(|source| self.parts.answers.of(asked, source)).collect()
    }

    fn shown(&self, asked: usize, part: Part, root: &str, findings: &mut Vec<Finding>) -> Shown {
        let given = self.given(asked);
        let context = self.context_of(asked, &given, root);
        let reference = self.parts.asked[asked].reference.clone();
        self.drawn(self.parts.asked[asked].plugin, part, &context, &given, Some(&reference), findings)
    }

    fn context_of(&self, asked: usize, given: &[Option<&Given>], root: &str) -> tera::Context {
        let PluginParts { catalog, snapshot, graph, .. } = &self.parts;
        let of = &self.parts.asked[asked];
        let entity = catalog.find(&of.reference).map(|id| api::entity(catalog, snapshot, graph, id));
        context(self.plugin(asked), entity.as_ref(), &of.annotations, given, root, &self.shared)
    }

    fn drawn(
        &self,
        plugin: usize,
        part: Part,
        context: &tera::Context,
        given: &[Option<&Given>],
        entity: Option<&Arc<str>>,
        findings: &mut Vec<Finding>,
    ) -> Shown {
        let of = &self.parts.config.plugins[plugin];
        let mut shown = Shown { as_of: oldest(given), ..Shown::default() };
        for (source, given) in of.data.iter().zip(given) {
            if let Some(Given { fault: Some(fault), data, .. }) = given {
                shown.stale.push((source.name.clone(), fault.clone(), data.is_some()));
            }
        }
        match self.templates[plugin].html(part, context) {
            Ok(html) => shown.html = html,
            Err(cause) => {
                let (place, entity) = (of.place.clone(), entity.map_or("", |entity| entity));
                findings.push(rules::plugins::failed(place, &of.name, part.word(), entity, &cause));
                shown.failed = Some(cause);
            }
        }
        shown
    }

    fn facts_of(&self, id: EntityId, asked: &[usize], findings: &mut Vec<Finding>) -> Facts {
        let mut facts = Facts::default();
        for at in asked {
            let plugin = self.plugin(*at);
            let templates = &self.templates[self.parts.asked[*at].plugin];
            if !templates.has_words() {
                continue;
            }
            let context = self.context_of(*at, &self.given(*at), "");
            let reference = &self.parts.catalog.entity(id).reference;
            let mut told = |what: &str| match templates.words(what, &context) {
                Some(Ok(text)) => text,
                Some(Err(cause)) => {
                    findings.push(rules::plugins::failed(plugin.place.clone(), &plugin.name, what, reference, &cause));
                    String::new()
                }
                None => String::new(),
            };
            templates::facts(plugin, &mut told, &mut facts);
        }
        facts.facets.sort();
        facts.facets.dedup();
        facts
    }
}

/// When the oldest of the data were so.
fn oldest(given: &[Option<&Given>]) -> String {
    given.iter().flatten().filter_map(|given| given.as_of).min().and_then(rfc3339).unwrap_or_default()
}

/// What a template sees.
fn context(
    plugin: &Plugin,
    entity: Option<&Json>,
    annotations: &BTreeMap<String, String>,
    given: &[Option<&Given>],
    root: &str,
    shared: &Shared,
) -> tera::Context {
    let (mut data, mut sources) = (tera::Map::new(), Map::new());
    for (source, given) in plugin.data.iter().zip(given) {
        if let Some(json) = given.and_then(|given| given.data.as_ref()) {
            data.insert(source.name.clone().into(), shared.value(source, json));
        } else if source.rows.is_some() || source.list.is_some() {
            // Rows that could not be read are none.
            data.insert(source.name.clone().into(), tera::Value::from(Vec::<tera::Value>::new()));
        }
        let Some(given) = given else { continue };
        let as_of = given.as_of.and_then(rfc3339).unwrap_or_default();
        let about = json!({ "as_of": as_of, "is_stale": given.fault.is_some(), "reason": given.fault });
        sources.insert(source.name.clone(), about);
    }
    let named = plugin.annotations.iter().filter_map(|(name, key)| Some((name, annotations.get(key)?)));
    let named: BTreeMap<&String, &String> = named.collect();
    let mut context = tera::Context::new();
    context.insert_value("data", tera::Value::from(data));
    context.insert("entity", &entity);
    context.insert("annotations", &named);
    context.insert("settings", &plugin.settings);
    context.insert("sources", &sources);
    context.insert("root", root);
    context
}

/// At most so many characters, in one line.
fn cut(text: &str, most: usize) -> String {
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
