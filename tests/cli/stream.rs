//! `hooksieve match` on long, slow and hostile input.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};

use crate::{Folder, run_with};

const FILTER: &str = r#"{"n": {"$mod": [3, 0]}}"#;

/// Enough lines for many blocks.
const LINES: u64 = 200_000;

fn events() -> String {
    let mut events = String::new();
    for n in 1..=LINES {
        writeln!(events, "{{\"n\": {n}, \"pad\": \"{}\"}}", "x".repeat((n % 50) as usize)).unwrap();
    }
    events
}

#[test]
fn order_is_kept_over_many_blocks() {
    let events = events();
    let expected: String = events.split_inclusive('\n').skip(2).step_by(3).collect();
    let folder = Folder::new().with("x", &events);
    for threads in ["1", "3"] {
        let run = folder.run(&["match", "--threads", threads, FILTER, "x"]);
        assert!(run.stdout() == expected, "in another order with {threads} threads");
    }
    assert!(run_with(&["match", FILTER], events).stdout() == expected, "in another order from a pipe");
}

#[test]
fn line_numbers_are_right_over_many_blocks() {
    let bad = [1, 2, 70_001, 133_333, 199_999, LINES];
    let mut events: Vec<String> = events().lines().map(str::to_owned).collect();
    for line in bad {
        events[line as usize - 1] = "{".to_owned();
    }
    events[99_999].clear();
    let run = run_with(&["match", "-c", FILTER], events.join("\n"));
    let reports = run.stderr.lines().filter_map(|line| line.strip_prefix("<stdin>:"));
    let reported: Vec<u64> = reports.map(|line| line.split(':').next().unwrap().parse().unwrap()).collect();
    assert_eq!(reported, bad);
    assert!(run.stderr.ends_with("\n6 lines were not JSON\n"), "{}", run.stderr);
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let folder = Folder::new().with("x", events());
    let mut child = folder.command(&["match", "{}", "x"]).spawn().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    assert_eq!(line, "{\"n\": 1, \"pad\": \"x\"}\n");
    drop(stdout);

    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert_eq!(stderr, "");
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_slow_pipe_is_answered_at_once() {
    let mut child = Folder::new().command(&["match", FILTER]).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    for n in [3, 6] {
        // The last line is not complete, and does not hold back those before it.
        write!(stdin, "{{\"n\": 1}}\n{{\"n\": {n}}}\n{{\"n\"").unwrap();
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        assert_eq!(line, format!("{{\"n\": {n}}}\n"));
        stdin.write_all(b": 1}\n").unwrap();
    }
    drop(stdin);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn quiet_does_not_wait_for_the_end() {
    let mut child = Folder::new().command(&["match", "--quiet", FILTER]).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(b"{\"n\": 1}\n{\"n\": 3}\n").unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    drop(stdin);
}

#[test]
fn a_long_line_is_a_line_like_others() {
    let long = format!("{{\"pad\": \"{}\", \"n\": 3}}\n", "x".repeat(3 << 20));
    let run = run_with(&["match", FILTER], format!("{{\"n\": 6}}\n{long}{{\"n\": 9}}\n"));
    assert!(run.stdout() == format!("{{\"n\": 6}}\n{long}{{\"n\": 9}}\n"));
}

#[test]
fn a_line_too_long_to_be_kept_is_passed_over() {
    let mut events = b"{\"n\": 3}\n".to_vec();
    events.resize(events.len() + (65 << 20), b'[');
    events.extend_from_slice(b"\n{\"n\": 6}\n[\n");
    events.resize(events.len() + (65 << 20), b' ');
    let run = run_with(&["match", FILTER], events);
    assert_eq!((run.exit, run.stdout()), (2, "{\"n\": 3}\n{\"n\": 6}\n"));
    insta::assert_snapshot!(run.stderr, @"
    <stdin>:2: longer than 64 MiB, skipped
    <stdin>:4:2: not JSON: expected a value
    <stdin>:5: longer than 64 MiB, skipped
    1 line was not JSON
    2 lines were too long
    ");
}

/// The most memory the program had, before it ends.
#[cfg(target_os = "linux")]
#[test]
fn memory_does_not_grow_with_the_input() {
    const MEBIBYTE: usize = 1 << 20;
    let folder = Folder::new();
    let mut child = folder.command(&["match", "--threads", "2", "{}"]).spawn().unwrap();
    let stdout = child.stdout.take().unwrap();
    let reader = std::thread::spawn(move || {
        // A reader that is slower than the writer.
        let mut stdout = BufReader::with_capacity(4096, stdout);
        let mut lines = 0;
        while stdout.skip_until(b'\n').unwrap() > 0 {
            lines += 1;
        }
        lines
    });
    let line = format!("\"{}\"\n", "x".repeat(1021));
    let chunk = line.repeat(MEBIBYTE / line.len());
    let mut stdin = child.stdin.take().unwrap();
    for _ in 0..128 {
        stdin.write_all(chunk.as_bytes()).unwrap();
    }
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    drop(stdin);
    assert_eq!(reader.join().unwrap(), 128 * 1024);
    assert_eq!(child.wait().unwrap().code(), Some(0));

    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let peak: usize = peak.trim().strip_suffix(" kB").unwrap().parse().unwrap();
    assert!(peak < 48 * 1024, "{peak} kB for 128 MiB of events");
}
