//! `callboard plugin`

use super::columns::columns;
use super::options::{ReadOptions, load, load_with, site_options};
use super::talk::Progress;
use super::{Talk, print};
use crate::cache::Forgetful;
use crate::config::{
    self, Base, Config, DataFrom, DataSource, KindRule, Loaded, MANIFEST, Plugin as Manifest, Source, Words,
};
use crate::diagnostics::suggestion::did_you_mean;
use crate::diagnostics::{Finding, Place, Stop, StopKind, count};
use crate::emit;
use crate::output::{Interrupt, Stage, StageOptions};
use crate::pipeline::{self, CatalogOptions, Input};
use crate::plugins::{Sample, try_sample};
use crate::site::route;
use crate::source::Outside;
use crate::strings::Strings;
use clap::{Args, Subcommand};
use serde_json::{Value as Json, json};
use std::fs;
use std::path::{Path, PathBuf};

/// Plugins: a tab, card or page for a tool, out of data that are read at build time.
///
/// A plugin is a folder `plugins/NAME` beside the app-config.yaml, with a `plugin.yaml` and templates.
#[derive(Args)]
pub(crate) struct Plugin {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    New(New),
    Check(Check),
    Preview(Preview),
    List(List),
}

/// Write the folder of a new plugin, which works as it is.
#[derive(Args)]
#[command(after_help = "\
Examples:
  callboard plugin new code-quality                                    For entities with `example.com/code-quality`
  callboard plugin new code-quality --annotation sonar.example/key     For those with an annotation that is there")]
struct New {
    /// The name of the plugin and of its folder: lower-case words with `-` between them
    #[arg(value_name = "NAME")]
    name: String,
    /// The folder of the portal's app-config.yaml
    #[arg(default_value = ".", value_name = "DIR")]
    dir: PathBuf,
    /// The annotation that switches it on for an entity [default: example.com/NAME]
    #[arg(long, value_name = "KEY")]
    annotation: Option<String>,
}

/// Read the plugins that are on, and try each with its sample. Exits with 3 where something is wrong.
#[derive(Args)]
#[command(after_help = "\
Examples:
  callboard plugin check                  All plugins of the portal in this folder
  callboard plugin check code-quality     One of them")]
struct Check {
    /// Plugins [default: all that are on]
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    #[command(flatten)]
    portal: PortalOptions,
}

/// Write a little portal with one entity that shows a plugin's sample.
#[derive(Args)]
#[command(after_help = "\
Examples:
  callboard plugin preview code-quality              Into `plugin-preview`; open the page that is named
  callboard plugin preview kubernetes --out /tmp/k   A built-in one")]
struct Preview {
    /// The plugin
    #[arg(value_name = "NAME")]
    name: String,
    /// The folder to write; replaced as a whole
    #[arg(short, long, default_value = "plugin-preview", value_name = "OUT")]
    out: PathBuf,
    #[command(flatten)]
    portal: PortalOptions,
}

/// List the plugins that are on, and the built-in ones that are not.
#[derive(Args)]
struct List {
    #[command(flatten)]
    portal: PortalOptions,
}

#[derive(Args)]
struct PortalOptions {
    /// The folder of the portal's app-config.yaml
    #[arg(long, default_value = ".", value_name = "DIR")]
    dir: PathBuf,
    #[command(flatten)]
    read: ReadOptions,
}

impl PortalOptions {
    fn load(&self, talk: &Talk) -> Result<Loaded, Stop> {
        load(&self.dir, &self.read.config, talk)
    }
}

pub(crate) fn run(command: &Plugin, talk: &Talk, interrupt: &Interrupt) -> Result<(), Stop> {
    match &command.command {
        Command::New(command) => new(command, talk),
        Command::Check(command) => check(command, talk),
        Command::Preview(command) => preview(command, talk, interrupt),
        Command::List(command) => list(command, talk),
    }
}

