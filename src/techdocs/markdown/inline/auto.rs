//! What needs no brackets of Markdown: HTML, `<https://…>`, bare addresses, character references, breaks.

use super::super::tree::{Kind, Target};
use super::{Inline, is_word};
use std::ops::Range;

/// Longer tags and addresses are text.
const LONGEST: usize = 4_096;

impl Inline<'_> {
    /// `<https://a.example>`, `<me@a.example>`, tags and comments.
    pub(super) fn angles(&mut self, range: Range<usize>) {
        let mut at = range.start;
        while let Some(open) = self.find(at..range.end, b'<') {
            let end = range.end.min(open + LONGEST);
            at = open + 1;
            let rest = &self.mask[open..end];
            let long = |closer: &[u8], from: usize| {
                memchr::memmem::find(rest.get(from..)?, closer).map(|found| open + from + found + closer.len())
            };
            let special = if rest.starts_with(b"<!--") {
                long(b"-->", 4)
            } else if rest.starts_with(b"<?") {
                long(b"?>", 2)
            } else if rest.starts_with(b"<![CDATA[") {
                long(b"]]>", 9)
            } else {
                None
            };
            if let Some(close) = special {
                self.take_html(open..close);
                at = close;
                continue;
            }
            let Some(length) = rest[1..].iter().position(|byte| matches!(byte, b'<' | b'>')) else { continue };
            let close = open + 1 + length;
            if self.mask[close] != b'>' || length == 0 {
                continue;
            }
            let inner = open + 1..close;
            let written = &self.text[inner.clone()];
            let scheme = written.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
            if scheme.is_some_and(|scheme| matches!(scheme.as_str(), "http" | "https" | "ftp" | "ftps")) {
                self.take_link(open..close + 1, inner, "");
            } else if is_mail(written) {
                self.take_link(open..close + 1, inner, "mailto:");
            } else if is_tag(&self.mask[inner]) {
                self.take_html(open..close + 1);
            } else {
                continue;
            }
            at = close + 1;
        }
    }

    fn take_html(&mut self, range: Range<usize>) {
        let span = self.keep(range.clone());
        let node = self.make(Kind::InlineHtml(span), range.clone());
        self.take(range, node);
    }

    /// A link that reads as its own address.
    fn take_link(&mut self, range: Range<usize>, shown: Range<usize>, prefix: &str) {
        let words = self.plain(shown);
        let words = if prefix == "mailto:" { words.strip_prefix(prefix).unwrap_or(&words).to_owned() } else { words };
        let target = Target { url: format!("{prefix}{words}"), title: None };
        let node = self.make(Kind::Link(Box::new(target)), range.clone());
        let span = self.tree.keep(&words);
        let text = self.make(Kind::Literal(span), range.clone());
        self.tree.append(node, text);
        self.take(range, node);
    }

    /// Two blanks at the end of a line.
    pub(super) fn breaks(&mut self, range: Range<usize>) {
        let mut at = range.start;
        while let Some(end) = self.find(at..range.end, b'\n') {
            if self.known.dialect.line_breaks {
                let node = self.make(Kind::Break, end..end + 1);
                self.take(end..end + 1, node);
            } else if end >= range.start + 2 && self.mask[end - 2..end] == *b"  " {
                let node = self.make(Kind::Break, end - 2..end + 1);
                self.take(end - 2..end + 1, node);
            }
            at = end + 1;
        }
    }

    /// Bare addresses.
    pub(super) fn web(&mut self, range: Range<usize>) {
        self.bare(&range, b"://", |this, range, at| {
            let start = ["https", "http", "ftps", "ftp"].iter().find_map(|scheme| {
                let start = at.checked_sub(scheme.len()).filter(|start| *start >= range.start)?;
                this.mask[start..at].eq_ignore_ascii_case(scheme.as_bytes()).then_some(start)
            })?;
            Some((start, at + 3, ""))
        });
        for sign in [b"www.", b"WWW."] {
            self.bare(&range, sign, |_, _, at| Some((at, at + 4, "http://")));
        }
        if self.find(range.clone(), b'@').is_some() {
            self.mails(range);
        }
    }

    /// Takes the addresses that hold `sign`; `begin` tells where one begins, where its host does, and what its link adds.
    fn bare(
        &mut self,
        range: &Range<usize>,
        sign: &[u8],
        begin: impl Fn(&Self, &Range<usize>, usize) -> Option<(usize, usize, &'static str)>,
    ) {
        let finder = memchr::memmem::Finder::new(sign);
        let mut at = range.start;
        while let Some(found) = finder.find(&self.mask[at..range.end]).map(|found| at + found) {
            at = found + sign.len();
            let Some((start, host, prefix)) = begin(self, range, found) else { continue };
            let free = self.before(range, start).is_none_or(|c| !is_word(c) || c == '_');
            if !free {
                continue;
            }
            if let Some(end) = self.end_of_address(range, host) {
                self.take_link(start..end, start..end, prefix);
                at = end;
            }
        }
    }

    /// The end of an address whose host begins at `host`: it does not end in a sign that ends a sentence.
    fn end_of_address(&self, range: &Range<usize>, host: usize) -> Option<usize> {
        self.after(range, host).filter(|c| c.is_alphanumeric())?;
        let limit = range.end.min(host + LONGEST);
        let mut end = None;
        let mut at = host;
        while let Some(c) = self.after(range, at).filter(|_| at < limit) {
            let belongs = is_word(c) || "-.?,!'(){}[]/+&@%$#=:\"|~;".contains(c);
            if !belongs {
                break;
            }
            at += c.len_utf8();
            if c.is_alphanumeric() || "-/#@$+=".contains(c) {
                end = Some(at);
            }
        }
        // The host's first sign, and one more at least.
        end.filter(|end| self.text[host..*end].chars().nth(1).is_some())
    }

    fn mails(&mut self, range: Range<usize>) {
        let local = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_+.".contains(byte);
        let domain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
        let mut at = range.start;
        while let Some(sign) = self.find(at..range.end, b'@') {
            let from = sign.saturating_sub(256).max(at);
            at = sign + 1;
            let before = self.mask[from..sign].iter().rev().take_while(|byte| local(byte)).count();
            let mut start = sign - before;
            while start < sign && self.mask[start] == b'.' {
                start += 1;
            }
            let behind = self.mask[sign + 1..range.end.min(sign + 257)].iter().take_while(|byte| domain(byte)).count();
            let end = sign + 1 + behind;
            let host = &self.text[sign + 1..end];
            let trimmed = host.trim_end_matches(|c: char| !c.is_ascii_alphabetic());
            let end = sign + 1 + trimmed.len();
            let written = &self.text[start..sign];
            let fits = !written.is_empty()
                && !written.ends_with('.')
                && !written.contains("..")
                && !trimmed.contains("..")
                && trimmed.split_once('.').is_some_and(|(first, rest)| !first.is_empty() && !rest.is_empty())
                && self.before(&range, start).is_none_or(|c| !"-/+@_".contains(c) && !c.is_ascii_alphanumeric())
                && self.after(&range, end).is_none_or(|c| !is_word(c) && !"-@".contains(c));
            if fits {
                self.take_link(start..end, start..end, "mailto:");
                at = end;
            }
        }
    }

    /// `&nbsp;`, `&#160;`.
    pub(super) fn characters(&mut self, range: Range<usize>) {
        let mut at = range.start;
        while let Some(sign) = self.find(at..range.end, b'&') {
            at = sign + 1;
            let window = &self.mask[sign + 1..range.end.min(sign + 34)];
            let Some(length) = window.iter().position(|byte| *byte == b';') else { continue };
            let name = &window[..length];
            let valid = match name {
                [b'#', b'x', digits @ ..] => !digits.is_empty() && digits.iter().all(u8::is_ascii_hexdigit),
                [b'#', digits @ ..] => !digits.is_empty() && digits.iter().all(u8::is_ascii_digit),
                name => !name.is_empty() && name.iter().all(u8::is_ascii_alphanumeric),
            };
            if valid {
                let whole = sign..sign + length + 2;
                let span = self.keep(whole.clone());
                let node = self.make(Kind::Reference(span), whole.clone());
                at = whole.end;
                self.take(whole, node);
            }
        }
    }
}

/// `name@host`, without blanks.
fn is_mail(text: &str) -> bool {
    text.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && !host.is_empty() && !host.contains('@') && !text.contains([' ', '!', '\n'])
    })
}

/// What stands between `<` and `>` is a tag: a name, then a blank before anything that holds an `@`.
fn is_tag(inner: &[u8]) -> bool {
    let rest = inner.strip_prefix(b"/").unwrap_or(inner);
    let name = rest.iter().take_while(|byte| !matches!(byte, b'@' | b' ')).count();
    rest.first().is_some_and(u8::is_ascii_alphabetic) && (name == rest.len() || rest[name] == b' ')
}
