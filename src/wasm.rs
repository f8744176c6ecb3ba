//! The border to JavaScript, which only translates: `pkg/` has the other side of it.
//!
//! Text and bytes come in through one buffer in this module's memory, which JavaScript writes to: that is
//! many times faster than strings as arguments. So a `length` here is that of what the buffer holds.
#![allow(unreachable_pub, clippy::must_use_candidate, reason = "the callers are in JavaScript")]

use std::cell::RefCell;
use std::mem;
use std::ops::Range;

use serde_json::{Map, Value};
use wasm_bindgen::prelude::*;

use crate::analysis::Implication;
use crate::catalog::{EventClass, Field};
use crate::dialect::Dialect;
use crate::error::{EventError, Problem, Replacement};
use crate::event::json::{self, Scratch};
use crate::event::json_text;
use crate::event::trie::{NodeId, Trie};
use crate::explain::ExplainOptions;
use crate::filter::Compiler;
use crate::lint::{Lint, lint_nextcloud, lint_portability};
use crate::log::{PushError, lines};
use crate::path::Segment;
use crate::program::Program;
use crate::syntax::operators::OperatorPlace;
use crate::syntax::shallow;
use crate::verdict::Verdict;

/// What calls have in common.
#[derive(Default)]
struct Shared {
    input: Vec<u8>,
    scratch: Scratch,
    error: Option<EventError>,
    thrown: String,
}

thread_local! {
    // There is one thread. Nothing here calls JavaScript while it is borrowed.
    static SHARED: RefCell<Shared> = RefCell::default();
}

/// The address of the buffer, with room for so many bytes. It stays there until the next call.
#[wasm_bindgen]
pub fn reserve(bytes: usize) -> *mut u8 {
    SHARED.with_borrow_mut(|shared| {
        if shared.input.len() < bytes {
            shared.input = vec![0; bytes.next_power_of_two()];
        }
        shared.input.as_mut_ptr()
    })
}

/// Calls `f` with the first `length` bytes of the buffer.
fn with_input<T>(length: usize, f: impl FnOnce(&[u8], &mut Scratch) -> T) -> T {
    SHARED.with_borrow_mut(|shared| f(shared.input.get(..length).unwrap_or_default(), &mut shared.scratch))
}

/// The buffer as text, which `encodeInto` has written.
fn with_text<T>(length: usize, f: impl FnOnce(&str) -> T) -> T {
    with_input(length, |input, _| f(std::str::from_utf8(input).unwrap_or_default()))
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = JSON, js_name = parse)]
    fn parse(text: &str) -> JsValue;
}

/// What a function returns that has an object for JavaScript. It is never an error; but V8 does not inline calls of
/// functions with more than one result, as this is for WebAssembly. That of Node 20 ends the process where it collects
/// garbage within a call that it has inlined and that returns an object.
type Returned = Result<JsValue, JsValue>;

/// Not for values of events: JavaScript has no integers beyond 2^53. They go as text.
fn to_js(value: &Value) -> JsValue {
    parse(&json_text(value))
}

/// The same, of a list.
fn list<T>(items: impl IntoIterator<Item = T>, item: impl Fn(T) -> Value) -> JsValue {
    to_js(&items.into_iter().map(item).collect())
}

/// An object of the members that are there.
fn object(members: Vec<(&str, Option<Value>)>) -> Value {
    let members = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    members.collect::<Map<_, _>>().into()
}

fn some(value: impl Into<Value>) -> Option<Value> {
    Some(value.into())
}

fn event_error(error: EventError) -> JsValue {
    to_js(&object(vec![("offset", some(error.offset())), ("message", some(error.message()))]))
}

/// Why the last [`Filter::verdict`] has given [`NOT_JSON`].
#[wasm_bindgen(js_name = lastError)]
pub fn last_error() -> Returned {
    Ok(SHARED.with_borrow(|shared| shared.error).map_or(JsValue::UNDEFINED, event_error))
}

/// Why the last [`Filter::verdict`] has given [`THROWS`].
#[wasm_bindgen(js_name = lastReason)]
pub fn last_reason() -> String {
    SHARED.with_borrow(|shared| shared.thrown.clone())
}

