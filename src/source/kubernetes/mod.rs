//! What runs in clusters of the entities that say so: read from the API of each cluster, or from a file that
//! `kubectl get -o json` wrote; kept for builds to come.
//!
//! In: clusters, and the annotations of entities. Out: of each entity its objects and warnings by cluster. A cluster is
//! asked once for each type of objects and selector, not for each entity. One that gives no answer keeps its last one,
//! whose age is told. Objects come from strangers, and they hold more than readers may see: what is kept is without it.

mod client;
mod redact;
mod selector;
mod snapshot;

use super::crawl::CrawlOptions;
use super::{Outside, kept};
use crate::config::{Cluster, ClusterApi, ClusterFrom, Dashboard, Kubernetes, ObjectType, ServiceLocator, ca_of};
use crate::diagnostics::{Finding, Place, rules};
use client::{Client, Fault, Limits, Question};
use selector::Selector;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The label that carries the value of the annotation of the same name.
const ID: &str = "backstage.io/kubernetes-id";
/// Clusters that are read at a time.
const AT_ONCE: usize = 8;
/// After so long without an answer, and after so long in all, a cluster has failed.
const SLOWEST: Duration = Duration::from_secs(30);
const LONGEST: Duration = Duration::from_secs(180);
/// Clusters that the catalog may bring.
const MOST_DECLARED: usize = 100;
/// Objects that are read of a cluster, what they may weigh as they are kept, and warnings.
const MOST_OBJECTS: usize = 20_000;
const MOST_BYTES: usize = 48 << 20;
const MOST_EVENTS: usize = 5_000;
/// Selectors that a cluster is asked for, beside the one by id, and namespaces that are asked one by one.
const MOST_SELECTORS: usize = 200;
const MOST_NAMESPACES: usize = 50;
/// Objects and warnings of one entity.
const MOST_OF_ENTITY: usize = 1_000;
const MOST_EVENTS_OF_ENTITY: usize = 100;

/// An entity whose objects are wanted.
#[derive(Debug, Clone, Default)]
pub struct Asked<'a> {
    /// `component:default/shop`
    pub reference: &'a str,
    /// The annotations `backstage.io/kubernetes-id`, `…-label-selector`, `…-namespace` and `…-cluster`.
    pub id: Option<&'a str>,
    pub label_selector: Option<&'a str>,
    pub namespace: Option<&'a str>,
    pub cluster: Option<&'a str>,
    /// Refs of what it depends on.
    pub depends_on: Vec<&'a str>,
    /// Where it stands.
    pub place: Option<Place>,
}

/// A Resource of type `kubernetes-cluster`.
#[derive(Debug, Clone, Default)]
pub struct Declared<'a> {
    /// `metadata.name`
    pub name: &'a str,
    /// Its annotations; those that begin with `kubernetes.io/` are looked at.
    pub annotations: BTreeMap<&'a str, &'a str>,
    pub place: Option<Place>,
}

/// What runs of an entity.
#[derive(Debug, Clone, PartialEq)]
pub struct Given {
    /// `{"clusters": [{name, title, dashboard, as_of, reason, unread, is_cut, objects, events}]}`: clusters that have something
    /// of it, or of which that is not known.
    pub objects: Json,
    /// When the oldest of it was read, in seconds since 1970; `None` where no cluster could say.
    pub as_of: Option<i64>,
    /// Why some of it is not from this build. Of a cluster that was never read, its own `reason` tells.
    pub stale: Option<String>,
}

