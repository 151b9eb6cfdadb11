//! From a request to a reply, without a network.
//!
//! A path is looked up in a map, never on the disk: there is nothing to climb out of.

use super::Alias;
use super::inject::{SCRIPT, SCRIPT_PATH, inject};
use super::kind::content_type;
use crate::output::Memory;
use std::sync::Arc;

/// Where browsers listen for changes.
const EVENTS_PATH: &str = "/-/events";

/// A site as it is served now.
#[derive(Debug)]
pub(super) struct Site {
    tree: Arc<Memory>,
    /// Empty, or `/…` without a slash at its end.
    base: String,
    alias: Alias,
    generation: String,
}

/// What a browser wants.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Ask<'a> {
    /// Path and query as they came.
    pub(super) url: &'a str,
    pub(super) if_none_match: Option<&'a str>,
}

/// What it gets.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Reply {
    /// A file, or the page for what is not there.
    File { status: u16, content_type: &'static str, etag: String, body: Body },
    /// It has this already.
    Unchanged { etag: String },
    /// It is elsewhere.
    Moved { to: String },
    /// It wants to hear of changes since a generation.
    Events { since: String },
    /// Nobody means this.
    Bad,
}

/// Bytes of the site, or bytes made for this reply.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Body {
    Shared(Arc<[u8]>),
    Own(Vec<u8>),
}

impl AsRef<[u8]> for Body {
    fn as_ref(&self) -> &[u8] {
        match self {
            Body::Shared(bytes) => bytes,
            Body::Own(bytes) => bytes,
        }
    }
}

impl Site {
    pub(super) fn new(tree: Arc<Memory>, base: &str, alias: Alias, generation: String) -> Self {
        let base = base.trim_matches('/');
        Site { tree, base: if base.is_empty() { String::new() } else { format!("/{base}") }, alias, generation }
    }

    pub(super) fn base(&self) -> &str {
        &self.base
    }

    /// Answers one request.
    pub(super) fn answer(&self, ask: Ask<'_>) -> Reply {
        let (raw, query) = ask.url.split_once('?').unwrap_or((ask.url, ""));
        if raw == EVENTS_PATH {
            return Reply::Events { since: parameter(query, "since").unwrap_or_default() };
        }
        if raw == SCRIPT_PATH {
            return fresh(200, content_type(SCRIPT_PATH), Body::Own(SCRIPT.into()), ask);
        }
        if !raw.starts_with('/') {
            return Reply::Bad;
        }
        let Some(path) = decode(raw) else { return Reply::Bad };
        let with_query = |path: &str| if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") };
        if path == self.base || (path == "/" && !self.base.is_empty()) {
            return Reply::Moved { to: with_query(&format!("{}/", self.base)) };
        }
        let Some(key) = path.strip_prefix(&self.base).and_then(|path| path.strip_prefix('/')) else {
            return self.missing(ask);
        };
        if key.is_empty() || key.ends_with('/') {
            return self.file(200, &format!("{key}index.html"), ask).unwrap_or_else(|| self.missing(ask));
        }
        if let Some(reply) = self.file(200, key, ask) {
            return reply;
        }
        if let Some(reply) = (self.alias)(key).and_then(|file| self.file(200, &file, ask)) {
            return reply;
        }
        if self.tree.contains(&format!("{key}/index.html")) {
            // `key` begins with a name, so this never becomes `//host/`.
            return Reply::Moved { to: with_query(&format!("{raw}/")) };
        }
        self.missing(ask)
    }

    fn missing(&self, ask: Ask<'_>) -> Reply {
        self.file(404, "404.html", ask).unwrap_or_else(|| {
            let page = b"<!doctype html><meta charset=\"utf-8\"><title>Not found</title><p>Not found.</p>";
            fresh(404, content_type(".html"), Body::Own(inject(page, "*", &self.base, &self.generation)), ask)
        })
    }

    fn file(&self, status: u16, key: &str, ask: Ask<'_>) -> Option<Reply> {
        let (bytes, hash) = self.tree.get_with_hash(key)?;
        let content_type = content_type(key);
        let hash = hex(&hash);
        if !content_type.starts_with("text/html") {
            return Some(checked(status, content_type, format!("\"{hash}\""), ask, || Body::Shared(bytes)));
        }
        // The page as sent names its generation, so two generations are two things.
        let etag = format!("\"{hash}-{}\"", self.generation);
        // A page that is missing now may exist after any change.
        let page = if status == 404 { "*" } else { key };
        let body = || Body::Own(inject(&bytes, page, &self.base, &self.generation));
        Some(checked(status, content_type, etag, ask, body))
    }
}

fn fresh(status: u16, content_type: &'static str, body: Body, ask: Ask<'_>) -> Reply {
    let etag = format!("\"{}\"", hex(blake3::hash(body.as_ref()).as_bytes()));
    checked(status, content_type, etag, ask, || body)
}

fn checked(status: u16, content_type: &'static str, etag: String, ask: Ask<'_>, body: impl FnOnce() -> Body) -> Reply {
    let known = status == 200
        && ask.if_none_match.is_some_and(|tags| {
            tags.split(',').map(str::trim).any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
        });
    if known { Reply::Unchanged { etag } } else { Reply::File { status, content_type, etag, body: body() } }
}

