//! From tokens to a tree. It is flat where a text may be long, and nowhere deeper than the limit.

use super::lexer::{Kind, Token};
use super::pattern::Pattern;
use super::value::{Text, lossy, number_text, units};
use super::{DEPTH, Outcome, fail_at};
use crate::diagnostics::suggestion::nearest;
use std::cell::OnceCell;
use std::rc::Rc;

#[derive(Debug)]
pub(super) enum Statement {
    Text(Text),
    Print { value: Expr, at: usize },
    If { branches: Vec<(Expr, Vec<Statement>)>, otherwise: Vec<Statement>, at: usize },
    For { names: Vec<Text>, value: Expr, body: Vec<Statement>, otherwise: Vec<Statement>, at: usize },
    Set { names: Vec<Text>, value: Expr, at: usize },
    Macro { name: Text, made: Rc<Macro> },
    Switch { value: Expr, cases: Vec<(Expr, Vec<Statement>)>, otherwise: Vec<Statement>, at: usize },
}

/// What runs when a macro, or the body of a call, is called.
#[derive(Debug)]
pub(super) struct Macro {
    pub(super) names: Vec<Text>,
    pub(super) defaults: Vec<(Text, Expr)>,
    pub(super) body: Vec<Statement>,
}

#[derive(Debug)]
pub(super) enum Expr {
    Undefined,
    None,
    Bool(bool),
    Number(f64),
    Text(Text),
    Name(Text),
    Pattern { source: Text, flags: String, at: usize, made: OnceCell<Rc<Pattern>> },
    Group(Vec<Expr>),
    List(Vec<Expr>),
    Dict(Vec<(Text, Expr)>),
    Member { target: Box<Expr>, key: Box<Expr> },
    Slice { target: Box<Expr>, parts: Vec<Option<Expr>>, at: usize },
    Call { callee: Box<Expr>, given: Given, at: usize },
    Filter { name: Rc<str>, value: Box<Expr>, given: Given, at: usize },
    Test { name: Rc<str>, value: Box<Expr>, given: Given, at: usize },
    In { left: Box<Expr>, right: Box<Expr> },
    Not(Box<Expr>),
    And(Vec<Expr>),
    Or(Vec<Expr>),
    Chain { level: usize, first: Box<Expr>, rest: Vec<(&'static str, Expr)> },
    Floor { first: Vec<Expr>, rest: Vec<Vec<Expr>> },
    Power(Vec<Expr>),
    Signed { sign: &'static str, value: Box<Expr> },
    Choice { test: Box<Expr>, yes: Box<Expr>, no: Box<Expr> },
    Capture(Vec<Statement>),
    Caller(Rc<Macro>),
}

/// Arguments, by place and by name.
#[derive(Debug, Default)]
pub(super) struct Given {
    pub(super) args: Vec<Expr>,
    pub(super) named: Vec<(Text, Expr)>,
}

/// Binary operators bind as in JavaScript, which Nunjucks leaves them to.
const LEVELS: [&[&str]; 4] = [&["*", "/", "%"], &["+", "-"], &["<", ">", "<=", ">="], &["==", "!=", "===", "!=="]];
const TAGS: [&str; 9] = ["call", "filter", "for", "if", "macro", "raw", "set", "switch", "verbatim"];
const ELSEWHERE: [&str; 5] = ["block", "extends", "from", "import", "include"];
const LATER: [&str; 5] = ["elif", "elseif", "else", "case", "default"];

pub(super) fn tree(tokens: &[Token], end: usize) -> Outcome<Vec<Statement>> {
    Parser { tokens, end, next: 0, depth: 0 }.body(&[])
}

struct Parser<'a> {
    tokens: &'a [Token],
    end: usize,
    next: usize,
    depth: usize,
}

impl Parser<'_> {
    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Outcome<T>) -> Outcome<T> {
        self.depth += 1;
        if self.depth > DEPTH {
            return self.too_deep(self.at());
        }
        let found = read(self)?;
        self.depth -= 1;
        Ok(found)
    }

