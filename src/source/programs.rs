//! Programs that the operator names for drawing diagrams: text in, SVG out.
//!
//! What they read comes from repositories and is not trusted, so a program gets an environment of its own, an empty
//! folder, a limit on time and one on what it writes. Sources that would make it read files or the network are refused.

use crate::config::Config;
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

/// How long a program may draw: one that starts Java takes two seconds, on a busy machine ten.
const LONGEST: Duration = Duration::from_secs(20);
/// What it may write, in bytes.
const LARGEST: u64 = 4 * 1024 * 1024;
/// What it may complain, in bytes.
const LARGEST_COMPLAINT: u64 = 64 * 1024;
/// What it is given, in bytes.
const LARGEST_SOURCE: usize = 256 * 1024;

/// The operator's programs by what they draw: `plantuml`, `graphviz`, `d2`.
#[derive(Debug, Clone, Default)]
pub struct Programs {
    commands: BTreeMap<String, Vec<String>>,
    limit: Duration,
}

/// Why a program drew nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgramFault {
    /// In one line.
    pub message: String,
    /// The line of the source, from 0, where the program names one.
    pub line: Option<usize>,
    /// It is a fault of the machine: the same source may be drawn another time.
    pub is_passing: bool,
}

impl Programs {
    /// Those of a configuration.
    pub fn new(config: &Config) -> Self {
        Programs { commands: config.diagrams.clone(), limit: LONGEST }
    }

    /// A program with its arguments.
    pub fn command(&self, name: &str) -> Option<&[String]> {
        self.commands.get(name).map(Vec::as_slice)
    }

    /// Hands `source` to a program and returns what it writes.
    pub fn run(&self, name: &str, source: &str) -> Result<String, ProgramFault> {
        let fault = |message: String| ProgramFault { message, line: None, is_passing: true };
        let Some([program, arguments @ ..]) = self.command(name) else {
            return Err(fault(format!("no program draws {name}")));
        };
        if let Some(refused) = refused(name, source) {
            return Err(refused);
        }
        let folder = Scratch::new().map_err(|error| fault(format!("there is no folder to draw in: {error}")))?;
        let mut command = Command::new(program);
        command
            .args(arguments)
            .current_dir(&folder.0)
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        for (key, value) in environment(&folder.0) {
            command.env(key, value);
        }
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let child = command.spawn().map_err(|error| fault(format!("`{program}` cannot be run: {error}")))?;
        let handed = given(name, source);
        // The line that we put in front does not stand in the page.
        let added = usize::from(handed.len() > source.len());
        let written = watched(child, handed, self.limit, LARGEST).map_err(|why| fault(format!("`{program}` {why}")))?;
        if written.ok {
            return String::from_utf8(written.out).map_err(|_| fault(format!("`{program}` writes no text")));
        }
        let complaint = String::from_utf8_lossy(&written.complaint).replace('\0', "");
        let line = named_line(&complaint).map(|line| line.saturating_sub(added));
        Err(ProgramFault { line, message: first_words(&complaint, program), is_passing: false })
    }
}

/// What a program left behind.
pub(super) struct Written {
    pub(super) ok: bool,
    pub(super) out: Vec<u8>,
    pub(super) complaint: Vec<u8>,
}

/// Runs a program that reads nothing, no longer than `limit`, writing no more than `largest` bytes. The error completes
/// "the program …".
pub(super) fn run_limited(mut command: Command, limit: Duration, largest: u64) -> Result<Written, String> {
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let child = command.spawn().map_err(|error| format!("cannot be run: {error}"))?;
    watched(child, String::new(), limit, largest)
}

/// Feeds a program and waits for it, no longer than `limit`. The error completes "the program …".
fn watched(mut child: Child, source: String, limit: Duration, largest: u64) -> Result<Written, String> {
    let (input, out, complaint) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let feeding = thread::spawn(move || {
        // A program may stop reading when it has seen enough; it tells by its exit code what that means.
        let _ = input.map(|mut input| input.write_all(source.as_bytes()));
    });
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let complaining = thread::spawn(move || read_up_to(complaint, LARGEST_COMPLAINT));
        let out = read_up_to(out, largest);
        let _ = sender.send((out, complaining.join().unwrap_or_default()));
    });
    let read = receiver.recv_timeout(limit);
    let result = match read {
        Ok((out, _)) if out.len() as u64 > largest => Err(format!("writes more than {} MiB", largest >> 20)),
        Ok((out, complaint)) => match waited(&mut child, limit) {
            Some(ok) => Ok(Written { ok, out, complaint }),
            None => Err(format!("does not end within {} seconds", limit.as_secs())),
        },
        Err(RecvTimeoutError::Timeout) => Err(format!("takes longer than {} seconds", limit.as_secs())),
        Err(RecvTimeoutError::Disconnected) => Err("cannot be read from".to_owned()),
    };
    end(&mut child);
    let _ = feeding.join();
    result
}

