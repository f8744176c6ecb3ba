//! `hooksieve migrate`: what becomes of registered filters that are written for Nextcloud's own evaluator.

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use hooksieve::{Catalog, EventClass, Listener, ListenerId, Migration, RegisteredFilter};
use serde::Serialize;
use serde_json::Value;

use crate::catalog_arg::CatalogArgs;
use crate::diagnostics::visible;
use crate::json_line;
use crate::listeners::{self, Lines};
use crate::output::Output;
use crate::stream::{self, Input, Step};
use crate::text_file;
use crate::trouble::{BadLines, Trouble};
use crate::{Exit, Format, progress};

/// Show what becomes of registered filters in the default dialect
///
/// Nextcloud's own evaluator reads filters in a way of its own. For each registration this shows the filter
/// that lets the same events through by the rules of the default dialect. Where the class of the events is
/// known, most are proved by rule. Others are checked, on the given events of the class and, if it is known,
/// on 1,000 that are made up. There is none where the evaluator throws on every event: what was probably
/// meant is shown then, but nobody has got these events so far.
#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// A file of registrations, as for `route`; `-` for standard input
    #[arg(value_name = "LISTENERS")]
    listeners: PathBuf,

    /// Files of events to check on, one to a line; `-` for standard input
    #[arg(value_name = "EVENTS")]
    events: Vec<PathBuf>,

    #[command(flatten)]
    catalog: CatalogArgs,

    /// `json` prints one object for each registration
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,

    /// Write the registrations to a new file, with the filters that are proved or checked in place of the old
    /// ones. It has the secrets that the old file has
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,

    /// Report at most N bad lines of each file; all are counted
    #[arg(long, value_name = "N", default_value_t = 10)]
    max_errors: u64,
}

const AFTER_HELP: &str = "\
Examples:
  hooksieve migrate listeners.json
  hooksieve migrate listeners.json events.ndjson --write migrated.json

Verdicts:
  proved     the new filter lets the same events of the class through
  checked    it did on all events that there were
  unchecked  there were none
  none       there is no such filter; or it let other events through

JSON output, for each registration:
  {\"id\", \"event\", \"verdict\", \"old\", \"new\", \"notes\": [{\"kind\", \"pointer\", \"message\"}], …}
  old, new    the texts of the filters; new is null where there is none
  kind        `rule`, `doubt` or `trouble`
  suggestion  what was probably meant (only where nothing gets through)
  events      {\"checked\": N, \"agree\": N} of the given events
  made_up     the same of made-up events

Exit codes:
  0  every filter is proved
  1  some are checked or unchecked
  2  for some there is none; a registration was refused, a file could not be read, or some line was not JSON";

/// As for `route`.
const MAX_BYTES: u64 = 1 << 30;

const MADE_UP: u64 = 1000;

pub(crate) fn run(args: Args) -> Result<Exit> {
    let Some(catalog) = args.catalog.load()? else { return Ok(Exit::Trouble) };
    let list = Input::from_path(args.listeners);
    let inputs: Vec<Input> = args.events.into_iter().map(Input::from_path).collect();
    if list.is_stdin() && inputs.iter().any(Input::is_stdin) {
        bail!("the listeners and the events cannot both be read from standard input");
    }
    let text = text_file::read(&list, "list of listeners", MAX_BYTES)?;
    let (mut rows, refused) = read(&text, &list, &catalog)?;
    let trouble = check(&mut rows, inputs, args.max_errors)?;

    let mut output = Output::new();
    for row in &rows {
        match args.format {
            Format::Json => output.write_json_line(&row.to_json())?,
            Format::Text => row.write(&mut output)?,
        }
    }
    if args.format == Format::Text {
        let count = |verdict| rows.iter().filter(|row| row.verdict() == verdict).count();
        let counts = [Verdict::Proved, Verdict::Checked, Verdict::Unchecked, Verdict::None]
            .map(|verdict| format!("{} {}", count(verdict), verdict.as_str()));
        writeln!(output, "{} listeners: {}", rows.len(), counts.join(", "))?;
    }
    output.flush()?;
    if let Some(path) = args.write {
        std::fs::write(&path, exchanged(&text, &rows))
            .with_context(|| format!("cannot write `{}`", path.display()))?;
    }
    let worst = rows.iter().map(Row::verdict).max().unwrap_or(Verdict::Proved);
    Ok(match worst {
        _ if trouble || refused => Exit::Trouble,
        Verdict::Proved => Exit::Success,
        Verdict::Checked | Verdict::Unchecked => Exit::Failure,
        Verdict::None => Exit::Trouble,
    })
}

/// A registration.
struct Row {
    id: String,
    class: String,
    old: String,
    /// Where the filter stands in the file.
    range: Option<std::ops::Range<usize>>,
    migration: Arc<Migration>,
    given: Tally,
    made_up: Tally,
}

/// On how many events both filters agree.
#[derive(Clone, Default, Serialize)]
struct Tally {
    checked: u64,
    agree: u64,
}

impl Tally {
    fn add(&mut self, agrees: bool) {
        self.checked += 1;
        self.agree += u64::from(agrees);
    }

    fn agrees(&self) -> bool {
        self.agree == self.checked
    }
}

/// From the best to the worst.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    Proved,
    Checked,
    Unchecked,
    None,
}

impl Verdict {
    fn as_str(self) -> &'static str {
        match self {
            Self::Proved => "proved",
            Self::Checked => "checked",
            Self::Unchecked => "unchecked",
            Self::None => "none",
        }
    }
}

