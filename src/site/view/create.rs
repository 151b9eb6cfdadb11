//! Views of templates.

use super::{EarlierState, EntityLink, Frame, SafeHtml};
use serde::Serialize;

/// `create-index.html`: gallery of templates.
#[derive(Debug, Clone, Serialize)]
pub struct CreateIndex {
    pub page: Frame,
    pub templates: Vec<TemplateCard>,
}

#[derive(Debug, Clone, Serialize)]
pub struct TemplateCard {
    /// Its url leads to the page below /create/.
    pub entity: EntityLink,
    pub description: String,
    pub owner: Option<EntityLink>,
    pub tags: Vec<String>,
}

/// `template.html`: one template: what it asks, what it does, its starter to download.
#[derive(Debug, Clone, Serialize)]
pub struct TemplatePage {
    pub page: Frame,
    pub entity: EntityLink,
    pub entity_url: String,
    pub title: String,
    pub description: SafeHtml,
    pub owner: Option<EntityLink>,
    /// Its repository could not be refreshed.
    pub earlier: Option<EarlierState>,
    pub tags: Vec<String>,
    /// JSON of what the form in the browser is made of, as it may stand in a script element.
    pub form: SafeHtml,
    pub parameters: Vec<ParameterPage>,
    pub steps: Vec<StepRow>,
    /// Where the form's answers find what makes files of them, below the root.
    pub bundle: String,
    /// The starter: template and skeleton as a zip; `None` when it has no files.
    pub starter: Option<Starter>,
    pub source_url: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
pub struct ParameterPage {
    pub title: String,
    pub fields: Vec<ParameterField>,
}

#[derive(Debug, Clone, Serialize)]
pub struct ParameterField {
    pub name: String,
    pub title: String,
    pub description: String,
    pub r#type: String,
    pub required: bool,
    /// Default as text; may be empty.
    pub default: String,
    /// Permitted values, when they are listed.
    pub choices: Vec<String>,
}

#[derive(Debug, Clone, Serialize)]
pub struct StepRow {
    pub name: String,
    pub action: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct Starter {
    pub url: String,
    /// Suggested file name.
    pub name: String,
    /// Bytes of the zip.
    pub size: u64,
    /// Paths inside the zip, in order; at most 500 listed.
    pub files: Vec<String>,
    pub more: usize,
}
