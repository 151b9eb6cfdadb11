//! The wish to stop, handed to whatever takes long.

use crate::diagnostics::{Stop, StopKind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

const INTERRUPTED: u8 = 1;
const TERMINATED: u8 = 2;

/// Set once by a signal handler, asked often by everything that takes long. Clones share one state.
#[derive(Debug, Clone, Default)]
pub struct Interrupt(Arc<AtomicU8>);

impl Interrupt {
    pub fn new() -> Self {
        Interrupt::default()
    }

    /// Ctrl-C or SIGINT. The first signal decides the exit code.
    pub fn interrupt(&self) {
        self.raise(INTERRUPTED);
    }

    /// SIGTERM.
    pub fn terminate(&self) {
        self.raise(TERMINATED);
    }

    pub fn is_raised(&self) -> bool {
        self.0.load(Ordering::Relaxed) != 0
    }

    /// An error once a signal came, so that `?` ends the work.
    pub fn check(&self) -> Result<(), Stop> {
        match self.0.load(Ordering::Relaxed) {
            0 => Ok(()),
            TERMINATED => Err(Stop::new(StopKind::Terminated, "terminated; nothing was published")),
            _ => Err(Stop::new(StopKind::Interrupted, "interrupted; nothing was published")),
        }
    }

    fn raise(&self, signal: u8) {
        // A second signal changes nothing, so the result does not matter.
        let _ = self.0.compare_exchange(0, signal, Ordering::Relaxed, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_signal_decides_the_exit_code() {
        let interrupt = Interrupt::new();
        assert!(interrupt.check().is_ok());
        interrupt.clone().terminate();
        interrupt.interrupt();
        assert_eq!(interrupt.check().unwrap_err().exit_code(), 143);
    }
}