/// Migrates the filters of a file. Registrations that cannot be read are shown on standard error.
fn read(text: &str, list: &Input, catalog: &Catalog) -> Result<(Vec<Row>, bool)> {
    let mut lines = Lines::new(text);
    let filters = match Listener::filters_from_json(text) {
        Ok(filters) => filters,
        Err(error) => bail!(listeners::no_list(&error, &mut lines, list)),
    };
    let name = list.to_string();
    let (mut rows, mut refused) = (Vec::with_capacity(filters.len()), false);
    for filter in filters {
        match filter {
            Ok(filter) => rows.push(Row::new(&filter, catalog.get(filter.class()))),
            Err(error) => {
                listeners::print(&error, &mut lines, &name);
                refused = true;
            }
        }
    }
    Ok((rows, refused))
}

/// Compares old and new on the given events; true where something is wrong with those.
fn check(rows: &mut [Row], inputs: Vec<Input>, max_errors: u64) -> Result<bool> {
    if inputs.is_empty() {
        return Ok(false);
    }
    let progress = progress::bar(&inputs, false);
    let mut trouble = Trouble::new(progress.clone(), ["not JSON", "not JSON"], max_errors);
    let migrations: Vec<(String, Arc<Migration>)> =
        rows.iter().map(|row| (row.class.clone(), Arc::clone(&row.migration))).collect();
    let steps = stream::evaluate(inputs, 0, progress.clone(), move |block, results| {
        let mut tallies = vec![Tally::default(); migrations.len()];
        let mut bad_lines = BadLines::default();
        for (number, line) in block.lines().filter(|(_, line)| !json_line::is_blank(line)) {
            match json_line::parse::<Value>(line) {
                Ok(event) => {
                    let class = class_of(&event);
                    for ((own, migration), tally) in migrations.iter().zip(&mut tallies) {
                        if class.is_none_or(|class| class == own)
                            && let Some(agrees) = migration.agrees(&event)
                        {
                            tally.add(agrees);
                        }
                    }
                }
                Err(error) => bad_lines.add(number, error, max_errors),
            }
        }
        results.send((tallies, bad_lines))
    })?;
    for step in steps {
        match step {
            Step::Begin(input) => trouble.begin(input),
            Step::Result((tallies, bad_lines)) => {
                for (row, tally) in rows.iter_mut().zip(tallies) {
                    row.given.checked += tally.checked;
                    row.given.agree += tally.agree;
                }
                trouble.bad_lines(bad_lines);
            }
            Step::LongLine(line) => trouble.long_line(line),
            Step::Unreadable(input, error) => trouble.unreadable(&input, &error),
            Step::End => {}
        }
    }
    progress.finish_and_clear();
    trouble.summarize();
    Ok(trouble.any())
}

/// The name of an event's class, in the envelopes that are known.
fn class_of(event: &Value) -> Option<&str> {
    let names = ["/event/class", "/event", "/eventType"];
    names.iter().find_map(|name| event.pointer(name)?.as_str()).map(|name| name.trim_start_matches('\\'))
}

