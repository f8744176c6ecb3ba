//! What tests of the catalog have in common.

#![allow(clippy::unwrap_used, reason = "tests")]

use hooksieve::{Catalog, EventClass};
use serde_json::{Value, json};

/// The file of the builtin classes.
pub(crate) const BUILTIN: &str = include_str!("../../src/catalog/builtin.json");

/// A catalog of one class, `A`, whose events are as `fields` say.
pub(crate) fn with_fields(fields: Value) -> Catalog {
    let file = json!({
        "systems": {"mine": {}},
        "classes": [{"name": "A", "system": "mine", "fields": fields}],
    });
    Catalog::from_json(&file.to_string()).unwrap()
}

/// `?` stands for a field that may be missing, `…` for an object with other fields, too.
pub(crate) fn listing(class: &EventClass) -> String {
    class
        .fields()
        .map(|field| {
            let mut line = format!("{}: {}", field.path(), field.types().join("|"));
            line += if field.is_optional() { "?" } else { "" };
            line += if field.is_open() { " …" } else { "" };
            if !field.element_types().is_empty() && field.types() != ["any"] {
                line += &format!(" [{}]", field.element_types().join("|"));
            }
            line += &field.format().map(|format| format!(" {format}")).unwrap_or_default();
            line += &field.values().map(|values| format!(" {}", json!(values))).unwrap_or_default();
            line + "\n"
        })
        .collect()
}
