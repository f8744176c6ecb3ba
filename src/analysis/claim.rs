//! What is claimed of one value, and whether all of it can be true.

use std::cell::OnceCell;

use super::domain::{self, Domain, Wholes};
use super::ranges::Ranges;
use super::search::{self, Fuel};
use crate::compiler;
use crate::event::Constant;
use crate::path::Path;
use crate::program::Program;
use crate::syntax::expr::{Condition, Expr, Test, TypeSet};
use crate::syntax::span::Span;
use crate::vm;

/// That a value passes a test, or does not.
pub(super) struct Claim<'e> {
    pub(super) test: &'e Test,
    pub(super) passes: bool,
    /// The values of which it is true, or more.
    pub(super) domain: Domain,
    /// Of the domain.
    pub(super) weight: usize,
    /// Not more.
    is_exact: bool,
    /// Compiled when a value is to be tried.
    program: OnceCell<Program>,
    tells_numbers_apart: OnceCell<bool>,
}

/// A value inside of which something is found.
pub(super) static CONTAINER: Test = Test::Type(TypeSet::OBJECT.or(TypeSet::ARRAY));

impl<'e> Claim<'e> {
    pub(super) fn new(test: &'e Test, passes: bool) -> Self {
        let (domain, is_exact) = Domain::of_test(test, passes);
        Self {
            test,
            passes,
            weight: domain.weight(),
            domain,
            is_exact,
            program: OnceCell::new(),
            tells_numbers_apart: OnceCell::new(),
        }
    }

    /// What it costs to make one, in units of [`Fuel`](super::search::Fuel).
    pub(super) fn cost(test: &Test) -> usize {
        match test {
            Test::Equal(constant) | Test::Compare(_, constant) => 1 + domain::size(constant) / 8,
            Test::In(list) => 1 + list.iter().map(domain::size).sum::<usize>() / 8,
            // Probably it is built again, to be tried.
            Test::Pattern(pattern) => 16 + pattern.states() / 8,
            _ => 1,
        }
    }

    /// Asks for an array as a whole, not for its elements.
    pub(super) fn takes_arrays_whole(&self) -> bool {
        matches!(self.test, Test::Size(_) | Test::Element(..))
    }

    /// True of nothing that is missing.
    pub(super) fn is_strict(&self) -> bool {
        self.passes && !self.domain.missing
    }

    /// Whether it may be true of a value that equals this one in its domain. Equal arrays can differ in the
    /// types of their numbers.
    fn can_admit(&self, value: &Constant) -> bool {
        self.admits(value)
            || matches!(value, Constant::Array(_))
                && *self.tells_numbers_apart.get_or_init(|| tells_numbers_apart(self.test))
    }

    /// Whether it is true of this value in its domain, as the engine has it.
    pub(super) fn admits(&self, value: &Constant) -> bool {
        if self.is_exact {
            return true;
        }
        let program = self.program.get_or_init(|| {
            let condition = Condition { path: Path::default(), test: self.test.clone(), span: Span::NONE };
            compiler::compile(Expr::Condition(condition))
        });
        vm::matches(program, value) == self.passes
    }
}

/// The values of `allowed` of which all claims can be true; or more, the less fuel there is. `covers` tells
/// whether every array with an element as the first test wants it has one as the second wants it.
pub(super) fn meet(
    allowed: &Domain,
    claims: &[&Claim<'_>],
    fuel: &Fuel,
    covers: &mut dyn FnMut(&Test, &Test) -> bool,
) -> Domain {
    let mut domain = allowed.clone();
    for claim in claims {
        if !fuel.take(domain.weight() + claim.weight) {
            return domain;
        }
        domain.narrow(&claim.domain);
        if domain.is_empty() {
            return domain;
        }
    }
    let inexact: Vec<&Claim<'_>> = claims.iter().copied().filter(|claim| !claim.is_exact).collect();
    if !inexact.is_empty() {
        if is_contradiction(&inexact) {
            return Domain::none();
        }
        let tests: usize = inexact.iter().map(|claim| search::test_cost(claim.test)).sum();
        if fuel.take(domain.weight_of_few().saturating_mul(tests) / 8) {
            domain.retain(|value| inexact.iter().all(|claim| claim.can_admit(value)));
        }
        for kind in [Kind::Numbers, Kind::Strings, Kind::Arrays] {
            if !kind.is_empty(&domain) && conflict(kind, claims, covers) {
                kind.clear(&mut domain);
            }
        }
    }
    domain
}

/// Whether of two numbers that are equal one can pass and the other not: `1` is an `int`, `1.0` a `double`.
/// Recursion is bounded by the nesting of the filter.
fn tells_numbers_apart(test: &Test) -> bool {
    fn any(expr: &Expr) -> bool {
        match expr {
            Expr::Condition(condition) => tells_numbers_apart(&condition.test),
            Expr::Not(inner) => any(inner),
            Expr::Group(_, parts) => parts.iter().any(any),
        }
    }
    match test {
        Test::Type(types) => types.intersects(TypeSet::NUMBER) && !types.contains(TypeSet::NUMBER),
        Test::Element(_, body) => any(body),
        _ => false,
    }
}

/// What the tests that are no ranges are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Numbers,
    Strings,
    Arrays,
}

