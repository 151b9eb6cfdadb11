//! The cases of `template-language.json`, whose answers the engine in the browser gives, too.

use callboard::scaffolder::language::{Fault, Settings, is_true, render, value};
use serde_json::{Value as Json, json};

#[test]
fn templates_give_what_the_cases_say() {
    let cases: Json = serde_json::from_str(include_str!("template-language.json")).expect("cases are JSON");
    let cases = cases.as_array().expect("a list of cases");
    assert!(cases.len() > 500, "the cases are read");
    let mut wrong = Vec::new();
    for case in cases {
        assert!(case["nunjucks"] == true || case["why"].is_string(), "a difference from Nunjucks has a reason: {case}");
        let found = answer(case);
        let mut expected = case.clone();
        for key in ["name", "template", "context", "settings", "nunjucks", "why"] {
            expected.as_object_mut().expect("a case").remove(key);
        }
        if found != expected {
            wrong.push(format!("{}: {}\n  expected {expected}\n  found    {found}", case["name"], case["template"]));
        }
    }
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

/// What is said of a case: `output`, `value`, `undefined`, or `fault` with its place.
fn answer(case: &Json) -> Json {
    let settings = &case["settings"];
    let hosts = settings["hosts"].as_object().into_iter().flatten();
    let settings = Settings {
        cookiecutter: settings["cookiecutter"] == true,
        trim_blocks: settings["trimBlocks"] == true,
        lstrip_blocks: settings["lstripBlocks"] == true,
        hosts: hosts.map(|(host, kind)| (host.clone(), kind.as_str().unwrap_or_default().to_string())).collect(),
    };
    let template = case["template"].as_str().expect("a template");
    let fault = |fault: Fault| json!({ "fault": fault.message, "at": format!("{}:{}", fault.line, fault.column) });
    if case["name"] == "values" {
        return match value(template, &case["context"], &settings) {
            Ok(Some(value)) => json!({ "value": value }),
            Ok(None) => json!({ "undefined": true }),
            Err(found) => fault(found),
        };
    }
    render(template, &case["context"], &settings).map_or_else(fault, |output| json!({ "output": output }))
}

#[test]
fn truth_is_that_of_the_steps() {
    for value in [json!(true), json!(1), json!(-0.5), json!("false"), json!([0]), json!({})] {
        assert!(is_true(Some(&value)), "{value}");
    }
    for value in [json!(false), json!(0), json!(0.0), json!(""), json!([]), json!(null)] {
        assert!(!is_true(Some(&value)), "{value}");
    }
    assert!(!is_true(None));
}

/// Cut, doubled and shuffled, no template may end otherwise than with text or a fault.
#[test]
fn damaged_templates_end() {
    let cases: Json = serde_json::from_str(include_str!("template-language.json")).expect("cases are JSON");
    let cases = cases.as_array().expect("a list of cases");
    let context = json!({ "a": [1, "x", { "b": null }], "s": "a😀b", "o": { "k": 1.5 }, "n": 3 });
    for case in cases.iter().filter(|case| case["name"] != "limits") {
        let template: Vec<char> = case["template"].as_str().expect("a template").chars().take(120).collect();
        for at in (0..template.len()).step_by(11) {
            let (start, end) = template.split_at(at);
            for damaged in [start.to_vec(), end.to_vec(), [start, &end[1..]].concat(), [end, start].concat()] {
                let text: String = damaged.into_iter().collect();
                let settings = Settings { lstrip_blocks: at % 2 == 0, trim_blocks: at % 4 == 0, ..Settings::default() };
                if let Err(fault) = render(&text, &context, &settings) {
                    assert!(!fault.message.is_empty() && fault.line > 0 && fault.column > 0, "{text}");
                }
            }
        }
    }
}