fn read_up_to(from: Option<impl Read>, limit: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(from) = from {
        // A broken pipe is an end like any other: what was written up to there counts.
        let _ = from.take(limit + 1).read_to_end(&mut bytes);
    }
    bytes
}

/// Whether it ended well; `None` while it still runs at the end of the limit.
fn waited(child: &mut Child, limit: Duration) -> Option<bool> {
    let step = Duration::from_millis(5);
    for _ in 0..limit.as_millis() / step.as_millis() {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status.success()),
            Ok(None) => thread::sleep(step),
            Err(_) => return Some(false),
        }
    }
    None
}

/// Ends a program and whatever it started.
fn end(child: &mut Child) {
    #[cfg(unix)]
    if let Some(group) = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw) {
        // It is gone already, most of the time.
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    let _ = child.kill();
    let _ = child.wait();
}

/// All that a program learns of the machine: where programs are. What makes the known ones read files or the network is
/// switched off.
fn environment(folder: &Path) -> Vec<(&'static str, std::ffi::OsString)> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    vec![
        ("PATH", path),
        ("HOME", folder.into()),
        ("TMPDIR", folder.into()),
        ("LC_ALL", "C.UTF-8".into()),
        ("PLANTUML_SECURITY_PROFILE", "SANDBOX".into()),
        ("JAVA_TOOL_OPTIONS", "-Djava.awt.headless=true".into()),
        ("GV_FILE_PATH", "".into()),
    ]
}

/// Sources that name files or addresses which the program would read.
fn refused(name: &str, source: &str) -> Option<ProgramFault> {
    let at = |line: Option<usize>, message: &str| {
        Some(ProgramFault { message: message.to_owned(), line, is_passing: false })
    };
    if source.len() > LARGEST_SOURCE {
        return at(None, "it is longer than 256 KiB");
    }
    for (line, text) in source.lines().enumerate() {
        let lower = text.to_ascii_lowercase();
        let squeezed: String = lower.chars().filter(|c| !c.is_whitespace() && *c != '"').collect();
        match name {
            "plantuml" => {
                let called = ["!include", "!import", "!theme", "%load_json", "%getenv", "%file_exists"];
                if let Some(word) = called.iter().find(|word| squeezed.contains(**word)) {
                    let standard = *word == "!include" && squeezed.starts_with("!include<") && !squeezed.contains("..");
                    if !standard {
                        return at(Some(line), &format!("`{word}` would read a file"));
                    }
                }
            }
            "graphviz" => {
                let read = ["image=", "shapefile=", "imagepath=", "fontpath=", "stylesheet=", "<img"];
                if let Some(word) = read.iter().find(|word| squeezed.contains(**word)) {
                    return at(Some(line), &format!("`{}` would read a file", word.trim_matches(['=', '<'])));
                }
            }
            _ => {
                let imports = squeezed.starts_with("...@") || squeezed.contains(":@") || squeezed.starts_with('@');
                if imports || squeezed.contains("icon:") {
                    return at(Some(line), "imports and icons would read a file");
                }
            }
        }
    }
    None
}

/// The source as the program expects it.
fn given(name: &str, source: &str) -> String {
    match name {
        "plantuml" if !source.contains("@start") => format!("@startuml\n{source}\n@enduml\n"),
        _ => source.to_owned(),
    }
}

fn first_words(complaint: &str, program: &str) -> String {
    let noise = |line: &&str| {
        let line = line.trim();
        // PlantUML says `ERROR`, then the number of the line, then what is wrong.
        !line.is_empty() && line != "ERROR" && line.parse::<u32>().is_err() && !line.starts_with("Picked up ")
    };
    let line = complaint.lines().find(noise).map(|line| line.trim_start_matches("Error: "));
    line.map_or_else(|| format!("`{program}` fails without a word"), |line| line.trim().to_owned())
}

