//! Filters and tests, with the results of Nunjucks.

use super::eval::{Named, State, entries};
use super::parser::guess;
use super::value::{
    Text, Value, clamped, find, find_last, integer, is_space, lossy, lower, parse_float, parse_int, relative, round,
    text_of, trim, units, upper,
};
use super::{Outcome, RANGE, backstage, fail, methods};
use std::cmp::Ordering;
use std::collections::HashMap;
use std::rc::Rc;

pub(super) const FILTERS: [&str; 47] = [
    "abs",
    "batch",
    "capitalize",
    "center",
    "default",
    "dictsort",
    "dump",
    "escape",
    "first",
    "float",
    "forceescape",
    "groupby",
    "indent",
    "int",
    "join",
    "last",
    "length",
    "list",
    "lower",
    "nl2br",
    "random",
    "reject",
    "rejectattr",
    "replace",
    "reverse",
    "round",
    "safe",
    "select",
    "selectattr",
    "slice",
    "sort",
    "string",
    "striptags",
    "sum",
    "title",
    "trim",
    "truncate",
    "upper",
    "urlencode",
    "urlize",
    "wordcount",
    "parseEntityRef",
    "parseRepoUrl",
    "pick",
    "projectSlug",
    "d",
    "e",
];

const TESTS: [&str; 26] = [
    "callable",
    "defined",
    "divisibleby",
    "escaped",
    "equalto",
    "even",
    "falsy",
    "ge",
    "greaterthan",
    "iterable",
    "le",
    "lessthan",
    "lower",
    "mapping",
    "ne",
    "null",
    "number",
    "odd",
    "string",
    "truthy",
    "undefined",
    "upper",
    "eq",
    "sameas",
    "gt",
    "lt",
];

/// Texts that are looked through for words and tags.
const SHORT: usize = 10_000;

/// Runs a filter that is known.
pub(super) fn filtered(state: &mut State<'_>, name: &Rc<str>, mut args: Vec<Value>, named: &Named) -> Outcome<Value> {
    // Filters whose arguments may be given by name.
    let names: &[&str] = match &**name {
        "int" => &["default", "base"],
        "sort" => &["reverse", "case_sensitive", "attribute"],
        _ if !named.is_empty() => return fail(format!("`{name}` takes no arguments by name")),
        _ => &[],
    };
    // The first argument is what is filtered.
    for name in names.iter().skip(args.len().saturating_sub(1)) {
        let key = units(name);
        let found = named.iter().rev().find(|(other, _)| *other == key);
        args.push(found.map_or(Value::Undefined, |(_, value)| value.clone()));
    }
    state.doing = name.clone();
    for arg in &args {
        state.touch(arg)?;
    }
    let found = filter(state, name, &args)?;
    state.touch(&found)?;
    Ok(found)
}

