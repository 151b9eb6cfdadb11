//! Rules about documentation: mkdocs.yml, Markdown pages, links and images.

use crate::diagnostics::{Finding, Place, Rule, Severity};

/// The rules of this file.
pub const RULES: &[&Rule] = &[];
