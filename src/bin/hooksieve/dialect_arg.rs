//! The argument `--dialect`.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use hooksieve::Dialect;

/// Flattened into the arguments of every subcommand that compiles filters.
#[derive(Clone, Copy, clap::Args)]
pub(crate) struct DialectArg {
    /// Whose rules the filters follow: MongoDB's, or those of the evaluator in Nextcloud, which
    /// docs/nextcloud.md tells
    #[arg(
        long,
        value_name = "DIALECT",
        default_value = Dialect::Mongo.name(),
        value_parser = PossibleValuesParser::new(Dialect::ALL.map(Dialect::name)).try_map(|name| name.parse::<Dialect>()),
    )]
    pub(crate) dialect: Dialect,
}
