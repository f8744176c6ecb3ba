//! Single conditions: what an operator of Nextcloud's evaluator asks of a value, in the default dialect.
//!
//! Each rule states why it is the same. What holds for a value is put into words first; a negation is that of
//! the whole, and so holds for missing fields in both dialects.

use serde_json::json;

use super::formula::Formula;
use super::pattern;
use crate::dialect::Dialect;
use crate::event::{Constant, Number};
use crate::filter::Compiler;
use crate::path::Path;
use crate::portability::{
    Reach, can_be_loose, is_compared_exactly, is_same_as_text, is_same_strictly, odd_in_words,
};
use crate::syntax::expr::{Comparison, TypeSet};
use crate::syntax::nextcloud::{Delimiters, Leaf, Test};
use crate::verdict::Verdict;
use crate::vm::php;

/// What a part says, and whether that is certain.
#[derive(Debug, Clone)]
pub(super) struct Claim {
    pub(super) formula: Formula,
    pub(super) is_proved: bool,
}

impl Claim {
    pub(super) const NEVER: Self = Self { formula: Formula::NEVER, is_proved: true };

    pub(super) fn proved(formula: Formula) -> Self {
        Self { formula, is_proved: true }
    }

    fn guessed(formula: Formula) -> Self {
        Self { formula, is_proved: false }
    }

    pub(super) fn not(self) -> Self {
        Self { formula: self.formula.not(), ..self }
    }

    /// Proved that it never holds.
    pub(super) fn is_never(&self) -> bool {
        self.is_proved && self.formula == Formula::NEVER
    }
}

/// When a part holds, and when it does not without throwing.
#[derive(Debug, Clone)]
pub(super) struct Meaning {
    pub(super) holds: Claim,
    /// `None` where it never throws: whenever it does not hold.
    pub(super) fails: Option<Claim>,
}

impl Meaning {
    pub(super) fn fails(&self) -> Claim {
        self.fails.clone().unwrap_or_else(|| self.holds.clone().not())
    }
}

impl From<Claim> for Meaning {
    fn from(holds: Claim) -> Self {
        Self { holds, fails: None }
    }
}

/// What there is to say of a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Remark {
    /// Why it is written as it is.
    Rule(String),
    /// Why it is not certain to be the same.
    Doubt(String),
    /// It never holds, or throws.
    Trouble(String),
}

pub(super) struct Translator<'a> {
    path: &'a Path,
    leaf: &'a Leaf,
    reach: Reach,
    /// Whether the values that there can be are known.
    is_known: bool,
    pub(super) remarks: Vec<Remark>,
}

impl<'a> Translator<'a> {
    /// `reach` is `None` where nothing is known of the events.
    pub(super) fn new(leaf: &'a Leaf, reach: Option<Reach>) -> Self {
        let path = &leaf.condition.path;
        let odd = reach.as_ref().and_then(|reach| reach.odd);
        let is_known = reach.is_some() && odd.is_none();
        let mut remarks = Vec::new();
        if let Some(odd) = odd {
            remarks.push(Remark::Doubt(odd_in_words(odd).to_owned()));
        } else if !is_known {
            remarks.push(Remark::Doubt("nothing is known of the values here".to_owned()));
        }
        let reach = reach.filter(|_| is_known).unwrap_or_else(|| Reach::plain(path));
        Self { path, leaf, reach, is_known, remarks }
    }

    pub(super) fn meaning(&mut self) -> Meaning {
        let mut meaning = self.test();
        let is_throw = matches!(self.leaf.condition.test, Test::Throw { .. } | Test::Abort(_));
        if !self.is_known && !is_throw {
            // Any condition throws on a list on the way that does not hold objects.
            meaning.holds.is_proved = false;
            meaning.fails = Some(Claim { is_proved: false, ..meaning.fails() });
        }
        meaning
    }

