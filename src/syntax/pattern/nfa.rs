//! [`Node`] → a nondeterministic automaton, with a state for each character that a pattern asks for (Thompson's way),
//! and the search that follows all of its states at once (Pike's).

use std::cell::RefCell;
use std::collections::HashMap;
use std::mem;

use super::node::{Look, Node};
use super::set::{self, CharSet};

/// An index into [`Nfa::states`].
pub(super) type StateId = u32;

#[derive(Debug, Clone)]
pub(super) struct Nfa {
    states: Vec<State>,
    /// What characters are tested against.
    sets: Vec<CharSet>,
    start: StateId,
    /// Whether all matches begin where the text does.
    is_anchored: bool,
}

#[derive(Debug, Clone, Copy)]
enum State {
    /// Consumes a character of the set with this index.
    Consume(u32, StateId),
    /// Goes on in both.
    Split(StateId, StateId),
    /// Goes on where this holds.
    Look(Look, StateId),
    Match,
}

/// What is on one side of a place in a text, as far as a pattern can ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Side {
    /// Nothing: the start of the text, or its end.
    Edge,
    LineBreak,
    /// What `\w` matches, of ASCII.
    Word,
    Other,
}

impl Side {
    pub(super) const ALL: [Self; 4] = [Self::Edge, Self::LineBreak, Self::Word, Self::Other];

    pub(super) fn of(c: char) -> Self {
        match c {
            '\n' => Self::LineBreak,
            '_' => Self::Word,
            c if c.is_ascii_alphanumeric() => Self::Word,
            _ => Self::Other,
        }
    }
}

/// States, each once.
#[derive(Debug, Default)]
struct States {
    list: Vec<StateId>,
    /// For each state the round in which it came in last.
    rounds: Vec<u32>,
    round: u32,
}

impl States {
    /// Empty, for so many.
    fn begin(&mut self, count: usize) {
        self.list.clear();
        self.round = self.round.wrapping_add(1);
        if self.round == 0 {
            self.rounds.clear();
            self.round = 1;
        }
        self.rounds.resize(count, 0);
    }

    fn insert(&mut self, state: StateId) {
        if let Some(round) = self.rounds.get_mut(state as usize)
            && mem::replace(round, self.round) != self.round
        {
            self.list.push(state);
        }
    }
}

/// Working memory of a search.
#[derive(Debug, Default)]
struct Memory {
    /// Those to go on from.
    states: States,
    /// What they lead to without consuming a character.
    reached: States,
}

thread_local! {
    /// That of all patterns: nothing is allocated once it is warm.
    static MEMORY: RefCell<Memory> = RefCell::default();
}

/// What states lead to without consuming a character.
#[derive(Debug, Default)]
pub(super) struct Reached {
    /// The sets of the states that consume one, and where they go on. Where there is a match, not all of them.
    pub(super) consuming: Vec<(u32, StateId)>,
    pub(super) is_match: bool,
}

impl Nfa {
    pub(super) fn new(node: &Node) -> Self {
        let mut builder = Builder { states: vec![State::Match], sets: Vec::new(), known: HashMap::default() };
        let start = builder.add(node, 0);
        let Builder { states, sets, .. } = builder;
        let mut nfa = Self { states, sets, start, is_anchored: false };
        // In the midst of a text nothing follows from where matches begin.
        nfa.is_anchored = nfa.looks(|look| look == Look::Start)
            && [Side::LineBreak, Side::Word, Side::Other].into_iter().all(|before| {
                Side::ALL.into_iter().all(|after| {
                    let reached = nfa.reached(&[start], before, after);
                    !reached.is_match && reached.consuming.is_empty()
                })
            });
        nfa
    }

    /// Its memory.
    pub(super) fn bytes(&self) -> usize {
        let ranges: usize = self.sets.iter().map(|set| size_of_val(set) + size_of_val(set.ranges())).sum();
        size_of_val(&*self.states) + ranges
    }

    /// The number of states.
    pub(super) fn len(&self) -> usize {
        self.states.len()
    }

    pub(super) fn sets(&self) -> &[CharSet] {
        &self.sets
    }

    /// Where every match begins.
    pub(super) fn start(&self) -> StateId {
        self.start
    }

    pub(super) fn is_anchored(&self) -> bool {
        self.is_anchored
    }

    /// Whether it asks what is around a place, but for the start and the end of the text.
    pub(super) fn looks_around(&self) -> bool {
        self.looks(|look| !matches!(look, Look::Start | Look::End))
    }

    fn looks(&self, is_it: impl Fn(Look) -> bool) -> bool {
        self.states.iter().any(|state| matches!(state, State::Look(look, _) if is_it(*look)))
    }

    /// What the states lead to at a place.
    pub(super) fn reached(&self, from: &[StateId], before: Side, after: Side) -> Reached {
        MEMORY.with_borrow_mut(|Memory { states, .. }| {
            states.begin(self.len());
            from.iter().for_each(|state| states.insert(*state));
            let is_match = self.follow(states, before, after);
            let consuming = states.list.iter().filter_map(|state| self.consumes(*state)).collect();
            Reached { consuming, is_match }
        })
    }

