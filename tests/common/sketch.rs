//! Filters before they know their event.
//!
//! A sketch says "the value at the third path of the event" where a filter has a value. Filled in
//! from an event, it gives a filter with something to say about it: verdicts of both kinds are
//! frequent, and shrinking works on the event and the sketch at once.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Map, Value, json};

use super::{key, value};

#[derive(Debug)]
pub(super) struct Sketch(Vec<Entry>);

#[derive(Debug)]
enum Entry {
    Equal(Place, Operand),
    Operators(Place, Vec<Operator>),
    Logic(&'static str, Vec<Sketch>),
}

/// Where a condition looks.
#[derive(Debug)]
enum Place {
    /// At one of the paths that the event has.
    InEvent(Index),
    /// At any path.
    Anywhere(Vec<String>),
}

/// A value to compare with.
#[derive(Debug)]
enum Operand {
    /// What stands there.
    Itself,
    /// An element or field of what stands there.
    Part(Index),
    /// What stands elsewhere in the event.
    Other(Index),
    /// A little more or less than what stands there.
    Near(bool),
    /// The same number in another spelling.
    Respelled,
    /// Any value.
    Any(Value),
}

#[derive(Debug)]
enum Operator {
    Compare(&'static str, Operand),
    In(&'static str, Vec<Operand>),
    Exists(Value),
    Type(Vec<Value>),
    TypeOfIt,
    Size(Option<Value>),
    AllElemMatch(Vec<(Index, Sketch)>),
    ElemMatchFilter(Index, Sketch),
    ElemMatch(Index, Vec<Operator>),
    Mod(Value, Option<Value>),
    Text(&'static str, Operand, Index, Index),
    Not(Vec<Operator>),
}

// ---- Drawing a sketch ----

/// `depth` is how many lists of filters and `$elemMatch` may stand in one another.
pub(super) fn sketch(depth: u32) -> BoxedStrategy<Sketch> {
    let field = prop_oneof![
        2 => (place(), operand()).prop_map(|(place, operand)| Entry::Equal(place, operand)),
        5 => (place(), operators(depth)).prop_map(|(place, operators)| Entry::Operators(place, operators)),
    ];
    if depth == 0 {
        return prop_oneof![1 => vec(field.clone(), 0..4), 4 => vec(field, 1..2)].prop_map(Sketch).boxed();
    }
    let names = select(vec!["$and", "$or", "$nor"]);
    let logic =
        (names, vec(sketch(depth - 1), 1..4)).prop_map(|(name, branches)| Entry::Logic(name, branches));
    let entry = prop_oneof![5 => field, 3 => logic];
    prop_oneof![3 => vec(entry.clone(), 0..4), 10 => vec(entry, 1..2)].prop_map(Sketch).boxed()
}

fn place() -> impl Strategy<Value = Place> {
    prop_oneof![
        5 => any::<Index>().prop_map(Place::InEvent),
        1 => vec(key(), 1..4).prop_map(Place::Anywhere),
    ]
}

fn operand() -> impl Strategy<Value = Operand> {
    prop_oneof![
        5 => Just(()).prop_map(|()| Operand::Itself),
        3 => any::<Index>().prop_map(Operand::Part),
        1 => any::<Index>().prop_map(Operand::Other),
        2 => any::<bool>().prop_map(Operand::Near),
        2 => Just(()).prop_map(|()| Operand::Respelled),
        2 => value().prop_map(Operand::Any),
    ]
}

fn operators(depth: u32) -> BoxedStrategy<Vec<Operator>> {
    prop_oneof![5 => vec(operator(depth), 1..2), 1 => vec(operator(depth), 2..4)].boxed()
}

fn operator(depth: u32) -> BoxedStrategy<Operator> {
    let compare = select(vec!["$eq", "$ne", "$gt", "$gte", "$lt", "$lte"]);
    let text = select(vec!["$regex", "$startsWith", "$endsWith"]);
    let present = vec![json!(true), json!(1), json!("x"), json!(""), json!([]), json!({}), json!(0.5)];
    let absent = vec![json!(false), json!(0), json!(0.0), json!(-0.0), json!(null)];
    let leaf = prop_oneof![
        6 => (compare, operand()).prop_map(|(name, operand)| Operator::Compare(name, operand)),
        2 => (select(vec!["$in", "$nin"]), vec(operand(), 0..4)).prop_map(|(name, list)| Operator::In(name, list)),
        1 => vec(operand(), 0..3).prop_map(|list| Operator::In("$all", list)),
        1 => prop_oneof![select(present), select(absent)].prop_map(Operator::Exists),
        1 => vec(type_name(), 1..3).prop_map(Operator::Type),
        1 => Just(()).prop_map(|()| Operator::TypeOfIt),
        1 => prop::option::of(select(vec![json!(0), json!(1), json!(2.0), json!(3)])).prop_map(Operator::Size),
        1 => (divisor(), prop::option::of(select(vec![json!(0), json!(1), json!(-1.5)])))
            .prop_map(|(divisor, remainder)| Operator::Mod(divisor, remainder)),
        3 => (text, operand(), any::<Index>(), any::<Index>())
            .prop_map(|(name, operand, start, end)| Operator::Text(name, operand, start, end)),
    ];
    if depth == 0 {
        return leaf.boxed();
    }
    prop_oneof![
        12 => leaf,
        1 => vec((any::<Index>(), sketch(depth - 1)), 1..3).prop_map(Operator::AllElemMatch),
        2 => (any::<Index>(), sketch(depth - 1)).prop_map(|(at, sketch)| Operator::ElemMatchFilter(at, sketch)),
        2 => (any::<Index>(), operators(depth - 1)).prop_map(|(at, operators)| Operator::ElemMatch(at, operators)),
        2 => operators(depth - 1).prop_map(Operator::Not),
    ]
    .boxed()
}

fn type_name() -> impl Strategy<Value = Value> {
    select(vec![
        json!("double"),
        json!("string"),
        json!("object"),
        json!("array"),
        json!("bool"),
        json!("null"),
        json!("int"),
        json!("long"),
        json!("decimal"),
        json!("number"),
        json!("date"),
        json!(1),
        json!(2),
        json!(4.0),
        json!(16),
        json!(18),
        json!(-1),
        json!(127),
    ])
}

fn divisor() -> impl Strategy<Value = Value> {
    select(vec![
        json!(1),
        json!(2),
        json!(4),
        json!(-3),
        json!(2.7),
        json!(-1),
        json!(i64::MAX),
        json!(i64::MIN),
    ])
}

// ---- Filling it in ----

impl Sketch {
    pub(super) fn filter(&self, event: &Value) -> Value {
        let places = Place::all(event);
        let mut filter = Map::new();
        for entry in &self.0 {
            let (key, operand) = match entry {
                Entry::Equal(place, operand) => {
                    let (path, found) = place.find(&places, |_| true);
                    let operand = operand.value(found, &places);
                    // Written out where it would be read as an object of operators.
                    (path, if has_operators(&operand) { json!({ "$eq": operand }) } else { operand })
                }
                Entry::Operators(place, operators) => {
                    let (path, found) = place.find(&places, |value| operators[0].suits(value));
                    (path, all_of(operators, found, &places))
                }
                Entry::Logic(name, branches) => {
                    let branches = branches.iter().map(|branch| branch.filter(event));
                    ((*name).to_owned(), branches.collect())
                }
            };
            filter.entry(key).or_insert(operand);
        }
        Value::Object(filter)
    }
}

/// The paths that an event has, each with a value that it reaches.
type Places<'v> = Vec<(String, &'v Value)>;

impl Place {
    fn all(event: &Value) -> Places<'_> {
        let mut places = Vec::new();
        collect_places("", event, &mut places);
        // A path cannot start with `$`: it would be an operator.
        places.retain(|(path, _)| !path.starts_with('$'));
        places
    }

    fn find<'v>(&self, places: &Places<'v>, suits: impl Fn(&Value) -> bool) -> (String, &'v Value) {
        let suitable: Vec<_> = places.iter().filter(|(_, value)| suits(value)).collect();
        match self {
            Self::InEvent(at) if !suitable.is_empty() => at.get(&suitable).to_owned().clone(),
            Self::InEvent(at) if !places.is_empty() => at.get(places).clone(),
            Self::InEvent(_) => ("a".to_owned(), &Value::Null),
            Self::Anywhere(segments) => {
                let path: Vec<String> = segments.iter().map(|segment| escaped(segment)).collect();
                let path = path.join(".");
                (path.strip_prefix('$').unwrap_or(&path).to_owned(), &Value::Null)
            }
        }
    }
}

fn collect_places<'v>(prefix: &str, parent: &'v Value, places: &mut Places<'v>) {
    let mut visit = |segment: &str, value: &'v Value| {
        let path = format!("{prefix}{segment}");
        places.push((path.clone(), value));
        let prefix = format!("{path}.");
        collect_places(&prefix, value, places);
        // Without an index, a path goes through the objects of an array.
        for element in value.as_array().into_iter().flatten().filter(|element| element.is_object()) {
            collect_places(&prefix, element, places);
        }
    };
    match parent {
        Value::Object(object) => object.iter().for_each(|(key, value)| visit(&escaped(key), value)),
        Value::Array(array) => array.iter().enumerate().for_each(|(at, value)| visit(&at.to_string(), value)),
        _ => {}
    }
}

