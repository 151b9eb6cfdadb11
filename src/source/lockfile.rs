//! `callboard.lock`: every source that a run resolved, and the commit that it read of each.

use super::discovery::Listed;
use super::{Repo, Snapshot};
use serde::{Deserialize, Serialize};

/// Readers of another version take nothing from a file.
const VERSION: u32 = 1;

/// What it says in place of a commit where a repository has none.
const EMPTY: &str = "empty";

/// The whole file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lockfile {
    version: u32,
    /// By source, then address.
    #[serde(default, rename = "source")]
    entries: Vec<Entry>,
}

/// One repository, or what an organisation said of its teams and users.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Entry {
    /// The provider that listed it: `github:default`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) from: String,
    /// Without credentials.
    pub(super) url: String,
    #[serde(default, rename = "branch", skip_serializing_if = "Option::is_none")]
    pub(super) reference: Option<String>,
    /// A commit, the hash of a bundle or of a list of people, or `empty`.
    pub(super) state: String,
    #[serde(default, rename = "archived", skip_serializing_if = "std::ops::Not::not")]
    pub(super) is_archived: bool,
}

impl Entry {
    pub(super) fn of(from: &str, url: &str) -> Entry {
        Entry { from: from.to_string(), url: url.to_string(), ..Entry::default() }
    }
}

/// What a lock says of a repository.
pub(super) fn state_of(repo: &Repo) -> String {
    repo.commit.as_ref().map_or_else(|| EMPTY.to_string(), |commit| commit.id.clone())
}

impl Lockfile {
    /// What a run read; `None` where it asked no server.
    pub fn of(snapshot: &Snapshot) -> Option<Lockfile> {
        let mut entries = snapshot.resolved.clone();
        entries.sort();
        entries.dedup();
        (!entries.is_empty()).then_some(Lockfile { version: VERSION, entries })
    }

    /// The error says what is wrong with the text.
    pub fn parse(text: &str) -> Result<Lockfile, String> {
        let lock: Lockfile = toml::from_str(text).map_err(|error| error.message().to_string())?;
        if lock.version != VERSION {
            return Err(format!("it has version {}, and this program reads version {VERSION}", lock.version));
        }
        Ok(lock)
    }

    pub fn to_text(&self) -> String {
        let rows = self.entries.iter().map(|entry| {
            let mut row = String::from("\n[[source]]\n");
            let mut line = |key: &str, value: &str| row.push_str(&format!("{key} = {}\n", quoted(value)));
            if !entry.from.is_empty() {
                line("from", &entry.from);
            }
            line("url", &entry.url);
            if let Some(branch) = &entry.reference {
                line("branch", branch);
            }
            line("state", &entry.state);
            if entry.is_archived {
                row.push_str("archived = true\n");
            }
            row
        });
        let head =
            "# Written by callboard: what was read of every source. `callboard build --locked` reads the same.\n";
        format!("{head}version = {VERSION}\n{}", rows.collect::<String>())
    }

    /// The first difference, for people: what this one has, and what `other` has.
    pub fn difference(&self, other: &Lockfile) -> Option<String> {
        let name = |entry: &Entry| {
            let branch = entry.reference.as_ref().map(|branch| format!(" at `{branch}`")).unwrap_or_default();
            format!("`{}`{branch}", entry.url)
        };
        let same = |a: &Entry, b: &Entry| (&a.from, &a.url, &a.reference) == (&b.from, &b.url, &b.reference);
        for entry in &self.entries {
            match other.entries.iter().find(|other| same(entry, other)) {
                None => return Some(format!("{} could not be read", name(entry))),
                Some(found) if found.state != entry.state => {
                    return Some(format!("{} is at {}, not at {}", name(entry), found.state, entry.state));
                }
                Some(_) => {}
            }
        }
        let is_new = |entry: &&Entry| !self.entries.iter().any(|known| same(known, entry));
        other.entries.iter().find(is_new).map(|entry| format!("{} is not in it", name(entry)))
    }

    /// The commit of a repository.
    pub(super) fn commit(&self, url: &str, reference: Option<&str>) -> Option<String> {
        let is_it = |entry: &&Entry| entry.url == url && entry.reference.as_deref() == reference;
        self.entries.iter().find(is_it).map(|entry| entry.state.clone()).filter(|state| state != EMPTY)
    }

    /// What a provider listed.
    pub(super) fn repositories(&self, from: &str, base: &str) -> Vec<Listed> {
        let listed = |entry: &Entry| {
            let path = entry.url.strip_prefix(base)?.strip_prefix('/')?.strip_suffix(".git")?;
            Some(Listed {
                id: path.to_string(),
                path: path.to_string(),
                branch: entry.reference.clone().filter(|_| entry.state != EMPTY),
                mark: None,
                is_archived: entry.is_archived,
                is_fork: false,
                topics: Vec::new(),
                visibility: String::new(),
            })
        };
        self.entries.iter().filter(|entry| entry.from == from).filter_map(listed).collect()
    }
}

/// A basic string of TOML.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lock() -> Lockfile {
        let entry = |url: &str, reference: Option<&str>, state: &str| Entry {
            reference: reference.map(str::to_string),
            state: state.to_string(),
            ..Entry::of("github:default", url)
        };
        let entries = vec![
            entry("https://h/a/\"x\\\u{7f}.git", Some("main"), "abc"),
            Entry { is_archived: true, ..entry("https://h/a/y.git", None, EMPTY) },
        ];
        Lockfile { version: VERSION, entries }
    }

    #[test]
    fn what_is_written_is_read_again() {
        assert_eq!(Lockfile::parse(&lock().to_text()), Ok(lock()));
        assert!(Lockfile::parse("version = 2\n").is_err_and(|why| why.contains("version 2")));
        assert!(Lockfile::parse("version = ").is_err());
    }

    #[test]
    fn differences_are_named() {
        let mut other = lock();
        assert_eq!(lock().difference(&other), None);
        other.entries[0].state = "def".to_string();
        assert!(lock().difference(&other).is_some_and(|text| text.ends_with("is at def, not at abc")));
        let last = other.entries.pop();
        assert!(last.is_some());
        other.entries[0].state = "abc".to_string();
        assert_eq!(lock().difference(&other).as_deref(), Some("`https://h/a/y.git` could not be read"));
        assert_eq!(other.difference(&lock()).as_deref(), Some("`https://h/a/y.git` is not in it"));
    }
}
