//! The project's chores, as `cargo xtask COMMAND`.

mod bench;
mod dispatcher;
mod npm;
mod preview;
mod project;
mod run;
mod samples;
mod test;
mod wasm;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The project's chores
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Bench(bench::Bench),
    Dispatcher(dispatcher::Dispatcher),
    Preview(preview::Preview),
    Samples(samples::Samples),
    Test(test::Test),
    Wasm(wasm::Wasm),
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Bench(bench) => bench.run(),
        Command::Dispatcher(dispatcher) => dispatcher.run(),
        Command::Preview(preview) => preview.run(),
        Command::Samples(samples) => samples.run(),
        Command::Test(test) => test.run(),
        Command::Wasm(wasm) => wasm.run(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
