//! Organisations of GitHub: their members and teams.

use super::{
    LONGEST_TEXT, LONGEST_TITLE, MOST_TEAMS, MOST_USERS, Options, Team, Told, User, Wanted, email, is_name,
    is_namespace, line, picture,
};
use crate::source::forge::{Api, Fault};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

/// GitHub tells the addresses of people to people, not to apps.
pub(super) const USERS: &str = "\
query($org: String!, $email: Boolean!, $cursor: String) {
  organization(login: $org) {
    membersWithRole(first: 100, after: $cursor) {
      pageInfo { hasNextPage endCursor }
      nodes { id login name bio avatarUrl email @include(if: $email) }
    }
  }
}";

pub(super) const TEAMS: &str = "\
query($org: String!, $cursor: String) {
  organization(login: $org) {
    teams(first: 50, after: $cursor) {
      pageInfo { hasNextPage endCursor }
      nodes {
        slug name description avatarUrl
        parentTeam { slug }
        members(first: 100, membership: IMMEDIATE) { pageInfo { hasNextPage endCursor } nodes { login } }
      }
    }
  }
}";

/// The members of one team, behind those that came with it.
pub(super) const MEMBERS: &str = "\
query($org: String!, $team: String!, $cursor: String) {
  organization(login: $org) {
    team(slug: $team) {
      members(first: 100, after: $cursor, membership: IMMEDIATE) { pageInfo { hasNextPage endCursor } nodes { login } }
    }
  }
}";

pub(super) fn ask(what: &Wanted, api: &Api, options: &Options<'_>) -> Told {
    let mut told = Told::default();
    let organizations = match organizations(what, options) {
        Ok(organizations) => organizations,
        Err(fault) => return Told { fault: Some(fault), ..told },
    };
    // As in Backstage, one organisation that is named has the default namespace.
    let has_namespaces = what.organizations.len() != 1;
    let mut users = BTreeMap::new();
    for organization in &organizations {
        let asked = Asked { api, options, organization, has_namespaces };
        if let Err(fault) = asked.read(&mut told, &mut users) {
            told.fault.get_or_insert(Fault { reason: format!("`{organization}`: {}", fault.reason), ..fault });
        }
    }
    told.users = users.into_values().collect();
    told.join();
    told
}

fn organizations(what: &Wanted, options: &Options<'_>) -> Result<Vec<String>, Fault> {
    let mut organizations = what.organizations.clone();
    if organizations.is_empty() {
        organizations = options.credentials.organizations(options.integration, None)?;
    }
    let mut seen = BTreeSet::new();
    organizations.retain(|organization| seen.insert(organization.to_lowercase()));
    if organizations.is_empty() {
        return Err(Fault::of_question(
            "no organisation is named by `orgs`, and no GitHub App says where it is installed",
        ));
    }
    Ok(organizations)
}

/// One organisation.
struct Asked<'a> {
    api: &'a Api,
    options: &'a Options<'a>,
    organization: &'a str,
    has_namespaces: bool,
}

