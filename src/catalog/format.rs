//! The formats of envelope fields. Lengths are in UTF-16 code units, as Backstage measures them.

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
pub(super) fn as_name(text: &str) -> Option<String> {
    let cleaned: String =
        text.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '-' }).collect();
    let trimmed: String = cleaned.trim_matches(['-', '_', '.']).chars().take(63).collect();
    let trimmed = trimmed.trim_end_matches(['-', '_', '.']);
    is_name(trimmed).then(|| trimmed.to_string())
}

/// The nearest valid tag to what was written, for a suggestion.
pub(super) fn as_tag(text: &str) -> Option<String> {
    let lower = text.to_lowercase();
    let valid = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, ':' | '+' | '#');
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

    #[test]
    fn suggestions_are_valid() {
        assert_eq!(as_tag("My Tag.x").as_deref(), Some("my-tag-x"));
        assert_eq!(as_name("payment service!").as_deref(), Some("payment-service"));
        assert_eq!(as_name("日本"), None);
    }
}
