//! JSON Schemas for editors, below `schema/`: of descriptors, of each kind, of the configuration.

use super::super::{Rendered, Site};
use crate::schema::{Portal, subjects};

pub(super) fn count(site: &Site<'_>) -> usize {
    subjects(&site.catalog.kinds).count()
}

pub(super) fn render(site: &Site<'_>, number: usize) -> Rendered {
    let portal = Portal { kinds: &site.catalog.kinds, lifecycles: &site.config.lifecycles };
    let file = subjects(portal.kinds)
        .nth(number)
        .map(|subject| (format!("schema/{}", subject.file_name(portal.kinds)), subject.text(portal).into_bytes()));
    Rendered { files: file.into_iter().collect(), ..Rendered::default() }
}
