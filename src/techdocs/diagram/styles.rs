//! The style sheets of a drawing, worked out by us: a page's policy allows none, so what they say becomes attributes.
//!
//! Read are the selectors that renderers of diagrams write. A rule with any other selector has no effect.

use super::tree::Tree;
use std::collections::BTreeMap;

/// Rules looked at; no renderer writes as many.
const MOST_RULES: usize = 2_000;
/// Parts of a selector; each could look at every element around it.
const MOST_PARTS: usize = 8;

/// What the style sheets and `style` attributes say of one element, by property.
pub(super) type Style = BTreeMap<String, String>;

#[derive(Debug)]
struct Rule {
    selector: Vec<Part>,
    specificity: (u32, u32, u32),
    declarations: Vec<Declaration>,
}

#[derive(Debug, Clone)]
struct Declaration {
    property: String,
    value: String,
    important: bool,
}

/// One part of a selector: what an element must be, and whether it must stand right around the part to the right.
#[derive(Debug, Default)]
struct Part {
    is_parent: bool,
    tag: Option<String>,
    id: Option<String>,
    classes: Vec<String>,
    attributes: Vec<(String, Option<String>)>,
    not: Vec<Part>,
    nth_of_type: Option<usize>,
}

/// The style of every element of a drawing.
pub(super) fn of(tree: &Tree) -> Vec<Style> {
    let mut css = String::new();
    for (at, element) in tree.elements.iter().enumerate().filter(|(_, element)| element.name == "style") {
        let _ = element;
        css.push_str(&tree.lines(at).join("\n"));
        css.push('\n');
    }
    let rules = rules(&css);
    (0..tree.elements.len()).map(|at| style(tree, at, &rules)).collect()
}

fn style(tree: &Tree, at: usize, rules: &[Rule]) -> Style {
    type Rank = (bool, bool, (u32, u32, u32), usize);
    let mut chosen: BTreeMap<&str, (Rank, &str)> = BTreeMap::new();
    let own = tree.elements[at].attribute("style").map(declarations).unwrap_or_default();
    let matching = rules.iter().enumerate().filter(|(_, rule)| rule.selects(tree, at));
    let ruled = matching
        .flat_map(|(order, rule)| rule.declarations.iter().map(move |one| (one, false, rule.specificity, order)));
    for (one, inline, specificity, order) in ruled.chain(own.iter().map(|one| (one, true, (0, 0, 0), 0))) {
        let rank = (one.important, inline, specificity, order);
        match chosen.get(&*one.property) {
            Some((before, _)) if *before > rank => {}
            _ => {
                chosen.insert(&one.property, (rank, &one.value));
            }
        }
    }
    chosen.into_iter().map(|(property, (_, value))| (property.to_owned(), value.to_owned())).collect()
}

fn rules(css: &str) -> Vec<Rule> {
    let css = without_comments(css);
    let mut rules = Vec::new();
    let mut rest = css.as_str();
    while let Some(open) = rest.find('{') {
        let head = rest[..open].rsplit(';').next().unwrap_or_default().trim();
        let end = matching_brace(&rest[open..]).map_or(rest.len(), |end| open + end);
        let body = &rest[open + 1..end];
        // Media, fonts and movements: a still drawing that follows the page's scheme needs none of them.
        if !head.starts_with('@') {
            let declarations = declarations(body);
            for one in head.split(',') {
                if let Some(selector) = selector(one.trim()) {
                    let specificity = selector.iter().map(Part::specificity).fold((0, 0, 0), add);
                    rules.push(Rule { selector, specificity, declarations: declarations.clone() });
                }
            }
        }
        if rules.len() > MOST_RULES {
            break;
        }
        rest = rest.get(end + 1..).unwrap_or_default();
    }
    rules
}

fn without_comments(css: &str) -> String {
    let mut out = String::with_capacity(css.len());
    let mut rest = css;
    while let Some(at) = rest.find("/*") {
        out.push_str(&rest[..at]);
        rest = rest[at + 2..].split_once("*/").map_or("", |(_, rest)| rest);
    }
    out.push_str(rest);
    out
}

