//! A bundle into a repository whose files are read on demand.

use super::{BLOBS, LISTING, Listing, MAX_ARCHIVE, MAX_FILE, MAX_LISTING, MAX_RATIO, MAX_UNPACKED, MOST_HELD, SCHEMA};
use crate::source::{Blob, File, ReadFault, Repo, Status, Store, Web};
use serde::Deserialize;
use std::collections::HashMap;
use std::io::{Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, OnceLock};
use zip::{CompressionMethod, ZipArchive};

/// A bundle whose form was checked. Its contents are checked one by one when they are read, or all by [`Self::verify`].
pub(in crate::source) struct Bundle {
    archive: Archive,
    listing: Listing,
}

/// The contents of a bundle, by hash.
pub(in crate::source) struct Archive {
    zip: ZipArchive<Reopened>,
    /// Of the whole file.
    mark: [u8; 32],
}

/// A file that is open only while somebody reads it, since a hub may have thousands of bundles. Copies share nothing.
struct Reopened {
    path: Arc<Path>,
    at: u64,
    open: Option<std::fs::File>,
}

impl Clone for Reopened {
    fn clone(&self) -> Self {
        Reopened { path: Arc::clone(&self.path), at: self.at, open: None }
    }
}

impl Reopened {
    fn file(&mut self) -> std::io::Result<&mut std::fs::File> {
        let file = match self.open.take() {
            Some(file) => file,
            None => {
                let mut file = std::fs::File::open(&self.path)?;
                file.seek(SeekFrom::Start(self.at))?;
                file
            }
        };
        Ok(self.open.insert(file))
    }
}

impl Read for Reopened {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.file()?.read(buffer)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for Reopened {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.at = self.file()?.seek(to)?;
        Ok(self.at)
    }
}

impl Bundle {
    /// Opens the bundle at `path`. The error is for people.
    pub(in crate::source) fn open(path: &Path) -> Result<Bundle, String> {
        // The reader of zips is not ours, and the bytes are a stranger's.
        let opened = catch_unwind(AssertUnwindSafe(|| Bundle::opened(path)));
        opened.unwrap_or_else(|_| Err("it is damaged".to_owned()))
    }

    fn opened(path: &Path) -> Result<Bundle, String> {
        let (mark, size) = measured(path)?;
        let counted = counted(path, size)?;
        let file = Reopened { path: path.into(), at: 0, open: None };
        let mut zip = ZipArchive::new(file).map_err(|_| "it is no zip, or a damaged one".to_owned())?;
        if zip.len() != counted {
            return Err("it holds two entries of one name".to_owned());
        }
        let sizes = entries(&mut zip, size)?;
        let listing = listing(&mut zip)?;
        if let Some(fault) = listing.fault() {
            return Err(fault);
        }
        for file in &listing.files {
            let held = file.blake3.map(|hash| sizes.get(hash.as_bytes()));
            if held.is_some_and(|held| held.is_none() || held.copied() != file.size) {
                return Err(format!("it lacks the content of `{}`", super::shortened(&file.path)));
            }
        }
        // The handle that was needed for looking is not kept.
        let zip = zip.clone();
        Ok(Bundle { archive: Archive { zip, mark }, listing })
    }

    /// The repository that it says it is, as an address.
    pub(in crate::source) fn repository(&self) -> &str {
        &self.listing.repository
    }

    /// Of the whole file.
    pub(in crate::source) fn mark(&self) -> &[u8; 32] {
        &self.archive.mark
    }

    /// Unpacks everything once.
    pub(in crate::source) fn verify(&self) -> Result<(), String> {
        for file in &self.listing.files {
            let Some(hash) = file.blake3 else { continue };
            let read = self.archive.read(file.size, Some(hash.as_bytes()), MAX_FILE);
            read.map_err(|fault| format!("`{}`: {fault}", super::shortened(&file.path)))?;
        }
        Ok(())
    }

    /// The branch or else the commit that its addresses name.
    pub(in crate::source) fn reference(&self) -> &str {
        self.listing.branch.as_deref().unwrap_or(&self.listing.commit.id)
    }

    pub(in crate::source) fn into_repo(self, id: &str, web: Web) -> Repo {
        let Bundle { archive, listing } = self;
        let files: Vec<File> = listing
            .files
            .into_iter()
            .map(|file| {
                let hash = file.blake3.map(|hash| *hash.as_bytes());
                let blob = Blob::Bundled { size: file.size, hash };
                File { path: file.path, executable: file.executable, blob }
            })
            .collect();
        Repo {
            id: id.into(),
            status: if files.is_empty() { Status::Empty } else { Status::Fresh },
            commit: Some(listing.commit),
            web: Some(web),
            history: listing.history,
            is_archived: false,
            has_moved: false,
            branch: listing.branch,
            confirmed: None,
            files,
            store: Store::Bundle(Box::new(archive)),
            code_owners: OnceLock::new(),
        }
    }
}

impl Archive {
    pub(in crate::source) fn mark(&self) -> &[u8; 32] {
        &self.mark
    }

    /// The bytes of a file that the bundle lists with this size and hash.
    pub(in crate::source) fn read(
        &self,
        size: Option<u64>,
        hash: Option<&[u8; 32]>,
        limit: u64,
    ) -> Result<Vec<u8>, ReadFault> {
        if let Some(size) = size.filter(|size| *size > limit) {
            return Err(ReadFault::TooLarge(size, limit));
        }
        let hash = hash.ok_or_else(|| ReadFault::Failed("its bundle does not hold it".to_owned()))?;
        let unpacked = catch_unwind(AssertUnwindSafe(|| self.unpacked(hash, size.unwrap_or(0))));
        let bytes = unpacked.unwrap_or(None).filter(|bytes| blake3::hash(bytes).as_bytes() == hash);
        bytes.ok_or_else(|| ReadFault::Failed("its bundle is damaged".to_owned()))
    }