/// Half of the hash is plenty for a tag.
fn hex(hash: &[u8; 32]) -> String {
    hash[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}

fn parameter(query: &str, name: &str) -> Option<String> {
    query.split('&').filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name).and_then(|(_, v)| decode(v))
}

/// Percent-decoding; `None` where the result is no text, or the escape no escape.
fn decode(raw: &str) -> Option<String> {
    let mut out = Vec::with_capacity(raw.len());
    let mut bytes = raw.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        let (high, low) = (bytes.next()?, bytes.next()?);
        let digit = |byte: u8| char::from(byte).to_digit(16);
        out.push((digit(high)? * 16 + digit(low)?) as u8);
    }
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::Sink;

    fn site(base: &str) -> Site {
        let tree = Memory::default();
        for (path, text) in [
            ("index.html", "<body>home</body>"),
            ("docs/a b/index.html", "<body>docs</body>"),
            ("404.html", "<body>lost</body>"),
            ("style.css", "p{}"),
        ] {
            tree.put(path, text.as_bytes()).unwrap();
        }
        Site::new(Arc::new(tree), base, alias, "g1".to_owned())
    }

    fn alias(path: &str) -> Option<String> {
        path.strip_prefix("styles/").map(|name| format!("{name}.css"))
    }

    fn ask(site: &Site, url: &str) -> Reply {
        site.answer(Ask { url, if_none_match: None })
    }

    /// Status and body, or where it went.
    fn brief(reply: Reply) -> (u16, String) {
        match reply {
            Reply::File { status, body, .. } => (status, String::from_utf8(body.as_ref().to_vec()).unwrap()),
            Reply::Moved { to } => (308, to),
            Reply::Unchanged { .. } => (304, String::new()),
            Reply::Events { since } => (200, since),
            Reply::Bad => (400, String::new()),
        }
    }

    #[test]
    fn folders_are_their_index_and_files_are_themselves() {
        let site = site("");
        let (status, home) = brief(ask(&site, "/?q=1"));
        assert_eq!(status, 200);
        assert!(home.contains("home<script src=\"/-/reload.js\" data-page=\"index.html\""), "{home}");
        assert!(brief(ask(&site, "/docs/a%20b/")).1.contains("docs"));
        assert_eq!(brief(ask(&site, "/docs/a%20b?x=1")), (308, "/docs/a%20b/?x=1".to_owned()));
        assert_eq!(brief(ask(&site, "/style.css?generation=2")), (200, "p{}".to_owned()));
    }

    #[test]
    fn another_file_may_answer() {
        let site = site("");
        assert_eq!(brief(ask(&site, "/styles/style?x=1")), (200, "p{}".to_owned()));
        assert_eq!(brief(ask(&site, "/styles/other")).0, 404);
    }

    #[test]
    fn what_is_not_there_gets_the_page_for_it() {
        let site = site("");
        for url in [
            "/nothing",
            "/docs/",
            "/../../etc/passwd",
            "/%2e%2e/%2e%2e/etc/passwd",
            "//style.css",
            "/%2Fstyle.css",
            "/a%00",
        ] {
            let (status, body) = brief(ask(&site, url));
            assert_eq!(status, 404, "{url}");
            assert!(body.contains("lost") && body.contains("data-page=\"*\""), "{url}: {body}");
        }
        for url in ["style.css", "http://evil.example/", "*", "/%", "/%zz", "/%ff"] {
            assert_eq!(ask(&site, url), Reply::Bad, "{url}");
        }
    }

    #[test]
    fn a_base_path_is_part_of_every_address() {
        let site = site("/portal/");
        assert_eq!(brief(ask(&site, "/")), (308, "/portal/".to_owned()));
        assert_eq!(brief(ask(&site, "/portal")), (308, "/portal/".to_owned()));
        assert_eq!(brief(ask(&site, "/portal/style.css")).0, 200);
        assert_eq!(brief(ask(&site, "/portal/docs/a%20b")), (308, "/portal/docs/a%20b/".to_owned()));
        for url in ["/style.css", "/portalstyle.css"] {
            assert_eq!(brief(ask(&site, url)).0, 404, "{url}");
        }
        assert_eq!(brief(ask(&site, "/-/reload.js")).0, 200);
    }

    #[test]
    fn a_browser_that_has_it_is_told_so() {
        let site = site("");
        for url in ["/", "/style.css", "/-/reload.js"] {
            let Reply::File { etag, .. } = ask(&site, url) else { panic!("{url}") };
            for tags in [etag.clone(), format!("\"x\", W/{etag}"), "*".to_owned()] {
                let again = site.answer(Ask { url, if_none_match: Some(&tags) });
                assert_eq!(again, Reply::Unchanged { etag: etag.clone() }, "{url} {tags}");
            }
            assert_ne!(brief(site.answer(Ask { url, if_none_match: Some("\"x\"") })).0, 304);
        }
    }

    #[test]
    fn an_unchanged_page_of_a_new_generation_is_sent_again() {
        // Else it would ask for changes since the old one, and reload for ever.
        let old = site("");
        let Reply::File { etag, .. } = ask(&old, "/") else { panic!() };
        let new = Site::new(old.tree, "", alias, "g2".to_owned());
        assert_eq!(brief(new.answer(Ask { url: "/", if_none_match: Some(&etag) })).0, 200);
    }
}
