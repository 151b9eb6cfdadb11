//! The push model: repositories that write themselves into bundles, and a hub that reads nothing else.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "these tests run programs, listen and look at the disk"
)]

#[path = "support/scratch.rs"]
mod scratch;
#[path = "support/shelf.rs"]
mod shelf;

use callboard::cache::Forgetful;
use callboard::config::{self, Inputs};
use callboard::source::{Crawl, CrawlOptions, Outside, crawl};
use scratch::Scratch;
use serde_json::{Value as Json, json};
use shelf::{Mood, Shelf};
use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

const SHOP: &str = "\
apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: shop
  description: Sells gramophones
  annotations: { backstage.io/techdocs-ref: \"dir:.\" }
spec: { type: service, lifecycle: production, owner: team-a, providesApis: [orders] }
---
apiVersion: backstage.io/v1alpha1
kind: API
metadata: { name: orders }
spec:
  type: openapi
  lifecycle: production
  owner: team-a
  definition: { $text: ./api/orders.yaml }
---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: { name: team-a }
spec: { type: team, children: [] }
";

const ORDERS: &str = "openapi: 3.1.0\ninfo: { title: Orders, version: 1.0.0 }\npaths: {}\n";

/// The hub takes bundles from a folder.
const FOLDER: &str = "bundles: [{ folder: bundles }]";

/// Where the hub looks for the bundle of the shop.
const PLACE: &str = "bundles/github.com/acme/shop.callboard";

#[test]
fn a_portal_of_bundles_is_that_of_the_repositories() {
    let work = Work::new("whole");
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("content-example");
    let mut git = Vec::new();
    for entry in walkdir::WalkDir::new(example.join("repos")) {
        let entry = entry.expect("the example can be read");
        let inside = entry.path().strip_prefix(example.join("repos")).expect("below the folder");
        if entry.file_type().is_file() {
            let path = Path::new("git").join(inside);
            work.0.write(path.to_str().expect("a plain path"), fs::read(entry.path()).expect("a file"));
        } else if entry.depth() == 1 {
            git.push(inside.to_str().expect("a plain name").to_string());
        }
    }
    git.sort();
    assert!(git.len() > 10);
    for name in &git {
        work.commit(&format!("git/{name}"), &format!("https://github.com/curtaincall/{name}.git"));
        let out = format!("bundles/github.com/curtaincall/{name}.callboard");
        work.run(&["bundle", &format!("git/{name}"), "--out", &out]).succeeds();
    }
    // Git takes the forge for the folder of the repositories.
    let forge =
        format!("[url \"file://{}/\"]\n\tinsteadOf = https://github.com/curtaincall/\n", work.path("git").display());
    work.0.write("gitconfig", forge);
    let config = fs::read_to_string(example.join("app-config.yaml")).expect("the example's configuration");
    let (before, rest) = config.split_once("  locations:\n").expect("locations");
    let (_, own) = rest.split_once("\ncallboard:\n").expect("keys of our own");
    let urls = git.iter().map(|name| format!("{{ url: https://github.com/curtaincall/{name}, branch: main }}"));
    let crawled = format!("git: [{}]", urls.collect::<Vec<_>>().join(", "));
    let mut built = Vec::new();
    for (out, sources) in [("crawled", crawled.as_str()), ("pushed", FOLDER)] {
        let config = format!("{before}\ncallboard:\n  gitProtocols: [file]\n  sources: {{ {sources} }}\n{own}");
        work.0.write(&format!("{out}.yaml"), config);
        work.run(&["build", "--config", &format!("{out}.yaml"), "--out", out]).succeeds();
        built.push(work.tree(out));
    }
    // What says which sources the portal was made from, and what follows from that.
    let of_sources = [".callboard/manifest", "build-report.json", "build-report/index.html", "sw.js"];
    for tree in &mut built {
        tree.retain(|path, _| !of_sources.contains(&path.as_str()) && !path.starts_with("data/offline/"));
    }
    let [crawled, pushed] = built.as_slice() else { panic!("two portals") };
    assert!(crawled.len() > 500);
    assert_eq!(crawled.keys().collect::<Vec<_>>(), pushed.keys().collect::<Vec<_>>());
    let differ: Vec<&String> = crawled.keys().filter(|path| crawled[*path] != pushed[*path]).collect();
    assert!(differ.is_empty(), "{differ:?} differ");
}

#[test]
fn a_bundle_holds_what_a_portal_reads_and_names_the_rest() {
    let work = Work::new("holds");
    work.shop();
    let told = work.run(&["bundle", "shop"]).succeeds();
    assert!(told.contains("Wrote `shop.callboard` for https://github.com/acme/shop at"), "{told}");
    assert!(told.contains("4 entities, 11 of 15 files"), "{told}");
    let (listing, blobs) = unpacked(&work.bytes("shop.callboard"));
    assert_eq!(listing["repository"], "https://github.com/acme/shop");
    assert_eq!(listing["branch"], "main");
    assert_eq!(listing["schema"], 1);
    let files = listing["files"].as_array().expect("a list");
    let held = |wanted: bool| -> Vec<&str> {
        let files = files.iter().filter(|file| file["blake3"].is_string() == wanted);
        files.map(|file| file["path"].as_str().expect("a path")).collect()
    };
    let read = [
        ".github/CODEOWNERS",
        "api/orders.yaml",
        "catalog-info.yaml",
        "catalog/other.yaml",
        "docs/a.png",
        "docs/index.md",
        "mkdocs.yml",
        "template/skeleton/app.txt",
        "template/template.yaml",
        "tools/docs/index.md",
        "tools/mkdocs.yml",
    ];
    assert_eq!(held(true), read);
    assert_eq!(held(false), [".env", "docs/unused.png", "src/main.rs", "tools/run.sh"]);
    assert_eq!(blobs.len(), 11);
    let of = |path: &str| files.iter().find(|file| file["path"] == path).expect("listed");
    assert_eq!((&of("tools/run.sh")["executable"], &of("tools/run.sh")["size"]), (&json!(true), &json!(10)));
    assert_eq!(listing["history"]["last"]["src/main.rs"]["author"], "Ann Author");
    assert!(!work.bytes("shop.callboard").windows(6).any(|bytes| bytes == b"hunter"), "no secret is in it");

    work.run(&["bundle", "shop/docs", "--out", "again.callboard"]).succeeds();
    assert_eq!(work.bytes("shop.callboard"), work.bytes("again.callboard"));
    work.run(&["bundle", "shop", "--also", "src/**", "--out", "more.callboard"]).succeeds();
    assert_eq!(unpacked(&work.bytes("more.callboard")).1.len(), 12);
    work.run(&["bundle", "shop", "--branch", "a..b"]).fails(1, "what it tells of commits is nothing that git tells");
}

#[test]
fn what_is_not_committed_is_left_out_or_asked_for() {
    let work = Work::new("uncommitted");
    work.shop();
    work.0.write("shop/docs/index.md", "# The new shop\n");
    let told = work.run(&["bundle", "shop"]).succeeds();
    assert!(told.contains("warning[uncommitted-changes]"), "{told}");
    let texts = |path: &str| unpacked(&work.bytes(path)).1.into_values().collect::<Vec<_>>();
    assert!(!texts("shop.callboard").contains(&b"# The new shop\n".to_vec()));
    work.run(&["bundle", "shop", "--deny", "warnings"]).fails(3, "nothing was written: 1 finding");
    work.run(&["bundle", "shop", "--deny", "errors"]).succeeds();
    work.run(&["bundle", "shop", "--working-tree", "--out", "shop/shop.callboard"]).succeeds();
    let first = work.bytes("shop/shop.callboard");
    assert!(texts("shop/shop.callboard").contains(&b"# The new shop\n".to_vec()));
    work.run(&["bundle", "shop", "--working-tree", "--out", "shop/shop.callboard"]).succeeds();
    assert_eq!(first, work.bytes("shop/shop.callboard"));
}

#[test]
fn a_bundle_needs_a_commit_and_a_name() {
    let work = Work::new("nameless");
    work.0.write("plain/catalog-info.yaml", SHOP);
    work.run(&["bundle", "plain"]).fails(2, "is in no git repository");
    work.run(&["bundle", "nowhere"]).fails(2, "does not exist");
    git(&work.path("plain"), &["init", "--quiet", "--initial-branch=main"]);
    work.run(&["bundle", "plain"]).fails(2, "--repository https://github.com/acme/shop");
    work.run(&["bundle", "plain", "--repository", "shop"]).fails(2, "`shop` is no address of a repository");
    work.run(&["bundle", "plain", "--repository", "https://github.com/acme/shop"]).fails(2, "has no commit");
    work.commit("plain", "https://user:hunter2@git.example/acme/plain.git");
    let told = work.run(&["bundle", "plain"]).succeeds();
    assert!(told.contains("https://git.example/acme/plain at"), "{told}");
    assert!(!told.contains("hunter2"), "{told}");
    let (listing, _) = unpacked(&work.bytes("plain.callboard"));
    assert!(!listing.to_string().contains("hunter2"));
    git(&work.path("plain"), &["checkout", "--quiet", "--detach"]);
    let told = work.run(&["bundle", "plain"]).succeeds();
    assert!(told.contains("No branch is checked out"), "{told}");
    assert_eq!(unpacked(&work.bytes("plain.callboard")).0["branch"], Json::Null);
}

#[test]
fn a_bundle_speaks_for_its_place_only() {
    let work = Work::new("place");
    work.shop();
    work.run(&["bundle", "shop", "--out", PLACE]).succeeds();
    let bundle = work.bytes(PLACE);
    for path in ["acme/till", "Acme/SHOP", "shop"] {
        work.0.write(&format!("bundles/github.com/{path}.callboard"), &bundle);
    }
    work.0.write("bundles/git.example/acme/shop.callboard", &bundle);
    std::os::unix::fs::symlink("shop.callboard", work.path("bundles/github.com/acme/link.callboard")).expect("a link");
    work.hub(FOLDER);
    let told = work.run(&["build"]).succeeds();
    for wanted in [
        "error[bundle-refused]: the bundle `bundles/github.com/acme/till.callboard` is not used: it speaks for \
         `https://github.com/acme/shop`, this place is for `https://github.com/acme/till`",
        "error[bundle-refused]: the bundle `bundles/git.example/acme/shop.callboard` is not used: `git.example` is not configured",
        "error[bundle-refused]: the bundle `bundles/github.com/shop.callboard` is not used: its path names no repository",
        "--> app-config.yaml:5:",
        "4 entities from 1 repository",
    ] {
        assert!(told.contains(wanted), "{wanted}\n{told}");
    }
    assert!(!told.contains("link.callboard"), "{told}");
    // Forges do not tell names apart by case, so the first place is the one.
    assert!(told.contains("another one speaks for"), "{told}");
    assert_eq!(work.repos(), [("github.com/Acme/SHOP".to_string(), "fresh".to_string())]);

    work.hub(&format!("bundles: [{{ file: {PLACE}, repository: https://github.com/acme/till }}]"));
    let told = work.run(&["build", "--allow-shrink"]).succeeds();
    assert!(told.contains("this place is for `https://github.com/acme/till`"), "{told}");
    assert!(told.contains("0 entities from 0 repositories"), "{told}");
    work.hub(&format!("bundles: [{{ file: {PLACE}, repository: https://github.com/acme/shop }}]"));
    assert!(work.run(&["build"]).succeeds().contains("4 entities from 1 repository"));

    // The folder is the operator's own: what is gone from it is gone.
    work.hub(FOLDER);
    fs::remove_dir_all(work.path("bundles")).expect("a folder");
    fs::create_dir(work.path("bundles")).expect("a folder");
    let told = work.run(&["build", "--allow-shrink"]).succeeds();
    assert!(told.contains("no bundle was found in `bundles`"), "{told}");
    fs::remove_dir_all(work.path("bundles")).expect("a folder");
    assert!(work.run(&["build", "--allow-shrink"]).succeeds().contains("there is no folder `bundles`"));
}

#[test]
fn locations_and_edit_links_lead_into_bundles() {
    let work = Work::new("leads");
    work.shop();
    work.run(&["bundle", "shop", "--out", PLACE]).succeeds();
    work.hub(FOLDER);
    let config = fs::read_to_string(work.path("app-config.yaml")).expect("a configuration");
    let location = "https://github.com/acme/shop/blob/main/catalog/other.yaml";
    let config =
        config.replace("catalog:\n", &format!("catalog:\n  locations: [{{ type: url, target: {location} }}]\n"));
    work.0.write("app-config.yaml", config);
    let told = work.run(&["build"]).succeeds();
    assert!(told.contains("5 entities from 1 repository"), "{told}");
    assert!(!told.contains("error["), "{told}");
    let page = String::from_utf8(work.bytes("public/docs/default/component/shop/index.html")).expect("text");
    assert!(page.contains("https://github.com/acme/shop/edit/main/docs/index.md"), "{page}");
}

#[test]
fn hostile_bundles_are_refused_as_a_whole() {
    let work = Work::new("hostile");
    work.shop();
    work.run(&["bundle", "shop", "--out", PLACE]).succeeds();
    let good = work.bytes(PLACE);
    let (listing, blobs) = unpacked(&good);
    let with = |change: &dyn Fn(&mut Json)| {
        let mut changed = listing.clone();
        change(&mut changed);
        packed(&changed, &blobs)
    };
    let path = |path: &str| with(&|listing| listing["files"][0]["path"] = json!(path));
    let zeros = |size: usize| {
        let bytes = vec![0; size];
        let (mut listing, mut blobs) = (listing.clone(), blobs.clone());
        let hash = blake3::hash(&bytes).to_hex().to_string();
        listing["files"].as_array_mut().expect("a list").push(json!({ "path": "z", "size": size, "blake3": hash }));
        blobs.insert(hash, bytes);
        packed(&listing, &blobs)
    };
    let many = |number: usize| {
        let files = (0..number).map(|number| json!({ "path": format!("f/{number:07}") })).collect::<Vec<_>>();
        with(&move |listing| listing["files"] = json!(files))
    };
    let entries = |number: usize| {
        let mut blobs = blobs.clone();
        blobs.extend((0..number).map(|number| (blake3::hash(&number.to_le_bytes()).to_hex().to_string(), Vec::new())));
        packed(&listing, &blobs)
    };
    let swapped = || {
        let mut blobs = blobs.clone();
        blobs.values_mut().for_each(|bytes| bytes.iter_mut().for_each(|byte| *byte ^= 1));
        packed(&listing, &blobs)
    };
    let lying = |size: u32| {
        let mut bytes = good.clone();
        for at in central_headers(&bytes) {
            bytes[at + 24..at + 28].copy_from_slice(&size.to_le_bytes());
        }
        bytes
    };
    let named = |name: &str| {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        writer.start_file(name, SimpleFileOptions::default()).expect("an entry");
        writer.write_all(listing.to_string().as_bytes()).expect("written");
        writer.finish().expect("a zip").into_inner()
    };
    let folder_and_file = with(&|listing| {
        listing["files"] = json!([{ "path": "docs/a.png" }, { "path": "docs/a.png/b.png" }]);
    });
    let id = "../../evil?x=0000000000000000000000000000";
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("nothing", Vec::new(), "it is no zip, or a damaged one"),
        ("text", b"not a zip at all, but long enough to hold the end of one".to_vec(), "it is no zip"),
        ("cut", good[..good.len() / 2].to_vec(), "it is no zip, or a damaged one"),
        ("no listing", packed_as("listing.json", &listing, &blobs), "an entry has a name that none of them has"),
        ("a path for a name", named("../../etc/passwd"), "an entry has a name that none of them has"),
        ("another schema", with(&|listing| listing["schema"] = json!(2)), "it has the schema 2"),
        ("no schema", with(&|listing| listing["schema"] = Json::Null), "its `bundle.json` cannot be read"),
        ("no listing inside", packed(&json!([1]), &blobs), "its `bundle.json` cannot be read"),
        ("absolute", path("/etc/passwd"), "which is no path of a repository"),
        ("up", path("../x"), "which is no path of a repository"),
        ("backslash", path("..\\x"), "which is no path of a repository"),
        ("drive", path("C:/x"), "which is no path of a repository"),
        ("git's own", path(".git/config"), "which is no path of a repository"),
        (
            "twice",
            with(&|listing| listing["files"][1] = listing["files"][0].clone()),
            "is listed twice, or out of order",
        ),
        ("a file in a file", folder_and_file, "lies in what is a file itself"),
        ("200,001 files", many(200_001), "it lists 200001 files, the limit is 200000"),
        ("30,000 entries", entries(30_000), "it holds 30012 files or more, the limit is 20000"),
        ("another content", swapped(), "its bundle is damaged"),
        ("a missing content", packed(&listing, &BTreeMap::new()), "it lacks the content of `.github/CODEOWNERS`"),
        ("a bomb", zeros(8 << 20), "it gets more than 200 times as large when it is unpacked"),
        ("1 GiB", lying(100 << 20), "a file in it has 104857600 bytes"),
        ("less than it is", lying(1), "it is damaged"),
        ("a commit that is an address", with(&|listing| listing["commit"]["id"] = json!(id)), "nothing that git tells"),
        ("a branch that is none", with(&|listing| listing["branch"] = json!("a..b")), "nothing that git tells"),
        (
            "an endless name",
            with(&|listing| listing["branch"] = json!("b".repeat(3000))),
            "a name of more than 2000 bytes",
        ),
    ];
    work.hub(FOLDER);
    for (name, bytes, wanted) in &cases {
        work.0.write(PLACE, bytes);
        let Crawl { snapshot, findings, .. } = work.crawl();
        let told: Vec<&str> = findings.iter().map(|finding| finding.message.as_str()).collect();
        let [finding] = findings.as_slice() else { panic!("{name}: {told:?}") };
        assert_eq!(finding.rule.name, "bundle-damaged", "{name}: {told:?}");
        assert!(finding.message.contains(wanted), "{name}: {wanted}\n{told:?}");
        assert_eq!((snapshot.repos.len(), snapshot.absent.len()), (0, 1), "{name}");
    }
    assert!(work.run(&["build"]).succeeds().contains("error[bundle-damaged]"));
    // Cutting or turning one byte anywhere gives the good portal or none.
    let step = good.len() / 60 + 1;
    for at in (0..good.len()).step_by(step) {
        let mut bytes = good.clone();
        bytes[at] ^= 0x41;
        work.0.write(PLACE, bytes);
        let snapshot = work.crawl().snapshot;
        let is_whole = |repo: &callboard::source::Repo| {
            repo.read("docs/index.md", 1 << 20).as_deref() == Ok(b"# The shop\n\n![a](a.png)\n")
        };
        assert!(snapshot.repos.iter().all(is_whole), "byte {at}");
    }
    let twins = |listing: &mut Json| {
        let files = listing["files"].as_array_mut().expect("a list");
        let twin = json!({ "path": ".github/Codeowners" });
        files.insert(2, twin);
    };
    work.0.write(PLACE, with(&twins));
    assert!(
        work.run(&["build"]).succeeds().contains("4 entities from 1 repository"),
        "names that differ by case are two files"
    );
}

