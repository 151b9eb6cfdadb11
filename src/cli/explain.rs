//! `callboard explain`

use super::{Talk, print};
use crate::diagnostics::suggestion::did_you_mean;
use crate::diagnostics::{Stop, rules};
use clap::Args;
use rust_embed::RustEmbed;

/// The handbook's pages about rules, one each.
#[derive(RustEmbed)]
#[folder = "content-example/repos/handbook/docs/rules/"]
struct Pages;

/// The handbook's page about what callboard and Backstage do differently.
const BACKSTAGE: &str = include_str!("../../content-example/repos/handbook/docs/backstage.md");

/// Explain a rule: what it finds, why it matters, what to do.
///
/// Without a rule all of them are listed. `callboard explain backstage` tells where callboard and Backstage differ.
#[derive(Args)]
#[command(after_help = "\
Examples:
  callboard explain dangling-ref
  callboard explain backstage    Where callboard differs from Backstage
  callboard explain              All rules")]
pub(crate) struct Explain {
    /// The name of a rule, as it stands beside a finding
    #[arg(value_name = "RULE")]
    rule: Option<String>,
}

pub(crate) fn run(command: &Explain, talk: &Talk) -> Result<(), Stop> {
    let Some(name) = &command.rule else { return print(&list(talk)) };
    let name = name.trim_matches(['[', ']', '`']);
    match page(name) {
        Some(text) => print(&text),
        None => {
            let known = rules::all().map(|rule| rule.name).chain(["backstage"]);
            let mut stop = Stop::usage(format!("there is no rule `{name}`"));
            if let Some(guess) = did_you_mean(name, known) {
                stop = stop.hint(guess);
            }
            Err(stop.hint("`callboard explain` lists all rules."))
        }
    }
}

/// The handbook's page of a rule.
pub(super) fn page(name: &str) -> Option<String> {
    if name == "backstage" {
        return Some(BACKSTAGE.to_string());
    }
    let rule = rules::all().find(|rule| rule.name == name)?;
    let page = Pages::get(&format!("{}.md", rule.name))?;
    String::from_utf8(page.data.into_owned()).ok()
}

fn list(talk: &Talk) -> String {
    let widest = rules::all().map(|rule| rule.name.len()).max().unwrap_or_default();
    rules::all()
        .map(|rule| {
            let name = talk.paint_out(&format!("{:widest$}", rule.name), "1");
            format!("{name}  {:7}  {}\n", rule.severity.word(), rule.summary)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_rule_has_its_page_and_every_page_its_rule() {
        for rule in rules::all() {
            let text = page(rule.name).unwrap_or_else(|| panic!("the handbook has no page `rules/{}.md`", rule.name));
            assert!(
                text.starts_with(&format!("# {}\n", rule.name)),
                "the page of `{}` has its name as title",
                rule.name
            );
            let severity = format!("Severity: {}", rule.severity.word());
            assert!(text.contains(&severity), "the page of `{}` says `{severity}`", rule.name);
            assert!(text.contains("## Why it matters"), "the page of `{}` says why it matters", rule.name);
        }
        for path in Pages::iter().filter(|path| *path != "index.md") {
            let name = path.trim_end_matches(".md");
            assert!(rules::all().any(|rule| rule.name == name), "`{path}` is the page of no rule");
        }
    }

    #[test]
    fn the_list_of_rules_says_what_the_rules_say() {
        let index = Pages::get("index.md").expect("there is a list").data;
        let index = String::from_utf8_lossy(&index);
        let listed: BTreeSet<&str> = index.lines().filter(|line| line.starts_with("| [")).collect();
        let rows = rules::all().map(|rule| {
            let (name, severity) = (rule.name, rule.severity.word());
            format!("| [{name}]({name}.md) | {severity} | {} |", rule.summary)
        });
        let rows: BTreeSet<String> = rows.collect();
        assert_eq!(listed, rows.iter().map(String::as_str).collect(), "`rules/index.md` has each rule's row");
    }
}
