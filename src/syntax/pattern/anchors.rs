//! What an automaton cannot tell without looking ahead, judged by what may follow.
//!
//! Three constructs look ahead:
//!
//! - `$` (and `\Z`) holds before a `\n` that ends the text. It is written `\n?\z`, which is right where
//!   the rest of the pattern can be empty once `$` holds. Where the rest must begin with a character
//!   that is no `\n`, `$` can never hold. Anything between (`a$\n`, `a$\b`) is refused.
//! - `^` with the option `m` does not hold after a `\n` that ends the text. That of the automaton does,
//!   which makes no difference where the rest of the pattern must consume a character. Where it need
//!   not, as in `^$`, the rest is split into the ways that do and those that do not; see [`not_at_end`].
//! - `\R` never stops between `\r` and `\n`. That makes no difference where the rest can be empty, or
//!   cannot go on at the `\n`.

use super::PatternError;
use super::node::{Look, Node};
use super::set::CharSet;

/// The most nodes that are copied to split the rest of a pattern.
const MAX_SPLIT: usize = 200;

/// Makes sure that for an automaton the looks in `node` hold where they do for PCRE2.
pub(super) fn settle(node: Node) -> Result<Node, PatternError> {
    settle_before(node, After { ways: Ways::of(&Node::Empty), is_end: true })
}

/// What the ways through a part of a pattern have in common.
#[derive(Clone, Copy)]
struct Ways {
    /// One of them consumes and asks nothing.
    free: bool,
    /// One of them consumes nothing, and asks for nothing but what follows from `$`.
    free_at_end: bool,
    /// All of them consume something.
    consuming: bool,
    /// All of them begin with a character other than `\n`.
    off_newline: bool,
    /// All of them are like that, or consume and ask nothing.
    off_newline_or_free: bool,
}

impl Ways {
    fn of(node: &Node) -> Self {
        let one = |off_newline| Self {
            free: false,
            free_at_end: false,
            consuming: true,
            off_newline,
            off_newline_or_free: off_newline,
        };
        let none = Self {
            free: true,
            free_at_end: true,
            consuming: false,
            off_newline: false,
            off_newline_or_free: true,
        };
        match node {
            Node::Empty => none,
            Node::Char(c) => one(*c != '\n'),
            Node::Set(set) => one(!set.contains('\n')),
            Node::LineBreak(_) => one(false),
            Node::Look(look, _) => Self {
                free: false,
                free_at_end: matches!(look, Look::EndOrFinalLineBreak | Look::LineEnd),
                off_newline_or_free: false,
                ..none
            },
            Node::Concat(parts) => parts.iter().fold(none, |ways, part| ways.then(Self::of(part))),
            Node::Alternation(parts) => parts.iter().map(Self::of).reduce(Self::or).unwrap_or(none),
            Node::Repeat { body, min: 0, .. } => Self::of(body).or(none),
            Node::Repeat { body, .. } => Self::of(body),
        }
    }

    fn then(self, next: Self) -> Self {
        Self {
            free: self.free && next.free,
            free_at_end: self.free_at_end && next.free_at_end,
            consuming: self.consuming || next.consuming,
            off_newline: self.off_newline || (self.off_newline_or_free && next.off_newline),
            off_newline_or_free: self.off_newline || (self.off_newline_or_free && next.off_newline_or_free),
        }
    }

    fn or(self, other: Self) -> Self {
        Self {
            free: self.free || other.free,
            free_at_end: self.free_at_end || other.free_at_end,
            consuming: self.consuming && other.consuming,
            off_newline: self.off_newline && other.off_newline,
            off_newline_or_free: self.off_newline_or_free && other.off_newline_or_free,
        }
    }
}

/// What follows a part of a pattern, up to the pattern's end.
#[derive(Clone, Copy)]
struct After {
    ways: Ways,
    /// Nothing at all.
    is_end: bool,
}

fn settle_before(node: Node, after: After) -> Result<Node, PatternError> {
    Ok(match node {
        Node::Look(Look::EndOrFinalLineBreak, range) if !after.ways.free_at_end => {
            if !after.ways.off_newline {
                let message = "`$` (or `\\Z`) before something that could match a final `\\n` is not supported; \
                               a dollar sign is written `\\$`";
                return Err(PatternError::unsupported(range, message));
            }
            Node::fail()
        }
        Node::LineBreak(range) if !after.ways.free && !after.ways.off_newline => {
            let message =
                "`\\R` before something that could match `\\n` is not supported; write `(?:\\r\\n|\\n|\\r)`";
            return Err(PatternError::unsupported(range, message));
        }
        Node::Look(Look::LineStart, _) if !after.ways.consuming => settle_concat(vec![node], after)?,
        Node::Concat(items) => settle_concat(items, after)?,
        Node::Alternation(branches) => {
            let branches = branches.into_iter().map(|branch| settle_before(branch, after));
            Node::Alternation(branches.collect::<Result<_, _>>()?)
        }
        Node::Repeat { body, min, max } => {
            let again = Ways::of(&body);
            let last = if min > 1 { again.then(after.ways) } else { after.ways };
            let ways = Ways {
                free: last.free,
                free_at_end: last.free_at_end,
                ..if max == Some(1) { after.ways } else { again.then(after.ways).or(after.ways) }
            };
            let after = After { ways, is_end: after.is_end && max == Some(1) };
            Node::Repeat { body: Box::new(settle_before(*body, after)?), min, max }
        }
        node => node,
    })
}

