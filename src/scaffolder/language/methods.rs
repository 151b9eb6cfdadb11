//! Methods of values: those of JavaScript that templates use, and in cookiecutter mode some of Jinja's.

use super::eval::{Callable, State, entries};
use super::filters::{count, letters, needs, times, whole};
use super::parser::guess;
use super::pattern::{Groups, Pattern};
use super::value::{
    Text, Value, clamped, find, find_last, integer, lower, number_text, relative, text_of, trim, trim_end, trim_start,
    units, upper,
};
use super::{LENGTH, Outcome, fail};
use std::rc::Rc;

const TEXT: [&str; 25] = [
    "at",
    "charAt",
    "charCodeAt",
    "concat",
    "endsWith",
    "includes",
    "indexOf",
    "lastIndexOf",
    "slice",
    "startsWith",
    "substr",
    "substring",
    "toLowerCase",
    "toString",
    "toUpperCase",
    "trim",
    "trimEnd",
    "trimStart",
    "match",
    "padEnd",
    "padStart",
    "repeat",
    "replace",
    "replaceAll",
    "split",
];
const LIST: [&str; 11] =
    ["at", "slice", "concat", "includes", "indexOf", "join", "lastIndexOf", "pop", "push", "reverse", "toString"];
const JINJA_LIST: [&str; 3] = ["append", "count", "index"];
const JINJA_DICT: [&str; 5] = ["get", "has_key", "items", "keys", "values"];

pub(super) fn method(state: &mut State<'_>, target: &Value, name: &str, args: &[Value]) -> Outcome<Value> {
    let jinja = state.settings.cookiecutter;
    let (own, more): (&[&str], &[&str]) = match target {
        Value::Text(_) => (&TEXT, &[]),
        Value::List(_) => (&LIST, if jinja { &JINJA_LIST } else { &[] }),
        Value::Dict(_) => (&[], if jinja { &JINJA_DICT } else { &[] }),
        Value::Number(_) => (&["toFixed", "toString"], &[]),
        Value::Bool(_) => (&["toString"], &[]),
        Value::Pattern(_) => (&["test"], &[]),
        Value::Callable(callable) if matches!(**callable, Callable::Cycler { .. }) => (&["next", "reset"], &[]),
        Value::Callable(_) => return fail("a function has no methods"),
        Value::Undefined | Value::None => (&[], &[]),
    };
    let names = own.iter().chain(more).copied();
    if !names.clone().any(|other| other == name) {
        return fail(format!("{} has no method `{name}`{}", target.kind(), guess(name, names)));
    }
    state.doing = name.into();
    state.touch(target)?;
    for arg in args {
        state.touch(arg)?;
    }
    let found = match target {
        Value::Text(text) => {
            let plain = |state: &mut State<'_>, arg: &Value| match arg {
                Value::Pattern(_) => Ok(arg.clone()),
                arg => state.plain(arg),
            };
            let args: Vec<Value> = args.iter().map(|arg| plain(state, arg)).collect::<Outcome<_>>()?;
            of_text(state, text, name, &args)?
        }
        Value::List(list) => {
            let items = list.items.borrow().clone();
            of_list(state, target, items, name, args)?
        }
        Value::Dict(dict) => {
            let arg = |at: usize| args.get(at).cloned().unwrap_or(Value::Undefined);
            match name {
                "items" => Value::list(entries(dict)),
                "keys" => Value::list(dict.entries().iter().map(|(key, _)| Value::Text(key.clone())).collect()),
                "values" => Value::list(dict.entries().iter().map(|(_, item)| item.clone()).collect()),
                "get" => {
                    let found = dict.get(&state.text(&arg(0))?).cloned().unwrap_or(Value::Undefined);
                    if found.is_none() { arg(1) } else { found }
                }
                _ => Value::Bool(dict.get(&state.text(&arg(0))?).is_some()),
            }
        }
        Value::Number(number) => of_number(state, *number, name, args)?,
        Value::Pattern(pattern) => {
            let text = state.text(args.first().unwrap_or(&Value::Undefined))?;
            let steps = pattern.steps(text.len())?;
            state.step(usize::try_from(steps).unwrap_or(usize::MAX))?;
            Value::Bool(pattern.find(&text, 0).is_some())
        }
        Value::Callable(callable) => cycle(callable, name),
        other => Value::Text(state.text(other)?),
    };
    state.touch(&found)?;
    Ok(found)
}

