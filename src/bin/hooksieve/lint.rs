//! `hooksieve lint`: what is suspicious about filters that are legal.

use std::io::{self, Write};

use anyhow::Result;
use hooksieve::{DialectFilter, EventClass, Lint, Severity};
use serde::Serialize;

use crate::catalog_arg::{self, CatalogArgs};
use crate::diagnostics::{self, Finding, JsonProblem, Source};
use crate::dialect_arg::DialectArg;
use crate::filter_arg::{self, FilterArg, Refusal};
use crate::output::Output;
use crate::{Exit, Format};

/// Show what is suspicious about filters, although they are legal
///
/// Each lint is shown on standard error with the place in the filter, the consequence, and what could be
/// written instead. A filter without lints gets the line `NAME: ok` on standard output. Errors are proven:
/// the filter never matches. docs/lints.md explains every code.
#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    #[arg(required = true, value_name = "FILTER", help = filter_arg::HELP)]
    filters: Vec<FilterArg>,

    /// The class of the events that the filters will see, or the last segment of its name; with it, fields and
    /// types are checked, too
    #[arg(long, value_name = "CLASS")]
    event: Option<String>,

    /// Show also where a filter is not the same for Nextcloud's own evaluator, and what is the same in both
    #[arg(long, conflicts_with = "dialect")]
    portable: bool,

    #[command(flatten)]
    dialect: DialectArg,

    #[command(flatten)]
    catalog: CatalogArgs,

    /// `json` prints one object for each filter on standard output
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

const AFTER_HELP: &str = "\
Examples:
  hooksieve lint '{\"event.node.id\": \"437\"}'
  hooksieve lint --event RowAddedEvent '{\"event.tableId\": \"42\"}'
  hooksieve lint --event NodeWrittenEvent --format json @filters/pdf.json @filters/bob.json
  hooksieve lint --portable --event NodeWrittenEvent '{\"user.uid\": {\"$eq\": \"bob\"}}'
  hooksieve lint --dialect nextcloud '{\"event.node.path\": \"/admin/files/Documents\"}'

JSON output:
  {\"filter\": NAME, \"ok\": BOOL, \"problems\": [{\"code\", \"severity\", \"pointer\", \"range\", \"message\", …}]}
  ok           no warnings or errors
  code         stable name, see docs/lints.md; or why the filter was refused, as for `check`
  severity     `note`, `warning` or `error`
  pointer      the place in the filter, as a JSON Pointer
  range        {\"start\", \"end\"} in bytes of the text (a byte order mark is not counted), or null
  message      what is wrong
  hint         what could be written instead (only where there is something)
  replacement  {\"range\", \"text\"}: the change (only where it is at one place)

Exit codes: 0 notes at most, 1 warnings, 2 some filter never matches, was refused or could not be read";

pub(crate) fn run(args: &Args) -> Result<Exit> {
    let Some(catalog) = args.catalog.load()? else { return Ok(Exit::Trouble) };
    let class = args.event.as_deref().map(|name| catalog_arg::find(&catalog, name)).transpose()?;
    let mut output = Output::new();
    let mut exit = Exit::Success;
    for filter in &args.filters {
        let linted = args.lint(filter, class);
        exit = worse(exit, linted.as_ref().map_or(Exit::Trouble, Linted::exit));
        match (args.format, linted) {
            (Format::Json, linted) => write_json(&mut output, &filter.name(), &linted)?,
            (Format::Text, Err(refusal)) => filter.print(&refusal),
            (Format::Text, Ok(linted)) if linted.lints.is_empty() => {
                writeln!(output, "{}: ok", filter.name())?;
            }
            (Format::Text, Ok(linted)) => linted.print(&filter.name(), Severity::Note),
        }
        // In step with standard error, where the two go to the same terminal.
        output.flush()?;
    }
    Ok(exit)
}

impl Args {
    fn lint(&self, filter: &FilterArg, class: Option<&EventClass>) -> Result<Linted, Refusal> {
        let compiled = filter.compile_in(self.dialect.dialect)?;
        let mut linted = Linted::new(&compiled, class);
        if let Some(filter) = compiled.as_mongo().filter(|_| self.portable) {
            linted.lints.extend(hooksieve::lint_portability(filter, class));
            linted.lints.sort_by_key(|lint| lint.range().map_or(0, |range| range.start));
        }
        Ok(linted)
    }
}

/// A filter with its lints.
pub(crate) struct Linted {
    text: String,
    pub(crate) lints: Vec<Lint>,
}

impl Linted {
    /// With the lints of the filter's dialect.
    pub(crate) fn new(filter: &DialectFilter, class: Option<&EventClass>) -> Self {
        let lints = match filter.as_mongo() {
            Some(filter) => hooksieve::lint(filter, class),
            None => hooksieve::lint_nextcloud(filter, class),
        };
        Self { text: filter.source().unwrap_or_default().to_owned(), lints }
    }

    /// Prints the lints that are at least that bad on standard error.
    pub(crate) fn print(&self, name: &str, least: Severity) {
        let source = Source { name, text: &self.text, first_line: 1, note: None };
        let lints = self.lints.iter().filter(|lint| lint.severity() >= least);
        diagnostics::print_findings(&source, lints.map(Finding::from_lint));
    }

    fn exit(&self) -> Exit {
        match self.lints.iter().map(Lint::severity).max() {
            None | Some(Severity::Note) => Exit::Success,
            Some(Severity::Warning) => Exit::Failure,
            Some(Severity::Error) => Exit::Trouble,
        }
    }
}

fn worse(first: Exit, second: Exit) -> Exit {
    if second as u8 > first as u8 { second } else { first }
}

#[derive(Serialize)]
struct Report<'a> {
    filter: &'a str,
    ok: bool,
    problems: Vec<JsonProblem<'a>>,
}

fn write_json(output: &mut Output, name: &str, linted: &Result<Linted, Refusal>) -> io::Result<()> {
    let (ok, problems) = match linted {
        Ok(linted) => (linted.exit() == Exit::Success, linted.lints.iter().map(JsonProblem::from).collect()),
        Err(refusal) => (false, refusal.to_json()),
    };
    output.write_json_line(&Report { filter: name, ok, problems })
}
