//! The rules of matching once more, as plainly as they can be written: for every condition, collect
//! all values that its path reaches, then ask each of them. Nothing is shared with the engine, so a
//! mistake would have to be made twice, in two ways, to go unseen.
//!
//! `$regex` stands here for literal text with an optional `^` and `$`, which needs no regex engine.

use std::cmp::Ordering;

use serde_json::{Map, Value};

/// Does `event` match `filter`? An error, whatever the event, where the filter is not valid or holds
/// a pattern that is more than literal text.
pub(crate) fn matches(filter: &Value, event: &Value) -> Result<bool, String> {
    match filter {
        Value::Null => Ok(true),
        Value::Array(list) if list.is_empty() => Ok(true),
        Value::Object(entries) => filter_holds(entries, event),
        other => Err(format!("not a filter: {other}")),
    }
}

fn filter_holds(filter: &Map<String, Value>, event: &Value) -> Result<bool, String> {
    all(filter.iter().map(|(key, operand)| match key.as_str() {
        "$and" => all(branches(operand)?.iter().map(|branch| filter_holds(branch, event))),
        "$or" => any(branches(operand)?.iter().map(|branch| filter_holds(branch, event))),
        "$nor" => not(any(branches(operand)?.iter().map(|branch| filter_holds(branch, event)))),
        "$comment" => Ok(true),
        _ if key.starts_with('$') => Err(format!("`{key}` at the top of a filter")),
        path => {
            let reached = Reached::by_path(event, &segments(path)?);
            match operators(operand) {
                Some(operators) => operators_hold(operators, &reached),
                None => reached.any(|value| equals(value, operand)),
            }
        }
    }))
}

fn branches(operand: &Value) -> Result<Vec<&Map<String, Value>>, String> {
    let list = operand.as_array().filter(|list| !list.is_empty());
    let list = list.ok_or("a list of filters, not empty, is expected")?;
    list.iter().map(|entry| entry.as_object().ok_or("a filter in a list is an object".to_owned())).collect()
}

/// The operand as an object of operators, if it is one.
fn operators(operand: &Value) -> Option<&Map<String, Value>> {
    operand.as_object().filter(|object| object.keys().next().is_some_and(|first| first.starts_with('$')))
}

// ---- What a path reaches ----

fn segments(path: &str) -> Result<Vec<String>, String> {
    let mut segments = vec![String::new()];
    let mut chars = path.chars();
    while let Some(char) = chars.next() {
        let literal = match char {
            '.' => {
                segments.push(String::new());
                continue;
            }
            '\\' => match chars.next() {
                Some(escaped @ ('.' | '\\')) => escaped,
                _ => return Err(format!("a lone backslash in the path {path}")),
            },
            other => other,
        };
        segments.last_mut().unwrap().push(literal);
    }
    Ok(segments)
}

/// The values that a condition is asked about; `None` stands for a missing field.
struct Reached<'v> {
    /// With an array at the end of the path opened up: its elements, then itself.
    expanded: Vec<Option<&'v Value>>,
    /// With an array at the end of the path only as itself.
    whole: Vec<Option<&'v Value>>,
}

impl<'v> Reached<'v> {
    fn by_path(event: &'v Value, path: &[String]) -> Self {
        let mut reached = Self { expanded: Vec::new(), whole: Vec::new() };
        walk_object(event, path, true, &mut reached.expanded);
        walk_object(event, path, false, &mut reached.whole);
        reached
    }

    /// An element of an array, which is not opened up any further.
    fn element(element: &'v Value) -> Self {
        Self { expanded: vec![Some(element)], whole: vec![Some(element)] }
    }

    #[expect(clippy::unnecessary_wraps, reason = "as every other verdict")]
    fn any(&self, test: impl Fn(Option<&Value>) -> bool) -> Result<bool, String> {
        Ok(self.expanded.iter().any(|value| test(*value)))
    }
}

/// A field of an object. An array at the root is seen as `{"0": …}`; all else has no fields.
fn field<'v>(parent: &'v Value, name: &str) -> Option<&'v Value> {
    match parent {
        Value::Object(object) => object.get(name),
        Value::Array(array) => {
            (0..array.len()).find(|index| index.to_string() == name).map(|index| &array[index])
        }
        _ => None,
    }
}

