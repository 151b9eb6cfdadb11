//! Every link of every page, followed before any page is made: which are broken, and what leads where.

use super::address::{self, Address, unescape};
use super::leads::{Inside, Lead, Leads, PageAt};
use super::survey::{Names, Survey, SurveyedLink};
use crate::catalog::EntityId;
use crate::diagnostics::rules::techdocs as rules;
use crate::diagnostics::suggestion::nearest;
use crate::diagnostics::{Finding, Place};
use crate::source::{file_name, parent};
use rayon::prelude::*;
use std::collections::HashMap;

/// Faulty links and images listed one by one for a page.
const MOST_FAULTS: usize = 100;
/// Guesses made for one documentation.
const MOST_GUESSES: usize = 200;
/// Names that a guess is chosen from.
const MOST_CANDIDATES: usize = 2_000;

/// What the links of all pages come to. Pages go by their number among those of all sets.
#[derive(Debug, Default)]
pub struct Crosslinks {
    /// The number of the first page of each set, and of all pages.
    starts: Vec<u32>,
    /// What is wrong with links, by page.
    findings: Vec<Vec<Finding>>,
    /// The anchors of each page, and those that only raw HTML gives.
    anchors: Vec<(Names, Names)>,
    /// Pages that pages link to, each with the page that links; ordered.
    links: Vec<(u32, u32)>,
    /// The same for entities; pages of their own documentation do not count.
    mentions: Vec<(EntityId, u32)>,
}

impl Crosslinks {
    /// What is wrong with the links of a page.
    pub fn findings_of(&self, at: PageAt) -> &[Finding] {
        self.findings.get(self.number(at)).map_or(&[], |findings| findings)
    }

    /// What is wrong with the links of all pages.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().flatten()
    }

    /// Pages that link to a page, in their order.
    pub fn linking_to(&self, at: PageAt) -> impl ExactSizeIterator<Item = PageAt> + Clone {
        let target = self.number(at) as u32;
        let from = self.links.partition_point(|(page, _)| *page < target);
        let to = self.links.partition_point(|(page, _)| *page <= target);
        self.links[from..to].iter().map(|(_, source)| self.page(*source))
    }

    /// Pages of other entities' documentation that link to an entity, in their order.
    pub fn mentioning(&self, id: EntityId) -> impl ExactSizeIterator<Item = PageAt> + Clone {
        let from = self.mentions.partition_point(|(entity, _)| *entity < id);
        let to = self.mentions.partition_point(|(entity, _)| *entity <= id);
        self.mentions[from..to].iter().map(|(_, source)| self.page(*source))
    }

    /// An anchor of a page as its HTML has it: those that raw HTML gives have a word in front.
    pub fn anchor(&self, at: PageAt, anchor: &str) -> String {
        let is_raw = self.anchors.get(self.number(at)).is_some_and(|(_, raw)| raw.has(anchor));
        if is_raw { format!("{}{anchor}", super::writer::ID_PREFIX) } else { anchor.to_owned() }
    }

    /// The anchor of a page that a forge calls so.
    pub fn anchor_of_forge(&self, at: PageAt, anchor: &str) -> Option<&str> {
        let (anchors, _) = self.anchors.get(self.number(at))?;
        let anchor = unescape(anchor);
        let same = anchors.iter().take(MOST_CANDIDATES).find(|own| **own == *anchor);
        same.or_else(|| anchors.iter().take(MOST_CANDIDATES).find(|own| is_alike(own, &anchor)))
    }

    /// A page's number among all; one that no page has for pages of old versions, which nobody surveys.
    fn number(&self, at: PageAt) -> usize {
        let is_current = at.set + 1 < self.starts.len();
        if is_current { self.starts[at.set] as usize + at.page } else { u32::MAX as usize }
    }

    fn page(&self, number: u32) -> PageAt {
        let set = self.starts.partition_point(|start| *start <= number) - 1;
        PageAt { set, page: (number - self.starts[set]) as usize }
    }
}

/// What is wrong with a link.
enum Fault {
    Unsafe(String),
    Unpublished,
    Page,
    Image,
    Entity,
    /// The page that has no such anchor.
    Anchor(PageAt, String),
}

/// What the links of one page come to.
#[derive(Default)]
struct Followed {
    /// The number of the link among those of its page.
    faults: Vec<(usize, Fault)>,
    more: usize,
    pages: Vec<PageAt>,
    entities: Vec<EntityId>,
}

