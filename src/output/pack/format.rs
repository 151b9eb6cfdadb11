//! The bytes of a pack.
//!
//! A header, then batches, one per write. A batch is its own header, an index of its entries, and their values one
//! after another. So opening reads an index per batch instead of a header per value, and a process that dies while
//! appending leaves a tail that reads as "no batch here".

use super::Key;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

/// First bytes of a pack. The number is raised with each change of the layout; a file of another version is replaced.
pub(super) const HEADER: &[u8; 16] = b"callboard pack 1";

const BATCH: &[u8; 8] = b"\nbatch:\n";
/// Mark, number of entries, length of the values together, checksum of the index, checksum of all that.
const BATCH_HEADER: usize = 8 + 4 + 8 + 16 + 16;
/// Key, length, checksum.
const ROW: usize = 32 + 4 + 16;

/// Half a blake3: enough against accidents, and nobody gains by forging an entry in a cache he can write to.
pub(super) type Check = [u8; 16];

/// Where a value lies, and what it must hash to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slot {
    pub(super) offset: u64,
    pub(super) length: u32,
    pub(super) check: Check,
}

impl Slot {
    /// The value, if it is still what was put under `key`.
    pub(super) fn read(&self, file: &File, key: &Key) -> Option<Vec<u8>> {
        let mut value = vec![0; self.length as usize];
        file.read_exact_at(&mut value, self.offset).ok()?;
        (check(&[key, &value]) == self.check).then_some(value)
    }
}

/// What a scan found besides entries.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scan {
    /// Where the last whole batch ends; what follows is of no use.
    pub(super) end: u64,
    /// Entries that cannot be known because their index is damaged.
    pub(super) bad: u64,
}

/// Reads the indexes of all batches between `from` and `length`.
pub(super) fn scan(file: &File, from: u64, length: u64, mut each: impl FnMut(Key, Slot)) -> io::Result<Scan> {
    let mut scan = Scan { end: from, bad: 0 };
    while length.saturating_sub(scan.end) >= BATCH_HEADER as u64 {
        let mut header = [0; BATCH_HEADER];
        file.read_exact_at(&mut header, scan.end)?;
        let Some(batch) = Batch::decode(&header) else { break };
        let index_length = u64::from(batch.count) * ROW as u64;
        let values = scan.end + BATCH_HEADER as u64 + index_length;
        let Some(end) = values.checked_add(batch.values).filter(|end| *end <= length) else { break };
        // Its length is below the file's, so a damaged number cannot ask for more memory than that.
        let mut index = vec![0; index_length as usize];
        file.read_exact_at(&mut index, scan.end + BATCH_HEADER as u64)?;
        if check(&[&index]) == batch.index_check {
            let mut offset = values;
            for row in index.chunks_exact(ROW) {
                let slot = Slot { offset, length: number(&row[32..36]) as u32, check: bytes(&row[36..]) };
                offset += u64::from(slot.length);
                each(bytes(&row[..32]), slot);
            }
        } else {
            scan.bad += u64::from(batch.count);
        }
        scan.end = end;
    }
    // Damage, or a writer that died: how many entries are lost cannot be known, so the tail counts as one.
    scan.bad += u64::from(scan.end < length);
    Ok(scan)
}

/// One batch as bytes, with its slots as they will be once it is written at `at`.
pub(super) fn encode<'a>(
    at: u64,
    entries: impl ExactSizeIterator<Item = (&'a Key, &'a [u8])> + Clone,
) -> (Vec<u8>, Vec<(Key, Slot)>) {
    let count = entries.len();
    let length: usize = entries.clone().map(|(_, value)| value.len()).sum();
    let mut batch = Vec::with_capacity(BATCH_HEADER + count * ROW + length);
    let mut slots = Vec::with_capacity(count);
    batch.resize(BATCH_HEADER, 0);
    let mut offset = at + (BATCH_HEADER + count * ROW) as u64;
    for (key, value) in entries.clone() {
        let slot = Slot { offset, length: value.len() as u32, check: check(&[key, value]) };
        batch.extend_from_slice(key);
        batch.extend_from_slice(&slot.length.to_le_bytes());
        batch.extend_from_slice(&slot.check);
        slots.push((*key, slot));
        offset += value.len() as u64;
    }
    let index_check = check(&[&batch[BATCH_HEADER..]]);
    let header = Batch { count: count as u32, values: length as u64, index_check }.encode();
    batch[..BATCH_HEADER].copy_from_slice(&header);
    for (_, value) in entries {
        batch.extend_from_slice(value);
    }
    (batch, slots)
}

struct Batch {
    count: u32,
    values: u64,
    index_check: Check,
}

impl Batch {
    fn encode(&self) -> [u8; BATCH_HEADER] {
        let mut header = [0; BATCH_HEADER];
        header[..8].copy_from_slice(BATCH);
        header[8..12].copy_from_slice(&self.count.to_le_bytes());
        header[12..20].copy_from_slice(&self.values.to_le_bytes());
        header[20..36].copy_from_slice(&self.index_check);
        let own = check(&[&header[..36]]);
        header[36..].copy_from_slice(&own);
        header
    }

    fn decode(header: &[u8; BATCH_HEADER]) -> Option<Batch> {
        let whole = header[..8] == *BATCH && header[36..] == check(&[&header[..36]]);
        whole.then(|| Batch {
            count: number(&header[8..12]) as u32,
            values: number(&header[12..20]),
            index_check: bytes(&header[20..36]),
        })
    }
}

fn check(parts: &[&[u8]]) -> Check {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(part);
    }
    bytes(&hasher.finalize().as_bytes()[..16])
}

/// Little-endian, from up to eight bytes.
fn number(from: &[u8]) -> u64 {
    let mut eight = [0; 8];
    eight[..from.len()].copy_from_slice(from);
    u64::from_le_bytes(eight)
}

/// The callers' ranges have the array's length.
fn bytes<const N: usize>(from: &[u8]) -> [u8; N] {
    let mut array = [0; N];
    array.copy_from_slice(from);
    array
}