fn walk_object<'v>(object: &'v Value, path: &[String], expand: bool, found: &mut Vec<Option<&'v Value>>) {
    let last = path.len() == 1;
    match field(object, &path[0]) {
        None => found.push(None),
        Some(value @ Value::Object(_)) if last => found.push(Some(value)),
        Some(value @ Value::Object(_)) => walk_object(value, &path[1..], expand, found),
        Some(value @ Value::Array(array)) if last => {
            if expand {
                found.extend(array.iter().map(Some));
            }
            found.push(Some(value));
        }
        Some(Value::Array(array)) => walk_array(array, &path[1..], expand, found),
        Some(scalar) => found.push(last.then_some(scalar)),
    }
}

fn walk_array<'v>(array: &'v [Value], path: &[String], expand: bool, found: &mut Vec<Option<&'v Value>>) {
    let last = path.len() == 1;
    for (index, element) in array.iter().enumerate() {
        let hit = path[0] == index.to_string();
        if element.is_object() {
            walk_object(element, path, expand, found);
        }
        match element {
            _ if hit && last => found.push(Some(element)),
            Value::Object(_) if hit => walk_object(element, &path[1..], expand, found),
            Value::Array(inner) if hit => walk_array(inner, &path[1..], expand, found),
            _ => {}
        }
    }
}

// ---- Operators ----

fn operators_hold(operators: &Map<String, Value>, reached: &Reached<'_>) -> Result<bool, String> {
    all(operators.iter().map(|(name, operand)| operator_holds(name, operand, operators, reached)))
}

fn operator_holds(
    name: &str,
    operand: &Value,
    siblings: &Map<String, Value>,
    reached: &Reached<'_>,
) -> Result<bool, String> {
    match name {
        "$eq" => reached.any(|value| equals(value, operand)),
        "$ne" => not(operator_holds("$eq", operand, siblings, reached)),
        "$gt" => reached.any(|value| order(value, operand).is_some_and(Ordering::is_gt)),
        "$gte" => reached.any(|value| order(value, operand).is_some_and(Ordering::is_ge)),
        "$lt" => reached.any(|value| order(value, operand).is_some_and(Ordering::is_lt)),
        "$lte" => reached.any(|value| order(value, operand).is_some_and(Ordering::is_le)),
        "$in" => {
            let list = literals(operand)?;
            any(list.iter().map(|entry| reached.any(|value| equals(value, entry))))
        }
        "$nin" => not(operator_holds("$in", operand, siblings, reached)),
        "$all" => {
            let list = operand.as_array().ok_or("`$all` takes a list")?;
            if list.iter().any(|entry| operators(entry).is_some_and(|entry| entry.contains_key("$elemMatch")))
            {
                return all(list.iter().map(|entry| match entry.get("$elemMatch") {
                    Some(body) if entry.as_object().is_some_and(|entry| entry.len() == 1) => {
                        elem_match(body, reached)
                    }
                    _ => Err("only `$elemMatch` goes with `$elemMatch` in `$all`".to_owned()),
                }));
            }
            let list = literals(operand)?;
            Ok(!list.is_empty() && all(list.iter().map(|entry| reached.any(|value| equals(value, entry))))?)
        }
        "$elemMatch" => elem_match(operand, reached),
        "$exists" => {
            let wanted = !matches!(operand, Value::Null | Value::Bool(false))
                && !equals(Some(operand), &Value::from(0));
            Ok(reached.any(|value| value.is_some())? == wanted)
        }
        "$type" => {
            let codes = type_operand(operand)?;
            reached.any(|value| value.is_some_and(|value| codes.contains(&type_of(value))))
        }
        "$size" => {
            let size = operand.as_f64().filter(|size| size.fract() == 0.0 && *size >= 0.0);
            let size = size.ok_or("`$size` takes a whole number")?;
            Ok(reached
                .whole
                .iter()
                .any(|value| matches!(value, Some(Value::Array(array)) if array.len() as f64 == size)))
        }
        "$mod" => {
            let pair: Option<Vec<i64>> =
                operand.as_array().and_then(|list| list.iter().map(truncated).collect());
            let Some([divisor, remainder]) = pair.as_deref() else {
                return Err("`$mod` takes two numbers".to_owned());
            };
            if *divisor == 0 {
                return Err("the divisor of `$mod` is 0".to_owned());
            }
            let holds = |number: i64| number.wrapping_rem(*divisor) == *remainder;
            reached.any(|value| value.and_then(truncated).is_some_and(holds))
        }
        "$regex" => {
            let pattern = operand.as_str().ok_or("`$regex` takes a string")?;
            if siblings.get("$options").is_some_and(|options| options != "") {
                return Err("`$options` are beyond this evaluator".to_owned());
            }
            literal_pattern(pattern)?;
            reached.any(|value| text(value).is_some_and(|text| literal_pattern_matches(pattern, text)))
        }
        "$options" if siblings.contains_key("$regex") => Ok(true),
        "$startsWith" => {
            let start = operand.as_str().ok_or("`$startsWith` takes a string")?;
            reached.any(|value| text(value).is_some_and(|text| text.starts_with(start)))
        }
        "$endsWith" => {
            let end = operand.as_str().ok_or("`$endsWith` takes a string")?;
            reached.any(|value| text(value).is_some_and(|text| text.ends_with(end)))
        }
        "$not" => {
            let operators = operators(operand).ok_or("`$not` takes operators")?;
            not(operators_hold(operators, reached))
        }
        _ => Err(format!("unknown operator `{name}`")),
    }
}