fn new(command: &New, talk: &Talk) -> Result<(), Stop> {
    let name = &command.name;
    if !config::is_plugin_name(name) {
        return Err(Stop::usage(format!("a plugin cannot be called `{name}`")).hint(
            "Take lower-case letters and digits, with `-` between words, and no name that every entity has a tab of.",
        ));
    }
    let dir = command.dir.strip_prefix(".").unwrap_or(&command.dir);
    if !command.dir.is_dir() {
        return Err(Stop::usage(format!("there is no folder `{}`", command.dir.display())));
    }
    let folder = dir.join("plugins").join(name);
    if folder.exists() {
        return Err(Stop::usage(format!("there is `{}` already", folder.display())));
    }
    let mut title = name.replace('-', " ");
    if let Some(first) = title.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    let annotation = command.annotation.clone().unwrap_or_else(|| format!("example.com/{name}"));
    let files = [
        (MANIFEST, NEW_MANIFEST.replace("TITLE", &title).replace("ANNOTATION", &annotation)),
        ("tab.html", NEW_TAB.to_string()),
        ("sample.json", NEW_SAMPLE.to_string()),
        ("data/shop.json", NEW_DATA.to_string()),
    ];
    let unwritten = |error| Stop::environment(format!("`{}` cannot be written", folder.display())).cause(error);
    for (path, text) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap_or(&folder))
            .and_then(|()| fs::write(&path, text))
            .map_err(unwritten)?;
    }
    talk.say(&format!("Wrote `{}`", folder.display()));
    let is_beside = ["app-config.yaml", "app-config.local.yaml"].iter().any(|name| command.dir.join(name).is_file());
    if !is_beside {
        talk.say("Plugins are read beside an `app-config.yaml`: write one into this folder first");
    }
    talk.say(&format!(
        "See it with `callboard plugin preview {name}`. Say in `{MANIFEST}` where its data come from, draw them in `tab.html`, and \
         give entities the annotation `{annotation}`"
    ));
    Ok(())
}

const NEW_MANIFEST: &str = "\
title: TITLE
# Entities with this annotation have the tab; `{annotation}` is its value.
annotation: ANNOTATION
data:
  # Templates see `data.report`. A file for each entity, relative to this one; it may be `.json`, `.yaml` or `.csv`.
  report:
    file: data/{annotation}.json
  # Or from a server, with a token from the environment:
  # report:
  #   get: https://tool.example.com/api/reports/{annotation}
  #   token: ${TOOL_TOKEN}
show:
  tab: tab.html
  badge:
    text: '{% if data.report %}{{ data.report.grade }}{% endif %}'
    tone: '{% if data.report.grade == \"A\" %}good{% else %}warn{% endif %}'
sample: sample.json
";

const NEW_TAB: &str = "\
{% if not data.report %}
<p class=\"empty\">There is no report of this entity yet.</p>
{% else %}
<dl class=\"stats\">
{{ <stat label=\"Grade\" value={data.report.grade} /> }}
</dl>
<section class=\"card\"><header><h2>Open points</h2></header>
<div class=\"table-wrap\"><table>
<thead><tr><th scope=\"col\">Point</th><th scope=\"col\">Since</th></tr></thead>
<tbody>{% for point in data.report.points %}
<tr><th scope=\"row\">{{ <out url={point.url} text={point.text} /> }}</th><td>{{ <ago value={point.since} /> }}</td></tr>
{% endfor %}</tbody>
</table></div></section>
{% endif %}
";

const NEW_SAMPLE: &str = r#"{
  "annotations": { "annotation": "shop" },
  "data": {
    "report": {
      "grade": "B",
      "points": [{ "text": "Baskets are never emptied", "url": "https://tool.example.com/7", "since": "2026-11-02T09:00:00Z" }]
    }
  }
}
"#;

const NEW_DATA: &str = r#"{
  "grade": "B",
  "points": [{ "text": "Baskets are never emptied", "url": "https://tool.example.com/7", "since": "2026-11-02T09:00:00Z" }]
}
"#;

/// The plugin of that name, among those that are on.
fn named<'a>(config: &'a Config, name: &str) -> Result<&'a Manifest, Stop> {
    config.plugins.iter().find(|plugin| plugin.name == name).ok_or_else(|| {
        let stop = Stop::usage(format!("the portal has no plugin `{name}`"));
        if config::built_in_plugins().iter().any(|known| known.name == name) {
            return stop.hint(format!(
                "It is built in: `callboard.plugins.{name}: {{}}` in the app-config.yaml switches it on."
            ));
        }
        if config.files.is_empty() {
            return stop.hint(
                "Plugins are read beside an `app-config.yaml`, which is not in this folder; `--dir` names another.",
            );
        }
        let known = config.plugins.iter().map(|plugin| plugin.name.as_str());
        match did_you_mean(name, known) {
            Some(hint) => stop.hint(hint),
            None => {
                stop.hint("Plugins lie in `plugins/` beside the app-config.yaml; `callboard plugin list` names them.")
            }
        }
    })
}

