//! `hooksieve compare`: lists the events whose verdict changes from one filter, or one dialect, to another.

mod dialects;
mod filters;

use std::ffi::OsString;
use std::io::{self, Write};
use std::mem;
use std::path::PathBuf;

use anyhow::{Result, anyhow, bail};
use hooksieve::{Dialect, EventError, ExplainOptions, Scratch};
use serde::Serialize;

use self::dialects::Dialects;
use self::filters::Filters;
use crate::filter_arg::FilterArg;
use crate::json_line;
use crate::output::Output;
use crate::scratch::with_scratch;
use crate::stream::{self, Block, Input, Results, Step, Stopped};
use crate::trouble::{BadLines, Trouble};
use crate::{Exit, Format, diagnostics, progress};

/// List the events whose verdict changes from one filter, or one dialect, to another
///
/// For a filter that is to be changed: which events of a sample would come, or come no longer, and why.
/// The reason is that of the filter that does not let the event through. The numbers follow at the end.
///
/// With --dialects there is one filter: on which events MongoDB's rules and those of Nextcloud's evaluator
/// disagree, with both verdicts and the reason for each.
///
/// Events are JSON, one to a line, as for `match`; so is what is said about lines that are not JSON.
#[derive(clap::Args)]
#[command(
    after_help = AFTER_HELP,
    override_usage = "hooksieve compare [OPTIONS] <OLD> <NEW> [EVENTS]...\n       hooksieve compare --dialects [OPTIONS] <FILTER> [EVENTS]..."
)]
pub(crate) struct Args {
    /// The filter as it was: JSON text, `@PATH` for a file, or `@-` for standard input; with --dialects, the
    /// only one
    old: FilterArg,

    /// The filter as it is to be, likewise; none with --dialects
    #[arg(required_unless_present = "dialects")]
    new: Option<OsString>,

    /// Files of events; standard input if none is given, or for `-`
    #[arg(value_name = "EVENTS")]
    events: Vec<PathBuf>,

