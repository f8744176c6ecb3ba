//! A filter *as it was written*: every part with its place and with what it says.
//!
//! The compiler has no use for it, as its simplifier forgets what stood where; explanations and lints
//! have. It is made from the filter's text when one of them is asked for. What a part says comes from
//! the parser itself, so there is one reading of the language.

use std::sync::Arc;

use serde_json::Value;

use super::expr::{Condition, ElementForm, Expr, Join, Test};
use super::nextcloud;
use super::operators::{self, Kind as Op, Operator};
use super::parser::{self, Parser, operator_object};
use super::pointer::Place;
use super::reader::{self, Json, Member};
use super::report::Report;
use super::span::Span;
use crate::event::Constant;
use crate::limits::Limits;
use crate::path::Path;

/// What a filter was compiled from.
pub(crate) struct Source {
    text: Box<str>,
    /// Whether it is what the user wrote, so that places in it mean something.
    is_written: bool,
}

/// A part of a filter, with the parts that it is made of. The root is the filter itself.
#[derive(Debug, Clone)]
pub(crate) struct Outline {
    /// JSON Pointer into the filter; `""` is the root.
    pub(crate) pointer: Arc<str>,
    /// The bytes of key and value; of the value alone for the root and for entries of arrays.
    /// [`Span::NONE`] in a filter that was given as a value.
    pub(crate) span: Span,
    pub(crate) kind: Kind,
}

/// What a part is.
#[derive(Debug, Clone)]
pub(crate) enum Kind {
    /// A filter as a whole: the root, a branch of `$and`, `$or` or `$nor`. All parts must hold; `{}`
    /// has none.
    All(Vec<Outline>),
    /// `$and`, `$or` or `$nor` with its branches, each of them [`Kind::All`].
    Logical(&'static Operator, Vec<Outline>),
    /// A path with an object of operators, one or several: all must hold. `$options` are no part of
    /// their own.
    Field(Path, Vec<Outline>),
    /// `$not` with its operators.
    Not(Path, Vec<Outline>),
    /// One operator, or a literal, at one path.
    Condition(Box<Leaf>),
    /// `$elemMatch`: the parts are relative to the element, at the empty path in the form
    /// [`ElementForm::Value`].
    Element { path: Path, form: ElementForm, parts: Vec<Outline> },
    /// `$all` with its entries: literals, or `$elemMatch`es.
    AllOf { path: Path, parts: Vec<Outline> },
    /// `$comment`: says nothing.
    Comment,
}

/// A condition that has no conditions inside.
#[derive(Debug, Clone)]
pub(crate) struct Leaf {
    pub(crate) path: Path,
    /// `$eq` for a literal.
    pub(crate) operator: &'static Operator,
    /// Whether no operator was written.
    pub(crate) is_literal: bool,
    /// As it was written.
    pub(crate) operand: Constant,
    pub(crate) operand_span: Span,
    /// The letters of `$options`, beside `$regex`.
    pub(crate) options: Option<Box<str>>,
    /// What it says.
    pub(crate) expr: Expr,
}

impl Source {
    pub(crate) fn of_text(text: &str) -> Self {
        Self { text: text.into(), is_written: true }
    }

