//! Filters of plugins' templates.

use serde_json::Value as Json;
use tera::{Kwargs, State, Tera, TeraResult, Value};

/// Beside those of the template engine and the texts.
pub(super) fn register(tera: &mut Tera) {
    tera.register_filter("yaml", |value: Value, _: Kwargs, _: &State| -> TeraResult<String> { yaml(&value) });
    tera.register_filter("bytes", |number: f64, _: Kwargs, _: &State| -> String { bytes(number) });
    tera.register_filter("span", |seconds: f64, _: Kwargs, _: &State| -> String { span(seconds) });
    tera.register_filter("cos", |degrees: f64, _: Kwargs, _: &State| -> f64 { rounded(degrees.to_radians().cos()) });
    tera.register_filter("sin", |degrees: f64, _: Kwargs, _: &State| -> f64 { rounded(degrees.to_radians().sin()) });
    tera.register_filter("epoch", |time: String, _: Kwargs, _: &State| -> TeraResult<i64> { epoch(&time) });
    tera.register_filter("iso", |number: f64, _: Kwargs, _: &State| -> String { iso(number) });
    tera.register_filter("lookup", |key: Value, values: Kwargs, _: &State| -> TeraResult<Value> {
        let map: tera::Map = values.must_get("map")?;
        let found = key.as_str().and_then(|key| map.get(&tera::value::Key::from(key.to_string())).cloned());
        Ok(match found {
            Some(found) => found,
            None => values.get::<Value>("default")?.unwrap_or(key),
        })
    });
}

/// So that processors agree.
fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

fn yaml(value: &Value) -> TeraResult<String> {
    let json: Json = serde_json::to_value(value).map_err(|error| tera::Error::message(error.to_string()))?;
    serde_yaml::to_string(&json).map_err(|error| tera::Error::message(error.to_string()))
}

/// `1.5 GiB`
fn bytes(number: f64) -> String {
    const UNITS: [&str; 5] = ["B", "KiB", "MiB", "GiB", "TiB"];
    let mut value = number;
    let mut unit = 0;
    while value.abs() >= 1024.0 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    let text = format!("{value:.1}");
    format!("{} {}", text.strip_suffix(".0").unwrap_or(&text), UNITS[unit])
}

/// `3 min`, `2 h 5 min`, `4 d`
fn span(seconds: f64) -> String {
    let seconds = seconds.max(0.0) as u64;
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min", seconds / 60),
        3600..86_400 if seconds % 3600 < 60 => format!("{} h", seconds / 3600),
        3600..86_400 => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
        _ => format!("{} d", seconds / 86_400),
    }
}

fn epoch(time: &str) -> TeraResult<i64> {
    crate::source::instant(time)
        .ok_or_else(|| tera::Error::message(format!("`{time}` is no time such as 2026-11-23T10:00:00Z")))
}

/// A number of seconds or milliseconds since 1970 as an ISO time; empty where no calendar has it.
fn iso(number: f64) -> String {
    let seconds = if number > 1e11 { number / 1000.0 } else { number };
    crate::source::date::rfc3339(seconds as i64).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_say_what_people_read() {
        assert_eq!([bytes(512.0), bytes(1536.0), bytes(1_073_741_824.0)], ["512 B", "1.5 KiB", "1 GiB"]);
        assert_eq!(
            [span(59.0), span(180.0), span(7500.0), span(7200.0), span(200_000.0)],
            ["59 s", "3 min", "2 h 5 min", "2 h", "2 d"]
        );
        assert_eq!(
            (epoch("2026-11-22T12:00:00Z").ok(), iso(1_795_348_800_000.0)),
            (Some(1_795_348_800), "2026-11-22T12:00:00Z".into())
        );
        assert!(epoch("soon").is_err());
    }
}