    fn test(&mut self) -> Meaning {
        let holds = match &self.leaf.condition.test {
            Test::Exists => self.there(),
            Test::Missing => {
                let there = self.there();
                self.negated(there)
            }
            Test::Equal(value) => self.positive(|this| this.equal(value)),
            Test::NotEqual(Constant::Null) if self.reach.has_arrays() => {
                let guess = self.at("$ne", Constant::Null);
                self.doubt("in an array, null equals whatever is empty or 0", guess)
            }
            Test::NotEqual(Constant::Null) => self.there(),
            Test::NotEqual(value) => {
                let equal = self.positive(|this| this.equal(value));
                self.negated(equal)
            }
            Test::Match(pattern) => self.positive(|this| this.matched(pattern)),
            Test::NotMatch(pattern) => {
                let found = self.positive(|this| this.matched(pattern));
                self.negated(found)
            }
            Test::Compare(comparison, value) => self.positive(|this| this.compare(*comparison, value)),
            Test::In(list) => self.positive(|this| this.is_in(list)),
            Test::NotIn(list) => {
                let is_in = self.positive(|this| this.is_in(list));
                self.negated(is_in)
            }
            Test::All(list) => self.positive(|this| this.all(list)),
            Test::Modulo { divisor, remainder } => return self.modulo(divisor, remainder),
            Test::Throw { reason, missing } => return self.throws(reason, *missing),
            Test::Abort(reason) => return self.throws(reason, None),
        };
        holds.into()
    }

    fn rule(&mut self, why: impl Into<String>) {
        self.remarks.push(Remark::Rule(why.into()));
    }

    fn trouble(&mut self, what: impl Into<String>) {
        self.remarks.push(Remark::Trouble(what.into()));
    }

    fn doubt(&mut self, why: impl Into<String>, guess: Formula) -> Claim {
        if self.is_known {
            self.remarks.push(Remark::Doubt(why.into()));
        }
        Claim::guessed(guess)
    }

    fn at(&self, operator: &'static str, operand: Constant) -> Formula {
        Formula::at(self.path, operator, operand)
    }

    /// What holds only for values that are there. Of few values, each can be tried.
    fn positive(&mut self, translate: impl FnOnce(&mut Self) -> Claim) -> Claim {
        let before = self.remarks.len();
        let claim = translate(self);
        if claim.is_proved || !self.is_known {
            return claim;
        }
        let Some(values) = self.known_values() else { return claim };
        let Some(held) = self.tried(values) else { return claim };
        self.remarks.truncate(before);
        self.rule("each of the values that there can be was tried");
        Claim::proved(self.one_of(held))
    }

    fn known_values(&self) -> Option<Vec<Constant>> {
        let not_null = |values: &[Constant]| {
            values.iter().filter(|value| !matches!(value, Constant::Null)).cloned().collect()
        };
        if let Some(values) = &self.reach.values {
            return Some(not_null(values));
        }
        let is_bool = self.reach.types.without(TypeSet::NULL) == TypeSet::BOOL;
        is_bool.then(|| vec![Constant::Bool(true), Constant::Bool(false)])
    }

    /// Those of the values for which the operator holds; for a negation, for which it does not.
    fn tried(&self, values: Vec<Constant>) -> Option<Vec<Constant>> {
        let operators = Constant::Object([(self.leaf.operator.clone(), self.leaf.operand.clone())].into());
        let filter = Constant::Object([("v".into(), operators)].into());
        let compiled = Compiler::new().dialect(Dialect::Nextcloud).compile(&filter.to_string()).ok()?;
        let negative =
            matches!(self.leaf.condition.test, Test::NotEqual(_) | Test::NotIn(_) | Test::NotMatch(_));
        let mut held = Vec::new();
        for value in values {
            match compiled.verdict(&json!({ "v": value.to_value() })) {
                Verdict::Throws(_) => return None,
                verdict if (verdict == Verdict::Matches) != negative => held.push(value),
                _ => {}
            }
        }
        // Of numbers, the spelling would count.
        let are_told = held.iter().all(|value| matches!(value, Constant::Bool(_) | Constant::String(_)));
        are_told.then_some(held)
    }

