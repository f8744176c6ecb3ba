//! The grammar of filters. Every mistake that a user can make is reported here, all of them at once.

use super::expr::{Comparison, Condition, ElementForm, Expr, Join, Test};
use super::operators::{self, Guess, Kind as Op, Operator, OperatorPlace};
use super::pointer::Place;
use super::reader::{Json, Kind, Member, ReadError};
use super::report::Report;
use super::slashed::Slashed;
use super::span::{Span, shorten};
use crate::error::{CompileError, ErrorCode};
use crate::event::Constant;
use crate::limits::Limits;
use crate::path::Path;

/// What a filter says; or all that is wrong with it.
pub(crate) fn parse(json: Result<Json<'_>, ReadError>, limits: &Limits) -> Result<Expr, CompileError> {
    let mut parser = Parser::new(limits, Report::new(&json));
    let expr = match json {
        Ok(json) => {
            let hint = "only one of the two would count; `$and` takes both";
            parser.report.refuse_duplicate_keys(&json, &Place::Root, hint);
            parser.root(&json)
        }
        Err(error) => {
            parser.report.unreadable(error);
            Expr::NEVER
        }
    };
    match CompileError::from_problems(parser.report.into_problems()) {
        None => Ok(expr),
        Some(error) => Err(error),
    }
}

pub(super) struct Parser<'l> {
    pub(super) limits: &'l Limits,
    report: Report,
    conditions: usize,
    pub(super) pattern_states_left: usize,
    /// Indexes in the paths of the `$elemMatch`es around.
    indexes_around: usize,
}

impl<'l> Parser<'l> {
    pub(super) fn new(limits: &'l Limits, report: Report) -> Self {
        Self { limits, report, conditions: 0, pattern_states_left: limits.pattern_states, indexes_around: 0 }
    }

    /// The filter as a whole. Registrations in the wild spell "every event" as `{}`, `[]` and `null`.
    fn root(&mut self, json: &Json<'_>) -> Expr {
        match &json.kind {
            Kind::Object(members) => self.filter(members, &Place::Root),
            Kind::Null => Expr::ALWAYS,
            Kind::Array(elements) if elements.is_empty() => Expr::ALWAYS,
            _ => {
                let hint =
                    matches!(json.kind, Kind::Array(_)).then(|| "`{\"$and\": […]}` joins filters".to_owned());
                let message = format!("expected an object, found {}", describe(json));
                self.report(ErrorCode::InvalidFilter, &Place::Root, json.span, message, hint);
                Expr::NEVER
            }
        }
    }

    /// An object of paths and logical operators: all must hold.
    fn filter(&mut self, members: &[Member<'_>], place: &Place<'_>) -> Expr {
        let mut parts = Vec::with_capacity(members.len());
        for member in members {
            let place = place.key(&member.key);
            if member.key.starts_with('$') {
                parts.extend(self.logical(member, members, &place));
            } else if let Some(path) = self.path(member, &place) {
                parts.push(self.field(path, member, &place));
            }
        }
        Expr::Group(Join::All, parts)
    }

    /// An operator in the place of a path; `None` where it says nothing.
    fn logical(&mut self, member: &Member<'_>, siblings: &[Member<'_>], place: &Place<'_>) -> Option<Expr> {
        let operator = operators::find(&member.key);
        match operator.map(|operator| operator.kind) {
            Some(Op::And) => Some(Expr::Group(Join::All, self.branches(member, place))),
            Some(Op::Or) => Some(Expr::Group(Join::Any, self.branches(member, place))),
            Some(Op::Nor) => Some(Expr::Group(Join::Any, self.branches(member, place)).not()),
            Some(Op::Comment) => None,
            Some(kind) => {
                let hint = under_a_field(kind, &member.key);
                self.misplaced(member, place, &format!("`{}` needs a field", member.key), hint)
            }
            None => self.unknown(member, siblings, place, None),
        }
    }

