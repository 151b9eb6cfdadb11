//! How entities fare by the scorecard: the level that each reached, and what it lacks for the next.

use super::view::{Scorecard, ScorecardCheck, ScorecardLevel};
use super::{Site, freshness};
use crate::catalog::well_known::LIFECYCLES;
use crate::catalog::{EntityId, RelationType};
use crate::config::Check;
use crate::diagnostics::Severity;

/// The rule about definitions that are none.
const NO_DEFINITION: &str = "invalid-definition";
/// Relations by which an entity uses another one.
const USES: [RelationType; 2] = [RelationType::DependsOn, RelationType::ConsumesApi];

/// Where an entity stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Standing {
    /// Levels reached.
    pub(super) level: usize,
    /// What it lacks for the next one.
    pub(super) lacks: Vec<Check>,
}

impl Site<'_> {
    /// What is asked, in words.
    pub(super) fn check_words(&self, check: Check) -> String {
        let key = match check {
            Check::Owner => "check.owner",
            Check::Description => "check.description",
            Check::Lifecycle => "check.lifecycle",
            Check::Docs => "check.docs",
            Check::Definition => "check.definition",
            Check::NoErrors => "check.no_errors",
            Check::NoDeprecated => "check.no_deprecated",
            Check::NoExperiments => "check.no_experiments",
            Check::FreshDocs => "check.fresh_docs",
            Check::NoFindings => "check.no_findings",
            Check::Plugin(plugin, check) => return self.config.plugins[plugin].show.checks[check].title.clone(),
        };
        self.say(key)
    }

    /// What a level is called: those of the usual scorecard have a name in each language.
    pub(super) fn level_name(&self, level: usize) -> String {
        let name = &self.config.scorecard[level].name;
        self.strings.text(&format!("level.{name}")).map_or(name.as_str(), |text| text.plain()).to_string()
    }

    /// Where an entity stands. `None` for what nobody can own and for what is about to go.
    pub(super) fn standing(&self, id: EntityId) -> Option<Standing> {
        let entity = self.catalog.entity(id);
        if !entity.kind.has_owner() || entity.is_deprecated() {
            return None;
        }
        let mut level = 0;
        for row in &self.config.scorecard {
            let lacks: Vec<Check> =
                row.checks.iter().copied().filter(|check| self.passes(*check, id) == Some(false)).collect();
            if !lacks.is_empty() {
                return Some(Standing { level, lacks });
            }
            level += 1;
        }
        (level > 0).then_some(Standing { level, lacks: Vec::new() })
    }

    /// The whole card of an entity.
    pub(super) fn scorecard(&self, id: EntityId) -> Option<Scorecard> {
        let standing = self.standing(id)?;
        let levels = self.config.scorecard.iter().enumerate().map(|(at, level)| {
            let checks = level.checks.iter().filter_map(|check| {
                let passed = self.passes(*check, id)?;
                Some(ScorecardCheck { text: self.check_words(*check), passed })
            });
            ScorecardLevel { name: self.level_name(at), reached: at < standing.level, checks: checks.collect() }
        });
        Some(Scorecard {
            level: standing.level.checked_sub(1).map(|level| self.level_name(level)),
            levels: levels.collect(),
        })
    }

    /// Whether an entity passes a check; `None` where it is not asked of such entities.
    pub(super) fn passes(&self, check: Check, id: EntityId) -> Option<bool> {
        let entity = self.catalog.entity(id);
        let is_component = entity.kind.id == "component";
        let lifecycle = |id: EntityId| self.catalog.entity(id).lifecycle.as_deref();
        let mut uses = USES.into_iter().flat_map(|relation| self.graph.targets(id, relation));
        match check {
            Check::Owner => {
                let has_one = || self.graph.targets(id, RelationType::OwnedBy).next().is_some();
                entity.kind.has_owner().then(has_one)
            }
            Check::Description => Some(entity.description.as_deref().is_some_and(|text| !text.trim().is_empty())),
            Check::Lifecycle => {
                let fields = entity.kind.of_type(entity.r#type.as_deref()).0;
                let is_asked =
                    lifecycle(id).is_some() || fields.iter().any(|field| field.name == "lifecycle" && field.required);
                is_asked.then(|| lifecycle(id).is_some_and(|word| self.knows_lifecycle(word)))
            }
            Check::Docs => is_component.then(|| self.docs_of(id).is_some()),
            Check::Definition if entity.kind.id == "api" => Some(self.has_readable_definition(id)),
            Check::Definition => (is_component && entity.r#type.as_deref() == Some("service")).then(|| {
                let mut apis = self.graph.targets(id, RelationType::ProvidesApi);
                apis.any(|api| self.has_readable_definition(api))
            }),
            Check::NoErrors => {
                Some(!self.findings_of(&entity.reference).any(|finding| finding.severity() == Severity::Error))
            }
            Check::NoDeprecated => Some(!uses.any(|target| self.catalog.entity(target).is_deprecated())),
            Check::NoExperiments => (lifecycle(id) == Some("production"))
                .then(|| !uses.any(|target| lifecycle(target) == Some("experimental"))),
            Check::FreshDocs => {
                let set = self.docs_of(id).filter(|set| self.code_age(*set).is_some())?;
                Some(freshness::behind(self, set).is_none())
            }
            Check::NoFindings => Some(self.findings_of(&entity.reference).next().is_none()),
            Check::Plugin(plugin, check) => {
                let plugin = &self.config.plugins[plugin];
                let asked = Some((plugin.name.as_str(), plugin.show.checks[check].key.as_str()));
                let facts = self.plugins.facts(id)?;
                facts.checks.iter().find(|(name, _)| name.split_once('/') == asked).map(|(_, passed)| *passed)
            }
        }
    }

    fn knows_lifecycle(&self, word: &str) -> bool {
        LIFECYCLES.contains(&word) || self.config.lifecycles.iter().any(|own| own == word)
    }

    fn has_readable_definition(&self, api: EntityId) -> bool {
        !self.findings_of(&self.catalog.entity(api).reference).any(|finding| finding.rule.name == NO_DEFINITION)
    }
}
