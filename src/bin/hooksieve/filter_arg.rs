//! The argument FILTER: JSON text, or the name of a file that holds it.

use std::path::{Path, PathBuf};

use hooksieve::{CompileError, Filter};

use crate::diagnostics::JsonProblem;
use crate::stream::Input;
use crate::{diagnostics, text_file};

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

impl Refusal {
    pub(crate) fn to_json(&self) -> Vec<JsonProblem<'_>> {
        match self {
            Self::Unreadable(message) => vec![JsonProblem::unreadable(message)],
            Self::Problems { error, .. } => error.problems().iter().map(JsonProblem::from).collect(),
        }
    }
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
    pub(crate) fn is_stdin(&self) -> bool {
        matches!(self, Self::Stdin)
    }

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
        self.compile_with(Filter::compile)
    }

    /// Compiles the filter's text with another compiler than the default one.
    pub(crate) fn compile_with<F>(
        &self,
        compile: impl FnOnce(&str) -> Result<F, CompileError>,
    ) -> Result<F, Refusal> {
        let text = self.text().map_err(|error| Refusal::Unreadable(format!("{error:#}")))?;
        compile(&text).map_err(|error| Refusal::Problems { text, error: Box::new(error) })
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

    fn text(&self) -> anyhow::Result<String> {
        let input = match self {
            Self::Text(text) => return Ok(text.clone()),
            Self::File(path) => Input::File(path.clone()),
            Self::Stdin => Input::Stdin,
        };
        text_file::read(&input, "filter", MAX_BYTES)
    }
}
