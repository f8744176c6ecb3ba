//! The filters of the Nextcloud dialect, read as the PHP class reads them.
//!
//! The class checks nothing beforehand: it walks the filter and the event together, and throws where it
//! meets what it does not know. So hardly anything is wrong with a filter as such. The parser finds out
//! what would happen at each place, throwing included; only a filter that throws on every event is
//! refused.
//!
//! PHP has one type for arrays and objects: an object with the keys `0`, `1`, … in this order is a list.

mod condition;
mod delimited;
mod lower;

use std::sync::Arc;

pub(crate) use self::condition::{Condition, Delimiters, Test};
pub(crate) use self::delimited::{Delimited, parse as delimited, unknown_modifiers};
use self::lower::Outcome;
use super::expr::Expr;
use super::parser::describe;
use super::pointer::Place;
use super::reader::{Json, Kind as JsonKind, Member, ReadError};
use super::report::Report;
use super::span::Span;
use crate::error::{CompileError, ErrorCode, Problem};
use crate::event::Constant;
use crate::limits::Limits;
use crate::path::Path;
use crate::vm::nextcloud::type_error;

/// A part of a filter, with the parts that it is made of.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    /// JSON Pointer into the filter; `""` is the root, and what every part has unless places were asked for.
    pub(crate) pointer: Arc<str>,
    /// The bytes of key and value; of the value alone for the root and for entries of arrays.
    pub(crate) span: Span,
    pub(crate) kind: Kind,
}

#[derive(Debug, Clone)]
pub(crate) enum Kind {
    /// A filter: its parts in turn, up to the first that does not hold.
    All(Vec<Part>),
    Logical(Logical, Vec<Part>),
    /// An operator that is none, with a list: never holds, but looks at the first entry before.
    Unknown(Box<str>, Option<Box<Part>>),
    /// A path with its operators, in turn.
    Field(Path, Vec<Part>),
    /// `$not`, of the operators at a path or, without one, of a filter.
    Not(Option<Path>, Vec<Part>),
    Condition(Box<Leaf>),
    /// Throws, whatever the event.
    Raise(Box<str>),
}

impl Part {
    /// The parts that it is made of, in the order of the text.
    pub(crate) fn parts(&self) -> &[Self] {
        match &self.kind {
            Kind::All(parts) | Kind::Logical(_, parts) | Kind::Field(_, parts) | Kind::Not(_, parts) => parts,
            Kind::Unknown(_, first) => first.as_deref().map_or(&[], std::slice::from_ref),
            Kind::Condition(_) | Kind::Raise(_) => &[],
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Logical {
    And,
    Or,
    Nor,
}

impl Logical {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::And => "$and",
            Self::Or => "$or",
            Self::Nor => "$nor",
        }
    }
}

/// One operator, or a literal, at one path.
#[derive(Debug, Clone)]
pub(crate) struct Leaf {
    /// `$e` for a literal; whatever stands in the place of an operator.
    pub(crate) operator: Box<str>,
    /// Whether no operator was written.
    pub(crate) is_literal: bool,
    pub(crate) operand: Constant,
    pub(crate) operand_span: Span,
    pub(crate) condition: Condition,
}

/// What becomes of a filter that throws on every event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Throwing {
    Refused,
    /// It is registered already, and to be run as it is.
    Kept,
}

/// What a filter says.
///
/// # Errors
///
/// Where it is beyond a limit, has a pattern that cannot be run in linear time, or throws on every event,
/// unless that is kept.
pub(crate) fn parse(
    json: Result<Json<'_>, ReadError>,
    limits: &Limits,
    throwing: Throwing,
) -> Result<Expr<Condition>, CompileError> {
    let mut report = Report::new(&json);
    let json = match json {
        Ok(json) => json,
        Err(error) => {
            report.unreadable(error);
            return finish(report, Expr::NEVER);
        }
    };
    let hint = "PHP keeps only the last one";
    report.refuse_duplicate_keys(&json, &Place::Root, hint);
    let mut parser = Parser::new(limits, report, Places::NotAsked);
    let root = parser.root(&json);
    let (expr, outcome) = lower::lower(&root);
    if outcome == Outcome::Raises && throwing == Throwing::Refused && parser.report.is_empty() {
        let mut places = Parser::new(limits, Report::new(&Ok(json.clone())), Places::ASKED);
        let root = places.root(&json);
        refuse(&root, &mut parser.report);
    }
    finish(parser.report, expr)
}

