//! Explains a filter part by part.

use std::borrow::Cow;

use serde_json::Value;

use super::describe::{self, Excerpt, count};
use super::display::reason;
use super::reach::{Gap, Place, Reach, without_middle};
use super::words::{self, CONDITION, Case, FILTER};
use super::{Condition, ExplanationNode, MissingField, NodeKind, ReachedValue};
use crate::compiler;
use crate::path::Path;
use crate::program::{Program, visible};
use crate::syntax::expr::{self, ElementForm, Expr, Join, Test};
use crate::syntax::operators::Kind as OperatorKind;
use crate::syntax::outline::{Kind, Leaf, Outline};
use crate::syntax::span::Span;
use crate::vm;

/// So many elements of the event are explained for an `$elemMatch`, and the one that decides.
const MAX_ELEMENTS: usize = 20;
/// So many parts for all elements together.
const MAX_ELEMENT_PARTS: usize = 2000;
/// Values of the event that are looked at for all conditions together, beyond some for each and what it takes
/// to find the one that decides.
const MAX_VISITS: usize = 20_000_000;
/// Bytes of the values, and of the pointers that elements repeat.
const MAX_BYTES: usize = 4 << 20;
/// Characters of a value or operand.
pub(super) const MAX_VALUE_CHARS: usize = 200;
/// Of a path. The pointer tells all of it.
const MAX_PATH_CHARS: usize = 200;

pub(super) fn explain(outline: &Outline, event: &Value, masks: bool) -> ExplanationNode {
    let part = Part::new(outline);
    Explainer::new(masks, FILTER).part(&part, &Place::root(event))
}

/// A part of the filter, ready to run. Within an `$elemMatch` it runs on many elements.
struct Part<'o> {
    outline: &'o Outline,
    run: Run<'o>,
    parts: Vec<Part<'o>>,
    /// How many parts there are, with all inside.
    size: usize,
    /// Of the pointers of all of them.
    pointer_bytes: usize,
}

/// What a part needs beside its parts.
enum Run<'o> {
    /// Its verdict follows from theirs.
    Parts,
    Leaf {
        leaf: &'o Leaf,
        program: Program,
        /// `None` where nothing can pass.
        tester: Option<Tester>,
    },
    Element {
        path: &'o Path,
        form: ElementForm,
        program: Program,
        tester: Tester,
        /// What an element must meet.
        body: Program,
    },
}

/// The test of a condition, before a negation.
pub(super) struct Tester {
    pub(super) test: Test,
    is_negative: bool,
    /// For a value itself.
    alone: Program,
    missing_passes: bool,
}

impl Tester {
    pub(super) fn new(test: Test, is_negative: bool) -> Self {
        let compile = |path: Path| {
            let condition = expr::Condition { path, test: test.clone(), span: Span::NONE };
            compiler::compile(Expr::Condition(condition))
        };
        let somewhere = compile(Path::from_names([""]));
        let nothing = Value::Object(serde_json::Map::new());
        Self {
            is_negative,
            alone: compile(Path::default()),
            missing_passes: vm::matches(&somewhere, &nothing),
            test,
        }
    }

    /// Of the expression of a leaf.
    fn of(expr: &Expr) -> Option<Self> {
        match expr {
            Expr::Condition(condition) => Some(Self::new(condition.test.clone(), false)),
            Expr::Not(inner) => Self::of(inner).map(|tester| Self { is_negative: true, ..tester }),
            Expr::Group(..) => None,
        }
    }

    /// What the path reaches, and which of it passes. The condition has the verdict.
    fn reach<'e>(&self, root: &Place<'e>, path: &Path, verdict: bool, visits_left: &mut usize) -> Reach<'e> {
        let any = verdict != self.is_negative;
        let passes = |value: Option<&Value>| match value {
            Some(value) => vm::matches(&self.alone, value),
            None => self.missing_passes,
        };
        Reach::of(root, path, self.test.takes_arrays_whole(), any, passes, visits_left)
    }
}