fn filter(state: &mut State<'_>, name: &str, args: &[Value]) -> Outcome<Value> {
    let value = &args[0];
    let arg = |at: usize| args.get(at).cloned().unwrap_or(Value::Undefined);
    Ok(match name {
        "abs" => Value::Number(state.number(value)?.abs()),
        "batch" => batch(state, value, &arg(1), &arg(2))?,
        "capitalize" => Value::Text(capitalized(&soft(state, value)?).into()),
        "center" => center(state, value, &arg(1))?,
        "default" | "d" => match value {
            value if arg(2).is_true() => {
                if value.is_true() {
                    value.clone()
                } else {
                    arg(1)
                }
            }
            Value::Undefined => arg(1),
            value => value.clone(),
        },
        "dictsort" => dict_sorted(state, value, &arg(1), &arg(2))?,
        "dump" | "jsonify" => methods::dump(state, value, &arg(1))?,
        "escape" | "e" | "forceescape" => escaped(state, value)?,
        "first" => look(state, value, &Value::Number(0.0))?,
        "float" => {
            let found = parse_float(&state.text(value)?);
            if found.is_nan() { arg(1) } else { Value::Number(found) }
        }
        "groupby" => grouped(state, value, &arg(1))?,
        "indent" => indented(state, value, &arg(1), arg(2).is_true())?,
        "int" => {
            let base = if matches!(arg(2), Value::Undefined) { 10.0 } else { state.number(&arg(2))? };
            let found = parse_int(&state.text(value)?, base);
            if found.is_nan() { arg(1) } else { Value::Number(found) }
        }
        "join" => {
            let list = attributes(state, value, &arg(2))?;
            let separator = if arg(1).is_true() { state.text(&arg(1))? } else { units("") };
            Value::Text(state.joined(&list, &separator)?)
        }
        "last" if value.is_none() => look(state, value, value)?,
        "last" => {
            let length = state.member(value, &Value::text("length"))?;
            let last = state.number(&length)? - 1.0;
            state.member(value, &Value::Number(last))?
        }
        "length" => match value {
            Value::Dict(dict) => Value::size(dict.entries().len()),
            Value::Undefined | Value::None | Value::Bool(false) => Value::Number(0.0),
            value => state.member(value, &Value::text("length"))?,
        },
        "list" => match value {
            Value::Dict(dict) => Value::list(
                dict.entries()
                    .iter()
                    .map(|(key, item)| {
                        Value::dict([(units("key"), Value::Text(key.clone())), (units("value"), item.clone())])
                    })
                    .collect(),
            ),
            Value::Text(text) => Value::list(letters(text)),
            Value::List(_) => value.clone(),
            value => return needs(state, "a list", value),
        },
        "lower" => Value::Text(lower(&soft(state, value)?).into()),
        "upper" => Value::Text(upper(&soft(state, value)?).into()),
        "nl2br" if value.is_none() => Value::text(""),
        "nl2br" => Value::Text(with_breaks(&text(state, value)?).into()),
        "random" => {
            let list = sequence(state, value)?;
            // The same choice in every build of the same template.
            let number = (state.steps().wrapping_mul(2_654_435_761) & 0xffff_ffff) as usize;
            list.get(number.checked_rem(list.len()).unwrap_or(0)).cloned().unwrap_or(Value::Undefined)
        }
        "reject" | "select" => chosen(state, value, &arg(1), &arg(2), name == "select")?,
        "rejectattr" | "selectattr" => {
            let mut found = Vec::new();
            for item in array(state, value)? {
                if look(state, &item, &arg(1))?.is_true() == (name == "selectattr") {
                    found.push(item);
                }
            }
            Value::list(found)
        }
        "replace" => replaced(state, value, &arg(1), &arg(2), &arg(3))?,
        "reverse" => match value {
            Value::Text(text) => Value::Text(text.iter().rev().copied().collect()),
            value => Value::list(items(state, value)?.into_iter().rev().collect()),
        },
        "round" => {
            let digits = state.number(&arg(1))?;
            let factor = 10f64.powf(if digits.is_nan() { 0.0 } else { digits });
            let number = state.number(value)? * factor;
            let rounded = match &arg(2) {
                Value::Text(method) if **method == *units("ceil") => number.ceil(),
                Value::Text(method) if **method == *units("floor") => number.floor(),
                _ => round(number),
            };
            Value::Number(rounded / factor)
        }
        "safe" if value.is_none() => Value::text(""),
        "safe" => Value::Text(state.text(value)?),
        "slice" => sliced(state, value, &arg(1), &arg(2))?,
        "sort" => sorted_by(state, value, &arg(1), &arg(2), &arg(3))?,
        "string" if value.is_none() => return needs(state, "a value", value),
        "string" => Value::Text(state.text(value)?),
        "striptags" => {
            let text = soft(state, value)?;
            Value::Text(without_tags(&short(state, text)?, arg(1).is_true()).into())
        }
        "sum" => {
            let mut sum = Value::Number(0.0);
            for item in attributes(state, value, &arg(1))? {
                sum = state.add(&sum, &item)?;
                state.touch(&sum)?;
            }
            let start = if matches!(arg(2), Value::Undefined) { Value::Number(0.0) } else { arg(2) };
            state.add(&start, &sum)?
        }
        "title" => {
            let text = soft(state, value)?;
            let words: Vec<Vec<u16>> = text.split(|unit| *unit == 32).map(capitalized).collect();
            Value::Text(words.join(&32).into())
        }
        "trim" => Value::Text(text_of(trim(&text(state, value)?))),
        "truncate" => truncated(state, value, &arg(1), arg(2).is_true(), &arg(3))?,
        "urlencode" => urlencoded(state, value)?,
        "urlize" => urlized(state, value, &arg(1), &arg(2))?,
        "wordcount" => {
            let text = soft(state, value)?;
            let word = |unit: &u16| u8::try_from(*unit).is_ok_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
            let count = text.split(|unit| !word(unit)).filter(|run| !run.is_empty()).count();
            if count == 0 { Value::None } else { Value::size(count) }
        }
        "parseEntityRef" => backstage::entity_ref(state, value, &arg(1))?,
        "parseRepoUrl" => backstage::repository(state, value)?,
        "pick" => backstage::pick(state, value, &arg(1))?,
        _ => backstage::slug(state, value)?,
    })
}

