//! What a condition of the Nextcloud dialect found, in a sentence, with the rule of the dialect where it
//! matters.

use serde_json::Value;

use super::reach::{Ends, Found};
use crate::event::{Constant, Number};
use crate::explain::describe::{self, Likeness, count, likeness, several};
use crate::explain::reach::{Gap, Place, Step, without_middle};
use crate::explain::words::{self, CONDITION};
use crate::path::Path;
use crate::program::visible;
use crate::syntax::nextcloud::{self, Test};
use crate::verdict::Thrown;
use crate::vm::{compare, php};

/// A condition and what became of it.
pub(super) struct Case<'c, 'e> {
    /// As it is called: `$ne`.
    pub(super) operator: &'c str,
    pub(super) is_literal: bool,
    pub(super) path: &'c Path,
    pub(super) test: &'c Test,
    pub(super) ends: &'c Ends<'e>,
    pub(super) verdict: &'c Result<bool, Thrown>,
    pub(super) masks: bool,
    /// The filter, or, within a negation, the condition.
    pub(super) who: &'static str,
}

impl Case<'_, '_> {
    /// One line, lower case, no full stop. Of what throws, why.
    pub(super) fn sentence(&self) -> String {
        let ends = self.ends;
        match (self.verdict, &ends.decider, &ends.first) {
            (Err(thrown), ..) => self.thrown(thrown),
            (Ok(_), Some(decider), _) => {
                let list = ends.list.as_ref().filter(|list| php::elements(list.value).count() > 1);
                let list = list.map(|list| {
                    let also = if self.is_negative() {
                        format!(", also for {}", self.name())
                    } else {
                        String::new()
                    };
                    format!("; the list {} is tried element by element, one suffices{also}", self.place(list))
                });
                format!("{}{}", self.end(decider, true), list.unwrap_or_default())
            }
            (Ok(_), None, Some(first)) => match &ends.list {
                Some(list) if ends.count > 1 => {
                    const MAX_CHARS: usize = 300;
                    let elements = count(php::elements(list.value).count(), "element");
                    let holds = if self.is_literal {
                        "none of them meets the condition".to_owned()
                    } else {
                        format!("{} holds for none of them", self.name())
                    };
                    let first = without_middle(&self.end(first, false), MAX_CHARS);
                    format!("{} is a list of {elements}, and {holds} (the first: {first})", self.place(list))
                }
                _ => self.end(first, false),
            },
            (Ok(_), None, None) => {
                format!("{} reaches nothing", name(&self.path_steps(), self.masks, self.path))
            }
        }
    }