const NOT_JSON: u8 = 2;
const THROWS: u8 = 3;
/// There is no event.
const BLANK: u8 = 4;

/// Bounds on what is compiled.
#[wasm_bindgen]
#[derive(Default)]
pub struct Limits(crate::Limits);

#[wasm_bindgen]
impl Limits {
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether there is such a bound.
    pub fn set(&mut self, name: &str, value: usize) -> bool {
        let limits = &mut self.0;
        *match name {
            "textBytes" => &mut limits.text_bytes,
            "nesting" => &mut limits.nesting,
            "conditions" => &mut limits.conditions,
            "inOperands" => &mut limits.in_operands,
            "patternBytes" => &mut limits.pattern_bytes,
            "patternStates" => &mut limits.pattern_states,
            "pathSegments" => &mut limits.path_segments,
            "pathIndexes" => &mut limits.path_indexes,
            _ => return false,
        } = value;
        true
    }
}

/// A compiled filter, of any dialect.
#[wasm_bindgen]
pub struct Filter(crate::DialectFilter);

impl Filter {
    /// For what knows MongoDB's rules alone.
    fn mongo(&self) -> Result<&crate::Filter, JsError> {
        self.0.as_mongo().ok_or_else(|| {
            JsError::new(&format!(
                "expected a filter of the dialect `mongo`, found one of `{}`",
                self.0.dialect()
            ))
        })
    }
}

#[wasm_bindgen]
impl Filter {
    /// The dialect is one of [`dialects`], by its index. Throws the list of problems.
    pub fn compile(length: usize, dialect: usize, limits: &Limits) -> Result<Self, JsValue> {
        with_text(length, |text| Compiler::new().limits(limits.0).dialect(dialect_at(dialect)).compile(text))
            .map(Self)
            .map_err(|error| problems(error.problems()))
    }

    /// Throws a message.
    #[wasm_bindgen(js_name = fromBytes)]
    pub fn from_bytes(length: usize) -> Result<Self, JsValue> {
        with_input(length, |bytes, _| Program::from_bytes(bytes))
            .map(|program| Self(program.into()))
            .map_err(|error| error.to_string().into())
    }

    /// The index of its dialect.
    pub fn dialect(&self) -> usize {
        Dialect::ALL.iter().position(|dialect| *dialect == self.0.dialect()).unwrap_or_default()
    }

    #[wasm_bindgen(js_name = toBytes)]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.program().to_bytes()
    }

    /// Throws where the event is not JSON.
    pub fn explain(&self, length: usize, masks_values: bool) -> Result<JsValue, JsValue> {
        let options = ExplainOptions::new().mask_values(masks_values);
        with_input(length, |event, _| self.0.explain_json_with(event, options))
            .map(|explanation| to_js(&explanation.to_json()))
            .map_err(event_error)
    }

    /// `undefined` where there is no such class.
    pub fn lint(&self, catalog: &Catalog, class: Option<String>, is_portable: bool) -> Returned {
        let class = match class.as_deref().map(|name| catalog.0.find(name)) {
            None => None,
            Some(None) => return Ok(JsValue::UNDEFINED),
            Some(known) => known,
        };
        let lints = match self.0.as_mongo() {
            None => lint_nextcloud(&self.0, class),
            Some(filter) if is_portable => {
                let mut lints = [crate::lint(filter, class), lint_portability(filter, class)].concat();
                lints.sort_by_key(|lint| lint.range().map_or(0, |range| range.start));
                lints
            }
            Some(filter) => crate::lint(filter, class),
        };
        Ok(list(&lints, lint))
    }

    pub fn implies(&self, other: &Self) -> Result<JsValue, JsError> {
        let (verdict, counter_example) = match self.mongo()?.implies(other.mongo()?) {
            Implication::Yes => ("yes", None),
            Implication::No(event) => ("no", some(json_text(&event))),
            Implication::Unknown => ("unknown", None),
        };
        Ok(to_js(&object(vec![("verdict", some(verdict)), ("counterExample", counter_example)])))
    }

    pub fn listing(&self) -> String {
        self.0.program().to_string()
    }

    pub fn paths(&self) -> Returned {
        Ok(list(self.0.program().paths(), Value::from))
    }

    /// What of an event it looks at.
    pub fn needs(&self) -> Returned {
        Ok(to_js(&needs(self.0.trie(), Trie::ROOT)))
    }

    /// 0 or 1; or [`NOT_JSON`], or [`THROWS`].
    pub fn verdict(&self, length: usize) -> u8 {
        match with_input(length, |event, scratch| self.0.verdict_json(event, scratch)) {
            Ok(verdict) => {
                if let Verdict::Throws(thrown) = &verdict {
                    SHARED.with_borrow_mut(|shared| thrown.reason().clone_into(&mut shared.thrown));
                }
                verdict_number(&verdict)
            }
            Err(error) => {
                SHARED.with_borrow_mut(|shared| shared.error = Some(error));
                NOT_JSON
            }
        }
    }

    /// The same of each line of the buffer; [`BLANK`] of those without an event.
    #[wasm_bindgen(js_name = lineVerdicts)]
    pub fn line_verdicts(&self, length: usize) -> Vec<u8> {
        with_input(length, |mut rest, scratch| {
            let mut verdicts = Vec::new();
            while !rest.is_empty() {
                let line = lines::next(&mut rest).unwrap_or_else(|| mem::take(&mut rest));
                verdicts.push(match self.0.verdict_json(line, scratch) {
                    Ok(verdict) => verdict_number(&verdict),
                    Err(_) if lines::is_blank(line) => BLANK,
                    Err(_) => NOT_JSON,
                });
            }
            verdicts
        })
    }
}

