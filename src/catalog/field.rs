//! The fields of a class, in a flat list.

use serde_json::Value;

use super::shape::{Format, Inside, Member, Shape};
use super::types;
use crate::event::Constant;
use crate::path::Path;
use crate::syntax::expr::TypeSet;

/// A field of an [`EventClass`](crate::EventClass).
#[derive(Debug, Clone)]
pub struct Field<'c> {
    path: String,
    shape: &'c Shape,
    note: Option<&'c str>,
    is_optional: bool,
}

impl<'c> Field<'c> {
    /// Where it is, as a filter's path: the members of an array's elements have the path of the array
    /// in front, and `*` stands for keys that are not known, such as ids.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The types that its values have: `null`, `bool`, `int` (a whole number), `number` (any number),
    /// `string`, `array`, `object`; or `any` alone.
    #[must_use]
    pub fn types(&self) -> Vec<&'static str> {
        types::names(self.shape.types)
    }

    /// The types of the elements, where the field can be an array.
    #[must_use]
    pub fn element_types(&self) -> Vec<&'static str> {
        self.shape.elements.shape().map(|shape| types::names(shape.types)).unwrap_or_default()
    }

    /// Whether it can be null.
    #[must_use]
    pub fn is_nullable(&self) -> bool {
        self.shape.types.contains(TypeSet::NULL)
    }

    /// Whether there are events without it: it is only sometimes there, or what it is in is.
    #[must_use]
    pub fn is_optional(&self) -> bool {
        self.is_optional
    }

    /// Whether it is an object, or can be one, with other keys than those that are listed.
    #[must_use]
    pub fn is_open(&self) -> bool {
        let is_object = self.shape.types.contains(TypeSet::OBJECT) && !self.shape.is_any();
        is_object && matches!(self.shape.others, Inside::Anything)
    }

    /// What its numbers or strings stand for: `unix-time` (seconds since 1970) or `iso-time`
    /// (`2024-01-15T10:30:00+00:00`).
    #[must_use]
    pub fn format(&self) -> Option<&'static str> {
        match self.shape.format? {
            Format::UnixTime => Some("unix-time"),
            Format::IsoTime => Some("iso-time"),
            Format::ClassName => None,
        }
    }

    /// All the values that it can have, where they are known.
    #[must_use]
    pub fn values(&self) -> Option<Vec<Value>> {
        self.shape.values.as_ref().map(|values| values.iter().map(Constant::to_value).collect())
    }

    /// What else there is to say: lower case, no full stop.
    #[must_use]
    pub fn note(&self) -> Option<&str> {
        self.note
    }
}

/// All that is known inside the shape, each before what is inside of it.
pub(super) fn fields(shape: &Shape) -> Vec<Field<'_>> {
    let mut fields = Vec::new();
    collect(shape, "", false, &mut fields);
    fields
}

fn collect<'c>(shape: &'c Shape, prefix: &str, is_optional: bool, fields: &mut Vec<Field<'c>>) {
    // What is inside an object is not there where it is no object.
    let is_optional = is_optional || shape.types != TypeSet::OBJECT;
    for Member { name, shape, is_optional: is_own, note } in &shape.members {
        let path = format!("{prefix}{}", Path::from_names([&**name]));
        let inside = format!("{path}.");
        let is_optional = is_optional || *is_own;
        fields.push(Field { path, shape, note: note.as_deref(), is_optional });
        collect(shape, &inside, is_optional, fields);
    }
    if let Inside::Each(others) = &shape.others {
        fields.push(Field { path: format!("{prefix}*"), shape: others, note: None, is_optional: true });
        collect(others, &format!("{prefix}*."), true, fields);
    }
    if let Inside::Each(elements) = &shape.elements {
        collect(elements, prefix, true, fields);
    }
}