    fn one_of(&self, mut values: Vec<Constant>) -> Formula {
        let mut distinct: Vec<Constant> = Vec::new();
        for value in values.drain(..) {
            if !distinct.contains(&value) {
                distinct.push(value);
            }
        }
        match distinct.as_slice() {
            [] => Formula::NEVER,
            [value] => self.at("$eq", value.clone()),
            _ => self.at("$in", Constant::Array(distinct.into())),
        }
    }

    /// A condition that holds for a missing field: the other dialect finds the same value, or nothing.
    fn negated(&mut self, claim: Claim) -> Claim {
        let negated = claim.not();
        if self.reach.has_lists {
            let why = "Nextcloud asks whether it holds for any element of the list on the way";
            return self.doubt(why, negated.formula);
        }
        if self.reach.has_texts {
            return self.doubt("Nextcloud gives up at a string on the way", negated.formula);
        }
        negated
    }

    /// Nextcloud's `$exists`: null is missing.
    fn there(&mut self) -> Claim {
        if !self.reach.can_be_null() {
            return Claim::proved(self.at("$exists", Constant::Bool(true)));
        }
        self.rule("null counts as missing");
        let there = self.at("$ne", Constant::Null);
        let has_null =
            self.reach.types.contains(TypeSet::ARRAY) && self.reach.elements.contains(TypeSet::NULL);
        if self.reach.has_lists || has_null {
            return self.doubt("an array that holds null is not told from null", there);
        }
        Claim::proved(there)
    }

    /// `===`, but for arrays.
    fn equal(&mut self, value: &Constant) -> Claim {
        match value {
            Constant::Null if self.reach.has_arrays() => {
                self.trouble("nothing equals `null` in Nextcloud but an array or object with something empty or 0 in it");
                return self.doubt("Nextcloud compares arrays loosely", Formula::NEVER);
            }
            Constant::Array(_) | Constant::Object(_) if self.reach.has_arrays() => {
                let guess = self.at("$eq", value.clone());
                return self.doubt("Nextcloud compares arrays loosely", guess);
            }
            Constant::Null => {
                self.trouble("nothing equals `null` in Nextcloud, so this never holds; for null or missing, `{\"$exists\": false}` was meant");
                return Claim::NEVER;
            }
            Constant::Array(_) | Constant::Object(_) => {
                self.trouble("the field is never an array or an object, so this never holds");
                return Claim::NEVER;
            }
            _ => {}
        }
        let plain = self.at("$eq", value.clone());
        let has_array = self.reach.types.contains(TypeSet::ARRAY);
        if self.reach.types.contains(TypeSet::OBJECT) {
            return self.doubt("Nextcloud looks for the value among those of an object", plain);
        }
        if has_array && let Some(other) = can_be_loose(self.reach.elements, value) {
            return self.doubt(format!("in an array, {value} also equals {other}"), plain);
        }
        match value {
            Constant::Number(number) if !is_same_strictly(*number, &self.reach) => {
                if has_array {
                    return self.doubt("in an array 1 equals 1.0, but elsewhere it does not", plain);
                }
                if self.reach.has_lists {
                    // Two conditions could be met by two elements.
                    return self.doubt("Nextcloud tells 1 from 1.0", plain);
                }
                self.rule("Nextcloud tells 1 from 1.0");
                let text = |text: &str| Constant::String(text.into());
                let types = match number {
                    Number::Int(_) => Constant::Array([text("int"), text("long")].into()),
                    Number::Double(_) => text("double"),
                };
                let operators = vec![("$eq", value.clone()), ("$type", types)];
                Claim::proved(Formula::At(self.path.clone(), operators))
            }
            _ => {
                if !self.leaf.is_literal && &*self.leaf.operator == "$e" {
                    self.rule("`$e` is a value alone");
                }
                Claim::proved(plain)
            }
        }
    }

