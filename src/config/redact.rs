//! A configuration's text with its secrets painted over, for excerpts beside findings.

use crate::yaml::{Node, Value};

/// Keys whose values are secrets, compared without case and punctuation, wherever the word ends a key's name.
const SECRET_KEYS: [&str; 7] = ["token", "secret", "password", "privatekey", "apikey", "accesskey", "credentials"];
const PAINT: &str = "•";

/// `text` with every secret value, and every `user:password@` and what follows `?` of an address, painted over, letter for
/// letter, so that columns stay. Without a parsed tree, whole lines that name a secret are painted.
pub(super) fn redacted(text: &str, node: Option<&Node>) -> String {
    let mut secrets = Vec::new();
    match node {
        Some(node) => collect(node, false, &mut secrets),
        None => {
            let named = |line: &&str| SECRET_KEYS.iter().any(|key| line.to_lowercase().contains(key));
            secrets.extend(text.lines().filter(named).map(|line| line.trim().to_string()));
        }
    }
    for line in text.lines() {
        secrets.extend(userinfo(line));
        secrets.extend(queries(line));
    }
    let mut out = text.to_string();
    for secret in secrets.iter().flat_map(|secret| secret.lines()).filter(|line| line.trim().len() > 1) {
        out = out.replace(secret.trim(), &PAINT.repeat(secret.trim().chars().count()));
    }
    out
}

fn collect(node: &Node, is_secret: bool, secrets: &mut Vec<String>) {
    match &node.value {
        Value::Text(text) if is_secret && !text.contains("${") => secrets.push(text.clone()),
        Value::List(items) => items.iter().for_each(|item| collect(item, is_secret, secrets)),
        Value::Map(entries) => {
            for entry in entries {
                let key: String = entry.key.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
                let names_secret = SECRET_KEYS.iter().any(|secret| key.ends_with(secret));
                let is_reference = matches!(entry.key.as_str(), "$env" | "$file" | "$include");
                collect(&entry.value, (is_secret || names_secret) && !is_reference, secrets);
            }
        }
        _ => {}
    }
}

/// What stands between `://` and `@` in the addresses of a line.
fn userinfo(line: &str) -> Vec<String> {
    line.split("://")
        .skip(1)
        .filter_map(|rest| {
            let authority = rest.split(['/', ' ', '"', '\'']).next()?;
            authority.rsplit_once('@').map(|(user, _)| user.to_string())
        })
        .collect()
}

/// What follows `?` in the addresses of a line: the keys of files that only who knows the address may read.
fn queries(line: &str) -> Vec<String> {
    let end = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | '}' | ']' | '#');
    let query = |rest: &str| Some(rest.split(end).next()?.split_once('?')?.1.to_string());
    line.split("://").skip(1).filter_map(query).filter(|query| query.contains('=')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml;

    #[test]
    fn secrets_are_painted_and_columns_stay() {
        let text = "a: https://ann:pw@host/x\nc: ['https://host/y?sig=a/b%3D&x', z?d]\nintegrations: { github: [{ token: ghp_1234 }] }\nb: { token: { $env: NAME } }\n";
        let shown = redacted(text, yaml::parse_one(text).ok().as_ref());
        assert!(!shown.contains("ghp_1234") && !shown.contains("ann:pw"), "{shown}");
        assert!(shown.contains("NAME") && shown.contains("host/y?") && shown.contains("z?d"), "{shown}");
        assert!(!shown.contains("sig="), "{shown}");
        assert_eq!(shown.chars().count(), text.chars().count());
    }
}