#[test]
fn a_bundle_behind_an_address_is_fetched_where_it_changed_and_never_lost() {
    let work = Work::new("address");
    work.shop();
    work.run(&["bundle", "shop", "--out", "shop.callboard"]).succeeds();
    let shelf = Shelf::start(work.bytes("shop.callboard"));
    let address = format!("http://{}/files/shop.callboard?key=hunter2", shelf.address);
    work.hub(&format!("bundles: [{{ url: '{address}', repository: https://github.com/acme/shop }}]"));

    let told = work.run(&["build", "--offline"]).succeeds();
    assert!(
        told.contains("error[repository-unreachable]") && told.contains("never fetched and this build is offline"),
        "{told}"
    );
    assert!(shelf.asked().is_empty());
    shelf.is_in(Mood::Fails(503));
    let told = work.run(&["build"]).succeeds();
    assert!(
        told.contains("/files/shop.callboard` cannot be fetched: the server does not give it (status 503)"),
        "{told}"
    );
    let snapshot = work.crawl().snapshot;
    assert_eq!((snapshot.absent.len(), &*snapshot.absent[0].id), (1, "github.com/acme/shop"));
    assert!(snapshot.absent[0].reason.contains("503"));
    shelf.asked();

    shelf.is_in(Mood::Well);
    assert!(work.run(&["build"]).succeeds().contains("4 entities from 1 repository"));
    assert_eq!(shelf.asked(), [("/files/shop.callboard?key=hunter2".to_string(), None, 200)]);
    assert!(work.run(&["build"]).succeeds().contains("Nothing changed"));
    assert!(matches!(shelf.asked().as_slice(), [(_, Some(_), 304)]), "the mark of the first answer is sent");

    for (mood, reason) in [
        (Mood::Fails(500), "(status 500)"),
        (Mood::Fails(404), "(status 404)"),
        (Mood::BreaksOff, "the answer broke off"),
        (Mood::Moved("http://127.0.0.1:1/files/shop.callboard".to_string()), "it redirects to another host"),
        (Mood::Moved("?".to_string()), "it redirects more than 3 times"),
    ] {
        shelf.is_in(mood);
        let Crawl { snapshot, findings, .. } = work.crawl();
        let told: Vec<String> = findings.iter().map(|finding| finding.message.clone()).collect();
        assert!(findings.len() == 1 && findings[0].rule.name == "repository-stale", "{told:?}");
        assert!(told[0].contains(reason), "{reason}\n{told:?}");
        assert!(snapshot.repos[0].status.stale().is_some_and(|stale| stale.reason.contains(reason)));
    }
    let told = work.run(&["build"]).succeeds();
    assert!(told.contains("warning[repository-stale]") && told.contains("4 entities from 1 repository"), "{told}");
    assert!(!told.contains("hunter2"), "{told}");
    assert_eq!(work.repos(), [("github.com/acme/shop".to_string(), "stale".to_string())]);
    work.run(&["build", "--deny", "stale"]).fails(3, "1 stale repository");
    shelf.is_in(Mood::Fails(500));
    let snapshot = work.crawl().snapshot;
    assert_eq!(snapshot.repos[0].status.stale().and_then(|stale| stale.since), Some(shelf::DATE));
    assert_eq!(snapshot.sources[0].repos, 1);
    assert_eq!(snapshot.sources[0].id, format!("bundles:http://{}/files/shop.callboard", shelf.address));
    assert!(work.run(&["build", "--offline", "--deny", "stale"]).succeeds().contains("4 entities"));

    shelf.is_in(Mood::Moved("/files/newest.callboard".to_string()));
    assert!(work.crawl().findings.is_empty(), "on the same host it is followed");

    // What comes and is no good does not take the place of what was.
    shelf.is_in(Mood::Well);
    shelf.has(work.bytes("shop.callboard")[..900].to_vec());
    let told = work.run(&["build"]).succeeds();
    assert!(told.contains("error[bundle-damaged]") && told.contains("its last good state is shown"), "{told}");
    assert!(told.contains("4 entities from 1 repository"), "{told}");
    work.run(&["bundle", "shop", "--repository", "https://github.com/acme/till", "--out", "till.callboard"]).succeeds();
    shelf.has(work.bytes("till.callboard"));
    let told = work.run(&["build"]).succeeds();
    assert!(
        told.contains("error[bundle-refused]") && told.contains("it speaks for `https://github.com/acme/till`"),
        "{told}"
    );
    assert_eq!(work.repos(), [("github.com/acme/shop".to_string(), "stale".to_string())]);

    // A kept one that was damaged is none, and is asked for as if it never was.
    shelf.has(work.bytes("shop.callboard"));
    let kept: Vec<PathBuf> =
        work.files("cache/bundles").into_iter().filter(|path| path.extension().is_some()).collect();
    assert_eq!(kept.len(), 1, "{kept:?}");
    fs::write(&kept[0], b"damaged").expect("written");
    shelf.asked();
    assert!(work.run(&["build"]).succeeds().contains("4 entities from 1 repository"));
    assert_eq!(shelf.asked().first().map(|(_, mark, status)| (mark.clone(), *status)), Some((None, 200)));

    work.0.write("shop/docs/index.md", "# The newest shop\n");
    work.commit("shop", "https://github.com/acme/shop.git");
    work.run(&["bundle", "shop", "--out", "shop.callboard"]).succeeds();
    shelf.has(work.bytes("shop.callboard"));
    assert!(work.crawl().snapshot.repos[0].has_moved);
    assert!(!work.crawl().snapshot.repos[0].has_moved);
    work.run(&["build"]).succeeds();
    let page = String::from_utf8(work.bytes("public/docs/default/component/shop/index.html")).expect("text");
    assert!(page.contains("The newest shop"));
    assert!(work.files("cache/bundles").len() <= 4, "older bundles do not pile up: {:?}", work.files("cache/bundles"));
    for path in work.files("public") {
        let bytes = fs::read(&path).expect("a file");
        assert!(!bytes.windows(7).any(|bytes| bytes == b"hunter2"), "{} holds the key", path.display());
    }
}

