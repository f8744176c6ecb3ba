//! Pattern → [`Node`], by PCRE2's grammar.

use std::collections::HashSet;
use std::ops::Range;

use super::escape::Escape;
use super::node::{Look, Node};
use super::set::CharSet;
use super::{Flags, PatternError};

/// The most groups inside each other.
pub(super) const MAX_DEPTH: usize = 50;

/// The largest count of a repetition.
const MAX_COUNT: u32 = 65_535;

/// The longest name of a group, in bytes.
const MAX_NAME: usize = 32;

pub(super) fn parse(source: &str, flags: Flags) -> Result<Node, PatternError> {
    let options = Options { flags, spaced_classes: false };
    let names = HashSet::new();
    let mut parser = Parser { source, at: 0, options, quoted: false, groups: 0, names, depth: 0 };
    let node = parser.alternation()?;
    match parser.next() {
        None if flags.has(Flags::ANCHORED) => Ok(Node::concat(vec![Node::Look(Look::Start, 0..0), node])),
        None => Ok(node),
        Some(_) => Err(PatternError::invalid(parser.since(parser.at - 1), "`)` without `(`")),
    }
}

pub(super) struct Parser<'a> {
    source: &'a str,
    at: usize,
    pub(super) options: Options,
    /// Between `\Q` and `\E`.
    quoted: bool,
    /// The capturing groups that have been opened.
    pub(super) groups: u32,
    names: HashSet<&'a str>,
    depth: usize,
}

/// What a group can switch on and off.
#[derive(Clone, Copy)]
pub(super) struct Options {
    pub(super) flags: Flags,
    /// `(?xx)`: spaces in classes are ignored too.
    pub(super) spaced_classes: bool,
}

/// What was read.
pub(super) enum Item {
    /// Something that a quantifier may follow.
    Repeatable(Node),
    /// Something that none may follow.
    Fixed(Node),
}

/// How often, at least and at most.
type Count = (u32, Option<u32>);

impl<'a> Parser<'a> {
    pub(super) fn rest(&self) -> &'a str {
        self.source.get(self.at..).unwrap_or_default()
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    pub(super) fn eat(&mut self, text: &str) -> bool {
        let found = self.rest().starts_with(text);
        if found {
            self.at += text.len();
        }
        found
    }

    pub(super) fn skip(&mut self, bytes: usize) {
        self.at += bytes;
    }

    /// Reads while `wanted` holds, at most `most` characters.
    pub(super) fn take_while(&mut self, most: usize, wanted: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let length = rest.chars().take(most).take_while(|&c| wanted(c)).map(char::len_utf8).sum();
        self.at += length;
        rest.get(..length).unwrap_or_default()
    }

    /// From `start` to what has been read.
    pub(super) fn since(&self, start: usize) -> Range<usize> {
        start..self.at
    }

