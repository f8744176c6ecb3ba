//! The listing: a program for people.

use std::fmt;

use super::Program;
use super::instruction::{Instruction, Op, Operand, Step, Target};
use crate::event::Constant;
use crate::path::Path;
use crate::syntax::expr::TypeSet;

/// A longer operand is cut.
const MAX_OPERAND: usize = 60;

/// One instruction a line, in columns: its number, the test, the path, the operand, and where it
/// goes. The body of an `$elemMatch` is indented.
impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.code.instructions.is_empty() {
            return writeln!(f, "{}", Goal(self.code.entry));
        }
        let rows = self.rows();
        let width = |column: usize| {
            rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths: [usize; 4] = std::array::from_fn(width);
        let number_width = (rows.len() - 1).to_string().len();
        for ((number, row), instruction) in rows.iter().enumerate().zip(&self.code.instructions) {
            write!(f, "{number:number_width$}")?;
            for (cell, width) in row.iter().zip(widths) {
                // A column that is empty everywhere takes no room.
                if width > 0 {
                    write!(f, "  {cell:width$}")?;
                }
            }
            writeln!(f, "  false → {}", Goal(instruction.on_false))?;
        }
        Ok(())
    }
}

impl Program {
    fn rows(&self) -> Vec<[String; 4]> {
        let mut bodies: Vec<usize> = Vec::new();
        let row = |(index, instruction): (usize, &Instruction)| {
            bodies.retain(|end| *end > index);
            let indent = "  ".repeat(bodies.len());
            if instruction.op.operand() == Operand::Body {
                bodies.push(instruction.operand as usize);
            }
            let path = self.code.paths.get(usize::from(instruction.path)).cloned().unwrap_or_default();
            [
                format!("{indent}{}", instruction.op.mnemonic()),
                match path.segments() {
                    [] if instruction.op == Op::PhpAbort => String::new(),
                    [] => "(element)".to_owned(),
                    _ => path_cell(&path),
                },
                self.operand(index, instruction),
                format!("true → {}", Goal(instruction.on_true)),
            ]
        };
        self.code.instructions.iter().enumerate().map(row).collect()
    }

    fn operand(&self, index: usize, instruction: &Instruction) -> String {
        let operand = instruction.operand;
        match instruction.op.operand() {
            Operand::None => String::new(),
            Operand::Constant | Operand::Text | Operand::Collection => {
                shorten(&self.constant(operand).to_string())
            }
            Operand::Division => {
                let (divisor, remainder) = self.division(operand).unwrap_or_default();
                format!("{remainder} modulo {divisor}")
            }
            Operand::List => shorten(&Constant::Array(self.list(operand).into()).to_string()),
            Operand::Pattern => {
                self.code.patterns.get(operand as usize).map_or_else(String::new, |pattern| {
                    shorten(&format!("/{}/{}", visible(pattern.source()), pattern.flags()))
                })
            }
            Operand::PatternText => shorten(&visible(self.text(operand))),
            Operand::Pair => {
                shorten(&format!("{} modulo {}", self.constant(operand + 1), self.constant(operand)))
            }
            Operand::Failure => match self.constant(operand + 1) {
                Constant::Bool(missing) => {
                    shorten(&format!("{}, {missing} if missing", self.constant(operand)))
                }
                _ => shorten(&self.constant(operand).to_string()),
            },
            Operand::Types => {
                let types = TypeSet::from_bits(operand).unwrap_or_default();
                if types.is_empty() {
                    "none".to_owned()
                } else {
                    types.names().collect::<Vec<_>>().join(" or ")
                }
            }
            Operand::Count => operand.to_string(),
            Operand::Body => match operand as usize {
                end if end == index + 1 => "any".to_owned(),
                end => format!("{}..{}", index + 1, end - 1),
            },
        }
    }
}

/// A path, quoted where its ends would not show, or not all of it.
fn path_cell(path: &Path) -> String {
    let text = path.to_string();
    let is_plain = |char: char| !char.is_whitespace() && !is_invisible(char);
    if !text.is_empty() && text.chars().all(is_plain) { text } else { format!("\"{}\"", visible(&text)) }
}

/// With escapes in place of what would change the lines, or the terminal.
pub(crate) fn visible(text: &str) -> String {
    let mut visible = String::with_capacity(text.len());
    for char in text.chars() {
        if is_invisible(char) {
            visible.extend(char.escape_default());
        } else {
            visible.push(char);
        }
    }
    visible
}

/// Controls, the ends of lines and paragraphs, and what turns the direction of writing.
fn is_invisible(char: char) -> bool {
    char.is_control()
        || matches!(char, '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200E}' | '\u{200F}')
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(MAX_OPERAND) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or(text)),
        None => text.to_owned(),
    }
}

/// A target's name.
struct Goal(Target);

impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.step() {
            Step::Match => f.write_str("match"),
            Step::Reject => f.write_str("reject"),
            Step::Instruction(index) => write!(f, "{index}"),
        }
    }
}
