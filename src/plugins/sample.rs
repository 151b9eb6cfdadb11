//! A plugin's sample: an entity with data, by which its templates are tried.

use super::templates::{Part, Templates};
use super::{Facts, templates};
use crate::config::Plugin;
use crate::diagnostics::{Finding, rules};
use crate::strings::Strings;
use serde::Deserialize;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a sample holds.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Told {
    entity: Option<Json>,
    annotations: BTreeMap<String, String>,
    settings: BTreeMap<String, String>,
    data: BTreeMap<String, Json>,
}

/// What the sample looks like.
#[derive(Debug, Default)]
pub struct Sample {
    /// HTML of the parts that the plugin has: `tab`, `card`, `page`.
    pub parts: Vec<(&'static str, String)>,
    pub facts: Facts,
}

/// Tries the templates of a plugin with its sample data. Everything that is wrong is a finding.
pub fn sample(plugin: &Plugin, strings: &Strings, components: &[(&str, &str)]) -> (Sample, Vec<Finding>) {
    let mut findings = Vec::new();
    let templates = Templates::of(plugin, strings, components, &mut findings);
    let Some(name) = &plugin.sample else { return (Sample::default(), findings) };
    let told: Told = match plugin.files.text(name).map(serde_json::from_str) {
        Some(Ok(told)) => told,
        Some(Err(error)) => {
            findings.push(rules::plugins::broken_template(
                plugin.place.clone(),
                &plugin.name,
                name,
                &error.to_string(),
            ));
            return (Sample::default(), findings);
        }
        None => return (Sample::default(), findings),
    };
    let known: Vec<String> = plugin.data.iter().map(|source| source.name.clone()).collect();
    for name in told.data.keys().filter(|name| !known.contains(name)) {
        findings.push(rules::plugins::no_source(plugin.place.clone(), name, &known));
    }
    let by_key: BTreeMap<String, String> = plugin
        .annotations
        .iter()
        .filter_map(|(name, key)| {
            Some((key.clone(), told.annotations.get(name).or_else(|| told.annotations.get(key))?.clone()))
        })
        .collect();
    let given: Vec<Option<crate::source::Given>> = plugin
        .data
        .iter()
        .map(|source| {
            let data = told.data.get(&source.name)?;
            if let Some(cause) = crate::source::unfit(source, data) {
                findings.push(rules::plugins::unfit(source.place.clone(), &plugin.name, &source.name, "", &cause));
            }
            Some(crate::source::Given { data: Some(Arc::new(data.clone())), as_of: None, fault: None })
        })
        .collect();
    let given: Vec<Option<&crate::source::Given>> = given.iter().map(Option::as_ref).collect();
    let mut with_settings = plugin.clone();
    with_settings.settings.extend(told.settings);
    let context = super::context(&with_settings, told.entity.as_ref(), &by_key, &given, "");
    let mut parts = Vec::new();
    for (part, word, is_there) in [
        (Part::Tab, "tab", plugin.show.tab.is_some()),
        (Part::Card, "card", plugin.show.card.is_some()),
        (Part::Page, "page", plugin.show.page.is_some()),
    ] {
        if !is_there {
            continue;
        }
        match templates.html(part, &context) {
            Ok(html) => parts.push((word, html)),
            Err(cause) => {
                findings.push(rules::plugins::failed(plugin.place.clone(), &plugin.name, part.word(), "", &cause));
            }
        }
    }
    let mut facts = Facts::default();
    let mut told = |what: &str| match templates.words(what, &context) {
        Some(Ok(text)) => text,
        Some(Err(cause)) => {
            findings.push(rules::plugins::failed(plugin.place.clone(), &plugin.name, what, "", &cause));
            String::new()
        }
        None => String::new(),
    };
    templates::facts(plugin, &mut told, &mut facts);
    (Sample { parts, facts }, findings)
}
