//! Which addresses a page may name, and which of them the portal must look up.

use std::borrow::Cow;
use url::Url;

/// Characters of a refused address that a message shows.
const LONGEST_SHOWN: usize = 80;

/// What an address in a page turns out to be.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Address {
    /// A web or mail address that may stand as it is.
    External(String),
    /// A place on the same page, without `#`.
    Anchor(String),
    /// A file of the same documentation: its path with escapes undone, and the anchor behind it.
    Local { path: String, anchor: Option<String> },
    /// An address of a scheme that is not the web's. It may be the ref of an entity; else it is refused.
    OtherScheme(String),
    /// Something a page may not link to, by its shape.
    Refused(String),
}

/// Sorts an address. Only http, https, mailto, anchors and relative paths pass.
pub(super) fn classify(written: &str) -> Address {
    let address = as_browsers_read(written);
    if let Some(anchor) = address.strip_prefix('#') {
        return Address::Anchor(anchor.to_owned());
    }
    if address.starts_with("//") {
        return web(&format!("https:{address}"));
    }
    if address.starts_with(['\\']) || address.starts_with("/\\") {
        return Address::Refused(shown(&address));
    }
    match scheme(&address) {
        Some(scheme) if is_one_of(scheme, &["http", "https"]) => web(&address),
        Some(scheme) if scheme.eq_ignore_ascii_case("mailto") => Address::External(address.into_owned()),
        Some(_) => Address::OtherScheme(address.into_owned()),
        None => local(&address),
    }
}

/// A refused address as a message shows it.
pub(super) fn shown(address: &str) -> String {
    address.chars().take(LONGEST_SHOWN).collect()
}

/// Browsers ignore tabs and line breaks inside an address and control characters around it; so must we, before we judge it.
fn as_browsers_read(written: &str) -> Cow<'_, str> {
    let trimmed = written.trim_matches(|c: char| c <= ' ' || c == '\u{7f}');
    if trimmed.contains(|c: char| c.is_control()) {
        Cow::Owned(trimmed.chars().filter(|c| !c.is_control()).collect())
    } else {
        Cow::Borrowed(trimmed)
    }
}

fn scheme(address: &str) -> Option<&str> {
    let end = address.find(['/', '?', '#', ':'])?;
    let scheme = address[..end].trim_end();
    let named = address[end..].starts_with(':')
        && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '.' | '-'));
    named.then_some(scheme)
}

/// A web address, without the name and password that may stand in it.
fn web(address: &str) -> Address {
    let Ok(mut url) = Url::parse(address) else {
        return Address::Refused(shown(address));
    };
    let secret = !url.username().is_empty() || url.password().is_some();
    let usual = address.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("http"))
        && address.split_once(':').is_some_and(|(_, rest)| rest.starts_with("//"));
    if usual && !secret && !address.contains('\\') {
        return Address::External(address.to_owned());
    }
    if secret && (url.set_username("").is_err() || url.set_password(None).is_err()) {
        return Address::Refused("an address with a password".to_owned());
    }
    Address::External(url.into())
}

fn local(address: &str) -> Address {
    let (rest, anchor) = match address.split_once('#') {
        Some((rest, anchor)) => (rest, Some(anchor.to_owned())),
        None => (address, None),
    };
    let path = rest.split('?').next().unwrap_or_default();
    Address::Local { path: unescape(path), anchor }
}

/// Undoes `%20` and its like, where that gives text.
pub(super) fn unescape(path: &str) -> String {
    if !path.contains('%') {
        return path.to_owned();
    }
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let [first, tail @ ..] = rest {
        let escaped = match tail {
            [high, low, ..] if *first == b'%' => hex(*high).zip(hex(*low)),
            _ => None,
        };
        match escaped {
            Some((high, low)) => {
                bytes.push(high * 16 + low);
                rest = &tail[2..];
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| path.to_owned())
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

fn is_one_of(scheme: &str, allowed: &[&str]) -> bool {
    allowed.iter().any(|one| scheme.eq_ignore_ascii_case(one))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(path: &str) -> Address {
        Address::Local { path: path.to_owned(), anchor: None }
    }

    #[test]
    fn ordinary_addresses_pass() {
        assert_eq!(classify("https://a.example/b?c=d#e"), Address::External("https://a.example/b?c=d#e".into()));
        assert_eq!(classify("mailto:a@b.example"), Address::External("mailto:a@b.example".into()));
        assert_eq!(classify("#setup"), Address::Anchor("setup".into()));
        assert_eq!(classify("../a%20b.md"), path("../a b.md"));
        assert_eq!(classify("img.png?raw=true"), path("img.png"));
        assert_eq!(classify("a.md#b"), Address::Local { path: "a.md".into(), anchor: Some("b".into()) });
        assert_eq!(classify("//cdn.example/x"), Address::External("https://cdn.example/x".into()));
    }

    #[test]
    fn schemes_that_run_or_embed_are_refused() {
        for written in [
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            " \u{1}javascript:alert(1)",
            "java\tscript:alert(1)",
            "java\nscript:alert(1)",
            "javascript :alert(1)",
            "vbscript:x",
            "data:text/html,x",
            "file:///etc/passwd",
            "blob:x",
            "\\\\host\\share",
            "/\\host",
        ] {
            let address = classify(written);
            assert!(matches!(address, Address::Refused(_) | Address::OtherScheme(_)), "{written:?}");
        }
    }

    #[test]
    fn passwords_are_dropped() {
        assert_eq!(classify("https://me:secret@a.example/"), Address::External("https://a.example/".into()));
    }
}
