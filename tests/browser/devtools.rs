//! A browser driven over the DevTools protocol, synchronously: one Chromium, and pages that share nothing with each
//! other. A page collects what went wrong in it; the caller asks with [`Page::faults`].

use super::folder::Folder;
use serde_json::{Value, json};
use std::fs;
use std::io::ErrorKind;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tungstenite::{Error, Message, WebSocket};

/// How long anything may take before the test fails. Generous: a busy machine is no fault of the portal.
const PATIENCE: Duration = Duration::from_secs(40);
/// Pause between two looks at something awaited.
const PAUSE: Duration = Duration::from_millis(15);

const PROGRAMS: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// A headless Chromium with a fresh profile. It ends when dropped.
pub(crate) struct Chromium {
    process: Child,
    /// `127.0.0.1:<port>`
    host: String,
    /// `/devtools/browser/<id>`
    path: String,
    _profile: Folder,
}

impl Chromium {
    pub(crate) fn start() -> Self {
        let profile = Folder::fresh("browser");
        let said = profile.path().join("said.txt");
        let process = Command::new(program())
            .args([
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--disable-quic",
                "--disable-dev-shm-usage",
                "--disable-background-timer-throttling",
                "--disable-backgrounding-occluded-windows",
                "--disable-renderer-backgrounding",
                "--no-proxy-server",
                "--lang=en-US",
                "--remote-debugging-port=0",
            ])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(fs::File::create(&said).expect("a file for what the browser says"))
            .spawn()
            .expect("the browser starts");
        let port_file = profile.path().join("DevToolsActivePort");
        let mut chromium = Chromium { process, host: String::new(), path: String::new(), _profile: profile };
        let deadline = Instant::now() + PATIENCE;
        loop {
            let text = fs::read_to_string(&port_file).unwrap_or_default();
            if let Some((port, path)) = text.split_once('\n')
                && path.starts_with("/devtools/browser/")
            {
                chromium.host = format!("127.0.0.1:{}", port.trim());
                chromium.path = path.trim().to_string();
                return chromium;
            }
            let ended = chromium.process.try_wait().expect("the browser's state");
            if ended.is_some() || Instant::now() > deadline {
                panic!("the browser did not come up ({ended:?}):\n{}", fs::read_to_string(&said).unwrap_or_default());
            }
            std::thread::sleep(PAUSE);
        }
    }

    /// A new page with storage, downloads and permissions of its own. Requests for addresses that do not start with
    /// `home` are faults.
    pub(crate) fn page(&self, home: &str) -> Page {
        let mut page = Page {
            socket: self.connect(),
            session: String::new(),
            calls: 0,
            home: home.to_string(),
            faults: Vec::new(),
            requests: Vec::new(),
            downloads: Folder::fresh("downloads"),
        };
        let context = page.call("Target.createBrowserContext", json!({ "disposeOnDetach": true }));
        let context = context["browserContextId"].as_str().expect("a context").to_string();
        let folder = page.downloads.path().to_str().expect("a temporary folder with a plain name").to_string();
        page.call(
            "Browser.setDownloadBehavior",
            json!({ "behavior": "allow", "browserContextId": context, "downloadPath": folder }),
        );
        let target = page.call("Target.createTarget", json!({ "url": "about:blank", "browserContextId": context }));
        let session = page.call("Target.attachToTarget", json!({ "targetId": target["targetId"], "flatten": true }));
        page.session = session["sessionId"].as_str().expect("a session").to_string();
        for domain in ["Page", "Runtime", "Log", "Network", "Audits", "Inspector"] {
            page.call(&format!("{domain}.enable"), json!({}));
        }
        page.call("Emulation.setFocusEmulationEnabled", json!({ "enabled": true }));
        page.show_on(Screen::Desktop);
        page.prefer(Scheme::Light);
        page
    }

