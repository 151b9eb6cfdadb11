//! Characters that Backstage keeps as they are and the event parser refuses or takes for line ends: control characters
//! and carriage returns without a line feed. Others stand in for them while the text is parsed. Line ends of Windows
//! become those of the rest of the world, which moves nothing but the end of a line.

use std::borrow::Cow;

/// First character of the planes for private use, of which a block nobody uses is taken.
const PRIVATE: u32 = 0xF0000;
const BLOCK: u32 = 0x80;

/// Which characters stand in for which: those of one block for those of ASCII.
#[derive(Clone, Copy)]
pub(super) struct StandIns(Option<u32>);

/// The text with stand-ins where it needs them.
pub(super) fn replace(text: &str) -> (Cow<'_, str>, StandIns) {
    if !has_refused(text) {
        return (Cow::Borrowed(text), StandIns(None));
    }
    let mut used = std::collections::BTreeSet::new();
    used.extend(text.chars().map(u32::from).filter(|c| *c >= PRIVATE).map(|c| (c - PRIVATE) / BLOCK));
    let block = (0..).find(|block| !used.contains(block)).unwrap_or_default();
    let first = PRIVATE + block * BLOCK;
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\r' && chars.peek() == Some(&'\n') {
            continue;
        }
        let refused = is_refused(c);
        out.push(if refused { char::from_u32(first + u32::from(c)).unwrap_or(c) } else { c });
    }
    (Cow::Owned(out), StandIns(Some(first)))
}

impl StandIns {
    /// The text as it was written.
    pub(super) fn restore(self, text: Cow<'_, str>) -> String {
        let Some(first) = self.0 else { return text.into_owned() };
        text.chars()
            .map(|c| match u32::from(c).checked_sub(first) {
                Some(ascii) if ascii < BLOCK => char::from_u32(ascii).unwrap_or(c),
                _ => c,
            })
            .collect()
    }
}

fn has_refused(text: &str) -> bool {
    text.bytes().any(|byte| is_refused(char::from(byte)))
}

fn is_refused(c: char) -> bool {
    matches!(c, '\0'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{7f}')
}