    fn matched(&mut self, delimiters: &Delimiters) -> Claim {
        let text = &*delimiters.text;
        if delimiters.pattern.is_none() {
            if self.reach.has_arrays() {
                return self.doubt("Nextcloud looks for the text in arrays", Formula::NEVER);
            }
            self.trouble(format!(
                "Nextcloud takes {} for a pattern that nothing matches, not even itself",
                Constant::String(text.into())
            ));
            return Claim::NEVER;
        }
        let Some(regex) = pattern::regex(text) else { return self.doubt("it is no pattern", Formula::NEVER) };
        let string = |text: String| Constant::String(text.into());
        let mut operators = vec![("$regex", string(regex.source))];
        if !regex.options.is_empty() {
            operators.push(("$options", string(regex.options)));
        }
        let formula = Formula::At(self.path.clone(), operators);
        self.rule("a string in slashes is a pattern");
        if let Some(why) = regex.doubt {
            return self.doubt(why, formula);
        }
        if self.reach.types.without(TypeSet::NULL) != TypeSet::STRING {
            return self.doubt(
                "Nextcloud looks at the texts of numbers and booleans, too, and not into arrays",
                formula,
            );
        }
        Claim::proved(formula)
    }

    fn compare(&mut self, comparison: Comparison, value: &Constant) -> Claim {
        let operator = match comparison {
            Comparison::Less => "$lt",
            Comparison::LessOrEqual => "$lte",
            Comparison::Greater => "$gt",
            Comparison::GreaterOrEqual => "$gte",
        };
        let plain = self.at(operator, value.clone());
        let scalars = self.reach.scalars();
        if self.reach.has_arrays() {
            return self.doubt("in Nextcloud an array is greater than anything else", plain);
        }
        let is_only = |types: TypeSet| scalars.without(types).is_empty();
        match value {
            Constant::Null | Constant::Bool(_) => self.compare_with_truth(comparison, value),
            Constant::Number(number) if is_only(TypeSet::NUMBER) => self.number(*number, operator, plain),
            Constant::Number(_) => self.doubt("Nextcloud compares strings with numbers, too", plain),
            Constant::String(text) => match php::numeric(text) {
                None if is_only(TypeSet::STRING) => Claim::proved(plain),
                None => self.doubt("Nextcloud compares strings with other types, too", plain),
                Some(number) if is_only(TypeSet::NUMBER) => {
                    self.rule(format!("a number here is compared with the number that {value} spells"));
                    let plain = self.at(operator, Constant::Number(number));
                    self.number(number, operator, plain)
                }
                Some(_) => self.doubt("Nextcloud compares strings that spell numbers by value", plain),
            },
            Constant::Array(_) | Constant::Object(_) => {
                self.doubt("in Nextcloud an array is greater than anything else", plain)
            }
        }
    }

    fn number(&mut self, number: Number, operator: &'static str, plain: Formula) -> Claim {
        if !is_compared_exactly(number, self.reach.types) {
            return self.doubt(format!("`{operator}`: Nextcloud compares large numbers inexactly"), plain);
        }
        Claim::proved(plain)
    }

    /// Null and booleans are compared with whether a value is empty or 0; of strings with null, with whether
    /// it is empty.
    fn compare_with_truth(&mut self, comparison: Comparison, value: &Constant) -> Claim {
        use Comparison::{Greater, GreaterOrEqual, Less, LessOrEqual};
        let falsy = self.falsy(matches!(value, Constant::Null));
        let is_true = matches!(value, Constant::Bool(true));
        self.rule("Nextcloud compares null and booleans with whether a value is empty or 0");
        match (comparison, is_true) {
            (Less, false) | (Greater, true) => {
                self.trouble(
                    "nothing is less than null or `false`, or greater than `true`, so this never holds",
                );
                Claim::NEVER
            }
            (Less, true) | (LessOrEqual, false) => Claim::proved(self.one_of(falsy)),
            (LessOrEqual, true) | (GreaterOrEqual, false) => self.there(),
            (Greater, false) | (GreaterOrEqual, true) => self.none_of(falsy),
        }
    }

