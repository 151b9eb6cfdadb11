use super::*;
use crate::catalog::{METADATA, well_known};
use crate::config::{DeclaredKind, DeclaredRelationField};
use crate::diagnostics::Place;
use crate::yaml;
use jsonschema::Validator;

fn compiled(subject: Subject, kinds: &Kinds) -> Validator {
    let portal = Portal { kinds, lifecycles: &["retired".to_string()] };
    jsonschema::options().with_draft(jsonschema::Draft::Draft7).build(&subject.json(portal)).expect("a JSON Schema")
}

#[track_caller]
fn read(text: &str) -> Json {
    yaml::parse_one(text).expect("YAML").to_json()
}

/// A descriptor from its metadata and its spec, each in flow style.
fn entity(kind: &str, metadata: &str, spec: &str) -> String {
    format!("apiVersion: backstage.io/v1alpha1\nkind: {kind}\nmetadata: {metadata}\nspec: {spec}\n")
}

#[test]
fn descriptors_are_told_apart_by_their_kind() {
    let kinds = Kinds::built_in();
    let schema = compiled(Subject::Descriptor, &kinds);
    let service = "{ type: service, lifecycle: production, owner: team-a }";
    let api = |definition: &str| {
        entity("API", "{ name: a }", &format!("{{ type: openapi, lifecycle: x, owner: o, definition: {definition} }}"))
    };
    for good in [
        entity("Component", "{ name: a, annotations: null, further: [1] }", service),
        entity("Component", "{ name: a, tags: [c++, go], links: [{ url: 'mailto:a@b.c' }] }", service),
        entity("Component", "{ name: a, tags: { $yaml: ./tags.yaml } }", "{ $yaml: ./spec.yaml }"),
        entity("Component", "{ name: a, labels: { x: '' }, description: { $text: x } }", service),
        entity("Component", "{ name: a }", "{ type: a, lifecycle: b, owner: 'user:jo', dependencyOf: component:b }"),
        api("{ $text: ./openapi.yaml }"),
        entity("API", "{ name: a }", "{ type: mcp-server, lifecycle: x, owner: o, remotes: [{ type: sse, url: x }] }"),
        entity("Group", "{ name: a }", "{ type: team, children: [] }"),
        entity("AiResource", "{ name: a }", "{ type: mine, lifecycle: x, owner: o }"),
    ] {
        let found = schema.validate(&read(&good)).map_err(|error| error.to_string());
        assert_eq!(found, Ok(()), "{good}");
    }
    for bad in [
        entity("component", "{ name: a }", service),
        entity("Component", "{ name: a b }", service),
        entity("Component", "{ name: { $text: x } }", service),
        entity("Component", "{ name: a, title: }", service),
        entity("Component", "{ name: a, tags: [Go] }", service),
        entity("Component", "{ name: a, tags: [1] }", service),
        entity("Component", "{ name: a, annotations: { backstage.io/techdocs-ref: 1 } }", service),
        entity("Component", "{ name: a, annotations: { 'a:b': c } }", service),
        entity("Component", "{ name: a, links: [{ title: x }] }", service),
        entity("Component", "{ name: a, links: [{ url: /x }] }", service),
        entity("Component", "{ name: a }", "{ type: service, owner: a }"),
        entity("Component", "{ name: a }", "{ type: service, lifecycle: x, owner: 'group:' }"),
        entity("Component", "{ name: a }", "{ type: a, lifecycle: b, owner: c, dependsOn: [lib] }"),
        entity("Component", "{ name: a }", "{ type: a, lifecycle: b, owner: c, dependsOn: { $text: a, $json: b } }"),
        entity("Component", "{ name: a }", &format!("{service}\nrelations: []")),
        api("{ a: b }"),
        entity("API", "{ name: a }", "{ type: mcp-server, lifecycle: x, owner: o, definition: x }"),
        entity("Template", "{ name: a }", "{ type: a, steps: [] }"),
        entity("Location", "{ name: a }", "{ presence: maybe }"),
        entity("AiResource", "{ name: a }", "{ type: rule, lifecycle: x, owner: o }"),
    ] {
        assert!(!schema.is_valid(&read(&bad)), "{bad}");
    }
}

#[test]
fn the_schema_of_one_kind_takes_no_other() {
    let kinds = Kinds::built_in();
    for (at, kind) in kinds.iter().enumerate() {
        let schema = compiled(Subject::Kind(at), &kinds);
        let group = read(&entity("Group", "{ name: a }", "{ type: team, children: [] }"));
        assert_eq!(schema.is_valid(&group), kind.name == "Group", "{}", kind.name);
    }
}

