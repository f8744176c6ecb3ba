//! `hooksieve explain`: tells why events do, or do not, match a filter.

use std::io::{self, Write};
use std::mem;
use std::path::PathBuf;

use anyhow::{Result, bail};
use hooksieve::{DialectFilter, ExplainOptions, Explanation, Verdict};
use serde::Serialize;
use serde_json::Value;

use crate::dialect_arg::DialectArg;
use crate::filter_arg::{self, FilterArg};
use crate::json_line::{self, LineError};
use crate::output::Output;
use crate::stream::{self, Block, Input, Results, Step, Stopped};
use crate::trouble::{BadLines, Trouble};
use crate::{Exit, Format, diagnostics, progress};

/// Tell why events do, or do not, match a filter
///
/// Prints the filter part by part, as it is written, each part with its verdict and the reason: ✓ where it
/// holds, ✗ where it does not, ! where Nextcloud's evaluator throws. What the verdict does not depend on is
/// explained, too.
///
/// Events are JSON, one to a line, as for `match`; so is what is said about lines that are not JSON. The
/// first event is explained if nothing else is asked for.
#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    #[arg(help = filter_arg::HELP)]
    filter: FilterArg,

    /// Files of events; standard input if none is given, or for `-`
    #[arg(value_name = "EVENTS")]
    events: Vec<PathBuf>,

    #[command(flatten)]
    dialect: DialectArg,

    /// Explain the event on line N of each file
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    line: Option<u64>,

    /// Explain every event
    #[arg(long, conflicts_with = "line")]
    all: bool,

    /// Leave out the values of the event, and the keys that the filter does not name
    #[arg(long)]
    mask: bool,

    /// `json` prints an object for each event
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,

    /// Report at most N bad lines of each file; all are counted
    #[arg(long, value_name = "N", default_value_t = 10)]
    max_errors: u64,
}

const AFTER_HELP: &str = "\
Examples:
  hooksieve explain '{\"event.node.id\": \"23\"}' events.ndjson
  hooksieve explain --line 17 --mask @filter.json events.ndjson
  hooksieve explain --all --format json @filter.json events.ndjson | jq -r .reason
  hooksieve explain --dialect nextcloud '{\"event.node.id\": {\"$in\": [\"23\"]}}' events.ndjson

