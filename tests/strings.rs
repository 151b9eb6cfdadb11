//! The tables of the portal's own words: complete in each language, and no text that nothing says.

#![expect(clippy::disallowed_methods, reason = "the theme is read from disk")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Sections and keys that are put together at run time.
const PUT_TOGETHER: [&str; 11] = [
    "facet.",
    "kind.",
    "kinds.",
    "level.",
    "relations.",
    "word.error",
    "word.warning",
    "word.info",
    "k8s_state.",
    "k8s_problem.",
    "k8s_means.",
];

/// Every text of a table by its key, the forms of one that counts together.
fn table(language: &str) -> BTreeMap<String, Vec<String>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("themes/default/strings/{language}.toml"));
    let sections: toml::Table = std::fs::read_to_string(path).unwrap().parse().unwrap();
    let mut texts = BTreeMap::new();
    for (section, entries) in &sections {
        for (key, value) in entries.as_table().unwrap() {
            let forms = match value {
                toml::Value::Table(forms) => vec![forms["one"].clone(), forms["other"].clone()],
                text => vec![text.clone()],
            };
            let forms = forms.iter().map(|form| form.as_str().unwrap().to_owned()).collect();
            texts.insert(format!("{section}.{key}"), forms);
        }
    }
    texts
}

/// Names in braces.
fn places(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0)).collect()
}

fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in ["src/site", "themes/default/templates", "themes/default/assets", "plugins"] {
        for entry in walkdir::WalkDir::new(root.join(folder)).into_iter().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if [".rs", ".html", ".js", ".yaml"].iter().any(|ending| name.ends_with(ending)) {
                files.push((name, std::fs::read_to_string(entry.path()).unwrap()));
            }
        }
    }
    files
}

#[test]
fn german_says_everything_that_english_says() {
    let (english, german) = (table("en"), table("de"));
    let keys = |table: &BTreeMap<String, Vec<String>>| table.keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&english), keys(&german));
    for (key, forms) in &english {
        let german = &german[key];
        assert_eq!(forms.len(), german.len(), "{key}");
        for (form, german) in forms.iter().zip(german) {
            assert!(!german.is_empty(), "{key}");
            assert_eq!(places(form), places(german), "{key}");
            // With these names templates ask for parts of a text.
            assert!(places(form).is_disjoint(&["before", "after"].into()), "{key}");
            for mark in ["**", "`"] {
                assert_eq!(form.matches(mark).count(), german.matches(mark).count(), "{key}");
            }
        }
    }
}

#[test]
fn every_text_is_said_and_nothing_else_is_asked_for() {
    let texts = table("en");
    let sources = sources();
    for key in texts.keys() {
        let literal = format!("\"{key}\"");
        let is_said = sources.iter().any(|(_, text)| text.contains(&literal));
        let is_put_together = PUT_TOGETHER.iter().any(|start| key.starts_with(start));
        assert!(is_said || is_put_together, "nothing says `{key}`");
    }
    for (name, text) in &sources {
        for (before, after) in
            [("\"", "\" | t"), ("\"", "\" | prose"), (" t(\"", "\""), ("say(\"", "\""), ("tell(\"", "\"")]
        {
            for key in asked(text, before, after) {
                assert!(texts.contains_key(key), "{name} asks for `{key}`");
            }
        }
    }
}

#[test]
fn scripts_that_speak_know_how() {
    for (name, text) in sources().iter().filter(|(name, _)| name.ends_with(".js")) {
        let speaks = asked(text, "t(\"", "\"").next().is_some();
        let knows = [", t } = ", "{ t } = ", "function t(", "const t = "].iter().any(|way| text.contains(way));
        assert!(!speaks || knows, "{name} has no `t`");
    }
}

/// Keys between two texts: `section.key`.
fn asked<'a>(text: &'a str, before: &'a str, after: &'a str) -> impl Iterator<Item = &'a str> {
    let is_key = |part: &&str| {
        part.split_once('.').is_some_and(|(section, key)| {
            let is_name = |part: &str| part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
            !section.is_empty() && is_name(section) && is_name(key)
        })
    };
    text.match_indices(after)
        .filter_map(move |(at, _)| text[..at].rfind(before).map(|start| &text[start + before.len()..at]))
        .filter(is_key)
}

/// `text` without what stands between two marks, marks included.
fn without(text: &str, open: &str, close: &str) -> String {
    let mut parts = text.split(open);
    let mut left = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        left.push('\n');
        left.push_str(part.split_once(close).map_or("", |(_, rest)| rest));
    }
    left
}

#[test]
fn templates_hold_no_words_of_their_own() {
    for (name, text) in sources().iter().filter(|(name, _)| name.ends_with(".html") && name != "icons.html") {
        let mut shown = text.clone();
        for (open, close) in [
            ("{% block main_class %}", "{% endblock main_class %}"),
            ("{#", "#}"),
            ("{{", "}}"),
            ("{%", "%}"),
            ("<svg", "</svg>"),
            ("<code", "</code>"),
            ("<", ">"),
        ] {
            shown = without(&shown, open, close);
        }
        let words = shown.lines().map(str::trim).filter(|line| line.chars().any(char::is_alphabetic));
        for word in words {
            assert!(KNOWN.contains(&word), "{name} says `{word}` by itself");
        }
    }
}

/// Names, formats and units, which are the same in every language.
const KNOWN: [&str; 11] = ["callboard", "CPU", "P", "YAML", "JSON", "CSV", "Markdown", "KB", "MB", "A+", "A−"];