    fn path_steps(&self) -> Vec<Step<'_>> {
        self.path.segments().iter().map(|segment| Step::Key(segment.name())).collect()
    }

    /// Whether it says what a value must not be.
    fn is_negative(&self) -> bool {
        matches!(self.test, Test::NotEqual(_) | Test::NotIn(_) | Test::NotMatch(_) | Test::Missing)
    }

    /// The operator in backticks, with what makes another one of it.
    fn name(&self) -> String {
        match self.test {
            Test::Missing => "`$exists: false`".to_owned(),
            _ => describe::quoted(self.operator),
        }
    }

    fn place(&self, place: &Place<'_>) -> String {
        name(&place.trail, self.masks, self.path)
    }

    fn thrown(&self, thrown: &Thrown) -> String {
        if let Some(scalar) = &self.ends.scalar {
            return format!(
                "{} is {}, and in a list in the middle of a path PHP takes nothing but objects and arrays",
                self.place(scalar),
                self.noun(scalar.value)
            );
        }
        let operator = self.name();
        match self.test {
            Test::Throw { missing: None, .. } => {
                format!("{operator} is no operator ({})", nextcloud::hint(self.operator))
            }
            Test::Throw { reason, .. } if reason.contains("two parameters") => {
                "`$mod` takes two numbers, the divisor and the remainder".to_owned()
            }
            Test::Throw { .. } => format!("{operator} takes an array, and the filter has none"),
            Test::Modulo { divisor, .. } => match (&self.ends.decider, php::integer(divisor)) {
                (_, Some(0)) => "`$mod` divides by 0".to_owned(),
                (_, None) => format!("`$mod` divides by {}, which is no number", describe::noun(divisor)),
                (Some(Found::Value(place)), _) => {
                    format!(
                        "{} is {}, which is no number to be divided",
                        self.place(place),
                        self.noun(place.value)
                    )
                }
                _ => "`$mod` finds no number to be divided".to_owned(),
            },
            _ => format!("PHP cannot go on here: {}", visible(thrown.reason())),
        }
    }

    fn end(&self, end: &Found<'_>, passes: bool) -> String {
        match end {
            Found::Value(place) => format!("{} {}", self.place(place), self.predicate(place, passes)),
            Found::Missing(gap) => format!("{}{}", self.absence(gap), self.of_missing(passes)),
            Found::Text(gap) => format!(
                "{} is {}, and a non-empty string in the middle of a path makes every condition false",
                self.place(&gap.at),
                self.noun(gap.at.value)
            ),
        }
    }

    /// Why a field is missing.
    fn absence(&self, gap: &Gap<'_>) -> String {
        let segment = words::missing_segment(gap, self.path);
        let field = {
            let mut trail = gap.at.trail.clone();
            trail.push(Step::Key(segment));
            name(&trail, self.masks, self.path)
        };
        let at = self.place(&gap.at);
        match gap.at.value {
            Value::Array(_) | Value::Object(_) if !php::is_true(gap.at.value) => {
                format!("{at} is {}, so {field} is missing", self.noun(gap.at.value))
            }
            value if !php::is_true(value) => {
                format!("{at} is {}, which is empty to PHP, so {field} is missing", self.noun(value))
            }
            Value::Object(object) if object.contains_key(segment) => {
                format!("{field} is null, which counts as missing in this dialect")
            }
            Value::Object(_) => {
                let suggestion = suggestion(gap, self.path).filter(|_| !self.masks);
                let remark = match suggestion {
                    Some(name) => format!(" (did you mean `{name}`?)"),
                    None if self.ends.list.is_some() && segment.parse::<u32>().is_ok() => {
                        " (a number in a path is a key, no index, in this dialect)".to_owned()
                    }
                    None => String::new(),
                };
                format!("{at} has no field {}{remark}", describe::quoted(segment))
            }
            Value::Array(_) => format!("{at} is an array, and has nothing at {}", describe::quoted(segment)),
            value => {
                format!("{at} is {}, so it has no field {}", self.noun(value), describe::quoted(segment))
            }
        }
    }

    fn of_missing(&self, passes: bool) -> String {
        match (self.test, passes) {
            (Test::Missing, _) => format!(", as {} wants", self.who),
            (_, true) => format!(", and a missing field satisfies {}", self.name()),
            (Test::NotEqual(_), false) => ", and `$ne` with null wants a value".to_owned(),
            (Test::Equal(Constant::Null), false) => {
                ", and nothing equals null in this dialect, not even null".to_owned()
            }
            (Test::Exists, false) => String::new(),
            _ if self.who == CONDITION => String::new(),
            _ => format!(", {} wants {}", self.who, self.wanted()),
        }
    }

    fn wanted(&self) -> String {
        match self.test {
            Test::Equal(operand) | Test::NotEqual(operand) => operand_noun(operand),
            Test::Compare(comparison, operand) => {
                format!("a value {} {}", words::side(*comparison), describe::json(operand))
            }
            Test::In(list) | Test::NotIn(list) => match php::elements(list).count() {
                0 => "a value of an empty list: there is none".to_owned(),
                total => format!("a value of its list ({})", several(php::elements(list), total)),
            },
            Test::All(list) => {
                let total = php::elements(list).count();
                format!("all values of its list ({})", several(php::elements(list), total))
            }
            Test::Match(delimiters) | Test::NotMatch(delimiters) => {
                format!("a text in which {} is found, read as a pattern", words::text_json(&delimiters.text))
            }
            Test::Modulo { divisor, remainder } => {
                let (divisor, remainder) = (describe::json(divisor), describe::json(remainder));
                format!("a number that leaves {remainder} when divided by {divisor}")
            }
            Test::Exists | Test::Missing | Test::Throw { .. } | Test::Abort(_) => "a value".to_owned(),
        }
    }

    /// What is said of one value.
    fn predicate(&self, place: &Place<'_>, passes: bool) -> String {
        let value = place.value;
        match self.test {
            Test::Equal(operand) => self.equality(place, operand, passes, false),
            Test::NotEqual(operand) => self.equality(place, operand, !passes, true),
            Test::Compare(comparison, operand) => {
                let not = if passes { "" } else { "not " };
                format!(
                    "is {}, {not}{} {}{}",
                    self.shown(value),
                    words::side(*comparison),
                    describe::json(operand),
                    self.order_rule(value, operand)
                )
            }
            Test::In(list) => self.membership(value, list, passes, false),
            Test::NotIn(list) => self.membership(value, list, !passes, true),
            Test::All(list) => self.all(value, list, passes),
            Test::Exists => format!("is there ({})", self.noun(value)),
            Test::Missing => format!("is there ({}), and {} wants it missing", self.noun(value), self.who),
            Test::Modulo { divisor, remainder } => self.remainder(value, divisor, remainder, passes),
            Test::Match(delimiters) => self.pattern(place, delimiters, passes, false),
            Test::NotMatch(delimiters) => self.pattern(place, delimiters, !passes, true),
            Test::Throw { .. } | Test::Abort(_) => format!("is {}", self.noun(value)),
        }
    }

    /// What follows where a value is what it must not be.
    fn excluded(&self) -> String {
        format!(", which {} excludes", self.name())
    }

    fn equality(&self, place: &Place<'_>, operand: &Constant, equal: bool, negative: bool) -> String {
        let value = place.value;
        let excluded = if negative && equal { self.excluded() } else { String::new() };
        let wants =
            if negative || self.who == CONDITION { "not".to_owned() } else { format!("{} wants", self.who) };
        match (php::is_array(value), php::is_array(operand), equal) {
            (true, true, true) => {
                let is_same = describe::same_class(value, operand) && compare::equal(value, operand);
                let rule = if is_same { "" } else { "; in this dialect arrays are compared loosely" };
                format!("equals {}{excluded}{rule}", operand_noun(operand))
            }
            (true, true, false) => format!("is {}, {wants} {}", self.noun(value), operand_noun(operand)),
            (true, false, true) => {
                let element = super::reach::loosely_equal(place, operand);
                let (element, rule) = element.map_or_else(Default::default, |element| {
                    let rule = match php::is_identical(element.value, operand) {
                        true => String::new(),
                        false => format!(
                            "; in this dialect `in_array` compares loosely, so {} equals it",
                            describe::noun(operand)
                        ),
                    };
                    (
                        format!(
                            ", and {} is {}",
                            self.place(&element),
                            self.shown_as_noun(element.value, &rule)
                        ),
                        rule,
                    )
                });
                format!("is {}{element}{excluded}{rule}", self.noun(value))
            }
            (true, false, false) => {
                format!("is {}, none of which equals {}", self.noun(value), describe::json(operand))
            }
            (_, _, true) if self.masks => format!("equals {}{excluded}", describe::json(operand)),
            (_, _, true) => format!("is {}{excluded}", describe::json(value)),
            (false, _, false) if matches!(operand, Constant::Null) => {
                format!("is {}, not null", self.noun(value))
            }
            (false, _, false) => {
                let is_loose = php::equal(value, operand);
                // Numbers that differ in their type only are told apart by their spelling.
                if is_loose || !describe::same_class(value, operand) {
                    let rule = match is_loose {
                        true => "; in this dialect a value outside of a list is compared strictly",
                        false => "",
                    };
                    return format!("is {}, {wants} {}{rule}", self.noun(value), operand_noun(operand));
                }
                let remark = likeness(value, operand).filter(|_| !self.masks && !negative);
                let remark = remark.map_or("", Likeness::remark);
                let shown = if self.masks {
                    format!("another {}", describe::kind(value).rsplit(' ').next().unwrap_or_default())
                } else {
                    describe::json(value)
                };
                format!("is {shown}, {wants} {}{remark}", describe::json(operand))
            }
        }
    }

    fn membership(&self, value: &Value, list: &Constant, is_in: bool, negative: bool) -> String {
        let total = php::elements(list).count();
        let excluded = if negative && is_in { self.excluded() } else { String::new() };
        if total == 0 {
            let end = if negative { format!(", so {} holds", self.name()) } else { String::new() };
            return format!("is {}, and nothing is in an empty list{end}", self.noun(value));
        }
        let listed = || several(php::elements(list), total);
        if php::is_array(value) {
            let rule = format!("{} compares the elements of an array as texts", self.name());
            return match is_in {
                true => format!(
                    "is {}, of which {} in the list ({}){excluded}; {rule}",
                    self.noun(value),
                    be(php::common(value, list)),
                    listed()
                ),
                false => {
                    format!("is {}, none of which is in the list ({}); {rule}", self.noun(value), listed())
                }
            };
        }
        if !is_in {
            return format!("is {}, which is not in the list ({})", self.noun(value), listed());
        }
        let equal = php::elements(list).find(|entry| php::equal(value, *entry));
        match equal.filter(|_| !php::elements(list).any(|entry| php::is_identical(value, entry))) {
            Some(entry) => format!(
                "is {}{excluded}; in this dialect `in_array` compares loosely, so {} equals it",
                self.noun(value),
                operand_noun(entry)
            ),
            None if negative => format!("is {}{excluded}", self.shown(value)),
            None if self.masks => "is in the list".to_owned(),
            None => format!("is {}, which is in the list", describe::json(value)),
        }
    }

    fn all(&self, value: &Value, list: &Constant, passes: bool) -> String {
        let wanted = php::elements(list).count();
        let values = count(wanted, "value");
        if php::is_array(value) {
            if wanted == 0 {
                return format!("is {}, and `$all` of nothing never holds", self.noun(value));
            }
            let found = php::common(value, list);
            return format!(
                "is {}, of which {} in the list of {values}{}; `$all` compares these two numbers, and the elements \
                 as texts",
                self.noun(value),
                be(found),
                if passes { "" } else { ", which is not as many" }
            );
        }
        match (passes, wanted) {
            (true, _) => format!("is {}, the only value that `$all` lists", self.shown(value)),
            (false, 1) => format!(
                "is {}, {} wants {}; in this dialect a value outside of a list is compared strictly",
                self.noun(value),
                self.who,
                php::elements(list).next().map_or_else(String::new, operand_noun)
            ),
            (false, 0) => format!("is {}, and `$all` of nothing never holds", self.noun(value)),
            (false, _) => format!("is {}, no array, and `$all` lists {values}", self.noun(value)),
        }
    }

    fn remainder(&self, value: &Value, divisor: &Constant, remainder: &Constant, passes: bool) -> String {
        let by = describe::json(divisor);
        let wanted = describe::json(remainder);
        let is_integer = matches!(remainder, Constant::Number(Number::Int(_)));
        let left = php::integer(value).zip(php::integer(divisor)).filter(|(_, by)| *by != 0);
        let left = left.map(|(value, by)| value.wrapping_rem(by));
        let rule = match value {
            Value::Number(number) if number.is_i64() => "",
            _ => "; PHP takes it for an integer first",
        };
        match left {
            _ if passes => {
                format!("is {}, which leaves {wanted} when divided by {by}{rule}", self.shown(value))
            }
            _ if self.masks => {
                format!("is {}, which does not leave {wanted} when divided by {by}{rule}", self.noun(value))
            }
            Some(left) if !is_integer => format!(
                "is {}, which leaves {left} when divided by {by}; a remainder is an integer, so it is never \
                 identical to {}",
                self.shown(value),
                operand_noun(remainder)
            ),
            Some(left) => format!(
                "is {}, which leaves {left} when divided by {by}, {} wants {wanted}{rule}",
                self.shown(value),
                self.who
            ),
            None => format!("is {}, which cannot be divided by {by}", self.noun(value)),
        }
    }

    fn pattern(
        &self,
        place: &Place<'_>,
        delimiters: &nextcloud::Delimiters,
        found: bool,
        negative: bool,
    ) -> String {
        let value = place.value;
        let text = words::text_json(&delimiters.text);
        let excluded = if negative && found { self.excluded() } else { String::new() };
        if php::is_array(value) {
            let equals = if found { "one of which equals" } else { "none of which equals" };
            return format!(
                "is {}, {equals} the text {text}{excluded}; elements of an array are not searched for a pattern",
                self.noun(value)
            );
        }
        let is_text = value.is_string();
        let shown = if is_text { self.shown(value) } else { self.noun(value) };
        if delimiters.pattern.is_none() {
            let why = match nextcloud::unknown_modifiers(&delimiters.text) {
                Some(modifiers) => format!(
                    "with the modifiers {}, which PHP does not know, so nothing matches",
                    describe::quoted(modifiers)
                ),
                None => "which PHP refuses, so nothing matches".to_owned(),
            };
            return format!("is {shown}, and {text} is read as a pattern, {why}");
        }
        let is_found = if found { "is found" } else { "is not found" };
        let rule = if is_text { "" } else { "; PHP searches the value as a text" };
        format!("is {shown}, in which {text}, read as a pattern, {is_found}{excluded}{rule}")
    }

    /// How PHP compares the two, where that surprises.
    fn order_rule(&self, value: &Value, operand: &Constant) -> String {
        let both = || {
            let value = if self.masks { "it".to_owned() } else { describe::json(value) };
            format!("{value} with {}", describe::json(operand))
        };
        match (value, operand) {
            (Value::Number(_), Constant::Number(_)) => String::new(),
            (Value::Bool(_), _) | (_, Constant::Bool(_)) => {
                format!("; PHP compares {} as true and false", both())
            }
            (Value::String(_), Constant::Null) => format!("; PHP compares {} as the empty string", both()),
            (_, Constant::Null) => format!("; PHP compares {} as true and false", both()),
            (Value::String(string), Constant::String(text)) => {
                match php::is_numeric(string) && php::is_numeric(text) {
                    true => format!("; PHP compares {} as numbers", both()),
                    false => String::new(),
                }
            }
            (Value::String(text), Constant::Number(_)) => self.number_rule(text, &both()),
            (Value::Number(_), Constant::String(text)) => self.number_rule(text, &both()),
            (Value::Array(_) | Value::Object(_), Constant::Array(_) | Constant::Object(_)) => {
                "; PHP compares arrays by their sizes first".to_owned()
            }
            _ => "; in PHP an array is greater than anything else".to_owned(),
        }
    }

    fn number_rule(&self, text: &str, both: &str) -> String {
        let as_what = if php::is_numeric(text) { "numbers" } else { "texts" };
        format!("; PHP compares {both} as {as_what}")
    }

    /// A value with its type.
    fn noun(&self, value: &Value) -> String {
        match value {
            Value::Bool(_) | Value::Number(_) | Value::String(_) if self.masks => {
                describe::kind(value).to_owned()
            }
            value => describe::noun(value),
        }
    }

    /// A value where its type is plain.
    fn shown(&self, value: &Value) -> String {
        match value {
            Value::Array(_) | Value::Object(_) => describe::noun(value),
            _ if self.masks => describe::kind(value).to_owned(),
            _ => describe::json(value),
        }
    }

    /// With its type where the rule is about that.
    fn shown_as_noun(&self, value: &Value, rule: &str) -> String {
        if rule.is_empty() { self.shown(value) } else { self.noun(value) }
    }
}