fn verdict_number(verdict: &Verdict) -> u8 {
    match verdict {
        Verdict::DoesNotMatch => 0,
        Verdict::Matches => 1,
        Verdict::Throws(_) => THROWS,
    }
}

/// Filters with numbers as ids.
#[wasm_bindgen]
#[derive(Default)]
pub struct FilterSet(crate::FilterSet<u32>);

#[wasm_bindgen]
impl FilterSet {
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    pub fn insert(&mut self, id: u32, filter: &Filter) -> Result<(), JsError> {
        self.0.insert(id, filter.mongo()?.clone());
        Ok(())
    }

    pub fn remove(&mut self, id: u32) {
        self.0.remove(&id);
    }

    /// What of an event its filters look at.
    pub fn needs(&self) -> Returned {
        Ok(to_js(&needs(self.0.trie(), Trie::ROOT)))
    }

    /// The ids of those that match. Throws where the event is not JSON.
    pub fn matches(&self, length: usize) -> Result<Vec<u32>, JsValue> {
        with_input(length, |event, scratch| {
            Ok(self.0.matches_json(event, scratch)?.in_insertion_order().copied().collect())
        })
        .map_err(event_error)
    }
}

/// Recursion is bounded by the segments of a path.
fn needs(trie: &Trie, node: NodeId) -> Value {
    // Not an object: a key could be `__proto__`.
    let child =
        |(segment, child): &(Segment, NodeId)| Value::Array(vec![segment.name().into(), needs(trie, *child)]);
    object(vec![
        ("wanted", some(trie.wanted(node) as u8)),
        ("hasIndexes", some(trie.has_indexes(node))),
        ("children", Some(trie.children(node).iter().map(child).collect())),
    ])
}

fn range(range: &Range<usize>) -> Value {
    object(vec![("start", some(range.start)), ("end", some(range.end))])
}

fn replacement(replacement: &Replacement) -> Value {
    object(vec![("range", Some(range(&replacement.range))), ("text", some(&*replacement.text))])
}

fn problem(problem: &Problem) -> Value {
    object(vec![
        ("code", some(problem.code().as_str())),
        ("pointer", some(problem.pointer())),
        ("message", some(problem.message())),
        ("range", problem.range().as_ref().map(range)),
        ("hint", problem.hint().map(Value::from)),
        ("replacement", problem.replacement().map(replacement)),
    ])
}

