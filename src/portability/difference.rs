//! What each operator says of a value, in the one dialect and in the other.

use super::reach::{Odd, Reach};
use crate::event::{Constant, Node, Number, View};
use crate::limits::Limits;
use crate::syntax::expr::TypeSet;
use crate::syntax::nextcloud::{self, Delimited};
use crate::syntax::operators::Kind as Op;
use crate::syntax::pattern::{Flags, Pattern, PatternErrorKind};
use crate::vm::php;

/// Why a condition is not the same in both dialects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Difference {
    pub(crate) cause: Cause,
    /// The consequence, in plain words: lower case, no full stop.
    pub(crate) message: String,
}

/// What it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    /// PHP does not know it.
    Throws,
    /// PHP throws on some values.
    MayThrow,
    /// An empty array or object is no operator, and so always holds.
    Always,
    /// A string in slashes; `true` where the condition can never hold.
    Pattern {
        never: bool,
    },
    Loose,
    /// Null; `true` where the condition can never hold.
    Null {
        never: bool,
    },
    Path(Option<Odd>),
}

fn differs(cause: Cause, message: impl Into<String>) -> Option<Difference> {
    Some(Difference { cause, message: message.into() })
}

/// Where the operator could give another verdict in Nextcloud. `is_literal` tells that a value stands in its
/// place. Of `$all`, see [`of_all`].
pub(crate) fn difference(
    operator: Op,
    name: &str,
    is_literal: bool,
    operand: &Constant,
    reach: &Reach,
) -> Option<Difference> {
    let throws =
        |name: &str| differs(Cause::Throws, format!("Nextcloud throws: operator `{name}` is unknown"));
    match operator {
        Op::Eq if !is_literal => return throws(name),
        Op::Eq => match operand.view() {
            View::Array([]) | View::Object([]) => {
                return differs(
                    Cause::Always,
                    "in Nextcloud this holds for everything: there is no operator in it",
                );
            }
            View::Array(_) => return throws("0"),
            View::Object([(key, _), ..]) => return throws(key),
            _ => {}
        },
        Op::Regex | Op::Options | Op::StartsWith | Op::EndsWith | Op::Type | Op::Size | Op::ElemMatch => {
            return throws(name);
        }
        _ => {}
    }
    if let Some(odd) = reach.odd {
        return differs(Cause::Path(Some(odd)), odd_in_words(odd));
    }
    let is_missing_wanted = match operator {
        Op::Ne => !matches!(operand, Constant::Null),
        Op::Nin => true,
        Op::Exists => !operand.is_flag_set(),
        _ => false,
    };
    let is_negative = is_missing_wanted || operator == Op::Ne;
    if is_negative && reach.has_lists {
        let message = "in Nextcloud a negation holds if it does for any element of the list on the way";
        return differs(Cause::Path(None), message);
    }
    if is_missing_wanted && reach.has_texts {
        let message = "in Nextcloud this does not hold where there is a string on the way";
        return differs(Cause::Path(None), message);
    }
    match operator {
        Op::Eq | Op::Ne => equality(operator, operand, reach),
        Op::In | Op::Nin => list(operand, reach),
        Op::Lt | Op::Lte | Op::Gt | Op::Gte => order(operator, operand, reach),
        Op::Exists => exists(operand, reach),
        Op::Mod => modulo(operand, reach),
        _ => None,
    }
}

pub(crate) fn odd_in_words(odd: Odd) -> &'static str {
    match odd {
        Odd::Escape => "Nextcloud splits a path at every dot, and a backslash is a part of the name",
        Odd::Index => "in Nextcloud a number in a path is no index into a list",
        Odd::KeyZero => "Nextcloud takes an object with the key `0` for a list, as may be on the way here",
        Odd::Elements => "Nextcloud throws on a list on the way that does not hold objects",
    }
}