fn cycle(callable: &Rc<Callable>, name: &str) -> Value {
    let Callable::Cycler { items, place } = &**callable else { return Value::Undefined };
    if name == "reset" {
        place.set(None);
        return Value::Undefined;
    }
    let next = place.get().map_or(0, |at| at + 1);
    place.set(Some(if next < items.items.borrow().len() { next } else { 0 }));
    callable.current().unwrap_or(Value::Undefined)
}

fn of_number(state: &mut State<'_>, number: f64, name: &str, args: &[Value]) -> Outcome<Value> {
    let arg = args.first().cloned().unwrap_or(Value::Undefined);
    if name == "toString" {
        return match arg {
            Value::Undefined => Ok(Value::text(&number_text(number))),
            _ => fail("`toString` takes no base"),
        };
    }
    let arg = if matches!(arg, Value::Undefined) { Value::Number(0.0) } else { arg };
    let digits = integer(count(state, &arg, 100.0, 0.0)?) as usize;
    Ok(Value::text(&fixed(number, digits)))
}

/// JavaScript's `toFixed`: halves go away from zero.
fn fixed(number: f64, digits: usize) -> String {
    if !number.is_finite() || number.abs() >= 1e21 {
        return number_text(number);
    }
    // A double has at most 1074 digits behind the point, so this is exact.
    let exact = format!("{:.1074}", number.abs());
    let cut = exact.find('.').map_or(exact.len(), |at| at + 1 + digits);
    let (kept, rest) = exact.split_at(cut);
    let mut kept: Vec<u8> = kept.bytes().collect();
    if rest.as_bytes().first().is_some_and(|digit| *digit >= b'5') {
        let mut at = kept.len();
        loop {
            if at == 0 {
                kept.insert(0, b'1');
                break;
            }
            at -= 1;
            match kept[at] {
                b'.' => {}
                b'9' => kept[at] = b'0',
                _ => {
                    kept[at] += 1;
                    break;
                }
            }
        }
    }
    let text: String = kept.into_iter().map(char::from).collect();
    let sign = if number < 0.0 { "-" } else { "" };
    format!("{sign}{}", text.trim_end_matches('.'))
}