/// The text of the file, with the new filters.
fn exchanged(text: &str, rows: &[Row]) -> String {
    let mut new = String::with_capacity(text.len());
    let mut done = 0;
    for row in rows {
        let is_good = matches!(row.verdict(), Verdict::Proved | Verdict::Checked);
        if let (Some(range), Some(filter)) = (&row.range, row.new_text().filter(|_| is_good)) {
            new += text.get(done..range.start).unwrap_or_default();
            new += filter;
            done = range.end;
        }
    }
    new + text.get(done..).unwrap_or_default()
}

impl Row {
    fn new(filter: &RegisteredFilter<'_>, class: Option<&EventClass>) -> Self {
        let migration = hooksieve::migrate(filter.text(), class);
        let mut made_up = Tally::default();
        if let Some(class) = class.filter(|_| !migration.is_proved()) {
            let agree = (0..MADE_UP).filter_map(|seed| migration.agrees(&class.generate(seed)));
            agree.for_each(|agrees| made_up.add(agrees));
        }
        Self {
            id: filter.id().map(ListenerId::as_json).unwrap_or_default().to_owned(),
            class: filter.class().to_owned(),
            old: filter.text().to_owned(),
            range: filter.range(),
            migration: Arc::new(migration),
            given: Tally::default(),
            made_up,
        }
    }

    fn verdict(&self) -> Verdict {
        match self.new_text() {
            None => Verdict::None,
            Some(_) if !(self.given.agrees() && self.made_up.agrees()) => Verdict::None,
            Some(_) if self.migration.is_proved() => Verdict::Proved,
            Some(_) if self.given.checked + self.made_up.checked > 0 => Verdict::Checked,
            Some(_) => Verdict::Unchecked,
        }
    }

    fn new_text(&self) -> Option<&str> {
        self.migration.filter()?.source()
    }

    fn write(&self, output: &mut Output) -> io::Result<()> {
        let verdict = self.verdict();
        writeln!(output, "{}  {}  {}", self.id, visible(&self.class), verdict.as_str())?;
        writeln!(output, "  old  {}", visible(&on_one_line(&self.old)))?;
        if let Some(new) = self.new_text() {
            let name = if verdict == Verdict::None { "near" } else { "new " };
            writeln!(output, "  {name} {}", visible(new))?;
        }
        for note in self.migration.notes() {
            writeln!(output, "  {}: {}", note.kind().as_str(), visible(note.message()))?;
        }
        for (tally, events) in [(&self.given, "events"), (&self.made_up, "made-up events")] {
            if tally.checked > 0 {
                writeln!(output, "  agrees on {} of {} {events}", tally.agree, tally.checked)?;
            }
        }
        if let Some(suggestion) = self.migration.suggestion() {
            writeln!(output, "  probably meant: {}", visible(&on_one_line(suggestion)))?;
        }
        writeln!(output)
    }

    fn to_json(&self) -> JsonRow<'_> {
        let notes = self.migration.notes().iter();
        JsonRow {
            id: serde_json::from_str(&self.id).unwrap_or_default(),
            event: &self.class,
            verdict: self.verdict().as_str(),
            old: &self.old,
            new: self.new_text().filter(|_| self.verdict() != Verdict::None),
            notes: notes
                .map(|note| JsonNote {
                    kind: note.kind().as_str(),
                    pointer: note.pointer(),
                    message: note.message(),
                })
                .collect(),
            suggestion: self.migration.suggestion(),
            events: &self.given,
            made_up: &self.made_up,
        }
    }
}

/// JSON without the line breaks between its values.
fn on_one_line(json: &str) -> String {
    let lines: Vec<&str> = json.lines().map(str::trim).collect();
    lines.join(" ")
}

#[derive(Serialize)]
struct JsonRow<'a> {
    id: Value,
    event: &'a str,
    verdict: &'static str,
    old: &'a str,
    new: Option<&'a str>,
    notes: Vec<JsonNote<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suggestion: Option<&'a str>,
    events: &'a Tally,
    made_up: &'a Tally,
}

#[derive(Serialize)]
struct JsonNote<'a> {
    kind: &'static str,
    pointer: &'a str,
    message: &'a str,
}
