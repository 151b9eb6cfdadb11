//! The server as a browser meets it, over a socket.

use super::*;
use crate::output::Sink;
use crate::output::scratch::Scratch;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle;

/// A running server over one watched folder; its pages say how often it was built.
struct Running {
    scratch: Scratch,
    port: u16,
    interrupt: Interrupt,
    events: Receiver<Event>,
    thread: Option<JoinHandle<Result<(), Stop>>>,
}

fn tree(text: &str) -> Memory {
    let tree = Memory::default();
    tree.put("index.html", format!("<html><body>{text}</body></html>").as_bytes()).unwrap();
    tree.put("docs/index.html", b"<body>docs</body>").unwrap();
    tree.put("404.html", b"<body>lost</body>").unwrap();
    tree.put("big.json", "[1]".repeat(50_000).as_bytes()).unwrap();
    tree
}

fn start() -> Running {
    let scratch = Scratch::new("serve");
    let interrupt = Interrupt::new();
    let options = ServeOptions { port: 0, interrupt: interrupt.clone(), ..ServeOptions::default() };
    let (sender, events) = channel();
    let watch = vec![scratch.path().to_owned()];
    let file = scratch.path().join("content");
    let thread = std::thread::spawn(move || {
        let rebuild = |_: &[PathBuf], _: &Arc<Memory>| match std::fs::read_to_string(&file).unwrap_or_default() {
            text if text == "broken" => None,
            text => Some(tree(&text)),
        };
        run(options, tree("first"), watch, rebuild, move |event| {
            let _ = sender.send(event);
        })
    });
    let Event::Listening { url, taken: None } = events.recv_timeout(Duration::from_secs(10)).unwrap() else { panic!() };
    let port = url.trim_end_matches('/').rsplit(':').next().unwrap().parse().unwrap();
    Running { scratch, port, interrupt, events, thread: Some(thread) }
}