/// The filter as it was written; it has been read before. Without spans, unless it is what the user wrote. `None`
/// where the pointers of all parts come to more than 16 MiB.
pub(crate) fn outline(json: &Json<'_>, is_written: bool) -> Option<Part> {
    let mut parser = Parser::new(&Limits::NONE, Report::new(&Ok(json.clone())), Places::ASKED);
    parser.is_written = is_written;
    let root = parser.root(json);
    matches!(parser.places, Places::Left(_)).then_some(root)
}

fn finish<T>(report: Report, value: T) -> Result<T, CompileError> {
    CompileError::from_problems(report.into_problems()).map_or(Ok(value), Err)
}

/// Reports whatever throws wherever it is looked at, in a filter that always throws.
fn refuse(part: &Part, report: &mut Report) {
    let mut raise = |reason: &str, hint: Option<String>| {
        report.add(|| {
            let message = format!("Nextcloud throws whatever the event: {reason}");
            let pointer = part.pointer.to_string();
            Problem::new(ErrorCode::Throws, pointer, part.span.range(), message).with_hint(hint)
        });
    };
    match &part.kind {
        Kind::Raise(reason) => raise(reason, None),
        Kind::Condition(leaf) if lower::outcome(&leaf.condition) == Outcome::Raises => {
            if let Test::Throw { reason, .. } = &leaf.condition.test {
                raise(reason, Some(hint(&leaf.operator).to_owned()));
            }
        }
        _ => part.parts().iter().for_each(|part| refuse(part, report)),
    }
}

/// What to write in place of what the class has no operator for.
pub(crate) fn hint(operator: &str) -> &'static str {
    match operator {
        "$eq" => "write the value alone, or `$e`",
        "$regex" => "write the pattern between slashes, as the value alone: `\"/…/\"`",
        "$not" | "$and" | "$or" | "$nor" => "it stands above the fields: `{\"$or\": [{…}]}`",
        operator if !operator.starts_with('$') => {
            "an array or an object is read as operators; `$e` compares with it as a whole"
        }
        _ => {
            "its operators are `$e`, `$ne`, `$gt`, `$gte`, `$lt`, `$lte`, `$in`, `$nin`, `$all`, `$exists`, `$mod` and `$not`"
        }
    }
}

/// Whether parts know where they stand.
enum Places {
    NotAsked,
    /// So many bytes of pointers may still be made.
    Left(usize),
    UsedUp,
}

impl Places {
    const ASKED: Self = Self::Left(16 << 20);
}

struct Parser<'l> {
    limits: &'l Limits,
    report: Report,
    conditions: usize,
    pattern_states_left: usize,
    places: Places,
    is_written: bool,
}

/// A key of a PHP array, with its value.
struct Entry<'j, 't> {
    key: Key<'j>,
    /// Of key and value.
    span: Span,
    key_span: Span,
    value: &'j Json<'t>,
}

enum Key<'j> {
    Index(usize),
    Name(&'j str),
}

impl Key<'_> {
    fn is(&self, index: usize) -> bool {
        match self {
            Self::Index(own) => *own == index,
            Self::Name(name) => *name == index.to_string(),
        }
    }

    /// `is_string($key)`, in the sense that matters: the key of an operator.
    fn operator(&self) -> Option<&str> {
        match self {
            Self::Name(name) if name.starts_with('$') => Some(name),
            _ => None,
        }
    }
}

