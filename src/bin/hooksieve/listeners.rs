//! The listeners of a file, as one set of filters.

use std::collections::HashMap;

use anyhow::{Result, bail};
use hooksieve::{CompileError, Compiler, Filter, FilterSet, Limits, Severity};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Number, Value, json};

use crate::diagnostics::{self, Finding, Place, Source, visible};
use crate::stream::Input;
use crate::{json_line, text_file};

/// More than a million registrations have, so that a wrong file name cannot fill the memory.
const MAX_BYTES: u64 = 1 << 30;

/// Where so many bytes stand before a registration in its line, as in a file of one line, it is shown
/// without them.
const MAX_INDENT: usize = 200;

/// The code of what is wrong with a listener beside its filter.
const INVALID: &str = "invalid-listener";

pub(crate) struct Listeners {
    /// By their positions in the list.
    pub(crate) set: FilterSet<usize>,
    /// By position, those of listeners that were refused included.
    pub(crate) ids: Vec<ListenerId>,
    pub(crate) refused: usize,
}

/// A number or a string, as JSON.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct ListenerId(String);

impl ListenerId {
    fn from_position(position: usize) -> Self {
        Self(position.to_string())
    }

    pub(crate) fn as_json(&self) -> &str {
        &self.0
    }

    /// A string without quotes, unless it would be taken for a number, or for something else than one
    /// word.
    pub(crate) fn to_word(&self) -> String {
        let is_word = |text: &String| {
            !text.is_empty()
                && !text.contains(|char: char| char.is_whitespace() || "\"\\".contains(char))
                && text.parse::<Number>().is_err()
        };
        visible(&serde_json::from_str(&self.0).ok().filter(is_word).unwrap_or_else(|| self.0.clone()))
    }
}

impl Listeners {
    /// Reads a list of registrations. What is wrong with any is shown on standard error, and the
    /// listener left out.
    pub(crate) fn read(input: &Input) -> Result<Self> {
        let text = text_file::read(input, "list of listeners", MAX_BYTES)?;
        let list = List::parse(&text, input)?;
        let name = input.to_string();

        let mut listeners = Self { set: FilterSet::new(), ids: Vec::new(), refused: 0 };
        let mut positions = HashMap::new();
        let mut lines = Lines::new(&text);
        for (position, registration) in list.registrations.into_iter().enumerate() {
            let mut reading = Reading::new(registration);
            let id = reading.id(position);
            if let Some(id) = &id
                && *positions.entry(id.clone()).or_insert(position) != position
            {
                reading.duplicate_id(id);
            }
            match reading.filter() {
                Some(filter) if reading.defects.is_empty() => {
                    listeners.set.insert(position, filter);
                }
                _ => {
                    let whose = match &id {
                        Some(id) => format!("in the listener with the id `{}`", id.as_json()),
                        None => format!("in the listener at position {position}"),
                    };
                    let pointer = format!("{}/{position}", list.pointer);
                    reading.print(&mut lines, &name, &pointer, &whose);
                    listeners.refused += 1;
                }
            }
            listeners.ids.push(id.unwrap_or_else(|| ListenerId::from_position(position)));
        }
        Ok(listeners)
    }
}

/// The registrations, as text.
struct List<'a> {
    registrations: Vec<&'a RawValue>,
    /// The place of the list in the file, as a JSON Pointer.
    pointer: &'static str,
}

/// What the registration API answers to a request for all listeners.
#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow)]
    ocs: Ocs<'a>,
}

#[derive(Deserialize)]
struct Ocs<'a> {
    #[serde(borrow)]
    data: Vec<&'a RawValue>,
}

impl<'a> List<'a> {
    fn parse(text: &'a str, input: &Input) -> Result<Self> {
        let is_answer = text.trim_start().starts_with('{');
        let list = if is_answer {
            serde_json::from_str(text)
                .map(|answer: Answer<'a>| Self { registrations: answer.ocs.data, pointer: "/ocs/data" })
        } else {
            serde_json::from_str(text).map(|registrations| Self { registrations, pointer: "" })
        };
        list.or_else(|error| {
            let (line, column) = (error.line(), error.column().max(1));
            let message = match error.is_data() {
                true => r#"expected a list of listeners, or `{"ocs": {"data": […]}}`"#.to_owned(),
                false => format!("not JSON: {}", json_line::message(&error)),
            };
            bail!("{input}:{line}:{column}: {message}")
        })
    }
}

/// The fields that are read. `null` counts as absent.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Registration<'a> {
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    #[serde(borrow)]
    event: Option<&'a RawValue>,
    #[serde(borrow)]
    event_filter: Option<&'a RawValue>,
    #[serde(borrow)]
    user_id_filter: Option<&'a RawValue>,
}

