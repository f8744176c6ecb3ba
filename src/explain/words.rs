//! What a condition found, in a sentence.

use serde_json::{Map, Value};

use super::describe::{
    self, Likeness, count, json, json_end, kind, likeness, noun, parting, quoted, same_class, several,
};
use super::reach::{Gap, Place, Reach};
use crate::case;
use crate::event::{Constant, Number};
use crate::path::{self, Path};
use crate::program::visible;
use crate::syntax::expr::{Comparison, Test, TypeSet};
use crate::syntax::pattern::Pattern;

/// Who wants something of a value.
pub(super) const FILTER: &str = "the filter";
/// The same within a negation, where the filter wants the contrary.
pub(super) const CONDITION: &str = "the condition";

/// A condition and what became of it.
pub(super) struct Case<'c, 'e> {
    /// As it is called: `$ne`.
    pub(super) operator: &'c str,
    pub(super) path: &'c Path,
    /// Before a negation by `$ne`, `$nin` or `$exists: false`.
    pub(super) test: &'c Test,
    pub(super) is_negative: bool,
    pub(super) reach: &'c Reach<'e>,
    /// Whether a missing field makes the test true.
    pub(super) missing_passes: bool,
    pub(super) masks: bool,
    /// [`FILTER`] or [`CONDITION`].
    pub(super) who: &'static str,
}