#[test]
fn a_server_that_is_away_is_asked_once() {
    let work = Work::new("away");
    let entries = (0..40).map(|number| {
        format!("{{ url: 'http://127.0.0.1:1/{number}.callboard', repository: https://github.com/acme/{number} }}")
    });
    work.hub(&format!("bundles: [{}]", entries.collect::<Vec<_>>().join(", ")));
    let Crawl { snapshot, findings, .. } = work.crawl();
    assert_eq!((findings.len(), snapshot.absent.len(), snapshot.sources.len()), (40, 40, 40));
    // Those of one round are asked at the same time.
    assert_eq!(snapshot.sources.iter().map(|source| source.requests).sum::<usize>(), 8);
    assert!(findings.iter().all(|finding| finding.rule.name == "repository-unreachable"));
}

#[test]
fn addresses_of_bundles_are_https() {
    let work = Work::new("config");
    for (entry, wanted) in [
        ("{ url: 'http://files.example/a', repository: https://github.com/a/b }", "should be an https address"),
        ("{ url: 'https://u:p@files.example/a', repository: https://github.com/a/b }", "without a password"),
        ("{ url: 'https://files.example/a' }", "lacks `repository`"),
        ("{ file: a.callboard }", "lacks `repository`"),
        ("{ folder: a, file: b }", "one of `folder`, `file` and `url`"),
        ("{ repository: https://github.com/a/b }", "one of `folder`, `file` and `url`"),
        ("a.callboard", "should be a mapping, but is a string"),
    ] {
        work.hub(&format!("bundles: [{entry}]"));
        work.run(&["build"]).fails(2, wanted);
    }
}

