//! What opens the sources is told to their host and to nobody else.

use crate::FORGES;
use crate::forge::organization::{APP_KEY, App, Organization};
use crate::forge::{Api, Forge, Mood};
use crate::portal::{Portal, Run, TOKEN, component, files_below};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;

/// The token, and as git is given it.
fn forms(user: &str, token: &str) -> Vec<String> {
    let pair = BASE64_STANDARD.encode(format!("{user}:{token}"));
    vec![token.to_string(), pair]
}

/// None of the words stands in what was said or written.
#[track_caller]
fn tells_nothing(portal: &Portal, runs: &[Run], words: &[String]) {
    let holds = |bytes: &[u8]| words.iter().any(|word| bytes.windows(word.len()).any(|part| part == word.as_bytes()));
    for run in runs {
        assert!(!holds(run.out.as_bytes()) && !holds(run.err.as_bytes()), "{}\n{}", run.out, run.err);
    }
    let mut files = 0;
    for folder in ["out", "portal", "report.json"] {
        for file in files_below(&portal.path(folder)) {
            files += 1;
            // The configuration that a test wrote.
            if !file.ends_with("portal/app-config.yaml") && !file.ends_with("app.pem") {
                assert!(!holds(&std::fs::read(&file).expect("a file")), "{}", file.display());
            }
        }
    }
    assert!(files > 100 && portal.path("portal/callboard.lock").is_file(), "something was looked at");
}

fn all(portal: &Portal) -> Vec<Run> {
    let commands = [
        "sync portal --verbose",
        "build portal --out out --report report.json --verbose --timings",
        "sources portal --format json",
        "sources portal",
        "build portal --out out --locked --report report.json",
    ];
    commands.map(|command| portal.run(command)).into()
}

#[test]
fn tokens_are_told_to_nobody_else() {
    for (api, key) in FORGES {
        let portal = Portal::new(&format!("token-{key}"), api);
        portal.pushes("shop", &component("shop", "Sells gramophones"));
        portal.pushes("pay", &component("pay", "Takes money"));
        let other = Forge::of(api, Organization { served: Some(portal.served()), ..Organization::new("acme") });
        let user = match api {
            Api::GitHub => "x-access-token",
            Api::GitLab => "oauth2",
            Api::Gitea => "x-token-auth",
        };
        let words = forms(user, TOKEN);
        tells_nothing(&portal, &all(&portal), &words);
        // API and git lead to another host, one after the other, before and after they were well.
        for part in [".git/", "acme"] {
            portal.pushes("shop", &component("shop", &format!("Sells {part}").replace('/', "")));
            portal.forge.is_at(part, Mood::Moved(other.base()));
            let runs = all(&portal);
            // Git of GitHub's addresses goes another way here than a look at where they lead.
            let is_told =
                api == Api::GitHub && part == ".git/" || runs.iter().any(|run| run.err.contains("another host"));
            assert!(is_told, "{api:?} {part}: {}", runs[1].err);
            tells_nothing(&portal, &runs, &words);
            portal.forge.is_well();
        }
        // And it asks for a password, or is broken.
        for mood in [Mood::Fails(401, "WWW-Authenticate: Basic realm=\"x\""), Mood::Fails(500, "X-A: b")] {
            portal.forge.is_in(mood);
            tells_nothing(&portal, &all(&portal), &words);
        }
        let heard = other.asked();
        assert!(heard.is_empty(), "{api:?}: {heard:?}");
    }
}

#[test]
fn what_an_app_is_given_is_told_to_nobody_else() {
    let portal = Portal::new("app-token", Api::GitHub);
    portal.pushes("shop", &component("shop", "Sells gramophones"));
    portal.scratch.write("portal/app.pem", APP_KEY);
    let (host, base) = (portal.forge.host(), portal.forge.base());
    portal.scratch.write(
        "portal/app-config.yaml",
        format!(
            "catalog:\n  rules: [{{ allow: [Component] }}]\n  providers:\n    github: {{ host: '{host}', organization: \
             acme, catalogPath: '**/catalog-info.yaml' }}\nintegrations:\n  github:\n    - host: '{host}'\n      \
             apiBaseUrl: '{base}/api/v3'\n      apps: [{{ appId: 7, privateKey: {{ $file: app.pem }} }}]\ncallboard: {{ \
             gitProtocols: [http] }}\n"
        ),
    );
    portal.forge.change(|organization| {
        organization.token = None;
        organization.app = Some(App::new(7, &["acme"]));
    });
    let key_line = APP_KEY.lines().nth(3).expect("a key").to_string();
    let words = ["ghs_1x1", "ghs_1x2", "ghs_1x3", "ghs_1x4", "ghs_1x5", &key_line].map(str::to_string);
    let other = Forge::of(Api::GitHub, Organization { served: Some(portal.served()), ..Organization::new("acme") });
    let runs = all(&portal);
    assert!(portal.shows("out", "shop"), "{}", runs[1].err);
    let minted = portal.forge.asked().iter().any(|asked| asked.path.ends_with("/access_tokens") && asked.status == 201);
    assert!(minted, "the app logged in");
    tells_nothing(&portal, &runs, &words);
    for part in ["/access_tokens", "/orgs/acme", ".git/"] {
        portal.pushes("shop", &component("shop", &format!("Sells {}", part.len())));
        portal.forge.is_at(part, Mood::Moved(other.base()));
        tells_nothing(&portal, &all(&portal), &words);
        portal.forge.is_well();
    }
    assert!(other.asked().is_empty());
}

#[test]
fn a_password_in_an_address_of_git_is_used_and_not_told() {
    let portal = Portal::new("password", Api::Gitea);
    portal.pushes("shop", &component("shop", "Sells gramophones"));
    let address = format!("{}/acme/shop.git", portal.forge.base());
    let with_password = address.replace("http://", &format!("http://x-token-auth:{TOKEN}@"));
    portal.scratch.write(
        "portal/app-config.yaml",
        format!(
            "catalog: {{ rules: [{{ allow: [Component] }}] }}\ncallboard:\n  gitProtocols: [http]\n  sources: {{ git: \
             ['{with_password}'] }}\n"
        ),
    );
    let words = forms("x-token-auth", TOKEN);
    let runs = all(&portal);
    assert!(portal.shows("out", "shop"), "{}", runs[1].err);
    tells_nothing(&portal, &runs, &words);
    let other = Forge::of(Api::Gitea, Organization { served: Some(portal.served()), ..Organization::new("acme") });
    for mood in [Mood::Moved(other.base()), Mood::Fails(401, "X-A: b"), Mood::Fails(500, "X-A: b")] {
        portal.forge.is_in(mood);
        tells_nothing(&portal, &all(&portal), &words);
    }
    assert!(other.asked().is_empty());
}
