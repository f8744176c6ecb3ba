//! The border to JavaScript, which only translates: `pkg/` has the other side of it.
//!
//! Text and bytes come in through one buffer in this module's memory, which JavaScript writes to: that is
//! many times faster than strings as arguments. So a `length` here is that of what the buffer holds.
#![allow(unreachable_pub, clippy::must_use_candidate, reason = "the callers are in JavaScript")]

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Range;

use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::*;

use crate::analysis::Implication;
use crate::catalog::{Catalog, EventClass};
use crate::error::{CompileError, EventError, Problem, Replacement};
use crate::event::json::{self, Scratch};
use crate::event::trie::{NodeId, Trie};
use crate::explain::ExplainOptions;
use crate::filter::Compiler;
use crate::lint::Lint;
use crate::log::PushError;
use crate::program::Program;
use crate::syntax::operators::{OperatorPlace, operators};

/// What calls have in common.
#[derive(Default)]
struct Shared {
    input: Vec<u8>,
    scratch: Scratch,
    error: Option<EventError>,
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

/// Not for values of events: serde-wasm-bindgen refuses integers beyond 2^53. They go as text.
fn to_js(value: &impl Serialize) -> JsValue {
    value.serialize(&Serializer::json_compatible()).unwrap_or(JsValue::UNDEFINED)
}

fn event_error(error: EventError) -> JsValue {
    to_js(&json!({ "offset": error.offset(), "message": error.message() }))
}

/// Why the last [`Filter::matches`] has given [`NOT_JSON`].
#[wasm_bindgen(js_name = lastError)]
pub fn last_error() -> JsValue {
    SHARED.with_borrow(|shared| shared.error).map_or(JsValue::UNDEFINED, event_error)
}

const NOT_JSON: u8 = 2;

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

/// A compiled filter.
#[wasm_bindgen]
pub struct Filter(crate::Filter);

#[wasm_bindgen]
impl Filter {
    /// Throws the list of problems.
    pub fn compile(length: usize, limits: &Limits) -> Result<Self, JsValue> {
        with_text(length, |text| Compiler::new().limits(limits.0).compile(text))
            .map(Self)
            .map_err(|error| problems(&error))
    }

    /// Throws a message.
    #[wasm_bindgen(js_name = fromBytes)]
    pub fn from_bytes(length: usize) -> Result<Self, JsValue> {
        with_input(length, |bytes, _| Program::from_bytes(bytes))
            .map(|program| Self(program.into()))
            .map_err(|error| error.to_string().into())
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
    pub fn lint(&self, class: Option<String>) -> JsValue {
        let class = match class.as_deref().map(|name| Catalog::builtin().find(name)) {
            None => None,
            Some(None) => return JsValue::UNDEFINED,
            Some(known) => known,
        };
        to_js(&crate::lint(&self.0, class).iter().map(JsLint::from).collect::<Vec<_>>())
    }

    pub fn implies(&self, other: &Self) -> JsValue {
        to_js(&match self.0.implies(&other.0) {
            Implication::Yes => json!({ "verdict": "yes" }),
            Implication::No(event) => json!({ "verdict": "no", "counterExample": event.to_string() }),
            Implication::Unknown => json!({ "verdict": "unknown" }),
        })
    }

    pub fn listing(&self) -> String {
        self.0.program().to_string()
    }

    pub fn paths(&self) -> JsValue {
        to_js(&self.0.program().paths().collect::<Vec<_>>())
    }

    /// What of an event it looks at.
    pub fn needs(&self) -> JsValue {
        to_js(&needs(self.0.trie(), Trie::ROOT))
    }

    /// 0 or 1; or [`NOT_JSON`].
    pub fn matches(&self, length: usize) -> u8 {
        match with_input(length, |event, scratch| self.0.matches_json(event, scratch)) {
            Ok(verdict) => verdict.into(),
            Err(error) => {
                SHARED.with_borrow_mut(|shared| shared.error = Some(error));
                NOT_JSON
            }
        }
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

    pub fn insert(&mut self, id: u32, filter: &Filter) {
        self.0.insert(id, filter.0.clone());
    }

    pub fn remove(&mut self, id: u32) {
        self.0.remove(&id);
    }

    /// What of an event its filters look at, and those that it has had.
    pub fn needs(&self) -> JsValue {
        to_js(&needs(self.0.trie(), Trie::ROOT))
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
    let children = trie.children(node).iter();
    json!({
        "wanted": trie.wanted(node) as u8,
        "hasIndexes": trie.has_indexes(node),
        // Not an object: a key could be `__proto__`.
        "children": children.map(|(segment, child)| json!([segment.name(), needs(trie, *child)])).collect::<Value>(),
    })
}

#[derive(Serialize)]
struct JsProblem<'p> {
    code: &'static str,
    pointer: &'p str,
    message: &'p str,
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<Range<usize>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    replacement: Option<JsReplacement<'p>>,
}

#[derive(Serialize)]
struct JsReplacement<'r> {
    range: &'r Range<usize>,
    text: &'r str,
}

impl<'p> From<&'p Problem> for JsProblem<'p> {
    fn from(problem: &'p Problem) -> Self {
        Self {
            code: problem.code().as_str(),
            pointer: problem.pointer(),
            message: problem.message(),
            range: problem.range(),
            hint: problem.hint(),
            replacement: problem.replacement().map(JsReplacement::from),
        }
    }
}

impl<'r> From<&'r Replacement> for JsReplacement<'r> {
    fn from(replacement: &'r Replacement) -> Self {
        Self { range: &replacement.range, text: &replacement.text }
    }
}

