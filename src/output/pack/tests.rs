//! Whatever happens to the file: the right value or none.

use super::super::scratch::Scratch;
use super::*;
use std::fs;

fn key(n: u32) -> Key {
    *blake3::hash(&n.to_le_bytes()).as_bytes()
}

fn value(n: u32) -> Vec<u8> {
    format!("value {n} ").repeat(1 + n as usize % 5).into_bytes()
}

/// A pack of `count` values in two batches.
fn filled(scratch: &Scratch, count: u32) {
    for half in [0..count / 2, count / 2..count] {
        let pack = Pack::open(scratch.path(), "test");
        half.for_each(|n| pack.put(&key(n), &value(n)));
        pack.flush();
        assert_eq!(pack.note(), None);
    }
}

/// Asserts that each of `count` keys has its own value or none, and counts those that have one.
fn right_or_none(pack: &Pack, count: u32) -> u32 {
    (0..count).filter(|n| pack.get(&key(*n)).is_some_and(|found| found == value(*n) || panic!("a wrong value"))).count()
        as u32
}

#[test]
fn values_survive_the_run() {
    let scratch = Scratch::new("pack");
    let pack = Pack::open(&scratch.path().join("new/folder"), "test");
    assert_eq!(pack.get(&key(1)), None);
    pack.put(&key(1), b"one");
    assert_eq!(pack.get(&key(1)).as_deref(), Some(&b"one"[..]), "before the flush");
    pack.flush();
    assert_eq!(pack.get(&key(1)).as_deref(), Some(&b"one"[..]), "after the flush");
    assert_eq!(pack.stats(), PackStats { hits: 2, misses: 1, bad: 0 });
    let pack = Pack::open(&scratch.path().join("new/folder"), "test");
    assert_eq!(pack.get(&key(1)).as_deref(), Some(&b"one"[..]), "in the next run");
    assert_eq!(pack.stats(), PackStats { hits: 1, misses: 0, bad: 0 });
}

#[test]
fn a_flipped_bit_or_a_cut_never_gives_a_wrong_value() {
    let scratch = Scratch::new("pack-flip");
    filled(&scratch, 6);
    let good = scratch.read("test.pack");
    let file = scratch.path().join("test.pack");
    for at in 0..good.len() {
        let mut bad = good.clone();
        bad[at] ^= 1 << (at % 8);
        for (bytes, what) in [(&bad[..], "flip"), (&good[..at], "cut")] {
            fs::write(&file, bytes).unwrap();
            let pack = Pack::open(scratch.path(), "test");
            let found = right_or_none(&pack, 6);
            assert!(found < 6, "{what} at {at} went unseen");
            assert_eq!(pack.stats().misses, u64::from(6 - found));
            // The cache heals: what was lost is put again, and then everything is there.
            (0..6).for_each(|n| pack.put(&key(n), &value(n)));
            pack.flush();
            assert_eq!(pack.note(), None);
            assert_eq!(right_or_none(&Pack::open(scratch.path(), "test"), 6), 6, "{what} at {at}");
        }
    }
}

#[test]
fn a_file_that_is_cut_or_replaced_under_an_open_pack_gives_misses() {
    let scratch = Scratch::new("pack-under");
    filled(&scratch, 6);
    let pack = Pack::open(scratch.path(), "test");
    fs::write(scratch.path().join("test.pack"), b"callboard pack 1 and then nothing of use").unwrap();
    assert_eq!(right_or_none(&pack, 6), 0);
    assert_eq!(pack.stats(), PackStats { hits: 0, misses: 6, bad: 6 });
}

#[test]
fn another_version_is_replaced() {
    let scratch = Scratch::new("pack-version");
    scratch.write("test.pack", b"callboard pack 0 with other contents");
    let pack = Pack::open(scratch.path(), "test");
    pack.put(&key(1), b"one");
    pack.flush();
    assert_eq!(Pack::open(scratch.path(), "test").get(&key(1)).as_deref(), Some(&b"one"[..]));
    assert_eq!(scratch.list(), ["test.lock", "test.pack"]);
}

#[test]
fn two_builds_add_to_one_pack() {
    let scratch = Scratch::new("pack-two");
    let (one, two) = (Pack::open(scratch.path(), "test"), Pack::open(scratch.path(), "test"));
    std::thread::scope(|scope| {
        for (pack, first) in [(&one, 0), (&two, 50)] {
            scope.spawn(move || {
                for n in first..first + 100 {
                    pack.put(&key(n), &value(n));
                    if n % 10 == 0 {
                        pack.flush();
                    }
                }
                pack.flush();
            });
        }
    });
    assert_eq!(right_or_none(&Pack::open(scratch.path(), "test"), 150), 150);
    assert_eq!(right_or_none(&one, 100), 100);
}

#[test]
fn an_unusable_folder_means_memory_only() {
    let scratch = Scratch::new("pack-nowhere");
    scratch.write("file", b"");
    let pack = Pack::open(&scratch.path().join("file"), "test");
    pack.put(&key(1), b"one");
    pack.flush();
    assert_eq!(pack.get(&key(1)).as_deref(), Some(&b"one"[..]));
    assert!(pack.note().unwrap().contains("is not used"));
}

#[test]
fn a_pack_shrinks_after_a_run_that_used_a_third_of_it() {
    let scratch = Scratch::new("pack-shrink");
    let limits = Limits { small: 1000, huge: 1 << 30 };
    let long = |n: u32| value(n).repeat(50);
    let pack = Pack::open_with(scratch.path(), "test", limits);
    (0..90).for_each(|n| pack.put(&key(n), &long(n)));
    pack.flush();
    let full = scratch.read("test.pack").len();

    let pack = Pack::open_with(scratch.path(), "test", limits);
    assert!(pack.get(&key(1)).is_some());
    pack.flush();
    assert_eq!(scratch.read("test.pack").len(), full, "a small run throws nothing away");

    let pack = Pack::open_with(scratch.path(), "test", limits);
    (0..35).for_each(|n| assert!(pack.get(&key(n)).is_some()));
    pack.put(&key(1000), b"new");
    pack.flush();
    assert!(scratch.read("test.pack").len() < full * 2 / 3);
    let pack = Pack::open_with(scratch.path(), "test", limits);
    (0..35).for_each(|n| assert_eq!(pack.get(&key(n)), Some(long(n))));
    assert_eq!(pack.get(&key(1000)).as_deref(), Some(&b"new"[..]));
}
