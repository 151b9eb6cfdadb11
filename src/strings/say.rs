//! Texts in templates.

use super::{Strings, filled};
use crate::html::escape;
use std::collections::BTreeMap;
use tera::{Filter, Kwargs, State, TeraResult};

/// A filter of templates that gives a text by its key: `{{ "list.total" | t(count=total) }}`.
///
/// Where markup stands in a text, it is asked for in parts: `t(before="date")` is what stands before `{date}`,
/// `t(after="date")` what stands behind it, both together what stands between two names.
pub(super) struct Say {
    pub(super) strings: Strings,
    /// `t` gives plain text, `prose` HTML with `` `code` `` and `**strong**`.
    pub(super) is_prose: bool,
}

impl Filter<String, TeraResult<String>> for Say {
    fn call(&self, key: String, values: Kwargs, _: &State) -> TeraResult<String> {
        if self.strings.text(&key).is_none() {
            return Err(tera::Error::message(format!("there is no text `{key}`")));
        }
        let values: BTreeMap<String, String> =
            values.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        let slot = |name: &str| values.get(name).map(|value| format!("{{{value}}}"));
        let text = self.strings.form(&key, values.get("count").is_some_and(|count| count == "1"));
        let part = match slot("after") {
            Some(slot) => text.split_once(&slot).map(|(_, rest)| rest),
            None => Some(text),
        };
        let part = part.and_then(|part| match slot("before") {
            Some(slot) => part.split_once(&slot).map(|(rest, _)| rest),
            None => Some(part),
        });
        let part =
            part.ok_or_else(|| tera::Error::message(format!("the text `{key}` lacks the place that is asked for")))?;
        Ok(if self.is_prose {
            filled(&marked(part), |name| values.get(name).map(|value| escape(value).into()))
        } else {
            filled(part, |name| values.get(name).map(|value| value.as_str().into()))
        })
    }

    fn is_safe(&self) -> bool {
        self.is_prose
    }
}

/// A text of the table as HTML: `` `code` `` and `**strong**`.
fn marked(text: &str) -> String {
    let mut out = String::new();
    let parts = |text: &str, mark: &str| text.split(mark).map(str::to_string).collect::<Vec<_>>();
    for (at, part) in parts(&escape(text), "`").iter().enumerate() {
        if at % 2 == 1 {
            out.push_str(&format!("<code>{part}</code>"));
            continue;
        }
        for (at, part) in parts(part, "**").iter().enumerate() {
            if at % 2 == 1 {
                out.push_str(&format!("<strong>{part}</strong>"));
            } else {
                out.push_str(part);
            }
        }
    }
    out
}
