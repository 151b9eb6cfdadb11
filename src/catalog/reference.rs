//! Entity refs: `[kind:][namespace/]name`.

use super::format::Format;
use std::sync::Arc;

/// A ref in a field with a default kind, as JSON Schema says it.
pub const REF: Format = Format {
    pattern: "^[^:/]+(:[^/]+)?(/[\\s\\S]+)?$",
    most: None,
    rule: "`[kind:][namespace/]name`, none of them empty",
};

/// A ref that must name its kind, as JSON Schema says it.
pub const REF_WITH_KIND: Format = Format {
    pattern: "^[^:/]+:[^/]+(/[\\s\\S]+)?$",
    most: None,
    rule: "a ref that begins with its kind, such as `component:` or `resource:`",
};

/// A parsed ref, as written: case is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntityRef {
    pub kind: String,
    pub namespace: String,
    pub name: String,
}

impl EntityRef {
    /// Reads a ref with the defaults of its field. The error says what is missing.
    ///
    /// The first `:` ends the kind unless a `/` comes before it; the first `/` ends the namespace. Nothing is trimmed
    /// and no characters are forbidden, as in Backstage.
    pub fn parse(text: &str, default_kind: Option<&str>, default_namespace: &str) -> Result<EntityRef, &'static str> {
        let slash = text.find('/');
        let colon = text.find(':').filter(|colon| slash.is_none_or(|slash| *colon < slash));
        let (kind, rest) = match colon {
            Some(colon) => (Some(&text[..colon]), &text[colon + 1..]),
            None => (None, text),
        };
        let (namespace, name) = match rest.split_once('/') {
            Some((namespace, name)) => (Some(namespace), name),
            None => (None, rest),
        };
        if kind == Some("") {
            return Err("the kind before `:` is empty");
        }
        if namespace == Some("") {
            return Err("the namespace before `/` is empty");
        }
        if name.is_empty() {
            return Err("the name is empty");
        }
        let kind = kind.or(default_kind).ok_or("it must start with a kind, such as `component:` or `resource:`")?;
        Ok(EntityRef {
            kind: kind.to_string(),
            namespace: namespace.unwrap_or(default_namespace).to_string(),
            name: name.to_string(),
        })
    }

    /// `kind:namespace/name`, lower case.
    pub fn canonical(&self) -> Arc<str> {
        canonical(&self.kind, &self.namespace, &self.name)
    }
}

/// `kind:namespace/name`, lower case.
pub(super) fn canonical(kind: &str, namespace: &str, name: &str) -> Arc<str> {
    format!("{kind}:{namespace}/{name}").to_lowercase().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refs_follow_the_grammar() {
        let cases = [
            ("team-a", Ok("group:ns/team-a")),
            ("user:jo", Ok("user:ns/jo")),
            ("other/Team-A", Ok("group:other/team-a")),
            ("User:Other/Jo", Ok("user:other/jo")),
            ("a/b:c", Ok("group:a/b:c")),
            ("group:a/b/c", Ok("group:a/b/c")),
            (":a", Err("the kind before `:` is empty")),
            ("/a", Err("the namespace before `/` is empty")),
            ("group:", Err("the name is empty")),
            ("group:ns/", Err("the name is empty")),
            ("https://x/a", Err("the namespace before `/` is empty")),
        ];
        for (text, expected) in cases {
            let found = EntityRef::parse(text, Some("Group"), "ns").map(|reference| reference.canonical().to_string());
            assert_eq!(found.as_deref().map_err(|error| *error), expected, "{text}");
        }
        assert!(EntityRef::parse("x", None, "ns").is_err());
    }

    #[test]
    fn patterns_say_what_the_grammar_decides() {
        for (format, kind) in [(REF, Some("Group")), (REF_WITH_KIND, None)] {
            let schema = serde_json::json!({ "pattern": format.pattern });
            let schema = jsonschema::validator_for(&schema).expect("a schema");
            let mut texts = vec![String::new()];
            for _ in 0..7 {
                for text in &texts {
                    let parsed = EntityRef::parse(text, kind, "ns").is_ok();
                    assert_eq!(schema.is_valid(&text.as_str().into()), parsed, "{} on {text:?}", format.pattern);
                }
                texts = texts.iter().flat_map(|text| ["a", ":", "/", "\n"].map(|c| format!("{text}{c}"))).collect();
            }
        }
    }
}
