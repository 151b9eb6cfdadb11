//! The portal under test: built by the compiled program, served from a sub-path as a static host would.

use super::folder::Folder;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// A built portal.
pub(crate) struct Site {
    folder: Folder,
    /// The path it is meant to be served at: `/portal/`.
    pub(crate) mount: &'static str,
}

impl Site {
    /// Builds `content` as it lies on disk, without a network.
    pub(crate) fn build(content: &Path, mount: &'static str) -> Self {
        Site::build_with(content, mount, &["--offline"])
    }

    /// Builds `content` as it lies on disk.
    pub(crate) fn build_with(content: &Path, mount: &'static str, arguments: &[&str]) -> Self {
        Site { folder: Folder::fresh("site"), mount }.built_again(content, arguments)
    }

    /// The same, with what its cache remembers of the last time.
    pub(crate) fn built_again(self, content: &Path, arguments: &[&str]) -> Self {
        let (site, mount) = (&self, self.mount);
        let output = Command::new(env!("CARGO_BIN_EXE_callboard"))
            .arg("build")
            .arg(content)
            .args(["--quiet", "--working-tree", "--color", "never"])
            .args(arguments)
            .arg("--out")
            .arg(site.path())
            .arg("--cache-dir")
            .arg(site.folder.path().join("cache"))
            .env("APP_CONFIG_app_baseUrl", format!("\"https://portal.example{mount}\""))
            .output()
            .expect("the program starts");
        assert!(
            output.status.success(),
            "building `{}` failed ({}):\n{}",
            content.display(),
            output.status,
            String::from_utf8_lossy(&output.stderr)
        );
        self
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("public")
    }
}

/// A static host on the loopback interface: folders show their `index.html`, what is not there shows `404.html`, and
/// each answer carries the headers of the portal's `_headers`.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    ending: Arc<AtomicBool>,
    listening: Option<JoinHandle<()>>,
}

impl Server {
    pub(crate) fn start(sites: &[&Site]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("the port's number");
        let ending = Arc::new(AtomicBool::new(false));
        let hosts: Arc<[Host]> = sites.iter().map(|site| Host::of(site)).collect();
        let end = Arc::clone(&ending);
        let listening = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if end.load(Ordering::SeqCst) {
                    return;
                }
                let hosts = Arc::clone(&hosts);
                if let Ok(stream) = stream {
                    // A reader that goes away in the middle of an answer is no fault of the portal.
                    std::thread::spawn(move || answer(&stream, &hosts).ok());
                }
            }
        });
        Server { address, ending, listening: Some(listening) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.ending.store(true, Ordering::SeqCst);
        if TcpStream::connect(self.address).is_ok()
            && let Some(thread) = self.listening.take()
        {
            thread.join().ok();
        }
    }
}

/// What the server knows of a site.
struct Host {
    mount: &'static str,
    root: PathBuf,
    rules: Vec<HeaderRule>,
}

/// One block of `_headers`: a path, perhaps ending in `*`, and the headers of what it covers.
struct HeaderRule {
    path: String,
    headers: Vec<String>,
}

impl Host {
    fn of(site: &Site) -> Self {
        let text = fs::read_to_string(site.path().join("_headers")).expect("the portal has `_headers`");
        let mut rules: Vec<HeaderRule> = Vec::new();
        for line in text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
            if line.starts_with(' ') {
                rules.last_mut().expect("a path before its headers").headers.push(line.trim().to_string());
            } else {
                rules.push(HeaderRule { path: line.trim().to_string(), headers: Vec::new() });
            }
        }
        assert!(
            rules.iter().flat_map(|rule| &rule.headers).any(|line| line.starts_with("Content-Security-Policy:")),
            "`_headers` sets no Content-Security-Policy:\n{text}"
        );
        Host { mount: site.mount, root: site.path(), rules }
    }

    fn headers(&self, path: &str) -> impl Iterator<Item = &str> {
        let covers = move |rule: &&HeaderRule| match rule.path.strip_suffix('*') {
            Some(start) => path.starts_with(start),
            None => path == rule.path,
        };
        self.rules.iter().filter(covers).flat_map(|rule| &rule.headers).map(String::as_str)
    }
}

fn answer(mut stream: &TcpStream, hosts: &[Host]) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    let mut reader = BufReader::new(stream);
    let mut request = String::new();
    reader.read_line(&mut request)?;
    let mut header = String::new();
    while reader.read_line(&mut header)? > 2 {
        header.clear();
    }
    let target = request.split(' ').nth(1).unwrap_or_default();
    let path = decoded(target.split(['?', '#']).next().unwrap_or_default());
    let found = hosts.iter().find_map(|host| Some((host, path.strip_prefix(host.mount)?)));
    let Some((host, inside)) = found else {
        return stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    };
    let mut file = host.root.join(inside);
    if file.is_dir() && !inside.is_empty() && !inside.ends_with('/') {
        let moved = format!("HTTP/1.1 301 Moved Permanently\r\nLocation: {path}/\r\n");
        return stream.write_all(format!("{moved}Content-Length: 0\r\nConnection: close\r\n\r\n").as_bytes());
    }
    if file.is_dir() {
        file.push("index.html");
    }
    let inside_root = !inside.split('/').any(|part| part == "..");
    let (status, file) =
        if inside_root && file.is_file() { ("200 OK", file) } else { ("404 Not Found", host.root.join("404.html")) };
    let body = fs::read(&file)?;
    let mut head = format!("HTTP/1.1 {status}\r\nContent-Type: {}\r\n", content_type(&file));
    for line in host.headers(&format!("/{inside}")) {
        head.push_str(line);
        head.push_str("\r\n");
    }
    head.push_str(&format!("Content-Length: {}\r\nConnection: close\r\n\r\n", body.len()));
    stream.write_all(head.as_bytes())?;
    stream.write_all(&body)
}

fn content_type(file: &Path) -> &'static str {
    match file.extension().and_then(|ending| ending.to_str()).unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "zip" => "application/zip",
        "md" => "text/markdown; charset=utf-8",
        "txt" | "yaml" | "graphql" | "proto" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// A path without its percent escapes.
pub(crate) fn decoded(path: &str) -> String {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let [first, after @ ..] = rest {
        let escaped = match (first, after) {
            (b'%', [high, low, ..]) => {
                std::str::from_utf8(&[*high, *low]).ok().and_then(|digits| u8::from_str_radix(digits, 16).ok())
            }
            _ => None,
        };
        bytes.push(escaped.unwrap_or(*first));
        rest = if escaped.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