pub(super) fn tested(state: &mut State<'_>, name: &str, value: &Value, args: &[Value]) -> Outcome<bool> {
    if !TESTS.contains(&name) {
        return fail(format!("there is no test `{name}`{}", guess(name, TESTS)));
    }
    state.doing = name.into();
    let other = args.first().cloned().unwrap_or(Value::Undefined);
    Ok(match name {
        "callable" => matches!(value, Value::Callable(_)),
        "defined" => !matches!(value, Value::Undefined),
        "divisibleby" => state.number(value)? % state.number(&other)? == 0.0,
        "escaped" => false,
        "equalto" | "eq" | "sameas" => value.is(&other),
        "even" => state.number(value)? % 2.0 == 0.0,
        "odd" => state.number(value)? % 2.0 == 1.0,
        "falsy" => !value.is_true(),
        "truthy" => value.is_true(),
        "ge" => state.order(value, &other)?.is_some_and(Ordering::is_ge),
        "greaterthan" | "gt" => state.order(value, &other)?.is_some_and(Ordering::is_gt),
        "le" => state.order(value, &other)?.is_some_and(Ordering::is_le),
        "lessthan" | "lt" => state.order(value, &other)?.is_some_and(Ordering::is_lt),
        "iterable" if value.is_none() => return needs(state, "a value", value),
        "iterable" => matches!(value, Value::Text(_) | Value::List(_)),
        "lower" => {
            let text = text(state, value)?;
            lower(&text) == *text
        }
        "upper" => {
            let text = text(state, value)?;
            upper(&text) == *text
        }
        "mapping" => matches!(value, Value::Dict(_)),
        "ne" => !value.is(&other),
        "null" => matches!(value, Value::None),
        "number" => matches!(value, Value::Number(_)),
        "string" => matches!(value, Value::Text(_)),
        _ => matches!(value, Value::Undefined),
    })
}

// What filters take.

pub(super) fn needs<T>(state: &State<'_>, what: &str, value: &Value) -> Outcome<T> {
    fail(format!("`{}` needs {what}, not {}", state.doing, value.kind()))
}

pub(super) fn text(state: &State<'_>, value: &Value) -> Outcome<Text> {
    match value {
        Value::Text(text) => Ok(text.clone()),
        value => needs(state, "text", value),
    }
}

fn soft(state: &State<'_>, value: &Value) -> Outcome<Text> {
    match value {
        Value::Undefined | Value::None | Value::Bool(false) => Ok(units("")),
        value => text(state, value),
    }
}

pub(super) fn array(state: &State<'_>, value: &Value) -> Outcome<Vec<Value>> {
    match value {
        Value::List(list) => Ok(list.items.borrow().clone()),
        value => needs(state, "a list", value),
    }
}

/// What has a length and places; other values are empty.
pub(super) fn sequence(state: &State<'_>, value: &Value) -> Outcome<Vec<Value>> {
    Ok(match value {
        Value::Undefined | Value::None => return needs(state, "a list", value),
        Value::Text(text) => letters(text),
        Value::List(list) => list.items.borrow().clone(),
        _ => Vec::new(),
    })
}

