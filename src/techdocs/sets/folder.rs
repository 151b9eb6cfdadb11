//! The folder that `backstage.io/techdocs-ref` names.

use crate::catalog::Entity;
use crate::catalog::well_known::{SOURCE_LOCATION, TECHDOCS_REF};
use crate::diagnostics::rules::techdocs::RefProblem;
use crate::source::{Addresses, RepoId, Snapshot, join, parent};

/// Types that Backstage has given up: they named a folder by its address.
const OLD: &[&str] = &["github", "gitlab", "bitbucket", "azure", "azure/api", "git", "file"];

/// The repository and the folder in it.
pub(super) fn folder(
    entity: &Entity,
    snapshot: &Snapshot,
    addresses: &Addresses<'_>,
) -> Result<(RepoId, String), RefProblem> {
    let text = entity.annotation(TECHDOCS_REF).unwrap_or_default().trim();
    let (kind, target) = text.split_once(':').ok_or(RefProblem::NoType)?;
    let target = target.trim();
    if OLD.contains(&kind) {
        return Err(RefProblem::OldType(kind.to_owned()));
    }
    if matches!(kind, "http" | "https") && target.starts_with("//") {
        return Err(RefProblem::NoType);
    }
    if !matches!(kind, "dir" | "url") {
        return Err(RefProblem::UnknownType(kind.to_owned()));
    }
    if target.is_empty() {
        return Err(RefProblem::NoTarget);
    }
    if kind == "url" && target.contains("://") {
        return addresses.find(target).ok_or(RefProblem::UnknownRepository);
    }
    let (repo, base) = base(entity, snapshot, addresses);
    join(&base, target).map(|folder| (repo, folder)).ok_or(RefProblem::Outside)
}

/// From where a relative target counts: the source location where it names a folder at hand, else the descriptor's.
fn base(entity: &Entity, snapshot: &Snapshot, addresses: &Addresses<'_>) -> (RepoId, String) {
    let source = entity.annotation(SOURCE_LOCATION).and_then(|text| text.trim().strip_prefix("url:"));
    let named = source
        .and_then(|address| addresses.find(address))
        .filter(|(repo, folder)| folder.is_empty() || snapshot.repo(*repo).has_folder(folder));
    named.unwrap_or_else(|| (entity.written.repo, parent(&entity.written.place.path).to_owned()))
}