/// The line that a complaint names, from 0: `syntax error in line 3`, `-:3:5: …`. PlantUML counts its first, which opens
/// the diagram, as 0.
fn named_line(complaint: &str) -> Option<usize> {
    let plantuml = complaint.lines().skip_while(|line| *line != "ERROR").nth(1);
    if let Some(line) = plantuml.and_then(|line| line.trim().parse::<usize>().ok()) {
        return Some(line);
    }
    let lower = complaint.to_ascii_lowercase();
    let behind =
        lower.split_once("line ").map(|(_, rest)| rest).or_else(|| lower.split_once("-:").map(|(_, rest)| rest))?;
    let digits: String = behind.chars().take_while(char::is_ascii_digit).collect();
    digits.parse::<usize>().ok()?.checked_sub(1)
}

/// An empty folder that goes when it is no longer used.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> std::io::Result<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("callboard-draw-{}-{number}", std::process::id()));
        std::fs::create_dir(&path)?;
        Ok(Scratch(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What is left behind lies in the machine's folder for such things.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    /// A program that a shell makes up: the script is its last argument.
    fn sh(name: &str, script: &str, limit: Duration) -> Programs {
        let command = ["sh", "-c", script].map(str::to_owned).to_vec();
        Programs { commands: BTreeMap::from([(name.to_owned(), command)]), limit }
    }

    fn run(script: &str, source: &str) -> Result<String, String> {
        sh("graphviz", script, Duration::from_secs(20)).run("graphviz", source).map_err(|fault| fault.message)
    }

    #[test]
    fn a_program_reads_and_writes() {
        assert_eq!(run("cat", "a -> b"), Ok("a -> b".to_owned()));
        assert_eq!(run("echo done", &"x".repeat(200_000)), Ok("done\n".to_owned()));
    }

    #[test]
    fn it_knows_little_of_the_machine() {
        let seen = run("env | cut -d= -f1 | sort | tr '\\n' ' '; ls | wc -l; pwd", "").unwrap_or_default();
        for name in seen.split_whitespace().filter(|word| word.chars().all(|c| c.is_ascii_uppercase() || c == '_')) {
            let known =
                ["PATH", "HOME", "TMPDIR", "LC_ALL", "PLANTUML_SECURITY_PROFILE", "JAVA_TOOL_OPTIONS", "GV_FILE_PATH"];
            assert!(known.contains(&name) || ["PWD", "SHLVL", "OLDPWD", "_"].contains(&name), "{seen}");
        }
        assert!(seen.contains("callboard-draw-"), "{seen}");
    }

    #[test]
    fn complaints_are_handed_on_with_their_line() {
        let programs =
            sh("graphviz", "echo 'Error: <stdin>: syntax error in line 3 near x' >&2; echo more >&2; exit 1", LONGEST);
        let fault = programs.run("graphviz", "digraph").expect_err("it fails");
        assert_eq!((fault.message.as_str(), fault.line), ("<stdin>: syntax error in line 3 near x", Some(2)));
        assert_eq!(run("exit 3", ""), Err("`sh` fails without a word".to_owned()));
    }

    #[test]
    fn it_ends_with_its_time_and_what_it_may_write() {
        let slow = sh("graphviz", "sleep 600 & sleep 600", Duration::from_millis(300)).run("graphviz", "");
        assert!(slow.is_err_and(|fault| fault.is_passing && fault.message.contains("longer than")));
        assert!(run("yes", "").is_err_and(|message| message.contains("more than 4 MiB")));
        let missing = BTreeMap::from([("d2".to_owned(), vec!["no-such-program-here".to_owned()])]);
        let programs = Programs { commands: missing, limit: LONGEST };
        assert!(programs.run("d2", "").is_err_and(|fault| fault.message.contains("cannot be run")));
    }

    #[test]
    fn sources_that_read_files_are_refused() {
        for (name, source) in [
            ("plantuml", "A -> B\n!include /etc/passwd"),
            ("plantuml", "! include https://x/y"),
            ("plantuml", "!includeurl https://x/y"),
            ("plantuml", "!$x = %load_json(\"/etc/x\")"),
            ("graphviz", "digraph { a [image=\"/etc/x.png\"] }"),
            ("graphviz", "digraph { a [ shapefile = x ] }"),
            ("graphviz", "digraph { a [label=<<IMG SRC=\"x\"/>>] }"),
            ("d2", "...@../secret"),
            ("d2", "x: @/etc/passwd"),
        ] {
            assert!(refused(name, source).is_some(), "{name}: {source}");
        }
        assert!(refused("plantuml", "!include <C4/C4_Container>\nA -> B").is_none());
        assert!(refused("graphviz", "digraph { a -> b [label=\"image\"] }").is_none());
    }
}
