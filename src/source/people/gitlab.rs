//! Groups of GitLab and the users in them.

use super::{
    LONGEST_TEXT, LONGEST_TITLE, MOST_TEAMS, MOST_USERS, Options, Team, Told, User, Wanted, email, is_name, line,
    picture,
};
use crate::config::{Membership, Pattern};
use crate::source::forge::{Answer, Api, Fault, Row, Rows, Walk, walk};
use crate::source::issues::encoded;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};

/// Groups whose members are asked for at a time.
const AT_ONCE: usize = 8;

#[derive(Debug, Clone, Serialize, Deserialize)]
struct GroupRow {
    id: String,
    path: String,
    name: Option<String>,
    description: Option<String>,
    visibility: Option<String>,
    parent: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct UserRow {
    id: String,
    login: String,
    name: Option<String>,
    email: Option<String>,
    picture: Option<String>,
    saml: Option<String>,
    is_active: bool,
    has_seat: bool,
}

impl Row for GroupRow {
    fn id(&self) -> &str {
        &self.id
    }
}

impl Row for UserRow {
    fn id(&self) -> &str {
        &self.id
    }
}

pub(super) fn ask(what: &Wanted, api: &Api, options: &Options<'_>) -> Told {
    let group = what.organizations.first().map(String::as_str);
    let mut asking = Asking { what, api, options, group, told: Told::default() };
    if let Err(fault) = asking.read() {
        asking.fails(fault);
    }
    asking.told
}

struct Asking<'a> {
    what: &'a Wanted,
    api: &'a Api,
    options: &'a Options<'a>,
    /// The group that everything is below.
    group: Option<&'a str>,
    told: Told,
}