/// A registration that is being read, and all that is wrong with it.
struct Reading<'a> {
    text: &'a str,
    /// None if it is no object of such fields.
    registration: Option<Registration<'a>>,
    defects: Vec<Defect<'a>>,
}

struct Defect<'a> {
    /// The value that is wrong, a part of the registration's text.
    text: &'a str,
    wrong: Wrong,
}

enum Wrong {
    Value { message: String, hint: Option<&'static str> },
    Filter(CompileError),
}

impl<'a> Reading<'a> {
    fn new(text: &'a RawValue) -> Self {
        let mut reading = Self { text: text.get(), registration: None, defects: Vec::new() };
        match kind(text) {
            "an object" => match json_line::parse(reading.text.as_bytes()) {
                Ok(registration) => reading.registration = Some(registration),
                Err(error) => reading.defect(reading.brace(), error.message),
            },
            other => reading.defect(reading.text, format!("expected a listener (an object), found {other}")),
        }
        reading
    }

    fn defect(&mut self, text: &'a str, message: impl Into<String>) {
        self.defects.push(Defect { text, wrong: Wrong::Value { message: message.into(), hint: None } });
    }

    fn defect_with_hint(&mut self, text: &'a str, message: impl Into<String>, hint: &'static str) {
        self.defects.push(Defect { text, wrong: Wrong::Value { message: message.into(), hint: Some(hint) } });
    }

    /// Stands for the whole object.
    fn brace(&self) -> &'a str {
        self.text.get(..1).unwrap_or(self.text)
    }

    fn field(&self, field: impl Fn(&Registration<'a>) -> Option<&'a RawValue>) -> Option<&'a RawValue> {
        self.registration.as_ref().and_then(field)
    }

    /// The id of the registration: its position, if none is given.
    fn id(&mut self, position: usize) -> Option<ListenerId> {
        let Some(id) = self.registration.as_ref()?.id else {
            return Some(ListenerId::from_position(position));
        };
        match kind(id) {
            "a number" => Some(ListenerId(id.get().to_owned())),
            // Written anew, for there are several ways to write a string.
            "a string" => self.string("id", id).map(|id| ListenerId(Value::String(id).to_string())),
            other => {
                self.defect(id.get(), format!("`id`: expected a number or a string, found {other}"));
                None
            }
        }
    }

    fn duplicate_id(&mut self, id: &ListenerId) {
        let message = format!("`{}` is the id of an earlier listener", id.as_json());
        match self.field(|registration| registration.id) {
            Some(given) => self.defect(given.get(), message),
            None => self.defect_with_hint(
                self.brace(),
                message,
                "without an `id`, it is the position in the list, from 0",
            ),
        }
    }