impl<'o> Part<'o> {
    fn new(outline: &'o Outline) -> Self {
        let run = match &outline.kind {
            Kind::Condition(leaf) => Run::Leaf {
                leaf,
                program: compiler::compile(leaf.expr.clone()),
                tester: Tester::of(&leaf.expr),
            },
            Kind::Element { path, form, parts } => {
                let body = Expr::Group(Join::All, parts.iter().map(Outline::expr).collect());
                let test = Test::Element(*form, Box::new(body.clone()));
                Run::Element {
                    path,
                    form: *form,
                    program: compiler::compile(outline.expr()),
                    tester: Tester::new(test, false),
                    body: compiler::compile(body),
                }
            }
            _ => Run::Parts,
        };
        let parts: Vec<Self> = outline.parts().iter().map(Self::new).collect();
        Self {
            outline,
            run,
            size: 1 + parts.iter().map(|part| part.size).sum::<usize>(),
            pointer_bytes: outline.pointer.len() + parts.iter().map(|part| part.pointer_bytes).sum::<usize>(),
            parts,
        }
    }

    fn node(&self, kind: NodeKind, verdict: bool, sentence: String) -> ExplanationNode {
        ExplanationNode {
            pointer: self.outline.pointer.clone(),
            range: self.outline.span.range(),
            ..ExplanationNode::new(kind, verdict, sentence)
        }
    }
}

impl ExplanationNode {
    pub(super) fn new(kind: NodeKind, verdict: bool, sentence: String) -> Self {
        Self {
            kind,
            pointer: "".into(),
            range: None,
            verdict,
            throws: None,
            is_reached: true,
            sentence,
            condition: None,
            element: None,
            parts: Vec::new(),
            more_parts: 0,
        }
    }
}

pub(super) struct Explainer {
    pub(super) masks: bool,
    pub(super) who: &'static str,
    element_parts_left: usize,
    bytes_left: usize,
    pub(super) visits_left: usize,
}

impl Explainer {
    pub(super) fn new(masks: bool, who: &'static str) -> Self {
        Self {
            masks,
            who,
            element_parts_left: MAX_ELEMENT_PARTS,
            bytes_left: MAX_BYTES,
            visits_left: MAX_VISITS,
        }
    }

    /// Recursion is bounded by the nesting of the filter.
    fn part(&mut self, part: &Part<'_>, root: &Place<'_>) -> ExplanationNode {
        match &part.run {
            Run::Parts => self.group(part, root),
            Run::Leaf { leaf, program, tester } => self.leaf(part, leaf, program, tester.as_ref(), root),
            Run::Element { path, form, program, tester, body } => {
                let verdict = vm::matches(program, root.value);
                self.elem_match(part, &Array { path, form: *form, verdict, tester, body }, root)
            }
        }
    }

    fn group(&mut self, part: &Part<'_>, root: &Place<'_>) -> ExplanationNode {
        let outer = self.who;
        match &part.outline.kind {
            Kind::Logical(operator, _) if operator.kind == OperatorKind::Nor => self.who = CONDITION,
            Kind::Not(..) => self.who = CONDITION,
            _ => {}
        }
        let parts: Vec<ExplanationNode> = part.parts.iter().map(|inner| self.part(inner, root)).collect();
        self.who = outer;

        let holding = parts.iter().filter(|part| part.verdict).count();
        let all = holding == parts.len();
        let at = |path: &Path, operator| Some(Condition::new(path, operator));
        let (kind, verdict, sentence, condition) = match &part.outline.kind {
            Kind::All(_) => (NodeKind::All, all, conditions(&parts), None),
            Kind::Logical(operator, _) => match operator.kind {
                OperatorKind::Or => {
                    let sentence = format!("`$or`: {}", alternatives(holding, parts.len()));
                    (NodeKind::Or, holding > 0, sentence, None)
                }
                OperatorKind::Nor => {
                    let so =
                        if holding == 0 { format!("as {outer} wants") } else { "and none may".to_owned() };
                    let sentence = format!("`$nor`: {}, {so}", alternatives(holding, parts.len()));
                    (NodeKind::Nor, holding == 0, sentence, None)
                }
                _ => (NodeKind::And, all, format!("`$and`: {}", conditions(&parts)), None),
            },
            Kind::Field(path, _) => {
                let sentence = format!("{}: {}", root.name_of(path), conditions(&parts));
                (NodeKind::Field, all, sentence, at(path, ""))
            }
            Kind::Not(path, _) => {
                let sentence = negation(&root.name_of(path), &parts, !all);
                (NodeKind::Not, !all, sentence, at(path, "$not"))
            }
            Kind::AllOf { path, .. } => {
                let sentence = all_of(&root.name_of(path), &parts, holding);
                (NodeKind::AllOf, all && !parts.is_empty(), sentence, at(path, "$all"))
            }
            // The others are no groups.
            Kind::Comment | Kind::Condition(_) | Kind::Element { .. } => {
                (NodeKind::Comment, true, "a comment".to_owned(), None)
            }
        };
        ExplanationNode { condition: condition.map(Box::new), parts, ..part.node(kind, verdict, sentence) }
    }

