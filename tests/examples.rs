//! The filters in `examples/` do what the table in `examples/README.md` says.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use hooksieve::Filter;
use serde_json::Value;

fn example(relative: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("examples").join(relative)
}

fn read(relative: &str) -> String {
    fs::read_to_string(example(relative)).unwrap_or_else(|error| panic!("{relative}: {error}"))
}

fn events() -> Vec<Value> {
    read("events.ndjson").lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The number of matching events by the file of the filter, as the table in the README has it.
fn table() -> BTreeMap<String, usize> {
    let readme = read("README.md");
    let row = |line: &str| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let [_, link, _, count, _] = cells[..] else {
            return None;
        };
        let (_, file) = link.strip_suffix(')')?.split_once("](")?;
        Some((file.to_owned(), count.parse().unwrap()))
    };
    readme.lines().filter_map(row).collect()
}

#[test]
fn every_filter_is_in_the_table() {
    let files: Vec<String> = fs::read_dir(example("filters"))
        .unwrap()
        .map(|entry| format!("filters/{}", entry.unwrap().file_name().to_str().unwrap()))
        .collect();
    let mut files: Vec<&String> = files.iter().collect();
    files.sort();
    let table = table();
    assert_eq!(files, table.keys().collect::<Vec<_>>());
}

#[test]
fn every_filter_lets_through_what_the_table_says() {
    let events = events();
    assert_eq!(events.len(), 1_000);
    for (file, expected) in table() {
        let filter = Filter::compile(&read(&file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        let found = events.iter().filter(|event| filter.matches(event)).count();
        assert_eq!(found, expected, "{file}");
        assert!((1..events.len()).contains(&found), "{file} lets everything or nothing through");
    }
}
