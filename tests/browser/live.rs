//! Plugins whose data browsers refresh.

use super::Scene;
use super::devtools::file_address;
use super::folder::Folder;
use super::receiver::Receiver;
use super::site::{Server, Site};
use std::fs;

/// A portal with a plugin that reads from `origin`, which the configuration lists or not.
fn portal(origin: &str, listed: &str) -> (Folder, Site) {
    let content = Folder::fresh("live");
    let write = |path: &str, text: &str| {
        let path = content.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder above")).expect("a folder");
        fs::write(path, text).expect("a file");
    };
    write("app-config.yaml", &format!("callboard: {{ connect: [{listed}] }}\n"));
    let shop = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: { name: shop, annotations: { tool/id: a/b } }\n\
                spec: { type: service, lifecycle: production, owner: nobody }\n";
    write("repos/shop/catalog-info.yaml", shop);
    let manifest = format!(
        "title: Tool\nannotation: tool/id\ndata: {{ runs: {{ file: runs.json }} }}\nshow: {{ tab: tab.html }}\nscript: tool.js\n\
         live: {{ source: runs, url: '{origin}/api/{{annotation}}', every: 5 }}\n"
    );
    write("plugins/tool/plugin.yaml", &manifest);
    write("plugins/tool/runs.json", r#"{"latest": {"state": "passing"}}"#);
    write(
        "plugins/tool/tab.html",
        r#"<p id="state" data-live="latest.state">{{ data.runs.latest.state }}</p><p id="own"></p>"#,
    );
    let script = "addEventListener('callboard:data', (event) => { document.getElementById('own').textContent = event.detail.latest.n; });";
    write("plugins/tool/tool.js", script);
    let site = Site::build(content.path(), "/live/");
    (content, site)
}

const TAB: &str = "catalog/default/component/shop/tool/";

/// The snapshot first, then what the tool says now; a tool that says nothing costs nothing.
pub(super) fn newer_data(scene: &mut Scene) {
    let receiver = Receiver::saying(r#"{"latest": {"state": "<b>failing</b>", "n": 7}}"#);
    let origin = format!("http://{}", receiver.address);
    let (_content, site) = portal(&origin, &origin);
    let server = Server::start(&[&site]);
    let tab = format!("http://{}/live/{TAB}", server.address);

    scene.page.open(&tab);
    scene.page.wait("document.getElementById('own').textContent === '7'");
    assert_eq!(scene.page.text("document.getElementById('state').textContent"), "<b>failing</b>");
    scene.page.assert("document.querySelector('[data-asof]').textContent.startsWith('Live, as of')");
    let told = receiver.told(1).remove(0);
    assert_eq!((told.method.as_str(), told.path.as_str()), ("GET", "/api/a%2Fb"));
    assert_eq!((told.header("cookie"), told.header("referer"), told.header("authorization")), ("", "", ""));
    scene.page.forgive("left the portal");

    // From disk there is the snapshot.
    scene.page.open(&file_address(&site.path().join(TAB).join("index.html")));
    receiver.told(0);
    assert_eq!(scene.page.text("document.getElementById('state').textContent"), "passing");

    // A tool that is away leaves the snapshot, and the page says so.
    drop(receiver);
    scene.page.open(&tab);
    scene.page.wait("document.querySelector('.plugin-unlive')");
    assert_eq!(scene.page.text("document.getElementById('state').textContent"), "passing");
    scene.page.assert("document.querySelector('[data-asof]').textContent.startsWith('As of')");
    scene.page.forgive("left the portal");
    scene.page.forgive("ERR_CONNECTION_REFUSED");

    // An origin that is not listed is not even tried.
    let receiver = Receiver::saying("{}");
    let (_content, site) = portal(&format!("http://{}", receiver.address), "");
    let server = Server::start(&[&site]);
    scene.page.open(&format!("http://{}/live/{TAB}", server.address));
    receiver.told(0);
    assert_eq!(scene.page.text("document.getElementById('state').textContent"), "passing");
    scene.page.forgive("left the portal");
}
