//! The `git` program as the user set it up (credential helpers, ssh), with everything overridden that a server or a
//! repository could use to run something here, and watched while it runs.

use crate::config::{Config, Forge, Secret};
use crate::source::web;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// The longest that one call may take.
const LONGEST: Duration = Duration::from_secs(600);
/// The most that one call may bring into a repository, in bytes.
const LARGEST: u64 = 1 << 30;
/// Output that is read, in bytes: some hundred thousand refs.
const MOST_SAID: u64 = 32 << 20;

/// What calls of git name the server.
pub(super) const REMOTE: &str = "callboard";

/// A git server as this run speaks to it.
#[derive(Debug, Clone)]
pub(in crate::source) struct Server {
    /// It may carry a password.
    url: Secret,
    protocols: Vec<String>,
    /// An address, and the header that goes to whatever lies below it.
    header: Option<(String, Secret)>,
}

impl Server {
    /// The error says why nothing is fetched from `url`. Its host's token comes from `credential`.
    pub(in crate::source) fn of(url: &str, config: &Config, credential: Option<&Secret>) -> Result<Server, String> {
        let scheme = match url.split_once("://") {
            Some((scheme, _)) => scheme.to_ascii_lowercase(),
            None if web::split_remote(url).is_some() => "ssh".to_string(),
            None => "file".to_string(),
        };
        let listed = config.git_protocols.iter().any(|protocol| protocol.eq_ignore_ascii_case(&scheme));
        if !matches!(scheme.as_str(), "https" | "ssh") && !listed {
            return Err(format!(
                "`{scheme}` addresses are not fetched unless `callboard.gitProtocols` lists `{scheme}`"
            ));
        }
        let protocols = ["https", "ssh"].into_iter().chain(config.git_protocols.iter().map(String::as_str));
        Ok(Server {
            url: Secret::new(url),
            protocols: protocols.map(str::to_string).collect(),
            header: header(url, config, credential),
        })
    }

    /// The same server at an address of the same origin.
    pub(in crate::source) fn at(&self, url: &str) -> Server {
        Server { url: Secret::new(url), ..self.clone() }
    }

    pub(in crate::source) fn url(&self) -> &str {
        self.url.reveal()
    }

    /// The value of the header that opens `url`, where it lies below the address that the header is for.
    pub(super) fn authorization(&self, url: &str) -> Option<&str> {
        let (scope, header) = self.header.as_ref()?;
        url.starts_with(scope.as_str()).then(|| header.reveal())
    }

    pub(super) fn command(&self) -> Command {
        let mut command = Command::new("git");
        for traced in ["GIT_DIR", "GIT_TRACE", "GIT_TRACE_CURL", "GIT_TRACE_PACKET", "GIT_CURL_VERBOSE"] {
            command.env_remove(traced);
        }
        command
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_NO_REPLACE_OBJECTS", "1")
            .env("GIT_NO_LAZY_FETCH", "1")
            .env("GIT_SSH_VARIANT", "ssh")
            .env("LC_ALL", "C")
            .arg("--no-pager");
        let mut set = |key: &str, value: &str| {
            command.arg("-c").arg(format!("{key}={value}"));
        };
        set("core.hooksPath", "/dev/null");
        set("core.fsmonitor", "false");
        set("transfer.fsckObjects", "true");
        set("http.followRedirects", "false");
        set("http.lowSpeedLimit", "1000");
        set("http.lowSpeedTime", "30");
        set("protocol.allow", "never");
        for protocol in &self.protocols {
            set(&format!("protocol.{protocol}.allow"), "always");
        }
        // Addresses may carry a password: other users of this machine see arguments, and git notes where files come from.
        let mut secret = vec![(format!("remote.{REMOTE}.url"), self.url().to_string())];
        if let Some((scope, header)) = &self.header {
            secret.push((format!("http.{scope}.extraHeader"), format!("Authorization: {}", header.reveal())));
        }
        command.env("GIT_CONFIG_COUNT", secret.len().to_string());
        for (at, (key, value)) in secret.into_iter().enumerate() {
            command.env(format!("GIT_CONFIG_KEY_{at}"), key).env(format!("GIT_CONFIG_VALUE_{at}"), value);
        }
        command
    }

    /// A fetch into the repository at `path`; what is wanted is still to be named.
    pub(super) fn fetch(&self, path: &Path) -> Command {
        let mut command = self.command();
        command.arg("-C").arg(path).args([
            "-c",
            "fetch.negotiationAlgorithm=consecutive",
            "fetch",
            "--quiet",
            "--force",
        ]);
        command.args(["--no-tags", "--no-recurse-submodules", "--no-auto-gc", "--no-write-fetch-head"]);
        command.args(["--no-write-commit-graph", "--filter=blob:none"]);
        command
    }
}