/// With its contents, where it is an array or an object.
fn operand_noun(operand: &Constant) -> String {
    match operand {
        Constant::Array(elements) if elements.is_empty() => describe::noun(operand),
        Constant::Object(members) if members.is_empty() => describe::noun(operand),
        Constant::Array(_) => format!("the array {}", describe::json(operand)),
        Constant::Object(_) => format!("the object {}", describe::json(operand)),
        _ => describe::noun(operand),
    }
}

fn be(number: usize) -> String {
    match number {
        0 => "none is".to_owned(),
        1 => "1 is".to_owned(),
        number => format!("{number} are"),
    }
}

/// A place as a path in backticks. In this dialect a path has no escapes. Where values are masked, so are
/// the keys that the filter does not name.
pub(super) fn name(steps: &[Step<'_>], masks: bool, path: &Path) -> String {
    const MAX_CHARS: usize = 100;
    if steps.is_empty() {
        return "the event".to_owned();
    }
    let is_named = |key: &str| path.segments().iter().any(|segment| segment.name() == key);
    let steps: Vec<String> = steps
        .iter()
        .map(|step| match step {
            Step::Key(key) if masks && !is_named(key) => "…".to_owned(),
            Step::Key(key) => (*key).to_owned(),
            Step::Index(index) => index.to_string(),
        })
        .collect();
    format!("`{}`", without_middle(&visible(&steps.join(".")), MAX_CHARS))
}

/// A key that was probably meant; one with a dot in it cannot be reached.
pub(super) fn suggestion(gap: &Gap<'_>, path: &Path) -> Option<String> {
    let object = gap.at.value.as_object()?;
    let wanted = words::missing_segment(gap, path);
    if object.contains_key(wanted) {
        return None;
    }
    words::similar_key(object, wanted).filter(|key| !key.contains('.')).map(visible)
}
