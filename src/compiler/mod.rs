//! [`Expr`](crate::syntax::expr::Expr) → [`Program`](crate::Program).

mod codegen;
mod nextcloud;
mod order;
mod simplify;

pub(crate) use simplify::simplify;

use crate::program::Program;
use crate::syntax::expr::Expr;
use crate::syntax::nextcloud::Condition;

/// Compiles what the parser has accepted; cannot fail.
pub(crate) fn compile(expr: Expr) -> Program {
    codegen::generate(&order::order(simplify(expr)))
}

/// The same for the dialect of Nextcloud, whose conditions can throw: so their order stays.
pub(crate) fn compile_nextcloud(expr: &Expr<Condition>) -> Program {
    codegen::generate(expr)
}
