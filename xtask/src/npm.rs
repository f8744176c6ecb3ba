//! The tools from npm.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use crate::{project, run};

/// Installs what the lock file in a folder lists, unless that was done before.
pub(crate) fn install(folder: &str) -> Result<()> {
    let folder = project::path(folder);
    let changed = |name: &str| fs::metadata(folder.join(name)).ok()?.modified().ok();
    // npm writes the second one last.
    if changed("node_modules/.package-lock.json") >= changed("package-lock.json") {
        eprintln!("the tools are there");
        return Ok(());
    }
    run::succeed(npm(&folder).args(["ci", "--no-audit", "--no-fund"]))
        .context("install Node.js 20.19 or later, with npm")
}

/// Runs a script of a folder's manifest, with what it needs.
pub(crate) fn run(folder: &str, script: &str) -> Result<()> {
    run_with(folder, script, &[])
}

/// The same, with something in its environment.
pub(crate) fn run_with(folder: &str, script: &str, environment: &[(&str, &Path)]) -> Result<()> {
    install(folder)?;
    run::succeed(npm(&project::path(folder)).args(["run", script]).envs(environment.iter().copied()))
}

/// A tool that is installed in a folder.
pub(crate) fn exec(folder: &str, tool: &str) -> Command {
    let mut command = npm(&project::path(folder));
    command.args(["exec", "--no", "--", tool]);
    command
}

fn npm(folder: &Path) -> Command {
    let mut command = Command::new("npm");
    command.current_dir(folder).stdin(Stdio::null());
    command
}
