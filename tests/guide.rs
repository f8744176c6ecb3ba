//! What the guides show is what the commands print.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, reason = "tests")]

use std::fmt::Write;
use std::path::Path;
use std::process::Command;

#[test]
fn why_not() {
    assert_true("docs/why-not.md", include_str!("../docs/why-not.md"));
}

#[test]
fn nextcloud() {
    assert_true("docs/nextcloud.md", include_str!("../docs/nextcloud.md"));
}

/// Runs every command. `UPDATE_DOCS=1` writes what they print.
fn assert_true(path: &str, guide: &str) {
    let mut expected = String::new();
    let mut commands = 0;
    for (place, part) in guide.split("```").enumerate() {
        if place > 0 {
            expected += "```";
        }
        let is_console = place % 2 == 1 && part.starts_with("console\n");
        if !is_console {
            expected += part;
            continue;
        }
        expected += "console\n";
        for command in part.lines().filter_map(|line| line.strip_prefix("$ ")) {
            write!(expected, "$ {command}\n{}", output(command)).unwrap();
            commands += 1;
        }
    }
    assert!(commands > 15);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path, expected).unwrap();
    } else {
        assert!(expected == guide, "{path} is out of date: run with UPDATE_DOCS=1");
    }
}

/// What a command prints, errors included.
fn output(command: &str) -> String {
    let folder = Path::new(env!("CARGO_BIN_EXE_hooksieve")).parent().unwrap();
    let path = std::env::join_paths(
        [folder.to_owned()].into_iter().chain(std::env::split_paths(&std::env::var_os("PATH").unwrap())),
    );
    let output = Command::new("sh")
        .args(["-c", &format!("{{ {command}; }} 2>&1")])
        .env("PATH", path.unwrap())
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}
