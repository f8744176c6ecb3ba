//! How a filter or a listener that was refused is shown: to people, with its text and carets, and to
//! programs, as JSON.

use std::io::{self, Write};
use std::ops;

use annotate_snippets::{AnnotationKind, Group, Level, Patch, Renderer, Snippet, normalize_untrusted_str};
use hooksieve::{CompileError, Lint, Problem, Replacement, Severity};
use serde::Serialize;
use terminal_size::{Width, terminal_size_of};

/// The width to render for where there is no terminal.
const DEFAULT_WIDTH: usize = 120;

/// A text in which something is wrong.
pub(crate) struct Source<'a> {
    pub(crate) name: &'a str,
    pub(crate) text: &'a str,
    /// The number of the text's first line.
    pub(crate) first_line: usize,
    /// Said of each problem.
    pub(crate) note: Option<&'a str>,
}

/// What is wrong, with byte ranges of the source's text.
pub(crate) struct Finding<'a> {
    pub(crate) severity: Severity,
    pub(crate) code: &'a str,
    pub(crate) message: &'a str,
    pub(crate) place: Place<'a>,
    pub(crate) hint: Option<&'a str>,
    pub(crate) replacement: Option<(ops::Range<usize>, &'a str)>,
}

pub(crate) enum Place<'a> {
    Range(ops::Range<usize>),
    Pointer(&'a str),
}

impl<'a> Finding<'a> {
    /// A problem of a text from which the source's text is shown, from the byte `start` on.
    pub(crate) fn from_problem(problem: &'a Problem, start: usize) -> Self {
        let shifted =
            |range: ops::Range<usize>| range.start.saturating_sub(start)..range.end.saturating_sub(start);
        Self {
            severity: Severity::Error,
            code: problem.code().as_str(),
            message: problem.message(),
            place: match problem.range() {
                Some(range) => Place::Range(shifted(range)),
                None => Place::Pointer(problem.pointer()),
            },
            hint: problem.hint(),
            replacement: problem
                .replacement()
                .map(|replacement| (shifted(replacement.range.clone()), replacement.text.as_str())),
        }
    }
}

impl<'a> Finding<'a> {
    /// A lint of a filter that is the source's text.
    pub(crate) fn from_lint(lint: &'a Lint) -> Self {
        let suggestion = lint.suggestion();
        let replacement = suggestion.and_then(|suggestion| suggestion.replacement());
        Self {
            severity: lint.severity(),
            code: lint.code().as_str(),
            message: lint.message(),
            place: lint.range().map_or(Place::Pointer(lint.pointer()), Place::Range),
            hint: suggestion.map(|suggestion| suggestion.message()),
            replacement: replacement.map(|replacement| (replacement.range.clone(), &*replacement.text)),
        }
    }
}

/// Prints every problem of a filter on standard error.
pub(crate) fn print_problems(name: &str, text: &str, error: &CompileError) {
    let source = Source { name, text, first_line: 1, note: None };
    print_findings(&source, error.problems().iter().map(|problem| Finding::from_problem(problem, 0)));
}

/// Prints what is wrong with a text on standard error.
pub(crate) fn print_findings<'a>(source: &Source<'_>, findings: impl IntoIterator<Item = Finding<'a>>) {
    let width = width();
    let renderer = Renderer::styled().term_width(width);
    for finding in findings {
        // A blank line sets off each problem from what follows.
        print(&format!("{}\n", renderer.render(&report(source, &finding, width))));
    }
}

/// Prints one line, marked as an error, on standard error.
pub(crate) fn print_error(message: &str) {
    print_title(Level::ERROR, message);
}

/// Prints one line of advice on standard error.
pub(crate) fn print_help(message: &str) {
    print_title(Level::HELP, message);
}

fn print_title(level: Level<'_>, message: &str) {
    print(&Renderer::styled().render(&[Group::with_title(level.primary_title(message))]));
}

/// Colours are dropped where standard error is no terminal or `NO_COLOR` asks for it. There is
/// nobody to tell when this fails.
fn print(message: &str) {
    let _ = writeln!(anstream::stderr(), "{}", without_c1(message));
}

