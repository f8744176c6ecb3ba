//! The fields that events have.

use std::collections::HashMap;

use serde_json::Value;

use super::EventLog;
use crate::event::{json, json_text};
use crate::path::Path;
use crate::vm;

/// A field of the events of an [`EventLog`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldSummary {
    /// As it is written in a filter. The members of an array's elements have the path of the array.
    pub path: String,
    /// The types of its values, as `$type` knows them, in the order in which they turned up.
    pub types: Vec<&'static str>,
    /// How many of the events that were looked at have it.
    pub count: usize,
    /// A value of it as JSON; a long one is cut.
    pub example: String,
}

/// Documents whose keys are data have no end of fields.
const MAX_FIELDS: usize = 2000;

/// So many characters of an example are kept.
const MAX_EXAMPLE: usize = 200;

impl EventLog {
    /// The fields of its events, in the order in which they turn up; at most 2,000. At most `sample` events
    /// are looked at, in even steps.
    ///
    /// ```
    /// let mut log = hooksieve::EventLog::new();
    /// log.append(b"{\"user\": {\"uid\": \"bob\"}}\n{\"user\": null}\n")?;
    /// let fields = log.fields(1000);
    /// assert_eq!((&*fields[0].path, &*fields[0].types, fields[0].count), ("user", &["object", "null"][..], 2));
    /// assert_eq!((&*fields[1].path, &*fields[1].example, fields[1].count), ("user.uid", "\"bob\"", 1));
    /// # Ok::<(), hooksieve::LogFull>(())
    /// ```
    #[must_use]
    pub fn fields(&self, sample: usize) -> Vec<FieldSummary> {
        let step = self.len().div_ceil(sample.max(1)).max(1);
        let mut fields = Fields::default();
        for (number, index) in (0..self.len()).step_by(step).enumerate() {
            // What is in the log has been read before.
            let event = self.get(index).and_then(|event| json::value(event).ok());
            fields.collect(&event.unwrap_or_default(), &mut Vec::new(), number);
        }
        fields.in_order
    }
}

#[derive(Default)]
struct Fields {
    in_order: Vec<FieldSummary>,
    /// By path: the place in the list, and the number of the event that was counted last.
    places: HashMap<String, (usize, usize)>,
}

impl Fields {
    /// Recursion is bounded by the nesting of an event.
    fn collect<'e>(&mut self, value: &'e Value, names: &mut Vec<&'e str>, event: usize) {
        match value {
            Value::Object(members) => {
                for (key, member) in members {
                    names.push(key);
                    self.add(member, names, event);
                    self.collect(member, names, event);
                    names.pop();
                }
            }
            // A path goes through the objects in an array, but not through arrays in it.
            Value::Array(elements) if !names.is_empty() => {
                for element in elements.iter().filter(|element| element.is_object()) {
                    self.collect(element, names, event);
                }
            }
            _ => {}
        }
    }

    fn add(&mut self, value: &Value, names: &[&str], event: usize) {
        let path = Path::from_names(names.iter().copied()).to_string();
        let (place, last_event) = match self.places.get(&path) {
            Some(known) => *known,
            None if self.in_order.len() == MAX_FIELDS => return,
            None => {
                let example = example(value);
                self.in_order.push(FieldSummary { path: path.clone(), types: Vec::new(), count: 0, example });
                (self.in_order.len() - 1, usize::MAX)
            }
        };
        self.places.insert(path, (place, event));
        let Some(field) = self.in_order.get_mut(place) else { return };
        field.count += usize::from(last_event != event);
        for name in vm::type_of(value).names() {
            if !field.types.contains(&name) {
                field.types.push(name);
            }
        }
        if field.example == "null" && !value.is_null() {
            field.example = example(value);
        }
    }
}

fn example(value: &Value) -> String {
    let text = json_text(value);
    match text.char_indices().nth(MAX_EXAMPLE) {
        None => text,
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
    }
}