/// The words of the portal, and the components that plugins draw with.
fn theme(loaded: &Loaded) -> Result<(config::ThemeFiles, Strings), Stop> {
    let files = config::theme(loaded.config.theme.as_deref(), &loaded.config)?;
    let strings = Strings::read(&files, &loaded.config.language)?;
    Ok((files, strings))
}

fn check(command: &Check, talk: &Talk) -> Result<(), Stop> {
    let loaded = command.portal.load(talk)?;
    let (files, strings) = theme(&loaded)?;
    let components = emit::components(&files);
    let plugins: Vec<&Manifest> = match command.names.as_slice() {
        [] => loaded.config.plugins.iter().collect(),
        names => names.iter().map(|name| named(&loaded.config, name)).collect::<Result<_, _>>()?,
    };
    if plugins.is_empty() {
        talk.say("The portal has no plugins: `callboard plugin new NAME` writes one");
        return Ok(());
    }
    let mut all: Vec<Finding> = Vec::new();
    let mut out = String::new();
    for plugin in &plugins {
        let (tried, findings) = try_sample(plugin, &strings, &components);
        let what = match (&plugin.sample, findings.len()) {
            (None, 0) => "has no `sample`, so its templates were read but not tried".to_string(),
            (_, 0) => {
                let mut shown: Vec<String> =
                    tried.parts.iter().map(|(part, html)| format!("{part} ({} B)", html.len())).collect();
                shown.extend(
                    tried.facts.badges.iter().map(|badge| format!("badge “{}” ({})", badge.text, badge.tone.word())),
                );
                shown.extend(tried.facts.facets.iter().map(|(key, value)| format!("facet {key}:{value}")));
                shown.extend(tried.facts.checks.iter().map(|(key, passes)| format!("check {key} {passes}")));
                shown.extend((!tried.facts.problems.is_empty()).then(|| count(tried.facts.problems.len(), "problem")));
                shown.join(", ")
            }
            (_, faults) => count(faults, "fault"),
        };
        out.push_str(&format!("{}: {what}\n", plugin.name));
        all.extend(findings);
    }
    talk.findings(&all, &|place| loaded.texts.get(&place.path).cloned());
    print(&out)?;
    if all.is_empty() {
        Ok(())
    } else {
        Err(Stop::new(StopKind::Denied, format!("{} in plugins", count(all.len(), "fault"))))
    }
}

fn list(command: &List, talk: &Talk) -> Result<(), Stop> {
    let loaded = command.portal.load(talk)?;
    let on = &loaded.config.plugins;
    let mut rows: Vec<[String; 4]> = on
        .iter()
        .map(|plugin| {
            let from = if plugin.is_built_in() { "built in" } else { "own" };
            let keys: Vec<&str> = plugin.annotations.iter().map(|(_, key)| key.as_str()).collect();
            [plugin.name.clone(), from.to_string(), keys.join(", "), plugin.description.clone()]
        })
        .collect();
    let off = config::built_in_plugins().into_iter().filter(|known| on.iter().all(|plugin| plugin.name != known.name));
    rows.extend(off.map(|known| [known.name, "off".to_string(), known.annotations.join(", "), known.description]));
    print(&columns(["PLUGIN", "FROM", "ANNOTATIONS", "WHAT"], &rows, talk))
}