    fn branches(&mut self, member: &Member<'_>, place: &Place<'_>) -> Vec<Expr> {
        let elements = match &member.value.kind {
            Kind::Array(elements) => elements,
            Kind::Object(_) => {
                self.invalid_with(member, place, "an array of filters", Some("put it into `[…]`".to_owned()));
                return Vec::new();
            }
            _ => {
                self.invalid(member, place, "an array of filters");
                return Vec::new();
            }
        };
        if elements.is_empty() {
            let message = format!("`{}`: expected at least one filter, found an empty array", member.key);
            self.report(ErrorCode::InvalidOperand, place, member.value.span, message, None);
        }
        let mut branches = Vec::with_capacity(elements.len());
        for (index, element) in elements.iter().enumerate() {
            let place = place.index(index);
            match &element.kind {
                Kind::Object(members) => branches.push(self.filter(members, &place)),
                _ => {
                    self.invalid_entry(member, element, &place, "a filter");
                }
            }
        }
        branches
    }

    pub(super) fn path(&mut self, member: &Member<'_>, place: &Place<'_>) -> Option<Path> {
        let Ok(path) = Path::parse(&member.key) else {
            let message = format!("stray backslash in the path `{}`", shorten(&member.key));
            let hint = r"in a path `\.` is a dot and `\\` a backslash; JSON doubles each backslash once more"
                .to_owned();
            self.report(ErrorCode::InvalidPath, place, member.key_span, message, Some(hint));
            return None;
        };
        let (segments, most) = (path.segments().len(), self.limits.path_segments);
        if segments > most {
            let message = format!("a path of {segments} segments, {most} are allowed");
            self.report(ErrorCode::LimitExceeded, place, member.key_span, message, None);
            return None;
        }
        let (indexes, most) = (self.indexes_around + path.indexes(), self.limits.path_indexes);
        if indexes > most {
            let message =
                format!("{indexes} indexes in a path and the `$elemMatch`es around it, {most} are allowed");
            self.report(ErrorCode::LimitExceeded, place, member.key_span, message, None);
            return None;
        }
        Some(path)
    }

    /// A path and what it says of it: operators if the first key of an object is one, else a literal.
    fn field(&mut self, path: Path, member: &Member<'_>, place: &Place<'_>) -> Expr {
        match operator_object(&member.value) {
            Some(members) => self.operators(&path, members, place),
            None => self.condition(path, Test::Equal(member.value.to_constant()), member.span(), place),
        }
    }

