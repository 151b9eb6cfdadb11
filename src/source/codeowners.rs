//! CODEOWNERS: who owns which path, as GitHub and GitLab read the file.

use super::Repo;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// Where the file may lie; the first one counts.
const PATHS: [&str; 5] =
    [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS", ".bitbucket/CODEOWNERS"];

const MAX_FILE: u64 = 3 << 20;

/// A CODEOWNERS file: the last line that matches a path names its owners, in each of GitLab's sections by itself.
#[derive(Debug)]
pub(super) struct CodeOwnersFile {
    pub(super) path: &'static str,
    lines: Vec<Line>,
}

#[derive(Debug)]
struct Line {
    pattern: Gitignore,
    /// `docs/*` covers the files in `docs`, not those in folders below it.
    files_only: bool,
    owners: Vec<String>,
    number: u32,
    /// Name of its section in lower case; empty before the first.
    section: String,
}

impl CodeOwnersFile {
    /// The file of a repository, if it has one.
    pub(super) fn of(repo: &Repo) -> Option<Self> {
        let path = PATHS.into_iter().find(|path| repo.has(path))?;
        let text = repo.text(path, MAX_FILE).ok()?;
        Some(CodeOwnersFile { path, lines: parse(&text) })
    }

    /// Owners of a path, and the first line that names any; none where nobody owns it.
    pub(super) fn owners(&self, path: &str) -> Option<(u32, Vec<String>)> {
        let matches = |line: &Line| match line.files_only {
            true => line.pattern.matched(path, false).is_ignore(),
            false => line.pattern.matched_path_or_any_parents(path, false).is_ignore(),
        };
        let mut lines: Vec<&Line> = Vec::new();
        for line in self.lines.iter().rev().filter(|line| matches(line)) {
            if lines.iter().all(|later| later.section != line.section) {
                lines.push(line);
            }
        }
        lines.retain(|line| !line.owners.is_empty());
        let first = lines.last()?.number;
        Some((first, lines.iter().rev().flat_map(|line| line.owners.iter().cloned()).collect()))
    }
}

fn parse(text: &str) -> Vec<Line> {
    let mut lines = Vec::new();
    // GitLab's sections may name owners for the lines in them that name none.
    let mut of_section: Vec<String> = Vec::new();
    let mut section = String::new();
    for (at, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some((name, after)) =
            line.strip_prefix('^').unwrap_or(line).strip_prefix('[').and_then(|rest| rest.split_once(']'))
        {
            section = name.to_lowercase();
            of_section = owners(after);
            continue;
        }
        let (pattern, rest) = split(line);
        let mut builder = GitignoreBuilder::new("");
        let Some(matcher) = builder.add_line(None, &pattern).ok().and_then(|builder| builder.build().ok()) else {
            continue;
        };
        let names_some = rest.split('#').next().is_some_and(|rest| !rest.trim().is_empty());
        lines.push(Line {
            pattern: matcher,
            files_only: pattern.ends_with("/*"),
            owners: if names_some { owners(rest) } else { of_section.clone() },
            number: at as u32 + 1,
            section: section.clone(),
        });
    }
    lines
}

/// A pattern, which may hold escaped spaces, and what follows it.
fn split(line: &str) -> (String, &str) {
    let mut escaped = false;
    for (at, c) in line.char_indices() {
        if c.is_whitespace() && !escaped {
            return (line[..at].to_string(), &line[at..]);
        }
        escaped = c == '\\' && !escaped;
    }
    (line.to_string(), "")
}

/// People and teams of a line. GitLab's roles, such as `@@maintainer`, are neither.
fn owners(text: &str) -> Vec<String> {
    let words = text.split_whitespace().take_while(|word| !word.starts_with('#'));
    words.filter(|word| word.contains('@') && !word.starts_with("@@")).map(str::to_string).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(text: &str, path: &str) -> Option<String> {
        let file = CodeOwnersFile { path: "CODEOWNERS", lines: parse(text) };
        file.owners(path).map(|(line, owners)| format!("{line}: {}", owners.join(" ")))
    }

    #[test]
    fn the_last_line_that_matches_names_the_owners() {
        let text =
            "# all\n* @acme/platform\n/services/orders/ @acme/orders jo@example.com # them\n*.md @docs\n/open/\n";
        assert_eq!(owner(text, "catalog-info.yaml").as_deref(), Some("2: @acme/platform"));
        assert_eq!(owner(text, "services/orders/catalog-info.yaml").as_deref(), Some("3: @acme/orders jo@example.com"));
        assert_eq!(owner(text, "services/orders/README.md").as_deref(), Some("4: @docs"));
        assert_eq!(owner(text, "open/catalog-info.yaml"), None);
    }

    #[test]
    fn a_star_behind_a_folder_stays_in_that_folder() {
        let text = "docs/* @acme/docs\n";
        assert_eq!(owner(text, "docs/a.md").as_deref(), Some("1: @acme/docs"));
        assert_eq!(owner(text, "docs/deep/a.md"), None);
    }

    #[test]
    fn sections_and_escaped_spaces_are_understood() {
        let text = "[Backend][2] @acme/backend\n/api\\ v1/\n^[Docs]\n*.md @acme/docs\n";
        assert_eq!(owner(text, "api v1/x.yaml").as_deref(), Some("2: @acme/backend"));
        assert_eq!(owner(text, "a.md").as_deref(), Some("4: @acme/docs"));
    }

    #[test]
    fn each_section_names_owners_of_its_own() {
        let text =
            "* @acme/all\n[Code]\n* @acme/code\n/api/ @acme/api\n[Descriptors]\n*.yaml @@owner\n[code]\n/api/v1/ @jo\n";
        assert_eq!(owner(text, "api/x.yaml").as_deref(), Some("1: @acme/all @acme/api"));
        assert_eq!(owner(text, "api/v1/x.yaml").as_deref(), Some("1: @acme/all @jo"));
    }
}
