//! `callboard search`

use super::{Talk, print};
use crate::diagnostics::{Stop, count, printable};
use crate::search::{self, Results, Shards};
use clap::Args;
use std::io;
use std::path::{Path, PathBuf};

/// Search a built portal.
///
/// From the same shards and with the same ranking as in the browser.
#[derive(Args)]
#[command(after_help = "\
Examples:
  callboard search payment
  callboard search \"refund webhook\" --portal site --limit 5
  callboard search stripe --json | jq -r '.hits[].url'")]
pub(crate) struct Search {
    /// Words to look for
    #[arg(required = true, value_name = "QUERY")]
    query: Vec<String>,
    /// The built portal
    #[arg(long, default_value = "public", value_name = "DIR")]
    portal: PathBuf,
    /// How many results to show
    #[arg(short = 'n', long, default_value_t = 10, value_name = "N")]
    limit: usize,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// A portal's folder as a place to read shards from.
struct Folder<'a>(&'a Path);

impl Shards for Folder<'_> {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        std::fs::read(self.0.join(path))
    }
}

pub(crate) fn run(command: &Search, talk: &Talk) -> Result<(), Stop> {
    let portal = &command.portal;
    if !portal.join("search/root.js").is_file() {
        return Err(Stop::usage(format!("`{}` is not a built portal", portal.display()))
            .hint("Build one with `callboard build`, or name its folder with `--portal`."));
    }
    let query = command.query.join(" ");
    if query.trim().is_empty() || command.limit == 0 {
        return Err(Stop::usage("there is nothing to search for").hint("Give a word, and a limit from 1."));
    }
    let results = search::query(
        &Folder(portal),
        &search::Ask { query: &query, limit: command.limit, facets: command.json, explain: false },
    )
    .map_err(|error| Stop::environment("the search index cannot be read").cause(error))?;
    let text = if command.json { json(&results) } else { human(&results, &query, talk) };
    print(&text)
}

fn json(results: &Results) -> String {
    serde_json::to_string_pretty(results).unwrap_or_default() + "\n"
}

fn human(results: &Results, query: &str, talk: &Talk) -> String {
    if results.hits.is_empty() {
        talk.say(&format!("Nothing found for `{}`", printable(query)));
    }
    if let Some(suggestion) = &results.suggestion {
        talk.say(&format!("Did you mean `{}`?", printable(suggestion)));
    }
    let mut text = String::new();
    for hit in &results.hits {
        let mut title = hit.title.clone();
        if !hit.section.is_empty() {
            title.push_str(" › ");
            title.push_str(&hit.section);
        }
        text.push_str(&format!(
            "{}  {}\n  {}\n",
            talk.paint_out(&printable(&title), "1"),
            hit.kind,
            printable(&hit.url)
        ));
        let excerpt: String = hit
            .excerpt
            .iter()
            .map(|(piece, found)| {
                let piece = printable(piece).replace('\n', " ");
                if *found { talk.paint_out(&piece, "33") } else { piece }
            })
            .collect();
        if !excerpt.trim().is_empty() {
            text.push_str(&format!("  {}\n", excerpt.trim()));
        }
        text.push('\n');
    }
    if results.total > results.hits.len() && !results.hits.is_empty() {
        talk.say(&format!("{} in all", count(results.total, "result")));
    }
    text
}