fn of_text(state: &mut State<'_>, text: &Text, name: &str, args: &[Value]) -> Outcome<Value> {
    const PATTERNS: [&str; 6] = ["match", "replace", "replaceAll", "split", "padEnd", "padStart"];
    if !PATTERNS.contains(&name) && name != "repeat" && args.iter().any(|arg| matches!(arg, Value::Pattern(_))) {
        return fail(format!("`{name}` takes no pattern"));
    }
    let arg = |at: usize| args.get(at).cloned().unwrap_or(Value::Undefined);
    let length = text.len();
    let unit = |at: usize| text.get(at).map(|unit| Value::Text(text_of(&[*unit])));
    let cut = |from: usize, to: usize| Value::Text(text_of(&text[from.min(to)..to]));
    Ok(match name {
        "at" => {
            let at = whole(state, &arg(0), 0.0)?;
            let at = if at < 0.0 { at + length as f64 } else { at };
            if at < 0.0 { Value::Undefined } else { unit(at as usize).unwrap_or(Value::Undefined) }
        }
        "charAt" => {
            let at = whole(state, &arg(0), 0.0)?;
            (at >= 0.0).then(|| unit(at as usize)).flatten().unwrap_or(Value::text(""))
        }
        "charCodeAt" => {
            let at = whole(state, &arg(0), 0.0)?;
            let found = if at >= 0.0 { text.get(at as usize) } else { None };
            Value::Number(found.map_or(f64::NAN, |unit| f64::from(*unit)))
        }
        "concat" => {
            let mut out = text.to_vec();
            for arg in args {
                out.extend_from_slice(&state.text(arg)?);
                state.room(out.len())?;
            }
            Value::Text(out.into())
        }
        "endsWith" => {
            let part = state.text(&arg(0))?;
            let end = clamped(whole(state, &arg(1), length as f64)?, length);
            Value::Bool(text[..end].ends_with(&part))
        }
        "startsWith" => {
            let part = state.text(&arg(0))?;
            let start = clamped(whole(state, &arg(1), 0.0)?, length);
            Value::Bool(text[start..].starts_with(&part))
        }
        "includes" | "indexOf" => {
            let part = state.text(&arg(0))?;
            let start = clamped(whole(state, &arg(1), 0.0)?, length);
            let found = find(text, &part, start);
            if name == "includes" { Value::Bool(found.is_some()) } else { place(found) }
        }
        "lastIndexOf" => {
            let part = state.text(&arg(0))?;
            let start = state.number(&arg(1))?;
            let start = if start.is_nan() { f64::INFINITY } else { start };
            place(find_last(text, &part, clamped(start, length)))
        }
        "slice" => {
            let start = relative(whole(state, &arg(0), 0.0)?, length);
            let end = relative(whole(state, &arg(1), length as f64)?, length);
            cut(start, end)
        }
        "substr" => {
            let start = relative(whole(state, &arg(0), 0.0)?, length);
            let size = clamped(whole(state, &arg(1), f64::INFINITY)?, length - start);
            cut(start, start + size)
        }
        "substring" => {
            let start = clamped(whole(state, &arg(0), 0.0)?, length);
            let end = clamped(whole(state, &arg(1), length as f64)?, length);
            cut(start.min(end), start.max(end))
        }
        "toLowerCase" => Value::Text(lower(text).into()),
        "toUpperCase" => Value::Text(upper(text).into()),
        "toString" => Value::Text(text.clone()),
        "trim" => Value::Text(text_of(trim(text))),
        "trimEnd" => Value::Text(text_of(trim_end(text))),
        "trimStart" => Value::Text(text_of(trim_start(text))),
        "match" => {
            let Value::Pattern(pattern) = arg(0) else { return needs(state, "a pattern such as r/a/", &arg(0)) };
            matches(state, text, &pattern)?
        }
        "padEnd" | "padStart" => {
            let width = clamped(count(state, &arg(0), LENGTH as f64, f64::NEG_INFINITY)?, LENGTH);
            let pad = if matches!(arg(1), Value::Undefined) { units(" ") } else { state.text(&arg(1))? };
            let missing = width.saturating_sub(length);
            let pad: Vec<u16> = pad.iter().cycle().take(missing).copied().collect();
            let parts: [&[u16]; 2] = if name == "padEnd" { [text, &pad] } else { [&pad, text] };
            Value::Text(parts.concat().into())
        }
        "repeat" => {
            let times_ = count(state, &arg(0), LENGTH as f64, 0.0)?.floor();
            Value::Text(times(state, text, times_)?.into())
        }
        "replace" => {
            let new = |state: &mut State<'_>| state.text(&arg(1));
            Value::Text(match arg(0) {
                Value::Pattern(pattern) => {
                    let new = new(state)?;
                    replace_pattern(state, text, &pattern, &new)?
                }
                old => {
                    let old = state.text(&old)?;
                    let new = new(state)?;
                    replace_text(state, text, &old, &new, 1.0, true)?
                }
            })
        }
        "replaceAll" => match arg(0) {
            Value::Pattern(pattern) if !pattern.is_global() => return fail("`replaceAll` needs the flag `g`"),
            Value::Pattern(pattern) => {
                let new = state.text(&arg(1))?;
                Value::Text(replace_pattern(state, text, &pattern, &new)?)
            }
            old => {
                let old = state.text(&old)?;
                let new = state.text(&arg(1))?;
                Value::Text(replace_text(state, text, &old, &new, f64::INFINITY, true)?)
            }
        },
        _ => {
            let most = match arg(1) {
                Value::Undefined => f64::from(u32::MAX),
                most => integer(state.number(&most)?).rem_euclid(4_294_967_296.0),
            };
            let mut parts = split(state, text, &arg(0))?;
            parts.truncate(if most.is_nan() { 0 } else { most as usize });
            Value::list(parts)
        }
    })
}

fn place(found: Option<usize>) -> Value {
    found.map_or(Value::Number(-1.0), Value::size)
}

