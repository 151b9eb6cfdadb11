//! Label selectors: `app=shop,tier in (web, api),!canary`.
//!
//! Entities bring them, so they are read before a cluster is asked: a slip costs one finding and no question.

use serde_json::{Map, Value as Json};

/// Longer ones are no selectors.
const LONGEST: usize = 2_000;

/// What labels have to be: all of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Selector(Vec<Requirement>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Requirement {
    label: String,
    is: Is,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Is {
    There,
    NotThere,
    OneOf(Vec<String>),
    /// Also where there is no such label.
    NoneOf(Vec<String>),
}

impl Selector {
    /// The error says what cannot be read. A selector that asks for nothing would give whole clusters away.
    pub(super) fn parse(text: &str) -> Result<Selector, String> {
        if text.len() > LONGEST {
            return Err(format!("it has more than {LONGEST} characters"));
        }
        let parts = split(text)?;
        let requirements = parts.into_iter().map(requirement).collect::<Result<Vec<_>, _>>()?;
        if requirements.iter().all(|one| matches!(one.is, Is::NotThere | Is::NoneOf(_))) {
            return Err("it asks for no label that an object has to have".to_string());
        }
        Ok(Selector(requirements))
    }

    pub(super) fn fits(&self, labels: Option<&Map<String, Json>>) -> bool {
        self.0.iter().all(|Requirement { label, is }| {
            let value = labels.and_then(|labels| labels.get(label)).and_then(Json::as_str);
            match (is, value) {
                (Is::There, value) => value.is_some(),
                (Is::NotThere, value) => value.is_none(),
                (Is::OneOf(values), Some(value)) => values.iter().any(|known| known == value),
                (Is::OneOf(_), None) => false,
                (Is::NoneOf(values), Some(value)) => values.iter().all(|known| known != value),
                (Is::NoneOf(_), None) => true,
            }
        })
    }
}

/// At commas that stand outside brackets.
fn split(text: &str) -> Result<Vec<&str>, String> {
    let (mut parts, mut begin, mut is_inside) = (Vec::new(), 0, false);
    for (at, c) in text.char_indices() {
        match c {
            '(' if is_inside => return Err("a bracket is opened twice".to_string()),
            ')' if !is_inside => return Err("a bracket is closed that was not opened".to_string()),
            '(' => is_inside = true,
            ')' => is_inside = false,
            ',' if !is_inside => {
                parts.push(text[begin..at].trim());
                begin = at + 1;
            }
            _ => {}
        }
    }
    if is_inside {
        return Err("a bracket is not closed".to_string());
    }
    parts.push(text[begin..].trim());
    Ok(parts)
}

fn requirement(text: &str) -> Result<Requirement, String> {
    let whole = |label: &str, is: Is| {
        let label = label.trim();
        if is_label(label) {
            Ok(Requirement { label: label.to_string(), is })
        } else {
            Err(format!("`{label}` is no name of a label"))
        }
    };
    if let Some(label) = text.strip_prefix('!') {
        return whole(label, Is::NotThere);
    }
    if let Some((before, values)) = text.split_once('(') {
        let values: Vec<&str> = values.trim_end_matches(')').split(',').map(str::trim).collect();
        let values = values.into_iter().map(value).collect::<Result<Vec<_>, _>>()?;
        let mut words = before.split_whitespace();
        let (label, word) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        return match (word, words.next()) {
            ("in", None) => whole(label, Is::OneOf(values)),
            ("notin", None) => whole(label, Is::NoneOf(values)),
            _ => Err(format!("before a bracket stands `in` or `notin`, not `{word}`")),
        };
    }
    for (operator, is_equal) in [("!=", false), ("==", true), ("=", true)] {
        if let Some((label, of)) = text.split_once(operator) {
            let values = vec![value(of.trim())?];
            return whole(label, if is_equal { Is::OneOf(values) } else { Is::NoneOf(values) });
        }
    }
    whole(text, Is::There)
}

fn value(text: &str) -> Result<String, String> {
    let is_value = text.len() <= 63 && text.chars().all(is_plain);
    if is_value { Ok(text.to_string()) } else { Err(format!("`{text}` is no value of a label")) }
}

fn is_label(text: &str) -> bool {
    !text.is_empty() && text.len() <= 317 && text.chars().all(|c| is_plain(c) || c == '/')
}

fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn selectors_mean_what_they_mean_to_clusters() {
        let labels = json!({ "app": "shop", "tier": "web", "app.kubernetes.io/part-of": "tickets" });
        let cases = [
            ("app=shop", true),
            ("app == shop , tier=web", true),
            ("app=other", false),
            ("app!=other,tier", true),
            ("app!=shop,tier", false),
            ("tier in (api, web)", true),
            ("tier notin (api,web),app", false),
            ("app,!canary", true),
            ("!tier,app", false),
            ("app.kubernetes.io/part-of=tickets", true),
            ("missing in (a)", false),
            ("app, missing notin (a)", true),
        ];
        for (text, expected) in cases {
            let selector = Selector::parse(text).expect(text);
            assert_eq!(selector.fits(labels.as_object()), expected, "{text}");
        }
        assert!(!Selector::parse("app").expect("a selector").fits(None));
    }

    #[test]
    fn what_is_no_selector_is_told() {
        let long = "a,".repeat(2_000);
        for text in [
            "",
            ",",
            "a=b=c d",
            "a in b",
            "a in (b",
            "a)",
            "a is (b)",
            "ä=1",
            "!a",
            "a notin (b)",
            "a=b&limit=1",
            &long,
        ] {
            assert!(Selector::parse(text).is_err(), "{text}");
        }
    }
}