fn equality(operator: Op, operand: &Constant, reach: &Reach) -> Option<Difference> {
    match operand {
        Constant::Null if operator == Op::Eq => {
            let message = "in Nextcloud nothing equals `null`, neither null nor a missing field";
            return (reach.can_be_missing || reach.can_be_null() || reach.has_arrays()).then(|| Difference {
                cause: Cause::Null { never: !reach.has_arrays() },
                message: message.into(),
            });
        }
        Constant::Null | Constant::Array(_) | Constant::Object(_) if reach.has_arrays() => {
            return differs(
                Cause::Loose,
                "Nextcloud compares arrays loosely: `null` equals 0, and 1 equals \"1\"",
            );
        }
        Constant::String(text) => match nextcloud::delimited(text) {
            None => {}
            Some(Delimited::Never) => {
                let message = "Nextcloud takes this for a pattern that nothing matches, not even itself";
                return differs(Cause::Pattern { never: operator == Op::Eq && !reach.has_arrays() }, message);
            }
            Some(Delimited::Pattern { source, flags }) if is_invalid(source, flags) => {
                let message =
                    "Nextcloud takes this for a pattern, and it is no valid one: nothing matches it";
                return differs(Cause::Pattern { never: operator == Op::Eq && !reach.has_arrays() }, message);
            }
            Some(_) => return differs(Cause::Pattern { never: false }, "Nextcloud takes this for a pattern"),
        },
        Constant::Number(number) if !is_same_strictly(*number, reach) => {
            let message = "Nextcloud tells 1 from 1.0, except in `$in`";
            return differs(Cause::Loose, message);
        }
        _ => {}
    }
    if reach.types.contains(TypeSet::OBJECT) {
        return differs(Cause::Loose, "Nextcloud looks for the value among those of an object");
    }
    if reach.types.contains(TypeSet::ARRAY)
        && let Some(other) = can_be_loose(reach.elements, operand)
    {
        return differs(
            Cause::Loose,
            format!("Nextcloud compares elements loosely: {operand} also equals {other}"),
        );
    }
    None
}

/// Whether PCRE refuses the pattern.
fn is_invalid(source: &str, flags: Flags) -> bool {
    let states = Limits::default().pattern_states;
    Pattern::new(source, flags, states).is_err_and(|error| error.kind == PatternErrorKind::Invalid)
}

/// `===` against equality by value.
pub(crate) fn is_same_strictly(number: Number, reach: &Reach) -> bool {
    match number {
        Number::Int(_) => !(reach.has_whole_doubles && reach.types.contains(TypeSet::DOUBLE)),
        Number::Double(_) => number.whole().is_none() || !reach.types.intersects(TypeSet::WHOLE),
    }
}

/// Whether PHP compares the number with those of the types by their exact values: it makes a double of an integer
/// that stands beside one.
pub(crate) fn is_compared_exactly(number: Number, types: TypeSet) -> bool {
    let is_exact = matches!(number, Number::Int(_)) && !types.contains(TypeSet::DOUBLE);
    is_exact || number.is_told_by_double()
}