/// Reads what `asked` want to know, one [`Given`] for each in their order. What cannot be read is a finding each.
pub fn read(
    kubernetes: &Kubernetes,
    declared: &[Declared<'_>],
    asked: &[Asked<'_>],
    options: &CrawlOptions<'_>,
) -> (Vec<Given>, Vec<Finding>) {
    let mut findings = Vec::new();
    let clusters = clusters(kubernetes, declared, &mut findings);
    let wants: Vec<Option<Want<'_>>> = asked.iter().map(|asked| want(asked, &mut findings)).collect();
    let reader = Reader { kubernetes, options };
    let mut given: Vec<Given> =
        asked.iter().map(|_| Given { objects: json!({ "clusters": [] }), as_of: None, stale: None }).collect();
    for round in clusters.chunks(AT_ONCE) {
        let of_cluster = |cluster: &Cluster| -> Vec<usize> {
            let is_there = |at: &usize| wants[*at].is_some() && is_looked_for(kubernetes.locator, &asked[*at], cluster);
            (0..asked.len()).filter(is_there).collect()
        };
        let works: Vec<(&Cluster, Vec<usize>)> = round.iter().map(|cluster| (cluster, of_cluster(cluster))).collect();
        let states: Vec<State> = std::thread::scope(|scope| {
            let mut threads = Vec::new();
            for (cluster, of) in &works {
                let wants: Vec<&Want<'_>> = of.iter().filter_map(|at| wants[*at].as_ref()).collect();
                threads.push(scope.spawn(move || reader.state(cluster, &wants)));
            }
            threads.into_iter().map(|thread| thread.join().unwrap_or_else(|_| State::lost())).collect()
        });
        for ((cluster, of), state) in works.iter().zip(states) {
            findings.extend(state.findings(&cluster.name));
            let view = View::of(&state);
            for at in of {
                let Some(want) = &wants[*at] else { continue };
                given[*at].add(cluster, &state, &view, want);
            }
        }
    }
    (given, findings)
}

/// What an entity asks of every cluster.
#[derive(Debug)]
struct Want<'a> {
    by: By<'a>,
    namespace: Option<&'a str>,
}

#[derive(Debug)]
enum By<'a> {
    Id(&'a str),
    Selector { text: &'a str, read: Selector },
}

impl By<'_> {
    /// What a cluster is asked for, once for all who ask the same.
    fn question(&self) -> &str {
        match self {
            By::Id(_) => ID,
            By::Selector { text, .. } => text,
        }
    }
}

/// `None` where the annotations ask nothing that can be answered.
fn want<'a>(asked: &Asked<'a>, findings: &mut Vec<Finding>) -> Option<Want<'a>> {
    let given = |text: &&str| !text.trim().is_empty();
    let mut bad = |annotation: &str, why: &str| {
        findings.push(rules::source::kubernetes_annotation(asked.place.clone(), asked.reference, annotation, why));
    };
    let namespace = asked.namespace.map(str::trim).filter(given);
    let is_name = |name: &str| {
        name.len() <= 63 && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    if namespace.is_some_and(|name| !is_name(name)) {
        bad("backstage.io/kubernetes-namespace", "it is no name of a namespace");
        return None;
    }
    let by = match asked.label_selector.map(str::trim).filter(given) {
        Some(text) => match Selector::parse(text) {
            Ok(read) => By::Selector { text, read },
            Err(why) => {
                bad("backstage.io/kubernetes-label-selector", &why);
                return None;
            }
        },
        None => By::Id(asked.id.map(str::trim).filter(given)?),
    };
    Some(Want { by, namespace })
}

/// Whether the entity is looked for on this cluster.
fn is_looked_for(locator: ServiceLocator, asked: &Asked<'_>, cluster: &Cluster) -> bool {
    match locator {
        ServiceLocator::MultiTenant => true,
        ServiceLocator::SingleTenant => {
            asked.cluster.map(str::trim).filter(|name| !name.is_empty()).is_none_or(|name| name == cluster.name)
        }
        ServiceLocator::CatalogRelation => {
            let namespace = asked.reference.split_once(':').and_then(|(_, rest)| Some(rest.split_once('/')?.0));
            let wanted = format!("resource:{}/{}", namespace.unwrap_or("default"), cluster.name);
            asked.depends_on.iter().any(|target| target.eq_ignore_ascii_case(&wanted))
        }
    }
}