/// Where the token of the host goes, and as what.
fn header(url: &str, config: &Config, credential: Option<&Secret>) -> Option<(String, Secret)> {
    let (host, _) = web::split_remote(url).filter(|_| url.starts_with("https://") || url.starts_with("http://"))?;
    let integration = config.integration(&host)?;
    let scope = format!("{}/", integration.base());
    let token = credential.or(integration.token.as_ref()).filter(|_| url.starts_with(&scope))?;
    let user = match integration.forge {
        Forge::GitHub => "x-access-token",
        Forge::GitLab => "oauth2",
        Forge::Gitea | Forge::Bitbucket => "x-token-auth",
    };
    let pair = BASE64_STANDARD.encode(format!("{user}:{}", token.reveal()));
    Some((scope, Secret::new(format!("Basic {pair}"))))
}

/// What a call is given and how far it may go.
pub(super) struct Call<'a> {
    /// What it reads.
    pub(super) input: &'a str,
    /// The repository that it fills.
    pub(super) fills: Option<&'a Path>,
    /// True once nobody wants it any more.
    pub(super) is_over: &'a dyn Fn() -> bool,
}

/// What the program wrote; the error is its own words, without what this machine calls its files.
pub(super) fn run(command: &mut Command, call: &Call<'_>) -> Result<String, String> {
    let words = |error: std::io::Error| error.to_string();
    let (mut input, mut said, mut complaint) = (
        tempfile::tempfile().map_err(words)?,
        tempfile::tempfile().map_err(words)?,
        tempfile::tempfile().map_err(words)?,
    );
    input.write_all(call.input.as_bytes()).and_then(|()| input.seek(SeekFrom::Start(0))).map_err(words)?;
    let pipe = |file: &File| file.try_clone().map(Stdio::from).map_err(words);
    let mut child = command
        .stdin(pipe(&input)?)
        .stdout(pipe(&said)?)
        .stderr(pipe(&complaint)?)
        .spawn()
        .map_err(|error| format!("the `git` program cannot be run: {error}"))?;
    let status = watch(&mut child, call, &said)?;
    if status.success() {
        return from_start(&mut said).map_err(words);
    }
    let text = from_start(&mut complaint).map_err(words)?;
    Err(complained(&text))
}

fn from_start(file: &mut File) -> std::io::Result<String> {
    file.seek(SeekFrom::Start(0))?;
    let mut bytes = Vec::new();
    file.take(MOST_SAID).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Waits for the end, and brings it about where the program goes too far.
fn watch(child: &mut Child, call: &Call<'_>, said: &File) -> Result<ExitStatus, String> {
    let began = Instant::now();
    let mut pause = Duration::from_millis(1);
    let mut looked = began;
    loop {
        if let Some(status) = child.try_wait().map_err(|error| error.to_string())? {
            return Ok(status);
        }
        let mut fault = (call.is_over)().then(|| "the run was ended".to_string());
        if began.elapsed() > LONGEST {
            fault = Some(format!("it takes longer than {} minutes", LONGEST.as_secs() / 60));
        }
        if looked.elapsed() > Duration::from_millis(500) {
            looked = Instant::now();
            if said.metadata().is_ok_and(|metadata| metadata.len() > MOST_SAID) {
                fault = Some("it has too many tags and branches".to_string());
            }
            if call.fills.is_some_and(|path| arriving(path) > LARGEST) {
                fault = Some(format!("it has more than {} MiB", LARGEST >> 20));
            }
        }
        if let Some(fault) = fault {
            end(child);
            return Err(fault);
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(25));
    }
}

/// Bytes that are on their way into a repository.
fn arriving(path: &Path) -> u64 {
    let files = std::fs::read_dir(path.join("objects/pack")).into_iter().flatten().flatten();
    let arriving = files.filter(|file| file.file_name().to_string_lossy().starts_with("tmp_"));
    arriving.filter_map(|file| Some(file.metadata().ok()?.len())).sum()
}

/// Git ends what it started, if it is asked before it is killed.
fn end(child: &mut Child) {
    if let Some(pid) = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw) {
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
    }
    for _ in 0..40 {
        if matches!(child.try_wait(), Ok(Some(_)) | Err(_)) {
            return;
        }
        std::thread::sleep(Duration::from_millis(25));
    }
    let _ = child.kill();
    let _ = child.wait();
}

/// The line that says what went wrong.
fn complained(text: &str) -> String {
    let fatal = |line: &&str| line.starts_with("fatal:") || line.starts_with("error:") || line.starts_with("ERROR:");
    // The last line often only says that the one before it was the end.
    let idle = ["Could not read from remote repository", "early EOF", "the remote end hung up", "fetch-pack: invalid"];
    let said = |line: &&str| fatal(line) && !idle.iter().any(|words| line.contains(words));
    let denied = text.lines().find(|line| line.contains("Permission denied") || line.contains("Host key verification"));
    let line =
        text.lines().rfind(said).or(denied).or_else(|| text.lines().rfind(fatal)).or_else(|| text.lines().last());
    let line = line.unwrap_or("git failed without a word");
    let bare = ["fatal: ", "error: ", "ERROR: "].iter().find_map(|word| line.strip_prefix(word)).unwrap_or(line);
    // Whoever tells of it names the address.
    let bare =
        bare.strip_prefix("unable to access '").and_then(|rest| rest.split_once("': ")).map_or(bare, |(_, why)| why);
    bare.trim().to_string()
}