#[derive(Serialize)]
struct JsLint<'l> {
    code: &'static str,
    severity: &'static str,
    pointer: &'l str,
    message: &'l str,
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<Range<usize>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suggestion: Option<JsSuggestion<'l>>,
}

#[derive(Serialize)]
struct JsSuggestion<'l> {
    message: &'l str,
    #[serde(skip_serializing_if = "Option::is_none")]
    replacement: Option<JsReplacement<'l>>,
}

impl<'l> From<&'l Lint> for JsLint<'l> {
    fn from(lint: &'l Lint) -> Self {
        Self {
            code: lint.code().as_str(),
            severity: lint.severity().as_str(),
            pointer: lint.pointer(),
            message: lint.message(),
            range: lint.range(),
            suggestion: lint.suggestion().map(|suggestion| JsSuggestion {
                message: suggestion.message(),
                replacement: suggestion.replacement().map(JsReplacement::from),
            }),
        }
    }
}

fn problems(error: &CompileError) -> JsValue {
    to_js(&error.problems().iter().map(JsProblem::from).collect::<Vec<_>>())
}

/// The table of operators.
#[wasm_bindgen(js_name = operators)]
pub fn operator_table() -> JsValue {
    let rows = operators().iter().map(|operator| {
        json!({
            "name": operator.name,
            "place": match operator.place {
                OperatorPlace::Field => "field",
                OperatorPlace::Top => "top",
            },
            "operand": operator.operand,
            "meaning": operator.meaning,
            "example": operator.example,
        })
    });
    to_js(&rows.collect::<Value>())
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
    pub fn bad_lines(&self) -> JsValue {
        let lines = self.0.bad_lines().iter();
        let lines = lines.map(
            |bad| json!({ "line": bad.line, "offset": bad.error.offset(), "message": bad.error.message() }),
        );
        to_js(&lines.collect::<Value>())
    }

    #[wasm_bindgen(js_name = badLineCount)]
    pub fn bad_line_count(&self) -> usize {
        self.0.bad_line_count()
    }

    #[wasm_bindgen(js_name = match)]
    pub fn matches(&mut self, filter: &Filter) -> Vec<u32> {
        self.0.matches(&filter.0).words().to_vec()
    }

    /// `undefined` where the path is none, or there is no room for its values.
    pub fn values(&mut self, length: usize, limit: usize) -> JsValue {
        with_text(length, |path| self.0.values(path, limit)).map_or(JsValue::UNDEFINED, |values| {
            let values = values.into_iter();
            to_js(
                &values
                    .map(|(value, count)| json!({ "value": value.to_string(), "count": count }))
                    .collect::<Value>(),
            )
        })
    }

    pub fn fields(&self, sample: usize) -> JsValue {
        let fields = self.0.fields(sample).into_iter().map(|field| {
            json!({
                "path": field.path,
                "types": field.types,
                "count": field.count,
                "example": field.example,
            })
        });
        to_js(&fields.collect::<Value>())
    }

    pub fn memory(&self) -> JsValue {
        let memory = self.0.memory();
        to_js(&json!({ "events": memory.events, "columns": memory.columns, "max": memory.max }))
    }
}

