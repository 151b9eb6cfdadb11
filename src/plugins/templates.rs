//! The templates of one plugin: files that make HTML, expressions that make words.

use super::{
    BadgeFact, Facts, LONGEST_PROBLEM, LONGEST_SEARCH, LONGEST_WORD, MOST_PROBLEMS, Problem, Tone, cut, filters, guard,
};
use crate::config::Plugin;
use crate::diagnostics::{Finding, rules};
use crate::strings::Strings;
use guard::Fault;
use std::collections::BTreeSet;
use std::error::Error;
use tera::{Context, Tera};

/// The most HTML that one part makes, in bytes.
const LARGEST: usize = 1 << 20;

/// What a plugin draws.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Tab,
    Card,
    Page,
}

impl Part {
    /// As the manifest names it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Part::Tab => "show.tab",
            Part::Card => "show.card",
            Part::Page => "show.page",
        }
    }
}

/// A plugin's templates, read.
pub(super) struct Templates {
    tera: Tera,
    /// Keys of the manifest whose templates make words.
    words: Vec<String>,
    /// Files of the parts.
    files: [(Part, Option<String>); 3],
}

impl Templates {
    /// A template that cannot be read, or would make a page unsafe, is an error and is left out.
    pub(super) fn of(
        plugin: &Plugin,
        strings: &Strings,
        components: &[(&str, &str)],
        findings: &mut Vec<Finding>,
    ) -> Templates {
        let mut tera = Tera::new();
        strings.speak(&mut tera);
        filters::register(&mut tera);
        let mut broken = |what: &str, cause: &str| {
            findings.push(rules::plugins::broken_template(plugin.place.clone(), &plugin.name, what, cause));
        };
        if let Err(error) = tera.add_raw_templates(components.iter().copied()) {
            broken("the theme", &words_of(&error));
        }
        let show = &plugin.show;
        let mut files =
            [(Part::Tab, show.tab.clone()), (Part::Card, show.card.clone()), (Part::Page, show.page.clone())];
        let shown: BTreeSet<&str> =
            [&show.tab, &show.card, &show.page].into_iter().flatten().map(String::as_str).collect();
        // Those that nothing shows hold components for the others.
        let parts = plugin.files.paths().filter(|name| name.ends_with(".html") && !shown.contains(name));
        let (mut unusable, mut faults) = (BTreeSet::new(), Vec::new());
        for name in parts.chain(shown.iter().copied()) {
            let Some(text) = plugin.files.text(name) else {
                broken(name, "it is not UTF-8");
                unusable.insert(name);
                continue;
            };
            let found = guard::faults(text);
            if !found.is_empty() {
                unusable.insert(name);
                faults.extend(found.into_iter().map(|fault| (name, fault)));
            } else if let Err(error) = tera.add_raw_template(&html_name(name), text) {
                broken(name, &words_of(&error));
                unusable.insert(name);
            }
        }
        for (name, Fault { line, found, why }) in faults {
            let place = plugin.place.clone();
            findings.push(rules::plugins::unsafe_template(place, &plugin.name, name, line, &found, why));
        }
        for (_, file) in &mut files {
            *file = file.take().filter(|name| !unusable.contains(name.as_str()));
        }
        let mut words = Vec::new();
        for (key, text) in expressions(plugin) {
            match tera.add_raw_template(&key, text) {
                Ok(()) => words.push(key),
                Err(error) => {
                    let place = plugin.place.clone();
                    findings.push(rules::plugins::broken_template(place, &plugin.name, &key, &words_of(&error)));
                }
            }
        }
        Templates { tera, words, files }
    }

    pub(super) fn has_words(&self) -> bool {
        !self.words.is_empty()
    }

    /// A part's HTML. The error is one line.
    pub(super) fn html(&self, part: Part, context: &Context) -> Result<String, String> {
        let file = self.files.iter().find(|(known, _)| *known == part).and_then(|(_, file)| file.as_deref());
        let Some(file) = file else { return Ok(String::new()) };
        let html = self.tera.render(&html_name(file), context).map_err(|error| words_of(&error))?;
        if html.len() > LARGEST {
            return Err(format!("it makes more than {} MiB of HTML", LARGEST >> 20));
        }
        Ok(guard::harmless(html))
    }

    /// What an expression of the manifest gives; `None` where there is none of that key.
    pub(super) fn words(&self, key: &str, context: &Context) -> Option<Result<String, String>> {
        let known = self.words.iter().find(|known| *known == key)?;
        Some(self.tera.render(known, context).map(|text| text.trim().to_string()).map_err(|error| words_of(&error)))
    }
}

/// Tera escapes what is called `.html`.
fn html_name(file: &str) -> String {
    if file.ends_with(".html") { file.to_string() } else { format!("{file}.html") }
}

/// The expressions of a manifest, by key.
fn expressions(plugin: &Plugin) -> Vec<(String, &str)> {
    let show = &plugin.show;
    let mut all = Vec::new();
    if let Some(badge) = &show.badge {
        all.push(("show.badge.text".to_string(), badge.text.as_str()));
        all.extend(badge.tone.as_deref().map(|tone| ("show.badge.tone".to_string(), tone)));
    }
    all.extend(show.facets.iter().map(|(key, value)| (format!("show.facets.{key}"), value.as_str())));
    all.extend(show.checks.iter().map(|check| (format!("show.checks.{}", check.key), check.passes.as_str())));
    all.extend(show.problems.as_deref().map(|text| ("show.problems".to_string(), text)));
    all.extend(show.search.as_deref().map(|text| ("show.search".to_string(), text)));
    all
}

/// What the expressions say of an entity. `told` gives what the expression of a key says.
pub(super) fn facts(plugin: &Plugin, told: &mut dyn FnMut(&str) -> String, facts: &mut Facts) {
    let show = &plugin.show;
    if show.badge.is_some() {
        let text = cut(&told("show.badge.text"), LONGEST_WORD);
        if !text.is_empty() {
            let tone = Tone::named(&told("show.badge.tone"));
            facts.badges.push(BadgeFact { plugin: plugin.name.clone(), title: plugin.title.clone(), text, tone });
        }
    }
    for (key, _) in &show.facets {
        let value = cut(&told(&format!("show.facets.{key}")), LONGEST_WORD);
        if !value.is_empty() {
            facts.facets.push((key.clone(), value));
        }
    }
    for check in &show.checks {
        match told(&format!("show.checks.{}", check.key)).as_str() {
            "true" => facts.checks.push((format!("{}/{}", plugin.name, check.key), true)),
            "false" => facts.checks.push((format!("{}/{}", plugin.name, check.key), false)),
            _ => {}
        }
    }
    let problems = told("show.problems");
    let lines = problems.lines().map(str::trim).filter(|line| !line.is_empty()).take(MOST_PROBLEMS);
    facts.problems.extend(lines.map(|line| Problem {
        plugin: plugin.name.clone(),
        title: plugin.title.clone(),
        text: cut(line, LONGEST_PROBLEM),
    }));
    let search = cut(&told("show.search"), LONGEST_SEARCH);
    if !search.is_empty() {
        facts.search.push((plugin.name.clone(), search));
    }
}

/// An error of the template engine with its causes, in one line.
fn words_of(error: &tera::Error) -> String {
    let mut words = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        words.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    words.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}
