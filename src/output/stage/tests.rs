//! What a reader of the output folder sees, whatever happens to a build.

use super::super::scratch::Scratch;
use super::*;
use crate::diagnostics::StopKind;
use rayon::prelude::*;
use std::os::unix::fs::MetadataExt;

const INPUT: Fingerprint = Fingerprint([1; 32]);

fn open(scratch: &Scratch) -> Stage {
    Stage::open(&scratch.path().join("out"), StageOptions::default()).unwrap()
}

/// Publishes `files` into `out`.
fn publish(scratch: &Scratch, files: &[(&str, &str)]) -> Published {
    let stage = open(scratch);
    for (path, text) in files {
        stage.put(path, text.as_bytes()).unwrap();
    }
    stage.finish(INPUT).unwrap()
}

fn inode(scratch: &Scratch, path: &str) -> u64 {
    fs::metadata(scratch.path().join(path)).unwrap().ino()
}

#[test]
fn a_site_is_published_and_replaced_as_a_whole() {
    let scratch = Scratch::new("stage");
    let first = publish(&scratch, &[("index.html", "one"), ("a/b/c.html", "two")]);
    assert_eq!((first.files, first.bytes, first.written, first.kept, first.removed), (2, 6, 2, 0, 0));
    let second = publish(&scratch, &[("index.html", "one"), ("d.html", "three")]);
    assert_eq!((second.files, second.written, second.kept, second.removed), (2, 1, 1, 1));
    assert_eq!(second.notes, Vec::<String>::new());
    assert_eq!(scratch.read("out/d.html"), b"three");
    assert!(!scratch.path().join("out/a").exists());
    assert_eq!(scratch.list(), [".out.callboard-lock", "out"]);
}

#[test]
fn the_manifest_says_what_was_published() {
    let scratch = Scratch::new("stage-manifest");
    publish(&scratch, &[("index.html", "one")]);
    let stage = open(&scratch);
    let previous = stage.previous().unwrap();
    assert_eq!(previous.input, INPUT);
    assert_eq!(previous.files["index.html"].hash, *blake3::hash(b"one").as_bytes());
    assert_eq!(previous.files["index.html"].size, 3);
}

#[test]
fn the_same_files_give_the_same_bytes_everywhere() {
    let (one, two) = (Scratch::new("stage-same"), Scratch::new("stage-same"));
    publish(&one, &[("a", "1"), ("b", "2")]);
    publish(&two, &[("b", "2"), ("a", "1")]);
    for file in ["manifest", "generated.txt"] {
        let path = format!("out/.callboard/{file}");
        assert_eq!(one.read(&path), two.read(&path));
    }
}

#[test]
fn unchanged_content_is_the_same_file_on_disk() {
    let scratch = Scratch::new("stage-link");
    publish(&scratch, &[("same.html", "one"), ("other.html", "two")]);
    let (same, other) = (inode(&scratch, "out/same.html"), inode(&scratch, "out/other.html"));
    publish(&scratch, &[("same.html", "one"), ("other.html", "TWO")]);
    assert_eq!(inode(&scratch, "out/same.html"), same);
    assert_ne!(inode(&scratch, "out/other.html"), other);
    assert_eq!(scratch.read("out/other.html"), b"TWO");
}

#[test]
fn a_file_edited_by_hand_is_written_anew() {
    let scratch = Scratch::new("stage-edited");
    publish(&scratch, &[("page.html", "one")]);
    scratch.write("out/page.html", b"ONE");
    publish(&scratch, &[("page.html", "one")]);
    assert_eq!(scratch.read("out/page.html"), b"one");
}

#[test]
fn an_aborted_build_leaves_the_old_site() {
    let scratch = Scratch::new("stage-abort");
    publish(&scratch, &[("page.html", "old"), ("same.html", "same")]);
    let stage = open(&scratch);
    stage.put("page.html", b"new").unwrap();
    stage.put("same.html", b"same").unwrap();
    drop(stage);
    assert_eq!(scratch.read("out/page.html"), b"old");
    assert_eq!(scratch.read("out/same.html"), b"same");
    assert_eq!(scratch.list(), [".out.callboard-lock", "out"]);
}

#[test]
fn a_signal_stops_writing_and_publishing() {
    let scratch = Scratch::new("stage-signal");
    let interrupt = Interrupt::new();
    let options = StageOptions { interrupt: interrupt.clone(), ..StageOptions::default() };
    let stage = Stage::open(&scratch.path().join("out"), options).unwrap();
    stage.put("page.html", b"new").unwrap();
    interrupt.interrupt();
    assert_eq!(stage.put("more.html", b"new").unwrap_err().kind, StopKind::Interrupted);
    assert_eq!(stage.finish(INPUT).unwrap_err().exit_code(), 130);
    assert_eq!(scratch.list(), [".out.callboard-lock"]);
}

#[test]
fn a_foreign_folder_is_refused_before_anything_is_touched() {
    let scratch = Scratch::new("stage-foreign");
    scratch.write("out/thesis.tex", b"years of work");
    scratch.write("file", b"");
    for (out, why) in [("out", "did not make"), ("file", "is a file")] {
        let stop = Stage::open(&scratch.path().join(out), StageOptions::default()).unwrap_err();
        assert_eq!(stop.exit_code(), 2);
        assert!(stop.message.contains(why), "{}", stop.message);
    }
    assert_eq!(Stage::open(Path::new("/"), StageOptions::default()).unwrap_err().exit_code(), 2);
    assert_eq!(scratch.list(), ["file", "out"]);
    assert_eq!(scratch.read("out/thesis.tex"), b"years of work");
}