impl<'e> Case<'_, 'e> {
    /// One line, lower case, no full stop.
    pub(super) fn sentence(&self, root: &Place<'e>) -> String {
        let reach = self.reach;
        let subject = root.name_of(self.path);
        if matches!(self.test, Test::In(list) if list.is_empty()) {
            let end =
                if self.is_negative { format!(", so `{}` holds", self.operator) } else { String::new() };
            return format!("{subject}: nothing is in an empty list{end}");
        }
        if let Some(decider) = reach.decider() {
            let place = &decider.place;
            let predicate = self.predicate(place.value, true);
            let excluded = if self.is_negative { self.excluded() } else { String::new() };
            return match (&reach.leaf_array, place.index()) {
                (Some(array), Some(index)) if array.trail.len() < place.trail.len() => format!(
                    "{subject} has {}, and the one at index {index} {predicate}{excluded}",
                    count(reach.count - 1, "element")
                ),
                _ => format!("{} {predicate}{excluded}", place.name()),
            };
        }
        if self.missing_passes && reach.gap_count > 0 {
            let gap = reach.gaps.first().map_or_else(String::new, |gap| self.gap(gap));
            let excluded = if self.is_negative { self.excluded() } else { String::new() };
            return format!("{gap}, and a missing field counts as null{excluded}");
        }
        if reach.count == 0 {
            return self.nothing_found(root);
        }
        if let Some(array) = &reach.leaf_array {
            return self.none_of_elements(&subject, array);
        }
        let missing = match reach.gap_count {
            0 => String::new(),
            gaps => format!(" (it is missing in {}{})", self.at_least(), count(gaps, "more place")),
        };
        match reach.values.as_slice() {
            [only] => format!("{} {}{missing}", only.place.name(), self.predicate(only.place.value, false)),
            values => {
                let listed = self.listed(values.iter().map(|value| value.place.value), reach.count);
                let values = count(reach.count, "value");
                format!(
                    "{subject} reaches {}{values}{listed}, none {}{missing}",
                    self.at_least(),
                    self.none()
                )
            }
        }
    }

    /// Before a number of values or places.
    fn at_least(&self) -> &'static str {
        if self.reach.is_partial { "at least " } else { "" }
    }

    fn excluded(&self) -> String {
        match self.test {
            Test::Exists => format!(", and {} wants it missing", self.who),
            _ => format!(", which {} excludes", self.who),
        }
    }

    /// No value at all.
    fn nothing_found(&self, root: &Place<'e>) -> String {
        let reach = self.reach;
        let absence = match (&reach.through, reach.gaps.as_slice()) {
            (Some([first, last]), [gap, _, ..]) => {
                // Each of the objects is one way, unless there are arrays in them, too.
                let none = if reach.is_partial {
                    format!("none of the first {}", count(reach.gap_count, "object"))
                } else if first.left == last.left {
                    format!("none of the {}", count(reach.gap_count, "object"))
                } else {
                    "no object".to_owned()
                };
                let rest = quoted(&rest(self.path, first.left).to_string());
                format!("{none} in {} has {rest}{}", first.at.name(), self.suggestion(gap))
            }
            (_, [gap, ..]) => self.gap(gap),
            (Some([_, last]), []) => {
                let name = last.at.name();
                let elements = last.at.value.as_array().map_or(0, Vec::len);
                let subject = root.name_of(self.path);
                match elements {
                    0 => format!("{name} is an empty array, so {subject} reaches nothing"),
                    _ => format!(
                        "{name} has {}, none of them an object, so {subject} reaches nothing",
                        count(elements, "element")
                    ),
                }
            }
            (None, []) => format!("{} reaches nothing", root.name_of(self.path)),
        };
        match (self.is_negative, self.test) {
            (true, Test::Exists) => format!("{absence}, as {} wants", self.who),
            (true, _) if reach.gap_count == 0 => format!("{absence}, which satisfies `{}`", self.operator),
            (true, _) => format!("{absence}, and a missing field satisfies `{}`", self.operator),
            (false, Test::Exists) => absence,
            // Within a negation, nobody wants it.
            (false, _) if self.who == CONDITION => absence,
            (false, _) => format!("{absence}, {} wants {}", self.who, self.wanted()),
        }
    }

    fn none_of_elements(&self, subject: &str, array: &Place<'e>) -> String {
        let elements = array.value.as_array().map_or(&[][..], Vec::as_slice);
        // An array against an array is compared as a whole, too; that is what is meant then.
        if let Test::Equal(operand @ Constant::Array(_)) = self.test {
            return format!("{subject} {}", self.unequal(array.value, operand));
        }
        if elements.is_empty() {
            return match self.is_negative {
                true => format!("{subject} is an empty array, so none of its elements {}", self.none()),
                false => format!("{subject} is an empty array, {} wants {}", self.who, self.wanted()),
            };
        }
        let likeness = elements.iter().enumerate().find_map(|(index, element)| {
            let remark = match self.likeness(element)? {
                Likeness::Type => format!(" (the one at index {index} is {})", noun(element)),
                Likeness::Case => format!(" (of the one at index {index} upper and lower case differ)"),
                Likeness::Space => format!(" (of the one at index {index} spaces at the ends differ)"),
                Likeness::GoesOn => format!(" (the one at index {index} goes on after that)"),
            };
            Some(remark)
        });
        format!(
            "{subject} has {}{}, none {}{}",
            count(elements.len(), "element"),
            self.listed(elements.iter(), elements.len()),
            self.none(),
            likeness.filter(|_| !self.is_negative).unwrap_or_default(),
        )
    }

    fn listed<'v>(&self, values: impl Iterator<Item = &'v Value>, total: usize) -> String {
        if self.masks { String::new() } else { format!(" ({})", several(values, total)) }
    }

    /// What is said of one value: `is "bob", the filter wants "alice"`.
    fn predicate(&self, value: &Value, passes: bool) -> String {
        let shown = || if self.masks { kind(value).to_owned() } else { json(value) };
        let named = || self.noun(value);
        let who = self.who;
        match (self.test, passes) {
            (Test::Equal(operand), true) if self.masks => format!("equals {}", json(operand)),
            (Test::Equal(_), true) => format!("is {}", shown()),
            (Test::Equal(operand), false) => self.unequal(value, operand),
            (Test::Compare(comparison, operand), _) if same_class(value, operand) => {
                let not = if passes { "" } else { "not " };
                format!("is {}, {not}{} {}", shown(), side(*comparison), json(operand))
            }
            (Test::In(_), true) if self.masks => "is in the list".to_owned(),
            (Test::In(_), true) if self.is_negative => format!("is {}", shown()),
            (Test::In(_), true) => format!("is {}, which is in the list", shown()),
            (Test::In(list), false) => {
                let like = list.iter().find(|entry| self.like(value, entry).is_some());
                let like = like.map(|entry| format!(", though {} is", noun(entry)));
                let like = like.filter(|_| !self.is_negative).unwrap_or_default();
                match (self.is_negative, list.as_slice()) {
                    (false, [only]) => format!("is {}, {who} wants {}", named(), noun(only)),
                    _ => format!(
                        "is {}, which is not in the list ({}){like}",
                        named(),
                        several(list.iter(), list.len())
                    ),
                }
            }
            (Test::Exists, _) => format!("is there ({})", named()),
            (Test::Type(_), true) => format!("is {}, of the type `{}`", named(), describe::type_name(value)),
            (Test::Type(types), false) => {
                format!(
                    "is {}, of the type `{}`, {who} wants {}",
                    named(),
                    describe::type_name(value),
                    types_named(*types)
                )
            }
            (Test::Size(size), _) if value.is_array() => {
                let has = match value.as_array().map_or(0, Vec::len) {
                    0 => "is an empty array".to_owned(),
                    len => format!("has {}", count(len, "element")),
                };
                if passes { has } else { format!("{has}, {who} wants {size}") }
            }
            (Test::Remainder { divisor, remainder }, _) if value.is_number() => {
                self.remainder(value, *divisor, *remainder, passes)
            }
            (Test::Pattern(pattern), _) if value.is_string() => {
                let found = if passes { "" } else { "not " };
                format!("is {}, in which {} is {found}found", shown(), pattern_named(pattern))
            }
            (Test::StartsWith(text), _) if value.is_string() => {
                let starts = if passes { "starts" } else { "does not start" };
                format!(
                    "is {}, which {starts} with {}{}",
                    shown(),
                    text_json(text),
                    self.start_like(value, text, passes)
                )
            }
            (Test::EndsWith(text), _) if value.is_string() => {
                let ends = if passes { "ends" } else { "does not end" };
                let shown = if self.masks { shown() } else { json_end(value.as_str().unwrap_or_default()) };
                format!(
                    "is {shown}, which {ends} with {}{}",
                    text_json(text),
                    self.end_like(value, text, passes)
                )
            }
            (Test::Contains(text), _) if value.is_string() => {
                let contains = if passes { "contains" } else { "does not contain" };
                format!("is {}, which {contains} {}", shown(), text_json(text))
            }
            _ => format!("is {}, {who} wants {}", named(), self.wanted()),
        }
    }

    fn unequal(&self, value: &Value, operand: &Constant) -> String {
        // Within a negation, nobody wants the operand.
        let is_wanted = !self.is_negative && self.who == FILTER;
        let not = if is_wanted { format!("{FILTER} wants") } else { "not".to_owned() };
        if !same_class(value, operand) {
            return format!("is {}, {not} {}", self.noun(value), self.operand(operand));
        }
        if let Some(difference) = describe::difference(value, operand, !self.masks) {
            let verb = if self.is_negative { "excludes" } else { "wants" };
            return format!("is not the {} that {} {verb}: {difference}", bare(kind(value)), self.who);
        }
        if self.masks {
            return format!("is another {}, {not} {}", bare(kind(value)), json(operand));
        }
        if let (Value::String(string), Constant::String(wanted)) = (value, operand)
            && let Some([string, wanted]) = parting(string, wanted)
        {
            return format!("is {string}, {not} {wanted}");
        }
        let remark = self.like(value, operand).filter(|_| is_wanted).map_or("", Likeness::remark);
        format!("is {}, {not} {}{remark}", json(value), json(operand))
    }

    fn remainder(&self, value: &Value, divisor: i64, remainder: i64, passes: bool) -> String {
        let number = match value {
            Value::Number(number) => Number::from(number).truncate(),
            _ => None,
        };
        let shown = if self.masks { "a number".to_owned() } else { json(value) };
        match number {
            _ if passes => format!("is {shown}, which leaves {remainder} when divided by {divisor}"),
            Some(_) if self.masks => {
                format!("is {shown}, which does not leave {remainder} when divided by {divisor}")
            }
            Some(number) => {
                let left = number.wrapping_rem(divisor);
                let who = self.who;
                format!("is {shown}, which leaves {left} when divided by {divisor}, {who} wants {remainder}")
            }
            None => format!("is {shown}, which is too large to be divided with a remainder"),
        }
    }

    /// What the filter wants of a value.
    fn wanted(&self) -> String {
        match self.test {
            Test::Equal(Constant::Null) => "null, or no such field".to_owned(),
            Test::Equal(operand) => self.operand(operand),
            Test::Compare(comparison, operand) => {
                format!("{} {} {}", kind(operand), side(*comparison), json(operand))
            }
            Test::In(list) => match list.as_slice() {
                [] => "a value of an empty list: there is none".to_owned(),
                [only] => noun(only),
                list => format!("a value of its list ({})", several(list.iter(), list.len())),
            },
            Test::Exists => "any value".to_owned(),
            Test::Type(types) => types_named(*types),
            Test::Size(size) => format!("an array with {}", count(*size as usize, "element")),
            Test::Remainder { divisor, remainder } => {
                format!("a number that leaves {remainder} when divided by {divisor}")
            }
            Test::Pattern(pattern) => {
                format!("a string in which {} is found", pattern_named(pattern))
            }
            Test::StartsWith(text) => format!("a string that starts with {}", text_json(text)),
            Test::EndsWith(text) => format!("a string that ends with {}", text_json(text)),
            Test::Contains(text) => format!("a string that contains {}", text_json(text)),
            Test::Element(..) => "an array with an element that meets its conditions".to_owned(),
        }
    }

    /// Said of none of several values.
    fn none(&self) -> String {
        match self.test {
            Test::Equal(operand) => format!("equals {}", self.operand(operand)),
            Test::Compare(comparison, operand) => format!("is {} {}", side(*comparison), json(operand)),
            Test::In(list) => format!("is in the list ({})", several(list.iter(), list.len())),
            Test::Exists => "is there".to_owned(),
            Test::Type(types) => format!("is of {}", types_named(*types)),
            Test::Pattern(pattern) => format!("has {} in it", pattern_named(pattern)),
            Test::StartsWith(text) => format!("starts with {}", text_json(text)),
            Test::EndsWith(text) => format!("ends with {}", text_json(text)),
            Test::Contains(text) => format!("contains {}", text_json(text)),
            _ => format!("is {}", self.wanted()),
        }
    }

    fn noun(&self, value: &Value) -> String {
        match value {
            Value::Bool(_) | Value::Number(_) | Value::String(_) if self.masks => kind(value).to_owned(),
            value => noun(value),
        }
    }

    /// An operand: with its contents, where it is an array or object.
    fn operand(&self, operand: &Constant) -> String {
        match operand {
            Constant::Array(elements) if elements.is_empty() => noun(operand),
            Constant::Object(members) if members.is_empty() => noun(operand),
            Constant::Array(_) => format!("the array {}", json(operand)),
            Constant::Object(_) => format!("the object {}", json(operand)),
            _ => noun(operand),
        }
    }

    fn likeness(&self, value: &Value) -> Option<Likeness> {
        match self.test {
            Test::Equal(operand) => self.like(value, operand),
            _ => None,
        }
    }

    /// Tells something about the value.
    fn like(&self, value: &Value, operand: &Constant) -> Option<Likeness> {
        if self.masks { None } else { likeness(value, operand) }
    }

    fn start_like(&self, value: &Value, text: &str, passes: bool) -> &'static str {
        let string = case::lower(value.as_str().unwrap_or_default());
        self.case_differs(!passes && string.starts_with(&case::lower(text)))
    }

    fn end_like(&self, value: &Value, text: &str, passes: bool) -> &'static str {
        let string = case::lower(value.as_str().unwrap_or_default());
        self.case_differs(!passes && string.ends_with(&case::lower(text)))
    }

    fn case_differs(&self, differs: bool) -> &'static str {
        if differs && !self.masks { " (upper and lower case differ)" } else { "" }
    }

    fn gap(&self, gap: &Gap<'e>) -> String {
        gap_in_words(gap, self.path, self.masks)
    }

    fn suggestion(&self, gap: &Gap<'e>) -> String {
        if self.masks {
            return String::new();
        }
        suggestion(gap, self.path).map_or_else(String::new, |name| format!(" (did you mean `{name}`?)"))
    }
}

