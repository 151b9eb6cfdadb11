//! `callboard list`

use super::columns::columns;
use super::portal::PortalOption;
use super::scope::Sources;
use super::talk::Progress;
use super::{Portal, Talk, print};
use crate::api;
use crate::csv;
use crate::diagnostics::suggestion::did_you_mean;
use crate::diagnostics::{Stop, count};
use crate::output::Interrupt;
use crate::pipeline;
use crate::query::{FACETS, KEYS, Query};
use crate::source::Outside;
use clap::{Args, ValueEnum};
use serde_json::{Map, Value as Json};
use std::path::PathBuf;

/// List the entities that a query finds.
///
/// A query is made of words and `key:value`; `-key:value` leaves out, quotes keep words together, `*` stands for any
/// value or any rest. Keys are kind, type, lifecycle, owner, system, tag, namespace, name, title, ref, description, uses,
/// provides, those that plugins add, and paths such as `spec.x` or `metadata.annotations.x`.
#[derive(Args)]
#[command(after_help = "\
Examples:
  callboard list kind:api lifecycle:deprecated
  callboard list 'kind:component owner:team-a -lifecycle:deprecated' --portal https://portal.example.com
  callboard list payment --source repos --format csv")]
pub(crate) struct List {
    /// What to look for; everything by default
    #[arg(value_name = "QUERY")]
    query: Vec<String>,
    /// A repository, a folder of repositories or a portal's folder [default: .]
    #[arg(long, value_name = "DIR", conflicts_with = "portal")]
    source: Vec<PathBuf>,
    #[command(flatten)]
    portal: PortalOption,
    #[arg(long, value_enum, default_value_t = Format::Table, value_name = "FORMAT")]
    format: Format,
    #[command(flatten)]
    sources: Sources,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Columns, for people
    Table,
    /// An array of entities with their relations
    Json,
    /// One ref a line
    Refs,
    Csv,
}

const COLUMNS: [&str; 7] = ["ref", "title", "type", "lifecycle", "owner", "system", "description"];

pub(crate) fn run(command: &List, talk: &Talk, interrupt: &Interrupt) -> Result<(), Stop> {
    let text = command.query.join(" ");
    let entities = match command.portal.get() {
        Some(_) if command.sources.is_compat() => {
            return Err(
                Stop::usage("`--compat` judges sources; a portal is built already").hint("Name them with `--source`.")
            );
        }
        Some(portal) => published(&portal, &|facets| parse(&text, facets))?,
        None => read(command, &text, talk, interrupt)?,
    };
    talk.clear();
    let text = match command.format {
        Format::Json => serde_json::to_string_pretty(&entities).unwrap_or_default() + "\n",
        Format::Refs => entities.iter().map(|entity| row(entity)[0].clone() + "\n").collect(),
        Format::Csv => as_csv(&entities),
        Format::Table => table(&entities, talk),
    };
    print(&text)?;
    if command.format == Format::Table {
        talk.say(&count(entities.len(), "entity"));
    }
    Ok(())
}

fn parse(text: &str, facets: &[String]) -> Result<Query, Stop> {
    Query::parse(text, facets).map_err(|fault| {
        let stop = Stop::usage(format!("the query cannot be used: {}", fault.message));
        let known = KEYS.iter().map(|(name, _, _)| *name).chain(facets.iter().map(String::as_str));
        let guess = fault.unknown_key.and_then(|key| did_you_mean(&key, known));
        match guess {
            Some(guess) => stop.hint(guess),
            None if facets.is_empty() => stop.hint("`callboard list --help` names the keys."),
            None => stop.hint(format!("`callboard list --help` names the keys; plugins add {}.", facets.join(", "))),
        }
    })
}

