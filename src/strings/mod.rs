//! The portal's own words: one table per language, `strings/en.toml` and its siblings in the theme.
//!
//! A table holds sections of texts. `{name}` in a text is filled in; a text that counts something has two forms, `one` and
//! `other`, and takes the one that fits `count`. What repositories say, and findings, which the command line tells in the
//! same words, are no part of it.

mod say;

use crate::diagnostics::Stop;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Display;

/// Files by their path, of which those below `strings/` count.
type Files = BTreeMap<String, Cow<'static, [u8]>>;

/// Before the paths of the operator's tables, which lie over those of the theme.
pub const OWN: &str = "own/";
/// The folder of the tables.
pub const FOLDER: &str = "strings/";
/// The language whose table has every text.
const USUAL: &str = "en";

/// The texts of one language, those it lacks in English.
#[derive(Debug, Clone, Default)]
pub struct Strings {
    /// `en`, `de`: also what pages say their language is.
    pub language: String,
    /// By `section.key`.
    texts: BTreeMap<String, Text>,
}

/// A text, or the forms of one that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Text {
    Plain(String),
    Counted { one: String, other: String },
}

impl Text {
    /// A text that counts nothing.
    pub fn plain(&self) -> &str {
        self.form(false)
    }

    /// The form for a count; a text that counts nothing has one.
    fn form(&self, is_one: bool) -> &str {
        match self {
            Text::Plain(text) => text,
            Text::Counted { one, .. } if is_one => one,
            Text::Counted { other, .. } => other,
        }
    }
}

impl Strings {
    /// Teaches templates the filters `t` and `prose`.
    pub fn speak(&self, tera: &mut tera::Tera) {
        for (name, is_prose) in [("t", false), ("prose", true)] {
            tera.register_filter::<_, String, _>(name, say::Say { strings: self.clone(), is_prose });
        }
    }

    /// The table of `language`, over the English one.
    ///
    /// # Errors
    /// When the theme has no table of that language, or one of the two cannot be read.
    pub fn read(files: &Files, language: &str) -> Result<Strings, Stop> {
        let paths = [path(USUAL), own(USUAL), path(language), own(language)];
        if !paths[2..].iter().any(|path| files.contains_key(path)) {
            let known = files.keys().filter_map(|path| path.strip_prefix(FOLDER)?.strip_suffix(".toml"));
            let known = known.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            return Err(Stop::usage(format!("`callboard.language`: there are no texts in `{language}`")).hint(
                format!("There are texts in {known}. A theme of your own brings more in `strings/{language}.toml`."),
            ));
        }
        let mut texts = BTreeMap::new();
        for path in &paths {
            let Some(bytes) = files.get(path) else { continue };
            texts.extend(table(path.trim_start_matches(OWN), bytes)?);
        }
        Ok(Strings { language: language.to_string(), texts })
    }

    /// A text that stands as it is. A key that is in no table stands for itself.
    pub fn get<'a>(&'a self, key: &'a str) -> &'a str {
        self.form(key, false)
    }

    /// Both forms of a text; `None` where no table has it.
    pub fn text(&self, key: &str) -> Option<&Text> {
        self.texts.get(key)
    }

    /// A text with its places filled; `count` among the values decides on the form.
    pub fn fill(&self, key: &str, values: &[(&str, &dyn Display)]) -> String {
        let value = |name: &str| values.iter().find(|(known, _)| *known == name).map(|(_, value)| value.to_string());
        let is_one = value("count").is_some_and(|count| count == "1");
        filled(self.form(key, is_one), |name| value(name).map(Cow::Owned))
    }

    /// The form of a text for one, or for any other number.
    pub fn form<'a>(&'a self, key: &'a str, is_one: bool) -> &'a str {
        self.texts.get(key).map_or(key, |text| text.form(is_one))
    }
}

/// `text` with each `{name}` replaced; names without a value stay as they are.
pub fn filled<'v>(text: &str, value: impl Fn(&str) -> Option<Cow<'v, str>>) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        match after.split_once('}').and_then(|(name, end)| Some((value(name)?, end))) {
            Some((value, end)) => {
                out.push_str(&value);
                rest = end;
            }
            None => {
                out.push('{');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

fn path(language: &str) -> String {
    format!("{FOLDER}{language}.toml")
}

fn own(language: &str) -> String {
    format!("{OWN}{}", path(language))
}

fn table(path: &str, bytes: &[u8]) -> Result<BTreeMap<String, Text>, Stop> {
    let fault = |message: String| Stop::usage(format!("{path}: {message}"));
    let text = std::str::from_utf8(bytes).map_err(|_| fault("this is not UTF-8".to_string()))?;
    let sections: toml::Table =
        text.parse().map_err(|error: toml::de::Error| fault("this is no TOML".to_string()).cause(error))?;
    let mut texts = BTreeMap::new();
    for (section, entries) in &sections {
        let entries = entries.as_table().ok_or_else(|| fault(format!("`{section}` is no section of texts")))?;
        for (key, value) in entries {
            let form = |name: &str| value.get(name).and_then(toml::Value::as_str).map(str::to_string);
            let text = match (value.as_str(), form("one"), form("other")) {
                (Some(text), _, _) => Text::Plain(text.to_string()),
                (None, Some(one), Some(other)) => Text::Counted { one, other },
                _ => {
                    return Err(fault(format!("`{section}.{key}` is no text"))
                        .hint("Write a text, or `{ one = \"…\", other = \"…\" }` where something is counted."));
                }
            };
            texts.insert(format!("{section}.{key}"), text);
        }
    }
    Ok(texts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(tables: &[(&str, &'static str)]) -> Files {
        tables.iter().map(|(name, text)| (path(name), Cow::Borrowed(text.as_bytes()))).collect()
    }

    #[test]
    fn a_table_lies_over_the_english_one() {
        let files = files(&[
            ("en", "[a]\nx = \"X\"\nn = { one = \"{count} thing\", other = \"{count} things of {name}\" }\n"),
            ("de", "[a]\nn = { one = \"{count} Ding\", other = \"{count} Dinge von {name}\" }\n"),
        ]);
        let german = Strings::read(&files, "de").unwrap();
        assert_eq!(german.get("a.x"), "X");
        assert_eq!(german.fill("a.n", &[("count", &1), ("name", &"me")]), "1 Ding");
        assert_eq!(german.fill("a.n", &[("count", &0), ("name", &"{count}")]), "0 Dinge von {count}");
        assert_eq!(german.get("a.none"), "a.none");
        let mut files = files;
        files.insert(own("de"), Cow::Borrowed(b"[a]\nx = \"Y\"\n"));
        files.insert(own("fr"), Cow::Borrowed(b"[a]\nx = \"Z\"\n"));
        assert_eq!(
            ["de", "fr", "en"].map(|name| Strings::read(&files, name).unwrap().get("a.x").to_string()),
            ["Y", "Z", "X"]
        );
    }

    #[test]
    fn a_table_that_cannot_be_used_is_told() {
        let told = |tables, language| format!("{:?}", Strings::read(&files(tables), language).unwrap_err());
        assert!(told(&[("en", "")], "fr").contains("strings/fr.toml"));
        assert!(told(&[("en", "[a]\nx = 1\n")], "en").contains("`a.x` is no text"));
        assert!(told(&[("en", "[a\n")], "en").contains("this is no TOML"));
    }
}
