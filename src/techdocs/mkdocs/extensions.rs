//! `markdown_extensions`: what of them a reader would see.

use super::yaml::{Node, place};
use crate::source::{join, parent};
use crate::techdocs::dialect::{Critic, Dialect, Highlight, SmartEmphasis, Smarty, Snippets, Symbols, Toc, WikiLinks};

/// Lays what mkdocs.yml says over the defaults. `mkdocs` is its path in the repository. Gives folders that leave it, with
/// the place of the option that names them.
pub(super) fn extend(dialect: &mut Dialect, extensions: &Node, mkdocs: &str) -> Vec<(String, (u32, u32))> {
    let mut outside = Vec::new();
    for extension in extensions.named() {
        let name = extension.name.strip_prefix("markdown.extensions.").unwrap_or(&extension.name);
        apply(dialect, name, extension.options, mkdocs, &mut outside);
        if name == "pymdownx.extra" {
            for inner in extension.options.named() {
                apply(dialect, &inner.name, inner.options, mkdocs, &mut outside);
            }
        }
    }
    outside
}

fn apply(dialect: &mut Dialect, name: &str, options: &Node, mkdocs: &str, outside: &mut Vec<(String, (u32, u32))>) {
    let is = |key: &str, default: bool| options.is(key).unwrap_or(default);
    match name {
        "toc" => toc(&mut dialect.toc, options),
        "pymdownx.highlight" => {
            let usual = &dialect.highlight;
            dialect.highlight = Highlight {
                line_numbers: is("linenums", usual.line_numbers),
                auto_title: is("auto_title", usual.auto_title),
            };
        }
        "pymdownx.snippets" => snippets(&mut dialect.snippets, options, mkdocs, outside),
        "admonition" => dialect.admonitions = true,
        "pymdownx.details" => dialect.details = true,
        "pymdownx.tabbed" => dialect.tabs = true,
        "pymdownx.blocks.admonition" => dialect.blocks.admonition = true,
        "pymdownx.blocks.details" => dialect.blocks.details = true,
        "pymdownx.blocks.tab" => dialect.blocks.tab = true,
        "pymdownx.blocks.html" => dialect.blocks.html = true,
        "pymdownx.superfences" => {
            dialect.indented_code = !is("disable_indented_code_blocks", !dialect.indented_code);
        }
        "smarty" => {
            let usual = Smarty::default();
            dialect.smarty = Some(Smarty {
                quotes: is("smart_quotes", usual.quotes),
                angled_quotes: is("smart_angled_quotes", usual.angled_quotes),
                dashes: is("smart_dashes", usual.dashes),
                ellipses: is("smart_ellipses", usual.ellipses),
            });
        }
        "pymdownx.smartsymbols" => {
            dialect.symbols = Symbols {
                trademark: is("trademark", true),
                copyright: is("copyright", true),
                registered: is("registered", true),
                care_of: is("care_of", true),
                plus_minus: is("plusminus", true),
                arrows: is("arrows", true),
                not_equal: is("notequal", true),
                fractions: is("fractions", true),
                ordinal_numbers: is("ordinal_numbers", true),
            }
        }
        "pymdownx.betterem" => {
            dialect.smart_emphasis = match options.text("smart_enable") {
                Some("underscore") => SmartEmphasis::Underscore,
                Some("asterisk") => SmartEmphasis::Asterisk,
                Some("none") => SmartEmphasis::None,
                _ => SmartEmphasis::All,
            }
        }
        "pymdownx.caret" => (dialect.superscript, dialect.insert) = (is("superscript", true), is("insert", true)),
        "pymdownx.tilde" => (dialect.subscript, dialect.delete) = (is("subscript", true), is("delete", true)),
        "pymdownx.critic" => {
            dialect.critic = match options.text("mode") {
                Some("accept") => Critic::Accept,
                Some("reject") => Critic::Reject,
                _ => Critic::View,
            }
        }
        "pymdownx.keys" => dialect.keys = true,
        "pymdownx.arithmatex" => dialect.math = true,
        "nl2br" => dialect.line_breaks = true,
        "wikilinks" => {
            let usual = WikiLinks::default();
            let text = |key: &str, usual: String| options.text(key).map_or(usual, str::to_owned);
            dialect.wiki_links = Some(WikiLinks {
                base_url: text("base_url", usual.base_url),
                end_url: text("end_url", usual.end_url),
                class: text("html_class", usual.class),
            });
        }
        "pymdownx.saneheaders" => dialect.sane_headings = true,
        "mdx_truly_sane_lists" => {
            dialect.truly_sane = is("truly_sane", dialect.truly_sane);
            let indent = options.text("nested_indent").and_then(|text| text.parse().ok());
            dialect.list_indent = indent.filter(|indent| (1..=8).contains(indent)).unwrap_or(2);
        }
        _ => {}
    }
}

fn toc(toc: &mut Toc, options: &Node) {
    if let Some(depth) = options.text("toc_depth") {
        let level = |text: &str| text.trim().parse::<u8>().ok().map(|level| level.clamp(1, 6));
        let range = match depth.split_once('-') {
            Some((first, last)) => level(first).zip(level(last)),
            None => level(depth).map(|last| (1, last)),
        };
        toc.depth = range.unwrap_or(toc.depth);
    }
    toc.title = options.text("title").filter(|title| !title.is_empty()).map(str::to_owned).or(toc.title.take());
    if let Some(marker) = options.text("marker") {
        toc.marker = marker.to_owned();
    }
    let base = options.text("baselevel").and_then(|text| text.parse().ok());
    toc.base_level = base.filter(|level| (1..=6).contains(level)).unwrap_or(toc.base_level);
    if let Some(separator) = options.text("separator") {
        toc.separator = separator.to_owned();
    }
}

fn snippets(snippets: &mut Snippets, options: &Node, mkdocs: &str, outside: &mut Vec<(String, (u32, u32))>) {
    let written = options.texts("base_path");
    let here = options.get("base_path").map(place).unwrap_or_default();
    if !written.is_empty() {
        let folder = parent(mkdocs);
        snippets.base_paths = Vec::new();
        for path in written {
            match join(folder, path).filter(|_| !path.starts_with('/')) {
                Some(path) => snippets.base_paths.push(path),
                None => outside.push((path.to_owned(), here)),
            }
        }
    }
    snippets.auto_append.extend(options.texts("auto_append").into_iter().map(str::to_owned));
    snippets.dedent_subsections = options.is("dedent_subsections").unwrap_or(snippets.dedent_subsections);
}