impl Running {
    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        stream
    }

    /// Sends a request as it stands and returns the whole response.
    fn raw(&self, request: &str) -> String {
        let mut stream = self.connect();
        stream.write_all(request.as_bytes()).unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).unwrap();
        response
    }

    fn get(&self, path: &str) -> String {
        self.raw(&format!("GET {path} HTTP/1.1\r\nHost: localhost:{}\r\nConnection: close\r\n\r\n", self.port))
    }

    /// The next event that is not the announcement of a build.
    fn event(&self) -> Event {
        loop {
            match self.events.recv_timeout(Duration::from_secs(10)).unwrap() {
                Event::Building { .. } => {}
                event => return event,
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.interrupt.interrupt();
        let ended = self.thread.take().unwrap().join().unwrap();
        assert!(ended.is_ok(), "an interrupt is the ordinary end");
    }
}

#[test]
fn pages_are_served() {
    let server = start();
    let home = server.get("/");
    assert!(home.starts_with("HTTP/1.1 200 OK\r\n"), "{home}");
    assert!(home.contains("Content-Type: text/html; charset=utf-8\r\n"), "{home}");
    assert!(home.contains("Cache-Control: no-cache\r\n"), "{home}");
    assert!(home.contains("first<script src=\"/-/reload.js\" "), "{home}");
    let moved = server.get("/docs?a=b");
    assert!(moved.starts_with("HTTP/1.1 307 ") && moved.contains("Location: /docs/?a=b\r\n"), "{moved}");
    let lost = server.get("/nothing");
    assert!(lost.starts_with("HTTP/1.1 404 ") && lost.contains("lost"), "{lost}");
    let script = server.get("/-/reload.js");
    assert!(script.contains("Content-Type: text/javascript") && script.contains("EventSource"), "{script}");
    let big = server.get("/big.json");
    assert!(big.contains("Content-Length: 150000\r\n") && big.ends_with("[1]"), "whole and of known length");
}

#[test]
fn a_connection_serves_many_requests() {
    let server = start();
    let mut stream = server.connect();
    for path in ["/", "/nothing", "/docs/"] {
        stream.write_all(format!("HEAD {path} HTTP/1.1\r\nHost: localhost\r\n\r\n").as_bytes()).unwrap();
    }
    let lines = BufReader::new(stream).lines().map(Result::unwrap);
    let statuses: Vec<String> = lines.filter(|line| line.starts_with("HTTP/1.1 ")).take(3).collect();
    assert_eq!(statuses, ["HTTP/1.1 200 OK", "HTTP/1.1 404 Not Found", "HTTP/1.1 200 OK"]);
}

#[test]
fn what_is_no_request_is_refused() {
    let server = start();
    assert!(server.raw("nonsense\r\n\r\n").starts_with("HTTP/1.1 400 "));
    assert!(server.get("/").contains("first"));
}

#[test]
fn a_head_request_gets_no_body_and_a_known_page_is_not_sent_again() {
    let server = start();
    let head = server.raw("HEAD / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    assert!(head.starts_with("HTTP/1.1 200 ") && head.ends_with("\r\n\r\n"), "{head}");
    let etag = head.lines().find_map(|line| line.strip_prefix("ETag: ")).unwrap();
    let again =
        server.raw(&format!("GET / HTTP/1.1\r\nHost: localhost\r\nIf-None-Match: {etag}\r\nConnection: close\r\n\r\n"));
    assert!(again.starts_with("HTTP/1.1 304 ") && again.ends_with("\r\n\r\n"), "{again}");
    let post = server.raw("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    assert!(post.starts_with("HTTP/1.1 405 ") && post.contains("Allow: GET, HEAD\r\n"), "{post}");
}

#[test]
fn nothing_outside_the_site_can_be_read() {
    let server = start();
    server.scratch.write("secret", b"the secret");
    let _ = server.event();
    for path in [
        "/../secret",
        "/..%2fsecret",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/docs/../../../../etc/passwd",
        "//etc/passwd",
        "/\\etc\\passwd",
        "/%00",
        "/etc/passwd",
        "file:///etc/passwd",
    ] {
        let response = server.get(path);
        assert!(response.starts_with("HTTP/1.1 40"), "{path}: {response}");
        assert!(!response.contains("root:") && !response.contains("the secret"), "{path}: {response}");
    }
}

#[test]
fn foreign_names_are_refused() {
    let server = start();
    for host in ["Host: evil.example\r\n", "Host: localhost.evil.example:80\r\n", ""] {
        let response = server.raw(&format!("GET / HTTP/1.1\r\n{host}Connection: close\r\n\r\n"));
        assert!(response.starts_with("HTTP/1.1 403 ") && !response.contains("first"), "{host}: {response}");
    }
}

#[test]
fn a_change_is_built_served_and_announced() {
    let server = start();
    let mut home = server.get("/");
    let since = home.split("data-generation=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    // More listeners than there are workers: they must not keep anybody from being answered.
    let request = format!("GET /-/events?since={since} HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let mut listeners: Vec<_> = (0..20)
        .map(|_| {
            let mut stream = server.connect();
            stream.write_all(request.as_bytes()).unwrap();
            BufReader::new(stream).lines()
        })
        .collect();
    for listener in &mut listeners {
        assert!(listener.by_ref().map(Result::unwrap).any(|line| line == ": connected"));
    }
    server.scratch.write("content", b"second");
    let Event::Rebuilt { changed, .. } = server.event() else { panic!() };
    assert_eq!(changed, ["index.html"]);
    for listener in &mut listeners {
        let data = listener.map(Result::unwrap).find(|line| line.starts_with("data: ")).unwrap();
        assert!(data.contains(r#""all":false,"paths":["index.html"]"#), "{data}");
    }
    home = server.get("/");
    assert!(home.contains("second") && !home.contains(&since), "{home}");

    server.scratch.write("content", b"broken");
    assert!(matches!(server.event(), Event::Failed { .. }));
    assert!(server.get("/").contains("second"), "the last good site stays");
}

#[test]
fn a_taken_port_is_passed_over() {
    let (_first, port) = listen::bind("127.0.0.1", 0).unwrap();
    let (_second, next) = listen::bind("127.0.0.1", port).unwrap();
    assert!(next > port && next <= port + 20);
    assert_eq!(listen::bind("192.0.2.1", port).unwrap_err().exit_code(), 1);
}