/// Where the brace that opens `text` is closed.
fn matching_brace(text: &str) -> Option<usize> {
    let mut depth = 0usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

fn declarations(body: &str) -> Vec<Declaration> {
    let parts = body.split(';').filter_map(|part| part.split_once(':'));
    let read = parts.map(|(property, value)| {
        let value = value.trim();
        let plain = value.strip_suffix("!important").unwrap_or(value);
        Declaration {
            property: property.trim().to_ascii_lowercase(),
            value: plain.trim().to_owned(),
            important: plain.len() < value.len(),
        }
    });
    read.collect()
}

/// Reads a selector from right to left. None: it holds something that is not known here.
fn selector(text: &str) -> Option<Vec<Part>> {
    let spaced = text.replace('>', " > ");
    let mut parts = Vec::new();
    let mut is_parent = false;
    for word in spaced.split_whitespace().rev() {
        if word == ">" {
            is_parent = true;
            continue;
        }
        parts.push(Part { is_parent, ..part(word)? });
        is_parent = false;
    }
    (!parts.is_empty() && parts.len() <= MOST_PARTS && !is_parent).then_some(parts)
}

fn part(word: &str) -> Option<Part> {
    let mut part = Part::default();
    let mut rest = word;
    while !rest.is_empty() {
        let sign = rest.chars().next().unwrap_or_default();
        match sign {
            '*' => rest = &rest[1..],
            '.' | '#' => {
                let (name, tail) = name(&rest[1..])?;
                match sign {
                    '.' => part.classes.push(name),
                    _ => part.id = Some(name),
                }
                rest = tail;
            }
            '[' => {
                let (inside, tail) = rest[1..].split_once(']')?;
                let read = match inside.split_once('=') {
                    Some((key, value)) => (key.to_owned(), Some(value.trim_matches(['"', '\'']).to_owned())),
                    None => (inside.to_owned(), None),
                };
                if read.0.ends_with(['^', '$', '*', '~', '|']) {
                    return None;
                }
                part.attributes.push(read);
                rest = tail;
            }
            ':' => {
                let (pseudo, tail) = name(rest[1..].trim_start_matches(':'))?;
                let (inside, tail) = match tail.strip_prefix('(') {
                    Some(inside) => inside.split_once(')')?,
                    None => ("", tail),
                };
                match &*pseudo {
                    "not" => part.not.push(self::part(inside)?),
                    "first-of-type" => part.nth_of_type = Some(1),
                    "nth-of-type" => part.nth_of_type = Some(inside.parse().ok()?),
                    _ => return None,
                }
                rest = tail;
            }
            _ => {
                let (tag, tail) = name(rest)?;
                part.tag = Some(tag);
                rest = tail;
            }
        }
    }
    Some(part)
}

fn name(text: &str) -> Option<(String, &str)> {
    let end = text.find(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_'))).unwrap_or(text.len());
    (end > 0).then(|| (text[..end].to_owned(), &text[end..]))
}

fn add(a: (u32, u32, u32), b: (u32, u32, u32)) -> (u32, u32, u32) {
    (a.0 + b.0, a.1 + b.1, a.2 + b.2)
}

impl Rule {
    fn selects(&self, tree: &Tree, at: usize) -> bool {
        selects(&self.selector, tree, at)
    }
}

fn selects(selector: &[Part], tree: &Tree, at: usize) -> bool {
    let Some((part, outer)) = selector.split_first() else { return true };
    if !part.fits(tree, at) {
        return false;
    }
    let Some(next) = outer.first() else { return true };
    let mut around = tree.outwards(at).skip(1);
    if next.is_parent {
        around.next().is_some_and(|at| selects(outer, tree, at))
    } else {
        around.any(|at| selects(outer, tree, at))
    }
}

impl Part {
    fn fits(&self, tree: &Tree, at: usize) -> bool {
        let element = &tree.elements[at];
        self.tag.as_ref().is_none_or(|tag| *tag == element.name)
            && self.id.as_deref().is_none_or(|id| element.attribute("id") == Some(id))
            && self.classes.iter().all(|class| element.has_class(class))
            && self.attributes.iter().all(|(key, value)| match (element.attribute(key), value) {
                (Some(found), Some(wanted)) => found == wanted,
                (found, None) => found.is_some(),
                (None, Some(_)) => false,
            })
            && !self.not.iter().any(|part| part.fits(tree, at))
            && self.nth_of_type.is_none_or(|nth| place(tree, at) == nth)
    }

    fn specificity(&self) -> (u32, u32, u32) {
        let classes = self.classes.len() + self.attributes.len() + usize::from(self.nth_of_type.is_some());
        let own = (u32::from(self.id.is_some()), classes as u32, u32::from(self.tag.is_some()));
        self.not.iter().map(Part::specificity).fold(own, add)
    }
}

/// Which of its kind an element is among those beside it, from 1.
fn place(tree: &Tree, at: usize) -> usize {
    let element = &tree.elements[at];
    let Some(parent) = element.parent else { return 1 };
    tree.held(parent)
        .take_while(|other| *other <= at)
        .filter(|other| tree.elements[*other].name == element.name)
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(svg: &str, at: usize) -> Option<String> {
        of(&Tree::read(svg).expect("a drawing")).swap_remove(at).remove("fill")
    }

    #[test]
    fn the_stronger_rule_wins() {
        let with =
            |css: &str| format!("<svg id=\"d\"><style>{css}</style><g class=\"n\"><rect class=\"a b\"/></g></svg>");
        let cases = [
            ("rect{fill:red}.a{fill:blue}", Some("blue")),
            (".a{fill:blue}rect{fill:red}", Some("blue")),
            (".a{fill:blue}.b{fill:red}", Some("red")),
            ("#d .n rect{fill:blue} .a.b{fill:red}", Some("blue")),
            (".a{fill:red!important} #d .n .a{fill:blue}", Some("red")),
            ("@media print{rect{fill:red}} .n>rect{fill:blue}", Some("blue")),
            (".b:not(.a){fill:red}", None),
            ("rect:hover{fill:red}", None),
            ("svg>rect{fill:red}", None),
            ("/* rect{fill:red} */ rect:first-of-type , g{fill:blue}", Some("blue")),
        ];
        for (css, wanted) in cases {
            assert_eq!(fill(&with(css), 3).as_deref(), wanted, "{css}");
        }
        assert_eq!(
            fill("<svg><style>.a{fill:red}</style><g class=\"a\" style=\"fill:blue\"/></svg>", 2).as_deref(),
            Some("blue")
        );
    }
}
