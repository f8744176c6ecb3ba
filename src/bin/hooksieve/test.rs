//! `hooksieve test`: runs tables of filters and events with the expected verdicts.

use std::borrow::Cow;
use std::fmt;
use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::Result;
use hooksieve::{CompileError, Compiler, Dialect, DialectCompiler, Thrown};
use indicatif::ProgressBar;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::diagnostics::{JsonProblem, visible};
use crate::dialect_arg::DialectArg;
use crate::json_line::{self, LineError};
use crate::output::Output;
use crate::stream::{self, Block, Input, Step};
use crate::trouble::{BadLines, Trouble};
use crate::{Exit, Format, progress};

/// Run tables of filters and events with the expected verdicts
///
/// Each line of a table is a row {"name", "filter", "event", "expected"}, where `expected` is true, false,
/// or "error" for a filter that is to be refused or, with `--dialect nextcloud`, that throws on the event. The name may be left out, and other fields may be
/// added. Failing rows are printed, then a line with the numbers.
#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// Files of rows, one to a line; `-` for standard input
    #[arg(required = true, value_name = "CASES")]
    files: Vec<PathBuf>,

    #[command(flatten)]
    dialect: DialectArg,

    /// `json` prints one object for each failing row, then one with the numbers
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,

    /// Report at most N bad rows of each file; all are counted
    #[arg(long, value_name = "N", default_value_t = 10)]
    max_errors: u64,
}

const AFTER_HELP: &str = "\
Examples:
  echo '{\"filter\": {\"a\": 1}, \"event\": {\"a\": [1, 2]}, \"expected\": true}' | hooksieve test -
  hooksieve test --dialect nextcloud cases.ndjson

JSON output, for each failing row and at the end:
  {\"file\", \"line\", \"name\", \"filter\", \"event\", \"expected\", \"found\", \"problems\", \"throws\"}
  {\"passed\": N, \"failed\": N, \"invalid\": N}
  name      only if the row has one
  found     true, false or \"error\"
  problems  only where the filter is refused: as in the output of `hooksieve check`
  throws    only where the filter throws: what
  invalid   how many lines are no rows; they are reported on standard error

Exit codes:
  0  every row passed
  1  some row failed
  2  a file could not be read, or some line was not a row";

pub(crate) fn run(args: Args) -> Result<Exit> {
    let inputs = Input::from_paths(args.files);
    let progress = progress::bar(&inputs, false);
    let exit = run_rows(inputs, args.dialect.dialect, args.format, args.max_errors, &progress);
    progress.finish_and_clear();
    exit
}

fn run_rows(
    inputs: Vec<Input>,
    dialect: Dialect,
    format: Format,
    max_errors: u64,
    progress: &ProgressBar,
) -> Result<Exit> {
    let mut trouble = Trouble::new(progress.clone(), ["not a row", "not rows"], max_errors);
    let mut output = Output::new();
    let mut file = String::new();
    let mut summary = Summary::default();

    let compiler = Compiler::new().dialect(dialect);
    let steps = stream::evaluate(inputs, 0, progress.clone(), move |block, results| {
        results.send(Ran::from_block(block, &compiler, max_errors))
    })?;
    for step in steps {
        match step {
            Step::Begin(input) => {
                file = input.to_string();
                trouble.begin(input);
            }
            Step::Result(ran) => {
                summary.passed += ran.passed;
                summary.failed += ran.failures.len() as u64;
                for failure in &ran.failures {
                    match format {
                        Format::Text => failure.write(&mut output, &file)?,
                        Format::Json => output.write_json_line(&failure.to_json(&file))?,
                    }
                }
                output.flush()?;
                trouble.bad_lines(ran.bad_rows);
            }
            Step::LongLine(line) => trouble.long_line(line),
            Step::Unreadable(input, error) => trouble.unreadable(&input, &error),
            Step::End => {}
        }
    }

    summary.invalid = trouble.lines();
    match format {
        Format::Text => writeln!(output, "{} passed, {} failed", summary.passed, summary.failed)?,
        Format::Json => output.write_json_line(&summary)?,
    }
    output.flush()?;
    trouble.summarize();
    Ok(match (trouble.any(), summary.failed) {
        (true, _) => Exit::Trouble,
        (false, 0) => Exit::Success,
        (false, _) => Exit::Failure,
    })
}

#[derive(Default, Serialize)]
struct Summary {
    passed: u64,
    failed: u64,
    invalid: u64,
}

/// A line of a table. Filter and event are kept as text: a parsed value has lost duplicate keys and
/// the spelling of numbers.
#[derive(Deserialize)]
struct Row<'a> {
    #[serde(borrow)]
    name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    filter: &'a RawValue,
    #[serde(borrow)]
    event: &'a RawValue,
    expected: Verdict,
}

/// What a row expects, or its filter gave.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Value")]
enum Verdict {
    Matches(bool),
    /// The filter is refused, or throws.
    Error,
}

impl Verdict {
    fn of(found: &Result<bool, Failed>) -> Self {
        found.as_ref().map_or(Self::Error, |matches| Self::Matches(*matches))
    }
}

/// Why there is no verdict.
enum Failed {
    Refused(CompileError),
    Throws(Thrown),
}

impl TryFrom<Value> for Verdict {
    type Error = &'static str;

    fn try_from(value: Value) -> Result<Self, &'static str> {
        match value {
            Value::Bool(matches) => Ok(Self::Matches(matches)),
            Value::String(text) if text == "error" => Ok(Self::Error),
            _ => Err("`expected` is neither true, false nor \"error\""),
        }
    }
}

