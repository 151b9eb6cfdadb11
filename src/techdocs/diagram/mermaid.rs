//! Mermaid, drawn in this process: a Rust renderer on a thread of its own, with limits on what it may cost.

use super::paint::told;
use super::{Failure, inline};
use merman::svg::{RenderResourcePolicy, ResourceLimitId, SvgPipeline, SvgRenderOptions};
use merman::{
    Engine, MermaidConfig, OperationControl, RenderError, RenderOutput, RenderRequest, Renderer, SvgEnvironment,
    SvgRequest,
};
use serde_json::{Map, Value, json};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::thread::Builder;
use std::time::Duration;

/// Longer sources are not drawn, in bytes and lines.
const LONGEST: usize = 64 * 1024;
const MOST_LINES: usize = 2_000;
/// Boxes joined by `&`, squared and summed over the lines.
const MOST_JOINED: usize = 100_000;
/// Longer messages lose the list of what was expected, in bytes.
const LONGEST_LIST: usize = 120;
/// Steps of layout: a diagram of some hundred boxes stays well below.
const MOST_STEPS: usize = 3_000_000;
/// When the renderer itself gives up. Unoptimised builds are slower by an order of magnitude.
const LONGEST_TIME: Duration = Duration::from_secs(if cfg!(debug_assertions) { 60 } else { 4 });
/// When we stop waiting for a renderer that did not give up: its thread is left to itself.
const LONGEST_WAIT: Duration = Duration::from_secs(if cfg!(debug_assertions) { 120 } else { 8 });
/// Layouts follow edges by recursion.
const STACK: usize = 32 * 1024 * 1024;

/// Draws diagrams. One serves all threads.
pub(super) struct Mermaid(Renderer);

impl Mermaid {
    pub(super) fn new() -> Self {
        let config = MermaidConfig::from_value(config());
        Mermaid(Renderer::new().with_engine(Engine::new().with_site_config(config)))
    }

    /// The drawing, rewritten so that it may stand in a page.
    pub(super) fn draw(&self, source: &str) -> Result<String, Failure> {
        if source.len() > LONGEST || source.lines().nth(MOST_LINES).is_some() {
            let limit = format!("it is longer than {} KiB or {MOST_LINES} lines", LONGEST / 1024);
            return Err(Failure::at(None, limit));
        }
        // `a & b --> c & d` draws every pair, so a short line can mean millions of edges.
        let joined: usize = source.lines().map(|line| line.matches('&').count().pow(2)).sum();
        if joined > MOST_JOINED {
            return Err(Failure::at(None, "it joins too many boxes by `&`"));
        }
        let (sender, receiver) = sync_channel(1);
        let (renderer, text) = (self.0.clone(), source.to_owned());
        let drawing = move || {
            // Nobody listens any more when we stopped waiting.
            let _ = sender.send(drawn(&renderer, &text));
        };
        let thread = Builder::new().name("mermaid".to_owned()).stack_size(STACK).spawn(drawing);
        if thread.is_err() {
            return Err(Failure::at(None, "there is no thread left to draw it").passing());
        }
        match receiver.recv_timeout(LONGEST_WAIT) {
            Ok(drawn) => drawn,
            Err(RecvTimeoutError::Timeout) => Err(Failure::at(None, "drawing it takes too long").passing()),
            Err(RecvTimeoutError::Disconnected) => Err(Failure::at(None, "the renderer cannot cope with it")),
        }
    }
}

fn drawn(renderer: &Renderer, source: &str) -> Result<String, Failure> {
    let policy = RenderResourcePolicy::constrained()
        .with_limit(ResourceLimitId::MaxLayoutWorkUnits, MOST_STEPS)
        .unwrap_or_else(|_| RenderResourcePolicy::constrained());
    let request = SvgRequest {
        environment: SvgEnvironment::deterministic().with_resource_policy(policy),
        pipeline: Some(SvgPipeline::parity()),
        options: SvgRenderOptions { diagram_id: Some("dg".to_owned()), ..SvgRenderOptions::default() },
        ..SvgRequest::default()
    };
    let control = OperationControl::new().with_deadline(LONGEST_TIME);
    match renderer.render(RenderRequest::svg(source, control, request)) {
        Ok(RenderOutput::Svg(Some(svg))) => {
            let named = inline::Named { name: name(source), source };
            inline::rewrite(svg.svg(), &named).map_err(|why| Failure::at(None, why))
        }
        Ok(_) | Err(RenderError::NoDiagram) => Err(Failure::at(None, "its first line names no kind of diagram")),
        Err(error) => Err(failure(source, &error)),
    }
}

