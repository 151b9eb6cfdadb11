//! The same few findings in every format, then anything at all in every format.

use super::*;
use crate::diagnostics::Severity;

const ERROR: &Rule =
    &Rule { name: "bad-thing", severity: Severity::Error, summary: "A thing is bad.", why: "Bad things are left out." };
const WARNING: &Rule =
    &Rule { name: "odd-thing", severity: Severity::Warning, summary: "A thing is odd.", why: "Odd things mislead." };
const NOTE: &Rule =
    &Rule { name: "a-thing", severity: Severity::Info, summary: "There is a thing.", why: "Good to know." };

/// What a file of the repository `shop` holds: the third line has letters of more than one byte.
const FILE: &str = "kind: Component\nmetadata:\n  name: \u{43c}\u{430}\u{433}\u{430}\u{437}\u{438}\u{43d} \u{1f3ad}, <a> ]]> & \"b\"\n";

/// An ordinary finding with all there can be; one about a whole file, with odd text all over; one about no file.
fn findings() -> Vec<Finding> {
    let place = Place::file("shop", "catalog-info.yaml").at(3, 16, 1);
    let odd = Place::file("shop", "docs/50% off, a:b/\u{e9}\n<x>.md");
    vec![
        Finding::new(ERROR, place, "`\u{1f3ad}` is bad")
            .label("not a letter")
            .hint("Did you mean `theatre`?")
            .hint("Use letters.")
            .about("component:default/shop")
            .fix("Write `theatre`.", "theatre"),
        Finding::new(WARNING, odd, "100% <b>odd</b> ]]> & \"so\": [x](https://a.example), \u{1b}[31m{0}"),
        Finding::new(NOTE, None, "there is a thing"),
    ]
}

fn shown(place: &Place) -> String {
    format!("repos/{}/{}", place.repo, place.path)
}

fn written(format: Format, findings: &[Finding]) -> String {
    let context = Context {
        path: &shown,
        source: &|_| Some(FILE.to_string()),
        rule_url: &|rule| format!("https://portal.example/rules/{}", rule.name),
        style: Style { color: false, width: 100 },
    };
    render(format, findings, &context).replace(env!("CARGO_PKG_VERSION"), "VERSION")
}

#[test]
fn human_shows_the_lines_concerned() {
    assert_eq!(
        written(Format::Human, &findings()),
        r#"error[bad-thing]: `🎭` is bad
 --> repos/shop/catalog-info.yaml:3:16
  |
3 |   name: магазин 🎭, <a> ]]> & "b"
  |                ^ not a letter
  |
  = help: Did you mean `theatre`?
  = help: Use letters.

warning[odd-thing]: 100% <b>odd</b> ]]> & "so": [x](https://a.example), \u{1b}[31m{0}
--> repos/shop/docs/50% off, a:b/é\n<x>.md

info[a-thing]: there is a thing
"#
    );
}

#[test]
fn concise_is_one_line_each() {
    assert_eq!(
        written(Format::Concise, &findings()),
        r#"repos/shop/catalog-info.yaml:3:16: error[bad-thing] `🎭` is bad (Did you mean `theatre`? Use letters.)
repos/shop/docs/50% off, a:b/é\n<x>.md:1:1: warning[odd-thing] 100% <b>odd</b> ]]> & "so": [x](https://a.example), \u{1b}[31m{0}
callboard: info[a-thing] there is a thing
"#
    );
}

