//! A whole documentation on one page, for printing: its pages one after another, with links between them made anchors.
//!
//! The HTML of pages is taken as it was made, since making it again would double the work. Pages are handed over as they
//! come, in the order of their numbers, and put together as soon as a set is complete. Below `-`, where no page of a
//! repository can be.

use super::nav::{self, Leads};
use super::outside;
use crate::site::frame::About;
use crate::site::view::{DocsPrint, PrintedPage, SafeHtml, View};
use crate::site::{Linker, Rendered, Site, route as routes};
use crate::techdocs::sets::DocSet;
use crate::techdocs::{NavNode, RenderedPage};
use std::collections::HashMap;
use std::ops::Range;

/// Documentation with more pages is not offered for printing.
const MOST_PAGES: usize = 2000;
/// Pages of one part.
const PAGES_A_PART: usize = 500;
/// HTML of one part, in bytes.
const BYTES_A_PART: usize = 4 << 20;
/// HTML that is kept of one documentation, in bytes; the pages beyond are only named.
const MOST_BYTES: usize = 64 << 20;

/// A page as the printed documentation shows it.
#[derive(Debug)]
pub struct Sheet {
    set: usize,
    page: usize,
    title: String,
    has_heading: bool,
    html: Option<String>,
}

/// Collects sheets until a documentation is complete.
#[derive(Debug, Default)]
pub struct Press {
    sheets: Vec<Sheet>,
    bytes: usize,
}

impl Press {
    /// Takes the next sheets, in the order of their pages.
    pub fn add(&mut self, sheets: impl IntoIterator<Item = Sheet>) {
        for mut sheet in sheets {
            if self.sheets.last().is_some_and(|last| last.set != sheet.set) {
                self.bytes = 0;
            }
            self.bytes += sheet.html.as_ref().map_or(0, String::len);
            if self.bytes > MOST_BYTES {
                sheet.html = None;
            }
            self.sheets.push(sheet);
        }
    }

    /// The documentations of which every page was added; with `all`, the last one too.
    pub fn complete(&mut self, all: bool) -> Vec<Vec<Sheet>> {
        let open = self.sheets.last().map(|last| last.set).filter(|_| !all);
        let end = self.sheets.partition_point(|sheet| open.is_none_or(|open| sheet.set < open));
        let mut complete: Vec<Vec<Sheet>> = Vec::new();
        for sheet in self.sheets.drain(..end) {
            match complete.last_mut() {
                Some(sheets) if sheets[0].set == sheet.set => sheets.push(sheet),
                _ => complete.push(vec![sheet]),
            }
        }
        complete
    }
}

/// A documentation of one page needs no other page to be printed.
pub(super) fn has_print(set: &DocSet) -> bool {
    (2..=MOST_PAGES).contains(&set.order.len())
}

/// Where a part is shown.
pub(super) fn route(site: &Site<'_>, set: &DocSet, part: usize) -> String {
    let base = routes::docs(site.catalog.entity(set.entity));
    if part == 0 { format!("{base}-/print/") } else { format!("{base}-/print/{}/", part + 1) }
}

/// What the printed documentation shows of a page, if it shows it.
pub(super) fn sheet(set_number: usize, set: &DocSet, page: usize, rendered: &RenderedPage) -> Option<Sheet> {
    if !has_print(set) {
        return None;
    }
    let title = rendered.title.as_ref().unwrap_or(&set.pages[page].title).clone();
    let html = Some(rendered.html.clone());
    Some(Sheet { set: set_number, page, title, has_heading: rendered.has_heading, html })
}

/// The pages that show a documentation, from all its sheets.
pub fn print(site: &Site<'_>, sheets: Vec<Sheet>) -> Rendered {
    let Some(set_number) = sheets.first().map(|sheet| sheet.set) else { return Rendered::default() };
    let set = &site.docs[set_number];
    let sheets: HashMap<usize, Sheet> = sheets.into_iter().map(|sheet| (sheet.page, sheet)).collect();
    let order: Vec<&Sheet> = set.order.iter().filter_map(|page| sheets.get(page)).collect();
    let parts = parts(set, &order);
    let mut places: HashMap<usize, Place> = HashMap::new();
    for (part, range) in parts.iter().enumerate() {
        places.extend(range.clone().map(|at| (order[at].page, Place { part, number: at + 1 })));
    }
    let book = Book { site, set, set_number, places };
    let pages = (0..parts.len()).map(|part| {
        let route = route(site, set, part);
        let view = book.part(part, &order[parts[part].clone()], parts.len(), &site.linker(&route));
        (route, View::DocsPrint(Box::new(view)))
    });
    Rendered { pages: pages.collect(), ..Rendered::default() }
}

/// Where a page is printed.
struct Place {
    part: usize,
    number: usize,
}

impl Place {
    fn anchor(&self) -> String {
        format!("p{}", self.number)
    }
}

