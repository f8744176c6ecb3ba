//! The option `--catalog`, and the argument CLASS.

use std::path::PathBuf;

use anyhow::{Result, anyhow};
use hooksieve::{Catalog, CatalogError, EventClass};

use crate::diagnostics::{self, Finding, Place, Source};
use crate::stream::Input;
use crate::text_file;

/// More than any catalog may have, so that a wrong file name cannot fill the memory.
const MAX_BYTES: u64 = 16 << 20;

const MAX_LINE_BYTES: usize = 4096;

#[derive(clap::Args)]
pub(crate) struct CatalogArgs {
    /// Add the event classes of a file, in place of builtin ones with their names; may be repeated
    ///
    /// The format is described in docs/catalog.md.
    #[arg(long, value_name = "FILE")]
    catalog: Vec<PathBuf>,
}

impl CatalogArgs {
    /// The builtin classes and those of the files. `None` where a file was refused, which has been shown
    /// on standard error then.
    pub(crate) fn load(&self) -> Result<Option<Catalog>> {
        let mut catalog = Catalog::builtin().clone();
        let mut all_read = true;
        for path in &self.catalog {
            let input = Input::from_path(path.clone());
            let text = text_file::read(&input, "catalog", MAX_BYTES)?;
            match Catalog::from_json(&text) {
                Ok(more) => catalog.extend(more),
                Err(error) => {
                    print_problems(&input.to_string(), &text, &error);
                    all_read = false;
                }
            }
        }
        Ok(all_read.then_some(catalog))
    }
}

/// The class with this name, whole or its last segment.
pub(crate) fn find<'c>(catalog: &'c Catalog, name: &str) -> Result<&'c EventClass> {
    catalog.find(name).ok_or_else(|| {
        let mut short = catalog.classes().filter(|class| class.short_name() == name);
        let advice = match (short.next(), short.next(), catalog.guess(name)) {
            (Some(one), Some(other), _) => format!("it could be `{}` or `{}`", one.name(), other.name()),
            (.., Some(guess)) => format!("did you mean `{}`?", guess.name()),
            (.., None) => "`hooksieve events` lists the known ones".to_owned(),
        };
        anyhow!("unknown event class `{name}`; {advice}")
    })
}

/// With the lines in question, unless they are very long, as in a file of one line: the renderer would
/// take its time.
fn print_problems(name: &str, text: &str, error: &CatalogError) {
    let source = Source { name, text, first_line: 1, note: None };
    let shows_lines = text.lines().all(|line| line.len() <= MAX_LINE_BYTES);
    let findings = error.problems().iter().map(|problem| match shows_lines {
        true => Finding::from_problem(problem, 0),
        false => Finding { place: Place::Pointer(problem.pointer()), ..Finding::from_problem(problem, 0) },
    });
    diagnostics::print_findings(&source, findings);
}