#[test]
fn json_holds_everything() {
    assert_eq!(
        written(Format::Json, &findings()),
        r#"{
  "schema": 1,
  "tool": {
    "name": "callboard",
    "version": "VERSION"
  },
  "summary": {
    "error": 1,
    "warning": 1,
    "info": 1
  },
  "findings": [
    {
      "rule": "bad-thing",
      "severity": "error",
      "message": "`🎭` is bad",
      "label": "not a letter",
      "help": [
        "Did you mean `theatre`?",
        "Use letters."
      ],
      "why": "Bad things are left out.",
      "url": "https://portal.example/rules/bad-thing",
      "path": "repos/shop/catalog-info.yaml",
      "repo": "shop",
      "line": 3,
      "column": 16,
      "end_column": 17,
      "entity": "component:default/shop",
      "fix": {
        "title": "Write `theatre`.",
        "replacement": "theatre",
        "path": "repos/shop/catalog-info.yaml",
        "line": 3,
        "column": 16,
        "end_column": 17
      }
    },
    {
      "rule": "odd-thing",
      "severity": "warning",
      "message": "100% <b>odd</b> ]]> & \"so\": [x](https://a.example), \u001b[31m{0}",
      "label": null,
      "help": [],
      "why": "Odd things mislead.",
      "url": "https://portal.example/rules/odd-thing",
      "path": "repos/shop/docs/50% off, a:b/é\n<x>.md",
      "repo": "shop",
      "line": null,
      "column": null,
      "end_column": null,
      "entity": null,
      "fix": null
    },
    {
      "rule": "a-thing",
      "severity": "info",
      "message": "there is a thing",
      "label": null,
      "help": [],
      "why": "Good to know.",
      "url": "https://portal.example/rules/a-thing",
      "path": null,
      "repo": null,
      "line": null,
      "column": null,
      "end_column": null,
      "entity": null,
      "fix": null
    }
  ]
}
"#
    );
}

#[test]
fn sarif_tells_rules_results_and_notifications() {
    assert_eq!(
        written(Format::Sarif, &findings()),
        r#"{
  "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
  "version": "2.1.0",
  "runs": [
    {
      "tool": {
        "driver": {
          "name": "callboard",
          "version": "VERSION",
          "rules": [
            {
              "id": "a-thing",
              "shortDescription": {
                "text": "There is a thing."
              },
              "fullDescription": {
                "text": "There is a thing. Good to know."
              },
              "defaultConfiguration": {
                "level": "note"
              },
              "helpUri": "https://portal.example/rules/a-thing"
            },
            {
              "id": "bad-thing",
              "shortDescription": {
                "text": "A thing is bad."
              },
              "fullDescription": {
                "text": "A thing is bad. Bad things are left out."
              },
              "defaultConfiguration": {
                "level": "error"
              },
              "helpUri": "https://portal.example/rules/bad-thing"
            },
            {
              "id": "odd-thing",
              "shortDescription": {
                "text": "A thing is odd."
              },
              "fullDescription": {
                "text": "A thing is odd. Odd things mislead."
              },
              "defaultConfiguration": {
                "level": "warning"
              },
              "helpUri": "https://portal.example/rules/odd-thing"
            }
          ]
        }
      },
      "columnKind": "unicodeCodePoints",
      "results": [
        {
          "ruleId": "bad-thing",
          "ruleIndex": 1,
          "level": "error",
          "message": {
            "text": "`🎭` is bad\nDid you mean `theatre`?\nUse letters."
          },
          "locations": [
            {
              "physicalLocation": {
                "artifactLocation": {
                  "uri": "repos/shop/catalog-info.yaml",
                  "uriBaseId": "%SRCROOT%"
                },
                "region": {
                  "startLine": 3,
                  "startColumn": 16,
                  "endColumn": 17
                }
              }
            }
          ],
          "partialFingerprints": {
            "callboard/v1": "afbba655fcebec39a06ebea5d948f49f"
          },
          "fixes": [
            {
              "description": {
                "text": "Write `theatre`."
              },
              "artifactChanges": [
                {
                  "artifactLocation": {
                    "uri": "repos/shop/catalog-info.yaml",
                    "uriBaseId": "%SRCROOT%"
                  },
                  "replacements": [
                    {
                      "deletedRegion": {
                        "startLine": 3,
                        "startColumn": 16,
                        "endColumn": 17
                      },
                      "insertedContent": {
                        "text": "theatre"
                      }
                    }
                  ]
                }
              ]
            }
          ],
          "properties": {
            "entity": "component:default/shop"
          }
        },
        {
          "ruleId": "odd-thing",
          "ruleIndex": 2,
          "level": "warning",
          "message": {
            "text": "100% <b>odd</b> ]]> & \"so\": [x] (https://a.example), \\u{1b}[31m{0}"
          },
          "locations": [
            {
              "physicalLocation": {
                "artifactLocation": {
                  "uri": "repos/shop/docs/50%25%20off%2C%20a%3Ab/%C3%A9%0A%3Cx%3E.md",
                  "uriBaseId": "%SRCROOT%"
                },
                "region": {
                  "startLine": 1
                }
              }
            }
          ],
          "partialFingerprints": {
            "callboard/v1": "f0ae1b543e5467f6681cef39fdf0f77d"
          }
        }
      ],
      "invocations": [
        {
          "executionSuccessful": true,
          "toolExecutionNotifications": [
            {
              "associatedRule": {
                "id": "a-thing",
                "index": 0
              },
              "level": "note",
              "message": {
                "text": "there is a thing"
              }
            }
          ]
        }
      ]
    }
  ]
}
"#
    );
}