    /// The values of the types that there can be that are empty or 0. To null, the string "0" is not.
    fn falsy(&self, is_null: bool) -> Vec<Constant> {
        let types = self.reach.scalars();
        let mut falsy = Vec::new();
        if types.intersects(TypeSet::NUMBER) {
            falsy.push(Constant::from(0));
        }
        if types.contains(TypeSet::STRING) {
            falsy.push(Constant::String("".into()));
            falsy.extend((!is_null).then(|| Constant::String("0".into())));
        }
        if types.contains(TypeSet::BOOL) {
            falsy.push(Constant::Bool(false));
        }
        falsy
    }

    /// There, and none of the values.
    fn none_of(&mut self, values: Vec<Constant>) -> Claim {
        let list = Constant::Array([Constant::Null].into_iter().chain(values).collect());
        let formula = self.at("$nin", list);
        if self.reach.has_lists {
            return self.doubt("a list on the way has several values", formula);
        }
        Claim::proved(formula)
    }

    /// `in_array`: loosely.
    fn is_in(&mut self, list: &Constant) -> Claim {
        let scalars = self.reach.scalars();
        let has_array = self.reach.types.contains(TypeSet::ARRAY);
        let mut values = Vec::new();
        let mut others = Vec::new();
        let mut doubt = None;
        if php::elements(list).next().is_none() {
            self.trouble("nothing is in an empty list");
            return Claim::NEVER;
        }
        for entry in php::elements(list) {
            if has_array && !is_same_as_text(self.reach.elements, entry) {
                doubt = Some("Nextcloud compares the elements of an array by their texts".to_owned());
            }
            let loose = can_be_loose(scalars, entry);
            match entry {
                Constant::Null => {
                    self.rule("`null` in a list is for whatever is empty or 0");
                    values.extend(self.falsy(true));
                }
                Constant::Bool(false) if loose.is_some() => {
                    self.rule("`false` in a list is for whatever is empty or 0");
                    values.extend(self.falsy(false));
                }
                Constant::Bool(true) if loose.is_some() => {
                    self.rule("`true` in a list is for whatever is not empty or 0");
                    let falsy = self.falsy(false);
                    others.push(self.none_of(falsy));
                }
                Constant::String(text) if loose.is_some() => match php::numeric(text) {
                    Some(number) if scalars.without(TypeSet::NUMBER).is_empty() => {
                        let number = Constant::Number(number);
                        if can_be_loose(scalars, &number).is_some() {
                            doubt =
                                Some(format!("{entry} is too large a number to be told from its neighbours"));
                        }
                        self.rule(format!("a number here is compared with the number that {entry} spells"));
                        values.push(number);
                    }
                    number => {
                        doubt = doubt.or(loose.map(|other| format!("{entry} also equals {other}")));
                        values.push(entry.clone());
                        let is_number = scalars.intersects(TypeSet::NUMBER);
                        values.extend(number.filter(|_| is_number).map(Constant::Number));
                    }
                },
                Constant::Number(number) if loose.is_some() => {
                    doubt = doubt.or(loose.map(|other| format!("{entry} also equals {other}")));
                    values.push(entry.clone());
                    if scalars.contains(TypeSet::STRING) {
                        values.push(Constant::String(number.to_string().into()));
                    }
                }
                Constant::Array(_) | Constant::Object(_) => {
                    doubt = doubt.or(loose.map(|other| format!("{entry} also equals {other}")));
                }
                entry => values.push(entry.clone()),
            }
        }
        let listed = Claim::proved(self.one_of(values));
        let formula =
            Formula::any([listed.formula].into_iter().chain(others.iter().map(|it| it.formula.clone())));
        if self.reach.types.contains(TypeSet::OBJECT) {
            doubt = Some("Nextcloud looks for the values among those of an object".to_owned());
        }
        match doubt {
            Some(why) => self.doubt(why, formula),
            None if others.iter().any(|other| !other.is_proved) => Claim::guessed(formula),
            None => Claim::proved(formula),
        }
    }

