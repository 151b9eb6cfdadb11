//! The catalog from afar: a drawing of its domains and systems, the same as lists, and what leads from one to another.

use super::super::frame::About;
use super::super::link::encoded;
use super::super::view::{DomainRow, GraphLink, GraphLinks, GraphPage, LeadsTo, SafeHtml, SystemRow, View};
use super::super::{Linker, Rendered, Site};
use super::page_count;
use crate::catalog::{EntityId, RelationType};
use crate::graph::{self, Card, CardRow, Detail, Direction, Line, Parts};
use std::collections::HashMap;

/// Domains of one page of the list.
const PER_PAGE: usize = 40;
/// Connections of one page.
const LINKS_PER_PAGE: usize = 200;
/// Systems that a row of the list names, and domains that it leads to.
const MOST_SYSTEMS: usize = 12;
const MOST_LEADS: usize = 6;
/// Domains that are drawn, and of how many at most the systems are.
const MOST_CARDS: usize = 120;
const MOST_OPEN_CARDS: usize = 16;
/// Systems drawn in one domain.
const MOST_ROWS: usize = 10;
const MOST_LINES: usize = 50;

/// The pages of domains, then those of connections.
pub(super) fn count(site: &Site<'_>) -> usize {
    domain_pages(site) + link_pages(site)
}

pub(super) fn render(site: &Site<'_>, number: usize) -> Rendered {
    let page = match number.checked_sub(domain_pages(site)) {
        None => domains(site, number),
        Some(number) => links_page(site, number),
    };
    Rendered { pages: vec![page], ..Rendered::default() }
}

/// The address of the explorer around an entity.
pub(super) fn explorer(reference: &str, links: &Linker) -> String {
    format!("{}?root={}", links.to("graph/"), encoded(reference))
}

/// The address of the explorer around an entity, or with the ways from it to another, along the relations by which a
/// fault travels.
pub(super) fn along_faults(site: &Site<'_>, from: EntityId, to: Option<EntityId>, links: &Linker) -> String {
    let mut address = explorer(&site.catalog.entity(from).reference, links);
    if let Some(to) = to {
        address.push_str(&format!("&to={}", encoded(&site.catalog.entity(to).reference)));
    }
    let has_parts = site.graph.targets(from, RelationType::HasPart).next().is_some();
    for relation in Direction::Dependencies.relations() {
        // Parts of others are not gone through, and would be a shorter way.
        if *relation != RelationType::HasPart || has_parts {
            let forward = if relation.is_forward() { *relation } else { relation.opposite() };
            address.push_str(&format!("&relation={}", forward.name()));
        }
    }
    address
}

fn domain_pages(site: &Site<'_>) -> usize {
    page_count(site.clusters().domains.len(), PER_PAGE)
}

fn link_pages(site: &Site<'_>) -> usize {
    page_count(site.clusters().links.len(), LINKS_PER_PAGE)
}

/// `graph/`, `graph/-/2/`
fn domain_route(number: usize) -> String {
    if number == 0 { "graph/".to_string() } else { format!("graph/-/{}/", number + 1) }
}

/// `graph/-/connections/`, `graph/-/connections/2/`
fn links_route(number: usize) -> String {
    if number == 0 { "graph/-/connections/".to_string() } else { format!("graph/-/connections/{}/", number + 1) }
}

fn domains(site: &Site<'_>, number: usize) -> (String, View) {
    let route = domain_route(number);
    let links = site.linker(&route);
    let clusters = site.clusters();
    let shown = shown_domains(site);
    let mut leads: HashMap<usize, Vec<LeadsTo>> = HashMap::new();
    for link in clusters.domain_links() {
        let to = LeadsTo { text: domain_name(site, link.to), count: link.count };
        leads.entry(link.from).or_default().push(to);
    }
    let start = number * PER_PAGE;
    let rows = shown.iter().skip(start).take(PER_PAGE);
    let (map, left_out) = if number == 0 { drawing(site, &shown, &links) } else { Default::default() };
    let above: &[_] = if number == 0 { &[] } else { &[site.above("graph")] };
    let title = if number == 0 {
        site.say("word.graph")
    } else {
        site.tell("graph.domains_page", &[("number", &(number + 1))])
    };
    let description = site.tell("graph.description", &[("portal", &site.config.title)]);
    let pages = domain_pages(site);
    let view = GraphPage {
        page: site.frame(&links, About { title: &title, description: &description, section: "graph", above }),
        map: SafeHtml(map),
        left_out,
        domains: rows.map(|at| domain_row(site, *at, leads.remove(at).unwrap_or_default(), &links)).collect(),
        total_domains: clusters.domains.iter().filter(|domain| domain.id.is_some()).count(),
        total_systems: clusters.systems.iter().filter(|system| system.id.is_some()).count(),
        total_links: clusters.links.len(),
        links_url: links.to(&links_route(0)),
        previous: (number > 0).then(|| links.to(&domain_route(number - 1))),
        next: (number + 1 < pages).then(|| links.to(&domain_route(number + 1))),
        number: number + 1,
        pages,
    };
    (route, View::Graph(Box::new(view)))
}

