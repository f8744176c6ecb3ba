//! An explanation for people.

use std::fmt;

use super::tree::negated;
use super::{Explanation, ExplanationNode, NodeKind};
use crate::program::visible;
use crate::verdict::Verdict;

/// So many sentences make a reason.
const MAX_SENTENCES: usize = 3;

/// `{}` is one line: the verdict and the main reason. `{:#}` is the whole tree, one part a line; the
/// parts of what has only one stand in its place, and comments are left out. What PHP throws stands in brackets.
impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = match self.verdict() {
            Verdict::Matches => "matches",
            Verdict::DoesNotMatch => "does not match",
            Verdict::Throws(_) => "throws",
        };
        if !f.alternate() {
            write!(f, "{verdict}: {}", self.reason())?;
            return thrown(f, self.root());
        }
        let root = self.root();
        write!(f, "{} {verdict}", mark(root))?;
        match speaking(root).count() {
            // Its line says all.
            1 => writeln!(f)?,
            0 => {
                write!(f, ": {}", root.sentence)?;
                thrown(f, root)?;
                writeln!(f)?;
            }
            _ => writeln!(f, ": {}", root.sentence)?,
        }
        inside(f, root, 1)
    }
}

fn mark(node: &ExplanationNode) -> char {
    match (&node.throws, node.verdict) {
        (Some(_), _) => '!',
        (None, true) => '✓',
        (None, false) => '✗',
    }
}

/// PHP's own words.
fn thrown(f: &mut fmt::Formatter<'_>, node: &ExplanationNode) -> fmt::Result {
    match &node.throws {
        Some(thrown) => write!(f, " [{}]", visible(thrown.reason())),
        None => Ok(()),
    }
}

/// The parts that say something.
fn speaking(node: &ExplanationNode) -> impl Iterator<Item = &ExplanationNode> {
    node.parts.iter().filter(|part| part.kind != NodeKind::Comment)
}

/// The only part of a group, or what stands in its place; the node itself where it has several.
fn settled(node: &ExplanationNode) -> &ExplanationNode {
    let is_group = match node.kind {
        NodeKind::All | NodeKind::And | NodeKind::Field | NodeKind::AllOf | NodeKind::Element => true,
        NodeKind::Or => node.parts.len() == 1,
        _ => false,
    };
    let mut parts = speaking(node);
    match (parts.next(), parts.next()) {
        (Some(only), None) if is_group => settled(only),
        _ => node,
    }
}

fn line(f: &mut fmt::Formatter<'_>, node: &ExplanationNode, depth: usize) -> fmt::Result {
    let node = settled(node);
    write!(f, "{:indent$}{} {}", "", mark(node), node.sentence, indent = 2 * depth)?;
    if shown_parts(node).next().is_none() {
        thrown(f, node)?;
    }
    writeln!(f)?;
    inside(f, node, depth + 1)
}

/// The parts that get lines of their own below that of the node.
fn shown_parts(node: &ExplanationNode) -> impl Iterator<Item = &ExplanationNode> {
    // The sentence of `$not` says what its only part does.
    let node = match node.parts.as_slice() {
        [only] if node.kind == NodeKind::Not => only,
        _ => node,
    };
    speaking(node)
}

fn inside(f: &mut fmt::Formatter<'_>, node: &ExplanationNode, depth: usize) -> fmt::Result {
    for part in shown_parts(node) {
        line(f, part, depth)?;
    }
    if node.more_parts > 0 {
        writeln!(f, "{:indent$}… {} more", "", node.more_parts, indent = 2 * depth)?;
    }
    Ok(())
}

/// The sentences of the conditions that decide.
pub(super) fn reason(node: &ExplanationNode) -> String {
    let mut sentences = Sentences::default();
    sentences.collect(node);
    sentences.join()
}

#[derive(Default)]
struct Sentences {
    first: Vec<String>,
    more: usize,
}

impl Sentences {
    fn push(&mut self, sentence: String) {
        if self.first.len() < MAX_SENTENCES {
            self.first.push(sentence);
        } else {
            self.more += 1;
        }
    }

    fn join(&self) -> String {
        let first = self.first.join("; ");
        if self.more > 0 { format!("{first}; and {} more", self.more) } else { first }
    }

    fn collect(&mut self, node: &ExplanationNode) {
        if node.throws.is_some() {
            // What it gets to first is what it throws at.
            return match node.parts.iter().find(|part| part.is_reached && part.throws.is_some()) {
                Some(part) => self.collect(part),
                None => self.push(node.sentence.clone()),
            };
        }
        match node.kind {
            NodeKind::All | NodeKind::And | NodeKind::Field | NodeKind::AllOf | NodeKind::Element
                if speaking(node).next().is_some() =>
            {
                speaking(node)
                    .filter(|part| part.is_reached && part.verdict == node.verdict)
                    .for_each(|part| self.collect(part));
            }
            // The sentence of `$not` says what its only part does.
            NodeKind::Not if node.parts.len() > 1 => {
                let mut inside = Self::default();
                let decides = |part: &&ExplanationNode| part.is_reached && part.verdict != node.verdict;
                node.parts.iter().filter(decides).for_each(|part| inside.collect(part));
                self.push(negated(&inside.join(), node.verdict));
            }
            NodeKind::Or if node.verdict => {
                node.parts.iter().find(|part| part.verdict).into_iter().for_each(|part| self.collect(part));
            }
            NodeKind::Or => node.parts.iter().for_each(|part| self.collect(part)),
            NodeKind::Nor if node.verdict => node.parts.iter().for_each(|part| self.collect(part)),
            NodeKind::Nor => {
                let excluded = node.parts.iter().find(|part| part.verdict).map(reason);
                self.push(format!("{}, which `$nor` excludes", excluded.unwrap_or_default()));
            }
            _ => self.push(node.sentence.clone()),
        }
    }
}