#[test]
fn an_empty_folder_may_become_the_output() {
    let scratch = Scratch::new("stage-empty");
    fs::create_dir(scratch.path().join("out")).unwrap();
    publish(&scratch, &[("page.html", "one")]);
    assert_eq!(scratch.list(), [".out.callboard-lock", "out"]);
}

#[test]
fn files_that_appear_in_an_empty_output_are_never_deleted() {
    let scratch = Scratch::new("stage-appear");
    fs::create_dir(scratch.path().join("out")).unwrap();
    let stage = open(&scratch);
    stage.put("page.html", b"one").unwrap();
    scratch.write("out/precious", b"x");
    let published = stage.finish(INPUT).unwrap();
    assert_eq!(published.notes.len(), 1);
    let aside = scratch.list().into_iter().find(|name| name.contains("callboard-tmp")).unwrap();
    assert_eq!(scratch.read(&format!("{aside}/precious")), b"x");
    // Later builds leave it alone, too.
    publish(&scratch, &[("page.html", "two")]);
    assert_eq!(scratch.read(&format!("{aside}/precious")), b"x");
}

#[test]
fn an_output_behind_a_link_is_replaced_where_it_lies() {
    let scratch = Scratch::new("stage-symlink");
    fs::create_dir(scratch.path().join("real")).unwrap();
    std::os::unix::fs::symlink("real", scratch.path().join("out")).unwrap();
    publish(&scratch, &[("page.html", "one")]);
    assert!(scratch.path().join("out").symlink_metadata().unwrap().is_symlink());
    assert_eq!(scratch.read("real/page.html"), b"one");
    std::os::unix::fs::symlink("nowhere", scratch.path().join("dangling")).unwrap();
    let stop = Stage::open(&scratch.path().join("dangling"), StageOptions::default()).unwrap_err();
    assert_eq!(stop.exit_code(), 2);
}

#[test]
fn a_parent_that_cannot_be_written_is_a_fault_of_the_environment() {
    // `/proc` refuses new files even to root, under which tests may run.
    let stop = Stage::open(Path::new("/proc/callboard-out"), StageOptions::default()).unwrap_err();
    assert_eq!(stop.exit_code(), 1);
}

#[test]
fn leftovers_of_killed_builds_are_swept() {
    let scratch = Scratch::new("stage-sweep");
    scratch.write(".out.callboard-tmp-99-0/.callboard/generated.txt", b"");
    scratch.write(".out.callboard-tmp-99-0/a/page.html", b"half");
    drop(open(&scratch));
    assert_eq!(scratch.list(), [".out.callboard-lock"]);
}

#[test]
fn two_builds_of_one_output_do_not_meet() {
    let scratch = Scratch::new("stage-locked");
    let first = open(&scratch);
    let out = scratch.path().join("out");
    assert_eq!(Stage::open(&out, StageOptions::default()).unwrap_err().exit_code(), 6);
    std::thread::scope(|scope| {
        let options = StageOptions { lock_wait: Duration::from_secs(20), ..StageOptions::default() };
        let second = scope.spawn(|| Stage::open(&out, options).map(|stage| stage.previous().is_some()));
        std::thread::sleep(Duration::from_millis(100));
        first.put("page.html", b"one").unwrap();
        first.finish(INPUT).unwrap();
        assert!(second.join().unwrap().unwrap(), "the second sees what the first published");
    });
}

#[test]
fn a_damaged_manifest_only_costs_time() {
    let scratch = Scratch::new("stage-damaged");
    publish(&scratch, &[("page.html", "one")]);
    scratch.write("out/.callboard/manifest", b"callboard manifest \x01 nonsense");
    let again = publish(&scratch, &[("page.html", "one")]);
    assert_eq!((again.written, again.kept), (1, 0));
}

#[test]
fn a_tree_with_a_failed_write_is_never_published() {
    let scratch = Scratch::new("stage-broken");
    publish(&scratch, &[("page", "old")]);
    let stage = open(&scratch);
    stage.put("page", b"new").unwrap();
    let stop = stage.put("page/below", b"x").unwrap_err();
    assert_eq!(stop.exit_code(), 1);
    assert!(stop.message.contains("page/below"), "{}", stop.message);
    assert_eq!(stage.finish(INPUT).unwrap_err().exit_code(), 1);
    assert_eq!(scratch.read("out/page"), b"old");
}

#[test]
fn paths_outside_the_site_and_clashes_are_refused() {
    let scratch = Scratch::new("stage-path");
    let stage = open(&scratch);
    for path in ["../x", "/x", "a/../../x", "", ".callboard/manifest"] {
        assert!(stage.put(path, b"x").is_err(), "{path}");
    }
    stage.put("page", b"one").unwrap();
    stage.put("page", b"one").unwrap();
    assert!(stage.put("page", b"two").unwrap_err().message.contains("two different files"));
}

#[test]
fn many_threads_may_put_at_once() {
    let scratch = Scratch::new("stage-threads");
    for round in 0..2 {
        let stage = open(&scratch);
        (0..2000_u32).into_par_iter().for_each(|n| {
            stage.put(&format!("{}/{}/{n}.html", n % 7, n % 31), format!("page {n}").as_bytes()).unwrap();
        });
        let published = stage.finish(INPUT).unwrap();
        assert_eq!((published.files, published.kept), (2000, round * 2000));
    }
    assert_eq!(scratch.read("out/3/6/1060.html"), b"page 1060");
}
