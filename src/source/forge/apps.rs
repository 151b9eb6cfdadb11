//! GitHub Apps: who logs in for an organisation, and with which token.
//!
//! An app signs with its private key that it is itself, is told where it is installed, and is given a token for one
//! organisation, which lasts an hour. Both go to the API of the app's own host alone.

use super::{Answer, Api, Fault, Patience, instant};
use crate::config::{App, Forge, Integration, Secret};
use crate::diagnostics::{Finding, rules};
use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::rsa::KeyPair;
use ring::signature::RSA_PKCS1_SHA256;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

/// Installations of one app that are read, a hundred on a page.
const MOST_PAGES: usize = 100;
/// A token is not used any more so many seconds before it ends.
const MARGIN: i64 = 300;
/// A token that does not say when it ends is taken to last so long.
const USUAL: i64 = 3600;
/// GitHub takes ten minutes at most; clocks differ.
const SIGNED_FOR: i64 = 540;
const CLOCKS_DIFFER: i64 = 60;

/// The credentials of one run, by host and owner.
pub(in crate::source) struct Credentials {
    patience: Patience,
    /// By host and app.
    apps: Mutex<BTreeMap<(String, String), Known>>,
    /// What went wrong, told once each.
    findings: Mutex<BTreeMap<(String, String), Finding>>,
}

/// What is known of an app on a host.
#[derive(Default)]
struct Known {
    api: Option<Api>,
    /// Where it is installed, or why that is not known.
    installations: Option<Result<Vec<Installation>, String>>,
    /// By the number of the installation.
    tokens: BTreeMap<u64, Token>,
    /// All that it was ever given.
    given: Vec<Secret>,
}

#[derive(Debug, Clone)]
struct Installation {
    id: u64,
    owner: String,
    is_organization: bool,
    is_suspended: bool,
}

#[derive(Debug, Clone)]
struct Token {
    secret: Secret,
    /// In seconds since 1970.
    ends: i64,
}

/// Who asks: an app that is installed there, or the one whose token stands in the configuration.
#[derive(Debug, Clone)]
pub(in crate::source) struct Credential {
    pub(in crate::source) secret: Secret,
    pub(in crate::source) is_app: bool,
}

impl Credentials {
    pub(in crate::source) fn new(patience: Patience) -> Credentials {
        Credentials { patience, apps: Mutex::default(), findings: Mutex::default() }
    }

    /// What to show a host as one who reads what `owner` has: apps come first, `token` where none is installed there.
    pub(in crate::source) fn of(&self, integration: &Integration, owner: &str) -> Option<Credential> {
        let app = self.app_token(integration, owner).map(|secret| Credential { secret, is_app: true });
        app.or_else(|| {
            let secret = integration.token.clone()?;
            Some(Credential { secret, is_app: false })
        })
    }

    /// The same, its token alone.
    pub(in crate::source) fn credential(&self, integration: &Integration, owner: &str) -> Option<Secret> {
        self.of(integration, owner).map(|credential| credential.secret)
    }

    /// Organisations that installed an app, or only the one with this id, in order.
    pub(in crate::source) fn organizations(
        &self,
        integration: &Integration,
        app: Option<&str>,
    ) -> Result<Vec<String>, Fault> {
        let mut owners = BTreeSet::new();
        for row in integration.apps.iter().filter(|row| app.is_none_or(|id| row.id == id)) {
            let found = self.with(integration, row, |known, api| known.installations(api, row).cloned())?;
            let fits = |found: &&Installation| found.is_organization && !found.is_suspended && lets(row, &found.owner);
            owners.extend(found.iter().filter(fits).map(|found| found.owner.clone()));
        }
        Ok(owners.into_iter().collect())
    }

    /// Every token that this run was given.
    pub(in crate::source) fn given(&self) -> Vec<Secret> {
        let apps = self.apps.lock().unwrap_or_else(PoisonError::into_inner);
        apps.values().flat_map(|known| known.given.iter().cloned()).collect()
    }

