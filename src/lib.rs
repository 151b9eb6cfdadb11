//! callboard: the developer portal that is built, not run.
//!
//! A build is values handed down a stair; the rooms stand here in the order of the pipeline. [`pipeline`] is the only
//! file that knows the whole order.

pub mod csv;
pub mod diagnostics;
pub mod html;
pub mod query;
pub mod strings;
pub mod yaml;

pub mod cache;
pub mod config;
pub mod source;

pub mod catalog;
pub mod draft;
pub mod schema;
pub mod techdocs;

pub mod graph;
pub mod insights;
pub mod scaffolder;

pub mod api;
pub mod plugins;
pub mod search;
pub mod site;

pub mod emit;
pub mod output;

pub mod pipeline;

pub mod serve;

pub mod cli;