fn items(state: &State<'_>, value: &Value) -> Outcome<Vec<Value>> {
    if value.is_none() { Ok(Vec::new()) } else { sequence(state, value) }
}

pub(super) fn letters(text: &[u16]) -> Vec<Value> {
    text.iter().map(|unit| Value::Text(text_of(&[*unit]))).collect()
}

fn look(state: &mut State<'_>, value: &Value, key: &Value) -> Outcome<Value> {
    if value.is_none() {
        return fail(format!("`{}` cannot look into {}", state.doing, value.kind()));
    }
    state.member(value, key)
}

/// The parts of an attribute, at dots.
fn path(attribute: &Value) -> Vec<Value> {
    match attribute {
        attribute if !attribute.is_true() => Vec::new(),
        Value::Text(text) => {
            text.split(|unit| *unit == u16::from(b'.')).map(|part| Value::Text(text_of(part))).collect()
        }
        attribute => vec![attribute.clone()],
    }
}

fn look_along(state: &mut State<'_>, value: &Value, path: &[Value]) -> Outcome<Value> {
    let mut found = value.clone();
    for part in path {
        found = look(state, &found, part)?;
        if matches!(found, Value::Undefined) {
            break;
        }
    }
    Ok(found)
}

/// The items of a list, or one attribute of each.
fn attributes(state: &mut State<'_>, value: &Value, attribute: &Value) -> Outcome<Vec<Value>> {
    if !attribute.is_true() {
        return array(state, value);
    }
    let list = items(state, value)?;
    list.iter().map(|item| look(state, item, attribute)).collect()
}

pub(super) fn times(state: &State<'_>, text: &[u16], count: f64) -> Outcome<Vec<u16>> {
    if text.is_empty() || count.is_nan() || count <= 0.0 {
        return Ok(Vec::new());
    }
    let length = text.len() as f64 * count;
    state.room(if length > 1e9 { usize::MAX } else { length.ceil() as usize })?;
    Ok(text.repeat(count.ceil() as usize))
}

pub(super) fn count(state: &mut State<'_>, value: &Value, most: f64, least: f64) -> Outcome<f64> {
    let found = state.number(value)?;
    if found > most {
        return fail(format!("`{}` takes numbers up to {most}", state.doing));
    }
    if found < least {
        return fail(format!("`{}` takes numbers from {least}", state.doing));
    }
    Ok(found)
}

fn short(state: &State<'_>, text: Text) -> Outcome<Text> {
    match text.len() > SHORT {
        true => fail(format!("`{}` works on texts of up to 10,000 characters", state.doing)),
        false => Ok(text),
    }
}

// One after the other.

fn batch(state: &mut State<'_>, value: &Value, size: &Value, fill: &Value) -> Outcome<Value> {
    let width = state.number(size)?;
    let mut found: Vec<Vec<Value>> = Vec::new();
    for (at, item) in sequence(state, value)?.into_iter().enumerate() {
        match found.last_mut() {
            Some(last) if at as f64 % width != 0.0 => last.push(item),
            _ => found.push(vec![item]),
        }
    }
    if fill.is_true() && !found.is_empty() {
        let width = count(state, size, RANGE, f64::NEG_INFINITY)?;
        if let Some(last) = found.last_mut() {
            let missing = (width - last.len() as f64).ceil().max(0.0) as usize;
            last.extend(std::iter::repeat_n(fill.clone(), missing));
        }
    }
    Ok(Value::list(found.into_iter().map(Value::list).collect()))
}

fn capitalized(text: &[u16]) -> Vec<u16> {
    let lower = lower(text);
    let (first, rest) = lower.split_at(lower.len().min(1));
    [upper(first), rest.to_vec()].concat()
}