/// One element meets everything, as a value (operators) or as an event of its own (a filter).
fn elem_match(operand: &Value, reached: &Reached<'_>) -> Result<bool, String> {
    let body = operand.as_object().ok_or("`$elemMatch` takes an object")?;
    let as_filter = body.keys().next().is_none_or(|first| !first.starts_with('$') || is_logical(first));
    let holds = |element: &Value| match element {
        Value::Object(_) | Value::Array(_) if as_filter => filter_holds(body, element),
        _ if as_filter => Ok(false),
        _ => operators_hold(body, &Reached::element(element)),
    };
    // Only for its mistakes: there may be no element.
    holds(&Value::Array(Vec::new()))?;
    let arrays = reached.whole.iter().filter_map(|value| value.and_then(Value::as_array));
    any(arrays.flatten().map(holds))
}

fn is_logical(key: &str) -> bool {
    matches!(key, "$and" | "$or" | "$nor")
}

/// A list of values to compare with.
fn literals(operand: &Value) -> Result<&[Value], String> {
    let list = operand.as_array().ok_or("a list is expected")?;
    match list.iter().find(|entry| operators(entry).is_some()) {
        Some(entry) => Err(format!("operators in a list: {entry}")),
        None => Ok(list),
    }
}

fn text(value: Option<&Value>) -> Option<&str> {
    value.and_then(Value::as_str)
}

/// A number as a whole one, towards zero.
fn truncated(value: &Value) -> Option<i64> {
    match value.as_i64() {
        Some(whole) => Some(whole),
        None if value.is_u64() => None,
        None => {
            // `as` stops at the ends of i128, which are out of i64's range as well.
            let whole = value.as_f64()?.trunc() as i128;
            i64::try_from(whole).ok()
        }
    }
}

fn literal_pattern(pattern: &str) -> Result<&str, String> {
    let literal = pattern.strip_prefix('^').unwrap_or(pattern);
    let literal = literal.strip_suffix('$').unwrap_or(literal);
    if literal.contains(|char| r"\.+*?()|[]{}^$".contains(char)) {
        return Err(format!("the pattern {pattern} is beyond this evaluator"));
    }
    Ok(literal)
}

fn literal_pattern_matches(pattern: &str, text: &str) -> bool {
    let literal = literal_pattern(pattern).unwrap();
    // `$` also matches before a newline that ends the text.
    let line = text.strip_suffix('\n').unwrap_or(text);
    match (pattern.starts_with('^'), pattern.ends_with('$')) {
        (false, false) => text.contains(literal),
        (true, false) => text.starts_with(literal),
        (false, true) => text.ends_with(literal) || line.ends_with(literal),
        (true, true) => text == literal || line == literal,
    }
}

// ---- Types ----

const TYPES: [(&str, i64); 21] = [
    ("double", 1),
    ("string", 2),
    ("object", 3),
    ("array", 4),
    ("binData", 5),
    ("undefined", 6),
    ("objectId", 7),
    ("bool", 8),
    ("date", 9),
    ("null", 10),
    ("regex", 11),
    ("dbPointer", 12),
    ("javascript", 13),
    ("symbol", 14),
    ("javascriptWithScope", 15),
    ("int", 16),
    ("timestamp", 17),
    ("long", 18),
    ("decimal", 19),
    ("minKey", -1),
    ("maxKey", 127),
];