    fn too_deep<T>(&self, at: usize) -> Outcome<T> {
        fail_at(at, "the template is nested too deeply")
    }

    /// Statements up to a tag of one of these names, which is left to the caller.
    fn body(&mut self, ends: &[&str]) -> Outcome<Vec<Statement>> {
        self.deeper(|parser| {
            let mut found = Vec::new();
            while let Some(token) = parser.tokens.get(parser.next) {
                parser.next += 1;
                match &token.kind {
                    Kind::Data(text) => found.push(Statement::Text(text.clone())),
                    Kind::OpenValue => {
                        let value = parser.expression()?;
                        parser.expect("}}")?;
                        found.push(Statement::Print { value, at: token.at });
                    }
                    _ => {
                        if parser.name_here().is_some_and(|name| ends.contains(&name)) {
                            return Ok(found);
                        }
                        found.push(parser.statement()?);
                    }
                }
            }
            match ends.last() {
                Some(end) => fail_at(parser.end, format!("expected `{end}`, found the end of the template")),
                None => Ok(found),
            }
        })
    }

    fn until(&mut self, ends: &[&str]) -> Outcome<Vec<Statement>> {
        self.expect("%}")?;
        self.body(ends)
    }

    fn close(&mut self) -> Outcome<()> {
        self.next += 1;
        self.expect("%}")
    }

    fn statement(&mut self) -> Outcome<Statement> {
        let at = self.at();
        let tag = self.name("the name of a tag")?;
        match tag.as_str() {
            "if" => self.condition(at),
            "for" => self.for_loop(at),
            "set" => self.set(at),
            "macro" => self.macro_tag(),
            "call" => self.call_tag(at),
            "filter" => self.filter_tag(at),
            "switch" => self.switch(at),
            tag if ELSEWHERE.contains(&tag) => fail_at(at, format!("`{tag}` is not available: a template is one text")),
            tag if LATER.contains(&tag) || tag.starts_with("end") => {
                fail_at(at, format!("`{tag}` has no beginning here"))
            }
            tag => fail_at(at, format!("there is no tag `{tag}`{}", guess(tag, TAGS))),
        }
    }

    fn macro_tag(&mut self) -> Outcome<Statement> {
        let name = units(&self.name("a name after `macro`")?);
        let (names, defaults) = self.parameters()?;
        let body = self.until(&["endmacro"])?;
        self.close()?;
        Ok(Statement::Macro { name, made: Rc::new(Macro { names, defaults, body }) })
    }

    fn call_tag(&mut self, at: usize) -> Outcome<Statement> {
        let (names, defaults) = if self.is("(") { self.parameters()? } else { Default::default() };
        let mut value = self.primary()?;
        let Expr::Call { given, .. } = &mut value else {
            return fail_at(at, "expected a call of a macro after `call`");
        };
        let body = self.until(&["endcall"])?;
        self.close()?;
        given.named.push((units("caller"), Expr::Caller(Rc::new(Macro { names, defaults, body }))));
        Ok(Statement::Print { value, at })
    }

    fn filter_tag(&mut self, at: usize) -> Outcome<Statement> {
        let name = self.filter_name()?;
        let given = if self.is("(") { self.signature()? } else { Given::default() };
        let value = Box::new(Expr::Capture(self.until(&["endfilter"])?));
        self.close()?;
        Ok(Statement::Print { value: Expr::Filter { name, value, given, at }, at })
    }

    fn condition(&mut self, at: usize) -> Outcome<Statement> {
        let mut branches = Vec::new();
        loop {
            let test = self.expression()?;
            branches.push((test, self.until(&["elif", "elseif", "else", "endif"])?));
            if self.skip_name("elif") || self.skip_name("elseif") {
                continue;
            }
            let otherwise = if self.skip_name("else") { self.until(&["endif"])? } else { Vec::new() };
            self.close()?;
            return Ok(Statement::If { branches, otherwise, at });
        }
    }