fn settle_concat(mut items: Vec<Node>, after: After) -> Result<Node, PatternError> {
    split_after_line_start(&mut items, after)?;
    let mut settled = Vec::with_capacity(items.len());
    let mut following = after;
    while let Some(item) = items.pop() {
        let ways = Ways::of(&item).then(following.ways);
        let is_end = following.is_end && matches!(item, Node::Empty);
        settled.push(settle_before(item, following)?);
        following = After { ways, is_end };
    }
    settled.reverse();
    Ok(Node::concat(settled))
}

/// Rewrites `^` with the option `m`, and all that follows it, where it could hold at the very end.
fn split_after_line_start(items: &mut Vec<Node>, after: After) -> Result<(), PatternError> {
    let mut first = None;
    let mut ways = after.ways;
    for (index, item) in items.iter().enumerate().rev() {
        if let Node::Look(Look::LineStart, range) = item
            && !ways.consuming
        {
            first = Some((index, range.clone()));
        }
        ways = Ways::of(item).then(ways);
    }
    let Some((index, range)) = first else { return Ok(()) };
    let rest = Node::concat(items.split_off(index + 1));
    let line_start = items.pop().unwrap_or(Node::Empty);
    let split = if after.is_end && rest.size() <= MAX_SPLIT { not_at_end(&rest).ok() } else { None };
    let Some(not_at_end) = split else {
        let message = "`^` with the option `m` before something that can be empty is not supported";
        return Err(PatternError::unsupported(range, message));
    };
    items.push(Node::Alternation(vec![
        Node::Concat(vec![Node::Look(Look::Start, range), rest]),
        Node::Concat(vec![line_start, not_at_end]),
    ]));
    Ok(())
}

/// The construct that cannot be split.
struct Unsplittable;

/// `node`, which is all that follows, but not at the end of the text: either it consumes something, or
/// there is something left.
fn not_at_end(node: &Node) -> Result<Node, Unsplittable> {
    let empty = without_text(node)?.map(|node| Node::Concat(vec![node, Node::Set(CharSet::all())]));
    Ok(Node::alternation(empty.into_iter().chain(with_text(node)?).collect()))
}

/// The ways through `node` that consume nothing.
fn without_text(node: &Node) -> Result<Option<Node>, Unsplittable> {
    Ok(match node {
        Node::Char(_) | Node::Set(_) | Node::LineBreak(_) => None,
        // The first looks ahead, the second would have to be split again.
        Node::Look(Look::EndOrFinalLineBreak | Look::LineStart, _) => return Err(Unsplittable),
        Node::Empty | Node::Look(..) => Some(node.clone()),
        Node::Concat(parts) => {
            let parts = parts.iter().map(without_text).collect::<Result<Option<_>, _>>()?;
            parts.map(Node::concat)
        }
        Node::Alternation(parts) => some_of(parts, without_text)?,
        Node::Repeat { min: 0, .. } => Some(Node::Empty),
        Node::Repeat { body, .. } => without_text(body)?,
    })
}

/// The ways through `node` that consume something.
fn with_text(node: &Node) -> Result<Option<Node>, Unsplittable> {
    Ok(match node {
        Node::Empty => None,
        Node::Look(Look::EndOrFinalLineBreak | Look::LineStart, _) => return Err(Unsplittable),
        Node::Look(..) => None,
        Node::Char(_) | Node::Set(_) | Node::LineBreak(_) => Some(node.clone()),
        Node::Concat(parts) => {
            // One of the parts is the first to consume something.
            let mut ways = Vec::new();
            let mut before = Vec::new();
            let mut rest = parts.iter();
            while let Some(part) = rest.next() {
                if let Some(first) = with_text(part)? {
                    let rest = rest.as_slice().iter();
                    let way = before.iter().chain([&first]).chain(rest);
                    ways.push(Node::concat(way.cloned().collect()));
                }
                match without_text(part)? {
                    Some(part) => before.push(part),
                    None => break,
                }
            }
            (!ways.is_empty()).then(|| Node::alternation(ways))
        }
        Node::Alternation(parts) => some_of(parts, with_text)?,
        Node::Repeat { body, min, max } => match Ways::of(body) {
            Ways { consuming: true, .. } => {
                Some(Node::Repeat { body: body.clone(), min: (*min).max(1), max: *max })
            }
            // Rounds that consume nothing can be left out, or added, before the first that does.
            Ways { free: true, .. } => with_text(body)?.map(|first| {
                let others = Node::repeat((**body).clone(), 0, max.map(|max| max - 1));
                Node::Concat(vec![first, others])
            }),
            _ => return Err(Unsplittable),
        },
    })
}

/// The branches of which something is left.
fn some_of(
    branches: &[Node],
    part: impl Fn(&Node) -> Result<Option<Node>, Unsplittable>,
) -> Result<Option<Node>, Unsplittable> {
    let left: Vec<_> =
        branches.iter().filter_map(|branch| part(branch).transpose()).collect::<Result<_, _>>()?;
    Ok((!left.is_empty()).then(|| Node::alternation(left)))
}
