//! `hooksieve-dispatcher demo`.

use std::process::ExitCode;

use anyhow::Result;

/// Run
#[derive(Debug, clap::Args)]
pub(crate) struct Demo {}

impl Demo {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        Ok(ExitCode::SUCCESS)
    }
}
