//! The walk over the tree, under limits.

use super::filters::{self, FILTERS};
use super::methods;
use super::parser::{Expr, Given, Macro, Statement, guess};
use super::pattern::Pattern;
use super::value::{Dict, List, Text, Value, find, index, lossy, number_of, number_text, text_of, units};
use super::{FRAMES, LENGTH, Outcome, RANGE, STEPS, Settings, fail};
use serde_json::Value as Json;
use std::cell::Cell;
use std::cmp::Ordering;
use std::collections::HashMap;
use std::rc::Rc;

/// What a template may call.
#[derive(Debug)]
pub(super) enum Callable {
    /// With the scope around the body of a call; a macro sees only what is set at the top.
    Macro(Rc<Macro>, Option<usize>),
    Range,
    MakeCycler,
    MakeJoiner,
    Cycler {
        items: Rc<List>,
        place: Cell<Option<usize>>,
    },
    Joiner {
        between: Text,
        first: Cell<bool>,
    },
}

impl Callable {
    /// A cycler's value of the moment.
    pub(super) fn current(&self) -> Option<Value> {
        let Callable::Cycler { items, place } = self else { return None };
        Some(match place.get() {
            None => Value::None,
            Some(at) => items.items.borrow().get(at).cloned().unwrap_or(Value::Undefined),
        })
    }
}

/// Values by place and by name.
pub(super) type Named = Vec<(Text, Value)>;

pub(super) struct State<'a> {
    pub(super) settings: &'a Settings,
    context: &'a Json,
    globals: HashMap<Text, Value>,
    scopes: Vec<Scope>,
    steps: u64,
    depth: usize,
    /// Where the walk has come to.
    pub(super) at: usize,
    /// The filter, test or method under way, for its faults.
    pub(super) doing: Rc<str>,
    out: Vec<u16>,
}

/// Names of a block; a set inside of a loop reaches a name around it.
#[derive(Debug, Default)]
struct Scope {
    names: HashMap<Text, Value>,
    parent: Option<usize>,
    isolated: bool,
}

impl<'a> State<'a> {
    pub(super) const TOP: usize = 0;

    pub(super) fn new(context: &'a Json, settings: &'a Settings) -> Self {
        let scopes = vec![Scope::default()];
        let globals = HashMap::new();
        State { settings, context, globals, scopes, steps: 0, depth: 0, at: 0, doing: "".into(), out: Vec::new() }
    }

    pub(super) fn step(&mut self, count: usize) -> Outcome<()> {
        self.steps += count as u64;
        if self.steps > STEPS { fail("the template takes more than 1,000,000 steps") } else { Ok(()) }
    }

    pub(super) fn steps(&self) -> u64 {
        self.steps
    }

    pub(super) fn room(&self, length: usize) -> Outcome<()> {
        if length > LENGTH { fail("a text is longer than 10 MiB") } else { Ok(()) }
    }

    /// Steps for touching a value, so that large ones are not cheaper than many.
    pub(super) fn touch(&mut self, value: &Value) -> Outcome<()> {
        match value {
            Value::Text(text) => {
                self.room(text.len())?;
                self.step(text.len() >> 6)
            }
            Value::List(list) => {
                let length = list.items.borrow().len();
                self.step(length >> 2)
            }
            _ => Ok(()),
        }
    }

    fn enter(&mut self) -> Outcome<()> {
        self.depth += 1;
        if self.depth > FRAMES { fail("the template is nested too deeply") } else { Ok(()) }
    }

    pub(super) fn inside<T>(&mut self, run: impl FnOnce(&mut Self) -> Outcome<T>) -> Outcome<T> {
        self.enter()?;
        let result = run(self)?;
        self.depth -= 1;
        Ok(result)
    }

    /// JavaScript's idea of a value as text.
    pub(super) fn text(&mut self, value: &Value) -> Outcome<Text> {
        Ok(match value {
            Value::Text(text) => text.clone(),
            Value::Undefined => units("undefined"),
            Value::None => units("null"),
            Value::Bool(value) => units(if *value { "true" } else { "false" }),
            Value::Number(number) => units(&number_text(*number)),
            Value::List(list) => {
                let items = list.items.borrow().clone();
                self.joined(&items, &units(","))?
            }
            Value::Dict(_) => units("[object Object]"),
            Value::Pattern(pattern) => pattern.to_text().into(),
            Value::Callable(_) => return fail("a function is not text"),
        })
    }