/// A scratch folder in which the program runs.
struct Work(Scratch);

struct Ran {
    code: i32,
    err: String,
}

impl Ran {
    #[track_caller]
    fn succeeds(self) -> String {
        assert_eq!(self.code, 0, "{}", self.err);
        self.err
    }

    #[track_caller]
    fn fails(self, code: i32, wanted: &str) {
        assert_eq!(self.code, code, "{}", self.err);
        assert!(self.err.contains(wanted), "{wanted}\n{}", self.err);
    }
}

impl Work {
    fn new(name: &str) -> Work {
        Work(Scratch::new(&format!("bundles-{name}")))
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn bytes(&self, path: &str) -> Vec<u8> {
        fs::read(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    fn files(&self, path: &str) -> Vec<PathBuf> {
        let walk = walkdir::WalkDir::new(self.path(path)).into_iter().map(|entry| entry.expect("a folder"));
        walk.filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path).collect()
    }

    fn tree(&self, path: &str) -> BTreeMap<String, Vec<u8>> {
        let root = self.path(path);
        let inside = |file: &Path| file.strip_prefix(&root).expect("below it").to_string_lossy().into_owned();
        self.files(path).into_iter().map(|file| (inside(&file), fs::read(&file).expect("a file"))).collect()
    }

    fn run(&self, args: &[&str]) -> Ran {
        let output = Command::new(env!("CARGO_BIN_EXE_callboard"))
            .args(args)
            .current_dir(self.0.path())
            .env("CALLBOARD_CACHE_DIR", self.path("cache"))
            .env("HOME", self.path("home"))
            .env("GIT_CONFIG_GLOBAL", self.path("gitconfig"))
            .env("COLUMNS", "1000")
            .env_remove("SOURCE_DATE_EPOCH")
            .output()
            .expect("callboard runs");
        let err = String::from_utf8(output.stderr).expect("callboard talks in UTF-8");
        Ran { code: output.status.code().unwrap_or(-1), err }
    }

    /// A hub with one kind of source.
    fn hub(&self, sources: &str) {
        let text = format!(
            "catalog:\n  rules: [{{ allow: [Component, API, Group, Template] }}]\ncallboard:\n  sources:\n    {sources}\n"
        );
        self.0.write("app-config.yaml", text);
    }

    /// What the hub's sources give, without a portal.
    fn crawl(&self) -> Crawl<()> {
        let inputs = Inputs { dir: self.0.path().to_path_buf(), ..Inputs::default() };
        let loaded = config::load(&inputs).expect("a configuration");
        let options = CrawlOptions {
            working_tree: false,
            offline: false,
            publishes: false,
            versions: false,
            outside: Outside::Nowhere,
            max_wait: std::time::Duration::ZERO,
            locked: None,
            listener: &callboard::source::Silence,
            goes_on: std::sync::Arc::new(|| true),
            noted_as: None,
            max_stale: 30,
            cache_dir: &self.path("cache"),
            cache: &Forgetful,
        };
        crawl(&loaded.config, &options, &|_, _| ((), Vec::new()))
    }

    /// Id and status of the repositories of the last build.
    fn repos(&self) -> Vec<(String, String)> {
        let report: Json = serde_json::from_slice(&self.bytes("public/build-report.json")).expect("a report");
        let text = |repo: &Json, key: &str| repo[key].as_str().expect("a text").to_string();
        let repos = report["repos"].as_array().expect("a list");
        let is_shown = |repo: &&Json| repo["status"] != "failed";
        repos.iter().filter(is_shown).map(|repo| (text(repo, "id"), text(repo, "status"))).collect()
    }

    /// A repository with everything that a portal reads, and with more.
    fn shop(&self) {
        let png =
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\0IEND\xaeB`\x82";
        let template = "apiVersion: scaffolder.backstage.io/v1beta3\nkind: Template\nmetadata: { name: start, title: Start }\n\
            spec:\n  type: service\n  owner: team-a\n  parameters: []\n  steps:\n    - id: fetch\n      action: fetch:template\n      \
            input: { url: ./skeleton }\n";
        for (path, bytes) in [
            ("catalog-info.yaml", SHOP.as_bytes()),
            ("api/orders.yaml", ORDERS.as_bytes()),
            ("mkdocs.yml", b"site_name: Shop\n"),
            ("docs/index.md", b"# The shop\n\n![a](a.png)\n"),
            ("docs/a.png", png),
            ("docs/unused.png", b"no picture"),
            (".github/CODEOWNERS", b"* @acme/team-a\n"),
            ("src/main.rs", b"fn main() {}\n"),
            (".env", b"PASSWORD=hunter2\n"),
            ("template/template.yaml", template.as_bytes()),
            ("template/skeleton/app.txt", b"hello\n"),
            // Nothing in the repository leads to these.
            ("tools/mkdocs.yml", b"site_name: Tools\n"),
            ("tools/docs/index.md", b"# Tools\n"),
            ("tools/run.sh", b"#!/bin/sh\n"),
            (
                "catalog/other.yaml",
                SHOP.split("---")
                    .nth(1)
                    .map(|api| api.replace("orders }", "other }"))
                    .expect("an API")
                    .replace("./api", "../api")
                    .trim_start()
                    .as_bytes(),
            ),
        ] {
            self.0.write(&format!("shop/{path}"), bytes);
        }
        Command::new("chmod").arg("+x").arg(self.path("shop/tools/run.sh")).status().expect("chmod runs");
        self.commit("shop", "https://github.com/acme/shop.git");
    }

    /// Commits everything in a folder, which becomes a clone of `remote` if it is none.
    fn commit(&self, folder: &str, remote: &str) {
        let folder = self.path(folder);
        if !folder.join(".git").exists() {
            git(&folder, &["init", "--quiet", "--initial-branch=main"]);
        }
        git(&folder, &["add", "--all"]);
        git(&folder, &["commit", "--quiet", "--message", "A change"]);
        if git(&folder, &["remote"]).is_empty() {
            git(&folder, &["remote", "add", "origin", remote]);
        }
    }
}

fn git(folder: &Path, args: &[&str]) -> String {
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).args(args);
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    for role in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{role}_NAME"), "Ann Author").env(format!("GIT_{role}_EMAIL"), "ann@example.com");
        command.env(format!("GIT_{role}_DATE"), "2024-01-01T00:00:00Z");
    }
    let output = command.output().expect("git runs");
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("git talks in UTF-8")
}

/// The listing of a bundle, and its contents by hash.
fn unpacked(bundle: &[u8]) -> (Json, BTreeMap<String, Vec<u8>>) {
    let mut zip = ZipArchive::new(Cursor::new(bundle)).expect("a zip");
    let mut listing = Json::Null;
    let mut blobs = BTreeMap::new();
    for at in 0..zip.len() {
        let mut entry = zip.by_index(at).expect("an entry");
        let name = entry.name().expect("a name").to_string();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).expect("its bytes");
        match name.strip_prefix("blobs/") {
            Some(hash) => drop(blobs.insert(hash.to_string(), bytes)),
            None => {
                assert_eq!((at, name.as_str()), (0, "bundle.json"));
                listing = serde_json::from_slice(&bytes).expect("JSON");
            }
        }
    }
    (listing, blobs)
}

fn packed(listing: &Json, blobs: &BTreeMap<String, Vec<u8>>) -> Vec<u8> {
    packed_as("bundle.json", listing, blobs)
}

fn packed_as(name: &str, listing: &Json, blobs: &BTreeMap<String, Vec<u8>>) -> Vec<u8> {
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let mut put = |name: &str, bytes: &[u8]| {
        writer.start_file(name, options).expect("an entry");
        writer.write_all(bytes).expect("written");
    };
    put(name, listing.to_string().as_bytes());
    blobs.iter().for_each(|(hash, bytes)| put(&format!("blobs/{hash}"), bytes));
    writer.finish().expect("a zip").into_inner()
}

/// Where the entries of a zip's directory begin.
fn central_headers(zip: &[u8]) -> Vec<usize> {
    zip.windows(4).enumerate().filter(|(_, bytes)| bytes == b"PK\x01\x02").map(|(at, _)| at).collect()
}
