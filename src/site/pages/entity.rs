//! An entity's page, its files in the mirror of Backstage's API and its search document.

use super::super::frame::{About, last_change, summary};
use super::super::link::encoded;
use super::super::view::{Deprecation, EntityPage, Link, LinkWithIcon, SafeHtml, Tab, View};
use super::super::{Linker, Rendered, Site, mirror, route};
use super::data::script;
use super::inspector::inspector;
use super::people::{Holdings, people, shard, shard_path};
use crate::api;
use crate::catalog::kinds::words;
use crate::catalog::{Entity, EntityId, RelationType};
use crate::graph::{self, DrawnBox, End};
use crate::html::outside_address;
use crate::search::{SearchDocument, SearchSection};
use crate::techdocs::inline_text;
use serde_json::Value as Json;

/// Longest description shown, in characters.
const LONGEST_DESCRIPTION: usize = 10_000;
/// Longest descriptor document shown as source, in lines.
const MOST_SOURCE_LINES: usize = 400;
/// Findings listed one by one.
const MOST_FINDINGS: usize = 50;
const MAX_DESCRIPTOR: u64 = 2 << 20;

pub(super) fn count(site: &Site<'_>) -> usize {
    site.catalog.len()
}

pub(super) fn render(site: &Site<'_>, number: usize) -> Rendered {
    let id = EntityId(number as u32);
    let entity = site.catalog.entity(id);
    let route = route::entity(entity);
    let data = api::entity(site.catalog, site.snapshot, site.graph, id);
    let address = mirror::entity(entity);
    let api = format!("{address}.json");
    let holdings = Holdings::of(site, id);
    let mut findings = Vec::new();
    let mut view = page(site, id, &route, &data, &address, holdings.as_ref());
    super::plugin::show_cards(site, id, &mut view, &mut findings);
    let documents = vec![document(site, id, &route, &data)];
    let text = data.to_string();
    let ancestry = api::ancestry(site.catalog, site.snapshot, site.graph, id, &text).into_bytes();
    let text = text.into_bytes();
    let by_uid = format!("{}entities/by-uid/{}.json", mirror::ROOT, api::uid(&entity.reference));
    let mut files = vec![(by_uid, text.clone()), (api, text), (format!("{address}/ancestry.json"), ancestry)];
    if site.fetches_entities {
        let key = Json::from(&*entity.reference).to_string();
        files.push((route::entity_data(entity), script("entities", &key, &data.to_string().into())));
    }
    files.extend(holdings.as_ref().and_then(|holdings| shard(site, id, holdings)));
    Rendered { documents, pages: vec![(route, View::Entity(Box::new(view)))], files, findings, ..Rendered::default() }
}

fn page(
    site: &Site<'_>,
    id: EntityId,
    route: &str,
    data: &Json,
    address: &str,
    holdings: Option<&Holdings>,
) -> EntityPage {
    let entity = site.catalog.entity(id);
    let links = &site.linker(route);
    let mut above = site.above_entity(entity);
    above.pop();
    let description = entity.description.as_deref().unwrap_or_default();
    let repo = site.repo(entity.written.repo);
    let file = &entity.written.place.path;
    let is_people = matches!(entity.kind.id, "group" | "user");
    let shown_as_list = |relation| is_people && matches!(relation, RelationType::OwnerOf | RelationType::HasMember);
    EntityPage {
        page: site.frame(
            links,
            About {
                title: entity.display_name(),
                description: &summary(entity),
                section: site.section_of(entity),
                above: &above,
            },
        ),
        entity: site.entity_link(id, links),
        name: entity.name.to_string(),
        namespace: entity.namespace.to_string(),
        title: entity.display_name().to_string(),
        description: SafeHtml(inline_text(&description.chars().take(LONGEST_DESCRIPTION).collect::<String>())),
        owner: site.owner(id, links),
        system: site.related(id, RelationType::PartOf, "system", links),
        domain: site.related(id, RelationType::PartOf, "domain", links),
        tags: entity
            .tags
            .iter()
            .map(|tag| Link { text: tag.to_string(), url: format!("{}?tag={}", links.to("catalog/"), encoded(tag)) })
            .collect(),
        may_have_owner: entity.kind.has_owner(),
        earlier: site.earlier(entity.written.repo),
        is_archived: repo.is_archived,
        about: about(site, entity, data),
        tabs: tabs(site, id, "overview", links),
        docs: site.docs_of(id).map(|set| Link {
            text: site.docs[set].site_name.clone(),
            url: links.to(&site.docs_start(id).unwrap_or_default()),
        }),
        source_url: repo.web.as_ref().map(|web| web.file(file, entity.written.place.line)),
        edit_url: repo.web.as_ref().and_then(|web| web.edit(file)),
        feedback: site.feedback(id, route),
        reported: site.reported_of_entity(id, links),
        links: outside_links(data),
        labels: pairs(&data["metadata"]["labels"]),
        annotations: pairs(&data["metadata"]["annotations"]),
        deprecation: entity.is_deprecated().then(|| deprecation(site, id, entity, links)),
        graph: SafeHtml(neighbourhood(site, id, links)),
        explore_url: super::graph::explorer(&entity.reference, links),
        relations: site.relation_groups(id, links, |relation| !shown_as_list(relation)),
        findings: site
            .findings_of(&entity.reference)
            .take(MOST_FINDINGS)
            .map(|finding| site.finding_row(finding, links))
            .collect(),
        more_findings: site.findings_of(&entity.reference).count().saturating_sub(MOST_FINDINGS),
        mentions: super::docs::backlinks(site, None, site.crosslinks.mentioning(id), links),
        people: holdings.map(|holdings| people(site, id, holdings, data, links)),
        team_data: shard_path(entity),
        create_url: (entity.kind.id == "template").then(|| links.to(&route::template(entity))),
        written_at: entity.written.place.display(),
        last_change: last_change(repo, file),
        changes: site
            .activity
            .of_entity(id, site.snapshot)
            .filter_map(|(repo, commit)| site.commit_row(repo, commit))
            .collect(),
        activity_url: links.to("activity/"),
        scorecard: site.scorecard(id),
        badges: super::plugin::badges(site, id, links),
        cards: Vec::new(),
        plugin_styles: Vec::new(),
        plugin_scripts: Vec::new(),
        readers: site.readers(id, links),
        source: SafeHtml(source(site, entity)),
        inspector: inspector(site, id, address, links),
    }
}