fn unless_full<T>(result: Result<T, PushError>) -> Result<Option<T>, JsValue> {
    match result {
        Ok(result) => Ok(Some(result)),
        Err(PushError::Full(_)) => Ok(None),
        Err(PushError::Event(error)) => Err(event_error(error)),
    }
}

/// The event classes, without their fields.
#[wasm_bindgen]
pub fn classes() -> JsValue {
    to_js(&Catalog::builtin().classes().map(JsClass::summary).collect::<Vec<_>>())
}

#[wasm_bindgen(js_name = findClass)]
pub fn find_class(name: &str) -> JsValue {
    Catalog::builtin().find(name).map_or(JsValue::UNDEFINED, |class| to_js(&JsClass::whole(class)))
}

#[wasm_bindgen(js_name = guessClass)]
pub fn guess_class(name: &str) -> JsValue {
    Catalog::builtin().guess(name).map_or(JsValue::UNDEFINED, |class| to_js(&JsClass::whole(class)))
}

/// The text of a made-up event; `undefined` where there is no such class.
#[wasm_bindgen]
pub fn generate(name: &str, seed: u64) -> Option<String> {
    Catalog::builtin().find(name).map(|class| class.generate(seed).to_string())
}

/// How an event differs from its class; `undefined` where there is no such class. Throws where the event is
/// not JSON.
#[wasm_bindgen]
pub fn check(name: &str, length: usize) -> Result<JsValue, JsValue> {
    let Some(class) = Catalog::builtin().find(name) else { return Ok(JsValue::UNDEFINED) };
    let event = with_input(length, |event, _| json::value(event)).map_err(event_error)?;
    let mismatches = class.check(&event);
    let mismatches = mismatches
        .iter()
        .map(|mismatch| json!({ "pointer": mismatch.pointer(), "message": mismatch.message() }));
    Ok(to_js(&mismatches.collect::<Value>()))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsClass<'c> {
    name: &'c str,
    short_name: &'c str,
    system: &'c str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'c str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fields: Option<Vec<JsField>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sample: Option<&'c Value>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsField {
    path: String,
    types: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    element_types: Vec<&'static str>,
    nullable: bool,
    optional: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    values: Option<Vec<Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

impl<'c> JsClass<'c> {
    fn summary(class: &'c EventClass) -> Self {
        Self {
            name: class.name(),
            short_name: class.short_name(),
            system: class.system(),
            description: class.description(),
            fields: None,
            sample: None,
        }
    }

    fn whole(class: &'c EventClass) -> Self {
        let fields = class.fields().map(|field| JsField {
            path: field.path().to_owned(),
            types: field.types(),
            element_types: field.element_types(),
            nullable: field.is_nullable(),
            optional: field.is_optional(),
            format: field.format(),
            values: field.values(),
            note: field.note().map(str::to_owned),
        });
        Self { fields: Some(fields.collect()), sample: Some(class.sample()), ..Self::summary(class) }
    }
}

/// The members of an object, each with the text of its value; `undefined` where the text is no object.
#[wasm_bindgen]
pub fn members(length: usize) -> JsValue {
    with_text(length, |text| {
        let members: Option<BTreeMap<String, &RawValue>> = serde_json::from_str(text).ok();
        let texts = members.map(|members| {
            members.into_iter().map(|(name, value)| (name, value.get())).collect::<BTreeMap<_, _>>()
        });
        texts.map_or(JsValue::UNDEFINED, |texts| to_js(&texts))
    })
}
