//! The formats of envelope fields. Lengths are in UTF-16 code units, as Backstage measures them.
//!
//! Each format stands here twice: as a function, which decides, and as a [`Format`] for JSON Schemas. A test holds both
//! equal.

/// A format as JSON Schema says it.
#[derive(Debug, Clone, Copy)]
pub struct Format {
    /// For ECMAScript and for Rust.
    pub pattern: &'static str,
    /// The most characters, where the pattern does not limit them.
    pub most: Option<usize>,
    /// What it asks for, for people.
    pub rule: &'static str,
}

/// `metadata.name`
pub const NAME: Format = Format {
    pattern: "^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$",
    most: Some(63),
    rule: "1 to 63 letters, digits, `-`, `_` or `.`, with a letter or digit at both ends",
};

/// `metadata.namespace`
pub const NAMESPACE: Format = Format {
    pattern: "^([a-z0-9][-a-z0-9]*)?[a-z0-9]$",
    most: Some(63),
    rule: "1 to 63 lower-case letters, digits and inner hyphens",
};

/// The key of a label or annotation.
pub const KEY: Format = Format {
    pattern: concat!(
        "^((?=[^/]{1,253}/)[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*/)?",
        "[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$"
    ),
    most: None,
    rule: "`[prefix/]name`, where the prefix is a lower-case domain name",
};

/// The value of a label.
pub const LABEL_VALUE: Format = Format {
    pattern: "^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$",
    most: Some(63),
    rule: "at most 63 letters, digits, `-`, `_` or `.`",
};

/// One of `metadata.tags`.
pub const TAG: Format = Format {
    pattern: "^[a-z0-9:+#]+(-[a-z0-9:+#]+)*$",
    most: Some(63),
    rule: "1 to 63 of `a-z`, `0-9`, `:`, `+`, `#`, in parts joined by single hyphens",
};

/// The address of a link, as far as a pattern can say: whatever [`is_url`] takes begins with a scheme.
pub const URL: Format = Format { pattern: "^\\s*[A-Za-z][^/?#]*:", most: None, rule: "an absolute address" };

/// What is not blank.
pub const NOT_BLANK: Format = Format { pattern: "\\S", most: None, rule: "more than white space" };

/// 1 to 63 letters, digits, `-`, `_`, `.`; starts and ends with a letter or digit.
pub(super) fn is_name(text: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    (1..=63).contains(&text.len())
        && text.bytes().all(inner)
        && text.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric())
        && text.bytes().last().is_some_and(|byte| byte.is_ascii_alphanumeric())
}

/// A DNS label: 1 to 63 lower-case letters, digits and inner hyphens.
pub(super) fn is_namespace(text: &str) -> bool {
    (1..=63).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        && !text.starts_with('-')
        && !text.ends_with('-')
}

fn is_domain(text: &str) -> bool {
    (1..=253).contains(&text.len()) && text.split('.').all(is_namespace)
}

/// `[prefix/]suffix` with a DNS prefix and an alphanumeric suffix.
pub(super) fn is_api_version(text: &str) -> bool {
    let (prefix, suffix) = split_prefix(text);
    prefix.is_none_or(is_domain)
        && (1..=63).contains(&suffix.len())
        && suffix.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// 1 to 63 letters and digits, a letter first.
pub(in crate::catalog) fn is_kind(text: &str) -> bool {
    (1..=63).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && text.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic())
}

/// The key of a label or annotation: `[prefix/]name`.
pub(super) fn is_key(text: &str) -> bool {
    let (prefix, name) = split_prefix(text);
    prefix.is_none_or(is_domain) && is_name(name)
}

pub(super) fn is_label_value(text: &str) -> bool {
    text.is_empty() || is_name(text)
}

/// 1 to 63 of `a-z0-9:+#`, parts joined by single hyphens.
pub(super) fn is_tag(text: &str) -> bool {
    (1..=63).contains(&text.len())
        && text.split('-').all(|part| {
            !part.is_empty()
                && part.bytes().all(|byte| {
                    byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b':' | b'+' | b'#')
                })
        })
}

/// What the WHATWG URL parser takes as an absolute address.
pub(super) fn is_url(text: &str) -> bool {
    url::Url::parse(text.trim()).is_ok()
}

/// Nothing but what JavaScript's `trim` takes away.
pub(super) fn is_blank(text: &str) -> bool {
    text.chars().all(|c| (c.is_whitespace() && c != '\u{85}') || c == '\u{feff}')
}