    fn unpacked(&self, hash: &[u8; 32], size: u64) -> Option<Vec<u8>> {
        let mut zip = self.zip.clone();
        let name = format!("{BLOBS}{}", blake3::Hash::from_bytes(*hash).to_hex());
        let mut bytes = Vec::with_capacity(size.min(MAX_FILE) as usize);
        let entry = zip.by_name(&name).ok()?;
        entry.take(size + 1).read_to_end(&mut bytes).ok()?;
        (bytes.len() as u64 == size).then_some(bytes)
    }
}

/// Hash and size of a bundle.
fn measured(path: &Path) -> Result<([u8; 32], u64), String> {
    let words = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
        _ => error.to_string(),
    };
    let metadata = std::fs::symlink_metadata(path).map_err(words)?;
    if !metadata.is_file() {
        return Err("it is not a regular file".to_owned());
    }
    if metadata.len() > MAX_ARCHIVE {
        return Err(format!("it has {} bytes, the limit is {MAX_ARCHIVE}", metadata.len()));
    }
    let mut hasher = blake3::Hasher::new();
    let mut file = std::fs::File::open(path).map_err(words)?.take(MAX_ARCHIVE + 1);
    let size = std::io::copy(&mut file, &mut hasher).map_err(words)?;
    Ok((*hasher.finalize().as_bytes(), size))
}

/// How many entries the end of the zip tells of. More would be memory before anything else could be checked, so this is
/// read from the bytes: a bundle ends with the plain record, without a comment and without the 64-bit one.
fn counted(path: &Path, size: u64) -> Result<usize, String> {
    const RECORD: usize = 22;
    let mut end = [0; RECORD];
    let mut file = std::fs::File::open(path).map_err(|error| error.to_string())?;
    let read = file.seek(SeekFrom::Start(size.saturating_sub(RECORD as u64))).and_then(|_| file.read_exact(&mut end));
    let number = |at: usize| u16::from_le_bytes([end[at], end[at + 1]]);
    if read.is_err() || !end.starts_with(b"PK\x05\x06") || number(20) != 0 || number(8) != number(10) {
        return Err("it is no zip, or a damaged one".to_owned());
    }
    match usize::from(number(10)) {
        counted if counted > MOST_HELD + 1 => {
            Err(format!("it holds {counted} files or more, the limit is {MOST_HELD}"))
        }
        counted => Ok(counted),
    }
}

/// Size of each content by hash, as the zip tells it.
fn entries(zip: &mut ZipArchive<Reopened>, archive: u64) -> Result<HashMap<[u8; 32], u64>, String> {
    let mut sizes = HashMap::with_capacity(zip.len());
    let mut total = 0u64;
    for at in 0..zip.len() {
        let entry = zip.by_index_raw(at).map_err(|_| "it is damaged".to_owned())?;
        let name = entry.name_raw();
        let is_known = matches!(entry.compression(), CompressionMethod::Stored | CompressionMethod::Deflated);
        let hash = name.strip_prefix(BLOBS.as_bytes()).and_then(|hex| blake3::Hash::from_hex(hex).ok());
        let most = match (at, hash) {
            (0, None) if name == LISTING.as_bytes() => MAX_LISTING,
            (1.., Some(hash)) => {
                sizes.insert(*hash.as_bytes(), entry.size());
                MAX_FILE
            }
            _ => return Err("it is no bundle: an entry has a name that none of them has".to_owned()),
        };
        total = total.saturating_add(entry.size());
        if entry.encrypted() || !is_known {
            return Err("it is no bundle: an entry is packed in a way that none of them is".to_owned());
        }
        if entry.size() > most {
            return Err(format!("a file in it has {} bytes, the limit is {most}", entry.size()));
        }
    }
    if total > MAX_UNPACKED {
        return Err(format!("it has {total} bytes when it is unpacked, the limit is {MAX_UNPACKED}"));
    }
    if total / archive.max(1) > MAX_RATIO {
        return Err(format!("it gets more than {MAX_RATIO} times as large when it is unpacked"));
    }
    Ok(sizes)
}

fn listing(zip: &mut ZipArchive<Reopened>) -> Result<Listing, String> {
    #[derive(Deserialize)]
    struct Schema {
        schema: u32,
    }
    let entry = zip.by_index(0).map_err(|_| "it holds nothing".to_owned())?;
    let mut json = Vec::new();
    entry.take(MAX_LISTING + 1).read_to_end(&mut json).map_err(|_| "it is damaged".to_owned())?;
    if json.len() as u64 > MAX_LISTING {
        return Err(format!("its `{LISTING}` has more than {MAX_LISTING} bytes"));
    }
    let Schema { schema } = serde_json::from_slice(&json).map_err(|_| format!("its `{LISTING}` cannot be read"))?;
    if schema != SCHEMA {
        return Err(format!("it has the schema {schema}, this version of callboard reads {SCHEMA}"));
    }
    // The parser's own words would repeat what a stranger wrote.
    let place = |error: serde_json::Error| format!("line {}, column {}", error.line(), error.column());
    serde_json::from_slice(&json).map_err(|error| format!("its `{LISTING}` cannot be read: {}", place(error)))
}
