//! Text made safe to stand in HTML.

/// Appends `text` for use between tags.
pub(super) fn push_text(out: &mut String, text: &str) {
    push(out, text, |byte| match byte {
        b'&' => Some("&amp;"),
        b'<' => Some("&lt;"),
        b'>' => Some("&gt;"),
        _ => None,
    });
}

/// Appends `text` for use in a quoted attribute.
pub(super) fn push_attribute(out: &mut String, text: &str) {
    push(out, text, |byte| match byte {
        b'&' => Some("&amp;"),
        b'<' => Some("&lt;"),
        b'>' => Some("&gt;"),
        b'"' => Some("&quot;"),
        b'\'' => Some("&#39;"),
        _ => None,
    });
}

/// Appends ` name="value"`.
pub(super) fn push_named(out: &mut String, name: &str, value: &str) {
    out.push(' ');
    out.push_str(name);
    out.push_str("=\"");
    push_attribute(out, value);
    out.push('"');
}

fn push(out: &mut String, text: &str, replacement: impl Fn(u8) -> Option<&'static str>) {
    let mut done = 0;
    for (at, byte) in text.bytes().enumerate() {
        if let Some(replaced) = replacement(byte) {
            out.push_str(&text[done..at]);
            out.push_str(replaced);
            done = at + 1;
        }
    }
    out.push_str(&text[done..]);
}
