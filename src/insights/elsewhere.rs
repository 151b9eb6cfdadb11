//! The part of a portal's catalog that the rules need, small enough to be fetched by every repository's CI.

use super::owners;
use crate::catalog::well_known::REPLACED_BY;
use crate::catalog::{Catalog, Entity};
use crate::graph::Graph;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

/// Entities of a published portal, by ref.
#[derive(Debug, Default)]
pub struct Elsewhere {
    entities: BTreeMap<Box<str>, Known>,
}

/// What is known of one of them.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) lifecycle: Option<Box<str>>,
    pub(super) successor: Option<Box<str>>,
    pub(super) has_people: bool,
    /// The repository it is written in, by its web address, where that is known.
    pub(super) repo: Option<Box<str>>,
}

const SCHEMA: u64 = 1;

impl Elsewhere {
    /// Where a portal keeps it, below its root.
    pub const PATH: &'static str = "api/callboard/refs.json";

    /// A catalog as other repositories need it: JSON, one line an entity, in order of refs. Each line holds the ref,
    /// the lifecycle, the successor, the repository and 1 where people are reached; missing parts are null.
    pub fn of(catalog: &Catalog, graph: &Graph) -> String {
        let people = owners::reached(catalog, graph, None);
        let mut text = format!("{{\"schema\":{SCHEMA},\"entities\":[");
        for id in catalog.ids() {
            let entity = catalog.entity(id);
            let row = json!([
                &*entity.reference,
                entity.lifecycle.as_deref(),
                entity.annotation(REPLACED_BY),
                repo_of(entity),
                u8::from(people[id.0 as usize]),
            ]);
            text.push_str(if id.0 == 0 { "\n" } else { ",\n" });
            text.push_str(&row.to_string());
        }
        text.push_str("\n]}\n");
        text
    }

    /// Reads what [`Elsewhere::of`] wrote. The error says why it cannot.
    pub fn parse(text: &str) -> Result<Elsewhere, String> {
        let json: Json = serde_json::from_str(text).map_err(|error| error.to_string())?;
        match json["schema"].as_u64() {
            Some(SCHEMA) => {}
            Some(other) => return Err(format!("it has schema {other}, this version reads {SCHEMA}")),
            None => return Err("it is no list of refs".to_string()),
        }
        let mut entities = BTreeMap::new();
        for row in json["entities"].as_array().into_iter().flatten() {
            let text = |at: usize| row[at].as_str().map(Box::from);
            let Some(reference) = text(0) else { return Err("a row has no ref".to_string()) };
            let known = Known { lifecycle: text(1), successor: text(2), repo: text(3), has_people: row[4] == 1 };
            entities.insert(reference, known);
        }
        Ok(Elsewhere { entities })
    }

    pub fn has(&self, reference: &str) -> bool {
        self.entities.contains_key(reference)
    }

    pub fn len(&self) -> usize {
        self.entities.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entities.is_empty()
    }

    pub(super) fn find(&self, reference: &str) -> Option<&Known> {
        self.entities.get(reference)
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = (&str, &Known)> {
        self.entities.iter().map(|(reference, known)| (&**reference, known))
    }

    pub(super) fn refs(&self) -> impl Iterator<Item = &str> {
        self.entities.keys().map(|reference| &**reference)
    }
}

/// The repository of an entity: the address it is managed by, up to the file.
pub(super) fn repo_of(entity: &Entity) -> Option<&str> {
    let address = entity.annotation("backstage.io/managed-by-location")?.strip_prefix("url:")?;
    let end = ["/-/", "/blob/", "/tree/", "/src/"].iter().filter_map(|mark| address.find(mark)).min()?;
    Some(&address[..end])
}