    pub(crate) fn of_value(filter: &Value) -> Self {
        Self { text: filter.to_string().into(), is_written: false }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// `None` where the pointers of all parts come to more than 16 MiB. That takes a key as long as a
    /// filter, above thousands of conditions.
    pub(crate) fn outline(&self) -> Option<Outline> {
        let json = reader::read(&self.text, &Limits::NONE);
        let parser = Parser::new(&Limits::NONE, Report::new(&json));
        // It has been read before.
        let json = json.ok()?;
        let mut outliner =
            Outliner { parser, is_written: self.is_written, pointer_bytes_left: Some(MAX_POINTER_BYTES) };
        let parts = outliner.filter(members(&json), &Place::Root);
        let root = outliner.part(&Place::Root, json.span, Kind::All(parts));
        outliner.pointer_bytes_left.map(|_| root)
    }
}

impl Source {
    /// The outline of a filter of the Nextcloud dialect.
    pub(crate) fn nextcloud_outline(&self) -> Option<nextcloud::Part> {
        nextcloud::outline(&reader::read(&self.text, &Limits::NONE).ok()?, self.is_written)
    }
}

impl Outline {
    /// What the part says: it alone is a filter, relative to the element inside of an `$elemMatch`.
    pub(crate) fn expr(&self) -> Expr {
        let all = |parts: &[Self]| Expr::Group(Join::All, parts.iter().map(Self::expr).collect());
        match &self.kind {
            Kind::All(parts) | Kind::Field(_, parts) => all(parts),
            Kind::Logical(operator, parts) => {
                let parts = parts.iter().map(Self::expr).collect();
                match operator.kind {
                    Op::Or => Expr::Group(Join::Any, parts),
                    Op::Nor => Expr::Group(Join::Any, parts).not(),
                    _ => Expr::Group(Join::All, parts),
                }
            }
            Kind::Not(_, parts) => all(parts).not(),
            Kind::Condition(leaf) => leaf.expr.clone(),
            Kind::Element { path, form, parts } => {
                let test = Test::Element(*form, Box::new(all(parts)));
                Expr::Condition(Condition { path: path.clone(), test, span: self.span })
            }
            // No value is all of nothing.
            Kind::AllOf { parts, .. } if parts.is_empty() => Expr::NEVER,
            Kind::AllOf { parts, .. } => all(parts),
            Kind::Comment => Expr::ALWAYS,
        }
    }

    /// The parts that it is made of, in the order of the text.
    pub(crate) fn parts(&self) -> &[Self] {
        match &self.kind {
            Kind::All(parts)
            | Kind::Logical(_, parts)
            | Kind::Field(_, parts)
            | Kind::Not(_, parts)
            | Kind::Element { parts, .. }
            | Kind::AllOf { parts, .. } => parts,
            Kind::Condition(_) | Kind::Comment => &[],
        }
    }
}

const MAX_POINTER_BYTES: usize = 16 << 20;

/// Walks a filter that is known to be a good one, in the steps of the [`Parser`].
struct Outliner<'l> {
    parser: Parser<'l>,
    is_written: bool,
    /// `None` once they are used up.
    pointer_bytes_left: Option<usize>,
}

impl Outliner<'_> {
    fn part(&mut self, place: &Place<'_>, span: Span, kind: Kind) -> Outline {
        let span = if self.is_written { span } else { Span::NONE };
        let pointer: Arc<str> = match self.pointer_bytes_left {
            Some(_) => place.to_string().into(),
            None => Arc::default(),
        };
        self.pointer_bytes_left = self.pointer_bytes_left.and_then(|left| left.checked_sub(pointer.len()));
        Outline { pointer, span, kind }
    }

