//! Files that documentation brings beside its pages: which may be published, and in which form.
//!
//! Only types that no browser runs, known by ending and by their first bytes. SVG is rewritten through [`svg`].

use super::svg;
use crate::source::file_name;

/// Larger files are left out, in bytes.
pub const MAX_ASSET: u64 = 10 << 20;

/// Endings that may be published, with the bytes their files start with; none where the type has no such mark.
const ALLOWED: &[(&str, &[&[u8]])] = &[
    ("png", &[b"\x89PNG\r\n"]),
    ("jpg", &[b"\xff\xd8\xff"]),
    ("jpeg", &[b"\xff\xd8\xff"]),
    ("gif", &[b"GIF87a", b"GIF89a"]),
    ("webp", &[b"RIFF"]),
    ("avif", &[b"\0\0\0"]),
    ("ico", &[b"\0\0\x01\0"]),
    ("pdf", &[b"%PDF-"]),
    ("mp4", &[b"\0\0\0"]),
    ("webm", &[b"\x1a\x45\xdf\xa3"]),
    ("svg", &[]),
    ("csv", &[]),
    ("txt", &[]),
    ("json", &[]),
    ("yaml", &[]),
    ("yml", &[]),
];

/// Whether a file of that name may be published at all.
pub fn is_allowed(path: &str) -> bool {
    let name = file_name(path);
    !name.starts_with('.') && row(path).is_some()
}

/// The bytes to publish. The error says why there are none.
pub fn safe(path: &str, bytes: Vec<u8>) -> Result<Vec<u8>, String> {
    const LFS_POINTER: &[u8] = b"version https://git-lfs.github.com/spec/";
    let Some((ending, marks)) = row(path) else {
        return Err("files of this type are not published".to_string());
    };
    if bytes.starts_with(LFS_POINTER) {
        return Err("it is a Git LFS pointer; the file itself is not in the repository".to_string());
    }
    if *ending == "svg" {
        return svg::rewrite(&bytes);
    }
    if !marks.is_empty() && !marks.iter().any(|mark| bytes.starts_with(mark)) {
        return Err(format!("it is not a {ending} file"));
    }
    Ok(bytes)
}

fn row(path: &str) -> Option<&'static (&'static str, &'static [&'static [u8]])> {
    let ending = path.rsplit_once('.')?.1.to_ascii_lowercase();
    ALLOWED.iter().find(|(allowed, _)| *allowed == ending)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_harmless_types_that_are_what_they_say() {
        assert!(is_allowed("a/b.PNG") && is_allowed("x.svg"));
        for path in ["x.html", "x.js", "x.css", "_headers", ".htaccess", ".png", "x.xml", "x.wasm", "CNAME"] {
            assert!(!is_allowed(path), "{path}");
        }
        assert!(safe("x.png", b"\x89PNG\r\n....".to_vec()).is_ok());
        assert!(safe("x.png", b"<script>".to_vec()).is_err());
    }
}