    /// An object of operators: all must hold, each by any value of its own.
    fn operators(&mut self, path: &Path, members: &[Member<'_>], place: &Place<'_>) -> Expr {
        let mut parts = Vec::with_capacity(members.len());
        for member in members {
            let place = place.key(&member.key);
            match operators::find(&member.key) {
                Some(operator) if operator.place == OperatorPlace::Field => {
                    parts.extend(self.operator(path, operator, member, members, &place));
                }
                Some(operator) => {
                    let message = format!("`{}` cannot stand under a field", member.key);
                    self.misplaced(member, &place, &message, beside_the_fields(operator, path));
                }
                None if member.key.starts_with('$') => {
                    self.unknown(member, members, &place, Some(path));
                }
                None => {
                    let message = format!("expected an operator, found the field `{}`", shorten(&member.key));
                    let hint = "operators and fields do not mix; to compare with a whole object, use `$eq`"
                        .to_owned();
                    self.report(ErrorCode::MixedOperators, &place, member.key_span, message, Some(hint));
                }
            }
        }
        Expr::Group(Join::All, parts)
    }

    /// One operator with its operand; `None` where it says nothing, or something wrong.
    pub(super) fn operator(
        &mut self,
        path: &Path,
        operator: &Operator,
        member: &Member<'_>,
        siblings: &[Member<'_>],
        place: &Place<'_>,
    ) -> Option<Expr> {
        let test = match operator.kind {
            Op::Eq | Op::Ne => Test::Equal(member.value.to_constant()),
            Op::Gt | Op::Gte | Op::Lt | Op::Lte => match comparison(operator.kind, &member.value) {
                Some(test) => test,
                None => return Some(Expr::NEVER),
            },
            Op::In | Op::Nin => self.list(member, place)?,
            Op::Exists => Test::Exists,
            Op::Type => self.types(member, place)?,
            Op::Size => self.size(member, place)?,
            Op::Mod => self.remainder(member, place)?,
            Op::Regex => self.pattern(member, siblings, place)?,
            Op::StartsWith => Test::StartsWith(self.string(member, place)?.into()),
            Op::EndsWith => Test::EndsWith(self.string(member, place)?.into()),
            Op::ElemMatch => self.element(path, member, place)?,
            Op::All => return self.all(path, member, place),
            Op::Not => return self.not(path, member, place),
            Op::Options => {
                self.options_alone(member, siblings, place);
                return None;
            }
            Op::And | Op::Or | Op::Nor | Op::Comment => return None,
        };
        let condition = self.condition(path.clone(), test, member.span(), place);
        let negative = match operator.kind {
            Op::Ne | Op::Nin => true,
            Op::Exists => !member.value.to_constant().is_flag_set(),
            _ => false,
        };
        Some(if negative { condition.not() } else { condition })
    }

    /// Counts it, too.
    pub(super) fn condition(&mut self, path: Path, test: Test, span: Span, place: &Place<'_>) -> Expr {
        self.conditions += 1;
        if self.conditions == self.limits.conditions + 1 {
            let message = format!("more than {} conditions", self.limits.conditions);
            self.report(ErrorCode::LimitExceeded, place, span, message, None);
        }
        Expr::Condition(Condition { path, test, span })
    }

    fn not(&mut self, path: &Path, member: &Member<'_>, place: &Place<'_>) -> Option<Expr> {
        if let Some(members) = operator_object(&member.value) {
            return Some(self.operators(path, members, place).not());
        }
        let hint = match &member.value.kind {
            Kind::Object(_) | Kind::Array(_) => None,
            Kind::String(string) => Some(match Slashed::parse(string) {
                Some(pattern) if pattern.length == string.len() => {
                    format!("write `{{\"$not\": {}}}`", pattern.short_operators())
                }
                _ => "`$ne` takes a value".to_owned(),
            }),
            _ => Some("`$ne` takes a value".to_owned()),
        };
        self.invalid_with(member, place, "an object of operators", hint);
        None
    }

    /// `$elemMatch`: operators for the element itself, or a filter for it.
    fn element(&mut self, path: &Path, member: &Member<'_>, place: &Place<'_>) -> Option<Test> {
        let Kind::Object(members) = &member.value.kind else {
            self.invalid(member, place, "an object of operators, or a filter");
            return None;
        };
        self.indexes_around += path.indexes();
        let form = element_form(members);
        let body = match form {
            ElementForm::Value => self.operators(&Path::default(), members, place),
            ElementForm::Document => self.filter(members, place),
        };
        self.indexes_around -= path.indexes();
        Some(Test::Element(form, Box::new(body)))
    }

    /// `$all`: each of the values, or each of the `$elemMatch`es.
    fn all(&mut self, path: &Path, member: &Member<'_>, place: &Place<'_>) -> Option<Expr> {
        let entries = self.entries(member, place)?;
        let elements = entries.first().is_some_and(is_element);
        let mut parts = Vec::with_capacity(entries.len());
        for (index, entry) in entries.iter().enumerate() {
            let place = place.index(index);
            match operator_object(entry) {
                Some([element]) if elements && is_element(entry) => {
                    parts.push(self.operators(path, std::slice::from_ref(element), &place));
                }
                // MongoDB ignores what stands beside it.
                Some([_, other, ..]) if elements && is_element(entry) => {
                    let message = format!(
                        "`{}`: expected `$elemMatch` alone, found `{}` beside it",
                        member.key,
                        shorten(&other.key)
                    );
                    let hint = "put it beside `$all`".to_owned();
                    let place = place.key(&other.key);
                    self.report(ErrorCode::InvalidOperand, &place, other.key_span, message, Some(hint));
                }
                None if !elements => {
                    let test = Test::Equal(entry.to_constant());
                    parts.push(self.condition(path.clone(), test, entry.span, &place));
                }
                _ => {
                    let expected = if elements { "`$elemMatch` in every entry" } else { "a value" };
                    self.invalid_entry(member, entry, &place, expected);
                }
            }
        }
        // No value is all of nothing.
        Some(if entries.is_empty() { Expr::NEVER } else { Expr::Group(Join::All, parts) })
    }

    pub(super) fn report(
        &mut self,
        code: ErrorCode,
        place: &Place<'_>,
        span: Span,
        message: impl Into<String>,
        hint: Option<String>,
    ) {
        self.report.push(code, place, span, message, |problem| problem.with_hint(hint));
    }

    /// The operand is not what the operator takes.
    pub(super) fn invalid(&mut self, member: &Member<'_>, place: &Place<'_>, expected: &str) {
        self.invalid_with(member, place, expected, None);
    }

    pub(super) fn invalid_with(
        &mut self,
        member: &Member<'_>,
        place: &Place<'_>,
        expected: &str,
        hint: Option<String>,
    ) {
        let found = describe(&member.value);
        let message = format!("`{}`: expected {expected}, found {found}", member.key);
        self.report(ErrorCode::InvalidOperand, place, member.value.span, message, hint);
    }

    pub(super) fn invalid_entry(
        &mut self,
        member: &Member<'_>,
        entry: &Json<'_>,
        place: &Place<'_>,
        expected: &str,
    ) {
        let message = format!("`{}`: expected {expected}, found {}", member.key, describe(entry));
        self.report(ErrorCode::InvalidOperand, place, entry.span, message, None);
    }

    fn misplaced(
        &mut self,
        member: &Member<'_>,
        place: &Place<'_>,
        message: &str,
        hint: String,
    ) -> Option<Expr> {
        self.report(ErrorCode::MisplacedOperator, place, member.key_span, message, Some(hint));
        None
    }

    /// Under the field at `path`, or in the place of one.
    fn unknown(
        &mut self,
        member: &Member<'_>,
        siblings: &[Member<'_>],
        place: &Place<'_>,
        path: Option<&Path>,
    ) -> Option<Expr> {
        let name = &*member.key;
        if let Some(reason) = operators::unsupported(name) {
            let message = format!("`{name}` is not supported: {reason}");
            self.report(ErrorCode::UnsupportedOperator, place, member.key_span, message, None);
            return None;
        }
        let message = format!("unknown operator `{}`", shorten(name));
        let here = if path.is_some() { OperatorPlace::Field } else { OperatorPlace::Top };
        let Some(Guess { operator, same_operand }) = operators::guess(name, here) else {
            self.report(ErrorCode::UnknownOperator, place, member.key_span, message, None);
            return None;
        };
        let mut hint = format!("did you mean `{}`?", operator.name);
        if operator.place != here {
            let where_to = match path {
                None => under_a_field(operator.kind, operator.name),
                Some(path) => beside_the_fields(operator, path),
            };
            hint = format!("{hint} {where_to}");
        } else if !same_operand {
            hint = format!("{hint} it takes {}", operator.operand);
        }
        // Only what leaves nothing wrong with the operator itself.
        let is_there = |name: &str| siblings.iter().any(|sibling| sibling.key == name);
        let fits = operator.place == here
            && same_operand
            && !is_there(operator.name)
            && (operator.kind != Op::Options || is_there("$regex"));
        let replacement = fits.then(|| format!("\"{}\"", operator.name));
        self.report.push(ErrorCode::UnknownOperator, place, member.key_span, message, |problem| {
            problem.with_hint(Some(hint)).with_replacement(replacement)
        });
        None
    }
}

/// Where what needs a field goes.
fn under_a_field(operator: Op, name: &str) -> String {
    match operator {
        Op::Not => "`$nor` takes an array of filters: `{\"$nor\": [{…}]}`".to_owned(),
        _ => format!("name the field: `{{\"<field>\": {{\"{name}\": …}}}}`"),
    }
}

/// Where what stands under the field at `path`, and cannot, goes. The element that an `$elemMatch` looks
/// at, whose path is empty, has no fields that it could go beside.
fn beside_the_fields(operator: &Operator, path: &Path) -> String {
    let name = operator.name;
    match operator.kind {
        Op::Comment => "put it beside the fields".to_owned(),
        Op::And if path.segments().is_empty() => "operators side by side must all hold".to_owned(),
        Op::Nor if path.segments().is_empty() => "`$not` negates operators: `{\"$not\": {…}}`".to_owned(),
        _ if path.segments().is_empty() => {
            format!("put `$elemMatch` inside: `{{\"{name}\": [{{\"<field>\": {{\"$elemMatch\": …}}}}, …]}}`")
        }
        _ => format!("lift it: `{{\"{name}\": [{{\"{}\": …}}, …]}}`", shorten(&path.to_string())),
    }
}

/// What the body of an `$elemMatch` is.
pub(super) fn element_form(members: &[Member<'_>]) -> ElementForm {
    match members.first() {
        Some(first) if first.key.starts_with('$') && !may_begin_filter(&first.key) => ElementForm::Value,
        _ => ElementForm::Document,
    }
}

/// Whether an entry of `$all` is an `$elemMatch`.
pub(super) fn is_element(entry: &Json<'_>) -> bool {
    operator_object(entry).and_then(|members| members.first()).is_some_and(|first| first.key == "$elemMatch")
}

/// Whether an object with this first key is a filter in spite of the `$`.
fn may_begin_filter(key: &str) -> bool {
    let operator = operators::find(key)
        .or_else(|| operators::guess(key, OperatorPlace::Field).map(|guess| guess.operator));
    operator.is_some_and(|operator| operator.place == OperatorPlace::Top)
}

/// The members of an object that is operators: it has some, and the first key starts with `$`.
pub(super) fn operator_object<'j, 't>(json: &'j Json<'t>) -> Option<&'j [Member<'t>]> {
    match &json.kind {
        Kind::Object(members) if members.first()?.key.starts_with('$') => Some(members),
        _ => None,
    }
}

/// `$gt` and its kin; `None` where nothing can pass. Nothing but null is of null's class: "or equal" is
/// equality with null, a missing field included, and nothing is less or greater.
fn comparison(operator: Op, operand: &Json<'_>) -> Option<Test> {
    let comparison = match operator {
        Op::Gt => Comparison::Greater,
        Op::Gte => Comparison::GreaterOrEqual,
        Op::Lt => Comparison::Less,
        _ => Comparison::LessOrEqual,
    };
    match (&operand.kind, comparison) {
        (Kind::Null, Comparison::Greater | Comparison::Less) => None,
        (Kind::Null, _) => Some(Test::Equal(Constant::Null)),
        _ => Some(Test::Compare(comparison, operand.to_constant())),
    }
}

/// The type, and the value where it is short.
pub(crate) fn describe(json: &Json<'_>) -> String {
    match &json.kind {
        Kind::Bool(bool) => format!("`{bool}`"),
        Kind::Number(number) => format!("the number `{number}`"),
        Kind::String(string) if string.len() <= 40 => {
            format!("the string {}", Constant::String((&**string).into()))
        }
        Kind::Object(members) if members.is_empty() => "an empty object".to_owned(),
        Kind::Array(elements) if elements.is_empty() => "an empty array".to_owned(),
        Kind::Object(_) if operator_object(json).is_some() => "an object of operators".to_owned(),
        _ => json.type_name().to_owned(),
    }
}