    fn filter(&mut self, members: &[Member<'_>], place: &Place<'_>) -> Vec<Outline> {
        members.iter().filter_map(|member| self.entry(member, &place.key(&member.key))).collect()
    }

    /// What stands under a path or a logical operator.
    fn entry(&mut self, member: &Member<'_>, place: &Place<'_>) -> Option<Outline> {
        let kind = if member.key.starts_with('$') {
            match operators::find(&member.key)? {
                Operator { kind: Op::Comment, .. } => Kind::Comment,
                operator => Kind::Logical(operator, self.branches(&member.value, place)),
            }
        } else {
            let path = self.parser.path(member, place)?;
            match operator_object(&member.value) {
                Some(operators) => {
                    let parts = self.operators(&path, operators, place);
                    Kind::Field(path, parts)
                }
                None => self.literal(path, &member.value, member.span(), place)?,
            }
        };
        Some(self.part(place, member.span(), kind))
    }

    fn branches(&mut self, json: &Json<'_>, place: &Place<'_>) -> Vec<Outline> {
        let branch = |(index, branch): (usize, &Json<'_>)| {
            let place = place.index(index);
            let parts = self.filter(members(branch), &place);
            self.part(&place, branch.span, Kind::All(parts))
        };
        elements(json).iter().enumerate().map(branch).collect()
    }

    fn literal(&mut self, path: Path, value: &Json<'_>, span: Span, place: &Place<'_>) -> Option<Kind> {
        let operand = value.to_constant();
        let test = Test::Equal(operand.clone());
        Some(Kind::Condition(Box::new(Leaf {
            path: path.clone(),
            operator: operators::find("$eq")?,
            is_literal: true,
            operand,
            operand_span: if self.is_written { value.span } else { Span::NONE },
            options: None,
            expr: self.parser.condition(path, test, span, place),
        })))
    }

    fn operators(&mut self, path: &Path, members: &[Member<'_>], place: &Place<'_>) -> Vec<Outline> {
        let operator = |member| self.operator(path, member, members, place);
        members.iter().filter_map(operator).collect()
    }

    /// `None` for `$options`.
    fn operator(
        &mut self,
        path: &Path,
        member: &Member<'_>,
        siblings: &[Member<'_>],
        place: &Place<'_>,
    ) -> Option<Outline> {
        let place = place.key(&member.key);
        let operator = operators::find(&member.key)?;
        let kind = match operator.kind {
            Op::Not => Kind::Not(path.clone(), self.operators(path, members(&member.value), &place)),
            Op::ElemMatch => self.element(path, &member.value, &place),
            Op::All => Kind::AllOf { path: path.clone(), parts: self.all(path, &member.value, &place) },
            _ => {
                let options = siblings.iter().find(|sibling| sibling.key == "$options");
                Kind::Condition(Box::new(Leaf {
                    path: path.clone(),
                    operator,
                    is_literal: false,
                    operand: member.value.to_constant(),
                    operand_span: if self.is_written { member.value.span } else { Span::NONE },
                    options: match options.map(|options| &options.value.kind) {
                        Some(reader::Kind::String(letters)) if operator.kind == Op::Regex => {
                            Some((&**letters).into())
                        }
                        _ => None,
                    },
                    expr: self.parser.operator(path, operator, member, siblings, &place)?,
                }))
            }
        };
        Some(self.part(&place, member.span(), kind))
    }

    fn element(&mut self, path: &Path, body: &Json<'_>, place: &Place<'_>) -> Kind {
        let members = members(body);
        let form = parser::element_form(members);
        let parts = match form {
            ElementForm::Value => self.operators(&Path::default(), members, place),
            ElementForm::Document => self.filter(members, place),
        };
        Kind::Element { path: path.clone(), form, parts }
    }

    fn all(&mut self, path: &Path, entries: &Json<'_>, place: &Place<'_>) -> Vec<Outline> {
        let entries = elements(entries);
        let are_elements = entries.first().is_some_and(parser::is_element);
        let mut parts = Vec::with_capacity(entries.len());
        for (index, entry) in entries.iter().enumerate() {
            let place = place.index(index);
            if are_elements {
                parts.extend(self.operators(path, members(entry), &place));
            } else {
                let literal = self.literal(path.clone(), entry, entry.span, &place);
                parts.extend(literal.map(|literal| self.part(&place, entry.span, literal)));
            }
        }
        parts
    }
}

/// Of an object; a filter may be `null` or `[]`, too, which is `{}`.
fn members<'j, 't>(json: &'j Json<'t>) -> &'j [Member<'t>] {
    match &json.kind {
        reader::Kind::Object(members) => members,
        _ => &[],
    }
}

fn elements<'j, 't>(json: &'j Json<'t>) -> &'j [Json<'t>] {
    match &json.kind {
        reader::Kind::Array(elements) => elements,
        _ => &[],
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice, reason = "tests")]
mod tests {
    use serde_json::Value;
    use serde_json::value::RawValue;

    use super::*;
    use crate::{Filter, compiler, vm};

    #[derive(serde::Deserialize)]
    struct Row<'a> {
        #[serde(borrow)]
        filter: &'a RawValue,
        event: Value,
    }