    fn leaf(
        &mut self,
        part: &Part<'_>,
        leaf: &Leaf,
        program: &Program,
        tester: Option<&Tester>,
        root: &Place<'_>,
    ) -> ExplanationNode {
        let operator = leaf.operator.name;
        let verdict = vm::matches(program, root.value);
        let (sentence, mut condition) = match tester {
            Some(tester) => self.condition(operator, &leaf.path, tester, verdict, root),
            None => {
                let side = if leaf.operator.kind == OperatorKind::Gt { "greater" } else { "less" };
                (format!("nothing is {side} than null"), Condition::new(&leaf.path, operator))
            }
        };
        condition.is_literal = leaf.is_literal;
        condition.operand = Some(Excerpt::of(&leaf.operand, MAX_VALUE_CHARS));
        condition.operand_range = leaf.operand_span.range();
        condition.options = leaf.options.clone();
        ExplanationNode {
            condition: Some(Box::new(condition)),
            ..part.node(NodeKind::Condition, verdict, sentence)
        }
    }

    /// What a path reaches, and what that says.
    pub(super) fn condition(
        &mut self,
        operator: &'static str,
        path: &Path,
        tester: &Tester,
        verdict: bool,
        root: &Place<'_>,
    ) -> (String, Condition) {
        let reach = tester.reach(root, path, verdict, &mut self.visits_left);
        (self.case(operator, path, tester, &reach).sentence(root), self.reached(operator, path, &reach))
    }

    fn reached(&mut self, operator: &'static str, path: &Path, reach: &Reach<'_>) -> Condition {
        let condition = Condition::new(path, operator);
        self.list(condition, path, reach, words::suggestion)
    }

    fn case<'c, 'e>(
        &self,
        operator: &'c str,
        path: &'c Path,
        tester: &'c Tester,
        reach: &'c Reach<'e>,
    ) -> Case<'c, 'e> {
        let Tester { test, is_negative, missing_passes, .. } = tester;
        Case {
            operator,
            path,
            test,
            is_negative: *is_negative,
            reach,
            missing_passes: *missing_passes,
            masks: self.masks,
            who: self.who,
        }
    }

