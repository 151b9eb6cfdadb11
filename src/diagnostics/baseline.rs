//! A baseline: the findings that were known on some day, so that only new ones are told.
//!
//! It is a text file that lives beside the content and is reviewed like it: one line per finding, sorted by path. Only
//! the fingerprint at its start counts; rule, path and message are there for people. Findings keep their fingerprint
//! when lines move, and equal ones are counted: two in the baseline cover two, a third is new.

use super::fingerprint::{LENGTH, fingerprints};
use super::format::line;
use super::{Finding, Place};
use std::collections::BTreeSet;
use std::fmt;

/// What a baseline file says.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Baseline {
    fingerprints: BTreeSet<String>,
}

/// Findings told apart by a baseline.
#[derive(Debug)]
pub struct Split {
    /// Those it does not hold, in their order.
    pub new: Vec<Finding>,
    /// Those it holds, in their order.
    pub known: Vec<Finding>,
    /// How many of its lines match nothing any more.
    pub gone: usize,
}

/// A line of a baseline file that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// From 1.
    pub line: usize,
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

impl std::error::Error for Fault {}

const HEADER: &str = "\
# Findings that callboard knows and does not tell again. Each line: fingerprint, rule, path, message.
# A line that goes away is a fault that was mended; write this file anew rather than by hand.
";

impl Baseline {
    /// Reads a baseline file. Empty lines and lines that start with `#` say nothing.
    pub fn parse(text: &str) -> Result<Baseline, Fault> {
        let mut baseline = Baseline::default();
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        for (number, line) in text.lines().enumerate() {
            let Some(first) = line.split_whitespace().next().filter(|first| !first.starts_with('#')) else { continue };
            if first.len() != LENGTH || !first.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
                let merged =
                    first.starts_with("<<<<<<<") || first.starts_with("=======") || first.starts_with(">>>>>>>");
                let message = if merged {
                    "this is a conflict that git left; keep the lines of both sides".to_string()
                } else {
                    format!("a line of a baseline starts with a fingerprint of {LENGTH} digits and letters a to f")
                };
                return Err(Fault { line: number + 1, message });
            }
            baseline.fingerprints.insert(first.to_string());
        }
        Ok(baseline)
    }

    /// The baseline file that holds these findings. `path` must give a file the same path in every run.
    pub fn of(findings: &[Finding], path: &dyn Fn(&Place) -> String) -> String {
        let mut lines: Vec<_> = findings
            .iter()
            .zip(fingerprints(findings, path))
            .map(|(finding, fingerprint)| {
                let path = finding.place.as_ref().map(path).filter(|path| !path.is_empty());
                let path = path.map_or_else(|| "-".to_string(), |path| line(&path));
                (path, finding.rule.name, line(&finding.message), fingerprint)
            })
            .collect();
        lines.sort();
        let lines =
            lines.iter().map(|(path, rule, message, fingerprint)| format!("{fingerprint} {rule} {path}: {message}\n"));
        std::iter::once(HEADER.to_string()).chain(lines).collect()
    }

    /// Tells new findings from those the baseline holds. All findings must be handed in at once, since equal ones are
    /// counted.
    pub fn split(&self, findings: Vec<Finding>, path: &dyn Fn(&Place) -> String) -> Split {
        let met = fingerprints(&findings, path);
        let held = met.iter().filter(|fingerprint| self.fingerprints.contains(*fingerprint)).count();
        let (mut new, mut known) = (Vec::new(), Vec::new());
        for (finding, fingerprint) in findings.into_iter().zip(met) {
            if self.fingerprints.contains(&fingerprint) { known.push(finding) } else { new.push(finding) }
        }
        Split { new, known, gone: self.fingerprints.len() - held }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::rules;

    fn link(path: &str, line: u32, target: &str) -> Finding {
        rules::techdocs::broken_link(Place::file("shop", path).at(line, 1, 4), target, None)
    }

    fn path(place: &Place) -> String {
        format!("{}/{}", place.repo, place.path)
    }

    /// New, known and gone when `now` is measured by a baseline of `then`.
    fn split(then: &[Finding], now: Vec<Finding>) -> (Vec<String>, usize, usize) {
        let baseline = Baseline::parse(&Baseline::of(then, &path)).expect("what was written can be read");
        let split = baseline.split(now, &path);
        (split.new.into_iter().map(|finding| finding.message).collect(), split.known.len(), split.gone)
    }

    #[test]
    fn a_baseline_reads_like_a_list_of_findings() {
        let odd = rules::source::no_such_folder(None, "a\nb\u{1b}");
        let text =
            Baseline::of(&[link("b.md", 1, "x.md"), link("a.md", 9, "y.md"), link("a.md", 2, "x.md"), odd], &path);
        assert_eq!(
            text,
            r#"# Findings that callboard knows and does not tell again. Each line: fingerprint, rule, path, message.
# A line that goes away is a fault that was mended; write this file anew rather than by hand.
95ef59f7fb6fe5c8a15c9e9717fd34fc location-target-missing -: there is no folder `a\nb\u{1b}`
0425c5915541350ed51e4e94434047ab docs-broken-link shop/a.md: The link to `x.md` leads nowhere
22ab108a2235dd3ead7124d181a07400 docs-broken-link shop/a.md: The link to `y.md` leads nowhere
62c50a084814cf112c3641fe7e7767fe docs-broken-link shop/b.md: The link to `x.md` leads nowhere
"#
        );
    }

    #[test]
    fn only_what_is_new_is_told() {
        let then = [link("a.md", 3, "x.md"), link("a.md", 4, "y.md")];
        let now = vec![link("a.md", 13, "x.md"), link("a.md", 14, "z.md"), link("b.md", 1, "x.md")];
        let new = vec!["The link to `z.md` leads nowhere".to_string(), "The link to `x.md` leads nowhere".to_string()];
        assert_eq!(split(&then, now), (new, 1, 1));
    }

    #[test]
    fn equal_findings_are_counted() {
        let times = |number: u32| (0..number).map(|at| link("a.md", 1 + at, "x.md")).collect::<Vec<_>>();
        assert_eq!(split(&times(2), times(2)), (vec![], 2, 0));
        assert_eq!(split(&times(2), times(3)), (vec!["The link to `x.md` leads nowhere".to_string()], 2, 0));
        assert_eq!(split(&times(2), times(1)), (vec![], 1, 1));
    }

    #[test]
    fn an_empty_file_knows_nothing() {
        for text in ["", "\n\n", "# nothing\r\n"] {
            assert_eq!(Baseline::parse(text), Ok(Baseline::default()), "{text:?}");
        }
    }

    #[test]
    fn notepad_and_trailing_space_do_no_harm() {
        let text = Baseline::of(&[link("a.md", 3, "x.md")], &path);
        let touched = format!("\u{feff}{}", text.replace('\n', " \r\n"));
        assert_eq!(Baseline::parse(&touched), Baseline::parse(&text));
    }

    #[test]
    fn what_is_no_baseline_is_told_by_its_line() {
        let fault = |text| Baseline::parse(text).expect_err("not a baseline").to_string();
        let expected = "a line of a baseline starts with a fingerprint of 32 digits and letters a to f";
        assert_eq!(fault("{\n"), format!("line 1: {expected}"));
        assert_eq!(fault("# one\n\nabc dangling-ref\n"), format!("line 3: {expected}"));
        assert_eq!(
            fault("# one\n<<<<<<< HEAD\n"),
            "line 2: this is a conflict that git left; keep the lines of both sides"
        );
    }
}