    /// The good filters of the corpus, with an event each.
    fn corpus() -> impl Iterator<Item = (Filter, Value)> {
        let corpus = include_str!("../../tests/corpus/mongo-curated.ndjson");
        let rows = corpus.lines().filter_map(|line| serde_json::from_str::<Row<'_>>(line).ok());
        rows.filter_map(|row| Some((Filter::compile(row.filter.get()).ok()?, row.event)))
    }

    fn matches(outline: &Outline, event: &Value) -> bool {
        vm::matches(&compiler::compile(outline.expr()), event)
    }

    fn visit(outline: &Outline, see: &mut impl FnMut(&Outline)) {
        see(outline);
        outline.parts().iter().for_each(|part| visit(part, see));
    }

    #[test]
    fn the_root_says_what_the_filter_says() {
        let mut rows = 0;
        for (filter, event) in corpus() {
            let outline = filter.outline().unwrap();
            assert_eq!(matches(&outline, &event), filter.matches(&event), "{:?}\n{event}", filter.source());
            rows += 1;
        }
        assert!(rows > 300, "{rows}");
    }

    #[test]
    fn pointers_and_spans_are_of_one_value() {
        let mut parts = 0;
        for (filter, _) in corpus() {
            let text = filter.source().unwrap();
            let parsed: Value = serde_json::from_str(text).unwrap();
            visit(&filter.outline().unwrap(), &mut |part| {
                let slice = &text[part.span.range().unwrap()];
                let value = serde_json::from_str::<Value>(slice).unwrap_or_else(|_| {
                    let member: Value = serde_json::from_str(&format!("{{{slice}}}")).unwrap();
                    member.as_object().unwrap().values().next().unwrap().clone()
                });
                assert_eq!(parsed.pointer(&part.pointer), Some(&value), "{text}\n{}", part.pointer);
                if let Kind::Condition(leaf) = &part.kind {
                    let operand: Value =
                        serde_json::from_str(&text[leaf.operand_span.range().unwrap()]).unwrap();
                    assert_eq!(operand, value);
                }
                parts += 1;
            });
        }
        assert!(parts > 500, "{parts}");
    }

    const FILTER: &str = r#"{
        "$comment": "all kinds of parts",
        "a.b": 1,
        "c": {"$regex": "x", "$options": "i", "$not": {"$gt": "y"}},
        "$or": [{"d": {"$all": [1, 2]}}, {}],
        "e": {"$elemMatch": {"$gt": 1}},
        "f": {"$all": [{"$elemMatch": {"g": 1, "$nor": [{"h": null}]}}]}
    }"#;

    /// A line for each part: its pointer, its kind, and what it says.
    fn lines(outline: &Outline) -> Vec<String> {
        let mut lines = Vec::new();
        visit(outline, &mut |part| {
            let kind = match &part.kind {
                Kind::All(_) => "all".to_owned(),
                Kind::Logical(operator, _) => operator.name.to_owned(),
                Kind::Field(path, _) => format!("field {path}"),
                Kind::Not(path, _) => format!("not {path}"),
                Kind::Condition(leaf) => format!(
                    "{} {}{} {}{}",
                    leaf.path,
                    leaf.operator.name,
                    if leaf.is_literal { " (literal)" } else { "" },
                    leaf.operand,
                    leaf.options.as_ref().map(|letters| format!(" {letters}")).unwrap_or_default(),
                ),
                Kind::Element { path, form, .. } => format!("element {path} {form:?}"),
                Kind::AllOf { path, .. } => format!("all of {path}"),
                Kind::Comment => "comment".to_owned(),
            };
            lines.push(format!("{:?}: {kind}", part.pointer));
        });
        lines
    }

