//! Which bytes of the filter's text each instruction comes from.

use super::bytes::{Reader, Writer};
use super::encode::ProgramError;
use crate::syntax::span::Span;

/// Runs of instructions with one span. Kept as they are encoded: every filter of a large set has them,
/// and they are only looked at for messages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct SpanTable(Box<[u8]>);

impl SpanTable {
    pub(crate) fn new(spans: impl IntoIterator<Item = Span>) -> Self {
        let mut writer = Writer { bytes: Vec::new() };
        let mut last = None;
        for (instruction, span) in (0_u32..).zip(spans) {
            if last.replace(span) != Some(span) {
                write_run(&mut writer, instruction, span);
            }
        }
        Self(writer.bytes.into())
    }

    pub(super) fn write(&self, writer: &mut Writer) {
        writer.count(self.runs().count());
        writer.bytes.extend(&self.0);
    }

    /// For so many instructions: the first run begins with the first one, and each has another span than
    /// the one before.
    pub(super) fn read(reader: &mut Reader<'_>, instructions: usize) -> Result<Self, ProgramError> {
        let mut writer = Writer { bytes: Vec::new() };
        let mut last: Option<(u32, Span)> = None;
        for _ in 0..reader.count()? {
            let (first, span) = read_run(reader)?;
            let follows = last.map_or(first == 0, |(last, last_span)| last < first && last_span != span);
            if !follows || span.start > span.end {
                return Err(reader.malformed("spans out of order"));
            }
            if first as usize >= instructions {
                return Err(reader.malformed("spans of no instruction"));
            }
            write_run(&mut writer, first, span);
            last = Some((first, span));
        }
        if last.is_none() && instructions > 0 {
            return Err(reader.malformed("instructions without spans"));
        }
        Ok(Self(writer.bytes.into()))
    }

    pub(super) fn get(&self, instruction: usize) -> Option<Span> {
        let runs = self.runs().take_while(|(first, _)| *first as usize <= instruction);
        runs.last().map(|(_, span)| span)
    }

    /// The first instruction of each run, ascending, and its span.
    fn runs(&self) -> impl Iterator<Item = (u32, Span)> {
        let mut reader = Reader::new(&self.0);
        std::iter::from_fn(move || if reader.is_at_end() { None } else { read_run(&mut reader).ok() })
    }

    pub(crate) fn bytes(&self) -> usize {
        self.0.len()
    }
}

fn write_run(writer: &mut Writer, first: u32, span: Span) {
    for number in [first, span.start, span.end] {
        writer.unsigned(number.into());
    }
}

fn read_run(reader: &mut Reader<'_>) -> Result<(u32, Span), ProgramError> {
    Ok((reader.narrow()?, Span { start: reader.narrow()?, end: reader.narrow()? }))
}
