//! What a plugin's template may not hold, and what an address in its HTML may be.
//!
//! Templates escape what they are given, in text and between quotes. What is left are places where escaping does not help:
//! scripts, styles, attributes without quotes, and addresses.

use crate::html::outside_address;

/// Elements that have no place on a plugin's pages.
const ELEMENTS: [&str; 11] =
    ["script", "style", "iframe", "object", "embed", "link", "meta", "base", "form", "template", "foreignobject"];
/// Attributes that hold addresses.
const ADDRESSES: [&str; 6] = ["href", "src", "action", "formaction", "poster", "data"];

/// Something that a template may not hold.
pub(super) struct Fault {
    /// From 1.
    pub(super) line: usize,
    pub(super) found: String,
    pub(super) why: &'static str,
}

/// Everything in a template that the policy forbids, or that a stranger's data could use.
pub(super) fn faults(template: &str) -> Vec<Fault> {
    let mut faults = Vec::new();
    let lower = template.to_ascii_lowercase();
    let line_of = |at: usize| lower[..at].matches('\n').count() + 1;
    for (at, _) in lower.match_indices('<') {
        let rest = &lower[at + 1..];
        let name: &str = &rest[..rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len())];
        if ELEMENTS.contains(&name) {
            let why = match name {
                "script" => "Name a file in `script`: pages run no other.",
                "style" | "link" => "Name a file in `style`: pages load no other.",
                _ => "Pages of the portal do not show it.",
            };
            faults.push(Fault { line: line_of(at), found: format!("`<{name}>`"), why });
        }
    }
    for (at, attribute) in attributes(&lower) {
        let is_event =
            attribute.len() > 3 && attribute.starts_with("on") && attribute.bytes().all(|b| b.is_ascii_alphabetic());
        if is_event {
            let why = "Pages run scripts of files only: name one in `script`, and listen there.";
            faults.push(Fault { line: line_of(at), found: format!("the attribute `{attribute}`"), why });
        }
        if attribute == "style" || attribute == "srcdoc" {
            let why = "Pages take styles of files only: use a class, and name a file in `style`.";
            faults.push(Fault { line: line_of(at), found: format!("the attribute `{attribute}`"), why });
        }
    }
    for (at, _) in lower.match_indices('=') {
        let rest = lower[at + 1..].trim_start();
        let is_attribute =
            in_tag(&lower[..at]) && lower[..at].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '-');
        if is_attribute && rest.starts_with("{{") {
            let why = "Write `name=\"{{ value }}\"`: without quotes, a value could bring attributes of its own.";
            faults.push(Fault { line: line_of(at), found: "an attribute without quotes".to_string(), why });
        }
    }
    for (at, _) in lower.match_indices('|') {
        let rest = lower[at + 1..].trim_start();
        let filter: &str = &rest[..rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len())];
        if filter == "safe" && in_braces(&lower[..at]) {
            let why = "Data come from strangers: what a template prints is always escaped.";
            faults.push(Fault { line: line_of(at), found: "the filter `safe`".to_string(), why });
        }
    }
    faults.sort_by_key(|fault| fault.line);
    faults
}

/// Whether a text ends inside `{{ … }}` or `{% … %}`.
fn in_braces(before: &str) -> bool {
    let open = before.rfind("{{").max(before.rfind("{%"));
    let close = before.rfind("}}").max(before.rfind("%}"));
    open.is_some_and(|open| close.is_none_or(|close| open > close))
}

/// Whether a text ends inside a tag, and in none of the engine's brackets.
fn in_tag(before: &str) -> bool {
    let opened = before.rfind('<').is_some_and(|open| before.rfind('>').is_none_or(|close| open > close));
    opened && !in_braces(before)
}

/// Names before `=` in tags, with where they begin.
fn attributes(lower: &str) -> impl Iterator<Item = (usize, &str)> {
    lower.match_indices('=').filter_map(move |(at, _)| {
        let before = lower[..at].trim_end();
        let start = before.rfind(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != ':').map_or(0, |at| at + 1);
        let name = &before[start..];
        (!name.is_empty() && in_tag(&lower[..start])).then_some((start, name))
    })
}

/// The HTML with every address that leads nowhere on the web, the portal or the page taken out. All attributes are quoted.
pub(super) fn harmless(html: String) -> String {
    let mut out = String::new();
    let mut done = 0;
    for (at, _) in html.match_indices("=\"") {
        let name_start = html[..at].rfind(|c: char| !c.is_ascii_alphanumeric() && c != '-').map_or(0, |at| at + 1);
        let name = html[name_start..at].to_ascii_lowercase();
        if !ADDRESSES.contains(&name.as_str()) {
            continue;
        }
        let start = at + 2;
        let Some(end) = html[start..].find('"').map(|end| start + end) else { break };
        if start < done || is_harmless(&html[start..end], &name) {
            continue;
        }
        out.push_str(&html[done..start]);
        out.push('#');
        done = end;
    }
    if done == 0 {
        return html;
    }
    out.push_str(&html[done..]);
    out
}

/// Whether an address may stand there: on the web, or below the portal. Pictures come from the portal.
fn is_harmless(escaped: &str, attribute: &str) -> bool {
    let address = escaped.replace("&amp;", "&").replace("&#x2F;", "/").replace("&#x3a;", ":");
    let is_relative = !address.contains([':', '\\']) && !address.starts_with("//") && !address.starts_with('/');
    let is_below = is_relative || address.starts_with('#') || address.starts_with('?');
    match attribute {
        "href" => is_below || outside_address(&address).is_some(),
        _ => is_below,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(template: &str) -> Vec<String> {
        faults(template).into_iter().map(|fault| fault.found).collect()
    }

    #[test]
    fn templates_that_the_policy_forbids_are_told() {
        assert_eq!(found("<p>\n<script>x</script>"), ["`<script>`"]);
        assert_eq!(found("<p style=\"x\" onclick='y()'>"), ["the attribute `style`", "the attribute `onclick`"]);
        assert_eq!(found("<p class={{ data.x }}>"), ["an attribute without quotes"]);
        assert_eq!(found("<p>{{ data.x | safe }}</p>"), ["the filter `safe`"]);
        for fine in [
            "<p class=\"a\">{{ data.x | default(value=1) }} on = 1</p>",
            "{{ <stat label={\"x\" | t} value={data.a} /> }}",
            "{% if a == 1 and on_call == 2 %}<b>x | safe</b>{% endif %}",
            "<a href=\"{{ x }}\" data-x=\"{{ y }}\">",
        ] {
            assert_eq!(found(fine), Vec::<String>::new(), "{fine}");
        }
    }

    #[test]
    fn addresses_lead_to_the_web_or_the_portal() {
        let kept = |address: &str| harmless(format!("<a class=\"x\" href=\"{address}\">y</a>")).contains(address);
        for address in ["https://h.example/a?b=c&amp;d", "mailto:a@b.example", "../x/", "#y", "x.json"] {
            assert!(kept(address), "{address}");
        }
        for address in
            ["javascript:alert(1)", " javascript:x", "data:text/html,x", "//h.example", "/x", "java\tscript:x"]
        {
            assert!(!kept(address), "{address}");
        }
        assert_eq!(harmless("<img src=\"https://h.example/x.png\" alt=\"\">".into()), "<img src=\"#\" alt=\"\">");
    }
}