/// Values of the types that equal the operand in PHP's `==` only; `None` where there are none.
pub(crate) fn can_be_loose(types: TypeSet, operand: &Constant) -> Option<&'static str> {
    let has = |other: TypeSet| types.intersects(other);
    match operand {
        Constant::Null => has(TypeSet::ANY.without(TypeSet::NULL)).then_some("whatever is empty or 0"),
        Constant::Bool(true) => {
            has(TypeSet::ANY.without(TypeSet::BOOL)).then_some("whatever is not empty or 0")
        }
        Constant::Bool(false) => has(TypeSet::ANY.without(TypeSet::BOOL)).then_some("whatever is empty or 0"),
        Constant::Number(number) => match () {
            () if has(TypeSet::STRING) => Some("a string that spells it"),
            () if has(TypeSet::BOOL) => Some("`true` or `false`"),
            () if has(TypeSet::NULL) && number.to_double() == 0.0 => Some("`null`"),
            () if has(TypeSet::NUMBER) && !is_compared_exactly(*number, types) => {
                Some("its neighbours, which are one double with it")
            }
            () => None,
        },
        Constant::String(text) => {
            let is_numeric = php::numeric(text).is_some();
            match () {
                () if is_numeric && has(TypeSet::NUMBER) => Some("the number that it spells"),
                () if is_numeric && has(TypeSet::STRING) => Some("other spellings of the number"),
                () if has(TypeSet::BOOL) => Some("`true` or `false`"),
                () if text.is_empty() && has(TypeSet::NULL) => Some("`null`"),
                () => None,
            }
        }
        Constant::Array(_) | Constant::Object(_) => {
            has(TypeSet::BOOL.or(TypeSet::NULL).or(TypeSet::ARRAY).or(TypeSet::OBJECT))
                .then_some("`true` or `false`, or another array")
        }
    }
}

fn list(operand: &Constant, reach: &Reach) -> Option<Difference> {
    let Constant::Array(entries) = operand else { return None };
    if entries.is_empty() {
        return None;
    }
    if entries.iter().any(|entry| matches!(entry, Constant::Null)) {
        let message =
            "in Nextcloud `null` in a list is not for missing fields, but for whatever is empty or 0";
        return differs(Cause::Null { never: false }, message);
    }
    let loose = |entry: &Constant| Some((entry.clone(), can_be_loose(reach.scalars(), entry)?));
    if let Some((entry, other)) = entries.iter().find_map(loose) {
        let message = format!("Nextcloud compares with lists loosely: {entry} also equals {other}");
        return differs(Cause::Loose, message);
    }
    if reach.types.contains(TypeSet::OBJECT) {
        return differs(Cause::Loose, "Nextcloud looks for the values among those of an object");
    }
    let by_text = reach.types.contains(TypeSet::ARRAY)
        && !entries.iter().all(|entry| is_same_as_text(reach.elements, entry));
    by_text.then(|| Difference {
        cause: Cause::Loose,
        message: "Nextcloud compares the elements of an array by their texts: 1 equals \"1\"".into(),
    })
}

/// Whether an element of the types has the text of the entry only where it equals it.
pub(crate) fn is_same_as_text(elements: TypeSet, entry: &Constant) -> bool {
    match entry {
        Constant::String(text) => {
            let is_whole = text.parse::<i64>().is_ok_and(|int| int.to_string() == **text);
            !(elements.intersects(TypeSet::WHOLE) && is_whole
                || elements.intersects(TypeSet::DOUBLE) && php::numeric(text).is_some()
                || elements.intersects(TypeSet::BOOL) && matches!(&**text, "" | "1")
                || elements.intersects(TypeSet::NULL) && text.is_empty()
                || elements.intersects(TypeSet::ARRAY.or(TypeSet::OBJECT)) && &**text == "Array")
        }
        Constant::Number(Number::Int(int)) => {
            let others = match int {
                1 => TypeSet::STRING.or(TypeSet::DOUBLE).or(TypeSet::BOOL),
                _ => TypeSet::STRING.or(TypeSet::DOUBLE),
            };
            !elements.intersects(others)
        }
        _ => false,
    }
}

