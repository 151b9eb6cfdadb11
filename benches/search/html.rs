//! The text of pages that the portal wrote: well-formed HTML, so that a scan is enough.

/// What a page says.
pub(crate) struct Text {
    pub(crate) headings: Vec<Heading>,
    /// What stands before the first heading, then what follows each of them.
    pub(crate) sections: Vec<String>,
}

pub(crate) struct Heading {
    pub(crate) level: u8,
    pub(crate) id: String,
    pub(crate) text: String,
}

/// What is no text of its author's, or none at all.
fn is_skipped(name: &str, attributes: &str) -> bool {
    matches!(name, "svg" | "script" | "style" | "button")
        || (name == "a" && attributes.contains("class=\"headerlink\""))
}

/// Elements within a line; all others end a word.
const INLINE: [&str; 18] = [
    "a", "abbr", "b", "bdi", "code", "del", "em", "i", "ins", "kbd", "mark", "s", "small", "span", "strong", "sub",
    "sup", "u",
];

pub(crate) fn text(html: &str) -> Text {
    let mut text = Text { headings: Vec::new(), sections: vec![String::new()] };
    let mut heading: Option<Heading> = None;
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        push(&mut text, &mut heading, &decoded(&rest[..at]));
        let end = at + tag_length(&rest[at..]);
        let tag = rest[at..end].trim_end_matches('>');
        rest = &rest[end..];
        let (closes, tag) = tag[1..].strip_prefix('/').map_or((false, &tag[1..]), |tag| (true, tag));
        let (name, attributes) = tag.split_once(char::is_whitespace).unwrap_or((tag.trim_end_matches('/'), ""));
        if !closes && is_skipped(name, attributes) {
            rest = behind(name, rest);
            continue;
        }
        if !INLINE.contains(&name) {
            push(&mut text, &mut heading, " ");
        }
        if let Some(level) = name.strip_prefix('h').and_then(|level| level.parse().ok()) {
            text.close(heading.take());
            heading = (!closes).then(|| Heading { level, id: attribute(attributes, "id"), text: String::new() });
        }
    }
    push(&mut text, &mut heading, &decoded(rest));
    text.close(heading);
    for section in &mut text.sections {
        *section = single_spaced(section);
    }
    text
}

impl Text {
    fn close(&mut self, heading: Option<Heading>) {
        if let Some(heading) = heading {
            self.headings.push(Heading { text: single_spaced(&heading.text), ..heading });
            self.sections.push(String::new());
        }
    }

    /// All of it but the headings.
    pub(crate) fn body(&self) -> String {
        self.sections.join(" ")
    }
}

fn attribute(attributes: &str, name: &str) -> String {
    let value = attributes.split_once(&format!("{name}=\"")).and_then(|(_, rest)| rest.split_once('"'));
    value.map_or_else(String::new, |(value, _)| decoded(value))
}

/// How long the tag is that the text begins with; a `>` in quotes does not end it.
fn tag_length(text: &str) -> usize {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (None, '>') => return at + 1,
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            _ => {}
        }
    }
    text.len()
}

fn push(text: &mut Text, heading: &mut Option<Heading>, words: &str) {
    let section = text.sections.last_mut().expect("there is always one");
    heading.as_mut().map_or(section, |heading| &mut heading.text).push_str(words);
}

/// What follows the end of the element that has just begun.
fn behind<'a>(name: &str, mut rest: &'a str) -> &'a str {
    let (starts, end) = ([format!("<{name} "), format!("<{name}>")], format!("</{name}>"));
    let mut depth = 1;
    while depth > 0 {
        let Some(closes) = rest.find(&end) else { return "" };
        depth += starts.iter().map(|start| rest[..closes].matches(start.as_str()).count()).sum::<usize>();
        depth -= 1;
        rest = &rest[closes + end.len()..];
    }
    rest
}

fn single_spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The page's text without the signs that link to headings.
pub(crate) fn without_permalinks(html: &str) -> String {
    let mut kept = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, after)) = rest.split_once("<a class=\"headerlink\"") {
        kept.push_str(before);
        rest = behind("a", after);
    }
    kept + rest
}

pub(crate) fn decoded(text: &str) -> String {
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        decoded.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.find(';').filter(|end| *end < 10);
        match end.and_then(|end| character(&rest[1..end])) {
            Some(found) => {
                decoded.push(found);
                rest = &rest[end.map_or(1, |end| end + 1)..];
            }
            None => {
                decoded.push('&');
                rest = &rest[1..];
            }
        }
    }
    decoded + rest
}

fn character(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some('\u{a0}'),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}

pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
