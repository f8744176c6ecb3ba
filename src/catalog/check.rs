//! Is an event as it is documented?

use std::fmt;

use serde_json::Value;

use super::shape::Shape;
use super::types;
use crate::syntax::pointer::Place;
use crate::vm;
use crate::vm::compare;

/// Beyond so many an event is another class's.
const MAX_MISMATCHES: usize = 100;

/// Something in an event that is not as documented. Says where, but nothing of what the event holds
/// there, which may be private.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    pointer: String,
    message: String,
}

impl Mismatch {
    /// The place in the event, as a JSON Pointer (RFC 6901); empty for the event as a whole. Of a field
    /// that is missing, the object that should have it.
    #[must_use]
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// What is not as documented, in plain words: lower case, no full stop.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

/// `/user: expected an object or null, found a string`
impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.pointer.is_empty() {
            write!(f, "{}: ", self.pointer)?;
        }
        f.write_str(&self.message)
    }
}

/// Every way in which the value is not of the shape, 100 at most.
pub(super) fn mismatches(shape: &Shape, value: &Value) -> Vec<Mismatch> {
    let mut check = Check { mismatches: Vec::new() };
    check.value(shape, value, &Place::Root);
    check.mismatches
}

struct Check {
    mismatches: Vec<Mismatch>,
}

impl Check {
    /// Goes no deeper than shapes do.
    fn value(&mut self, shape: &Shape, value: &Value, place: &Place<'_>) {
        if shape.is_any() {
            return;
        }
        let found = vm::type_of(value);
        if !shape.types.contains(found) {
            let (expected, found) = (types::in_words(shape.types), types::in_words(found));
            return self.add(place, format!("expected {expected}, found {found}"));
        }
        if let Some(values) = &shape.values
            && !values.iter().any(|known| compare::equal(known, value))
        {
            return self
                .add(place, format!("expected {}, found another value", types::values_in_words(values)));
        }
        match value {
            Value::Array(elements) => {
                let Some(shape) = shape.elements.shape() else {
                    if !elements.is_empty() {
                        self.add(place, "expected an empty array, found elements".to_owned());
                    }
                    return;
                };
                for (index, element) in elements.iter().enumerate() {
                    self.value(shape, element, &place.index(index));
                }
            }
            Value::Object(members) => {
                for member in shape.members.iter().filter(|member| !member.is_optional) {
                    if !members.contains_key(&*member.name) {
                        self.add(place, format!("the field `{}` is missing", member.name));
                    }
                }
                for (key, value) in members {
                    let known = shape.member(key).map(|member| &member.shape);
                    match known.or_else(|| shape.others.shape()) {
                        Some(shape) => self.value(shape, value, &place.key(key)),
                        None => self.add(&place.key(key), "there is no such field".to_owned()),
                    }
                }
            }
            _ => {}
        }
    }

    fn add(&mut self, place: &Place<'_>, message: String) {
        if self.mismatches.len() < MAX_MISMATCHES {
            self.mismatches.push(Mismatch { pointer: place.to_string(), message });
        }
    }
}
