//! Events on which all claims of a way are true, or probably so: the engine has the last word on them.

use serde_json::{Map, Value};

use super::claim::Claim;
use super::domain::{self, Domain};
use super::reach::Scope;
use super::search::{self, Fuel, Place, Search};
use crate::event::{Constant, Number};
use crate::path::Segment;
use crate::sort;
use crate::syntax::expr::{Expr, Test};

/// How many events are made of one way: each time with other values.
const ROUNDS: usize = 6;

/// The ways on which an element for an `$elemMatch` is looked for.
const ELEMENT_WAYS: usize = 4;

/// The values that are tried for a place.
const MAX_CANDIDATES: usize = 100;

/// The operands of an `$in` that are tried.
const MAX_OPERANDS: usize = 8;

/// An `$elemMatch` deeper than that gets no element.
const MAX_DEPTH: usize = 8;

/// The longest array that is made for `$size`.
const MAX_SIZE: usize = 100;

/// Events that may be what the search has claimed.
pub(super) fn events(search: &Search<'_, '_>, fuel: &Fuel) -> impl Iterator<Item = Value> {
    let maker = Maker { fuel, depth: 0 };
    (0..ROUNDS).filter_map(move |round| maker.document(search, round))
}

/// What may be found at a place.
enum Find {
    Missing,
    Value(Value),
}

#[derive(Clone, Copy)]
struct Maker<'f> {
    fuel: &'f Fuel,
    depth: usize,
}

impl Maker<'_> {
    fn document(self, search: &Search<'_, '_>, round: usize) -> Option<Value> {
        let mut places: Vec<_> = search.places().filter(|(_, place)| !place.claims.is_empty()).collect();
        sort::by_key(&mut places, |(path, _)| path.len());
        let mut document = Value::Object(Map::new());
        for (path, place) in places {
            if let Find::Value(value) = self.find(place, round)? {
                insert(&mut document, path, value)?;
            }
        }
        Some(document)
    }

    /// `None` where nothing was found that fits.
    fn find(self, place: &Place<'_, '_>, round: usize) -> Option<Find> {
        let claims: Vec<&Claim<'_>> = place.claims.iter().collect();
        if !self.fuel.take(claims.iter().map(|claim| claim.weight).sum()) {
            return None;
        }
        if let Some(find) = self.one(&place.domain(self.fuel), &claims, round) {
            return Some(find);
        }
        // Each claim by an element of its own.
        let negative = claims.iter().filter(|claim| !claim.passes).copied();
        let mut elements = Vec::new();
        let mut size = None;
        for claim in claims.iter().filter(|claim| claim.passes) {
            match claim.test {
                Test::Size(wanted) => size = Some(*wanted as usize),
                Test::Element(_, body) => elements.push(self.element(body)?),
                _ => {
                    let claims: Vec<_> = std::iter::once(*claim).chain(negative.clone()).collect();
                    match self.one(&place.domain_of(claim, self.fuel), &claims, round)? {
                        Find::Missing => return None,
                        Find::Value(value) => elements.push(value),
                    }
                }
            }
        }
        let size = size.filter(|size| *size <= MAX_SIZE).unwrap_or(elements.len());
        while elements.len() < size {
            elements.push(elements.first().cloned().unwrap_or(Value::Null));
        }
        Some(Find::Value(Value::Array(elements)))
    }

    /// A value of the domain of which the claims are true.
    fn one(self, domain: &Domain, claims: &[&Claim<'_>], round: usize) -> Option<Find> {
        let mut candidates = candidates(claims);
        candidates.truncate(MAX_CANDIDATES);
        let tests: usize = claims.iter().map(|claim| search::test_cost(claim.test)).sum();
        let sizes: usize = candidates.iter().map(domain::size).sum();
        if !self.fuel.take(candidates.len() * domain.weight() + sizes.saturating_mul(tests) / 8) {
            return None;
        }
        let values: Vec<Value> = candidates
            .into_iter()
            .filter(|value| domain.has(value) && claims.iter().all(|claim| claim.admits(value)))
            .map(|value| value.to_value())
            .collect();
        // Now something, now nothing, where both will do.
        if domain.missing && (values.is_empty() || round.is_multiple_of(2)) {
            return Some(Find::Missing);
        }
        let index = (round / 2).checked_rem(values.len())?;
        values.into_iter().nth(index).map(Find::Value)
    }

    fn element(self, body: &Expr) -> Option<Value> {
        let inside = Self { depth: self.depth + 1, ..self };
        if inside.depth > MAX_DEPTH {
            return None;
        }
        let mut found = None;
        Search::new(Scope::ANYTHING, self.fuel).run(body, ELEMENT_WAYS, &mut |search| {
            found = (0..ROUNDS).find_map(|round| match search.at_root() {
                Some(place) => match inside.find(place, round)? {
                    Find::Missing => None,
                    Find::Value(value) => Some(value),
                },
                None => inside.document(search, round),
            });
            found.is_some()
        });
        found
    }
}

