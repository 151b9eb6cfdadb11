//! What a stage may remember between builds: bytes under the hash of everything they were made from.

/// A content-addressed store. A miss is always allowed; a wrong value never is.
pub trait Cache: Sync {
    /// The bytes stored under `key`.
    fn get(&self, key: &[u8; 32]) -> Option<Vec<u8>>;
    /// Stores bytes; may drop them.
    fn put(&self, key: &[u8; 32], value: &[u8]);
}

/// Remembers nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Forgetful;

impl Cache for Forgetful {
    fn get(&self, _: &[u8; 32]) -> Option<Vec<u8>> {
        None
    }

    fn put(&self, _: &[u8; 32], _: &[u8]) {}
}
