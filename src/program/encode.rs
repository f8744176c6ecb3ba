//! Programs as bytes.
//!
//! The magic, the version of the format and the dialect; then the tables (paths, constants, lists,
//! patterns), the instructions, the entry, and the spans. Numbers are LEB128, texts are UTF-8 behind
//! their length.

use std::collections::HashSet;
use std::sync::Arc;

use super::bytes::{Reader, Writer};
use super::instruction::{Instruction, Op, Step, Target};
use super::{Code, Program, SpanTable, verify};
use crate::dialect::Dialect;
use crate::event::{Constant, Number};
use crate::limits::Limits;
use crate::path::Path;
use crate::syntax::pattern::{Flags, Pattern, PatternErrorKind};

const MAGIC: &[u8] = b"hooksieve";
const VERSION: u8 = 1;

/// Why bytes are not a program.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProgramError {
    /// The bytes do not start like a program.
    #[error("not a compiled filter")]
    NotAProgram,
    /// Another version of the format.
    #[error("format version {0} is not known; this library reads version {VERSION}")]
    UnknownVersion(u8),
    /// The dialect is not known here.
    #[error("dialect {0} is not known")]
    UnknownDialect(u8),
    /// The dialect is known, but not the one that is asked for.
    #[error("a program of the dialect `{0}`, expected one of `mongo`")]
    OtherDialect(Dialect),
    /// More than 16 MiB, to which no filter is compiled.
    #[error("a program of {0} bytes is too long")]
    TooLong(usize),
    /// The bytes end in the middle.
    #[error("the program is cut off")]
    Truncated,
    /// A part does not follow the format.
    #[error("found {what} before byte {offset}")]
    Malformed {
        /// The byte after the part.
        offset: usize,
        /// What was found.
        what: &'static str,
    },
    /// A table has an entry that no instruction uses.
    #[error("a {0} that no instruction uses")]
    Unused(&'static str),
    /// The parts are there, but the program cannot be proved to end, or to stay within its tables.
    #[error("instruction {instruction}: {what}")]
    Unsafe {
        /// The instruction that is refused.
        instruction: usize,
        /// What is wrong with it.
        what: &'static str,
    },
}

impl Program {
    /// The program as bytes, to be stored or sent to another machine. Equal programs have equal bytes.
    ///
    /// ```
    /// use hooksieve::{Filter, Program};
    ///
    /// let filter = Filter::compile(r#"{"user.uid": "bob"}"#)?;
    /// let bytes = filter.program().to_bytes();
    ///
    /// let loaded = Filter::try_from(Program::from_bytes(&bytes)?)?;
    /// assert!(loaded.matches(&serde_json::json!({"user": {"uid": "bob"}})));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Writer { bytes: MAGIC.to_vec() };
        writer.byte(VERSION);
        writer.byte(self.code.dialect.code());
        writer.count(self.code.paths.len());
        for path in &self.code.paths {
            writer.count(path.segments().len());
            for segment in path.segments() {
                writer.text(segment.name());
            }
        }
        write_constants(&mut writer, &self.constants);
        writer.count(self.lists.len());
        for list in &self.lists {
            write_constants(&mut writer, list);
        }
        writer.count(self.code.patterns.len());
        for pattern in &self.code.patterns {
            writer.byte(pattern.flags().bits());
            writer.text(pattern.source());
        }
        writer.count(self.code.instructions.len());
        for instruction in &self.code.instructions {
            writer.byte(instruction.op as u8);
            writer.unsigned(instruction.path.into());
            writer.unsigned(instruction.operand.into());
            write_target(&mut writer, instruction.on_true);
            write_target(&mut writer, instruction.on_false);
        }
        write_target(&mut writer, self.code.entry);
        self.spans.write(&mut writer);
        writer.bytes
    }

    /// Loads a program, from anywhere: what is accepted ends after at most one visit to each of its
    /// instructions (for each element, inside `$elemMatch`), stays within its tables, and is no larger
    /// than a filter with the largest [`Limits`] is: 16 MiB, 16,384 instructions, 32,768 states of
    /// patterns.
    ///
    /// # Errors
    ///
    /// [`ProgramError`], where the bytes are not what [`to_bytes`](Self::to_bytes) writes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ProgramError> {
        if bytes.len() > Limits::MAX_PROGRAM_BYTES {
            return Err(ProgramError::TooLong(bytes.len()));
        }
        let bytes = bytes.strip_prefix(MAGIC).ok_or(ProgramError::NotAProgram)?;
        let mut reader = Reader::new(bytes);
        match reader.byte()? {
            VERSION => {}
            other => return Err(ProgramError::UnknownVersion(other)),
        }
        let dialect = reader.byte()?;
        let dialect = Dialect::from_code(dialect).ok_or(ProgramError::UnknownDialect(dialect))?;
        let paths = read_paths(&mut reader)?;
        let constants = read_constants(&mut reader, Limits::MAX_NESTING)?;
        let lists = reader.list(|reader| read_constants(reader, Limits::MAX_NESTING))?;
        let patterns = read_patterns(&mut reader, dialect)?;
        let instructions = reader.list(read_instruction)?;
        let entry = read_target(&mut reader)?;
        let spans = SpanTable::read(&mut reader, instructions.len())?;
        if !reader.is_at_end() {
            return Err(reader.malformed("superfluous bytes"));
        }
        let code = Code { dialect, entry, instructions, paths, patterns };
        let program = Self { code: Arc::new(code), constants, lists, spans };
        verify::verify(&program)?;
        Ok(program)
    }
}

