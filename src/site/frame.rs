//! What every page has, and how entities, findings and changes are named on any of them.

use super::view::{
    Beacon, CommitRow, Crumbs, EntityLink, Favicon, FindingRow, Frame, LastChange, Link, RailLink, RelationGroup,
    pieces,
};
use super::{Linker, Site, date, route};
use crate::catalog::{Entity, EntityId, EntityRef, Kind, RelationType};
use crate::config;
use crate::diagnostics::Finding;
use crate::graph::End;
use crate::source::{Change, PastCommit, Repo};
use crate::techdocs::plain_text;
use std::fmt::Display;

/// Id, key of the text and route of each entry of the rail.
const RAIL: [(&str, &str, &str); 8] = [
    ("home", "word.home", ""),
    ("catalog", "word.catalog", "catalog/"),
    ("apis", "word.apis", "api-docs/"),
    ("docs", "word.docs", "docs/"),
    ("create", "word.create", "create/"),
    ("graph", "word.graph", "graph/"),
    ("teams", "word.teams", "teams/"),
    ("health", "word.health", "health/"),
];

/// Key of the text and route of the pages that the foot leads to.
const FOOT: [(&str, &str); 3] = [("word.activity", "activity/"), ("word.adoption", "adoption/"), ("word.yours", "me/")];

/// What a page says of itself.
pub(super) struct About<'a> {
    pub(super) title: &'a str,
    pub(super) description: &'a str,
    /// Current entry of the rail, or empty.
    pub(super) section: &'a str,
    /// Text and route of the pages above, from the top; home is not named.
    pub(super) above: &'a [Crumbs],
}

