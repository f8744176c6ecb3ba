//! What follows from a filter alone: whether it can match at all, and whether another matches wherever it
//! does.
//!
//! All of it is sound and none of it complete: what is reported as impossible does not happen on any
//! event, and where that cannot be shown, or not in time, nothing is reported.

mod claim;
mod domain;
mod example;
mod implication;
mod ranges;
mod reach;
mod search;

pub use implication::Implication;
pub(crate) use implication::implies;
pub(crate) use reach::Scope;
use search::Fuel;

use crate::compiler;
use crate::syntax::expr::Expr;

/// What one question may cost; some milliseconds.
const FUEL: usize = 20_000;

/// True where the expression holds on no event of the scope.
pub(crate) fn never_holds(expr: &Expr, scope: Scope<'_>) -> bool {
    search::is_refuted(&compiler::simplify(expr.clone()), scope, &Fuel::new(FUEL))
}

/// True where the expression holds on every event of the scope.
pub(crate) fn always_holds(expr: &Expr, scope: Scope<'_>) -> bool {
    never_holds(&expr.clone().not(), scope)
}