#[test]
fn junit_is_a_suite_of_failures() {
    assert_eq!(
        written(Format::Junit, &findings()),
        r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite name="callboard" tests="3" failures="2" errors="0" skipped="0" time="0">
    <testcase classname="repos/shop/catalog-info.yaml" name="bad-thing: `🎭` is bad" file="repos/shop/catalog-info.yaml" line="3" time="0">
      <failure type="error" message="`🎭` is bad. Did you mean `theatre`? Use letters.">error[bad-thing]: `🎭` is bad
 --&gt; repos/shop/catalog-info.yaml:3:16
  |
3 |   name: магазин 🎭, &lt;a&gt; ]]&gt; &amp; "b"
  |                ^ not a letter
  |
  = help: Did you mean `theatre`?
  = help: Use letters.</failure>
    </testcase>
    <testcase classname="repos/shop/docs/50% off, a:b/é\n&lt;x&gt;.md" name="odd-thing: 100% &lt;b&gt;odd&lt;/b&gt; ]]&gt; &amp; &quot;so&quot;: [x](https://a.example), \u{1b}[31m{0}" file="repos/shop/docs/50% off, a:b/é\n&lt;x&gt;.md" time="0">
      <failure type="warning" message="100% &lt;b&gt;odd&lt;/b&gt; ]]&gt; &amp; &quot;so&quot;: [x](https://a.example), \u{1b}[31m{0}">warning[odd-thing]: 100% &lt;b&gt;odd&lt;/b&gt; ]]&gt; &amp; "so": [x](https://a.example), \u{1b}[31m{0}
--&gt; repos/shop/docs/50% off, a:b/é\n&lt;x&gt;.md</failure>
    </testcase>
    <testcase classname="callboard" name="a-thing: there is a thing" time="0">
      <system-out>info[a-thing]: there is a thing</system-out>
    </testcase>
  </testsuite>
</testsuites>
"#
    );
}

#[test]
fn github_gets_commands() {
    assert_eq!(
        written(Format::Github, &findings()),
        r#"::error file=repos/shop/catalog-info.yaml,line=3,col=16,endColumn=17,title=bad-thing::`🎭` is bad%0ADid you mean `theatre`?%0AUse letters.
::warning file=repos/shop/docs/50%25 off%2C a%3Ab/é%0A<x>.md,title=odd-thing::100%25 <b>odd</b> ]]> & "so": [x](https://a.example), \u{1b}[31m{0}
::notice title=a-thing::there is a thing
"#
    );
}

#[test]
fn gitlab_gets_a_list() {
    assert_eq!(
        written(Format::Gitlab, &findings()),
        r#"[
  {
    "description": "`🎭` is bad. Did you mean `theatre`? Use letters.",
    "check_name": "bad-thing",
    "fingerprint": "afbba655fcebec39a06ebea5d948f49f",
    "severity": "major",
    "location": {
      "path": "repos/shop/catalog-info.yaml",
      "lines": {
        "begin": 3
      }
    }
  },
  {
    "description": "100% <b>odd</b> ]]> & \"so\": [x](https://a.example), \\u{1b}[31m{0}",
    "check_name": "odd-thing",
    "fingerprint": "f0ae1b543e5467f6681cef39fdf0f77d",
    "severity": "minor",
    "location": {
      "path": "repos/shop/docs/50% off, a:b/é\n<x>.md",
      "lines": {
        "begin": 1
      }
    }
  },
  {
    "description": "there is a thing",
    "check_name": "a-thing",
    "fingerprint": "4e8abebda229539577c747c286574aa7",
    "severity": "info",
    "location": {
      "path": ".",
      "lines": {
        "begin": 1
      }
    }
  }
]
"#
    );
}