/// Pays for trying a pattern on a text.
fn pay(state: &mut State<'_>, pattern: &Pattern, text: &[u16]) -> Outcome<()> {
    let steps = pattern.steps(text.len())?;
    state.step(usize::try_from(steps).unwrap_or(usize::MAX))
}

fn matches(state: &mut State<'_>, text: &[u16], pattern: &Pattern) -> Outcome<Value> {
    pay(state, pattern, text)?;
    let part = |range: Option<(usize, usize)>| match range {
        Some((start, end)) => Value::Text(text_of(&text[start..end])),
        None => Value::Undefined,
    };
    if !pattern.is_global() {
        return Ok(match pattern.find(text, 0) {
            Some(groups) => Value::list(groups.into_iter().map(part).collect()),
            None => Value::None,
        });
    }
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(groups) = pattern.find(text, at) {
        let Some((start, end)) = groups[0] else { break };
        found.push(part(groups[0]));
        at = if end == start { end + 1 } else { end };
    }
    Ok(if found.is_empty() { Value::None } else { Value::list(found) })
}

fn split(state: &mut State<'_>, text: &Text, separator: &Value) -> Outcome<Vec<Value>> {
    let pattern = match separator {
        Value::Undefined => return Ok(vec![Value::Text(text.clone())]),
        Value::Pattern(pattern) => pattern,
        separator => {
            let separator = state.text(separator)?;
            if separator.is_empty() {
                return Ok(letters(text));
            }
            let mut parts = Vec::new();
            let mut start = 0;
            while let Some(at) = find(text, &separator, start) {
                parts.push(Value::Text(text_of(&text[start..at])));
                start = at + separator.len();
            }
            parts.push(Value::Text(text_of(&text[start..])));
            return Ok(parts);
        }
    };
    pay(state, pattern, text)?;
    if text.is_empty() {
        return Ok(if pattern.match_at(text, 0).is_some() { Vec::new() } else { vec![Value::Text(text.clone())] });
    }
    let mut parts = Vec::new();
    let (mut start, mut at) = (0, 0);
    while at < text.len() {
        let groups = pattern.match_at(text, at);
        let Some((groups, end)) = groups.and_then(|groups| Some((groups.clone(), groups[0]?.1))) else {
            at += 1;
            continue;
        };
        if end == start || end == at && at == start {
            at += 1;
            continue;
        }
        parts.push(Value::Text(text_of(&text[start..at])));
        parts.extend(groups[1..].iter().map(|group| match group {
            Some((from, to)) => Value::Text(text_of(&text[*from..*to])),
            None => Value::Undefined,
        }));
        start = end;
        at = start.max(at);
    }
    parts.push(Value::Text(text_of(&text[start..])));
    Ok(parts)
}

pub(super) fn replace_pattern(
    state: &mut State<'_>,
    text: &[u16],
    pattern: &Pattern,
    template: &[u16],
) -> Outcome<Text> {
    pay(state, pattern, text)?;
    let mut out = Vec::new();
    let (mut last, mut at) = (0, 0);
    while let Some(groups) = pattern.find(text, at) {
        let Some((start, end)) = groups[0] else { break };
        out.extend_from_slice(&text[last..start]);
        fill(state, &mut out, template, &groups, text)?;
        state.room(out.len())?;
        state.step(1)?;
        last = end;
        if !pattern.is_global() {
            break;
        }
        at = if end == start { end + 1 } else { end };
    }
    out.extend_from_slice(&text[last..]);
    Ok(out.into())
}

/// Up to `most` times; `fills` says whether `$&` and the like stand for what they do in JavaScript.
pub(super) fn replace_text(
    state: &mut State<'_>,
    text: &[u16],
    old: &[u16],
    template: &[u16],
    most: f64,
    fills: bool,
) -> Outcome<Text> {
    let mut out = Vec::new();
    let mut last = 0;
    let mut at = find(text, old, 0);
    let mut done = 0.0;
    while let Some(start) = at.filter(|_| done < most) {
        out.extend_from_slice(&text[last..start]);
        let end = start + old.len();
        match fills {
            true => fill(state, &mut out, template, &vec![Some((start, end))], text)?,
            false => out.extend_from_slice(template),
        }
        state.room(out.len())?;
        state.step(1)?;
        last = end;
        at = if old.is_empty() { (start < text.len()).then_some(start + 1) } else { find(text, old, last) };
        done += 1.0;
    }
    out.extend_from_slice(&text[last..]);
    Ok(out.into())
}

