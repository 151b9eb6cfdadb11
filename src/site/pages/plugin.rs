//! What plugins show: tabs and cards of entities, and pages of their own.

use super::super::frame::{About, summary};
use super::super::view::{
    EntityPage, PluginBadge, PluginCard, PluginLive, PluginPage, PluginTab, PluginView, SafeHtml, StaleSource, Tab,
    View,
};
use super::super::{Linker, Rendered, Site, route};
use crate::catalog::EntityId;
use crate::config::Plugin;
use crate::diagnostics::Finding;
use crate::plugins::{BadgeFact, Problem, Shown};
use crate::search::{SearchDocument, SearchSection};

pub(super) fn count(site: &Site<'_>) -> usize {
    site.plugin_tabs.len()
}

pub(super) fn render(site: &Site<'_>, number: usize) -> Rendered {
    let Some((id, asked)) = site.plugin_tabs.get(number).copied() else { return Rendered::default() };
    let (entity, plugin) = (site.catalog.entity(id), site.plugins.plugin(asked));
    let route = route::plugin_tab(entity, &plugin.name);
    let links = site.linker(&route);
    let above = site.above_entity(entity);
    let mut findings = Vec::new();
    let shown = site.plugins.tab(asked, links.root(), &mut findings);
    let title = site.tell("plugin.of", &[("plugin", &plugin.title), ("entity", &entity.display_name())]);
    let about = About { title: &title, description: &summary(entity), section: site.section_of(entity), above: &above };
    let view = PluginTab {
        page: site.frame(&links, about),
        entity: site.entity_link(id, &links),
        title: entity.display_name().to_string(),
        earlier: site.earlier(entity.written.repo),
        is_archived: site.repo(entity.written.repo).is_archived,
        tabs: super::entity::tabs(site, id, &plugin.name, &links),
        plugin: PluginView { live: live(site, asked, plugin), ..view(plugin, shown, &links) },
    };
    let words = site.plugins.facts(id).and_then(|facts| facts.search.iter().find(|(name, _)| *name == plugin.name));
    let document = words.map(|(_, text)| SearchDocument {
        kind: entity.kind.id.to_string(),
        is_entity: false,
        url: route.clone(),
        title,
        reference: entity.reference.to_string(),
        words: String::new(),
        sections: vec![SearchSection { text: text.clone(), ..SearchSection::default() }],
        facets: site.facets(id),
        uses: 0,
    });
    Rendered {
        pages: vec![(route, View::Plugin(Box::new(view)))],
        documents: document.into_iter().collect(),
        findings,
        ..Rendered::default()
    }
}

pub(super) fn page_count(site: &Site<'_>) -> usize {
    site.config.plugins.len()
}

/// The files of a plugin, and its page where it has one.
pub(super) fn render_page(site: &Site<'_>, number: usize) -> Rendered {
    let plugin = &site.config.plugins[number];
    let files = [&plugin.style, &plugin.script]
        .into_iter()
        .flatten()
        .filter_map(|file| Some((route::plugin_file(&plugin.name, file), plugin.files.get(file)?.to_vec())));
    let mut rendered = Rendered { files: files.collect(), ..Rendered::default() };
    if plugin.show.page.is_none() {
        return rendered;
    }
    let route = route::plugin_page(&plugin.name);
    let links = site.linker(&route);
    let shown = site.plugins.page(number, links.root(), &mut rendered.findings);
    let about = About { title: &plugin.title, description: &plugin.description, section: &plugin.name, above: &[] };
    let view = PluginPage {
        page: site.frame(&links, about),
        description: plugin.description.clone(),
        plugin: view(plugin, shown, &links),
    };
    rendered.documents.push(SearchDocument {
        kind: "page".to_string(),
        is_entity: false,
        url: route.clone(),
        title: plugin.title.clone(),
        reference: String::new(),
        words: plugin.name.replace('-', " "),
        sections: vec![SearchSection { text: plugin.description.clone(), ..SearchSection::default() }],
        facets: Vec::new(),
        uses: 0,
    });
    rendered.pages.push((route, View::PluginPage(Box::new(view))));
    rendered
}

/// The tabs that plugins give an entity.
pub(super) fn tabs(site: &Site<'_>, id: EntityId, current: &str, links: &Linker) -> Vec<Tab> {
    let entity = site.catalog.entity(id);
    let of = site.plugins.of(id).filter(|(_, plugin)| plugin.show.tab.is_some());
    let tab = |(_, plugin): (usize, &Plugin)| Tab {
        id: plugin.name.clone(),
        text: plugin.title.clone(),
        url: links.to(&route::plugin_tab(entity, &plugin.name)),
        current: current == plugin.name,
    };
    of.map(tab).collect()
}

