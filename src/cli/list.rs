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
use crate::query::{KEYS, Query};
use clap::{Args, ValueEnum};
use serde_json::Value as Json;
use std::path::PathBuf;

/// List the entities that a query finds.
///
/// A query is made of words and `key:value`; `-key:value` leaves out, quotes keep words together, `*` stands for any
/// value or any rest. Keys are kind, type, lifecycle, owner, system, tag, namespace, name, title, ref, description, uses,
/// provides, and paths such as `spec.x` or `metadata.annotations.x`.
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
    let query = parse(&command.query.join(" "))?;
    let entities = match command.portal.get() {
        Some(_) if command.sources.is_compat() => {
            return Err(
                Stop::usage("`--compat` judges sources; a portal is built already").hint("Name them with `--source`.")
            );
        }
        Some(portal) => published(&portal, &query)?,
        None => read(command, &query, talk, interrupt)?,
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

fn parse(text: &str) -> Result<Query, Stop> {
    Query::parse(text).map_err(|fault| {
        let stop = Stop::usage(format!("the query cannot be used: {}", fault.message));
        let guess = fault.unknown_key.and_then(|key| did_you_mean(&key, KEYS.iter().map(|(name, _, _)| *name)));
        match guess {
            Some(guess) => stop.hint(guess),
            None => stop.hint("`callboard list --help` names the keys."),
        }
    })
}

fn read(command: &List, query: &Query, talk: &Talk, interrupt: &Interrupt) -> Result<Vec<Json>, Stop> {
    let scope = command.sources.scope(&command.source, talk)?;
    let progress = Progress::new(talk, interrupt);
    let gathered = command.sources.gather(&scope, None, &progress)?;
    let all = gathered.catalog.ids().map(|id| api::entity(&gathered.catalog, &gathered.snapshot, &gathered.graph, id));
    Ok(all.filter(|entity| query.matches(entity)).collect())
}

/// Entities of a portal, page by page.
pub(super) fn published(portal: &Portal, query: &Query) -> Result<Vec<Json>, Stop> {
    let index = portal.json("api/catalog/index.json")?;
    let mut found = Vec::new();
    for page in index["pages"].as_array().into_iter().flatten().filter_map(Json::as_str) {
        if let Json::Array(entities) = portal.json(&format!("api/catalog/{page}"))? {
            found.extend(entities.into_iter().filter(|entity| query.matches(entity)));
        }
    }
    Ok(found)
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
