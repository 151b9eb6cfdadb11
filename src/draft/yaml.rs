//! Strings as YAML, so that every reader gets the same string back.

/// A string as a YAML scalar on one line: plain where that is safe in YAML 1.1 and 1.2, else in double quotes.
pub(super) fn scalar(text: &str) -> String {
    if is_plain(text) { text.to_string() } else { quoted(text) }
}

/// What may stand in a comment: one line without control characters.
pub(super) fn comment(text: &str) -> String {
    text.chars().map(|c| if is_printable(c) { c } else { ' ' }).collect()
}

/// Words that are no strings in YAML 1.1 or 1.2.
const WORDS: [&str; 11] = ["null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan", "inf"];

fn is_plain(text: &str) -> bool {
    let (Some(first), Some(last)) = (text.chars().next(), text.chars().last()) else { return false };
    let safe_inside =
        |c: char| (c.is_alphanumeric() || " -_./+=()&*!?'\"@%$€<>|~^;#:,…–—".contains(c)) && is_printable(c);
    // Numbers, dates and times of any YAML begin like these and hold few letters.
    let like_a_number = (first.is_ascii_digit() || "+-.".contains(first))
        && text.chars().all(|c| c.is_ascii_hexdigit() || "xXoO_+-.:TtZz ".contains(c));
    (first.is_alphanumeric() || "/(".contains(first) || text.starts_with("./"))
        && !last.is_whitespace()
        && last != ':'
        && text.chars().all(safe_inside)
        && !text.contains(": ")
        && !text.contains(" #")
        && !WORDS.contains(&text.to_lowercase().as_str())
        && !like_a_number
}

fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if is_printable(c) => out.push(c),
            c if (c as u32) <= 0xff => out.push_str(&format!("\\x{:02x}", c as u32)),
            c if (c as u32) <= 0xffff => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push_str(&format!("\\U{:08x}", c as u32)),
        }
    }
    out.push('"');
    out
}

/// What YAML lets stand as it is, but for the line breaks among it and marks that turn text around.
fn is_printable(c: char) -> bool {
    !c.is_control()
        && !matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
        && !matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml;

    #[test]
    fn every_string_comes_back() {
        let texts = [
            "payment-service",
            "Takes payments: all of them",
            "C# and # marks",
            "it's \"quoted\"",
            "@acme/team",
            "`x`",
            "- item",
            "? key",
            "! tag",
            "& anchor",
            "* alias",
            "| block",
            "> fold",
            "% directive",
            "[a]",
            "{a}",
            "a, b",
            "trailing ",
            " leading",
            "colon:",
            "a:b",
            "a #b",
            "a#b",
            "",
            " ",
            "null",
            "~",
            "Yes",
            "off",
            "n",
            "1",
            "1.0",
            "0x1F",
            "1e3",
            "12:30:00",
            "2026-01-01",
            "2026-01-01T10:00:00Z",
            ".5",
            ".inf",
            "-",
            "--",
            "---",
            "...",
            "+1",
            "1_000",
            "3scale",
            "7 things",
            "d41d8cd9",
            "über",
            "日本語",
            "🚀 rockets",
            "multi\nline\n",
            "tab\there",
            "nul\0",
            "\u{85}\u{a0}\u{2028}",
            "\u{feff}bom",
            "\u{202e}turned",
            "back\\slash",
            "$text",
            "./a b.yaml",
            "./openapi.yaml",
            "= 1",
            "<<",
            "a\r\nb",
            "<b>bold</b>",
            "100%",
            "e.g. this – or that…",
            "(in brackets)",
        ];
        for text in texts {
            let file =
                format!("a:\n  b: {} # a comment: {}\n  c:\n    - {}\n", scalar(text), comment(text), scalar(text));
            let read = yaml::parse_one(&file).unwrap_or_else(|fault| panic!("{file}: {}", fault.message)).to_json();
            assert_eq!(read, serde_json::json!({ "a": { "b": text, "c": [text] } }), "{file}");
            let other: serde_json::Value =
                serde_yaml::from_str(&file).unwrap_or_else(|error| panic!("{file}: {error}"));
            assert_eq!(other, read, "{file}");
        }
        assert_eq!(scalar("Sells gramophones, and records"), "Sells gramophones, and records");
        assert_eq!(scalar("./api/openapi.yaml"), "./api/openapi.yaml");
        assert_eq!(scalar("über 日本語"), "über 日本語");
    }
}
