//! Text into HTML.

/// `text` with everything escaped that means something in HTML text, attributes or XML.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    push_attribute(&mut out, text);
    out
}

/// Appends `text` for use between tags.
pub fn push_text(out: &mut String, text: &str) {
    push(out, text, |byte| match byte {
        b'&' => Some("&amp;"),
        b'<' => Some("&lt;"),
        b'>' => Some("&gt;"),
        b'\0' => Some("\u{fffd}"),
        _ => None,
    });
}

/// Appends `text` for use in a quoted attribute.
pub fn push_attribute(out: &mut String, text: &str) {
    push(out, text, |byte| match byte {
        b'&' => Some("&amp;"),
        b'<' => Some("&lt;"),
        b'>' => Some("&gt;"),
        b'"' => Some("&quot;"),
        b'\'' => Some("&#39;"),
        b'\0' => Some("\u{fffd}"),
        _ => None,
    });
}

/// Appends ` name="value"`.
pub fn push_named(out: &mut String, name: &str, value: &str) {
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

/// The address as it may stand in `href`: http, https or mailto; `None` for everything else, which is shown as text.
pub fn outside_address(address: &str) -> Option<String> {
    let url = url::Url::parse(address.trim()).ok()?;
    matches!(url.scheme(), "http" | "https" | "mailto").then(|| url.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_harmless_schemes_become_links() {
        assert!(outside_address("https://example.com/a").is_some());
        for address in ["javascript:alert(1)", " java\nscript:alert(1)", "data:text/html,x", "/relative", "vbscript:x"]
        {
            assert_eq!(outside_address(address), None, "{address}");
        }
    }
}
