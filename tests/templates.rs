//! `callboard new`, `callboard template test` and `callboard template status`, as people run them.

#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "these tests run programs and look at the disk"
)]

#[path = "support/scratch.rs"]
mod scratch;

use scratch::Scratch;
use std::fs;
use std::process::{Command, Stdio};

const TEMPLATE: &str = "\
apiVersion: scaffolder.backstage.io/v1beta3
kind: Template
metadata: { name: greeter, title: Greeter }
spec:
  type: service
  parameters:
    - required: [name]
      properties:
        name: { type: string, pattern: '^[a-z]+$', description: In small letters. }
        loud: { type: boolean, default: false }
        times: { type: integer, enum: [1, 2, 3], default: 1 }
        token: { type: string, ui:field: Secret }
  steps:
    - { id: fetch, name: Fetch, action: 'fetch:template', input: { url: ./skeleton, values: { name: '${{ parameters.name }}', loud: '${{ parameters.loud }}', times: '${{ parameters.times }}' } } }
    - { id: publish, name: Publish, action: 'publish:github', input: { repoUrl: 'github.com?owner=acme&repo=${{ parameters.name }}', token: '${{ secrets.token }}' } }
";

struct Work(Scratch);

struct Ran {
    code: i32,
    out: String,
    err: String,
}

impl Work {
    fn new(name: &str) -> Work {
        let work = Work(Scratch::new(name));
        work.0.write("templates/greeter/template.yaml", TEMPLATE);
        work.0.write("templates/greeter/skeleton/README.md", "# ${{ values.name }}{% if values.loud %}!{% endif %}\n");
        work.0.write("templates/greeter/skeleton/${{ values.name }}.txt", "${{ values.times }}\n");
        work
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_callboard"));
        command.args(arguments).current_dir(self.0.path()).stdin(Stdio::null());
        command.env("CALLBOARD_CACHE_DIR", self.0.path().join("cache")).env("NO_COLOR", "1");
        command
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        ran(&mut self.command(arguments))
    }

    fn succeeds(&self, arguments: &[&str]) -> Ran {
        let ran = self.run(arguments);
        assert_eq!(ran.code, 0, "{arguments:?}: {}", ran.err);
        ran
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.0.path().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    fn has(&self, path: &str) -> bool {
        self.0.path().join(path).exists()
    }

    fn git(&self, folder: &str, arguments: &[&str]) -> String {
        let mut command = Command::new("git");
        command.arg("-C").arg(self.0.path().join(folder)).args(arguments);
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        for role in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{role}_NAME"), "Ann").env(format!("GIT_{role}_EMAIL"), "ann@example.com");
        }
        let ran = ran(&mut command);
        assert_eq!(ran.code, 0, "git {arguments:?}: {}", ran.err);
        ran.out.trim().to_string()
    }
}

