//! What plugins show.

pub mod kubernetes;