    /// Is the pattern found anywhere in `text`? Takes time in the product of its length and the states.
    pub(super) fn is_match(&self, text: &str) -> bool {
        MEMORY.with_borrow_mut(|memory| self.search(text, memory))
    }

    fn search(&self, text: &str, Memory { states, reached }: &mut Memory) -> bool {
        states.begin(self.len());
        states.insert(self.start);
        let mut before = Side::Edge;
        for c in text.chars() {
            let after = Side::of(c);
            mem::swap(states, reached);
            if self.follow(reached, before, after) {
                return true;
            }
            states.begin(self.len());
            for state in &reached.list {
                if let Some((set, next)) = self.consumes(*state)
                    && self.sets.get(set as usize).is_some_and(|set| set.contains(c))
                {
                    states.insert(next);
                }
            }
            if !self.is_anchored {
                states.insert(self.start);
            }
            if states.list.is_empty() {
                return false;
            }
            before = after;
        }
        self.follow(states, before, Side::Edge)
    }

    /// Adds what the states lead to without consuming a character. Whether that is a match.
    fn follow(&self, states: &mut States, before: Side, after: Side) -> bool {
        let mut next = 0;
        while let Some(state) = states.list.get(next) {
            next += 1;
            match self.states.get(*state as usize) {
                Some(State::Split(one, other)) => {
                    let (one, other) = (*one, *other);
                    states.insert(one);
                    states.insert(other);
                }
                Some(State::Look(look, next)) if holds(*look, before, after) => states.insert(*next),
                Some(State::Match) => return true,
                Some(State::Look(..) | State::Consume(..)) | None => {}
            }
        }
        false
    }

    fn consumes(&self, state: StateId) -> Option<(u32, StateId)> {
        match self.states.get(state as usize)? {
            State::Consume(set, next) => Some((*set, *next)),
            _ => None,
        }
    }
}

struct Builder {
    states: Vec<State>,
    sets: Vec<CharSet>,
    known: HashMap<CharSet, u32, foldhash::fast::RandomState>,
}

impl Builder {
    /// The state from which the node leads to `next`. Recursion is bounded by the parser's depth.
    fn add(&mut self, node: &Node, next: StateId) -> StateId {
        match node {
            Node::Empty => next,
            Node::Char(c) => self.consume(&CharSet::new(&[(*c, *c)]), next),
            Node::Set(set) => self.consume(set, next),
            Node::LineBreak(_) => {
                let line_feed = self.add(&Node::Char('\n'), next);
                let both = self.add(&Node::Char('\r'), line_feed);
                let one = self.consume(&set::vertical_space(), next);
                self.push(State::Split(both, one))
            }
            Node::Look(Look::EndOrFinalLineBreak, _) => {
                let end = self.push(State::Look(Look::End, next));
                let line_feed = self.add(&Node::Char('\n'), end);
                self.push(State::Split(line_feed, end))
            }
            Node::Look(look, _) => self.push(State::Look(*look, next)),
            Node::Concat(parts) => parts.iter().rev().fold(next, |next, part| self.add(part, next)),
            Node::Alternation(branches) => {
                let starts: Vec<_> = branches.iter().map(|branch| self.add(branch, next)).collect();
                let start = starts.into_iter().reduce(|one, other| self.push(State::Split(one, other)));
                // Of nothing, none holds.
                start.unwrap_or_else(|| self.consume(&CharSet::default(), next))
            }
            Node::Repeat { body, min, max: Some(max) } => {
                let rest = (*min..*max).fold(next, |more, _| {
                    let body = self.add(body, more);
                    self.push(State::Split(body, next))
                });
                (0..*min).fold(rest, |next, _| self.add(body, next))
            }
            Node::Repeat { body, min, max: None } => {
                // The body leads back to where it can be left.
                let again = self.push(State::Match);
                let once = self.add(body, again);
                if let Some(state) = self.states.get_mut(again as usize) {
                    *state = State::Split(once, next);
                }
                if *min == 0 { again } else { (1..*min).fold(once, |next, _| self.add(body, next)) }
            }
        }
    }

    fn consume(&mut self, set: &CharSet, next: StateId) -> StateId {
        let index = self.known.get(set).copied().unwrap_or_else(|| {
            let index = index_of(self.sets.len());
            self.sets.push(set.clone());
            self.known.insert(set.clone(), index);
            index
        });
        self.push(State::Consume(index, next))
    }

    fn push(&mut self, state: State) -> StateId {
        self.states.push(state);
        index_of(self.states.len() - 1)
    }
}

/// The states of a pattern were counted: there are never 2^32.
fn index_of(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

fn holds(look: Look, before: Side, after: Side) -> bool {
    let is_word = |side| side == Side::Word;
    match look {
        Look::Start => before == Side::Edge,
        Look::End => after == Side::Edge,
        Look::LineStart => matches!(before, Side::Edge | Side::LineBreak),
        Look::LineEnd => matches!(after, Side::Edge | Side::LineBreak),
        Look::WordBoundary => is_word(before) != is_word(after),
        Look::NotWordBoundary => is_word(before) == is_word(after),
        Look::WordStart => !is_word(before) && is_word(after),
        Look::WordEnd => is_word(before) && !is_word(after),
        // Others are made of it.
        Look::EndOrFinalLineBreak => false,
    }
}