    fn names(&mut self, what: &str) -> Outcome<Vec<Text>> {
        let mut names = vec![units(&self.name(what)?)];
        while self.skip(",") {
            names.push(units(&self.name(what)?));
        }
        Ok(names)
    }

    fn for_loop(&mut self, at: usize) -> Outcome<Statement> {
        let names = self.names("a name after `for`")?;
        if !self.skip_name("in") {
            return self.expected("`in`");
        }
        let value = self.expression()?;
        let body = self.until(&["else", "endfor"])?;
        let otherwise = if self.skip_name("else") { self.until(&["endfor"])? } else { Vec::new() };
        self.close()?;
        Ok(Statement::For { names, value, body, otherwise, at })
    }

    fn set(&mut self, at: usize) -> Outcome<Statement> {
        let names = self.names("a name after `set`")?;
        if self.skip("=") {
            let value = self.expression()?;
            self.expect("%}")?;
            return Ok(Statement::Set { names, value, at });
        }
        let value = Expr::Capture(self.until(&["endset"])?);
        self.close()?;
        Ok(Statement::Set { names, value, at })
    }

    fn switch(&mut self, at: usize) -> Outcome<Statement> {
        const ENDS: [&str; 3] = ["case", "default", "endswitch"];
        let value = self.expression()?;
        self.until(&ENDS)?;
        let mut cases = Vec::new();
        while self.skip_name("case") {
            let test = self.expression()?;
            cases.push((test, self.until(&ENDS)?));
        }
        let otherwise = if self.skip_name("default") { self.until(&["endswitch"])? } else { Vec::new() };
        if self.name_here() != Some("endswitch") {
            return self.expected("`endswitch`");
        }
        self.close()?;
        Ok(Statement::Switch { value, cases, otherwise, at })
    }

    /// The names of a macro: those without and those with a default.
    #[expect(clippy::type_complexity, reason = "two halves of one signature")]
    fn parameters(&mut self) -> Outcome<(Vec<Text>, Vec<(Text, Expr)>)> {
        let at = self.at();
        let given = self.signature()?;
        let mut names = Vec::new();
        for arg in given.args {
            let Expr::Name(name) = arg else {
                return fail_at(at, "the parameters of a macro are names");
            };
            names.push(name);
        }
        Ok((names, given.named))
    }

    fn signature(&mut self) -> Outcome<Given> {
        let mut given = Given::default();
        self.expect("(")?;
        while !self.skip(")") {
            if !given.args.is_empty() || !given.named.is_empty() {
                self.expect(",")?;
            }
            let at = self.at();
            let value = self.expression()?;
            if !self.skip("=") {
                given.args.push(value);
                continue;
            }
            let Expr::Name(name) = value else {
                return fail_at(at, "expected a name before `=`");
            };
            given.named.push((name, self.expression()?));
        }
        Ok(given)
    }

    fn filter_name(&mut self) -> Outcome<Rc<str>> {
        let mut found = self.name("the name of a filter")?;
        while self.skip(".") {
            found = format!("{found}.{}", self.name("the name of a filter")?);
        }
        Ok(found.into())
    }

    fn expression(&mut self) -> Outcome<Expr> {
        self.deeper(|parser| {
            let yes = parser.or()?;
            if !parser.skip_name("if") {
                return Ok(yes);
            }
            let test = Box::new(parser.or()?);
            let no = if parser.skip_name("else") { parser.or()? } else { Expr::Text(units("")) };
            Ok(Expr::Choice { test, yes: Box::new(yes), no: Box::new(no) })
        })
    }

    fn or(&mut self) -> Outcome<Expr> {
        let first = self.and()?;
        let mut items = vec![first];
        while self.skip_name("or") {
            items.push(self.and()?);
        }
        Ok(single(items, Expr::Or))
    }