/// Text from outside without anything in it that a terminal would obey.
pub(crate) fn visible(text: &str) -> String {
    without_c1(&normalize_untrusted_str(text))
}

/// The renderer replaces control characters, but not those behind ASCII.
fn without_c1(text: &str) -> String {
    text.replace(|char| matches!(char, '\u{80}'..='\u{9f}'), "\u{fffd}")
}

fn width() -> usize {
    terminal_size_of(io::stderr()).map_or(DEFAULT_WIDTH, |(Width(columns), _)| columns.into())
}

fn report<'a>(source: &'a Source<'_>, finding: &'a Finding<'_>, width: usize) -> Vec<Group<'a>> {
    let Source { name, text, first_line, note } = *source;
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let mut error = Group::with_title(level.primary_title(finding.message).id(finding.code));
    error = match &finding.place {
        Place::Range(range) => {
            let annotation = AnnotationKind::Primary.span(range.clone());
            error.element(Snippet::source(text).line_start(first_line).path(name).annotation(annotation))
        }
        Place::Pointer(pointer) => error.element(Level::NOTE.message(format!("at `{pointer}` in {name}"))),
    };
    if let Some(note) = note.map(normalize_untrusted_str) {
        error = error.element(Level::NOTE.message(note));
    }

    let hint = finding.hint.map(normalize_untrusted_str);
    // The renderer cuts a long line around carets, but not in a suggestion.
    let fits = |text: &str| text.lines().all(|line| line.len() <= width);
    match (&finding.replacement, hint) {
        (Some((range, replacement)), hint) if fits(text) && fits(replacement) => {
            let title = hint.unwrap_or_else(|| "write this instead".to_owned());
            let patch = Patch::new(range.clone(), *replacement);
            let suggestion = Level::HELP
                .secondary_title(title)
                .element(Snippet::source(text).line_start(first_line).patch(patch));
            vec![error, suggestion]
        }
        (_, Some(hint)) => vec![error.element(Level::HELP.message(hint))],
        (_, None) => vec![error],
    }
}

/// A [`Problem`] or a [`Lint`] for programs.
#[derive(Serialize)]
pub(crate) struct JsonProblem<'a> {
    code: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    severity: Option<&'static str>,
    pointer: &'a str,
    range: Option<Range>,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    replacement: Option<JsonReplacement<'a>>,
}

#[derive(Serialize)]
struct Range {
    start: usize,
    end: usize,
}

#[derive(Serialize)]
struct JsonReplacement<'a> {
    range: Range,
    text: &'a str,
}

impl<'a> JsonProblem<'a> {
    /// Of a filter whose text could not be had.
    pub(crate) fn unreadable(message: &'a str) -> Self {
        Self {
            code: "unreadable",
            severity: None,
            pointer: "",
            range: None,
            message,
            hint: None,
            replacement: None,
        }
    }
}

impl<'a> From<&'a Problem> for JsonProblem<'a> {
    fn from(problem: &'a Problem) -> Self {
        Self {
            code: problem.code().as_str(),
            severity: None,
            pointer: problem.pointer(),
            range: problem.range().map(Range::from),
            message: problem.message(),
            hint: problem.hint(),
            replacement: problem.replacement().map(JsonReplacement::from),
        }
    }
}

impl<'a> From<&'a Lint> for JsonProblem<'a> {
    fn from(lint: &'a Lint) -> Self {
        let suggestion = lint.suggestion();
        Self {
            code: lint.code().as_str(),
            severity: Some(lint.severity().as_str()),
            pointer: lint.pointer(),
            range: lint.range().map(Range::from),
            message: lint.message(),
            hint: suggestion.map(|suggestion| suggestion.message()),
            replacement: suggestion
                .and_then(|suggestion| suggestion.replacement())
                .map(JsonReplacement::from),
        }
    }
}

impl<'a> From<&'a Replacement> for JsonReplacement<'a> {
    fn from(replacement: &'a Replacement) -> Self {
        Self { range: replacement.range.clone().into(), text: &replacement.text }
    }
}

impl From<ops::Range<usize>> for Range {
    fn from(ops::Range { start, end }: ops::Range<usize>) -> Self {
        Self { start, end }
    }
}
