//! `hooksieve-dispatcher key`: a new key.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use hooksieve_dispatcher::store::MasterKey;

/// Write a new key, which encrypts registrations at rest, to a file that does not exist yet
#[derive(Debug, clap::Args)]
pub(crate) struct Key {
    /// The file; only its owner can read it
    file: PathBuf,
}

impl Key {
    pub(crate) fn run(self) -> Result<ExitCode> {
        MasterKey::create_file(&self.file)
            .with_context(|| format!("no new key in `{}`", self.file.display()))?;
        Ok(ExitCode::SUCCESS)
    }
}
