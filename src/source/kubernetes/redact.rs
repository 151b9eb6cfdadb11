//! What objects of a cluster must not say outside it: taken out before anything is kept or shown.
//!
//! In: an object as the API gives it. Out: the same without Secrets, values of environment variables, data of
//! ConfigMaps, copies of configurations in annotations, and whatever looks like a credential. Names stay, so that
//! people see what is set.

use serde_json::{Map, Value as Json};

/// Stands for what was taken out.
const PAINT: &str = "•••";
/// Longer annotations are copies of something.
const LONGEST_ANNOTATION: usize = 512;
/// What names of secrets end with, without case, punctuation and the `s` of many.
const SECRET_WORDS: [&str; 15] = [
    "token",
    "secret",
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "privatekey",
    "secretkey",
    "apikey",
    "accesskey",
    "accesskeyid",
    "encryptionkey",
    "signingkey",
    "credential",
    "connectionstring",
];
/// Keys below a secret's that say where it is, not what it is.
const REFERENCES: [&str; 15] = [
    "name",
    "namespace",
    "key",
    "path",
    "kind",
    "group",
    "apiVersion",
    "secretName",
    "audience",
    "type",
    "property",
    "version",
    "provider",
    "conversionStrategy",
    "decodingStrategy",
];
/// How tokens of well-known makers begin.
const TOKEN_STARTS: [&str; 16] = [
    "ghp_",
    "gho_",
    "ghs_",
    "ghu_",
    "github_pat_",
    "glpat-",
    "xoxb-",
    "xoxp-",
    "xapp-",
    "sk_live_",
    "sk-ant-",
    "AKIA",
    "ASIA",
    "AIza",
    "hvs.",
    "eyJhbGciOi",
];

/// The object without what it must not say; `None` where nothing of it may be said.
pub(super) fn redacted(mut object: Json) -> Option<Json> {
    let kind = object["kind"].as_str().unwrap_or_default().to_string();
    if kind == "Secret" || kind == "SecretList" {
        return None;
    }
    let fields = object.as_object_mut()?;
    if kind == "ConfigMap" {
        for key in ["data", "binaryData"] {
            fields.get_mut(key).and_then(Json::as_object_mut).into_iter().for_each(paint_values);
        }
    }
    for key in ["stringData", "binaryData"] {
        fields.get_mut(key).and_then(Json::as_object_mut).into_iter().for_each(paint_values);
    }
    fields.iter_mut().for_each(|(key, value)| redact(key, value));
    Some(object)
}

fn redact(key: &str, value: &mut Json) {
    match key {
        "env" => return environment(value),
        "command" | "args" => return arguments(value),
        "httpHeaders" => return named_values(value),
        "annotations" => return annotations(value),
        _ => {}
    }
    let is_secret = names_secret(key);
    match value {
        Json::String(text) if is_secret && !text.is_empty() => *text = PAINT.to_string(),
        // A script, or a configuration within a configuration.
        Json::String(text) if text.contains('\n') && key != "message" => {
            argument(text, false);
        }
        Json::String(text) => paint_text(text),
        Json::Object(fields) => {
            // Whoever changed which field, and when: half of an object, and of no use to readers.
            fields.remove("managedFields");
            // Volumes say where a secret is, and what a token is for.
            let is_secret = is_secret && key != "serviceAccountToken" && !fields.contains_key("secretName");
            // A name and a value beside it, as in lists of parameters.
            let names = fields.get("name").and_then(Json::as_str).is_some_and(names_secret);
            if let Some(Json::String(value)) = fields.get_mut("value").filter(|_| names) {
                *value = PAINT.to_string();
            }
            for (key, value) in fields.iter_mut() {
                if is_secret && !REFERENCES.contains(&key.as_str()) {
                    paint_all(value);
                } else {
                    redact(key, value);
                }
            }
        }
        Json::Array(items) => {
            for item in items {
                match item {
                    Json::String(text) if is_secret => *text = PAINT.to_string(),
                    // Items of a list are not what its name says: `secrets: [{ name: … }]`.
                    _ => redact("", item),
                }
            }
        }
        _ => {}
    }
}

