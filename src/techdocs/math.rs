//! Formulas: TeX in, MathML out, which browsers show without a script and in the colour of the text around it.
//!
//! What the crate behind it makes is not taken on trust: elements, attributes and their values pass by lists. A page
//! cannot define macros, so a short formula cannot grow into a long one.

use crate::html::{push_named, push_text};
use math_core::{LatexToMathML, MathCoreConfig, MathDisplay};
use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::LazyLock;
use std::thread::Builder;

/// Longer formulas are shown as their source, in bytes.
const LONGEST: usize = 8 * 1024;
/// Formulas that may nest deeper are read on a thread with a stack that holds what fits into the longest one. Memory is
/// taken up only as far as it is used.
const DEEPEST_HERE: usize = 24;
const STACK: usize = 512 * 1024 * 1024;
/// Elements open at once.
const DEEPEST: usize = 200;

const ELEMENTS: &[&str] = &[
    "math",
    "mi",
    "mo",
    "mn",
    "ms",
    "mtext",
    "mspace",
    "mrow",
    "mfrac",
    "msqrt",
    "mroot",
    "msub",
    "msup",
    "msubsup",
    "munder",
    "mover",
    "munderover",
    "mmultiscripts",
    "mprescripts",
    "mtable",
    "mtr",
    "mtd",
    "mpadded",
    "mphantom",
    "menclose",
    "mstyle",
];
const ATTRIBUTES: &[&str] = &[
    "display",
    "displaystyle",
    "scriptlevel",
    "mathvariant",
    "stretchy",
    "symmetric",
    "largeop",
    "movablelimits",
    "fence",
    "separator",
    "form",
    "accent",
    "accentunder",
    "lspace",
    "rspace",
    "minsize",
    "maxsize",
    "linethickness",
    "width",
    "height",
    "depth",
    "voffset",
    "notation",
    "columnspan",
    "rowspan",
    "dir",
];
/// What the crate says in styles, which a page's policy forbids, and the classes of the theme that do the same.
const STYLES: [(&str, &str); 9] = [
    ("text-align: right", "m-right"),
    ("text-align: left", "m-left"),
    ("padding-right: 0", "m-tight-right"),
    ("padding-left: 0", "m-tight-left"),
    ("padding-left:1em", "m-apart"),
    ("border-top", "m-line-top"),
    ("border-bottom", "m-line-bottom"),
    ("border-left", "m-line-left"),
    ("border-right", "m-line-right"),
];

/// A `<math>` element that may stand in a page as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SafeMath(String);

impl SafeMath {
    /// The element.
    pub fn html(&self) -> &str {
        &self.0
    }
}

/// The formula as MathML: in a line of text, or with `display` on lines of its own. The error says what is wrong with
/// it, in one line and without a full stop.
pub fn to_mathml(tex: &str, display: bool) -> Result<SafeMath, String> {
    let tex = tex.trim();
    if tex.len() > LONGEST {
        return Err(format!("it is longer than {} KiB", LONGEST / 1024));
    }
    let failed = || "it cannot be read".to_owned();
    // Every level begins with a brace or a command.
    let levels = tex.bytes().filter(|byte| matches!(byte, b'{' | b'\\')).count();
    if tex.matches('{').count() > DEEPEST && deepest_brace(tex) > DEEPEST {
        return Err("it is nested too deep".to_owned());
    }
    if levels <= DEEPEST_HERE {
        return catch_unwind(AssertUnwindSafe(|| converted(tex, display))).unwrap_or_else(|_| Err(failed()));
    }
    let owned = tex.to_owned();
    let thread = Builder::new().name("math".to_owned()).stack_size(STACK).spawn(move || converted(&owned, display));
    thread.map_err(|_| failed())?.join().unwrap_or_else(|_| Err(failed()))
}

