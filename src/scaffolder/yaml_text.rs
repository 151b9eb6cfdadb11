//! Data as YAML that people read: block style, two spaces, quotes where a text would be read as something else.
//!
//! The browser writes the same (`scaffold.js`).

use serde_json::Value as Json;

/// Words that YAML 1.1 or 1.2 reads as something else than text.
const WORDS: [&str; 11] = ["", "~", "null", "true", "false", "yes", "no", "on", "off", "y", "n"];

/// A document, ending with a line break.
pub fn write(value: &Json) -> String {
    let mut out = String::new();
    node(&mut out, value, 0);
    format!("{}\n", out.strip_prefix('\n').unwrap_or(out.trim_start_matches(' ')))
}

/// Writes what follows a key or a dash: on the same line, or on lines of its own.
fn node(out: &mut String, value: &Json, depth: usize) {
    let indent = "  ".repeat(depth);
    match value {
        Json::Object(map) if map.is_empty() => out.push_str(" {}"),
        Json::Array(items) if items.is_empty() => out.push_str(" []"),
        Json::Object(map) => {
            for (key, value) in map {
                out.push_str(&format!("\n{indent}{}:", scalar(key)));
                node(out, value, depth + 1);
            }
        }
        Json::Array(items) => {
            for item in items {
                out.push_str(&format!("\n{indent}-"));
                match item {
                    Json::Object(map) if !map.is_empty() => {
                        let mut inner = String::new();
                        node(&mut inner, item, depth + 1);
                        out.push(' ');
                        out.push_str(inner.trim_start());
                    }
                    _ => node(out, item, depth + 1),
                }
            }
        }
        Json::String(text) if is_block(text) => {
            let end = if text.ends_with('\n') { "" } else { "-" };
            out.push_str(&format!(" |{end}"));
            for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
                out.push('\n');
                if !line.is_empty() {
                    out.push_str(&format!("{indent}{line}"));
                }
            }
        }
        Json::String(text) => out.push_str(&format!(" {}", scalar(text))),
        other => out.push_str(&format!(" {other}")),
    }
}

/// Several lines that can stand as they are.
fn is_block(text: &str) -> bool {
    text.contains('\n')
        && !text.starts_with([' ', '\n', '\t'])
        && !text.ends_with("\n\n")
        && text.chars().all(|c| c == '\n' || c == '\t' || !is_control(c))
}

fn is_control(c: char) -> bool {
    c < ' ' || ('\u{7f}'..='\u{9f}').contains(&c) || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}')
}

fn scalar(text: &str) -> String {
    if is_plain(text) { text.to_string() } else { Json::from(text).to_string() }
}

fn is_plain(text: &str) -> bool {
    const FIRST: &str = "-?:,[]{}#&*!|>'\"%@`= \t";
    !text.chars().any(is_control)
        && !WORDS.contains(&text.to_ascii_lowercase().as_str())
        && !text.starts_with(|c: char| FIRST.contains(c))
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !text.contains(" #")
        && !is_number(text)
}

/// Read as a number, a date or a time by some reader of YAML.
fn is_number(text: &str) -> bool {
    let rest = text.trim_start_matches(['+', '-', '.']);
    let is_word = matches!(rest.to_ascii_lowercase().as_str(), "inf" | "nan") && rest.len() < text.len();
    is_word
        || (rest.starts_with(|c: char| c.is_ascii_digit())
            && rest.chars().all(|c| "0123456789abcdefABCDEFxXoO_.:+-".contains(c)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn reads_back_as_it_was() {
        let value = json!({
            "a": "plain text", "b": ["x", {"c": 1, "d": [{"e": "no"}, []]}, ["y"]], "empty": {}, "n": null, "t": true,
            "version": "1.20", "hash": "12ab", "colon": "a: b", "block": "one\n\n  two\n", "cut": "one\ntwo", "odd": "\n x",
            "quote\"d": "- x", "e": "", "unicode": "größer ✓", "at": "@x", "end": "x:", "date": "2026-01-01"
        });
        let text = write(&value);
        let read: Json = serde_yaml::from_str(&text).expect("YAML");
        assert_eq!(read, value, "{text}");
        assert!(
            text.starts_with("a: plain text\nb:\n  - x\n  - c: 1\n    d:\n      - e: \"no\"\n      - []\n"),
            "{text}"
        );
        assert_eq!(write(&json!("x")), "x\n");
        assert_eq!(write(&json!([])), "[]\n");
    }
}