fn read(command: &List, text: &str, talk: &Talk, interrupt: &Interrupt) -> Result<Vec<Json>, Stop> {
    let scope = command.sources.scope(&command.source, talk)?;
    let keys = scope.loaded.config.facet_keys();
    // A slip is told before anything is read.
    let query = parse(text, &keys)?;
    let progress = Progress::new(talk, interrupt);
    let outside = if keys.is_empty() { Outside::Nowhere } else { Outside::Cache };
    command.sources.with_input(&scope, None, outside, &progress, |input| {
        let gathered = pipeline::gather(input)?;
        let mut facets = pipeline::facets(input, &gathered)?;
        let all = gathered.catalog.ids().map(|id| {
            let entity = api::entity(&gathered.catalog, &gathered.snapshot, &gathered.graph, id);
            with_facets(entity, facets.remove(&id))
        });
        Ok(all.filter(|entity| query.matches(entity)).collect())
    })
}

/// Entities of a portal, page by page. `parse` reads the query with the keys that the portal's plugins add.
pub(super) fn published(portal: &Portal, parse: &dyn Fn(&[String]) -> Result<Query, Stop>) -> Result<Vec<Json>, Stop> {
    let index = portal.json("api/catalog/index.json")?;
    let names = |list: &Json| -> Vec<String> {
        list.as_array().into_iter().flatten().filter_map(|name| name.as_str().map(str::to_owned)).collect()
    };
    let query = parse(&names(&index["facets"]["keys"]))?;
    let mut facets = Map::new();
    for page in names(&index["facets"]["pages"]) {
        if let Json::Object(of_page) = portal.json(&format!("api/catalog/{page}"))? {
            facets.extend(of_page);
        }
    }
    let mut found = Vec::new();
    for page in names(&index["pages"]) {
        if let Json::Array(entities) = portal.json(&format!("api/catalog/{page}"))? {
            let entities = entities.into_iter().map(|entity| {
                let told = facets.remove(&row(&entity)[0]);
                with_facets(entity, told)
            });
            found.extend(entities.filter(|entity| query.matches(entity)));
        }
    }
    Ok(found)
}

/// An entity with what plugins tell of it. What its descriptor writes there is not theirs.
fn with_facets(mut entity: Json, told: Option<Json>) -> Json {
    if let Some(map) = entity.as_object_mut() {
        map.remove(FACETS);
        map.extend(told.map(|told| (FACETS.to_string(), told)));
    }
    entity
}

/// The columns of an entity.
fn row(entity: &Json) -> [String; COLUMNS.len()] {
    let text = |value: &Json| value.as_str().unwrap_or_default().to_string();
    let target = |relation: &str, kind: &str| {
        let relations = entity["relations"].as_array().into_iter().flatten();
        let mut targets = relations.filter(|one| one["type"] == relation).filter_map(|one| one["targetRef"].as_str());
        targets.find(|target| target.starts_with(kind)).unwrap_or_default().to_string()
    };
    let (metadata, spec) = (&entity["metadata"], &entity["spec"]);
    let reference = format!("{}:{}/{}", text(&entity["kind"]), text(&metadata["namespace"]), text(&metadata["name"]));
    [
        reference.to_lowercase(),
        text(&metadata["title"]),
        text(&spec["type"]),
        text(&spec["lifecycle"]),
        target("ownedBy", ""),
        target("partOf", "system:"),
        text(&metadata["description"]).split_whitespace().collect::<Vec<_>>().join(" "),
    ]
}

fn as_csv(entities: &[Json]) -> String {
    let line = |entity| csv::line(&row(entity).each_ref().map(String::as_str));
    std::iter::once(csv::line(&COLUMNS)).chain(entities.iter().map(line)).collect()
}

/// Ref, type, lifecycle, owner and title in columns.
fn table(entities: &[Json], talk: &Talk) -> String {
    const SHOWN: [usize; 5] = [0, 2, 3, 4, 1];
    let rows: Vec<[String; 5]> = entities
        .iter()
        .map(|entity| {
            let row = row(entity);
            SHOWN.map(|at| row[at].clone())
        })
        .collect();
    columns(SHOWN.map(|at| COLUMNS[at]), &rows, talk)
}