/// The nearest valid name to what was written, for a suggestion.
pub fn as_name(text: &str) -> Option<String> {
    let cleaned: String =
        text.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '-' }).collect();
    let trimmed: String = cleaned.trim_matches(['-', '_', '.']).chars().take(63).collect();
    let trimmed = trimmed.trim_end_matches(['-', '_', '.']);
    is_name(trimmed).then(|| trimmed.to_string())
}

/// The nearest valid tag to what was written, for a suggestion.
pub fn as_tag(text: &str) -> Option<String> {
    let lower = text.to_lowercase();
    let valid = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, ':' | '+' | '#');
    // A letter that would be lost makes it another word.
    if lower.chars().any(|c| c.is_alphanumeric() && !valid(c)) {
        return None;
    }
    let cleaned: String = lower.chars().map(|c| if valid(c) { c } else { '-' }).collect();
    let tag = cleaned.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-");
    is_tag(&tag).then_some(tag)
}

fn split_prefix(text: &str) -> (Option<&str>, &str) {
    match text.split_once('/') {
        Some((prefix, rest)) => (Some(prefix), rest),
        None => (None, text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_from_both_sides() {
        let long = "a".repeat(64);
        for (check, good, bad) in [
            (is_name as fn(&str) -> bool, vec!["a", "A--b", "a..b", "a-_.b"], vec!["", "-a", "a-", "a b", &long, "ü"]),
            (is_namespace, vec!["default", "a--b"], vec!["A", "a_b", "-a", ""]),
            (is_api_version, vec!["backstage.io/v1alpha1", "v1"], vec!["1.0", "a/b/c", "X.io/v1", "v1/"]),
            (is_kind, vec!["Component", "api2"], vec!["2a", "", "a-b"]),
            (is_key, vec!["backstage.io/x", "x"], vec!["a:b", "X.io/y", "a/b/c"]),
            (is_tag, vec!["java", "c++", "a:b", "c#-x"], vec!["Java", "a--b", "a.b", "-a", "a_b"]),
            (
                is_url,
                vec!["https://x", "mailto:a@b", "localhost:3000", " https://x"],
                vec!["/foo", "x.com/y", "https://"],
            ),
        ] {
            for text in good {
                assert!(check(text), "{text} should pass");
            }
            for text in bad {
                assert!(!check(text), "{text} should fail");
            }
        }
    }

    /// The checks and their patterns agree on every short text of telling letters, and on long ones.
    #[test]
    fn patterns_say_what_the_functions_decide() {
        let mut texts = vec![String::new()];
        let mut last = texts.clone();
        for _ in 0..4 {
            let letters = ["a", "Z", "7", "-", "_", ".", "/", ":", "#", "\n", " ", "ü"];
            last = last.iter().flat_map(|text| letters.map(|letter| format!("{text}{letter}"))).collect();
            texts.extend(last.iter().cloned());
        }
        for length in [62, 63, 64, 252, 253, 254] {
            let long = "a".repeat(length);
            let labels = vec!["a".repeat(62); length / 63 + 1].join(".");
            let domain = labels[..length].trim_end_matches('.').to_string();
            texts.extend([format!("{long}/x"), format!("x/{long}"), format!("{domain}/x"), format!("{domain}a/x")]);
            texts.extend([format!("a-{}", "b".repeat(length - 2)), format!("{long}.b/x"), long]);
        }
        for (format, check) in [
            (NAME, is_name as fn(&str) -> bool),
            (NAMESPACE, is_namespace),
            (KEY, is_key),
            (LABEL_VALUE, is_label_value),
            (TAG, is_tag),
        ] {
            let mut schema = serde_json::json!({ "pattern": format.pattern });
            if let Some(most) = format.most {
                schema["maxLength"] = most.into();
            }
            let schema = jsonschema::validator_for(&schema).expect("a schema");
            for text in &texts {
                assert_eq!(schema.is_valid(&text.as_str().into()), check(text), "{} on {text:?}", format.pattern);
            }
        }
        let url = jsonschema::validator_for(&serde_json::json!({ "pattern": URL.pattern })).expect("a schema");
        let odd = ["https://x", " mailto:a@b", "localhost:3000", "ht\ntps://x", "a.b-c+d:e", "https:x", "\thttps://x"];
        for text in texts.iter().map(String::as_str).chain(odd) {
            assert!(!is_url(text) || url.is_valid(&text.into()), "{text:?} is an address");
        }
    }

    #[test]
    fn suggestions_are_valid() {
        assert_eq!(as_tag("My Tag.x").as_deref(), Some("my-tag-x"));
        assert_eq!(as_name("payment service!").as_deref(), Some("payment-service"));
        assert_eq!(as_name("日本"), None);
    }
}