/// Why a field is missing: `user` is null, so it has no field `uid`.
pub(super) fn gap_in_words(gap: &Gap<'_>, path: &Path, masks: bool) -> String {
    let name = gap.at.name();
    let segment = quoted(missing_segment(gap, path));
    match gap.at.value {
        Value::Object(_) => {
            let suggestion = suggestion(gap, path).filter(|_| !masks);
            let suggestion = suggestion.map(|name| format!(" (did you mean `{name}`?)"));
            format!("{name} has no field {segment}{}", suggestion.unwrap_or_default())
        }
        Value::Array(_) => format!("{name} is an array, and has no element {segment}"),
        value => format!("{name} is {}, so it has no field {segment}", kind(value)),
    }
}

/// The key that was looked for in vain.
pub(super) fn missing_segment<'p>(gap: &Gap<'_>, path: &'p Path) -> &'p str {
    let segments = path.segments();
    segments.get(segments.len().saturating_sub(gap.left)).map_or("", |segment| segment.name())
}

/// So many keys of an object are compared with what was looked for.
const MAX_KEYS: usize = 500;
/// A longer name is like no other.
const MAX_NAME: usize = 80;

/// A key of the object that was probably meant, as it is written in a path.
pub(super) fn suggestion(gap: &Gap<'_>, path: &Path) -> Option<String> {
    let object = gap.at.value.as_object()?;
    let wanted = missing_segment(gap, path);
    let written = |key: &str| {
        let mut text = String::new();
        path::write_name(&mut text, key).ok()?;
        Some(visible(&text))
    };
    // A key with dots, which has to be escaped.
    let rest = path.segments().get(path.segments().len().saturating_sub(gap.left)..)?;
    let names: Vec<&str> = rest.iter().map(|segment| segment.name()).collect();
    let dotted = (2..=names.len().min(8)).rev().find_map(|taken| {
        let joined = names.get(..taken)?.join(".");
        (joined.len() <= MAX_NAME && object.contains_key(&joined)).then_some(joined)
    });
    if let Some(dotted) = dotted {
        return written(&dotted);
    }
    similar_key(object, wanted).and_then(written)
}