    fn and(&mut self) -> Outcome<Expr> {
        let first = self.not()?;
        let mut items = vec![first];
        while self.skip_name("and") {
            items.push(self.not()?);
        }
        Ok(single(items, Expr::And))
    }

    fn not(&mut self) -> Outcome<Expr> {
        match self.skip_name("not") {
            true => Ok(negated(self.deeper(Self::not)?)),
            false => self.membership(),
        }
    }

    fn membership(&mut self) -> Outcome<Expr> {
        let mut node = self.test()?;
        for count in 0.. {
            let follows = self.tokens.get(self.next + 1).map(|token| &token.kind);
            let negative = self.name_here() == Some("not") && matches!(follows, Some(Kind::Name(name)) if name == "in");
            if !negative && self.name_here() != Some("in") {
                break;
            }
            if count >= DEPTH {
                return self.too_deep(self.at());
            }
            self.next += if negative { 2 } else { 1 };
            node = Expr::In { left: Box::new(node), right: Box::new(self.test()?) };
            if negative {
                node = Expr::Not(Box::new(node));
            }
        }
        Ok(node)
    }

    fn test(&mut self) -> Outcome<Expr> {
        let value = self.chain()?;
        if !self.skip_name("is") {
            return Ok(value);
        }
        let negative = self.skip_name("not");
        let at = self.at();
        let name = match self.kind() {
            Some(Kind::None) => Some("null"),
            Some(Kind::Bool(_)) => Some(""),
            _ => None,
        };
        let name: Rc<str> = match name {
            Some(name) => {
                self.next += 1;
                name.into()
            }
            None => self.name("the name of a test")?.into(),
        };
        let given = if self.is("(") { self.signature()? } else { Given::default() };
        let node = Expr::Test { name, value: Box::new(value), given, at };
        Ok(if negative { Expr::Not(Box::new(node)) } else { node })
    }

