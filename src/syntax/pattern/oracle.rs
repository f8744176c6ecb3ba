//! [`Node`] → the syntax of `regex-lite`, with which the tests compare.
//!
//! All characters but ASCII letters and digits are written as `\x{…}`, and all options are spelled out, so
//! that there is nothing for it to read in its own way.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::fmt::Write;

use regex_lite::Regex;

use super::node::{Look, Node};

pub(super) fn regex(node: &Node) -> Regex {
    let mut text = String::new();
    push(node, &mut text);
    Regex::new(&text).unwrap()
}

fn push(node: &Node, text: &mut String) {
    match node {
        Node::Empty => text.push_str("(?:)"),
        Node::Char(c) if c.is_ascii_alphanumeric() => text.push(*c),
        Node::Char(c) => push_char(*c, text),
        Node::Set(set) if set.ranges().is_empty() => text.push_str(r"[^\x{0}-\x{10FFFF}]"),
        Node::Set(set) => {
            text.push('[');
            for &(first, last) in set.ranges() {
                push_char(first, text);
                text.push('-');
                push_char(last, text);
            }
            text.push(']');
        }
        Node::LineBreak(_) => text.push_str(r"(?:\x{D}\x{A}|[\x{A}-\x{D}\x{85}\x{2028}\x{2029}])"),
        Node::Look(look, _) => text.push_str(match look {
            Look::Start => r"\A",
            Look::End => r"\z",
            Look::EndOrFinalLineBreak => r"(?:\x{A}?\z)",
            Look::LineStart => "(?m:^)",
            Look::LineEnd => "(?m:$)",
            Look::WordBoundary => r"\b",
            Look::NotWordBoundary => r"\B",
            Look::WordStart => r"\b{start}",
            Look::WordEnd => r"\b{end}",
        }),
        Node::Concat(parts) => parts.iter().for_each(|part| push(part, text)),
        Node::Alternation(branches) => {
            text.push_str("(?:");
            for (index, branch) in branches.iter().enumerate() {
                if index > 0 {
                    text.push('|');
                }
                push(branch, text);
            }
            text.push(')');
        }
        Node::Repeat { body, min, max } => {
            let is_one = matches!(**body, Node::Char(_) | Node::Set(_) | Node::Alternation(_));
            text.push_str(if is_one { "" } else { "(?:" });
            push(body, text);
            text.push_str(if is_one { "" } else { ")" });
            push_count(*min, *max, text);
        }
    }
}

fn push_count(min: u32, max: Option<u32>, text: &mut String) {
    match (min, max) {
        (0, None) => text.push('*'),
        (1, None) => text.push('+'),
        (0, Some(1)) => text.push('?'),
        (min, None) => push_formatted(format_args!("{{{min},}}"), text),
        (min, Some(max)) => push_formatted(format_args!("{{{min},{max}}}"), text),
    }
}

fn push_char(c: char, text: &mut String) {
    push_formatted(format_args!(r"\x{{{:X}}}", u32::from(c)), text);
}

fn push_formatted(arguments: std::fmt::Arguments<'_>, text: &mut String) {
    // A `String` takes all that is written to it.
    let _ = text.write_fmt(arguments);
}
