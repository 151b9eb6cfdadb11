//! Addresses of pages: lower case, stable, safe on every file system and every host.
//!
//! A route is a path from the site's root; that of a page ends in `/`. Trees that repositories own keep our own pages
//! behind the segment `-`, which no mapped name can be.

use crate::catalog::Entity;
use std::collections::HashSet;

/// Longest segment, in bytes.
const LONGEST: usize = 120;

/// `catalog/default/component/payment-service/`
pub fn entity(entity: &Entity) -> String {
    format!("catalog/{}/{}/{}/", segment(&entity.namespace), entity.kind.id, segment(&entity.name))
}

/// `docs/default/component/payment-service/`
pub fn docs(entity: &Entity) -> String {
    format!("docs/{}/{}/{}/", segment(&entity.namespace), entity.kind.id, segment(&entity.name))
}

/// `create/default/go-service/`
pub fn template(entity: &Entity) -> String {
    format!("create/{}/{}/", segment(&entity.namespace), segment(&entity.name))
}

/// The routes of a set's pages below the set's own, by the pages' order. Two paths never share a route.
pub fn pages<'a>(paths: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut taken = HashSet::new();
    paths
        .map(|path| {
            let route = page(path);
            if taken.insert(route.clone()) {
                return route;
            }
            let unique = format!(
                "{}{}/",
                route.strip_suffix('/').map_or_else(String::new, |stem| format!("{stem}-")),
                hash(path)
            );
            taken.insert(unique.clone());
            unique
        })
        .collect()
}

/// `guide/install.md` gives `guide/install/`, `guide/index.md` gives `guide/`.
fn page(path: &str) -> String {
    let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
    let mut parts: Vec<&str> = stem.split('/').collect();
    if parts.last().is_some_and(|last| *last == "index" || *last == "README") {
        parts.pop();
    }
    parts.iter().map(|part| segment(part) + "/").collect()
}

/// The route of a file that keeps its name, such as an image: every segment made safe.
pub fn file(path: &str) -> String {
    path.split('/').map(segment).collect::<Vec<_>>().join("/")
}

/// One segment: lower case, `a-z0-9._-` only, at most 120 bytes. Lower-casing alone adds nothing; any other change adds
/// a hash of the original, so that different names stay different.
pub fn segment(name: &str) -> String {
    let lower = name.to_lowercase();
    let safe = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-');
    let (stem, ending) = match lower.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() && (1..=8).contains(&ending.len()) && ending.chars().all(safe) => {
            (stem, format!(".{ending}"))
        }
        _ => (lower.as_str(), String::new()),
    };
    let mut mapped: String = lower.chars().map(|c| if safe(c) { c } else { '-' }).collect();
    let port = stem.strip_prefix("com").or(stem.strip_prefix("lpt"));
    let reserved = matches!(stem, "con" | "prn" | "aux" | "nul")
        || port.is_some_and(|number| number.len() == 1 && number.starts_with(|c: char| c.is_ascii_digit()));
    let untouched = mapped == lower
        && mapped.len() <= LONGEST
        && !reserved
        && !mapped.starts_with(['.', '-', '_'])
        && !mapped.ends_with('.');
    if untouched && !mapped.is_empty() {
        return mapped;
    }
    mapped = stem.chars().map(|c| if safe(c) { c } else { '-' }).collect();
    let kept: String = mapped.trim_matches(['-', '.', '_']).chars().take(LONGEST - 20).collect();
    let joint = if kept.is_empty() { "x-" } else { "-" };
    format!("{kept}{joint}{}{ending}", hash(name))
}

fn hash(text: &str) -> String {
    blake3::hash(text.as_bytes()).to_hex().as_str()[..8].to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_names_are_kept_and_others_stay_apart() {
        assert_eq!(segment("Payment-Service"), "payment-service");
        assert_eq!(segment("logo.PNG"), "logo.png");
        assert_eq!(segment("comm"), "comm", "only `com1` and the like are names of ports");
        for odd in ["-", "con", "a b", "a?b", "日本", "..", ".git", "trailing.", "_headers", "Con.md", "COM1"] {
            let mapped = segment(odd);
            assert_ne!(mapped, odd.to_lowercase(), "{odd}");
            assert!(
                mapped.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b)),
                "{mapped}"
            );
            assert!(!mapped.starts_with(['.', '-', '_']) && !mapped.ends_with('.'), "{mapped}");
        }
        assert_ne!(segment("a b"), segment("a?b"));
        assert!(segment(&"x".repeat(300)).len() <= LONGEST);
    }

    #[test]
    fn pages_get_folders_and_never_share_one() {
        let routes = pages(["index.md", "guide/index.md", "guide/Install.md", "guide/install.md"].into_iter());
        assert_eq!(routes[..3], ["", "guide/", "guide/install/"]);
        assert_ne!(routes[3], routes[2]);
    }
}