/// `env`: a list of names and values, or of custom resources a mapping.
fn environment(value: &mut Json) {
    match value {
        Json::Array(_) => named_values(value),
        Json::Object(fields) => {
            for (_, value) in fields.iter_mut() {
                paint_all(value);
            }
        }
        Json::String(text) => *text = PAINT.to_string(),
        _ => {}
    }
}

/// A list of names and values; where a value comes from stays.
fn named_values(value: &mut Json) {
    for item in value.as_array_mut().into_iter().flatten() {
        match item {
            Json::Object(fields) => {
                for (key, value) in fields.iter_mut() {
                    match key.as_str() {
                        "value" => paint_all(value),
                        "name" => {}
                        _ => redact(key, value),
                    }
                }
            }
            Json::String(text) => {
                if let Some((name, _)) = text.split_once('=') {
                    *text = format!("{name}={PAINT}");
                }
            }
            _ => {}
        }
    }
}

fn annotations(value: &mut Json) {
    let Some(fields) = value.as_object_mut() else { return };
    fields.retain(|key, _| !key.ends_with("/last-applied-configuration"));
    for (key, value) in fields.iter_mut() {
        let Json::String(text) = value else {
            paint_all(value);
            continue;
        };
        let is_copy = text.trim_start().starts_with(['{', '[']) || text.len() > LONGEST_ANNOTATION;
        if is_copy || names_secret(key) {
            *text = PAINT.to_string();
        } else {
            paint_text(text);
        }
    }
}

/// The words of a command line, one of which may be a whole script.
fn arguments(value: &mut Json) {
    let mut is_value_of_secret = false;
    match value {
        Json::Array(items) => {
            for item in items {
                match item {
                    Json::String(text) => is_value_of_secret = argument(text, is_value_of_secret),
                    other => redact("", other),
                }
            }
        }
        Json::String(text) => {
            argument(text, false);
        }
        other => redact("", other),
    }
}

/// Paints one argument; says whether the next one is a secret.
fn argument(text: &mut String, is_secret: bool) -> bool {
    if is_secret && !text.starts_with('-') {
        *text = PAINT.to_string();
        return false;
    }
    paint_text(text);
    let mut is_next = false;
    let mut out = String::with_capacity(text.len());
    for word in text.split_inclusive(char::is_whitespace) {
        let bare = word.trim_end();
        let space = &word[bare.len()..];
        if bare.is_empty() {
            out.push_str(space);
            continue;
        }
        let mut marks = bare.match_indices(['=', ':']).map(|(at, _)| at);
        let value_at = marks.find(|at| names_secret(&bare[..*at])).map(|at| at + 1);
        if is_next && !bare.starts_with('-') {
            out.push_str(PAINT);
            is_next = false;
        } else if let Some(at) = value_at {
            out.push_str(&bare[..at]);
            // A value in quotes may go on after a space.
            is_next = bare.len() == at || is_open(&bare[at..]);
            if bare.len() > at {
                out.push_str(PAINT);
            }
        } else {
            out.push_str(bare);
            let is_login = matches!(bare, "-u" | "--user" | "-p");
            let is_scheme = matches!(bare.trim_start_matches(['"', '\'']), "Bearer" | "Basic");
            is_next = is_login || is_scheme || bare.starts_with('-') && names_secret(bare);
        }
        out.push_str(space);
    }
    *text = out;
    is_next
}

/// Whether a quote is opened and not closed.
fn is_open(text: &str) -> bool {
    ['"', '\''].into_iter().any(|quote| text.starts_with(quote) && text.matches(quote).count() == 1)
}