/// Writes what takes the place of a match: `$1`, `$&` and the like are filled in.
fn fill(state: &State<'_>, out: &mut Vec<u16>, template: &[u16], groups: &Groups, text: &[u16]) -> Outcome<()> {
    let Some((start, end)) = groups[0] else { return Ok(()) };
    let ascii = |at: usize| template.get(at).and_then(|unit| u8::try_from(*unit).ok()).unwrap_or(0);
    let digit = |at: usize| char::from(ascii(at)).to_digit(10).map(|digit| digit as usize);
    let mut at = 0;
    while at < template.len() {
        if ascii(at) != b'$' {
            out.push(template[at]);
            at += 1;
            continue;
        }
        let two = digit(at + 1).zip(digit(at + 2)).map(|(tens, ones)| tens * 10 + ones);
        let group = match (two, digit(at + 1)) {
            (Some(two), _) if two > 0 && two < groups.len() => Some((two, 3)),
            (_, Some(one)) if one > 0 && one < groups.len() => Some((one, 2)),
            _ => None,
        };
        let mut width = 2;
        match (ascii(at + 1), group) {
            (b'$', _) => out.push(u16::from(b'$')),
            (b'&', _) => out.extend_from_slice(&text[start..end]),
            (b'`', _) => out.extend_from_slice(&text[..start]),
            (b'\'', _) => out.extend_from_slice(&text[end..]),
            (_, Some((group, found))) => {
                width = found;
                if let Some((from, to)) = groups[group] {
                    out.extend_from_slice(&text[from..to]);
                }
            }
            _ => {
                width = 1;
                out.push(u16::from(b'$'));
            }
        }
        state.room(out.len())?;
        at += width;
    }
    Ok(())
}

fn of_list(state: &mut State<'_>, target: &Value, items: Vec<Value>, name: &str, args: &[Value]) -> Outcome<Value> {
    let Value::List(list) = target else { return Ok(Value::Undefined) };
    let arg = |at: usize| args.get(at).cloned().unwrap_or(Value::Undefined);
    let length = items.len();
    Ok(match name {
        "at" => {
            let at = whole(state, &arg(0), 0.0)?;
            let at = if at < 0.0 { at + length as f64 } else { at };
            if at < 0.0 { Value::Undefined } else { items.get(at as usize).cloned().unwrap_or(Value::Undefined) }
        }
        "slice" => {
            let start = relative(whole(state, &arg(0), 0.0)?, length);
            let end = relative(whole(state, &arg(1), length as f64)?, length);
            Value::list(items[start.min(end)..end].to_vec())
        }
        "concat" => {
            let mut found = items;
            for arg in args {
                match arg {
                    Value::List(list) => found.extend(list.items.borrow().iter().cloned()),
                    arg => found.push(arg.clone()),
                }
            }
            Value::list(found)
        }
        "includes" | "indexOf" => {
            let start = relative(whole(state, &arg(1), 0.0)?, length);
            let nan = |value: &Value| name == "includes" && matches!(value, Value::Number(number) if number.is_nan());
            let item = arg(0);
            let found = items[start..].iter().position(|other| other.is(&item) || nan(other) && nan(&item));
            if name == "includes" { Value::Bool(found.is_some()) } else { place(found.map(|at| at + start)) }
        }
        "lastIndexOf" => place(items.iter().rposition(|other| other.is(&arg(0)))),
        "join" => {
            let separator = if matches!(arg(0), Value::Undefined) { units(",") } else { state.text(&arg(0))? };
            Value::Text(state.joined(&items, &separator)?)
        }
        "pop" => list.items.borrow_mut().pop().unwrap_or(Value::Undefined),
        "push" | "append" => {
            let args = if name == "append" { vec![arg(0)] } else { args.to_vec() };
            for arg in &args {
                if state.holds(arg, target)? {
                    return fail("a list cannot be put into itself");
                }
            }
            list.items.borrow_mut().extend(args);
            Value::size(list.items.borrow().len())
        }
        "reverse" => {
            list.items.borrow_mut().reverse();
            target.clone()
        }
        "count" => Value::size(items.iter().filter(|other| other.is(&arg(0))).count()),
        "index" => match items.iter().position(|other| other.is(&arg(0))) {
            Some(at) => Value::size(at),
            None => return fail("`index` does not find the value"),
        },
        _ => Value::Text(state.text(target)?),
    })
}

