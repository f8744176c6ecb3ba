//! `hooksieve compare`: lists the events whose verdict changes from one filter to another.

use std::io::{self, Write};
use std::mem;
use std::path::PathBuf;

use anyhow::{Result, bail};
use hooksieve::{EventError, ExplainOptions, Filter, Scratch};
use serde::Serialize;

use crate::filter_arg::FilterArg;
use crate::json_line;
use crate::output::Output;
use crate::scratch::with_scratch;
use crate::stream::{self, Block, Input, Results, Step, Stopped};
use crate::trouble::{BadLines, Trouble};
use crate::{Exit, Format, progress};

/// List the events whose verdict changes from one filter to another
///
/// For a filter that is to be changed: which events of a sample would come, or come no longer, and why.
/// The reason is that of the filter that does not let the event through. The numbers follow at the end.
///
/// Events are JSON, one to a line, as for `match`; so is what is said about lines that are not JSON.
#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// The filter as it was: JSON text, `@PATH` for a file, or `@-` for standard input
    old: FilterArg,

    /// The filter as it is to be, likewise
    new: FilterArg,

    /// Files of events; standard input if none is given, or for `-`
    #[arg(value_name = "EVENTS")]
    events: Vec<PathBuf>,

    /// Leave the values of the events out of the reasons
    #[arg(long)]
    mask: bool,

    /// `json` prints one object for each event, then one with the numbers
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,

    /// Report at most N bad lines of each file; all are counted
    #[arg(long, value_name = "N", default_value_t = 10)]
    max_errors: u64,
}

const AFTER_HELP: &str = "\
Example:
  hooksieve compare @old.json @new.json events.ndjson

Output, for each event whose verdict changes:
  LINE: match → no match; new: why the new filter does not let it through
  LINE: no match → match; old: why the old filter did not
  FILE:LINE: …    if there are several files
and at the end how many events match only the new filter (gained) or only the old one (lost).

