//! `callboard impact`

use super::scope::Sources;
use super::talk::Progress;
use super::{Talk, print};
use crate::catalog::{Catalog, EntityId, RelationType};
use crate::diagnostics::suggestion::nearest;
use crate::diagnostics::{Stop, StopKind, count, printable};
use crate::graph::{Direction, Graph, Reach, Step};
use crate::output::Interrupt;
use crate::query::short_forms;
use clap::{Args, ValueEnum};
use serde_json::{Value as Json, json};
use std::fmt::Write;
use std::path::PathBuf;

/// Show what a change of an entity reaches, and whom to tell.
///
/// Dependents and dependencies by distance, over dependsOn, consumed and provided APIs, and parts; then the owners of
/// the dependents.
#[derive(Args)]
#[command(after_help = "\
Examples:
  callboard impact component:default/payment-service
  callboard impact payment-api --depth 1 --source repos
  callboard impact payment-service --to resource:default/postgres-payments
  callboard impact payment-service --format json | jq -r '.owners[].ref'

With --to, exit code 3 says that no path leads there.")]
pub(crate) struct Impact {
    /// An entity: a ref, or a name that only one has
    #[arg(value_name = "REF")]
    entity: String,
    /// Show the shortest paths to this entity instead
    #[arg(long, value_name = "REF")]
    to: Option<String>,
    /// Follow at most so many relations one after the other
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), conflicts_with = "to")]
    depth: Option<u32>,
    /// A repository, a folder of repositories or a portal's folder [default: .]
    #[arg(long, value_name = "DIR")]
    source: Vec<PathBuf>,
    #[arg(long, value_enum, default_value_t = Format::Table, value_name = "FORMAT")]
    format: Format,
    #[command(flatten)]
    sources: Sources,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Columns, for people
    Table,
    Json,
    /// The refs of the dependents, one a line
    Refs,
}

/// A catalog with its relations.
struct World<'a> {
    catalog: &'a Catalog,
    graph: &'a Graph,
}

pub(crate) fn run(command: &Impact, talk: &Talk, interrupt: &Interrupt) -> Result<(), Stop> {
    let scope = command.sources.scope(&command.source, talk)?;
    let progress = Progress::new(talk, interrupt);
    let gathered = command.sources.gather(&scope, None, &progress)?;
    talk.clear();
    let world = World { catalog: &gathered.catalog, graph: &gathered.graph };
    let start = world.find(&command.entity)?;
    if let Some(to) = &command.to {
        let to = world.find(to)?;
        return world.paths(start, to, command.format);
    }
    let depth = command.depth.map_or(usize::MAX, |depth| depth as usize);
    let reach = |direction| gathered.graph.reach(start, direction, depth, usize::MAX);
    let (dependents, dependencies) = (reach(Direction::Dependents), reach(Direction::Dependencies));
    let text = match command.format {
        Format::Json => json_text(&json!({
            "ref": world.name(start),
            "dependents": world.rows(&dependents.steps),
            "dependencies": world.rows(&dependencies.steps),
            "owners": world.owners(&dependents),
        })),
        Format::Refs => dependents.steps.iter().map(|step| world.name(step.entity).to_string() + "\n").collect(),
        Format::Table => world.table(start, &dependents, &dependencies, talk),
    };
    print(&text)
}

fn json_text(value: &Json) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n"
}

