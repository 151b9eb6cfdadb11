//! What the rooms of `src` may know of one another and of the world, read from their text.
//!
//! An arrow is a `crate::…` path from one room to another. All of them stand in [`ARROWS`]; each leads to a room above
//! its own line, so there is no circle. A new arrow is a decision: change ARCHITECTURE.md with it.

#![expect(clippy::disallowed_methods, reason = "the sources are read from disk")]

use callboard::diagnostics::rules;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Each room with the rooms it uses.
const ARROWS: &[(&str, &[&str])] = &[
    ("csv", &[]),
    ("diagnostics", &[]),
    ("html", &[]),
    ("query", &[]),
    ("strings", &["diagnostics", "html"]),
    ("yaml", &[]),
    ("cache", &[]),
    ("config", &["diagnostics", "strings", "yaml"]),
    ("source", &["diagnostics", "cache", "config"]),
    ("catalog", &["diagnostics", "yaml", "cache", "config", "source"]),
    ("draft", &["diagnostics", "yaml", "source", "catalog"]),
    ("schema", &["diagnostics", "config", "catalog"]),
    ("techdocs", &["diagnostics", "html", "cache", "source", "catalog"]),
    ("graph", &["html", "catalog"]),
    ("insights", &["diagnostics", "config", "catalog", "graph"]),
    ("scaffolder", &["diagnostics", "source", "catalog"]),
    ("api", &["source", "catalog", "graph"]),
    ("plugins", &["diagnostics", "html", "strings", "config", "source", "catalog", "graph", "api"]),
    ("search", &[]),
    (
        "site",
        &[
            "diagnostics",
            "html",
            "csv",
            "strings",
            "config",
            "source",
            "catalog",
            "draft",
            "schema",
            "techdocs",
            "graph",
            "insights",
            "scaffolder",
            "api",
            "plugins",
            "search",
        ],
    ),
    ("emit", &["diagnostics", "strings", "config", "source", "site"]),
    ("output", &["diagnostics", "cache"]),
    (
        "pipeline",
        &[
            "diagnostics",
            "strings",
            "cache",
            "config",
            "source",
            "catalog",
            "techdocs",
            "graph",
            "insights",
            "scaffolder",
            "plugins",
            "search",
            "site",
            "emit",
            "output",
        ],
    ),
    ("serve", &["diagnostics", "output"]),
    (
        "cli",
        &[
            "diagnostics",
            "csv",
            "strings",
            "query",
            "cache",
            "config",
            "source",
            "catalog",
            "draft",
            "schema",
            "api",
            "graph",
            "insights",
            "scaffolder",
            "plugins",
            "search",
            "site",
            "emit",
            "output",
            "pipeline",
            "serve",
        ],
    ),
];

/// The rooms with a door to disk, network, clock and environment.
const DOORS: [&str; 5] = ["config", "source", "output", "serve", "cli"];

/// Modules and crates that lead to the world.
const WORLD: [&str; 15] = [
    "std::fs",
    "std::env",
    "std::process",
    "std::net",
    "std::time::SystemTime",
    "std::time::Instant",
    "walkdir",
    "ignore",
    "git2",
    "notify",
    "notify_debouncer_full",
    "rustix",
    "signal_hook",
    "tiny_http",
    "ureq",
];

/// What is let through all the same, and why.
const EXCEPTIONS: [(&str, &str); 3] = [
    // A limit on colouring one block of code: the last resort, told and never cached.
    ("techdocs/highlight.rs", "std::time::Instant"),
    // A limit on drawing the diagrams of one page, likewise.
    ("techdocs/diagram.rs", "std::time::Instant"),
    // The exit code is all it has.
    ("main.rs", "std::process"),
];

