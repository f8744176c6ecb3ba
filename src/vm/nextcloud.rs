//! The conditions of the Nextcloud dialect: its walk along a path, and what its operators ask.
//!
//! A path is walked value by value. A value whose key `0` is set counts as a list: the rest of the path
//! is tried on each of its elements, and the condition holds where it holds for one of them, also a
//! negative one. An empty value on the way is a missing field, and so is null at the end.

use std::sync::LazyLock;

use super::Test;
use super::php;
use crate::event::{Constant, Node, View};
use crate::path::{Path, Segment};
use crate::program::{Op, Program};
use crate::verdict::Thrown;

/// The prefix of a method in the errors of the class.
const CLASS: &str = r"OCA\WebhookListeners\Service\PHPMongoQuery";

/// The key of the first element.
static ZERO: LazyLock<Path> = LazyLock::new(|| Path::from_names(["0"]));

/// What PHP says of an argument that is not an array.
pub(crate) fn type_error<'e>(method: &str, argument: &str, found: impl Node<'e>) -> Thrown {
    let found = php::type_name(found);
    Thrown::new(format!(
        "TypeError: {CLASS}::{method}(): Argument {argument} must be of type array, {found} given"
    ))
}

/// Refuses what is not a document at all.
pub(crate) fn check_event<'e>(event: impl Node<'e>) -> Result<(), Thrown> {
    if php::is_array(event) {
        return Ok(());
    }
    Err(type_error("executeQuery", "#2 ($document)", event))
}

/// Where the walk along a path ends.
#[derive(Debug, Clone, Copy)]
pub(crate) enum End<N> {
    Value(N),
    /// A field is missing, or null, or what should have it is empty.
    Missing,
    /// A string with something in it, in the middle of the path: nothing holds there, whatever is asked.
    Text,
}

/// Goes along a path.
pub(crate) trait Walker<'e, N: Node<'e>> {
    /// What it says of an end, with so many segments left. The walk is over where that is true.
    fn end(&mut self, end: End<N>, left: usize) -> Result<bool, Thrown>;

    /// The next element of a list is tried, with so many segments to go. It is left only where it does not
    /// end the walk.
    #[inline]
    fn enter(&mut self, _position: usize, _left: usize) {}

    #[inline]
    fn leave(&mut self) {}
}

/// Whether some end of the path holds. Recursion is bounded by the depth of the event.
pub(crate) fn walk<'e, N: Node<'e>>(
    root: N,
    path: &[Segment],
    walker: &mut impl Walker<'e, N>,
) -> Result<bool, Thrown> {
    let mut value = root;
    for (index, segment) in path.iter().enumerate() {
        let left = path.len() - index;
        if !php::is_true(value) {
            return walker.end(End::Missing, left);
        }
        // PHP takes the first character of a string for its key `0`, and has nothing to go through then.
        if let View::String(_) = value.view() {
            return walker.end(End::Text, left);
        }
        if is_list(value) {
            let rest = path.get(index..).unwrap_or_default();
            for (position, element) in php::elements(value).enumerate() {
                walker.enter(position, left);
                if !php::is_array(element) {
                    return Err(type_error("_executeOperatorOnElement", "#4 ($document)", element));
                }
                if walk(element, rest, walker)? {
                    return Ok(true);
                }
                walker.leave();
            }
            return Ok(false);
        }
        match php::field(value, segment) {
            Some(field) => value = field,
            None => return walker.end(End::Missing, left),
        }
    }
    walker.end(End::Value(value), 0)
}

/// What the test of one instruction says, wherever the program would go.
pub(crate) fn holds<'e, N: Node<'e>>(program: &Program, index: usize, event: N) -> Result<bool, Thrown> {
    let Some(instruction) = program.code.instructions.get(index) else { return Ok(false) };
    Test { program, instruction, index }.php(event)
}

/// What a program says of a document, telling of each test that it comes to.
pub(crate) fn run<'e, N: Node<'e>>(
    program: &Program,
    event: N,
    mut comes_to: impl FnMut(usize),
) -> Result<bool, Thrown> {
    super::try_run(program, program.code.entry, |test| {
        comes_to(test.index);
        test.php(event)
    })
}

/// What the test of one instruction says of an end of its path.
pub(crate) fn end<'e, N: Node<'e>>(program: &Program, index: usize, end: End<N>) -> Result<bool, Thrown> {
    let Some(instruction) = program.code.instructions.get(index) else { return Ok(false) };
    Test { program, instruction, index }.end(end, 0)
}

impl<'e, N: Node<'e>> Walker<'e, N> for Test<'_> {
    #[inline]
    fn end(&mut self, end: End<N>, _left: usize) -> Result<bool, Thrown> {
        match end {
            End::Value(value) => self.php_leaf(Some(value)),
            End::Missing => self.php_leaf::<N>(None),
            End::Text => Ok(false),
        }
    }
}

