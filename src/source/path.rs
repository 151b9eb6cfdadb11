//! Paths inside a repository: relative, with `/`, without `.` and `..`.

/// `base` (a folder, `""` for the root) and `target` put together; a target that starts with `/` counts from the root.
/// `None` when it leaves the repository or holds something no path of a repository holds.
pub fn join(base: &str, target: &str) -> Option<String> {
    if target.contains(['\\', '\0']) {
        return None;
    }
    match target.strip_prefix('/') {
        Some(rooted) => normalize(rooted),
        None => normalize(&format!("{base}/{target}")),
    }
}

/// The same path without empty parts, `.` and `..`; `None` when it climbs above the root.
pub fn normalize(path: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The folder of a path; `""` for files at the root.
pub fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The last part of a path.
pub fn file_name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joining_never_leaves_the_repository() {
        let cases = [
            ("docs", "./a.md", Some("docs/a.md")),
            ("docs/x", "../a.md", Some("docs/a.md")),
            ("", "../a.md", None),
            ("docs", "../../etc/passwd", None),
            ("docs", "/a.md", Some("a.md")),
            ("docs", "..\\a.md", None),
            ("", "", Some("")),
        ];
        for (base, target, expected) in cases {
            assert_eq!(join(base, target).as_deref(), expected, "{base} + {target}");
        }
    }
}