fn order(operator: Op, operand: &Constant, reach: &Reach) -> Option<Difference> {
    let scalars = reach.scalars();
    let has = |other: TypeSet| scalars.intersects(other);
    if reach.has_arrays() {
        return differs(Cause::Loose, "in Nextcloud an array is greater than anything else");
    }
    let loose = |message: &str| differs(Cause::Loose, message);
    match operand {
        Constant::Null if operator == Op::Lt => None,
        Constant::Null => differs(
            Cause::Null { never: false },
            format!("in Nextcloud `{}` null is for fields that are there", in_sign(operator)),
        ),
        Constant::Bool(_) if has(TypeSet::ANY.without(TypeSet::BOOL)) => {
            loose("in Nextcloud anything is less or greater than a boolean, by whether it is empty or 0")
        }
        Constant::Bool(_) => None,
        _ if has(TypeSet::BOOL) => loose("in Nextcloud a boolean is less or greater than anything else"),
        Constant::Number(_) if has(TypeSet::STRING) => {
            loose("in Nextcloud strings are less or greater than numbers, those that spell numbers by value")
        }
        Constant::Number(number) => {
            if is_compared_exactly(*number, scalars) {
                None
            } else {
                loose("Nextcloud compares integers with doubles inexactly")
            }
        }
        Constant::String(_) if has(TypeSet::NUMBER) => {
            loose("in Nextcloud numbers are less or greater than strings")
        }
        Constant::String(text) if has(TypeSet::STRING) && php::numeric(text).is_some() => {
            loose("Nextcloud compares strings that spell numbers by value: \"10\" is greater than \"9\"")
        }
        Constant::String(_) => None,
        Constant::Array(_) | Constant::Object(_) => {
            loose("in Nextcloud an array is greater than anything else")
        }
    }
}

fn in_sign(operator: Op) -> &'static str {
    match operator {
        Op::Gt => "$gt",
        Op::Gte => "$gte",
        Op::Lt => "$lt",
        _ => "$lte",
    }
}

fn exists(operand: &Constant, reach: &Reach) -> Option<Difference> {
    if php::is_true(operand) != operand.is_flag_set() {
        return differs(Cause::Loose, format!("Nextcloud takes {operand} for `false`"));
    }
    if reach.can_be_null() {
        return differs(Cause::Null { never: false }, "in Nextcloud null is a missing field");
    }
    None
}

fn modulo(operand: &Constant, reach: &Reach) -> Option<Difference> {
    let Constant::Array(entries) = operand else { return None };
    if reach.types.intersects(TypeSet::STRING.or(TypeSet::ARRAY).or(TypeSet::OBJECT)) {
        return differs(Cause::MayThrow, "Nextcloud throws where the value is no number");
    }
    let are_integers = entries.iter().all(|entry| matches!(entry, Constant::Number(Number::Int(_))));
    if !are_integers {
        return differs(Cause::Loose, "in Nextcloud no remainder equals a number with a fraction");
    }
    if reach.types.intersects(TypeSet::BOOL.or(TypeSet::DOUBLE)) {
        return differs(Cause::Loose, "Nextcloud makes an integer of whatever it divides");
    }
    None
}

/// Where `$all` could give another verdict; of `$elemMatch`es in it, there are no entries.
pub(crate) fn of_all(entries: Option<&[&Constant]>, reach: &Reach) -> Option<Difference> {
    let Some(entries) = entries else {
        return differs(Cause::Loose, "Nextcloud knows no `$elemMatch`, and compares it as a value");
    };
    if let Some(odd) = reach.odd {
        return differs(Cause::Path(Some(odd)), odd_in_words(odd));
    }
    if entries.is_empty() {
        return None;
    }
    if reach.has_arrays() {
        let message = "Nextcloud counts the elements that are in the list, by their texts";
        return differs(Cause::Loose, message);
    }
    match entries {
        [Constant::Number(number)] if !is_same_strictly(*number, reach) => {
            differs(Cause::Loose, "Nextcloud tells 1 from 1.0, except in `$in`")
        }
        // Without an array only `null` could be told apart.
        entries if entries.iter().any(|entry| matches!(entry, Constant::Null)) => {
            differs(Cause::Null { never: false }, "in Nextcloud `null` is nowhere")
        }
        [first, rest @ ..] if rest.iter().any(|_| true) && rest.iter().all(|other| other == first) => {
            differs(Cause::Loose, "in Nextcloud a single value is not all of several")
        }
        _ => None,
    }
}
