//! How well the engines find what was meant: the mean reciprocal rank among ten pages.

use super::browser::{Engine, Found, Stage, found};
use super::collections::Collection;
use super::devtools::Chromium;
use super::portal::Portal;
use super::queries::{self, CLASSES, Query};
use super::report::{Axis, Table, number};
use super::{Options, portal};
use serde_json::json;
use std::fmt::Write as _;

/// A query with what each engine found, in the order of [`Engine::ALL`].
struct Asked {
    collection: String,
    query: Query,
    found: Vec<Found>,
}

impl Asked {
    /// The place of the first page that answers the query, from one on.
    fn rank(&self, engine: usize) -> Option<usize> {
        self.found[engine].iter().position(|path| self.query.relevant.contains(path)).map(|place| place + 1)
    }

    fn gain(&self, engine: usize) -> f64 {
        self.rank(engine).map_or(0.0, |rank| 1.0 / rank as f64)
    }
}

pub(crate) fn measure(collections: &[Collection], options: &Options) -> String {
    let chromium = Chromium::start();
    let mut asked = Vec::new();
    for collection in collections.iter().filter(|collection| collection.judged) {
        let portal = Portal::of(&collection.name, &[collection], options);
        let queries = queries::of(collection);
        println!("{}: {} pages, {} queries", collection.name, portal.pages.len(), queries.len());
        let stage = Stage::set(&portal);
        let by_engine: Vec<Vec<Found>> =
            Engine::ALL.iter().map(|engine| found(&chromium, &stage, *engine, &queries)).collect();
        asked.extend(queries.into_iter().enumerate().map(|(number, query)| Asked {
            collection: collection.name.clone(),
            query,
            found: by_engine.iter().map(|found| found[number].clone()).collect(),
        }));
    }
    if let Some(file) = &options.details {
        portal::write(file, details(&asked));
    }
    report(&asked)
}

/// A line of JSON for each query.
fn details(asked: &[Asked]) -> String {
    let mut text = String::new();
    for one in asked {
        let engines: serde_json::Map<_, _> = Engine::ALL
            .iter()
            .enumerate()
            .map(|(at, engine)| (engine.name().to_owned(), json!({ "rank": one.rank(at), "top": one.found[at] })))
            .collect();
        let line = json!({
            "collection": one.collection,
            "class": one.query.class,
            "half": one.query.half,
            "query": one.query.query,
            "relevant": one.query.relevant,
            "engines": engines,
        });
        let _ = writeln!(text, "{line}");
    }
    text
}

const HALVES: [&str; 2] = ["held-out", "tuned"];

fn report(asked: &[Asked]) -> String {
    let mut collections: Vec<&str> = asked.iter().map(|one| one.collection.as_str()).collect();
    collections.dedup();
    let head = |half: &str| {
        let names = Engine::ALL.map(|engine| format!("{half}: {}", engine.name()));
        [vec![format!("{half} queries")], names.to_vec()].concat()
    };
    let mut table =
        Table::new([vec!["collection".to_owned(), "class".to_owned()], head(HALVES[0]), head(HALVES[1])].concat());
    for collection in &collections {
        let has = |class: &&str| asked.iter().any(|one| one.collection == *collection && one.query.class == *class);
        for class in CLASSES.into_iter().filter(has) {
            table.row(row(collection, class, |half| {
                means(asked, &[collection], |one| one.query.class == class && one.query.half == half)
            }));
        }
        table.row(row(collection, "**all**", |half| means(asked, &[collection], |one| one.query.half == half)));
    }
    for class in CLASSES {
        table.row(row("**mean**", class, |half| {
            means(asked, &collections, |one| one.query.class == class && one.query.half == half)
        }));
    }
    table.row(row("**mean**", "**all**", |half| means(asked, &collections, |one| one.query.half == half)));
    format!("Quality: MRR@10; means are over collections\n\n{table}\n{}", targets(asked, &collections))
}

/// Queries, and the mean gain of each engine; none without a query.
type Means = (usize, Option<[f64; 3]>);

fn row(collection: &str, class: &str, of: impl Fn(&str) -> Means) -> Vec<String> {
    let mut row = vec![collection.to_owned(), class.to_owned()];
    for half in HALVES {
        let (queries, means) = of(half);
        row.push(queries.to_string());
        row.extend(match means {
            Some(means) => means.map(|mean| number(mean, 3)).to_vec(),
            None => vec!["–".to_owned(); 3],
        });
    }
    row
}

/// The mean of each collection's mean.
fn means(asked: &[Asked], collections: &[&str], is_meant: impl Fn(&Asked) -> bool) -> Means {
    let mut sums = [0.0; 3];
    let (mut queries, mut with_some) = (0, 0);
    for collection in collections {
        let meant: Vec<&Asked> = asked.iter().filter(|one| one.collection == *collection && is_meant(one)).collect();
        if meant.is_empty() {
            continue;
        }
        queries += meant.len();
        with_some += 1;
        for (engine, sum) in sums.iter_mut().enumerate() {
            *sum += meant.iter().map(|one| one.gain(engine)).sum::<f64>() / meant.len() as f64;
        }
    }
    (queries, (with_some > 0).then(|| sums.map(|sum| sum / f64::from(with_some))))
}

fn targets(asked: &[Asked], collections: &[&str]) -> String {
    let held_out = |one: &Asked| one.query.half == HALVES[0];
    let mut axes = Vec::new();
    if let (_, Some(means @ [own, pagefind, minisearch])) = means(asked, collections, held_out) {
        axes.push(Axis::new("MRR@10, held-out", means.map(Some), 3));
        axes.push(Axis::own("the same, over Pagefind's", own - pagefind, 3).at_least(0.10));
        axes.push(Axis::own("the same, over MiniSearch's", own - minisearch, 3).at_least(0.03));
    }
    for (class, least) in [("typo", 0.90), ("prefix", 0.93)] {
        if let (_, Some(means)) = means(asked, collections, |one| held_out(one) && one.query.class == class) {
            axes.push(Axis::new(&format!("MRR@10, held-out, {class}"), means.map(Some), 3).at_least(least));
        }
    }
    Axis::table(&axes)
}
