//! `cargo xtask bench`: how fast the engine is, alone and next to others.

use anyhow::Result;

use crate::run::{self, Step, cargo};

/// Measure the engine next to its peers, in turns, and print the tables of benches/README.md
#[derive(Debug, clap::Args)]
pub(crate) struct Bench {
    /// Which tables: all of them, if none is named
    #[arg(value_name = "TABLE")]
    tables: Vec<String>,
}

static STEPS: &[Step] = &[cargo("peers", &["run", "--release", "--package", "peers", "--"])];

impl Bench {
    pub(crate) fn run(self) -> Result<()> {
        run::all(STEPS, &self.tables)
    }
}