/// Values that templates print unescaped: every field of the type `SafeHtml`, in the template that has it.
const SAFE: [(&str, &str); 11] = [
    ("adoption.html", "d.source"),
    ("definition.html", "code"),
    ("docs.html", "content"),
    ("docs-print.html", "sheet.content"),
    ("entity.html", "description"),
    ("entity.html", "graph"),
    ("entity.html", "source"),
    ("graph.html", "map"),
    ("plugin-components.html", "p.html"),
    ("template.html", "description"),
    ("template.html", "form"),
];

#[test]
fn arrows_go_down() {
    let mut used: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut where_: BTreeMap<(String, String), String> = BTreeMap::new();
    for source in sources().iter().filter(|source| !matches!(&*source.name, "lib.rs" | "main.rs")) {
        let room = used.entry(source.room()).or_default();
        for path in paths(&source.text, "crate::") {
            let target = path.split("::").nth(1).unwrap_or_default().to_string();
            if target != source.room() && !target.is_empty() {
                where_.entry((source.room(), target.clone())).or_insert_with(|| source.name.clone());
                room.insert(target);
            }
        }
    }
    let names: Vec<&str> = ARROWS.iter().map(|(room, _)| *room).collect();
    let rooms: Vec<&str> = used.keys().map(String::as_str).collect();
    assert_eq!(rooms.iter().collect::<BTreeSet<_>>(), names.iter().collect(), "the rooms of `src` and of the table");
    for (at, (room, allowed)) in ARROWS.iter().enumerate() {
        for target in *allowed {
            assert!(names[..at].contains(target), "`{room}` uses `{target}`, which does not stand above it");
        }
        let allowed: BTreeSet<String> = allowed.iter().map(|room| room.to_string()).collect();
        let new = used[*room].difference(&allowed).next();
        let told = new.map(|new| format!("src/{} uses `{new}`", where_[&(room.to_string(), new.clone())]));
        assert_eq!(told, None, "a new arrow from `{room}`; if it should be, add it to the table");
        let unused: Vec<_> = allowed.difference(&used[*room]).collect();
        assert!(unused.is_empty(), "`{room}` does not use {unused:?} any more: take it out of the table");
    }
}

#[test]
fn the_pipeline_stands_in_the_order_of_the_rooms() {
    let text = read(&root().join("src/lib.rs"));
    let listed: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    let names: Vec<&str> = ARROWS.iter().map(|(room, _)| *room).collect();
    assert_eq!(listed, names, "`src/lib.rs` is the table of contents");
}

#[test]
fn few_rooms_touch_the_world() {
    let mut found = BTreeSet::new();
    for source in sources().iter().filter(|source| !DOORS.contains(&&*source.room())) {
        for door in WORLD {
            let (first, _) = door.split_once("::").unwrap_or((door, ""));
            let touched = paths(&source.text, &format!("{first}::"))
                .into_iter()
                .find(|path| path.strip_prefix(door).is_some_and(|rest| rest.is_empty() || rest.starts_with("::")));
            let Some(touched) = touched else { continue };
            let allowed = EXCEPTIONS.contains(&(&source.name, door));
            assert!(allowed, "src/{} uses `{touched}`; only {} may", source.name, DOORS.join(", "));
            found.insert((source.name.clone(), door));
        }
    }
    for (file, door) in EXCEPTIONS {
        assert!(found.contains(&(file.to_string(), door)), "src/{file} does not use `{door}` any more");
    }
}

