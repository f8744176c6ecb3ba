//! In a release the page is built into the program: a page that is built anew makes the program outdated.

use std::env;
use std::path::Path;

const PAGE: &str = "../www/dist-dispatcher";

fn main() {
    // Otherwise its files are read while the program runs.
    let is_built_in =
        env::var_os("CARGO_FEATURE_PAGE").is_some() && env::var("PROFILE").as_deref() == Ok("release");
    if !is_built_in {
        println!("cargo:rerun-if-changed=build.rs");
        return;
    }
    println!("cargo:rerun-if-changed={PAGE}");
    if !Path::new(PAGE).is_dir() {
        println!("cargo:warning=the program has no page: `cargo xtask dispatcher` builds it before");
    }
}
