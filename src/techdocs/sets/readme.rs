//! READMEs as documentation: as the home page of a set that has none, and as the only page of an entity without a set.

use super::{DocPage, DocSet, Mount, Surveying, in_folder, is_index, readable};
use crate::catalog::well_known::{TECHDOCS_ENTITY, TECHDOCS_REF};
use crate::catalog::{Catalog, Entity, EntityId};
use crate::source::{Repo, RepoId, Snapshot, parent};
use crate::techdocs::Dialect;
use crate::techdocs::mkdocs::MkDocs;
use crate::techdocs::nav::NavNode;
use crate::techdocs::survey::Survey;
use std::collections::BTreeMap;

/// Names of a README beside the folder of pages, the first found counts.
const NAMES: [&str; 2] = ["README.md", "readme.md"];

/// Kinds whose docs a README can be, where the folder holds no Component.
const KINDS: [&str; 5] = ["api", "resource", "system", "domain", "template"];

/// The README that serves as home page of a set without one. `files` are its pages.
pub(super) fn home(files: &BTreeMap<String, String>, folder: &str, repo: &Repo) -> Option<String> {
    if files.keys().any(|path| is_index(path)) {
        return None;
    }
    let inside = files.get("readme.md").cloned();
    let beside = NAMES.iter().map(|name| in_folder(folder, name)).find(|path| repo.has(path));
    inside.or(beside)
}

/// Entities without docs of their own that a README documents: the only Component that is described in its folder, else
/// the only entity there of another kind that has docs.
pub(super) fn beside_descriptors(catalog: &Catalog, snapshot: &Snapshot) -> BTreeMap<EntityId, String> {
    let mut folders: BTreeMap<(RepoId, &str), Vec<EntityId>> = BTreeMap::new();
    for id in catalog.ids() {
        let entity = catalog.entity(id);
        if entity.kind.id == "component" || KINDS.contains(&entity.kind.id) {
            folders.entry((entity.written.repo, parent(&entity.written.place.path))).or_default().push(id);
        }
    }
    let mut found = BTreeMap::new();
    for ((repo, folder), ids) in folders {
        let is_component = |id: &&EntityId| catalog.entity(**id).kind.id == "component";
        let components: Vec<EntityId> = ids.iter().filter(is_component).copied().collect();
        let candidates = if components.is_empty() { ids } else { components };
        let [id] = candidates[..] else { continue };
        let entity = catalog.entity(id);
        if entity.annotation(TECHDOCS_REF).is_some() || entity.annotation(TECHDOCS_ENTITY).is_some() {
            continue;
        }
        let repo = snapshot.repo(repo);
        found.extend(
            NAMES.iter().map(|name| in_folder(folder, name)).find(|path| repo.has(path)).map(|path| (id, path)),
        );
    }
    found
}

/// A set of one page.
pub(super) fn set_of(
    id: EntityId,
    entity: &Entity,
    (repo_id, repo): (RepoId, &Repo),
    file: &str,
    surveying: &Surveying<'_>,
) -> (DocSet, Vec<Survey>) {
    let folder = parent(file);
    let survey = surveying.page(repo, file, &Dialect::readme());
    let docs_dir = in_folder(folder, "docs");
    let config = MkDocs::default();
    let page = DocPage {
        path: "index.md".to_owned(),
        file: file.to_owned(),
        title: survey.title.clone().unwrap_or_else(|| readable("index.md")),
        is_readme: true,
        is_searched: true,
        needs: None,
    };
    let set = DocSet {
        entity: id,
        repo: repo_id,
        site_name: entity.display_name().to_string(),
        mounts: vec![Mount::root(docs_dir.clone(), &config)],
        docs_dir,
        pages: vec![page],
        nav: vec![NavNode::Page { title: None, page: 0 }],
        order: vec![0],
        config,
        moved: BTreeMap::new(),
    };
    (set, vec![survey])
}