/// All domains, and what has none where there is such.
fn shown_domains(site: &Site<'_>) -> Vec<usize> {
    let domains = site.clusters().domains.iter().enumerate();
    domains
        .filter(|(_, domain)| domain.id.is_some() || domain.parts.total() > 0 || domain.systems.len() > 1)
        .map(|(at, _)| at)
        .collect()
}

/// The systems of a domain that say something: one without a name only where it holds anything.
fn shown_systems<'a>(site: &'a Site<'_>, domain: usize) -> impl Iterator<Item = usize> + 'a {
    let clusters = site.clusters();
    let systems = clusters.domains[domain].systems.clone();
    systems.filter(|at| clusters.systems[*at].id.is_some() || clusters.systems[*at].parts.total() > 0)
}

fn name(site: &Site<'_>, id: Option<EntityId>, none: &str) -> String {
    id.map_or_else(|| site.say(none), |id| site.catalog.entity(id).display_name().to_string())
}

fn domain_name(site: &Site<'_>, at: usize) -> String {
    name(site, site.clusters().domains[at].id, "graph.nameless_domain")
}

fn system_name(site: &Site<'_>, at: usize) -> String {
    name(site, site.clusters().systems[at].id, "graph.nameless_system")
}

fn explorer_of(site: &Site<'_>, id: Option<EntityId>, links: &Linker) -> Option<String> {
    id.map(|id| explorer(&site.catalog.entity(id).reference, links))
}

fn domain_row(site: &Site<'_>, at: usize, mut leads_to: Vec<LeadsTo>, links: &Linker) -> DomainRow {
    let clusters = site.clusters();
    let domain = &clusters.domains[at];
    let systems: Vec<usize> = shown_systems(site, at).collect();
    let Parts { components, apis, resources, others } = domain.parts;
    let more_leads_to = leads_to.len().saturating_sub(MOST_LEADS);
    leads_to.truncate(MOST_LEADS);
    DomainRow {
        entity: domain.id.map(|id| site.entity_link(id, links)),
        explore_url: explorer_of(site, domain.id, links),
        systems: systems
            .iter()
            .take(MOST_SYSTEMS)
            .map(|system| SystemRow {
                text: clusters.systems[*system].id.map(|id| site.catalog.entity(id).display_name().to_string()),
                url: explorer_of(site, clusters.systems[*system].id, links),
                parts: clusters.systems[*system].parts.total(),
            })
            .collect(),
        more_systems: systems.len().saturating_sub(MOST_SYSTEMS),
        components,
        apis,
        resources,
        others,
        leads_to,
        more_leads_to,
    }
}