fn center(state: &mut State<'_>, value: &Value, width: &Value) -> Outcome<Value> {
    let inner = soft(state, value)?;
    let width = if width.is_true() { state.number(width)? } else { 80.0 };
    let spaces = width - inner.len() as f64;
    if spaces.is_nan() || spaces <= 0.0 {
        return Ok(Value::Text(inner));
    }
    let before = times(state, &[32], spaces / 2.0 - spaces % 2.0)?;
    let after = times(state, &[32], spaces / 2.0)?;
    Ok(Value::Text([before, inner.to_vec(), after].concat().into()))
}

fn dict_sorted(state: &mut State<'_>, value: &Value, with_case: &Value, by: &Value) -> Outcome<Value> {
    let Value::Dict(dict) = value else { return needs(state, "a dict", value) };
    let at = match by {
        Value::Undefined => 0,
        Value::Text(by) if **by == *units("key") => 0,
        Value::Text(by) if **by == *units("value") => 1,
        _ => return fail("`dictsort` sorts by `key` or by `value`"),
    };
    let of = |pair: &Value| match pair {
        Value::List(pair) => match &pair.items.borrow()[at] {
            Value::Text(text) if !with_case.is_true() => Value::Text(upper(text).into()),
            value => value.clone(),
        },
        _ => Value::Undefined,
    };
    let sorted = merged(state, &entries(dict), &mut |state, one, other| {
        let (one, other) = (of(one), of(other));
        Ok(match state.order(&one, &other)? {
            Some(Ordering::Greater) => Ordering::Greater,
            _ if one.is(&other) => Ordering::Equal,
            _ => Ordering::Less,
        })
    })?;
    Ok(Value::list(sorted))
}

fn sorted_by(
    state: &mut State<'_>,
    value: &Value,
    reverse: &Value,
    with_case: &Value,
    attribute: &Value,
) -> Outcome<Value> {
    // What is undefined stands last, whatever it is sorted by.
    let (rest, list): (Vec<Value>, Vec<Value>) =
        items(state, value)?.into_iter().partition(|item| matches!(item, Value::Undefined));
    let path = path(attribute);
    let mut sorted = merged(state, &list, &mut |state, one, other| {
        let (mut one, mut other) = (look_along(state, one, &path)?, look_along(state, other, &path)?);
        if !with_case.is_true()
            && let (Value::Text(a), Value::Text(b)) = (&one, &other)
        {
            (one, other) = (Value::Text(lower(a).into()), Value::Text(lower(b).into()));
        }
        let order = state.order(&one, &other)?.unwrap_or(Ordering::Equal);
        Ok(if reverse.is_true() { order.reverse() } else { order })
    })?;
    sorted.extend(rest);
    Ok(Value::list(sorted))
}

