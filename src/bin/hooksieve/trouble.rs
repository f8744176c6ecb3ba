//! What goes wrong beside the answers: told on standard error, and counted for the exit code.

use std::cmp::Ordering;
use std::fmt;
use std::io::{self, Write};

use hooksieve::Thrown;
use indicatif::ProgressBar;

use crate::diagnostics::{self, visible};
use crate::json_line::LineError;
use crate::stream::{Input, MAX_LINE_BYTES};

/// The lines of a block that are not what they should be, and those on which a filter throws.
#[derive(Default)]
pub(crate) struct BadLines {
    /// The first of them.
    first: Vec<(u64, Complaint)>,
    count: u64,
    thrown: u64,
}

enum Complaint {
    Line(LineError),
    Thrown { who: String, thrown: Thrown },
}

impl BadLines {
    /// Keeps the error if it may be reported, or would be the first that is not.
    pub(crate) fn add(&mut self, line: u64, error: LineError, max_reports: u64) {
        self.keep(line, || Complaint::Line(error), max_reports);
        self.count += 1;
    }

    /// An event that is fine, but that a filter throws on.
    pub(crate) fn add_thrown(
        &mut self,
        line: u64,
        who: impl FnOnce() -> String,
        thrown: &Thrown,
        max_reports: u64,
    ) {
        self.keep(line, || Complaint::Thrown { who: who(), thrown: thrown.clone() }, max_reports);
        self.thrown += 1;
    }

    fn keep(&mut self, line: u64, complaint: impl FnOnce() -> Complaint, max_reports: u64) {
        if self.count + self.thrown <= max_reports {
            self.first.push((line, complaint()));
        }
    }

    /// How many are not what they should be.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }
}

/// What went wrong so far.
pub(crate) struct Trouble {
    /// Made way for while something is printed.
    progress: ProgressBar,
    /// What is wrong with one line, and with several.
    complaint: [&'static str; 2],
    max_reports: u64,
    input: Option<Input>,
    /// Of this input.
    reported: u64,
    bad_lines: u64,
    long_lines: u64,
    thrown: u64,
    unreadable: bool,
}

impl Trouble {
    pub(crate) fn new(progress: ProgressBar, complaint: [&'static str; 2], max_reports: u64) -> Self {
        Self {
            progress,
            complaint,
            max_reports,
            input: None,
            reported: 0,
            bad_lines: 0,
            long_lines: 0,
            thrown: 0,
            unreadable: false,
        }
    }

    /// True if anything went wrong.
    pub(crate) fn any(&self) -> bool {
        self.unreadable || self.lines() > 0 || self.thrown > 0
    }

    /// How many lines went wrong.
    pub(crate) fn lines(&self) -> u64 {
        self.bad_lines + self.long_lines
    }

    /// The next lines are this input's.
    pub(crate) fn begin(&mut self, input: Input) {
        self.input = Some(input);
        self.reported = 0;
    }

    pub(crate) fn unreadable(&mut self, input: &Input, error: &io::Error) {
        self.unreadable = true;
        self.progress.suspend(|| diagnostics::print_error(&format!("cannot read `{input}`: {error}")));
    }

    pub(crate) fn long_line(&mut self, line: u64) {
        self.long_lines += 1;
        self.report(format_args!("{line}: longer than {} MiB, skipped", MAX_LINE_BYTES >> 20));
    }

    pub(crate) fn bad_lines(&mut self, lines: BadLines) {
        let [complaint, _] = self.complaint;
        self.bad_lines += lines.count;
        self.thrown += lines.thrown;
        for (line, found) in lines.first {
            match found {
                Complaint::Line(LineError { column, message }) => {
                    self.report(format_args!("{line}:{column}: {complaint}: {message}"));
                }
                Complaint::Thrown { who, thrown } => {
                    self.report(format_args!("{line}: {who} throws: {}", visible(thrown.reason())));
                }
            }
        }
    }

    /// The last words: how many lines went wrong, and on how many a filter throws.
    pub(crate) fn summarize(&self) {
        let [one, many] = self.complaint;
        match self.bad_lines {
            0 => {}
            1 => self.print(format_args!("1 line was {one}")),
            count => self.print(format_args!("{count} lines were {many}")),
        }
        match self.thrown {
            0 => {}
            1 => self.print(format_args!("a filter throws on 1 event")),
            count => self.print(format_args!("a filter throws on {count} events")),
        }
        match self.long_lines {
            0 => {}
            1 => self.print(format_args!("1 line was too long")),
            count => self.print(format_args!("{count} lines were too long")),
        }
    }

    fn report(&mut self, complaint: fmt::Arguments<'_>) {
        let Some(input) = &self.input else { return };
        match self.reported.cmp(&self.max_reports) {
            Ordering::Less => self.print(format_args!("{input}:{complaint}")),
            Ordering::Equal if self.reported > 0 => {
                self.print(format_args!("{input}: more of these are counted, not shown (see --max-errors)"));
            }
            _ => {}
        }
        self.reported += 1;
    }

    fn print(&self, message: fmt::Arguments<'_>) {
        // There is nobody to tell when this fails.
        self.progress.suspend(|| drop(writeln!(io::stderr(), "{message}")));
    }
}
