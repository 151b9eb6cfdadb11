//! Faults of callboard itself.

use crate::diagnostics::{Finding, Rule, Severity};

/// The rules of this file.
pub const RULES: &[&Rule] = &[PAGE_FAILED];

const PAGE_FAILED: &Rule = &Rule {
    name: "page-failed",
    severity: Severity::Error,
    summary: "A page could not be made because of a fault in callboard; all others were.",
    why: "Links to this page lead nowhere until callboard is corrected; nothing in your content is at fault.",
};

pub fn page_failed(page: &str, number: usize) -> Finding {
    Finding::new(PAGE_FAILED, None, format!("a page of type `{page}` (number {number}) could not be made"))
        .hint("This is a fault of callboard: please report it with what stands above.")
}
