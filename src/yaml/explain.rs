//! What is wrong, in words for the author of a descriptor, and what was probably meant.

use super::anchors::Refusal;
use super::{Fault, Span};
use granit_parser::{ErrorKind, Tag};

/// What the parser refused, and what stands around it.
pub(super) struct Refused<'a> {
    pub(super) kind: &'a ErrorKind,
    pub(super) span: Span,
    /// The document up to the line of the fault.
    pub(super) above: &'a str,
    /// That line, and how many of its characters stand before the fault.
    pub(super) line: &'a str,
    pub(super) column: usize,
    /// The document from the next line on.
    pub(super) below: &'a str,
    /// The bracket that is still open, and its line.
    pub(super) bracket: Option<(char, u32)>,
}

const SAME_INDENT: &str = "Give all keys of a mapping, and all items of a list, the same indentation.";

pub(super) fn syntax(refused: &Refused<'_>) -> Fault {
    use ErrorKind as E;
    let Refused { kind, span, line, column, .. } = *refused;
    let split = line.char_indices().nth(column).map_or(line.len(), |(at, _)| at);
    let (before, after) = line.split_at(split);
    match kind {
        E::TabInBlockIndentation | E::TabNotAllowed | E::TabInIndentation | E::TabInPlainScalar => {
            let tab_in = |line: &str| line.chars().position(|c| c == '\t').map(|at| at as u32 + 1);
            let next = || tab_in(refused.below.lines().next()?).map(|column| Span { line: span.line + 1, column, ..span });
            tab(tab_in(line).map(|column| Span { column, ..span }).or_else(next).unwrap_or(span))
        }
        E::UnexpectedCharacter { character } => reserved(span, *character, after),
        E::MissingAnchorOrAliasName => reserved(span, after.chars().next().unwrap_or('&'), after),
        E::UnexpectedEofBlockMapping if after.starts_with(',') => reserved(span, ',', after),
        E::BlockSequenceEntryNotAllowed if has_colon(before) => {
            Fault::new(span, "a list cannot begin on the line of its key")
                .hint("Put each item on a line of its own below the key, or the value in quotes if it is text.")
        }
        E::MappingValueNotAllowed | E::InvalidColonPlacement | E::ExpectedBlockMappingKey
            if refused.bracket.is_none() && has_colon(before) && !before.trim().is_empty() =>
        {
            within_value(span, before, line, kind == &E::ExpectedBlockMappingKey)
        }
        E::ExpectedBlockMappingKey if !before.trim_start_matches([' ', '-']).is_empty() => {
            Fault::new(span, "text follows a value that has ended").hint(in_quotes(line.trim_start_matches([' ', '-'])))
        }
        E::MappingValueNotAllowed => after_value(refused),
        E::SimpleKeyExpected | E::InvalidSimpleKey | E::ExpectedBlockMappingKey | E::UnexpectedEofBlockMapping
            if refused.bracket.is_none() =>
        {
            stray_line(refused)
        }
        E::ExpectedBlockSequenceEntry => Fault::new(span, "a key stands among the items of a list").hint(
            "Begin the line with `- ` if it is an item, indent it if it belongs to the item above, or move it to the left.",
        ),
        E::UnclosedQuotedScalar | E::DocumentIndicatorInQuotedScalar | E::InvalidQuotedScalarIndent => {
            Fault::new(span, "a quote is opened here and never closed")
                .hint("Close the quote at the end of the value, or put the whole value in the other kind of quotes.")
        }
        E::InvalidTrailingSingleQuotedScalar => Fault::new(span, "text follows the closing quote")
            .hint("A `'` within single quotes is written twice, as in `'it''s'`; or put the whole value in double quotes."),
        E::InvalidTrailingDoubleQuotedScalar => Fault::new(span, "text follows the closing quote")
            .hint("A `\"` within double quotes is written `\\\"`; or put the whole value in single quotes."),
        E::UnknownQuotedScalarEscape
        | E::InvalidQuotedScalarHexEscape
        | E::InvalidUnicodeEscape
        | E::InvalidLowSurrogate
        | E::InvalidLowSurrogateHexEscape
        | E::MissingLowSurrogate
        | E::UnpairedLowSurrogate => Fault::new(span, "a backslash in this string begins no known character")
            .hint("Write `\\\\` for a backslash, or put the value in single quotes, where it stands for itself."),
        E::InvalidBlockScalarHeader => Fault::new(span, "text follows the `|` or `>` that begins a block of text")
            .hint("Begin the text on the next line, indented; or put the value in quotes if the character belongs to it."),
        E::InvalidBlockScalarIndent | E::TabAtBlockScalarStart | E::ZeroBlockScalarIndent => {
            Fault::new(span, "a block of text is not indented as it should be")
                .hint("Indent every line of it deeper than its key, with spaces.")
        }
        E::MismatchedFlowCollectionEnd { open, close } => Fault::new(span, format!("`{open}` is closed by `{close}`"))
            .hint("Brackets close in pairs: `[` with `]` and `{` with `}`."),
        E::MisplacedFlowCollectionEnd => Fault::new(span, "a bracket is closed that was never opened")
            .hint("Delete it, or put the value in quotes if it is text."),
        E::CommentNotSeparated => Fault::new(span, "a comment follows a value without a space")
            .hint("Put a space before the `#`, or the value in quotes if the `#` belongs to it."),
        E::CommentInterceptedScalar => Fault::new(span, "a comment stands in the middle of a value")
            .hint("Move the comment above the key, or put the value in quotes if the `#` belongs to it."),
        E::RecursionLimitExceeded => too_deep(span),
        _ => match refused.bracket {
            Some((open, line)) => unclosed(span, open, line),
            None => Fault::new(span, kind.to_string().trim_end_matches('.')),
        },
    }
}

