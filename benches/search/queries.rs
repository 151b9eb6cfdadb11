//! Judged queries: what was typed, and the pages that answer it.
//!
//! People's queries are of the classes natural, keyword and paraphrase. The others are made from titles and headings by
//! [`write`], the same ones every time.

use super::collections::Collection;
use super::folders;
use super::portal::{Page, Portal};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

/// In the order of tables.
pub(crate) const CLASSES: [&str; 7] = ["natural", "keyword", "paraphrase", "title", "heading", "prefix", "typo"];
/// Made from pages.
const MADE: [&str; 4] = ["title", "heading", "prefix", "typo"];
/// Of each class in each collection.
const EACH: usize = 25;
/// A title that more pages share says nothing.
const MOST_RELEVANT: usize = 4;

#[derive(Clone, Deserialize, Serialize)]
pub(crate) struct Query {
    pub(crate) query: String,
    pub(crate) class: String,
    /// Markdown files, below the collection's folder.
    pub(crate) relevant: Vec<String>,
    /// `tuned` or `held-out`.
    #[serde(default)]
    pub(crate) half: String,
}

pub(crate) fn of(collection: &Collection) -> Vec<Query> {
    let text = fs::read_to_string(file(collection)).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).expect("a judged query")).collect()
}

fn file(collection: &Collection) -> PathBuf {
    folders::data().join("judged").join(format!("{}.jsonl", collection.name))
}

/// Makes the queries of the mechanical classes anew, keeps the others, and says of all which half they are of.
pub(crate) fn write(collection: &Collection, portal: &Portal) {
    let people: Vec<Query> = of(collection).into_iter().filter(|query| !MADE.contains(&query.class.as_str())).collect();
    let mut typed = BTreeSet::new();
    let mut text = String::new();
    for mut query in people.into_iter().chain(made(collection, portal)) {
        let known = |path: &String| portal.pages.iter().any(|page| page.path == *path);
        for path in query.relevant.iter().filter(|path| !known(path)) {
            println!("{}: `{}` wants `{path}`, which is no page", collection.name, query.query);
        }
        if typed.insert(query.query.clone()) {
            query.half = half(collection, &query.query).to_owned();
            let _ = writeln!(text, "{}", serde_json::to_string(&query).expect("plain data"));
        }
    }
    fs::write(file(collection), text).expect("the queries can be written");
}

fn half(collection: &Collection, query: &str) -> &'static str {
    let is_tuned = blake3::hash(query.as_bytes()).as_bytes()[0].is_multiple_of(2);
    if is_tuned && !collection.held_out { "tuned" } else { "held-out" }
}

fn made(collection: &Collection, portal: &Portal) -> Vec<Query> {
    let pages = Pages::of(portal);
    let makers: [(&str, Maker); 4] = [("title", title), ("heading", heading), ("prefix", prefix), ("typo", typo)];
    let wanted = if collection.language == "en" { 4 } else { 2 };
    let mut made = Vec::new();
    for (class, maker) in makers.into_iter().take(wanted) {
        let mut typed = BTreeSet::new();
        let found = pages.shuffled(&collection.name, class).into_iter().filter_map(|(page, mut random)| {
            let (query, relevant) = maker(&pages, page, &mut random)?;
            let fits = (1..=MOST_RELEVANT).contains(&relevant.len()) && typed.insert(query.clone());
            fits.then(|| Query { query, class: class.to_owned(), relevant, half: String::new() })
        });
        made.extend(found.take(EACH));
    }
    made
}

/// A query made from a page, with the pages that answer it.
type Maker = fn(&Pages<'_>, &Page, &mut Random) -> Option<(String, Vec<String>)>;

/// The pages with what is known of their words.
struct Pages<'a> {
    pages: &'a [Page],
    /// In how many pages a word stands.
    frequency: HashMap<String, usize>,
}

impl<'a> Pages<'a> {
    fn of(portal: &'a Portal) -> Self {
        let mut frequency = HashMap::new();
        for page in &portal.pages {
            let headings = page.text.headings.iter().map(|heading| heading.text.as_str());
            let sections = page.text.sections.iter().map(String::as_str);
            let texts = headings.chain(sections).chain([page.title.as_str()]);
            for word in texts.flat_map(words).collect::<BTreeSet<_>>() {
                *frequency.entry(word).or_insert(0) += 1;
            }
        }
        Pages { pages: &portal.pages, frequency }
    }

    /// The pages in an order by chance, the same every time, each with its own luck.
    fn shuffled(&self, collection: &str, class: &str) -> Vec<(&'a Page, Random)> {
        let mut pages: BTreeMap<u64, &Page> = BTreeMap::new();
        for page in self.pages {
            let hash = blake3::hash(format!("{collection} {class} {}", page.path).as_bytes());
            pages.insert(u64::from_le_bytes(hash.as_bytes()[..8].try_into().expect("eight bytes")), page);
        }
        pages.into_iter().map(|(seed, page)| (page, Random(seed))).collect()
    }

    fn where_page(&self, is_relevant: impl Fn(&Page) -> bool) -> Vec<String> {
        self.pages.iter().filter(|page| is_relevant(page)).map(|page| page.path.clone()).collect()
    }