/// Values that are likely to be wanted, or just not.
fn candidates(claims: &[&Claim<'_>]) -> Vec<Constant> {
    let mut values = Vec::new();
    let mut numbers = Vec::new();
    let [mut start, mut middle, mut end] = [const { String::new() }; 3];
    for claim in claims {
        match claim.test {
            Test::Equal(constant) | Test::Compare(_, constant) => {
                neighbours(constant, &mut numbers, &mut values);
            }
            Test::In(list) => {
                let few = list.iter().take(MAX_OPERANDS);
                few.for_each(|constant| neighbours(constant, &mut numbers, &mut values));
            }
            Test::Remainder { divisor, remainder } => {
                let further = divisor.saturating_abs().saturating_mul(remainder.signum().min(0) * 2 + 1);
                numbers.extend([*remainder, remainder.saturating_add(further)].map(Number::Int));
            }
            Test::StartsWith(text) if claim.passes && text.len() > start.len() => {
                start = text.clone().into();
            }
            Test::EndsWith(text) if claim.passes && text.len() > end.len() => end = text.clone().into(),
            Test::Contains(text) if claim.passes => middle.push_str(text),
            Test::StartsWith(text) | Test::EndsWith(text) | Test::Contains(text) => {
                values.push(Constant::String(text.clone()));
            }
            Test::Pattern(pattern) => {
                // What is left without the signs is found by simple patterns.
                let plain: String =
                    pattern.source().chars().filter(|char| !"^$\\()".contains(*char)).collect();
                values.push(Constant::String(plain.into()));
            }
            Test::Exists | Test::Type(_) | Test::Size(_) | Test::Element(..) => {}
        }
    }
    for text in [format!("{start}{middle}{end}"), format!("{start}a{middle}a{end}")] {
        values.push(Constant::String(text.into()));
    }
    values.extend(numbers.into_iter().map(Constant::Number));
    values.extend([0, 1, 1 << 40].map(|int| Constant::Number(Number::Int(int))));
    values.extend([Constant::Number(Number::Double(0.5)), Constant::String("b".into())]);
    values.extend([Constant::Bool(false), Constant::Bool(true), Constant::Null]);
    values.extend([Constant::Object([].into()), Constant::Array([].into())]);
    values
}

/// The constant, and what is next to it.
fn neighbours(constant: &Constant, numbers: &mut Vec<Number>, values: &mut Vec<Constant>) {
    match constant {
        Constant::Number(number) => {
            numbers.push(*number);
            if let Some(whole) = number.truncate() {
                numbers.extend([whole.saturating_add(1), whole.saturating_sub(1)].map(Number::Int));
            }
            let double = number.to_double();
            numbers.extend([double, double + 0.5, double.next_up(), double.next_down()].map(Number::Double));
        }
        Constant::String(string) => {
            values.push(constant.clone());
            values.push(Constant::String(format!("{string}a").into()));
        }
        Constant::Array(elements) => {
            values.push(constant.clone());
            values.push(Constant::Array(elements.iter().cloned().chain([Constant::Null]).collect()));
        }
        Constant::Object(members) => {
            values.push(constant.clone());
            let another = ("z".into(), Constant::Null);
            values.push(Constant::Object(members.iter().cloned().chain([another]).collect()));
        }
        Constant::Null | Constant::Bool(_) => values.push(constant.clone()),
    }
}

/// `None` where something is in the way. In an array that is on the way, the value gets an element.
fn insert(document: &mut Value, path: &[Segment], value: Value) -> Option<()> {
    let (last, around) = path.split_last()?;
    let mut parent = document;
    for segment in around {
        let members = members(parent)?;
        parent = members.entry(segment.name()).or_insert_with(|| Value::Object(Map::new()));
    }
    members(parent)?.insert(last.name().to_owned(), value);
    Some(())
}

fn members(parent: &mut Value) -> Option<&mut Map<String, Value>> {
    match parent {
        Value::Object(members) => Some(members),
        Value::Array(elements) => {
            elements.push(Value::Object(Map::new()));
            elements.last_mut()?.as_object_mut()
        }
        _ => None,
    }
}
