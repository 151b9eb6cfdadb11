//! `callboard search`

mod judged;

use super::portal::Portal;
use super::{Talk, print};
use crate::diagnostics::{Stop, count, printable};
use crate::search::{self, Ask, ExplainedWord, Explanation, Hit, Results, Shards};
use clap::Args;
use std::fmt::Write;
use std::io;
use std::path::PathBuf;

/// Search a built portal.
///
/// From the same shards and with the same ranking as in the browser. A query is made of words, "exact phrases",
/// -exclusions, and filters: kind, type, lifecycle, owner, system, tag and namespace, such as `kind:api`,
/// `kind:api,component` or `-lifecycle:deprecated`. Quote what your shell would take apart: '"exact phrase"'.
#[derive(Args)]
#[command(after_help = "\
Examples:
  callboard search payment
  callboard search \"refund webhook\" --portal https://portal.example.com --limit 5
  callboard search stripe kind:api --json | jq -r '.hits[].url'
  callboard search refund --explain
  callboard search --test judged.jsonl

A line of the file for --test is {\"query\": \"refund\", \"relevant\": [\"docs/default/component/shop/refunds/\"]}:
addresses below the portal's root or entity refs, one of which must be among the first 10, or \"within\": N.
Exit codes: 0 no query failed, 3 one did, 2 the file cannot be used.")]
pub(crate) struct Search {
    /// Words to look for
    #[arg(required_unless_present = "test", value_name = "QUERY")]
    query: Vec<String>,
    /// A built portal: its folder, or its address
    #[arg(long, default_value = "public", value_name = "DIR|URL")]
    portal: String,
    /// How many results to show
    #[arg(short = 'n', long, default_value_t = 10, value_name = "N", value_parser = limit)]
    limit: usize,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Say of each result why it stands where it does
    #[arg(long, conflicts_with = "test")]
    explain: bool,
    /// Ask the queries of this file, and fail where none of the relevant pages is found early enough
    #[arg(long, value_name = "FILE", conflicts_with_all = ["query", "limit"])]
    test: Option<PathBuf>,
    /// Also fail where the mean reciprocal rank of the first 10 is lower, from 0 to 1
    #[arg(long, value_name = "MRR", requires = "test", value_parser = least)]
    least: Option<f64>,
}

fn limit(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|limit| *limit > 0).ok_or_else(|| "a number from 1 on is needed".to_owned())
}

fn least(text: &str) -> Result<f64, String> {
    let least = text.parse().ok().filter(|least| (0.0..=1.0).contains(least));
    least.ok_or_else(|| "a number from 0 to 1 is needed, such as 0.8".to_owned())
}

/// A portal as a place to read shards from.
struct Published(Portal);

impl Shards for Published {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        self.0.read(path).map(String::into_bytes).map_err(io::Error::other)
    }
}

pub(crate) fn run(command: &Search, talk: &Talk) -> Result<(), Stop> {
    let portal = Portal::at(&command.portal);
    if let Err(stop) = portal.read("search/root.js") {
        if command.portal.contains("://") {
            return Err(stop);
        }
        return Err(Stop::usage(format!("`{}` is not a built portal", printable(&command.portal)))
            .hint("Build one with `callboard build`, or name its folder or address with `--portal`."));
    }
    if command.least.is_some() && command.test.is_none() {
        return Err(Stop::usage("`--least` says what the queries of `--test` must reach").hint("Add `--test FILE`."));
    }
    let shards = Published(portal);
    if let Some(file) = &command.test {
        return judged::run(file, command.least, command.json, &shards);
    }
    let query = command.query.join(" ");
    if query.trim().is_empty() {
        return Err(Stop::usage("there is nothing to search for").hint("Give a word, or a filter such as `kind:api`."));
    }
    let ask = Ask { query: &query, limit: command.limit, facets: command.json, explain: command.explain };
    let results = ask_of(&shards, &ask)?;
    let text = if command.json { json(&results) } else { human(&results, &query, talk) };
    print(&text)
}

fn ask_of(shards: &Published, ask: &Ask<'_>) -> Result<Results, Stop> {
    search::query(shards, ask).map_err(|error| {
        Stop::environment("the search index cannot be read")
            .cause(error)
            .hint("Build the portal with this version of callboard.")
    })
}