    fn connect(&self) -> WebSocket<TcpStream> {
        let stream = TcpStream::connect(&self.host).expect("the browser listens");
        stream.set_nodelay(true).expect("a socket without delay");
        stream.set_read_timeout(Some(PATIENCE)).expect("a socket with a limit");
        let (socket, _) =
            tungstenite::client(format!("ws://{}{}", self.host, self.path), stream).expect("the browser talks");
        socket.get_ref().set_read_timeout(Some(Duration::from_millis(200))).expect("a socket with a limit");
        socket
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        if !self.host.is_empty()
            && let Ok(stream) = TcpStream::connect(&self.host)
            && let Ok((mut socket, _)) = tungstenite::client(format!("ws://{}{}", self.host, self.path), stream)
        {
            socket.send(Message::text(json!({ "id": 1, "method": "Browser.close" }).to_string())).ok();
            let deadline = Instant::now() + Duration::from_secs(5);
            while Instant::now() < deadline && matches!(self.process.try_wait(), Ok(None)) {
                std::thread::sleep(PAUSE);
            }
        }
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

fn program() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    PROGRAMS
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .find(|file| file.is_file())
        .unwrap_or_else(|| panic!("no browser: none of {PROGRAMS:?} is in PATH; `tests/run` installs one"))
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Screen {
    Desktop,
    Phone,
}

impl Screen {
    pub(crate) const ALL: [Screen; 2] = [Screen::Desktop, Screen::Phone];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Screen::Desktop => "desktop",
            Screen::Phone => "phone",
        }
    }

    pub(crate) fn width(self) -> u32 {
        match self {
            Screen::Desktop => 1440,
            Screen::Phone => 390,
        }
    }

    fn height(self) -> u32 {
        match self {
            Screen::Desktop => 900,
            Screen::Phone => 844,
        }
    }
}

/// What the reader's system asks for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scheme {
    Light,
    Dark,
}

impl Scheme {
    pub(crate) const ALL: [Scheme; 2] = [Scheme::Light, Scheme::Dark];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Scheme::Light => "light",
            Scheme::Dark => "dark",
        }
    }
}

/// A key with what the protocol wants to know of it.
#[derive(Clone, Copy)]
pub(crate) enum Key {
    Slash,
    Enter,
    Escape,
    Down,
    Right,
    Tab,
    Space,
}

/// One page of the browser.
pub(crate) struct Page {
    socket: WebSocket<TcpStream>,
    /// Empty until the page exists; the browser itself is meant then.
    session: String,
    calls: u64,
    home: String,
    faults: Vec<String>,
    requests: Vec<String>,
    downloads: Folder,
}

impl Page {
    /// Opens an address and waits until it has loaded.
    #[track_caller]
    pub(crate) fn open(&mut self, address: &str) {
        self.requests.clear();
        let answer = self.call("Page.navigate", json!({ "url": address }));
        if let Some(error) = answer["errorText"].as_str() {
            panic!("cannot open {address}: {error}");
        }
        self.wait_for_address(address);
    }

    /// Waits until the page at `address` has loaded; its query and anchor do not count.
    #[track_caller]
    pub(crate) fn wait_for_address(&mut self, address: &str) {
        let plain = address.split(['?', '#']).next().unwrap_or_default();
        self.wait(&format!(
            "location.href.split(/[?#]/)[0] === {} && document.readyState === 'complete'",
            json!(plain)
        ));
    }

    /// The value of a script's expression, or of its promise.
    #[track_caller]
    pub(crate) fn eval(&mut self, expression: &str) -> Value {
        match self.try_eval(expression) {
            Ok(value) => value,
            Err(error) => panic!("{error}\nin {expression:.500}"),
        }
    }

    #[track_caller]
    pub(crate) fn text(&mut self, expression: &str) -> String {
        match self.eval(expression) {
            Value::String(text) => text,
            other => panic!("not a text: {other}\nof {expression}"),
        }
    }

    #[track_caller]
    pub(crate) fn number(&mut self, expression: &str) -> u64 {
        let value = self.eval(expression);
        value.as_u64().unwrap_or_else(|| panic!("not a number: {value}\nof {expression}"))
    }

    #[track_caller]
    pub(crate) fn texts(&mut self, expression: &str) -> Vec<String> {
        let value = self.eval(expression);
        serde_json::from_value(value.clone()).unwrap_or_else(|_| panic!("not texts: {value}\nof {expression}"))
    }

    #[track_caller]
    pub(crate) fn assert(&mut self, expression: &str) {
        let value = self.eval(expression);
        assert!(is_true(&value), "{expression}\nis {value} at {}", self.text("location.href"));
    }

