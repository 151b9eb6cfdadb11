//! The query language: `key:value`, `-key:value`, quotes, free text. The same in lists, on the command line and for
//! agents.
//!
//! Text goes in, a [`Query`] comes out, or what is wrong with it; it is matched against entities as JSON, in the shape
//! of the catalog's API, with what plugins tell of them under `facets`: lists of texts by key. Several values of one key are
//! alternatives; different keys must all hold.

use serde_json::Value as Json;

/// What an entity must be like.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    terms: Vec<Term>,
    /// Words that must stand somewhere in the entity's name, title, description or tags; lower case.
    words: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Term {
    field: Field,
    /// Lower case; alternatives. `*` alone stands for any value, at the end of a value for any rest.
    values: Vec<String>,
    negative: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Field {
    Known(&'static str),
    /// What plugins tell under that key.
    Facet(String),
    /// A dotted path such as `metadata.annotations.github.com/project-slug`.
    Path(String),
}

/// Keys, where their value stands, and what they are for.
pub const KEYS: [(&str, &str, &str); 13] = [
    ("kind", "kind", "the kind"),
    ("type", "spec.type", "the type within the kind"),
    ("lifecycle", "spec.lifecycle", "experimental, production, deprecated or another"),
    ("owner", "relations.ownedBy", "the owner: a ref or its name"),
    ("system", "relations.partOf", "the system: a ref or its name"),
    ("tag", "metadata.tags", "a tag"),
    ("namespace", "metadata.namespace", "the namespace"),
    ("name", "metadata.name", "the name"),
    ("title", "metadata.title", "the title"),
    ("ref", "ref", "the entity ref"),
    ("description", "metadata.description", "words of the description"),
    ("uses", "relations.dependsOn", "what it depends on or consumes"),
    ("provides", "relations.providesApi", "an API it provides"),
];

/// Where an entity as JSON holds what plugins tell of it.
pub const FACETS: &str = "facets";

/// What is wrong with a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub message: String,
    /// The key that is not known, for a suggestion.
    pub unknown_key: Option<String>,
}

impl Query {
    /// Reads a query. Plugins give it the keys `facets` beside its own.
    pub fn parse(text: &str, facets: &[String]) -> Result<Query, Fault> {
        let mut query = Query::default();
        for word in words(text)? {
            let (negative, word) = match word.strip_prefix('-') {
                Some(rest) if rest.contains(':') => (true, rest.to_string()),
                _ => (false, word),
            };
            let Some((key, value)) = word.split_once(':').filter(|(key, _)| is_key(key)) else {
                query.words.push(unquoted(&word).to_lowercase());
                continue;
            };
            let field = field(key, facets)?;
            let values: Vec<String> = split_values(value);
            if values.is_empty() {
                let message = format!("`{key}:` lacks a value; `{key}:*` finds entities that have one");
                return Err(Fault { message, unknown_key: None });
            }
            // Alternatives of one key; each exclusion stands for itself.
            match query.terms.iter_mut().find(|term| term.field == field && !term.negative && !negative) {
                Some(term) => term.values.extend(values),
                None => query.terms.push(Term { field, values, negative }),
            }
        }
        Ok(query)
    }

    /// Whether an entity, as JSON with its relations, is one of those that were asked for.
    pub fn matches(&self, entity: &Json) -> bool {
        self.terms.iter().all(|term| term.matches(entity)) && self.words.iter().all(|word| holds(entity, word))
    }
}

impl Term {
    fn matches(&self, entity: &Json) -> bool {
        let found = match &self.field {
            Field::Known("ref") => vec![reference(entity)],
            Field::Known("uses") => {
                let mut found = targets(entity, "dependsOn");
                found.extend(targets(entity, "consumesApi"));
                found
            }
            Field::Known(key) => {
                let path = KEYS.iter().find(|(name, _, _)| name == key).map_or("", |(_, path, _)| path);
                values_at(entity, path)
            }
            Field::Facet(key) => values_at(&entity[FACETS], key),
            Field::Path(path) => values_at(entity, path),
        };
        let words = matches!(self.field, Field::Known("description" | "title"));
        let any = found.iter().any(|found| self.values.iter().any(|wanted| equals(found, wanted, words)));
        any != self.negative
    }
}

fn is_key(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '/'))
}