fn ran(command: &mut Command) -> Ran {
    let output = command.output().expect("the program runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ran { code: output.status.code().unwrap_or(-1), out: text(&output.stdout), err: text(&output.stderr) }
}

#[test]
fn a_template_makes_a_folder() {
    let work = Work::new("new");
    let ran = work.succeeds(&["new", "greeter", "--source", "templates", "--set", "name=ann", "--set", "loud=true"]);
    assert_eq!(work.read("ann/README.md"), "# ann!\n", "the folder is called what the answer says");
    assert_eq!(work.read("ann/ann.txt"), "1\n");
    assert!(work.read("ann/NEXT-STEPS.md").contains("gh repo create acme/ann --private"));
    let answers = work.read("ann/.callboard-answers.yaml");
    assert!(answers.ends_with("values:\n  loud: true\n  name: ann\n  times: 1\n"), "{answers}");
    assert!(ran.err.contains("Made 4 files in `ann`") && ran.err.contains("read `ann/NEXT-STEPS.md`"), "{}", ran.err);

    work.succeeds(&["new", "templates/greeter/template.yaml", "again", "--values", "ann/.callboard-answers.yaml"]);
    assert_eq!(work.read("again/README.md"), "# ann!\n", "answers are read again");
    work.succeeds(&["build", "templates", "--out", "portal"]);
    work.succeeds(&[
        "new",
        "template:default/greeter",
        "third",
        "--portal",
        "portal",
        "--values",
        "ann/.callboard-answers.yaml",
    ]);
    for file in ["README.md", "ann.txt", "NEXT-STEPS.md", ".callboard-answers.yaml"] {
        assert_eq!(work.read(&format!("third/{file}")), work.read(&format!("ann/{file}")), "{file}");
    }
}

#[test]
fn answers_that_will_not_do_write_nothing() {
    let work = Work::new("refused");
    let ran = work.run(&["new", "greeter", "out", "--source", "templates", "--set", "name=Ann", "--set", "times=7"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("the answers will not do for `template:default/greeter`"), "{}", ran.err);
    assert!(
        ran.err.contains("`name`: \"Ann\" does not match \"^[a-z]+$\"") && ran.err.contains("`times`: 7 is not one of"),
        "{}",
        ran.err
    );
    let ran = work.run(&["new", "greeter", "out", "--source", "templates"]);
    assert!(ran.code == 2 && ran.err.contains("`name` is needed"), "{}", ran.err);
    let ran = work.run(&["new", "greter", "out", "--source", "templates"]);
    assert!(ran.code == 2 && ran.err.contains("Did you mean `greeter`?"), "{}", ran.err);
    let ran = work.run(&["new", "greeter", "out", "--source", "templates", "--set", "name"]);
    assert!(ran.code == 2 && ran.err.contains("`--set name` is no `NAME=VALUE`"), "{}", ran.err);
    let ran = work.run(&["new", "greeter", "out", "--source", "templates", "--set", "nme=ann"]);
    assert!(
        ran.code == 2 && ran.err.contains("asks for no answer `nme`") && ran.err.contains("Did you mean `name`?"),
        "{}",
        ran.err
    );
    assert!(!work.has("out"));
}

#[test]
fn a_folder_that_holds_files_is_left_alone() {
    let work = Work::new("in-the-way");
    work.0.write("out/README.md", "# mine\n");
    let new = ["new", "greeter", "out", "--source", "templates", "--set", "name=ann"];
    let ran = work.run(&new);
    assert!(ran.code == 2 && ran.err.contains("`out` is not empty") && ran.err.contains("--dry-run"), "{}", ran.err);
    let ran = work.succeeds(&[&new[..], &["--dry-run"]].concat());
    assert!(ran.out.contains("changed README.md (6 bytes)") && ran.out.contains("new     ann.txt"), "{}", ran.out);
    assert!(ran.out.contains("-# mine\n+# ann\n"), "{}", ran.out);
    assert_eq!(work.read("out/README.md"), "# mine\n");
    work.succeeds(&[&new[..], &["--force"]].concat());
    assert_eq!(work.read("out/README.md"), "# ann\n");

    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(work.0.path().join("cache"), work.0.path().join("out/.link")).expect("a link");
        work.0.write("templates/greeter/skeleton/.link/x", "out of here");
        let ran = work.run(&[&new[..], &["--force"]].concat());
        assert!(ran.code == 1 && ran.err.contains("is a link"), "{}", ran.err);
        assert!(!work.has("cache/x"));
    }
}

#[test]
fn a_secret_is_taken_from_the_environment_and_written_nowhere() {
    let work = Work::new("secret");
    let arguments =
        ["new", "greeter", "out", "--source", "templates", "--set", "name=ann", "--secret", "token=MY_TOKEN"];
    let ran = ran(work.command(&arguments).env("MY_TOKEN", "hunter2secret"));
    assert_eq!(ran.code, 0, "{}", ran.err);
    for file in ["README.md", "NEXT-STEPS.md", ".callboard-answers.yaml"] {
        assert!(!work.read(&format!("out/{file}")).contains("hunter2secret"), "{file}");
    }
    work.0.write("values.yaml", "name: bob\ntoken: hunter2secret\n");
    work.succeeds(&["new", "greeter", "bob", "--source", "templates", "--values", "values.yaml"]);
    assert!(
        !work.read("bob/.callboard-answers.yaml").contains("hunter2secret"),
        "a secret is one wherever it comes from"
    );
    let ran = work.run(&arguments);
    assert!(ran.code == 2 && ran.err.contains("the environment has no variable `MY_TOKEN`"), "{}", ran.err);
}

#[test]
fn fixtures_hold_a_template_to_what_it_makes() {
    let work = Work::new("fixtures");
    let ran = work.run(&["template", "test", "templates"]);
    assert!(ran.code == 2 && ran.err.contains("there are no fixtures"), "{}", ran.err);
    let fixture = "templates/greeter/tests/loud.yaml";
    work.0.write(fixture, "# Why this is here.\nvalues:\n  name: bob\n  loud: true\n");
    let ran = work.run(&["template", "test", "templates"]);
    assert!(ran.code == 3 && ran.out.contains("template:default/greeter loud.yaml ... FAILED"), "{}", ran.out);
    let ran = work.succeeds(&["template", "test", "templates", "--update"]);
    assert!(ran.err.contains("1 passed, 0 failed, 1 written"), "{}", ran.err);
    let text = work.read(fixture);
    assert!(text.starts_with("# Why this is here.\nvalues:\n  name: bob\n  loud: true\nexpected:\n"), "{text}");
    assert!(text.contains("  README.md: |\n    # bob!\n"), "{text}");
    work.succeeds(&["template", "test", "templates"]);
    work.0.write("templates/greeter/skeleton/README.md", "# Hello ${{ values.name }}\n");
    work.0.write("templates/greeter/skeleton/extra", "x");
    let ran = work.run(&["template", "test", "templates"]);
    assert_eq!(ran.code, 3);
    assert!(ran.out.contains("-# bob!\n+# Hello bob\n") && ran.out.contains("unexpected: extra"), "{}", ran.out);
}

#[test]
fn repositories_know_when_their_template_moved_on() {
    let work = Work::new("status");
    work.0.write("templates/greeter/skeleton/old.txt", "Old\n");
    work.git("templates", &["init", "--quiet", "--initial-branch=main"]);
    let commit = |message: &str| {
        work.git("templates", &["add", "--all"]);
        work.git("templates", &["commit", "--quiet", "--message", message]);
    };
    commit("One");
    work.succeeds(&["new", "greeter", "made", "--source", "templates", "--set", "name=ann"]);
    let head = work.git("templates", &["rev-parse", "HEAD"]);
    assert!(work.read("made/.callboard-answers.yaml").contains(&head));
    work.git("made", &["init", "--quiet", "--initial-branch=main"]);
    work.0.write("made/README.md", "# ann\n\nOur own words.\n");
    work.git("made", &["add", "--all"]);
    work.git("made", &["commit", "--quiet", "--message", "Ours"]);
    let ran = work.succeeds(&["template", "status", "templates", "made"]);
    assert!(ran.out.contains("made  template:default/greeter  current"), "{}", ran.out);

    work.0.write("templates/greeter/skeleton/${{ values.name }}.txt", "${{ values.times }} times\n");
    work.0.write("templates/greeter/skeleton/LICENSE", "Yours\n");
    fs::remove_file(work.0.path().join("templates/greeter/skeleton/old.txt")).expect("it goes");
    commit("Two");
    let ran = work.run(&["template", "status", "templates", "made", "--check"]);
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(ran.out.contains("moved on: 3 files\n  LICENSE\n  ann.txt\n  old.txt\n"), "{}", ran.out);
    let ran = work.succeeds(&["template", "status", "templates", "made", "--diff"]);
    assert!(ran.out.contains("--- a/ann.txt\n+++ b/ann.txt\n") && ran.out.contains("-1\n+1 times\n"), "{}", ran.out);
    assert!(!ran.out.contains("Our own words"), "what the repository changed itself is no difference: {}", ran.out);
    let patch: String = ran.out.lines().skip(1).map(|line| format!("{line}\n")).collect();
    work.0.write("lacks.patch", patch);
    work.git("made", &["apply", "../lacks.patch"]);
    assert_eq!(work.read("made/LICENSE"), "Yours\n");
    assert!(!work.has("made/old.txt"), "what the template does not make any more goes");
    let head = work.git("templates", &["rev-parse", "HEAD"]);
    assert!(work.read("made/.callboard-answers.yaml").contains(&head), "the answers know it");
    work.git("made", &["commit", "--quiet", "--all", "--message", "Applied"]);
    let ran = work.succeeds(&["template", "status", "templates", "made"]);
    assert!(ran.out.contains("current"), "{}", ran.out);

    let answers = work.read("made/.callboard-answers.yaml").replace(&head, "0123456789012345678901234567890123456789");
    work.0.write("made/.callboard-answers.yaml", answers);
    work.git("made", &["commit", "--quiet", "--all", "--message", "A commit that nobody has"]);
    let ran = work.succeeds(&["template", "status", "templates", "made", "--diff"]);
    assert!(ran.out.contains("is not known, so that nobody can tell") && !ran.out.contains("@@"), "{}", ran.out);
}
