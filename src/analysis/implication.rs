//! Whether one filter matches wherever another does.

use serde_json::Value;

use super::reach::Scope;
use super::search::{Fuel, Search};
use super::{FUEL, example};
use crate::compiler;
use crate::filter::Filter;
use crate::syntax::expr::{Expr, Join};

/// Whether a filter matches every event that another one matches: what [`Filter::implies`] answers.
#[derive(Debug, Clone, PartialEq)]
pub enum Implication {
    /// It does.
    Yes,
    /// It does not: this event is matched by the first filter, but not by the other one.
    No(Value),
    /// It could not be found out, or not soon enough.
    Unknown,
}

/// The ways that are tried for a counter-example.
const MAX_WAYS: usize = 32;

pub(crate) fn implies(filter: &Filter, other: &Filter) -> Implication {
    let (Some(outline), Some(other_outline)) = (filter.outline(), other.outline()) else {
        return Implication::Unknown;
    };
    let question = Expr::Group(Join::All, vec![outline.expr(), other_outline.expr().not()]);
    let question = compiler::simplify(question);
    // Events without arrays first, as they are easier to read.
    for scope in [Scope { no_arrays_but: Some(&[]), ..Scope::ANYTHING }, Scope::ANYTHING] {
        let fuel = Fuel::new(FUEL);
        let mut counter_example = None;
        let is_refuted = Search::new(scope, &fuel).run(&question, MAX_WAYS, &mut |search| {
            counter_example =
                example::events(search, &fuel).find(|event| filter.matches(event) && !other.matches(event));
            counter_example.is_some()
        });
        if let Some(event) = counter_example {
            return Implication::No(event);
        }
        if is_refuted && scope.no_arrays_but.is_none() {
            return Implication::Yes;
        }
    }
    Implication::Unknown
}