fn field(key: &str, facets: &[String]) -> Result<Field, Fault> {
    let lower = key.to_lowercase();
    let lower = match lower.as_str() {
        "tags" => "tag",
        other => other,
    };
    if let Some((name, _, _)) = KEYS.iter().find(|(name, _, _)| *name == lower) {
        return Ok(Field::Known(name));
    }
    if facets.iter().any(|facet| facet == lower) {
        return Ok(Field::Facet(lower.to_string()));
    }
    if ["metadata.", "spec.", "relations."].iter().any(|root| key.starts_with(root)) {
        return Ok(Field::Path(key.to_string()));
    }
    Err(Fault { message: format!("there is no key `{key}`"), unknown_key: Some(key.to_string()) })
}

/// Words of a query; what stands in quotes is one of them.
fn words(text: &str) -> Result<Vec<String>, Fault> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quoted = false;
    for c in text.chars() {
        match c {
            '"' => {
                quoted = !quoted;
                word.push(c);
            }
            c if c.is_whitespace() && !quoted => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
            }
            c => word.push(c),
        }
    }
    if quoted {
        return Err(Fault { message: "a quote is not closed".to_string(), unknown_key: None });
    }
    if !word.is_empty() {
        words.push(word);
    }
    words.retain(|word| !unquoted(word).is_empty());
    Ok(words)
}

/// Values parted by commas outside of quotes.
fn split_values(text: &str) -> Vec<String> {
    let mut values = vec![String::new()];
    let mut quoted = false;
    for c in text.chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => values.push(String::new()),
            c => values.last_mut().into_iter().for_each(|value| value.push(c)),
        }
    }
    values.into_iter().map(|value| value.to_lowercase()).filter(|value| !value.is_empty()).collect()
}

fn unquoted(text: &str) -> String {
    text.replace('"', "")
}

/// Whether a value is the one that is wanted: a ref also by its short forms, a text also by a beginning.
fn equals(found: &str, wanted: &str, words: bool) -> bool {
    let found = found.to_lowercase();
    if wanted == "*" || found == wanted || (words && found.contains(wanted)) {
        return true;
    }
    if let Some(start) = wanted.strip_suffix('*') {
        return found.starts_with(start) || short_forms(&found).any(|form| form.starts_with(start));
    }
    short_forms(&found).any(|form| form == wanted)
}

/// A ref as people write it: `group:default/a` is also `default/a`, `a` and `group:a`.
pub fn short_forms(reference: &str) -> impl Iterator<Item = String> + '_ {
    let parts = reference.split_once(':').and_then(|(kind, rest)| Some((kind, rest.split_once('/')?)));
    parts.into_iter().flat_map(|(kind, (namespace, name))| {
        [format!("{namespace}/{name}"), name.to_string(), format!("{kind}:{name}")]
    })
}

fn reference(entity: &Json) -> String {
    let text = |value: &Json| value.as_str().unwrap_or_default().to_string();
    let namespace = entity["metadata"]["namespace"].as_str().unwrap_or("default");
    format!("{}:{namespace}/{}", text(&entity["kind"]), text(&entity["metadata"]["name"])).to_lowercase()
}

/// Every value at a dotted path, as text; keys that hold dots are taken whole. Lists count by their items.
fn values_at(entity: &Json, path: &str) -> Vec<String> {
    if let Some(relation) = path.strip_prefix("relations.") {
        return targets(entity, relation);
    }
    let mut found = Vec::new();
    descend(entity, path, &mut found);
    found
}

fn targets(entity: &Json, relation: &str) -> Vec<String> {
    let relations = entity["relations"].as_array().into_iter().flatten();
    let wanted = relations.filter(|one| one["type"].as_str().is_some_and(|name| name.eq_ignore_ascii_case(relation)));
    wanted.filter_map(|one| one["targetRef"].as_str().map(str::to_string)).collect()
}

