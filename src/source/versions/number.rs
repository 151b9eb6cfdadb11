//! Versions by their names: which is newer, and which is no release yet.

use std::cmp::Ordering;

/// Where a tag or branch stands among others: releases first, the newest on top, then what has no number, then
/// pre-releases.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Standing {
    Release(Newest<Vec<u64>>),
    Unnumbered,
    Early(Newest<(Vec<u64>, Vec<Piece>)>),
}

/// The greater one comes first.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Newest<T>(T);

impl<T: Ord> Ord for Newest<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        other.0.cmp(&self.0)
    }
}

impl<T: Ord> PartialOrd for Newest<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// A run of digits or letters of what stands behind the number, as in `rc10`.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Piece {
    Number(u64),
    Word(String),
}

/// Words behind a number that say that it is none yet, where nothing separates them from it.
const EARLY: [&str; 10] = ["a", "alpha", "b", "beta", "c", "rc", "pre", "preview", "dev", "m"];
/// Words behind a number that take nothing from it.
const FINAL: [&str; 9] = ["final", "release", "ga", "stable", "lts", "post", "patch", "p", "sp"];

/// By the last part of a name that reads as a version: `v1.2.3`, `shop-v2.0.0-rc.1`, `release/1.4`, `go1.21`.
pub(super) fn standing(name: &str) -> Standing {
    let Some(start) = start(name) else { return Standing::Unnumbered };
    let (number, rest) = number(&name[start..]);
    let rest = rest.split('+').next().unwrap_or_default().to_lowercase();
    let separated = rest.starts_with(['-', '.', '_', '~']);
    let pieces = pieces(&rest);
    match pieces.first() {
        None if rest.is_empty() || separated => Standing::Release(Newest(number)),
        Some(Piece::Word(word)) if FINAL.contains(&word.as_str()) => Standing::Release(Newest(number)),
        Some(Piece::Word(word)) if separated || EARLY.contains(&word.as_str()) => {
            Standing::Early(Newest((number, pieces)))
        }
        Some(Piece::Number(_)) if separated => Standing::Early(Newest((number, pieces))),
        _ => Standing::Unnumbered,
    }
}

/// Where the number begins: a digit that begins a word, perhaps after `v`, else the first one after letters alone.
fn start(name: &str) -> Option<usize> {
    let bytes = name.as_bytes();
    let begins_word = |at: usize| at == 0 || !(bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] >= 0x80);
    let is_start = |at: &usize| {
        bytes[*at].is_ascii_digit()
            && (begins_word(*at) || (matches!(bytes[at - 1], b'v' | b'V') && begins_word(at - 1)))
    };
    (0..bytes.len()).find(is_start).or_else(|| {
        let first = bytes.iter().position(u8::is_ascii_digit)?;
        bytes[..first].iter().all(u8::is_ascii_alphabetic).then_some(first)
    })
}

/// Numbers between dots, without the zeros at their end, and what follows. A date may be written with `-`.
fn number(text: &str) -> (Vec<u64>, &str) {
    let year = text.len() > 4 && ["19", "20"].iter().any(|century| text.starts_with(century));
    let is_date = year && text.as_bytes()[..4].iter().all(u8::is_ascii_digit) && text.as_bytes()[4] == b'-';
    let (mut parts, mut rest) = (Vec::new(), text);
    loop {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        parts.push(rest[..digits].parse().unwrap_or(u64::MAX));
        rest = &rest[digits..];
        let next = rest.strip_prefix(['.', '_']).or_else(|| rest.strip_prefix('-').filter(|_| is_date));
        match next.filter(|next| next.starts_with(|c: char| c.is_ascii_digit())) {
            Some(next) => rest = next,
            None => break,
        }
    }
    while parts.len() > 1 && parts.last() == Some(&0) {
        parts.pop();
    }
    (parts, rest)
}

fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for part in text.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()) {
        let mut rest = part;
        while let Some(first) = rest.chars().next() {
            let is_digit = first.is_ascii_digit();
            let end = rest.find(|c: char| c.is_ascii_digit() != is_digit).unwrap_or(rest.len());
            pieces.push(match is_digit {
                true => Piece::Number(rest[..end].parse().unwrap_or(u64::MAX)),
                false => Piece::Word(rest[..end].to_owned()),
            });
            rest = &rest[end..];
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(names: &str) -> String {
        let mut names: Vec<&str> = names.split_whitespace().rev().collect();
        names.sort_by_cached_key(|name| standing(name));
        names.join(" ")
    }

    #[test]
    fn releases_stand_before_branches_and_pre_releases() {
        for order in [
            "v10.0 v9.1.2 v9.1 v2.0-final develop v11.0-rc10 v11.0-rc9 v11.0-beta.2 v1.0b1",
            "shop2-v1.3 shop2-v1.2.9 k8s",
            "release/1.10 release/1.9 release/1.9.0-SNAPSHOT",
            "2026-11-03 2026-02-10 2025.12",
            "go1.21 go1.9 go1.22rc1",
            "REL_15_3 REL_9_6",
            "1.0.0+b 0.9 1.0.0-1",
            "v99999999999999999999999.1 v1",
        ] {
            assert_eq!(sorted(order), order);
        }
        assert_eq!(standing("v1.0.0"), standing("1"));
        assert_eq!(standing(""), Standing::Unnumbered);
        assert_eq!(standing("日本2"), Standing::Unnumbered);
    }
}
