//! Where things are.

use std::path::{Path, PathBuf};

/// The top of the project.
pub(crate) fn root() -> &'static Path {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask)
}

/// A file of the project, by its path from the top.
pub(crate) fn path(relative: &str) -> PathBuf {
    root().join(relative)
}
