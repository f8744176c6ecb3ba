//! [`Expr`](crate::syntax::expr::Expr) → [`Program`](crate::Program).

mod codegen;
mod order;
mod simplify;

pub(crate) use simplify::simplify;

use crate::dialect::Dialect;
use crate::program::Program;
use crate::syntax::expr::Expr;

/// Compiles what the parser has accepted; cannot fail.
pub(crate) fn compile(expr: Expr, dialect: Dialect) -> Program {
    codegen::generate(&order::order(simplify(expr)), dialect)
}