#[test]
fn templates_print_only_safe_html_unescaped() {
    let mut found = BTreeSet::new();
    for path in files(&root().join("themes/default/templates"), "html") {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let text = read(&path);
        assert!(!text.contains("autoescape"), "{name} switches escaping off");
        for (at, _) in text.match_indices("safe") {
            let is_word = !text[..at].ends_with(is_word) && !text[at + 4..].starts_with(is_word);
            let before = text[..at].trim_end();
            if !is_word || !(before.ends_with('|') || before.ends_with("filter")) {
                continue;
            }
            let value = before.trim_end_matches('|').trim_end();
            let start = value.rfind(|c: char| c.is_whitespace() || c == '{').map_or(0, |at| at + 1);
            let field = (name.clone(), value[start..].to_string());
            let allowed = SAFE.contains(&(&field.0, &field.1));
            assert!(allowed, "{name} prints `{}` unescaped, which is no `SafeHtml`", field.1);
            found.insert(field);
        }
    }
    let expected: BTreeSet<_> = SAFE.iter().map(|(file, field)| (file.to_string(), field.to_string())).collect();
    assert_eq!(found, expected, "every `SafeHtml` is printed once");

    let view: String = files(&root().join("src/site/view"), "rs").iter().map(|path| read(path)).collect();
    let typed = view.lines().filter_map(|line| line.trim().strip_prefix("pub ")?.strip_suffix(": SafeHtml,"));
    let mut typed: Vec<&str> = typed.collect();
    let mut named: Vec<&str> = SAFE.iter().filter_map(|(_, field)| field.rsplit('.').next()).collect();
    typed.sort_unstable();
    named.sort_unstable();
    assert_eq!(typed, named, "the fields of `SafeHtml` in src/site/view");
}

#[test]
fn scripts_make_no_html_and_run_no_text() {
    let banned = [
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "createContextualFragment",
        "document.write",
        "DOMParser",
        "eval(",
        "new Function",
        "Function(",
        "setTimeout(\"",
        "setTimeout('",
    ];
    let mut scripts = files(&root().join("themes/default/assets"), "js");
    scripts.extend(files(&root().join("src"), "js"));
    assert!(scripts.len() > 1, "there are scripts to look at");
    for path in scripts {
        let text = read(&path);
        for word in banned {
            assert!(!text.contains(word), "{} uses `{word}`", path.display());
        }
    }
}

#[test]
fn templates_hold_no_script_and_no_style_of_their_own() {
    for path in files(&root().join("themes/default/templates"), "html") {
        let text = read(&path).to_lowercase();
        for word in ["javascript:", "<style", " style=", " onclick=", " onload=", " onerror=", " onsubmit="] {
            assert!(!text.contains(word), "{} holds `{word}`, which the policy forbids", path.display());
        }
        for (at, _) in text.match_indices("<script") {
            let tag = &text[at..at + text[at..].find('>').unwrap_or_default()];
            let is_data = tag.contains(" type=\"application/json\"");
            assert!(is_data || tag.contains(" src="), "{} holds a script of its own: `{tag}>`", path.display());
        }
    }
}

#[test]
fn nothing_is_left_undone() {
    for source in sources() {
        for word in ["todo!(", "unimplemented!(", "dbg!(", ".unwrap()"] {
            assert!(!source.text.contains(word), "src/{} holds `{word}` outside of its tests", source.name);
        }
    }
}

#[test]
fn rules_have_names_of_their_own() {
    let mut seen = BTreeSet::new();
    for rule in rules::all() {
        let name = rule.name;
        let kebab = name.split('-').all(|part| {
            !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        });
        assert!(kebab, "`{name}` is not kebab-case");
        assert!(seen.insert(name), "two rules are called `{name}`");
        assert!(rule.summary.ends_with('.'), "the summary of `{name}` is a sentence");
        assert!(rule.why.ends_with('.') && rule.why != rule.summary, "`{name}` says why it matters, in a sentence");
        assert!(!rule.why.contains("  "), "`why` of `{name}` is one paragraph");
    }
    assert!(seen.len() > 40, "all rules are listed");
}

/// A file below `src` without its comments and its tests.
struct Source {
    /// Path below `src`.
    name: String,
    text: String,
}

impl Source {
    fn room(&self) -> String {
        self.name.split('/').next().unwrap_or_default().trim_end_matches(".rs").to_string()
    }
}

