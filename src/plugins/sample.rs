//! A plugin's sample: an entity with data, by which its templates are tried.

use super::templates::{Part, Templates};
use super::{Facts, templates};
use crate::config::Plugin;
use crate::diagnostics::{Finding, rules};
use crate::source::{Given, unfit};
use crate::strings::Strings;
use serde::Deserialize;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What the file holds.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sample {
    /// As Backstage's API gives it.
    pub entity: Option<Json>,
    /// By the manifest's names, or by their keys.
    pub annotations: BTreeMap<String, String>,
    pub settings: BTreeMap<String, String>,
    /// By source, as templates see them.
    pub data: BTreeMap<String, Json>,
}

/// What became of a sample.
#[derive(Debug, Default)]
pub struct Tried {
    /// HTML of the parts that the plugin has: `tab`, `card`, `page`.
    pub parts: Vec<(&'static str, String)>,
    pub facts: Facts,
}

impl Sample {
    /// The sample of a plugin; `None` where it has none. The error is told.
    pub fn of(plugin: &Plugin) -> Result<Option<Sample>, Finding> {
        let Some(name) = &plugin.sample else { return Ok(None) };
        let told = |cause: &str| rules::plugins::broken_template(plugin.place.clone(), &plugin.name, name, cause);
        let text = plugin.files.text(name).ok_or_else(|| told("it is not UTF-8"))?;
        let sample: Sample = serde_json::from_str(text).map_err(|error| told(&error.to_string()))?;
        let known: Vec<String> = plugin.data.iter().map(|source| source.name.clone()).collect();
        match sample.data.keys().find(|name| !known.contains(name)) {
            Some(name) => Err(rules::plugins::no_source(plugin.place.clone(), name, &known)),
            None => Ok(Some(sample)),
        }
    }

    /// Values of annotations by their keys.
    pub fn by_key(&self, plugin: &Plugin) -> BTreeMap<String, String> {
        let value = |name, key| self.annotations.get(name).or_else(|| self.annotations.get(key)).cloned();
        plugin.annotations.iter().filter_map(|(name, key)| Some((key.clone(), value(name, key)?))).collect()
    }
}

/// Tries the templates of a plugin with its sample. Everything that is wrong is a finding.
pub fn try_sample(plugin: &Plugin, strings: &Strings, components: &[(&str, &str)]) -> (Tried, Vec<Finding>) {
    let mut findings = Vec::new();
    let templates = Templates::of(plugin, strings, components, &mut findings);
    let sample = match Sample::of(plugin) {
        Ok(Some(sample)) => sample,
        Ok(None) => return (Tried::default(), findings),
        Err(finding) => {
            findings.push(finding);
            return (Tried::default(), findings);
        }
    };
    let given: Vec<Option<Given>> = plugin
        .data
        .iter()
        .map(|source| {
            let data = sample.data.get(&source.name)?;
            // Of lists, the sample holds only what an entity gets.
            let is_whole = source.rows.is_none() && source.list.is_none();
            if let Some(cause) = unfit(source, data).filter(|_| is_whole) {
                findings.push(rules::plugins::unfit(source.place.clone(), &plugin.name, &source.name, "", &cause));
            }
            Some(Given { data: Some(Arc::new(data.clone())), as_of: None, fault: None })
        })
        .collect();
    let given: Vec<Option<&Given>> = given.iter().map(Option::as_ref).collect();
    let mut plugin = plugin.clone();
    plugin.settings.extend(sample.settings.clone());
    let by_key = sample.by_key(&plugin);
    let shared = super::Shared::default();
    let context = super::context(&plugin, sample.entity.as_ref(), &by_key, &given, "", &shared);
    let tried = drawn(&plugin, &templates, &context, "", &mut findings);
    if findings.is_empty() {
        // What cannot be read some day must not break a page.
        let nothing: Vec<Option<&Given>> = given.iter().map(|_| None).collect();
        let context = super::context(&plugin, sample.entity.as_ref(), &by_key, &nothing, "", &shared);
        drawn(&plugin, &templates, &context, " without data", &mut findings);
    }
    (tried, findings)
}

/// Everything that the templates make. What fails is told, in which circumstances too.
fn drawn(
    plugin: &Plugin,
    templates: &Templates,
    context: &tera::Context,
    circumstances: &str,
    findings: &mut Vec<Finding>,
) -> Tried {
    let mut failed = |what: &str, cause: &str| {
        let what = format!("{what}{circumstances}");
        findings.push(rules::plugins::failed(plugin.place.clone(), &plugin.name, &what, "", cause));
    };
    let show = &plugin.show;
    let mut parts = Vec::new();
    for (part, word, file) in
        [(Part::Tab, "tab", &show.tab), (Part::Card, "card", &show.card), (Part::Page, "page", &show.page)]
    {
        match templates.html(part, context) {
            _ if file.is_none() => {}
            Ok(html) => parts.push((word, html)),
            Err(cause) => failed(part.word(), &cause),
        }
    }
    let mut facts = Facts::default();
    let mut told = |what: &str| match templates.words(what, context) {
        Some(Ok(text)) => text,
        Some(Err(cause)) => {
            failed(what, &cause);
            String::new()
        }
        None => String::new(),
    };
    templates::facts(plugin, &mut told, &mut facts);
    Tried { parts, facts }
}
