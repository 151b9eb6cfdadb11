//! `cargo +nightly fuzz run descriptor`: no text makes the catalog panic or lose something without a word.

#![no_main]

use callboard::catalog::{self, IngestOptions, Kinds};
use callboard::config::{self, Inputs};
use callboard::source::{Origin, Reading, Repo, RepoId};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let text = &*String::from_utf8_lossy(bytes);
    let loaded = config::load(&Inputs { dir: ".".into(), ..Inputs::default() }).expect("no configuration is needed");
    let kinds = Kinds::built_in();
    let options = IngestOptions { config: &loaded.config, kinds: &kinds, compat: false, cache: None };
    let repo = Repo::in_memory("shop", [("catalog-info.yaml", text), ("inc.yaml", text)]);
    let origin = Origin { location: None, kind: "file", target: ".".to_string() };
    let reading = Reading { repo: &repo, id: RepoId(0), path: "catalog-info.yaml", origin: &origin, configured: true };
    let (ingest, _) = catalog::ingest(&reading, text, &options);
    assert!(!ingest.entities.is_empty() || !ingest.findings.is_empty());
});