impl Asking<'_> {
    fn read(&mut self) -> Result<(), Fault> {
        let is_public = self.options.integration.host.eq_ignore_ascii_case("gitlab.com");
        // Of a host of one's own everything is asked, unless one group is meant.
        let is_one_group = self.what.restricted_to_group && self.group.is_some();
        let is_whole = !is_public && !is_one_group;
        let mut groups = match self.group {
            None if is_public => return Err(Fault::of_question("`group` is missing, which gitlab.com needs")),
            Some(group) if !is_whole => self.below(group)?,
            _ => self.list("groups", &[("all_available", "true")], group_row)?,
        };
        groups.retain(|row| self.is_below(&row.path));
        let users = match self.group {
            Some(group) if !is_whole => self.members_below(group, &groups, is_public)?,
            _ => {
                let query = [("active", "true"), ("without_project_bots", "true"), ("exclude_internal", "true")];
                self.list("users", &query, user_row)?
            }
        };
        let users = fitting(users, |row| {
            Ok(row.is_active && fits(&self.what.users, row.email.as_ref().unwrap_or(&row.login))?)
        })?;
        let mut users: BTreeMap<String, UserRow> = users.into_iter().map(|row| (row.id.clone(), row)).collect();
        users.retain(|_, row| {
            let is_named = is_name(&row.login);
            if !is_named {
                self.told.unnamed_users.push(row.login.clone());
            }
            is_named
        });
        let chosen = fitting(groups.clone(), |row| fits(&self.what.groups, &row.path))?;
        // Memberships in groups that were not chosen count for those above.
        let from_below = self.what.relations.contains(&Membership::Descendants);
        let mut members = self.members(if from_below { &groups } else { &chosen })?;
        let groups = chosen;
        self.told.has_more_users |= users.len() > MOST_USERS;
        self.told.has_more_teams |= groups.len() > MOST_TEAMS;

        let by_id: BTreeMap<&str, &GroupRow> = groups.iter().map(|row| (row.id.as_str(), row)).collect();
        let mut teams: BTreeMap<&str, Team> = BTreeMap::new();
        for row in &groups {
            let known = members.remove(&row.id).unwrap_or_default();
            let logins: Vec<String> = known.iter().filter_map(|id| Some(users.get(id)?.login.clone())).collect();
            let name = self.name_of(row);
            // Backstage passes over groups without users.
            if logins.is_empty() {
                continue;
            }
            if !is_name(&name) {
                self.told.unnamed_teams.push(name);
                continue;
            }
            teams.insert(&row.id, Team { name, members: logins, ..self.team(row) });
        }
        let parents: Vec<(&str, Option<String>)> = teams
            .keys()
            .map(|id| {
                let parent = by_id.get(id).and_then(|row| row.parent.as_deref());
                (*id, parent.and_then(|parent| teams.get(parent)).map(|team| team.name.clone()))
            })
            .collect();
        for (id, parent) in parents {
            if let Some(team) = teams.get_mut(id) {
                team.parent = parent;
            }
        }
        self.told.teams = teams.into_values().collect();
        self.told.users = users.into_values().map(|row| self.user(row)).collect();
        self.told.join();
        // As in Backstage, groups name the group above only, and users say where they are.
        for team in &mut self.told.teams {
            (team.children, team.members) = (Vec::new(), Vec::new());
        }
        Ok(())
    }

    /// Every row of a list. A list that is not whole gives what it has, and its fault is kept.
    fn list<T: Row>(
        &mut self,
        path: &str,
        query: &[(&str, &str)],
        row: fn(&Json) -> Option<T>,
    ) -> Result<Vec<T>, Fault> {
        let (rows, fault) = walked(self.api, self.options, path, query, row);
        match fault {
            Some(fault) if rows.is_empty() => Err(fault),
            fault => {
                fault.into_iter().for_each(|fault| self.fails(fault));
                Ok(rows)
            }
        }
    }

    fn fails(&mut self, fault: Fault) {
        self.told.fault.get_or_insert(fault);
    }

    /// A group and everything below it.
    fn below(&mut self, group: &str) -> Result<Vec<GroupRow>, Fault> {
        let path = encoded(group);
        let mut groups = self.list(&format!("groups/{path}/descendant_groups"), &[], group_row)?;
        let Answer::New(page) = self.api.get(&format!("groups/{path}"), &[("with_projects", "false")], None)? else {
            return Err(Fault::of_question("its answer says nothing"));
        };
        let row = serde_json::from_slice(&page.body).ok().and_then(|json: Json| group_row(&json));
        groups.push(row.ok_or_else(|| Fault::of_question("its answer is no group"))?);
        Ok(groups)
    }

    /// Users of a group, on gitlab.com also of everything below it.
    fn members_below(&mut self, group: &str, groups: &[GroupRow], is_public: bool) -> Result<Vec<UserRow>, Fault> {
        let top = group.split('/').next().unwrap_or(group);
        let mut paths = vec![if is_public && !self.what.restricted_to_group { encoded(top) } else { encoded(group) }];
        if is_public && !self.what.restricted_to_group {
            paths.extend(groups.iter().filter(|row| row.path != group).map(|row| row.id.clone()));
        }
        let query: &[_] = if is_public { &[("show_seat_info", "true")] } else { &[] };
        let paths: Vec<String> = paths.iter().map(|path| format!("groups/{path}/members/all")).collect();
        let mut users: Vec<UserRow> = self.lists(&paths, query)?.into_iter().flatten().collect();
        if is_public && self.what.without_seat {
            users.retain(|row| !is_bot(&row.login));
        } else if is_public {
            users.retain(|row| row.has_seat);
        }
        Ok(users)
    }

    /// By the number of a group, the numbers of those who are in it.
    fn members(&mut self, groups: &[GroupRow]) -> Result<BTreeMap<String, BTreeSet<String>>, Fault> {
        let counts = |membership| self.what.relations.contains(&membership);
        let (from_below, from_above) =
            (counts(Membership::Descendants), counts(Membership::Inherited) || counts(Membership::SharedFromGroups));
        let asked: Vec<&GroupRow> = groups.iter().take(MOST_TEAMS).collect();
        // What GitLab calls all are those of the group, of groups above, and of groups that were invited.
        let end = if from_above { "/all" } else { "" };
        let paths: Vec<String> = asked.iter().map(|row| format!("groups/{}/members{end}", row.id)).collect();
        let ids = |rows: Vec<UserRow>| rows.into_iter().map(|row| row.id).collect::<BTreeSet<String>>();
        let lists: Vec<BTreeSet<String>> = self.lists(&paths, &[])?.into_iter().map(ids).collect();
        let mut members: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let by_path: BTreeMap<&str, &str> = asked.iter().map(|row| (row.path.as_str(), row.id.as_str())).collect();
        for (row, list) in asked.iter().zip(&lists) {
            members.entry(row.id.clone()).or_default().extend(list.iter().cloned());
            let above = row.path.match_indices('/').filter(|_| from_below);
            for id in above.filter_map(|(end, _)| by_path.get(&row.path[..end])) {
                members.entry(id.to_string()).or_default().extend(list.iter().cloned());
            }
        }
        Ok(members)
    }

    /// Several lists of users, some at a time: what takes time is the way to the forge.
    fn lists(&mut self, paths: &[String], query: &[(&str, &str)]) -> Result<Vec<Vec<UserRow>>, Fault> {
        let mut lists = Vec::new();
        for round in paths.chunks(AT_ONCE) {
            let (api, options) = (self.api, self.options);
            let heard: Vec<_> = std::thread::scope(|scope| {
                let threads: Vec<_> =
                    round.iter().map(|path| scope.spawn(move || walked(api, options, path, query, user_row))).collect();
                let lost = || (Vec::new(), Some(Fault::of_question("asking for members failed")));
                threads.into_iter().map(|thread| thread.join().unwrap_or_else(|_| lost())).collect()
            });
            for (rows, fault) in heard {
                if let Some(fault) = fault {
                    if fault.is_of_host {
                        return Err(fault);
                    }
                    self.fails(fault);
                }
                lists.push(rows);
            }
        }
        Ok(lists)
    }

    fn is_below(&self, path: &str) -> bool {
        self.group
            .is_none_or(|group| path == group || path.strip_prefix(group).is_some_and(|rest| rest.starts_with('/')))
    }

    /// The path below the group of the provider, in one word.
    fn name_of(&self, row: &GroupRow) -> String {
        let below = self.group.and_then(|group| row.path.strip_prefix(group)?.strip_prefix('/'));
        below.unwrap_or(&row.path).replace('/', "-")
    }

    fn team(&self, row: &GroupRow) -> Team {
        let key = |name: &str| format!("{}/{name}", self.annotation_host());
        let mut annotations = vec![(key("team-path"), row.path.clone())];
        annotations.extend(row.visibility.clone().map(|visibility| (key("visibility"), visibility)));
        Team { title: row.name.clone(), description: row.description.clone(), annotations, ..Team::default() }
    }

    fn user(&self, row: UserRow) -> User {
        let key = |name: &str| format!("{}/{name}", self.annotation_host());
        let mut annotations = vec![
            (key("user-login"), format!("{}/{}", self.options.integration.base(), row.login)),
            (key("user-id"), row.id),
        ];
        annotations.extend(row.saml.map(|id| (key("saml-external-uid"), id)));
        let UserRow { login, name, email, picture, .. } = row;
        User { name: login, title: name, email, picture, annotations, ..User::default() }
    }

    /// Keys of annotations cannot hold a port.
    fn annotation_host(&self) -> &str {
        let host = self.options.integration.host.as_str();
        host.split_once(':').map_or(host, |(host, _)| host)
    }
}