    /// Puts what a path reaches into its condition.
    pub(super) fn list(
        &mut self,
        condition: Condition,
        path: &Path,
        reach: &Reach<'_>,
        suggestion: impl Fn(&Gap<'_>, &Path) -> Option<String>,
    ) -> Condition {
        let mut values = Vec::with_capacity(reach.values.len());
        for value in &reach.values {
            let excerpt = (!self.masks).then(|| Excerpt::of(value.place.value, MAX_VALUE_CHARS));
            let pointer = value.place.pointer();
            if !self.charge(pointer.len() + excerpt.as_ref().map_or(0, |excerpt| excerpt.text.len())) {
                break;
            }
            let type_name = describe::type_name(value.place.value);
            values.push(ReachedValue { pointer, type_name, excerpt, passes: value.passes });
        }
        let mut missing = Vec::with_capacity(reach.gaps.len());
        for gap in &reach.gaps {
            let pointer = gap.at.pointer();
            let segment = words::missing_segment(gap, path);
            if !self.charge(pointer.len() + segment.len()) {
                break;
            }
            missing.push(MissingField {
                pointer,
                type_name: describe::type_name(gap.at.value),
                segment: segment.to_owned(),
                suggestion: suggestion(gap, path).filter(|_| !self.masks),
            });
        }
        Condition {
            more_values: reach.count - values.len(),
            values,
            more_missing: reach.gap_count - missing.len(),
            missing,
            ..condition
        }
    }

    /// Whether there is room for so many more bytes.
    fn charge(&mut self, bytes: usize) -> bool {
        let left = self.bytes_left.checked_sub(bytes);
        self.bytes_left = left.unwrap_or(self.bytes_left);
        left.is_some()
    }

    fn elem_match(&mut self, part: &Part<'_>, array: &Array<'_>, root: &Place<'_>) -> ExplanationNode {
        const OPERATOR: &str = "$elemMatch";
        let reach = array.tester.reach(root, array.path, array.verdict, &mut self.visits_left);
        let mut elements = Elements::default();
        for value in &reach.values {
            for (index, element) in value.place.value.as_array().into_iter().flatten().enumerate() {
                let number = elements.count;
                elements.count += 1;
                let decides =
                    elements.decider.is_none() && array.takes(element) && vm::matches(array.body, element);
                if number >= MAX_ELEMENTS && !decides {
                    continue;
                }
                let place = value.place.element(index, element);
                if decides {
                    elements.decider = Some(place.name());
                }
                if self.has_room_for(part) {
                    elements.nodes.push((place.name(), self.element(part, array, &place)));
                }
            }
        }
        let sentence = if reach.values.iter().any(|value| value.place.value.is_array()) {
            elements.sentence(&root.name_of(array.path), &reach, part.conditions())
        } else {
            self.case(OPERATOR, array.path, array.tester, &reach).sentence(root)
        };
        ExplanationNode {
            condition: Some(Box::new(self.reached(OPERATOR, array.path, &reach))),
            more_parts: elements.count - elements.nodes.len(),
            parts: elements.nodes.into_iter().map(|(_, node)| node).collect(),
            ..part.node(NodeKind::ElemMatch, array.verdict, sentence)
        }
    }

    /// For one more element.
    fn has_room_for(&mut self, part: &Part<'_>) -> bool {
        let left = self.element_parts_left.checked_sub(part.size);
        self.element_parts_left = left.unwrap_or(0);
        left.is_some() && self.charge(part.pointer_bytes)
    }

    fn element(&mut self, part: &Part<'_>, array: &Array<'_>, place: &Place<'_>) -> ExplanationNode {
        let name = place.name();
        let (verdict, sentence, parts) = if array.takes(place.value) {
            let parts: Vec<_> = part.parts.iter().map(|inner| self.part(inner, place)).collect();
            (parts.iter().all(|part| part.verdict), format!("{name}: {}", conditions(&parts)), parts)
        } else {
            let kind = describe::kind(place.value);
            (false, format!("{name} is {kind}, and only an object or array can match a filter"), Vec::new())
        };
        let element = Some(place.pointer());
        ExplanationNode { element, parts, ..part.node(NodeKind::Element, verdict, sentence) }
    }
}

/// An `$elemMatch` at work.
struct Array<'p> {
    path: &'p Path,
    form: ElementForm,
    verdict: bool,
    tester: &'p Tester,
    body: &'p Program,
}

impl Array<'_> {
    /// Whether the element can be looked at at all.
    fn takes(&self, element: &Value) -> bool {
        self.form == ElementForm::Value || element.is_object() || element.is_array()
    }
}

/// The elements that an `$elemMatch` looked at.
#[derive(Default)]
struct Elements {
    count: usize,
    /// Those that are explained, with their names.
    nodes: Vec<(String, ExplanationNode)>,
    /// The name of the first that meets the conditions.
    decider: Option<String>,
}