/// Cuts the pages into parts, between sections at the top of the navigation where that is possible.
fn parts(set: &DocSet, order: &[&Sheet]) -> Vec<Range<usize>> {
    let mut section_of: HashMap<usize, usize> = HashMap::new();
    for (section, node) in set.nav.iter().enumerate() {
        each_page(node, &mut |page| {
            section_of.entry(page).or_insert(section);
        });
    }
    let size = |sheet: &Sheet| sheet.html.as_ref().map_or(0, String::len);
    let fits = |range: &[&Sheet]| {
        range.len() <= PAGES_A_PART && range.iter().map(|sheet| size(sheet)).sum::<usize>() <= BYTES_A_PART
    };
    let (mut parts, mut at) = (Vec::<Range<usize>>::new(), 0);
    for section in order.chunk_by(|a, b| section_of.get(&a.page) == section_of.get(&b.page)) {
        let piece = if fits(section) { section.len() } else { 1 };
        for piece in section.chunks(piece) {
            let end = at + piece.len();
            match parts.last_mut() {
                Some(part) if fits(&order[part.start..end]) => part.end = end,
                _ => parts.push(at..end),
            }
            at = end;
        }
    }
    parts
}

fn each_page(node: &NavNode, visit: &mut impl FnMut(usize)) {
    match node {
        NavNode::Page { page, .. } => visit(*page),
        NavNode::Section { children, .. } => children.iter().for_each(|child| each_page(child, visit)),
        NavNode::Url { .. } => {}
    }
}

/// A documentation that is being printed.
struct Book<'a> {
    site: &'a Site<'a>,
    set: &'a DocSet,
    set_number: usize,
    /// By page.
    places: HashMap<usize, Place>,
}

impl Book<'_> {
    fn part(&self, part: usize, sheets: &[&Sheet], parts: usize, links: &Linker) -> DocsPrint {
        let Book { site, set, set_number, .. } = self;
        let home = site.docs_route(*set_number, set.first());
        let above = [site.above("docs"), (set.site_name.clone(), home.clone())];
        let title = site.tell("print.title", &[("site", &set.site_name)]);
        let printed = PrintedLinks {
            links,
            targets: self
                .places
                .iter()
                .map(|(page, place)| (site.docs_route(*set_number, *page), self.address(place, part, links)))
                .collect(),
        };
        let to = |page: usize| match self.places.get(&page) {
            Some(place) => self.address(place, part, links).page(),
            None => links.to(&site.docs_route(*set_number, page)),
        };
        DocsPrint {
            page: site.frame(links, About { title: &title, description: "", section: "docs", above: &above }),
            site_name: set.site_name.clone(),
            site_url: links.to(&home),
            entity: site.entity_link(set.entity, links),
            contents: nav::tree(set, usize::MAX, &Leads { page: &to, outside: &|url| outside(site, links, url) }),
            sheets: sheets.iter().map(|sheet| self.sheet(sheet, &printed)).collect(),
            parts: (0..parts).map(|part| links.to(&route(site, set, part))).collect(),
            part: part + 1,
        }
    }

    fn sheet(&self, sheet: &Sheet, printed: &PrintedLinks<'_>) -> PrintedPage {
        let route = self.site.docs_route(self.set_number, sheet.page);
        let anchor = self.places[&sheet.page].anchor();
        let root = self.site.linker(&route).root().to_string();
        let content = sheet.html.as_ref().map(|html| printed.moved(html, &root, &anchor));
        PrintedPage {
            title: sheet.title.clone(),
            url: printed.links.to(&route),
            has_heading: sheet.has_heading && content.is_some(),
            left_out: content.is_none(),
            content: SafeHtml(content.unwrap_or_default()),
            anchor,
        }
    }

    fn address(&self, place: &Place, from: usize, links: &Linker) -> Address {
        let part = if place.part == from { String::new() } else { links.to(&route(self.site, self.set, place.part)) };
        Address { part, anchor: place.anchor() }
    }
}

/// Where a link to a printed page leads.
struct Address {
    /// Empty on the same part.
    part: String,
    anchor: String,
}

impl Address {
    fn page(&self) -> String {
        format!("{}#{}", self.part, self.anchor)
    }

    fn heading(&self, id: &str) -> String {
        format!("{}#{}-{id}", self.part, self.anchor)
    }
}

/// Moves the HTML of pages to another one.
struct PrintedLinks<'a> {
    links: &'a Linker,
    /// By the route of the page.
    targets: HashMap<String, Address>,
}

