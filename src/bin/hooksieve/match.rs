//! `hooksieve match`: prints the events that a filter lets through.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Result, bail};
use hooksieve::{DialectFilter, Scratch, Verdict};
use indicatif::ProgressBar;

use crate::dialect_arg::DialectArg;
use crate::filter_arg::{self, FilterArg};
use crate::output::Output;
use crate::scratch::with_scratch;
use crate::stream::{self, Block, Input, Step};
use crate::trouble::{BadLines, Trouble};
use crate::{Exit, json_line, progress};

/// Print the events that match a filter
///
/// Events are JSON, one to a line. Matching lines are printed as they came, in order. Files of any size
/// are read without being kept in memory.
///
/// Lines that are not JSON are reported on standard error and never selected, not even with
/// --invert-match; the same goes for lines longer than 64 MiB. Blank lines are passed over, and so is a
/// byte order mark at the start of a file. A last line without line ending gets one.
///
/// An event on which the filter throws (`--dialect nextcloud`) is reported and never selected, either.
#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    #[arg(help = filter_arg::HELP)]
    filter: FilterArg,

    /// Files of events; standard input if none is given, or for `-`
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,

    #[command(flatten)]
    dialect: DialectArg,

    /// Print only how many events are selected; for several files, NAME:COUNT for each
    #[arg(short, long)]
    count: bool,

    /// Select the events that do not match
    #[arg(short = 'v', long)]
    invert_match: bool,

    /// Print nothing and stop at the first event selected
    #[arg(short, long)]
    quiet: bool,

    /// Report at most N bad lines of each file, and events on which the filter throws; all are counted
    #[arg(long, value_name = "N", default_value_t = 10)]
    max_errors: u64,

    /// Evaluate on N threads [default: one for each core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

const AFTER_HELP: &str = "\
Examples:
  hooksieve match '{\"user.uid\": \"bob\"}' events.ndjson
  tail -f events.ndjson | hooksieve match @filter.json
  hooksieve match --count '{\"time\": {\"$gte\": 1700000000}}' logs/*.ndjson
  hooksieve match --dialect nextcloud @filter.json events.ndjson

Exit codes, as grep's:
  0  some event was selected
  1  no event was selected
  2  the filter was refused, or throws on some event; a file could not be read, or some line was no
     JSON
     (with --quiet, 0 nevertheless if an event was selected before)";

pub(crate) fn run(args: Args) -> Result<Exit> {
    let inputs = Input::from_paths(args.files);
    if args.filter.is_stdin() && inputs.iter().any(Input::is_stdin) {
        bail!("the filter and the events cannot both be read from standard input");
    }
    let Some(filter) = args.filter.compile_or_print(args.dialect.dialect) else {
        return Ok(Exit::Trouble);
    };
    let selector = Selector {
        filter,
        wanted: !args.invert_match,
        report: match (args.quiet, args.count) {
            (true, _) => Report::Whether,
            (_, true) => Report::Count { names: inputs.len() > 1 },
            _ => Report::Lines,
        },
        max_errors: args.max_errors,
    };
    let progress = progress::bar(&inputs, selector.report != Report::Lines);
    let exit = select(selector, inputs, args.threads.map_or(0, usize::from), &progress);
    progress.finish_and_clear();
    exit
}

/// What is said about the selected events.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Report {
    Lines,
    Count {
        names: bool,
    },
    /// Only the exit code tells.
    Whether,
}

fn select(selector: Selector, inputs: Vec<Input>, threads: usize, progress: &ProgressBar) -> Result<Exit> {
    let report = selector.report;
    let mut trouble = Trouble::new(progress.clone(), ["not JSON", "not JSON"], selector.max_errors);
    let mut output = Output::new();
    let mut any = false;
    let mut name = String::new();
    let mut count = 0;

    let steps = stream::evaluate(inputs, threads, progress.clone(), move |block, results| {
        results.send(with_scratch(block, |scratch| selector.select(block, scratch)))
    })?;
    for step in steps {
        match step {
            Step::Begin(input) => {
                name = input.to_string();
                count = 0;
                trouble.begin(input);
            }
            Step::Result(selected) => {
                any |= selected.count > 0;
                count += selected.count;
                if any && report == Report::Whether {
                    return Ok(Exit::Success);
                }
                output.write_all(&selected.lines)?;
                output.flush()?;
                trouble.bad_lines(selected.bad_lines);
            }
            Step::LongLine(line) => trouble.long_line(line),
            Step::Unreadable(input, error) => trouble.unreadable(&input, &error),
            Step::End => {
                if let Report::Count { names } = report {
                    let name = if names { format!("{name}:") } else { String::new() };
                    progress.suspend(|| writeln!(output, "{name}{count}").and_then(|()| output.flush()))?;
                }
            }
        }
        if output.is_closed() {
            return Ok(exit(any, &trouble));
        }
    }
    trouble.summarize();
    Ok(exit(any, &trouble))
}

fn exit(any_selected: bool, trouble: &Trouble) -> Exit {
    match (trouble.any(), any_selected) {
        (true, _) => Exit::Trouble,
        (false, true) => Exit::Success,
        (false, false) => Exit::Failure,
    }
}

struct Selector {
    filter: DialectFilter,
    /// The verdict that selects an event.
    wanted: bool,
    report: Report,
    max_errors: u64,
}

/// What was found in a block.
#[derive(Default)]
struct Selected {
    count: u64,
    /// To be printed.
    lines: Vec<u8>,
    bad_lines: BadLines,
}

impl Selector {
    fn select(&self, block: &Block, scratch: &mut Scratch) -> Selected {
        let mut selected = Selected::default();
        for (number, line) in block.lines().filter(|(_, line)| !json_line::is_blank(line)) {
            let verdict = match self.filter.verdict_json(json_line::content(line), scratch) {
                Ok(Verdict::Matches) => Ok(true),
                Ok(Verdict::DoesNotMatch) => Ok(false),
                Ok(Verdict::Throws(thrown)) => {
                    let who = || "the filter".to_owned();
                    selected.bad_lines.add_thrown(number, who, &thrown, self.max_errors);
                    continue;
                }
                Err(error) => Err(error),
            };
            match verdict {
                Ok(verdict) if verdict == self.wanted => {
                    selected.count += 1;
                    match self.report {
                        Report::Lines => {
                            selected.lines.extend_from_slice(line);
                            if !line.ends_with(b"\n") {
                                selected.lines.push(b'\n');
                            }
                        }
                        Report::Count { .. } => {}
                        Report::Whether => break,
                    }
                }
                Ok(_) => {}
                Err(error) => selected.bad_lines.add(number, error.into(), self.max_errors),
            }
        }
        selected
    }
}