impl World<'_> {
    fn name(&self, id: EntityId) -> &str {
        &self.catalog.entity(id).reference
    }

    /// The entity that is meant: by its ref, or by a name that only one has.
    fn find(&self, text: &str) -> Result<EntityId, Stop> {
        let lower = text.to_lowercase();
        if let Some(id) = self.catalog.find(&lower) {
            return Ok(id);
        }
        let is_meant = |id: &EntityId| short_forms(self.name(*id)).any(|name| name == lower);
        let meant: Vec<EntityId> = self.catalog.ids().filter(is_meant).collect();
        match meant[..] {
            [only] => Ok(only),
            [] => {
                let names = self.catalog.ids().map(|id| self.name(id));
                let names = names.flat_map(|name| [name, name.rsplit('/').next().unwrap_or_default()]);
                let stop = Stop::usage(format!("there is no entity `{}` in the catalog", printable(text)));
                Err(match nearest(&lower, names) {
                    Some(near) => stop.hint(format!("Did you mean `{near}`?")),
                    None => stop.hint("`callboard list` shows all of them."),
                })
            }
            _ => {
                let names: Vec<String> = meant.iter().take(8).map(|id| format!("`{}`", self.name(*id))).collect();
                Err(Stop::usage(format!("{} have the name `{}`", count(meant.len(), "entity"), printable(text)))
                    .hint(format!("Name one of them by its ref: {}", names.join(", "))))
            }
        }
    }

    fn owner_names(&self, id: EntityId) -> Vec<&str> {
        let refs = self.catalog.entity(id).refs.iter();
        let owners = refs.filter(|reference| reference.relation == RelationType::OwnedBy);
        owners.map(|reference| &*reference.target).collect()
    }

    fn rows(&self, steps: &[Step]) -> Vec<Json> {
        let row = |step: &Step| {
            json!({
                "ref": self.name(step.entity),
                "distance": step.distance,
                "from": self.name(step.from),
                "relation": step.relation.name(),
                "owners": self.owner_names(step.entity),
            })
        };
        steps.iter().map(row).collect()
    }

    fn owners(&self, reach: &Reach) -> Vec<Json> {
        let owners = self.graph.owners(reach);
        let named = owners.into_iter().filter_map(|(owner, entities)| Some((owner?, entities)));
        let row = |(owner, entities): (EntityId, Vec<EntityId>)| {
            let entities: Vec<&str> = entities.iter().map(|id| self.name(*id)).collect();
            json!({ "ref": self.name(owner), "entities": entities })
        };
        named.map(row).collect()
    }

    fn table(&self, start: EntityId, dependents: &Reach, dependencies: &Reach, talk: &Talk) -> String {
        let mut text = String::new();
        let name = printable(self.name(start));
        for (reach, some, none) in [
            (dependents, format!("What depends on {name}"), format!("Nothing depends on {name}")),
            (dependencies, format!("What {name} depends on"), format!("{name} depends on nothing")),
        ] {
            let head = if reach.steps.is_empty() { none } else { format!("{some}: {}", reach.steps.len()) };
            let _ = writeln!(text, "{}", talk.paint_out(&head, "1"));
            let row = |step: &Step| {
                let from = if step.distance == 1 { "" } else { self.name(step.from) };
                let how = format!("{} {from}", said(step.relation.opposite()));
                let owners = match &self.owner_names(step.entity)[..] {
                    [] => "no owner".to_owned(),
                    owners => owners.join(", "),
                };
                (step.distance, [printable(self.name(step.entity)), printable(&how)], printable(&owners))
            };
            let rows: Vec<_> = reach.steps.iter().map(row).collect();
            let widths = [0, 1].map(|at| rows.iter().map(|row| row.1[at].chars().count()).max().unwrap_or(0));
            for (distance, [entity, how], owners) in rows {
                let _ = writeln!(text, "{distance:>4}  {entity:<0$}  {how:<1$}  {owners}", widths[0], widths[1]);
            }
            text.push('\n');
        }
        if dependents.steps.is_empty() {
            text.pop();
            return text;
        }
        let _ = writeln!(text, "{}", talk.paint_out("Owners to tell", "1"));
        for (owner, entities) in self.graph.owners(dependents) {
            let name = owner.map_or("nobody: no owner in the catalog", |owner| self.name(owner));
            let _ = writeln!(text, "{:>4}  {}", entities.len(), printable(name));
        }
        text
    }

    /// A shortest path each way.
    fn paths(&self, start: EntityId, to: EntityId, format: Format) -> Result<(), Stop> {
        let path = |direction| self.graph.reach(start, direction, usize::MAX, usize::MAX).path_to(to);
        let paths: Vec<Vec<Step>> = [Direction::Dependencies, Direction::Dependents].map(path).into();
        let paths: Vec<&Vec<Step>> = paths.iter().filter(|path| !path.is_empty()).collect();
        let text = match format {
            Format::Json => json_text(&paths.iter().map(|path| self.rows(path)).collect()),
            Format::Refs => paths.iter().flat_map(|path| path.iter()).fold(String::new(), |mut text, step| {
                let _ = writeln!(text, "{}", self.name(step.entity));
                text
            }),
            Format::Table => paths.iter().fold(String::new(), |mut text, path| {
                let _ = writeln!(text, "{}", printable(self.name(start)));
                for step in *path {
                    let words = said(step.relation);
                    let _ = writeln!(text, "  {} {}", printable(&words), printable(self.name(step.entity)));
                }
                text
            }),
        };
        print(&text)?;
        if paths.is_empty() {
            let message = format!("no path leads from `{}` to `{}`", self.name(start), self.name(to));
            return Err(Stop::new(StopKind::Denied, message));
        }
        Ok(())
    }
}

/// A relation within a sentence: `depends on`, `consumes API`.
fn said(relation: RelationType) -> String {
    let mut letters = relation.words().chars();
    letters.next().into_iter().flat_map(char::to_lowercase).chain(letters).collect()
}
