//! Filters that Backstage adds.

use super::eval::State;
use super::value::{Text, Value, find, lossy, units};
use super::{Outcome, fail, filters};

/// The parts of a `repoUrl`, for forges that are configured.
pub(super) fn repository(state: &mut State<'_>, value: &Value) -> Outcome<Value> {
    let text = lossy(&filters::text(state, value)?);
    let end = text.find(['/', '?', '#']).unwrap_or(text.len());
    let host = text[..end].to_lowercase();
    let host = host.strip_suffix(":443").unwrap_or(&host);
    if !is_host(host) {
        return fail(format!("`{text}` is no address of a repository"));
    }
    let Some(kind) = state.settings.hosts.get(host) else {
        return fail(format!("no integration is configured for the host `{host}`"));
    };
    let before = text.split('#').next().unwrap_or_default();
    let query = before.split_once('?').map_or("", |(_, query)| query);
    let pairs: Vec<(String, String)> = query.split('&').filter(|pair| !pair.is_empty()).map(pair).collect();
    let asked = |name: &str| {
        let value = pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.trim_matches('/').to_string());
        value.filter(|value| !value.is_empty() || pairs.iter().any(|(key, _)| key == name))
    };
    let required: &[&str] = match kind.as_str() {
        "bitbucket" | "bitbucketServer" | "azure" => &["project", "repo"],
        "gerrit" | "gitea" => &["repo"],
        "gitlab" if asked("project").is_some_and(|project| !project.is_empty()) => &[],
        _ => &["owner", "repo"],
    };
    if let Some(part) = required.iter().find(|part| asked(part).is_none_or(|value| value.is_empty())) {
        return fail(format!("`{text}` has no `{part}`"));
    }
    let part = |name: &str| (units(name), asked(name).map_or(Value::Undefined, |value| Value::text(&value)));
    let parts = ["owner", "repo", "organization", "workspace", "project"].map(part);
    Ok(Value::dict([(units("host"), Value::text(host))].into_iter().chain(parts)))
}

fn is_host(host: &str) -> bool {
    let (name, port) = host.split_once(':').unwrap_or((host, "0"));
    let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    !name.is_empty() && name.chars().all(good) && !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit())
}

fn pair(pair: &str) -> (String, String) {
    let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
    (decoded(key), decoded(value))
}

/// What a form's field says.
fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let hex = |at: usize| bytes.get(at).and_then(|byte| char::from(*byte).to_digit(16));
        match (byte, hex(at + 1), hex(at + 2)) {
            (b'+', ..) => out.push(b' '),
            (b'%', Some(high), Some(low)) => {
                out.push(u8::try_from(high * 16 + low).unwrap_or_default());
                at += 2;
            }
            _ => out.push(*byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Kind, namespace and name, spelled as they are.
pub(super) fn entity_ref(state: &mut State<'_>, value: &Value, defaults: &Value) -> Outcome<Value> {
    let given = |name: &str| match defaults {
        Value::Dict(dict) => dict.get(&units(name)).cloned().unwrap_or(Value::Undefined),
        _ => Value::Undefined,
    };
    let [mut kind, mut namespace, name] = match value {
        Value::Dict(dict) => {
            ["kind", "namespace", "name"].map(|key| dict.get(&units(key)).cloned().unwrap_or(Value::Undefined))
        }
        value => parts(&filters::text(state, value)?),
    };
    if kind.is_none() {
        kind = given("defaultKind");
    }
    if namespace.is_none() {
        namespace = given("defaultNamespace");
    }
    if namespace.is_none() {
        namespace = Value::text("default");
    }
    let whole = match value {
        Value::Text(text) => format!("`{}`", lossy(text)),
        _ => "the ref".to_string(),
    };
    for (part, what) in [(&kind, "kind"), (&namespace, "namespace"), (&name, "name")] {
        if !part.is_true() {
            return fail(format!("{whole} has no {what}"));
        }
    }
    Ok(Value::dict([(units("kind"), kind), (units("namespace"), namespace), (units("name"), name)]))
}

fn parts(text: &Text) -> [Value; 3] {
    let slash = find(text, &units("/"), 0);
    let colon = find(text, &units(":"), 0).filter(|colon| slash.is_none_or(|slash| slash > *colon));
    let cut = |from: usize, to: usize| Value::Text(text[from..to].into());
    let after = colon.map_or(0, |at| at + 1);
    [
        colon.map_or(Value::Undefined, |colon| cut(0, colon)),
        slash.map_or(Value::Undefined, |slash| cut(after, slash)),
        cut(slash.map_or(after, |at| at + 1), text.len()),
    ]
}

/// A value within a value: `a.b[0]`.
pub(super) fn pick(state: &mut State<'_>, value: &Value, path: &Value) -> Outcome<Value> {
    if value.is_none() {
        return Ok(Value::Undefined);
    }
    let parts: Vec<Value> = match path {
        Value::List(list) => list.items.borrow().clone(),
        path => {
            let direct = state.member(value, path)?;
            if !matches!(direct, Value::Undefined) {
                return Ok(direct);
            }
            let text = state.text(path)?;
            let parts = text.split(|unit| b".[]\"'".iter().any(|byte| u16::from(*byte) == *unit));
            parts.filter(|part| !part.is_empty()).map(|part| Value::Text(part.into())).collect()
        }
    };
    let mut found = value.clone();
    for part in &parts {
        found = state.member(&found, part)?;
    }
    Ok(found)
}

/// `owner/repo`.
pub(super) fn slug(state: &mut State<'_>, value: &Value) -> Outcome<Value> {
    let parts = repository(state, value)?;
    let owner = state.member(&parts, &Value::text("owner"))?;
    let repo = state.member(&parts, &Value::text("repo"))?;
    let (owner, repo) = (state.text(&owner)?, state.text(&repo)?);
    Ok(Value::Text([&*owner, &units("/"), &*repo].concat().into()))
}
