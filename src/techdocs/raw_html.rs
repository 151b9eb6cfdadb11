//! Raw HTML in a page: what may pass, and how it is taken apart.
//!
//! Markdown hands raw HTML over in pieces: a `<details>` here, its `</details>` three paragraphs later. So tags are read
//! one by one and written anew from an allow-list, with every attribute checked and quoted. A fragment that is whole in
//! itself is parsed once more by ammonia, so that a browser sees the very tree we meant. The allow-list holds no
//! element whose content a browser reads by other rules (script, style, svg, math, template and the like).

use ammonia::Builder;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// Elements that authors may write.
const ELEMENTS: &[&str] = &[
    "a",
    "abbr",
    "b",
    "bdi",
    "blockquote",
    "br",
    "caption",
    "cite",
    "code",
    "dd",
    "del",
    "details",
    "dfn",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "ins",
    "kbd",
    "li",
    "mark",
    "ol",
    "p",
    "picture",
    "pre",
    "q",
    "rp",
    "rt",
    "ruby",
    "s",
    "samp",
    "small",
    "source",
    "span",
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "time",
    "tr",
    "u",
    "ul",
    "var",
];

/// Elements of HTML that authors may not write.
const OTHERS: &[&str] = &[
    "acronym",
    "address",
    "animate",
    "applet",
    "area",
    "article",
    "aside",
    "audio",
    "base",
    "basefont",
    "bdo",
    "bgsound",
    "big",
    "blink",
    "body",
    "button",
    "canvas",
    "center",
    "circle",
    "col",
    "colgroup",
    "data",
    "datalist",
    "dialog",
    "embed",
    "fieldset",
    "font",
    "footer",
    "foreignobject",
    "form",
    "frame",
    "frameset",
    "g",
    "head",
    "header",
    "hgroup",
    "html",
    "iframe",
    "image",
    "input",
    "isindex",
    "label",
    "legend",
    "link",
    "main",
    "map",
    "marquee",
    "math",
    "menu",
    "meta",
    "meter",
    "nav",
    "nobr",
    "noembed",
    "noframes",
    "noscript",
    "object",
    "optgroup",
    "option",
    "output",
    "param",
    "path",
    "plaintext",
    "portal",
    "progress",
    "rect",
    "script",
    "search",
    "section",
    "select",
    "slot",
    "strike",
    "style",
    "svg",
    "template",
    "text",
    "textarea",
    "title",
    "track",
    "tt",
    "use",
    "video",
    "wbr",
    "xmp",
];

const VOID_ELEMENTS: &[&str] = &["br", "hr", "img", "source"];

/// Elements that are dropped with all they hold.
const SWALLOWED: &[&str] = &["script", "style"];

const ATTRIBUTES: &[&str] = &[
    "class", "id", "title", "alt", "href", "src", "width", "height", "align", "colspan", "rowspan", "open", "lang",
    "dir", "loading", "start", "name",
];

/// Class names that authors may use in raw HTML: those that the theme gives a meaning.
const CLASSES: &[&str] = &[
    "admonition",
    "admonition-title",
    "abstract",
    "attention",
    "bug",
    "caution",
    "danger",
    "error",
    "example",
    "failure",
    "hint",
    "important",
    "info",
    "note",
    "question",
    "quote",
    "success",
    "summary",
    "tip",
    "warning",
    "tabs",
    "filename",
    "highlight",
    "grid",
    "cards",
    "card",
    "center",
    "md-button",
    "md-button--primary",
    "inline",
    "end",
    "new",
    "settings",
    "critic",
    "comment",
    "task-list",
    "task-list-item",
    "lightbox",
];

/// More attributes on one tag are left out.
const MOST_ATTRIBUTES: usize = 32;

/// A part of raw HTML, with the byte it begins at.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Token<'t> {
    Text(&'t str),
    Open {
        name: &'static str,
        attributes: Vec<Attribute<'t>>,
        closed: bool,
    },
    Close(&'static str),
    /// The opening tag of an element that may not stand here, by its name in lower case.
    Removed(String),
}

/// An attribute as it is written, its entities still in place.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Attribute<'t> {
    pub(super) name: &'static str,
    pub(super) value: &'t str,
}

