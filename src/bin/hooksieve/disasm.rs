//! `hooksieve disasm`: the program of a filter, for people.

use std::io::Write;

use anyhow::Result;

use crate::Exit;
use crate::dialect_arg::DialectArg;
use crate::filter_arg::{self, FilterArg};
use crate::output::Output;

/// Print the program that a filter is compiled to
///
/// Every instruction tests one thing and names where to go on if it holds and if it does not. There
/// is no loop: all targets lie ahead.
#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    #[arg(help = filter_arg::HELP)]
    filter: FilterArg,

    #[command(flatten)]
    dialect: DialectArg,
}

const AFTER_HELP: &str = "\
Examples:
  hooksieve disasm '{\"$nor\": [{\"a\": 1}, {\"b\": {\"$in\": [1, 2, 3]}}]}'
  hooksieve disasm --dialect nextcloud '{\"a.b\": {\"$eq\": 1}}'

Exit codes: 0 printed, 2 the filter was refused";

pub(crate) fn run(args: &Args) -> Result<Exit> {
    let Some(filter) = args.filter.compile_or_print(args.dialect.dialect) else {
        return Ok(Exit::Trouble);
    };
    let mut output = Output::new();
    let listing = filter.program().to_string();
    writeln!(output, "{}", listing.trim_end_matches('\n'))?;
    output.flush()?;
    Ok(Exit::Success)
}