fn json(results: &impl serde::Serialize) -> String {
    serde_json::to_string_pretty(results).unwrap_or_default() + "\n"
}

fn human(results: &Results, query: &str, talk: &Talk) -> String {
    if results.hits.is_empty() {
        talk.say(&format!("Nothing found for `{}`", printable(query)));
    }
    for filter in results.filters.iter().filter(|filter| !filter.known) {
        talk.say(&format!("No page has {} `{}`", filter.key, printable(&filter.value)));
    }
    if let Some(suggestion) = &results.suggestion {
        talk.say(&format!("Did you mean `{}`?", printable(suggestion)));
    }
    let text = results.hits.iter().map(|hit| shown(hit, talk)).collect();
    if results.total > results.hits.len() && !results.hits.is_empty() {
        talk.say(&format!("{} in all", count(results.total, "result")));
    }
    text
}

fn shown(hit: &Hit, talk: &Talk) -> String {
    let mut title = hit.title.clone();
    if !hit.section.is_empty() {
        title.push_str(" › ");
        title.push_str(&hit.section);
    }
    let deprecated = if hit.lifecycle == "deprecated" { "  deprecated" } else { "" };
    let mut text = format!(
        "{}  {}{deprecated}\n  {}\n",
        talk.paint_out(&printable(&title), "1"),
        printable(&hit.kind),
        printable(&hit.url)
    );
    let excerpt: String = hit
        .excerpt
        .iter()
        .map(|(piece, found)| {
            let piece = printable(piece).replace('\n', " ");
            if *found { talk.paint_out(&piece, "33") } else { piece }
        })
        .collect();
    if !excerpt.trim().is_empty() {
        let _ = writeln!(text, "  {}", excerpt.trim());
    }
    if let Some(explanation) = &hit.explanation {
        text.push_str(&explained(explanation, hit.score));
    }
    text.push('\n');
    text
}

/// Why a hit has its score, a line each.
fn explained(explanation: &Explanation, score: u64) -> String {
    let mut text = String::from("\n");
    if explanation.words.is_empty() {
        let _ = writeln!(text, "  {score:>12}  boost: there are no words to go by");
        return text;
    }
    if explanation.is_named {
        text.push_str("  the whole query is its name: before everything else\n");
    }
    let (in_title, title) = explanation.title;
    let of_title = explanation.page * 3 * in_title / (10 * title.max(1));
    let of_section = 3 * explanation.section * explanation.boost / 64;
    let named = score.saturating_sub(explanation.page + of_section + of_title);
    let _ = writeln!(text, "  {:>12}  score", score - named);
    let Explanation { page, sum, all, held, titled, boost, .. } = explanation;
    let _ = write!(text, "  {page:>12}  page: ");
    if *all > 0 {
        let _ = write!(
            text,
            "{sum} of its words * ({held}/{all})^2 held * {}/{all} with those in the title, ",
            all + titled
        );
    }
    let _ = writeln!(text, "boost {boost}/64");
    for word in &explanation.words {
        let _ = writeln!(text, "{:>16}    {}", word.score, word_explained(word));
    }
    let pairs = match explanation.pairs {
        0 => String::new(),
        pairs => format!(", with {} of words that stand together", count(pairs as usize, "pair")),
    };
    let _ = writeln!(text, "  {of_section:>12}  best section: 3 * {} * {boost}/64{pairs}", explanation.section);
    let _ = writeln!(
        text,
        "  {of_title:>12}  title: 3/10 of the page, for {in_title} of {} that you look for",
        count(title as usize, "word")
    );
    text
}

fn word_explained(word: &ExplainedWord) -> String {
    let mut text = printable(&word.word);
    match &word.stem {
        None => text.push_str(": not on this page"),
        Some(stem) => {
            let _ = write!(text, ": {}, stem `{}`", word.why, printable(stem));
            if word.factor < 16 {
                let _ = write!(text, ", {}/16", word.factor);
            }
        }
    }
    if word.share < 16 {
        text.push_str(if word.share == 0 { ", on most pages" } else { ", a stop word" });
    }
    if word.is_titled {
        text.push_str(", in the title");
    }
    text
}
