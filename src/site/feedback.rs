//! Where readers say what is wrong: a new issue in the tracker of a repository, else a mail to the owner. Either names
//! the page.

use super::view::Feedback;
use super::{Site, link};
use crate::catalog::well_known::{SOURCE_LOCATION, TECHDOCS_REF};
use crate::catalog::{Catalog, Entity, EntityId, RelationType};
use crate::config::{Config, Forge};
use crate::source::{NewIssue, Repo, Snapshot, Web};
use crate::techdocs::sets::DocSet;
use serde_json::Value as Json;

/// Annotations that name a repository on a forge, with the forge's public host.
const SLUGS: [(&str, Forge, &str); 4] = [
    ("github.com/project-slug", Forge::GitHub, "github.com"),
    ("gitlab.com/project-slug", Forge::GitLab, "gitlab.com"),
    ("bitbucket.org/project-slug", Forge::Bitbucket, "bitbucket.org"),
    ("bitbucket.com/project-slug", Forge::Bitbucket, "bitbucket.org"),
];

/// What readers speak of.
pub(super) struct Subject<'a> {
    /// What stands before the title: `Docs`, `Component`.
    pub(super) prefix: &'a str,
    pub(super) title: &'a str,
    /// The page's route.
    pub(super) route: &'a str,
    /// Path in the repository.
    pub(super) file: &'a str,
}

impl Subject<'_> {
    /// The subject line, and a text to write above.
    fn words(&self, site: &Site<'_>) -> (String, String) {
        const LONGEST_TITLE: usize = 120;
        let address = site.config.base_url.as_ref().and_then(|base| base.join(self.route).ok());
        let address = address.map_or_else(|| self.route.to_string(), |address| address.to_string());
        let title: String = self.title.chars().take(LONGEST_TITLE).collect();
        let text = format!("\n\n- Page: {title}, {address}\n- File: {}\n", self.file);
        (format!("{}: {title}", self.prefix), text)
    }
}

impl Site<'_> {
    /// The form for a new issue.
    pub(super) fn new_issue(&self, web: &Web, subject: &Subject<'_>) -> NewIssue {
        let (title, text) = subject.words(self);
        web.new_issue(&title, &text)
    }

    /// Where readers say what is wrong with an entity.
    pub(super) fn feedback(&self, id: EntityId, route: &str) -> Option<Feedback> {
        let entity = self.catalog.entity(id);
        let subject =
            Subject { prefix: entity.kind.name, title: entity.display_name(), route, file: &entity.written.place.path };
        if let Some(web) = self.tracker(entity) {
            return Some(Feedback { url: self.new_issue(&web, &subject).url, is_mail: false });
        }
        let mut owners = self.graph.targets(id, RelationType::OwnedBy);
        let address = owners.find_map(|owner| address(self.catalog.entity(owner)))?;
        let (title, text) = subject.words(self);
        let url = format!("mailto:{}?subject={}&body={}", encoded(&address), encoded(&title), encoded(&text));
        Some(Feedback { url, is_mail: true })
    }

    pub(super) fn tracker(&self, entity: &Entity) -> Option<Web> {
        tracker(entity, self.repo(entity.written.repo), self.config)
    }

    /// The repository whose tracker is that of documentation: the one that mkdocs.yml names, else that of the pages.
    pub(super) fn docs_tracker(&self, set: &DocSet) -> Option<Web> {
        let named = set.config.repo_url.as_deref().and_then(|address| Web::of_address(address, self.config));
        named.or_else(|| self.repo(set.repo).web.clone())
    }
}

/// Every repository in whose tracker something may be reported.
pub fn trackers<'a>(
    catalog: &'a Catalog,
    snapshot: &'a Snapshot,
    config: &'a Config,
) -> impl Iterator<Item = Web> + 'a {
    catalog.ids().flat_map(|id| {
        let entity = catalog.entity(id);
        let repo = snapshot.repo(entity.written.repo);
        // Pages of documentation are reported where they are written.
        let docs = entity.annotation(TECHDOCS_REF).and_then(|text| text.trim().strip_prefix("url:"));
        let docs = docs.and_then(|address| Web::of_address(address, config));
        tracker(entity, repo, config).into_iter().chain(docs).chain(repo.web.clone())
    })
}

/// The repository whose tracker is the entity's: the one its annotations name, else that of its descriptor.
fn tracker(entity: &Entity, repo: &Repo, config: &Config) -> Option<Web> {
    let source = entity.annotation(SOURCE_LOCATION).and_then(|text| text.trim().strip_prefix("url:"));
    let source = source.and_then(|address| Web::of_address(address, config)).or_else(|| repo.web.clone());
    let named = SLUGS.into_iter().find_map(|(annotation, forge, public)| {
        let slug = entity.annotation(annotation)?;
        // A forge of one's own has its repositories under the same annotation.
        let own = source.as_ref().filter(|web| web.forge == forge).and_then(|web| host(&web.base));
        Web::of_address(&format!("https://{}/{slug}", own.unwrap_or(public)), config)
    });
    named.or(source)
}

fn host(base: &str) -> Option<&str> {
    base.split_once("://")?.1.split('/').next()
}

/// What the profile of a group or user says is their mail address.
pub(super) fn email(owner: &Entity) -> Option<String> {
    let data: Json = serde_json::from_str(&owner.data).ok()?;
    Some(data["spec"]["profile"]["email"].as_str()?.to_string())
}

/// The same, where mail can be sent to it.
fn address(owner: &Entity) -> Option<String> {
    let email = email(owner)?;
    let address = email.trim();
    let (name, host) = address.split_once('@')?;
    let is_plain = !name.is_empty() && !host.is_empty() && !address.contains(|c: char| c.is_whitespace() || c == ',');
    is_plain.then(|| address.to_string())
}

/// Text in a `mailto:` address, where a space is no plus sign.
fn encoded(text: &str) -> String {
    link::encoded(text).replace('+', "%20").replace("%40", "@")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mail_addresses_hold_text_as_mail_programs_read_it() {
        assert_eq!(encoded("a b+c & d\n"), "a%20b%2Bc%20%26%20d%0A");
        assert_eq!(encoded("team@x.example"), "team@x.example");
        assert_eq!(host("https://git.example.com/a/b"), Some("git.example.com"));
    }
}
