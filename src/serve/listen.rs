//! The port, and the threads that answer on it: one per connection.

use super::answer::{Ask, Reply, Site};
use super::events::Hub;
use super::host::{Hosts, bare};
use super::http::{self, Head, Request};
use crate::diagnostics::Stop;
use std::io::{self, BufReader, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::thread;
use std::time::Duration;

/// Ports tried after the one asked for.
const FURTHER: u16 = 20;
/// Connections at one time; more are closed unanswered.
const CONNECTIONS: usize = 256;
/// An idle connection is closed after this, and so is one that does not take its answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// Takes the first free port from `port` on.
pub(super) fn bind(host: &str, port: u16) -> Result<(TcpListener, u16), Stop> {
    let last = if port == 0 { 0 } else { port.saturating_add(FURTHER) };
    for candidate in port..=last {
        match TcpListener::bind((bare(host), candidate)) {
            Ok(listener) => {
                let port = listener.local_addr().map_or(candidate, |address| address.port());
                return Ok((listener, port));
            }
            Err(error) if error.kind() == ErrorKind::AddrInUse => {}
            Err(error) => {
                return Err(Stop::environment(format!("cannot listen on `{host}` port {candidate}")).cause(error));
            }
        }
    }
    Err(Stop::environment(format!("the ports {port} to {last} on `{host}` are all taken"))
        .hint("Name a free one with `--port`; 0 takes any."))
}

/// What every connection needs.
#[derive(Debug)]
pub(super) struct Desk {
    pub(super) site: Arc<RwLock<Arc<Site>>>,
    pub(super) hub: Arc<Hub>,
    pub(super) hosts: Hosts,
}

/// A server at work.
#[derive(Debug)]
pub(super) struct Server {
    address: SocketAddr,
    ended: Arc<AtomicBool>,
    accepting: thread::JoinHandle<()>,
}

impl Server {
    pub(super) fn start(listener: TcpListener, desk: Desk) -> io::Result<Server> {
        let address = listener.local_addr()?;
        let ended = Arc::new(AtomicBool::new(false));
        let inner = ended.clone();
        let accepting = thread::Builder::new()
            .name("serve".to_owned())
            .spawn(move || accept(&listener, &Arc::new(desk), &inner))?;
        Ok(Server { address, ended, accepting })
    }

    /// Closes the port. Open connections are not waited for: one may be writing to a browser that does not read.
    pub(super) fn stop(self) {
        self.ended.store(true, Ordering::Relaxed);
        let mut address = self.address;
        match address.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
            IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
            _ => {}
        }
        // A connection wakes the thread that waits for one.
        if TcpStream::connect_timeout(&address, Duration::from_secs(1)).is_ok() {
            // It has nothing to return, and a panic in it has been shown already.
            let _ = self.accepting.join();
        }
    }
}

fn accept(listener: &TcpListener, desk: &Arc<Desk>, ended: &Arc<AtomicBool>) {
    let open = Arc::new(AtomicUsize::new(0));
    for stream in listener.incoming() {
        if ended.load(Ordering::Relaxed) {
            return;
        }
        let Ok(stream) = stream else {
            // The client left at once, or no file handle is free: the next moment may be better.
            thread::sleep(Duration::from_millis(10));
            continue;
        };
        let place = Place::take(&open);
        if open.load(Ordering::Relaxed) > CONNECTIONS {
            continue;
        }
        let (desk, ended) = (desk.clone(), ended.clone());
        // Without a thread the connection is closed, and the browser tries again. How a connection ends is of no
        // interest either: mostly because its page was closed.
        let _ = thread::Builder::new().name("connection".to_owned()).spawn(move || {
            let _place = place;
            let _ = desk.talk(&stream, &ended);
        });
    }
}

/// Counts one connection as long as it lives.
struct Place(Arc<AtomicUsize>);

impl Place {
    fn take(open: &Arc<AtomicUsize>) -> Place {
        open.fetch_add(1, Ordering::Relaxed);
        Place(open.clone())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Desk {
    /// Answers one request after another.
    fn talk(&self, stream: &TcpStream, ended: &AtomicBool) -> io::Result<()> {
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        stream.set_nodelay(true)?;
        let mut reader = BufReader::new(stream);
        while !ended.load(Ordering::Relaxed) {
            let request = match http::read(&mut reader) {
                Ok(Some(request)) => request,
                Ok(None) => break,
                Err(error) if error.kind() == ErrorKind::InvalidData => {
                    let head = Head { status: 400, headers: TEXT, stays: false };
                    return http::write(&mut &*stream, &head, b"This is no request.", true);
                }
                Err(error) => return Err(error),
            };
            self.serve(&request, stream)?;
            if !request.stays {
                break;
            }
        }
        Ok(())
    }

    fn serve(&self, request: &Request, mut stream: &TcpStream) -> io::Result<()> {
        let plain = |status, text: &[u8], headers: &[(&str, &str)]| respond(stream, request, status, headers, text);
        if !self.hosts.allow(request.header("host")) {
            return plain(403, b"This server answers to local names only.", TEXT);
        }
        if !matches!(request.method.as_str(), "GET" | "HEAD") {
            return plain(405, b"Only GET and HEAD.", &[TEXT[0], TEXT[1], ("Allow", "GET, HEAD")]);
        }
        let site = self.site.read().unwrap_or_else(PoisonError::into_inner).clone();
        match site.answer(Ask { url: &request.url, if_none_match: request.header("if-none-match") }) {
            Reply::File { status, content_type, etag, body } => {
                let headers = [("Content-Type", content_type), ("ETag", &*etag), NO_CACHE];
                respond(stream, request, status, &headers, body.as_ref())
            }
            Reply::Unchanged { etag } => respond(stream, request, 304, &[("ETag", &etag), NO_CACHE], b""),
            // Temporary, because browsers remember the permanent ones longer than a project its routes.
            Reply::Moved { to } => respond(stream, request, 307, &[("Location", &to), NO_CACHE], b""),
            Reply::Bad => plain(400, b"This is no address of a page.", TEXT),
            Reply::Events { .. } if request.method == "HEAD" => plain(405, b"", &[TEXT[0], TEXT[1], ("Allow", "GET")]),
            Reply::Events { since } => match self.hub.subscribe(&since) {
                Some(subscription) => {
                    http::write_open(&mut stream, &[("Content-Type", "text/event-stream"), NO_CACHE])?;
                    subscription.stream(stream)?;
                    // The answer ends with the connection, so there is no next request.
                    Err(ErrorKind::ConnectionAborted.into())
                }
                None => plain(503, b"Too many pages listen for changes.", TEXT),
            },
        }
    }
}

const NO_CACHE: (&str, &str) = ("Cache-Control", "no-cache");
const TEXT: &[(&str, &str)] = &[("Content-Type", "text/plain; charset=utf-8"), NO_CACHE];

fn respond(
    mut stream: &TcpStream,
    request: &Request,
    status: u16,
    headers: &[(&str, &str)],
    body: &[u8],
) -> io::Result<()> {
    let send_body = request.method != "HEAD" && status != 304;
    http::write(&mut stream, &Head { status, headers, stays: request.stays }, body, send_body)
}
