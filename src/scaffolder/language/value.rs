//! Values as JavaScript has them: texts in UTF-16 units, numbers as doubles, lists that are shared.

use super::eval::Callable;
use super::pattern::Pattern;
use serde_json::{Map, Number, Value as Json};
use std::cell::RefCell;

use std::collections::HashMap;
use std::rc::Rc;

pub(super) type Text = Rc<[u16]>;

#[derive(Debug, Clone)]
pub(super) enum Value {
    Undefined,
    None,
    Bool(bool),
    Number(f64),
    Text(Text),
    List(Rc<List>),
    Dict(Rc<Dict>),
    Pattern(Rc<Pattern>),
    Callable(Rc<Callable>),
}

#[derive(Debug, Default)]
pub(super) struct List {
    pub(super) items: RefCell<Vec<Value>>,
}

/// Keys in JavaScript's order: those that are numbers first. It never changes.
#[derive(Debug, Default)]
pub(super) struct Dict {
    entries: Vec<(Text, Value)>,
    places: HashMap<Text, usize>,
}

impl Dict {
    /// Of several values for one key, the last stands in the place of the first.
    pub(super) fn new(pairs: impl IntoIterator<Item = (Text, Value)>) -> Dict {
        let mut dict = Dict::default();
        for (key, value) in pairs {
            match dict.places.get(&key) {
                Some(at) => dict.entries[*at].1 = value,
                None => {
                    dict.places.insert(key.clone(), dict.entries.len());
                    dict.entries.push((key, value));
                }
            }
        }
        let number = |key: &Text| index(key).filter(|index| *index < u64::from(u32::MAX));
        if dict.entries.iter().any(|(key, _)| number(key).is_some()) {
            dict.entries.sort_by_key(|(key, _)| number(key).unwrap_or(u64::MAX));
            dict.places = dict.entries.iter().enumerate().map(|(at, (key, _))| (key.clone(), at)).collect();
        }
        dict
    }

    pub(super) fn get(&self, key: &[u16]) -> Option<&Value> {
        self.places.get(key).map(|at| &self.entries[*at].1)
    }

    pub(super) fn entries(&self) -> &[(Text, Value)] {
        &self.entries
    }
}

/// Values may be nested as deep as there are steps, so they are dropped in a loop.
impl Drop for List {
    fn drop(&mut self) {
        unravel(self.items.take());
    }
}

impl Drop for Dict {
    fn drop(&mut self) {
        unravel(self.entries.drain(..).map(|(_, value)| value).collect());
    }
}

fn unravel(mut values: Vec<Value>) {
    while let Some(value) = values.pop() {
        match value {
            Value::List(list) => {
                if let Ok(list) = Rc::try_unwrap(list) {
                    values.append(&mut list.items.take());
                }
            }
            Value::Dict(dict) => {
                if let Ok(mut dict) = Rc::try_unwrap(dict) {
                    values.extend(dict.entries.drain(..).map(|(_, value)| value));
                }
            }
            Value::Callable(callable) => {
                if let Ok(Callable::Cycler { items, .. }) = Rc::try_unwrap(callable) {
                    values.push(Value::List(items));
                }
            }
            _ => {}
        }
    }
}

impl Value {
    pub(super) fn text(text: &str) -> Value {
        Value::Text(units(text))
    }

    pub(super) fn list(items: Vec<Value>) -> Value {
        Value::List(Rc::new(List { items: RefCell::new(items) }))
    }

    pub(super) fn dict(pairs: impl IntoIterator<Item = (Text, Value)>) -> Value {
        Value::Dict(Rc::new(Dict::new(pairs)))
    }

    pub(super) fn size(size: usize) -> Value {
        Value::Number(size as f64)
    }

    pub(super) fn is_none(&self) -> bool {
        matches!(self, Value::Undefined | Value::None)
    }

    pub(super) fn is_true(&self) -> bool {
        match self {
            Value::Undefined | Value::None => false,
            Value::Bool(value) => *value,
            Value::Number(number) => *number != 0.0 && !number.is_nan(),
            Value::Text(text) => !text.is_empty(),
            _ => true,
        }
    }