JSON output, for each such event and at the end:
  {\"line\": N, \"old\": BOOL, \"new\": BOOL, \"reason\": TEXT}
  {\"file\": FILE, \"line\": N, …}    if there are several files
  {\"events\": N, \"gained\": N, \"lost\": N}

Exit codes:
  0  no verdict changes
  1  some verdict changes
  2  a filter was refused, a file could not be read, or some line was not JSON";

/// Lines are handed on as soon as there are so many bytes.
const MAX_RESULT_BYTES: usize = 1 << 20;

pub(crate) fn run(args: Args) -> Result<Exit> {
    let inputs = Input::from_paths(args.events);
    let from_stdin = usize::from(args.old.is_stdin())
        + usize::from(args.new.is_stdin())
        + usize::from(inputs.iter().any(Input::is_stdin));
    if from_stdin > 1 {
        bail!("only one of the filters and the events can be read from standard input");
    }
    let (Some(old), Some(new)) = (args.old.compile_or_print(), args.new.compile_or_print()) else {
        return Ok(Exit::Trouble);
    };
    let several = inputs.len() > 1;
    let comparer = Comparer {
        old,
        new,
        options: ExplainOptions::new().mask_values(args.mask),
        format: args.format,
        files: inputs.iter().map(|input| several.then(|| input.to_string())).collect(),
        max_errors: args.max_errors,
    };
    compare(comparer, inputs)
}

fn compare(comparer: Comparer, inputs: Vec<Input>) -> Result<Exit> {
    let format = comparer.format;
    let progress = progress::bar(&inputs, false);
    let mut trouble = Trouble::new(progress.clone(), ["not JSON", "not JSON"], comparer.max_errors);
    let mut output = Output::new();
    let mut numbers = Numbers::default();
    let steps = stream::evaluate(inputs, 0, progress.clone(), move |block, results| {
        with_scratch(block, |scratch| comparer.compare_block(block, scratch, results))
    })?;
    for step in steps {
        match step {
            Step::Begin(input) => trouble.begin(input),
            Step::Result(compared) => {
                numbers.add(&compared.numbers);
                output.write_all(&compared.text)?;
                output.flush()?;
                trouble.bad_lines(compared.bad_lines);
            }
            Step::LongLine(line) => trouble.long_line(line),
            Step::Unreadable(input, error) => trouble.unreadable(&input, &error),
            Step::End => {}
        }
        if output.is_closed() {
            break;
        }
    }
    progress.finish_and_clear();
    match format {
        Format::Json => output.write_json_line(&numbers)?,
        Format::Text => numbers.write(&mut output)?,
    }
    output.flush()?;
    if !output.is_closed() {
        trouble.summarize();
    }
    Ok(match (trouble.any(), numbers.gained + numbers.lost) {
        (true, _) => Exit::Trouble,
        (false, 0) => Exit::Success,
        (false, _) => Exit::Failure,
    })
}

struct Comparer {
    old: Filter,
    new: Filter,
    options: ExplainOptions,
    format: Format,
    /// The names of the inputs, if there are several.
    files: Vec<Option<String>>,
    max_errors: u64,
}

/// What became of some events.
#[derive(Default)]
struct Compared {
    numbers: Numbers,
    /// To be printed.
    text: Vec<u8>,
    bad_lines: BadLines,
}

#[derive(Default, Serialize)]
struct Numbers {
    events: u64,
    /// That match the new filter only.
    gained: u64,
    /// That match the old filter only.
    lost: u64,
}

/// An event whose verdict changes.
#[derive(Serialize)]
struct Change<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    line: u64,
    old: bool,
    new: bool,
    reason: String,
}

impl Comparer {
    fn compare_block(
        &self,
        block: &Block,
        scratch: &mut Scratch,
        results: &Results<Compared>,
    ) -> Result<(), Stopped> {
        let mut compared = Compared::default();
        for (number, line) in block.lines().filter(|(_, line)| !json_line::is_blank(line)) {
            match self.change(block.input(), number, json_line::content(line), scratch) {
                Ok(change) => {
                    compared.numbers.events += 1;
                    if let Some(change) = change {
                        compared.numbers.gained += u64::from(change.new);
                        compared.numbers.lost += u64::from(change.old);
                        // This cannot fail: memory takes everything.
                        let _ = change.write(&mut compared.text, self.format);
                    }
                }
                Err(error) => compared.bad_lines.add(number, error.into(), self.max_errors),
            }
            if compared.text.len() > MAX_RESULT_BYTES {
                results.send(mem::take(&mut compared))?;
            }
        }
        results.send(compared)
    }

    /// `None` where both filters say the same.
    fn change(
        &self,
        input: usize,
        line: u64,
        event: &[u8],
        scratch: &mut Scratch,
    ) -> Result<Option<Change<'_>>, EventError> {
        let old = self.old.matches_json(event, scratch)?;
        let new = self.new.matches_json(event, scratch)?;
        if old == new {
            return Ok(None);
        }
        let rejecting = if new { &self.old } else { &self.new };
        let reason = rejecting.explain_json_with(event, self.options)?.reason();
        let file = self.files.get(input).and_then(Option::as_deref);
        Ok(Some(Change { file, line, old, new, reason }))
    }
}

impl Change<'_> {
    fn write(&self, text: &mut Vec<u8>, format: Format) -> io::Result<()> {
        if format == Format::Json {
            serde_json::to_writer(&mut *text, self)?;
            return text.write_all(b"\n");
        }
        if let Some(file) = self.file {
            write!(text, "{file}:")?;
        }
        let change = if self.new { "no match → match; old" } else { "match → no match; new" };
        writeln!(text, "{}: {change}: {}", self.line, self.reason)
    }
}

impl Numbers {
    fn add(&mut self, other: &Self) {
        self.events += other.events;
        self.gained += other.gained;
        self.lost += other.lost;
    }

    fn write(&self, output: &mut Output) -> io::Result<()> {
        let Self { events, gained, lost } = self;
        let unchanged = events - gained - lost;
        writeln!(output, "{events} events: {gained} gained, {lost} lost, {unchanged} unchanged")
    }
}