fn sources() -> Vec<Source> {
    let folder = root().join("src");
    let mut sources = Vec::new();
    for path in files(&folder, "rs") {
        let name = path.strip_prefix(&folder).expect("below src").to_string_lossy().replace('\\', "/");
        // Files that exist for tests only: `#[cfg(test)] mod …;` stands above them.
        if !matches!(path.file_name().and_then(|name| name.to_str()), Some("tests.rs" | "scratch.rs")) {
            sources.push(Source { name, text: without_tests(&without_comments(&read(&path))) });
        }
    }
    assert!(sources.len() > 50, "the sources are found");
    sources
}

fn without_comments(text: &str) -> String {
    let code = text.lines().map(|line| match line.find("//") {
        Some(at) if line[..at].trim().is_empty() || line[..at].ends_with(' ') => &line[..at],
        _ => line,
    });
    code.map(|line| format!("{line}\n")).collect()
}

/// Cuts `#[cfg(test)] mod … { … }` out, which ends at the first `}` in the same column.
fn without_tests(text: &str) -> String {
    let mut out = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line.trim() != "#[cfg(test)]" {
            out.push_str(line);
            out.push('\n');
            continue;
        }
        let indent = &line[..line.len() - line.trim_start().len()];
        let closer = format!("{indent}}}");
        let opener = lines.next().unwrap_or_default();
        if opener.trim_end().ends_with('{') {
            let _ = lines.find(|line| line.trim_end() == closer);
        }
    }
    out
}

/// Every path in `text` that begins with `start`, groups in braces taken apart.
fn paths(text: &str, start: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, _) in text.match_indices(start) {
        if !text[..at].ends_with(|c: char| is_word(c) || c == ':' || c == '$') {
            expand(start, &text[at + start.len()..], &mut found);
        }
    }
    found
}

/// Reads what follows a prefix: names, `::`, and groups. Returns the number of bytes read.
fn expand(prefix: &str, text: &str, found: &mut BTreeSet<String>) -> usize {
    if let Some(group) = text.strip_prefix('{') {
        let mut at = 0;
        loop {
            at += group[at..].len() - group[at..].trim_start().len();
            match group[at..].chars().next() {
                Some('}') => return at + 2,
                Some(',') => at += 1,
                Some(_) => {
                    let read = expand(prefix, &group[at..], found);
                    // `as name`, `*` and anything else up to the next part of the group.
                    at += read + group[at + read..].find([',', '}']).unwrap_or(group.len() - at - read);
                }
                None => return text.len(),
            }
        }
    }
    let name: String = text.chars().take_while(|c| is_word(*c)).collect();
    let path = format!("{prefix}{name}");
    match text[name.len()..].strip_prefix("::") {
        Some(rest) if !name.is_empty() => name.len() + 2 + expand(&format!("{path}::"), rest, found),
        _ => {
            found.insert(path.trim_end_matches("::").to_string());
            name.len()
        }
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let walk = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter();
    let all = walk.map(|entry| entry.expect("a folder of the project can be read").into_path());
    all.filter(|path| path.extension().is_some_and(|found| found == ending)).collect()
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn paths_are_taken_apart() {
    let found = |text| paths(text, "crate::").into_iter().collect::<Vec<_>>();
    assert_eq!(
        found("use crate::a::{self, b, c::{d, e as f}}; x(crate::g::h())"),
        ["crate::a::b", "crate::a::c::d", "crate::a::c::e", "crate::a::self", "crate::g::h"]
    );
    assert_eq!(found("pub(crate) fn a() {}"), Vec::<String>::new());
    let std = paths("use std::{fs, io::Read};", "std::");
    assert_eq!(std.into_iter().collect::<Vec<_>>(), ["std::fs", "std::io::Read"]);
    assert_eq!(without_tests("a\n#[cfg(test)]\nmod tests {\n    b\n}\nc\n#[cfg(test)]\nmod d;\ne\n"), "a\nc\ne\n");
}

#[test]
fn search_knows_every_language_of_the_configuration() {
    for language in callboard::config::LANGUAGES {
        assert!(callboard::search::language(language).is_some(), "{language}");
    }
}