/// Takes raw HTML apart. Comments, declarations and what scripts and styles hold are dropped; a `<` that begins no tag is
/// text.
pub(super) fn tokens(html: &str) -> Vec<(usize, Token<'_>)> {
    let mut tokens = Vec::new();
    let mut at = 0;
    let mut swallow = true;
    while let Some(open) = html[at..].find('<').map(|found| at + found) {
        push_text(&mut tokens, html, at, open);
        let rest = &html[open..];
        if rest.starts_with("<!") || rest.starts_with("<?") {
            let (opener, closer) = if rest.starts_with("<!--") { ("<!--", "-->") } else { ("<!", ">") };
            match rest[opener.len()..].find(closer) {
                Some(end) => at = open + opener.len() + end + closer.len(),
                None => return tokens,
            }
            continue;
        }
        if !rest[1..].trim_start_matches('/').starts_with(|c: char| c.is_ascii_alphabetic()) {
            tokens.push((open, Token::Text(&html[open..=open])));
            at = open + 1;
            continue;
        }
        let Some((tag, length)) = tag(rest) else {
            tokens.push((open, Token::Text(rest)));
            return tokens;
        };
        at = open + length;
        match known(tag.name, ELEMENTS) {
            Some(name) if tag.closing => tokens.push((open, Token::Close(name))),
            Some(name) => tokens.push((open, Token::Open { name, attributes: tag.attributes, closed: tag.closed })),
            None if !is_html(tag.name) && !tag.has_attributes => {
                // `<your-name>` is no element: people write it for something that readers are to fill in.
                tokens.push((open, Token::Text(&html[open..at])));
            }
            None if tag.closing => {}
            None => {
                tokens.push((open, Token::Removed(tag.name.to_ascii_lowercase())));
                if let Some(name) = known(tag.name, SWALLOWED)
                    && swallow
                {
                    match closing_tag(&html[at..], name) {
                        Some(end) => at += end,
                        None => swallow = false,
                    }
                }
            }
        }
    }
    push_text(&mut tokens, html, at, html.len());
    tokens
}

/// The element of that name, where authors may write it.
pub(super) fn element(name: &str) -> Option<&'static str> {
    known(name, ELEMENTS)
}

/// The attribute of that name, where authors may write it.
pub(super) fn attribute(name: &str) -> Option<&'static str> {
    known(name, ATTRIBUTES)
}

fn is_html(name: &str) -> bool {
    known(name, OTHERS).is_some()
}

/// Whether an element has no content and no closing tag.
pub(super) fn is_void(name: &str) -> bool {
    VOID_ELEMENTS.contains(&name)
}

/// The value an attribute may keep. Addresses and ids are left to the caller.
pub(super) fn checked<'v>(name: &str, value: Cow<'v, str>) -> Option<Cow<'v, str>> {
    let digits = |text: &str| !text.is_empty() && text.len() <= 5 && text.bytes().all(|byte| byte.is_ascii_digit());
    let passes = match name {
        "width" | "height" => digits(value.trim_end_matches("px").trim_end_matches('%')),
        "start" => digits(&value),
        "name" => false,
        "colspan" | "rowspan" => digits(&value) && value.len() <= 3,
        "align" => is_one_of(&value, &["left", "right", "center", "justify", "top", "middle", "bottom"]),
        "dir" => is_one_of(&value, &["ltr", "rtl", "auto"]),
        "loading" => is_one_of(&value, &["lazy", "eager"]),
        "lang" => value.len() <= 35 && value.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'),
        "class" => {
            let kept: Vec<&str> = value.split_ascii_whitespace().filter(|class| CLASSES.contains(class)).collect();
            return (!kept.is_empty()).then(|| Cow::Owned(kept.join(" ")));
        }
        "open" => return Some(Cow::Borrowed("")),
        _ => true,
    };
    passes.then_some(value)
}

/// An attribute's value with its entities undone, as far as they can matter to an address.
pub(super) fn unescaped(value: &str) -> Cow<'_, str> {
    if !value.contains('&') {
        return Cow::Borrowed(value);
    }
    let mut out = String::with_capacity(value.len());
    let mut rest = value;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.bytes().take(12).position(|byte| byte == b';');
        match end.and_then(|end| Some((entity(&rest[1..end])?, end))) {
            Some((c, end)) => {
                out.push(c);
                rest = &rest[end + 1..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Appends the text between two tags: entities stay, everything else is escaped.
pub(super) fn push_html_text(out: &mut String, text: &str) {
    let mut done = 0;
    for (at, byte) in text.bytes().enumerate() {
        let replaced = match byte {
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'&' if !begins_entity(&text[at + 1..]) => "&amp;",
            _ => continue,
        };
        out.push_str(&text[done..at]);
        out.push_str(replaced);
        done = at + 1;
    }
    out.push_str(&text[done..]);
}

/// Parses a whole fragment once more as browsers do, with the same allow-list.
pub(super) fn settle(fragment: &str) -> String {
    static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
        let mut cleaner = Builder::empty();
        cleaner
            .tags(ELEMENTS.iter().copied().collect())
            .clean_content_tags(SWALLOWED.iter().copied().collect())
            .generic_attributes(ATTRIBUTES.iter().copied().filter(|name| *name != "class").collect::<HashSet<_>>())
            .allowed_classes(
                ELEMENTS.iter().map(|name| (*name, CLASSES.iter().copied().collect())).collect::<HashMap<_, _>>(),
            )
            .url_schemes(["http", "https", "mailto"].into_iter().collect());
        cleaner
    });
    CLEANER.clean(fragment).to_string()
}

struct Tag<'t> {
    name: &'t str,
    has_attributes: bool,
    closing: bool,
    closed: bool,
    attributes: Vec<Attribute<'t>>,
}

