//! The command line of hooksieve: which events of a stream match a filter, to which listeners they
//! go, and what is wrong with a filter. Each subcommand has a file of its own.

mod catalog_arg;
mod check;
mod compare;
mod diagnostics;
mod dialect_arg;
mod disasm;
mod events;
mod explain;
mod filter_arg;
mod json_line;
mod lint;
mod listeners;
mod r#match;
mod migrate;
mod output;
mod progress;
mod route;
mod scratch;
mod stream;
mod test;
mod text_file;
mod trouble;

use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

/// Which events match a MongoDB-style JSON filter?
#[derive(Parser)]
#[command(name = "hooksieve", version, max_term_width = 100, after_help = AFTER_HELP)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const AFTER_HELP: &str = "\
Examples:
  hooksieve match '{\"user.uid\": \"bob\"}' events.ndjson
  hooksieve route listeners.json events.ndjson
  hooksieve check @filter.json
  hooksieve explain @filter.json events.ndjson
  hooksieve match --dialect nextcloud @filter.json events.ndjson

Each command tells more with --help.";

#[derive(Subcommand)]
enum Command {
    Match(r#match::Args),
    Route(route::Args),
    Check(check::Args),
    Lint(lint::Args),
    Explain(explain::Args),
    Compare(compare::Args),
    Migrate(migrate::Args),
    Disasm(disasm::Args),
    Events(events::Args),
    Test(test::Args),
}

/// What the exit code says; the same codes as grep's.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Exit {
    /// Some event was selected, routed or matches; every filter is fine, or proved; every row passed; no verdict
    /// changes.
    Success = 0,
    /// No event was selected, routed or matches; some row failed; some verdict changes; some filter is suspicious.
    Failure = 1,
    /// Something could not be read, a filter or a listener was refused, some filter never matches, or it throws.
    Trouble = 2,
}

/// For people or for programs.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

fn main() -> ExitCode {
    // A wrong command line ends here, with exit code 2.
    let result = match Cli::parse().command {
        Command::Match(args) => r#match::run(args),
        Command::Route(args) => route::run(args),
        Command::Check(args) => check::run(&args),
        Command::Lint(args) => lint::run(&args),
        Command::Explain(args) => explain::run(args),
        Command::Compare(args) => compare::run(args),
        Command::Migrate(args) => migrate::run(args),
        Command::Disasm(args) => disasm::run(&args),
        Command::Events(args) => events::run(&args),
        Command::Test(args) => test::run(args),
    };
    let exit = result.unwrap_or_else(|error| {
        diagnostics::print_error(&format!("{error:#}"));
        Exit::Trouble
    });
    ExitCode::from(exit as u8)
}
