//! What templates make of answers. The browser has to make the same: see `scaffolds_as_in_cases` in `browser.rs`.

#![expect(clippy::disallowed_methods, reason = "the expectations are read and written")]

#[path = "support/scaffolds.rs"]
mod scaffolds;

use callboard::scaffolder::{self, Bundle, Given};
use scaffolds::cases;
use serde_json::{Map, Value as Json, json};
use std::path::Path;

/// What comes of a case, as data.
fn outcome(case: &Json) -> Json {
    let map = |key: &str| case[key].as_object().cloned().unwrap_or_default();
    let bundle = Bundle::parse(&case["bundle"]).expect("a bundle");
    let given =
        Given { values: map("values"), secrets: map("secrets"), entities: map("entities").into_iter().collect() };
    let outcome = scaffolder::run(&bundle, &given);
    let files: Map<String, Json> = outcome
        .result(&bundle, &given)
        .into_iter()
        .map(|(path, made)| {
            let text = String::from_utf8(made.bytes.clone()).unwrap_or_else(|_| format!("{:?}", made.bytes));
            let path = if made.executable { format!("{path} (executable)") } else { path };
            (path, text.into())
        })
        .collect();
    let steps: Vec<String> =
        outcome.steps.iter().map(|step| format!("{}: {:?}", step.id, step.state).to_lowercase()).collect();
    json!({
        "steps": steps,
        "fault": outcome.fault,
        "log": outcome.log,
        "wanted": outcome.wanted,
        "links": outcome.links.iter().map(|link| format!("{} {}{}", link.title, link.url, link.reference)).collect::<Vec<_>>(),
        "texts": outcome.texts.iter().map(|text| format!("{}: {}", text.title, text.content)).collect::<Vec<_>>(),
        "files": files,
    })
}

#[test]
fn templates_make_what_is_expected() {
    let made: Map<String, Json> =
        cases().iter().map(|case| (case["name"].as_str().expect("a name").to_string(), outcome(case))).collect();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scaffolds.expected.yaml");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, scaffolder::yaml(&Json::Object(made))).expect("the expectations are written");
        return;
    }
    let expected: Json = serde_yaml::from_str(&std::fs::read_to_string(path).expect("expectations")).expect("YAML");
    for (name, made) in &made {
        assert_eq!(*made, expected[name], "{name}");
    }
    assert_eq!(expected.as_object().map(Map::len), Some(made.len()), "an expectation without its case");
}

#[test]
fn no_secret_is_written_down() {
    let secret = "hunter2secret";
    for case in cases() {
        assert!(!outcome(&case).to_string().contains(secret), "{}", case["name"]);
    }
}
