//! `hooksieve route`: prints to which listeners each event goes.

use std::io::{self, Write};
use std::mem;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Result, bail};
use hooksieve::{DialectListener, ListenerId, Scratch, Snapshot, Thrown, Verdict};
use indicatif::ProgressBar;
use serde_json::{Number, Value};

use crate::diagnostics::visible;
use crate::dialect_arg::DialectArg;
use crate::json_line::LineError;
use crate::listeners::{Filters, Listeners};
use crate::output::Output;
use crate::scratch::with_scratch;
use crate::stream::{self, Block, Input, Results, Step, Stopped};
use crate::trouble::{BadLines, Trouble};
use crate::{Exit, Format, diagnostics, json_line, progress};

/// Print to which listeners each event goes
///
/// LISTENERS holds the registrations of webhook listeners: a JSON list of objects {"id", "event",
/// "eventFilter", "userIdFilter", "httpMethod", "uri", "headers", "authMethod", "authData",
/// "tokenNeeded"}, or what the registration API answers to a request for all of them,
/// {"ocs": {"data": [...]}}. Only "event" must be there; other fields may be.
///
/// An event goes to a listener if its `event.class` is `event` (without a backslash at its start), its
/// `user.uid` is `userIdFilter`, and it matches `eventFilter`. These two may be absent, null or empty
/// (`""`, and `{}` or `[]`): then they let every event through. An `id` is a number or a string and
/// stands for one listener only; without one, it is the position in the list, from 0.
///
/// A listener with something wrong, be it in what is not needed here, is reported on standard error and
/// left out; the others work. Headers and passwords are not shown.
///
/// With `--dialect nextcloud`, the listeners are asked in the order of the file, as that server does. One that
/// throws is reported, also where it throws on every event, and those of the event that come after it are
/// skipped: the server does not ask them.
///
/// Events are JSON, one to a line, as for `match`; so is what is said about lines that are not JSON.
#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// File of registrations; `-` for standard input
    listeners: PathBuf,

    /// Files of events; standard input if none is given, or for `-`
    #[arg(value_name = "EVENTS")]
    events: Vec<PathBuf>,

    #[command(flatten)]
    dialect: DialectArg,

    /// `json` prints an object for every event, also for those that go nowhere
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,

    /// Read no events if something is wrong with any listener
    #[arg(long)]
    strict: bool,

    /// Print at the end, on standard error, how the listeners are found, and how fast
    #[arg(long)]
    stats: bool,

    /// Report at most N bad lines of each file, and events on which a listener throws; all are counted
    #[arg(long, value_name = "N", default_value_t = 10)]
    max_errors: u64,

    /// Evaluate on N threads [default: one for each core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

/// Where events go to very many listeners, lines are handed on as soon as there are so many bytes.
const MAX_RESULT_BYTES: usize = 1 << 20;

const AFTER_HELP: &str = "\
Examples:
  hooksieve route listeners.json events.ndjson
  tail -f events.ndjson | hooksieve route listeners.json
  hooksieve route --format json listeners.json events.ndjson | jq -c 'select(.ids == [])'
  hooksieve route --dialect nextcloud listeners.json events.ndjson

Output, for each event that goes anywhere:
  LINE<TAB>ID ID ...         the number of the line, and the ids in the order of the listeners
  FILE:LINE<TAB>ID ID ...    if there are several files
  LINE<TAB>ID ...<TAB>throws: ID<TAB>skipped: ID ...    where a listener throws
A string that is a number, or not one word, stands in double quotes, as in JSON.