/// A stable order, the same in every engine whatever `compare` says.
fn merged(
    state: &mut State<'_>,
    list: &[Value],
    compare: &mut dyn FnMut(&mut State<'_>, &Value, &Value) -> Outcome<Ordering>,
) -> Outcome<Vec<Value>> {
    if list.len() < 2 {
        return Ok(list.to_vec());
    }
    let (left, right) = list.split_at(list.len() / 2);
    let left = merged(state, left, compare)?;
    let right = merged(state, right, compare)?;
    let mut found = Vec::with_capacity(list.len());
    let (mut i, mut j) = (0, 0);
    while i < left.len() && j < right.len() {
        state.step(1)?;
        if compare(state, &left[i], &right[j])? == Ordering::Greater {
            found.push(right[j].clone());
            j += 1;
        } else {
            found.push(left[i].clone());
            i += 1;
        }
    }
    found.extend_from_slice(&left[i..]);
    found.extend_from_slice(&right[j..]);
    Ok(found)
}

fn escaped(state: &mut State<'_>, value: &Value) -> Outcome<Value> {
    let text = if value.is_none() { units("") } else { state.text(value)? };
    let mut out = Vec::with_capacity(text.len());
    for unit in &*text {
        let named = match u8::try_from(*unit) {
            Ok(b'&') => "&amp;",
            Ok(b'"') => "&quot;",
            Ok(b'\'') => "&#39;",
            Ok(b'<') => "&lt;",
            Ok(b'>') => "&gt;",
            Ok(b'\\') => "&#92;",
            _ => {
                out.push(*unit);
                continue;
            }
        };
        out.extend(named.encode_utf16());
    }
    Ok(Value::Text(out.into()))
}

fn grouped(state: &mut State<'_>, value: &Value, attribute: &Value) -> Outcome<Value> {
    let path = path(attribute);
    let mut groups: Vec<(Text, Vec<Value>)> = Vec::new();
    let mut places: HashMap<Text, usize> = HashMap::new();
    for item in sequence(state, value)? {
        let key = look_along(state, &item, &path)?;
        let key = state.text(&key)?;
        let place = *places.entry(key.clone()).or_insert_with(|| {
            groups.push((key, Vec::new()));
            groups.len() - 1
        });
        groups[place].1.push(item);
    }
    Ok(Value::dict(groups.into_iter().map(|(key, items)| (key, Value::list(items)))))
}

fn indented(state: &mut State<'_>, value: &Value, width: &Value, first: bool) -> Outcome<Value> {
    let width = if width.is_true() { width.clone() } else { Value::Number(4.0) };
    let width = count(state, &width, RANGE, f64::NEG_INFINITY)?;
    let pad = times(state, &[32], width)?;
    let text = soft(state, value)?;
    let lines: Vec<&[u16]> = text.split(|unit| *unit == 10).collect();
    state.room(lines.len() * pad.len())?;
    if text.is_empty() {
        return Ok(Value::Text(text));
    }
    let mut out = Vec::new();
    for (at, line) in lines.into_iter().enumerate() {
        if at > 0 {
            out.push(10);
        }
        if at > 0 || first {
            out.extend_from_slice(&pad);
        }
        out.extend_from_slice(line);
    }
    Ok(Value::Text(out.into()))
}

fn with_breaks(text: &[u16]) -> Vec<u16> {
    let mut out = Vec::new();
    for (at, unit) in text.iter().enumerate() {
        match *unit {
            13 if text.get(at + 1) == Some(&10) => {}
            10 => out.extend("<br />\n".encode_utf16()),
            unit => out.push(unit),
        }
    }
    out
}

fn chosen(state: &mut State<'_>, value: &Value, test: &Value, arg: &Value, wanted: bool) -> Outcome<Value> {
    let mut found = Vec::new();
    for item in sequence(state, value)? {
        state.step(1)?;
        let name = if matches!(test, Value::Undefined) { units("truthy") } else { state.text(test)? };
        if tested(state, &lossy(&name), &item, std::slice::from_ref(arg))? == wanted {
            found.push(item);
        }
    }
    Ok(Value::list(found))
}

fn replaced(state: &mut State<'_>, value: &Value, old: &Value, new: &Value, most: &Value) -> Outcome<Value> {
    let from = match old {
        Value::Pattern(pattern) => {
            let inner = text(state, value)?;
            let new = state.text(new)?;
            return Ok(Value::Text(methods::replace_pattern(state, &inner, pattern, &new)?));
        }
        Value::Number(_) | Value::Text(_) => state.text(old)?,
        _ => return Ok(value.clone()),
    };
    let inner = match value {
        Value::Number(_) | Value::Text(_) => state.text(value)?,
        _ => return Ok(value.clone()),
    };
    let new = state.text(new)?;
    if from.is_empty() {
        state.room((inner.len() + 1) * new.len())?;
        let mut out = new.to_vec();
        for unit in &*inner {
            out.push(*unit);
            out.extend_from_slice(&new);
        }
        return Ok(Value::Text(out.into()));
    }
    let limit = match most {
        Value::Undefined => f64::INFINITY,
        Value::Number(-1.0) => f64::INFINITY,
        most => state.number(most)?,
    };
    Ok(Value::Text(methods::replace_text(state, &inner, &from, &new, limit, false)?))
}

fn sliced(state: &mut State<'_>, value: &Value, slices: &Value, fill: &Value) -> Outcome<Value> {
    let is_text = matches!(value, Value::Text(_));
    let list = if is_text { sequence(state, value)? } else { array(state, value)? };
    let parts = count(state, slices, RANGE, f64::NEG_INFINITY)?;
    let length = list.len() as f64;
    let (size, extra) = ((length / parts).floor(), length % parts);
    let mut found = Vec::new();
    let mut start = 0.0;
    let mut at = 0.0;
    while at < parts {
        let end = start + size + if at < extra { 1.0 } else { 0.0 };
        let [from, to] = [start, end].map(|place| relative(place, list.len()));
        let mut part = list[from..to.max(from)].to_vec();
        if fill.is_true() && at >= extra {
            if is_text {
                return needs(state, "a list", &Value::text(""));
            }
            part.push(fill.clone());
        }
        found.push(if is_text { Value::Text(state.joined(&part, &[])?) } else { Value::list(part) });
        start = end;
        at += 1.0;
    }
    Ok(Value::list(found))
}

fn truncated(state: &mut State<'_>, value: &Value, length: &Value, kills: bool, end: &Value) -> Outcome<Value> {
    let inner = soft(state, value)?;
    let most = if length.is_true() { state.number(length)? } else { 255.0 };
    if inner.len() as f64 <= most {
        return Ok(Value::Text(inner));
    }
    let cut = clamped(most, inner.len());
    let space = match kills {
        true => None,
        false => find_last(&inner, &[32], if most.is_nan() { inner.len() } else { cut }),
    };
    let end = if end.is_none() { units("...") } else { state.text(end)? };
    Ok(Value::Text([&inner[..space.unwrap_or(cut)], &end].concat().into()))
}

fn urlencoded(state: &mut State<'_>, value: &Value) -> Outcome<Value> {
    if let Value::Text(text) = value {
        return Ok(Value::Text(units(&encoded(text)?)));
    }
    let pairs = match value {
        Value::Dict(dict) => entries(dict),
        Value::List(list) => list.items.borrow().clone(),
        _ => Vec::new(),
    };
    let mut parts = Vec::new();
    for pair in pairs {
        let mut sides = Vec::new();
        for at in 0..2 {
            let side = look(state, &pair, &Value::size(at))?;
            let side = state.text(&side)?;
            sides.push(encoded(&side)?);
        }
        parts.push(sides.join("="));
    }
    Ok(Value::Text(units(&parts.join("&"))))
}

/// JavaScript's `encodeURIComponent`.
fn encoded(text: &[u16]) -> Outcome<String> {
    let Ok(text) = String::from_utf16(text) else {
        return fail("half a character cannot be part of an address");
    };
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            byte if byte.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&byte) => out.push(char::from(byte)),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    Ok(out)
}

