//! The theme's templates. A template gets one view and can look up nothing.

use crate::config::ThemeFiles;
use crate::diagnostics::Stop;
use crate::html::escape;
use crate::site::view::View;
use crate::strings::{Strings, Text, filled};
use std::collections::BTreeMap;
use tera::{Context, Filter, Kwargs, State, Tera, TeraResult};

/// Parsed templates and the files that are copied as they are.
pub struct Theme {
    tera: Tera,
    /// Path from the site's root and bytes.
    assets: Vec<(String, Vec<u8>)>,
    worker: Vec<u8>,
}

/// The script that sends searches without a result; only portals that name an address have it.
pub const NO_RESULTS: &str = "assets/no-results.js";

/// The script that tells a counter of page views; only portals that name one have it.
pub const BEACON: &str = "assets/beacon.js";

/// The service worker, which is written to the site's root.
const WORKER: &str = "assets/sw.js";

impl Theme {
    /// Parses every template and writes the texts of `strings` into the scripts. A template that cannot be parsed is a fault
    /// of the theme and stops the run.
    pub fn new(files: &ThemeFiles, strings: &Strings) -> Result<Theme, Stop> {
        let mut templates = Vec::new();
        let mut assets = Vec::new();
        let mut worker = Vec::new();
        for (path, bytes) in files {
            if let Some(name) = path.strip_prefix("templates/") {
                let text = std::str::from_utf8(bytes)
                    .map_err(|_| Stop::usage(format!("the template `{path}` is not UTF-8")))?;
                templates.push((name, text));
            } else if path.starts_with("assets/") {
                let script = std::str::from_utf8(bytes).ok().filter(|_| path.ends_with(".js"));
                let bytes = script.map_or_else(|| bytes.to_vec(), |script| speaking(script, strings).into_bytes());
                if path == WORKER {
                    worker = bytes;
                } else {
                    assets.push((path.clone(), bytes));
                }
            }
        }
        let mut tera = Tera::new();
        for (name, is_prose) in [("t", false), ("prose", true)] {
            tera.register_filter::<_, String, _>(name, Say { strings: strings.clone(), is_prose });
        }
        tera.add_raw_templates(templates).map_err(|error| broken(&error))?;
        Ok(Theme { tera, assets, worker })
    }

    /// The service worker's script, which lacks what only a build knows.
    pub fn worker(&self) -> &[u8] {
        &self.worker
    }

    pub fn assets(&self) -> &[(String, Vec<u8>)] {
        &self.assets
    }

    /// One page.
    pub fn render(&self, view: &View) -> Result<String, Stop> {
        let context = Context::from_serialize(view).map_err(|error| broken(&error))?;
        self.tera.render(view.template(), &context).map_err(|error| broken(&error))
    }
}

/// A filter of templates that gives a text by its key: `{{ "list.total" | t(count=total) }}`.
///
/// Where markup stands in a text, it is asked for in parts: `t(before="date")` is what stands before `{date}`,
/// `t(after="date")` what stands behind it, both together what stands between two names.
struct Say {
    strings: Strings,
    /// `t` gives plain text, `prose` HTML with `` `code` `` and `**strong**`.
    is_prose: bool,
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

/// A script with the texts of the portal's language instead of their keys: `t("list.more")` becomes `t("Show more")`, the
/// key of a text that counts becomes both its forms.
fn speaking(script: &str, strings: &Strings) -> String {
    const CALL: &str = "t(\"";
    let mut out = String::with_capacity(script.len());
    let mut rest = script;
    while let Some(at) = rest.find(CALL) {
        let (before, call) = rest.split_at(at + CALL.len() - 1);
        out.push_str(before);
        rest = call;
        let is_word = out[..out.len() - 2].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '.'));
        let Some((key, end)) = call[1..].split_once('"').filter(|_| !is_word) else { continue };
        let literal = match strings.text(key) {
            Some(Text::Plain(text)) => serde_json::json!(text),
            Some(Text::Counted { one, other }) => serde_json::json!([one, other]),
            None => continue,
        };
        out.push_str(&literal.to_string());
        rest = end;
    }
    out.push_str(rest);
    out
}

fn broken(error: &tera::Error) -> Stop {
    let mut message = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        message.push_str(&format!("\n{cause}"));
        source = cause.source();
    }
    Stop::usage("the theme cannot be used").cause(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_get_texts_for_keys() {
        let table = "[a]\nx = 'say \"hi\"'\nn = { one = \"{count} hit\", other = \"{count} hits\" }\n";
        let files = ThemeFiles::from([("strings/en.toml".to_string(), table.as_bytes().into())]);
        let strings = Strings::read(&files, "en").unwrap();
        let script = r#"t("a.x"); t("a.n", { count }); at("a.x"); x.t("a.x"); t("a.y")"#;
        let spoken =
            r#"t("say \"hi\""); t(["{count} hit","{count} hits"], { count }); at("a.x"); x.t("a.x"); t("a.y")"#;
        assert_eq!(speaking(script, &strings), spoken);
    }

    #[test]
    fn templates_get_texts_and_their_parts() {
        let strings = b"[a]\nx = \"Ends on {date} in {place}.\"\ny = \"**{n}** of `a&b`\"\n";
        let template = br#"{{ "a.x" | t(date=1, place="<b>") }}|{{ "a.x" | t(before="date") }}|{{ "a.x" | t(after="date", before="place") }}|{{ "a.x" | t(after="place") }}|{{ "a.y" | prose(n="`<`") }}"#;
        let files = ThemeFiles::from([
            ("strings/en.toml".to_string(), strings[..].into()),
            ("templates/x.html".to_string(), template[..].into()),
        ]);
        let theme = Theme::new(&files, &Strings::read(&files, "en").unwrap()).unwrap();
        let html = theme.tera.render("x.html", &Context::new()).unwrap();
        assert_eq!(html, "Ends on 1 in &lt;b&gt;.|Ends on | in |.|<strong>`&lt;`</strong> of <code>a&amp;b</code>");
    }
}