JSON output, for each event:
  {\"line\": N, \"matches\": BOOL, \"reason\": TEXT, \"root\": {\"kind\", \"verdict\", \"sentence\", …}}
  {\"file\": FILE, \"line\": N, …}    if there are several files
  {\"line\": N, \"matches\": null, \"throws\": TEXT, …}    where the evaluator throws
docs/explain.md describes all of it.

Exit codes:
  0  some event that was explained matches
  1  none does
  2  the filter was refused, or throws on an event that was explained; there is no such event, a file could
     not be read, or some line was not JSON";

/// Lines are handed on as soon as there are so many bytes.
const MAX_RESULT_BYTES: usize = 1 << 20;

/// Which events are explained.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Choice {
    First,
    Line(u64),
    All,
}

pub(crate) fn run(args: Args) -> Result<Exit> {
    let inputs = Input::from_paths(args.events);
    if args.filter.is_stdin() && inputs.iter().any(Input::is_stdin) {
        bail!("the filter and the events cannot both be read from standard input");
    }
    let Some(filter) = args.filter.compile_or_print(args.dialect.dialect) else {
        return Ok(Exit::Trouble);
    };
    let several = inputs.len() > 1;
    let explainer = Explainer {
        filter,
        options: ExplainOptions::new().mask_values(args.mask),
        choice: match (args.line, args.all) {
            (Some(line), _) => Choice::Line(line),
            (None, true) => Choice::All,
            (None, false) => Choice::First,
        },
        format: args.format,
        files: inputs.iter().map(|input| several.then(|| input.to_string())).collect(),
        max_errors: args.max_errors,
    };
    explain(explainer, inputs)
}

fn explain(explainer: Explainer, inputs: Vec<Input>) -> Result<Exit> {
    let choice = explainer.choice;
    let one_is_enough = match choice {
        Choice::First => true,
        Choice::Line(_) => inputs.len() == 1,
        Choice::All => false,
    };
    let progress = progress::bar(&inputs, false);
    let mut trouble = Trouble::new(progress.clone(), ["not JSON", "not JSON"], explainer.max_errors);
    let mut output = Output::new();
    let (mut events, mut matching, mut thrown) = (0, 0, 0);
    let mut events_of_input = 0;
    let mut is_lacking = false;
    let mut input_name = String::new();
    let steps = stream::evaluate(inputs, 0, progress.clone(), move |block, results| {
        explainer.explain_block(block, results)
    })?;
    for step in steps {
        match step {
            Step::Begin(input) => {
                input_name = input.to_string();
                events_of_input = 0;
                trouble.begin(input);
            }
            Step::Result(explained) => {
                let seen = explained.events + explained.bad_lines.count();
                events += explained.events;
                events_of_input += seen;
                matching += explained.matching;
                thrown += explained.thrown;
                output.write_all(&explained.text)?;
                output.flush()?;
                trouble.bad_lines(explained.bad_lines);
                if one_is_enough && seen > 0 {
                    break;
                }
            }
            Step::LongLine(line) => {
                events_of_input += u64::from(choice == Choice::Line(line));
                trouble.long_line(line);
            }
            Step::Unreadable(input, error) => trouble.unreadable(&input, &error),
            Step::End => {
                if let Choice::Line(line) = choice
                    && events_of_input == 0
                {
                    is_lacking = true;
                    progress.suspend(|| {
                        diagnostics::print_error(&format!(
                            "there is no event on line {line} of `{input_name}`"
                        ));
                    });
                }
            }
        }
        if output.is_closed() {
            break;
        }
    }
    progress.finish_and_clear();
    if events == 0 && !is_lacking && !trouble.any() {
        diagnostics::print_error("there is no event");
        is_lacking = true;
    }
    if choice == Choice::All && !output.is_closed() {
        trouble.summarize();
    }
    Ok(match (trouble.any() || is_lacking || thrown > 0, matching > 0) {
        (true, _) => Exit::Trouble,
        (false, true) => Exit::Success,
        (false, false) => Exit::Failure,
    })
}

struct Explainer {
    filter: DialectFilter,
    options: ExplainOptions,
    choice: Choice,
    format: Format,
    /// The names of the inputs, if there are several.
    files: Vec<Option<String>>,
    max_errors: u64,
}

/// What is said of some events.
#[derive(Default)]
struct Explained {
    events: u64,
    matching: u64,
    thrown: u64,
    /// To be printed.
    text: Vec<u8>,
    bad_lines: BadLines,
}

/// An explanation for programs, with the place of the event.
#[derive(Serialize)]
struct Line<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    line: u64,
    #[serde(flatten)]
    explanation: Value,
}

impl Explainer {
    fn explain_block(&self, block: &Block, results: &Results<Explained>) -> Result<(), Stopped> {
        let mut explained = Explained::default();
        for (number, line) in block.lines().filter(|(_, line)| !json_line::is_blank(line)) {
            if matches!(self.choice, Choice::Line(line) if line != number) {
                continue;
            }
            match self.filter.explain_json_with(json_line::content(line), self.options) {
                Ok(explanation) => {
                    explained.events += 1;
                    explained.matching += u64::from(explanation.matches());
                    explained.thrown += u64::from(matches!(explanation.verdict(), Verdict::Throws(_)));
                    let file = self.files.get(block.input()).and_then(Option::as_deref);
                    // This cannot fail: memory takes everything.
                    let _ = self.write(&mut explained.text, file, number, &explanation);
                }
                Err(error) => explained.bad_lines.add(number, LineError::from(error), self.max_errors),
            }
            if self.choice == Choice::First {
                break;
            }
            if explained.text.len() > MAX_RESULT_BYTES {
                results.send(mem::take(&mut explained))?;
            }
        }
        results.send(explained)
    }

    fn write(
        &self,
        text: &mut Vec<u8>,
        file: Option<&str>,
        line: u64,
        explanation: &Explanation,
    ) -> io::Result<()> {
        match (self.format, file) {
            (Format::Json, file) => {
                serde_json::to_writer(&mut *text, &Line { file, line, explanation: explanation.to_json() })?;
                text.write_all(b"\n")
            }
            (Format::Text, Some(file)) => write!(text, "{file}:{line}: {explanation:#}"),
            (Format::Text, None) if self.choice == Choice::All => write!(text, "{line}: {explanation:#}"),
            (Format::Text, None) => write!(text, "{explanation:#}"),
        }
    }
}