fn read_paths(reader: &mut Reader<'_>) -> Result<Box<[Path]>, ProgramError> {
    let paths = reader.list(read_path)?;
    let mut seen = HashSet::with_capacity(paths.len());
    if paths.iter().all(|path| seen.insert(path)) {
        Ok(paths)
    } else {
        Err(reader.malformed("a path that is there twice"))
    }
}

fn read_path(reader: &mut Reader<'_>) -> Result<Path, ProgramError> {
    let path = Path::from_names(reader.list(Reader::text)?);
    if path.segments().len() > Limits::MAX_PATH_SEGMENTS {
        return Err(reader.malformed("a path that is too long"));
    }
    Ok(path)
}

fn read_patterns(reader: &mut Reader<'_>, dialect: Dialect) -> Result<Box<[Pattern]>, ProgramError> {
    let mut states_left = Limits::MAX_PATTERN_STATES;
    reader.list(|reader| {
        let pattern = read_pattern(reader, states_left, dialect)?;
        states_left -= pattern.states();
        Ok(pattern)
    })
}

fn read_pattern(
    reader: &mut Reader<'_>,
    most_states: usize,
    dialect: Dialect,
) -> Result<Pattern, ProgramError> {
    let flags = Flags::from_bits(reader.byte()?, dialect);
    let flags = flags.ok_or_else(|| reader.malformed("unknown options of a pattern"))?;
    let source = reader.text()?;
    let pattern = Pattern::new(source, flags, most_states);
    pattern.map_err(|error| {
        reader.malformed(match error.kind {
            PatternErrorKind::TooLarge => "patterns that are too large",
            PatternErrorKind::Invalid | PatternErrorKind::Unsupported => "an invalid pattern",
        })
    })
}

fn read_instruction(reader: &mut Reader<'_>) -> Result<Instruction, ProgramError> {
    let op = Op::from_code(reader.byte()?).ok_or_else(|| reader.malformed("an unknown instruction"))?;
    Ok(Instruction {
        op,
        path: reader.narrow()?,
        operand: reader.narrow()?,
        on_true: read_target(reader)?,
        on_false: read_target(reader)?,
    })
}

/// The exits first, so that they are short.
fn write_target(writer: &mut Writer, target: Target) {
    match target.step() {
        Step::Match => writer.byte(0),
        Step::Reject => writer.byte(1),
        Step::Instruction(index) => writer.count(index + 2),
    }
}

fn read_target(reader: &mut Reader<'_>) -> Result<Target, ProgramError> {
    match reader.narrow::<usize>()? {
        0 => Ok(Target::MATCH),
        1 => Ok(Target::REJECT),
        index => Target::instruction(index - 2).ok_or_else(|| reader.malformed("a target out of reach")),
    }
}

/// The first byte of a constant.
mod tag {
    pub(super) const NULL: u8 = 0;
    pub(super) const FALSE: u8 = 1;
    pub(super) const TRUE: u8 = 2;
    pub(super) const INT: u8 = 3;
    pub(super) const DOUBLE: u8 = 4;
    pub(super) const STRING: u8 = 5;
    pub(super) const ARRAY: u8 = 6;
    pub(super) const OBJECT: u8 = 7;
}

fn write_constants(writer: &mut Writer, constants: &[Constant]) {
    writer.count(constants.len());
    for constant in constants {
        write_constant(writer, constant);
    }
}

fn write_constant(writer: &mut Writer, constant: &Constant) {
    match constant {
        Constant::Null => writer.byte(tag::NULL),
        Constant::Bool(false) => writer.byte(tag::FALSE),
        Constant::Bool(true) => writer.byte(tag::TRUE),
        Constant::Number(Number::Int(int)) => {
            writer.byte(tag::INT);
            writer.signed(*int);
        }
        Constant::Number(Number::Double(double)) => {
            writer.byte(tag::DOUBLE);
            writer.double(*double);
        }
        Constant::String(string) => {
            writer.byte(tag::STRING);
            writer.text(string);
        }
        Constant::Array(elements) => {
            writer.byte(tag::ARRAY);
            write_constants(writer, elements);
        }
        Constant::Object(members) => {
            writer.byte(tag::OBJECT);
            writer.count(members.len());
            for (key, value) in members {
                writer.text(key);
                write_constant(writer, value);
            }
        }
    }
}

fn read_constants(reader: &mut Reader<'_>, nesting_left: usize) -> Result<Box<[Constant]>, ProgramError> {
    reader.list(|reader| read_constant(reader, nesting_left))
}

fn read_constant(reader: &mut Reader<'_>, nesting_left: usize) -> Result<Constant, ProgramError> {
    let inside = |reader: &Reader<'_>| {
        nesting_left.checked_sub(1).ok_or_else(|| reader.malformed("a constant that is nested too deep"))
    };
    Ok(match reader.byte()? {
        tag::NULL => Constant::Null,
        tag::FALSE => Constant::Bool(false),
        tag::TRUE => Constant::Bool(true),
        tag::INT => Constant::Number(Number::Int(reader.signed()?)),
        tag::DOUBLE => match reader.double()? {
            double if double.is_finite() => Constant::Number(Number::Double(double)),
            _ => return Err(reader.malformed("a number that JSON does not have")),
        },
        tag::STRING => Constant::String(reader.text()?.into()),
        tag::ARRAY => Constant::Array(read_constants(reader, inside(reader)?)?),
        tag::OBJECT => {
            let nesting_left = inside(reader)?;
            Constant::Object(
                reader.list(|reader| Ok((reader.text()?.into(), read_constant(reader, nesting_left)?)))?,
            )
        }
        _ => return Err(reader.malformed("an unknown constant")),
    })
}
