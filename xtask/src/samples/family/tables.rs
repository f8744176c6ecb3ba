//! Rows of tables: `OCA\Tables\Event\Row…`. What a cell holds depends on its column.

use serde_json::{Map, Value, json};

use crate::samples::date::Date;
use crate::samples::people::{self, BOB};
use crate::samples::scene::Scene;

/// What a column holds.
#[derive(Debug, Clone, Copy)]
enum Column {
    /// A list of options, each a number.
    Choices(u32),
    /// Yes or no, sent as text.
    Check,
    Date,
    /// Money: a number with at most two decimals.
    Amount,
    /// JSON within JSON.
    Link,
    /// A number from 0 to 100.
    Percentage,
    /// Accounts, each an object.
    People,
    Stars,
    Text(&'static [&'static str]),
    /// A whole number within these bounds.
    Whole(u32, u32),
}

struct Table {
    id: u32,
    rows: u32,
    /// The ids of the columns and what they hold.
    columns: &'static [(u32, Column)],
}

static PROJECTS: Table = Table {
    id: 42,
    rows: 18,
    columns: &[
        (1, Column::Text(PROJECT_TITLES)),
        (2, Column::Whole(2022, 2026)),
        (3, Column::Text(&["active", "active", "on hold", "done", "planned"])),
        (4, Column::Percentage),
        (5, Column::People),
        (6, Column::Link),
    ],
};

static TABLES: &[(u32, &Table)] = &[
    (20, &PROJECTS),
    (
        20,
        &Table {
            // An inventory.
            id: 7,
            rows: 900,
            columns: &[
                (11, Column::Text(&["Laptop 14\"", "Beamer", "Stuhl, höhenverstellbar", "Docking station"])),
                (12, Column::Text(&["Büro 2.04", "Store room", "Halle/Nord", "home office"])),
                (13, Column::Amount),
                (14, Column::Date),
                (15, Column::Check),
                (16, Column::Choices(6)),
                (17, Column::Text(&["", "Akku defekt, Ersatz bestellt", "Returned by intern on 3/1"])),
            ],
        },
    ),
    (
        18,
        &Table {
            // Requests for leave.
            id: 12,
            rows: 400,
            columns: &[
                (21, Column::People),
                (22, Column::Date),
                (23, Column::Date),
                (24, Column::Text(&["requested", "approved", "rejected"])),
                (25, Column::Text(&["", "Überstunden abbauen", "family visit → Wrocław"])),
            ],
        },
    ),
    (
        // Bugs. Its columns were numbered from 0 by an import, so that PHP sends its cells as a list.
        16,
        &Table {
            id: 31,
            rows: 300,
            columns: &[
                (
                    0,
                    Column::Text(&[
                        "Crash when \"Save as…\" is cancelled",
                        "Umlaute in file names: Größe → GrÃ¶ÃŸe",
                        "Login loop behind proxy\nsteps: see comment",
                        "C:\\temp is not C:/temp",
                    ]),
                ),
                (1, Column::Whole(1, 5)),
                (2, Column::Choices(9)),
                (3, Column::Text(&["open", "active", "closed", "won't fix"])),
                (4, Column::People),
            ],
        },
    ),
    (
        12,
        &Table {
            // Applicants.
            id: 58,
            rows: 150,
            columns: &[
                (101, Column::Text(&["Jörg Weiß", "Siobhán O'Neill", "Nguyễn Văn An", "Ana Sofía Ruiz"])),
                (102, Column::Text(&["IT", "Buchhaltung", "Lager & Versand"])),
                (103, Column::Stars),
                (104, Column::Link),
                (105, Column::Check),
            ],
        },
    ),
];

static PROJECT_TITLES: &[&str] =
    &["Project X", "Apollo", "Blue Whale", "Büroumzug", "Website relaunch 🚀", "ISO 27001"];

static CLASSES: &[(u32, &str)] = &[(4, "RowAddedEvent"), (6, "RowUpdatedEvent"), (2, "RowDeletedEvent")];

