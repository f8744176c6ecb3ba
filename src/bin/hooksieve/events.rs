//! `hooksieve events`: the known event classes, their fields, and events of them.

use std::io::{self, Write};

use anyhow::Result;
use hooksieve::{Catalog, EventClass, Field};
use serde::Serialize;
use serde_json::Value;

use crate::catalog_arg::{self, CatalogArgs};
use crate::diagnostics::visible;
use crate::output::Output;
use crate::{Exit, Format};

/// Show the known event classes, their fields, and events of them
///
/// Without CLASS, all classes are listed. With it, the fields of its events are shown, with their types,
/// and a sample.
#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// The name of a class, or its last segment: `RowAddedEvent`
    class: Option<String>,

    /// `json` prints one object for each class
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,

    /// Print nothing but the sample, on one line (without CLASS: that of each class)
    #[arg(long, conflicts_with_all = ["format", "count"])]
    sample: bool,

    /// Print N made-up events, one to a line (without CLASS: N of each class)
    ///
    /// Over many events they have all that a class allows: missing and null fields, every type of a
    /// field, empty and longer arrays, odd strings and numbers.
    #[arg(long, value_name = "N", conflicts_with = "format")]
    count: Option<u64>,

    /// Make up other events; the same seed gives the same ones
    #[arg(long, value_name = "S", default_value_t = 0, requires = "count")]
    seed: u64,

    #[command(flatten)]
    catalog: CatalogArgs,
}

const AFTER_HELP: &str = "\
Examples:
  hooksieve events
  hooksieve events NodeWrittenEvent
  hooksieve events NodeWrittenEvent --sample | hooksieve match '{\"user.uid\": \"bob\"}'
  hooksieve events --count 100 > events.ndjson

JSON output, for each class (without CLASS: only the first three):
  {\"name\", \"system\", \"description\", \"fields\": [{\"path\", \"types\", \"optional\", …}], \"sample\"}
  path       as in a filter; `*` stands for keys that are not known
  types      of null, bool, int, number, string, array, object; or any
  optional   whether there are events without it
  elements   the types of an array's elements (only for arrays)
  format     unix-time (seconds since 1970) or iso-time (only for times)
  values     all the values that it can have (only where they are known)
  note       what else there is to say (only if there is anything)

Exit codes: 0 shown, 2 there is no such class, or a catalog was refused";

pub(crate) fn run(args: &Args) -> Result<Exit> {
    let Some(catalog) = args.catalog.load()? else { return Ok(Exit::Trouble) };
    let class = args.class.as_deref().map(|name| catalog_arg::find(&catalog, name)).transpose()?;

    let mut output = Output::new();
    if args.sample || args.count.is_some() {
        let classes: Vec<&EventClass> =
            class.map_or_else(|| catalog.classes().collect(), |class| vec![class]);
        write_events(&mut output, &classes, args)?;
    } else {
        match (class, args.format) {
            (None, Format::Text) => write_list(&mut output, &catalog)?,
            (None, Format::Json) => {
                for class in catalog.classes() {
                    output.write_json_line(&JsonClass::new(class))?;
                }
            }
            (Some(class), Format::Text) => write_class(&mut output, class)?,
            (Some(class), Format::Json) => output.write_json_line(&JsonClass::with_fields(class))?,
        }
    }
    output.flush()?;
    Ok(Exit::Success)
}

fn write_events(output: &mut Output, classes: &[&EventClass], args: &Args) -> io::Result<()> {
    for class in classes {
        if args.sample {
            output.write_json_line(class.sample())?;
        }
        for number in 0..args.count.unwrap_or_default() {
            if output.is_closed() {
                return Ok(());
            }
            output.write_json_line(&class.generate(args.seed.wrapping_add(number)))?;
        }
    }
    Ok(())
}

fn write_list(output: &mut Output, catalog: &Catalog) -> io::Result<()> {
    let mut systems: Vec<&str> = Vec::new();
    for class in catalog.classes() {
        if !systems.contains(&class.system()) {
            systems.push(class.system());
        }
    }
    for (index, system) in systems.into_iter().enumerate() {
        if index > 0 {
            writeln!(output)?;
        }
        writeln!(output, "{}", visible(system))?;
        let rows = catalog
            .classes()
            .filter(|class| class.system() == system)
            .map(|class| [visible(class.name()), visible(class.description().unwrap_or_default())]);
        write_table(output, &rows.collect::<Vec<_>>())?;
    }
    Ok(())
}

fn write_class(output: &mut Output, class: &EventClass) -> io::Result<()> {
    writeln!(output, "{} ({})", visible(class.name()), visible(class.system()))?;
    if let Some(description) = class.description() {
        writeln!(output, "{}", visible(description))?;
    }
    writeln!(output, "\nFields:")?;
    let rows = class.fields().map(|field| [visible(field.path()), types(&field), visible(&remarks(&field))]);
    write_table(output, &rows.collect::<Vec<_>>())?;
    writeln!(output, "\nSample:")?;
    serde_json::to_writer_pretty(&mut *output, class.sample())?;
    writeln!(output)
}

/// Rows with their columns aligned, set in from the margin.
fn write_table<const N: usize>(output: &mut Output, rows: &[[String; N]]) -> io::Result<()> {
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..N).map(width).collect();
    for row in rows {
        let cells = row.iter().zip(&widths).map(|(cell, &width)| format!("  {cell:width$}"));
        writeln!(output, "{}", cells.collect::<String>().trim_end())?;
    }
    Ok(())
}

