//! What the README and the handbook tell people to type works.
#![expect(clippy::disallowed_methods, clippy::disallowed_types, reason = "tests use the disk and run the program")]

use callboard::catalog::Kinds;
use callboard::config::{self, Inputs};
use callboard::diagnostics::Severity;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Fenced blocks of a Markdown text in one language, those inside list items without their indent.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for line in text.lines() {
        let indent = line.len() - line.trim_start().len();
        match &mut open {
            None if line.trim() == format!("```{language}") => open = Some((indent, String::new())),
            None => {}
            Some(_) if line.trim() == "```" => {
                blocks.extend(open.take().map(|(_, block)| block.trim_end().to_string()))
            }
            Some((outer, block)) => {
                block.push_str(line.get(*outer..).unwrap_or_default());
                block.push('\n');
            }
        }
    }
    blocks
}

fn read(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect("the file is part of the project")
}

fn temp(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("callboard-readme-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("the temporary folder can be written");
    folder
}

#[test]
fn the_readme_has_two_commands_and_they_exist() {
    let text = read("README.md");
    let section =
        text.split("## Two commands").nth(1).and_then(|rest| rest.split("\n## ").next()).expect("the section");
    let commands = blocks(section, "sh");
    assert_eq!(commands, ["cargo run --release -- serve content-example", "tests/run"]);
    assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/run").is_file());
}

#[test]
fn configurations_shown_to_people_can_be_used() {
    for file in ["README.md", "content-example/repos/handbook/docs/install-and-build.md"] {
        let configurations = blocks(&read(file), "yaml");
        assert!(!configurations.is_empty(), "{file} shows a configuration");
        for (number, configuration) in configurations.iter().enumerate() {
            let folder = temp(&format!("{}-{number}", file.replace('/', "-")));
            std::fs::write(folder.join("app-config.yaml"), configuration).expect("the folder can be written");
            let environment = BTreeMap::from([("GITHUB_TOKEN".to_string(), "x".repeat(20))]);
            let inputs = Inputs { dir: folder.clone(), configs: Vec::new(), environment };
            let loaded = config::load(&inputs).expect("the folder is there");
            let said: Vec<&str> = loaded.findings.iter().map(|finding| finding.message.as_str()).collect();
            assert!(said.is_empty(), "{file}: {said:?}");
            std::fs::remove_dir_all(folder).expect("the folder is ours");
        }
    }
}

#[test]
fn settings_shown_in_the_handbook_can_be_used() {
    for (page, files) in [
        ("catalog.md", ["app-config.yaml"].as_slice()),
        ("checking.md", &["app-config.yaml", "policy.yaml"]),
        ("providers.md", &["app-config.yaml"]),
        ("rules/index.md", &["app-config.yaml"]),
    ] {
        let text = read(&format!("content-example/repos/handbook/docs/{page}"));
        for file in files {
            let settings = blocks(&text, &format!("yaml title=\"{file}\""));
            assert!(!settings.is_empty(), "{page} shows settings of {file}");
            for (number, settings) in settings.iter().enumerate() {
                let folder = temp(&format!("{}-{file}-{number}", page.replace('/', "-")));
                std::fs::write(folder.join("app-config.yaml"), settings).expect("the folder can be written");
                let inputs = Inputs { dir: folder.clone(), configs: Vec::new(), environment: BTreeMap::new() };
                let loaded = config::load(&inputs).expect("the folder is there");
                let (kinds, found) = Kinds::with_declared(&loaded.config.kinds);
                let unknown = kinds.unknown_in(&loaded.config);
                let findings = loaded.findings.iter().chain(&found).chain(&unknown);
                let findings = findings.filter(|finding| finding.severity() > Severity::Info);
                let said: Vec<&str> = findings.map(|finding| finding.message.as_str()).collect();
                assert!(said.is_empty(), "{page}: {said:?}");
                std::fs::remove_dir_all(folder).expect("the folder is ours");
            }
        }
    }
}

#[test]
fn every_option_of_the_handbook_exists() {
    let text = read("content-example/repos/handbook/docs/command-line.md");
    let commands = [
        "build", "sync", "sources", "serve", "check", "list", "impact", "export", "bundle", "explain", "search",
        "schema", "init", "new",
    ];
    let commands = commands.map(|command| vec![command]);
    let help: String = commands
        .into_iter()
        .chain([vec!["template", "test"], vec!["template", "status"], vec!["plugin", "new"], vec!["plugin", "preview"]])
        .map(|command| {
            let output = std::process::Command::new(env!("CARGO_BIN_EXE_callboard"))
                .args(command)
                .arg("--help")
                .output()
                .expect("the program runs");
            String::from_utf8_lossy(&output.stdout).into_owned()
        })
        .collect();
    let named: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || matches!(c, '`' | '|'))
        .filter(|word| word.starts_with("--") && word.len() > 3 && word.bytes().any(|byte| byte.is_ascii_lowercase()))
        .collect();
    assert!(named.len() > 10);
    for option in named {
        assert!(help.contains(option), "{option}");
    }
}