    #[test]
    fn every_kind_of_part() {
        let outline = Filter::compile(FILTER).unwrap().outline().unwrap();
        insta::assert_snapshot!(lines(&outline).join("\n"), @r#"
        "": all
        "/$comment": comment
        "/a.b": a.b $eq (literal) 1
        "/c": field c
        "/c/$regex": c $regex "x" i
        "/c/$not": not c
        "/c/$not/$gt": c $gt "y"
        "/$or": $or
        "/$or/0": all
        "/$or/0/d": field d
        "/$or/0/d/$all": all of d
        "/$or/0/d/$all/0": d $eq (literal) 1
        "/$or/0/d/$all/1": d $eq (literal) 2
        "/$or/1": all
        "/e": field e
        "/e/$elemMatch": element e Value
        "/e/$elemMatch/$gt":  $gt 1
        "/f": field f
        "/f/$all": all of f
        "/f/$all/0/$elemMatch": element f Document
        "/f/$all/0/$elemMatch/g": g $eq (literal) 1
        "/f/$all/0/$elemMatch/$nor": $nor
        "/f/$all/0/$elemMatch/$nor/0": all
        "/f/$all/0/$elemMatch/$nor/0/h": h $eq (literal) null
        "#);
        let from_value = Filter::from_value(&serde_json::from_str(FILTER).unwrap()).unwrap();
        let outline = from_value.outline().unwrap();
        assert_eq!(lines(&outline), lines(&Filter::compile(FILTER).unwrap().outline().unwrap()));
        visit(&outline, &mut |part| assert_eq!(part.span, Span::NONE));
    }

    #[test]
    fn each_part_alone_is_a_filter() {
        let outline = Filter::compile(FILTER).unwrap().outline().unwrap();
        let events = [
            "{}",
            r#"{"a": {"b": 1}}"#,
            r#"{"c": "X"}"#,
            r#"{"c": "zX"}"#,
            r#"{"d": [1, 2]}"#,
            r#"{"d": 1}"#,
            r#"{"e": [2]}"#,
            r#"{"f": [{"g": 1, "h": 2}]}"#,
            r#"{"f": [{"g": 1}]}"#,
            r#"{"g": 1, "h": 0}"#,
        ];
        for (pointer, alone) in [
            ("/$comment", "{}"),
            ("/a.b", r#"{"a.b": 1}"#),
            ("/c", r#"{"c": {"$regex": "x", "$options": "i", "$not": {"$gt": "y"}}}"#),
            ("/c/$regex", r#"{"c": {"$regex": "x", "$options": "i"}}"#),
            ("/c/$not", r#"{"c": {"$not": {"$gt": "y"}}}"#),
            ("/c/$not/$gt", r#"{"c": {"$gt": "y"}}"#),
            ("/$or", r#"{"$or": [{"d": {"$all": [1, 2]}}, {}]}"#),
            ("/$or/0", r#"{"d": {"$all": [1, 2]}}"#),
            ("/$or/0/d/$all/1", r#"{"d": 2}"#),
            ("/e/$elemMatch", r#"{"e": {"$elemMatch": {"$gt": 1}}}"#),
            ("/f/$all/0/$elemMatch", r#"{"f": {"$elemMatch": {"g": 1, "$nor": [{"h": null}]}}}"#),
            ("/f/$all/0/$elemMatch/g", r#"{"g": 1}"#),
            ("/f/$all/0/$elemMatch/$nor", r#"{"$nor": [{"h": null}]}"#),
        ] {
            let mut found = false;
            visit(&outline, &mut |part| {
                if &*part.pointer == pointer {
                    found = true;
                    for event in events {
                        let event = serde_json::from_str(event).unwrap();
                        let expected = Filter::compile(alone).unwrap().matches(&event);
                        assert_eq!(matches(part, &event), expected, "{pointer} {event}");
                    }
                }
            });
            assert!(found, "{pointer}");
        }
    }

    #[test]
    fn a_loaded_program_has_no_outline() {
        assert!(
            Filter::try_from(Filter::compile("{}").unwrap().program().clone()).unwrap().outline().is_none()
        );
    }

    #[test]
    fn places_count_a_byte_order_mark() {
        let filter = Filter::compile("\u{feff}{\"a\":1}").unwrap();
        assert_eq!(filter.outline().unwrap().parts()[0].span, Span::new(4, 9));
    }

    #[test]
    fn pointers_are_bounded() {
        let conditions = vec![r#"{"a":1}"#; 3000].join(",");
        let around = |key: &str| format!(r#"{{"{key}":{{"$elemMatch":{{"$or":[{conditions}]}}}}}}"#);
        assert!(Filter::compile(&around(&"k".repeat(1000))).unwrap().outline().is_some());
        assert!(Filter::compile(&around(&"k".repeat(30_000))).unwrap().outline().is_none());
    }
}