fn descend(value: &Json, path: &str, found: &mut Vec<String>) {
    match value {
        Json::Array(items) => items.iter().for_each(|item| descend(item, path, found)),
        Json::Object(map) if !path.is_empty() => {
            for (key, inner) in map {
                match path.strip_prefix(key.as_str()) {
                    Some("") => descend(inner, "", found),
                    Some(rest) if rest.starts_with('.') => descend(inner, &rest[1..], found),
                    _ => {}
                }
            }
        }
        Json::String(text) if path.is_empty() => found.push(text.clone()),
        Json::Bool(_) | Json::Number(_) if path.is_empty() => found.push(value.to_string()),
        _ => {}
    }
}

fn holds(entity: &Json, word: &str) -> bool {
    let metadata = &entity["metadata"];
    let texts =
        [&metadata["name"], &metadata["title"], &metadata["description"], &entity["spec"]["profile"]["displayName"]];
    let tags = metadata["tags"].as_array().into_iter().flatten();
    texts.into_iter().chain(tags).filter_map(Json::as_str).any(|text| text.to_lowercase().contains(word))
        || reference(entity).contains(word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn orders() -> Json {
        json!({
            "kind": "Component",
            "metadata": {
                "name": "orders", "namespace": "shop", "title": "Order Service", "description": "Takes orders.",
                "tags": ["java", "grpc"], "annotations": { "github.com/project-slug": "acme/orders" }
            },
            "spec": { "type": "service", "lifecycle": "production", "replicas": 3 },
            "relations": [
                { "type": "consumesApi", "targetRef": "api:default/stock" },
                { "type": "ownedBy", "targetRef": "group:default/team-a" }
            ],
            "facets": { "ci": ["failing"] }
        })
    }

    fn finds(query: &str) -> bool {
        Query::parse(query, &["ci".to_string()]).expect("a query").matches(&orders())
    }

    #[test]
    fn keys_are_matched_without_case() {
        for query in
            ["kind:component", "KIND:Component", "type:service", "lifecycle:production", "tag:java", "tags:GRPC"]
        {
            assert!(finds(query), "{query}");
        }
        for query in ["kind:api", "type:serv", "tag:jav", "-kind:component", "lifecycle:deprecated"] {
            assert!(!finds(query), "{query}");
        }
    }

    #[test]
    fn values_of_one_key_are_alternatives_and_keys_are_not() {
        assert!(finds("kind:api kind:component"));
        assert!(finds("kind:api,component type:service"));
        assert!(!finds("kind:component type:library"));
        assert!(!finds("-kind:api -tag:java"));
    }

    #[test]
    fn refs_are_known_by_their_short_forms() {
        for query in
            ["owner:team-a", "owner:group:team-a", "owner:group:default/team-a", "owner:default/team-a", "uses:stock"]
        {
            assert!(finds(query), "{query}");
        }
        assert!(!finds("owner:team"));
        assert!(finds("owner:team*"));
        assert!(finds("ref:orders"));
        assert!(finds("ref:component:shop/orders"));
    }

    #[test]
    fn words_and_phrases_stand_anywhere() {
        assert!(finds("order takes"));
        assert!(finds("\"order service\""));
        assert!(!finds("\"service order\""));
        assert!(!finds("invoice"));
    }

    #[test]
    fn any_path_can_be_asked_for() {
        assert!(finds("metadata.annotations.github.com/project-slug:acme/orders"));
        assert!(finds("spec.replicas:3"));
        assert!(finds("relations.consumesApi:*"));
        assert!(finds("-spec.system:*"));
    }

    #[test]
    fn plugins_give_keys() {
        assert!(finds("ci:failing CI:Fail*"));
        assert!(!finds("ci:fail"));
        assert!(!finds("-ci:*"));
        let fault = Query::parse("ci:failing", &[]).expect_err("a fault");
        assert_eq!(fault.unknown_key.as_deref(), Some("ci"));
    }

    #[test]
    fn what_is_wrong_is_told() {
        let fault = |text| Query::parse(text, &[]).expect_err("a fault");
        assert_eq!(fault("ownr:team-a").unknown_key.as_deref(), Some("ownr"));
        assert!(fault("kind:").message.contains("kind:*"));
        assert!(fault("\"open").message.contains("quote"));
    }
}