impl Kind {
    fn of(test: &Test) -> Option<Self> {
        match test {
            Test::Remainder { .. } => Some(Self::Numbers),
            Test::Pattern(_) | Test::StartsWith(_) | Test::EndsWith(_) | Test::Contains(_) => {
                Some(Self::Strings)
            }
            Test::Size(_) | Test::Element(..) => Some(Self::Arrays),
            Test::Equal(_) | Test::Compare(..) | Test::In(_) | Test::Exists | Test::Type(_) => None,
        }
    }

    fn is_empty(self, domain: &Domain) -> bool {
        match self {
            Self::Numbers => domain.ints.is_empty() && domain.doubles.is_empty(),
            Self::Strings => domain.strings.is_empty(),
            Self::Arrays => domain.arrays.is_empty(),
        }
    }

    fn clear(self, domain: &mut Domain) {
        match self {
            Self::Numbers => (domain.ints, domain.doubles) = (Ranges::none(), Ranges::none()),
            Self::Strings => domain.strings = Ranges::none(),
            Self::Arrays => domain.arrays = Wholes::NONE,
        }
    }
}

/// More pairs than that are not looked at.
const MAX_PAIRS: usize = 4096;

/// Contradiction: a ∧ ¬a.
fn is_contradiction(claims: &[&Claim<'_>]) -> bool {
    let (positive, negative): (Vec<&Claim<'_>>, Vec<_>) = claims.iter().partition(|claim| claim.passes);
    positive.len() * negative.len() <= MAX_PAIRS
        && positive.iter().any(|first| negative.iter().any(|second| first.test == second.test))
}

/// Whether two of the claims that are about this kind cannot both be true of a value of the kind.
fn conflict(kind: Kind, claims: &[&Claim<'_>], covers: &mut dyn FnMut(&Test, &Test) -> bool) -> bool {
    let tests = |passes: bool| {
        let tests = claims.iter().filter(move |claim| claim.passes == passes).map(|claim| claim.test);
        tests.filter(|test| Kind::of(test) == Some(kind)).collect::<Vec<_>>()
    };
    let (positive, negative) = (tests(true), tests(false));
    if positive.len() * (positive.len() + negative.len()) > MAX_PAIRS {
        return false;
    }
    positive.iter().enumerate().any(|(index, first)| {
        positive.iter().take(index).any(|second| exclude(first, second))
            || negative.iter().any(|second| implies(first, second, covers))
    })
}

/// No value passes both.
fn exclude(first: &Test, second: &Test) -> bool {
    match (first, second) {
        (Test::EndsWith(a), Test::EndsWith(b)) => !a.ends_with(&**b) && !b.ends_with(&**a),
        (Test::Size(a), Test::Size(b)) => a != b,
        (
            Test::Remainder { divisor, remainder },
            Test::Remainder { divisor: other_divisor, remainder: other },
        ) => {
            // A remainder has the sign of the number. And what leaves r when divided by d leaves r by
            // every divisor of d.
            let common = greatest_common_divisor(divisor.unsigned_abs(), other_divisor.unsigned_abs());
            let difference = i128::from(*remainder) - i128::from(*other);
            remainder.signum() * other.signum() < 0 || difference % i128::from(common.max(1)) != 0
        }
        _ => false,
    }
}

/// Every value that passes the first passes the second.
fn implies(first: &Test, second: &Test, covers: &mut dyn FnMut(&Test, &Test) -> bool) -> bool {
    match (first, second) {
        (Test::EndsWith(a), Test::EndsWith(b)) => a.ends_with(&**b),
        (Test::StartsWith(a) | Test::EndsWith(a) | Test::Contains(a), Test::Contains(b)) => a.contains(&**b),
        (
            Test::Remainder { divisor, remainder },
            Test::Remainder { divisor: other_divisor, remainder: other },
        ) => divisor.wrapping_rem(*other_divisor) == 0 && remainder.wrapping_rem(*other_divisor) == *other,
        (Test::Element(..), Test::Element(..)) => covers(first, second),
        _ => first == second,
    }
}

fn greatest_common_divisor(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}