impl<'l> Parser<'l> {
    fn new(limits: &'l Limits, report: Report, places: Places) -> Self {
        let pattern_states_left = limits.pattern_states;
        Self { limits, report, conditions: 0, pattern_states_left, places, is_written: true }
    }

    fn part(&mut self, place: &Place<'_>, span: Span, kind: Kind) -> Part {
        let span = if self.is_written { span } else { Span::NONE };
        let Places::Left(left) = self.places else { return Part { pointer: Arc::default(), span, kind } };
        let pointer = place.to_string();
        self.places = left.checked_sub(pointer.len()).map_or(Places::UsedUp, Places::Left);
        Part { pointer: pointer.into(), span, kind }
    }

    fn root(&mut self, json: &Json<'_>) -> Part {
        if entries(json).is_none() {
            let message = format!("expected an object or an array, found {}", describe(json));
            let hint = Some("`{}` lets every event through".to_owned());
            self.report.push(ErrorCode::InvalidFilter, &Place::Root, json.span, message, |problem| {
                problem.with_hint(hint)
            });
        }
        self.filter(json, &Place::Root, json.span)
    }

    /// A filter, or a list of filters, of which all must hold.
    fn filter(&mut self, json: &Json<'_>, place: &Place<'_>, span: Span) -> Part {
        let kind = match self.parts(json, "$and", place) {
            Ok(parts) => Kind::All(parts),
            Err(reason) => Kind::Raise(reason),
        };
        self.part(place, span, kind)
    }

    /// What stands under a logical operator; or what is thrown at once.
    fn parts(&mut self, json: &Json<'_>, operator: &str, place: &Place<'_>) -> Result<Vec<Part>, Box<str>> {
        let Some(entries) = entries(json) else {
            return Err(query_error("_executeQuery", json));
        };
        let is_and = operator == "$and";
        let is_first = |entry: &Entry<'_, '_>| entry.key.is(0) && !matches!(entry.value.kind, JsonKind::Null);
        if !is_and && !entries.iter().any(is_first) {
            return Err(format!("Exception: {operator} requires nonempty array").into());
        }
        let is_list = is_list(&entries);
        let part = |entry: &Entry<'_, '_>| self.entry(entry, is_and, is_list, place);
        Ok(entries.iter().map(part).collect())
    }

    fn entry(&mut self, entry: &Entry<'_, '_>, is_and: bool, is_list: bool, place: &Place<'_>) -> Part {
        let (place, name) = match entry.key {
            Key::Index(index) => (place.index(index), None),
            Key::Name(name) => (place.key(name), Some(name)),
        };
        if let Some(operator) = entry.key.operator() {
            return self.logical(operator, entry, &place);
        }
        match name {
            Some(name) if is_and && !is_list => self.field(name, entry, &place),
            _ => self.filter(entry.value, &place, entry.span),
        }
    }

    fn logical(&mut self, operator: &str, entry: &Entry<'_, '_>, place: &Place<'_>) -> Part {
        let known = match operator {
            "$and" => Some(Logical::And),
            "$or" => Some(Logical::Or),
            "$nor" => Some(Logical::Nor),
            _ => None,
        };
        let parts = self.parts(entry.value, if operator == "$not" { "$and" } else { operator }, place);
        let kind = match (parts, known) {
            (Err(reason), _) => Kind::Raise(reason),
            (Ok(parts), _) if operator == "$not" => Kind::Not(None, parts),
            (Ok(parts), Some(logical)) => Kind::Logical(logical, parts),
            (Ok(parts), None) => Kind::Unknown(operator.into(), parts.into_iter().next().map(Box::new)),
        };
        self.part(place, entry.span, kind)
    }