/// Follows every link. `surveys` are those of the pages of each set.
pub fn crosslinks(leads: &Leads<'_>, surveys: Vec<Vec<Survey>>) -> Crosslinks {
    let sets = &leads.docs.sets;
    let mut starts = vec![0];
    for set in sets {
        starts.push(starts[starts.len() - 1] + set.pages.len() as u32);
    }
    let mut all = Crosslinks { starts, ..Crosslinks::default() };
    let pages: Vec<PageAt> = sets
        .iter()
        .enumerate()
        .flat_map(|(set, docs)| (0..docs.pages.len()).map(move |page| PageAt { set, page }))
        .collect();
    let follow = |at: &PageAt| Following { leads, surveys: &surveys, at: *at }.follow();
    let followed: Vec<Followed> = pages.par_iter().map(follow).collect();
    for (at, followed) in pages.iter().zip(&followed) {
        let source = all.number(*at) as u32;
        let mentions = followed.entities.iter().filter(|id| sets[at.set].entity != **id).map(|id| (*id, source));
        all.mentions.extend(mentions);
        let linked = followed.pages.iter().filter(|page| *page != at).map(|page| (all.number(*page) as u32, source));
        all.links.extend(linked.collect::<Vec<_>>());
    }
    all.links.par_sort_unstable();
    all.links.dedup();
    all.mentions.par_sort_unstable();
    all.mentions.dedup();
    let mut guesses = Guesses { leads, surveys: &surveys, names: HashMap::new(), set: usize::MAX, left: 0 };
    for (at, followed) in pages.iter().zip(followed) {
        all.findings.push(told(*at, followed, &surveys[at.set][at.page], &mut guesses));
    }
    all.anchors = surveys.into_iter().flatten().map(|survey| (survey.anchors, survey.raw_anchors)).collect();
    all
}

struct Following<'a> {
    leads: &'a Leads<'a>,
    surveys: &'a [Vec<Survey>],
    at: PageAt,
}

impl Following<'_> {
    fn follow(&self) -> Followed {
        let mut followed = Followed::default();
        for (number, link) in self.surveys[self.at.set][self.at.page].links().enumerate() {
            if let Some(fault) = self.fault(&link, &mut followed) {
                match followed.faults.len() < MOST_FAULTS {
                    true => followed.faults.push((number, fault)),
                    false => followed.more += 1,
                }
            }
        }
        followed
    }

    fn fault(&self, link: &SurveyedLink<'_>, followed: &mut Followed) -> Option<Fault> {
        let (lead, anchor) = match address::classify(link.target) {
            Address::External(url) => {
                let Inside { lead, anchor, is_of_forge } = self.leads.web(self.at, &url)?;
                // The forge may well have an anchor that the page has not.
                (lead, anchor.filter(|_| !is_of_forge))
            }
            Address::Anchor(anchor) => return self.anchor(self.at, &anchor),
            Address::OtherScheme(written) => {
                let (reference, _) = written.split_once('#').unwrap_or((&written, ""));
                let lead = if link.is_image { None } else { self.leads.entity(reference) };
                let Some(lead) = lead else { return Some(Fault::Unsafe(address::shown(&written))) };
                if lead == Lead::Nowhere {
                    return Some(Fault::Entity);
                }
                (lead, None)
            }
            Address::Refused(shown) => return Some(Fault::Unsafe(shown)),
            Address::Local { path, .. } if link.is_image => {
                return (self.leads.image(self.at, &path) == Lead::Nowhere).then_some(Fault::Image);
            }
            Address::Local { path, anchor } => (self.leads.link(self.at, &path), anchor),
        };
        match lead {
            Lead::Page(page, own) => {
                followed.pages.push(page);
                anchor.filter(|_| own.is_none()).and_then(|anchor| self.anchor(page, &anchor))
            }
            Lead::Entity(id) => {
                followed.entities.push(id);
                None
            }
            Lead::Unpublished => Some(Fault::Unpublished),
            Lead::Nowhere => Some(Fault::Page),
            Lead::File(_) | Lead::Web(_) | Lead::Elsewhere => None,
        }
    }

    fn anchor(&self, page: PageAt, anchor: &str) -> Option<Fault> {
        // Old versions are not surveyed.
        let survey = self.surveys.get(page.set)?.get(page.page)?;
        let is_known = survey.is_whole && self.leads.docs.sets[page.set].pages[page.page].needs.is_none();
        (is_known && !has_anchor(survey, anchor)).then(|| Fault::Anchor(page, anchor.to_owned()))
    }
}

/// Whether a page has an anchor. The top of a page needs none, nor does a text to be looked for.
fn has_anchor(survey: &Survey, anchor: &str) -> bool {
    let anchor = anchor.split(":~:").next().unwrap_or_default();
    let has = |anchor: &str| survey.anchors.has(anchor) || survey.raw_anchors.has(anchor);
    anchor.is_empty() || anchor.eq_ignore_ascii_case("top") || has(anchor) || has(&unescape(anchor))
}

/// Whether two anchors have the same letters and digits: that is all in which forges and MkDocs differ.
fn is_alike(one: &str, other: &str) -> bool {
    fn letters(text: &str) -> impl Iterator<Item = char> {
        text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase)
    }
    letters(one).eq(letters(other))
}

