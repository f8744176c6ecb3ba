//! Writes the JavaScript that goes with a module, and the module without what only that needed.
//!
//! A program of its own: it takes minutes to build, which the other chores do not wait for.

use std::env;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Arguments: the module that the compiler has made, the folder for `engine.js` and `engine_bg.wasm`.
fn run() -> Result<()> {
    let mut arguments = env::args_os().skip(1).map(PathBuf::from);
    let input = arguments.next().context("expected the module")?;
    let output = arguments.next().context("expected the folder to write to")?;
    Bindgen::new()
        .input_path(input)
        .out_name("engine")
        .web(true)?
        // Where the module is, the entry files say. A bundler would follow the address in the generated
        // file, and pack the module twice.
        .omit_default_module_path(true)
        .typescript(false)
        // wasm-opt needs the names, and leaves them out.
        .remove_name_section(false)
        .remove_producers_section(true)
        .generate(output)
}