fn preview(command: &Preview, talk: &Talk, interrupt: &Interrupt) -> Result<(), Stop> {
    // A built-in one is looked at before it is switched on.
    let switch = (format!("APP_CONFIG_callboard_plugins_{}", command.name), "true".to_string());
    let is_built_in = config::built_in_plugins().iter().any(|plugin| plugin.name == command.name);
    let mut loaded = command.portal.load(talk)?;
    if is_built_in && loaded.config.plugins.iter().all(|plugin| plugin.name != command.name) {
        loaded = load_with(&command.portal.dir, &command.portal.read.config, Some(switch), talk)?;
    }
    let plugin = named(&loaded.config, &command.name)?;
    let told = |finding: Finding| {
        talk.findings(&[finding], &|place| loaded.texts.get(&place.path).cloned());
        Stop::usage(format!("the sample of `{}` cannot be used", plugin.name))
    };
    let sample = Sample::of(plugin).map_err(told)?.ok_or_else(|| {
        Stop::usage(format!("`{}` has no sample", plugin.name))
            .hint(format!("Name a file in `sample` of its `{MANIFEST}`: {{\"annotations\": …, \"data\": …}}."))
    })?;
    let unwritten = |error| Stop::environment("the preview cannot be written").cause(error);
    let folder = tempfile::tempdir().map_err(unwritten)?;
    let entity = entity_of(plugin, &sample);
    fs::create_dir_all(folder.path().join("shop")).map_err(unwritten)?;
    fs::write(folder.path().join("shop/catalog-info.yaml"), entity.to_string()).map_err(unwritten)?;
    for (name, data) in &sample.data {
        fs::write(folder.path().join(format!("{name}.json")), data.to_string()).map_err(unwritten)?;
    }
    let loaded =
        Loaded { config: stage_of(&loaded.config, plugin, &sample, folder.path()), findings: Vec::new(), ..loaded };
    let theme = config::theme(loaded.config.theme.as_deref(), &loaded.config)?;
    let progress = Progress::new(talk, interrupt);
    let cache_dir = folder.path().join("cache");
    let mut crawl = command.portal.read.crawl(true, &cache_dir, &Forgetful);
    (crawl.offline, crawl.outside) = (true, Outside::Cache);
    let stage = Stage::open(&command.out, StageOptions { interrupt: interrupt.clone(), ..StageOptions::default() })?;
    let input = Input {
        loaded: &loaded,
        theme: &theme,
        crawl,
        catalog: CatalogOptions::default(),
        site: site_options(false, false),
        cache: &Forgetful,
        watcher: &progress,
    };
    let gathered = pipeline::gather(&input)?;
    let built = pipeline::build(&input, &gathered, &stage)?;
    let fingerprint = pipeline::fingerprint(&input, &gathered, &super::options::program());
    stage.finish(fingerprint)?;
    progress.finish();
    let of_plugin = |finding: &&Finding| finding.rule.name.starts_with("plugin-");
    let wrong: Vec<Finding> = built.findings.iter().filter(of_plugin).cloned().collect();
    talk.findings(&wrong, &|place| loaded.texts.get(&place.path).cloned());
    let mut pages = Vec::new();
    if let Some(entity) = gathered.catalog.entities.first() {
        if plugin.show.tab.is_some() {
            pages.push(route::plugin_tab(entity, &plugin.name));
        }
        if plugin.show.card.is_some() || plugin.show.badge.is_some() {
            pages.push(route::entity(entity));
        }
    }
    pages.extend(plugin.show.page.as_ref().map(|_| route::plugin_page(&plugin.name)));
    for page in pages {
        print(&format!("{}\n", command.out.join(page).join("index.html").display()))?;
    }
    Ok(())
}

/// The sample's entity as a descriptor, with the annotations that switch the plugin on.
fn entity_of(plugin: &Manifest, sample: &Sample) -> Json {
    let kind = plugin.kinds.first().map_or("Component", String::as_str);
    let usual = json!({
        "apiVersion": "backstage.io/v1alpha1",
        "kind": kind,
        "metadata": { "name": "sample", "title": "Sample", "description": "An entity to show a plugin." },
        "spec": { "type": "service", "lifecycle": "production", "owner": "team-sample" },
    });
    let mut entity = sample.entity.clone().unwrap_or_else(|| usual.clone());
    for key in ["apiVersion", "kind", "metadata", "spec"] {
        if entity[key].is_null() {
            entity[key] = usual[key].clone();
        }
    }
    if let Some(map) = entity.as_object_mut() {
        map.retain(|key, _| usual.get(key).is_some());
    }
    let given = sample.by_key(plugin);
    for (_, key) in &plugin.annotations {
        let value = given.get(key).cloned().or_else(|| given.is_empty().then(|| "sample".to_string()));
        if let Some(value) = value {
            entity["metadata"]["annotations"][key] = Json::String(value);
        }
    }
    entity
}

/// A configuration that reads nothing but the sample.
fn stage_of(config: &Config, plugin: &Manifest, sample: &Sample, folder: &Path) -> Config {
    let mut plugin = plugin.clone();
    plugin.settings.extend(sample.settings.clone());
    plugin.data.retain(|source| sample.data.contains_key(&source.name));
    for source in &mut plugin.data {
        let path = Words::plain(format!("{}.json", source.name));
        let from = DataFrom::File { path, base: Base::Folder(folder.to_path_buf()) };
        *source = DataSource { from, rows: None, list: None, schema: None, max_age: None, ..source.clone() };
    }
    Config {
        locations: Vec::new(),
        providers: Vec::new(),
        rules: vec![KindRule { allow: None, locations: Vec::new() }],
        sources: vec![Source::Filesystem { path: folder.join("shop"), place: Place::file("", MANIFEST) }],
        feedback_labels: Vec::new(),
        beacon: None,
        usage: None,
        history: None,
        plugins: vec![plugin],
        ..config.clone()
    }
}
