//! The names and numbers that `$type` takes.

use super::expr::TypeSet;
use crate::guess;

/// MongoDB's name and BSON number of each type, and what it is in JSON.
const TYPES: &[(&str, i64, TypeSet)] = &[
    ("double", 1, TypeSet::DOUBLE),
    ("string", 2, TypeSet::STRING),
    ("object", 3, TypeSet::OBJECT),
    ("array", 4, TypeSet::ARRAY),
    ("binData", 5, TypeSet::NONE),
    ("undefined", 6, TypeSet::NONE),
    ("objectId", 7, TypeSet::NONE),
    ("bool", 8, TypeSet::BOOL),
    ("date", 9, TypeSet::NONE),
    ("null", 10, TypeSet::NULL),
    ("regex", 11, TypeSet::NONE),
    ("dbPointer", 12, TypeSet::NONE),
    ("javascript", 13, TypeSet::NONE),
    ("symbol", 14, TypeSet::NONE),
    ("javascriptWithScope", 15, TypeSet::NONE),
    ("int", 16, TypeSet::INT),
    ("timestamp", 17, TypeSet::NONE),
    ("long", 18, TypeSet::LONG),
    ("decimal", 19, TypeSet::NONE),
    ("minKey", -1, TypeSet::NONE),
    ("maxKey", 127, TypeSet::NONE),
];

/// The type with this name; `number` is all kinds of them.
pub(crate) fn by_name(name: &str) -> Option<TypeSet> {
    if name == "number" {
        return Some(TypeSet::NUMBER);
    }
    TYPES.iter().find(|(known, ..)| *known == name).map(|(.., types)| *types)
}

pub(crate) fn by_code(code: i64) -> Option<TypeSet> {
    TYPES.iter().find(|(_, known, _)| *known == code).map(|(.., types)| *types)
}

/// What other languages call the types, or a name with few letters' difference.
pub(crate) fn guess(name: &str) -> Option<&'static str> {
    let alias = match &*name.to_ascii_lowercase() {
        "boolean" => Some("bool"),
        "integer" => Some("int"),
        "float" => Some("double"),
        "list" => Some("array"),
        "text" | "str" => Some("string"),
        "numeric" => Some("number"),
        "map" | "dict" => Some("object"),
        _ => None,
    };
    alias.or_else(|| guess::nearest(name, TYPES.iter().map(|(known, ..)| *known).chain(["number"])))
}
