//! `cargo xtask wasm`: the engine as the npm package has it.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

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

/// What wasm-opt does. With the passes that are left out the module is larger once it is compressed; with functions of
/// similar names beside each other it is smaller, for they are similar.
const PASSES: [&str; 7] = [
    "-Os",
    "--skip-pass=inlining-optimizing",
    "--skip-pass=local-cse",
    "--skip-pass=ssa-nomerge",
    "--reorder-functions-by-name",
    "--strip-debug",
    "--strip-target-features",
];

/// Where the package has what is built.
const DIST: &str = "pkg/dist";

/// What a user downloads, at most, in bytes: nothing large comes in unnoticed.
const MAX_GZIP: usize = 303_500;
/// The same, with the standard library as Rust ships it.
const MAX_GZIP_SHIPPED: usize = 328_500;

/// Whether the standard library in the module is the one that Rust ships.
static IS_SHIPPED: AtomicBool = AtomicBool::new(false);

/// Where the standard library's source is, in Rust's folder.
const LIBRARY: &str = "lib/rustlib/src/rust";

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

/// Rust's own folder.
fn sysroot() -> Result<PathBuf> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    Ok(run::output(Command::new(rustc).args(["--print", "sysroot"]))?.trim().into())
}

fn install_target() -> Result<()> {
    let sysroot = sysroot()?;
    if sysroot.join("lib/rustlib").join(TARGET).is_dir() {
        eprintln!("{TARGET} is there");
    } else {
        run::succeed(Command::new("rustup").args(["target", "add", TARGET])).with_context(|| {
            format!("install Rust's standard library for {TARGET}: `rustup target add {TARGET}`, or your system's package")
        })?;
    }
    if !has_library(&sysroot)
        && let Err(error) = run::succeed(Command::new("rustup").args(["component", "add", "rust-src"]))
    {
        eprintln!("without the standard library's source the module becomes a tenth larger: {error:#}");
    }
    Ok(())
}

/// Whether the standard library can be built along with the engine.
fn has_library(sysroot: &Path) -> bool {
    sysroot.join(LIBRARY).join("library/Cargo.lock").is_file()
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

/// With the standard library built for its size and without the messages of panics, which nobody would see, the module
/// is a tenth smaller. That is not stable yet; the module as the compiler makes it otherwise does the same.
fn compile() -> Result<()> {
    let sysroot = sysroot()?;
    if has_library(&sysroot) {
        let small = cargo_rustc(&sysroot, &["-Zunstable-options", "-Cpanic=immediate-abort"])
            .env("RUSTC_BOOTSTRAP", "1")
            .args(ENGINE)
            .args(["-Zbuild-std=std,panic_abort", "-Zbuild-std-features=optimize_for_size"])
            .status();
        match small {
            Ok(status) if status.success() => return Ok(()),
            _ => eprintln!("again with the standard library as Rust ships it"),
        }
    }
    IS_SHIPPED.store(true, Ordering::Relaxed);
    run::succeed(cargo_rustc(&sysroot, &[]).args(ENGINE))
}

/// Builds another crate of the workspace in the same way, but for the standard library, into the folder.
pub(crate) fn build_package(package: &str, folder: &str) -> Result<()> {
    install_target()?;
    run::succeed(cargo_rustc(&sysroot()?, &[]).args(["--package", package]))?;
    write_javascript(&module(package)?, &project::path(folder))
}

/// What of the engine goes into the module.
const ENGINE: [&str; 1] = ["--features=wasm"];

/// The command that compiles a crate to a module, with some more flags of the compiler.
fn cargo_rustc(sysroot: &Path, more: &[&str]) -> Command {
    // Inlining only what gets smaller by it, and what is marked `inline(always)`, leaves a fifth out.
    let mut flags = OsString::from(
        "-Ctarget-feature=+simd128\u{1f}-Cllvm-args=-inline-threshold=5\u{1f}-Cllvm-args=-inlinehint-threshold=5",
    );
    for flag in more {
        flags.push("\u{1f}");
        flags.push(flag);
    }
    // Paths end up in the messages of panics. Without those of this machine the module is the same everywhere.
    let cargo_home =
        env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(env::home_dir()?.join(".cargo")));
    let library = sysroot.join(LIBRARY);
    for (from, to) in [
        (cargo_home.as_deref(), "/cargo"),
        (Some(project::root()), "/hooksieve"),
        (Some(library.as_path()), "/rust"),
    ] {
        if let Some(from) = from {
            flags.push("\u{1f}--remap-path-prefix=");
            flags.push(from);
            flags.push("=");
            flags.push(to);
        }
    }
    let mut command = run::cargo_command();
    command.env("CARGO_ENCODED_RUSTFLAGS", flags).args([
        "rustc",
        "--lib",
        "--crate-type=cdylib",
        "--target",
        TARGET,
        "--profile",
        PROFILE,
    ]);
    command
}

/// What cargo has made of a crate.
fn module(package: &str) -> Result<PathBuf> {
    Ok(target()?.join(TARGET).join(PROFILE).join(format!("{package}.wasm")))
}

/// Where the tool puts what the next one reads.
fn bound() -> Result<PathBuf> {
    Ok(target()?.join(TARGET).join(PROFILE).join("bindgen"))
}

fn bind() -> Result<()> {
    write_javascript(&module("hooksieve")?, &bound()?)
}

fn write_javascript(module: &Path, folder: &Path) -> Result<()> {
    run::succeed(
        run::cargo_command().args(["run", "--quiet", "--package", "bindgen", "--"]).args([module, folder]),
    )
}

fn optimize() -> Result<()> {
    let dist = project::path(DIST);
    fs::create_dir_all(&dist)?;
    run::succeed(
        npm::exec("pkg", "wasm-opt")
            .args(FEATURES)
            .args(PASSES)
            .arg("--output")
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
    let most = if IS_SHIPPED.load(Ordering::Relaxed) { MAX_GZIP_SHIPPED } else { MAX_GZIP };
    eprintln!("engine.wasm: {} bytes, {gzip} with gzip; at most {most}", module.len());
    if gzip > most {
        bail!("the module is too large");
    }
    Ok(())
}
