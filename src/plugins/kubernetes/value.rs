//! Values of objects that anybody may have written: text that is cut and cleaned, numbers that are none below zero.

use serde_json::Value as Json;

/// What a cluster says of a fault is shown so far.
pub(super) const LONGEST_MESSAGE: usize = 400;
/// Names of clusters have 253 characters at most.
const LONGEST_NAME: usize = 253;

/// A name or a word; empty where there is none.
pub(super) fn word(value: &Json) -> String {
    value.as_str().map_or_else(String::new, |text| line(text, LONGEST_NAME))
}

/// One line of what somebody says.
pub(super) fn message(value: &Json) -> String {
    value.as_str().map_or_else(String::new, |text| line(text, LONGEST_MESSAGE))
}

/// How many; zero where that is not said.
pub(super) fn count(value: &Json) -> u64 {
    value.as_u64().unwrap_or_default()
}

pub(super) fn items(value: &Json) -> &[Json] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// The condition of a type, whose status is `True`, `False` or `Unknown`.
pub(super) fn condition<'a>(object: &'a Json, of_type: &str) -> Option<&'a Json> {
    items(&object["status"]["conditions"]).iter().find(|condition| condition["type"] == of_type)
}

pub(super) fn is(condition: Option<&Json>, status: &str) -> bool {
    condition.is_some_and(|condition| condition["status"] == status)
}

/// Text in one line, without characters that are not seen or turn the order of others.
pub(super) fn line(text: &str, longest: usize) -> String {
    let is_unseen = |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{e0000}'..='\u{e007f}');
    let plain: String = text.chars().take(longest * 4).filter(|c| !is_unseen(*c)).collect();
    let words: Vec<&str> =
        plain.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()).collect();
    let line = words.join(" ");
    match line.char_indices().nth(longest) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line,
    }
}

/// A quantity such as `250m`, `1.5Gi` or `1e3` as a number.
pub(super) fn quantity(value: &Json) -> Option<f64> {
    const SUFFIXES: [(&str, f64); 15] = [
        ("Ki", 1024.0),
        ("Mi", 1_048_576.0),
        ("Gi", 1_073_741_824.0),
        ("Ti", 1_099_511_627_776.0),
        ("Pi", 1_125_899_906_842_624.0),
        ("Ei", 1_152_921_504_606_846_976.0),
        ("n", 1e-9),
        ("u", 1e-6),
        ("m", 1e-3),
        ("k", 1e3),
        ("M", 1e6),
        ("G", 1e9),
        ("T", 1e12),
        ("P", 1e15),
        ("E", 1e18),
    ];
    let number = match value {
        Json::Number(number) => number.as_f64()?,
        Json::String(text) => {
            let text = text.trim();
            match text.parse::<f64>() {
                Ok(number) => number,
                Err(_) => {
                    let (suffix, factor) = SUFFIXES.iter().find(|(suffix, _)| text.ends_with(suffix))?;
                    text.strip_suffix(suffix)?.parse::<f64>().ok()? * factor
                }
            }
        }
        _ => return None,
    };
    (number.is_finite() && number >= 0.0).then_some(number)
}

/// Cores as people write them: `250m`, `1.5`.
pub(super) fn cores(number: f64) -> String {
    let thousandths = (number * 1000.0).round();
    if thousandths < 1000.0 {
        return format!("{thousandths}m");
    }
    let text = format!("{:.2}", number);
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn quantities_are_numbers() {
        let cases = [
            (json!("250m"), Some(0.25)),
            (json!("2"), Some(2.0)),
            (json!(0.5), Some(0.5)),
            (json!("1.5Gi"), Some(1_610_612_736.0)),
            (json!("128M"), Some(128_000_000.0)),
            (json!("1e3"), Some(1000.0)),
            (json!("-1"), None),
            (json!("much"), None),
            (json!("1e999"), None),
            (json!(null), None),
        ];
        for (value, expected) in cases {
            assert_eq!(quantity(&value), expected, "{value}");
        }
        assert_eq!([cores(0.25), cores(1.5), cores(2.0), cores(10.0)], ["250m", "1.5", "2", "10"]);
    }

    #[test]
    fn text_of_strangers_is_one_plain_line() {
        assert_eq!(line(" a\u{202e}b\n\tc\u{0}d\u{200b} ", 20), "ab c d");
        assert_eq!(line("äöü äöü", 4), "äöü…");
    }
}