    pub(super) fn joined(&mut self, items: &[Value], separator: &[u16]) -> Outcome<Text> {
        self.inside(|state| {
            state.step(items.len())?;
            let mut out = Vec::new();
            let mut length = 0;
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.extend_from_slice(separator);
                }
                if !item.is_none() {
                    let part = state.text(item)?;
                    length += part.len();
                    out.extend_from_slice(&part);
                }
                length += separator.len();
                state.room(length)?;
            }
            Ok(out.into())
        })
    }

    /// Objects as text, others as they are.
    pub(super) fn plain(&mut self, value: &Value) -> Outcome<Value> {
        Ok(if value.is_object() { Value::Text(self.text(value)?) } else { value.clone() })
    }

    pub(super) fn number(&mut self, value: &Value) -> Outcome<f64> {
        Ok(match self.plain(value)? {
            Value::Number(number) => number,
            Value::Bool(value) => f64::from(u8::from(value)),
            Value::None => 0.0,
            Value::Text(text) => number_of(&text),
            _ => f64::NAN,
        })
    }

    pub(super) fn member(&mut self, target: &Value, key: &Value) -> Outcome<Value> {
        if target.is_none() {
            return Ok(Value::Undefined);
        }
        let name = self.text(key)?;
        let place = |length: usize| match index(&name) {
            _ if *name == *units("length") => Some(Err(Value::size(length))),
            Some(at) => Some(Ok(usize::try_from(at).unwrap_or(usize::MAX))),
            None => None,
        };
        let found = match target {
            Value::Dict(dict) => dict.get(&name).cloned(),
            Value::Text(text) => match place(text.len()) {
                Some(Err(length)) => Some(length),
                Some(Ok(at)) => text.get(at).map(|unit| Value::Text(text_of(&[*unit]))),
                None => None,
            },
            Value::List(list) => {
                let items = list.items.borrow();
                match place(items.len()) {
                    Some(Err(length)) => Some(length),
                    Some(Ok(at)) => items.get(at).cloned(),
                    None => None,
                }
            }
            Value::Callable(callable) if *name == *units("current") => callable.current(),
            _ => None,
        };
        Ok(found.unwrap_or(Value::Undefined))
    }

    /// A value of the context as the language has it.
    fn own(&mut self, value: &Json) -> Outcome<Value> {
        Ok(match value {
            Json::Null => Value::None,
            Json::Bool(value) => Value::Bool(*value),
            Json::Number(number) => Value::Number(number.as_f64().unwrap_or(f64::NAN)),
            Json::String(text) => Value::text(text),
            Json::Array(items) => {
                self.inside(|state| Ok(Value::list(items.iter().map(|item| state.own(item)).collect::<Outcome<_>>()?)))?
            }
            Json::Object(map) => self.inside(|state| {
                let pairs = map.iter().map(|(key, item)| Ok((units(key), state.own(item)?)));
                Ok(Value::dict(pairs.collect::<Outcome<Vec<_>>>()?))
            })?,
        })
    }

    /// Fails for a value whose JSON is too large, before it is written.
    pub(super) fn weigh(&mut self, value: &Value) -> Outcome<()> {
        let mut length = 0;
        self.add_weight(value, &mut length)
    }

    fn add_weight(&mut self, value: &Value, length: &mut usize) -> Outcome<()> {
        self.step(1)?;
        match value {
            Value::Text(text) => {
                self.touch(value)?;
                *length += text.len();
                self.room(*length)
            }
            Value::List(list) => self.inside(|state| {
                let items = list.items.borrow().clone();
                items.iter().try_for_each(|item| state.add_weight(item, length))
            }),
            Value::Dict(dict) => self.inside(|state| {
                dict.entries().iter().try_for_each(|(key, item)| {
                    state.add_weight(&Value::Text(key.clone()), length)?;
                    state.add_weight(item, length)
                })
            }),
            _ => Ok(()),
        }
    }

    pub(super) fn holds(&mut self, value: &Value, list: &Value) -> Outcome<bool> {
        self.step(1)?;
        if value.is_same_object(list) {
            return Ok(true);
        }
        let items: Vec<Value> = match value {
            Value::List(list) => list.items.borrow().clone(),
            Value::Dict(dict) => dict.entries().iter().map(|(_, item)| item.clone()).collect(),
            Value::Callable(callable) => match &**callable {
                Callable::Cycler { items, .. } => items.items.borrow().clone(),
                _ => Vec::new(),
            },
            _ => Vec::new(),
        };
        self.inside(|state| {
            for item in &items {
                if state.holds(item, list)? {
                    return Ok(true);
                }
            }
            Ok(false)
        })
    }

    pub(super) fn add(&mut self, left: &Value, right: &Value) -> Outcome<Value> {
        let (left, right) = (self.plain(left)?, self.plain(right)?);
        if !matches!(left, Value::Text(_)) && !matches!(right, Value::Text(_)) {
            return Ok(Value::Number(self.number(&left)? + self.number(&right)?));
        }
        let (left, right) = (self.text(&left)?, self.text(&right)?);
        self.room(left.len() + right.len())?;
        Ok(Value::Text([&*left, &*right].concat().into()))
    }

    pub(super) fn order(&mut self, left: &Value, right: &Value) -> Outcome<Option<Ordering>> {
        let (left, right) = (self.plain(left)?, self.plain(right)?);
        if let (Value::Text(left), Value::Text(right)) = (&left, &right) {
            return Ok(Some(left.cmp(right)));
        }
        Ok(self.number(&left)?.partial_cmp(&self.number(&right)?))
    }

    /// JavaScript's `==`.
    fn same(&mut self, left: &Value, right: &Value) -> Outcome<bool> {
        if left.is_none() || right.is_none() {
            return Ok(left.is_none() && right.is_none());
        }
        if left.is_object() && right.is_object() {
            return Ok(left.is_same_object(right));
        }
        let (left, right) = (self.plain(left)?, self.plain(right)?);
        if let (Value::Text(left), Value::Text(right)) = (&left, &right) {
            return Ok(left == right);
        }
        Ok(self.number(&left)? == self.number(&right)?)
    }

    fn operate(&mut self, operator: &str, left: &Value, right: &Value) -> Outcome<Value> {
        let number = |state: &mut Self, run: fn(f64, f64) -> f64| {
            Ok(Value::Number(run(state.number(left)?, state.number(right)?)))
        };
        let order =
            |state: &mut Self, good: fn(Ordering) -> bool| Ok(Value::Bool(state.order(left, right)?.is_some_and(good)));
        match operator {
            "+" => self.add(left, right),
            "-" => number(self, |a, b| a - b),
            "*" => number(self, |a, b| a * b),
            "/" => number(self, |a, b| a / b),
            "%" => number(self, |a, b| a % b),
            "<" => order(self, Ordering::is_lt),
            ">" => order(self, Ordering::is_gt),
            "<=" => order(self, Ordering::is_le),
            ">=" => order(self, Ordering::is_ge),
            "==" => Ok(Value::Bool(self.same(left, right)?)),
            "!=" => Ok(Value::Bool(!self.same(left, right)?)),
            "===" => Ok(Value::Bool(left.is(right))),
            _ => Ok(Value::Bool(!left.is(right))),
        }
    }

    fn holding(&self, name: &Text, scope: usize) -> Option<usize> {
        let mut scope = Some(scope);
        while let Some(at) = scope {
            if self.scopes[at].names.contains_key(name) {
                return Some(at);
            }
            scope = self.scopes[at].parent;
        }
        None
    }

    fn get(&mut self, name: &Text, scope: usize) -> Outcome<Value> {
        if let Some(at) = self.holding(name, scope) {
            return Ok(self.scopes[at].names[name].clone());
        }
        if let Some(value) = self.globals.get(name) {
            return Ok(value.clone());
        }
        let plain = lossy(name);
        let context = self.context;
        if let Some(value) = context.as_object().and_then(|context| context.get(&plain)) {
            let value = self.own(value)?;
            self.globals.insert(name.clone(), value.clone());
            return Ok(value);
        }
        let callable = match plain.as_str() {
            "range" => Callable::Range,
            "cycler" => Callable::MakeCycler,
            "joiner" => Callable::MakeJoiner,
            "True" if self.settings.cookiecutter => return Ok(Value::Bool(true)),
            "False" if self.settings.cookiecutter => return Ok(Value::Bool(false)),
            "None" if self.settings.cookiecutter => return Ok(Value::None),
            _ => return Ok(Value::Undefined),
        };
        let value = Value::Callable(Rc::new(callable));
        self.globals.insert(name.clone(), value.clone());
        Ok(value)
    }

    fn set(&mut self, name: &Text, value: Value, scope: usize) {
        let holding = if self.scopes[scope].isolated { None } else { self.holding(name, scope) };
        if scope == Self::TOP {
            self.globals.insert(name.clone(), value.clone());
        }
        self.scopes[holding.unwrap_or(scope)].names.insert(name.clone(), value);
    }

    fn scope(&mut self, parent: Option<usize>, isolated: bool) -> usize {
        self.scopes.push(Scope { parent, isolated, ..Scope::default() });
        self.scopes.len() - 1
    }

    pub(super) fn value(&mut self, node: &Expr, scope: usize) -> Outcome<Value> {
        self.enter()?;
        self.step(1)?;
        let found = self.expression(node, scope)?;
        self.depth -= 1;
        Ok(found)
    }

    fn values(&mut self, nodes: &[Expr], scope: usize) -> Outcome<Vec<Value>> {
        // A loop, since adapters take more of the stack.
        let mut found = Vec::with_capacity(nodes.len());
        for node in nodes {
            found.push(self.value(node, scope)?);
        }
        Ok(found)
    }

    fn expression(&mut self, node: &Expr, scope: usize) -> Outcome<Value> {
        match node {
            Expr::Undefined => Ok(Value::Undefined),
            Expr::None => Ok(Value::None),
            Expr::Bool(value) => Ok(Value::Bool(*value)),
            Expr::Number(number) => Ok(Value::Number(*number)),
            Expr::Text(text) => Ok(Value::Text(text.clone())),
            Expr::Name(name) => self.get(name, scope),
            Expr::Pattern { source, flags, at, made } => {
                self.at = *at;
                if let Some(pattern) = made.get() {
                    return Ok(Value::Pattern(pattern.clone()));
                }
                let pattern = Rc::new(Pattern::new(source, flags)?);
                Ok(Value::Pattern(made.get_or_init(|| pattern).clone()))
            }
            Expr::Group(items) => Ok(self.values(items, scope)?.pop().unwrap_or(Value::Undefined)),
            Expr::List(items) => Ok(Value::list(self.values(items, scope)?)),
            Expr::Dict(pairs) => {
                let mut found = Vec::with_capacity(pairs.len());
                for (key, node) in pairs {
                    found.push((key.clone(), self.value(node, scope)?));
                }
                Ok(Value::dict(found))
            }
            Expr::Member { target, key } => {
                let target = self.value(target, scope)?;
                let key = self.value(key, scope)?;
                self.member(&target, &key)
            }
            Expr::Slice { target, parts, at } => self.slice(target, parts, *at, scope),
            Expr::Call { callee, given, at } => self.call_node(callee, given, *at, scope),
            Expr::Filter { name, value, given, at } => self.filter(name, value, given, *at, scope),
            Expr::Test { name, value, given, at } => self.test(name, value, given, *at, scope),
            Expr::In { left, right } => self.is_in(left, right, scope),
            Expr::Not(node) => Ok(Value::Bool(!self.value(node, scope)?.is_true())),
            Expr::And(items) => self.until(items, false, scope),
            Expr::Or(items) => self.until(items, true, scope),
            Expr::Chain { first, rest, .. } => self.chain(first, rest, scope),
            Expr::Floor { first, rest } => self.floor(first, rest, scope),
            Expr::Power(items) => self.power(items, scope),
            Expr::Signed { sign, value } => {
                let value = self.value(value, scope)?;
                let number = self.number(&value)?;
                Ok(Value::Number(if *sign == "-" { -number } else { number }))
            }
            Expr::Choice { test, yes, no } => {
                let test = self.value(test, scope)?;
                self.value(if test.is_true() { yes } else { no }, scope)
            }
            Expr::Capture(body) => Ok(Value::Text(self.captured(body, scope)?.into())),
            Expr::Caller(made) => Ok(Value::Callable(Rc::new(Callable::Macro(made.clone(), Some(scope))))),
        }
    }

    /// The first item whose truth is the one asked for, or the last.
    fn until(&mut self, items: &[Expr], truth: bool, scope: usize) -> Outcome<Value> {
        let mut found = Value::Undefined;
        for item in items {
            found = self.value(item, scope)?;
            if found.is_true() == truth {
                break;
            }
        }
        Ok(found)
    }

    fn chain(&mut self, first: &Expr, rest: &[(&'static str, Expr)], scope: usize) -> Outcome<Value> {
        let mut left = self.value(first, scope)?;
        for (operator, node) in rest {
            left = self.fold(left, operator, node, scope)?;
        }
        Ok(left)
    }

    fn fold(&mut self, left: Value, operator: &str, node: &Expr, scope: usize) -> Outcome<Value> {
        let right = self.value(node, scope)?;
        let identity = operator == "===" || operator == "!==";
        if !identity || matches!(left, Value::Text(_)) {
            self.touch(&left)?;
            self.touch(&right)?;
        }
        let found = self.operate(operator, &left, &right)?;
        self.touch(&found)?;
        Ok(found)
    }

    fn floor(&mut self, first: &[Expr], rest: &[Vec<Expr>], scope: usize) -> Outcome<Value> {
        let mut left = Value::Undefined;
        for (at, node) in first.iter().enumerate() {
            left = if at == 0 { self.value(node, scope)? } else { self.fold(left, "%", node, scope)? };
        }
        for part in rest {
            for (at, node) in part.iter().enumerate() {
                left = self.fold(left, if at == 0 { "/" } else { "%" }, node, scope)?;
            }
            left = Value::Number(self.number(&left)?.floor());
        }
        Ok(left)
    }

    fn power(&mut self, items: &[Expr], scope: usize) -> Outcome<Value> {
        let values = self.values(items, scope)?;
        let mut values = values.iter();
        let mut left = match values.next() {
            Some(first) => self.number(first)?,
            None => f64::NAN,
        };
        for value in values {
            let right = self.number(value)?;
            left = raised(left, right);
        }
        Ok(Value::Number(left))
    }

    fn is_in(&mut self, left: &Expr, right: &Expr, scope: usize) -> Outcome<Value> {
        let item = self.value(left, scope)?;
        let list = self.value(right, scope)?;
        self.touch(&item)?;
        self.touch(&list)?;
        Ok(Value::Bool(match &list {
            Value::Text(text) => {
                let part = self.text(&item)?;
                find(text, &part, 0).is_some()
            }
            Value::List(list) => list.items.borrow().iter().any(|other| other.is(&item)),
            Value::Dict(dict) => dict.get(&self.text(&item)?).is_some(),
            other => return fail(format!("`in` looks into text, lists and dicts, not {}", other.kind())),
        }))
    }

    fn slice(&mut self, target: &Expr, parts: &[Option<Expr>], at: usize, scope: usize) -> Outcome<Value> {
        let list = self.value(target, scope)?;
        let list = if list.is_true() { list } else { Value::list(Vec::new()) };
        let mut numbers = [None; 3];
        let mut values = Vec::new();
        for part in parts {
            values.push(match part {
                Some(part) => self.value(part, scope)?,
                None => Value::Undefined,
            });
        }
        self.at = at;
        self.doing = "[:]".into();
        for at in [2, 0, 1] {
            if let Some(value) = values.get(at).filter(|value| !value.is_none()) {
                numbers[at] = Some(self.number(value)?);
            }
            if at == 2 && numbers[2].is_some_and(|by| by == 0.0 || by.is_nan()) {
                return fail("the third part of a slice is not 0");
            }
        }
        let by = numbers[2].unwrap_or(1.0);
        let items = filters::sequence(self, &list)?;
        let length = items.len() as f64;
        let mut start = numbers[0].unwrap_or(if by < 0.0 { length - 1.0 } else { 0.0 });
        let mut end = numbers[1].unwrap_or(if by < 0.0 { -1.0 } else { length });
        if numbers[1].is_some() && end < 0.0 {
            end += length;
        }
        if start < 0.0 {
            start += length;
        }
        let mut found = Vec::new();
        while start >= 0.0 && start < length && (if by > 0.0 { start < end } else { start > end }) {
            let whole = start.fract() == 0.0;
            found.push(items.get(start as usize).filter(|_| whole).cloned().unwrap_or(Value::Undefined));
            start += by;
        }
        let found = Value::list(found);
        self.touch(&found)?;
        Ok(found)
    }

    fn call_node(&mut self, callee: &Expr, given: &Given, at: usize, scope: usize) -> Outcome<Value> {
        let Expr::Member { target, key } = callee else {
            let found = self.value(callee, scope)?;
            return self.call(callee, &found, given, at, scope);
        };
        let target = self.value(target, scope)?;
        let key = self.value(key, scope)?;
        let found = self.member(&target, &key)?;
        if target.is_none() || matches!(found, Value::Callable(_)) {
            return self.call(callee, &found, given, at, scope);
        }
        let args = self.values(&given.args, scope)?;
        self.at = at;
        if !given.named.is_empty() {
            return fail("methods take no arguments by name");
        }
        let name = self.text(&key)?;
        methods::method(self, &target, &lossy(&name), &args)
    }

    fn call(&mut self, node: &Expr, callee: &Value, given: &Given, at: usize, scope: usize) -> Outcome<Value> {
        let args = self.values(&given.args, scope)?;
        let named = self.named(given, scope)?;
        self.at = at;
        let name = written(node);
        let Value::Callable(callable) = callee else {
            return match callee.is_true() {
                true => fail(format!("`{name}` is {} and cannot be called", callee.kind())),
                false => fail(format!("`{name}` is not defined and cannot be called")),
            };
        };
        self.doing = name.into();
        let found = self.run(callable, args, &named)?;
        self.touch(&found)?;
        Ok(found)
    }

    /// By name; of two, the last counts.
    fn named(&mut self, given: &Given, scope: usize) -> Outcome<Named> {
        let mut found = Vec::with_capacity(given.named.len());
        for (name, node) in &given.named {
            found.push((name.clone(), self.value(node, scope)?));
        }
        Ok(found)
    }

    fn run(&mut self, callable: &Callable, args: Vec<Value>, named: &Named) -> Outcome<Value> {
        if let Callable::Macro(made, scope) = callable {
            return self.run_macro(made, *scope, &args, named);
        }
        if matches!(callable, Callable::Cycler { .. }) {
            return fail("a cycler has `next()`, `reset()` and `current`");
        }
        if !named.is_empty() {
            return fail(format!("`{}` takes no arguments by name", self.doing));
        }
        match callable {
            Callable::Range => self.range(&args),
            Callable::MakeCycler => {
                let items = Rc::new(List { items: args.into() });
                Ok(Value::Callable(Rc::new(Callable::Cycler { items, place: Cell::new(None) })))
            }
            Callable::MakeJoiner => {
                let between = match args.first().filter(|value| value.is_true()) {
                    Some(between) => self.text(between)?,
                    None => units(","),
                };
                Ok(Value::Callable(Rc::new(Callable::Joiner { between, first: Cell::new(true) })))
            }
            Callable::Joiner { between, first } => {
                Ok(if first.replace(false) { Value::text("") } else { Value::Text(between.clone()) })
            }
            Callable::Macro(..) | Callable::Cycler { .. } => Ok(Value::Undefined),
        }
    }

    fn range(&mut self, args: &[Value]) -> Outcome<Value> {
        let arg = |at: usize| args.get(at).cloned().unwrap_or(Value::Undefined);
        let given = !matches!(arg(1), Value::Undefined);
        let start = if given { self.number(&arg(0))? } else { 0.0 };
        let end = self.number(&arg(usize::from(given)))?;
        let size = if given { self.number(&arg(2))? } else { 1.0 };
        let size = if size == 0.0 || size.is_nan() { 1.0 } else { size };
        if (end - start) / size > RANGE {
            return fail("`range` gives up to 100,000 numbers");
        }
        let mut list = Vec::new();
        let mut value = start;
        while if size > 0.0 { value < end } else { value > end } {
            list.push(Value::Number(value));
            value += size;
        }
        Ok(Value::list(list))
    }

    fn run_macro(&mut self, made: &Macro, scope: Option<usize>, args: &[Value], named: &Named) -> Outcome<Value> {
        let inner = self.scope(scope, true);
        let by_name = |name: &Text| named.iter().rev().find(|(other, _)| other == name).map(|(_, value)| value.clone());
        for (at, name) in made.names.iter().enumerate() {
            let value = args.get(at).cloned().or_else(|| by_name(name)).unwrap_or(Value::Undefined);
            self.scopes[inner].names.insert(name.clone(), value);
        }
        for (at, (name, other)) in made.defaults.iter().enumerate() {
            let value = match args.get(made.names.len() + at).cloned().or_else(|| by_name(name)) {
                Some(value) => value,
                None => self.value(other, inner)?,
            };
            self.scopes[inner].names.insert(name.clone(), value);
        }
        let caller = units("caller");
        if let Some(value) = by_name(&caller) {
            self.scopes[inner].names.insert(caller, value);
        }
        Ok(Value::Text(self.captured(&made.body, inner)?.into()))
    }

    fn filter(&mut self, name: &Rc<str>, value: &Expr, given: &Given, at: usize, scope: usize) -> Outcome<Value> {
        self.at = at;
        let known = FILTERS.contains(&&**name) || &**name == "jsonify" && self.settings.cookiecutter;
        if !known {
            return fail(format!("there is no filter `{name}`{}", guess(name, FILTERS)));
        }
        let mut args = vec![self.value(value, scope)?];
        args.extend(self.values(&given.args, scope)?);
        let named = self.named(given, scope)?;
        self.at = at;
        // What is escaped stays as it is.
        let escaping = |name: &str| matches!(name, "escape" | "e" | "forceescape" | "safe");
        if matches!(&**name, "e" | "escape") && matches!(value, Expr::Filter { name, .. } if escaping(name)) {
            return Ok(args.swap_remove(0));
        }
        filters::filtered(self, name, args, &named)
    }

    fn test(&mut self, name: &Rc<str>, value: &Expr, given: &Given, at: usize, scope: usize) -> Outcome<Value> {
        self.at = at;
        let mut args = vec![self.value(value, scope)?];
        args.extend(self.values(&given.args, scope)?);
        self.at = at;
        for arg in &args {
            self.touch(arg)?;
        }
        Ok(Value::Bool(filters::tested(self, name, &args[0], &args[1..])?))
    }

    pub(super) fn captured(&mut self, nodes: &[Statement], scope: usize) -> Outcome<Vec<u16>> {
        let before = std::mem::take(&mut self.out);
        self.walk(nodes, scope)?;
        Ok(std::mem::replace(&mut self.out, before))
    }

    fn walk(&mut self, nodes: &[Statement], scope: usize) -> Outcome<()> {
        self.inside(|state| {
            for node in nodes {
                state.step(1)?;
                state.statement(node, scope)?;
            }
            Ok(())
        })
    }

    fn write(&mut self, text: &[u16]) -> Outcome<()> {
        self.out.extend_from_slice(text);
        self.room(self.out.len())
    }

    fn statement(&mut self, node: &Statement, scope: usize) -> Outcome<()> {
        match node {
            Statement::Text(text) => self.write(text),
            Statement::Print { value, at } => {
                self.at = *at;
                let found = self.value(value, scope)?;
                if found.is_none() {
                    return Ok(());
                }
                let text = self.text(&found)?;
                self.touch(&Value::Text(text.clone()))?;
                self.write(&text)
            }
            Statement::If { branches, otherwise, at } => {
                self.at = *at;
                for (test, body) in branches {
                    if self.value(test, scope)?.is_true() {
                        return self.walk(body, scope);
                    }
                }
                self.walk(otherwise, scope)
            }
            Statement::For { .. } => self.for_loop(node, scope),
            Statement::Set { names, value, at } => {
                self.at = *at;
                let found = self.value(value, scope)?;
                for name in names {
                    self.set(name, found.clone(), scope);
                }
                Ok(())
            }
            Statement::Macro { name, made } => {
                let value = Value::Callable(Rc::new(Callable::Macro(made.clone(), None)));
                if scope == Self::TOP {
                    self.globals.insert(name.clone(), value.clone());
                }
                self.scopes[scope].names.insert(name.clone(), value);
                Ok(())
            }
            Statement::Switch { value, cases, otherwise, at } => {
                self.at = *at;
                let found = self.value(value, scope)?;
                for (place, (test, _)) in cases.iter().enumerate() {
                    if self.value(test, scope)?.is(&found) {
                        // An empty case leads on to the next one.
                        let body = cases[place..].iter().map(|(_, body)| body).find(|body| !body.is_empty());
                        return self.walk(body.unwrap_or(otherwise), scope);
                    }
                }
                self.walk(otherwise, scope)
            }
        }
    }

    fn for_loop(&mut self, node: &Statement, scope: usize) -> Outcome<()> {
        let Statement::For { names, value, body, otherwise, at } = node else { return Ok(()) };
        self.at = *at;
        let inner = self.scope(Some(scope), false);
        let list = self.value(value, inner)?;
        let pairs = names.len() > 1 && matches!(list, Value::Dict(_) | Value::Text(_));
        let items = match &list {
            Value::Dict(dict) if pairs => entries(dict),
            Value::Text(text) if pairs => letters(text),
            list if list.is_true() => filters::sequence(self, list)?,
            _ => Vec::new(),
        };
        let length = items.len();
        let mut place = 0;
        loop {
            // A list may grow while it is walked.
            let item = match &list {
                Value::List(list) => list.items.borrow().get(place).cloned(),
                _ => items.get(place).cloned(),
            };
            let Some(item) = item else { break };
            self.step(1)?;
            if let [name] = &names[..] {
                self.scopes[inner].names.insert(name.clone(), item);
            } else {
                self.at = *at;
                if item.is_none() {
                    return fail(format!("`for` cannot take {} apart", item.kind()));
                }
                for (at, name) in names.iter().enumerate() {
                    let part = self.member(&item, &Value::size(at))?;
                    self.scopes[inner].names.insert(name.clone(), part);
                }
            }
            let about = about(place, length);
            self.scopes[inner].names.insert(units("loop"), about);
            self.walk(body, inner)?;
            place += 1;
        }
        if length == 0 {
            self.walk(otherwise, inner)?;
        }
        Ok(())
    }
}

/// What `loop` holds.
fn about(place: usize, length: usize) -> Value {
    let left = length as f64 - place as f64;
    Value::dict([
        (units("index"), Value::size(place + 1)),
        (units("index0"), Value::size(place)),
        (units("revindex"), Value::Number(left)),
        (units("revindex0"), Value::Number(left - 1.0)),
        (units("first"), Value::Bool(place == 0)),
        (units("last"), Value::Bool(place + 1 == length)),
        (units("length"), Value::size(length)),
    ])
}

pub(super) fn entries(dict: &Dict) -> Vec<Value> {
    let pairs = dict.entries().iter().map(|(key, value)| vec![Value::Text(key.clone()), value.clone()]);
    pairs.map(Value::list).collect()
}

fn letters(text: &[u16]) -> Vec<Value> {
    let pairs =
        text.iter().enumerate().map(|(at, unit)| vec![Value::text(&at.to_string()), Value::Text(text_of(&[*unit]))]);
    pairs.map(Value::list).collect()
}

/// JavaScript's `**`, where one to the power of what is no number is no number.
fn raised(left: f64, right: f64) -> f64 {
    if right.is_nan() || left.abs() == 1.0 && right.is_infinite() { f64::NAN } else { left.powf(right) }
}

/// A callee as it is written.
fn written(node: &Expr) -> String {
    match node {
        Expr::Name(name) => lossy(name),
        Expr::Member { target, key } => match &**key {
            Expr::Text(key) => format!("{}.{}", written(target), lossy(key)),
            Expr::Number(key) => format!("{}.{}", written(target), number_text(*key)),
            Expr::Bool(key) => format!("{}.{key}", written(target)),
            Expr::None => format!("{}.null", written(target)),
            _ => "this".to_string(),
        },
        _ => "this".to_string(),
    }
}