    fn all(&mut self, list: &Constant) -> Claim {
        let entries: Vec<&Constant> = php::elements(list).collect();
        if entries.is_empty() {
            self.trouble("nothing is all of an empty list");
            return Claim::NEVER;
        }
        if self.reach.has_arrays() {
            let list = Constant::Array(entries.into_iter().cloned().collect());
            let guess = self.at("$all", list);
            return self.doubt("Nextcloud counts the elements that are in the list, by their texts", guess);
        }
        match (list, entries.as_slice()) {
            // `===`, and no string is a pattern.
            (Constant::Array(_), [value]) if !matches!(value, Constant::Null) => {
                self.rule("a single value is all of itself");
                self.equal(value)
            }
            _ => {
                self.trouble("the field is never an array, and a single value is never all of several");
                Claim::NEVER
            }
        }
    }

    fn modulo(&mut self, divisor: &Constant, remainder: &Constant) -> Meaning {
        let is_whole = self.reach.types.without(TypeSet::NULL.or(TypeSet::WHOLE)).is_empty();
        match (php::integer(divisor), remainder) {
            (None | Some(0), _) => {
                let reason = match php::integer(divisor) {
                    Some(_) => "DivisionByZeroError: Modulo by zero",
                    None => "TypeError: Unsupported operand types",
                };
                self.throws(reason, Some(false))
            }
            (Some(divisor), Constant::Number(Number::Int(_))) => {
                let list = Constant::Array([Constant::from(divisor), remainder.clone()].into());
                let formula = self.at("$mod", list);
                if is_whole {
                    return Claim::proved(formula).into();
                }
                let why = "Nextcloud makes an integer of whatever it divides, and throws on texts";
                let guess = self.doubt(why, formula);
                Meaning { fails: Some(Claim::guessed(guess.formula.clone().not())), holds: guess }
            }
            _ if is_whole => {
                self.trouble("a remainder is an integer, and equals nothing else, so this never holds");
                Claim::NEVER.into()
            }
            _ => {
                let guess = self.doubt("Nextcloud throws on texts", Formula::NEVER);
                Meaning { fails: Some(Claim::guessed(Formula::ALWAYS)), holds: guess }
            }
        }
    }

    /// `missing` is what a missing field gives.
    fn throws(&mut self, reason: &str, missing: Option<bool>) -> Meaning {
        let can_be_missing = self.reach.can_be_missing || self.reach.can_be_null();
        let gone = |this: &mut Self| match can_be_missing {
            true => {
                let there = this.there();
                this.negated(there)
            }
            false => Claim::NEVER,
        };
        let where_to = match missing {
            Some(_) => "wherever the field is there",
            None => "whenever it gets here",
        };
        self.trouble(format!("Nextcloud throws {where_to}: {reason}"));
        // A list on the way is looked through, and a string on the way ends the walk.
        let is_simple = self.is_known && !self.reach.has_lists && !self.reach.has_texts;
        if self.is_known && !is_simple {
            let why = "it does not throw where a list or a string on the way ends the walk";
            self.remarks.push(Remark::Doubt(why.to_owned()));
        }
        let none = Claim { is_proved: is_simple, ..Claim::NEVER };
        match missing {
            Some(true) => {
                let mut holds = gone(self);
                holds.is_proved &= is_simple;
                Meaning { holds, fails: Some(none) }
            }
            Some(false) => {
                let mut fails = gone(self);
                fails.is_proved &= is_simple;
                Meaning { holds: Claim::NEVER, fails: Some(fails) }
            }
            None => Meaning { holds: Claim::NEVER, fails: Some(none) },
        }
    }
}
