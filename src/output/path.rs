//! Which paths may be written below the output folder.

/// The folder inside the output that holds our own records.
pub(super) const OWN: &str = ".callboard";

/// Relative, normalised, portable separators, not our own folder. Callers promise this; it is checked because a mistake
/// here would write outside the output.
pub(super) fn is_safe(path: &str) -> bool {
    let mut segments = path.split('/').peekable();
    segments.peek() != Some(&OWN)
        && segments.all(|segment| !matches!(segment, "" | "." | "..") && !segment.contains(['\\', '\0']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_below_the_output_are_safe() {
        for path in ["index.html", "a/b/c.css", "catalog/-/2/index.html", "..a/b..", ".well-known/x"] {
            assert!(is_safe(path), "{path}");
        }
        for path in
            ["", "/", "/etc/passwd", "a//b", "a/", "../x", "a/../b", "./a", "a\\b", "a\0", ".callboard/manifest"]
        {
            assert!(!is_safe(path), "{path:?}");
        }
    }
}