/// A key as it stands in a path.
fn escaped(key: &str) -> String {
    key.replace('\\', r"\\").replace('.', r"\.")
}

/// Would be read as an object of operators.
fn has_operators(operand: &Value) -> bool {
    operand.as_object().and_then(|object| object.keys().next()).is_some_and(|first| first.starts_with('$'))
}

impl Operand {
    fn value(&self, found: &Value, places: &Places<'_>) -> Value {
        match self {
            Self::Itself => found.clone(),
            Self::Part(at) => part(found, at).clone(),
            Self::Other(at) if !places.is_empty() => at.get(places).1.clone(),
            Self::Other(_) => Value::Null,
            Self::Near(more) => near(found, *more),
            Self::Respelled => respelled(found),
            Self::Any(value) => value.clone(),
        }
    }
}

fn part<'v>(value: &'v Value, at: &Index) -> &'v Value {
    match value {
        Value::Array(array) if !array.is_empty() => at.get(array),
        Value::Object(object) if !object.is_empty() => object.values().nth(at.index(object.len())).unwrap(),
        other => other,
    }
}

/// The elements of an array that a filter may match.
fn inner_containers(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten().filter(|element| element.is_object() || element.is_array())
}

fn inner_container<'v>(value: &'v Value, at: &Index) -> &'v Value {
    let inner: Vec<_> = inner_containers(value).collect();
    if inner.is_empty() { value } else { inner[at.index(inner.len())] }
}

