//! What the text of a scalar means: the core schema of YAML 1.2, and the older one where a document asks for YAML 1.1.

use super::{Entry, Node, Span, Value};

/// Which schema a document is read with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Schema {
    /// YAML 1.2.
    #[default]
    Core,
    /// YAML 1.1: `yes`, octal `017`, sexagesimal numbers, dates and merge keys.
    Old,
}

/// What a tag makes of a scalar.
pub(super) enum Tagged {
    Value(Value),
    /// A key that merges its value into the mapping.
    Merge,
    /// The tag says nothing about such a text, which stays a string.
    Unknown,
    /// The text does not suit its tag.
    Unfit(&'static str),
}

/// The namespace of YAML's own tags.
pub(super) const YAML: &str = "tag:yaml.org,2002:";

/// The value of a plain scalar without a tag; `None` where it is a string.
pub(super) fn plain(text: &str, schema: Schema) -> Option<Value> {
    let Some(first) = text.bytes().next() else { return Some(Value::Null) };
    let special = match first {
        b'0'..=b'9' | b'+' | b'-' | b'.' | b'~' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' => true,
        b'y' | b'Y' | b'o' | b'O' | b'e' | b'E' => schema == Schema::Old,
        _ => false,
    };
    if !special {
        return None;
    }
    null(text)
        .or_else(|| boolean(text, schema))
        .or_else(|| integer(text, schema))
        .or_else(|| float(text, schema))
        .or_else(|| timestamp(text).filter(|_| schema == Schema::Old))
}

/// The value of a scalar with a tag, given by its full name.
pub(super) fn tagged(text: &str, tag: &str, schema: Schema) -> Tagged {
    let value = match tag.strip_prefix(YAML) {
        _ if tag == "!" => return Tagged::Value(Value::Text(text.to_string())),
        Some("str") => return Tagged::Value(Value::Text(text.to_string())),
        Some("null") => null(text),
        Some("bool") => boolean(text, schema),
        Some("int") => integer(text, schema),
        Some("float") => float(text, schema),
        Some("binary") => return Tagged::Value(buffer(text)),
        Some("merge") if text == "<<" || schema == Schema::Core => return Tagged::Merge,
        Some("timestamp") => match timestamp(text) {
            None if schema == Schema::Core => {
                return Tagged::Unfit("`!!timestamp` should begin with a date as 2024-01-31");
            }
            value => value,
        },
        _ => None,
    };
    value.map_or(Tagged::Unknown, Tagged::Value)
}

fn null(text: &str) -> Option<Value> {
    matches!(text, "" | "~" | "null" | "Null" | "NULL").then_some(Value::Null)
}

fn boolean(text: &str, schema: Schema) -> Option<Value> {
    match text {
        "true" | "True" | "TRUE" => return Some(Value::Bool(true)),
        "false" | "False" | "FALSE" => return Some(Value::Bool(false)),
        _ if schema == Schema::Core => return None,
        _ => {}
    }
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Some(Value::Bool(true)),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Some(Value::Bool(false)),
        _ => None,
    }
}

fn integer(text: &str, schema: Schema) -> Option<Value> {
    let value = match schema {
        Schema::Core => match (text.strip_prefix("0o"), text.strip_prefix("0x")) {
            (Some(digits), _) => in_base(digits, 8)?,
            (_, Some(digits)) => in_base(digits, 16)?,
            _ => {
                let (sign, digits) = signed(text);
                sign * decimal(Some(digits).filter(|digits| all_digits(digits))?)?
            }
        },
        Schema::Old => {
            let (sign, digits) = signed(text);
            sign * old_integer(digits)?
        }
    };
    Some(Value::Number(value))
}

fn old_integer(digits: &str) -> Option<f64> {
    let clean = digits.replace('_', "");
    let without = |prefix| clean.strip_prefix(prefix).filter(|_| digits.len() > 2 && digits.starts_with(prefix));
    if let Some(bits) = without("0b") {
        return in_base_or_nan(bits, 2);
    }
    if let Some(digits) = without("0x") {
        return in_base_or_nan(digits, 16);
    }
    if !digits.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    if digits.contains(':') {
        return (!digits.contains('.')).then(|| sexagesimal(&clean)).flatten();
    }
    match clean.strip_prefix('0').filter(|_| digits.len() > 1 && digits.starts_with('0')) {
        Some(rest) if rest.bytes().all(|byte| matches!(byte, b'0'..=b'7')) => in_base_or_nan(rest, 8),
        _ => all_digits(&clean).then(|| decimal(&clean)).flatten(),
    }
}

