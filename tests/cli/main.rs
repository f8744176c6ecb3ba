//! End to end: runs the program as a user would.

#![cfg(feature = "cli")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "tests"
)]

mod check;
mod compare;
mod dialect;
mod disasm;
mod events;
mod explain;
mod hostile;
mod lint;
mod listeners;
mod r#match;
mod migrate;
mod route;
mod stream;
mod test;

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

/// What a run came to.
#[derive(Debug)]
struct Run {
    exit: i32,
    stdout: Vec<u8>,
    stderr: String,
}

impl Run {
    fn stdout(&self) -> &str {
        std::str::from_utf8(&self.stdout).unwrap()
    }

    /// Exit code 2, nothing on standard output; gives standard error.
    fn refused(&self) -> &str {
        assert_eq!((self.exit, self.stdout()), (2, ""), "{}", self.stderr);
        &self.stderr
    }
}

/// A folder of its own in which the program runs, so that messages name files without their folder.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn with(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        std::fs::write(self.path(name), content).unwrap();
        self
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn run(&self, args: &[&str]) -> Run {
        self.run_with(args, "")
    }

    fn run_with(&self, args: &[&str], stdin: impl Into<Vec<u8>>) -> Run {
        let mut command = assert_cmd::Command::new(env!("CARGO_BIN_EXE_hooksieve"));
        let output = command
            .args(args)
            .current_dir(self.0.path())
            .env_remove("CLICOLOR_FORCE")
            .write_stdin(stdin)
            .timeout(Duration::from_secs(120))
            .output()
            .unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(!stderr.contains("panicked"), "{stderr}");
        Run { exit: output.status.code().unwrap(), stdout: output.stdout, stderr }
    }

    /// With all three streams as pipes, for tests that use them while the program runs.
    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hooksieve"));
        command
            .args(args)
            .current_dir(self.0.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }
}

fn run(args: &[&str]) -> Run {
    Folder::new().run(args)
}

fn run_with(args: &[&str], stdin: impl Into<Vec<u8>>) -> Run {
    Folder::new().run_with(args, stdin)
}

#[test]
fn help_shows_every_command() {
    let help = run(&["--help"]);
    assert_eq!(help.exit, 0);
    for command in ["match", "route", "check", "lint", "explain", "compare", "disasm", "events", "test"] {
        assert!(help.stdout().contains(&format!("\n  {command} ")), "{}", help.stdout());
        let help = run(&[command, "--help"]);
        assert_eq!(help.exit, 0);
        assert!(help.stdout().contains("Exit codes"), "{}", help.stdout());
    }
}

#[test]
fn version() {
    let version = run(&["--version"]);
    assert_eq!((version.exit, version.stdout()), (0, concat!("hooksieve ", env!("CARGO_PKG_VERSION"), "\n")));
}

#[test]
fn a_wrong_command_line_is_trouble() {
    for args in [
        &[][..],
        &["match"],
        &["route"],
        &["check"],
        &["explain"],
        &["explain", "--all", "--line", "1", "{}"],
        &["explain", "--line", "0", "{}"],
        &["compare", "{}"],
        &["migrate"],
        &["test"],
        &["disasm"],
        &["grep", "{}"],
        &["match", "--no", "{}"],
    ] {
        run(args).refused();
    }
}
