//! As much HTTP/1.1 as reading a site takes: GET and HEAD, connections that stay open, bounded requests.
//!
//! Written here because the small blocking servers share threads between connections, and a burst of connections that
//! stay open (a browser's six, a few tabs that listen for changes) can leave one of them without a thread for good.

use std::io::{self, BufRead, Read, Write};

/// Longest request line with all headers.
const HEAD: u64 = 32 << 10;

/// A request without its body: nothing here takes one.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) method: String,
    /// Path and query as they came.
    pub(super) url: String,
    /// Names in lower case.
    headers: Vec<(String, String)>,
    /// The client keeps the connection, and nothing of this request is left in it.
    pub(super) stays: bool,
}

/// A response's head; the body is written beside it.
#[derive(Debug)]
pub(super) struct Head<'a> {
    pub(super) status: u16,
    pub(super) headers: &'a [(&'a str, &'a str)],
    pub(super) stays: bool,
}

impl Request {
    /// The first header called `name`, which is in lower case.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// Reads the next request. `None`: the client has gone. An error of kind `InvalidData`: this is no request.
pub(super) fn read(from: &mut impl BufRead) -> io::Result<Option<Request>> {
    let mut from = from.take(HEAD);
    let Some(first) = line(&mut from)? else { return Ok(None) };
    let mut words = first.split(' ');
    let (Some(method), Some(url), Some(version), None) = (words.next(), words.next(), words.next(), words.next())
    else {
        return Err(invalid());
    };
    let persistent = match version {
        "HTTP/1.1" => true,
        "HTTP/1.0" => false,
        _ => return Err(invalid()),
    };
    let mut request = Request { method: method.into(), url: url.into(), headers: Vec::new(), stays: persistent };
    loop {
        let text = line(&mut from)?.ok_or_else(invalid)?;
        if text.is_empty() {
            break;
        }
        let (name, value) = text.split_once(':').ok_or_else(invalid)?;
        request.headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let closes = request.header("connection").is_some_and(|value| value.to_ascii_lowercase().contains("close"));
    let has_body = request.header("content-length").is_some_and(|length| length != "0")
        || request.header("transfer-encoding").is_some();
    request.stays &= !closes && !has_body;
    Ok(Some(request))
}

/// Writes a whole response. `body` is what a GET would get; `send_body` is false for a HEAD.
pub(super) fn write(to: &mut impl Write, head: &Head<'_>, body: &[u8], send_body: bool) -> io::Result<()> {
    let mut bytes = begin(head);
    if head.status != 304 {
        bytes.extend_from_slice(format!("Content-Length: {}\r\n", body.len()).as_bytes());
    }
    bytes.extend_from_slice(b"\r\n");
    to.write_all(&bytes)?;
    if send_body {
        to.write_all(body)?;
    }
    to.flush()
}

/// Writes the head of a response that ends with its connection.
pub(super) fn write_open(to: &mut impl Write, headers: &[(&str, &str)]) -> io::Result<()> {
    let mut bytes = begin(&Head { status: 200, headers, stays: false });
    bytes.extend_from_slice(b"\r\n");
    to.write_all(&bytes)?;
    to.flush()
}

fn begin(head: &Head<'_>) -> Vec<u8> {
    let mut text = format!("HTTP/1.1 {} {}\r\n", head.status, reason(head.status));
    for (name, value) in head.headers {
        // A value may hold a path from outside; what cannot stand in a header must not begin another one.
        let clean = value.bytes().all(|byte| (0x20..0x7f).contains(&byte));
        text.push_str(&format!("{name}: {}\r\n", if clean { value } else { "" }));
    }
    text.push_str(if head.stays { "Connection: keep-alive\r\n" } else { "Connection: close\r\n" });
    text.into_bytes()
}

/// One line without its end; `None` where there is nothing more.
fn line(from: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut bytes = Vec::new();
    if from.read_until(b'\n', &mut bytes)? == 0 {
        return Ok(None);
    }
    if bytes.pop() != Some(b'\n') {
        return Err(invalid());
    }
    if bytes.last() == Some(&b'\r') {
        bytes.pop();
    }
    String::from_utf8(bytes).map(Some).map_err(|_| invalid())
}

fn invalid() -> io::Error {
    io::ErrorKind::InvalidData.into()
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        304 => "Not Modified",
        307 => "Temporary Redirect",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        503 => "Service Unavailable",
        _ => "Unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> io::Result<Option<Request>> {
        read(&mut text.as_bytes())
    }

    #[test]
    fn requests_are_read_one_after_another() {
        let text = "GET /a?b HTTP/1.1\r\nHOST: x:1\r\nAccept:  y \r\n\r\nHEAD / HTTP/1.0\r\n\r\n";
        let mut from = text.as_bytes();
        let first = read(&mut from).unwrap().unwrap();
        assert_eq!((first.method.as_str(), first.url.as_str(), first.stays), ("GET", "/a?b", true));
        assert_eq!((first.header("host"), first.header("accept"), first.header("x")), (Some("x:1"), Some("y"), None));
        let second = read(&mut from).unwrap().unwrap();
        assert_eq!((second.method.as_str(), second.stays), ("HEAD", false));
        assert_eq!(read(&mut from).unwrap(), None);
    }

    #[test]
    fn a_connection_with_something_left_in_it_is_closed() {
        for header in ["Connection: Close", "Content-Length: 5", "Transfer-Encoding: chunked"] {
            assert!(!parse(&format!("GET / HTTP/1.1\r\n{header}\r\n\r\n")).unwrap().unwrap().stays, "{header}");
        }
        assert!(parse("GET / HTTP/1.1\r\nContent-Length: 0\r\n\r\n").unwrap().unwrap().stays);
    }

    #[test]
    fn what_is_no_request_is_refused() {
        let long = format!("GET /{} HTTP/1.1\r\n\r\n", "x".repeat(40_000));
        for text in [
            "\u{16}\u{3}\u{1}\n",
            "GET /\r\n\r\n",
            "GET / HTTP/2\r\n\r\n",
            "GET / HTTP/1.1\r\nnonsense\r\n\r\n",
            "GET / HT",
            "GET / HTTP/1.1\r\n",
            &long,
        ] {
            assert!(parse(text).is_err(), "{}", text.escape_debug());
        }
    }

    #[test]
    fn a_value_cannot_begin_a_header_of_its_own() {
        let mut out = Vec::new();
        let head = Head { status: 307, headers: &[("Location", "/a\r\nSet-Cookie: b")], stays: true };
        write(&mut out, &head, b"", true).unwrap();
        let out = String::from_utf8(out).unwrap();
        assert_eq!(
            out,
            "HTTP/1.1 307 Temporary Redirect\r\nLocation: \r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n"
        );
    }
}
