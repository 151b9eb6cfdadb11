//! `_redirects`, which Netlify, Cloudflare Pages, GitLab Pages and others read: addresses that clients of Backstage's
//! catalog API ask for, answered from the files of the mirror.

use crate::site::mirror::ADDRESSES;

/// Hosts read a limited number of patterns; Cloudflare 100.
const MOST_KINDS: usize = 40;

/// The file for a portal that has the path `base` on its host, `/` or `/portal/`, and entities of these kinds, named as
/// descriptors write them: so do clients, and hosts tell case apart.
///
/// A file that exists is served as it is by Netlify and GitLab, while Cloudflare follows the first rule that matches
/// whatever exists: there `x.json`, which `:name` matches as well, would become `x.json.json`. A rule of its own keeps
/// it. Its pattern is one that matches nothing on Netlify; there `:name.json` would match `x` and keep that, too.
pub fn redirects<'a>(base: &str, kinds: impl Iterator<Item = &'a str> + Clone) -> String {
    let mut text = String::new();
    let mut rule = |from: &str, to: &str| text.push_str(&format!("{base}{from} {base}{to}.json 200\n"));
    let (patterns, plain): (Vec<&str>, Vec<&str>) = ADDRESSES.iter().partition(|address| address.contains(':'));
    for address in plain {
        rule(address, address);
    }
    let mut folders: Vec<&str> = patterns.iter().filter_map(|pattern| pattern.split(':').next()).collect();
    folders.dedup();
    for folder in folders {
        rule(&format!("{folder}*.json"), &format!("{folder}:splat"));
    }
    for pattern in patterns {
        if pattern.contains(":kind") {
            for kind in kinds.clone().take(MOST_KINDS) {
                rule(&pattern.replace(":kind", kind), &pattern.replace(":kind", &kind.to_lowercase()));
            }
        }
        rule(pattern, pattern);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fixed_addresses_come_first_and_files_keep_their_own() {
        assert_eq!(
            redirects("/", ["API"].into_iter()),
            "\
/api/catalog/entities /api/catalog/entities.json 200
/api/catalog/entity-facets /api/catalog/entity-facets.json 200
/api/catalog/locations /api/catalog/locations.json 200
/api/catalog/locations/*.json /api/catalog/locations/:splat.json 200
/api/catalog/entities/by-uid/*.json /api/catalog/entities/by-uid/:splat.json 200
/api/catalog/entities/by-name/*.json /api/catalog/entities/by-name/:splat.json 200
/api/catalog/locations/:id /api/catalog/locations/:id.json 200
/api/catalog/entities/by-uid/:uid /api/catalog/entities/by-uid/:uid.json 200
/api/catalog/entities/by-name/API/:namespace/:name /api/catalog/entities/by-name/api/:namespace/:name.json 200
/api/catalog/entities/by-name/:kind/:namespace/:name /api/catalog/entities/by-name/:kind/:namespace/:name.json 200
/api/catalog/entities/by-name/API/:namespace/:name/ancestry \
/api/catalog/entities/by-name/api/:namespace/:name/ancestry.json 200
/api/catalog/entities/by-name/:kind/:namespace/:name/ancestry \
/api/catalog/entities/by-name/:kind/:namespace/:name/ancestry.json 200
"
        );
        let below = redirects("/portal/", ["API"].into_iter());
        assert!(below.lines().all(|line| line.starts_with("/portal/api/") && line.contains(" /portal/api/")));
    }
}