impl PrintedLinks<'_> {
    /// The HTML of a page, its ids made its own by `anchor`, its links as they lead from here, its headings one level lower.
    /// Our own writer made the HTML: every `<` opens a tag, and every value stands in double quotes.
    fn moved(&self, html: &str, root: &str, anchor: &str) -> String {
        let mut out = String::with_capacity(html.len() + html.len() / 8);
        let mut rest = html;
        while let Some(open) = rest.find('<') {
            out.push_str(&rest[..=open]);
            rest = &rest[open + 1..];
            if let Some((heading, level)) = heading(rest) {
                out.push_str(heading);
                out.push(level);
                rest = &rest[heading.len() + 1..];
            }
            if rest.starts_with('/') {
                continue;
            }
            while let Some(next) = rest.find(['>', '"']) {
                if rest[next..].starts_with('>') {
                    out.push_str(&rest[..=next]);
                    rest = &rest[next + 1..];
                    break;
                }
                let Some(length) = rest[next + 1..].find('"') else { break };
                let (before, value) = (&rest[..next], &rest[next + 1..][..length]);
                let name = before.trim_end_matches('=').rsplit(char::is_whitespace).next().unwrap_or_default();
                if name == "loading" {
                    // What is not in view would not be printed.
                    out.push_str(before[..before.len() - "loading=".len()].trim_end());
                } else {
                    out.push_str(before);
                    out.push('"');
                    self.push_value(&mut out, (name, value), root, anchor);
                    out.push('"');
                }
                rest = &rest[next + length + 2..];
            }
        }
        out.push_str(rest);
        out
    }

    fn push_value(&self, out: &mut String, (name, value): (&str, &str), root: &str, anchor: &str) {
        match name {
            "id" | "for" | "name" | "headers" | "aria-labelledby" | "aria-describedby" | "aria-controls" => {
                for (at, id) in value.split_ascii_whitespace().enumerate() {
                    out.extend([if at > 0 { " " } else { "" }, anchor, "-", id]);
                }
            }
            "href" | "xlink:href" | "src" => match value.strip_prefix('#') {
                Some("") => out.extend(["#", anchor]),
                Some(id) => out.extend(["#", anchor, "-", id]),
                None => match value.strip_prefix(root).filter(|_| !root.is_empty()) {
                    Some(inside) => out.push_str(&self.target(inside)),
                    None => out.push_str(value),
                },
            },
            _ if value.contains("url(#") => out.push_str(&value.replace("url(#", &format!("url(#{anchor}-"))),
            _ => out.push_str(value),
        }
    }

    /// The address of what lies at a path of the portal.
    fn target(&self, inside: &str) -> String {
        let (path, id) = inside.split_once('#').unwrap_or((inside, ""));
        match self.targets.get(path.strip_suffix("index.html").unwrap_or(path)) {
            Some(address) if id.is_empty() => address.page(),
            Some(address) => address.heading(id),
            None => format!("{}{inside}", self.links.root()),
        }
    }
}

/// What stands before the level of a heading's tag, and that level one lower: the page itself has the first.
fn heading(tag: &str) -> Option<(&str, char)> {
    let start = if tag.starts_with('/') { "/h" } else { "h" };
    let mut rest = tag.strip_prefix(start)?.chars();
    let level = rest.next()?.to_digit(10).filter(|level| (1..=6).contains(level))?;
    rest.next().filter(|next| matches!(next, ' ' | '>'))?;
    Some((&tag[..start.len()], char::from_digit((level + 1).min(6), 10)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_made_their_own_and_links_lead_on() {
        let links = Linker::of("docs/d/c/x/-/print/", false);
        let address = |part: &str, anchor: &str| Address { part: part.to_string(), anchor: anchor.to_string() };
        let targets = [
            ("docs/d/c/x/b/".to_string(), address("", "p2")),
            ("docs/d/c/x/c/".to_string(), address("../../2/", "p9")),
        ];
        let printed = PrintedLinks { links: &links, targets: targets.into() };
        let html = "<h2 id=\"a\">A &lt;<a class=\"headerlink\" href=\"#a\">¶</a></h2><a href=\"../../../../../docs/d/c/x/b/#i\">b</a>\
                    <a href=\"../../../../../docs/d/c/x/c/\">c</a><a href=\"../../../../../catalog/\">d</a>\
                    <img src=\"../../../../../docs/d/c/x/i.png\" alt=\"x > y\" loading=\"lazy\"><input name=\"t\" id=\"u\" checked>\
                    <g fill=\"url(#m)\"></g><a href=\"https://h/\">e</a>";
        assert_eq!(
            printed.moved(html, "../../../../../", "p1"),
            "<h3 id=\"p1-a\">A &lt;<a class=\"headerlink\" href=\"#p1-a\">¶</a></h3><a href=\"#p2-i\">b</a>\
             <a href=\"../../2/#p9\">c</a><a href=\"../../../../../../catalog/\">d</a>\
             <img src=\"../../../../../../docs/d/c/x/i.png\" alt=\"x > y\"><input name=\"p1-t\" id=\"p1-u\" checked>\
             <g fill=\"url(#p1-m)\"></g><a href=\"https://h/\">e</a>"
        );
    }

    #[test]
    fn a_documentation_is_complete_when_the_next_one_begins() {
        let sheet = |set, page| Sheet { set, page, title: String::new(), has_heading: true, html: None };
        let mut press = Press::default();
        press.add([sheet(0, 0), sheet(0, 1), sheet(2, 0)]);
        let complete = press.complete(false);
        assert_eq!(complete.iter().map(Vec::len).collect::<Vec<_>>(), [2]);
        press.add([sheet(2, 1)]);
        assert!(press.complete(false).is_empty());
        assert_eq!(press.complete(true).iter().map(Vec::len).collect::<Vec<_>>(), [2]);
        assert!(press.complete(true).is_empty());
    }
}