fn reserved(span: Span, character: char, rest: &str) -> Fault {
    let named = if character == '`' { "a backtick".to_string() } else { format!("`{character}`") };
    let fault = Fault::new(span, format!("a value cannot begin with {named}"));
    match character {
        '@' | '`' | '%' | '&' | '*' | ',' => fault.hint(in_quotes(rest)),
        _ => fault,
    }
}

/// Something follows a value on its line, most often a colon.
fn within_value(span: Span, before: &str, line: &str, follows: bool) -> Fault {
    let start = before.find(": ").map_or(0, |at| at + 2);
    let value = line.get(start..).unwrap_or(line).trim();
    let fault = if follows {
        Fault::new(span, "text follows a value that has ended")
    } else {
        Fault::new(span, "the value holds `: `, which begins another key")
    };
    fault.hint(in_quotes(value))
}

/// A key below something that has a value already.
fn after_value(refused: &Refused<'_>) -> Fault {
    let mut above = (1..).zip(refused.above.lines().rev());
    let (distance, last) = above.find(|(_, line)| !line.trim().is_empty()).unwrap_or((0, ""));
    let last = last.trim();
    if is_conflict(last) {
        return conflict(Span { line: refused.span.line.saturating_sub(distance).max(1), column: 1, length: 7 });
    }
    if let Some(spaced) = with_space(last) {
        return Fault::new(refused.span, "the line above has no space behind its colon, so it is no key")
            .hint(format!("Write `{spaced}`."));
    }
    Fault::new(refused.span, "this key is indented deeper than the line above, which has a value already")
        .hint(SAME_INDENT)
}

/// A line that is neither key nor item, or stands where neither may.
fn stray_line(refused: &Refused<'_>) -> Fault {
    let Refused { span, line, above, .. } = *refused;
    let text = line.trim();
    let indent = line.len() - line.trim_start().len();
    let fault = |message: &str| Fault::new(span, message);
    if is_conflict(text) {
        return conflict(span);
    }
    if text.len() > 1 && text.bytes().all(|byte| matches!(byte, b'-' | b'=' | b'_' | b'*')) {
        return fault("this line separates nothing").hint("Documents are separated by a line that is just `---`.");
    }
    if text.chars().count() > 1024 {
        return fault("a key may have at most 1,024 characters")
            .hint("Is a colon or a quote missing earlier on the line?");
    }
    if let Some(item) = text.strip_prefix('-').filter(|item| item.starts_with(|c: char| c.is_alphanumeric())) {
        return fault("there is no space behind the dash").hint(format!("Write `- {item}`."));
    }
    if text.starts_with("- ") || text == "-" {
        let items = above.lines().rev().filter(|line| line.trim_start().starts_with("- "));
        let other = items.map(|line| line.len() - line.trim_start().len()).next();
        return match other.filter(|other| *other != indent) {
            Some(_) => fault("this item is not indented like those above").hint(SAME_INDENT),
            None => fault("a list item stands among the keys of a mapping")
                .hint("Give the list a key of its own, and put its items below that key."),
        };
    }
    if has_colon(text) {
        return fault("this key is not indented like those above").hint(SAME_INDENT);
    }
    if let Some(spaced) = with_space(text) {
        return fault("there is no space behind the colon").hint(format!("Write `{spaced}`."));
    }
    if let Some((key, value)) = text.split_once(" = ") {
        return fault("this line is neither a key nor an item").hint(format!("Write `{key}: {value}`."));
    }
    fault("this line is neither a key nor an item")
        .hint("Put a colon behind it if it is a key, or indent it if it belongs to the value above.")
}

fn is_conflict(line: &str) -> bool {
    ["<<<<<<<", "=======", ">>>>>>>", "|||||||"].iter().any(|mark| line.starts_with(mark))
}

