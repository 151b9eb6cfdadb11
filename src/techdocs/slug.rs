//! Ids of headings, as Python-Markdown's `toc` makes them, so that links written for MkDocs keep working.

use std::collections::HashMap;

/// The ids given so far on one page.
#[derive(Debug)]
pub(super) struct Slugs {
    separator: String,
    /// As forges make them.
    of_forge: bool,
    /// Each id taken, with the number to try next where it is wanted again.
    taken: HashMap<String, usize>,
}

impl Slugs {
    /// `separator` stands between the words of an id.
    pub(super) fn new(separator: &str) -> Self {
        Slugs { separator: separator.to_owned(), of_forge: false, taken: HashMap::new() }
    }

    /// As GitHub gives them to the headings of a README.
    pub(super) fn of_forge() -> Self {
        Slugs { of_forge: true, ..Slugs::new("-") }
    }

    pub(super) fn is_of_forge(&self) -> bool {
        self.of_forge
    }

    /// Keeps an id that an author chose from being given again.
    pub(super) fn reserve(&mut self, id: &str) {
        self.taken.entry(id.to_owned()).or_insert(1);
    }

    /// An id for a heading that reads `text`.
    pub(super) fn heading(&mut self, text: &str) -> String {
        if self.of_forge { self.next_of_forge(slug_of_forge(text)) } else { self.unique(slug(text, &self.separator)) }
    }

    /// `wanted`, or `wanted-1`, `wanted-2` where it is taken.
    fn next_of_forge(&mut self, wanted: String) -> String {
        let mut number = self.taken.get(&wanted).copied().unwrap_or(0);
        let mut id = wanted.clone();
        while self.taken.contains_key(&id) {
            number = number.max(1);
            id = format!("{wanted}-{number}");
            number += 1;
        }
        self.taken.insert(wanted, number.max(1));
        self.taken.entry(id.clone()).or_insert(1);
        id
    }

    /// `wanted`, or `wanted_1`, `wanted_2` where it is taken.
    fn unique(&mut self, wanted: String) -> String {
        if !wanted.is_empty() && !self.taken.contains_key(&wanted) {
            self.taken.insert(wanted.clone(), 1);
            return wanted;
        }
        let (stem, first) = numbered(&wanted);
        let mut number = first.max(self.taken.get(&wanted).copied().unwrap_or(1));
        let mut id = format!("{stem}_{number}");
        while self.taken.contains_key(&id) {
            number += 1;
            id = format!("{stem}_{number}");
        }
        self.taken.insert(wanted, number + 1);
        self.taken.insert(id.clone(), number + 1);
        id
    }
}

/// The stem of an id and the number its next twin gets: `a` gives `a_1`, `a_1` gives `a_2`.
fn numbered(id: &str) -> (&str, usize) {
    match id.rsplit_once('_') {
        Some((stem, digits)) if digits.len() < 9 => match digits.parse::<usize>() {
            Ok(number) => (stem, number + 1),
            Err(_) => (id, 1),
        },
        _ => (id, 1),
    }
}

/// Lower case, letters without their marks, everything but words dropped, gaps as one `-`.
fn slug(text: &str, separator: &str) -> String {
    let mut words = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            'a'..='z' | '0'..='9' | '_' | '-' => words.push(c),
            'A'..='Z' => words.push(c.to_ascii_lowercase()),
            _ if c.is_whitespace() => words.push(' '),
            _ => words.push_str(without_marks(c)),
        }
    }
    let mut out = String::with_capacity(words.len());
    for c in words.trim().chars() {
        let gap = c == ' ' || (separator.len() == 1 && separator.starts_with(c));
        match gap {
            true if out.ends_with(separator) && !separator.is_empty() => {}
            true => out.push_str(separator),
            false => out.push(c),
        }
    }
    out
}

/// Lower case, letters of all scripts, a `-` for every blank, no other signs.
fn slug_of_forge(text: &str) -> String {
    let kept = text.trim().chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    let id: String = kept.flat_map(char::to_lowercase).map(|c| if c == ' ' { '-' } else { c }).collect();
    if id.is_empty() { "-".to_owned() } else { id }
}

/// The plain letters that Unicode's compatibility decomposition leaves of a Latin letter, in lower case.
fn without_marks(c: char) -> &'static str {
    match c {
        'À'..='Å' | 'à'..='å' | 'Ā'..='ą' | 'ª' => "a",
        'Ç' | 'ç' | 'Ć'..='č' => "c",
        'Ď' | 'ď' => "d",
        'È'..='Ë' | 'è'..='ë' | 'Ē'..='ě' => "e",
        'Ĝ'..='ģ' => "g",
        'Ĥ' | 'ĥ' => "h",
        'Ì'..='Ï' | 'ì'..='ï' | 'Ĩ'..='İ' => "i",
        'Ĵ' | 'ĵ' => "j",
        'Ķ' | 'ķ' => "k",
        'Ĺ'..='ľ' => "l",
        'Ñ' | 'ñ' | 'Ń'..='ň' => "n",
        'Ò'..='Ö' | 'ò'..='ö' | 'Ō'..='ő' | 'º' => "o",
        'Ŕ'..='ř' => "r",
        'Ś'..='š' => "s",
        'Ţ'..='ť' => "t",
        'Ù'..='Ü' | 'ù'..='ü' | 'Ũ'..='ų' => "u",
        'Ŵ' | 'ŵ' => "w",
        'Ý' | 'ý' | 'ÿ' | 'Ŷ'..='Ÿ' => "y",
        'Ź'..='ž' => "z",
        '²' => "2",
        '½' => "12",
        '¼' => "14",
        '¾' => "34",
        '⅓' => "13",
        '⅔' => "23",
        '℅' => "co",
        '³' => "3",
        '¹' => "1",
        '…' => "",
        '™' => "tm",
        'ﬁ' => "fi",
        'ﬂ' => "fl",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_as_mkdocs_writes_it() {
        for (text, id) in [
            ("Getting started", "getting-started"),
            ("What's new in 2.0?", "whats-new-in-20"),
            ("GET /orders/{id}", "get-ordersid"),
            ("a - b -- c", "a-b-c"),
            ("snake_case & more", "snake_case-more"),
            ("Überblick à la carte", "uberblick-a-la-carte"),
        ] {
            assert_eq!(slug(text, "-"), id, "{text}");
        }
    }

    #[test]
    fn forges_have_ids_of_their_own() {
        let mut slugs = Slugs::of_forge();
        let texts = ["What's new in 2.0?", "a - b", "Überblick", "Setup", "Setup", "Setup", "Setup 1", ":rocket: Go"];
        let ids: Vec<String> = texts.map(|text| slugs.heading(text)).into();
        let expected =
            ["whats-new-in-20", "a---b", "überblick", "setup", "setup-1", "setup-2", "setup-1-1", "rocket-go"];
        assert_eq!(ids, expected);
    }

    #[test]
    fn twins_are_numbered() {
        let mut slugs = Slugs::new("-");
        let ids: Vec<String> = ["Setup", "Setup", "Setup", "Setup_1", "日本", "日本"].map(|t| slugs.heading(t)).into();
        assert_eq!(ids, ["setup", "setup_1", "setup_2", "setup_3", "_1", "_2"]);
    }
}