/// Tags and comments go, white space becomes one space or, with lines kept, is cleared around them.
fn without_tags(text: &[u16], keeps_lines: bool) -> Vec<u16> {
    let mut bare = Vec::new();
    let mut at = 0;
    while at < text.len() {
        match tag_end(text, at) {
            Some(end) => at = end,
            None => {
                bare.push(text[at]);
                at += 1;
            }
        }
    }
    let bare = trim(&bare);
    let mut out: Vec<u16> = Vec::new();
    if !keeps_lines {
        for unit in bare {
            match is_space(*unit) {
                true if out.last() != Some(&32) => out.push(32),
                true => {}
                false => out.push(*unit),
            }
        }
        return out;
    }
    let is_line_end = |unit: u16| matches!(unit, 10 | 13 | 0x2028 | 0x2029);
    for line in bare.split_inclusive(|unit| is_line_end(*unit)) {
        let (line, end) = match line.split_last() {
            Some((last, line)) if is_line_end(*last) => (line, Some(*last)),
            _ => (line, None),
        };
        let start = line.iter().position(|unit| *unit != 32).unwrap_or(line.len());
        let stop = line.iter().rposition(|unit| *unit != 32).map_or(start, |at| at + 1);
        for unit in &line[start..stop.max(start)] {
            if *unit != 32 || out.last() != Some(&32) {
                out.push(*unit);
            }
        }
        out.extend(end);
    }
    let mut found: Vec<u16> = Vec::new();
    for (at, unit) in out.iter().enumerate() {
        let carriage = *unit == 13 && out.get(at + 1) == Some(&10);
        let third = *unit == 10 && found.ends_with(&[10, 10]);
        if !carriage && !third {
            found.push(*unit);
        }
    }
    found
}