/// The codes that the operand of `$type` stands for.
fn type_operand(operand: &Value) -> Result<Vec<i64>, String> {
    let list = match operand {
        Value::Array(list) if list.is_empty() => return Err("no type".to_owned()),
        Value::Array(list) => list.iter().collect(),
        single => vec![single],
    };
    let mut codes = Vec::new();
    for entry in list {
        if entry == "number" {
            codes.extend([1, 16, 18, 19]);
            continue;
        }
        let known =
            TYPES.iter().find(|(name, code)| entry == name || equals(Some(entry), &Value::from(*code)));
        codes.push(known.ok_or(format!("unknown type {entry}"))?.1);
    }
    Ok(codes)
}

fn type_of(value: &Value) -> i64 {
    match value {
        Value::Null => 10,
        Value::Bool(_) => 8,
        Value::String(_) => 2,
        Value::Object(_) => 3,
        Value::Array(_) => 4,
        Value::Number(number) => match number.as_i64() {
            Some(whole) if i32::try_from(whole).is_ok() => 16,
            Some(_) => 18,
            None => 1,
        },
    }
}

// ---- Equality and order ----

fn equals(value: Option<&Value>, operand: &Value) -> bool {
    value.map_or(operand.is_null(), |value| compare(value, operand).is_eq())
}

/// Nothing where the two are not of one class. Missing goes with null.
fn order(value: Option<&Value>, operand: &Value) -> Option<Ordering> {
    let value = value.unwrap_or(&Value::Null);
    (class(value) == class(operand)).then(|| compare(value, operand))
}

fn class(value: &Value) -> u8 {
    match value {
        Value::Null => 1,
        Value::Number(_) => 2,
        Value::String(_) => 3,
        Value::Object(_) => 4,
        Value::Array(_) => 5,
        Value::Bool(_) => 6,
    }
}

fn compare(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::String(a), Value::String(b)) => a.as_bytes().cmp(b.as_bytes()),
        (Value::Number(_), Value::Number(_)) => compare_numbers(a, b),
        (Value::Array(a), Value::Array(b)) => {
            let elements = a.iter().zip(b).map(|(a, b)| compare(a, b));
            first_difference(elements).then(a.len().cmp(&b.len()))
        }
        (Value::Object(a), Value::Object(b)) => {
            let fields = a.iter().zip(b).map(|((a_name, a), (b_name, b))| {
                class(a)
                    .cmp(&class(b))
                    .then(a_name.as_bytes().cmp(b_name.as_bytes()))
                    .then_with(|| compare(a, b))
            });
            first_difference(fields).then(a.len().cmp(&b.len()))
        }
        _ => class(a).cmp(&class(b)),
    }
}

fn first_difference(mut orders: impl Iterator<Item = Ordering>) -> Ordering {
    orders.find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}

/// By exact value. An integer beyond i64 is the nearest double.
fn compare_numbers(a: &Value, b: &Value) -> Ordering {
    match (a.as_i64(), b.as_i64()) {
        (Some(a), Some(b)) => a.cmp(&b),
        (Some(a), None) => compare_integer_with_double(a, b.as_f64().unwrap()),
        (None, Some(b)) => compare_integer_with_double(b, a.as_f64().unwrap()).reverse(),
        (None, None) => a.as_f64().partial_cmp(&b.as_f64()).unwrap(),
    }
}

fn compare_integer_with_double(integer: i64, double: f64) -> Ordering {
    // `as` stops at the ends of i128, which are out of i64's range as well; inside it is exact.
    let whole = double.trunc() as i128;
    i128::from(integer).cmp(&whole).then(0.0.partial_cmp(&double.fract()).unwrap())
}

// ---- Logic, without short cuts: a mistake in any condition shows, whatever the others say ----

fn all(verdicts: impl Iterator<Item = Result<bool, String>>) -> Result<bool, String> {
    Ok(verdicts.collect::<Result<Vec<_>, _>>()?.into_iter().all(|verdict| verdict))
}

fn any(verdicts: impl Iterator<Item = Result<bool, String>>) -> Result<bool, String> {
    Ok(verdicts.collect::<Result<Vec<_>, _>>()?.into_iter().any(|verdict| verdict))
}

fn not(verdict: Result<bool, String>) -> Result<bool, String> {
    verdict.map(|verdict| !verdict)
}