    fn text_since(&self, start: usize) -> &'a str {
        self.source.get(self.since(start)).unwrap_or_default()
    }

    pub(super) fn has(&self, flag: Flags) -> bool {
        self.options.flags.has(flag)
    }

    /// Branches, up to a `)` or the end.
    fn alternation(&mut self) -> Result<Node, PatternError> {
        let mut branches = Vec::new();
        let mut items = Vec::new();
        let mut repeatable = false;
        loop {
            if !self.quoted {
                self.skip_ignored()?;
            }
            let start = self.at;
            let Some(c) = self.next() else { break };
            let item = match c {
                '\\' if self.quoted && self.eat("E") => {
                    self.quoted = false;
                    continue;
                }
                c if self.quoted => Item::Repeatable(self.literal(c)),
                '\\' if self.eat("Q") => {
                    self.quoted = true;
                    continue;
                }
                '|' => {
                    branches.push(Node::concat(std::mem::take(&mut items)));
                    repeatable = false;
                    continue;
                }
                ')' => {
                    self.at = start;
                    break;
                }
                '*' | '+' | '?' | '{' => match self.quantifier(c, start)? {
                    Some((min, max)) => {
                        let body = items.pop().filter(|_| repeatable);
                        let body = body.ok_or_else(|| self.nothing_to_repeat(start))?;
                        self.after_quantifier(start)?;
                        Item::Fixed(Node::repeat(body, min, max))
                    }
                    None => Item::Repeatable(self.literal(c)),
                },
                '(' => self.group(start)?,
                '[' => self.class(start)?,
                '\\' => self.escaped(start)?,
                '.' if self.has(Flags::DOT_ALL) => Item::Repeatable(Node::Set(CharSet::all())),
                '.' => Item::Repeatable(Node::Set(CharSet::not_newline())),
                '^' if self.has(Flags::MULTI_LINE) => self.look(Look::LineStart, start),
                '^' => self.look(Look::Start, start),
                '$' if self.has(Flags::MULTI_LINE) => self.look(Look::LineEnd, start),
                '$' if self.has(Flags::DOLLAR_END) => self.look(Look::End, start),
                '$' => self.look(Look::EndOrFinalLineBreak, start),
                c => Item::Repeatable(self.literal(c)),
            };
            repeatable = matches!(item, Item::Repeatable(_));
            let (Item::Repeatable(node) | Item::Fixed(node)) = item;
            items.push(node);
        }
        branches.push(Node::concat(items));
        Ok(Node::alternation(branches))
    }

    /// Skips what stands between items and means nothing: comments, an empty quotation, a stray `\E`,
    /// and with the option `x` white space.
    fn skip_ignored(&mut self) -> Result<(), PatternError> {
        loop {
            let start = self.at;
            if self.has(Flags::EXTENDED) {
                let bytes = self.has(Flags::BYTES);
                self.take_while(usize::MAX, |c| is_pattern_space(c) && !(bytes && c == '\u{85}'));
                if self.eat("#") {
                    self.take_while(usize::MAX, |c| c != '\n');
                }
            }
            if self.eat("(?#") {
                self.take_while(usize::MAX, |c| c != ')');
                if !self.eat(")") {
                    return Err(PatternError::invalid(start..start + 3, "unclosed comment"));
                }
            }
            if !self.eat("\\E") {
                self.eat("\\Q\\E");
            }
            if self.at == start {
                return Ok(());
            }
        }
    }

    pub(super) fn look(&self, look: Look, start: usize) -> Item {
        Item::Fixed(Node::Look(look, self.since(start)))
    }

    /// One character as it stands, or in either case.
    fn literal(&self, c: char) -> Node {
        if !self.has(Flags::IGNORE_CASE) {
            return Node::Char(c);
        }
        let mut set = CharSet::new(&[(c, c)]);
        set.ignore_case(self.has(Flags::BYTES));
        from_set(set)
    }

    fn escaped(&mut self, start: usize) -> Result<Item, PatternError> {
        Ok(match self.escape(start, false)? {
            Escape::Char(c) => Item::Repeatable(self.literal(c)),
            Escape::Set(set) => Item::Repeatable(Node::Set(set)),
            Escape::LineBreak => Item::Repeatable(Node::LineBreak(self.since(start))),
            Escape::Look(look) => self.look(look, start),
            Escape::Nothing | Escape::Quote => Item::Fixed(Node::Empty),
        })
    }

    /// After a `*`, `+`, `?` or `{`; `None` where the `{` stands for itself.
    fn quantifier(&mut self, c: char, start: usize) -> Result<Option<Count>, PatternError> {
        Ok(match c {
            '*' => Some((0, None)),
            '+' => Some((1, None)),
            '?' => Some((0, Some(1))),
            _ => return self.braces(start),
        })
    }

    /// `{n}`, `{n,}` or `{n,m}`, after the `{`.
    fn braces(&mut self, start: usize) -> Result<Option<Count>, PatternError> {
        let rest = self.rest();
        let length = rest.bytes().take_while(|b| matches!(b, b'0'..=b'9' | b',' | b' ' | b'\t')).count();
        let (inside, rest) = rest.split_at_checked(length).unwrap_or_default();
        let (min, max) = match inside.split_once(',') {
            Some((min, max)) => (min, Some(max)),
            None => (inside, None),
        };
        let is_number = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        let trimmed = [min, max.unwrap_or_default()].map(|text| text.trim_matches([' ', '\t']));
        if !rest.starts_with('}') || trimmed == ["", ""] || !trimmed.into_iter().all(is_number) {
            return Ok(None);
        }
        self.at += length + 1;
        // PCRE2 takes `{,3}` and `{1, 3}` for text up to version 10.42, and for counts since.
        if min.is_empty() || !is_number(min) || !max.is_none_or(is_number) {
            let [min, max] = trimmed;
            let min = if min.is_empty() { "0" } else { min };
            let comma = if inside.contains(',') { "," } else { "" };
            let message = format!(
                "`{{{inside}}}` is a repetition or plain text, depending on the version of PCRE2; \
                 write `{{{min}{comma}{max}}}` or `\\{{{inside}}}`"
            );
            return Err(PatternError::unsupported(self.since(start), message));
        }
        let count = |text: &str| {
            text.parse().ok().filter(|&count| count <= MAX_COUNT).ok_or_else(|| {
                PatternError::invalid(
                    self.since(start),
                    format!("a repetition of more than {MAX_COUNT} times"),
                )
            })
        };
        let min = count(min)?;
        let max = match max {
            None => Some(min),
            Some("") => None,
            Some(max) => Some(count(max)?),
        };
        if max.is_some_and(|max| max < min) {
            let message = format!("the counts of `{{{inside}}}` are out of order");
            return Err(PatternError::invalid(self.since(start), message));
        }
        Ok(Some((min, max)))
    }

    fn nothing_to_repeat(&self, start: usize) -> PatternError {
        let message = format!("nothing to repeat before `{}`", self.text_since(start));
        PatternError::invalid(self.since(start), message)
    }

    pub(super) fn rewind(&mut self, at: usize) {
        self.at = at;
    }

    /// Would a quantifier be read here? (`\N{` asks: it could also be a character's name.)
    pub(super) fn at_count(&mut self) -> bool {
        let start = self.at;
        let found = self.eat("{") && matches!(self.braces(start), Ok(Some(_)));
        self.at = start;
        found
    }

    /// A lazy quantifier finds another match, not more or fewer of them; a possessive one gives nothing
    /// back, which takes a backtracking engine.
    fn after_quantifier(&mut self, start: usize) -> Result<(), PatternError> {
        let quantifier = self.text_since(start);
        self.skip_ignored()?;
        if self.eat("+") {
            let message = format!("possessive quantifier `{quantifier}+` cannot be matched in linear time");
            return Err(PatternError::unsupported(self.since(start), message));
        }
        self.eat("?");
        Ok(())
    }

    /// After a `(`.
    fn group(&mut self, open: usize) -> Result<Item, PatternError> {
        self.refuse_special_group(open)?;
        let outer = self.options;
        if !self.eat("?") {
            self.groups += 1;
        } else if self.eat("P<") || self.eat("<") {
            self.name(open, ">")?;
        } else if self.eat("'") {
            self.name(open, "'")?;
        } else if self.inline_options(open)? {
            return Ok(Item::Fixed(Node::Empty));
        }
        if self.depth == MAX_DEPTH {
            let message = format!("groups are nested more than {MAX_DEPTH} deep");
            return Err(PatternError::unsupported(open..open + 1, message));
        }
        self.depth += 1;
        let node = self.alternation()?;
        self.depth -= 1;
        if !self.eat(")") {
            return Err(unclosed_group(open));
        }
        self.options = outer;
        Ok(Item::Repeatable(node))
    }

    /// The groups that do more than group, each by its name.
    fn refuse_special_group(&mut self, open: usize) -> Result<(), PatternError> {
        const SPECIAL: [(&str, &str); 15] = [
            ("?=", "look-ahead"),
            ("?!", "negative look-ahead"),
            ("?*", "look-ahead"),
            ("?<=", "look-behind"),
            ("?<!", "negative look-behind"),
            ("?<*", "look-behind"),
            ("?>", "atomic group"),
            ("?(", "condition"),
            ("?R", "recursion"),
            ("?&", "recursion"),
            ("?P>", "recursion"),
            ("?P=", "back-reference"),
            ("?|", "branch reset group"),
            ("?C", "callout"),
            ("?[", "extended class"),
        ];
        let rest = self.rest();
        let mut known = SPECIAL.iter().copied().find(|(start, _)| rest.starts_with(start));
        if let Some(after) = rest.strip_prefix('*')
            && after.starts_with(|c: char| c.is_ascii_alphabetic() || c == ':')
        {
            known = Some(("*", "verb"));
        }
        if let Some(after) = rest.strip_prefix('?')
            && after.trim_start_matches(['+', '-']).starts_with(|c: char| c.is_ascii_digit())
        {
            known = Some(("?", "recursion"));
        }
        let Some((start, name)) = known else { return Ok(()) };
        self.skip(start.len());
        let why = match name {
            "branch reset group" | "callout" | "extended class" | "verb" => "is not supported",
            _ => "cannot be matched in linear time",
        };
        Err(PatternError::unsupported(self.since(open), format!("{name} `({start}` {why}")))
    }

    /// The name of a capturing group, and what closes it. Nothing can refer to it, but it has to be one.
    fn name(&mut self, open: usize, close: &str) -> Result<(), PatternError> {
        self.groups += 1;
        let start = self.at;
        let name = self.take_while(usize::MAX, |c| c.is_ascii_alphanumeric() || c == '_');
        if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) || !self.eat(close) {
            let message =
                format!("expected the name of a group, of ASCII letters, digits and `_`, and `{close}`");
            return Err(PatternError::invalid(self.since(open), message));
        }
        let range = start..start + name.len();
        if name.len() > MAX_NAME {
            let message = format!("the name of a group is longer than {MAX_NAME} bytes");
            return Err(PatternError::invalid(range, message));
        }
        if !self.names.insert(name) {
            return Err(PatternError::invalid(range, format!("two groups are named `{name}`")));
        }
        Ok(())
    }

    /// `(?i-s)` and `(?i-s:`, after the `?`. True for the former, which is no group, but holds up to the
    /// end of the group around it.
    fn inline_options(&mut self, open: usize) -> Result<bool, PatternError> {
        let mut on = Flags::NONE;
        let mut off = Flags::NONE;
        let mut spaced_classes = false;
        let mut negative = false;
        let reset = self.eat("^");
        loop {
            let start = self.at;
            match self.next() {
                None => return Err(unclosed_group(open)),
                Some(end @ (':' | ')')) => {
                    let mut flags = self.options.flags;
                    if reset {
                        flags = flags.without(Flags::WITH_LETTERS);
                    }
                    flags = flags.with(on).without(off);
                    // `x` alone takes back the second `x`.
                    let kept = self.options.spaced_classes && !reset && !on.has(Flags::EXTENDED);
                    let spaced_classes = (kept || spaced_classes) && flags.has(Flags::EXTENDED);
                    self.options = Options { flags, spaced_classes };
                    return Ok(end == ')');
                }
                Some('-') if !negative && !reset => negative = true,
                // Greediness changes which match is found, not whether there is one.
                Some('U') => {}
                Some(letter) => {
                    let Some(flag) = Flags::letter(letter) else {
                        return Err(bad_option(letter, self.since(start)));
                    };
                    let double = flag == Flags::EXTENDED && self.eat("x");
                    if negative {
                        off = off.with(flag);
                    } else {
                        on = on.with(flag);
                        spaced_classes = if flag == Flags::EXTENDED { double } else { spaced_classes };
                    }
                }
            }
        }
    }
}

pub(super) fn from_set(set: CharSet) -> Node {
    match set.single() {
        Some(c) => Node::Char(c),
        None => Node::Set(set),
    }
}

/// The white space of the option `x`.
fn is_pattern_space(c: char) -> bool {
    matches!(c, '\t'..='\r' | ' ' | '\u{85}' | '\u{200E}' | '\u{200F}' | '\u{2028}' | '\u{2029}')
}

fn unclosed_group(open: usize) -> PatternError {
    PatternError::invalid(open..open + 1, "unclosed group")
}

fn bad_option(letter: char, range: Range<usize>) -> PatternError {
    match letter {
        'a' | 'n' | 'r' | 'J' => {
            PatternError::unsupported(range, format!("the inline option `{letter}` is not supported"))
        }
        _ => PatternError::invalid(
            range,
            format!("expected an inline option of `imsx`, found `{}`", letter.escape_debug()),
        ),
    }
}