impl Test<'_> {
    /// Whether the condition holds, walking the path from `root`.
    pub(super) fn php<'e, N: Node<'e>>(mut self, root: N) -> Result<bool, Thrown> {
        if self.instruction.op == Op::PhpAbort {
            return Err(Thrown::new(self.text()));
        }
        walk(root, self.program.segments(self.instruction), &mut self)
    }

    /// What the operator says of the value at the end of the path, `None` where there is none.
    fn php_leaf<'e, N: Node<'e>>(&self, value: Option<N>) -> Result<bool, Thrown> {
        use std::cmp::Ordering;
        let op = self.instruction.op;
        let Some(value) = value else {
            return match op {
                Op::PhpNotEqual => Ok(!matches!(self.constant(), Constant::Null)),
                Op::PhpNotIn | Op::PhpMissing | Op::PhpNotMatch => Ok(true),
                Op::PhpThrow => match self.second_constant() {
                    Constant::Bool(missing) => Ok(*missing),
                    _ => Err(Thrown::new(self.text())),
                },
                _ => Ok(false),
            };
        };
        // As PHP spells it: `$a > $b` is `$b < $a`.
        let order = || php::order(value, self.constant());
        let order_back = || php::order(self.constant(), value);
        Ok(match op {
            Op::PhpEqual => is_equal(value, self.constant()),
            Op::PhpNotEqual => !is_equal(value, self.constant()),
            Op::PhpLess => order() == Ordering::Less,
            Op::PhpLessOrEqual => order() != Ordering::Greater,
            Op::PhpGreater => order_back() == Ordering::Less,
            Op::PhpGreaterOrEqual => order_back() != Ordering::Greater,
            Op::PhpIn => self.is_in(value),
            Op::PhpNotIn => !self.is_in(value),
            Op::PhpAll => self.has_all(value),
            Op::PhpExists => true,
            Op::PhpModulo => return self.modulo(value),
            Op::PhpMatch => self.is_match(value),
            Op::PhpNotMatch => !self.is_match(value),
            Op::PhpThrow => return Err(Thrown::new(self.text())),
            _ => false,
        })
    }

    fn second_constant(&self) -> &Constant {
        self.program.constant(self.instruction.operand.saturating_add(1))
    }

    fn is_in<'e>(&self, value: impl Node<'e>) -> bool {
        if php::is_array(value) {
            php::common(value, self.constant()) > 0
        } else {
            php::contains(self.constant(), value)
        }
    }

    fn has_all<'e>(&self, value: impl Node<'e>) -> bool {
        let wanted = php::elements(self.constant()).count();
        if php::is_array(value) {
            return wanted > 0 && php::common(value, self.constant()) == wanted;
        }
        let first = ZERO.segments().first().and_then(|zero| php::field(self.constant(), zero));
        wanted == 1 && first.is_some_and(|first| php::is_identical(value, first))
    }

    fn modulo<'e>(&self, value: impl Node<'e>) -> Result<bool, Thrown> {
        let (divisor, remainder) = (self.constant(), self.second_constant());
        let Some((value, by)) = php::integer(value).zip(php::integer(divisor)) else {
            let (left, right) = (php::type_name(value), php::type_name(divisor));
            return Err(Thrown::new(format!("TypeError: Unsupported operand types: {left} % {right}")));
        };
        if by == 0 {
            return Err(Thrown::new("DivisionByZeroError: Modulo by zero"));
        }
        // PHP's `%` is C's: the sign is the dividend's.
        Ok(php::is_identical(&Constant::from(value.wrapping_rem(by)), remainder))
    }

    /// Whether the pattern is found; in an array, whether its text stands there.
    fn is_match<'e>(&self, value: impl Node<'e>) -> bool {
        if php::is_array(value) {
            return php::contains(value, self.constant());
        }
        let index = self.program.pattern_index(self.instruction.operand);
        let pattern = index.and_then(|index| self.program.code.patterns.get(index));
        pattern.is_some_and(|pattern| pattern.is_match(&php::text(value)))
    }
}

/// `isset($value[0])`.
fn is_list<'e>(value: impl Node<'e>) -> bool {
    ZERO.segments().first().is_some_and(|zero| php::field(value, zero).is_some())
}

/// `$e`, with an operand that is no pattern.
fn is_equal<'e>(value: impl Node<'e>, operand: &Constant) -> bool {
    match (php::is_array(value), php::is_array(operand)) {
        (true, true) => php::equal(value, operand),
        (true, false) => php::contains(value, operand),
        (false, _) => php::is_identical(value, operand),
    }
}