/// The drawing, and what it leaves out. A few domains are drawn with their systems, many without.
fn drawing(site: &Site<'_>, shown: &[usize], links: &Linker) -> (String, Vec<String>) {
    let clusters = site.clusters();
    let is_open = shown.len() <= MOST_OPEN_CARDS;
    let mut drawn = shown.to_vec();
    drawn.sort_by_key(|at| (std::cmp::Reverse(clusters.domains[*at].parts.total()), *at));
    drawn.truncate(MOST_CARDS);
    drawn.sort_unstable();
    let mut left_out = Vec::new();
    if drawn.len() < shown.len() {
        left_out.push(site.tell("graph.largest", &[("drawn", &drawn.len()), ("count", &shown.len())]));
    }
    let mut places: HashMap<usize, (usize, Option<usize>)> = HashMap::new();
    let mut folded = 0;
    let mut cards = Vec::with_capacity(drawn.len());
    for (card, at) in drawn.iter().enumerate() {
        let systems: Vec<usize> = shown_systems(site, *at).collect();
        let mut rows = Vec::new();
        if is_open {
            let room = if systems.len() > MOST_ROWS { MOST_ROWS - 1 } else { MOST_ROWS };
            for system in systems.iter().take(room) {
                places.insert(*system, (card, Some(rows.len())));
                rows.push(CardRow {
                    text: system_name(site, *system),
                    total: clusters.systems[*system].parts.total(),
                    url: explorer_of(site, clusters.systems[*system].id, links),
                });
            }
            let more = &systems[systems.len().min(room)..];
            folded += more.len();
            places.extend(more.iter().map(|system| (*system, (card, Some(rows.len())))));
            if !more.is_empty() {
                let parts: usize = more.iter().map(|system| clusters.systems[*system].parts.total()).sum();
                let text = site.tell("graph.more_systems", &[("count", &more.len())]);
                rows.push(CardRow { text, total: parts, url: None });
            }
        } else {
            places.extend(systems.iter().map(|system| (*system, (card, None))));
        }
        let domain = &clusters.domains[*at];
        let named = systems.iter().filter(|system| clusters.systems[**system].id.is_some()).count();
        cards.push(Card {
            text: domain_name(site, *at),
            holds: format!(
                "{}, {}",
                counted(site, "graph.systems", named),
                counted(site, "graph.parts", domain.parts.total())
            ),
            total: domain.parts.total(),
            glyph: if domain.id.is_some() { "domain" } else { "other" },
            url: explorer_of(site, domain.id, links),
            rows,
        });
    }
    if folded > 0 {
        left_out.push(counted(site, "graph.folded", folded));
    }
    let mut lines: Vec<Line> = Vec::new();
    let mut known: HashMap<_, usize> = HashMap::new();
    for link in &clusters.links {
        let (Some(from), Some(to)) = (places.get(&link.from), places.get(&link.to)) else { continue };
        if from == to {
            continue;
        }
        let line = *known.entry((*from, *to)).or_insert_with(|| {
            lines.push(Line { from: *from, to: *to, count: 0, text: String::new() });
            lines.len() - 1
        });
        lines[line].count += link.count;
    }
    let end = |(card, row): (usize, Option<usize>)| row.map_or(&cards[card].text, |row| &cards[card].rows[row].text);
    for line in &mut lines {
        let relations = counted(site, "graph.relations", line.count);
        line.text =
            site.tell("graph.line", &[("from", end(line.from)), ("to", end(line.to)), ("relations", &relations)]);
    }
    lines.sort_by_key(|line| (std::cmp::Reverse(line.count), line.from, line.to));
    if lines.len() > MOST_LINES {
        left_out.push(site.tell("graph.strongest", &[("drawn", &MOST_LINES), ("count", &lines.len())]));
        lines.truncate(MOST_LINES);
    }
    let detail = if is_open { Detail::Systems } else { Detail::Names };
    (graph::map(&site.say("graph.map_label"), &cards, &lines, detail), left_out)
}

/// A number with its word: `1 system`, `2 systems`.
fn counted(site: &Site<'_>, key: &str, count: usize) -> String {
    site.tell(key, &[("count", &count)])
}

fn links_page(site: &Site<'_>, number: usize) -> (String, View) {
    let route = links_route(number);
    let links = site.linker(&route);
    let clusters = site.clusters();
    let start = number * LINKS_PER_PAGE;
    let end = (start + LINKS_PER_PAGE).min(clusters.links.len());
    let system = |at: usize| clusters.systems[at].id.map(|id| site.entity_link(id, &links));
    let rows = clusters.links[start..end].iter();
    let above = [site.above("graph")];
    let pages = link_pages(site);
    let view = GraphLinks {
        page: site.frame(
            &links,
            About {
                title: &site.say("graph.connections"),
                description: &site.say("graph.links_description"),
                section: "graph",
                above: &above,
            },
        ),
        rows: rows.map(|link| GraphLink { from: system(link.from), to: system(link.to), count: link.count }).collect(),
        total: clusters.links.len(),
        previous: (number > 0).then(|| links.to(&links_route(number - 1))),
        next: (number + 1 < pages).then(|| links.to(&links_route(number + 1))),
        number: number + 1,
        pages,
    };
    (route, View::GraphLinks(Box::new(view)))
}