fn failure(source: &str, error: &RenderError) -> Failure {
    match error {
        RenderError::Parse(diagnostic) => {
            let details = diagnostic.terminal_diagnostic_details();
            let line = details.span.map(|span| source[..source.floor_char_boundary(span.start)].matches('\n').count());
            // What is missing at the end is missing behind the last line.
            let line = line.map(|line| line.min(source.trim_end().matches('\n').count()));
            let said = diagnostic.terminal_safe_message();
            // `Diagram parse error (flowchart-v2): …`: the kind stands in the page already.
            let words = said.split_once("): ").map_or(said.as_str(), |(_, words)| words);
            let words = words.lines().next().unwrap_or_default();
            // Parsers list all that could have stood there, which helps while it is short.
            let short =
                words.split_once("; expected").filter(|_| words.len() > LONGEST_LIST).map_or(words, |(short, _)| short);
            Failure::at(line, short)
        }
        RenderError::ResourceLimitExceeded(limit) => Failure::at(
            None,
            format!("it is too large to draw ({}: {} of at most {})", limit.id, limit.actual, limit.maximum),
        ),
        RenderError::Cancelled(_) => Failure::at(None, "drawing it takes too long").passing(),
        other => Failure::at(None, other.to_string().lines().next().unwrap_or_default()),
    }
}

/// What a reader calls the diagram that a source draws.
fn name(source: &str) -> &'static str {
    let body = source
        .trim_start()
        .strip_prefix("---")
        .and_then(|rest| rest.split_once("\n---"))
        .map_or(source, |(_, body)| body);
    let first =
        body.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with("%%")).unwrap_or_default();
    NAMES.iter().find(|(start, _)| first.starts_with(start)).map_or("Diagram", |(_, name)| name)
}

const NAMES: [(&str, &str); 24] = [
    ("flowchart", "Flowchart"),
    ("graph", "Flowchart"),
    ("sequenceDiagram", "Sequence diagram"),
    ("classDiagram", "Class diagram"),
    ("stateDiagram", "State diagram"),
    ("erDiagram", "Entity relationship diagram"),
    ("gantt", "Gantt chart"),
    ("pie", "Pie chart"),
    ("gitGraph", "Git graph"),
    ("journey", "User journey"),
    ("mindmap", "Mind map"),
    ("timeline", "Timeline"),
    ("quadrantChart", "Quadrant chart"),
    ("C4", "C4 diagram"),
    ("block", "Block diagram"),
    ("xychart", "XY chart"),
    ("sankey", "Sankey diagram"),
    ("requirementDiagram", "Requirement diagram"),
    ("kanban", "Kanban board"),
    ("architecture", "Architecture diagram"),
    ("packet", "Packet diagram"),
    ("radar", "Radar chart"),
    ("treemap", "Treemap"),
    ("info", "Diagram"),
];

/// The renderer's settings. A page cannot change those that are listed as secure: they would take the theme's colours
/// away, bring style sheets, or cost more than a page may.
fn config() -> Value {
    let no_html = json!({ "htmlLabels": false });
    json!({
        "theme": "base",
        "look": "classic",
        "htmlLabels": false,
        "fontFamily": "Arial, sans-serif",
        "deterministicIds": true,
        "flowchart": no_html,
        "class": no_html,
        "state": no_html,
        "secure": [
            "secure", "securityLevel", "startOnLoad", "maxTextSize", "maxEdges", "suppressErrorRendering", "theme",
            "themeVariables", "themeCSS", "look", "htmlLabels", "fontFamily", "altFontFamily", "handDrawnSeed",
            "deterministicIds", "darkMode", "dompurifyConfig", "layout",
        ],
        "themeVariables": Value::Object(variables()),
    })
}

