//! `cargo xtask bench`: how fast the engine is, alone and next to others.

use anyhow::Result;

use crate::run::{self, Step, cargo, own};
use crate::{npm, wasm};

/// Measure the engine next to its peers, in turns, and print the tables of benches/README.md and pkg/README.md
#[derive(Debug, clap::Args)]
pub(crate) struct Bench {
    /// Which tables: all of them, if none is named; `javascript` for those of the npm package
    #[arg(value_name = "TABLE")]
    tables: Vec<String>,
}

static PEERS: &[Step] = &[cargo("peers", &["run", "--release", "--package", "peers", "--"])];

static JAVASCRIPT: &[Step] = &[
    own("package", wasm::build),
    own("events handed over whole", || wasm::build_package("objects", "pkg/bench/objects")),
    own("next to filters in JavaScript", || npm::run("pkg", "bench")),
];

impl Bench {
    pub(crate) fn run(mut self) -> Result<()> {
        let wants_all = self.tables.is_empty();
        let wants_javascript = self.tables.iter().any(|table| table == "javascript");
        self.tables.retain(|table| table != "javascript");
        if wants_all || !self.tables.is_empty() {
            run::all(PEERS, &self.tables)?;
        }
        if wants_all || wants_javascript {
            run::all(JAVASCRIPT, &[])?;
        }
        Ok(())
    }
}
