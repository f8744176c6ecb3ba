//! Text → [`Expr`](expr::Expr). Knows nothing of evaluation.

pub(crate) mod expr;
pub(crate) mod nextcloud;
mod operands;
pub(crate) mod operators;
pub(crate) mod outline;
pub(crate) mod parser;
pub(crate) mod pattern;
pub(crate) mod pointer;
pub(crate) mod reader;
pub(crate) mod report;
pub(crate) mod shallow;
pub(crate) mod slashed;
pub(crate) mod span;
pub(crate) mod types;
