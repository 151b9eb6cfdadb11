//! Rules about teams and users of forges, and about who asks there.

use crate::diagnostics::{Finding, Place, Rule, Severity, count};

/// The rules of this file.
pub const RULES: &[&Rule] = &[APP_NOT_INSTALLED, APP_REFUSED, PERSON_UNNAMED, PEOPLE_CUT];

const APP_NOT_INSTALLED: &Rule = &Rule {
    name: "app-not-installed",
    severity: Severity::Warning,
    summary: "A GitHub App is to log in for an organisation that has not installed it.",
    why: "What only members may see of that organisation cannot be read: its repositories, teams and users are missing, \
          or shown as they were before.",
};
const APP_REFUSED: &Rule = &Rule {
    name: "app-refused",
    severity: Severity::Warning,
    summary: "A GitHub App cannot log in.",
    why: "Nothing is read in its name. What it was to read is missing, or shown as it was before.",
};
const PERSON_UNNAMED: &Rule = &Rule {
    name: "people-unnamed",
    severity: Severity::Warning,
    summary: "A team or user of a forge has a name that no entity can have.",
    why: "It is left out of the catalog, and refs to it lead nowhere. Backstage refuses it, too.",
};
const PEOPLE_CUT: &Rule = &Rule {
    name: "people-cut",
    severity: Severity::Warning,
    summary: "A provider gives more teams or users than are read.",
    why: "The rest is missing from the portal, and refs to it lead nowhere.",
};

pub fn app_not_installed(place: Place, app: &str, owner: &str, host: &str) -> Finding {
    Finding::new(APP_NOT_INSTALLED, place, format!("the GitHub App {app} is not installed for `{owner}` on `{host}`"))
        .hint(format!("Install it there, or set a `token` for `{host}` that reads what `{owner}` has."))
}

pub fn app_refused(place: Place, app: &str, owner: &str, cause: &str) -> Finding {
    let named = if app.is_empty() { "a GitHub App".to_string() } else { format!("the GitHub App {app}") };
    Finding::new(APP_REFUSED, place, format!("{named} cannot log in for `{owner}`: {cause}"))
        .hint("Compare `appId` and `privateKey` with the settings of the app on GitHub.")
}

/// `what` is `team` or `user`.
pub fn unnamed(place: Place, provider: &str, what: &str, names: &[String]) -> Finding {
    let (first, rest) = (names.first().map_or("", String::as_str), names.len().saturating_sub(1));
    let others = if rest == 0 { String::new() } else { format!(", and of {} more", count(rest, what)) };
    let message = format!("`{provider}`: the name of the {what} `{first}`{others} cannot be that of an entity");
    Finding::new(PERSON_UNNAMED, place, message)
        .hint("Names of entities are 63 characters at most: letters and digits, with `-`, `_` or `.` between them.")
}

/// `what` is `team` or `user`, `option` the keys that make the list shorter.
pub fn cut(place: Place, provider: &str, what: &str, most: usize, option: &str) -> Finding {
    let message = format!("`{provider}` gives more than {}; the others are left out", count(most, what));
    Finding::new(PEOPLE_CUT, place, message).hint(format!("Spread them over several providers with {option}."))
}