/// The tabs of an entity: only those that have content.
pub(super) fn tabs(site: &Site<'_>, id: EntityId, current: &str, links: &Linker) -> Vec<Tab> {
    let entity = site.catalog.entity(id);
    let base = route::entity(entity);
    let mut tabs = vec![("overview", "entity.overview", links.to(&base))];
    if super::definition::has_one(entity) {
        tabs.push(("definition", "definition.definition", links.to(&format!("{base}definition/"))));
    }
    if super::dependencies::has_some(site, id) {
        tabs.push(("dependencies", "dependencies.dependencies", links.to(&format!("{base}dependencies/"))));
    }
    if let Some(start) = site.docs_start(id) {
        tabs.push(("docs", "word.docs", links.to(&start)));
    }
    if entity.kind.id == "template" {
        tabs.push(("create", "word.create", links.to(&route::template(entity))));
    }
    let tab = |(id, text, url): (&str, &str, String)| Tab {
        id: id.to_string(),
        text: site.say(text),
        url,
        current: id == current,
    };
    let mut tabs: Vec<Tab> = tabs.into_iter().map(tab).collect();
    tabs.extend(super::plugin::tabs(site, id, current, links));
    tabs
}

fn about(site: &Site<'_>, entity: &Entity, data: &Json) -> Vec<(String, String)> {
    let mut rows = vec![(site.say("word.kind"), site.kind_name(entity.kind))];
    let mut add = |label: &str, value: Option<&str>| {
        if let Some(value) = value {
            rows.push((site.say(label), value.to_string()));
        }
    };
    add("word.type", entity.r#type.as_deref());
    add("word.lifecycle", entity.lifecycle.as_deref());
    add("word.namespace", Some(&entity.namespace));
    add("entity.target", data["spec"]["target"].as_str());
    for target in data["spec"]["targets"].as_array().into_iter().flatten() {
        add("entity.target", target.as_str());
    }
    for remote in data["spec"]["remotes"].as_array().into_iter().flatten() {
        let (of_type, url) = (remote["type"].as_str(), remote["url"].as_str());
        add("entity.remote", of_type.zip(url).map(|(of_type, url)| format!("{of_type} {url}")).as_deref());
    }
    rows.extend(own_facts(entity, &data["spec"]));
    rows
}

/// What entities of declared kinds and AI resources say in fields that no other kind has. Refs stand with the relations.
fn own_facts(entity: &Entity, spec: &Json) -> Vec<(String, String)> {
    if entity.kind.schema.is_none() && entity.kind.id != "airesource" {
        return Vec::new();
    }
    let relations = entity.kind.of_type(entity.r#type.as_deref()).1;
    let shown = |key: &str| matches!(key, "type" | "lifecycle") || relations.iter().any(|row| row.field == key);
    let fields = spec.as_object().into_iter().flatten().filter(|(key, _)| !shown(key));
    fields.filter_map(|(key, value)| Some((words(key), fact(value)?))).collect()
}

/// A plain value, or a list of them, as a text of one line.
fn fact(value: &Json) -> Option<String> {
    const LONGEST: usize = 500;
    let text = match value {
        Json::String(text) => text.clone(),
        Json::Number(_) | Json::Bool(_) => value.to_string(),
        Json::Array(items) => items.iter().filter_map(fact).collect::<Vec<_>>().join(", "),
        Json::Null | Json::Object(_) => return None,
    };
    (!text.is_empty()).then(|| text.chars().take(LONGEST).collect())
}

fn outside_links(data: &Json) -> Vec<LinkWithIcon> {
    data["metadata"]["links"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|link| {
            let shown = link["url"].as_str().unwrap_or_default();
            LinkWithIcon {
                text: link["title"].as_str().unwrap_or(shown).to_string(),
                url: outside_address(shown),
                shown: shown.to_string(),
                icon: link["icon"].as_str().unwrap_or_default().to_string(),
            }
        })
        .collect()
}

fn pairs(map: &Json) -> Vec<(String, String)> {
    let pairs = map.as_object().into_iter().flatten();
    pairs.map(|(key, value)| (key.clone(), value.as_str().unwrap_or_default().to_string())).collect()
}

fn deprecation(site: &Site<'_>, id: EntityId, entity: &Entity, links: &Linker) -> Deprecation {
    Deprecation {
        sunset_on: entity.sunset_on().unwrap_or_default().to_string(),
        replaced_by: entity.successor().and_then(|reference| site.written_ref(reference, links)),
        users: crate::insights::users(site.graph, id).into_iter().map(|id| site.entity_link(id, links)).collect(),
    }
}

/// The drawing of what leads to the entity (left) and what it leads to (right).
fn neighbourhood(site: &Site<'_>, id: EntityId, links: &Linker) -> String {
    let mut sides: [Vec<DrawnBox>; 2] = [Vec::new(), Vec::new()];
    for edge in site.graph.edges(id) {
        let link = match edge.target {
            End::Entity(target) if target == id => continue,
            End::Entity(target) => site.entity_link(target, links),
            End::Dangling(number) => site.ref_link(site.graph.dangling(number), links),
        };
        sides[usize::from(edge.relation.is_forward())].push(DrawnBox {
            text: link.text,
            glyph: link.glyph,
            lifecycle: link.lifecycle,
            url: link.url,
            relation: site.relation_words(edge.relation),
        });
    }
    let centre = site.entity_link(id, links);
    let name = site.tell("entity.relations_of", &[("entity", &centre.text)]);
    let centre = DrawnBox {
        text: centre.text,
        glyph: centre.glyph,
        lifecycle: centre.lifecycle,
        url: centre.url,
        relation: String::new(),
    };
    graph::draw(&name, &centre, &sides[0], &sides[1], &|more| site.tell("graph.more_below", &[("count", &more)]))
}

/// The document as its author wrote it, highlighted.
fn source(site: &Site<'_>, entity: &Entity) -> String {
    let written = &entity.written;
    let Ok(text) = site.repo(written.repo).text(&written.place.path, MAX_DESCRIPTOR) else { return String::new() };
    let first = written.first_line.saturating_sub(1) as usize;
    let length = (written.last_line as usize).saturating_sub(first).clamp(1, MOST_SOURCE_LINES);
    let lines: Vec<&str> = text.lines().skip(first).take(length).take_while(|line| !line.starts_with("---")).collect();
    let code = lines.join("\n");
    format!(
        "<div class=\"highlight\"><pre><code class=\"language-yaml\">{}</code></pre></div>",
        site.highlighter.highlight("yaml", code.trim_end()).html
    )
}

fn document(site: &Site<'_>, id: EntityId, route: &str, data: &Json) -> SearchDocument {
    let entity = site.catalog.entity(id);
    let mut body = summary(entity);
    for part in [&data["spec"]["profile"]["displayName"], &data["spec"]["profile"]["email"]] {
        if let Some(text) = part.as_str() {
            body.push(' ');
            body.push_str(text);
        }
    }
    if entity.kind.schema.is_some() {
        // The own fields of a declared kind: nobody but its readers knows which of them matter.
        for value in data["spec"].as_object().into_iter().flatten().filter_map(|(_, value)| value.as_str()) {
            body.push(' ');
            body.push_str(value);
        }
    }
    let mut words = format!("{} {}", entity.name, entity.kind.name);
    for word in entity.tags.iter().chain(entity.r#type.iter()).chain(entity.lifecycle.iter()) {
        words.push(' ');
        words.push_str(word);
    }
    SearchDocument {
        kind: entity.kind.id.to_string(),
        is_entity: true,
        url: route.to_string(),
        title: entity.display_name().to_string(),
        reference: entity.reference.to_string(),
        words,
        sections: vec![SearchSection { text: body, ..SearchSection::default() }],
        facets: site.facets(id),
        uses: site.uses(id),
    }
}
