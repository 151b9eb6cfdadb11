//! What is wrong, in words for the author of a descriptor, and what was probably meant.

use super::anchors::Refusal;
use super::{Fault, Span};
use granit_parser::{ErrorKind, Marker, Tag};

pub(super) fn syntax(kind: &ErrorKind, span: Span, _text: &str, _at: &Marker) -> Fault {
    Fault::new(span, kind.to_string().trim_end_matches('.'))
}

pub(super) fn duplicate(span: Span, key: &str, first: Span) -> Fault {
    Fault { other: Some(first), ..Fault::new(span, format!("the key `{key}` stands twice in this mapping")) }
}

pub(super) fn too_deep(span: Span) -> Fault {
    Fault::new(span, "values are nested more than 64 deep")
}

pub(super) fn tab(span: Span) -> Fault {
    Fault::new(span, "a tab stands where the indentation should be")
        .hint("Indent with spaces; YAML does not allow tabs there.")
}

pub(super) fn under_indented(span: Span, source: &str) -> Fault {
    let what = match source.as_bytes().first() {
        Some(b'[') => "this line belongs to a list in `[` and `]`",
        Some(b'{') => "this line belongs to a mapping in `{` and `}`",
        _ => "this line belongs to a string in quotes",
    };
    Fault::new(span, format!("{what} and is indented too little"))
        .hint("Indent it deeper than the key that the value belongs to.")
}

pub(super) fn too_many(span: Span) -> Fault {
    Fault::new(span, "the file holds more than 1,000 documents; those from here on are left out")
}

pub(super) fn unresolved(span: Span, name: &str) -> Fault {
    Fault::new(span, format!("`*{name}` repeats a value that is not there: nothing before it is marked `&{name}`"))
}

pub(super) fn refused(span: Span, refusal: Refusal) -> Fault {
    Fault::new(
        span,
        match refusal {
            Refusal::Recursive => "this alias repeats a value that it is a part of",
            Refusal::Excessive => "aliases repeat a value more than 100 times, which Backstage takes for an attack",
            Refusal::TooLarge => "aliases expand to more than 100,000 values or 16 MiB",
            Refusal::TooDeep => "aliases nest values more than 64 deep",
        },
    )
}

pub(super) fn merge(span: Span) -> Fault {
    Fault::new(span, "`<<` should be followed by a mapping, or by a list of mappings")
}

pub(super) fn unknown_tag(span: Span, tag: &Tag, _name: &str, kept: &str, _text: &str) -> Fault {
    Fault::new(span, format!("the tag `{}` is not known here; its value is read as plain {kept}", tag.original()))
}

pub(super) fn collection_key(span: Span, written: &str) -> Fault {
    Fault::new(span, format!("K: `{written}`"))
}
