//! What identifies an entity and a state of it, the same in every build.

use serde::Serialize;
use serde_json::Value as Json;
use sha1_smol::Sha1;
use uuid::Uuid;

/// The namespace of our uids: the version 5 UUID of `callboard.dev` among the names of domains.
const NAMESPACE: Uuid = Uuid::from_u128(0xaf671de4_c3b9_571e_be39_a6eca97bf2a2);

/// The `metadata.uid` of an entity: the version 5 UUID of its canonical ref in our own namespace.
pub fn uid(reference: &str) -> Uuid {
    Uuid::new_v5(&NAMESPACE, reference.as_bytes())
}

/// The `metadata.etag` of an entity that has none: SHA-1 of its JSON, whatever the order of its keys.
pub(super) fn etag(entity: &Json) -> String {
    let mut text = Vec::with_capacity(2048);
    stable(entity, &mut text);
    sha1(&text)
}

/// In hex, as Backstage names generated Locations.
pub(super) fn sha1(bytes: &[u8]) -> String {
    Sha1::from(bytes).digest().to_string()
}

/// JSON with sorted keys.
fn stable(value: &Json, text: &mut Vec<u8>) {
    match value {
        Json::Object(map) => {
            let mut entries: Vec<(&String, &Json)> = map.iter().collect();
            entries.sort_unstable_by_key(|(key, _)| *key);
            text.push(b'{');
            for (at, (key, value)) in entries.into_iter().enumerate() {
                if at > 0 {
                    text.push(b',');
                }
                write(key, text);
                text.push(b':');
                stable(value, text);
            }
            text.push(b'}');
        }
        Json::Array(items) => {
            text.push(b'[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    text.push(b',');
                }
                stable(item, text);
            }
            text.push(b']');
        }
        simple => write(simple, text),
    }
}

fn write(value: &impl Serialize, text: &mut Vec<u8>) {
    // Memory takes everything, and texts and numbers are always JSON.
    serde_json::to_writer(text, value).unwrap_or_default();
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn uids_are_those_of_a_documented_namespace() {
        assert_eq!(NAMESPACE, Uuid::new_v5(&Uuid::NAMESPACE_DNS, b"callboard.dev"));
        assert_eq!(uid("component:default/shop").to_string(), "7d740837-7eef-594b-af45-6ac056895b20");
        assert_ne!(uid("component:default/shop"), uid("api:default/shop"));
    }

    #[test]
    fn etags_are_those_of_sorted_json() {
        assert_eq!(
            etag(&json!({ "b": [1, {}, []], "a": "é\"" })),
            sha1("{\"a\":\"é\\\"\",\"b\":[1,{},[]]}".as_bytes())
        );
        assert_eq!(etag(&json!({ "a": 1, "b": 2 })), etag(&json!({ "b": 2, "a": 1 })));
        assert_ne!(etag(&json!({ "a": [1, 2] })), etag(&json!({ "a": [2, 1] })));
    }
}
