//! An explanation for people.

use std::fmt;

use super::tree::negated;
use super::{Explanation, ExplanationNode, NodeKind};

/// So many sentences make a reason.
const MAX_SENTENCES: usize = 3;

/// `{}` is one line: the verdict and the main reason. `{:#}` is the whole tree, one part a line; the
/// parts of what has only one stand in its place, and comments are left out.
impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = if self.matches() { "matches" } else { "does not match" };
        if !f.alternate() {
            return write!(f, "{verdict}: {}", self.reason());
        }
        let root = self.root();
        write!(f, "{} {verdict}", mark(root))?;
        match speaking(root).count() {
            // Its line says all.
            1 => writeln!(f)?,
            _ => writeln!(f, ": {}", root.sentence)?,
        }
        inside(f, root, 1)
    }
}

fn mark(node: &ExplanationNode) -> char {
    if node.verdict { '✓' } else { '✗' }
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
    writeln!(f, "{:indent$}{} {}", "", mark(node), node.sentence, indent = 2 * depth)?;
    inside(f, node, depth + 1)
}

fn inside(f: &mut fmt::Formatter<'_>, node: &ExplanationNode, depth: usize) -> fmt::Result {
    // The sentence of `$not` says what its only part does.
    let node = match speaking(node).collect::<Vec<_>>().as_slice() {
        [only] if node.kind == NodeKind::Not => only,
        _ => node,
    };
    for part in speaking(node) {
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
        match node.kind {
            NodeKind::All | NodeKind::And | NodeKind::Field | NodeKind::AllOf | NodeKind::Element
                if speaking(node).next().is_some() =>
            {
                speaking(node)
                    .filter(|part| part.verdict == node.verdict)
                    .for_each(|part| self.collect(part));
            }
            // The sentence of `$not` says what its only part does.
            NodeKind::Not if node.parts.len() > 1 => {
                let mut inside = Self::default();
                let decides = |part: &&ExplanationNode| part.verdict != node.verdict;
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