fn names_secret(name: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric().then(|| c.to_ascii_lowercase());
    // Only the end is looked at, and names of this length say nothing.
    let end = name.char_indices().rev().nth(60).map_or(0, |(at, _)| at);
    let name: String = name[end..].chars().filter_map(plain).collect();
    let one = name.strip_suffix('s').unwrap_or(&name);
    SECRET_WORDS.iter().any(|word| one.ends_with(word))
}

fn paint_values(fields: &mut Map<String, Json>) {
    for (_, value) in fields.iter_mut() {
        *value = Json::String(PAINT.to_string());
    }
}

/// Paints every string, however deep; the shape stays.
fn paint_all(value: &mut Json) {
    match value {
        Json::String(text) => *text = PAINT.to_string(),
        Json::Number(_) => *value = Json::String(PAINT.to_string()),
        Json::Array(items) => items.iter_mut().for_each(paint_all),
        Json::Object(fields) => fields.iter_mut().for_each(|(_, value)| paint_all(value)),
        _ => {}
    }
}

/// Paints what looks like a credential whatever it is called: `user:password@` of an address, private keys, tokens of
/// well-known makers.
fn paint_text(text: &mut String) {
    if text.contains("PRIVATE KEY-----") {
        *text = PAINT.to_string();
        return;
    }
    if text.contains("://") && text.contains('@') {
        *text = without_userinfo(text);
    }
    if text.contains('=') {
        *text = without_values(text);
    }
    if TOKEN_STARTS.iter().any(|start| text.contains(start)) {
        *text = without_tokens(text);
    }
}

fn without_userinfo(text: &str) -> String {
    let mut parts = text.split("://");
    let mut out = parts.next().unwrap_or_default().to_string();
    for part in parts {
        out.push_str("://");
        let end =
            part.find(|c: char| c.is_whitespace() || matches!(c, '/' | '?' | '#' | '"' | '\'')).unwrap_or(part.len());
        match part[..end].rfind('@') {
            Some(at) => {
                out.push_str(PAINT);
                out.push_str(&part[at..]);
            }
            None => out.push_str(part),
        }
    }
    out
}

/// Without what follows `token=` and the like.
fn without_values(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('=') {
        out.push_str(before);
        out.push('=');
        rest = after;
        if names_secret(before) {
            let end = |c: char| c.is_whitespace() || matches!(c, '&' | '#' | ',' | ';' | '"' | '\'' | ')');
            let end = rest.find(end).unwrap_or(rest.len());
            out.push_str(if end > 0 { PAINT } else { "" });
            rest = &rest[end..];
        }
    }
    out.push_str(rest);
    out
}