impl Site<'_> {
    /// A text of the portal's language.
    pub(super) fn say(&self, key: &str) -> String {
        self.strings.get(key).to_string()
    }

    /// The same with its places filled.
    pub(super) fn tell(&self, key: &str, values: &[(&str, &dyn Display)]) -> String {
        self.strings.fill(key, values)
    }

    /// What stands above pages below one of the rail: its name and route.
    pub(super) fn above(&self, section: &str) -> (String, String) {
        let row = RAIL.iter().find(|row| row.0 == section).unwrap_or(&RAIL[0]);
        (self.say(row.1), row.2.to_string())
    }

    /// The entry of the rail that an entity belongs to.
    pub(super) fn section_of(&self, entity: &Entity) -> &'static str {
        match entity.kind.id {
            "api" => "apis",
            "group" | "user" => "teams",
            _ => "catalog",
        }
    }

    /// What stands above the pages below an entity's own: the catalog, its kind and the entity.
    pub(super) fn above_entity(&self, entity: &Entity) -> Vec<(String, String)> {
        let list = self.list_of(entity.kind.id).map_or_else(String::new, super::pages::list_route);
        vec![
            self.above("catalog"),
            (self.plural(entity.kind), list),
            (entity.display_name().to_string(), route::entity(entity)),
        ]
    }

    /// What many entities of a kind are called; declared kinds are called what the configuration says.
    pub(super) fn plural(&self, kind: &Kind) -> String {
        self.strings.text(&format!("kinds.{}", kind.id)).map_or(kind.plural, |text| text.plain()).to_string()
    }

    /// What an entity of a kind is called.
    pub(super) fn kind_name(&self, kind: &Kind) -> String {
        self.strings.text(&format!("kind.{}", kind.id)).map_or(kind.name, |text| text.plain()).to_string()
    }

    /// A relation in words; declared ones have those of the configuration.
    pub(super) fn relation_words(&self, relation: RelationType) -> String {
        let text = self.strings.text(&format!("relations.{}", relation.name()));
        text.map_or(relation.words(), |text| text.plain()).to_string()
    }

    pub(super) fn linker(&self, route: &str) -> Linker {
        Linker::of(route, self.options.file_links)
    }

    pub(super) fn frame(&self, links: &Linker, about: About<'_>) -> Frame {
        let rail = RAIL.map(|(id, text, route)| RailLink {
            id: id.to_string(),
            text: self.say(text),
            url: links.to(route),
            icon: id.to_string(),
            is_plugin: false,
        });
        // Health stays last.
        let mut rail = rail.to_vec();
        let pages = self.plugins.pages().map(|(_, plugin)| RailLink {
            id: plugin.name.clone(),
            text: plugin.title.clone(),
            url: links.to(&route::plugin_page(&plugin.name)),
            icon: plugin.icon.clone(),
            is_plugin: true,
        });
        rail.splice(RAIL.len() - 1..RAIL.len() - 1, pages);
        let home = std::iter::once(Link { text: self.say("word.home"), url: links.to("") });
        let above = about.above.iter().map(|(text, route)| Link { text: text.clone(), url: links.to(route) });
        Frame {
            title: about.title.to_string(),
            description: about.description.chars().take(300).collect(),
            portal: self.config.title.clone(),
            organization: self.config.organization.clone(),
            root: links.root().to_string(),
            home: links.to(""),
            section: about.section.to_string(),
            rail,
            breadcrumbs: if about.section == "home" { Vec::new() } else { home.chain(above).collect() },
            foot: FOOT.map(|(text, route)| Link { text: self.say(text), url: links.to(route) }).to_vec(),
            search_url: links.to("search/"),
            report_url: links.to("build-report/"),
            csp: self.content_security_policy(),
            lang: self.strings.language.clone(),
            logo: self.config.logo_picture().map(|picture| format!("{}{}", links.root(), picture.path)),
            favicon: self.favicon(links),
            has_worker: self.has_worker(),
            no_results: self.config.no_results.as_ref().map(url::Url::to_string),
            beacon: self.beacon().map(|beacon| Beacon {
                counter: beacon.counter.word(),
                url: beacon.url.to_string(),
                site: beacon.site.clone(),
            }),
        }
    }

    /// What is told of page views. Nobody wants to know what is read while it is written.
    fn beacon(&self) -> Option<&config::Beacon> {
        self.config.beacon.as_ref().filter(|_| !self.options.live)
    }

    /// The operator's favicon, or the built-in one.
    fn favicon(&self, links: &Linker) -> Favicon {
        match self.config.favicon_picture() {
            Some(picture) => Favicon { url: format!("{}{}", links.root(), picture.path), r#type: picture.r#type },
            None => Favicon { url: format!("{}assets/icons/mark.svg", links.root()), r#type: "image/svg+xml" },
        }
    }

    /// Whether browsers keep what was read. A portal that is reloaded with each change is not kept.
    pub fn has_worker(&self) -> bool {
        self.config.service_worker && !self.options.live
    }

    /// The policy of each page: nothing but the site's own scripts, styles and images, and the origins the operator
    /// listed.
    fn content_security_policy(&self) -> String {
        self.policy(self.options.live)
    }

    /// The policy that a host sends with every file. The service worker fetches from its own origin and has only this
    /// one; pages keep their own beside it.
    pub fn host_policy(&self) -> String {
        self.policy(self.options.live || self.has_worker())
    }

    fn policy(&self, own_origin: bool) -> String {
        let mut connect = self.config.connect.clone();
        connect.extend(self.config.no_results.as_ref().map(|url| url.origin().ascii_serialization()));
        connect.extend(self.beacon().map(|beacon| beacon.url.origin().ascii_serialization()));
        if own_origin {
            connect.insert(0, "'self'".to_string());
        }
        if connect.is_empty() {
            connect.push("'none'".to_string());
        }
        let images: String = self.config.image_hosts.iter().map(|host| format!(" {host}")).collect();
        format!(
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:{images}; font-src 'self'; \
             connect-src {}; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; \
             object-src 'none'; require-trusted-types-for 'script'; trusted-types callboard",
            connect.join(" ")
        )
    }

    /// An entity of the catalog as other pages name it.
    pub(super) fn entity_link(&self, id: EntityId, links: &Linker) -> EntityLink {
        let entity = self.catalog.entity(id);
        EntityLink {
            text: entity.display_name().to_string(),
            reference: entity.reference.to_string(),
            glyph: entity.kind.glyph.to_string(),
            kind: self.kind_name(entity.kind),
            r#type: entity.r#type.as_deref().unwrap_or_default().to_string(),
            lifecycle: entity.lifecycle.as_deref().unwrap_or_default().to_string(),
            url: Some(links.to(&route::entity(entity))),
        }
    }

    /// A ref as other pages name it, whether the catalog has it or not.
    pub(super) fn ref_link(&self, reference: &str, links: &Linker) -> EntityLink {
        if let Some(id) = self.catalog.find(reference) {
            return self.entity_link(id, links);
        }
        let kind = reference.split(':').next().unwrap_or_default();
        let known = self.catalog.kinds.by_id(kind);
        EntityLink {
            text: reference.to_string(),
            reference: reference.to_string(),
            glyph: known.map_or("other", |kind| kind.glyph).to_string(),
            kind: known.map_or_else(|| kind.to_string(), |kind| self.kind_name(kind)),
            r#type: String::new(),
            lifecycle: String::new(),
            url: None,
        }
    }

    /// A ref that somebody wrote, such as in an annotation.
    pub(super) fn written_ref(&self, text: &str, links: &Linker) -> Option<EntityLink> {
        let reference = EntityRef::parse(text, None, "default").ok()?;
        Some(self.ref_link(&reference.canonical(), links))
    }

    /// The first entity, or dangling ref, at the other end of a relation.
    pub(super) fn related(
        &self,
        id: EntityId,
        relation: RelationType,
        kind: &str,
        links: &Linker,
    ) -> Option<EntityLink> {
        let target = self
            .catalog
            .entity(id)
            .refs
            .iter()
            .find(|reference| {
                reference.relation == relation && (kind.is_empty() || reference.target.starts_with(&format!("{kind}:")))
            })
            .map(|reference| &reference.target)?;
        Some(self.ref_link(target, links))
    }

    pub(super) fn owner(&self, id: EntityId, links: &Linker) -> Option<EntityLink> {
        self.related(id, RelationType::OwnedBy, "", links)
    }

    /// Every relation of an entity, grouped by type, forward ones first. `relations` limits the types.
    pub(super) fn relation_groups(
        &self,
        id: EntityId,
        links: &Linker,
        wanted: impl Fn(RelationType) -> bool,
    ) -> Vec<RelationGroup> {
        let edges = self.graph.edges(id);
        edges
            .chunk_by(|a, b| a.relation == b.relation)
            .filter(|group| wanted(group[0].relation))
            .map(|group| {
                let link = |end| match end {
                    End::Entity(target) => self.entity_link(target, links),
                    End::Dangling(number) => self.ref_link(self.graph.dangling(number), links),
                };
                RelationGroup {
                    r#type: group[0].relation.name().to_string(),
                    text: self.relation_words(group[0].relation),
                    targets: group.iter().map(|edge| link(edge.target)).collect(),
                }
            })
            .collect()
    }

    /// A commit without the entities it changed; `None` where its date is impossible.
    pub(super) fn commit_row(&self, repo: &Repo, commit: &PastCommit) -> Option<CommitRow> {
        Some(CommitRow {
            summary: commit.summary.to_string(),
            author: commit.author.to_string(),
            date: date::rfc3339(commit.time)?,
            commit: commit.id.chars().take(9).collect(),
            url: repo.web.as_ref().map(|web| web.commit(&commit.id)),
            repo: Link {
                text: repo.id.to_string(),
                url: repo.web.as_ref().map(|web| web.folder("")).unwrap_or_default(),
            },
            entities: Vec::new(),
            more_entities: 0,
        })
    }

    pub(super) fn finding_row(&self, finding: &Finding, links: &Linker) -> FindingRow {
        let place = finding.place.as_ref();
        let repo = place.and_then(|place| self.snapshot.repos.iter().find(|repo| repo.id == place.repo));
        let place_url = place
            .filter(|place| !place.path.is_empty())
            .and_then(|place| repo?.web.as_ref().map(|web| web.file(&place.path, place.line)));
        FindingRow {
            severity: finding.severity().word(),
            rule: finding.rule.name,
            message: pieces(&finding.message),
            place: place.map(crate::diagnostics::Place::display).unwrap_or_default(),
            place_url,
            hints: finding.hints.iter().map(|hint| pieces(hint)).collect(),
            entity: finding
                .entity
                .as_deref()
                .and_then(|entity| self.catalog.find(entity))
                .map(|id| self.entity_link(id, links)),
        }
    }
}

/// An entity's description as plain words.
pub(super) fn summary(entity: &Entity) -> String {
    plain_text(entity.description.as_deref().unwrap_or_default())
}

/// The last change of a file, where git knows one with a possible date.
pub(super) fn last_change(repo: &Repo, path: &str) -> Option<LastChange> {
    let Change { time, author, commit } = repo.last_change(path)?;
    Some(LastChange {
        date: date::rfc3339(*time)?,
        author: author.to_string(),
        commit: commit.chars().take(9).collect(),
        url: repo.web.as_ref().map(|web| web.commit(commit)),
    })
}