/// `array of string, null`
fn types(field: &Field<'_>) -> String {
    let elements = field.element_types();
    let of = |name: &str| match name {
        "array" if !elements.is_empty() && elements != ["any"] => format!("array of {}", elements.join("|")),
        name => name.to_owned(),
    };
    let names: Vec<String> = field.types().into_iter().map(of).collect();
    names.join(", ")
}

fn remarks(field: &Field<'_>) -> String {
    let mut remarks = Vec::new();
    if field.is_optional() {
        remarks.push("may be missing".to_owned());
    }
    match field.format() {
        Some("unix-time") => remarks.push("seconds since 1970".to_owned()),
        Some(_) => remarks.push("date and time, as in 2024-01-15T10:30:00+00:00".to_owned()),
        None => {}
    }
    if let Some(values) = field.values() {
        let values: Vec<String> = values.iter().map(Value::to_string).collect();
        remarks.push(values.join(" or "));
    }
    if field.is_open() {
        remarks.push("not all of its fields are known".to_owned());
    }
    remarks.extend(field.note().map(str::to_owned));
    remarks.join("; ")
}

#[derive(Serialize)]
struct JsonClass<'a> {
    name: &'a str,
    system: &'a str,
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fields: Option<Vec<JsonField>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sample: Option<&'a Value>,
}

impl<'a> JsonClass<'a> {
    fn new(class: &'a EventClass) -> Self {
        Self {
            name: class.name(),
            system: class.system(),
            description: class.description(),
            fields: None,
            sample: None,
        }
    }

    fn with_fields(class: &'a EventClass) -> Self {
        let fields = class.fields().map(|field| JsonField::new(&field)).collect();
        Self { fields: Some(fields), sample: Some(class.sample()), ..Self::new(class) }
    }
}

/// A [`Field`] for programs.
#[derive(Serialize)]
struct JsonField {
    path: String,
    types: Vec<&'static str>,
    optional: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    elements: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    values: Option<Vec<Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

impl JsonField {
    fn new(field: &Field<'_>) -> Self {
        Self {
            path: field.path().to_owned(),
            types: field.types(),
            optional: field.is_optional(),
            elements: field.element_types(),
            format: field.format(),
            values: field.values(),
            note: field.note().map(str::to_owned),
        }
    }
}
