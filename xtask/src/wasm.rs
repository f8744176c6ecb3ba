//! `cargo xtask wasm`: the engine as the npm package has it.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::run::{self, Step, cargo, own};
use crate::{npm, project};

/// Build the engine as WebAssembly into pkg/dist
#[derive(Debug, clap::Args)]
pub(crate) struct Wasm {}

pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// The profile of Cargo.toml.
const PROFILE: &str = "wasm";

/// What rustc takes for granted in WebAssembly, and simd128: every browser of the last three years has it.
const FEATURES: [&str; 7] = [
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
    "--enable-simd",
];

/// What wasm-opt does. With the passes that are left out the module is larger once it is compressed.
const PASSES: [&str; 4] =
    ["-Os", "--skip-pass=inlining-optimizing", "--skip-pass=local-cse", "--skip-pass=ssa-nomerge"];

/// Where the package has what is built.
const DIST: &str = "pkg/dist";

/// What a user downloads, at most, in bytes: nothing large comes in unnoticed.
const MAX_GZIP: usize = 358_000;

static STEPS: &[Step] = &[
    own("target", install_target),
    own("engine", compile),
    cargo("the program that writes the JavaScript around it", &["build", "--package", "bindgen"]),
    own("JavaScript around it", bind),
    own("npm", || npm::install("pkg")),
    own("smaller", optimize),
    own("package", pack),
];

impl Wasm {
    pub(crate) fn run(self) -> Result<()> {
        build()
    }
}

/// All of it.
pub(crate) fn build() -> Result<()> {
    run::all(STEPS, &[])
}

fn install_target() -> Result<()> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let sysroot = run::output(Command::new(rustc).args(["--print", "sysroot"]))?;
    if Path::new(sysroot.trim()).join("lib/rustlib").join(TARGET).is_dir() {
        eprintln!("{TARGET} is there");
        return Ok(());
    }
    run::succeed(Command::new("rustup").args(["target", "add", TARGET])).with_context(|| {
        format!("install Rust's standard library for {TARGET}: `rustup target add {TARGET}`, or your system's package")
    })
}

/// Where cargo builds.
pub(crate) fn target() -> Result<PathBuf> {
    let metadata = run::output(run::cargo_command().args(["metadata", "--format-version=1", "--no-deps"]))?;
    let metadata: serde_json::Value = serde_json::from_str(&metadata).context("cargo's metadata")?;
    let target = metadata
        .get("target_directory")
        .and_then(serde_json::Value::as_str)
        .context("cargo has no target directory")?;
    Ok(target.into())
}

fn compile() -> Result<()> {
    // Paths end up in the messages of panics. Without those of this machine the module is the same everywhere.
    let cargo_home =
        env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(env::home_dir()?.join(".cargo")));
    // Inlining only what gets smaller by it, and what is marked `inline(always)`, leaves a fifth out.
    let mut flags = OsString::from(
        "-Ctarget-feature=+simd128\u{1f}-Cllvm-args=-inline-threshold=5\u{1f}-Cllvm-args=-inlinehint-threshold=5",
    );
    for (from, to) in [(cargo_home.as_deref(), "/cargo"), (Some(project::root()), "/hooksieve")] {
        if let Some(from) = from {
            flags.push("\u{1f}--remap-path-prefix=");
            flags.push(from);
            flags.push("=");
            flags.push(to);
        }
    }
    run::succeed(run::cargo_command().env("CARGO_ENCODED_RUSTFLAGS", flags).args([
        "rustc",
        "--lib",
        "--crate-type=cdylib",
        "--features=wasm",
        "--target",
        TARGET,
        "--profile",
        PROFILE,
    ]))
}

/// Where the tool puts what the next one reads.
fn bound() -> Result<PathBuf> {
    Ok(target()?.join(TARGET).join(PROFILE).join("bindgen"))
}

fn bind() -> Result<()> {
    let module = target()?.join(TARGET).join(PROFILE).join("hooksieve.wasm");
    run::succeed(
        run::cargo_command().args(["run", "--quiet", "--package", "bindgen", "--"]).arg(module).arg(bound()?),
    )
}

fn optimize() -> Result<()> {
    let dist = project::path(DIST);
    fs::create_dir_all(&dist)?;
    run::succeed(
        npm::exec("pkg", "wasm-opt")
            .args(FEATURES)
            .args(PASSES)
            .args(["--strip-debug", "--strip-target-features", "--output"])
            .arg(dist.join("engine.wasm"))
            .arg(bound()?.join("engine_bg.wasm")),
    )
}

fn pack() -> Result<()> {
    let dist = project::path(DIST);
    fs::copy(bound()?.join("engine.js"), dist.join("engine.js"))?;
    let module = fs::read(dist.join("engine.wasm"))?;
    fs::write(
        dist.join("engine-base64.js"),
        format!("export default \"{}\";\n", BASE64_STANDARD.encode(&module)),
    )?;
    for license in ["LICENSE-APACHE", "LICENSE-MIT"] {
        fs::copy(project::path(license), project::path("pkg").join(license))?;
    }

    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(&module)?;
    let gzip = gzip.finish()?.len();
    eprintln!("engine.wasm: {} bytes, {gzip} with gzip; at most {MAX_GZIP}", module.len());
    if gzip > MAX_GZIP {
        bail!("the module is too large");
    }
    Ok(())
}
