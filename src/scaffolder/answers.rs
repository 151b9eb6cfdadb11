//! `.callboard-answers.yaml`: which template made a repository, at which commit, from which values.

use super::bundle::Bundle;
use super::yaml_text;
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

/// The file's name.
pub const FILE: &str = ".callboard-answers.yaml";

/// What the file says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answers {
    /// `template:default/go-service`
    pub template: String,
    /// The template's repository: its address on the web, else its id.
    pub source: String,
    /// The commit that the template was at; may be empty.
    pub commit: String,
    pub values: Map<String, Json>,
}

impl Answers {
    pub fn new(bundle: &Bundle, values: &Map<String, Json>) -> Answers {
        Answers {
            template: bundle.reference.clone(),
            source: if bundle.web.is_empty() { bundle.repo.clone() } else { bundle.web.clone() },
            commit: bundle.commit.clone(),
            values: values.clone(),
        }
    }

    /// In the order of names, whatever order they were given in.
    pub fn write(&self) -> String {
        let values: BTreeMap<&String, &Json> = self.values.iter().collect();
        let answers = json!({
            "template": self.template,
            "source": self.source,
            "commit": self.commit,
            "values": values,
        });
        format!(
            "# What these files were made from. `callboard template status` reads it.\n{}",
            yaml_text::write(&answers)
        )
    }

    /// The error says what is wrong with it.
    pub fn read(text: &str) -> Result<Answers, String> {
        let json: Json = serde_yaml::from_str(text).map_err(|error| error.to_string())?;
        let text = |key: &str| json[key].as_str().unwrap_or_default().to_string();
        let answers = Answers {
            template: text("template"),
            source: text("source"),
            commit: text("commit"),
            values: json["values"].as_object().cloned().unwrap_or_default(),
        };
        match answers.template.is_empty() {
            true => Err("it names no `template`".to_string()),
            false => Ok(answers),
        }
    }
}