/// Reads the tag that `text` begins with, and its length; none where it never ends.
fn tag(text: &str) -> Option<(Tag<'_>, usize)> {
    let bytes = text.as_bytes();
    let closing = bytes.get(1) == Some(&b'/');
    let name_from = 1 + usize::from(closing);
    let mut at = until(bytes, name_from, |byte| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>'))?;
    let mut tag =
        Tag { name: &text[name_from..at], has_attributes: false, closing, closed: false, attributes: Vec::new() };
    loop {
        at = until(bytes, at, |byte| !byte.is_ascii_whitespace())?;
        match bytes[at] {
            b'>' => return Some((tag, at + 1)),
            b'/' => {
                tag.closed = bytes.get(at + 1) == Some(&b'>');
                at += 1;
                continue;
            }
            _ => {}
        }
        tag.has_attributes = true;
        let from = at;
        at = until(bytes, at + 1, |byte| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>' | b'='))?;
        let name = &text[from..at];
        let mut value = "";
        let equals = until(bytes, at, |byte| !byte.is_ascii_whitespace())?;
        if bytes[equals] == b'=' {
            at = until(bytes, equals + 1, |byte| !byte.is_ascii_whitespace())?;
            let quote = bytes[at];
            let end;
            (value, end) = if matches!(quote, b'"' | b'\'') {
                let close = until(bytes, at + 1, |byte| byte == quote)?;
                (&text[at + 1..close], close + 1)
            } else {
                let close = until(bytes, at, |byte| byte.is_ascii_whitespace() || byte == b'>')?;
                (&text[at..close], close)
            };
            at = end;
        }
        if let Some(name) = known(name, ATTRIBUTES)
            && tag.attributes.len() < MOST_ATTRIBUTES
            && tag.attributes.iter().all(|other| other.name != name)
        {
            tag.attributes.push(Attribute { name, value });
        }
    }
}

fn until(bytes: &[u8], from: usize, stop: impl Fn(u8) -> bool) -> Option<usize> {
    bytes.get(from..)?.iter().position(|byte| stop(*byte)).map(|found| from + found)
}

/// Just behind the closing tag of a swallowed element.
fn closing_tag(html: &str, name: &str) -> Option<usize> {
    let start = html.match_indices("</").map(|(at, _)| at).find(|at| {
        html.as_bytes()
            .get(at + 2..at + 2 + name.len())
            .is_some_and(|bytes| bytes.eq_ignore_ascii_case(name.as_bytes()))
    })?;
    html[start..].find('>').map(|end| start + end + 1)
}

fn push_text<'t>(tokens: &mut Vec<(usize, Token<'t>)>, html: &'t str, from: usize, to: usize) {
    if from < to {
        tokens.push((from, Token::Text(&html[from..to])));
    }
}

fn known(name: &str, list: &[&'static str]) -> Option<&'static str> {
    list.iter().copied().find(|known| known.eq_ignore_ascii_case(name))
}

fn is_one_of(value: &str, list: &[&str]) -> bool {
    list.iter().any(|one| one.eq_ignore_ascii_case(value))
}

fn begins_entity(text: &str) -> bool {
    let Some(end) = text.bytes().take(32).position(|byte| byte == b';') else {
        return false;
    };
    let name = text[..end].strip_prefix('#').unwrap_or(&text[..end]);
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn entity(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(digits) => u32::from_str_radix(digits, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code);
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "colon" => ':',
        "sol" => '/',
        "num" => '#',
        "Tab" => '\t',
        "NewLine" => '\n',
        "nbsp" => '\u{a0}',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_tags_text_and_attributes() {
        assert_eq!(
            tokens("<B class='a' x=y>hi</b><br/>"),
            [
                (
                    0,
                    Token::Open { name: "b", attributes: vec![Attribute { name: "class", value: "a" }], closed: false }
                ),
                (17, Token::Text("hi")),
                (19, Token::Close("b")),
                (23, Token::Open { name: "br", attributes: vec![], closed: true }),
            ]
        );
    }

    #[test]
    fn scripts_and_comments_vanish_with_their_content() {
        assert_eq!(
            tokens("a<script>x</SCRIPT >b<!-- c -->d<script>e"),
            [
                (0, Token::Text("a")),
                (1, Token::Removed("script".into())),
                (20, Token::Text("b")),
                (31, Token::Text("d")),
                (32, Token::Removed("script".into())),
                (40, Token::Text("e")),
            ]
        );
    }

    #[test]
    fn entities_are_undone_before_an_address_is_judged() {
        assert_eq!(unescaped("java&#115;cript&colon;x&amp;y&unknown;"), "javascript:x&y&unknown;");
    }

    #[test]
    fn attributes_keep_only_values_that_make_sense() {
        let kept = |name, value| checked(name, Cow::Borrowed(value)).map(Cow::into_owned);
        assert_eq!(kept("width", "50%").as_deref(), Some("50%"));
        assert_eq!(kept("width", "expression(1)"), None);
        assert_eq!(kept("class", "note site-header tip").as_deref(), Some("note tip"));
        assert_eq!(kept("align", "center").as_deref(), Some("center"));
    }
}
