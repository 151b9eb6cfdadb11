//! Templates in the browser make what the command line makes.

use super::scaffolds::cases;
use super::{Folder, Scene, fs};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::path::Path;
use std::process::Command;
use zip::ZipArchive;

const TEMPLATE: &str = "create/default/go-http-service/";

/// The cases of `scaffolds.yaml`, as `tests/scaffold.rs` tells them.
const OUTCOMES: &str = r"(async (cases) => {
    for (const name of ['template-language', 'scaffold', 'next-steps']) await callboardLoad(`assets/${name}.js`);
    const { scaffold } = callboard;
    const outcomes = Object.create(null);
    for (const { name, bundle: data, values, secrets, entities } of cases) {
        const bundle = scaffold.open(data);
        const given = { values, secrets, entities: new Map(Object.entries(entities)) };
        const outcome = scaffold.run(bundle, given);
        const files = Object.create(null);
        const decoder = new TextDecoder('utf-8', { fatal: true });
        for (const [path, file] of scaffold.result(bundle, given, outcome)) {
            let text;
            try { text = decoder.decode(scaffold.bytesOf(file)); } catch { text = `[${[...scaffold.bytesOf(file)].join(', ')}]`; }
            files[file.executable ? `${path} (executable)` : path] = text;
        }
        outcomes[name] = {
            steps: outcome.steps.map((step) => `${step.id}: ${step.state}`.toLowerCase()),
            fault: outcome.fault ?? null,
            log: outcome.log,
            wanted: [...outcome.wanted].sort(),
            links: outcome.links.map(({ title, url, reference }) => `${title} ${url}${reference}`),
            texts: outcome.texts.map(({ title, content }) => `${title}: ${content}`),
            files,
        };
    }
    return JSON.stringify(outcomes);
})";

pub(super) fn scaffolds_as_in_cases(scene: &mut Scene) {
    scene.open(TEMPLATE);
    let told = scene.page.eval(&format!("{OUTCOMES}(JSON.parse({}))", Value::from(json!(cases()).to_string())));
    let outcomes: Map<String, Value> = serde_json::from_str(told.as_str().expect("JSON")).expect("outcomes");
    let expected: Value = serde_yaml::from_str(include_str!("../scaffolds.expected.yaml")).expect("expectations");
    for (name, outcome) in &outcomes {
        for (key, value) in outcome.as_object().expect("parts") {
            assert_eq!(*value, expected[name][key], "{name}: {key}");
        }
    }
    assert_eq!(Some(outcomes.len()), expected.as_object().map(Map::len));
}

/// Fills in the example's form.
fn answered(scene: &mut Scene) -> Value {
    scene.open(TEMPLATE);
    scene.page.wait("globalThis.callboard.form && document.querySelector('#form input')");
    scene.page.assert("document.getElementById('preview').offsetHeight === 0 && !globalThis.callboard.scaffold");
    scene.page.eval("document.getElementById('form').dispatchEvent(new PointerEvent('pointerenter'))");
    scene.page.wait("document.querySelector('#preview .tree button')");
    let values = json!({
        "name": "ord-ers", "description": "It's \"quoted\": <b>größer</b> 😀", "owner": "group:default/team-orders",
        "repoUrl": "github.com?owner=curtain-call&repo=orders", "database": true,
    });
    scene.page.eval(&format!("callboard.form.show({values})"));
    values
}

/// Goes on to the page that hands over what was made.
fn to_review(scene: &mut Scene) {
    let next = "[...document.querySelectorAll('#form button')].find((button) => /^(Next|Review)$/.test(button.textContent)).click()";
    scene.page.eval(next);
    scene.page.eval(next);
    scene.page.wait("document.querySelector('#result .button.is-primary')");
}

/// The same for somebody who only looks.
pub(super) fn review(scene: &mut Scene) {
    answered(scene);
    to_review(scene);
}

/// Fills in the example's form, takes the zip, and compares it with what the command line writes.
pub(super) fn template_in_a_zip(scene: &mut Scene) {
    let values = answered(scene);
    scene.page.wait("[...document.querySelectorAll('#preview .tree button')].some((file) => file.dataset.path.startsWith('migrations/'))");
    scene.page.wait("document.querySelector('#preview .made-file pre').textContent.includes('größer')");
    scene.page.assert("document.querySelector('#preview .tree .is-changed') !== null");
    to_review(scene);
    scene
        .page
        .assert("document.querySelector('#result .next').textContent.includes('gh repo create curtain-call/orders')");
    scene.page.assert("document.querySelector('#result details pre').textContent.includes('callboard new template:default/go-http-service ord-ers --defaults --portal')");
    scene.page.assert("callboard.form.isComplete()");
    let zip = scene.page.eval(
        "(async () => {
            let blob;
            const { createObjectURL } = URL;
            URL.createObjectURL = (file) => { blob = file; return 'about:blank#'; };
            const click = HTMLAnchorElement.prototype.click;
            let name;
            HTMLAnchorElement.prototype.click = function () { name = this.download; };
            document.querySelector('#result .button.is-primary').click();
            [URL.createObjectURL, HTMLAnchorElement.prototype.click] = [createObjectURL, click];
            return [name, [...new Uint8Array(await blob.arrayBuffer())].map((byte) => byte.toString(16).padStart(2, '0')).join('')];
        })()",
    );
    assert_eq!(zip[0], "ord-ers.zip");
    let hex = zip[1].as_str().expect("bytes");
    let bytes: Vec<u8> =
        (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hex")).collect();
    let mut archive = ZipArchive::new(Cursor::new(bytes)).expect("a zip");
    let mut from_browser: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for at in 0..archive.len() {
        let mut file = archive.by_index(at).expect("an entry");
        assert_eq!(file.unix_mode().map(|mode| mode & 0o777), Some(0o644), "{at}");
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).expect("its bytes");
        from_browser
            .insert(file.name().expect("a name").strip_prefix("ord-ers/").expect("one folder").to_string(), bytes);
    }

    let folder = Folder::fresh("scaffolded");
    let given = folder.path().join("values.json");
    fs::write(&given, values.to_string()).expect("values");
    let dest = folder.path().join("made");
    let output = Command::new(env!("CARGO_BIN_EXE_callboard"))
        .args(["new", "go-http-service", "--defaults", "--portal"])
        .arg(scene.stage.example.path())
        .arg("--values")
        .arg(&given)
        .arg(&dest)
        .output()
        .expect("the program runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut from_command = BTreeMap::new();
    read_all(&dest, "", &mut from_command);
    assert_eq!(from_browser.keys().collect::<Vec<_>>(), from_command.keys().collect::<Vec<_>>());
    for (path, bytes) in &from_browser {
        assert_eq!(String::from_utf8_lossy(bytes), String::from_utf8_lossy(&from_command[path]), "{path}");
    }
}

fn read_all(folder: &Path, below: &str, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let entry = entry.expect("an entry");
        let path = format!("{below}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            read_all(&entry.path(), &format!("{path}/"), files);
        } else {
            files.insert(path, fs::read(entry.path()).expect("a file"));
        }
    }
}
