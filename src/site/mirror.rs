//! Where the mirror of Backstage's catalog API lies, and which file answers an address that a client asks for.

use super::route::segment;
use crate::catalog::Entity;

/// Every file of the mirror begins so.
pub const ROOT: &str = "api/catalog/";

/// Entities in one file of the list.
pub const PAGE_SIZE: usize = 1000;

/// What clients ask for and a file answers: the one with `.json` behind the address. `:name` is any one segment.
pub const ADDRESSES: [&str; 7] = [
    "api/catalog/entities",
    "api/catalog/entity-facets",
    "api/catalog/locations",
    "api/catalog/locations/:id",
    "api/catalog/entities/by-uid/:uid",
    "api/catalog/entities/by-name/:kind/:namespace/:name",
    "api/catalog/entities/by-name/:kind/:namespace/:name/ancestry",
];

/// The file that answers an address, both below the site's root. As in Backstage, case does not count in refs.
pub fn file_for(address: &str) -> Option<String> {
    ADDRESSES.iter().find_map(|pattern| {
        let (mut wanted, mut given) = (pattern.split('/'), address.split('/'));
        let mut path = Vec::new();
        loop {
            match (wanted.next(), given.next()) {
                (None, None) => return Some(format!("{}.json", path.join("/"))),
                (Some(name), Some(value)) if name.starts_with(':') && !value.is_empty() => path.push(segment(value)),
                (Some(name), Some(value)) if name == value => path.push(value.to_string()),
                _ => return None,
            }
        }
    })
}

/// `api/catalog/entities/by-name/component/default/payment-service`, without the ending.
pub(super) fn entity(entity: &Entity) -> String {
    let (namespace, name) = (segment(&entity.namespace), segment(&entity.name));
    format!("{ROOT}entities/by-name/{}/{namespace}/{name}", entity.kind.id)
}

/// The files of the list of so many entities, in their order. There is always a first one.
pub fn entity_pages(entities: usize, page_size: usize) -> Vec<String> {
    let pages = entities.div_ceil(page_size).max(1);
    (1..=pages).map(entity_page).collect()
}

/// `api/catalog/entities.json`, `api/catalog/entities/-/2.json`
fn entity_page(number: usize) -> String {
    match number {
        1 => format!("{ROOT}entities.json"),
        _ => format!("{ROOT}entities/-/{number}.json"),
    }
}

/// The files of what plugins tell of so many entities, in their order; `api/catalog/plugin-facets.json` is the first.
pub(super) fn plugin_pages(entities: usize, page_size: usize) -> Vec<String> {
    let page = |number| match number {
        1 => format!("{ROOT}plugin-facets.json"),
        _ => format!("{ROOT}plugin-facets/-/{number}.json"),
    };
    (1..=entities.div_ceil(page_size)).map(page).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_lead_to_files() {
        let cases = [
            ("api/catalog/entities", Some("api/catalog/entities.json")),
            (
                "api/catalog/entities/by-name/Component/default/Pay.Ment",
                Some("api/catalog/entities/by-name/component/default/pay.ment.json"),
            ),
            (
                "api/catalog/entities/by-name/api/shop/orders/ancestry",
                Some("api/catalog/entities/by-name/api/shop/orders/ancestry.json"),
            ),
            ("api/catalog/entities/by-uid/00-ff", Some("api/catalog/entities/by-uid/00-ff.json")),
            ("api/catalog/entities/by-uid/..", Some("api/catalog/entities/by-uid/x-ee7fc388.json")),
            ("api/catalog/entities/by-name/api/orders", None),
            ("api/catalog/entities/by-name/api//orders", None),
            ("api/catalog/entities/", None),
            ("api/catalog/refresh", None),
            ("catalog/", None),
        ];
        for (address, file) in cases {
            assert_eq!(file_for(address).as_deref(), file, "{address}");
        }
    }

    #[test]
    fn a_list_has_a_file_for_each_so_many_entities() {
        let first = "api/catalog/entities.json";
        assert_eq!(entity_pages(0, 2), [first]);
        assert_eq!(entity_pages(2, 2), [first]);
        let pages = [first, "api/catalog/entities/-/2.json", "api/catalog/entities/-/3.json"];
        assert_eq!(entity_pages(5, 2), pages);
    }
}
