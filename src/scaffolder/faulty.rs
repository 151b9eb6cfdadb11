//! Files of skeletons that cannot be read as what they are: templates.

use super::actions::Rendering;
use super::language::{self, Fault, Settings};
use crate::catalog::{Catalog, Entity};
use crate::diagnostics::{Finding, Place, rules};
use crate::source::{Repo, Snapshot, join, parent};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// Files of one step that are looked into, and their largest size.
const MOST_FILES: usize = 2_000;
const LARGEST: u64 = 512 << 10;

/// A finding per file, or name of one, that a `fetch:template` step cannot read. Nothing is filled in for that.
pub(super) fn findings(catalog: &Catalog, snapshot: &Snapshot) -> Vec<Finding> {
    let templates = catalog.entities.iter().filter(|entity| entity.kind.id == "template");
    templates.flat_map(|entity| of_template(entity, snapshot.repo(entity.written.repo))).collect()
}

fn of_template(entity: &Entity, repo: &Repo) -> Vec<Finding> {
    let data: Json = serde_json::from_str(&entity.data).unwrap_or_default();
    let steps = data["spec"]["steps"].as_array().into_iter().flatten();
    // Several steps may fetch one folder.
    let mut faults: BTreeMap<String, Fault> = BTreeMap::new();
    for input in steps.filter(|step| step["action"] == "fetch:template").filter_map(|step| step["input"].as_object()) {
        let url = input.get("url").and_then(Json::as_str).unwrap_or("${{");
        let folder =
            join(parent(&entity.written.place.path), url).filter(|_| !url.contains("${{") && !url.contains("://"));
        let (Some(folder), Ok(rendering)) = (folder, Rendering::new(input, &Settings::default())) else { continue };
        let start = if folder.is_empty() { 0 } else { folder.len() + 1 };
        for file in repo.below(&folder).take(MOST_FILES) {
            let (name, is_rendered) = rendering.reads(&file.path[start..]);
            let text = || repo.read(&file.path, LARGEST).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            let text = if is_rendered { text().filter(|text| !text.contains('\0')) } else { None };
            let fault = |text: &str| language::check(text, &rendering.settings).err();
            if let Some(fault) =
                fault(name).map(|fault| Fault { line: 0, column: 0, ..fault }).or_else(|| fault(&text?))
            {
                faults.insert(file.path.to_string(), fault);
            }
        }
    }
    let finding = |(path, fault): (String, Fault)| {
        let place = Place::file(repo.id.clone(), path).at(fault.line, fault.column, u32::from(fault.line > 0));
        rules::scaffolder::faulty_skeleton(place, &entity.reference, &fault.message)
    };
    faults.into_iter().map(finding).collect()
}
