//! Repositories over git: below the forge through `git http-backend`, and by a `git daemon`.

use super::{Answer, Asked};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// What servers of git allow that callboard asks of forges.
const ALLOWED: [&str; 2] = ["uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant"];

fn git() -> Command {
    let mut command = Command::new("git");
    command.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", "/dev/null");
    for (at, key) in ALLOWED.iter().enumerate() {
        command.env(format!("GIT_CONFIG_KEY_{at}"), key).env(format!("GIT_CONFIG_VALUE_{at}"), "true");
    }
    command.env("GIT_CONFIG_COUNT", ALLOWED.len().to_string());
    command
}

pub(super) fn answer(served: Option<&Path>, login: Option<(String, String)>, asked: &Asked) -> std::io::Result<Answer> {
    let nothing = Answer { status: 404, headers: String::new(), body: Vec::new() };
    let Some(served) = served else { return Ok(nothing) };
    if let Some((user, password)) = login {
        let wanted = format!("Basic {}", BASE64_STANDARD.encode(format!("{user}:{password}")));
        if asked.header("authorization") != Some(&wanted) {
            let headers = "WWW-Authenticate: Basic realm=\"forge\"\r\n".to_string();
            return Ok(Answer { status: 401, headers, body: Vec::new() });
        }
    }
    let mut command = git();
    command
        .arg("http-backend")
        .env("GIT_PROJECT_ROOT", served)
        .env("GIT_HTTP_EXPORT_ALL", "1")
        .env("PATH_INFO", &asked.path)
        .env("QUERY_STRING", asked.raw_query())
        .env("REQUEST_METHOD", &asked.method)
        .env("CONTENT_LENGTH", asked.body.len().to_string());
    for (variable, name) in [
        ("CONTENT_TYPE", "content-type"),
        ("HTTP_CONTENT_ENCODING", "content-encoding"),
        ("GIT_PROTOCOL", "git-protocol"),
    ] {
        command.env(variable, asked.header(name).unwrap_or_default());
    }
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    let (mut to, body) = (child.stdin.take().expect("a pipe"), asked.body.clone());
    let writing = std::thread::spawn(move || to.write_all(&body));
    let said = child.wait_with_output()?.stdout;
    // A program that ends early has read as much as it wants.
    let _ = writing.join();
    let end = said.windows(4).position(|bytes| bytes == b"\r\n\r\n").map_or(said.len(), |at| at + 2);
    let head = String::from_utf8_lossy(&said[..end]).into_owned();
    let status = head.lines().find_map(|line| line.strip_prefix("Status: ")).and_then(|line| line[..3].parse().ok());
    let headers = head.lines().filter(|line| !line.starts_with("Status: ")).map(|line| format!("{line}\r\n")).collect();
    let body = said.get(end + 2..).unwrap_or_default().to_vec();
    Ok(Answer { status: status.unwrap_or(200), headers, body })
}

/// Puts a commit with these files onto a branch of the bare repository `path` below `served`, and nothing else in it;
/// the repository is made where there is none. What it gives is the commit.
pub(crate) fn commit(served: &Path, path: &str, branch: &str, files: &[(&str, &[u8])]) -> String {
    let folder = served.join(format!("{path}.git"));
    let of = |arguments: &[&str]| {
        let mut command = git();
        command.arg("-C").arg(&folder).args(arguments).stdout(Stdio::piped());
        command
    };
    if !folder.is_dir() {
        std::fs::create_dir_all(&folder).expect("a folder can be made");
        let head = format!("--initial-branch={branch}");
        assert!(of(&["init", "--quiet", "--bare", &head]).status().expect("git runs").success());
    }
    let reference = format!("refs/heads/{branch}");
    let earlier = of(&["rev-parse", "--quiet", "--verify", &reference]).output().expect("git runs").status.success();
    let count = of(&["rev-list", "--all", "--count"]).output().expect("git runs").stdout;
    let count: i64 = String::from_utf8_lossy(&count).trim().parse().unwrap_or(0);
    let mut stream = format!(
        "commit {reference}\ncommitter Ada <ada@acme.example> {} +0000\ndata 8\nA change\n",
        1_700_000_000 + count * 3600
    )
    .into_bytes();
    if earlier {
        stream.extend(format!("from {reference}^0\n").bytes());
    }
    stream.extend(b"deleteall\n");
    for (path, bytes) in files {
        stream.extend(format!("M 100644 inline {path}\ndata {}\n", bytes.len()).bytes());
        stream.extend_from_slice(bytes);
        stream.push(b'\n');
    }
    stream.extend(b"done\n");
    let mut import = of(&["fast-import", "--quiet", "--done"]).stdin(Stdio::piped()).spawn().expect("git runs");
    import.stdin.take().expect("a pipe").write_all(&stream).expect("git reads");
    assert!(import.wait().expect("git ends").success());
    let head = of(&["rev-parse", &reference]).output().expect("git runs").stdout;
    String::from_utf8_lossy(&head).trim().to_string()
}

/// A `git daemon`, which ends with the test.
pub(crate) struct Daemon {
    child: Child,
    /// `git://127.0.0.1:9418`
    pub(crate) base: String,
}

impl Daemon {
    pub(crate) fn start(served: &Path) -> Daemon {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port").port();
        // Started without `git` before it, whose end would leave the server running.
        let programs = git().arg("--exec-path").output().expect("git runs").stdout;
        let program = PathBuf::from(String::from_utf8_lossy(&programs).trim()).join("git-daemon");
        let mut command = Command::new(program);
        for (name, value) in git().get_envs() {
            command.env(name, value.unwrap_or_default());
        }
        let mut base_path = std::ffi::OsString::from("--base-path=");
        base_path.push(served);
        command.args(["--export-all", "--listen=127.0.0.1", "--informative-errors"]).arg(base_path);
        command.arg(format!("--port={port}"));
        let child = command.stdin(Stdio::null()).stderr(Stdio::null()).spawn().expect("git has a daemon");
        let begin = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(begin.elapsed() < Duration::from_secs(30), "the daemon listens");
            std::thread::sleep(Duration::from_millis(20));
        }
        Daemon { child, base: format!("git://127.0.0.1:{port}") }
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