    fn field(&mut self, name: &str, entry: &Entry<'_, '_>, place: &Place<'_>) -> Part {
        let path = self.path(name, entry, place);
        let kind = match entries(entry.value) {
            Some(operators) => {
                let parts = self.operators(&path, &operators, place);
                Kind::Field(path, parts)
            }
            None => self.condition(&path, "$e", true, entry, place),
        };
        self.part(place, entry.span, kind)
    }

    /// Every dot splits; a backslash is a character like others.
    fn path(&mut self, name: &str, entry: &Entry<'_, '_>, place: &Place<'_>) -> Path {
        let (segments, most) = (name.split('.').count(), self.limits.path_segments);
        if segments > most {
            let message = format!("a path of {segments} segments, {most} are allowed");
            self.refuse(ErrorCode::LimitExceeded, place, entry.key_span, message, None);
        }
        Path::from_names(name.split('.'))
    }

    fn operators(&mut self, path: &Path, operators: &[Entry<'_, '_>], place: &Place<'_>) -> Vec<Part> {
        let operator = |entry: &Entry<'_, '_>| {
            let (place, name) = match entry.key {
                Key::Index(index) => (place.index(index), index.to_string()),
                Key::Name(name) => (place.key(name), name.to_owned()),
            };
            let kind = match (name.as_str(), entries(entry.value)) {
                ("$not", Some(operators)) => {
                    Kind::Not(Some(path.clone()), self.operators(path, &operators, &place))
                }
                ("$not", None) => Kind::Raise(query_error("_executeQueryOnElement", entry.value)),
                (name, _) => self.condition(path, name, false, entry, &place),
            };
            self.part(&place, entry.span, kind)
        };
        operators.iter().map(operator).collect()
    }

    fn condition(
        &mut self,
        path: &Path,
        operator: &str,
        is_literal: bool,
        entry: &Entry<'_, '_>,
        place: &Place<'_>,
    ) -> Kind {
        self.conditions += 1;
        if self.conditions == self.limits.conditions + 1 {
            let message = format!("more than {} conditions", self.limits.conditions);
            self.refuse(ErrorCode::LimitExceeded, place, entry.span, message, None);
        }
        let test = self.test(operator, entry.value, place);
        Kind::Condition(Box::new(Leaf {
            operator: operator.into(),
            is_literal,
            operand: entry.value.to_constant(),
            operand_span: if self.is_written { entry.value.span } else { Span::NONE },
            condition: Condition { path: path.clone(), test, span: entry.span },
        }))
    }

    fn refuse(
        &mut self,
        code: ErrorCode,
        place: &Place<'_>,
        span: Span,
        message: impl Into<String>,
        hint: Option<String>,
    ) {
        self.report.push(code, place, span, message, |problem| problem.with_hint(hint));
    }
}

/// The entries of what PHP has as an array; `None` for a scalar.
fn entries<'j, 't>(json: &'j Json<'t>) -> Option<Vec<Entry<'j, 't>>> {
    match &json.kind {
        JsonKind::Array(elements) => {
            let entry = |(index, value): (usize, &'j Json<'t>)| Entry {
                key: Key::Index(index),
                span: value.span,
                key_span: value.span,
                value,
            };
            Some(elements.iter().enumerate().map(entry).collect())
        }
        JsonKind::Object(members) => {
            let entry = |member: &'j Member<'t>| Entry {
                key: Key::Name(&member.key),
                span: member.span(),
                key_span: member.key_span,
                value: &member.value,
            };
            Some(members.iter().map(entry).collect())
        }
        _ => None,
    }
}

/// The keys are 0, 1, … in this order. Not of nothing.
fn is_list(entries: &[Entry<'_, '_>]) -> bool {
    !entries.is_empty() && entries.iter().enumerate().all(|(index, entry)| entry.key.is(index))
}

/// What PHP throws where it needs an array.
fn query_error(method: &str, found: &Json<'_>) -> Box<str> {
    type_error(method, "#1 ($query)", &found.to_constant()).reason().into()
}

#[cfg(test)]
mod tests;