fn float(text: &str, schema: Schema) -> Option<Value> {
    let (sign, unsigned) = signed(text);
    let value = match (unsigned, text) {
        (".inf" | ".Inf" | ".INF", _) => sign * f64::INFINITY,
        (_, ".nan" | ".NaN" | ".NAN") => f64::NAN,
        _ if schema == Schema::Core => sign * core_float(unsigned)?,
        _ => sign * old_float(unsigned)?,
    };
    Some(Value::Number(value))
}

fn core_float(text: &str) -> Option<f64> {
    let (mantissa, exponent) = split_exponent(text)?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let shaped = all_or_no_digits(whole) && all_or_no_digits(fraction) && !(whole.is_empty() && fraction.is_empty());
    if !shaped || (exponent.is_none() && !mantissa.contains('.')) {
        return None;
    }
    assemble(whole, fraction, exponent)
}

fn old_float(text: &str) -> Option<f64> {
    if text.contains(':') {
        let clean = text.replace('_', "");
        return (text.starts_with(|c: char| c.is_ascii_digit()) && text.contains('.'))
            .then(|| sexagesimal(&clean))
            .flatten();
    }
    let (mantissa, exponent) = split_exponent(text)?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let shaped = !whole.starts_with('_') && (exponent.is_some() || mantissa.contains('.'));
    let (whole, fraction) = (whole.replace('_', ""), fraction.replace('_', ""));
    if !shaped || !all_or_no_digits(&whole) || !all_or_no_digits(&fraction) {
        return None;
    }
    if whole.is_empty() && fraction.is_empty() {
        return Some(f64::NAN);
    }
    assemble(&whole, &fraction, exponent)
}

/// Mantissa and exponent; `None` where there is an `e` without a whole number behind it.
fn split_exponent(text: &str) -> Option<(&str, Option<&str>)> {
    let Some(at) = text.find(['e', 'E']) else { return Some((text, None)) };
    let exponent = &text[at + 1..];
    all_digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)).then_some((&text[..at], Some(exponent)))
}

fn assemble(whole: &str, fraction: &str, exponent: Option<&str>) -> Option<f64> {
    format!("{whole}.{fraction}e{}", exponent.unwrap_or("0")).parse().ok()
}

fn signed(text: &str) -> (f64, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    }
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && all_or_no_digits(text)
}

fn all_or_no_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn decimal(digits: &str) -> Option<f64> {
    digits.parse().ok()
}

/// JavaScript's `parseInt` of nothing.
fn in_base_or_nan(digits: &str, base: u32) -> Option<f64> {
    if digits.is_empty() { Some(f64::NAN) } else { in_base(digits, base) }
}

fn in_base(digits: &str, base: u32) -> Option<f64> {
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(base)) {
        return None;
    }
    if let Ok(value) = u128::from_str_radix(digits, base) {
        return Some(value as f64);
    }
    Some(digits.chars().fold(0.0, |value, c| value * f64::from(base) + f64::from(c.to_digit(base).unwrap_or_default())))
}

/// `190:20:30`: every part behind the first is below sixty.
fn sexagesimal(text: &str) -> Option<f64> {
    let mut parts = text.split(':');
    let mut value = decimal(parts.next().filter(|part| all_digits(part))?)?;
    for part in parts {
        let (whole, fraction) = part.split_once('.').unwrap_or((part, ""));
        let short = all_digits(whole) && (whole.len() == 1 || (whole.len() == 2 && whole.as_bytes()[0] <= b'5'));
        if !short || !all_or_no_digits(fraction) {
            return None;
        }
        value = value * 60.0 + assemble(whole, fraction, None)?;
    }
    Some(value)
}

/// A date as JSON has it. A date without a time zone is in UTC.
fn timestamp(text: &str) -> Option<Value> {
    let (date, rest) = (text.get(..text.find(['t', 'T', ' ', '\t']).unwrap_or(text.len()))?, text);
    let mut parts = date.split('-');
    let mut part = |lengths: std::ops::RangeInclusive<usize>| {
        let digits = parts.next().filter(|part| all_digits(part) && lengths.contains(&part.len()))?;
        digits.parse::<i64>().ok()
    };
    let (year, month, day) = (part(4..=4)?, part(1..=2)?, part(1..=2)?);
    if parts.next().is_some() {
        return None;
    }
    let milliseconds = match &rest[date.len()..] {
        "" => 0,
        time => time_of_day(time)?,
    };
    Some(Value::Text(iso(days(year, month, day) * 86_400_000 + milliseconds)))
}