    /// What went wrong, in order.
    pub(in crate::source) fn findings(&self) -> Vec<Finding> {
        self.findings.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    fn app_token(&self, integration: &Integration, owner: &str) -> Option<Secret> {
        let apps = || integration.apps.iter().filter(|app| lets(app, owner));
        let mut is_missing = None;
        for app in apps() {
            match self.with(integration, app, |known, api| known.token_of(api, app, owner)) {
                Ok(Some(token)) => return Some(token),
                Ok(None) => is_missing = Some(app),
                Err(fault) => {
                    let finding = rules::people::app_refused(app.place.clone(), &app.id, owner, &fault.reason);
                    self.tell(integration, &app.id, finding);
                }
            }
        }
        for app in apps().filter(|app| app.is_public) {
            if let Ok(Some(token)) = self.with(integration, app, |known, api| known.first_token(api, app)) {
                return Some(token);
            }
        }
        if let (Some(app), None) = (is_missing, &integration.token) {
            let finding = rules::people::app_not_installed(app.place.clone(), &app.id, owner, &integration.host);
            self.tell(integration, owner, finding);
        }
        None
    }

    fn tell(&self, integration: &Integration, about: &str, finding: Finding) {
        let mut findings = self.findings.lock().unwrap_or_else(PoisonError::into_inner);
        findings.entry((integration.host.clone(), about.to_lowercase())).or_insert(finding);
    }

    /// One asks at a time: others wait for the same answer.
    fn with<T>(
        &self,
        integration: &Integration,
        app: &App,
        asks: impl FnOnce(&mut Known, &Api) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let mut apps = self.apps.lock().unwrap_or_else(PoisonError::into_inner);
        let known = apps.entry((integration.host.to_lowercase(), app.id.clone())).or_default();
        if known.api.is_none() {
            known.api = Api::of(integration, self.patience.clone()).filter(|api| api.forge == Forge::GitHub);
        }
        let api = known.api.clone().ok_or_else(|| Fault::of_question("its host has no apps"))?;
        asks(known, &api)
    }
}

impl Known {
    fn installations(&mut self, api: &Api, app: &App) -> Result<&Vec<Installation>, Fault> {
        let found =
            self.installations.get_or_insert_with(|| read_installations(api, app).map_err(|fault| fault.reason));
        found.as_ref().map_err(|reason| Fault::of_question(reason.clone()))
    }

    /// `None` where the app is not installed for `owner`.
    fn token_of(&mut self, api: &Api, app: &App, owner: &str) -> Result<Option<Secret>, Fault> {
        let all = self.installations(api, app)?;
        let Some(found) = all.iter().find(|found| found.owner.eq_ignore_ascii_case(owner)).cloned() else {
            return Ok(None);
        };
        if found.is_suspended {
            return Err(Fault::of_question("its installation there is suspended"));
        }
        self.token(api, app, found.id).map(Some)
    }

    fn first_token(&mut self, api: &Api, app: &App) -> Result<Option<Secret>, Fault> {
        let first = self.installations(api, app)?.iter().find(|found| !found.is_suspended).map(|found| found.id);
        first.map(|id| self.token(api, app, id)).transpose()
    }

    fn token(&mut self, api: &Api, app: &App, installation: u64) -> Result<Secret, Fault> {
        if let Some(token) = self.tokens.get(&installation).filter(|token| token.ends - MARGIN > now()) {
            return Ok(token.secret.clone());
        }
        let api = api.with_token(signed(app, now())?);
        let answer = api.post(&format!("app/installations/{installation}/access_tokens"), &json!({}))?;
        let text = answer["token"].as_str().filter(|text| is_plain(text));
        let text = text.ok_or_else(|| Fault::of_question("its answer holds no token"))?;
        let secret = Secret::new(text);
        let ends = answer["expires_at"].as_str().and_then(instant).unwrap_or_else(|| now() + USUAL);
        self.given.push(secret.clone());
        self.tokens.insert(installation, Token { secret: secret.clone(), ends });
        Ok(secret)
    }
}

/// Whether an app may log in for an owner.
fn lets(app: &App, owner: &str) -> bool {
    app.owners.as_ref().is_none_or(|owners| owners.iter().any(|allowed| allowed.eq_ignore_ascii_case(owner)))
}

/// What may stand in a header, and in the environment of git.
fn is_plain(text: &str) -> bool {
    (1..=1000).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn read_installations(api: &Api, app: &App) -> Result<Vec<Installation>, Fault> {
    let api = api.with_token(signed(app, now())?);
    let mut found = Vec::new();
    for page in 1..=MOST_PAGES {
        let query = [("per_page", "100"), ("page", &*page.to_string())];
        let Answer::New(page) = api.get("app/installations", &query, None)? else {
            return Err(Fault::of_question("its answer says nothing"));
        };
        let rows: Vec<Json> = serde_json::from_slice(&page.body)
            .map_err(|_| Fault::of_question("its answer is no list of installations"))?;
        let is_empty = rows.is_empty();
        found.extend(rows.iter().filter_map(installation));
        if !page.has_next || is_empty {
            return Ok(found);
        }
    }
    Err(Fault::of_question(format!("it is installed more than {} times", MOST_PAGES * 100)))
}

fn installation(row: &Json) -> Option<Installation> {
    Some(Installation {
        id: row["id"].as_u64()?,
        owner: row["account"]["login"].as_str()?.to_string(),
        is_organization: row["target_type"] == "Organization",
        is_suspended: !row["suspended_by"].is_null() || !row["suspended_at"].is_null(),
    })
}

fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs() as i64)
}