/// Word by word, so that long texts take no longer than their length.
fn without_tokens(text: &str) -> String {
    let is_of_token = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '=' | '/' | '+');
    let mut out = String::with_capacity(text.len());
    for part in text.split_inclusive(|c| !is_of_token(c)) {
        let word = part.trim_end_matches(|c| !is_of_token(c));
        let start = TOKEN_STARTS.iter().filter_map(|start| word.find(start)).min();
        // Shorter ones are words.
        match start.filter(|at| word.len() - at >= 16) {
            Some(at) => {
                out.push_str(&word[..at]);
                out.push_str(PAINT);
            }
            None => out.push_str(word),
        }
        out.push_str(&part[word.len()..]);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// The string that must not be found, at every place where one may stand.
    const HIDDEN: &str = "hunter2";

    #[test]
    fn nothing_secret_is_left() {
        let objects = [
            json!({ "kind": "ConfigMap", "data": { "a": HIDDEN }, "binaryData": { "b": HIDDEN } }),
            json!({ "kind": "Pod", "metadata": {
                "managedFields": [{ "x": HIDDEN }],
                "annotations": {
                    "kubectl.kubernetes.io/last-applied-configuration": HIDDEN,
                    "kapp.example/original": format!("{{\"a\":\"{HIDDEN}\"}}"),
                    "example.com/api-key": HIDDEN,
                    "example.com/long": format!("{}{HIDDEN}", "x".repeat(600)),
                },
            } }),
            json!({ "kind": "Pod", "spec": { "containers": [{
                "env": [{ "name": "LOG_LEVEL", "value": HIDDEN }],
                "command": ["sh", "-c", format!("export DB_PASSWORD='{HIDDEN} x'; curl -u me:{HIDDEN} -H 'Authorization: Bearer {HIDDEN}' y")],
                "args": [
                    format!("--password={HIDDEN}"), "--token", HIDDEN, "-p", HIDDEN,
                    format!("postgres://me:{HIDDEN}@db/x"), format!("API_KEY: {HIDDEN}"),
                ],
                "livenessProbe": { "httpGet": { "httpHeaders": [{ "name": "X", "value": HIDDEN }] } },
                "lifecycle": { "preStop": { "exec": { "command": ["x", format!("--api-key={HIDDEN}")] } } },
            }] } }),
            json!({ "kind": "Thing", "spec": {
                "env": { "A": HIDDEN, "B": { "value": HIDDEN } },
                "adminPassword": HIDDEN, "credentials": { "user": "u", "pass": HIDDEN, "pin": 1234 },
                "parameters": [{ "name": "db-password", "value": HIDDEN }],
                "tokens": [HIDDEN], "token": [HIDDEN],
                "template": { "metadata": { "managedFields": HIDDEN, "annotations": { "x/last-applied-configuration": HIDDEN } } },
                "url": format!("https://me:{HIDDEN}@host/path"),
                "pem": format!("-----BEGIN RSA PRIVATE KEY-----\n{HIDDEN}"),
                "hook": format!("https://host/x?a=b&access_token={HIDDEN}&c=d"),
                "values": format!("db:\n  password: {HIDDEN}\n  user: x\nscript: export TOKEN={HIDDEN}"),
                "note": format!("uses ghp_{HIDDEN}abcdefghijklmnop."),
            }, "stringData": { "x": HIDDEN } }),
        ];
        for object in objects {
            let text = redacted(object).expect("an object").to_string();
            assert!(!text.contains(HIDDEN), "{text}");
        }
        assert_eq!(redacted(json!({ "kind": "Secret", "data": { "a": "b" } })), None);
    }

    #[test]
    fn long_texts_take_no_longer_than_their_length() {
        let of = |text: &str| {
            let long = text.repeat((1 << 18) / text.len());
            redacted(
                json!({ "kind": "Thing", "spec": { "a": long.clone(), "args": [long.clone()], "b": format!("\n{long}") } }),
            )
        };
        for text in ["AKIA ", "AKIA", "token=", "a://b@", "password: ", "'", "token = ", "-p "] {
            assert!(of(text).is_some(), "{text}");
        }
    }

    #[test]
    fn where_things_are_and_what_is_no_secret_stays() {
        let object = json!({ "kind": "Pod",
            "metadata": { "annotations": { "prometheus.io/scrape": "true" } },
            "spec": {
                "automountServiceAccountToken": true,
                "imagePullSecrets": [{ "name": "registry" }],
                "volumes": [
                    { "name": "v", "secret": { "secretName": "s", "defaultMode": 420, "items": [{ "key": "k", "path": "p" }] } },
                    { "name": "t", "projected": { "sources": [{ "serviceAccountToken": { "audience": "a", "expirationSeconds": 3600, "path": "token" } }] } },
                ],
                "containers": [{
                    "name": "main", "image": "registry.example/shop:1", "args": ["--port=8080", "serve", "-v"],
                    "env": [{ "name": "PASSWORD", "valueFrom": { "secretKeyRef": { "name": "s", "key": "password" } } }],
                    "envFrom": [{ "configMapRef": { "name": "c" } }],
                }],
            },
            "status": { "message": "back-off 5m0s restarting failed container=main" },
        });
        assert_eq!(redacted(object.clone()), Some(object));
    }
}
