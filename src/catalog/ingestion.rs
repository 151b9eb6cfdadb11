//! What ingestion adds to a descriptor: annotations that say where it came from, and the files it names.

use crate::source::{Origin, Repo, join, parent};

/// The largest file that a placeholder may name: API definitions can be long.
const MAX_INCLUDED: u64 = 32 << 20;

/// Annotations set on every entity of one file.
pub(super) struct Annotations {
    /// Always.
    pub set: Vec<(&'static str, String)>,
    /// Only where the descriptor has none of that name.
    pub default: Vec<(&'static str, String)>,
}

/// The annotations that Backstage sets when it reads a file.
pub(super) fn ingestion_annotations(repo: &Repo, path: &str, origin: &Origin) -> Annotations {
    let location = match &repo.web {
        Some(web) => format!("url:{}", web.file(path, 0)),
        None => format!("file:{}/{path}", repo.id),
    };
    let mut annotations = Annotations {
        set: vec![
            ("backstage.io/managed-by-location", location),
            ("backstage.io/managed-by-origin-location", format!("{}:{}", origin.kind, origin.target)),
        ],
        default: Vec::new(),
    };
    if let Some(web) = &repo.web {
        annotations.default = vec![
            ("backstage.io/view-url", web.file(path, 0)),
            ("backstage.io/source-location", format!("url:{}", web.folder(parent(path)))),
        ];
        annotations.default.extend(web.edit(path).map(|address| ("backstage.io/edit-url", address)));
    }
    annotations
}

/// The text of a file that a placeholder in the descriptor at `path` names. The error says why there is none.
pub(super) fn read_beside(repo: &Repo, path: &str, target: &str) -> Result<String, String> {
    let inside = match &repo.web {
        Some(web) => web.path_of(target).or_else(|| web.path_on_any_branch(target)).map(|path| format!("/{path}")),
        None => None,
    };
    let target = inside.as_deref().unwrap_or(target);
    if target.contains("://") {
        return Err(format!("`{target}` is not a file of the same repository"));
    }
    if target.is_empty() {
        return repo.text(path, MAX_INCLUDED).map_err(|fault| format!("`{path}`: {fault}"));
    }
    let file = join(parent(path), target).ok_or_else(|| format!("`{target}` leaves the repository"))?;
    repo.text(&file, MAX_INCLUDED).map_err(|fault| format!("`{file}`: {fault}"))
}