    fn chain(&mut self) -> Outcome<Expr> {
        let mut first = None;
        let mut rest: Vec<(&'static str, Expr)> = Vec::new();
        let mut before = "";
        loop {
            let mut run = self.modulo()?;
            if self.is("//") {
                let mut parts = Vec::new();
                while self.skip("//") {
                    parts.push(self.modulo()?);
                }
                run = vec![Expr::Floor { first: run, rest: parts }];
            }
            for (at, item) in run.into_iter().enumerate() {
                match first {
                    None => first = Some(item),
                    Some(_) => rest.push((if at == 0 { before } else { "%" }, item)),
                }
            }
            if self.skip("~") {
                rest.push(("+", Expr::Text(units(""))));
                before = "+";
                continue;
            }
            match self.kind() {
                Some(Kind::Sign(sign)) if *sign != "%" && LEVELS.iter().any(|level| level.contains(sign)) => {
                    before = sign;
                    self.next += 1;
                }
                _ => break,
            }
        }
        Ok(bound(first.unwrap_or(Expr::Undefined), rest))
    }

    fn modulo(&mut self) -> Outcome<Vec<Expr>> {
        let mut run = vec![self.power()?];
        while self.skip("%") {
            run.push(self.power()?);
        }
        Ok(run)
    }

    fn power(&mut self) -> Outcome<Expr> {
        let mut items = vec![self.unary()?];
        while self.skip("**") {
            items.push(self.unary()?);
        }
        Ok(single(items, Expr::Power))
    }

    fn unary(&mut self) -> Outcome<Expr> {
        let node = self.signed()?;
        self.filters(node)
    }

    fn signed(&mut self) -> Outcome<Expr> {
        let at = self.at();
        let sign = match self.kind() {
            Some(Kind::Sign(sign @ ("-" | "+"))) => *sign,
            _ => return self.primary(),
        };
        self.next += 1;
        let value = self.deeper(Self::signed)?;
        if matches!(&value, Expr::Signed { sign: other, .. } if *other == sign) {
            return fail_at(at, "two signs in a row");
        }
        Ok(Expr::Signed { sign, value: Box::new(value) })
    }

    fn filters(&mut self, mut node: Expr) -> Outcome<Expr> {
        let mut count = 0;
        while self.skip("|") {
            if count >= DEPTH {
                return self.too_deep(self.at());
            }
            count += 1;
            let at = self.at();
            let name = self.filter_name()?;
            let given = if self.is("(") { self.signature()? } else { Given::default() };
            node = Expr::Filter { name, value: Box::new(node), given, at };
        }
        Ok(node)
    }

    fn primary(&mut self) -> Outcome<Expr> {
        let mut node = self.operand()?;
        let mut count = 0;
        loop {
            let at = self.at();
            if count > DEPTH {
                return self.too_deep(at);
            }
            count += 1;
            if self.is("(") {
                node = Expr::Call { callee: Box::new(node), given: self.signature()?, at };
            } else if self.skip("[") {
                node = self.lookup(node, at)?;
            } else if self.skip(".") {
                let key = Box::new(Expr::Text(units(&self.name("a name after `.`")?)));
                node = Expr::Member { target: Box::new(node), key };
            } else {
                return Ok(node);
            }
        }
    }

    fn operand(&mut self) -> Outcome<Expr> {
        let at = self.at();
        let simple = match self.kind() {
            Some(Kind::Quoted(text)) => Some(Expr::Text(text.clone())),
            Some(Kind::Number(number)) => Some(Expr::Number(*number)),
            Some(Kind::Bool(value)) => Some(Expr::Bool(*value)),
            Some(Kind::None) => Some(Expr::None),
            Some(Kind::Name(name)) => Some(Expr::Name(units(name))),
            Some(Kind::Pattern { source, flags }) => {
                Some(Expr::Pattern { source: source.clone(), flags: flags.clone(), at, made: OnceCell::new() })
            }
            _ => None,
        };
        if let Some(node) = simple {
            self.next += 1;
            return Ok(node);
        }
        if self.skip("(") {
            let items = self.items(")", Self::expression)?;
            return if items.is_empty() { fail_at(at, "the brackets are empty") } else { Ok(Expr::Group(items)) };
        }
        if self.skip("[") {
            return Ok(Expr::List(self.items("]", Self::expression)?));
        }
        if self.skip("{") {
            return Ok(Expr::Dict(self.items("}", Self::pair)?));
        }
        self.expected("a value")
    }

    fn items<T>(&mut self, end: &str, read: impl Fn(&mut Self) -> Outcome<T>) -> Outcome<Vec<T>> {
        let mut found = Vec::new();
        while !self.skip(end) {
            if !found.is_empty() {
                self.expect(",")?;
            }
            found.push(read(self)?);
        }
        Ok(found)
    }

    fn pair(&mut self) -> Outcome<(Text, Expr)> {
        let key = match self.kind() {
            Some(Kind::Quoted(text)) => text.clone(),
            Some(Kind::Name(name)) => units(name),
            _ => return self.expected("a name or text as key"),
        };
        self.next += 1;
        self.expect(":")?;
        Ok((key, self.expression()?))
    }

    fn lookup(&mut self, target: Expr, at: usize) -> Outcome<Expr> {
        let target = Box::new(target);
        let mut parts: Vec<Option<Expr>> = vec![None];
        loop {
            if !self.is(":") && !self.is("]") {
                let part = self.expression()?;
                if let Some(last) = parts.last_mut() {
                    *last = Some(part);
                }
            }
            if parts.len() == 3 || !self.skip(":") {
                break;
            }
            parts.push(None);
        }
        self.expect("]")?;
        if parts.len() > 1 {
            return Ok(Expr::Slice { target, parts, at });
        }
        match parts.into_iter().flatten().next() {
            Some(key) => Ok(Expr::Member { target, key: Box::new(key) }),
            None => fail_at(at, "expected a value, found `]`"),
        }
    }

    fn kind(&self) -> Option<&Kind> {
        self.tokens.get(self.next).map(|token| &token.kind)
    }

    fn at(&self) -> usize {
        self.tokens.get(self.next).map_or(self.end, |token| token.at)
    }

    fn is(&self, sign: &str) -> bool {
        matches!(self.kind(), Some(Kind::Sign(found)) if *found == sign)
    }

    fn skip(&mut self, sign: &str) -> bool {
        let found = self.is(sign);
        self.next += usize::from(found);
        found
    }

    fn expect(&mut self, sign: &str) -> Outcome<()> {
        if self.skip(sign) { Ok(()) } else { self.expected(&format!("`{sign}`")) }
    }

    fn name_here(&self) -> Option<&str> {
        match self.kind() {
            Some(Kind::Name(name)) => Some(name),
            _ => None,
        }
    }

    fn skip_name(&mut self, name: &str) -> bool {
        let found = self.name_here() == Some(name);
        self.next += usize::from(found);
        found
    }

    fn name(&mut self, what: &str) -> Outcome<String> {
        match self.name_here() {
            Some(name) => {
                let name = name.to_string();
                self.next += 1;
                Ok(name)
            }
            None => self.expected(what),
        }
    }

    fn expected<T>(&self, what: &str) -> Outcome<T> {
        let found = match self.kind() {
            None => "the end of the template".to_string(),
            Some(Kind::Quoted(text)) => format!("`{}`", lossy(text)),
            Some(Kind::Name(name)) => format!("`{name}`"),
            Some(Kind::Number(number)) => format!("`{}`", number_text(*number)),
            Some(Kind::Bool(value)) => format!("`{value}`"),
            Some(Kind::None) => "`none`".to_string(),
            Some(Kind::Pattern { .. }) => "`r/`".to_string(),
            Some(Kind::Data(_)) => "`text`".to_string(),
            Some(Kind::OpenValue) => "`{{`".to_string(),
            Some(Kind::OpenTag) => "`{%`".to_string(),
            Some(Kind::Sign(sign)) => format!("`{sign}`"),
        };
        fail_at(self.at(), format!("expected {what}, found {found}"))
    }
}

/// The nearest candidate as a question, or nothing.
pub(super) fn guess<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    nearest(word, candidates).map_or_else(String::new, |found| format!("; did you mean `{found}`?"))
}

