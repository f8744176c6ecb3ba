//! One event against many filters.

use std::fmt::Write;
use std::time::Duration;

use hooksieve::{Filter, FilterSet, Scratch};

use crate::common::workload::{self, Event, Kind};
use crate::engines::{Built, ENGINES, Engine, Entry, Texts};
use crate::plot::{self, Line, Panel};
use crate::rounds::{self, Contender, Time};

const COUNTS: [usize; 6] = [1, 10, 100, 1_000, 10_000, 100_000];
/// A turn of an engine that is slow takes fewer events than there are.
const LONGEST_TURN: Duration = Duration::from_millis(20);

/// What came out for one engine and one number of filters.
struct Outcome {
    time: Time,
    build: Duration,
    bytes: usize,
}

pub fn print_tables() {
    // A peer that panics is reported in the table.
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| ()));
    let mut panels = Vec::new();
    for kind in Kind::ALL {
        let entries: Vec<&Entry> =
            ENGINES.iter().filter(|entry| entry.mixed || kind != Kind::Mixed).collect();
        let columns: Vec<_> = COUNTS.iter().map(|&count| measure(kind, count, &entries)).collect();
        print_table(kind, &entries, &columns);
        if kind == Kind::Mixed {
            print_residue();
            print_cold();
        } else {
            panels.push(panel(kind, &entries, &columns));
            // Anew after each table, as all of them take a while.
            let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../set.svg");
            std::fs::write(path, plot::svg(&panels)).expect("the plot can be written");
        }
    }
    std::panic::set_hook(hook);
}

type Column = Vec<Result<Outcome, &'static str>>;

/// All engines with so many filters.
fn measure(kind: Kind, count: usize, entries: &[&Entry]) -> Column {
    let events = workload::events(kind, count);
    let mut built: Vec<Result<Built, _>> =
        entries.iter().map(|entry| build(entry, kind, count, &events)).collect();
    verify(kind, &events, entries, &mut built);
    let mut shares = Vec::new();
    let mut contenders = Vec::new();
    for built in built.iter_mut().flatten() {
        let engine = &mut *built.engine;
        let share = share(engine, events.len());
        shares.push(share);
        let mut ids = Vec::new();
        contenders.push(Contender::new(move || {
            (0..share)
                .map(|event| {
                    ids.clear();
                    engine.ids(event, &mut ids);
                    ids.len()
                })
                .sum()
        }));
    }
    let times = rounds::measure(&mut contenders);
    drop(contenders);
    let mut times = times.into_iter().zip(shares).map(|(time, share)| time.per(share));
    let mut outcome = |built: Built| {
        let time = times.next().expect("one for each that was built");
        Outcome { time, build: built.time, bytes: built.bytes }
    };
    built.into_iter().map(|built| built.map(&mut outcome)).collect()
}

/// Builds it a few times, if that is quick, for the median.
fn build(entry: &Entry, kind: Kind, count: usize, events: &[Event]) -> Result<Built, &'static str> {
    let mut times = Vec::new();
    loop {
        let mut built = (entry.build)(kind, count, events)?;
        times.push(built.time);
        if times.len() == 5 || times.iter().sum::<Duration>() > Duration::from_secs(3) {
            times.sort();
            built.time = times[times.len() / 2];
            return Ok(built);
        }
    }
}

