//! `cargo xtask preview`: the live preview page, built and served.

use anyhow::Result;

use crate::{npm, run, wasm};

/// Build the live preview page and serve it on 127.0.0.1
#[derive(Debug, clap::Args)]
pub(crate) struct Preview {
    /// Where to listen; the next one that is free, if this is taken
    #[arg(long, default_value_t = 4173)]
    port: u16,
}

/// Where the page is.
const FOLDER: &str = "www";

impl Preview {
    pub(crate) fn run(self) -> Result<()> {
        wasm::build()?;
        build()?;
        // It prints the address.
        run::succeed(
            npm::exec(FOLDER, "vite")
                .args(["preview", "--host", "127.0.0.1", "--port"])
                .arg(self.port.to_string()),
        )
    }
}

/// Builds the page around the engine, which is built before.
pub(crate) fn build() -> Result<()> {
    npm::run(FOLDER, "build")
}

/// Tests what is built, in a browser.
pub(crate) fn test() -> Result<()> {
    npm::run(FOLDER, "test")
}
