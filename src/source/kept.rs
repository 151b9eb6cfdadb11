//! Small answers that are kept between runs, each in a file of its own with a checksum before it.

use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io::Write;
use std::path::Path;

/// A larger file is none of ours.
const MAX_KEPT: u64 = 64 << 20;

/// What was written before. A file that is damaged or of another version is none.
pub(super) fn read<T: DeserializeOwned>(file: &Path) -> Option<T> {
    if std::fs::metadata(file).ok()?.len() > MAX_KEPT {
        return None;
    }
    let bytes = std::fs::read(file).ok()?;
    let (sum, bytes) = bytes.split_first_chunk::<32>()?;
    (blake3::hash(bytes).as_bytes() == sum).then(|| postcard::from_bytes(bytes).ok())?
}

/// Puts a new answer in the place of the old one, in one step.
pub(super) fn write<T: Serialize>(file: &Path, kept: &T) -> std::io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let bytes = postcard::to_stdvec(kept).map_err(std::io::Error::other)?;
    let mut written = tempfile::NamedTempFile::new_in(folder)?;
    written.write_all(blake3::hash(&bytes).as_bytes())?;
    written.write_all(&bytes)?;
    written.persist(file)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_read_again_or_not_at_all() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("answers/x");
        let kept = (vec!["a".to_string()], Some(7));
        let read = |file: &Path| read::<(Vec<String>, Option<i32>)>(file);
        write(&file, &kept).expect("written");
        assert_eq!(read(&file), Some(kept));
        let mut bytes = std::fs::read(&file).expect("a file");
        *bytes.last_mut().expect("not empty") ^= 1;
        std::fs::write(&file, &bytes).expect("written");
        assert_eq!(read(&file), None);
        std::fs::write(&file, b"short").expect("written");
        assert_eq!(read(&file), None);
    }
}
