//! The names of types.

use super::shape::Format;
use crate::event::Constant;
use crate::syntax::expr::TypeSet;

/// The names that a catalog's file has for types.
pub(super) const NAMED: &[(&str, TypeSet, Option<Format>)] = &[
    ("null", TypeSet::NULL, None),
    ("bool", TypeSet::BOOL, None),
    ("int", TypeSet::WHOLE, None),
    ("number", TypeSet::NUMBER, None),
    ("string", TypeSet::STRING, None),
    ("array", TypeSet::ARRAY, None),
    ("object", TypeSet::OBJECT, None),
    ("any", TypeSet::ANY, None),
    ("unix-time", TypeSet::WHOLE, Some(Format::UnixTime)),
    ("iso-time", TypeSet::STRING, Some(Format::IsoTime)),
    ("class", TypeSet::STRING, Some(Format::ClassName)),
];

pub(super) fn by_name(name: &str) -> Option<(TypeSet, Option<Format>)> {
    NAMED.iter().find(|(known, ..)| *known == name).map(|(_, types, format)| (*types, *format))
}

/// What types are called, larger sets first: by name, and in a sentence.
const WORDS: &[(TypeSet, &str, &str)] = &[
    (TypeSet::ANY, "any", "any value"),
    (TypeSet::OBJECT, "object", "an object"),
    (TypeSet::ARRAY, "array", "an array"),
    (TypeSet::STRING, "string", "a string"),
    (TypeSet::NUMBER, "number", "a number"),
    (TypeSet::WHOLE, "int", "a whole number"),
    (TypeSet::DOUBLE, "double", "a number with a fraction"),
    (TypeSet::BOOL, "bool", "a boolean"),
    (TypeSet::NULL, "null", "null"),
];

/// The fewest rows that come to these types.
fn rows(types: TypeSet) -> impl Iterator<Item = (&'static str, &'static str)> {
    // How large a whole number is makes no type of its own here.
    let mut left = if types.intersects(TypeSet::WHOLE) { types.or(TypeSet::WHOLE) } else { types };
    WORDS.iter().filter_map(move |(row, name, words)| {
        let is_in = left.contains(*row);
        left = if is_in { left.without(*row) } else { left };
        is_in.then_some((*name, *words))
    })
}

pub(super) fn names(types: TypeSet) -> Vec<&'static str> {
    rows(types).map(|(name, _)| name).collect()
}

/// `a string or null`
pub(crate) fn in_words(types: TypeSet) -> String {
    join(rows(types).map(|(_, words)| words.to_owned()).collect())
}

/// `"a", "b" or null`, not all of very many.
pub(super) fn values_in_words(values: &[Constant]) -> String {
    const MOST: usize = 5;
    let more = values.len().saturating_sub(MOST);
    let shown = values.iter().take(MOST).map(Constant::to_string);
    join(shown.chain((more > 0).then(|| format!("one of {more} more"))).collect())
}

fn join(mut words: Vec<String>) -> String {
    match words.pop() {
        None => "nothing".to_owned(),
        Some(last) if words.is_empty() => last,
        Some(last) => format!("{} or {last}", words.join(", ")),
    }
}
