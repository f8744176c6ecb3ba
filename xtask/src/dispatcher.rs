//! `cargo xtask dispatcher`: the dispatcher with its page, built and run.

use std::env::consts::EXE_SUFFIX;

use anyhow::Result;

use crate::{npm, run, wasm};

/// Build the dispatcher with its page, and run it
#[derive(Debug, clap::Args)]
pub(crate) struct Dispatcher {
    /// What it is to do: a demonstration, unless something else is given
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, default_value = "demo")]
    arguments: Vec<String>,
}

/// The package, and its program.
const PACKAGE: &str = "hooksieve-dispatcher";

/// Where the page is.
const FOLDER: &str = "www";

impl Dispatcher {
    pub(crate) fn run(self) -> Result<()> {
        wasm::build()?;
        build_page()?;
        run::succeed(
            run::cargo_command()
                .args(["run", "--release", "--package", PACKAGE, "--features", "page", "--"])
                .args(self.arguments),
        )
    }
}

/// Builds the page around the engine, which is built before.
pub(crate) fn build_page() -> Result<()> {
    npm::run(FOLDER, "build:dispatcher")
}

/// Tests the page that is built, in a browser: on a server of the tests, and served by the dispatcher.
pub(crate) fn test_page() -> Result<()> {
    run::succeed(run::cargo_command().args(["build", "--package", PACKAGE, "--features", "page"]))?;
    let program = wasm::target()?.join("debug").join(format!("{PACKAGE}{EXE_SUFFIX}"));
    npm::run_with(FOLDER, "test:dispatcher", &[("DISPATCHER", &program)])
}
