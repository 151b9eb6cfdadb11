//! Pages that plainly need a plugin which is not run: readers shall know why they see its source.

use super::{DocPage, MAX_PAGE};
use crate::source::Repo;
use crate::techdocs::mkdocs::Plugins;

/// By what a page shows that it needs one of some plugins.
struct Sign {
    plugins: &'static [&'static str],
    /// Whether a line of text shows it. Code is left out.
    shows: fn(&str) -> bool,
}

const SIGNS: &[Sign] = &[
    Sign {
        plugins: &["table-reader"],
        shows: |line| line.contains("{{ read_") || line.contains("{{read_") || line.contains("{{ pd_read_"),
    },
    Sign {
        plugins: &["include-markdown", "mkdocs-include-markdown-plugin"],
        shows: |line| line.contains("{% include") || line.contains("{!"),
    },
    Sign {
        plugins: &["macros", "mkdocs-macros", "mkdocs-macros-plugin", "markdownextradata", "jinja2", "mkdocs-jinja"],
        shows: |line| (line.contains("{{") && line.contains("}}")) || (line.contains("{%") && line.contains("%}")),
    },
    Sign { plugins: &["mkdocstrings"], shows: |line| line.strip_prefix("::: ").is_some_and(|name| !name.is_empty()) },
    Sign { plugins: &["swagger-ui-tag"], shows: |line| line.contains("<swagger-ui") },
    Sign { plugins: &["render_swagger"], shows: |line| line.contains("!!swagger") },
    Sign { plugins: &["drawio", "drawio-file", "drawio-exporter"], shows: |line| line.contains(".drawio)") },
    Sign { plugins: &["click", "mkdocs-click"], shows: |line| line.starts_with("::: mkdocs-click") },
    Sign { plugins: &["video", "mkdocs-video"], shows: |line| line.contains("![type:video]") },
];

/// Notes on each page the plugin that it needs. Gives how many need one.
pub(super) fn look(pages: &mut [DocPage], plugins: &Plugins, repo: &Repo) -> usize {
    let Some(ignored) = &plugins.ignored else { return 0 };
    let mut wanted: Vec<(&str, &Sign)> = Vec::new();
    for sign in SIGNS {
        let named = ignored.names.iter().find(|name| sign.plugins.contains(&name.as_str()));
        wanted.extend(named.map(|name| (name.as_str(), sign)));
    }
    if wanted.is_empty() {
        return 0;
    }
    let mut found = 0;
    for page in pages {
        let Ok(text) = repo.text(&page.file, MAX_PAGE) else { continue };
        page.needs = needed(&text, &wanted).map(str::to_owned);
        found += usize::from(page.needs.is_some());
    }
    found
}

fn needed<'a>(text: &str, wanted: &[(&'a str, &Sign)]) -> Option<&'a str> {
    let mut fence: Option<&str> = None;
    for line in text.lines() {
        let start = line.trim_start();
        let mark = ["```", "~~~"].into_iter().find(|mark| start.starts_with(mark));
        match (fence, mark) {
            (Some(open), Some(mark)) if open == mark => fence = None,
            (None, Some(mark)) => fence = Some(mark),
            (Some(_), _) => {}
            (None, None) => {
                let prose = without_code(line);
                if let Some((name, _)) = wanted.iter().find(|(_, sign)| (sign.shows)(&prose)) {
                    return Some(name);
                }
            }
        }
    }
    None
}

/// A line without what stands between backticks.
fn without_code(line: &str) -> String {
    if !line.contains('`') {
        return line.to_owned();
    }
    line.split('`').step_by(2).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_shows_nothing() {
        let wanted: Vec<(&str, &Sign)> = SIGNS.iter().map(|sign| (sign.plugins[0], sign)).collect();
        assert_eq!(needed("a {{ b }} c", &wanted), Some("macros"));
        assert_eq!(needed("a `{{ b }}` c\n```\n{{ d }}\n```\n", &wanted), None);
        assert_eq!(needed("text\n::: package.module\n", &wanted), Some("mkdocstrings"));
        assert_eq!(needed("{{ read_csv('a.csv') }}", &wanted), Some("table-reader"));
    }
}
