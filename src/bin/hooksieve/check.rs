//! `hooksieve check`: compiles filters and shows every problem.

use std::io::{self, Write};

use anyhow::Result;
use hooksieve::Severity;
use serde::Serialize;

use crate::diagnostics::JsonProblem;
use crate::dialect_arg::DialectArg;
use crate::filter_arg::{self, FilterArg, Refusal};
use crate::lint::Linted;
use crate::output::Output;
use crate::{Exit, Format};

/// Compile filters and show everything that is wrong with them
///
/// Each problem is shown on standard error with the place in the filter and, where one can be guessed, a
/// correction. A filter without problems gets the line `NAME: ok` on standard output. What is suspicious
/// although it is legal is shown, too; `lint` knows more of that.
///
/// With `--dialect nextcloud`, hardly anything is wrong with a filter as such: what throws on every event is, and
/// what cannot be run in linear time.
#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    #[arg(required = true, value_name = "FILTER", help = filter_arg::HELP)]
    filters: Vec<FilterArg>,

    #[command(flatten)]
    dialect: DialectArg,

    /// `json` prints one object for each filter on standard output
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

const AFTER_HELP: &str = "\
Examples:
  hooksieve check '{\"user.uid\": {\"$eqs\": \"bob\"}}'
  hooksieve check --format json @filters/pdf.json @filters/bob.json
  hooksieve check --dialect nextcloud '{\"uid\": {\"$eq\": \"bob\"}}'

JSON output:
  {\"filter\": NAME, \"ok\": BOOL, \"problems\": [{\"code\", \"pointer\", \"range\", \"message\", …}]}
  code         stable name of the kind of problem; `unreadable` if there is no text to check
  pointer      the place in the filter, as a JSON Pointer
  range        {\"start\", \"end\"} in bytes of the text (a byte order mark is not counted), or null
  message      what is wrong
  hint         what was probably meant (only where it can be guessed)
  replacement  {\"range\", \"text\"}: a change that is probably right (likewise)
and, of a filter without problems, \"lints\": [{\"code\", \"severity\", …}], as `lint` prints them

Exit codes: 0 all are filters, whatever is suspicious about them, 2 some filter was refused or could not be read";

pub(crate) fn run(args: &Args) -> Result<Exit> {
    let mut output = Output::new();
    let mut exit = Exit::Success;
    for filter in &args.filters {
        let compiled = filter.compile_in(args.dialect.dialect);
        let checked = compiled.map(|compiled| Linted::new(&compiled, None));
        if checked.is_err() {
            exit = Exit::Trouble;
        }
        match (args.format, checked) {
            (Format::Json, checked) => write_json(&mut output, &filter.name(), &checked)?,
            (Format::Text, Err(refusal)) => filter.print(&refusal),
            (Format::Text, Ok(linted)) => {
                linted.print(&filter.name(), Severity::Warning);
                writeln!(output, "{}: ok", filter.name())?;
            }
        }
        // In step with standard error, where the two go to the same terminal.
        output.flush()?;
    }
    Ok(exit)
}

#[derive(Serialize)]
struct Checked<'a> {
    filter: &'a str,
    ok: bool,
    problems: Vec<JsonProblem<'a>>,
    /// Of a filter without problems.
    #[serde(skip_serializing_if = "Option::is_none")]
    lints: Option<Vec<JsonProblem<'a>>>,
}

fn write_json(output: &mut Output, name: &str, checked: &Result<Linted, Refusal>) -> io::Result<()> {
    let (problems, lints) = match checked {
        Ok(linted) => (Vec::new(), Some(linted.lints.iter().map(JsonProblem::from).collect())),
        Err(refusal) => (refusal.to_json(), None),
    };
    output.write_json_line(&Checked { filter: name, ok: checked.is_ok(), problems, lints })
}
