//! Formulas: `$x$`, `$$x$$`, `\(x\)`, `\[x\]`.

use super::super::tree::Kind;
use super::Inline;
use std::ops::Range;

impl Inline<'_> {
    pub(super) fn math(&mut self, range: Range<usize>) {
        let mut at = range.start;
        // Signs that nothing closes any more.
        let mut open = [true; 4];
        while at < range.end {
            let Some(sign) = memchr::memchr2(b'$', b'\\', &self.mask[at..range.end]).map(|found| at + found) else {
                return;
            };
            at = sign + 1;
            let next = self.mask.get(sign + 1).copied().filter(|_| sign + 1 < range.end);
            let (which, opener, closer, display): (usize, usize, &[u8], bool) = match (self.mask[sign], next) {
                (b'$', Some(b'$')) => (0, 2, b"$$", true),
                (b'$', Some(next)) if !next.is_ascii_whitespace() => (1, 1, b"$", false),
                (b'\\', Some(b'(')) => (2, 2, b"\\)", false),
                (b'\\', Some(b'[')) => (3, 2, b"\\]", true),
                (b'\\', _) => {
                    at = sign + 2;
                    continue;
                }
                _ => continue,
            };
            if !open[which] {
                continue;
            }
            match self.closing(sign + opener..range.end, closer, which == 1) {
                Some(end) => {
                    let tex = self.tree.keep(self.text[sign + opener..end].trim());
                    let whole = sign..end + closer.len();
                    let node = self.make(Kind::Math { tex, display }, whole.clone());
                    at = whole.end;
                    self.take(whole, node);
                }
                None => open[which] = false,
            }
        }
    }

    /// Where a formula ends. A single dollar closes behind a sign that is no blank, with no digit behind it, so that
    /// prices stay prices.
    fn closing(&self, range: Range<usize>, closer: &[u8], single: bool) -> Option<usize> {
        let mut at = range.start;
        loop {
            let end = at + memchr::memmem::find(&self.mask[at..range.end], closer)?;
            at = end + 1;
            let before = &self.mask[range.start..end];
            if before.is_empty() || before.ends_with(b"\\") && closer[0] == b'$' {
                continue;
            }
            let after = self.mask.get(end + 1).filter(|_| end + 1 < range.end);
            let fits = !before.last().is_some_and(u8::is_ascii_whitespace)
                && !after.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'$');
            if !single || fits {
                return (!before.contains(&super::TAKEN)).then_some(end);
            }
        }
    }
}
