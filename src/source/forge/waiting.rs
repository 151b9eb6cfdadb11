//! What a host asks for when it is asked too much: to be left alone for a while.

use super::{Fault, Heard, http_date};
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// What a host is given that says to come later, and not when.
const USUAL: u64 = 60;
/// How often a pause looks whether the run goes on.
const BLINK: Duration = Duration::from_millis(50);

/// How much a caller puts up with.
#[derive(Clone)]
pub(in crate::source) struct Patience {
    /// How long it waits in all because the host says so.
    pub(in crate::source) longest: Duration,
    /// How often it asks a question that meets a fault that may pass.
    pub(in crate::source) tries: u32,
    /// How long it lets be before the second time; three times as long before the third.
    pub(in crate::source) pause: Duration,
    /// Whether the run goes on; asked while it waits.
    pub(in crate::source) goes_on: Arc<dyn Fn() -> bool + Send + Sync>,
}

impl Patience {
    /// Asks once, and never waits.
    pub(in crate::source) fn none() -> Patience {
        Patience { longest: Duration::ZERO, tries: 1, pause: Duration::ZERO, goes_on: Arc::new(|| true) }
    }
}

impl Default for Patience {
    fn default() -> Self {
        let (longest, pause) = (Duration::from_secs(15 * 60), Duration::from_secs(1));
        Patience { longest, tries: 3, pause, goes_on: Arc::new(|| true) }
    }
}

impl fmt::Debug for Patience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Patience({:?}, {})", self.longest, self.tries)
    }
}

/// What was asked of a host and waited for it, by everyone who asks it.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    requests: AtomicUsize,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The host is left alone until then.
    until: Option<Instant>,
    waited: Duration,
}

impl Waiting {
    pub(super) fn requests(&self) -> usize {
        self.requests.load(Ordering::Relaxed)
    }

    pub(super) fn waited(&self) -> Duration {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).waited
    }

    /// Returns once the host may be asked, and counts the question.
    pub(super) fn turn(&self, patience: &Patience) -> Result<(), Fault> {
        loop {
            let until = self.state.lock().unwrap_or_else(PoisonError::into_inner).until;
            let left = until.map_or(Duration::ZERO, |until| until.saturating_duration_since(Instant::now()));
            if left.is_zero() {
                self.requests.fetch_add(1, Ordering::Relaxed);
                return go_on(patience);
            }
            pause(left, patience)?;
        }
    }

    /// The host asks to be left alone for so long. Waits that overlap count once.
    pub(super) fn told(&self, time: Duration, status: u16, patience: &Patience) -> Result<(), Fault> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let begin = state.until.map_or_else(Instant::now, |until| until.max(Instant::now()));
        let more = (Instant::now() + time).saturating_duration_since(begin);
        let reason = format!("it takes no more questions for now (status {status})");
        if patience.longest.is_zero() {
            return Err(Fault::of_host(reason));
        }
        if state.waited + more > patience.longest {
            let (asked, most) = (time.as_secs(), patience.longest.as_secs());
            return Err(Fault::of_host(format!(
                "{reason}; it asks to wait {asked} s, and a run waits {most} s at most (`--max-wait`)"
            )));
        }
        state.waited += more;
        state.until = Some(begin + more);
        Ok(())
    }
}

/// Sleeps, unless the run ends.
pub(super) fn pause(time: Duration, patience: &Patience) -> Result<(), Fault> {
    let end = Instant::now() + time;
    loop {
        go_on(patience)?;
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(());
        }
        std::thread::sleep(left.min(BLINK));
    }
}

fn go_on(patience: &Patience) -> Result<(), Fault> {
    if (patience.goes_on)() { Ok(()) } else { Err(Fault::of_host("the run was interrupted")) }
}

/// How long an answer asks to wait: in words of its headers, or as a message.
pub(super) fn asked_for(heard: &Heard) -> Option<Duration> {
    let header = |name: &str| super::text(&heard.headers, name);
    let now = heard.time.unwrap_or_default();
    let until = |instant: i64| u64::try_from(instant.saturating_sub(now)).unwrap_or_default().saturating_add(1);
    let is_limit = match heard.status {
        429 | 403 => true,
        // Proxies and hosts under repair.
        503 => return header("retry-after").and_then(|text| after(text, &until)).map(at_least_one),
        // GraphQL answers faults with 200, too.
        200 => heard.is_asked_by_post && says(&heard.body, &["RATE_LIMITED"]),
        _ => false,
    };
    if !is_limit {
        return None;
    }
    if let Some(text) = header("retry-after") {
        return Some(at_least_one(after(text, &until).unwrap_or(USUAL)));
    }
    let is_spent = ["x-ratelimit-remaining", "ratelimit-remaining"].iter().any(|name| header(name) == Some("0"));
    let reset = ["x-ratelimit-reset", "ratelimit-reset"].iter().find_map(|name| header(name)?.parse::<i64>().ok());
    match reset {
        Some(reset) if is_spent || heard.status == 429 => Some(at_least_one(until(reset))),
        _ if is_spent || heard.status != 403 => Some(Duration::from_secs(USUAL)),
        _ => says(&heard.body, &["secondary rate limit", "abuse detection", "rate limit exceeded"])
            .then(|| Duration::from_secs(USUAL)),
    }
}

fn at_least_one(seconds: u64) -> Duration {
    // A year is longer than anybody waits, and far from the end of what can be counted.
    Duration::from_secs(seconds.clamp(1, 366 * 86_400))
}

/// Seconds, or a date.
fn after(text: &str, until: &dyn Fn(i64) -> u64) -> Option<u64> {
    text.trim().parse().ok().or_else(|| http_date(text).map(until))
}

fn says(body: &[u8], words: &[&str]) -> bool {
    let text = String::from_utf8_lossy(&body[..body.len().min(4096)]).to_lowercase();
    words.iter().any(|word| text.contains(&word.to_lowercase()))
}
