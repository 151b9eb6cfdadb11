//! The data of the built-in plugins: samples and the example's files are answers that the vendors' descriptions allow, and
//! schemas ask for nothing that a vendor does not give.

#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "data are read from disk, and the program is run"
)]

use serde_json::{Map, Value as Json, json};
use std::path::{Path, PathBuf};

/// A source of a built-in plugin.
struct Source {
    plugin: &'static str,
    name: &'static str,
    schema: &'static str,
    /// Who describes its answers, and the question.
    described: Option<(Vendor, &'static str)>,
    /// The example's files of it: a folder, and what names begin or end with.
    files: &'static [&'static str],
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Vendor {
    GitHub,
    ArgoCd,
    PagerDuty,
    Datadog,
    Vault,
}

impl Vendor {
    fn described(self) -> Json {
        let text = match self {
            Vendor::GitHub => include_str!("vendor/github-openapi/answers.json"),
            Vendor::ArgoCd => include_str!("vendor/argo-cd-swagger/answers.json"),
            Vendor::PagerDuty => include_str!("vendor/pagerduty-api-schema/answers.json"),
            Vendor::Datadog => include_str!("vendor/datadog-openapi/answers.json"),
            Vendor::Vault => include_str!("vendor/vault-openapi/answers.json"),
        };
        serde_json::from_str(text).expect("JSON")
    }
}

const SOURCES: [Source; 12] = [
    Source {
        plugin: "github-actions",
        name: "branch",
        schema: "runs.schema.json",
        described: Some((Vendor::GitHub, "GET /repos/{owner}/{repo}/actions/runs")),
        files: &["github-actions/*-branch.json"],
    },
    Source {
        plugin: "github-actions",
        name: "runs",
        schema: "runs.schema.json",
        described: Some((Vendor::GitHub, "GET /repos/{owner}/{repo}/actions/runs")),
        files: &["github-actions/*.json"],
    },
    Source {
        plugin: "argo-cd",
        name: "app",
        schema: "application.schema.json",
        described: Some((Vendor::ArgoCd, "GET /api/v1/applications/{name}")),
        files: &["argo-cd/*-service.json"],
    },
    Source {
        plugin: "argo-cd",
        name: "apps",
        schema: "applications.schema.json",
        described: Some((Vendor::ArgoCd, "GET /api/v1/applications")),
        files: &["argo-cd/part-of=*.json"],
    },
    Source {
        plugin: "pagerduty",
        name: "service",
        schema: "service.schema.json",
        described: Some((Vendor::PagerDuty, "GET /services/{id}")),
        files: &["pagerduty/services/*.json"],
    },
    Source {
        plugin: "pagerduty",
        name: "found",
        schema: "services.schema.json",
        described: Some((Vendor::PagerDuty, "GET /services")),
        files: &[],
    },
    Source {
        plugin: "pagerduty",
        name: "incidents",
        schema: "incidents.schema.json",
        described: Some((Vendor::PagerDuty, "GET /incidents")),
        files: &["pagerduty/incidents/*.json"],
    },
    Source {
        plugin: "pagerduty",
        name: "oncalls",
        schema: "oncalls.schema.json",
        described: Some((Vendor::PagerDuty, "GET /oncalls")),
        files: &["pagerduty/oncalls*.json"],
    },
    Source {
        plugin: "datadog",
        name: "monitors",
        schema: "monitors.schema.json",
        described: Some((Vendor::Datadog, "GET /api/v1/monitor")),
        files: &["datadog/*-monitors.json"],
    },
    Source {
        plugin: "datadog",
        name: "slos",
        schema: "slos.schema.json",
        described: Some((Vendor::Datadog, "GET /api/v1/slo/search")),
        files: &["datadog/*-slos.json"],
    },
    Source {
        plugin: "vault",
        name: "inventory",
        schema: "inventory.schema.json",
        described: None,
        files: &["vault/*.json"],
    },
    Source {
        plugin: "tech-radar",
        name: "radar",
        schema: "radar.schema.json",
        described: None,
        files: &["tech-radar*.yaml"],
    },
];

impl Source {
    fn schema(&self) -> Json {
        read(&format!("plugins/{}/{}", self.plugin, self.schema))
    }