fn near(value: &Value, more: bool) -> Value {
    match value {
        Value::Null => Value::from(more),
        Value::Bool(bool) => Value::from(!bool),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => Value::from(if more { whole.saturating_add(1) } else { whole.saturating_sub(1) }),
            None => {
                let double = number.as_f64().unwrap();
                Value::from(if more { double.next_up() } else { double.next_down() })
            }
        },
        Value::String(text) if more => Value::from(format!("{text}a")),
        Value::String(text) => Value::from(text.chars().skip(1).collect::<String>()),
        Value::Array(array) if more => array.iter().cloned().chain([Value::Null]).collect(),
        Value::Array(array) => array.iter().skip(1).cloned().collect(),
        Value::Object(object) => {
            let fields = object.iter().map(|(key, value)| (key.clone(), near(value, more)));
            Value::Object(fields.collect())
        }
    }
}

/// The same numbers, integers as doubles and doubles as integers, as near as they come.
fn respelled(value: &Value) -> Value {
    match value {
        Value::Number(number) if number.is_f64() => Value::from(number.as_f64().unwrap() as i64),
        Value::Number(number) => Value::from(number.as_f64().unwrap()),
        Value::Array(array) => array.iter().map(respelled).collect(),
        Value::Object(object) => {
            Value::Object(object.iter().map(|(key, value)| (key.clone(), respelled(value))).collect())
        }
        other => other.clone(),
    }
}