impl Serialize for Verdict {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Matches(matches) => serializer.serialize_bool(*matches),
            Self::Error => serializer.serialize_str("error"),
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Matches(matches) => matches.fmt(f),
            Self::Error => f.write_str("error"),
        }
    }
}

/// What became of the rows of a block.
#[derive(Default)]
struct Ran {
    passed: u64,
    failures: Vec<Failure>,
    bad_rows: BadLines,
}

/// A row whose filter did not give what was expected.
struct Failure {
    line: u64,
    name: Option<String>,
    filter: Box<RawValue>,
    event: Box<RawValue>,
    expected: Verdict,
    found: Result<bool, Failed>,
}

impl Ran {
    fn from_block(block: &Block, compiler: &DialectCompiler, max_errors: u64) -> Self {
        let mut ran = Self::default();
        for (number, line) in block.lines().filter(|(_, line)| !json_line::is_blank(line)) {
            match run_row(number, line, compiler) {
                Ok(None) => ran.passed += 1,
                Ok(Some(failure)) => ran.failures.push(failure),
                Err(error) => ran.bad_rows.add(number, error, max_errors),
            }
        }
        ran
    }
}

/// The failure, if the row failed.
fn run_row(number: u64, line: &[u8], compiler: &DialectCompiler) -> Result<Option<Failure>, LineError> {
    let row: Row<'_> = json_line::parse(line)?;
    let event: Value = json_line::parse(row.event.get().as_bytes()).map_err(|error| LineError {
        column: error.column + json_line::offset(line, row.event.get()),
        message: error.message,
    })?;
    let found = match compiler.compile(row.filter.get()) {
        Ok(filter) => match filter.verdict(&event) {
            hooksieve::Verdict::Matches => Ok(true),
            hooksieve::Verdict::DoesNotMatch => Ok(false),
            hooksieve::Verdict::Throws(thrown) => Err(Failed::Throws(thrown)),
        },
        Err(error) => Err(Failed::Refused(error)),
    };
    let passed = row.expected == Verdict::of(&found);
    Ok((!passed).then(|| Failure {
        line: number,
        name: row.name.map(Cow::into_owned),
        filter: row.filter.to_owned(),
        event: row.event.to_owned(),
        expected: row.expected,
        found,
    }))
}

impl Failure {
    fn write(&self, output: &mut Output, file: &str) -> io::Result<()> {
        write!(output, "{file}:{}", self.line)?;
        if let Some(name) = &self.name {
            write!(output, ": {}", visible(name))?;
        }
        writeln!(output)?;
        writeln!(output, "  filter:   {}", excerpt(self.filter.get()))?;
        writeln!(output, "  event:    {}", excerpt(self.event.get()))?;
        writeln!(output, "  expected: {}", self.expected)?;
        match &self.found {
            Ok(matches) => writeln!(output, "  found:    {matches}"),
            Err(Failed::Refused(error)) => {
                writeln!(output, "  found:    error: {}", visible(&error.first().to_string()))
            }
            Err(Failed::Throws(thrown)) => {
                writeln!(output, "  found:    throws {}", visible(thrown.reason()))
            }
        }
    }

    fn to_json<'a>(&'a self, file: &'a str) -> JsonFailure<'a> {
        JsonFailure {
            file,
            line: self.line,
            name: self.name.as_deref(),
            filter: &self.filter,
            event: &self.event,
            expected: self.expected,
            found: Verdict::of(&self.found),
            problems: match &self.found {
                Err(Failed::Refused(error)) => error.problems().iter().map(JsonProblem::from).collect(),
                _ => Vec::new(),
            },
            throws: match &self.found {
                Err(Failed::Throws(thrown)) => Some(thrown.reason()),
                _ => None,
            },
        }
    }
}

/// A [`Failure`] for programs.
#[derive(Serialize)]
struct JsonFailure<'a> {
    file: &'a str,
    line: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    filter: &'a RawValue,
    event: &'a RawValue,
    expected: Verdict,
    found: Verdict,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    problems: Vec<JsonProblem<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    throws: Option<&'a str>,
}

/// The beginning of a text that may be long.
fn excerpt(text: &str) -> String {
    const MAX_CHARS: usize = 200;
    match text.char_indices().nth(MAX_CHARS) {
        None => visible(text),
        Some((end, _)) => format!("{}…", visible(text.get(..end).unwrap_or(text))),
    }
}
