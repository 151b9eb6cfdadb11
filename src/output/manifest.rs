//! What the last published site consists of.
//!
//! The file holds no time, no machine and no path outside the site: the same site has the same manifest.

use super::Fingerprint;
use super::path::OWN;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Raised with each change of the layout below; a manifest of another version counts as absent.
const VERSION: u8 = 1;
const MAGIC: &[u8] = b"callboard manifest ";

/// Every file of a published site, and what the whole was made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Of everything that went into the build; equal means that building again changes nothing.
    pub input: Fingerprint,
    pub files: BTreeMap<String, Record>,
}

/// One published file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// blake3 of its bytes.
    pub hash: [u8; 32],
    pub size: u64,
}

/// The manifest's place inside `tree`.
pub(super) fn manifest_path(tree: &Path) -> PathBuf {
    tree.join(OWN).join("manifest")
}

/// The manifest of `tree`; a missing, damaged or foreign one is the same as none: everything is written anew.
pub(super) fn read(tree: &Path) -> Option<Manifest> {
    decode(&fs::read(manifest_path(tree)).ok()?)
}

/// Writes the manifest into a tree under construction, which has none yet.
pub(super) fn write(tree: &Path, manifest: &Manifest) -> io::Result<()> {
    fs::write(manifest_path(tree), encode(manifest)?)
}

fn encode(manifest: &Manifest) -> io::Result<Vec<u8>> {
    let body = postcard::to_stdvec(manifest).map_err(io::Error::other)?;
    let mut bytes = Vec::with_capacity(MAGIC.len() + 33 + body.len());
    bytes.extend_from_slice(MAGIC);
    bytes.push(VERSION);
    bytes.extend_from_slice(blake3::hash(&body).as_bytes());
    bytes.extend_from_slice(&body);
    Ok(bytes)
}

fn decode(bytes: &[u8]) -> Option<Manifest> {
    let (version, rest) = bytes.strip_prefix(MAGIC)?.split_first()?;
    let (check, body) = rest.split_at_checked(32)?;
    if *version != VERSION || blake3::hash(body).as_bytes() != check {
        return None;
    }
    postcard::from_bytes(body).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_with_any_damaged_byte_counts_as_absent() {
        let record = Record { hash: [7; 32], size: 300 };
        let manifest = Manifest { input: Fingerprint([1; 32]), files: [("a/b.html".to_owned(), record)].into() };
        let good = encode(&manifest).unwrap();
        assert_eq!(decode(&good), Some(manifest));
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 1;
            assert_eq!(decode(&bad), None, "byte {at}");
            assert_eq!(decode(&good[..at]), None, "cut at {at}");
        }
    }
}