/// The key of the object that is most like what was looked for.
pub(super) fn similar_key<'e>(object: &'e Map<String, Value>, wanted: &str) -> Option<&'e str> {
    if wanted.len() > MAX_NAME {
        return None;
    }
    let folded = case::lower(wanted);
    let chars = folded.chars().count();
    object
        .keys()
        .take(MAX_KEYS)
        .filter(|key| key.len() <= MAX_NAME && key.chars().count().abs_diff(chars) <= chars / 3 + 1)
        .map(|key| (strsim::osa_distance(&folded, &case::lower(key)), key))
        // In a short name a changed letter makes another word.
        .filter(|(distance, key)| *distance <= key.chars().count().min(chars) / 3)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, key)| key.as_str())
}

/// The last segments of a path.
fn rest(path: &Path, left: usize) -> Path {
    let segments = path.segments();
    let rest = segments.get(segments.len().saturating_sub(left)..).unwrap_or_default();
    Path::from_names(rest.iter().map(|segment| segment.name()))
}

pub(super) fn side(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Less => "less than",
        Comparison::LessOrEqual => "less than or equal to",
        Comparison::Greater => "greater than",
        Comparison::GreaterOrEqual => "greater than or equal to",
    }
}

fn types_named(types: TypeSet) -> String {
    if types == TypeSet::NUMBER {
        return "the type `number`".to_owned();
    }
    let names: Vec<String> = types.names().map(|name| format!("`{name}`")).collect();
    if names.is_empty() {
        "a type that JSON does not have".to_owned()
    } else {
        format!("the type {}", names.join(" or "))
    }
}

/// With its options.
fn pattern_named(pattern: &Pattern) -> String {
    let options = pattern.flags().to_string();
    let options = if options.is_empty() { options } else { format!(" with the options `{options}`") };
    format!("the pattern {}{options}", quoted(pattern.source()))
}

pub(super) fn text_json(text: &str) -> String {
    json(&Constant::String(text.into()))
}

/// Without its article.
fn bare(kind: &str) -> &str {
    kind.split_once(' ').map_or(kind, |(_, noun)| noun)
}
