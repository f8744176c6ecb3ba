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
use reach::Reach;
pub(crate) use reach::Scope;
pub(crate) use search::Fuel;

use crate::catalog::shape::Shape;
use crate::compiler;
use crate::path::Path;
use crate::syntax::expr::{Expr, TypeSet};

/// What one question may cost; some milliseconds.
const FUEL: usize = 20_000;

/// True where the expression holds on no event of the scope.
pub(crate) fn never_holds(expr: &Expr, scope: Scope<'_>, fuel: &Fuel) -> bool {
    search::is_refuted(&compiler::simplify(expr.clone()), scope, fuel)
}

/// True where the expression holds on every event of the scope.
pub(crate) fn always_holds(expr: &Expr, scope: Scope<'_>, fuel: &Fuel) -> bool {
    never_holds(&expr.clone().not(), scope, fuel)
}

/// What a path can find in the events of a scope.
pub(crate) struct Findings<'s> {
    /// Of the values; elements of arrays included.
    pub(crate) types: TypeSet,
    /// Whether there can be nothing.
    pub(crate) can_be_missing: bool,
    /// The arrays that it can lead to.
    pub(crate) arrays: Vec<&'s Shape>,
}

/// What the path can find.
pub(crate) fn findings<'s>(scope: Scope<'s>, path: &Path) -> Findings<'s> {
    let Reach { domain, arrays, .. } = Reach::of(scope, path.segments());
    Findings { types: domain.types(), can_be_missing: domain.missing, arrays }
}
