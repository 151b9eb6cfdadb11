//! A static host on the loopback interface: compresses text as hosts do, counts what it sends, and can be as slow as a
//! network.

use flate2::Compression;
use flate2::write::GzEncoder;
use std::collections::HashMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    host: Arc<Host>,
    listening: Option<JoinHandle<()>>,
}

struct Host {
    root: PathBuf,
    ending: AtomicBool,
    delay: AtomicU64,
    bytes: AtomicU64,
    requests: AtomicU64,
    /// As they are sent.
    bodies: Mutex<HashMap<PathBuf, Arc<Vec<u8>>>>,
}

/// What was sent: bodies, without headers.
#[derive(Clone, Copy)]
pub(crate) struct Sent {
    pub(crate) bytes: u64,
    pub(crate) requests: u64,
}

impl Server {
    pub(crate) fn start(root: &Path) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("the port's number");
        let host = Arc::new(Host {
            root: root.to_path_buf(),
            ending: AtomicBool::new(false),
            delay: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            requests: AtomicU64::new(0),
            bodies: Mutex::default(),
        });
        let shared = Arc::clone(&host);
        let listening = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if shared.ending.load(Ordering::SeqCst) {
                    return;
                }
                let host = Arc::clone(&shared);
                if let Ok(stream) = stream {
                    std::thread::spawn(move || host.serve(&stream).ok());
                }
            }
        });
        Server { address, host, listening: Some(listening) }
    }

    pub(crate) fn home(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Answers come so many milliseconds after each request.
    pub(crate) fn set_delay(&self, milliseconds: u64) {
        self.host.delay.store(milliseconds, Ordering::SeqCst);
    }

    /// Compresses a file or every file below a folder, so that no measured answer waits for it.
    pub(crate) fn warm(&self, inside: &str) {
        for entry in walkdir::WalkDir::new(self.host.root.join(inside)).into_iter().filter_map(Result::ok) {
            self.host.body(entry.path());
        }
    }

    /// What was sent since this was last asked.
    pub(crate) fn take_sent(&self) -> Sent {
        Sent {
            bytes: self.host.bytes.swap(0, Ordering::SeqCst),
            requests: self.host.requests.swap(0, Ordering::SeqCst),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.host.ending.store(true, Ordering::SeqCst);
        if TcpStream::connect(self.address).is_ok()
            && let Some(thread) = self.listening.take()
        {
            thread.join().ok();
        }
    }
}

impl Host {
    /// Answers one request after the other on a connection.
    fn serve(&self, mut stream: &TcpStream) -> std::io::Result<()> {
        stream.set_nodelay(true)?;
        let mut reader = BufReader::new(stream);
        loop {
            let mut request = String::new();
            if reader.read_line(&mut request)? == 0 {
                return Ok(());
            }
            let mut header = String::new();
            while reader.read_line(&mut header)? > 2 {
                header.clear();
            }
            std::thread::sleep(Duration::from_millis(self.delay.load(Ordering::SeqCst)));
            let target = request.split(' ').nth(1).unwrap_or_default();
            let inside = target.split(['?', '#']).next().unwrap_or_default().trim_start_matches('/');
            let mut file = self.root.join(inside);
            if file.is_dir() {
                file.push("index.html");
            }
            let Some(body) = self.body(&file) else {
                stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")?;
                continue;
            };
            let (kind, is_text) = content_type(&file);
            let encoding = if is_text { "Content-Encoding: gzip\r\n" } else { "" };
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n{encoding}Cache-Control: max-age=600\r\nContent-Length: {}\r\n\r\n",
                body.len()
            );
            self.bytes.fetch_add(body.len() as u64, Ordering::SeqCst);
            self.requests.fetch_add(1, Ordering::SeqCst);
            stream.write_all(&[head.as_bytes(), &body].concat())?;
        }
    }

    fn body(&self, file: &Path) -> Option<Arc<Vec<u8>>> {
        if let Some(body) = self.bodies.lock().expect("nobody fails under the lock").get(file) {
            return Some(Arc::clone(body));
        }
        let bytes = fs::read(file).ok()?;
        let body = Arc::new(if content_type(file).1 { compressed(&bytes) } else { bytes });
        self.bodies.lock().expect("nobody fails under the lock").insert(file.to_path_buf(), Arc::clone(&body));
        Some(body)
    }
}

/// As hosts send it.
pub(crate) fn compressed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect("memory can be written");
    encoder.finish().expect("memory can be written")
}

/// What a file is, and whether hosts compress it. Pagefind's own files are compressed as they are.
pub(crate) fn content_type(file: &Path) -> (&'static str, bool) {
    match file.extension().and_then(|ending| ending.to_str()).unwrap_or_default() {
        "html" => ("text/html; charset=utf-8", true),
        "js" | "mjs" => ("text/javascript; charset=utf-8", true),
        "css" => ("text/css; charset=utf-8", true),
        "json" => ("application/json", true),
        "svg" => ("image/svg+xml", true),
        "md" | "txt" | "yaml" => ("text/plain; charset=utf-8", true),
        "wasm" => ("application/wasm", true),
        _ => ("application/octet-stream", false),
    }
}
