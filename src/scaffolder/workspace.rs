//! The files that steps make. Paths come from templates and answers: each is checked here, and nowhere else.

use std::collections::BTreeMap;

const MAX_FILES: usize = 5_000;
const MAX_BYTES: usize = 50 << 20;
/// Longest path, in bytes.
const LONGEST_PATH: usize = 1_000;

/// Names that Windows keeps for itself, with any ending.
const RESERVED: [&str; 22] = [
    "aux", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9", "con", "lpt1", "lpt2", "lpt3",
    "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9", "nul", "prn",
];

/// One file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    pub bytes: Vec<u8>,
    pub executable: bool,
}

/// Files by path: relative, with `/`, safe to write on any system.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Workspace {
    files: BTreeMap<String, Made>,
    size: usize,
}

/// A path below the workspace, `.` and `..` resolved; empty for the workspace itself. The error is a sentence.
pub(super) fn inside(path: &str) -> Result<String, String> {
    let outside = || format!("`{}` is outside of the workspace", shown(path));
    if path.starts_with('/') {
        return Err(outside());
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop().ok_or_else(outside)?;
            }
            part if is_portable(part) => parts.push(part),
            part => return Err(format!("`{}` is no name that every system can write", shown(part))),
        }
    }
    let path = parts.join("/");
    if path.len() > LONGEST_PATH {
        return Err(format!("`{}` is too long for a path", shown(&path)));
    }
    Ok(path)
}

fn is_portable(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().to_ascii_lowercase();
    !name.chars().any(|c| c < ' ' || c == '\u{7f}' || matches!(c, '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|'))
        && !name.ends_with(['.', ' '])
        && !RESERVED.contains(&stem.as_str())
        && !name.eq_ignore_ascii_case(".git")
}

/// A name from outside, short and without control characters.
pub(super) fn shown(text: &str) -> String {
    let mut shown: String = text.chars().take(80).map(|c| if c < ' ' { ' ' } else { c }).collect();
    if text.chars().nth(80).is_some() {
        shown.push('…');
    }
    shown
}

/// A path below a folder of the workspace.
pub(super) fn child(folder: &str, path: &str) -> Result<String, String> {
    inside(&format!("{folder}/{path}")[usize::from(folder.is_empty())..])
}

impl Workspace {
    pub(super) fn files(&self) -> &BTreeMap<String, Made> {
        &self.files
    }

    pub(super) fn into_files(self) -> BTreeMap<String, Made> {
        self.files
    }

    pub(super) fn has(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }

    /// Paths of the file, or of the files below the folder, of that name.
    pub(super) fn at(&self, path: &str) -> Vec<String> {
        let below = format!("{path}/");
        let is_at = |file: &&String| path.is_empty() || *file == path || file.starts_with(&below);
        self.files.keys().filter(is_at).cloned().collect()
    }

    /// Adds or replaces a file. A file cannot lie below another one.
    pub(super) fn put(&mut self, path: &str, made: Made) -> Result<(), String> {
        let path = inside(path)?;
        if path.is_empty() {
            return Err("a file needs a name".to_string());
        }
        let in_the_way = path.match_indices('/').map(|(at, _)| &path[..at]).find(|above| self.has(above));
        if let Some(above) = in_the_way {
            return Err(format!("`{}` cannot lie below the file `{}`", shown(&path), shown(above)));
        }
        if !self.has(&path) && !self.at(&path).is_empty() {
            return Err(format!("`{}` is a folder already", shown(&path)));
        }
        self.size += made.bytes.len();
        self.size -= self.files.insert(path, made).map_or(0, |before| before.bytes.len());
        if self.files.len() > MAX_FILES {
            return Err(format!("more than {MAX_FILES} files"));
        }
        if self.size > MAX_BYTES {
            return Err(format!("more than {} MiB of files", MAX_BYTES >> 20));
        }
        Ok(())
    }

    pub(super) fn remove(&mut self, path: &str) -> Option<Made> {
        let made = self.files.remove(path)?;
        self.size -= made.bytes.len();
        Some(made)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_inside() {
        assert_eq!(inside("./a//b/../c").as_deref(), Ok("a/c"));
        assert_eq!(inside(".").as_deref(), Ok(""));
        for path in
            ["/etc/passwd", "../a", "a/../../b", "a\\b", "C:/x", "nul.txt", "a/con", "x\ny", "a.", ".git/hooks/x"]
        {
            assert!(inside(path).is_err(), "{path}");
        }
        assert_eq!(child("", "a").as_deref(), Ok("a"));
        assert_eq!(child("b", "../a").as_deref(), Ok("a"));
        assert!(child("", "/a").is_err());
    }

    #[test]
    fn a_file_is_no_folder() {
        let made = || Made { bytes: vec![1], executable: false };
        let mut workspace = Workspace::default();
        workspace.put("a/b", made()).unwrap();
        assert!(workspace.put("a/b/c", made()).is_err());
        assert!(workspace.put("a", made()).is_err());
        workspace.put("a/b", made()).unwrap();
        assert_eq!(workspace.size, 1);
    }
}
