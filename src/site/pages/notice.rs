//! What every page says of the build: a script of its own that all of them load, so that no page changes with it. It is
//! empty where there is nothing to say.

use super::super::{Rendered, Site};
use super::data::inside_script;
use serde_json::json;

pub(super) fn render(site: &Site<'_>, _: usize) -> Rendered {
    let script = site.notice().map(|notice| {
        let said = json!({ "text": notice.text, "more": site.say("frame.about_build"), "route": notice.route });
        format!("callboardLoad(\"assets/notice.js\").then(() => callboardNotice({}));\n", inside_script(&said))
    });
    let bytes = script.unwrap_or_default().into_bytes();
    Rendered { files: vec![("data/notice.js".to_string(), bytes)], ..Rendered::default() }
}