    /// Compare what one filter says in both dialects
    #[arg(long)]
    dialects: bool,

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
Examples:
  hooksieve compare @old.json @new.json events.ndjson
  hooksieve compare --dialects '{\"event.node.id\": {\"$in\": [\"23\"]}}' events.ndjson

Output, for each event whose verdict changes:
  LINE: match → no match; new: why the new filter does not let it through
  LINE: no match → match; old: why the old filter did not
  FILE:LINE: …    if there are several files
and at the end how many events match only the new filter (gained) or only the old one (lost).

With --dialects, for each event on which they disagree, and then the numbers:
  LINE: mongo: matches, or does not match: why
  LINE: nextcloud: matches, does not match, or throws: why

JSON output, for each such event and at the end:
  {\"line\": N, \"old\": BOOL, \"new\": BOOL, \"reason\": TEXT}
  {\"file\": FILE, \"line\": N, …}    if there are several files
  {\"events\": N, \"gained\": N, \"lost\": N}
with --dialects:
  {\"line\": N, \"mongo\": {\"matches\": BOOL, \"reason\": TEXT}, \"nextcloud\": {\"matches\": BOOL, \"reason\": TEXT}}
  {\"events\": N, \"mongo\": N, \"nextcloud\": N, \"throws\": N}
  mongo, nextcloud    of the numbers: the events that only this dialect lets through
  throws              the events on which Nextcloud's evaluator throws; \"matches\" is null there, and \"throws\"
                      beside it tells what

Exit codes:
  0  no verdict changes
  1  some verdict changes
  2  a filter was refused, be it in one of the dialects only, a file could not be read, or some line was not
     JSON";

/// Lines are handed on as soon as there are so many bytes.
const MAX_RESULT_BYTES: usize = 1 << 20;

pub(crate) fn run(args: Args) -> Result<Exit> {
    let (new, events) = match (args.dialects, args.new) {
        (false, Some(new)) => {
            let text = new.into_string().map_err(|_| anyhow!("the new filter is not UTF-8"))?;
            (Some(FilterArg::from(text)), args.events)
        }
        // What stands behind the only filter is a file of events.
        (_, new) => (None, new.into_iter().map(PathBuf::from).chain(args.events).collect()),
    };
    let inputs = Input::from_paths(events);
    let from_stdin = usize::from(args.old.is_stdin())
        + usize::from(new.as_ref().is_some_and(FilterArg::is_stdin))
        + usize::from(inputs.iter().any(Input::is_stdin));
    if from_stdin > 1 {
        bail!("only one of the filters and the events can be read from standard input");
    }
    let options = ExplainOptions::new().mask_values(args.mask);
    let output = Options { format: args.format, max_errors: args.max_errors };
    match new {
        Some(new) => {
            let (Some(old), Some(new)) = (args.old.compile_mongo_or_print(), new.compile_mongo_or_print())
            else {
                return Ok(Exit::Trouble);
            };
            compare(Filters { old, new, options }, output, inputs)
        }
        None => {
            let [mongo, nextcloud] = args.old.compile_all([Dialect::Mongo, Dialect::Nextcloud]);
            for (dialect, refusal) in [(Dialect::Mongo, &mongo), (Dialect::Nextcloud, &nextcloud)] {
                if let Err(refusal) = refusal {
                    diagnostics::print_error(&format!("the filter is refused in the dialect `{dialect}`"));
                    args.old.print(refusal);
                }
            }
            match (mongo, nextcloud) {
                (Ok(mongo), Ok(nextcloud)) => compare(Dialects { mongo, nextcloud, options }, output, inputs),
                _ => Ok(Exit::Trouble),
            }
        }
    }
}

#[derive(Clone, Copy)]
struct Options {
    format: Format,
    max_errors: u64,
}

/// What is compared on each event.
trait Comparison: Send + Sync + 'static {
    type Numbers: Numbers;
    type Change: Change;

    /// `None` where both sides say the same.
    fn change(&self, event: &[u8], scratch: &mut Scratch) -> Result<Option<Self::Change>, EventError>;
}

/// An event whose verdict changes.
trait Change: Serialize {
    /// Behind the number of the line, which stands before every line of it.
    fn write(&self, text: &mut Vec<u8>, place: &str) -> io::Result<()>;
}

trait Numbers: Default + Serialize + Send + 'static {
    type Change;

    /// Counts an event.
    fn count(&mut self, change: Option<&Self::Change>);
    fn add(&mut self, other: &Self);
    /// How many verdicts change.
    fn changes(&self) -> u64;
    fn write(&self, output: &mut Output) -> io::Result<()>;
}

fn compare<C>(comparison: C, options: Options, inputs: Vec<Input>) -> Result<Exit>
where
    C: Comparison<Numbers: Numbers<Change = C::Change>>,
{
    let Options { format, max_errors } = options;
    let several = inputs.len() > 1;
    let comparer = Comparer {
        comparison,
        options,
        files: inputs.iter().map(|input| several.then(|| input.to_string())).collect(),
    };
    let progress = progress::bar(&inputs, false);
    let mut trouble = Trouble::new(progress.clone(), ["not JSON", "not JSON"], max_errors);
    let mut output = Output::new();
    let mut numbers = C::Numbers::default();
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
    Ok(match (trouble.any(), numbers.changes()) {
        (true, _) => Exit::Trouble,
        (false, 0) => Exit::Success,
        (false, _) => Exit::Failure,
    })
}

struct Comparer<C> {
    comparison: C,
    options: Options,
    /// The names of the inputs, if there are several.
    files: Vec<Option<String>>,
}

/// What became of some events.
#[derive(Default)]
struct Compared<N> {
    numbers: N,
    /// To be printed.
    text: Vec<u8>,
    bad_lines: BadLines,
}

/// A change, with the place of the event.
#[derive(Serialize)]
struct Line<'a, C> {
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    line: u64,
    #[serde(flatten)]
    change: &'a C,
}

impl<C> Comparer<C>
where
    C: Comparison<Numbers: Numbers<Change = C::Change>>,
{
    fn compare_block(
        &self,
        block: &Block,
        scratch: &mut Scratch,
        results: &Results<Compared<C::Numbers>>,
    ) -> Result<(), Stopped> {
        let file = self.files.get(block.input()).and_then(Option::as_deref);
        let mut compared = Compared::<C::Numbers>::default();
        for (line, text) in block.lines().filter(|(_, line)| !json_line::is_blank(line)) {
            match self.comparison.change(json_line::content(text), scratch) {
                Ok(change) => {
                    compared.numbers.count(change.as_ref());
                    if let Some(change) = &change {
                        // This cannot fail: memory takes everything.
                        let _ = self.write(&mut compared.text, &Line { file, line, change });
                    }
                }
                Err(error) => compared.bad_lines.add(line, error.into(), self.options.max_errors),
            }
            if compared.text.len() > MAX_RESULT_BYTES {
                results.send(mem::take(&mut compared))?;
            }
        }
        results.send(compared)
    }

    fn write(&self, text: &mut Vec<u8>, line: &Line<'_, C::Change>) -> io::Result<()> {
        if self.options.format == Format::Json {
            serde_json::to_writer(&mut *text, line)?;
            return text.write_all(b"\n");
        }
        let place = match line.file {
            Some(file) => format!("{file}:{}", line.line),
            None => line.line.to_string(),
        };
        line.change.write(text, &place)
    }
}