fn deepest_brace(tex: &str) -> usize {
    let mut deepest = 0usize;
    let mut depth = 0usize;
    for byte in tex.bytes() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

fn converted(tex: &str, display: bool) -> Result<SafeMath, String> {
    static CONVERTER: LazyLock<Option<LatexToMathML>> =
        LazyLock::new(|| LatexToMathML::new(MathCoreConfig::default()).ok());
    let converter = CONVERTER.as_ref().ok_or("formulas cannot be read in this build")?;
    let mode = if display { MathDisplay::Block } else { MathDisplay::Inline };
    let result = converter.convert_with_local_state(tex, mode).map_err(|error| {
        let message = error.error_message();
        message.trim_end_matches('.').split_whitespace().collect::<Vec<_>>().join(" ")
    })?;
    checked(&result.mathml, tex).map(SafeMath)
}

/// Only what is listed, written anew.
fn checked(mathml: &str, tex: &str) -> Result<String, String> {
    let mut reader = Reader::from_str(mathml);
    let mut out = String::with_capacity(mathml.len() + tex.len() + 16);
    let mut open: Vec<&'static str> = Vec::new();
    loop {
        match reader.read_event().map_err(|error| format!("it gives no formula: {error}"))? {
            Event::Eof => break,
            Event::Start(start) => {
                let name = element(&mut out, &start, open.is_empty().then_some(tex))?;
                out.push('>');
                open.push(name);
                if open.len() > DEEPEST {
                    return Err("it is nested too deep".to_owned());
                }
            }
            Event::Empty(start) => {
                let name = element(&mut out, &start, None)?;
                out.push_str("></");
                out.push_str(name);
                out.push('>');
            }
            Event::End(_) => {
                let name = open.pop().ok_or("it gives no formula")?;
                out.push_str("</");
                out.push_str(name);
                out.push('>');
            }
            Event::Text(text) => push_text(&mut out, &text),
            Event::GeneralRef(name) => match name.resolve_char_ref() {
                Ok(Some(letter)) => push_text(&mut out, letter.encode_utf8(&mut [0; 4])),
                _ => push_text(&mut out, resolve_predefined_entity(&name).unwrap_or_default()),
            },
            _ => return Err("it gives no formula".to_owned()),
        }
    }
    if open.is_empty() { Ok(out) } else { Err("it gives no formula".to_owned()) }
}

fn element(out: &mut String, start: &BytesStart<'_>, alternative: Option<&str>) -> Result<&'static str, String> {
    let tag = start.name();
    let tag: &str = tag.as_ref();
    let known =
        ELEMENTS.iter().find(|known| **known == tag).filter(|known| (**known == "math") == alternative.is_some());
    let name = known.ok_or_else(|| format!("`{tag}` may not stand in a formula"))?;
    out.push('<');
    out.push_str(name);
    let mut classes = Vec::new();
    for attribute in start.attributes().flatten() {
        let (key, value): (&str, &str) = (attribute.key.as_ref(), &attribute.value);
        if key == "style" {
            classes.extend(STYLES.iter().filter(|(style, _)| value.contains(style)).map(|(_, class)| *class));
        } else if ATTRIBUTES.contains(&key) && is_plain(value) {
            push_named(out, key, value);
        }
    }
    if !classes.is_empty() {
        push_named(out, "class", &classes.join(" "));
    }
    if let Some(tex) = alternative {
        push_named(out, "alttext", tex);
    }
    Ok(name)
}

fn is_plain(value: &str) -> bool {
    value.len() <= 40 && value.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '%' | ' ' | '+'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn math(tex: &str) -> String {
        match to_mathml(tex, false) {
            Ok(math) => math.0,
            Err(why) => format!("refused: {why}"),
        }
    }

    #[test]
    fn formulas_become_mathml() {
        assert_eq!(
            math("E = mc^2"),
            "<math alttext=\"E = mc^2\"><mi>E</mi><mo>=</mo><mi>m</mi><msup><mi>c</mi><mn>2</mn></msup></math>"
        );
        assert!(
            to_mathml("x", true).is_ok_and(|math| math.html().starts_with("<math display=\"block\" alttext=\"x\">"))
        );
        for tex in [
            r"\frac{-b \pm \sqrt{b^2-4ac}}{2a}",
            r"\sum_{i=0}^n i^2",
            r"\begin{pmatrix}a & b\\ c & d\end{pmatrix}",
            r"\begin{aligned} a &= b \\ &= c \end{aligned}",
            r"\begin{cases} 1 & x>0 \\ 0 & \text{else}\end{cases}",
            r"\mathbb{R} \text{ where } a < b",
            r"\left( \frac{a}{b} \right]",
        ] {
            let html = math(tex);
            assert!(html.starts_with("<math"), "{tex}: {html}");
            assert!(!html.contains(" style="), "{tex}: {html}");
        }
    }

    #[test]
    fn faulty_formulas_say_what_is_wrong() {
        for tex in [r"\frac{a", r"\unknown", r"a & b", "}", r"\begin{x}", r"\left("] {
            assert!(math(tex).starts_with("refused: "), "{tex}: {}", math(tex));
        }
    }

    #[test]
    fn nothing_but_formulas_comes_out() {
        for tex in [
            r"\href{javascript:alert(1)}{x}",
            r"\text{<script>alert(1)</script>}",
            r#"\text{"><img src=x>}"#,
            "<script>",
        ] {
            let html = math(tex);
            assert!(!html.contains("<script") && !html.contains("<img") && !html.contains("href="), "{html}");
        }
        assert!(checked("<math><script>x</script></math>", "").is_err());
        assert!(
            checked("<math><mi href=\"x\" onclick=\"y\" style=\"background:url(x)\">x</mi></math>", "")
                .is_ok_and(|html| html == "<math alttext=\"\"><mi>x</mi></math>")
        );
        assert!(checked("<math><mi>x</mi>", "").is_err());
    }

    #[test]
    fn what_enemies_write_ends_soon() {
        for tex in [
            "{".repeat(4_000) + &"}".repeat(4_000),
            r"\frac{1}{".repeat(700) + &"}".repeat(700),
            r"\sqrt".repeat(1_500) + "x",
            r"\left(".repeat(600) + &r"\right)".repeat(600),
            r"\def\a{\a\a}\a".to_owned(),
            "x^".repeat(4_000),
            "x".repeat(1_000_000),
            r"\begin{matrix}".repeat(500),
        ] {
            let html = math(&tex);
            assert!(html.len() < 2_000_000);
        }
    }
}
