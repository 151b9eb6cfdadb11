//! How far code left its documentation behind.

use super::Site;
use crate::techdocs::stale::MovedOn;

/// A documentation that the code left behind.
#[derive(Debug, Clone, Copy)]
pub(super) struct Behind<'a> {
    /// Pages that are behind.
    pub(super) pages: usize,
    /// The oldest of them: its number, its file and when it was changed, in seconds since 1970.
    pub(super) page: usize,
    pub(super) file: &'a str,
    pub(super) since: i64,
    /// What happened since.
    pub(super) moved: MovedOn,
}

/// When a file of a documentation was changed and how far the code moved on since, where that is long.
pub(super) fn moved_on(site: &Site<'_>, set: usize, file: &str) -> Option<(i64, MovedOn)> {
    let since = site.repo(site.docs[set].repo).last_change(file)?.time;
    Some((since, site.code_age(set)?.since(since)?))
}

/// Whether pages of a documentation are behind the code. The oldest is told; of equally old ones the first by name.
pub(super) fn behind<'a>(site: &Site<'a>, number: usize) -> Option<Behind<'a>> {
    site.code_age(number)?;
    let set = &site.docs[number];
    let mut oldest: Option<Behind<'a>> = None;
    let mut pages = 0;
    for (page, file) in set.pages.iter().map(|page| set.file(page)).enumerate() {
        let Some((since, moved)) = moved_on(site, number, file) else { continue };
        pages += 1;
        if oldest.is_none_or(|oldest| (since, file) < (oldest.since, oldest.file)) {
            oldest = Some(Behind { pages: 0, page, file, since, moved });
        }
    }
    oldest.map(|oldest| Behind { pages, ..oldest })
}
