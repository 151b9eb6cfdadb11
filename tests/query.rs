//! The cases of `queries.json`, whose answers the list in the browser gives, too.

use callboard::config::TAKEN_FACETS;
use callboard::diagnostics::suggestion::nearest;
use callboard::query::{KEYS, Query};
use serde_json::Value as Json;

#[test]
fn queries_find_what_the_cases_say() {
    let cases: Json = serde_json::from_str(include_str!("queries.json")).expect("cases are JSON");
    let entities = cases["entities"].as_array().expect("entities");
    let facets: Vec<String> = serde_json::from_value(cases["facets"].clone()).expect("keys of plugins");
    let reference = |entity: &Json| {
        let text = |value: &Json| value.as_str().unwrap_or("default").to_lowercase();
        let metadata = &entity["metadata"];
        format!("{}:{}/{}", text(&entity["kind"]), text(&metadata["namespace"]), text(&metadata["name"]))
    };
    for case in cases["cases"].as_array().expect("cases") {
        let text = case["query"].as_str().expect("a query");
        match Query::parse(text, &facets) {
            Ok(query) => {
                let found = entities.iter().filter(|entity| query.matches(entity)).map(reference);
                let mut found: Vec<String> = found.collect();
                found.sort();
                assert_eq!(Json::from(found), case["finds"], "{text}");
            }
            Err(fault) => {
                assert_eq!(Json::from(fault.message), case["fault"], "{text}");
                let known = KEYS.iter().map(|(name, _, _)| *name).chain(facets.iter().map(String::as_str));
                let guess = fault.unknown_key.and_then(|key| nearest(&key, known));
                assert_eq!(guess, case["guess"].as_str(), "{text}");
            }
        }
    }
}

/// What plugins tell would be out of reach under a key that lists and queries have.
#[test]
fn plugins_take_no_key_of_queries() {
    for (key, _, _) in KEYS {
        assert!(TAKEN_FACETS.contains(&key), "{key}");
    }
}