fn tag_end(text: &[u16], at: usize) -> Option<usize> {
    let ascii = |at: usize| text.get(at).and_then(|unit| u8::try_from(*unit).ok());
    if ascii(at) != Some(b'<') {
        return None;
    }
    let name = at + 1 + usize::from(ascii(at + 1) == Some(b'/'));
    if ascii(name).is_some_and(|byte| byte.is_ascii_alphabetic()) {
        let mut end = name;
        while ascii(end).is_some_and(|byte| byte.is_ascii_alphanumeric()) {
            end += 1;
        }
        if ascii(end) != Some(b'_') {
            return find(text, &units(">"), end).map(|at| at + 1);
        }
        return None;
    }
    let comment = text[at..].starts_with(&units("<!--"));
    comment.then(|| find(text, &units("-->"), at + 4).map(|at| at + 3)).flatten()
}

fn urlized(state: &mut State<'_>, value: &Value, length: &Value, nofollow: &Value) -> Outcome<Value> {
    let most = state.number(length)?;
    let most = if most.is_nan() { f64::INFINITY } else { most };
    let rel = if matches!(nofollow, Value::Bool(true)) { " rel=\"nofollow\"" } else { "" };
    let text = text(state, value)?;
    let text = short(state, text)?;
    let mut out: Vec<u16> = Vec::new();
    for run in text.chunk_by(|one, other| is_space(*one) == is_space(*other)) {
        let url = if is_space(run[0]) { run } else { address(run) };
        let plain = lossy(url);
        let shown = &url[..clamped(most, url.len())];
        let mut link = |start: &str, rel: &str, shown: &[u16]| {
            out.extend(format!("<a href=\"{start}").encode_utf16());
            out.extend_from_slice(url);
            out.extend(format!("\"{rel}>").encode_utf16());
            out.extend_from_slice(shown);
            out.extend("</a>".encode_utf16());
        };
        if plain.starts_with("http://") || plain.starts_with("https://") {
            link("", rel, shown);
        } else if plain.starts_with("www.") {
            link("http://", rel, shown);
        } else if is_mail(&plain) {
            link("mailto:", "", url);
        } else if has_domain(&plain) {
            link("http://", rel, shown);
        } else {
            out.extend_from_slice(run);
        }
    }
    Ok(Value::Text(out.into()))
}

/// A word without one sign before and one behind it.
fn address(word: &[u16]) -> &[u16] {
    let before = ["(", "<", "&lt;"].into_iter().find(|sign| word.starts_with(&units(sign)));
    let inner = &word[before.map_or(0, str::len)..];
    let after = [".", ",", ")", "&gt;"].into_iter().find(|sign| inner.ends_with(&units(sign)));
    &inner[..inner.len() - after.map_or(0, str::len)]
}

fn is_mail(text: &str) -> bool {
    let Some((name, domain)) = text.rsplit_once('@') else { return false };
    let name_char = |c: char| c.is_ascii_alphanumeric() || "_.!#$%&'*+-/=?^`{|}~".contains(c);
    let part = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    let parts: Vec<&str> = domain.split('.').collect();
    !name.is_empty() && name.chars().all(name_char) && parts.len() > 1 && parts.iter().all(|found| part(found))
}

fn has_domain(text: &str) -> bool {
    [".org", ".net", ".com"].into_iter().any(|end| {
        text.match_indices(end).any(|(at, _)| {
            let rest = &text[at + end.len()..];
            rest.is_empty() || rest.starts_with([':', '/'])
        })
    })
}

/// An argument that says how many, as JavaScript rounds it.
pub(super) fn whole(state: &mut State<'_>, value: &Value, other: f64) -> Outcome<f64> {
    if matches!(value, Value::Undefined) { Ok(other) } else { Ok(integer(state.number(value)?)) }
}