/// What plugins say of an entity in a word, the worst first.
pub(super) fn badges(site: &Site<'_>, id: EntityId, links: &Linker) -> Vec<PluginBadge> {
    let badge = |badge: &BadgeFact| PluginBadge {
        title: badge.title.clone(),
        text: badge.text.clone(),
        tone: badge.tone.word(),
        url: tab_url(site, id, &badge.plugin, links),
    };
    site.worst_badges(id).into_iter().map(badge).collect()
}

/// The tab that the plugin of this name gives an entity; empty where it gives none.
pub(super) fn tab_url(site: &Site<'_>, id: EntityId, plugin: &str, links: &Linker) -> String {
    match site.plugins.of(id).any(|(_, known)| known.name == plugin && known.show.tab.is_some()) {
        true => links.to(&route::plugin_tab(site.catalog.entity(id), plugin)),
        false => String::new(),
    }
}

impl Site<'_> {
    /// Words of plugins about an entity, the worst first.
    pub(super) fn worst_badges(&self, id: EntityId) -> Vec<&BadgeFact> {
        let mut badges: Vec<_> = self.plugins.facts(id).map_or(&[][..], |facts| &facts.badges).iter().collect();
        badges.sort_by_key(|badge| badge.tone);
        badges
    }

    /// What fails of an entity now, as plugins tell.
    pub(super) fn problems_of(&self, id: EntityId) -> &[Problem] {
        self.plugins.facts(id).map_or(&[], |facts| &facts.problems)
    }

    /// Keys that plugins give to lists, search and queries, and what they are called.
    pub fn facet_keys(&self) -> Vec<(String, String)> {
        self.config.facet_keys().into_iter().map(|key| (key.clone(), self.facet_name(&key))).collect()
    }

    /// What a facet of plugins is called: those of built-in plugins in each language, others by the words of their key.
    fn facet_name(&self, key: &str) -> String {
        if let Some(text) = self.strings.text(&format!("facet.{key}")) {
            return text.plain().to_string();
        }
        let words = key.replace('-', " ");
        let first: String = words.chars().take(1).flat_map(char::to_uppercase).collect();
        first + words.get(1..).unwrap_or_default()
    }
}

/// Puts the cards of plugins on an entity's overview.
pub(super) fn show_cards(site: &Site<'_>, id: EntityId, page: &mut EntityPage, findings: &mut Vec<Finding>) {
    let entity = site.catalog.entity(id);
    let links = site.linker(&route::entity(entity));
    for (asked, plugin) in site.plugins.of(id).filter(|(_, plugin)| plugin.show.card.is_some()) {
        let shown = site.plugins.card(asked, links.root(), findings);
        if shown.html.trim().is_empty() && shown.failed.is_none() && shown.stale.is_empty() {
            continue;
        }
        let plugin_view = view(plugin, shown, &links);
        let add = |urls: &mut Vec<String>, url: &str| {
            if !url.is_empty() {
                urls.push(url.to_string());
            }
        };
        add(&mut page.plugin_styles, &plugin_view.style);
        add(&mut page.plugin_scripts, &plugin_view.script);
        let url = match plugin.show.tab {
            Some(_) => links.to(&route::plugin_tab(entity, &plugin.name)),
            None => String::new(),
        };
        page.cards.push(PluginCard { url, plugin: plugin_view });
    }
}

fn view(plugin: &Plugin, shown: Shown, links: &Linker) -> PluginView {
    let file = |file: &Option<String>| {
        let file = file.as_ref().map(|file| format!("{}{}", links.root(), route::plugin_file(&plugin.name, file)));
        file.unwrap_or_default()
    };
    let is_unread = !shown.stale.is_empty() && shown.stale.iter().all(|(.., has_data)| !has_data);
    let stale = shown.stale.into_iter().map(|(name, reason, has_data)| StaleSource { name, reason, has_data });
    PluginView {
        name: plugin.name.clone(),
        title: plugin.title.clone(),
        icon: plugin.icon.clone(),
        html: SafeHtml(shown.html),
        failed: shown.failed.is_some(),
        is_unread,
        as_of: shown.as_of,
        stale: stale.collect(),
        live: None,
        style: file(&plugin.style),
        script: file(&plugin.script),
    }
}

/// Where browsers read newer data, if the configuration lets pages talk to that origin.
fn live(site: &Site<'_>, asked: usize, plugin: &Plugin) -> Option<PluginLive> {
    let live = plugin.live.as_ref()?;
    let url = site.plugins.live_url(asked)?;
    let origin = url::Url::parse(&url).ok()?.origin().ascii_serialization();
    let is_allowed = site.config.connect.iter().any(|known| known.trim_end_matches('/') == origin);
    is_allowed.then_some(PluginLive { url, every: live.every })
}