impl Asked<'_> {
    fn read(&self, told: &mut Told, users: &mut BTreeMap<String, User>) -> Result<(), Fault> {
        let credential = self.options.credentials.of(self.options.integration, self.organization);
        let gives_email = credential.as_ref().is_none_or(|credential| !credential.is_app);
        let api = credential.map_or_else(|| self.api.clone(), |credential| self.api.with_token(credential.secret));
        let namespace = self.has_namespaces.then(|| self.organization.to_lowercase());
        if namespace.as_ref().is_some_and(|namespace| !is_namespace(namespace)) {
            return Err(Fault::of_question("its name cannot be a namespace"));
        }

        let question = json!({ "org": self.organization, "email": gives_email });
        told.has_more_users |= pages(&api, USERS, question, &["membersWithRole"], MOST_USERS, &mut |row| {
            let Some(login) = row["login"].as_str() else { return Ok(()) };
            if is_name(login) {
                users.entry(login.to_lowercase()).or_insert_with(|| user(row, login));
            } else {
                told.unnamed_users.extend(line(&row["login"], LONGEST_TITLE));
            }
            Ok(())
        })?;
        let question = json!({ "org": self.organization });
        told.has_more_teams |= pages(&api, TEAMS, question, &["teams"], MOST_TEAMS, &mut |row| {
            let Some(slug) = row["slug"].as_str() else { return Ok(()) };
            if !is_name(slug) {
                told.unnamed_teams.extend(line(&row["slug"], LONGEST_TITLE));
                return Ok(());
            }
            let members = self.members(&api, row, slug)?;
            told.teams.push(Team { namespace: namespace.clone(), members, ..self.team(row, slug) });
            Ok(())
        })?;
        Ok(())
    }

    /// Those who are in a team itself.
    fn members(&self, api: &Api, row: &Json, slug: &str) -> Result<Vec<String>, Fault> {
        let first = &row["members"];
        let mut members = BTreeSet::new();
        let mut take =
            |row: &Json| members.extend(row["login"].as_str().filter(|name| is_name(name)).map(String::from));
        first["nodes"].as_array().into_iter().flatten().for_each(&mut take);
        if first["pageInfo"]["hasNextPage"] == true {
            let cursor = &first["pageInfo"]["endCursor"];
            let question = json!({ "org": self.organization, "team": slug, "cursor": cursor });
            pages(api, MEMBERS, question, &["team", "members"], MOST_USERS, &mut |row| {
                take(row);
                Ok(())
            })?;
        }
        Ok(members.into_iter().collect())
    }

    fn team(&self, row: &Json, slug: &str) -> Team {
        let organization = self.organization;
        let edit = format!("{}/orgs/{organization}/teams/{slug}/edit", self.options.integration.base());
        Team {
            name: slug.to_string(),
            title: line(&row["name"], LONGEST_TITLE),
            description: line(&row["description"], LONGEST_TEXT),
            picture: picture(&row["avatarUrl"]),
            annotations: vec![
                ("github.com/team-slug".to_string(), format!("{organization}/{slug}")),
                ("backstage.io/edit-url".to_string(), edit),
            ],
            parent: row["parentTeam"]["slug"].as_str().filter(|slug| is_name(slug)).map(str::to_string),
            ..Team::default()
        }
    }
}

fn user(row: &Json, login: &str) -> User {
    let mut annotations = vec![("github.com/user-login".to_string(), login.to_string())];
    annotations.extend(line(&row["id"], LONGEST_TITLE).map(|id| ("github.com/user-id".to_string(), id)));
    User {
        name: login.to_string(),
        title: line(&row["name"], LONGEST_TITLE),
        description: line(&row["bio"], LONGEST_TEXT),
        email: email(&row["email"]),
        picture: picture(&row["avatarUrl"]),
        annotations,
        ..User::default()
    }
}

/// Asks for the rows of a connection, page by page; `at` leads to it from the organisation. What comes back says
/// whether there are more than `most`.
fn pages(
    api: &Api,
    query: &str,
    mut question: Json,
    at: &[&str],
    most: usize,
    take: &mut dyn FnMut(&Json) -> Result<(), Fault>,
) -> Result<bool, Fault> {
    let mut taken = 0;
    loop {
        let data = api.graphql(query, &question)?;
        let found = at.iter().fold(&data["organization"], |found, key| &found[*key]);
        let Some(rows) = found["nodes"].as_array() else {
            return Err(Fault::of_question("its answer lacks what was asked for; the token may not read it"));
        };
        for row in rows {
            if taken == most {
                return Ok(true);
            }
            take(row)?;
            taken += 1;
        }
        let next = &found["pageInfo"]["endCursor"];
        if found["pageInfo"]["hasNextPage"] != true {
            return Ok(false);
        }
        if rows.is_empty() || next.is_null() || *next == question["cursor"] {
            return Err(Fault::of_question("its pages lead nowhere"));
        }
        question["cursor"] = next.clone();
    }
}
