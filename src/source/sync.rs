//! Many repositories at once: in parallel, but only some of each host at a time, and none of a host that is away.

use super::remote::{Brought, Fault, Run, Wish, bring};
use super::web;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Repositories of one host that are fetched at a time.
const PER_HOST: usize = 8;
/// Faults of a host, one after the other, after which it is not asked any more.
const MOST_FAULTS: usize = 3;

/// Is told what a crawl does.
pub trait Listener: Sync {
    /// So many more repositories are to be looked at.
    fn expects(&self, _repositories: usize) {}
    /// One of them was looked at; `event` says what came of it, where that is worth a line.
    fn looked_at(&self, _event: Option<String>) {}
}

/// Tells nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silence;

impl Listener for Silence {}

/// What became of each wish, in their order.
pub(super) fn bring_all(
    wishes: &[Wish],
    run: &Run<'_>,
    max_wait: Duration,
    listener: &dyn Listener,
) -> Vec<Result<Brought, Fault>> {
    let mut hosts: BTreeMap<String, VecDeque<usize>> = BTreeMap::new();
    for (at, wish) in wishes.iter().enumerate() {
        let host = web::split_remote(&wish.url).map(|(host, _)| host).unwrap_or_default();
        hosts.entry(host).or_default().push_back(at);
    }
    listener.expects(wishes.len());
    let done: Vec<Mutex<Option<Result<Brought, Fault>>>> = wishes.iter().map(|_| Mutex::new(None)).collect();
    std::thread::scope(|scope| {
        for waiting in hosts.into_values() {
            let threads = waiting.len().min(PER_HOST);
            let host = std::sync::Arc::new(Mutex::new(Host { waiting, ..Host::default() }));
            for _ in 0..threads {
                let (host, done) = (host.clone(), &done);
                scope.spawn(move || {
                    while let Some((at, refusal)) = next(&host) {
                        let wish = &wishes[at];
                        let result = match refusal {
                            Some(reason) => refused(wish, run, reason),
                            None => patient(wish, run, &host, max_wait),
                        };
                        listener.looked_at(event(wish, &result));
                        *locked(&done[at]) = Some(result);
                    }
                });
            }
        }
    });
    let lost = || Err(Fault::from("fetching it failed".to_string()));
    done.into_iter()
        .map(|done| done.into_inner().unwrap_or_else(PoisonError::into_inner).unwrap_or_else(lost))
        .collect()
}

/// What is known of a host in this run.
#[derive(Default)]
struct Host {
    waiting: VecDeque<usize>,
    faults: usize,
    /// Why it is not asked any more.
    refusal: Option<String>,
    waited: Duration,
}

/// The next wish of a host, and why it is not asked for it.
fn next(host: &Mutex<Host>) -> Option<(usize, Option<String>)> {
    let mut host = locked(host);
    let at = host.waiting.pop_front()?;
    Some((at, host.refusal.clone()))
}

/// Shows what the cache has where there is something.
fn refused(wish: &Wish, run: &Run<'_>, reason: String) -> Result<Brought, Fault> {
    match bring(wish, &Run { offline: true, ..*run }) {
        Ok(brought) if brought.stale.is_some() => Ok(brought),
        Ok(brought) => Ok(brought.not_confirmed(reason)),
        Err(_) => Err(reason.into()),
    }
}

/// Asks, and once more where the host is busy, as long as the run may wait.
fn patient(wish: &Wish, run: &Run<'_>, host: &Mutex<Host>, max_wait: Duration) -> Result<Brought, Fault> {
    let mut pause = Duration::from_secs(5);
    loop {
        let result = bring(wish, run);
        let fault = match &result {
            Ok(brought) => brought.stale.as_ref().map(|stale| Fault::from(stale.reason.clone())),
            Err(fault) => Some(fault.clone()),
        };
        let Some(fault) = fault.filter(|_| !run.offline) else {
            locked(host).faults = 0;
            return result;
        };
        if fault.is_busy && locked(host).waited + pause <= max_wait && wait(pause, run) {
            locked(host).waited += pause;
            pause *= 2;
            continue;
        }
        let mut host = locked(host);
        host.faults = if fault.is_of_host || fault.is_busy { host.faults + 1 } else { 0 };
        if host.faults >= MOST_FAULTS {
            host.refusal.get_or_insert(fault.reason);
        }
        return result;
    }
}

/// False where the run ended before the time was over.
fn wait(time: Duration, run: &Run<'_>) -> bool {
    let begin = Instant::now();
    while begin.elapsed() < time {
        if (run.is_over)() {
            return false;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    true
}

fn event(wish: &Wish, result: &Result<Brought, Fault>) -> Option<String> {
    let name = web::split_remote(&wish.url).map_or_else(
        || wish.url.rsplit('/').next().unwrap_or_default().to_string(),
        |(host, path)| format!("{host}/{}", path.trim_matches('/')),
    );
    let name = name.trim_end_matches(".git");
    match result {
        Ok(Brought { stale: Some(stale), .. }) => Some(format!("Stale `{name}`: {}", stale.reason)),
        Ok(Brought { has_moved: true, commit: Some(commit), .. }) => {
            Some(format!("Fetched `{name}` at {}", &commit[..commit.len().min(7)]))
        }
        Ok(_) => None,
        Err(fault) => Some(format!("Failed `{name}`: {}", fault.reason)),
    }
}

fn locked<T>(value: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    value.lock().unwrap_or_else(PoisonError::into_inner)
}
