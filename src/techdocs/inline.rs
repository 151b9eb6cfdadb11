//! Short Markdown: the description of an entity, the text of a heading.

use super::address::{self, Address};
use super::commonmark::options;
use crate::html::{push_named, push_text};
use pulldown_cmark::{Event, LinkType, Parser, Tag, TagEnd};

/// Longer descriptions are cut here, in bytes.
const LONGEST: usize = 10_000;

/// Tags open at once; what is nested deeper is shown flat.
const DEEPEST: usize = 16;

/// The HTML of a short Markdown text: paragraphs, lists, links to the web, code and emphasis. Anything else, raw HTML
/// included, is shown as the text it is.
pub fn inline_text(text: &str) -> String {
    let text = &text[..text.floor_char_boundary(LONGEST)];
    let mut out = String::with_capacity(text.len() + text.len() / 4);
    let mut closers: Vec<&'static str> = Vec::new();
    for event in Parser::new_ext(text, options()) {
        match event {
            Event::Start(tag) => {
                let closer = if closers.len() < DEEPEST { open(&mut out, tag) } else { "" };
                closers.push(closer);
            }
            Event::End(end) => {
                out.push_str(closers.pop().unwrap_or_default());
                if matches!(end, TagEnd::Item | TagEnd::TableCell | TagEnd::DefinitionListTitle) {
                    out.push('\n');
                }
            }
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => push_text(&mut out, &text),
            Event::Code(code) => {
                out.push_str("<code>");
                push_text(&mut out, &code);
                out.push_str("</code>");
            }
            Event::FootnoteReference(label) => push_text(&mut out, &format!("[^{label}]")),
            Event::InlineMath(math) | Event::DisplayMath(math) => push_text(&mut out, &math),
            Event::SoftBreak => out.push('\n'),
            Event::HardBreak => out.push_str("<br>\n"),
            Event::Rule => {}
            Event::TaskListMarker(done) => out.push_str(if done { "☑ " } else { "☐ " }),
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// The words of a short Markdown text on one line, raw HTML as the text it is.
pub fn plain_text(text: &str) -> String {
    let text = &text[..text.floor_char_boundary(LONGEST)];
    let mut out = String::with_capacity(text.len());
    for event in Parser::new_ext(text, options()) {
        match event {
            Event::Text(text) | Event::Code(text) | Event::Html(text) | Event::InlineHtml(text) => out.push_str(&text),
            Event::SoftBreak | Event::HardBreak | Event::Start(Tag::Item) => out.push(' '),
            Event::End(TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::CodeBlock | TagEnd::TableCell) => out.push(' '),
            _ => {}
        }
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Writes a tag and says what closes it.
fn open(out: &mut String, tag: Tag) -> &'static str {
    let (opener, closer) = match tag {
        Tag::Paragraph | Tag::Heading { .. } | Tag::HtmlBlock => ("<p>", "</p>\n"),
        Tag::Emphasis => ("<em>", "</em>"),
        Tag::Strong => ("<strong>", "</strong>"),
        Tag::Strikethrough => ("<del>", "</del>"),
        Tag::List(Some(_)) => ("<ol>", "</ol>\n"),
        Tag::List(None) => ("<ul>", "</ul>\n"),
        Tag::Item => ("<li>", "</li>"),
        Tag::CodeBlock(_) => ("<pre><code>", "</code></pre>\n"),
        Tag::BlockQuote(_) => ("<blockquote>", "</blockquote>\n"),
        Tag::Link { link_type, dest_url, .. } => return open_link(out, link_type, &dest_url),
        _ => ("", ""),
    };
    out.push_str(opener);
    closer
}

fn open_link(out: &mut String, link_type: LinkType, target: &str) -> &'static str {
    let external = match link_type {
        LinkType::Email => Address::External(format!("mailto:{target}")),
        _ => address::classify(target),
    };
    let Address::External(url) = external else {
        return "";
    };
    out.push_str("<a");
    push_named(out, "href", &url);
    out.push('>');
    "</a>"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_emphasis_links_and_code() {
        assert_eq!(
            inline_text("Charges *cards*, see [the `API`](https://a.example)."),
            "<p>Charges <em>cards</em>, see <a href=\"https://a.example\">the <code>API</code></a>.</p>"
        );
        assert_eq!(inline_text("One\n\nTwo"), "<p>One</p>\n<p>Two</p>");
        assert_eq!(inline_text("- a\n- b"), "<ul><li>a</li>\n<li>b</li>\n</ul>");
    }

    #[test]
    fn shows_headings_and_html_as_text() {
        assert_eq!(inline_text("# Big"), "<p>Big</p>");
        assert_eq!(inline_text("a <b onclick=x>b</b>"), "<p>a &lt;b onclick=x&gt;b&lt;/b&gt;</p>");
        assert_eq!(inline_text("[x](javascript:alert(1)) [y](local.md)"), "<p>x y</p>");
    }
}