#[test]
fn equal_findings_are_told_apart() {
    let all = [findings(), findings()].concat();
    let junit = written(Format::Junit, &all);
    assert!(junit.contains("name=\"bad-thing: `\u{1f3ad}` is bad\""), "{junit}");
    assert!(junit.contains("name=\"bad-thing: `\u{1f3ad}` is bad (2)\""), "{junit}");
    let gitlab: serde_json::Value = serde_json::from_str(&written(Format::Gitlab, &all)).expect("JSON");
    let mut fingerprints: Vec<_> =
        gitlab.as_array().expect("a list").iter().map(|entry| &entry["fingerprint"]).collect();
    fingerprints.sort_by_key(|fingerprint| fingerprint.to_string());
    fingerprints.dedup();
    assert_eq!(fingerprints.len(), 6);
}

#[test]
fn columns_that_are_unknown_are_left_out() {
    let place = Place::file("shop", "mkdocs.yml");
    let line = [Finding::new(WARNING, place.at(4, 0, 0), "odd")];
    assert_eq!(written(Format::Concise, &line), "repos/shop/mkdocs.yml:4:1: warning[odd-thing] odd\n");
    assert!(written(Format::Github, &line).contains(",line=4,title="));
    assert!(!written(Format::Sarif, &line).contains("Column\""));
    let point = [Finding::new(WARNING, place.at(4, 7, 0), "odd").fix_at(place.at(9, 1, 0), "Add a key.", "key: 1\n")];
    assert!(written(Format::Github, &point).contains(",line=4,col=7,title="));
    let sarif: serde_json::Value = serde_json::from_str(&written(Format::Sarif, &point)).expect("JSON");
    let result = &sarif["runs"][0]["results"][0];
    assert_eq!(
        result["locations"][0]["physicalLocation"]["region"],
        serde_json::json!({ "startLine": 4, "startColumn": 7 })
    );
    assert_eq!(
        result["fixes"][0]["artifactChanges"][0]["replacements"][0],
        serde_json::json!({
            "deletedRegion": { "startLine": 9, "startColumn": 1, "endColumn": 1 },
            "insertedContent": { "text": "key: 1\n" },
        })
    );
}

#[test]
fn an_absolute_path_is_an_address_of_its_own() {
    let context = Context {
        path: &|place| format!("/srv/{}", place.path),
        source: &|_| None,
        rule_url: &|_| String::new(),
        style: Style { color: false, width: 100 },
    };
    let sarif = render(Format::Sarif, &findings()[..1], &context);
    assert!(sarif.contains("\"uri\": \"file:///srv/catalog-info.yaml\"\n"), "{sarif}");
    assert!(!sarif.contains("helpUri"), "{sarif}");
}

#[test]
fn nothing_is_wrong() {
    let nothing = |format| written(format, &[]);
    assert_eq!(nothing(Format::Human), "");
    assert_eq!(nothing(Format::Concise), "");
    assert_eq!(nothing(Format::Github), "");
    assert_eq!(nothing(Format::Gitlab), "[]\n");
    assert!(nothing(Format::Json).contains("\"findings\": []"));
    assert!(nothing(Format::Sarif).contains("\"results\": []"));
    assert!(nothing(Format::Junit).contains("tests=\"1\" failures=\"0\""));
}

#[test]
fn formats_have_names_of_their_own() {
    let names = Format::ALL.map(Format::name);
    assert_eq!(names, ["human", "concise", "json", "sarif", "junit", "github", "gitlab"]);
    assert!(Format::ALL.iter().all(|format| !format.about().is_empty()));
}

