//! Text into HTML.

/// `text` with everything escaped that means something in HTML text, attributes or XML.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\0' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
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
