//! One build at a time on one output.
//!
//! The lock is the operating system's, so it dies with the process; the file is only its handle and is never deleted
//! (deleting it would let two builds hold two different locks). It names the holder for the message of the one who waits.

use super::Interrupt;
use super::fault::fault;
use crate::diagnostics::{Stop, StopKind};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::path::Path;
use std::time::{Duration, Instant};

const POLL: Duration = Duration::from_millis(50);

/// Held as long as it lives.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

/// Takes the lock behind `file`, waiting up to `wait`.
pub(super) fn acquire(file: &Path, wait: Duration, interrupt: &Interrupt) -> Result<Lock, Stop> {
    let mut handle = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(file)
        .map_err(|error| fault("create the lock file", file, &error))?;
    let start = Instant::now();
    loop {
        interrupt.check()?;
        match handle.try_lock() {
            Ok(()) => break,
            Err(TryLockError::WouldBlock) if start.elapsed() < wait => {
                std::thread::sleep(POLL.min(wait.saturating_sub(start.elapsed())));
            }
            Err(TryLockError::WouldBlock) => return Err(locked(file, &mut handle)),
            Err(TryLockError::Error(error)) => return Err(fault("lock", file, &error)),
        }
    }
    handle
        .set_len(0)
        .and_then(|()| writeln!(handle, "{}", std::process::id()))
        .map_err(|error| fault("write the lock file", file, &error))?;
    Ok(Lock { _file: handle })
}

fn locked(file: &Path, handle: &mut File) -> Stop {
    let mut text = String::new();
    let holder = match handle.read_to_string(&mut text) {
        Ok(_) => text.trim().parse::<u32>().ok(),
        Err(_) => None,
    };
    let who = holder.map(|pid| format!(" (process {pid})")).unwrap_or_default();
    Stop::new(StopKind::Locked, format!("another build{who} is writing this output"))
        .hint("Wait for it with `--lock-wait SECONDS`, or name another output folder.")
        .hint(format!("The lock is `{}`; it ends with that process.", file.display()))
}

#[cfg(test)]
mod tests {
    use super::super::scratch::Scratch;
    use super::*;

    #[test]
    fn the_second_waits_then_names_the_holder() {
        let scratch = Scratch::new("lock");
        let file = scratch.path().join("lock");
        let interrupt = Interrupt::new();
        let first = acquire(&file, Duration::ZERO, &interrupt).unwrap();
        let start = Instant::now();
        let stop = acquire(&file, Duration::from_millis(120), &interrupt).unwrap_err();
        assert!(start.elapsed() >= Duration::from_millis(120));
        assert_eq!(stop.exit_code(), 6);
        assert!(stop.message.contains(&std::process::id().to_string()), "{}", stop.message);
        drop(first);
        acquire(&file, Duration::ZERO, &interrupt).unwrap();
    }

    #[test]
    fn a_signal_ends_the_wait() {
        let scratch = Scratch::new("lock-signal");
        let file = scratch.path().join("lock");
        let interrupt = Interrupt::new();
        let _first = acquire(&file, Duration::ZERO, &interrupt).unwrap();
        interrupt.interrupt();
        assert_eq!(acquire(&file, Duration::from_secs(60), &interrupt).unwrap_err().exit_code(), 130);
    }
}