/// The clusters of the configuration, then those of the catalog whose server the configuration names.
fn clusters(kubernetes: &Kubernetes, declared: &[Declared<'_>], findings: &mut Vec<Finding>) -> Vec<Cluster> {
    let mut clusters = kubernetes.clusters.clone();
    let Some(catalogued) = &kubernetes.catalogued else { return clusters };
    for declared in declared.iter().take(MOST_DECLARED) {
        let annotation = |name: &str| {
            let text = declared.annotations.get(format!("kubernetes.io/{name}").as_str());
            text.map(|text| text.trim()).filter(|text| !text.is_empty())
        };
        let Some(server) = annotation("api-server") else { continue };
        if clusters.iter().any(|known| known.name == declared.name) {
            continue;
        }
        let url = url::Url::parse(server).ok();
        // Whoever writes the catalog must not choose who is asked, nor who gets a token.
        let known = catalogued.servers.iter().find(|known| {
            let (path, of) = (url.as_ref().map(url::Url::path), known.url.path().trim_end_matches('/'));
            url.as_ref().is_some_and(|url| url.origin() == known.url.origin())
                && path.is_some_and(|path| path.trim_end_matches('/') == of)
        });
        let Some(known) = known else {
            findings.push(rules::source::cluster_not_listed(declared.place.clone(), declared.name, server));
            continue;
        };
        let ca = annotation("api-server-certificate-authority").and_then(ca_of);
        let skips = catalogued.may_skip_verify && annotation("skip-tls-verify") == Some("true");
        let api =
            ClusterApi { ca: known.ca.clone().or(ca), skips_verify: known.skips_verify || skips, ..known.clone() };
        let parameters = annotation("dashboard-parameters").and_then(|text| serde_json::from_str(text).ok());
        let dashboard = Dashboard {
            url: annotation("dashboard-url").map(str::to_string),
            app: annotation("dashboard-app").map(str::to_string),
            parameters: parameters.unwrap_or_default(),
        };
        clusters.push(Cluster {
            name: declared.name.to_string(),
            title: None,
            from: ClusterFrom::Api(api),
            custom: None,
            dashboard: Some(dashboard).filter(|dashboard| *dashboard != Dashboard::default()),
        });
    }
    clusters
}

/// What is known of a cluster.
#[derive(Debug, Default)]
struct State {
    lists: Vec<List>,
    /// Warnings about objects of the lists.
    events: Vec<Json>,
    /// When the oldest of it was read.
    time: Option<i64>,
    /// Why it is not from this build, or why there is nothing.
    fault: Option<String>,
    /// There is something from an earlier build, where this one failed.
    has_earlier: bool,
    /// Types of objects that the cluster did not list, and why.
    unread: Vec<Unread>,
    /// What was cut: a word, and how many are read.
    cuts: Vec<(&'static str, usize)>,
}

/// The answer to one question, or all that a snapshot holds.
#[derive(Debug)]
struct List {
    /// The selector; `None` for a snapshot, whose objects nobody chose yet.
    question: Option<String>,
    objects: Vec<Json>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Unread {
    /// `pods`
    what: String,
    /// `None`: the cluster has no such type.
    reason: Option<String>,
    is_custom: bool,
}

impl State {
    fn failed(reason: impl Into<String>) -> State {
        State { fault: Some(reason.into()), ..State::default() }
    }

    fn lost() -> State {
        State::failed("reading it failed")
    }

    fn findings(&self, cluster: &str) -> Vec<Finding> {
        let mut findings = Vec::new();
        if let Some(reason) = &self.fault {
            findings.push(rules::source::cluster_unread(cluster, reason, self.has_earlier));
        }
        for Unread { what, reason, is_custom } in &self.unread {
            findings.push(rules::source::cluster_part_unread(cluster, what, reason.as_deref(), *is_custom));
        }
        for (what, most) in &self.cuts {
            findings.push(rules::source::cluster_cut(cluster, what, *most));
        }
        findings
    }
}

#[derive(Clone, Copy)]
struct Reader<'a> {
    kubernetes: &'a Kubernetes,
    options: &'a CrawlOptions<'a>,
}

/// What is asked of a cluster once: a selector, in the namespaces that all who ask it name, or in all.
type Plan<'a> = BTreeMap<&'a str, Option<BTreeSet<&'a str>>>;

impl Reader<'_> {
    fn state(&self, cluster: &Cluster, wants: &[&Want<'_>]) -> State {
        match &cluster.from {
            _ if wants.is_empty() => State::default(),
            ClusterFrom::Snapshots(files) => match snapshot::read(files, MOST_OBJECTS) {
                Ok(snapshot) => snapshot.into(),
                Err(reason) => State::failed(reason),
            },
            ClusterFrom::Api(api) => self.hear(cluster, api, wants),
        }
    }

    fn hear(&self, cluster: &Cluster, api: &ClusterApi, wants: &[&Want<'_>]) -> State {
        let file = kept_file(self.options.cache_dir, &cluster.name, api);
        let earlier = || kept::read::<Kept>(&file).map(State::from);
        if self.options.outside != Outside::Servers || self.options.locked.is_some() {
            let nothing = || State::failed("no answer is kept, and this build asks nobody");
            return earlier().unwrap_or_else(nothing);
        }
        match self.ask(cluster, api, wants) {
            Ok(state) => {
                // A cache that cannot be written costs only the next failure its last good answer.
                let _ = kept::write(&file, &Kept::of(&state));
                state
            }
            Err(reason) => match earlier() {
                Some(state) => State { fault: Some(reason), has_earlier: true, ..state },
                None => State::failed(reason),
            },
        }
    }

    /// The error says why the cluster cannot be read.
    fn ask(&self, cluster: &Cluster, api: &ClusterApi, wants: &[&Want<'_>]) -> Result<State, String> {
        let is_here = api.url.scheme() == "http";
        if api.token.is_none() && !is_here {
            return Err("no token is configured: its variable may not be set".to_string());
        }
        let limits = Limits { slowest: SLOWEST, longest: LONGEST, patience: self.options.max_wait };
        let client = Client::of(api, limits, &*self.options.goes_on)?;
        let mut state = State::default();
        let mut unread = BTreeSet::new();
        let (mut left, mut bytes) = (MOST_OBJECTS, 0);
        let plan = plan(wants, &mut state);
        let custom = cluster.custom.as_ref().unwrap_or(&self.kubernetes.custom);
        for of in self.kubernetes.types.iter().chain(custom) {
            'type_of_objects: for (selector, namespaces) in &plan {
                let mut objects = Vec::new();
                let all = namespaces.as_ref().map_or_else(
                    || vec![None],
                    |namespaces| namespaces.iter().map(|name| Some(*name)).collect::<Vec<_>>(),
                );
                for namespace in all {
                    let question = Question { of, namespace, selector: ("labelSelector", selector), most: left };
                    let listed = match client.list(&question) {
                        Ok(listed) => listed,
                        Err(Fault::Cluster(reason)) => return Err(reason),
                        Err(fault) => {
                            let reason = if let Fault::Refused(reason) = fault { Some(reason) } else { None };
                            let is_missing = reason.is_none();
                            unread.insert(Unread { what: of.plural.clone(), reason, is_custom: of.is_custom });
                            if is_missing {
                                break 'type_of_objects;
                            }
                            continue;
                        }
                    };
                    state.time = older(state.time, listed.time);
                    left -= listed.objects.len();
                    bytes += listed.objects.iter().map(weight).sum::<usize>();
                    if listed.is_cut {
                        state.cuts.push(("objects", MOST_OBJECTS));
                    }
                    objects.extend(listed.objects);
                    if bytes > MOST_BYTES {
                        state.cuts.push(("MiB of objects", MOST_BYTES >> 20));
                        left = 0;
                    }
                }
                state.lists.push(List { question: Some(selector.to_string()), objects });
            }
        }
        self.ask_events(&client, &mut state, &mut unread)?;
        state.unread = unread.into_iter().collect();
        state.cuts.dedup();
        Ok(state)
    }

    /// Warnings of the namespaces in which something was found.
    fn ask_events(&self, client: &Client<'_>, state: &mut State, unread: &mut BTreeSet<Unread>) -> Result<(), String> {
        let of = ObjectType { group: String::new(), version: "v1".into(), plural: "events".into(), is_custom: false };
        let objects = || state.lists.iter().flat_map(|list| &list.objects);
        let namespaces: BTreeSet<&str> =
            objects().filter_map(|object| object["metadata"]["namespace"].as_str()).collect();
        let known: BTreeSet<&str> = objects().filter_map(|object| object["metadata"]["uid"].as_str()).collect();
        let each: Vec<Option<&str>> = if namespaces.len() > MOST_NAMESPACES {
            vec![None]
        } else {
            namespaces.iter().map(|name| Some(*name)).collect()
        };
        let (mut events, mut is_cut) = (Vec::new(), false);
        for namespace in each {
            let selector = ("fieldSelector", "type=Warning");
            match client.list(&Question { of: &of, namespace, selector, most: MOST_EVENTS }) {
                Ok(listed) => {
                    is_cut |= listed.is_cut;
                    let is_ours =
                        |event: &&Json| event["involvedObject"]["uid"].as_str().is_some_and(|uid| known.contains(uid));
                    events.extend(listed.objects.iter().filter(is_ours).map(slim));
                }
                Err(Fault::Cluster(reason)) => return Err(reason),
                Err(fault) => {
                    let reason = if let Fault::Refused(reason) = fault { Some(reason) } else { None };
                    unread.insert(Unread { what: of.plural, reason, is_custom: false });
                    break;
                }
            }
        }
        if is_cut || events.len() > MOST_EVENTS {
            events.truncate(MOST_EVENTS);
            state.cuts.push(("events", MOST_EVENTS));
        }
        state.events = events;
        Ok(())
    }
}

fn plan<'a>(wants: &[&'a Want<'_>], state: &mut State) -> Plan<'a> {
    let mut plan: Plan<'a> = BTreeMap::new();
    for want in wants {
        let question = want.by.question();
        let namespaces = plan.entry(question).or_insert_with(|| Some(BTreeSet::new()));
        match (want.namespace, &mut *namespaces) {
            (Some(name), Some(names)) => {
                names.insert(name);
            }
            _ => *namespaces = None,
        }
    }
    if plan.len() > MOST_SELECTORS {
        state.cuts.push(("label selectors", MOST_SELECTORS));
        let kept: BTreeSet<&str> = plan.keys().copied().filter(|key| *key != ID).take(MOST_SELECTORS).collect();
        plan.retain(|key, _| *key == ID || kept.contains(key));
    }
    for namespaces in plan.values_mut() {
        if namespaces.as_ref().is_some_and(|names| names.len() > MOST_NAMESPACES) {
            *namespaces = None;
        }
    }
    plan
}

fn older(a: Option<i64>, b: Option<i64>) -> Option<i64> {
    [a, b].into_iter().flatten().min()
}

fn weight(object: &Json) -> usize {
    serde_json::to_string(object).map_or(0, |text| text.len())
}

/// What readers see of an event.
fn slim(event: &Json) -> Json {
    let mut slim = Map::new();
    for key in ["type", "reason", "message", "count", "firstTimestamp", "lastTimestamp", "eventTime", "series"] {
        if let Some(value) = event.get(key).filter(|value| !value.is_null()) {
            slim.insert(key.to_string(), value.clone());
        }
    }
    let mut of = Map::new();
    for key in ["kind", "namespace", "name", "uid", "fieldPath"] {
        if let Some(value) = event["involvedObject"].get(key) {
            of.insert(key.to_string(), value.clone());
        }
    }
    slim.insert("involvedObject".to_string(), Json::Object(of));
    Json::Object(slim)
}

/// Answers as they are kept between builds. JSON stands in text: the format around it needs to know every shape.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    /// By selector.
    lists: Vec<(String, String)>,
    events: String,
    time: Option<i64>,
    unread: Vec<Unread>,
}

impl Kept {
    fn of(state: &State) -> Kept {
        let text = |objects: &[Json]| serde_json::to_string(objects).unwrap_or_default();
        let list = |list: &List| Some((list.question.clone()?, text(&list.objects)));
        Kept {
            lists: state.lists.iter().filter_map(list).collect(),
            events: text(&state.events),
            time: state.time,
            unread: state.unread.clone(),
        }
    }
}

impl From<Kept> for State {
    fn from(kept: Kept) -> State {
        let objects = |text: &str| serde_json::from_str::<Vec<Json>>(text).unwrap_or_default();
        let list =
            |(question, text): &(String, String)| List { question: Some(question.clone()), objects: objects(text) };
        State {
            lists: kept.lists.iter().map(list).collect(),
            events: objects(&kept.events),
            time: kept.time,
            unread: kept.unread,
            ..State::default()
        }
    }
}

fn kept_file(cache_dir: &Path, name: &str, api: &ClusterApi) -> PathBuf {
    let key = blake3::hash(format!("{name}\n{}", api.url).as_bytes()).to_hex();
    cache_dir.join("kubernetes").join(&key.as_str()[..32])
}

/// Where to find what an entity asks for.
struct View<'a> {
    /// By selector, except the one by id.
    by_selector: BTreeMap<&'a str, Vec<&'a Json>>,
    by_id: BTreeMap<&'a str, Vec<&'a Json>>,
    /// What nobody chose yet.
    loose: Vec<&'a Json>,
    events: BTreeMap<&'a str, Vec<&'a Json>>,
}

impl<'a> View<'a> {
    fn of(state: &'a State) -> View<'a> {
        let mut view =
            View { by_selector: BTreeMap::new(), by_id: BTreeMap::new(), loose: Vec::new(), events: BTreeMap::new() };
        for List { question, objects } in &state.lists {
            match question.as_deref() {
                Some(question) if question != ID => {
                    view.by_selector.entry(question).or_default().extend(objects);
                    continue;
                }
                Some(_) => {}
                None => view.loose.extend(objects),
            }
            for object in objects {
                if let Some(id) = object["metadata"]["labels"][ID].as_str() {
                    view.by_id.entry(id).or_default().push(object);
                }
            }
        }
        for event in &state.events {
            if let Some(uid) = event["involvedObject"]["uid"].as_str() {
                view.events.entry(uid).or_default().push(event);
            }
        }
        view
    }

    fn objects(&self, want: &Want<'_>) -> Vec<&'a Json> {
        let is_there =
            |object: &&&Json| want.namespace.is_none_or(|name| object["metadata"]["namespace"].as_str() == Some(name));
        let found = match &want.by {
            By::Id(id) => self.by_id.get(id),
            By::Selector { text, .. } => self.by_selector.get(text),
        };
        let mut objects: Vec<&Json> = found.into_iter().flatten().filter(is_there).copied().collect();
        if let By::Selector { read, .. } = &want.by {
            let fits = |object: &&&Json| read.fits(object["metadata"]["labels"].as_object());
            objects.extend(self.loose.iter().filter(is_there).filter(fits));
        }
        objects
    }
}

impl Given {
    fn add(&mut self, cluster: &Cluster, state: &State, view: &View<'_>, want: &Want<'_>) {
        let objects = view.objects(want);
        if objects.is_empty() && state.fault.is_none() {
            return;
        }
        let is_cut = objects.len() > MOST_OF_ENTITY;
        let objects: Vec<&Json> = objects.into_iter().take(MOST_OF_ENTITY).collect();
        let uids: BTreeSet<&str> = objects.iter().filter_map(|object| object["metadata"]["uid"].as_str()).collect();
        let events = uids.iter().filter_map(|uid| view.events.get(uid)).flatten().take(MOST_EVENTS_OF_ENTITY);
        let unread = |unread: &Unread| json!({ "what": unread.what, "reason": unread.reason });
        let mut of = Map::new();
        of.insert("name".into(), cluster.name.clone().into());
        of.insert("title".into(), cluster.title.clone().unwrap_or_else(|| cluster.name.clone()).into());
        if let Some(Dashboard { url, app, parameters }) = &cluster.dashboard {
            of.insert("dashboard".into(), json!({ "url": url, "app": app, "parameters": parameters }));
        }
        if let Some(reason) = &state.fault {
            of.insert("reason".into(), reason.clone().into());
            of.insert("as_of".into(), state.time.and_then(super::date::rfc3339).into());
        }
        // What a cluster lacks altogether is nothing that an entity lost.
        let parts = state.unread.iter().filter(|unread| unread.reason.is_some()).map(unread);
        of.insert("unread".into(), parts.collect());
        of.insert("is_cut".into(), is_cut.into());
        of.insert("objects".into(), objects.into_iter().cloned().collect());
        of.insert("events".into(), events.copied().cloned().collect());
        if let Some(clusters) = self.objects["clusters"].as_array_mut() {
            clusters.push(Json::Object(of));
        }
        self.as_of = older(self.as_of, state.time);
        if let (Some(reason), true, None) = (&state.fault, state.has_earlier, &self.stale) {
            self.stale = Some(format!("{}: {reason}", cluster.name));
        }
    }
}
