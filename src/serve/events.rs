//! Telling browsers what changed, over server-sent events.
//!
//! Every page knows the generation of the site it came from and says so when it connects. So nothing is lost between
//! loading a page and connecting, while a tab was hidden, or when the server was started again.

use serde::Serialize;
use std::collections::VecDeque;
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Connections at one time; a browser opens six.
const CONNECTIONS: usize = 64;
/// A dead connection is noticed when something is written to it.
const SILENCE: Duration = Duration::from_secs(3);
/// A comment, which browsers skip.
const HEARTBEAT: &str = ":\n\n";
/// Generations remembered for those who come back.
const REMEMBERED: usize = 50;
/// More changed paths than this are told as "everything".
const PATHS: usize = 2000;

/// Who listens, and what was said.
#[derive(Debug)]
pub(super) struct Hub {
    /// Differs for each start of the server.
    run: u64,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    generation: u64,
    said: VecDeque<(u64, Arc<[String]>)>,
    listeners: Vec<Sender<Arc<str>>>,
    closed: bool,
}

/// One browser's place in the hub.
pub(super) struct Subscription {
    messages: Receiver<Arc<str>>,
}

#[derive(Serialize)]
struct Message<'a> {
    generation: &'a str,
    all: bool,
    paths: &'a [String],
}

impl Hub {
    pub(super) fn new() -> Self {
        Hub { run: RandomState::new().hash_one("run"), state: Mutex::default() }
    }

    /// The name of the current generation.
    pub(super) fn generation(&self) -> String {
        self.name(self.state().generation)
    }

    /// Begins the next generation: `place` puts the site with that name in its place, then everybody hears of it.
    pub(super) fn publish(&self, changed: &[String], place: impl FnOnce(String)) {
        // Held throughout: whoever loads a page of the new generation must not connect before we know of it.
        let mut state = self.state();
        let generation = state.generation + 1;
        place(self.name(generation));
        state.generation = generation;
        state.said.push_back((generation, changed.into()));
        if state.said.len() > REMEMBERED {
            state.said.pop_front();
        }
        let message: Arc<str> = self.message(generation, Some(changed)).into();
        state.listeners.retain(|listener| listener.send(message.clone()).is_ok());
    }

    /// Ends all connections.
    pub(super) fn close(&self) {
        let mut state = self.state();
        state.closed = true;
        state.listeners.clear();
    }

    /// A place for a browser that shows generation `since`; what it missed is its first message. `None`: too many.
    pub(super) fn subscribe(&self, since: &str) -> Option<Subscription> {
        let mut state = self.state();
        // Those who left are found when something is sent to them.
        let heartbeat: Arc<str> = HEARTBEAT.into();
        state.listeners.retain(|listener| listener.send(heartbeat.clone()).is_ok());
        if state.closed || state.listeners.len() >= CONNECTIONS {
            return None;
        }
        let (sender, messages) = channel();
        let missed = self.missed(&state, since);
        if missed.as_ref().is_none_or(|paths| !paths.is_empty()) {
            // The receiver is in our hands, so this cannot fail.
            let _ = sender.send(self.message(state.generation, missed.as_deref()).into());
        }
        state.listeners.push(sender);
        Some(Subscription { messages })
    }

    /// What changed since the generation called `since`; `None` if that is not known.
    fn missed(&self, state: &State, since: &str) -> Option<Vec<String>> {
        let since = since.strip_prefix(&format!("{:x}-", self.run))?.parse::<u64>().ok()?;
        let first = state.said.front().map_or(state.generation + 1, |(generation, _)| *generation);
        if since > state.generation || since + 1 < first {
            return None;
        }
        let later = state.said.iter().filter(|(generation, _)| *generation > since);
        let mut paths: Vec<String> = later.flat_map(|(_, paths)| paths.iter().cloned()).collect();
        paths.sort();
        paths.dedup();
        Some(paths)
    }

    fn message(&self, generation: u64, paths: Option<&[String]>) -> String {
        let known = paths.filter(|paths| paths.len() <= PATHS);
        let generation = self.name(generation);
        let message = Message { generation: &generation, all: known.is_none(), paths: known.unwrap_or_default() };
        // JSON has no line breaks of its own, which is what an event needs. Strings always serialise.
        let json = serde_json::to_string(&message).unwrap_or_default();
        format!("event: changed\ndata: {json}\n\n")
    }

    fn name(&self, generation: u64) -> String {
        format!("{:x}-{generation}", self.run)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Subscription {
    /// Writes every message as it comes, until the browser or the server goes away.
    pub(super) fn stream(self, mut to: impl Write) -> io::Result<()> {
        to.write_all(b": connected\n\n")?;
        to.flush()?;
        loop {
            match self.messages.recv_timeout(SILENCE) {
                Ok(message) => to.write_all(message.as_bytes())?,
                Err(RecvTimeoutError::Timeout) => to.write_all(HEARTBEAT.as_bytes())?,
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
            to.flush()?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(subscription: &Subscription) -> Vec<String> {
        subscription
            .messages
            .try_iter()
            .filter(|message| **message != *HEARTBEAT)
            .map(|message| message.to_string())
            .collect()
    }

    #[test]
    fn a_browser_hears_what_it_missed_and_what_comes() {
        let hub = Hub::new();
        let zero = hub.generation();
        hub.publish(&["a".to_owned()], drop);
        let one = hub.generation();
        hub.publish(&["b".to_owned(), "a".to_owned()], drop);
        let two = hub.generation();
        let late = heard(&hub.subscribe(&zero).unwrap());
        assert!(late[0].contains(&two) && late[0].contains(r#""all":false,"paths":["a","b"]"#), "{late:?}");
        assert!(heard(&hub.subscribe(&one).unwrap())[0].contains(r#"["a","b"]"#));
        let current = hub.subscribe(&two).unwrap();
        assert_eq!(heard(&current), Vec::<String>::new());
        hub.publish(&["c".to_owned()], drop);
        assert!(heard(&current)[0].contains(r#"["c"]"#));
        for unknown in ["", "1-1", "nonsense", &format!("{}9", hub.generation())] {
            assert!(heard(&hub.subscribe(unknown).unwrap())[0].contains(r#""all":true"#), "{unknown}");
        }
    }

    #[test]
    fn those_who_left_make_room() {
        let hub = Hub::new();
        let mut here: Vec<_> = (0..CONNECTIONS).map(|_| hub.subscribe("").unwrap()).collect();
        assert!(hub.subscribe("").is_none());
        here.pop();
        assert!(hub.subscribe("").is_some());
    }
}
