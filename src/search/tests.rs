//! Searches small catalogs through [`build`] and [`query`], with tantivy's own ranking as the oracle.

use std::collections::BTreeMap;
use std::io;

use tantivy::collector::TopDocs;
use tantivy::query::TermQuery;
use tantivy::schema::{IndexRecordOption, STORED, Schema, TextFieldIndexing, TextOptions, Value};
use tantivy::{Index, TantivyDocument, Term};

use super::ranking::{coarse, inverse_frequency, level_of};
use super::shard::{Line, List, Posting, Surface, decode, encode, key_order, read_lines, write_lines};
use super::{Ask, Results, SearchDocument, SearchSection, Settings, Shards, build, query};

struct Files(BTreeMap<String, Vec<u8>>);

impl Shards for Files {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        self.0.get(path).cloned().ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, path.to_owned()))
    }
}

fn built(documents: Vec<SearchDocument>) -> Files {
    built_with(documents, &Settings::default())
}

fn built_with(documents: Vec<SearchDocument>, settings: &Settings) -> Files {
    let mut files = BTreeMap::new();
    let mut emit =
        |path: &str, content| assert!(files.insert(path.to_owned(), content).is_none(), "`{path}` came twice");
    build(documents.into_iter(), settings, &mut emit).expect("documents in memory can be indexed");
    Files(files)
}

fn found(files: &Files, words: &str) -> Results {
    ask(files, words, 10).expect("built shards can be read")
}

fn ask(files: &Files, words: &str, limit: usize) -> io::Result<Results> {
    query(files, &Ask { query: words, limit, facets: true, explain: false })
}

fn urls(files: &Files, words: &str) -> Vec<String> {
    found(files, words).hits.into_iter().map(|hit| hit.url).collect()
}

fn entity(kind: &str, name: &str, title: &str, body: &str) -> SearchDocument {
    SearchDocument {
        kind: kind.into(),
        is_entity: true,
        url: format!("catalog/default/{kind}/{name}/"),
        title: title.into(),
        reference: format!("{kind}:default/{name}"),
        words: name.into(),
        sections: vec![text(body)],
        ..SearchDocument::default()
    }
}

fn page(url: &str, title: &str, body: &str) -> SearchDocument {
    SearchDocument {
        kind: "docs".into(),
        url: format!("docs/default/component/shop/{url}"),
        title: title.into(),
        reference: "component:default/payment-service".into(),
        sections: vec![text(body)],
        ..SearchDocument::default()
    }
}

fn text(body: &str) -> SearchSection {
    SearchSection { text: body.into(), ..SearchSection::default() }
}

fn section(heading: &str, body: &str) -> SearchSection {
    SearchSection { anchor: heading.to_lowercase(), heading: heading.into(), text: body.into() }
}

