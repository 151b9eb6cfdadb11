//! Searches small catalogs through [`build`] and [`query`], with tantivy's own ranking as the oracle.

use std::collections::BTreeMap;
use std::io;

use tantivy::collector::TopDocs;
use tantivy::query::{BooleanQuery, Query, TermQuery};
use tantivy::schema::{IndexRecordOption, STORED, Schema, TextFieldIndexing, TextOptions, Value};
use tantivy::{Index, TantivyDocument, Term};

use super::ranking::inverse_frequency;
use super::shard::{Posting, decode, encode, key_order};
use super::{Results, SearchDocument, Shards, build, query};

struct Files(BTreeMap<String, Vec<u8>>);

impl Shards for Files {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        self.0.get(path).cloned().ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, path.to_owned()))
    }
}

fn built(documents: Vec<SearchDocument>) -> Files {
    let mut files = BTreeMap::new();
    let mut emit =
        |path: &str, content| assert!(files.insert(path.to_owned(), content).is_none(), "`{path}` came twice");
    build(documents.into_iter(), &mut emit).expect("documents in memory can be indexed");
    Files(files)
}

fn found(files: &Files, words: &str) -> Results {
    query(files, words, 10).expect("built shards can be read")
}

fn urls(files: &Files, words: &str) -> Vec<String> {
    found(files, words).hits.into_iter().map(|hit| hit.url).collect()
}

fn entity(kind: &str, name: &str, title: &str, body: &str) -> SearchDocument {
    SearchDocument {
        kind: kind.into(),
        url: format!("catalog/default/{kind}/{name}/"),
        title: title.into(),
        reference: format!("{kind}:default/{name}"),
        words: name.into(),
        body: body.into(),
        ..SearchDocument::default()
    }
}

fn section(url: &str, title: &str, heading: &str, body: &str) -> SearchDocument {
    SearchDocument {
        kind: "docs".into(),
        url: format!("docs/{url}"),
        title: title.into(),
        section: heading.into(),
        reference: "component:default/payment-service".into(),
        body: body.into(),
        ..SearchDocument::default()
    }
}

fn shop() -> Vec<SearchDocument> {
    vec![
        entity("api", "payment-api", "Payment API", "Take money and give it back."),
        entity("component", "ledger", "ledger", "Books every payment of the payment-service."),
        entity("component", "payment-service", "Payment Service", "Accepts payments from customers."),
        entity("group", "cafe", "Café Überblick", "Looks after BillingGateway and 支払いサービス."),
        section("guide/", "Guide", "", "How to work with payments here."),
        section("guide/#install", "Guide", "Installing", "Install the service with the installer."),
        section("runbook/", "Runbook", "", "When the payment service is down, call the installer of the ledger."),
    ]
}

#[test]
fn a_whole_name_comes_first() {
    let files = built(shop());
    let service = "catalog/default/component/payment-service/";
    for words in ["payment service", "payment-service", "Payment_SERVICE", "component:default/payment-service"] {
        assert_eq!(urls(&files, words)[0], service, "{words}");
    }
    assert_eq!(urls(&files, "component payment-service")[0], service);
    assert_eq!(urls(&files, "api payment-api")[0], "catalog/default/api/payment-api/");
    assert_eq!(urls(&files, "runbook")[0], "docs/runbook/");
}

#[test]
fn words_are_found_by_stem_beginning_part_and_joined() {
    let files = built(shop());
    assert_eq!(urls(&files, "installs")[0], "docs/guide/#install");
    assert_eq!(urls(&files, "custom"), ["catalog/default/component/payment-service/"]);
    assert_eq!(urls(&files, "gateway"), ["catalog/default/group/cafe/"]);
    assert_eq!(urls(&files, "billingGateway"), ["catalog/default/group/cafe/"]);
    assert_eq!(urls(&files, "paymentservice"), ["catalog/default/component/payment-service/"]);
    assert_eq!(urls(&files, "nothing-like-this"), Vec::<String>::new());
    assert_eq!(urls(&files, ""), Vec::<String>::new());
}

#[test]
fn letters_are_found_without_their_accents_and_unspaced_text_by_its_parts() {
    let files = built(shop());
    for words in
        ["cafe", "CAFÉ", "cafe\u{301}", "uberblick", "Überblick", "u\u{308}berblick", "支払い", "サービス", "払"]
    {
        assert_eq!(urls(&files, words), ["catalog/default/group/cafe/"], "{words}");
    }
}

#[test]
fn a_mistyped_word_finds_and_suggests_the_meant_one() {
    let files = built(shop());
    let results = found(&files, "custmers payment");
    assert_eq!(results.suggestion.as_deref(), Some("customers payment"));
    assert_eq!(results.hits[0].url, "catalog/default/component/payment-service/");
    assert_eq!(found(&files, "payment").suggestion, None);
    assert_eq!(found(&files, "installable").suggestion, None, "an unknown ending is no mistake");
}

