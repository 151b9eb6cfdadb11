//! stub
use serde_json::Value as Json;
use std::collections::BTreeMap;
#[derive(Debug, Clone, Default)]
pub struct Settings {
    pub cookiecutter: bool,
    pub trim_blocks: bool,
    pub lstrip_blocks: bool,
    pub hosts: BTreeMap<String, String>,
}
#[derive(Debug)]
pub struct Fault {
    pub message: String,
    pub line: u32,
    pub column: u32,
}
impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}
pub fn render(text: &str, _: &Json, _: &Settings) -> Result<String, Fault> {
    Ok(text.to_string())
}
pub fn value(text: &str, _: &Json, _: &Settings) -> Result<Option<Json>, Fault> {
    Ok(Some(text.into()))
}
pub fn is_true(value: Option<&Json>) -> bool {
    value.is_some()
}