    fn titled(&self, title: &str) -> Vec<String> {
        self.where_page(|page| as_typed(&page.title) == title)
    }
}

/// The title as it is typed.
fn title(pages: &Pages<'_>, page: &Page, _: &mut Random) -> Option<(String, Vec<String>)> {
    let title = as_typed(&page.title);
    (title.chars().count() > 2).then(|| (title.clone(), pages.titled(&title)))
}

/// The title's rarest word and one of the page's headings.
fn heading(pages: &Pages<'_>, page: &Page, random: &mut Random) -> Option<(String, Vec<String>)> {
    let rarity = |word: &String| (pages.frequency.get(word).copied().unwrap_or(0), word.clone());
    let word = words(&page.title).into_iter().min_by_key(rarity)?;
    let fits = |heading: &str| {
        let words = words(heading);
        (1..=6).contains(&words.len()) && !words.contains(&word) && as_typed(heading) != as_typed(&page.title)
    };
    let headings: Vec<String> = page
        .text
        .headings
        .iter()
        .filter(|heading| matches!(heading.level, 2 | 3) && fits(&heading.text))
        .map(|heading| as_typed(&heading.text))
        .collect();
    let heading = headings.get(random.below(headings.len().max(1)))?;
    let relevant = pages.where_page(|page| {
        words(&page.title).contains(&word) && page.text.headings.iter().any(|other| as_typed(&other.text) == *heading)
    });
    Some((format!("{word} {heading}"), relevant))
}

/// The title while its last word is being typed: six of ten letters of it, at least three. A page whose title goes on
/// in the same way answers as well.
fn prefix(pages: &Pages<'_>, page: &Page, _: &mut Random) -> Option<(String, Vec<String>)> {
    let title = as_typed(&page.title);
    let last = title.rsplit(' ').next().filter(|last| last.len() >= 5 && is_plain(last))?;
    let kept = (last.len() * 6 / 10).max(3);
    let query = title[..title.len() - last.len() + kept].to_owned();
    let relevant = pages.where_page(|page| as_typed(&page.title).starts_with(&query));
    Some((query, relevant))
}

/// The title with one word mistyped: once, and a third of the long words twice.
fn typo(pages: &Pages<'_>, page: &Page, random: &mut Random) -> Option<(String, Vec<String>)> {
    let title = as_typed(&page.title);
    let long: Vec<&str> = title.split(' ').filter(|word| word.len() >= 5 && is_plain(word)).collect();
    let word = *long.get(random.below(long.len().max(1)))?;
    let edits = if word.len() >= 10 && random.below(3) == 0 { 2 } else { 1 };
    let mistyped = (0..edits).fold(word.to_owned(), |word, _| edited(&word, random));
    if mistyped == word || pages.frequency.contains_key(&mistyped) {
        return None;
    }
    Some((title.replacen(word, &mistyped, 1), pages.titled(&title)))
}

const KEYS: [&str; 3] = ["qwertyuiop", "asdfghjkl", "zxcvbnm"];

/// The word with two letters swapped, or one dropped, doubled, or replaced by its neighbour on the keyboard.
fn edited(word: &str, random: &mut Random) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    let at = random.below(letters.len());
    match random.below(4) {
        0 => {
            let at = at.min(letters.len() - 2);
            letters.swap(at, at + 1);
        }
        1 => {
            letters.remove(at);
        }
        2 => letters.insert(at, letters[at]),
        _ => {
            let row = KEYS.iter().find(|row| row.contains(letters[at])).expect("every letter has a key");
            let key = row.find(letters[at]).expect("it is in the row");
            let neighbour = if key == 0 || (key + 1 < row.len() && random.below(2) == 0) { key + 1 } else { key - 1 };
            letters[at] = char::from(row.as_bytes()[neighbour]);
        }
    }
    letters.into_iter().collect()
}

fn is_plain(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_lowercase())
}

/// As people type it: lower case, single spaces, without quotes and what ends a sentence.
fn as_typed(text: &str) -> String {
    let kept = text.to_lowercase().replace(['"', '“', '”', '`', '?', '!', ',', ';', '¶'], "");
    let kept = kept.replace(['\'', '’'], "'").replace([':', '(', ')', '[', ']', '{', '}', '|', '—', '–'], " ");
    kept.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).collect::<Vec<_>>().join(" ")
}

/// Words of two characters and more, in lower case. Japanese has no spaces: a word is what is written in one script,
/// and what is in Hiragana is none.
fn words(text: &str) -> Vec<String> {
    let script = |c: char| match c {
        '\u{3041}'..='\u{309f}' => 0,
        '\u{30a0}'..='\u{30ff}' => 1,
        '\u{3400}'..='\u{9fff}' => 2,
        c if c.is_alphanumeric() => 3,
        _ => 0,
    };
    let lower = text.to_lowercase();
    let characters: Vec<char> = lower.chars().collect();
    let runs = characters.chunk_by(|a, b| script(*a) == script(*b));
    runs.filter(|run| run.len() > 1 && script(run[0]) > 0).map(|run| run.iter().collect()).collect()
}

/// A small generator of numbers, the same ones every time.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }
}