    /// What it is called in faults.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Value::Undefined => "undefined",
            Value::None => "none",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::Text(_) => "text",
            Value::List(_) => "a list",
            Value::Dict(_) => "a dict",
            Value::Pattern(_) => "a pattern",
            Value::Callable(_) => "a function",
        }
    }

    /// `===`.
    pub(super) fn is(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::Undefined, Value::Undefined) | (Value::None, Value::None) => true,
            (Value::Bool(one), Value::Bool(other)) => one == other,
            (Value::Number(one), Value::Number(other)) => one == other,
            (Value::Text(one), Value::Text(other)) => one == other,
            _ => self.is_same_object(other),
        }
    }

    pub(super) fn is_same_object(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::List(one), Value::List(other)) => Rc::ptr_eq(one, other),
            (Value::Dict(one), Value::Dict(other)) => Rc::ptr_eq(one, other),
            (Value::Pattern(one), Value::Pattern(other)) => Rc::ptr_eq(one, other),
            (Value::Callable(one), Value::Callable(other)) => Rc::ptr_eq(one, other),
            _ => false,
        }
    }

    pub(super) fn is_object(&self) -> bool {
        matches!(self, Value::List(_) | Value::Dict(_) | Value::Pattern(_) | Value::Callable(_))
    }

    /// The value that JSON has for it; callers have weighed it.
    pub(super) fn to_json(&self) -> Option<Json> {
        Some(match self {
            Value::Undefined | Value::Callable(_) => return None,
            Value::None => Json::Null,
            Value::Bool(value) => Json::Bool(*value),
            Value::Number(number) => json_number(*number),
            Value::Text(text) => Json::String(lossy(text)),
            Value::Pattern(_) => Json::Object(Map::new()),
            Value::List(list) => {
                Json::Array(list.items.borrow().iter().map(|item| item.to_json().unwrap_or_default()).collect())
            }
            Value::Dict(dict) => {
                let pairs = dict.entries.iter().filter_map(|(key, item)| Some((lossy(key), item.to_json()?)));
                Json::Object(pairs.collect())
            }
        })
    }
}

fn json_number(number: f64) -> Json {
    const WHOLE: f64 = 9_223_372_036_854_775_808.0;
    if number.fract() == 0.0 && number.abs() < WHOLE {
        return Json::from(number as i64);
    }
    Number::from_f64(number).map_or(Json::Null, Json::Number)
}

pub(super) fn units(text: &str) -> Text {
    text.encode_utf16().collect()
}

pub(super) fn text_of(units: &[u16]) -> Text {
    units.into()
}

pub(super) fn lossy(units: &[u16]) -> String {
    String::from_utf16_lossy(units)
}

/// White space as JavaScript has it.
pub(super) fn is_space(unit: u16) -> bool {
    matches!(unit, 9..=13 | 32 | 0xa0 | 0x1680 | 0x2000..=0x200a | 0x2028 | 0x2029 | 0x202f | 0x205f | 0x3000 | 0xfeff)
}

pub(super) fn trim_start(text: &[u16]) -> &[u16] {
    let start = text.iter().position(|unit| !is_space(*unit)).unwrap_or(text.len());
    &text[start..]
}

pub(super) fn trim_end(text: &[u16]) -> &[u16] {
    let end = text.iter().rposition(|unit| !is_space(*unit)).map_or(0, |at| at + 1);
    &text[..end]
}

pub(super) fn trim(text: &[u16]) -> &[u16] {
    trim_end(trim_start(text))
}

/// A key that is a place in a list.
pub(super) fn index(key: &[u16]) -> Option<u64> {
    let digits = key.iter().all(|unit| (0x30..=0x39).contains(unit));
    let plain = digits && !key.is_empty() && key.len() <= 10 && (key[0] != 0x30 || key.len() == 1);
    plain.then(|| key.iter().fold(0, |sum, unit| sum * 10 + u64::from(unit - 0x30)))
}

/// Where `part` stands in `text`, from `start` on.
pub(super) fn find(text: &[u16], part: &[u16], start: usize) -> Option<usize> {
    if part.is_empty() {
        return (start <= text.len()).then_some(start);
    }
    let rest = text.get(start..)?;
    rest.windows(part.len()).position(|window| window == part).map(|at| at + start)
}

pub(super) fn find_last(text: &[u16], part: &[u16], start: usize) -> Option<usize> {
    let last = text.len().checked_sub(part.len())?.min(start);
    (0..=last).rev().find(|at| text[*at..].starts_with(part))
}

/// Changes the case of whole characters; halves stay.
pub(super) fn with_case(text: &[u16], change: impl Fn(&str) -> String) -> Vec<u16> {
    let mut out = Vec::with_capacity(text.len());
    let mut run = String::new();
    for part in char::decode_utf16(text.iter().copied()) {
        match part {
            Ok(c) => run.push(c),
            Err(half) => {
                out.extend(change(&run).encode_utf16());
                run.clear();
                out.push(half.unpaired_surrogate());
            }
        }
    }
    out.extend(change(&run).encode_utf16());
    out
}

pub(super) fn lower(text: &[u16]) -> Vec<u16> {
    with_case(text, str::to_lowercase)
}

pub(super) fn upper(text: &[u16]) -> Vec<u16> {
    with_case(text, str::to_uppercase)
}