#[test]
fn every_field_is_offered_with_words() {
    let kinds = Kinds::built_in();
    let schema = Subject::Descriptor.json(Portal { kinds: &kinds, lifecycles: &["retired".to_string()] });
    let metadata = &schema["definitions"]["metadata"]["properties"];
    for (name, about) in METADATA {
        assert_eq!(metadata[name]["description"], about);
    }
    let annotations = &metadata["annotations"]["anyOf"][0]["properties"];
    assert_eq!(
        annotations.as_object().map(|known| known.len()),
        Some(well_known::ANNOTATIONS.len() + well_known::DEPRECATED_ANNOTATIONS.len())
    );
    let component = &schema["definitions"]["Component"]["properties"]["spec"]["anyOf"][0]["properties"];
    assert_eq!(
        component["lifecycle"]["anyOf"][0]["examples"],
        json!(["experimental", "production", "deprecated", "retired"])
    );
    assert_eq!(
        component["owner"]["description"],
        "The group or user that is responsible for it. A ref to Group or User; one that names no kind means Group."
    );
}

#[test]
fn declared_kinds_bring_their_own_schema() {
    let declared = DeclaredKind {
        name: "Dashboard".to_string(),
        plural: "Dashboards".to_string(),
        description: "A board.".to_string(),
        api_versions: vec!["example.com/v1".to_string()],
        schema: json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "required": ["shows"],
            "properties": { "shows": { "$ref": "#/$defs/refs" } },
            "$defs": { "refs": { "type": "array", "items": { "type": "string" } } },
        }),
        relations: vec![DeclaredRelationField {
            field: "shows".to_string(),
            kinds: vec!["Component".to_string()],
            relation: "dependsOn".to_string(),
            opposite: None,
        }],
        place: Place::file("", "app-config.yaml"),
    };
    let (kinds, findings) = Kinds::with_declared(&[declared]);
    assert!(findings.is_empty(), "{findings:?}");
    let at = kinds.iter().count() - 1;
    for subject in [Subject::Descriptor, Subject::Kind(at)] {
        let schema = compiled(subject, &kinds);
        let board = |spec: &str| {
            let text = entity("Dashboard", "{ name: a }", spec);
            schema.is_valid(&read(&text.replace("backstage.io/v1alpha1", "example.com/v1")))
        };
        assert!(board("{ shows: [orders, 'component:b'], width: 3 }"));
        assert!(board("{ $yaml: x.yaml }"));
        assert!(!board("{}") && !board("{ shows: orders }") && !board("{ shows: ['group:'] }"));
    }
}

#[test]
fn configurations_are_checked_where_callboard_reads_them() {
    let schema = compiled(Subject::Config, &Kinds::built_in());
    for good in [
        "backend: { x: 1 }\napp: { title: $env, support: {} }",
        "app: { baseUrl: '${URL}' }\norganization:",
        "catalog: { locations: [{ type: file, target: x }], rules: [{ allow: [API, { kind: Component }] }] }",
        "catalog: { $include: ./catalog.yaml }\nintegrations: { github: [{ token: { $file: token } }] }",
        "callboard: { rules: { dangling-ref: off, placeholder: { $env: X } }, codeowners: '${MODE}', theme: }",
        "callboard: { sources: { git: [https://x/y.git, { url: z, branch: b }] } }",
        "callboard: { kinds: [{ kind: Board, apiVersions: [example.com/v1], schema: { type: object } }] }",
    ] {
        let found = schema.validate(&read(good)).map_err(|error| error.to_string());
        assert_eq!(found, Ok(()), "{good}");
    }
    for bad in [
        "app: portal",
        "app: { title: 7 }",
        "app: { baseUrl: ftp://x }",
        "catalog: { locations: [{ type: file }] }",
        "catalog: { locations: [{ type: git, target: x }] }",
        "callboard: { sorces: {} }",
        "callboard: { sources: { git: [{ branch: b }] } }",
        "callboard: { sources: { git: [{ url: a, brunch: b }] } }",
        "callboard: { rules: { no-such-rule: off } }",
        "callboard: { rules: { dangling-ref: loud } }",
        "callboard: { codeowners: maybe }",
        "callboard: { kinds: [{ kind: Board, apiVersions: [] }] }",
    ] {
        assert!(!schema.is_valid(&read(bad)), "{bad}");
    }
}
