//! Templates with answers, for the command line and the browser.

use serde_json::{Value as Json, json};

/// The cases with bundles as pages get them, and values as forms give them.
pub(crate) fn cases() -> Vec<Json> {
    let written: Vec<Json> = serde_yaml::from_str(include_str!("../scaffolds.yaml")).expect("cases are YAML");
    let file = |(path, file): (&String, &Json)| {
        let path = if path.starts_with('@') || path == "root.txt" { path.clone() } else { format!("t/{path}") };
        let executable = u8::from(file["executable"] == true);
        match file {
            Json::String(text) => json!([path, 0, text]),
            _ if file["text"].is_string() => json!([path, executable, file["text"]]),
            _ => json!([path, executable, null, file["base64"]]),
        }
    };
    let case = |case: &Json| {
        let mut files: Vec<Json> = case["files"].as_object().into_iter().flatten().map(file).collect();
        files.sort_by_key(|file| file[0].as_str().map(str::to_owned));
        let or = |key: &str, usual: Json| if case[key].is_null() { usual } else { case[key].clone() };
        json!({
            "name": case["name"],
            "bundle": {
                "reference": "template:default/case", "title": "Case", "repo": "templates", "web": "", "commit": "",
                "path": "t/template.yaml", "parameters": case["parameters"], "steps": case["steps"], "output": case["output"],
                "hosts": or("hosts", json!({ "github.com": "github" })), "addresses": or("addresses", json!([])),
                "files": files, "leftOut": 0
            },
            "values": or("values", json!({})),
            "secrets": or("secrets", json!({})),
            "entities": or("entities", json!({})),
        })
    };
    written.iter().map(case).collect()
}
