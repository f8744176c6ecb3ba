//! Records of a register: `OCA\OpenRegister\Event\Object…`.

use serde_json::{Value, json};

use crate::samples::date::Date;
use crate::samples::scene::Scene;

/// A register, its schema, and titles of what it holds.
static REGISTERS: &[(&str, &str, [&str; 3])] = &[
    ("publications", "article", ["Jahresbericht 2023", "Open data policy", "Über uns"]),
    ("permits", "application", ["Tree felling", "Food truck, market place", "Straßenfest"]),
    ("software", "module", ["Ledger", "Mail gateway", "Zeiterfassung"]),
];

/// A record is made, changed or removed.
pub(super) fn object(scene: &mut Scene) -> Value {
    let change = *scene.dice.pick_weighted(&[(4, "Created"), (5, "Updated"), (1, "Deleted")]);
    let class = format!(r"OCA\OpenRegister\Event\Object{change}Event");
    let (register, schema, titles) = scene.dice.pick(REGISTERS);
    let title = *scene.dice.pick(titles);
    let id = scene.dice.between(100, 5_000);
    let uuid = scene.dice.uuid();
    let created = iso_date(scene.ago(1_000_000));
    let record = |title: &str, description: &str, updated: &str| {
        json!({
            "id": id,
            "uuid": uuid,
            "register": register,
            "schema": schema,
            "data": {"title": title, "description": description},
            "organisation": "8f14e45f-ceea-467f-9c3b-1de1f2a0b6d7",
            "created": created,
            "updated": updated,
        })
    };
    if change == "Updated" {
        let new = record(title, "Reviewed", &iso_date(scene.time));
        let old = record(title, "Draft", &created);
        json!({"class": class, "newObject": new, "oldObject": old})
    } else {
        json!({"class": class, "object": record(title, "Draft", &created)})
    }
}

fn iso_date(time: u64) -> String {
    let date = Date::from_unix(time);
    format!("{}T{}+00:00", date.day(), date.clock())
}