fn conflict(span: Span) -> Fault {
    Fault::new(span, "a conflict of a merge was left in the file")
        .hint("Settle it and delete the lines with its marks.")
}

fn unclosed(span: Span, open: char, line: u32) -> Fault {
    let (what, close) = if open == '[' { ("list", ']') } else { ("mapping", '}') };
    Fault::new(span, format!("the {what} that begins with `{open}` on line {line} is not closed"))
        .hint(format!("Put `{close}` at its end and a comma between its parts, or the value in quotes if it is text."))
}

/// Whether the text holds a key: a colon and space behind it.
fn has_colon(text: &str) -> bool {
    text.contains(": ") || text.trim_end().ends_with(':')
}

/// `key:value` with the space it lacks; addresses like `http://…` lack none.
fn with_space(text: &str) -> Option<String> {
    let (key, value) = text.split_once(':')?;
    let is_word = key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/'));
    let lacks = !key.is_empty() && is_word && !value.is_empty() && !value.starts_with([' ', '/', ':']);
    lacks.then(|| format!("{key}: {value}"))
}

/// The advice to quote a value, with the value where it is short and says something.
fn in_quotes(value: &str) -> String {
    let value = value.split(" #").next().unwrap_or(value).trim();
    let quote = match (value.contains('"') || value.contains('\\'), value.contains('\'')) {
        (false, _) => '"',
        (true, false) => '\'',
        (true, true) => return "Put the value in quotes.".to_string(),
    };
    if value.is_empty() || value.chars().count() > 60 {
        return "Put the value in quotes.".to_string();
    }
    format!("Put the value in quotes: `{quote}{value}{quote}`.")
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
        .hint("Indent it deeper than the key that the value belongs to; or is a bracket or quote not closed?")
}

pub(super) fn anchor_without_space(span: Span) -> Fault {
    Fault::new(span, "there is no space between an anchor and its value")
        .hint("A word that begins with `&` is an anchor of YAML. If it is meant as text, put the value in quotes.")
}

pub(super) fn nested_in_line(span: Span) -> Fault {
    Fault::new(span, "a colon stands before this key").hint("Delete the colon, or put the key before it.")
}

pub(super) fn duplicate(span: Span, key: &str, first: Span) -> Fault {
    let fault = Fault::new(span, format!("the key `{key}` stands twice in this mapping"))
        .hint(format!("The key stands on line {} already; keep one of the two.", first.line));
    Fault { other: Some(first), ..fault }
}

pub(super) fn too_deep(span: Span) -> Fault {
    Fault::new(span, "values are nested more than 64 deep").of_limit(true)
}

pub(super) fn too_many(span: Span) -> Fault {
    Fault::new(span, "the file holds more than 1,000 documents; those from here on are left out")
        .hint("Spread them over several files.")
        .of_limit(true)
}

pub(super) fn too_long(span: Span) -> Fault {
    Fault::new(span, "the file is larger than 2 MiB and is not read")
        .hint("Spread its documents over several files.")
        .of_limit(true)
}

pub(super) fn unresolved(span: Span, name: &str) -> Fault {
    Fault::new(span, format!("`*{name}` repeats a value, but none before it is marked `&{name}`"))
        .hint(format!("If it is meant as text, put it in quotes: `\"*{name}\"`."))
}

pub(super) fn refused(span: Span, refusal: Refusal) -> Fault {
    let message = match refusal {
        Refusal::Recursive => "this alias repeats a value that it is a part of",
        Refusal::Excessive => "aliases repeat a value more than 100 times, which Backstage takes for an attack",
        Refusal::TooLarge => "aliases expand to more than 100,000 values or 16 MiB",
        Refusal::TooDeep => "aliases nest values more than 64 deep",
    };
    let is_limit = matches!(refusal, Refusal::TooLarge | Refusal::TooDeep);
    Fault::new(span, message).hint("Write the value where it is needed.").of_limit(is_limit)
}

pub(super) fn merge(span: Span) -> Fault {
    Fault::new(span, "`<<` should be followed by a mapping, or by a list of mappings")
}

pub(super) fn unknown_tag(span: Span, tag: &Tag, kept: &str) -> Fault {
    let tag = tag.original();
    Fault::new(span, format!("the tag `{tag}` has no effect here; its value is read as {kept}"))
        .hint("A word that begins with `!` is a tag of YAML. If it is meant as text, put the value in quotes.")
}

pub(super) fn collection_key(span: Span, written: &str) -> Fault {
    let fault = Fault::new(span, format!("a collection stands as a key and becomes the text `{written}`"));
    if written.starts_with('{') {
        return fault
            .hint("A value that begins with `{` is a mapping for YAML. If it is meant as text, put it in quotes.");
    }
    fault.hint("Put the key in quotes if it is meant as text.")
}
