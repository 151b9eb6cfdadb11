//! The development server: one process, one port, answers from memory, reloads the browser.
//!
//! In: a site in memory, folders to watch and a function that builds again. Out: HTTP on the loopback interface and
//! [`Event`]s for the terminal. It knows nothing of what the pages mean, and it is no production server: it adds no
//! security headers and asks browsers to cache nothing unchecked.
#![expect(clippy::disallowed_methods, clippy::disallowed_types, reason = "this room listens and waits")]

mod answer;
mod events;
mod host;
mod http;
mod inject;
mod kind;
mod listen;
mod watch;

use crate::diagnostics::Stop;
use crate::output::{Interrupt, Memory};
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use answer::Site;
use events::Hub;
use listen::{Desk, Server};
use watch::{Notice, Watch};

/// How often the main thread looks whether it should end.
const TICK: Duration = Duration::from_millis(100);

/// Names a file that answers in place of a path.
pub type Alias = fn(&str) -> Option<String>;

/// Where and how to serve.
#[derive(Debug, Clone)]
pub struct ServeOptions {
    /// A name or an address of this machine.
    pub host: String,
    /// Tried first; if it is taken, the next twenty are tried. 0 means any.
    pub port: u16,
    /// The path below which the site lies, like `/portal`; empty for none.
    pub base: String,
    /// The file of the site that answers a path for which there is none, if one does. Both are below the site's root.
    pub alias: Alias,
    /// Folders whose changes do not matter: the output, the cache.
    pub ignore: Vec<PathBuf>,
    /// Ends the server when raised.
    pub interrupt: Interrupt,
}

impl Default for ServeOptions {
    fn default() -> Self {
        ServeOptions {
            host: "127.0.0.1".to_owned(),
            port: 8080,
            base: String::new(),
            alias: |_| None,
            ignore: Vec::new(),
            interrupt: Interrupt::new(),
        }
    }
}

/// What happened, for whoever shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The site can be read at `url`; `taken` is the port that was asked for, if another process has it.
    Listening { url: String, taken: Option<u16> },
    /// These files changed; a build begins.
    Building { paths: Vec<PathBuf> },
    /// The new site is served; these of its paths changed.
    Rebuilt { changed: Vec<String>, ms: u64 },
    /// The build gave no site; the old one is still served.
    Failed { ms: u64 },
    /// Changes below this folder may go unnoticed.
    Unwatched { path: PathBuf, reason: String },
    /// The server ends.
    Ended,
}

/// Serves `first` until the interrupt is raised, which is the ordinary end and no error.
///
/// When something below `watch` changes, `rebuild` is called on this thread with the changed paths and the tree served
/// last (hand it to [`Memory::after`] to keep unchanged files); `None` keeps the old site.
pub fn run(
    options: ServeOptions,
    first: Memory,
    watch: Vec<PathBuf>,
    mut rebuild: impl FnMut(&[PathBuf], &Arc<Memory>) -> Option<Memory>,
    on_event: impl Fn(Event),
) -> Result<(), Stop> {
    let (listener, port) = listen::bind(&options.host, options.port)?;
    let hub = Arc::new(Hub::new());
    let mut last = settled(first);
    let site = Arc::new(RwLock::new(Arc::new(Site::new(last.clone(), &options.base, options.alias, hub.generation()))));
    let hosts = host::Hosts::new(&options.host, listener.local_addr().ok());
    let mut watcher = Watch::start(watch, options.ignore).map_err(|reason| {
        Stop::environment("cannot watch for changes").cause(reason).hint("Build once with `callboard build` instead.")
    })?;
    let desk = Desk { site: site.clone(), hub: hub.clone(), hosts };
    let server =
        Server::start(listener, desk).map_err(|error| Stop::environment("cannot start the server").cause(error))?;
    on_event(Event::Listening {
        url: host::url(&options.host, port, site.read().unwrap_or_else(PoisonError::into_inner).base()),
        taken: (options.port != 0 && options.port != port).then_some(options.port),
    });

    while !options.interrupt.is_raised() {
        let mut paths = Vec::new();
        for notice in watcher.wait(TICK) {
            match notice {
                Notice::Changed(path) => paths.push(path),
                Notice::Unwatched { path, reason } => on_event(Event::Unwatched { path, reason }),
            }
        }
        if paths.is_empty() {
            continue;
        }
        paths.sort();
        paths.dedup();
        on_event(Event::Building { paths: paths.clone() });
        let start = Instant::now();
        let built = rebuild(&paths, &last);
        let ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
        let Some(new) = built else {
            on_event(Event::Failed { ms });
            continue;
        };
        let new = settled(new);
        let changed = new.changed_since(&last);
        last = new.clone();
        if changed.is_empty() {
            on_event(Event::Rebuilt { changed, ms });
            continue;
        }
        // The new site is in place before any browser hears of it. Its generation is the one that the hub announces.
        hub.publish(&changed, |generation| {
            *site.write().unwrap_or_else(PoisonError::into_inner) =
                Arc::new(Site::new(new, &options.base, options.alias, generation));
        });
        on_event(Event::Rebuilt { changed, ms });
    }
    server.stop();
    hub.close();
    on_event(Event::Ended);
    Ok(())
}

/// A tree that is served needs the one before it no longer.
fn settled(mut tree: Memory) -> Arc<Memory> {
    tree.forget_last();
    Arc::new(tree)
}

#[cfg(test)]
mod tests;