#[test]
fn documents_with_all_words_come_before_those_with_some() {
    let files = built(vec![
        section("a/", "A", "", "needle needle needle needle"),
        section("b/", "B", "", "A haystack of some length, with a needle that nobody was looking for until now."),
        section("c/", "C", "", "haystack haystack haystack"),
    ]);
    assert_eq!(urls(&files, "needle haystack")[0], "docs/b/");
}

#[test]
fn entities_come_before_documentation_of_equal_text() {
    let text = "the same words";
    let mut documents = vec![section("a/", "A", "", text), entity("component", "b", "B", text)];
    documents[1].words.clear();
    assert_eq!(urls(&built(documents), "same words"), ["catalog/default/component/b/", "docs/a/"]);
}

#[test]
fn a_page_shows_its_three_best_sections() {
    let mut documents: Vec<_> =
        (0..9).map(|place| section(&format!("long/#s{place}"), "Long", "Part", "shared word")).collect();
    documents.push(section("short/", "Short", "", "shared word among many others that dilute the match"));
    let results = found(&built(documents), "shared");
    assert_eq!(results.total, 10);
    let urls: Vec<_> = results.hits.iter().map(|hit| hit.url.as_str()).collect();
    assert_eq!(urls, ["docs/long/#s0", "docs/long/#s1", "docs/long/#s2", "docs/short/"]);
}

#[test]
fn an_excerpt_marks_the_words_in_untouched_text() {
    let text = format!("{} <b>Payments</b> & \u{2028} “payment” </script> end.", "filler ".repeat(60));
    let files = built(vec![section("a/", "<i>", "", &text)]);
    let hit = found(&files, "payment").hits.remove(0);
    assert_eq!(hit.title, "<i>");
    let marked: Vec<_> = hit.excerpt.iter().filter(|piece| piece.1).map(|piece| piece.0.as_str()).collect();
    assert_eq!(marked, ["Payments", "payment"]);
    let shown: String = hit.excerpt.into_iter().map(|piece| piece.0).collect();
    assert_eq!(shown, "…filler filler filler <b>Payments</b> & “payment” </script> end.");
}

#[test]
fn shards_are_scripts_that_cannot_become_markup() {
    let files = built(vec![section("a/", "</script><!--", "\u{2029}", "<script>alert('&amp;')</script>")]);
    for (path, content) in &files.0 {
        let name = path.trim_start_matches("search/").trim_end_matches(".js");
        let script = std::str::from_utf8(content).expect("shards are UTF-8");
        let json = script.strip_prefix(&format!("callboardShard(\"{name}\",")).expect("a shard begins with its name");
        let json = json.strip_suffix(");\n").expect("a shard is one call");
        assert!(!script.contains(['<', '>', '&', '\u{2028}', '\u{2029}']), "{path}");
        serde_json::from_str::<serde_json::Value>(json).expect("a shard holds one JSON value");
    }
}

#[test]
fn shards_are_the_same_each_time_and_an_edit_changes_few() {
    let text =
        |seed: usize| (0..80).map(|place| format!("word{} ", (seed * 31 + place * 17) % 4_999)).collect::<String>();
    let documents: Vec<_> = (0..2_000).map(|page| section(&format!("{page}/"), "Page", "", &text(page))).collect();
    let before = built(documents.clone()).0;
    assert_eq!(before, built(documents.clone()).0);
    let mut edited = documents;
    edited[700].body.push_str(" indubitable");
    let after = built(edited).0;
    let changed: Vec<_> = after.iter().filter(|(path, content)| before.get(*path) != Some(content)).collect();
    assert_eq!(before.len(), after.len());
    assert!(changed.len() < before.len() / 4, "{} of {} changed", changed.len(), before.len());
    assert!(after.values().all(|content| content.len() < 48_000));
}

#[test]
fn a_word_of_most_documents_hides_no_other() {
    let mut documents: Vec<_> =
        (0..25_000).map(|page| section(&format!("{page:05}/"), "", "", "common common")).collect();
    documents[24_321].body = "a rare word in a longer text, which is common".into();
    let files = built(documents);
    assert_eq!(urls(&files, "common rare")[0], "docs/24321/");
    assert_eq!(found(&files, "common").total, 24_576);
}

#[test]
fn no_documents_find_nothing() {
    assert_eq!(found(&built(Vec::new()), "anything at all"), Results::default());
}

#[test]
fn missing_and_foreign_shards_are_errors() {
    let mut files = built(shop());
    files.0.remove("search/text/0.js");
    assert_eq!(query(&files, "payment", 1).map_err(|error| error.kind()), Err(io::ErrorKind::NotFound));
    files.0.insert("search/root.js".into(), b"alert(1)".to_vec());
    assert_eq!(query(&files, "payment", 1).map_err(|error| error.kind()), Err(io::ErrorKind::InvalidData));
}

