//! The engines in a browser, each on a page of its own.

use super::devtools::{Chromium, Page};
use super::folders;
use super::peers;
use super::portal::Portal;
use super::queries::Query;
use super::server::Server;
use serde::Deserialize;
use serde_json::json;
use std::fs;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    Callboard,
    Pagefind,
    MiniSearch,
}

impl Engine {
    pub(crate) const ALL: [Engine; 3] = [Engine::Callboard, Engine::Pagefind, Engine::MiniSearch];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Engine::Callboard => "callboard",
            Engine::Pagefind => "Pagefind",
            Engine::MiniSearch => "MiniSearch",
        }
    }

    fn script(self) -> String {
        let file = folders::data().join("engines").join(format!("{}.js", self.name().to_lowercase()));
        fs::read_to_string(file).expect("the engine's script")
    }
}

/// A portal and its peers, served.
pub(crate) struct Stage<'a> {
    pub(crate) portal: &'a Portal,
    own: Server,
    peers: Server,
}

impl<'a> Stage<'a> {
    pub(crate) fn set(portal: &'a Portal) -> Self {
        let peers = peers::index(portal);
        Stage { portal, own: Server::start(&portal.folder), peers: Server::start(&peers) }
    }

    pub(crate) fn server(&self, engine: Engine) -> &Server {
        if engine == Engine::Callboard { &self.own } else { &self.peers }
    }

    /// A page where the engine may be asked, which has loaded nothing of it; its profile is fresh.
    pub(crate) fn page(&self, chromium: &Chromium, engine: Engine) -> Page {
        let home = self.server(engine).home();
        let mut page = chromium.page(&home);
        page.open(&home);
        page.eval(&engine.script());
        page
    }
}

/// The pages an engine finds for a query, best first, at most ten: Markdown files, or routes of what is no documentation.
pub(crate) type Found = Vec<String>;

#[derive(Deserialize)]
struct Hit {
    url: String,
}

/// What an engine finds for each of the queries.
pub(crate) fn found(chromium: &Chromium, stage: &Stage<'_>, engine: Engine, queries: &[Query]) -> Vec<Found> {
    let mut page = stage.page(chromium, engine);
    let mut all = Vec::new();
    for chunk in queries.chunks(10) {
        let typed: Vec<&str> = chunk.iter().map(|query| query.query.as_str()).collect();
        let found = page.eval(&format!(
            "(async () => {{
                const all = [];
                for (const query of {}) all.push((await benchSearch(query, 10)).map(({{ url }}) => ({{ url }})));
                return all;
            }})()",
            json!(typed)
        ));
        let found: Vec<Vec<Hit>> = serde_json::from_value(found).expect("hits");
        all.extend(found.iter().map(|hits| distinct(hits.iter().map(|hit| stage.portal.path_of(&hit.url)))));
    }
    assert_faultless(page, engine);
    all
}

fn distinct(paths: impl Iterator<Item = String>) -> Found {
    let mut found = Found::new();
    for path in paths {
        if found.len() < 10 && !found.contains(&path) {
            found.push(path);
        }
    }
    found
}

pub(crate) fn assert_faultless(mut page: Page, engine: Engine) {
    let faults = page.faults();
    assert!(faults.is_empty(), "{}: {faults:#?}", engine.name());
}