fn lint(lint: &Lint) -> Value {
    let suggestion = lint.suggestion().map(|suggestion| {
        object(vec![
            ("message", some(suggestion.message())),
            ("replacement", suggestion.replacement().map(replacement)),
        ])
    });
    object(vec![
        ("code", some(lint.code().as_str())),
        ("severity", some(lint.severity().as_str())),
        ("pointer", some(lint.pointer())),
        ("message", some(lint.message())),
        ("range", lint.range().as_ref().map(range)),
        ("suggestion", suggestion),
    ])
}

fn problems(problems: &[Problem]) -> JsValue {
    list(problems, problem)
}

/// The names of the dialects, the default one first.
#[wasm_bindgen]
pub fn dialects() -> Returned {
    Ok(list(Dialect::ALL, |dialect| dialect.name().into()))
}

fn dialect_at(index: usize) -> Dialect {
    Dialect::ALL.get(index).copied().unwrap_or_default()
}

/// The table of operators of a dialect.
#[wasm_bindgen]
pub fn operators(dialect: usize) -> Returned {
    Ok(list(dialect_at(dialect).operators(), |operator| {
        let place = match operator.place {
            OperatorPlace::Field => "field",
            OperatorPlace::Top => "top",
        };
        object(vec![
            ("name", some(operator.name)),
            ("place", some(place)),
            ("operand", some(operator.operand)),
            ("meaning", some(operator.meaning)),
            ("example", some(operator.example)),
        ])
    }))
}

/// Many events.
#[wasm_bindgen]
pub struct EventLog(crate::EventLog);

#[wasm_bindgen]
impl EventLog {
    #[wasm_bindgen(constructor)]
    pub fn new(max_bytes: usize) -> Self {
        Self(crate::EventLog::with_max_bytes(max_bytes))
    }

    /// `false` where there is no room.
    pub fn append(&mut self, length: usize) -> bool {
        with_input(length, |lines, _| self.0.append(lines)).is_ok()
    }

    /// `false` where there is no room.
    pub fn end(&mut self) -> bool {
        self.0.end().is_ok()
    }

    /// The index; `undefined` where there is no room. Throws where the event is not JSON.
    pub fn push(&mut self, length: usize) -> Result<Option<usize>, JsValue> {
        unless_full(with_input(length, |event, _| self.0.push(event)))
    }

    /// The number of events; `undefined` where there is no room. Throws where the document is not JSON.
    #[wasm_bindgen(js_name = pushDocument)]
    pub fn push_document(&mut self, length: usize) -> Result<Option<usize>, JsValue> {
        unless_full(with_input(length, |document, _| self.0.push_document(document)).map(|()| self.0.len()))
    }

    pub fn size(&self) -> usize {
        self.0.len()
    }

    pub fn text(&self, index: usize) -> Option<String> {
        self.0.get(index).map(|event| String::from_utf8_lossy(event).into_owned())
    }

    pub fn line(&self, index: usize) -> Option<u32> {
        self.0.line(index)
    }

    #[wasm_bindgen(js_name = badLines)]
    pub fn bad_lines(&self) -> Returned {
        Ok(list(self.0.bad_lines(), |bad| {
            object(vec![
                ("line", some(bad.line)),
                ("offset", some(bad.error.offset())),
                ("message", some(bad.error.message())),
            ])
        }))
    }

    #[wasm_bindgen(js_name = badLineCount)]
    pub fn bad_line_count(&self) -> usize {
        self.0.bad_line_count()
    }

    /// The bits of those that match, then the bits of those on which it throws.
    pub fn verdicts(&mut self, filter: &Filter) -> Vec<u32> {
        let verdicts = self.0.verdicts(&filter.0);
        [verdicts.matching().words(), verdicts.throwing().words()].concat()
    }

    /// `undefined` where the path is none, or there is no room for its values.
    pub fn values(&mut self, length: usize, limit: usize) -> Returned {
        let values = with_text(length, |path| self.0.values(path, limit));
        Ok(values.map_or(JsValue::UNDEFINED, |values| {
            list(&values, |(value, count)| {
                object(vec![("value", some(json_text(value))), ("count", some(*count))])
            })
        }))
    }

    pub fn fields(&self, sample: usize) -> Returned {
        Ok(list(self.0.fields(sample), |field| {
            object(vec![
                ("path", some(field.path)),
                ("types", some(field.types)),
                ("count", some(field.count)),
                ("example", some(field.example)),
            ])
        }))
    }

