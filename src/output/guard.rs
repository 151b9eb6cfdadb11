//! The last look before anything is published: no configured secret may stand in any file.

use super::{Record, Sink};
use crate::diagnostics::Stop;
use memchr::memmem::Finder;
use std::collections::BTreeMap;

/// A sink that refuses files which hold one of the secrets.
pub struct Guarded<'a> {
    sink: &'a dyn Sink,
    secrets: Vec<Finder<'static>>,
}

/// Shorter values are words, not secrets: looking for them would refuse innocent pages.
const SHORTEST: usize = 8;

impl<'a> Guarded<'a> {
    pub fn new(sink: &'a dyn Sink, secrets: impl Iterator<Item = String>) -> Self {
        let secrets = secrets.filter(|secret| secret.len() >= SHORTEST);
        Guarded { sink, secrets: secrets.map(|secret| Finder::new(secret.as_bytes()).into_owned()).collect() }
    }

    fn check(&self, path: &str, bytes: &[u8]) -> Result<(), Stop> {
        if self.secrets.iter().any(|secret| secret.find(bytes).is_some()) {
            return Err(Stop::environment(format!("`{path}` would publish a secret of the configuration"))
                .hint("A token stands in the text of some repository, or in data that a plugin shows; remove it there and replace it."));
        }
        Ok(())
    }
}

impl Sink for Guarded<'_> {
    fn put(&self, path: &str, bytes: &[u8]) -> Result<(), Stop> {
        self.check(path, bytes)?;
        self.sink.put(path, bytes)
    }

    fn files(&self) -> BTreeMap<String, Record> {
        self.sink.files()
    }
}
