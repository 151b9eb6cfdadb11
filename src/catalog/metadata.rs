//! `metadata`: names, labels, annotations, tags and links.

use super::accept::Envelope;
use super::check::{A_STRING, Check};
use super::format;
use crate::diagnostics::rules;
use crate::yaml::{Entry, Node, Value};

/// Fields of `metadata`: name, and what it says. Others are allowed.
pub const METADATA: [(&str, &str); 10] = [
    ("name", "The name, unique among entities of its kind and namespace."),
    ("namespace", "A part of the catalog with names of its own; `default` where it is missing."),
    ("title", "The name to show."),
    ("description", "What it is, in a sentence or two. Markdown is allowed."),
    ("labels", "Short values that tools select entities by."),
    ("annotations", "Values that tools read, such as where the docs are. All are strings."),
    ("tags", "Words to find it by."),
    ("links", "Pages elsewhere that have to do with it."),
    ("uid", "Set by Backstage; what is written here is replaced."),
    ("etag", "Set by Backstage."),
];

/// Fields of one of `metadata.links`.
pub const LINK: [(&str, &str); 4] = [
    ("url", "An absolute address."),
    ("title", "Its words."),
    ("icon", "Its icon, such as `dashboard`, `docs` or `chat`."),
    ("type", "What sort of page it is."),
];

impl Check<'_> {
    /// Every field of `metadata` by its format.
    pub(super) fn metadata(&mut self, node: &Node, envelope: &Envelope) {
        let Some(metadata) = node.get("metadata") else { return };
        if !format::is_name(&envelope.name) {
            let place = self.at(envelope.name_span);
            let rule = format::NAME.rule;
            self.push(rules::catalog::format(
                place,
                "metadata.name",
                &envelope.name,
                rule,
                format::as_name(&envelope.name),
            ));
        }
        for entry in metadata.entries() {
            let Entry { key, value, .. } = entry;
            match key.as_str() {
                "namespace" => self.formatted(
                    value,
                    "metadata.namespace",
                    format::is_namespace,
                    format::NAMESPACE.rule,
                    |text| {
                        Some(text.to_lowercase().replace(['_', '.', ' '], "-"))
                            .filter(|text| format::is_namespace(text))
                    },
                    rules::catalog::format,
                ),
                "title" | "uid" | "etag" => self.non_empty(value, &format!("metadata.{key}")),
                "description" if value.text().is_none() => self.wrong(value, "metadata.description", A_STRING),
                "labels" => self.pairs(value, "metadata.labels", format::is_label_value),
                "annotations" => self.pairs(value, "metadata.annotations", |_| true),
                "tags" => self.tags(value),
                "links" => self.links(value),
                _ => {}
            }
        }
    }

    fn pairs(&mut self, node: &Node, field: &str, valid: fn(&str) -> bool) {
        if !node.is_map() {
            self.wrong(node, field, "a mapping");
            return;
        }
        for Entry { key, key_span, value } in node.entries() {
            if !format::is_key(key) {
                let place = self.at(*key_span);
                let rule = format::KEY.rule;
                self.push(rules::catalog::format(place, &format!("{field} key"), key, rule, None));
            }
            match value.text() {
                None => self.wrong(value, &format!("{field}.{key}"), A_STRING),
                Some(text) if !valid(text) => {
                    let place = self.at(value.span);
                    let rule = format::LABEL_VALUE.rule;
                    self.push(rules::catalog::format(
                        place,
                        &format!("{field}.{key}"),
                        text,
                        rule,
                        format::as_name(text),
                    ));
                }
                Some(_) => {}
            }
        }
    }

    fn tags(&mut self, node: &Node) {
        if !matches!(node.value, Value::List(_)) {
            self.wrong(node, "metadata.tags", "a list");
            return;
        }
        for tag in node.items() {
            let rule = format::TAG.rule;
            self.formatted(tag, "metadata.tags[]", format::is_tag, rule, format::as_tag, rules::catalog::format_to_fix);
        }
    }

    fn links(&mut self, node: &Node) {
        if !matches!(node.value, Value::List(_)) {
            self.wrong(node, "metadata.links", "a list");
            return;
        }
        for link in node.items() {
            if !link.is_map() {
                self.wrong(link, "metadata.links[]", "a mapping with `url`");
                continue;
            }
            if let Some((url, span)) = self.required(link, "url", "metadata.links[].url")
                && !format::is_url(url)
            {
                let place = self.at(span);
                let guess = Some(format!("https://{}", url.trim_start_matches('/')))
                    .filter(|guess| url.contains('.') && !url.contains("://") && format::is_url(guess));
                self.push(rules::catalog::format_to_fix(place, "metadata.links[].url", url, format::URL.rule, guess));
            }
            for (key, may_be_blank) in [("title", false), ("icon", false), ("type", true)] {
                let Some(value) = link.get(key) else { continue };
                let field = format!("metadata.links[].{key}");
                if !may_be_blank && value.text().is_some_and(format::is_blank) {
                    let place = self.at(value.span);
                    self.push(rules::catalog::empty(place, &field));
                } else {
                    self.non_empty(value, &field);
                }
            }
        }
    }
}