fn shop() -> Vec<SearchDocument> {
    vec![
        entity("api", "payment-api", "Payment API", "Take money and give it back."),
        entity("component", "ledger", "ledger", "Books every payment of the payment-service."),
        entity("component", "payment-service", "Payment Service", "Accepts payments from customers."),
        entity("group", "cafe", "Café Überblick", "Looks after BillingGateway and 支払いサービス."),
        SearchDocument {
            sections: vec![
                text("How to work with payments here."),
                section("Installing", "Install the service with the installer."),
            ],
            ..page("guide/", "Guide", "")
        },
        page("runbook/", "Runbook", "When the payment service is down, call the installer of the ledger."),
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
    assert_eq!(urls(&files, "runbook")[0], "docs/default/component/shop/runbook/");
}

#[test]
fn words_are_found_by_stem_beginning_part_and_joined() {
    let files = built(shop());
    assert_eq!(urls(&files, "installs")[0], "docs/default/component/shop/guide/#installing");
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
fn pages_with_all_words_come_before_those_with_some() {
    let files = built(vec![
        page("a/", "A", "needle needle needle needle"),
        page("b/", "B", "A haystack of some length, with a needle that nobody was looking for until now."),
        page("c/", "C", "haystack haystack haystack"),
    ]);
    assert_eq!(urls(&files, "needle haystack")[0], "docs/default/component/shop/b/");
}

#[test]
fn entities_come_before_documentation_of_equal_text_and_deprecated_ones_sink() {
    let text = "the same words";
    let bare = |kind: &str, name: &str| SearchDocument { words: String::new(), ..entity(kind, name, "Title", text) };
    let mut documents = vec![page("a/", "Title", text), bare("component", "b"), bare("component", "c")];
    documents[1].facets.push(("lifecycle".into(), "deprecated".into()));
    documents.push(SearchDocument { uses: 9, ..bare("component", "d") });
    let found = urls(&built(documents), "same words");
    let path = |name: &str| format!("catalog/default/component/{name}/");
    assert_eq!(found, [path("d"), path("c"), "docs/default/component/shop/a/".into(), path("b")]);
}

#[test]
fn a_page_is_one_hit_that_names_its_best_section_and_others() {
    let sections = vec![
        text("Nothing of it here."),
        section("One", "A shared word among many others that dilute the match a little."),
        section("Two", "A shared word."),
        section("Three", "Something else."),
        section("Four", "Shared, shared."),
    ];
    let files =
        built(vec![SearchDocument { sections, ..page("long/", "Long", "") }, page("short/", "Short", "Shared.")]);
    let results = found(&files, "shared word");
    assert_eq!(results.total, 2);
    let hit = &results.hits[0];
    assert_eq!((hit.section.as_str(), hit.url.as_str()), ("Two", "docs/default/component/shop/long/#two"));
    assert_eq!(hit.more.iter().map(|other| other.section.as_str()).collect::<Vec<_>>(), ["One"]);
}

#[test]
fn filters_phrases_and_exclusions_hold() {
    let mut documents = shop();
    documents[0].facets = vec![("owner".into(), "team-a".into()), ("lifecycle".into(), "Production".into())];
    documents[2].facets = vec![("owner".into(), "team-b".into()), ("lifecycle".into(), "deprecated".into())];
    documents[4].facets = vec![("owner".into(), "team-b".into())];
    let files = built(documents);
    let (api, service) = ("catalog/default/api/payment-api/", "catalog/default/component/payment-service/");
    assert_eq!(urls(&files, "kind:api payment"), [api]);
    assert_eq!(urls(&files, "lifecycle:production"), [api]);
    assert_eq!(urls(&files, "owner:team-b kind:component"), [service]);
    assert_eq!(
        urls(&files, "payment owner:team-a owner:team-b -kind:docs").len(),
        2,
        "values of a key are alternatives"
    );
    assert_eq!(urls(&files, "payment -owner:team* -kind:docs"), ["catalog/default/component/ledger/"]);
    assert_eq!(urls(&files, "\"payment service\" -kind:component"), ["docs/default/component/shop/runbook/"]);
    assert!(!urls(&files, "payment -\"payment service\"").contains(&"docs/default/component/shop/runbook/".into()));
    assert!(!urls(&files, "payment -customers").contains(&service.into()));
    let results = found(&files, "payment kind:nothing");
    assert_eq!((results.total, results.filters[0].known), (0, false));
}

#[test]
fn plugins_give_keys() {
    let mut documents: Vec<_> = (0..6).map(|number| page(&format!("{number}/"), "Page", "shared word")).collect();
    documents[2].facets = vec![("ci".into(), "Failing".into())];
    let keys = vec![("ci".to_string(), "CI".to_string())];
    let files = built_with(documents, &Settings { keys, ..Settings::default() });
    let results = found(&files, "ci:failing");
    assert_eq!((results.total, results.filters[0].known), (1, true));
    assert_eq!(found(&files, "-ci:failing shared").total, 5);
    assert_eq!(found(&files, "shared").facets.last().expect("counted").key, "ci");
}

#[test]
fn filters_alone_give_what_counts_most_first() {
    let mut documents = shop();
    for (document, uses) in documents.iter_mut().zip([0, 9, 0, 0, 0, 0]) {
        document.uses = uses;
        document.facets = vec![("owner".into(), "team-a".into())];
    }
    documents[2].facets.push(("lifecycle".into(), "deprecated".into()));
    let (most_used, deprecated) = (documents[1].url.clone(), documents[2].url.clone());
    let all = documents.len();
    let found = urls(&built(documents), "owner:team-a");
    assert_eq!((found.len(), &found[0], &found[all - 1]), (all, &most_used, &deprecated));
}

#[test]
fn facets_count_all_that_was_found() {
    let mut documents: Vec<_> = (0..40).map(|number| page(&format!("{number}/"), "Page", "shared word")).collect();
    for (number, document) in documents.iter_mut().enumerate() {
        document.facets = vec![("owner".into(), if number % 4 == 0 { "a".into() } else { "b".into() })];
    }
    documents.push(page("other/", "Other", "nothing"));
    documents[40].facets = vec![("owner".into(), "a".into())];
    let results = found(&built(documents), "shared");
    let counts = |key: &str| {
        let facet = results.facets.iter().find(|facet| facet.key == key).expect("the facet is counted");
        facet.values.iter().map(|value| (value.value.clone(), value.count)).collect::<Vec<_>>()
    };
    assert_eq!(counts("owner"), [("b".to_string(), 30), ("a".to_string(), 10)]);
    assert_eq!(counts("kind"), [("docs".to_string(), 40)]);
}

#[test]
fn synonyms_and_parts_of_names_are_found() {
    let synonyms = BTreeMap::from([("k8s".to_string(), vec!["kubernetes".to_string()])]);
    let settings = Settings { synonyms, ..Settings::default() };
    let files = built_with(
        vec![page("a/", "Clusters", "How we run Kubernetes."), entity("component", "creditledger", "creditledger", "")],
        &settings,
    );
    assert_eq!(urls(&files, "k8s"), ["docs/default/component/shop/a/"]);
    assert_eq!(urls(&files, "ledger"), ["catalog/default/component/creditledger/"]);
}

#[test]
fn other_languages_have_stems_of_their_own() {
    let language = super::language("german").expect("German is known");
    let settings = Settings { language, ..Settings::default() };
    let files = built_with(vec![page("a/", "Verträge", "Alle Verträge werden geprüft.")], &settings);
    assert_eq!(urls(&files, "vertrages prüfen").len(), 1);
}

#[test]
fn an_excerpt_marks_the_words_in_untouched_text() {
    let text = format!("{} <b>Payments</b> & \u{2028} “payment” </script> end.", "filler ".repeat(60));
    let files = built(vec![page("a/", "<i>", &text)]);
    let hit = found(&files, "payment").hits.remove(0);
    assert_eq!(hit.title, "<i>");
    let marked: Vec<_> = hit.excerpt.iter().filter(|piece| piece.1).map(|piece| piece.0.as_str()).collect();
    assert_eq!(marked, ["Payments", "payment"]);
    let shown: String = hit.excerpt.into_iter().map(|piece| piece.0).collect();
    assert_eq!(shown, "…filler filler filler <b>Payments</b> & “payment” </script> end.");
}

#[test]
fn shards_are_scripts_that_cannot_become_markup() {
    let files = built(vec![SearchDocument {
        sections: vec![section("\u{2029}", "<script>alert('&amp;')</script>")],
        ..page("a/", "</script><!--", "")
    }]);
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
    let documents: Vec<_> = (0..2_000).map(|number| page(&format!("{number}/"), "Page", &text(number))).collect();
    let before = built(documents.clone()).0;
    assert_eq!(before, built(documents.clone()).0);
    assert!(before.values().all(|content| content.len() < 48_000));
    let changed = |documents: Vec<SearchDocument>| {
        let after = built(documents).0;
        let of_family = |family: &str, files: &BTreeMap<String, Vec<u8>>| {
            files.keys().filter(|path| path.starts_with(&format!("search/{family}/"))).count()
        };
        assert!(of_family("terms", &before).abs_diff(of_family("terms", &after)) <= 1);
        after.iter().filter(|(path, content)| before.get(*path) != Some(content)).count()
    };
    let mut edited = documents.clone();
    edited[700].sections[0].text.push_str(" indubitable");
    let edits = changed(edited);
    assert!(edits < before.len() / 4, "{edits} of {} changed", before.len());
    let mut grown = documents;
    grown.insert(700, page("new/", "New", "A page about few words."));
    let additions = changed(grown);
    assert!(additions < before.len() / 4, "{additions} of {} changed", before.len());
}

#[test]
fn a_word_of_most_pages_hides_no_other() {
    let mut documents: Vec<_> = (0..25_000).map(|number| page(&format!("{number:05}/"), "", "common common")).collect();
    documents[24_321].sections[0].text = "a rare word in a longer text, which is common".into();
    let files = built(documents);
    assert_eq!(urls(&files, "common rare")[0], "docs/default/component/shop/24321/");
    assert_eq!(found(&files, "common").total, 24_576);
}

#[test]
fn no_documents_find_nothing() {
    assert_eq!(found(&built(Vec::new()), "anything at all"), Results::default());
}

#[test]
fn missing_and_foreign_shards_are_errors() {
    let mut files = built(shop());
    files.0.remove("search/pages/0.js");
    assert_eq!(ask(&files, "payment", 1).map_err(|error| error.kind()), Err(io::ErrorKind::NotFound));
    files.0.insert("search/root.js".into(), b"alert(1)".to_vec());
    assert_eq!(ask(&files, "payment", 1).map_err(|error| error.kind()), Err(io::ErrorKind::InvalidData));
}

/// A single word's page score is its impact, a level of plain BM25: within half a step of what tantivy says, and in the
/// same order.
#[test]
fn impacts_are_the_scores_of_tantivy() {
    let vocabulary = ["deploy", "rollback", "queue", "cache", "tenant", "quota", "shard", "replica", "lease", "token"];
    let texts: Vec<String> = (0..600_usize).map(|seed| pseudo_random_text(seed, &vocabulary)).collect();
    let pages = texts.iter().enumerate().map(|(number, text)| page(&format!("{number:03}/"), "", text));
    let files = built(pages.collect());
    for word in vocabulary {
        let expected = tantivy_scores(&texts, word);
        let question = Ask { query: word, limit: 600, facets: false, explain: true };
        let results = query(&files, &question).expect("built shards can be read");
        assert_eq!(results.total, expected.len());
        let mut ratios = Vec::new();
        for hit in &results.hits {
            let ours = hit.explanation.as_ref().expect("it was asked for").words[0].score as f64;
            ratios.push(ours / expected[&hit.url]);
        }
        // Rounded counts and averages move all scores of a word alike; levels move each by half a step at most.
        let middle = ratios.iter().sum::<f64>() / ratios.len() as f64;
        let widest = ratios.iter().map(|ratio| (ratio / middle - 1.0).abs()).fold(0.0, f64::max);
        assert!(widest < 0.19, "{word}: {widest}");
        assert!((middle / f64::from(16 * 4096) - 1.0).abs() < 0.15, "{word}: {middle}");
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

/// tantivy's score for the word, by url.
fn tantivy_scores(texts: &[String], word: &str) -> BTreeMap<String, f64> {
    let stemmed = TextFieldIndexing::default().set_tokenizer("en_stem").set_index_option(IndexRecordOption::WithFreqs);
    let mut schema = Schema::builder();
    let body = schema.add_text_field("body", TextOptions::default().set_indexing_options(stemmed));
    let url = schema.add_text_field("url", STORED);
    let index = Index::create_in_ram(schema.build());
    let mut writer = index.writer_with_num_threads(1, 20_000_000).expect("a writer in memory");
    for (number, text) in texts.iter().enumerate() {
        let mut document = TantivyDocument::default();
        document.add_text(body, text);
        document.add_text(url, format!("docs/default/component/shop/{number:03}/"));
        writer.add_document(document).expect("a document in memory");
    }
    writer.commit().expect("a commit in memory");
    let searcher = index.reader().expect("a reader in memory").searcher();
    let stem = super::analysis::Stems::new(super::Language::English).stem(word);
    let query = TermQuery::new(Term::from_field_text(body, &stem), IndexRecordOption::WithFreqs);
    let top = searcher.search(&query, &TopDocs::with_limit(texts.len()).order_by_score()).expect("a search in memory");
    let scores = top.into_iter().map(|(score, address)| {
        let document: TantivyDocument = searcher.doc(address).expect("a stored document");
        let url = document.get_first(url).and_then(|value| value.as_str()).expect("a stored url").to_owned();
        (url, f64::from(score))
    });
    scores.collect()
}

#[test]
fn postings_survive_their_encoding() {
    let posting = |page, level, is_titled| Posting { page, level, is_titled };
    let postings = [posting(0, 1, true), posting(44, 2, false), posting(89, 11, true), posting(900_000, 7, false)];
    assert_eq!(decode(&encode(&postings)).collect::<Vec<_>>(), postings);
    assert_eq!(decode("~~").next(), None);
}

#[test]
fn words_survive_their_encoding() {
    for (word, stem, frequency) in [
        ("payments", "payment", 5),
        ("happily", "happili", 0),
        ("pay", "pay", 0),
        ("pay", "pay", 35),
        ("überall", "uberal", 3),
    ] {
        let line = Line::of(Surface { word: word.into(), stem: stem.into(), frequency });
        let list = List { peak: 31 << 9, is_capped: frequency > 3, postings: "a, b c".into() };
        let stem = Line { word: stem.into(), surface: None, list: Some(list.clone()) };
        let lines = [line.clone(), stem, Line { list: Some(list), ..line }];
        assert_eq!(read_lines(&write_lines(&lines)), lines);
    }
    let folded = super::analysis::folding_table();
    assert!(folded.keys().all(|text| !text.contains(',')), "no word holds a comma");
}

#[test]
fn levels_are_the_nearest() {
    assert_eq!(level_of(1_000_000, 1_000_000), 11);
    assert_eq!(level_of(0, 1_000_000), 0);
    assert_eq!(level_of(500_000, 1_000_000), 9);
    assert_eq!([0, 31, 33, 1_000, 1_087].map(coarse), [0, 31, 32, 992, 1_024]);
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