/// A row is added, changed or removed.
pub(super) fn row(scene: &mut Scene) -> Value {
    // Bob keeps the table of projects.
    let table = if scene.dice.percent(16) {
        scene.actor = &BOB;
        &PROJECTS
    } else {
        scene.dice.pick_weighted(TABLES)
    };
    let class = *scene.dice.pick_weighted(CLASSES);
    let row_id = scene.dice.between(1, table.rows);
    let values = cells(scene, table);
    let previous =
        if class == "RowUpdatedEvent" { php_array(&changed(scene, table, &values)) } else { Value::Null };
    json!({
        "class": format!(r"OCA\Tables\Event\{class}"),
        "tableId": table.id,
        "rowId": row_id,
        "previousValues": previous,
        "values": php_array(&values),
    })
}

/// The cells of a row that are filled in.
fn cells(scene: &mut Scene, table: &Table) -> Vec<(u32, Value)> {
    let mut cells = Vec::new();
    for &(id, column) in table.columns {
        // The first columns are mandatory.
        if cells.len() < 3 || scene.dice.percent(85) {
            cells.push((id, cell(scene, column)));
        }
    }
    cells
}

/// The row as it was before: one or two cells differ.
fn changed(scene: &mut Scene, table: &Table, values: &[(u32, Value)]) -> Vec<(u32, Value)> {
    let mut before = values.to_vec();
    for _ in 0..scene.dice.between(1, 2) {
        let &(id, column) = scene.dice.pick(table.columns);
        let value = cell(scene, column);
        if let Some((_, old)) = before.iter_mut().find(|(known, _)| *known == id) {
            *old = value;
        }
    }
    before
}

fn cell(scene: &mut Scene, column: Column) -> Value {
    match column {
        Column::Amount => {
            let cents = scene.dice.between(199, 250_000);
            // PHP writes whole floats without a fraction.
            if cents.is_multiple_of(100) {
                Value::from(cents / 100)
            } else {
                Value::from(f64::from(cents) / 100.0)
            }
        }
        Column::Check => Value::from(*scene.dice.pick(&["true", "false"])),
        Column::Choices(count) => {
            let first = scene.dice.between(1, count);
            let last = scene.dice.between(first, count);
            Value::from((first..=last).step_by(2).collect::<Vec<u32>>())
        }
        Column::Date => Value::from(Date::from_unix(scene.ago(90 * 86_400)).day()),
        Column::Link => {
            let page = scene.dice.between(1, 500);
            let link = json!({
                "title": format!("#{page}"),
                "value": format!("https://example.org/t/{page}"),
                "providerId": "url",
            });
            Value::from(link.to_string())
        }
        Column::People => (0..scene.dice.between(1, 2))
            .map(|_| {
                let person = people::anybody(&mut scene.dice);
                json!({"id": person.uid, "type": 0, "displayName": person.name})
            })
            .collect(),
        Column::Percentage => Value::from(5 * scene.dice.between(0, 20)),
        Column::Stars => Value::from(scene.dice.between(0, 5)),
        Column::Text(texts) => Value::from(*scene.dice.pick(texts)),
        Column::Whole(low, high) => Value::from(scene.dice.between(low, high)),
    }
}

/// PHP sends an array whose keys are 0, 1, 2 … as a list, and any other as an object.
fn php_array(cells: &[(u32, Value)]) -> Value {
    if (0..).zip(cells).all(|(index, (id, _))| index == *id) {
        cells.iter().map(|(_, value)| value.clone()).collect()
    } else {
        let object: Map<String, Value> =
            cells.iter().map(|(id, value)| (id.to_string(), value.clone())).collect();
        Value::Object(object)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::php_array;

    #[test]
    fn keys_decide_between_list_and_object() {
        let cell = |id| (id, json!("x"));
        assert_eq!(php_array(&[cell(0), cell(1)]), json!(["x", "x"]));
        assert_eq!(php_array(&[cell(0), cell(2)]), json!({"0": "x", "2": "x"}));
        assert_eq!(php_array(&[cell(1)]), json!({"1": "x"}));
        assert_eq!(php_array(&[]), json!([]));
    }
}
