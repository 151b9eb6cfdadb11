//! The files that a page may include: those below the folders that its set names.

use super::MAX_PAGE;
use crate::source::{Repo, file_name, join};
use crate::techdocs::Snippets;

/// Reads files for the pages of a set.
pub struct Included<'a> {
    pub repo: &'a Repo,
    /// Folders and files of the repository.
    pub base_paths: &'a [String],
}

impl Snippets for Included<'_> {
    fn read(&self, name: &str) -> Option<(String, String)> {
        let path = self.base_paths.iter().find_map(|base| {
            if self.repo.has(base) {
                return (file_name(base) == file_name(name)).then(|| base.clone());
            }
            let path = join(base, name)?;
            let is_below =
                base.is_empty() || path.strip_prefix(base.as_str()).is_some_and(|rest| rest.starts_with('/'));
            (is_below && self.repo.has(&path)).then_some(path)
        })?;
        let text = self.repo.text(&path, MAX_PAGE).ok()?;
        Some((path, text))
    }
}
