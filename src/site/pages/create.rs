//! The gallery of templates, and each template with its starter.

use super::super::frame::{About, summary};
use super::super::view::{
    CreateIndex, ParameterField, ParameterPage, SafeHtml, Starter, StepRow, TemplateCard, TemplatePage, View,
};
use super::super::{Linker, Rendered, Site, route};
use super::data::{inside_script, script};
use crate::catalog::{Entity, EntityId};
use crate::scaffolder;
use crate::techdocs::inline_text;
use serde_json::{Map, Value as Json, json};

/// Files of a starter that its page lists.
const MOST_LISTED: usize = 500;

/// The gallery is number 0, the templates follow.
pub(super) fn count(site: &Site<'_>) -> usize {
    site.of_kind("template").len() + 1
}

pub(super) fn render(site: &Site<'_>, number: usize) -> Rendered {
    let templates = site.of_kind("template");
    match number.checked_sub(1).and_then(|at| templates.get(at)) {
        Some(id) => template(site, *id),
        None => gallery(site, templates),
    }
}

fn gallery(site: &Site<'_>, templates: &[EntityId]) -> Rendered {
    let route = "create/".to_string();
    let links = site.linker(&route);
    let view = CreateIndex {
        page: site.frame(
            &links,
            About {
                title: &site.say("word.create"),
                description: &site.say("create.description"),
                section: "create",
                above: &[],
            },
        ),
        templates: templates.iter().map(|id| card(site, *id, &links)).collect(),
    };
    Rendered { pages: vec![(route, View::CreateIndex(Box::new(view)))], ..Rendered::default() }
}

fn card(site: &Site<'_>, id: EntityId, links: &Linker) -> TemplateCard {
    let entity = site.catalog.entity(id);
    let mut link = site.entity_link(id, links);
    link.url = Some(links.to(&route::template(entity)));
    TemplateCard { entity: link, description: summary(entity), owner: site.owner(id, links), tags: tags(entity) }
}

fn tags(entity: &Entity) -> Vec<String> {
    entity.tags.iter().map(ToString::to_string).collect()
}

fn template(site: &Site<'_>, id: EntityId) -> Rendered {
    let entity = site.catalog.entity(id);
    let model = scaffolder::template(&entity.data);
    let repo = site.repo(entity.written.repo);
    let file = &entity.written.place.path;
    let route = route::template(entity);
    let links = site.linker(&route);
    let name = route::segment(&entity.name);
    let starter = scaffolder::starter(repo, file, &model.fetched, &name);
    let zip = format!("{route}{name}.zip");
    let description = entity.description.as_deref().unwrap_or_default();
    let above = [site.above("create")];
    let view = TemplatePage {
        page: site.frame(
            &links,
            About { title: entity.display_name(), description: &summary(entity), section: "create", above: &above },
        ),
        entity: site.entity_link(id, &links),
        entity_url: links.to(&route::entity(entity)),
        title: entity.display_name().to_string(),
        description: SafeHtml(inline_text(description)),
        owner: site.owner(id, &links),
        earlier: site.earlier(entity.written.repo),
        tags: tags(entity),
        form: SafeHtml(inside_script(&form(site, entity))),
        parameters: model.pages.into_iter().map(parameter_page).collect(),
        steps: model.steps.into_iter().map(|step| StepRow { name: step.name, action: step.action }).collect(),
        bundle: route::template_data(&entity.namespace, &entity.name),
        starter: starter.as_ref().map(|starter| Starter {
            url: format!("{}{zip}", links.root()),
            name: format!("{name}.zip"),
            size: starter.bytes.len() as u64,
            files: starter.files.iter().take(MOST_LISTED).cloned().collect(),
            more: starter.files.len().saturating_sub(MOST_LISTED) + starter.left_out,
        }),
        source_url: repo.web.as_ref().map(|web| web.file(file, 0)),
    };
    let mut files = vec![(route::template_data(&entity.namespace, &entity.name), bundle(site, entity))];
    files.extend(starter.map(|starter| (zip, starter.bytes)));
    Rendered { pages: vec![(route, View::Template(Box::new(view)))], files, ..Rendered::default() }
}

/// What makes files of answers. It is text: in a script, `__proto__` as a name would not be one.
fn bundle(site: &Site<'_>, entity: &Entity) -> Vec<u8> {
    let bundle = scaffolder::Bundle::new(entity, site.snapshot, &site.config.hosts());
    script("templates", &Json::from(&*entity.reference).to_string(), &bundle.to_json().to_string().into())
}

/// What the form in the browser is made of.
fn form(site: &Site<'_>, entity: &Entity) -> Json {
    let data: Json = serde_json::from_str(&entity.data).unwrap_or_default();
    let parameters = match &data["spec"]["parameters"] {
        Json::Array(pages) => pages.clone(),
        Json::Null => Vec::new(),
        page => vec![page.clone()],
    };
    let labels: Map<String, Json> = data["spec"]["presentation"]["buttonLabels"]
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(_, text)| text.is_string())
        .map(|(name, text)| (name.clone(), text.clone()))
        .collect();
    json!({ "reference": *entity.reference, "parameters": parameters, "labels": labels, "hosts": scaffolder::hosts(&site.config.hosts()) })
}

fn parameter_page(page: scaffolder::ParameterPage) -> ParameterPage {
    let fields = page
        .fields
        .into_iter()
        .map(|field| ParameterField {
            name: field.name,
            title: field.title,
            description: field.description,
            r#type: field.r#type,
            required: field.required,
            default: field.default,
            choices: field.choices,
        })
        .collect();
    ParameterPage { title: page.title, fields }
}
