//! As much of GraphQL as is needed to answer a query from JSON: selections, arguments, variables, `@include`,
//! connections with pages.
//!
//! In the data an object with `list` under [`CONNECTION`] is a connection; one with `by` and `items` there is a field
//! that finds one of them.

use serde_json::{Map, Value as Json, json};

pub(super) const CONNECTION: &str = "__connection";

/// What is asked of one object.
#[derive(Debug)]
struct Field {
    name: String,
    arguments: Map<String, Json>,
    is_included: bool,
    inside: Vec<Field>,
}

/// The answer to a question as it was posted.
pub(super) fn answer(body: &[u8], data: &Json) -> Json {
    let posted: Json = serde_json::from_slice(body).unwrap_or_default();
    let fault = |message: &str| json!({ "errors": [{ "message": message }] });
    let Some(query) = posted["query"].as_str() else { return fault("A query attribute must be specified") };
    let words = words(query);
    let mut parser = Parser { words: &words, at: 0, variables: &posted["variables"] };
    let Some(fields) = parser.operation() else { return fault("Parse error") };
    let mut errors = Vec::new();
    let data = resolved(data, &fields, &mut errors);
    let is_unknown = errors.iter().any(|error: &Json| error["type"].is_null());
    match (errors.is_empty(), is_unknown) {
        (true, _) => json!({ "data": data }),
        (_, true) => json!({ "errors": errors }),
        _ => json!({ "data": data, "errors": errors }),
    }
}

fn resolved(object: &Json, fields: &[Field], errors: &mut Vec<Json>) -> Json {
    let mut out = Map::new();
    for field in fields.iter().filter(|field| field.is_included) {
        let Some(value) = object.get(&field.name) else {
            errors.push(json!({ "message": format!("Field '{}' doesn't exist", field.name) }));
            continue;
        };
        let found = match value.get(CONNECTION) {
            Some(connection) if connection.get("by").is_some() => one_of(connection, field, errors),
            Some(connection) => page(connection, field, errors),
            None => value.clone(),
        };
        let value = match &found {
            Json::Object(_) => resolved(&found, &field.inside, errors),
            Json::Array(items) => items.iter().map(|item| resolved_item(item, field, errors)).collect(),
            _ => found,
        };
        out.insert(field.name.clone(), value);
    }
    Json::Object(out)
}

fn resolved_item(item: &Json, field: &Field, errors: &mut Vec<Json>) -> Json {
    if item.is_object() { resolved(item, &field.inside, errors) } else { item.clone() }
}

fn one_of(connection: &Json, field: &Field, errors: &mut Vec<Json>) -> Json {
    let key = connection["by"].as_str().unwrap_or_default();
    let wanted = field.arguments.get(key).and_then(Json::as_str).unwrap_or_default();
    let items = connection["items"].as_array().map_or(&[][..], Vec::as_slice);
    let is_wanted = |item: &&Json| item[key].as_str().is_some_and(|value| value.eq_ignore_ascii_case(wanted));
    let found = items.iter().find(is_wanted).cloned();
    found.unwrap_or_else(|| {
        let message = format!("Could not resolve to an Organization with the login of '{wanted}'.");
        errors.push(json!({ "type": "NOT_FOUND", "path": [field.name], "message": message }));
        Json::Null
    })
}

fn page(connection: &Json, field: &Field, errors: &mut Vec<Json>) -> Json {
    let immediate = field.arguments.get("membership").is_some_and(|value| value == "IMMEDIATE");
    let list = match connection.get("with_children") {
        Some(all) if !immediate => all,
        _ => &connection["list"],
    };
    let items = list.as_array().map_or(&[][..], Vec::as_slice);
    let Some(first) = field.arguments.get("first").and_then(Json::as_u64).filter(|first| (1..=100).contains(first))
    else {
        errors.push(json!({ "message": format!("`first` of `{}` must be 1 to 100", field.name) }));
        return Json::Null;
    };
    let after = field.arguments.get("after").and_then(Json::as_str).map_or(0, |cursor| cursor.parse().unwrap_or(0));
    let end = items.len().min(after + first as usize);
    let nodes = &items[after.min(end)..end];
    let cursor = if nodes.is_empty() { Json::Null } else { Json::from(end.to_string()) };
    let about = json!({ "hasNextPage": end < items.len(), "endCursor": cursor });
    json!({ "nodes": nodes, "pageInfo": about, "totalCount": items.len() })
}

fn words(query: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = query.trim_start_matches([' ', '\n', ',']);
    while let Some(first) = rest.chars().next() {
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let end = match first {
            '"' => rest[1..].find('"').map_or(rest.len(), |end| end + 2),
            _ if is_name(first) => rest.find(|c| !is_name(c)).unwrap_or(rest.len()),
            _ => first.len_utf8(),
        };
        words.push(rest[..end].to_string());
        rest = rest[end..].trim_start_matches([' ', '\n', ',']);
    }
    words
}

struct Parser<'a> {
    words: &'a [String],
    at: usize,
    variables: &'a Json,
}

impl Parser<'_> {
    fn takes(&mut self, word: &str) -> bool {
        let is_next = self.words.get(self.at).is_some_and(|next| next == word);
        self.at += usize::from(is_next);
        is_next
    }

    fn word(&mut self) -> Option<&str> {
        self.at += 1;
        self.words.get(self.at - 1).map(String::as_str)
    }

    fn operation(&mut self) -> Option<Vec<Field>> {
        // The types of variables are not looked at.
        self.at = self.words.iter().position(|word| word == "{")?;
        let fields = self.selection()?;
        (self.at == self.words.len()).then_some(fields)
    }

    fn selection(&mut self) -> Option<Vec<Field>> {
        let mut fields = Vec::new();
        if !self.takes("{") {
            return Some(fields);
        }
        while !self.takes("}") {
            let name = self.word()?.to_string();
            let arguments = self.arguments()?;
            let mut is_included = true;
            if self.takes("@") {
                is_included = self.takes("include") && self.arguments()?.get("if") == Some(&Json::Bool(true));
            }
            let inside = self.selection()?;
            fields.push(Field { name, arguments, is_included, inside });
        }
        Some(fields)
    }

    fn arguments(&mut self) -> Option<Map<String, Json>> {
        let mut arguments = Map::new();
        if self.takes("(") {
            while !self.takes(")") {
                let name = self.word()?.to_string();
                if !self.takes(":") {
                    return None;
                }
                let value = if self.takes("$") {
                    let variables = self.variables;
                    variables[self.word()?].clone()
                } else {
                    let word = self.word()?;
                    serde_json::from_str(word).unwrap_or_else(|_| Json::from(word))
                };
                arguments.insert(name, value);
            }
        }
        Some(arguments)
    }
}
