//! The order of tests: cheap and selective ones first. Tests have no side effects and cannot fail,
//! so any order gives the same verdict (commutativity of ∧ and ∨).

use crate::event::Constant;
use crate::path::Path;
use crate::sort;
use crate::syntax::expr::{Condition, Expr, Join, Test};

pub(super) fn order(expr: Expr) -> Expr {
    estimate_and_order(expr).0
}

/// What is expected of an expression without having seen an event.
#[derive(Clone, Copy)]
struct Estimate {
    /// Time, in units of about one field's look-up.
    cost: f32,
    /// How often it holds, from 0 to 1.
    chance: f32,
}

impl Estimate {
    fn not(self) -> Self {
        Self { chance: 1.0 - self.chance, ..self }
    }

    /// The cost per event that it decides on its own: what a group tries first has the least.
    fn rank(self, join: Join) -> f32 {
        let decides = match join {
            Join::All => 1.0 - self.chance,
            Join::Any => self.chance,
        };
        self.cost / decides.max(0.01)
    }
}

fn estimate_and_order(expr: Expr) -> (Expr, Estimate) {
    match expr {
        Expr::Condition(condition) => {
            let (condition, estimate) = estimate_condition(condition);
            (Expr::Condition(condition), estimate)
        }
        Expr::Not(inner) => {
            let (inner, estimate) = estimate_and_order(*inner);
            (inner.not(), estimate.not())
        }
        Expr::Group(join, parts) => {
            let mut parts: Vec<_> = parts.into_iter().map(estimate_and_order).collect();
            // Stable: among equals, the order that the user gave.
            sort::by(&mut parts, |(_, a), (_, b)| a.rank(join).total_cmp(&b.rank(join)));
            let estimate = estimate_group(join, parts.iter().map(|(_, estimate)| *estimate));
            (Expr::Group(join, parts.into_iter().map(|(part, _)| part).collect()), estimate)
        }
    }
}

/// Parts are tried until one decides.
fn estimate_group(join: Join, parts: impl Iterator<Item = Estimate>) -> Estimate {
    let mut cost = 0.0;
    let mut undecided = 1.0;
    for part in parts {
        cost += undecided * part.cost;
        undecided *= match join {
            Join::All => part.chance,
            Join::Any => 1.0 - part.chance,
        };
    }
    let chance = match join {
        Join::All => undecided,
        Join::Any => 1.0 - undecided,
    };
    Estimate { cost: cost.min(MAX_COST), chance }
}

/// Bodies inside each other multiply: without a bound, to infinity.
const MAX_COST: f32 = 1e12;

fn estimate_condition(condition: Condition) -> (Condition, Estimate) {
    let Condition { path, test, span } = condition;
    let (test, mut estimate) = match test {
        Test::Element(form, body) => {
            let (body, estimate) = estimate_and_order(*body);
            // A few elements, one of which is to pass.
            let cost = (3.0 * estimate.cost).min(MAX_COST);
            let estimate = Estimate { cost, chance: 0.5 * estimate.chance };
            (Test::Element(form, Box::new(body)), estimate)
        }
        test => {
            let estimate = estimate_test(&test);
            (test, estimate)
        }
    };
    estimate.cost += look_ups(&path);
    (Condition { path, test, span }, estimate)
}

fn look_ups(path: &Path) -> f32 {
    u8::try_from(path.segments().len()).map_or(f32::from(u8::MAX), f32::from)
}

fn estimate_test(test: &Test) -> Estimate {
    let (cost, chance) = match test {
        Test::Equal(Constant::Null | Constant::Bool(_)) => (0.1, 0.4),
        Test::Equal(Constant::Number(_)) => (0.1, 0.05),
        Test::Equal(Constant::String(_)) => (0.2, 0.05),
        Test::Equal(Constant::Array(_) | Constant::Object(_)) => (1.0, 0.02),
        Test::In(list) if list.len() < 8 => (0.5, 0.2),
        Test::In(_) => (1.0, 0.3),
        Test::Compare(..) => (0.2, 0.5),
        Test::Exists => (0.0, 0.7),
        Test::Type(_) => (0.0, 0.7),
        Test::Size(_) => (0.0, 0.1),
        Test::Remainder { .. } => (0.3, 0.2),
        Test::StartsWith(_) | Test::EndsWith(_) => (0.2, 0.2),
        Test::Contains(_) => (1.0, 0.2),
        Test::Pattern(_) => (30.0, 0.2),
        Test::Element(..) => (3.0, 0.3),
    };
    Estimate { cost, chance }
}