fn single(mut items: Vec<Expr>, several: impl FnOnce(Vec<Expr>) -> Expr) -> Expr {
    match items.pop() {
        Some(only) if items.is_empty() => only,
        last => {
            items.extend(last);
            several(items)
        }
    }
}

/// As in Nunjucks, `not a == b` is `(not a) == b`.
fn negated(node: Expr) -> Expr {
    match node {
        Expr::Chain { level, first, rest } => Expr::Chain { level, first: Box::new(negated(*first)), rest },
        node => Expr::Not(Box::new(node)),
    }
}

/// A flat run of operands, bound level by level.
fn bound(first: Expr, rest: Vec<(&'static str, Expr)>) -> Expr {
    let (mut first, mut rest) = (first, rest);
    for (number, level) in LEVELS.into_iter().enumerate() {
        let mut last = first;
        let mut done: Vec<(&'static str, Expr)> = Vec::new();
        let mut before = "";
        let mut head = None;
        let mut push = |before: &'static str, item: Expr, done: &mut Vec<(&'static str, Expr)>| match head {
            None => head = Some(item),
            Some(_) => done.push((before, item)),
        };
        for (operator, item) in rest {
            if !level.contains(&operator) {
                push(before, last, &mut done);
                before = operator;
                last = item;
                continue;
            }
            last = match last {
                Expr::Chain { level, first, mut rest } if level == number => {
                    rest.push((operator, item));
                    Expr::Chain { level, first, rest }
                }
                one => Expr::Chain { level: number, first: Box::new(one), rest: vec![(operator, item)] },
            };
        }
        push(before, last, &mut done);
        first = head.unwrap_or(Expr::Undefined);
        rest = done;
    }
    first
}