/// Milliseconds since midnight in UTC, of what stands behind a date.
fn time_of_day(text: &str) -> Option<i64> {
    let text = match text.strip_prefix(['t', 'T']) {
        Some(text) => text,
        None => text.trim_start_matches([' ', '\t']),
    };
    let end = text.find(|c: char| !(c.is_ascii_digit() || matches!(c, ':' | '.'))).unwrap_or(text.len());
    let (clock, zone) = (&text[..end], text[end..].trim_start_matches([' ', '\t']));
    let (clock, fraction) = match clock.split_once('.') {
        Some((clock, fraction)) if all_digits(fraction) => (clock, fraction),
        Some(_) => return None,
        None => (clock, ""),
    };
    let parts: Vec<i64> = clock
        .split(':')
        .map(|part| part.parse().ok().filter(|_| all_digits(part) && part.len() <= 2))
        .collect::<Option<_>>()?;
    let [hours, minutes, seconds] = parts[..] else { return None };
    let thousandths: i64 = format!("{fraction}000").get(..3)?.parse().ok()?;
    let offset = match zone {
        "" | "Z" => 0,
        zone => zone_minutes(zone)?,
    };
    Some((hours * 3600 + minutes * 60 + seconds) * 1000 + thousandths - offset * 60_000)
}

fn zone_minutes(zone: &str) -> Option<i64> {
    let sign = match zone.bytes().next()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, minutes) = match zone[1..].split_once(':') {
        Some((hours, minutes)) if minutes.len() == 2 => (hours, Some(minutes)),
        Some(_) => return None,
        None => (&zone[1..], None),
    };
    let short = all_digits(hours) && (hours.len() == 1 || (hours.len() == 2 && hours.as_bytes()[0] <= b'2'));
    if !short || minutes.is_some_and(|minutes| !all_digits(minutes)) {
        return None;
    }
    let (hours, minutes): (i64, Option<i64>) = (hours.parse().ok()?, minutes.and_then(|minutes| minutes.parse().ok()));
    let value = sign * minutes.map_or(hours, |minutes| hours * 60 + minutes);
    Some(if value.abs() < 30 { value * 60 } else { value })
}

/// Days from 1970-01-01. Months and days beyond their end run on; years below 100 are of the twentieth century, both as
/// JavaScript has it.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if (0..100).contains(&year) { 1900 + year } else { year };
    let (year, month) = (year + (month - 1).div_euclid(12), (month - 1).rem_euclid(12) + 1);
    let shifted = if month <= 2 { year - 1 } else { year };
    let era = shifted.div_euclid(400);
    let year_of_era = shifted.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468 + day - 1
}

fn iso(milliseconds: i64) -> String {
    let (day, time) = (milliseconds.div_euclid(86_400_000), milliseconds.rem_euclid(86_400_000));
    let shifted = day + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    let (seconds, thousandths) = (time / 1000, time % 1000);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hours:02}:{minutes:02}:{seconds:02}.{thousandths:03}Z")
}

/// What JSON makes of Node's `Buffer`, which is what `!!binary` becomes in Backstage.
fn buffer(text: &str) -> Value {
    let mut bytes = Vec::new();
    let (mut bits, mut held) = (0u32, 0);
    for c in text.bytes().take_while(|byte| *byte != b'=') {
        let six = match c {
            b'A'..=b'Z' => c - b'A',
            b'a'..=b'z' => c - b'a' + 26,
            b'0'..=b'9' => c - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => continue,
        };
        bits = bits << 6 | u32::from(six);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
        }
    }
    let at = Span::default();
    let entry = |key: &str, value| Entry { key: key.to_string(), key_span: at, value: Node::new(value, at) };
    let data = bytes.into_iter().map(|byte| Node::new(Value::Number(f64::from(byte)), at)).collect();
    Value::Map(vec![entry("type", Value::Text("Buffer".to_string())), entry("data", Value::List(data))])
}
