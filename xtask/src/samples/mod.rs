//! `cargo xtask samples`: made-up events that look like those of a real server.
//!
//! The same events come out on every machine. A thousand of them are checked in as
//! `examples/events.ndjson`; any number can be had for measurements.

mod date;
mod dice;
mod family;
mod paths;
mod people;
mod php;
mod scene;

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::Serialize;
use serde_json::Serializer;

use self::scene::Scene;
use crate::project;

/// Where the events for readers and tests are.
const CHECKED_IN: &str = "examples/events.ndjson";
const CHECKED_IN_COUNT: u64 = 1_000;

/// Write made-up webhook events, one a line
#[derive(Debug, clap::Args)]
pub(crate) struct Samples {
    /// Write nothing; fail if examples/events.ndjson is not what would be written
    #[arg(long, conflicts_with_all = ["count", "out"])]
    check: bool,
    /// How many events, spread over one year [default: 1000]
    #[arg(long, value_name = "N", requires = "out")]
    count: Option<u64>,
    /// Where to write them [default: examples/events.ndjson]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Samples {
    pub(crate) fn run(self) -> Result<()> {
        if self.check {
            return check();
        }
        let count = self.count.unwrap_or(CHECKED_IN_COUNT);
        let path = self.out.unwrap_or_else(|| project::path(CHECKED_IN));
        write_file(count, &path).with_context(|| format!("cannot write `{}`", path.display()))
    }
}

fn write_file(count: u64, path: &Path) -> io::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    write_events(count, &mut file)?;
    file.flush()
}

/// Fails if the checked-in file is not what would be generated.
pub(crate) fn check() -> Result<()> {
    let mut expected = Vec::new();
    write_events(CHECKED_IN_COUNT, &mut expected)?;
    let found = fs::read(project::path(CHECKED_IN)).with_context(|| format!("cannot read `{CHECKED_IN}`"))?;
    if found == expected {
        return Ok(());
    }
    let same_lines = found
        .iter()
        .zip(&expected)
        .take_while(|(found, expected)| found == expected)
        .filter(|(byte, _)| **byte == b'\n')
        .count();
    bail!(
        "`{CHECKED_IN}` differs from what would be generated, from line {} on; run `cargo xtask samples`",
        same_lines + 1
    )
}

/// Writes `count` events spread over one year, one a line. No more than one is in memory at a time.
fn write_events(count: u64, writer: &mut impl Write) -> io::Result<()> {
    for index in 0..count {
        let mut scene = Scene::new(index, count);
        let spelling = scene.spelling();
        let event = family::any(&mut scene);
        scene.envelope(&event).serialize(&mut Serializer::with_formatter(&mut *writer, spelling))?;
        writer.write_all(b"\n")?;
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use serde_json::Value;

    use super::{CHECKED_IN_COUNT, check, write_events};

    fn events(count: u64) -> Vec<String> {
        let mut bytes = Vec::new();
        write_events(count, &mut bytes).unwrap();
        String::from_utf8(bytes).unwrap().lines().map(str::to_owned).collect()
    }

    #[test]
    fn the_checked_in_file_is_up_to_date() {
        check().unwrap();
    }

    #[test]
    fn every_line_is_an_event_of_ordinary_size() {
        for line in events(CHECKED_IN_COUNT) {
            let event: Value = serde_json::from_str(&line).unwrap();
            let keys: Vec<&String> = event.as_object().unwrap().keys().collect();
            assert_eq!(keys, ["event", "user", "time"]);
            assert!(event["event"]["class"].is_string());
            assert!((200..=900).contains(&line.len()), "{} bytes: {line}", line.len());
        }
    }

    #[test]
    fn the_benchmark_filter_has_something_to_find() {
        let found = events(CHECKED_IN_COUNT)
            .iter()
            .map(|line| serde_json::from_str::<Value>(line).unwrap())
            .filter(|event| {
                event["user"]["uid"] == "bob"
                    && event["event"]["tableId"] == 42
                    && event["time"].as_u64() < Some(1_711_971_024)
            })
            .count();
        assert!((5..=20).contains(&found), "{found}");
    }
}
