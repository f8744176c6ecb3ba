//! JSON with the places of its parts, one level at a time: what is not looked at stays as it was written.

use std::fmt;
use std::ops::Range;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// A value, where it stands in the text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Json<'t> {
    text: &'t str,
    at: usize,
}

/// A member of an object.
#[derive(Debug, Clone)]
pub(super) struct Member<'t> {
    pub(super) name: String,
    /// The name as it is written.
    pub(super) key: Json<'t>,
    pub(super) value: Json<'t>,
}

impl<'t> Json<'t> {
    /// The whole of a text, without a byte order mark and the space around it; `None`, where that is not JSON.
    pub(super) fn read(text: &'t str) -> Option<Self> {
        let value: &RawValue = serde_json::from_str(text.trim_start_matches('\u{feff}')).ok()?;
        Some(Self { text, at: 0 }.part(value))
    }

    /// As it is written.
    pub(super) fn text(&self) -> &'t str {
        self.text
    }

    pub(super) fn range(&self) -> Range<usize> {
        self.at..self.at + self.text.len()
    }

    /// In order, equal names included; `None`, where this is no object.
    pub(super) fn members(&self) -> Option<Vec<Member<'t>>> {
        let Members(members) = serde_json::from_str(self.text).ok()?;
        let member = |(key, value)| {
            let key = self.part(key);
            Some(Member { name: key.string()?, key, value: self.part(value) })
        };
        members.into_iter().map(member).collect()
    }

    /// `None`, where this is no array.
    pub(super) fn elements(&self) -> Option<Vec<Self>> {
        let elements: Vec<&RawValue> = serde_json::from_str(self.text).ok()?;
        Some(elements.into_iter().map(|element| self.part(element)).collect())
    }

    pub(super) fn string(&self) -> Option<String> {
        serde_json::from_str(self.text).ok()
    }

    /// Rounded to a double; infinite beyond them.
    pub(super) fn number(&self) -> Option<f64> {
        if self.type_name() == "a number" { self.text.parse().ok() } else { None }
    }

    pub(super) fn is_null(&self) -> bool {
        self.text == "null"
    }

    /// With its article: "an array".
    pub(super) fn type_name(&self) -> &'static str {
        match self.text.as_bytes().first() {
            Some(b'{') => "an object",
            Some(b'[') => "an array",
            Some(b'"') => "a string",
            Some(b't' | b'f') => "a boolean",
            Some(b'n') => "null",
            _ => "a number",
        }
    }

    /// A part of this text.
    fn part(&self, part: &'t RawValue) -> Self {
        let text = part.get();
        Self { text, at: self.at + (text.as_ptr().addr() - self.text.as_ptr().addr()) }
    }
}

/// Keys and values as they are written.
struct Members<'t>(Vec<(&'t RawValue, &'t RawValue)>);

impl<'t> Deserialize<'t> for Members<'t> {
    fn deserialize<D: Deserializer<'t>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'t> Visitor<'t> for MembersVisitor {
    type Value = Members<'t>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'t>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Members(members))
    }
}

#[cfg(test)]
#[allow(clippy::string_slice, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn parts_and_their_places() {
        let text = " {\"a\\u0062\" : [1.50, {\"c\":\"\\u00e9\"} ], \"d\":null,\"d\":1e400}\n";
        let json = Json::read(text).unwrap();
        assert_eq!(json.range(), 1..text.len() - 1);

        let members = json.members().unwrap();
        let names: Vec<&str> = members.iter().map(|member| &*member.name).collect();
        assert_eq!(names, ["ab", "d", "d"]);
        for member in &members {
            assert_eq!(&text[member.key.range()], member.key.text());
            assert_eq!(&text[member.value.range()], member.value.text());
        }
        assert!(members[1].value.is_null());
        assert_eq!(members[2].value.text(), "1e400");

        let elements = members[0].value.elements().unwrap();
        assert_eq!((elements[0].text(), elements[0].number()), ("1.50", Some(1.5)));
        let inner = &elements[1].members().unwrap()[0];
        assert_eq!(&text[inner.value.range()], r#""\u00e9""#);
        assert_eq!(inner.value.string().unwrap(), "é");
    }

    #[test]
    fn what_is_something_else() {
        for (text, name) in [
            ("{}", "an object"),
            ("[]", "an array"),
            ("\"\"", "a string"),
            ("false", "a boolean"),
            ("null", "null"),
            ("-1", "a number"),
        ] {
            let json = Json::read(text).unwrap();
            assert_eq!(json.type_name(), name);
            assert_eq!(json.members().is_some(), name == "an object");
            assert_eq!(json.elements().is_some(), name == "an array");
            assert_eq!(json.string().is_some(), name == "a string");
            assert_eq!(json.number().is_some(), name == "a number");
            assert_eq!(json.is_null(), name == "null");
        }
        for text in ["", "{", "[1,]", "nul", "{} {}", "{\"a\":1,}", "'a'"] {
            assert!(Json::read(text).is_none(), "{text}");
        }
    }
}