fn walked<T: Row>(
    api: &Api,
    options: &Options<'_>,
    path: &str,
    query: &[(&str, &str)],
    row: fn(&Json) -> Option<T>,
) -> (Vec<T>, Option<Fault>) {
    let query = [query, &[("per_page", "100")]].concat();
    let folder = options.cache_dir.join("people");
    let form = std::any::type_name::<T>();
    let list = Walk { path, query: &query, size: 100, folder: &folder, form };
    let read = |body: &[u8]| {
        let rows: Vec<Json> = serde_json::from_slice(body).map_err(|_| Fault::of_question("its answer is no list"))?;
        Ok(Rows { of: rows.len(), rows: rows.iter().filter_map(row).collect() })
    };
    let walked = walk(api, &list, &read);
    (walked.rows, walked.fault)
}

/// Whether one of the patterns fits, or there is none; the fault is one that takes too long to tell.
fn fits(patterns: &[Pattern], text: &str) -> Result<bool, Fault> {
    for pattern in patterns {
        match pattern.fits(text) {
            Some(false) => {}
            Some(true) => return Ok(true),
            None => {
                let reason = format!("{pattern:?} of `userPattern` or `groupPattern` takes too long to compare");
                return Err(Fault::of_question(reason));
            }
        }
    }
    Ok(patterns.is_empty())
}

/// The rows that fit.
fn fitting<T>(rows: Vec<T>, fits: impl Fn(&T) -> Result<bool, Fault>) -> Result<Vec<T>, Fault> {
    let fitting = rows.into_iter().filter_map(|row| fits(&row).map(|fits| fits.then_some(row)).transpose());
    fitting.collect()
}

/// Users that stand for tokens of projects and groups: `group_7_bot_4f2a`.
fn is_bot(login: &str) -> bool {
    let rest = login.strip_prefix("project_").or_else(|| login.strip_prefix("group_"));
    rest.and_then(|rest| rest.split_once("_bot_")).is_some_and(|(of, id)| !of.is_empty() && !id.is_empty())
}

fn group_row(json: &Json) -> Option<GroupRow> {
    let path = json["full_path"].as_str()?;
    let is_plain = path.split('/').all(is_name) && path.len() <= LONGEST_TEXT;
    Some(GroupRow {
        id: json["id"].as_u64()?.to_string(),
        path: if is_plain { path.to_string() } else { line(&json["full_path"], LONGEST_TEXT)? },
        name: line(&json["name"], LONGEST_TITLE),
        description: line(&json["description"], LONGEST_TEXT),
        visibility: line(&json["visibility"], LONGEST_TITLE),
        parent: json["parent_id"].as_u64().map(|id| id.to_string()),
    })
}

fn user_row(json: &Json) -> Option<UserRow> {
    Some(UserRow {
        id: json["id"].as_u64()?.to_string(),
        login: line(&json["username"], LONGEST_TITLE)?,
        name: line(&json["name"], LONGEST_TITLE),
        email: email(&json["email"]),
        picture: picture(&json["avatar_url"]),
        saml: line(&json["group_saml_identity"]["extern_uid"], LONGEST_TITLE),
        is_active: json["state"] == "active",
        has_seat: json["is_using_seat"] == true,
    })
}
