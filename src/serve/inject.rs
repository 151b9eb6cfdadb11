//! The one line that a served page has and a built page has not.

/// Where the script lies. Below `-`, which no site uses at its top.
pub(super) const SCRIPT_PATH: &str = "/-/reload.js";

/// The script itself: it needs nothing that the strictest policy of a page forbids.
pub(super) const SCRIPT: &str = include_str!("reload.js");

/// Adds the script before `</body>`, or at the end. `page` is the site's path of this page, `*` if any change matters.
pub(super) fn inject(html: &[u8], page: &str, base: &str, generation: &str) -> Vec<u8> {
    let at = last_body_end(html).unwrap_or(html.len());
    let tag = format!(
        "<script src=\"{SCRIPT_PATH}\" data-page=\"{}\" data-base=\"{}\" data-generation=\"{}\" defer></script>",
        attribute(page),
        attribute(base),
        attribute(generation)
    );
    let mut out = Vec::with_capacity(html.len() + tag.len());
    out.extend_from_slice(&html[..at]);
    out.extend_from_slice(tag.as_bytes());
    out.extend_from_slice(&html[at..]);
    out
}

fn last_body_end(html: &[u8]) -> Option<usize> {
    const TAG: &[u8] = b"</body>";
    html.windows(TAG.len()).rposition(|window| window.eq_ignore_ascii_case(TAG))
}

fn attribute(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_stands_before_the_end_of_the_body() {
        let page = inject(b"<body><pre></body></pre></BODY></html>", "a\"b.html", "", "1");
        let page = String::from_utf8(page).unwrap();
        assert!(page.starts_with("<body><pre></body></pre><script src=\"/-/reload.js\" data-page=\"a&quot;b.html\""));
        assert!(page.ends_with(" defer></script></BODY></html>"));
        assert!(inject(b"<p>bare", "*", "", "1").ends_with(b" defer></script>"));
    }
}
