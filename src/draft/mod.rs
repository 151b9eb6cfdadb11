//! The draft of a repository's first descriptor.
//!
//! In: a repository's files, and what git tells of it. Out: a catalog-info.yaml with comments that say what to check, and
//! for each value where it was taken from. Nothing is invented: what the repository does not show is left out, or said
//! to be open.

mod apis;
mod languages;
mod manifest;
mod nature;
mod readme;
mod survey;
#[cfg(test)]
mod tests;
mod words;
mod write;
mod yaml;

pub use survey::{DESCRIPTOR, survey};
pub use write::{notes, write};

use crate::source::{Remote, Repo};

/// What a draft is made from.
#[derive(Debug)]
pub struct Given<'a> {
    pub repo: &'a Repo,
    /// The folder inside the repository that the descriptor is for; `""` for all of it.
    pub folder: &'a str,
    /// What that folder is called on this machine.
    pub folder_name: &'a str,
    pub remote: Option<&'a Remote>,
    /// Names of git tags, where they were read.
    pub tags: Option<&'a [String]>,
}

/// What was found out.
#[derive(Debug)]
pub struct Facts {
    pub name: Found,
    pub title: Option<Found>,
    pub description: Option<Found>,
    pub annotations: Vec<(&'static str, Found)>,
    /// Languages, the one with the most files first.
    pub tags: Vec<String>,
    pub r#type: Found,
    pub lifecycle: Found,
    /// A ref.
    pub owner: Option<Found>,
    pub apis: Vec<Api>,
    /// API definitions that are left out: the path, and why.
    pub passed_over: Vec<(String, String)>,
    /// Folders that look like components of their own.
    pub parts: Vec<String>,
}

/// A value and where it comes from, in words that follow `from` or stand behind a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub value: String,
    pub from: String,
}

/// An API that the repository defines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Api {
    pub name: String,
    pub title: Option<String>,
    pub description: Option<String>,
    /// `openapi`, `asyncapi`, `graphql` or `grpc`.
    pub r#type: &'static str,
    /// Path of the definition from the descriptor's folder.
    pub path: String,
}

fn found(value: impl Into<String>, from: impl Into<String>) -> Found {
    Found { value: value.into(), from: from.into() }
}
