//! The argument FILTER: JSON text, or the name of a file that holds it.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use hooksieve::{CompileError, Filter};

use crate::diagnostics;

/// What FILTER may be, for the help of every subcommand that takes one.
pub(crate) const HELP: &str = "JSON text, `@PATH` for a file, or `@-` for standard input";

/// More than any filter may have, so that a wrong file name cannot fill the memory.
const MAX_BYTES: u64 = 16 << 20;

#[derive(Clone)]
pub(crate) enum FilterArg {
    Text(String),
    File(PathBuf),
    Stdin,
}

/// Why there is no filter.
pub(crate) enum Refusal {
    Unreadable(String),
    Problems { text: String, error: Box<CompileError> },
}

impl From<String> for FilterArg {
    fn from(argument: String) -> Self {
        match argument.strip_prefix('@') {
            Some("-") => Self::Stdin,
            Some(path) => Self::File(path.into()),
            None => Self::Text(argument),
        }
    }
}

impl FilterArg {
    /// What the filter is called in messages.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Text(_) => "<filter>".to_owned(),
            Self::File(path) => path.display().to_string(),
            Self::Stdin => "<stdin>".to_owned(),
        }
    }

    /// Compiles the filter. If that fails, what is wrong is printed on standard error.
    pub(crate) fn compile_or_print(&self) -> Option<Filter> {
        self.compile().map_err(|refusal| self.print(&refusal)).ok()
    }

    pub(crate) fn compile(&self) -> Result<Filter, Refusal> {
        let text = self.text().map_err(|error| Refusal::Unreadable(format!("{error:#}")))?;
        Filter::compile(&text).map_err(|error| Refusal::Problems { text, error: Box::new(error) })
    }

    pub(crate) fn print(&self, refusal: &Refusal) {
        match refusal {
            Refusal::Unreadable(message) => diagnostics::print_error(message),
            Refusal::Problems { text, error } => diagnostics::print_problems(&self.name(), text, error),
        }
        // `hooksieve match filter.json` is easily typed for `@filter.json`.
        if let Self::Text(text) = self
            && Path::new(text).is_file()
        {
            diagnostics::print_help(&format!("to read the filter from this file, write `@{text}`"));
        }
    }

    /// The text of the filter, without a byte order mark.
    fn text(&self) -> anyhow::Result<String> {
        let bytes = match self {
            Self::Text(text) => return Ok(text.clone()),
            Self::File(path) => File::open(path).and_then(read_bounded),
            Self::Stdin => read_bounded(io::stdin()),
        }
        .with_context(|| format!("cannot read the filter `{}`", self.name()))?;

        if bytes.len() as u64 > MAX_BYTES {
            bail!("`{}` is too large for a filter: more than {} MiB", self.name(), MAX_BYTES >> 20);
        }
        let Ok(text) = String::from_utf8(bytes) else {
            bail!("`{}` is not UTF-8 text", self.name());
        };
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        Ok(text.to_owned())
    }
}

fn read_bounded(source: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}