/// Everybody finds the same filters.
fn verify(kind: Kind, events: &[Event], entries: &[&Entry], built: &mut [Result<Built, &'static str>]) {
    let mut answers: Vec<(&str, &mut dyn Engine)> = Vec::new();
    for (entry, built) in entries.iter().zip(built) {
        if let Ok(built) = built {
            answers.push((entry.name, &mut *built.engine));
        }
    }
    let mut ids = Vec::new();
    for (index, event) in events.iter().enumerate() {
        // Some engines are slow; ours is asked for every event.
        let sample = index < 20;
        let mut expected: Option<Vec<usize>> =
            (kind != Kind::Mixed).then(|| event.hits.into_iter().collect());
        let asked = if sample { answers.len() } else { 1 };
        // Of mixed filters, who asks them one by one knows; that engine is the last.
        for (name, engine) in answers[..asked].iter_mut().rev() {
            ids.clear();
            engine.ids(index, &mut ids);
            ids.sort_unstable();
            let expected = expected.get_or_insert_with(|| ids.clone());
            assert_eq!(ids, *expected, "{name}, {}: {}", kind.name(), event.json);
        }
    }
}

/// How many events fit into a turn.
fn share(engine: &mut dyn Engine, events: usize) -> usize {
    let mut ids = Vec::new();
    let start = std::time::Instant::now();
    let fits = |event: &usize| {
        ids.clear();
        engine.ids(*event, &mut ids);
        *event < 8 || start.elapsed() < LONGEST_TURN
    };
    (0..events).take_while(fits).count()
}

fn print_table(kind: Kind, entries: &[&Entry], columns: &[Column]) {
    let shown = |count: &&usize| **count != 100;
    let heads: Vec<String> =
        COUNTS.iter().filter(shown).map(|count| format!("{}", Thousands(*count))).collect();
    println!("| `{}`, filters: | {} | build the last | bytes a filter |", kind.name(), heads.join(" | "));
    println!("|---|{}--:|--:|", "--:|".repeat(heads.len()));
    for (row, entry) in entries.iter().enumerate() {
        let mut line = format!("| {} |", entry.name);
        for (_, column) in COUNTS.iter().zip(columns).filter(|(count, _)| shown(count)) {
            match &column[row] {
                Ok(outcome) => write!(line, " {} |", outcome.time),
                Err(why) => write!(line, " {why} |"),
            }
            .expect("a string takes anything");
        }
        match (&columns[columns.len() - 1][row], COUNTS[COUNTS.len() - 1]) {
            (Ok(outcome), count) => {
                println!("{line} {:.2} s | {} |", outcome.build.as_secs_f64(), outcome.bytes / count);
            }
            (Err(_), _) => println!("{line} – | – |"),
        }
    }
    println!();
}

/// What the filters cost that have nothing to be looked up by.
fn print_residue() {
    let count = COUNTS[COUNTS.len() - 1];
    let events = workload::events(Kind::Mixed, count);
    let all = workload::filters(Kind::Mixed, count);
    let is_residual = |text: &&String| set([*text]).stats().residue() == 1;
    let (residual, others): (Vec<&String>, Vec<&String>) = all.iter().partition(is_residual);
    let parts = [
        ("all".to_owned(), set(&all)),
        (format!("without the {} in the residue", residual.len()), set(others)),
        ("only those in the residue".to_owned(), set(residual)),
    ];
    let mut contenders: Vec<Contender> = parts
        .iter()
        .map(|(_, set)| {
            let (events, mut scratch) = (&events, Scratch::new());
            let mut ids = move |event: &Event| {
                set.matches_json(event.json.as_bytes(), &mut scratch).expect("the event is JSON").len()
            };
            Contender::new(move || events.iter().map(&mut ids).sum())
        })
        .collect();
    println!("| `{}`, {} filters | time per event |\n|---|--:|", Kind::Mixed.name(), Thousands(count));
    for ((name, _), time) in parts.iter().zip(rounds::measure(&mut contenders)) {
        println!("| {name} | {} |", time.per(events.len()));
    }
    println!();
}

/// What the first events take after other work, which has left nothing of the set or of them in the caches.
fn print_cold() {
    const OTHER: usize = 256 << 20;
    let mut other = vec![0_u8; OTHER];
    let counts = [10, COUNTS[COUNTS.len() - 1]];
    println!("| from cold caches | {} filters | {} filters |", Thousands(counts[0]), Thousands(counts[1]));
    println!("|---|--:|--:|");
    for kind in Kind::OF_RULES {
        let mut line = format!("| `{}` |", kind.name());
        for count in counts {
            let (filters, events) = (workload::filters(kind, count), workload::events(kind, count));
            let (set, events, mut scratch) = (set(&filters), Texts::of(&events), Scratch::new());
            let times = (0..21).map(|round| {
                other.fill(round);
                std::hint::black_box(&mut other);
                let start = std::time::Instant::now();
                for event in 0..events.len() {
                    let ids = set.matches_json(events.get(event), &mut scratch).expect("the event is JSON");
                    std::hint::black_box(ids.sum::<usize>());
                }
                start.elapsed().as_secs_f64() * 1e9 / events.len() as f64
            });
            write!(line, " {} |", rounds::summary(times.collect())).expect("a string takes anything");
        }
        println!("{line}");
    }
    println!();
}

fn set<'f>(filters: impl IntoIterator<Item = &'f String>) -> FilterSet<usize> {
    let mut set = FilterSet::new();
    for (id, text) in filters.into_iter().enumerate() {
        set.insert(id, Filter::compile(text).expect("the filter is valid"));
    }
    set
}

fn panel(kind: Kind, entries: &[&Entry], columns: &[Column]) -> Panel {
    let line = |(row, entry): (usize, &&Entry)| {
        let mut line = Line { name: entry.name, points: Vec::new(), end: None };
        for (count, column) in COUNTS.iter().zip(columns) {
            match &column[row] {
                Ok(outcome) => line.points.push((*count as f64, outcome.time.median)),
                Err(why) => {
                    line.end = Some(*why);
                    break;
                }
            }
        }
        line
    };
    Panel { title: kind.name(), about: kind.about(), lines: entries.iter().enumerate().map(line).collect() }
}

/// A number with its thousands set apart.
struct Thousands(usize);

impl std::fmt::Display for Thousands {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.0 < 1_000 {
            write!(f, "{}", self.0)
        } else {
            write!(f, "{},{:03}", self.0 / 1_000, self.0 % 1_000)
        }
    }
}