fn all_of(operators: &[Operator], found: &Value, places: &Places<'_>) -> Value {
    let mut object = Map::new();
    for operator in operators {
        let (name, operand) = operator.fill(found, places);
        object.entry(name).or_insert(operand);
    }
    Value::Object(object)
}

impl Operator {
    /// Can the operator hold on such a value?
    fn suits(&self, value: &Value) -> bool {
        match self {
            Self::AllElemMatch(_) | Self::ElemMatchFilter(..) => inner_containers(value).next().is_some(),
            Self::Size(_) | Self::ElemMatch(..) => value.is_array(),
            Self::In("$all", _) => value.is_array(),
            Self::Mod(..) => value.is_number(),
            Self::Text(..) => value.is_string(),
            _ => true,
        }
    }

    fn fill(&self, found: &Value, places: &Places<'_>) -> (&'static str, Value) {
        match self {
            Self::Compare(name, operand) => (name, operand.value(found, places)),
            Self::In(name, list) => {
                let list = list.iter().map(|operand| operand.value(found, places));
                (name, list.filter(|operand| !has_operators(operand)).collect())
            }
            Self::Exists(operand) => ("$exists", operand.clone()),
            Self::Type(names) if names.len() == 1 => ("$type", names[0].clone()),
            Self::Type(names) => ("$type", Value::Array(names.clone())),
            Self::TypeOfIt => ("$type", Value::from(type_of(found))),
            Self::Size(Some(size)) => ("$size", size.clone()),
            Self::Size(None) => ("$size", Value::from(found.as_array().map_or(1, Vec::len))),
            Self::AllElemMatch(list) => {
                let list = list
                    .iter()
                    .map(|(at, sketch)| json!({ "$elemMatch": sketch.filter(inner_container(found, at)) }));
                ("$all", list.collect())
            }
            Self::ElemMatchFilter(at, sketch) => ("$elemMatch", sketch.filter(inner_container(found, at))),
            Self::ElemMatch(at, operators) => ("$elemMatch", all_of(operators, part(found, at), places)),
            Self::Mod(divisor, remainder) => {
                let real = found
                    .as_i64()
                    .zip(divisor.as_i64())
                    .map_or(0, |(value, divisor)| value.wrapping_rem(divisor));
                ("$mod", json!([divisor, remainder.clone().unwrap_or(Value::from(real))]))
            }
            Self::Text(name, operand, start, end) => {
                let operand = operand.value(found, places);
                (name, Value::from(cut(name, operand.as_str().unwrap_or("a"), start, end)))
            }
            Self::Not(operators) => ("$not", all_of(operators, found, places)),
        }
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(number) if number.is_f64() => "double",
        Value::Number(number) if number.as_i64().is_some_and(|whole| i32::try_from(whole).is_ok()) => "int",
        Value::Number(_) => "long",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// A piece of the text, as the operator needs it; for `$regex` without anything that is special there.
fn cut(operator: &str, text: &str, start: &Index, end: &Index) -> String {
    let chars: Vec<char> = text.chars().collect();
    let start = start.index(chars.len() + 1);
    let end = end.index(chars.len() + 1).max(start);
    let (start, end) = match operator {
        "$startsWith" => (0, end),
        "$endsWith" => (start, chars.len()),
        _ => (start, end),
    };
    let piece: String = chars[start..end].iter().collect();
    if operator != "$regex" {
        return piece;
    }
    let literal = piece.replace(|char| r"\.+*?()|[]{}^$".contains(char), "");
    let anchor = |at_edge: bool, anchor| if at_edge { anchor } else { "" };
    // `$` goes with the text without its last newline, too.
    let at_end = end == chars.len() || chars[end..] == ['\n'];
    format!("{}{literal}{}", anchor(start == 0, "^"), anchor(at_end, "$"))
}