    /// What lets an event through to the listener.
    fn filter(&mut self) -> Option<Filter> {
        let class = self.class();
        let user = self
            .field(|registration| registration.user_id_filter)
            .and_then(|user| self.string("userIdFilter", user))
            .filter(|user| !user.is_empty());
        // On its own first, so that what is wrong with it is told in the terms of its text.
        let filter = self.field(|registration| registration.event_filter).map_or("{}", RawValue::get);
        if let Err(error) = Filter::compile(filter) {
            self.defects.push(Defect { text: filter, wrong: Wrong::Filter(error) });
            return None;
        }

        let mut conditions = vec![condition("event.class", class?)];
        conditions.extend(user.map(|user| condition("user.uid", user)));
        // `[]` is a filter, but no operand of `$and`.
        if filter.starts_with('{') {
            conditions.push(filter.to_owned());
        }
        let all = format!(r#"{{"$and": [{}]}}"#, conditions.join(", "));
        // The filter is within the limits; what is around it does not count.
        let limits = Limits {
            text_bytes: usize::MAX,
            nesting: usize::MAX,
            conditions: usize::MAX,
            ..Limits::default()
        };
        match Compiler::new().limits(limits).compile(&all) {
            Ok(filter) => Some(filter),
            Err(error) => {
                self.defect(self.brace(), error.first().message());
                None
            }
        }
    }

    fn class(&mut self) -> Option<String> {
        self.registration.as_ref()?;
        let hint = "the class of the events that the listener gets";
        let Some(event) = self.field(|registration| registration.event) else {
            self.defect_with_hint(self.brace(), "`event` is missing", hint);
            return None;
        };
        let class = self.string("event", event)?;
        // As the registration API does.
        let class = class.trim_start_matches('\\');
        if class.is_empty() {
            self.defect_with_hint(event.get(), "`event` is empty", hint);
            return None;
        }
        Some(class.to_owned())
    }

    /// The string that is the value of a field.
    fn string(&mut self, field: &str, value: &'a RawValue) -> Option<String> {
        let message = match kind(value) {
            "a string" => match json_line::parse(value.get().as_bytes()) {
                Ok(string) => return Some(string),
                Err(error) => error.message,
            },
            other => format!("expected a string, found {other}"),
        };
        self.defect(value.get(), format!("`{field}`: {message}"));
        None
    }

    /// Shows the defects with their places in the file. `pointer` is that of the registration.
    fn print(&mut self, lines: &mut Lines<'_>, name: &str, pointer: &str, whose: &str) {
        let start = json_line::offset(lines.text.as_bytes(), self.text);
        lines.advance(start);
        let indent = start - lines.start;
        self.defects.sort_by_key(|defect| defect.text.as_ptr());
        let with_indent = lines.text.get(lines.start..start + self.text.len());
        match with_indent.filter(|_| indent <= MAX_INDENT) {
            Some(text) => {
                let source = Source { name, text, first_line: lines.number, note: Some(whose) };
                diagnostics::print_findings(&source, self.findings(indent));
            }
            None => {
                let name = format!("{name}#{pointer}");
                let source = Source { name: &name, text: self.text, first_line: 1, note: Some(whose) };
                diagnostics::print_findings(&source, self.findings(0));
            }
        }
    }

    /// In a text in which the registration begins after `indent` bytes.
    fn findings(&self, indent: usize) -> impl Iterator<Item = Finding<'_>> {
        self.defects.iter().flat_map(move |defect| {
            let start = json_line::offset(self.text.as_bytes(), defect.text) + indent;
            // Of an array or an object, where it begins.
            let length = if defect.text.starts_with(['[', '{']) { 1 } else { defect.text.len() };
            match &defect.wrong {
                Wrong::Value { message, hint } => vec![Finding {
                    severity: Severity::Error,
                    code: INVALID,
                    message,
                    place: Place::Range(start..start + length),
                    hint: *hint,
                    replacement: None,
                }],
                Wrong::Filter(error) => {
                    error.problems().iter().map(|problem| Finding::from_problem(problem, start)).collect()
                }
            }
        })
    }
}

/// What kind of value a JSON text holds.
fn kind(value: &RawValue) -> &'static str {
    match value.get().as_bytes().first() {
        Some(b'{') => "an object",
        Some(b'[') => "an array",
        Some(b'"') => "a string",
        Some(b't' | b'f') => "a boolean",
        Some(b'n') | None => "null",
        Some(_) => "a number",
    }
}

/// A filter with one condition, as text.
fn condition(path: &str, value: String) -> String {
    json!({ path: value }).to_string()
}

/// The line that is read in a text, which only goes on.
struct Lines<'a> {
    text: &'a str,
    /// From 1.
    number: usize,
    /// Where the line begins.
    start: usize,
    /// So far.
    offset: usize,
}

impl<'a> Lines<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, number: 1, start: 0, offset: 0 }
    }

    fn advance(&mut self, offset: usize) {
        let passed = self.text.as_bytes().get(self.offset..offset).unwrap_or_default();
        for newline in memchr::memchr_iter(b'\n', passed) {
            self.number += 1;
            self.start = self.offset + newline + 1;
        }
        self.offset = offset;
    }
}