#[test]
fn any_finding_can_be_written_in_any_format() {
    let mut dice = Dice(7);
    for _ in 0..600 {
        let findings: Vec<Finding> = (0..dice.roll(4)).map(|_| dice.finding()).collect();
        let source = dice.maybe(|dice| dice.text());
        let (prefix, url) = (dice.text(), dice.text());
        let context = Context {
            path: &|place| format!("{prefix}{}", place.path),
            source: &|_| source.clone(),
            rule_url: &|_| url.clone(),
            style: Style { color: dice.roll(2) == 0, width: dice.roll(200) },
        };
        for format in Format::ALL {
            let text = render(format, &findings, &context);
            assert!(text.is_empty() || text.ends_with('\n'), "{format:?}: {text:?}");
            match format {
                Format::Human => {}
                Format::Concise | Format::Github => assert_eq!(text.lines().count(), findings.len(), "{text:?}"),
                Format::Json | Format::Sarif | Format::Gitlab => {
                    let json: Result<serde_json::Value, _> = serde_json::from_str(&text);
                    assert!(json.is_ok(), "{format:?}: {text:?}");
                }
                Format::Junit => assert_eq!(test_cases(&text), findings.len().max(1), "{text:?}"),
            }
        }
    }
}

/// Reads XML to its end and counts the test cases.
fn test_cases(xml: &str) -> usize {
    use quick_xml::{Reader, events::Event};
    let allowed =
        |c: char| !matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}');
    assert!(xml.chars().all(allowed), "XML knows no such character: {xml:?}");
    assert!(!xml.contains("]]>"), "that may stand at the end of a CDATA section only: {xml:?}");
    let mut reader = Reader::from_str(xml);
    let mut found = 0;
    loop {
        match reader.read_event().expect("well-formed XML") {
            Event::Eof => return found,
            Event::Start(tag) | Event::Empty(tag) => {
                found += usize::from(tag.name().as_ref() == "testcase");
                for attribute in tag.attributes() {
                    let attribute = attribute.expect("a well-formed attribute");
                    let value = quick_xml::escape::unescape(&attribute.value).expect("known entities");
                    assert!(!attribute.value.contains('<'), "{value:?}");
                }
            }
            _ => {}
        }
    }
}

/// Chance that is the same in every run.
struct Dice(u64);

impl Dice {
    const SCRAPS: [&str; 32] = [
        "",
        "a",
        "docs/",
        "/",
        "//",
        "..",
        ":",
        "::error::",
        ",",
        "%",
        "%0A",
        "\n",
        "\r\n",
        "\t",
        "\0",
        "\u{1b}[31m",
        "<",
        ">",
        "&",
        "&lt;",
        "]]>",
        "\"",
        "'",
        "`",
        "[x](y)",
        "{0}",
        "\u{fffe}",
        "\u{ffff}",
        "\u{2028}",
        "\u{202e}",
        "\u{1f3ad}",
        "e\u{301}",
    ];

    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }

    fn maybe<T>(&mut self, make: impl Fn(&mut Dice) -> T) -> Option<T> {
        (self.roll(2) == 0).then(|| make(self))
    }

    fn text(&mut self) -> String {
        (0..self.roll(6)).map(|_| Self::SCRAPS[self.roll(Self::SCRAPS.len())]).collect()
    }

    fn place(&mut self) -> Place {
        let number = |dice: &mut Dice| [0, 1, 2, 3, 9, u32::MAX][dice.roll(6)];
        Place::file(self.text(), self.text()).at(number(self), number(self), number(self))
    }

    fn finding(&mut self) -> Finding {
        let rule = [ERROR, WARNING, NOTE][self.roll(3)];
        let mut finding = Finding::new(rule, self.maybe(Dice::place), self.text());
        // Past the builders, which keep messages in one line: the fields are open.
        finding.message.push_str(&self.text());
        finding.label = self.maybe(Dice::text);
        finding.hints = (0..self.roll(3)).map(|_| self.text()).collect();
        finding.entity = self.maybe(Dice::text);
        finding.fix = self
            .maybe(|dice| Box::new(Fix { title: dice.text(), replacement: dice.text(), at: dice.maybe(Dice::place) }));
        finding
    }
}