/// Every colour that the renderer asks for, as one that the theme knows.
fn variables() -> Map<String, Value> {
    let mut all = Map::new();
    let mut set = |theme: &str, names: &[&str]| {
        for name in names {
            all.insert((*name).to_owned(), told(theme).into());
        }
    };
    set(
        "paper",
        &[
            "background",
            "edgeLabelBackground",
            "labelBackgroundColor",
            "sequenceNumberColor",
            "altSectionBkgColor",
            "relationLabelBackground",
            "attributeBackgroundColorOdd",
            "rowOdd",
            "pieStrokeColor",
            "commitLabelBackground",
        ],
    );
    set(
        "node",
        &[
            "primaryColor",
            "mainBkg",
            "nodeBkg",
            "actorBkg",
            "stateBkg",
            "doneTaskBkgColor",
            "requirementBackground",
            "personBkg",
            "compositeTitleBackground",
            "tagLabelBackground",
            "quadrant1Fill",
        ],
    );
    set(
        "group",
        &[
            "secondaryColor",
            "tertiaryColor",
            "clusterBkg",
            "labelBoxBkgColor",
            "activationBkgColor",
            "sectionBkgColor",
            "sectionBkgColor2",
            "excludeBkgColor",
            "compositeBackground",
            "altBackground",
            "attributeBackgroundColorEven",
            "rowEven",
            "quadrant2Fill",
            "quadrant3Fill",
            "quadrant4Fill",
        ],
    );
    set(
        "border",
        &[
            "primaryBorderColor",
            "secondaryBorderColor",
            "tertiaryBorderColor",
            "nodeBorder",
            "clusterBorder",
            "noteBorderColor",
            "actorBorder",
            "actorLineColor",
            "labelBoxBorderColor",
            "activationBorderColor",
            "taskBorderColor",
            "activeTaskBorderColor",
            "doneTaskBorderColor",
            "gridColor",
            "personBorder",
            "archGroupBorderColor",
            "compositeBorder",
            "innerEndBackground",
            "requirementBorderColor",
            "tagLabelBorder",
            "pieOuterStrokeColor",
            "quadrantInternalBorderStrokeFill",
            "quadrantExternalBorderStrokeFill",
        ],
    );
    set(
        "line",
        &[
            "lineColor",
            "defaultLinkColor",
            "signalColor",
            "archEdgeColor",
            "archEdgeArrowColor",
            "transitionColor",
            "specialStateColor",
            "relationColor",
            "arrowheadColor",
        ],
    );
    set(
        "ink",
        &[
            "primaryTextColor",
            "secondaryTextColor",
            "tertiaryTextColor",
            "textColor",
            "titleColor",
            "nodeTextColor",
            "noteTextColor",
            "actorTextColor",
            "signalTextColor",
            "labelTextColor",
            "loopTextColor",
            "labelColor",
            "errorTextColor",
            "taskTextColor",
            "taskTextOutsideColor",
            "taskTextLightColor",
            "taskTextDarkColor",
            "taskTextClickableColor",
            "transitionLabelColor",
            "stateLabelColor",
            "classText",
            "pieTitleTextColor",
            "pieSectionTextColor",
            "pieLegendTextColor",
            "tagLabelColor",
            "commitLabelColor",
            "requirementTextColor",
            "relationLabelColor",
            "quadrantPointTextFill",
            "quadrantTitleFill",
            "quadrantXAxisTextFill",
            "quadrantYAxisTextFill",
            "quadrant1TextFill",
            "quadrant2TextFill",
            "quadrant3TextFill",
            "quadrant4TextFill",
        ],
    );
    set("note", &["noteBkgColor", "errorBkgColor"]);
    set("1", &["taskBkgColor", "quadrantPointFill"]);
    set("2", &["activeTaskBkgColor"]);
    set("4", &["critBkgColor", "critBorderColor", "todayLineColor", "vertLineColor"]);
    for at in 0..12 {
        let colour = (at % 8 + 1).to_string();
        for name in ["cScale", "git", "fillType", "venn"] {
            set(&colour, &[&format!("{name}{at}")]);
        }
        set(&colour, &[&format!("pie{}", at + 1)]);
        for name in ["cScaleLabel", "gitBranchLabel", "gitInv"] {
            set("ink", &[&format!("{name}{at}")]);
        }
        for name in ["cScalePeer", "cScaleInv", "surfacePeer"] {
            set("border", &[&format!("{name}{at}")]);
        }
        set("group", &[&format!("surface{at}")]);
    }
    all.insert("pieOpacity".to_owned(), "1".into());
    let palette: Vec<String> = (1..=8).map(|at| told(&at.to_string())).collect();
    let ink = told("ink");
    let names =
        ["titleColor", "dataLabelColor", "xAxisTitleColor", "xAxisLabelColor", "yAxisTitleColor", "yAxisLabelColor"];
    let mut chart: Map<String, Value> = names.iter().map(|name| ((*name).to_owned(), ink.clone().into())).collect();
    for name in ["xAxisTickColor", "xAxisLineColor", "yAxisTickColor", "yAxisLineColor"] {
        chart.insert(name.to_owned(), told("border").into());
    }
    chart.insert("backgroundColor".to_owned(), told("paper").into());
    chart.insert("plotColorPalette".to_owned(), palette.join(",").into());
    all.insert("xyChart".to_owned(), Value::Object(chart));
    all.insert("radar".to_owned(), json!({ "axisColor": told("border"), "graticuleColor": told("group") }));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draw(source: &str) -> Result<String, Failure> {
        Mermaid::new().draw(source)
    }

    #[test]
    fn every_kind_that_people_write_is_drawn() {
        let kinds = [
            "flowchart LR\n a[One] -->|yes| b{Two}",
            "graph TD\n subgraph s\n a-->b\n end",
            "sequenceDiagram\n autonumber\n participant A\n A->>+B: hi\n B-->>-A: ho",
            "classDiagram\n A <|-- B\n A : +int age",
            "stateDiagram-v2\n [*] --> A\n A --> [*]",
            "erDiagram\n A ||--o{ B : has",
            "gantt\n dateFormat YYYY-MM-DD\n section S\n T :a1, 2026-01-01, 3d",
            "pie\n \"a\" : 1\n \"b\" : 2",
            "gitGraph\n commit\n branch b\n commit",
            "journey\n section s\n Tea: 5: Me",
            "mindmap\n root((a))\n  b",
            "timeline\n 2002 : a",
            "quadrantChart\n x-axis a --> b\n y-axis c --> d\n P: [0.3, 0.6]",
            "C4Context\n Person(a, \"A\")\n System(b, \"B\")\n Rel(a, b, \"uses\")",
            "block-beta\n a b",
            "xychart-beta\n x-axis [a, b]\n bar [1, 2]",
            "sankey-beta\na,b,1",
            "requirementDiagram\n requirement r {\n id: 1\n text: t\n risk: high\n verifymethod: test\n }",
            "kanban\n Todo\n  [Write]",
            "architecture-beta\n service s(server)[S]",
            "packet-beta\n0-15: \"a\"",
            "radar-beta\n axis a, b, c\n curve x{1,2,3}",
            "treemap-beta\n\"a\"\n  \"b\": 1",
        ];
        for source in kinds {
            match draw(source) {
                Ok(svg) => {
                    assert!(svg.starts_with("<svg") && svg.len() < 100_000, "{source}: {} bytes", svg.len());
                    for word in [" style=", "<style", "foreignObject", "<script", "class=\"n", "url(http"] {
                        assert!(!svg.contains(word), "{source}: {word} in {svg}");
                    }
                }
                Err(failure) => panic!("{source}: {failure:?}"),
            }
        }
    }

    #[test]
    fn faults_say_what_and_where() {
        let failed = draw("flowchart LR\n  a --> b\n  c[open --> d\n").expect_err("the bracket stays open");
        assert!(failed.message.contains('`') || !failed.message.is_empty(), "{failed:?}");
        assert_eq!(draw("hello").expect_err("no kind").line, None);
    }

    #[test]
    fn a_page_cannot_change_what_is_ours() {
        let svg = draw("%%{init: {\"theme\": \"dark\", \"themeCSS\": \"* { fill: red }\", \"htmlLabels\": true}}%%\nflowchart LR\na-->b").expect("it is drawn");
        assert!(svg.contains("var(--dg-node)") && !svg.contains("#ff0000") && !svg.contains("#1f2020"), "{svg}");
    }

    #[test]
    fn what_enemies_write_ends_soon() {
        let many = |count: usize, line: &dyn Fn(usize) -> String| (0..count).map(line).collect::<String>();
        let hostile = [
            format!("flowchart LR\n{}", many(400, &|at| format!("n{at}-->n{}\n", at * 7 % 200))),
            format!("flowchart LR\n{}", many(300, &|at| format!("subgraph s{at}\n"))),
            format!("flowchart LR\na{}x", "[".repeat(50_000)),
            format!("flowchart LR\n{} --> {}", vec!["a"; 300].join("&"), vec!["b"; 300].join("&")),
            format!("stateDiagram-v2\n{}", many(300, &|at| format!("state s{at} {{\n"))),
            format!("mindmap\n{}", many(300, &|at| format!("{}n\n", " ".repeat(at)))),
            format!("classDiagram\nclass A~{}", "B~".repeat(9_000)),
            "packet-beta\n0-99999999: \"x\"".to_owned(),
            "x".repeat(1_000_000),
        ];
        for source in hostile {
            if let Err(failure) = draw(&source) {
                assert!(failure.message.len() < 400, "{}", failure.message);
            }
        }
    }

    #[test]
    fn the_same_source_gives_the_same_drawing() {
        let source = "mindmap\n root((a))\n  b\n  c\n  d";
        assert_eq!(draw(source).ok(), draw(source).ok());
    }
}