/// The findings of one page.
fn told(at: PageAt, followed: Followed, survey: &Survey, guesses: &mut Guesses<'_>) -> Vec<Finding> {
    if followed.faults.is_empty() && survey.passed_over == 0 {
        return Vec::new();
    }
    let leads = guesses.leads;
    let set = &leads.docs.sets[at.set];
    let page = Place::file(leads.snapshot.repo(set.repo).id.clone(), &*set.pages[at.page].file);
    let mut links = survey.links().enumerate();
    let mut findings = Vec::with_capacity(followed.faults.len());
    for (number, fault) in followed.faults {
        let Some((_, link)) = links.find(|(at, _)| *at == number) else { break };
        let (place, target) = (link.place(&page), link.target);
        findings.push(match fault {
            Fault::Unsafe(address) => rules::unsafe_link(place, &address),
            Fault::Unpublished => rules::unpublished_link(place, target),
            Fault::Page => rules::broken_link(place, target, guesses.page(at, target)),
            Fault::Image => rules::broken_image(place, target, None),
            Fault::Entity => rules::broken_entity_link(place, target, guesses.entity(at, target)),
            Fault::Anchor(on, anchor) => {
                let other = &leads.docs.sets[on.set];
                let file = Place::file(leads.snapshot.repo(other.repo).id.clone(), &*other.pages[on.page].file);
                let shown = if other.repo == set.repo { file.path.to_string() } else { file.display() };
                let guess = guesses.anchor(at, on, &anchor);
                rules::broken_anchor(place, &anchor, (on != at).then_some(&*shown), guess)
            }
        });
    }
    if followed.more > 0 {
        findings.push(rules::more_broken_links(page.clone(), followed.more));
    }
    if survey.passed_over > 0 {
        findings.push(rules::links_not_checked(page, survey.passed_over));
    }
    let entity = &leads.catalog.entity(set.entity).reference;
    findings.into_iter().map(|finding| finding.about(&**entity)).collect()
}

/// What was meant, for so many links of each documentation: a guess costs a comparison with every name.
struct Guesses<'a> {
    leads: &'a Leads<'a>,
    surveys: &'a [Vec<Survey>],
    /// The first page of each file name of the set at hand.
    names: HashMap<&'a str, &'a str>,
    set: usize,
    left: usize,
}

impl<'a> Guesses<'a> {
    /// Whether there is one guess more.
    fn may(&mut self, set: usize) -> bool {
        if self.set != set {
            (self.set, self.left) = (set, MOST_GUESSES);
            self.names.clear();
            for page in &self.leads.docs.sets[set].pages {
                self.names.entry(file_name(&page.path)).or_insert(&page.path);
            }
        }
        let may = self.left > 0;
        self.left = self.left.saturating_sub(1);
        may
    }

    fn page(&mut self, at: PageAt, target: &str) -> Option<String> {
        if !self.may(at.set) {
            return None;
        }
        let Address::Local { path, .. } = address::classify(target) else { return None };
        let pages = &self.leads.docs.sets[at.set].pages;
        let same_name = self.names.get(file_name(&path)).copied();
        let near = || nearest(&path, pages.iter().take(MOST_CANDIDATES).map(|page| &*page.path));
        Some(relative(parent(&pages[at.page].path), same_name.or_else(near)?))
    }

    fn entity(&mut self, at: PageAt, target: &str) -> Option<String> {
        if !self.may(at.set) {
            return None;
        }
        let target = target.split('#').next().unwrap_or_default().to_lowercase();
        let kind = target.split(':').next().unwrap_or_default();
        let full = if target.contains('/') { target.clone() } else { target.replacen(':', ":default/", 1) };
        let catalog = self.leads.catalog;
        let refs = catalog.entities.iter().map(|entity| &*entity.reference);
        let of_kind = refs.filter(|known| known.split(':').next() == Some(kind));
        nearest(&full, of_kind.take(MOST_CANDIDATES)).map(str::to_owned)
    }

    fn anchor(&mut self, at: PageAt, on: PageAt, anchor: &str) -> Option<String> {
        if !self.may(at.set) {
            return None;
        }
        let survey = &self.surveys[on.set][on.page];
        let names = || survey.anchors.iter().chain(survey.raw_anchors.iter()).take(MOST_CANDIDATES);
        let names = || names().filter(|name| !name.starts_with("__") && !name.starts_with("fn"));
        let anchor = unescape(anchor);
        let alike = names().find(|name| is_alike(name, &anchor));
        alike.or_else(|| nearest(&anchor, names())).map(|guess| format!("#{guess}"))
    }
}

/// `to` as a link from a page in `folder` would write it.
pub fn relative(folder: &str, to: &str) -> String {
    let mut from: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    let target: Vec<&str> = to.split('/').collect();
    let same = from.iter().zip(&target).take_while(|(a, b)| a == b).count();
    from.drain(..same);
    "../".repeat(from.len()) + &target[same..].join("/")
}
