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

/// `catalog/default/component/payment-service/github-actions/`
pub fn plugin_tab(of: &Entity, plugin: &str) -> String {
    format!("{}{plugin}/", entity(of))
}

/// `plugins/tech-radar/`
pub fn plugin_page(plugin: &str) -> String {
    format!("plugins/{plugin}/")
}

/// Where a file of a plugin lies.
pub fn plugin_file(plugin: &str, file: &str) -> String {
    format!("assets/plugins/{plugin}/{file}")
}

/// `docs/default/component/payment-service/`
pub fn docs(entity: &Entity) -> String {
    format!("docs/{}/{}/{}/", segment(&entity.namespace), entity.kind.id, segment(&entity.name))
}

/// `create/default/go-service/`
pub fn template(entity: &Entity) -> String {
    format!("create/{}/{}/", segment(&entity.namespace), segment(&entity.name))
}

/// Where an entity lies as a script, for templates that fetch it.
pub fn entity_data(entity: &Entity) -> String {
    format!("data/entities/{}/{}/{}.js", entity.kind.id, segment(&entity.namespace), segment(&entity.name))
}

/// Where the bundle of a template lies, for the browser and `callboard new`.
pub fn template_data(namespace: &str, name: &str) -> String {
    format!("data/templates/{}/{}.js", segment(namespace), segment(name))
}

/// The route of a version's docs, below those of its entity. `latest` is another name for one of them.
pub fn version(segment: &str) -> String {
    format!("-/v/{segment}/")
}

/// Segments of versions, by their order. `release/1.0` gives `release-1.0`, unless another one has that name. Two names
/// never share a segment, and none is `latest`.
pub fn versions(names: &[&str]) -> Vec<String> {
    let mut taken = HashSet::from([LATEST.to_string()]);
    let mut segments = vec![String::new(); names.len()];
    let (folded, plain): (Vec<usize>, Vec<usize>) = (0..names.len()).partition(|at| names[*at].contains('/'));
    for at in plain.into_iter().chain(folded) {
        let mapped = segment(&names[at].replace('/', "-"));
        segments[at] = match taken.contains(&mapped) {
            true => format!("{}-{}", mapped.chars().take(LONGEST - 9).collect::<String>(), hash(names[at])),
            false => mapped,
        };
        taken.insert(segments[at].clone());
    }
    segments
}

/// The segment that leads to the newest release, whatever its name.
pub const LATEST: &str = "latest";

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

/// The same for a file outside of the folders of pages, below the segment `-`, where versions have a folder of their own.
pub fn outside_file(path: &str) -> String {
    let route = file(path);
    if route.starts_with("v/") { format!("-/{route}") } else { route }
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
    fn versions_never_share_a_segment() {
        let long = "x".repeat(LONGEST);
        let longer = long.to_uppercase();
        let names = ["v1.0", "V1.0", "latest", "release/1.0", "release-1.0", "..", "-", "日本", &long, &longer];
        let segments = versions(&names);
        assert_eq!(versions(&["release/1.0", "release-2.0"]), ["release-1.0", "release-2.0"]);
        assert_eq!(segments[4], "release-1.0", "whose name it is keeps it");
        assert_eq!(segments[0], "v1.0");
        assert_ne!(segments[2], LATEST);
        let different: HashSet<&String> = segments.iter().collect();
        assert_eq!(different.len(), names.len());
        let is_safe = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c);
        assert!(
            segments.iter().all(|name| name.len() <= LONGEST && name.chars().all(is_safe) && !name.starts_with('.'))
        );
    }

    #[test]
    fn pages_get_folders_and_never_share_one() {
        let routes = pages(["index.md", "guide/index.md", "guide/Install.md", "guide/install.md"].into_iter());
        assert_eq!(routes[..3], ["", "guide/", "guide/install/"]);
        assert_ne!(routes[3], routes[2]);
    }
}
