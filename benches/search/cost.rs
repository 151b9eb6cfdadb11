//! What a search costs the reader: bytes, time and memory, on one portal of all collections.

use super::browser::{Engine, Stage, assert_faultless};
use super::devtools::{Chromium, Page};
use super::report::{Axis, median};
use super::{Options, folders, processes};
use serde::Deserialize;
use serde_json::json;
use std::fs;
use std::time::Duration;

/// Milliseconds before each answer where the first search is measured: a network that is near.
const DELAY: u64 = 20;
/// Pages that each repeated measurement is taken on.
const ROUNDS: usize = 3;
const MEGABYTE: f64 = 1_000_000.0;

/// A search, in milliseconds until the first ten hits were there with their excerpts.
#[derive(Deserialize)]
struct Timed {
    milliseconds: f64,
    hits: usize,
}

fn queries() -> Vec<String> {
    let text = fs::read_to_string(folders::data().join("queries.txt")).expect("the list of queries");
    text.lines().map(str::to_owned).collect()
}

fn search(page: &mut Page, query: &str) -> Timed {
    let timed = page.eval(&format!(
        "(async () => {{
            const start = performance.now();
            const hits = await benchSearch({}, 10);
            return {{ milliseconds: performance.now() - start, hits: hits.length }};
        }})()",
        json!(query)
    ));
    serde_json::from_value(timed).expect("a time")
}

pub(crate) fn measure(stage: &Stage<'_>, options: &Options) -> Vec<Axis> {
    for folder in ["search", "assets"] {
        stage.server(Engine::Callboard).warm(folder);
    }
    for folder in ["pagefind", "minisearch.json"] {
        stage.server(Engine::Pagefind).warm(folder);
    }
    let mut axes = Vec::new();
    if options.wants("bytes") || options.wants("time") {
        let first = first(stage);
        if options.wants("bytes") {
            axes.extend(bytes(&first));
        }
        if options.wants("time") {
            axes.extend(time(&first));
            axes.extend(following(stage));
        }
    }
    if options.wants("memory") {
        axes.extend(memory(stage));
    }
    axes
}

/// Of the first search on a page of a fresh profile.
struct First {
    bytes: f64,
    requests: f64,
    milliseconds: f64,
}

/// By query, then in the order of [`Engine::ALL`]. The engines take turns.
fn first(stage: &Stage<'_>) -> Vec<[First; 3]> {
    let chromium = Chromium::start();
    let mut all = Vec::new();
    for query in queries() {
        all.push(Engine::ALL.map(|engine| {
            let mut page = stage.page(&chromium, engine);
            let server = stage.server(engine);
            server.take_sent();
            server.set_delay(DELAY);
            let timed = search(&mut page, &query);
            server.set_delay(0);
            if timed.hits < 10 {
                println!("{} finds {} pages for `{query}`", engine.name(), timed.hits);
            }
            assert_faultless(page, engine);
            let sent = server.take_sent();
            First { bytes: sent.bytes as f64, requests: sent.requests as f64, milliseconds: timed.milliseconds }
        }));
    }
    all
}

/// Some figure of every engine's first searches.
fn of_each(first: &[[First; 3]], figure: impl Fn(&mut dyn Iterator<Item = &First>) -> f64) -> [Option<f64>; 3] {
    [0, 1, 2].map(|engine| Some(figure(&mut first.iter().map(|engines| &engines[engine]))))
}

fn bytes(first: &[[First; 3]]) -> Vec<Axis> {
    let kilobytes = |one: &First| one.bytes / 1_000.0;
    vec![
        Axis::new("first search, KB, median", of_each(first, |all| median(all.map(kilobytes))), 0).at_most(150.0),
        Axis::new("first search, KB, most", of_each(first, |all| all.map(kilobytes).fold(0.0, f64::max)), 0),
        Axis::new("first search, requests, median", of_each(first, |all| median(all.map(|one| one.requests))), 0),
    ]
}

fn time(first: &[[First; 3]]) -> Vec<Axis> {
    let ratio = median(first.iter().map(|[own, pagefind, _]| own.milliseconds / pagefind.milliseconds));
    let name = format!("first search, ms, median; {DELAY} ms before each answer");
    vec![
        Axis::new(&name, of_each(first, |all| median(all.map(|one| one.milliseconds))), 0),
        Axis::own("first search, time, as part of Pagefind's, median", ratio, 2).at_most(0.5),
    ]
}

/// Searches on a page that has searched before: with words that are new to it, then with the same ones again.
fn following(stage: &Stage<'_>) -> Vec<Axis> {
    let chromium = Chromium::start();
    let queries = queries();
    let (mut new, mut known) = ([None; 3], [None; 3]);
    for (at, engine) in Engine::ALL.into_iter().enumerate() {
        let (mut new_times, mut known_times) = (Vec::new(), Vec::new());
        for round in 0..ROUNDS {
            let mut page = stage.page(&chromium, engine);
            let mut order = queries.clone();
            order.rotate_left(round * queries.len() / ROUNDS);
            search(&mut page, &order[0]);
            new_times.extend(order[1..].iter().map(|query| search(&mut page, query).milliseconds));
            known_times.extend(order[1..].iter().map(|query| search(&mut page, query).milliseconds));
            assert_faultless(page, engine);
        }
        (new[at], known[at]) = (Some(median(new_times)), Some(median(known_times)));
    }
    vec![
        Axis::new("next search, new words, ms, median", new, 1).at_most(40.0),
        Axis::new("next search, the same again, ms, median", known, 1).at_most(5.0),
    ]
}

/// What a page holds more after all queries than before the first, once what is not needed is collected.
fn memory(stage: &Stage<'_>) -> Vec<Axis> {
    let (mut private, mut heap) = ([None; 3], [None; 3]);
    for (at, engine) in Engine::ALL.into_iter().enumerate() {
        let rounds: Vec<(f64, f64)> = (0..ROUNDS)
            .map(|_| {
                let chromium = Chromium::start();
                let mut page = stage.page(&chromium, engine);
                let (heap, renderers) = held(&mut page);
                for query in queries() {
                    search(&mut page, &query);
                }
                let (heap_after, after) = held(&mut page);
                let grown = after.iter().filter_map(|(id, bytes)| Some(bytes - renderers.get(id)?)).fold(0.0, f64::max);
                ((heap_after - heap) / MEGABYTE, grown / MEGABYTE)
            })
            .collect();
        heap[at] = Some(median(rounds.iter().map(|round| round.0)));
        private[at] = Some(median(rounds.iter().map(|round| round.1)));
    }
    vec![
        Axis::new("memory, the page's process, private, MB", private, 1).at_most_pagefinds(),
        Axis::new("memory, the page's JavaScript heap, MB", heap, 1),
    ]
}

/// The page's heap and the private memory of every renderer, in bytes.
fn held(page: &mut Page) -> (f64, std::collections::BTreeMap<u32, f64>) {
    for _ in 0..3 {
        page.call("HeapProfiler.collectGarbage", json!({}));
        std::thread::sleep(Duration::from_millis(300));
    }
    let heap = page.call("Runtime.getHeapUsage", json!({}));
    (heap["usedSize"].as_f64().expect("a size"), processes::renderers())
}
