//! Why a run ends before it published anything.

use std::fmt;

/// What kind of fault ended the run; it decides the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopKind {
    /// Disk, permissions, network, a missing program: exit 1.
    Environment,
    /// The command line or the configuration cannot be used: exit 2.
    Usage,
    /// `--deny` met a finding: exit 3.
    Denied,
    /// Much of the published portal would be lost: exit 4.
    MassLoss,
    /// Another run holds the lock: exit 6.
    Locked,
    /// Ctrl-C or SIGINT: exit 130.
    Interrupted,
    /// SIGTERM: exit 143.
    Terminated,
}

/// Ends the run: what happened, what to do, and what caused it. Nothing was published.
#[derive(Debug, Clone)]
pub struct Stop {
    pub kind: StopKind,
    pub message: String,
    pub hints: Vec<String>,
    pub cause: Option<String>,
}

impl Stop {
    pub fn new(kind: StopKind, message: impl Into<String>) -> Self {
        Stop { kind, message: message.into(), hints: Vec::new(), cause: None }
    }

    /// A fault of the machine: disk, permissions, network.
    pub fn environment(message: impl Into<String>) -> Self {
        Stop::new(StopKind::Environment, message)
    }

    /// A command line or configuration that cannot be used.
    pub fn usage(message: impl Into<String>) -> Self {
        Stop::new(StopKind::Usage, message)
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    #[must_use]
    pub fn cause(mut self, cause: impl fmt::Display) -> Self {
        self.cause = Some(cause.to_string());
        self
    }

    /// The process's exit code.
    pub fn exit_code(&self) -> u8 {
        match self.kind {
            StopKind::Environment => 1,
            StopKind::Usage => 2,
            StopKind::Denied => 3,
            StopKind::MassLoss => 4,
            StopKind::Locked => 6,
            StopKind::Interrupted => 130,
            StopKind::Terminated => 143,
        }
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.message)?;
        if let Some(cause) = &self.cause {
            write!(f, ": {cause}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Stop {}