    /// Waits until an expression is true. A page on its way to another answers nothing for a moment; that is waiting.
    #[track_caller]
    pub(crate) fn wait(&mut self, expression: &str) -> Value {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let last = self.try_eval(expression);
            if let Ok(value) = &last
                && is_true(value)
            {
                return value.clone();
            }
            if Instant::now() > deadline {
                let at = self.try_eval("location.href");
                panic!("never came true: {expression}\nlast {last:?}, at {at:?}, faults {:#?}", self.faults);
            }
            std::thread::sleep(PAUSE);
        }
    }

    /// Clicks in the middle of the first visible element that `selector` finds, once the page stands still: what is still
    /// loading moves, and a click would miss.
    #[track_caller]
    pub(crate) fn click(&mut self, selector: &str) {
        self.click_first(&format!("[...document.querySelectorAll({})]", json!(selector)));
    }

    /// As [`Page::click`], among those whose whole text is `text`.
    #[track_caller]
    pub(crate) fn click_text(&mut self, selector: &str, text: &str) {
        self.click_first(&format!(
            "[...document.querySelectorAll({})].filter((e) => e.textContent.trim() === {})",
            json!(selector),
            json!(text)
        ));
    }

    /// The element must really get the click: one that lies under another is waited for.
    #[track_caller]
    fn click_first(&mut self, elements: &str) {
        let place = self.wait(&format!(
            "(() => {{
                if (document.readyState !== 'complete') return null;
                const found = {elements}.find((e) => e.getClientRects().length);
                if (!found) return null;
                found.scrollIntoView({{ block: 'center', inline: 'center', behavior: 'instant' }});
                const box = found.getClientRects()[0];
                const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
                return found.contains(document.elementFromPoint(x, y)) ? {{ x, y }} : null;
            }})()"
        ));
        for kind in ["mouseMoved", "mousePressed", "mouseReleased"] {
            let button = if kind == "mouseMoved" { "none" } else { "left" };
            self.call(
                "Input.dispatchMouseEvent",
                json!({ "type": kind, "x": place["x"], "y": place["y"], "button": button, "clickCount": 1 }),
            );
        }
    }

    /// Selects the first line of an element with the mouse.
    #[track_caller]
    pub(crate) fn select_line(&mut self, selector: &str) {
        let line = self.wait(&format!(
            "(() => {{
                const found = document.querySelector({});
                found.scrollIntoView({{ block: 'center', behavior: 'instant' }});
                const range = document.createRange();
                range.selectNodeContents(found);
                const box = range.getClientRects()[0];
                return {{ left: box.left + 1, right: box.right - 1, y: box.y + box.height / 2 }};
            }})()",
            json!(selector)
        ));
        for (kind, x) in [("mousePressed", "left"), ("mouseMoved", "right"), ("mouseReleased", "right")] {
            let event =
                json!({ "type": kind, "x": line[x], "y": line["y"], "button": "left", "buttons": 1, "clickCount": 1 });
            self.call("Input.dispatchMouseEvent", event);
        }
    }

    /// Types into what has the focus.
    #[track_caller]
    pub(crate) fn type_text(&mut self, text: &str) {
        self.call("Input.insertText", json!({ "text": text }));
    }

    #[track_caller]
    pub(crate) fn press(&mut self, key: Key) {
        let (key, code, number, text) = match key {
            Key::Slash => ("/", "Slash", 191, "/"),
            Key::Enter => ("Enter", "Enter", 13, "\r"),
            Key::Escape => ("Escape", "Escape", 27, ""),
            Key::Down => ("ArrowDown", "ArrowDown", 40, ""),
            Key::Right => ("ArrowRight", "ArrowRight", 39, ""),
            Key::Tab => ("Tab", "Tab", 9, ""),
            Key::Space => (" ", "Space", 32, " "),
        };
        let first = if text.is_empty() { "rawKeyDown" } else { "keyDown" };
        for kind in [first, "keyUp"] {
            let mut event = json!({ "type": kind, "key": key, "code": code, "windowsVirtualKeyCode": number });
            if kind == "keyDown" {
                event["text"] = json!(text);
            }
            self.call("Input.dispatchKeyEvent", event);
        }
    }

    #[track_caller]
    pub(crate) fn show_on(&mut self, screen: Screen) {
        self.call(
            "Emulation.setDeviceMetricsOverride",
            json!({
                "width": screen.width(),
                "height": screen.height(),
                "deviceScaleFactor": 1,
                "mobile": screen == Screen::Phone,
            }),
        );
    }

    /// Sets what the reader's system asks for. Motion is always reduced, so that nothing is caught half way.
    #[track_caller]
    pub(crate) fn prefer(&mut self, scheme: Scheme) {
        let features = json!([
            { "name": "prefers-color-scheme", "value": scheme.name() },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ]);
        self.call("Emulation.setEmulatedMedia", json!({ "features": features }));
    }

    /// Shows the page as it is printed.
    #[track_caller]
    pub(crate) fn on_paper(&mut self) {
        self.call("Emulation.setEmulatedMedia", json!({ "media": "print" }));
    }

    #[track_caller]
    pub(crate) fn disable_scripts(&mut self) {
        self.call("Emulation.setScriptExecutionDisabled", json!({ "value": true }));
    }

    /// Lets a tool of ours into the pages opened from now on.
    #[track_caller]
    pub(crate) fn bypass_policy(&mut self) {
        self.call("Page.setBypassCSP", json!({ "enabled": true }));
    }

    /// The whole page as PNG.
    #[track_caller]
    pub(crate) fn screenshot(&mut self, screen: Screen) -> Vec<u8> {
        let height = self.number("Math.min(document.documentElement.scrollHeight, 6000)");
        let clip = json!({ "x": 0, "y": 0, "width": screen.width(), "height": height.max(screen.height().into()), "scale": 1 });
        let shot = self.call("Page.captureScreenshot", json!({ "captureBeyondViewport": true, "clip": clip }));
        from_base64(shot["data"].as_str().expect("an image"))
    }

    /// Waits for a download and reads it.
    #[track_caller]
    pub(crate) fn downloaded(&mut self, name: &str) -> Vec<u8> {
        let file = self.downloads.path().join(name);
        let deadline = Instant::now() + PATIENCE;
        loop {
            // Chromium writes below another name and renames what is complete.
            if let Ok(bytes) = fs::read(&file)
                && !bytes.is_empty()
            {
                return bytes;
            }
            if Instant::now() > deadline {
                let there: Vec<_> = fs::read_dir(self.downloads.path()).into_iter().flatten().flatten().collect();
                panic!("`{name}` never arrived; there is {there:?}, faults {:#?}", self.faults);
            }
            std::thread::sleep(PAUSE);
        }
    }

    /// Addresses asked for since the page was opened.
    #[track_caller]
    pub(crate) fn requests(&mut self) -> Vec<String> {
        self.eval("null");
        self.requests.clone()
    }

    /// What went wrong so far: script errors, refusals by the content security policy, failed requests, requests that
    /// left the portal, dialogs.
    #[track_caller]
    pub(crate) fn faults(&mut self) -> Vec<String> {
        self.eval("null");
        self.faults.clone()
    }

    /// Waits until a fault contains `text`.
    #[track_caller]
    pub(crate) fn wait_for_fault(&mut self, text: &str) {
        let deadline = Instant::now() + PATIENCE;
        while !self.faults.iter().any(|fault| fault.contains(text)) {
            assert!(Instant::now() < deadline, "no fault says `{text}`: {:#?}", self.faults);
            std::thread::sleep(PAUSE);
            // A page on its way to another answers nothing; its events arrive all the same.
            self.try_eval("null").ok();
        }
    }

    /// Takes out the faults that contain `text`, and says how many they were.
    #[track_caller]
    pub(crate) fn forgive(&mut self, text: &str) -> usize {
        let all = self.faults();
        self.faults.retain(|fault| !fault.contains(text));
        all.len() - self.faults.len()
    }

    /// One command; it must succeed.
    #[track_caller]
    pub(crate) fn call(&mut self, method: &str, parameters: Value) -> Value {
        match self.try_call(method, parameters) {
            Ok(value) => value,
            Err(error) => panic!("{method}: {error}\nfaults {:#?}", self.faults),
        }
    }

    fn try_eval(&mut self, expression: &str) -> Result<Value, String> {
        let mut answer = self.try_call(
            "Runtime.evaluate",
            json!({ "expression": expression, "awaitPromise": true, "returnByValue": true, "userGesture": true }),
        )?;
        match answer.get("exceptionDetails") {
            Some(details) => Err(exception_text(details)),
            None => Ok(answer["result"]["value"].take()),
        }
    }

    fn try_call(&mut self, method: &str, parameters: Value) -> Result<Value, String> {
        let id = self.send(method, parameters)?;
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            let mut message = match self.socket.read() {
                Ok(Message::Text(text)) => serde_json::from_str::<Value>(&text).map_err(|error| error.to_string())?,
                Ok(_) => continue,
                Err(Error::Io(error)) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                    continue;
                }
                Err(error) => return Err(format!("the browser is gone: {error}")),
            };
            if message["id"] == id {
                return match message.get("error") {
                    Some(error) => Err(error["message"].as_str().unwrap_or("refused").to_string()),
                    None => Ok(message["result"].take()),
                };
            }
            if let Some(event) = message["method"].as_str() {
                self.note(event, &message["params"])?;
            }
        }
        Err(format!("no answer in {} seconds", PATIENCE.as_secs()))
    }

    fn send(&mut self, method: &str, parameters: Value) -> Result<u64, String> {
        self.calls += 1;
        let mut message = json!({ "id": self.calls, "method": method, "params": parameters });
        if !self.session.is_empty() {
            message["sessionId"] = json!(self.session);
        }
        self.socket.send(Message::text(message.to_string())).map_err(|error| error.to_string())?;
        Ok(self.calls)
    }

    /// Keeps what an event says against the portal.
    fn note(&mut self, event: &str, about: &Value) -> Result<(), String> {
        let word = |value: &Value| value.as_str().unwrap_or_default().to_string();
        let fault = match event {
            "Runtime.exceptionThrown" => Some(format!("exception: {}", exception_text(&about["exceptionDetails"]))),
            "Runtime.consoleAPICalled" if matches!(word(&about["type"]).as_str(), "error" | "assert" | "warning") => {
                Some(format!("console: {}", about["args"]))
            }
            "Log.entryAdded" if matches!(word(&about["entry"]["level"]).as_str(), "error" | "warning") => {
                Some(format!("log: {} ({})", word(&about["entry"]["text"]), word(&about["entry"]["url"])))
            }
            "Audits.issueAdded" if about["issue"]["code"] == "ContentSecurityPolicyIssue" => {
                Some(format!("policy: {}", about["issue"]["details"]["contentSecurityPolicyIssueDetails"]))
            }
            "Page.javascriptDialogOpening" => {
                self.send("Page.handleJavaScriptDialog", json!({ "accept": false }))?;
                Some(format!("dialog: {}", word(&about["message"])))
            }
            "Inspector.targetCrashed" => Some("the page crashed".to_string()),
            "Network.requestWillBeSent" => {
                let address = word(&about["request"]["url"]);
                let inside = ["data:", "blob:", "about:"].iter().any(|scheme| address.starts_with(scheme))
                    || address.starts_with(&self.home);
                self.requests.push(address.clone());
                (!inside).then(|| format!("left the portal: {address}"))
            }
            "Network.responseReceived" if about["response"]["status"].as_u64() >= Some(400) => {
                Some(format!("status {}: {}", about["response"]["status"], word(&about["response"]["url"])))
            }
            "Network.loadingFailed" if about["canceled"] != true => {
                Some(format!("request failed: {} ({})", word(&about["errorText"]), word(&about["type"])))
            }
            _ => None,
        };
        self.faults.extend(fault);
        Ok(())
    }
}

/// True as in a script: not null, false, zero, nor empty.
fn is_true(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(value) => *value,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(_) | Value::Object(_) => true,
    }
}

fn exception_text(details: &Value) -> String {
    let thrown = details["exception"]["description"].as_str().or(details["exception"]["value"].as_str());
    let place = format!("{}:{}", details["url"].as_str().unwrap_or_default(), details["lineNumber"]);
    format!("{} at {place}", thrown.or(details["text"].as_str()).unwrap_or_default())
}

fn from_base64(text: &str) -> Vec<u8> {
    let six = |byte: u8| match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    let digits: Vec<u8> = text.bytes().filter_map(six).collect();
    let mut bytes = Vec::with_capacity(digits.len() / 4 * 3 + 3);
    for group in digits.chunks(4) {
        let joined = group.iter().fold(0_u32, |sum, digit| (sum << 6) | u32::from(*digit)) << (6 * (4 - group.len()));
        bytes.extend_from_slice(&joined.to_be_bytes()[1..group.len()]);
    }
    bytes
}

/// The address of a file or folder on disk.
pub(crate) fn file_address(path: &Path) -> String {
    format!("file://{}", path.to_str().expect("a temporary folder with a plain name"))
}
