//! Keys of a keyboard: `++ctrl+alt+delete++`.

use super::super::tree::Kind;
use super::Inline;
use std::ops::Range;

/// Keys at once; more are text.
const MOST: usize = 8;

/// What a key is called, and what stands on it.
const KEYS: &[(&str, &str)] = &[
    ("alt", "Alt"),
    ("altgr", "AltGr"),
    ("arrow-down", "Down"),
    ("arrow-left", "Left"),
    ("arrow-right", "Right"),
    ("arrow-up", "Up"),
    ("backspace", "Backspace"),
    ("break", "Break"),
    ("capslock", "Caps Lock"),
    ("caps-lock", "Caps Lock"),
    ("clear", "Clear"),
    ("cmd", "Cmd"),
    ("command", "Cmd"),
    ("control", "Ctrl"),
    ("ctrl", "Ctrl"),
    ("del", "Del"),
    ("delete", "Del"),
    ("down", "Down"),
    ("end", "End"),
    ("enter", "Enter"),
    ("esc", "Esc"),
    ("escape", "Esc"),
    ("fn", "Fn"),
    ("function", "Fn"),
    ("home", "Home"),
    ("ins", "Ins"),
    ("insert", "Ins"),
    ("left", "Left"),
    ("lmb", "Left Button"),
    ("menu", "Menu"),
    ("meta", "Meta"),
    ("minus", "-"),
    ("num-lock", "Num Lock"),
    ("numlock", "Num Lock"),
    ("option", "Option"),
    ("page-down", "Page Down"),
    ("page-up", "Page Up"),
    ("pagedown", "Page Down"),
    ("pageup", "Page Up"),
    ("pause", "Pause"),
    ("pipe", "|"),
    ("plus", "+"),
    ("print-screen", "Print Screen"),
    ("printscreen", "Print Screen"),
    ("return", "Return"),
    ("right", "Right"),
    ("rmb", "Right Button"),
    ("scroll-lock", "Scroll Lock"),
    ("shift", "Shift"),
    ("slash", "/"),
    ("backslash", "\\"),
    ("space", "Space"),
    ("super", "Super"),
    ("tab", "Tab"),
    ("tilde", "~"),
    ("up", "Up"),
    ("win", "Win"),
    ("windows", "Win"),
    ("period", "."),
    ("comma", ","),
    ("colon", ":"),
    ("semicolon", ";"),
    ("equal", "="),
    ("bracket-left", "["),
    ("bracket-right", "]"),
    ("question-mark", "?"),
    ("exclam", "!"),
    ("backtick", "`"),
    ("single-quote", "'"),
    ("double-quote", "\""),
];

impl Inline<'_> {
    pub(super) fn keys(&mut self, range: Range<usize>) {
        let mut at = range.start;
        while let Some(open) = memchr::memmem::find(&self.mask[at..range.end], b"++").map(|found| at + found) {
            at = open + 2;
            let inner = self.mask[at..range.end.min(at + 200)]
                .iter()
                .take_while(|byte| byte.is_ascii_alphanumeric() || b"_-+".contains(byte))
                .count();
            let Some(end) = memchr::memmem::find(&self.mask[at..at + inner], b"++").map(|found| at + found) else {
                continue;
            };
            let names: Vec<&str> = self.text[at..end].split('+').collect();
            if end == at || names.len() > MOST || names.iter().any(|name| name.is_empty()) {
                continue;
            }
            let keys: Option<Vec<_>> = names.iter().map(|name| key(name, self.known.dialect.keys)).collect();
            if let Some(keys) = keys {
                let whole = open..end + 2;
                let node = self.make(Kind::Keys(keys), whole.clone());
                at = whole.end;
                self.take(whole, node);
            }
        }
    }
}

/// The class and the label of a key.
fn key(written: &str, any: bool) -> Option<(String, String)> {
    let name = written.to_ascii_lowercase();
    let class = format!("key-{}", name.replace('_', "-"));
    if let Some((_, label)) = KEYS.iter().find(|(known, _)| *known == name) {
        return Some((class, (*label).to_owned()));
    }
    let function = name.strip_prefix('f').is_some_and(|number| number.parse::<u8>().is_ok_and(|number| number <= 24));
    if function || name.chars().count() == 1 {
        return Some((class, name.to_uppercase()));
    }
    any.then(|| ("key-custom".to_owned(), written.to_owned()))
}