    pub fn memory(&self) -> Returned {
        let memory = self.0.memory();
        Ok(to_js(&object(vec![
            ("events", some(memory.events)),
            ("columns", some(memory.columns)),
            ("max", some(memory.max)),
        ])))
    }
}

fn unless_full<T>(result: Result<T, PushError>) -> Result<Option<T>, JsValue> {
    match result {
        Ok(result) => Ok(Some(result)),
        Err(PushError::Full(_)) => Ok(None),
        Err(PushError::Event(error)) => Err(event_error(error)),
    }
}

/// Event classes.
#[wasm_bindgen]
pub struct Catalog(crate::Catalog);

#[wasm_bindgen]
impl Catalog {
    pub fn builtin() -> Self {
        Self(crate::Catalog::builtin().clone())
    }

    /// Another one, with the classes of a file, too. Throws the list of problems.
    pub fn with(&self, length: usize) -> Result<Self, JsValue> {
        let more =
            with_text(length, crate::Catalog::from_json).map_err(|error| problems(error.problems()))?;
        let mut all = self.0.clone();
        all.extend(more);
        Ok(Self(all))
    }

    /// Without their fields.
    pub fn classes(&self) -> Returned {
        Ok(list(self.0.classes(), |class| self::class(class, false)))
    }

    pub fn find(&self, name: &str) -> Returned {
        Ok(self.0.find(name).map_or(JsValue::UNDEFINED, |class| to_js(&self::class(class, true))))
    }

    pub fn guess(&self, name: &str) -> Returned {
        Ok(self.0.guess(name).map_or(JsValue::UNDEFINED, |class| to_js(&self::class(class, true))))
    }

    /// The text of a made-up event; `undefined` where there is no such class.
    pub fn generate(&self, name: &str, seed: u64) -> Option<String> {
        self.0.find(name).map(|class| json_text(&class.generate(seed)))
    }

    /// How an event differs from its class; `undefined` where there is no such class. Throws where the event is
    /// not JSON.
    pub fn check(&self, name: &str, length: usize) -> Result<JsValue, JsValue> {
        let Some(class) = self.0.find(name) else { return Ok(JsValue::UNDEFINED) };
        let event = with_input(length, |event, _| json::value(event)).map_err(event_error)?;
        Ok(list(&class.check(&event), |mismatch| {
            object(vec![("pointer", some(mismatch.pointer())), ("message", some(mismatch.message()))])
        }))
    }
}

/// Whole with its fields and a sample.
fn class(class: &EventClass, is_whole: bool) -> Value {
    object(vec![
        ("name", some(class.name())),
        ("shortName", some(class.short_name())),
        ("system", some(class.system())),
        ("description", class.description().map(Value::from)),
        ("fields", is_whole.then(|| class.fields().map(field).collect())),
        ("sample", is_whole.then(|| class.sample().clone())),
    ])
}

fn field(field: Field<'_>) -> Value {
    let element_types = field.element_types();
    object(vec![
        ("path", some(field.path())),
        ("types", some(field.types())),
        ("elementTypes", (!element_types.is_empty()).then(|| element_types.into())),
        ("nullable", some(field.is_nullable())),
        ("optional", some(field.is_optional())),
        ("format", field.format().map(Value::from)),
        ("values", field.values().map(Value::from)),
        ("note", field.note().map(Value::from)),
    ])
}

/// The members of an object, each with the text of its value; `undefined` where the text is no object.
#[wasm_bindgen]
pub fn members(length: usize) -> Returned {
    let members = with_text(length, |text| {
        let Ok(Value::Object(_)) = json::value(text.as_bytes()) else { return None };
        let (members, _) = shallow::object(text, shallow::skip_space(text, 0)).ok()?;
        let member = |(key, value): (Range<usize>, Range<usize>)| {
            let key = json::value(text.get(key)?.as_bytes()).ok()?;
            Some((key.as_str()?.to_owned(), text.get(value)?.into()))
        };
        Some(Value::Object(members.into_iter().filter_map(member).collect()))
    });
    Ok(members.map_or(JsValue::UNDEFINED, |members| to_js(&members)))
}