#[test]
fn scores_are_those_of_tantivy() {
    let vocabulary = ["deploy", "rollback", "queue", "cache", "tenant", "quota", "shard", "replica", "lease", "token"];
    let texts: Vec<String> = (0..600_usize).map(|seed| pseudo_random_text(seed, &vocabulary)).collect();
    let pages = texts.iter().enumerate().map(|(page, text)| section(&format!("{page:03}/"), "", "", text));
    let files = built(pages.collect());
    for words in [&["deploy"][..], &["queue"], &["token"], &["cache", "lease"], &["quota", "shard", "replica"]] {
        let expected = tantivy_scores(&texts, words);
        let results = query(&files, &words.join(" "), 600).expect("built shards can be read");
        let mut compared = 0;
        for hit in &results.hits {
            let (held, score) = expected[&hit.url];
            if held == words.len() {
                let ours = hit.score as f64 / f64::from(16 * 4096);
                assert!((ours - score).abs() < 0.002 * score, "{words:?} {}: {ours}, not {score}", hit.url);
                compared += 1;
            }
        }
        assert!(compared > 50, "{words:?}: {compared} of {}", expected.len());
    }
}

fn pseudo_random_text(seed: usize, vocabulary: &[&str]) -> String {
    let mut state = seed as u64 + 1;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize
    };
    let length = 3 + next() % 60;
    (0..length)
        .map(|_| if next() % 3 == 0 { vocabulary[next() % vocabulary.len()] } else { "and" })
        .fold(String::new(), |text, word| text + word + " ")
}

/// For each url, how many of the words its text holds, and the sum of tantivy's scores for them.
fn tantivy_scores(texts: &[String], words: &[&str]) -> BTreeMap<String, (usize, f64)> {
    let stemmed = TextFieldIndexing::default().set_tokenizer("en_stem").set_index_option(IndexRecordOption::WithFreqs);
    let mut schema = Schema::builder();
    let body = schema.add_text_field("body", TextOptions::default().set_indexing_options(stemmed));
    let url = schema.add_text_field("url", STORED);
    let index = Index::create_in_ram(schema.build());
    let mut writer = index.writer_with_num_threads(1, 20_000_000).expect("a writer in memory");
    for (page, text) in texts.iter().enumerate() {
        let mut document = TantivyDocument::default();
        document.add_text(body, text);
        document.add_text(url, format!("docs/{page:03}/"));
        writer.add_document(document).expect("a document in memory");
    }
    writer.commit().expect("a commit in memory");
    let searcher = index.reader().expect("a reader in memory").searcher();
    let stem = |word: &str| super::analysis::Stems::english().stem(word);
    let term = |word: &&str| -> Box<dyn Query> {
        Box::new(TermQuery::new(Term::from_field_text(body, &stem(word)), IndexRecordOption::WithFreqs))
    };
    let mut scores = BTreeMap::<String, (usize, f64)>::new();
    let all = BooleanQuery::union(words.iter().map(term).collect());
    let top = searcher.search(&all, &TopDocs::with_limit(texts.len()).order_by_score()).expect("a search in memory");
    for (score, address) in top {
        let document: TantivyDocument = searcher.doc(address).expect("a stored document");
        let url = document.get_first(url).and_then(|value| value.as_str()).expect("a stored url").to_owned();
        let page: usize = url[5..8].parse().expect("urls hold the page's number");
        let held = words.iter().filter(|word| texts[page].contains(**word)).count();
        scores.insert(url, (held, f64::from(score)));
    }
    scores
}

#[test]
fn postings_survive_their_encoding() {
    let posting = |document, occurrences, is_entity, length| Posting { document, occurrences, is_entity, length };
    let postings =
        [posting(0, 1, true, 0), posting(44, 2, false, 89), posting(89, 44, true, 3), posting(900_000, 7, false, 40)];
    assert_eq!(decode(&encode(&postings)).collect::<Vec<_>>(), postings);
    assert_eq!(decode(&encode(&[posting(1, 1_000, false, 0)])).next(), Some(posting(1, 44, false, 0)));
    assert_eq!(decode("~~").next(), None);
}

#[test]
fn inverse_frequencies_are_logarithms() {
    for (holding, documents) in [(1, 1), (1, 100_000), (3, 10), (500, 1_000), (99_999, 100_000)] {
        let exact = ((2 * documents + 2) as f64 / (2 * holding + 1) as f64).ln();
        let computed = inverse_frequency(holding, documents) as f64 / 4096.0;
        assert!((exact - computed).abs() < 0.001, "{holding} of {documents}: {computed}, not {exact}");
    }
}

#[test]
fn keys_are_ordered_as_in_a_browser() {
    assert!(key_order("\u{20000}", "\u{fb01}").is_lt(), "by UTF-16 unit, not by code point");
    assert!(key_order("pay", "payment").is_lt());
}