/// A number as JavaScript prints it.
pub(super) fn number_text(number: f64) -> String {
    if number.is_nan() {
        return "NaN".to_string();
    }
    if number == 0.0 {
        return "0".to_string();
    }
    let sign = if number < 0.0 { "-" } else { "" };
    if number.is_infinite() {
        return format!("{sign}Infinity");
    }
    let scientific = format!("{:e}", number.abs());
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let digits = mantissa.replace('.', "");
    let point = exponent.parse::<i32>().unwrap_or(0) + 1;
    let count = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    let zeros = |count: i32| "0".repeat(usize::try_from(count).unwrap_or(0));
    if count <= point && point <= 21 {
        return format!("{sign}{digits}{}", zeros(point - count));
    }
    if 0 < point && point <= 21 {
        let (whole, part) = digits.split_at(usize::try_from(point).unwrap_or(0));
        return format!("{sign}{whole}.{part}");
    }
    if -6 < point && point <= 0 {
        return format!("{sign}0.{}{digits}", zeros(-point));
    }
    let power = point - 1;
    let (whole, part) = digits.split_at(1);
    let dot = if part.is_empty() { "" } else { "." };
    format!("{sign}{whole}{dot}{part}e{}{}", if power < 0 { '-' } else { '+' }, power.abs())
}

/// JavaScript's `Number(text)`.
pub(super) fn number_of(text: &[u16]) -> f64 {
    let text = lossy(trim(text));
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(&text);
    if text.is_empty() {
        return 0.0;
    }
    if unsigned == "Infinity" {
        return if text.starts_with('-') { f64::NEG_INFINITY } else { f64::INFINITY };
    }
    for (prefixes, base) in [(["0x", "0X"], 16), (["0o", "0O"], 8), (["0b", "0B"], 2)] {
        if let Some(digits) = prefixes.iter().find_map(|prefix| text.strip_prefix(prefix)) {
            let good = !digits.is_empty() && digits.chars().all(|c| c.is_digit(base));
            return if good { whole(digits, base) } else { f64::NAN };
        }
    }
    match decimal(unsigned) {
        end if end == unsigned.len() && end > 0 => text.parse().unwrap_or(f64::NAN),
        _ => f64::NAN,
    }
}

/// The length of the decimal number that a text begins with.
fn decimal(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digits = |at: usize| at + bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut end = digits(0);
    let mut any = end > 0;
    if bytes.get(end) == Some(&b'.') {
        let after = digits(end + 1);
        any |= after > end + 1;
        if any {
            end = after;
        }
    }
    if !any {
        return 0;
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let signed = end + 1 + usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let after = digits(signed.min(bytes.len()));
        if after > signed {
            end = after;
        }
    }
    end
}

fn whole(digits: &str, base: u32) -> f64 {
    if base == 10 {
        return digits.parse().unwrap_or(f64::NAN);
    }
    digits.chars().filter_map(|c| c.to_digit(base)).fold(0.0, |sum, digit| sum * f64::from(base) + f64::from(digit))
}

/// JavaScript's `parseFloat`.
pub(super) fn parse_float(text: &[u16]) -> f64 {
    let text = lossy(trim_start(text));
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(&text)),
    };
    if unsigned.starts_with("Infinity") {
        return sign * f64::INFINITY;
    }
    match decimal(unsigned) {
        0 => f64::NAN,
        end => sign * unsigned[..end].parse::<f64>().unwrap_or(f64::NAN),
    }
}

/// JavaScript's `parseInt`.
pub(super) fn parse_int(text: &[u16], base: f64) -> f64 {
    let text = lossy(trim_start(text));
    let (sign, mut digits) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(&text)),
    };
    let mut base = to_int32(base);
    if base == 0 || base == 16 {
        let hex = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X"));
        base = if base == 0 && hex.is_none() { 10 } else { 16 };
        digits = hex.unwrap_or(digits);
    }
    let Some(base) = u32::try_from(base).ok().filter(|base| (2..=36).contains(base)) else {
        return f64::NAN;
    };
    let end = digits.find(|c: char| !c.is_digit(base)).unwrap_or(digits.len());
    if end == 0 { f64::NAN } else { sign * whole(&digits[..end], base) }
}

fn to_int32(number: f64) -> i32 {
    if !number.is_finite() {
        return 0;
    }
    let wrapped = number.trunc().rem_euclid(4_294_967_296.0);
    (wrapped as u32).cast_signed()
}

/// JavaScript's idea of an integer argument.
pub(super) fn integer(number: f64) -> f64 {
    if number.is_nan() { 0.0 } else { number.trunc() }
}

/// A place from 0 to `length`.
pub(super) fn clamped(number: f64, length: usize) -> usize {
    integer(number).clamp(0.0, length as f64) as usize
}

/// A place that may count from the end.
pub(super) fn relative(number: f64, length: usize) -> usize {
    let number = integer(number);
    clamped(if number < 0.0 { number + length as f64 } else { number }, length)
}

/// Math.round: halves go up.
pub(super) fn round(number: f64) -> f64 {
    let floor = number.floor();
    if number - floor >= 0.5 { floor + 1.0 } else { floor }
}
