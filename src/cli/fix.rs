//! Mends what findings say can be mended safely, in files on disk.

use crate::diagnostics::{Finding, Place, Stop};
use crate::source::Snapshot;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// One edit: the bytes of a span, and what takes their place.
struct Edit {
    start: usize,
    end: usize,
    replacement: String,
}

/// Applies every fix whose file lies on disk; of two that overlap, the first. Returns how many were applied.
pub(super) fn apply(findings: &[Finding], snapshot: &Snapshot) -> Result<usize, Stop> {
    let mut files: BTreeMap<PathBuf, Vec<(Place, String)>> = BTreeMap::new();
    for finding in findings {
        let Some(fix) = &finding.fix else { continue };
        let Some(place) = fix.at.as_ref().or(finding.place.as_ref()).filter(|place| place.line > 0) else { continue };
        let repo = snapshot.repos.iter().find(|repo| repo.id == place.repo);
        let Some(root) = repo.and_then(|repo| repo.root()) else { continue };
        files.entry(root.join(&*place.path)).or_default().push((place.clone(), fix.replacement.clone()));
    }
    let mut applied = 0;
    for (path, fixes) in files {
        applied += mend(&path, &fixes)
            .map_err(|error| Stop::environment(format!("`{}` cannot be mended", path.display())).cause(error))?;
    }
    Ok(applied)
}

fn mend(path: &Path, fixes: &[(Place, String)]) -> std::io::Result<usize> {
    let text = String::from_utf8(std::fs::read(path)?).map_err(std::io::Error::other)?;
    let mut edits: Vec<Edit> =
        fixes.iter().filter_map(|(place, replacement)| edit(&text, place, replacement)).collect();
    edits.sort_by_key(|edit| edit.start);
    let mut mended = String::with_capacity(text.len());
    let (mut at, mut applied) = (0, 0);
    for edit in edits {
        if edit.start < at {
            continue;
        }
        mended.push_str(&text[at..edit.start]);
        mended.push_str(&edit.replacement);
        at = edit.end;
        applied += 1;
    }
    mended.push_str(&text[at..]);
    if applied > 0 {
        replace(path, mended.as_bytes())?;
    }
    Ok(applied)
}

/// Writes a file beside the old one and moves it there, so that a crash leaves one of the two. Its mode stays.
fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let path = path.canonicalize()?;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let beside = path.with_file_name(format!(".{name}.callboard-fix"));
    std::fs::write(&beside, bytes)?;
    std::fs::set_permissions(&beside, std::fs::metadata(&path)?.permissions())?;
    std::fs::rename(&beside, &path)
}

/// The bytes that a place means in a text. A byte order mark belongs to no line.
fn edit(text: &str, place: &Place, replacement: &str) -> Option<Edit> {
    let mark = text.len() - text.trim_start_matches('\u{feff}').len();
    let body = &text[mark..];
    let line_start: usize = body.split_inclusive('\n').take(place.line as usize - 1).map(str::len).sum();
    let line = body[line_start..].split('\n').next()?.trim_end_matches('\r');
    let byte = |column: usize| line.char_indices().nth(column).map_or(line.len(), |(at, _)| at);
    let column = place.column.checked_sub(1)? as usize;
    let start = mark + line_start + byte(column);
    let end = mark + line_start + byte(column + place.length as usize);
    Some(Edit { start, end, replacement: replacement.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mended(text: &str, line: u32, column: u32, length: u32, replacement: &str) -> String {
        let place = Place::file("", "x").at(line, column, length);
        let edit = edit(text, &place, replacement).expect("there is such a place");
        format!("{}{}{}", &text[..edit.start], edit.replacement, &text[edit.end..])
    }

    #[test]
    fn edits_count_characters_of_lines() {
        assert_eq!(mended("a: 1\nb: 2\n", 2, 4, 1, "\"2\""), "a: 1\nb: \"2\"\n");
        assert_eq!(mended("é: ü\r\nß: x\r\n", 2, 4, 1, "y"), "é: ü\r\nß: y\r\n");
        assert_eq!(mended("\u{feff}a: 1\n", 1, 4, 1, "2"), "\u{feff}a: 2\n");
    }
}