/// JSON as JavaScript writes it.
pub(super) fn dump(state: &mut State<'_>, value: &Value, spaces: &Value) -> Outcome<Value> {
    state.weigh(value)?;
    let gap: Vec<u16> = match state.plain(spaces)? {
        Value::Number(number) => vec![32; clamped(number, 10)],
        Value::Text(text) => text[..text.len().min(10)].to_vec(),
        _ => Vec::new(),
    };
    let mut out = Vec::new();
    if !write(&mut out, value, &gap, 0) {
        return Ok(Value::Undefined);
    }
    Ok(Value::Text(out.into()))
}

/// Whether there is JSON for the value; it is no deeper than the limit.
fn write(out: &mut Vec<u16>, value: &Value, gap: &[u16], depth: usize) -> bool {
    match value {
        Value::Undefined | Value::Callable(_) => return false,
        Value::None => out.extend("null".encode_utf16()),
        Value::Bool(value) => out.extend(value.to_string().encode_utf16()),
        Value::Number(number) if number.is_finite() => out.extend(number_text(*number).encode_utf16()),
        Value::Number(_) => out.extend("null".encode_utf16()),
        Value::Text(text) => quote(out, text),
        Value::Pattern(_) => out.extend("{}".encode_utf16()),
        Value::List(list) => {
            out.push(u16::from(b'['));
            for (at, item) in list.items.borrow().iter().enumerate() {
                begin(out, at > 0, gap, depth + 1);
                if !write(out, item, gap, depth + 1) {
                    out.extend("null".encode_utf16());
                }
            }
            end(out, !list.items.borrow().is_empty(), gap, depth);
            out.push(u16::from(b']'));
        }
        Value::Dict(dict) => {
            out.push(u16::from(b'{'));
            let mut any = false;
            for (key, item) in dict.entries() {
                if matches!(item, Value::Undefined | Value::Callable(_)) {
                    continue;
                }
                begin(out, any, gap, depth + 1);
                any = true;
                quote(out, key);
                out.push(u16::from(b':'));
                if !gap.is_empty() {
                    out.push(32);
                }
                write(out, item, gap, depth + 1);
            }
            end(out, any, gap, depth);
            out.push(u16::from(b'}'));
        }
    }
    true
}

fn begin(out: &mut Vec<u16>, follows: bool, gap: &[u16], depth: usize) {
    if follows {
        out.push(u16::from(b','));
    }
    end(out, true, gap, depth);
}

fn end(out: &mut Vec<u16>, any: bool, gap: &[u16], depth: usize) {
    if any && !gap.is_empty() {
        out.push(10);
        out.extend(gap.repeat(depth));
    }
}

fn quote(out: &mut Vec<u16>, text: &[u16]) {
    out.push(u16::from(b'"'));
    for part in char::decode_utf16(text.iter().copied()) {
        let c = match part {
            Ok(c) => c,
            Err(half) => {
                out.extend(format!("\\u{:04x}", half.unpaired_surrogate()).encode_utf16());
                continue;
            }
        };
        match c {
            '"' | '\\' => out.extend([u16::from(b'\\'), c as u16]),
            '\n' => out.extend("\\n".encode_utf16()),
            '\r' => out.extend("\\r".encode_utf16()),
            '\t' => out.extend("\\t".encode_utf16()),
            '\u{8}' => out.extend("\\b".encode_utf16()),
            '\u{c}' => out.extend("\\f".encode_utf16()),
            c if c < ' ' => out.extend(format!("\\u{:04x}", c as u32).encode_utf16()),
            c => out.extend(c.encode_utf16(&mut [0; 2]).iter()),
        }
    }
    out.push(u16::from(b'"'));
}
