//! A counter of page views on the loopback interface, which notes what it is told.

use serde_json::Value as Json;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(20);
const MOMENT: Duration = Duration::from_millis(400);

/// What a browser sent.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Json,
}

impl Told {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }
}

#[derive(Default)]
struct Notes {
    told: Mutex<Vec<Told>>,
    ending: AtomicBool,
    answer: String,
}

pub(crate) struct Receiver {
    pub(crate) address: SocketAddr,
    notes: Arc<Notes>,
    listening: Option<JoinHandle<()>>,
}

impl Receiver {
    pub(crate) fn start() -> Self {
        Receiver::saying("{}")
    }

    /// Answers everybody with this.
    pub(crate) fn saying(answer: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("the port's number");
        let notes = Arc::new(Notes { answer: answer.to_string(), ..Notes::default() });
        let of_thread = Arc::clone(&notes);
        let listening = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if of_thread.ending.load(Ordering::SeqCst) {
                    return;
                }
                if let Ok(stream) = stream {
                    // A browser that opens a connection in advance and sends nothing holds up nobody.
                    let notes = Arc::clone(&of_thread);
                    std::thread::spawn(move || notes.hear(&stream).ok());
                }
            }
        });
        Receiver { address, notes, listening: Some(listening) }
    }

    /// What it was told since the last time: so many things, not more. Of none it is sure after a moment.
    #[track_caller]
    pub(crate) fn told(&self, number: usize) -> Vec<Told> {
        let deadline = Instant::now() + if number == 0 { MOMENT } else { PATIENCE };
        loop {
            std::thread::sleep(Duration::from_millis(10));
            let mut told = self.notes.told.lock().expect("no panic under the lock");
            if (number > 0 && told.len() >= number) || Instant::now() > deadline {
                assert_eq!(told.len(), number, "{told:#?}");
                return std::mem::take(&mut told);
            }
        }
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.notes.ending.store(true, Ordering::SeqCst);
        if TcpStream::connect(self.address).is_ok()
            && let Some(thread) = self.listening.take()
        {
            thread.join().ok();
        }
    }
}

impl Notes {
    fn hear(&self, mut stream: &TcpStream) -> std::io::Result<()> {
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        let mut reader = BufReader::new(stream);
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let mut words = line.split(' ');
        let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut headers: Vec<(String, String)> = Vec::new();
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line)? <= 2 {
                break;
            }
            headers.extend(line.trim().split_once(": ").map(|(name, value)| (name.to_lowercase(), value.to_string())));
        }
        let length = headers.iter().find(|(name, _)| name == "content-length");
        let length: usize = length.and_then(|(_, length)| length.parse().ok()).unwrap_or(0);
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        if method != "OPTIONS" && !method.is_empty() {
            let query = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
            let body = serde_json::from_slice(&body).unwrap_or_default();
            let told = Told { method: method.to_string(), path: path.to_string(), query, headers, body };
            self.told.lock().expect("no panic under the lock").push(told);
        }
        let consent = "Access-Control-Allow-Origin: *\r\nAccess-Control-Allow-Headers: content-type\r\n\
                       Access-Control-Allow-Methods: GET, POST\r\nSet-Cookie: seen=1; SameSite=None\r\n";
        let length = self.answer.len();
        let head = format!("HTTP/1.1 200 OK\r\n{consent}Content-Length: {length}\r\nConnection: close\r\n\r\n");
        let answer = head + &self.answer;
        stream.write_all(answer.as_bytes())
    }
}
