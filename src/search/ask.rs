//! What stands in the search box: words, "exact phrases", -exclusions and `key:value` filters.

use super::analysis::words;
use super::facets::KEYS;

/// The words after these are ignored, so that a pasted page stays a cheap query.
const MOST_WORDS: usize = 12;

/// A query, read.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Asked {
    /// Words to be found, those of phrases too, at most twelve, in the order they were typed.
    pub(super) words: Vec<String>,
    /// Whether the last word may still be unfinished.
    pub(super) is_open: bool,
    pub(super) excluded: Vec<String>,
    pub(super) phrases: Vec<Vec<String>>,
    pub(super) excluded_phrases: Vec<Vec<String>>,
    /// Key, lower-case value, and whether it must not hold.
    pub(super) filters: Vec<(String, String, bool)>,
}

impl Asked {
    /// Reads a query. There is no wrong one: what is no filter is text. The portal has `more` keys to filter by, with what
    /// they are called.
    pub(super) fn read(query: &str, more: &[(String, String)]) -> Asked {
        let mut asked = Asked::default();
        let mut rest = query.trim_start();
        while !rest.is_empty() {
            let (is_negative, body) = match rest.strip_prefix('-') {
                Some(body) if !body.is_empty() && !body.starts_with(char::is_whitespace) => (true, body),
                _ => (false, rest),
            };
            rest = asked.take(body, is_negative, more).trim_start();
        }
        asked.words.truncate(MOST_WORDS);
        asked
    }

    /// Reads one part, and returns what follows it.
    fn take<'a>(&mut self, text: &'a str, is_negative: bool, more: &[(String, String)]) -> &'a str {
        if let Some(quoted) = text.strip_prefix('"') {
            let (phrase, rest) = quoted.split_once('"').unwrap_or((quoted, ""));
            self.add_phrase(words(phrase), is_negative);
            return rest;
        }
        let end = text.find(char::is_whitespace).unwrap_or(text.len());
        let (token, mut rest) = text.split_at(end);
        if let Some((key, value)) = filter(token, more) {
            let mut values: Vec<&str> = value.split(',').filter(|value| !value.is_empty()).collect();
            if value.starts_with('"') {
                let start = text.find('"').unwrap_or(0) + 1;
                let (quoted, after) = text[start..].split_once('"').unwrap_or((&text[start..], ""));
                values = vec![quoted];
                rest = after;
            }
            let filters = values.into_iter().map(|value| (key.clone(), known_as(&key, value), is_negative));
            self.filters.extend(filters);
        } else if is_negative {
            self.excluded.extend(words(token));
        } else {
            self.words.extend(words(token));
            self.is_open = self.words.len() <= MOST_WORDS;
        }
        rest
    }

    fn add_phrase(&mut self, phrase: Vec<String>, is_negative: bool) {
        match (phrase.len(), is_negative) {
            (0, _) => {}
            (1, true) => self.excluded.extend(phrase),
            (_, true) => self.excluded_phrases.push(phrase),
            (_, false) => {
                self.words.extend(phrase.iter().cloned());
                self.phrases.push(phrase);
                self.is_open = false;
            }
        }
    }
}

/// The value as facets have it: in lower case, and refs as people say them.
fn known_as(key: &str, value: &str) -> String {
    let value = value.to_lowercase();
    if !["owner", "system"].contains(&key) {
        return value;
    }
    let name = value.split_once(':').map_or(&*value, |(_, name)| name);
    name.strip_prefix("default/").unwrap_or(name).to_owned()
}

/// Key and value or values, unless the token is text: a ref such as `system:default/shop` is.
fn filter<'a>(token: &'a str, more: &[(String, String)]) -> Option<(String, &'a str)> {
    let (key, value) = token.split_once(':')?;
    let mut known = KEYS.into_iter().chain(more.iter().map(|(key, _)| key.as_str()));
    let key = known.find(|known| known.eq_ignore_ascii_case(key))?.to_string();
    let is_ref = key == "system" && value.contains('/') && !value.contains(['"', ':']);
    (!value.trim_matches(',').is_empty() && !is_ref).then_some((key, value))
}

#[cfg(test)]
mod tests {
    use super::Asked;

    fn read(query: &str) -> Asked {
        Asked::read(query, &[("ci".to_string(), "CI".to_string())])
    }

    #[test]
    fn filters_phrases_and_exclusions_are_told_from_words() {
        let asked = read(r#"Pay kind:API -lifecycle:deprecated "two words" -draft owner:"Team A" -"old thing" x-y"#);
        assert_eq!(asked.words, ["pay", "two", "words", "x", "y"]);
        assert!(asked.is_open);
        assert_eq!(asked.phrases, [["two", "words"]]);
        assert_eq!(asked.excluded, ["draft"]);
        assert_eq!(asked.excluded_phrases, [["old", "thing"]]);
        let filters: Vec<_> =
            asked.filters.iter().map(|(key, value, negative)| (key.as_str(), value.as_str(), *negative)).collect();
        assert_eq!(filters, [("kind", "api", false), ("lifecycle", "deprecated", true), ("owner", "team a", false)]);
    }

    #[test]
    fn a_filter_may_have_several_values_and_whole_refs() {
        let filters = |query| -> Vec<String> {
            read(query).filters.into_iter().map(|(key, value, _)| format!("{key}={value}")).collect()
        };
        assert_eq!(filters("kind:API,,component,"), ["kind=api", "kind=component"]);
        assert_eq!(filters("owner:group:default/Team-A"), ["owner=team-a"]);
        assert_eq!(filters("owner:user:other/ann"), ["owner=other/ann"]);
        assert_eq!(filters("system:system:default/shop"), ["system=shop"]);
        assert_eq!(filters("tag:a:b"), ["tag=a:b"]);
        assert_eq!(filters("type:\"a,b\""), ["type=a,b"]);
        assert_eq!(filters("CI:Failing"), ["ci=failing"]);
    }

    #[test]
    fn what_is_no_filter_is_text() {
        assert_eq!(read("component:default/pay").words, ["component", "default", "pay"]);
        assert_eq!(read("system:default/shop").words, ["system", "default", "shop"]);
        assert_eq!(read("system:\"other/shop\"").filters, [("system".to_string(), "other/shop".to_string(), false)]);
        assert_eq!(read("coverage:low").words, ["coverage", "low"]);
        assert_eq!(read("kind:,").words, ["kind"]);
        assert_eq!(read("kind: - -").words, ["kind"]);
        assert!(!read("pay \"me").is_open);
        assert_eq!(read("\"open end").phrases, [["open", "end"]]);
    }
}
