//! `cargo xtask test`: everything that has to hold before a change is accepted.

use std::env;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use crate::run::{self, Step, cargo, cargo_with, own};
use crate::{dispatcher, npm, preview, samples, wasm};

/// Install what the checks need and run all of them, up to the first that fails
#[derive(Debug, clap::Args)]
pub(crate) struct Test {}

/// The fuzz targets have a workspace of their own.
const FUZZ: &str = "fuzz/Cargo.toml";

/// The benchmarks next to other engines, which take longer to build than everything else.
const PEERS: &str = "peers";

/// The quick ones first.
static STEPS: &[Step] = &[
    own("tools", install_tools),
    cargo("format", &["fmt", "--all", "--check"]),
    cargo("format, fuzz targets", &["fmt", "--manifest-path", FUZZ, "--check"]),
    own("sample events are up to date", samples::check),
    cargo(
        "lints",
        &[
            "clippy",
            "--workspace",
            "--exclude",
            PEERS,
            "--all-targets",
            "--all-features",
            "--",
            "-D",
            "warnings",
        ],
    ),
    cargo(
        "lints, the library alone",
        &["clippy", "--package", "hooksieve", "--no-default-features", "--", "-D", "warnings"],
    ),
    // Without default features libFuzzer itself is not built, which would need a C++ compiler.
    cargo(
        "lints, fuzz targets",
        &["clippy", "--manifest-path", FUZZ, "--no-default-features", "--", "-D", "warnings"],
    ),
    cargo_with(
        "documentation",
        &[("RUSTDOCFLAGS", "-D warnings")],
        &["doc", "--workspace", "--exclude", PEERS, "--no-deps", "--all-features"],
    ),
    cargo("tests", &["test", "--workspace", "--exclude", PEERS, "--all-features"]),
    own("WebAssembly", wasm::build),
    cargo(
        "lints, WebAssembly",
        &["clippy", "--lib", "--features", "wasm", "--target", wasm::TARGET, "--", "-D", "warnings"],
    ),
    own("tests, npm package", || npm::run("pkg", "test")),
    own("preview page", preview::build),
    own("tests, preview page", preview::test),
    own("dispatcher's page", dispatcher::build_page),
    own("tests, dispatcher's page", dispatcher::test_page),
];

/// Components of the toolchain that a minimal installation lacks, and the command that each brings.
static COMPONENTS: &[(&str, &str)] = &[("rustfmt", "fmt"), ("clippy", "clippy")];

impl Test {
    pub(crate) fn run(self) -> Result<()> {
        run::all(STEPS, &[])
    }
}

fn install_tools() -> Result<()> {
    for (component, subcommand) in COMPONENTS {
        let present = run::cargo_command()
            .args([subcommand, "--version"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()?
            .success();
        if present {
            eprintln!("{component} is there");
        } else {
            run::succeed(Command::new("rustup").args(["component", "add", component]))
                .with_context(|| format!("cannot install the component `{component}`"))?;
        }
    }
    install_browser()
}

/// The browser that the npm package and the preview page are tested in; another one can be named by `CHROMIUM`.
fn install_browser() -> Result<()> {
    let browser = env::var_os("CHROMIUM").unwrap_or_else(|| "chromium".into());
    let version = Command::new(browser).arg("--version").stderr(Stdio::null()).output();
    if version.is_ok_and(|version| version.status.success()) {
        eprintln!("chromium is there");
        return Ok(());
    }
    let install = ["install", "--yes", "--no-install-recommends", "chromium"];
    run::succeed(Command::new("apt-get").arg("update"))
        .and_then(|()| run::succeed(Command::new("apt-get").args(install)))
        .context("install Chromium, or name one: CHROMIUM=/path/to/chromium")
}
