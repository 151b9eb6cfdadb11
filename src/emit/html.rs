//! The theme's templates. A template gets one view and can look up nothing.

use crate::config::ThemeFiles;
use crate::diagnostics::Stop;
use crate::site::view::View;
use crate::strings::{Strings, Text};
use tera::{Context, Tera};

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
        strings.speak(&mut tera);
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

/// The theme's components, which plugins draw with: name and text of their templates.
pub fn components(files: &ThemeFiles) -> Vec<(&str, &str)> {
    const FILES: [&str; 2] = ["components.html", "plugin-components.html"];
    let file = |name: &'static str| Some((name, std::str::from_utf8(files.get(&format!("templates/{name}"))?).ok()?));
    FILES.into_iter().filter_map(file).collect()
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