JSON output, for each event:
  {\"line\": N, \"ids\": [ID, ...]}
  {\"file\": FILE, \"line\": N, \"ids\": [ID, ...]}    if there are several files
  {\"line\": N, \"ids\": [ID, ...], \"throws\": {\"id\": ID, \"reason\": TEXT}, \"skipped\": [ID, ...]}
                                                         where a listener throws

Exit codes:
  0  some event goes somewhere
  1  no event goes anywhere
  2  a listener was refused, or throws; a file could not be read, or some line was not JSON";

pub(crate) fn run(args: Args) -> Result<Exit> {
    let list = Input::from_path(args.listeners);
    let inputs = Input::from_paths(args.events);
    if list.is_stdin() && inputs.iter().any(Input::is_stdin) {
        bail!("the listeners and the events cannot both be read from standard input");
    }
    let listeners = Listeners::read(&list, args.dialect.dialect)?;
    let refused = listeners.refused > 0;
    if refused {
        let (refused, all) = (listeners.refused, listeners.ids.len());
        diagnostics::print_error(&format!("listeners refused: {refused} of {all}"));
        if args.strict {
            return Ok(Exit::Trouble);
        }
    }

    let stats = args.stats.then(|| match &listeners.filters {
        Filters::Set(set) => set.stats().to_string(),
        Filters::InTurn(list) => format!("{:<42} {:>10}\n", "listeners, asked in turn", list.len()),
    });
    let router = Router::new(listeners, args.format, &inputs, args.max_errors);
    let progress = progress::bar(&inputs, false);
    let start = Instant::now();
    let outcome = print_routes(router, inputs, args.threads.map_or(0, usize::from), &progress);
    progress.finish_and_clear();
    let Outcome { events, deliveries, trouble } = outcome?;
    if let Some(stats) = stats {
        let per_second = events as f64 / start.elapsed().as_secs_f64();
        // There is nobody to tell when this fails.
        let _ = write!(io::stderr(), "{stats}");
        for (name, number) in
            [("events", events), ("deliveries", deliveries), ("events per second", per_second as u64)]
        {
            let _ = writeln!(io::stderr(), "{name:<42} {number:>10}");
        }
    }
    Ok(match (trouble || refused, deliveries > 0) {
        (true, _) => Exit::Trouble,
        (false, true) => Exit::Success,
        (false, false) => Exit::Failure,
    })
}

#[derive(Default)]
struct Outcome {
    events: u64,
    deliveries: u64,
    trouble: bool,
}

fn print_routes(
    router: Router,
    inputs: Vec<Input>,
    threads: usize,
    progress: &ProgressBar,
) -> Result<Outcome> {
    let mut trouble = Trouble::new(progress.clone(), ["not JSON", "not JSON"], router.max_errors);
    let mut output = Output::new();
    let mut outcome = Outcome::default();
    let steps = stream::evaluate(inputs, threads, progress.clone(), move |block, results| {
        router.route(block, results)
    })?;
    for step in steps {
        match step {
            Step::Begin(input) => trouble.begin(input),
            Step::Result(routed) => {
                outcome.events += routed.events;
                outcome.deliveries += routed.deliveries;
                output.write_all(&routed.lines)?;
                output.flush()?;
                trouble.bad_lines(routed.bad_lines);
            }
            Step::LongLine(line) => trouble.long_line(line),
            Step::Unreadable(input, error) => trouble.unreadable(&input, &error),
            Step::End => {}
        }
        if output.is_closed() {
            break;
        }
    }
    if !output.is_closed() {
        trouble.summarize();
    }
    outcome.trouble = trouble.any();
    Ok(outcome)
}

struct Router {
    asked: Asked,
    /// What is printed, by the positions of the listeners.
    ids: Vec<String>,
    format: Format,
    layout: Layout,
    max_errors: u64,
}

/// Who is asked about an event.
enum Asked {
    All(Snapshot<usize>),
    /// One by one, until one throws.
    InTurn(Vec<(usize, DialectListener)>),
}

/// To whom an event goes, by positions.
#[derive(Default)]
struct Route {
    to: Vec<usize>,
    /// The listener that throws.
    throws: Option<(usize, Thrown)>,
    /// Those after it.
    skipped: Vec<usize>,
}

impl Asked {
    fn route(&self, event: &[u8], scratch: &mut Scratch) -> Result<Route, LineError> {
        let list = match self {
            Self::All(set) => {
                let matches = set.matches_json(event, scratch)?;
                return Ok(Route { to: matches.in_insertion_order().copied().collect(), ..Route::default() });
            }
            Self::InTurn(list) => list,
        };
        let event: Value = json_line::parse(event)?;
        let mut route = Route::default();
        for (position, listener) in list.iter().filter(|(_, listener)| listener.is_asked(&event)) {
            if route.throws.is_some() {
                route.skipped.push(*position);
                continue;
            }
            match listener.filter().verdict(&event) {
                Verdict::Matches => route.to.push(*position),
                Verdict::DoesNotMatch => {}
                Verdict::Throws(thrown) => route.throws = Some((*position, thrown)),
            }
        }
        Ok(route)
    }
}

/// How a line of output is put together.
struct Layout {
    /// Before the number of the line, by the positions of the inputs.
    begin: Vec<String>,
    before_ids: &'static str,
    between_ids: &'static str,
    after_ids: &'static str,
    end: &'static str,
    /// Events that go nowhere are printed, too.
    with_empty: bool,
}

/// To where some events go.
#[derive(Default)]
struct Routed {
    events: u64,
    deliveries: u64,
    /// To be printed.
    lines: Vec<u8>,
    bad_lines: BadLines,
}

impl Router {
    fn new(listeners: Listeners, format: Format, inputs: &[Input], max_errors: u64) -> Self {
        let layout = Layout::new(format, inputs);
        let Listeners { filters, ids, .. } = listeners;
        let id = |id: &Option<ListenerId>| match (id, format) {
            (None, _) => String::new(),
            (Some(id), Format::Text) => word(id),
            (Some(id), Format::Json) => id.as_json().to_owned(),
        };
        Self {
            asked: match filters {
                Filters::Set(set) => Asked::All(set.snapshot()),
                Filters::InTurn(list) => Asked::InTurn(list),
            },
            ids: ids.iter().map(id).collect(),
            format,
            layout,
            max_errors,
        }
    }

    fn route(&self, block: &Block, results: &Results<Routed>) -> Result<(), Stopped> {
        with_scratch(block, |scratch| {
            let mut routed = Routed::default();
            for (number, line) in block.lines().filter(|(_, line)| !json_line::is_blank(line)) {
                match self.asked.route(json_line::content(line), scratch) {
                    Ok(route) => {
                        routed.events += 1;
                        routed.deliveries += route.to.len() as u64;
                        if let Some((position, thrown)) = &route.throws {
                            let who = || format!("the listener {}", self.id(*position));
                            routed.bad_lines.add_thrown(number, who, thrown, self.max_errors);
                        }
                        if !route.to.is_empty() || route.throws.is_some() || self.layout.with_empty {
                            // This cannot fail: memory takes everything.
                            let _ = self.write(&mut routed.lines, block.input(), number, &route);
                        }
                    }
                    Err(error) => routed.bad_lines.add(number, error, self.max_errors),
                }
                if routed.lines.len() > MAX_RESULT_BYTES {
                    results.send(mem::take(&mut routed))?;
                }
            }
            results.send(routed)
        })
    }

    fn write(&self, lines: &mut Vec<u8>, input: usize, number: u64, route: &Route) -> io::Result<()> {
        let Layout { begin, before_ids, between_ids, after_ids, end, .. } = &self.layout;
        let begin = begin.get(input).map_or("", String::as_str);
        let ids = |positions: &[usize]| {
            let ids: Vec<&str> = positions.iter().map(|position| self.id(*position)).collect();
            ids.join(between_ids)
        };
        write!(lines, "{begin}{number}{before_ids}{}{after_ids}", ids(&route.to))?;
        if let Some((position, thrown)) = &route.throws {
            let (id, skipped) = (self.id(*position), ids(&route.skipped));
            match self.format {
                Format::Text if skipped.is_empty() => write!(lines, "\tthrows: {id}")?,
                Format::Text => write!(lines, "\tthrows: {id}\tskipped: {skipped}")?,
                Format::Json => {
                    let reason = Value::from(thrown.reason());
                    write!(lines, r#","throws":{{"id":{id},"reason":{reason}}},"skipped":[{skipped}]"#)?;
                }
            }
        }
        lines.write_all(end.as_bytes())
    }

    fn id(&self, position: usize) -> &str {
        self.ids.get(position).map_or("", String::as_str)
    }
}

/// A string without quotes, unless it would be taken for a number, or for something else than one word.
fn word(id: &ListenerId) -> String {
    let is_word = |text: &String| {
        !text.is_empty()
            && !text.contains(|char: char| char.is_whitespace() || "\"\\".contains(char))
            && text.parse::<Number>().is_err()
    };
    let string = serde_json::from_str(id.as_json()).ok().filter(is_word);
    visible(&string.unwrap_or_else(|| id.as_json().to_owned()))
}

impl Layout {
    fn new(format: Format, inputs: &[Input]) -> Self {
        let several = inputs.len() > 1;
        match format {
            Format::Text => Self {
                begin: inputs
                    .iter()
                    .map(|input| if several { format!("{input}:") } else { String::new() })
                    .collect(),
                before_ids: "\t",
                between_ids: " ",
                after_ids: "",
                end: "\n",
                with_empty: false,
            },
            Format::Json => {
                let begin = |input: &Input| match several {
                    true => format!(r#"{{"file":{},"line":"#, Value::String(input.to_string())),
                    false => r#"{"line":"#.to_owned(),
                };
                Self {
                    begin: inputs.iter().map(begin).collect(),
                    before_ids: r#","ids":["#,
                    between_ids: ",",
                    after_ids: "]",
                    end: "}\n",
                    with_empty: true,
                }
            }
        }
    }
}
