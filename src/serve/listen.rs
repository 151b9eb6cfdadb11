//! The port, and the threads that answer on it.

use super::answer::{Ask, EVENTS_PATH, Reply, Site};
use super::events::Hub;
use super::host::{Hosts, bare};
use crate::diagnostics::Stop;
use std::io::{self, Cursor, ErrorKind};
use std::net::TcpListener;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::thread;
use tiny_http::{Header, Method, Request, Response, Server};

/// Requests answered at one time. Browsers that listen for changes have threads of their own.
const WORKERS: usize = 8;
/// Ports tried after the one asked for.
const FURTHER: u16 = 20;

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

/// The threads that answer.
pub(super) struct Workers {
    server: Arc<Server>,
    ended: Arc<AtomicBool>,
}

/// What every worker needs.
struct Desk {
    site: Arc<RwLock<Arc<Site>>>,
    hub: Arc<Hub>,
    hosts: Hosts,
}

impl Workers {
    pub(super) fn start(
        listener: TcpListener,
        site: Arc<RwLock<Arc<Site>>>,
        hub: Arc<Hub>,
        hosts: Hosts,
    ) -> Result<Workers, Stop> {
        let failed = |error: &dyn std::fmt::Display| Stop::environment("cannot start the server").cause(error);
        let server = Arc::new(Server::from_listener(listener, None).map_err(|error| failed(&error))?);
        let ended = Arc::new(AtomicBool::new(false));
        let desk = Arc::new(Desk { site, hub, hosts });
        for number in 0..WORKERS {
            let (server, ended, desk) = (server.clone(), ended.clone(), desk.clone());
            thread::Builder::new()
                .name(format!("serve-{number}"))
                .spawn(move || work(&server, &ended, &desk))
                .map_err(|error| failed(&error))?;
        }
        Ok(Workers { server, ended })
    }

    /// Lets all workers go. They are not waited for: one may be writing to a browser that does not read.
    pub(super) fn stop(self) {
        self.ended.store(true, Ordering::Relaxed);
        for _ in 0..WORKERS {
            self.server.unblock();
        }
    }
}

fn work(server: &Server, ended: &AtomicBool, desk: &Desk) {
    while !ended.load(Ordering::Relaxed) {
        // An error here is a connection that failed before it asked for anything, or the wake-up call at the end.
        if let Ok(request) = server.recv() {
            // A browser that went away does not want its answer.
            let _ = desk.serve(request);
        }
    }
}

impl Desk {
    fn serve(&self, request: Request) -> io::Result<()> {
        let header = |name: &'static str| {
            request.headers().iter().find(|header| header.field.equiv(name)).map(|header| header.value.as_str())
        };
        if !self.hosts.allow(header("Host")) {
            return request.respond(plain(403, "This server answers to local names only."));
        }
        if !matches!(request.method(), Method::Get | Method::Head) {
            return request.respond(plain(405, "Only GET and HEAD.").with_header(field("Allow", "GET, HEAD")));
        }
        let site = self.site.read().unwrap_or_else(PoisonError::into_inner).clone();
        match site.answer(Ask { url: request.url(), if_none_match: header("If-None-Match") }) {
            Reply::File { status, content_type, etag, body } => {
                let length = body.as_ref().len();
                let headers =
                    vec![field("Content-Type", content_type), field("ETag", &etag), field("Cache-Control", "no-cache")];
                let response = Response::new(status.into(), headers, Cursor::new(body), Some(length), None);
                request.respond(response.with_chunked_threshold(usize::MAX))
            }
            Reply::Unchanged { etag } => {
                let headers = vec![field("ETag", &etag), field("Cache-Control", "no-cache")];
                request.respond(Response::new(304.into(), headers, io::empty(), Some(0), None))
            }
            // Temporary, because browsers remember the permanent ones longer than a project its routes.
            Reply::Moved { to } => request.respond(plain(307, "").with_header(field("Location", &to))),
            Reply::Bad => request.respond(plain(400, "This is no address of a page.")),
            Reply::Events { since } => self.listen(request, &since),
        }
    }

    fn listen(&self, request: Request, since: &str) -> io::Result<()> {
        if *request.method() == Method::Head {
            return request.respond(plain(405, "Only GET."));
        }
        let Some(subscription) = self.hub.subscribe(since) else {
            return request.respond(plain(503, "Too many pages listen for changes."));
        };
        thread::Builder::new().name(format!("serve {EVENTS_PATH}")).spawn(move || {
            // Written by hand, because a response of the library is buffered until its end. It ends with an error when
            // the browser closes the page: the ordinary way.
            let _ = subscription.stream(request.into_writer());
        })?;
        Ok(())
    }
}

fn plain(status: u16, text: &str) -> Response<Cursor<Vec<u8>>> {
    Response::from_string(text)
        .with_status_code(status)
        .with_header(field("Content-Type", "text/plain; charset=utf-8"))
        .with_header(field("Cache-Control", "no-cache"))
}

/// A header. A value that cannot stand in one (a path from outside, say) is sent empty.
fn field(name: &'static str, value: &str) -> Header {
    let printable = value.bytes().all(|byte| (0x20..0x7f).contains(&byte));
    let value = if printable { value } else { "" };
    Header::from_bytes(name, value).unwrap_or_else(|()| unreachable!("printable ASCII is a valid value of `{name}`"))
}
