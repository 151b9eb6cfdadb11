//! An index of very many pages: made ones, given to the search directly.

use super::processes;
use super::server::compressed;
use callboard::search::{self, SearchDocument, SearchSection, Settings};
use std::time::Instant;

/// Words of a page.
const WORDS: usize = 150;
/// Words that there are.
const VOCABULARY: usize = 400_000;

pub(crate) fn measure(pages: usize) {
    let start = Instant::now();
    documents(pages).for_each(drop);
    let making = start.elapsed();
    let (mut files, mut bytes, mut root, mut largest) = (0, 0, Vec::new(), (String::new(), Vec::new()));
    let start = Instant::now();
    let emit = &mut |path: &str, file: Vec<u8>| {
        files += 1;
        bytes += file.len();
        if path == "search/root.js" {
            root.clone_from(&file);
        }
        if file.len() > largest.1.len() {
            largest = (path.to_owned(), file);
        }
    };
    search::build(documents(pages), &Settings::default(), emit).expect("the index is in memory");
    let seconds = start.elapsed().saturating_sub(making).as_secs_f64();
    let kilobytes = |bytes: usize| bytes as f64 / 1_000.0;
    println!("{pages} pages of made words");
    println!("root: {:.0} KB, {:.0} KB as sent", kilobytes(root.len()), kilobytes(compressed(&root).len()));
    println!(
        "largest file: {}, {:.0} KB, {:.0} KB as sent",
        largest.0,
        kilobytes(largest.1.len()),
        kilobytes(compressed(&largest.1).len())
    );
    println!("{files} files, {:.0} MB", bytes as f64 / 1e6);
    println!("{seconds:.1} s, at most {:.0} MB of memory", processes::most_memory() / 1e6);
}

/// A beginning and a section each.
fn documents(pages: usize) -> impl Iterator<Item = SearchDocument> {
    let mut random = Random(1);
    (0..pages).map(move |page| {
        let heading = random.words(3);
        let beginning = SearchSection { text: random.words(WORDS / 2), ..SearchSection::default() };
        let section = SearchSection { anchor: heading.replace(' ', "-"), heading, text: random.words(WORDS / 2) };
        SearchDocument {
            kind: "docs".to_owned(),
            url: format!("docs/default/component/made-{}/page-{page}/", page / 1_000),
            title: random.words(3),
            reference: format!("component:default/made-{}", page / 1_000),
            words: format!("page {page}"),
            sections: vec![beginning, section],
            ..SearchDocument::default()
        }
    })
}

struct Random(u64);

impl Random {
    /// Between zero and one.
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Words as often as Zipf says: the second half as often as the first, the third a third as often.
    fn words(&mut self, number: usize) -> String {
        let ranks = (0..number).map(|_| (VOCABULARY as f64).powf(self.next()) as usize);
        ranks.map(word).collect::<Vec<_>>().join(" ")
    }
}

/// The word of a rank: the more common, the shorter.
fn word(mut rank: usize) -> String {
    const CONSONANTS: &[u8] = b"bdfgklmnprstvz";
    const VOWELS: &[u8] = b"aeiou";
    let mut word = String::new();
    loop {
        word.push(char::from(CONSONANTS[rank % CONSONANTS.len()]));
        rank /= CONSONANTS.len();
        word.push(char::from(VOWELS[rank % VOWELS.len()]));
        rank /= VOWELS.len();
        if rank == 0 {
            return word + "n";
        }
    }
}