    /// The vendor's description as a schema of its own, which refuses unknown fields and does not miss any.
    fn shape(&self) -> Option<Json> {
        let (vendor, question) = self.described?;
        let described = vendor.described();
        let mut shape = described["answers"][question].clone();
        assert!(shape.is_object(), "{question} is described");
        shape["$defs"] = described["$defs"].clone();
        close(&mut shape);
        Some(shape)
    }

    fn holds(&self, what: &str, data: &Json) {
        fits(&format!("{what}, plugin's schema"), &self.schema(), data);
        if let Some(shape) = self.shape() {
            fits(&format!("{what}, vendor's description"), &shape, data);
        }
    }
}

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// JSON or YAML.
fn read(path: &str) -> Json {
    let text = std::fs::read_to_string(root(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    if path.ends_with(".json") {
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
    } else {
        serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
    }
}

/// Files of the example's data that a pattern with one `*` names.
fn files(pattern: &str) -> Vec<String> {
    let (before, after) = pattern.split_once('*').expect("a star");
    let folder = before.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut paths: Vec<String> = std::fs::read_dir(root("content-example/plugin-data").join(folder))
        .expect("a folder")
        .filter_map(|entry| {
            let name = entry.ok()?.file_name().to_string_lossy().into_owned();
            let path = if folder.is_empty() { name } else { format!("{folder}/{name}") };
            (path.starts_with(before) && path.ends_with(after)).then(|| format!("content-example/plugin-data/{path}"))
        })
        .collect();
    paths.sort();
    assert!(!paths.is_empty(), "{pattern}");
    paths
}

/// Samples leave fields out, and bring none of their own.
fn close(schema: &mut Json) {
    match schema {
        Json::Object(map) => {
            if map.get("properties").is_some_and(Json::is_object) {
                map.insert("additionalProperties".to_string(), json!(false));
            }
            if map.get("required").is_some_and(Json::is_array) {
                map.remove("required");
            }
            map.values_mut().for_each(close);
        }
        Json::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}

#[track_caller]
fn fits(what: &str, schema: &Json, data: &Json) {
    let validator = jsonschema::validator_for(schema).unwrap_or_else(|error| panic!("{what}: {error}"));
    let faults: Vec<String> =
        validator.iter_errors(data).map(|fault| format!("{}: {fault}", fault.instance_path())).collect();
    assert!(faults.is_empty(), "{what}: {}", faults.join("\n"));
}

/// Follows `$ref`, and takes apart what may be one of several.
fn resolved<'a>(schema: &'a Json, root: &'a Json) -> Vec<&'a Json> {
    if let Some(reference) = schema.get("$ref").and_then(Json::as_str) {
        let target = root.pointer(reference.trim_start_matches('#')).expect("a definition");
        return resolved(target, root);
    }
    match schema.get("anyOf").and_then(Json::as_array) {
        Some(ways) => ways.iter().flat_map(|way| resolved(way, root)).collect(),
        None => vec![schema],
    }
}

fn types(schema: &Json) -> Vec<&str> {
    match &schema["type"] {
        Json::String(one) => vec![one],
        Json::Array(several) => several.iter().filter_map(Json::as_str).collect(),
        _ => Vec::new(),
    }
}

/// What `own`, a plugin's schema, would refuse of what `theirs` describes.
fn refused(own: (&Json, &Json), theirs: (&Json, &Json), is_exact: bool, at: &str, faults: &mut Vec<String>) {
    let ways = resolved(own.0, own.1);
    let all_given = resolved(theirs.0, theirs.1);
    for given in &all_given {
        let fault_of = |way: &Json| {
            let mut faults = Vec::new();
            let wanted = types(way);
            let is_taken = |kind: &&str| wanted.contains(kind) || *kind == "integer" && wanted.contains(&"number");
            if !wanted.is_empty() && !types(given).iter().all(is_taken) {
                faults.push(format!("{at}: {:?} for {:?}", wanted, types(given)));
            }
            let no_fields = Map::new();
            let fields = way["properties"].as_object().unwrap_or(&no_fields);
            let known = given["properties"].as_object();
            for (field, wanted) in fields {
                match known.map(|known| known.get(field)) {
                    Some(Some(known)) => {
                        refused((wanted, own.1), (known, theirs.1), is_exact, &format!("{at}.{field}"), &mut faults);
                    }
                    Some(None) if !all_given.iter().any(|given| given["properties"].get(field).is_some()) => {
                        faults.push(format!("{at}.{field} is never given"));
                    }
                    _ => {}
                }
            }
            if is_exact && known.is_some() {
                let always: Vec<&Json> = given["required"].as_array().into_iter().flatten().collect();
                let needed = way["required"].as_array().into_iter().flatten();
                faults.extend(
                    needed.filter(|field| !always.contains(field)).map(|field| format!("{at}: {field} may be missing")),
                );
            }
            for part in ["items", "additionalProperties"] {
                if way[part].is_object() && given[part].is_object() {
                    let at = format!("{at}[]");
                    refused((&way[part], own.1), (&given[part], theirs.1), is_exact, &at, &mut faults);
                }
            }
            faults
        };
        let found: Vec<Vec<String>> = ways.iter().map(|way| fault_of(way)).collect();
        if !found.iter().any(Vec::is_empty) {
            faults.extend(found.into_iter().flatten());
        }
    }
}

/// The least that a schema takes: no field that may be missing, `null` where it may be, and markup for every word.
fn least(schema: &Json, root: &Json) -> Json {
    let schema = *resolved(schema, root).last().expect("a way");
    if let Some(known) = schema["enum"].as_array() {
        return known.last().cloned().unwrap_or_default();
    }
    let kinds = types(schema);
    match kinds.last().copied() {
        Some("object") => {
            let needed = schema["required"].as_array().into_iter().flatten().filter_map(Json::as_str);
            needed.map(|field| (field.to_string(), least(&schema["properties"][field], root))).collect()
        }
        Some("array") => json!([least(&schema["items"], root), least(&schema["items"], root)]),
        Some("string") if schema["pattern"].is_string() => json!("2026-11-22T12:00:00Z"),
        Some("string") => json!("<b>\"'&"),
        Some("integer" | "number") => json!(1),
        Some("boolean") => json!(false),
        _ => Json::Null,
    }
}

/// Tries the plugins with other samples: each source is what `data` makes of it, or nothing.
#[track_caller]
fn tried(what: &str, data: impl Fn(&Json) -> Option<Json>) {
    let portal = tempfile::tempdir().expect("a folder");
    std::fs::write(portal.path().join("app-config.yaml"), "{}").expect("a configuration");
    for plugin in ["github-actions", "argo-cd", "pagerduty", "datadog", "vault", "tech-radar"] {
        let folder = portal.path().join("plugins").join(plugin);
        std::fs::create_dir_all(&folder).expect("a folder");
        for entry in std::fs::read_dir(root("plugins").join(plugin)).expect("a folder").flatten() {
            std::fs::copy(entry.path(), folder.join(entry.file_name())).expect("a copy");
        }
        let manifest = read(&format!("plugins/{plugin}/plugin.yaml"));
        let mut told = Map::new();
        for (name, source) in manifest["data"].as_object().expect("sources") {
            let schema = read(&format!("plugins/{plugin}/{}", source["schema"].as_str().expect("a schema")));
            told.extend(data(&schema).map(|data| (name.clone(), data)));
        }
        let annotations: Map<String, Json> = manifest["annotations"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, _)| (name.clone(), json!("<b>,x")))
            .collect();
        let sample = json!({ "annotations": annotations, "data": told }).to_string();
        std::fs::write(folder.join("sample.json"), sample).expect("a sample");
    }
    let tried = std::process::Command::new(env!("CARGO_BIN_EXE_callboard"))
        .args(["plugin", "check", "--dir"])
        .arg(portal.path())
        .output()
        .expect("callboard runs");
    let said = format!("{}{}", String::from_utf8_lossy(&tried.stdout), String::from_utf8_lossy(&tried.stderr));
    assert!(tried.status.success() && said.contains("github-actions: "), "{what}: {said}");
}

#[test]
fn plugins_show_the_least_that_may_come() {
    tried("the least", |schema| Some(least(schema, schema)));
    tried("nothing", |_| None);
}

#[test]
fn samples_are_what_vendors_answer() {
    for source in SOURCES {
        let sample = read(&format!("plugins/{}/sample.json", source.plugin));
        if let Some(data) = sample["data"].get(source.name) {
            source.holds(&format!("sample of {}, {}", source.plugin, source.name), data);
        }
    }
}

#[test]
fn data_of_the_example_are_what_vendors_answer() {
    for source in SOURCES {
        for file in source.files.iter().flat_map(|pattern| files(pattern)) {
            source.holds(&file, &read(&file));
        }
    }
}

#[test]
fn schemas_refuse_nothing_that_vendors_describe() {
    for source in SOURCES {
        let Some((vendor, question)) = source.described else { continue };
        let (own, described) = (source.schema(), vendor.described());
        let theirs = &described["answers"][question];
        let mut faults = Vec::new();
        // Only GitHub says which fields are always there.
        refused((&own, &own), (theirs, &described), vendor == Vendor::GitHub, question, &mut faults);
        assert!(faults.is_empty(), "{}: {}", source.plugin, faults.join("\n"));
    }
}

/// Around what Vault's description has stands the same for every answer.
fn from_vault(data: &Json) -> Json {
    json!({
        "request_id": "1f2e", "lease_id": "", "renewable": false, "lease_duration": 0, "data": data,
        "wrap_info": null, "warnings": null, "auth": null, "mount_type": "kv",
    })
}

#[test]
fn vaults_schemas_have_no_place_for_values() {
    let described = Vendor::Vault.described();
    let shape = |question: &str| {
        let mut shape = described["answers"][question].clone();
        shape["$defs"] = described["$defs"].clone();
        shape
    };
    let is_taken = |schema: &Json, data: &Json| jsonschema::validator_for(schema).expect("a schema").is_valid(data);
    let names = read("plugins/vault/names.schema.json");
    let list = json!({ "keys": ["stripe", "paypal/"] });
    fits("names", &shape("LIST /{kv_v2_mount_path}/metadata/{path}"), &list);
    assert!(is_taken(&names, &from_vault(&list)));
    let value = json!({ "data": { "password": "hunter2" }, "metadata": { "version": 1 } });
    fits("a value", &shape("GET /{kv_v2_mount_path}/data/{path}"), &value);
    let written = json!({ "current_version": 1, "custom_metadata": { "password": "hunter2" } });
    fits("metadata", &shape("GET /{kv_v2_mount_path}/metadata/{path}"), &written);
    for refused in [
        from_vault(&value),
        from_vault(&written),
        from_vault(&json!({ "keys": ["stripe"], "password": "hunter2" })),
        json!({ "password": "hunter2", "data": { "keys": [] } }),
        // An engine of version 1 answers with the value itself.
        from_vault(&json!({ "password": "hunter2" })),
    ] {
        assert!(!is_taken(&names, &refused), "{refused}");
    }

    let inventory = read("plugins/vault/inventory.schema.json");
    let whole = read("content-example/plugin-data/vault/inventory.json");
    assert!(is_taken(&inventory, &whole));
    for pointer in ["", "/secrets/0", "/policies/0", "/policies/0/rules/0"] {
        for key in ["data", "value", "custom_metadata"] {
            let mut more = whole.clone();
            more.pointer_mut(pointer).expect("there")[key] = json!({ "password": "hunter2" });
            assert!(!is_taken(&inventory, &more), "{pointer} with {key}");
        }
    }
}
