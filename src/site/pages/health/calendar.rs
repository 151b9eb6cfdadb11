//! The days on which entities end, as a calendar that people subscribe to (RFC 5545).

use super::super::super::{Site, date, route};
use crate::api;
use crate::catalog::EntityId;

/// Dates kept in the file; those that are nearest come first.
const MOST: usize = 2_000;
/// Octets of a line, without its end.
const LONGEST_LINE: usize = 75;

/// The calendar of these entities, each with its date as `2027-03-31`.
pub(super) fn calendar(site: &Site<'_>, ends: &[(&str, EntityId)]) -> String {
    let stamp = site.options.instant.and_then(date::rfc3339).unwrap_or_else(|| "1970-01-01T00:00:00Z".to_string());
    let stamp: String = stamp.chars().filter(|c| !matches!(c, '-' | ':')).collect();
    let mut out = String::new();
    push(&mut out, "BEGIN:VCALENDAR");
    push(&mut out, "VERSION:2.0");
    push(&mut out, "PRODID:-//callboard//sunset//EN");
    push(
        &mut out,
        &format!("X-WR-CALNAME:{}", escaped(&site.tell("health.sunset", &[("portal", &site.config.title)]))),
    );
    for (day, id) in ends.iter().take(MOST) {
        let entity = site.catalog.entity(*id);
        push(&mut out, "BEGIN:VEVENT");
        push(&mut out, &format!("UID:{}-sunset@callboard", api::uid(&entity.reference)));
        push(&mut out, &format!("DTSTAMP:{stamp}"));
        push(&mut out, &format!("DTSTART;VALUE=DATE:{}", day.replace('-', "")));
        push(
            &mut out,
            &format!("SUMMARY:{}", escaped(&site.tell("health.entity_ends", &[("entity", &entity.display_name())]))),
        );
        push(&mut out, &format!("DESCRIPTION:{}", escaped(&description(site, *id))));
        if let Some(address) = site.config.base_url.as_ref().and_then(|base| base.join(&route::entity(entity)).ok()) {
            push(&mut out, &format!("URL:{address}"));
        }
        push(&mut out, "TRANSP:TRANSPARENT");
        push(&mut out, "END:VEVENT");
    }
    push(&mut out, "END:VCALENDAR");
    out
}

/// The ref, the successor and the owners of what still uses it.
fn description(site: &Site<'_>, id: EntityId) -> String {
    let entity = site.catalog.entity(id);
    let mut lines = vec![entity.reference.to_string()];
    lines.extend(entity.successor().map(|successor| site.tell("entity.instead", &[("entity", &successor)])));
    let users = crate::insights::users(site.graph, id);
    lines.extend(
        users
            .iter()
            .take(20)
            .map(|user| site.tell("health.user", &[("entity", &site.catalog.entity(*user).reference)])),
    );
    if users.len() > 20 {
        lines.push(site.tell("word.more", &[("count", &(users.len() - 20))]));
    }
    lines.join("\n")
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// Appends a line, folded where it is too long.
fn push(out: &mut String, line: &str) {
    let mut used = 0;
    for c in line.chars() {
        if used + c.len_utf8() > LONGEST_LINE {
            out.push_str("\r\n ");
            used = 1;
        }
        out.push(c);
        used += c.len_utf8();
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::{escaped, push};

    #[test]
    fn long_lines_are_folded_between_letters() {
        let mut out = String::new();
        push(&mut out, &"é".repeat(60));
        let lines: Vec<&str> = out.split("\r\n").collect();
        assert_eq!(lines, ["é".repeat(37), format!(" {}", "é".repeat(23)), String::new()]);
    }

    #[test]
    fn text_cannot_end_its_line() {
        assert_eq!(escaped("a,b;c\\d\ne\rf"), "a\\,b\\;c\\\\d\\nef");
    }
}
