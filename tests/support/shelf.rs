//! A server on the loopback interface that holds one file, or fails as it is told to.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

/// The time of every answer, in seconds since 1970.
pub(crate) const DATE: i64 = 1_795_341_600;

#[derive(Clone)]
pub(crate) enum Mood {
    Well,
    /// A status.
    Fails(u16),
    /// The body ends before its announced length.
    BreaksOff,
    /// The file has moved to this address; if that is a path, it is there.
    Moved(String),
}

/// Path and mark of a question, and the status of the answer.
type Asked = (String, Option<String>, u16);

struct State {
    file: Mutex<Vec<u8>>,
    mood: Mutex<Mood>,
    asked: Mutex<Vec<Asked>>,
    ending: AtomicBool,
}

pub(crate) struct Shelf {
    pub(crate) address: SocketAddr,
    state: Arc<State>,
    listening: Option<JoinHandle<()>>,
}

impl Shelf {
    pub(crate) fn start(file: Vec<u8>) -> Shelf {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("the port's number");
        let state = Arc::new(State {
            file: Mutex::new(file),
            mood: Mutex::new(Mood::Well),
            asked: Mutex::default(),
            ending: AtomicBool::new(false),
        });
        let of_thread = Arc::clone(&state);
        let listening = std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if of_thread.ending.load(Ordering::SeqCst) {
                    return;
                }
                let _ = of_thread.answer(&stream);
            }
        });
        Shelf { address, state, listening: Some(listening) }
    }

    pub(crate) fn is_in(&self, mood: Mood) {
        *self.state.mood.lock().expect("no panic under the lock") = mood;
    }

    pub(crate) fn has(&self, file: Vec<u8>) {
        *self.state.file.lock().expect("no panic under the lock") = file;
    }

    /// What was asked since the last time.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        std::mem::take(&mut self.state.asked.lock().expect("no panic under the lock"))
    }
}

impl Drop for Shelf {
    fn drop(&mut self) {
        self.state.ending.store(true, Ordering::SeqCst);
        if TcpStream::connect(self.address).is_ok()
            && let Some(thread) = self.listening.take()
        {
            thread.join().ok();
        }
    }
}

impl State {
    fn answer(&self, mut stream: &TcpStream) -> std::io::Result<()> {
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        let mut reader = BufReader::new(stream);
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let path = line.split(' ').nth(1).unwrap_or_default().to_string();
        let mut known = None;
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line)? <= 2 {
                break;
            }
            if let Some((name, value)) = line.trim().split_once(": ")
                && name.eq_ignore_ascii_case("if-none-match")
            {
                known = Some(value.to_string());
            }
        }
        let file = self.file.lock().expect("no panic under the lock").clone();
        let mood = self.mood.lock().expect("no panic under the lock").clone();
        let mark = format!("\"{}\"", blake3::hash(&file).to_hex());
        let (status, header, body) = match &mood {
            Mood::Fails(status) => (*status, String::new(), Vec::new()),
            Mood::Moved(to) if *to != path => (302, format!("Location: {to}\r\n"), Vec::new()),
            Mood::Well if known.as_ref() == Some(&mark) => (304, format!("ETag: {mark}\r\n"), Vec::new()),
            Mood::Well | Mood::BreaksOff | Mood::Moved(_) => (200, format!("ETag: {mark}\r\n"), file),
        };
        self.asked.lock().expect("no panic under the lock").push((path, known, status));
        let length = if matches!(mood, Mood::BreaksOff) { body.len() + 100 } else { body.len() };
        let head = format!(
            "HTTP/1.1 {status} Status\r\nDate: Sun, 22 Nov 2026 10:00:00 GMT\r\n{header}Content-Length: {length}\r\n\
             Connection: close\r\n\r\n"
        );
        stream.write_all(head.as_bytes())?;
        stream.write_all(&body)
    }
}