impl Elements {
    fn sentence(&self, subject: &str, reach: &Reach<'_>, conditions: usize) -> String {
        let elements = count(self.count, "element");
        let arrays = match reach.values.as_slice() {
            [only] if self.count == 0 => format!("{} is an empty array", only.place.name()),
            [only] => format!("{} has {elements}", only.place.name()),
            arrays => format!("{subject} reaches {} with {elements} in all", count(arrays.len(), "value")),
        };
        let meets = match conditions {
            1 => "the condition".to_owned(),
            2 => "both conditions".to_owned(),
            many => format!("all {many} conditions"),
        };
        if let Some(decider) = &self.decider {
            return format!("{arrays}, and {decider} meets {meets}");
        }
        if self.count == 0 {
            return format!("{arrays}, so no element meets {meets}");
        }
        // The one that comes closest says most; of several the first.
        let met = |node: &ExplanationNode| node.parts.iter().filter(|part| part.verdict).count();
        let closest = self.nodes.iter().rev().max_by_key(|(_, node)| met(node));
        match closest {
            Some((_, closest)) if self.count == 1 => {
                format!("{arrays}, which does not meet {meets}: {}", inner_reason(closest))
            }
            Some((name, closest)) if met(closest) > 0 => {
                format!("{arrays}, none meets {meets} ({name} comes closest: {})", inner_reason(closest))
            }
            Some((_, first)) => format!("{arrays}, none meets {meets} (the first: {})", inner_reason(first)),
            None => format!("{arrays}, none meets {meets}"),
        }
    }
}

/// Why an element does not meet the conditions, within the sentence of its array.
fn inner_reason(element: &ExplanationNode) -> String {
    const MAX_CHARS: usize = 300;
    without_middle(&reason(element), MAX_CHARS)
}

impl Part<'_> {
    /// How many of its parts say something.
    fn conditions(&self) -> usize {
        self.parts.iter().filter(|part| !matches!(part.outline.kind, Kind::Comment)).count()
    }
}

impl Condition {
    pub(super) fn new(path: &Path, operator: &'static str) -> Self {
        Self::of_text(&path.to_string(), operator)
    }

    /// Of a path as it is written.
    pub(super) fn of_text(path: &str, operator: impl Into<Cow<'static, str>>) -> Self {
        let path = without_middle(&visible(path), MAX_PATH_CHARS);
        Self { path, operator: operator.into(), ..Self::default() }
    }
}

/// How many of the conditions hold, of which all must.
pub(super) fn conditions(parts: &[ExplanationNode]) -> String {
    let parts = || parts.iter().filter(|part| part.kind != NodeKind::Comment);
    let holding = parts().filter(|part| part.verdict).count();
    match (holding, parts().count()) {
        (_, 0) => "no conditions, so everything matches".to_owned(),
        (1, 1) => "the condition holds".to_owned(),
        (0, 1) => "the condition does not hold".to_owned(),
        (2, 2) => "both conditions hold".to_owned(),
        (0, 2) => "neither condition holds".to_owned(),
        (holding, all) if holding == all => format!("all {all} conditions hold"),
        (0, all) => format!("none of {all} conditions holds"),
        (1, all) => format!("1 of {all} conditions holds"),
        (holding, all) => format!("{holding} of {all} conditions hold"),
    }
}

/// How many of the branches hold.
pub(super) fn alternatives(holding: usize, all: usize) -> String {
    match (holding, all) {
        (1, 1) => "the only alternative holds".to_owned(),
        (0, 1) => "the only alternative does not hold".to_owned(),
        (0, 2) => "neither alternative holds".to_owned(),
        (0, all) => format!("none of {all} alternatives holds"),
        (1, all) => format!("1 of {all} alternatives holds"),
        (holding, all) => format!("{holding} of {all} alternatives hold"),
    }
}

pub(super) fn negation(subject: &str, parts: &[ExplanationNode], verdict: bool) -> String {
    let inside = match parts {
        [only] => only.sentence.clone(),
        parts => format!("{subject}: {}", conditions(parts)),
    };
    negated(&inside, verdict)
}

/// What `$not` makes of it.
pub(super) fn negated(inside: &str, verdict: bool) -> String {
    if verdict { format!("{inside}, so `$not` holds") } else { format!("{inside}, which `$not` excludes") }
}

fn all_of(subject: &str, parts: &[ExplanationNode], holding: usize) -> String {
    match (parts, holding) {
        ([], _) => format!("{subject}: `$all` of nothing never holds"),
        ([only], _) => only.sentence.clone(),
        (parts, holding) if holding == parts.len() => {
            format!("{subject} has all {holding} entries of `$all`")
        }
        (parts, 0) => format!("{subject} has none of the {} entries of `$all`", parts.len()),
        (parts, holding) => format!("{subject} has {holding} of the {} entries of `$all`", parts.len()),
    }
}
