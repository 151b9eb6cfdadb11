//! The cases of `queries.json`, whose answers the list in the browser gives, too.

use callboard::diagnostics::suggestion::nearest;
use callboard::query::{KEYS, Query};
use serde_json::Value as Json;

#[test]
fn queries_find_what_the_cases_say() {
    let cases: Json = serde_json::from_str(include_str!("queries.json")).expect("cases are JSON");
    let entities = cases["entities"].as_array().expect("entities");
    let reference = |entity: &Json| {
        let text = |value: &Json| value.as_str().unwrap_or("default").to_lowercase();
        let metadata = &entity["metadata"];
        format!("{}:{}/{}", text(&entity["kind"]), text(&metadata["namespace"]), text(&metadata["name"]))
    };
    for case in cases["cases"].as_array().expect("cases") {
        let text = case["query"].as_str().expect("a query");
        match Query::parse(text) {
            Ok(query) => {
                let found = entities.iter().filter(|entity| query.matches(entity)).map(reference);
                let mut found: Vec<String> = found.collect();
                found.sort();
                assert_eq!(Json::from(found), case["finds"], "{text}");
            }
            Err(fault) => {
                assert_eq!(Json::from(fault.message), case["fault"], "{text}");
                let guess = fault.unknown_key.and_then(|key| nearest(&key, KEYS.iter().map(|(name, _, _)| *name)));
                assert_eq!(guess, case["guess"].as_str(), "{text}");
            }
        }
    }
}