/// A JSON Web Token by which an app says that it is itself.
fn signed(app: &App, now: i64) -> Result<Secret, Fault> {
    for (name, text) in [("appId", app.id.as_str()), ("privateKey", app.key.reveal())] {
        if text.is_empty() {
            return Err(Fault::of_question(format!("its `{name}` is missing; is its variable set?")));
        }
    }
    let key = key_of(app.key.reveal()).ok_or_else(|| Fault::of_question("its `privateKey` is no RSA key as PEM"))?;
    let part = |json: Json| BASE64_URL_SAFE_NO_PAD.encode(json.to_string());
    let claims = json!({ "iat": now - CLOCKS_DIFFER, "exp": now - CLOCKS_DIFFER + SIGNED_FOR, "iss": app.id });
    let text = format!("{}.{}", part(json!({ "alg": "RS256", "typ": "JWT" })), part(claims));
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature)
        .map_err(|_| Fault::of_question("its `privateKey` signs nothing"))?;
    Ok(Secret::new(format!("{text}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))))
}

/// GitHub hands out PKCS#1; other programs make PKCS#8 of it.
fn key_of(pem: &str) -> Option<KeyPair> {
    let (_, rest) = pem.split_once("-----BEGIN ")?;
    let (kind, rest) = rest.split_once("-----")?;
    let (body, _) = rest.split_once("-----END ")?;
    let body: String = body.split_whitespace().collect();
    let der = BASE64_STANDARD.decode(body).ok()?;
    match kind {
        "RSA PRIVATE KEY" => KeyPair::from_der(&der).ok(),
        "PRIVATE KEY" => KeyPair::from_pkcs8(&der).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::Place;
    use crate::source::fake_forge::organization as fake;
    use crate::source::fake_forge::{Api as Speaks, Forge as Fake, Mood};

    fn app(id: &str) -> App {
        let place = Place::file("", "app-config.yaml");
        App { id: id.into(), key: Secret::new(fake::APP_KEY), owners: None, is_public: false, place }
    }

    fn integration(fake: &Fake, apps: Vec<App>) -> Integration {
        let api = url::Url::parse(&format!("{}/api/v3", fake.base())).ok();
        Integration { forge: Forge::GitHub, host: "git.example".into(), token: None, api, base: None, apps }
    }

    fn installed(owners: &[&str]) -> Fake {
        let app = Some(fake::App::new(7, owners));
        Fake::of(Speaks::GitHub, fake::Organization { app, ..fake::Organization::new("acme") })
    }

    fn shown(credentials: &Credentials) -> Vec<String> {
        credentials.findings().into_iter().map(|finding| finding.message.clone()).collect()
    }

    #[test]
    fn an_app_logs_in_where_it_is_installed_and_is_given_one_token() {
        let fake = installed(&["other", "Acme"]);
        let row = integration(&fake, vec![app("7")]);
        let credentials = Credentials::new(Patience::none());
        let tokens = ["acme", "ACME", "other"].map(|owner| credentials.credential(&row, owner).expect("a token"));
        assert_eq!(tokens.each_ref().map(Secret::reveal), ["ghs_2x1", "ghs_2x1", "ghs_1x2"]);
        let asked = fake.asked();
        assert_eq!(asked.len(), 3, "where it is installed, and two tokens");
        // The forge looks at signatures; without the key nobody gets past it.
        assert!(asked.iter().all(|asked| asked.status < 300 && !asked.path.contains("PRIVATE")));
        assert_eq!(credentials.given().iter().map(Secret::reveal).collect::<Vec<_>>(), ["ghs_2x1", "ghs_1x2"]);
        assert_eq!(credentials.organizations(&row, Some("7")).expect("a list"), ["Acme", "other"]);
        assert!(credentials.organizations(&row, Some("8")).expect("a list").is_empty());
        assert_eq!(shown(&credentials), [""; 0]);
    }

    #[test]
    fn tokens_are_renewed_before_they_end() {
        let fake = installed(&["acme"]);
        fake.change(|organization| {
            organization.app.as_mut().expect("an app").tokens_end = "2001-01-01T00:00:00Z".to_string();
        });
        let row = integration(&fake, vec![app("7")]);
        let credentials = Credentials::new(Patience::none());
        let tokens = [(); 2].map(|()| credentials.credential(&row, "acme").map(|token| token.reveal().to_string()));
        assert_eq!(tokens, [Some("ghs_1x1".to_string()), Some("ghs_1x2".to_string())]);
    }

    #[test]
    fn a_token_of_the_configuration_stands_in_where_no_app_is_installed() {
        let fake = installed(&["acme"]);
        let mut row = integration(&fake, vec![app("7")]);
        let credentials = Credentials::new(Patience::none());
        assert!(credentials.credential(&row, "elsewhere").is_none());
        assert!(credentials.credential(&row, "elsewhere").is_none());
        let told = ["the GitHub App 7 is not installed for `elsewhere` on `git.example`"];
        assert_eq!(shown(&credentials), told);

        row.token = Some(Secret::new("hunter2secret"));
        let credentials = Credentials::new(Patience::none());
        let found = ["acme", "elsewhere"].map(|owner| credentials.of(&row, owner).expect("somebody"));
        assert_eq!(
            found.each_ref().map(|found| (found.secret.reveal(), found.is_app)),
            [("ghs_1x1", true), ("hunter2secret", false)]
        );
        assert_eq!(shown(&credentials), [""; 0]);
        assert!(fake.asked().iter().all(|asked| asked.header("authorization") != Some("Bearer hunter2secret")));

        row.apps[0].owners = Some(vec!["others".into()]);
        let credentials = Credentials::new(Patience::none());
        assert_eq!(credentials.credential(&row, "acme").expect("a token").reveal(), "hunter2secret");
        assert!(fake.asked().is_empty());

        (row.token, row.apps[0].owners, row.apps[0].is_public) = (None, None, true);
        assert_eq!(credentials.credential(&row, "elsewhere").expect("a token").reveal(), "ghs_1x2");
    }

    #[test]
    fn an_app_that_cannot_log_in_is_told_once() {
        let fake = installed(&["acme"]);
        let mut wrong = app("7");
        wrong.key = Secret::new("hunter2secret");
        let why = |row: &Integration, mood: Mood| {
            fake.is_in(mood);
            let credentials = Credentials::new(Patience::none());
            assert!(credentials.credential(row, "acme").is_none() && credentials.credential(row, "other").is_none());
            let told = shown(&credentials);
            assert_eq!(told.len(), 1, "{told:?}");
            assert!(!told[0].contains("hunter2") && !told[0].contains("BEGIN"), "{told:?}");
            told[0].clone()
        };
        assert!(why(&integration(&fake, vec![wrong]), Mood::Well).contains("no RSA key as PEM"));
        assert!(why(&integration(&fake, vec![app("8")]), Mood::Well).contains("status 401"));
        assert!(why(&integration(&fake, vec![app("")]), Mood::Well).contains("a GitHub App cannot log in for `acme`"));
        let row = integration(&fake, vec![app("7")]);
        assert!(why(&row, Mood::Says("{}")).contains("no list of installations"));
        assert!(why(&row, Mood::Fails(503, "X-A: b")).contains("status 503"));
        let elsewhere = installed(&["acme"]);
        assert!(why(&row, Mood::Moved(elsewhere.base())).contains("redirects to another host"));
        assert!(elsewhere.asked().is_empty());
        fake.is_in(Mood::Well);
        fake.change(|organization| organization.app.as_mut().expect("an app").is_suspended = true);
        let credentials = Credentials::new(Patience::none());
        assert!(credentials.credential(&row, "acme").is_none());
        assert!(shown(&credentials)[0].contains("suspended"));
    }

    #[test]
    fn keys_come_in_two_wrappings() {
        assert!(key_of(fake::APP_KEY).is_some());
        let line = fake::APP_KEY.replace('\n', " ");
        assert!(key_of(&line).is_some(), "line ends do not matter");
        for odd in [
            "",
            "-----BEGIN RSA PRIVATE KEY-----",
            "-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----",
        ] {
            assert!(key_of(odd).is_none(), "{odd}");
        }
    }
}
