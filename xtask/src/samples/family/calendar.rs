//! Entries of calendars: `OCA\DAV\Events\CalendarObject…`. Keys with dots, and text with line ends.

use serde_json::{Value, json};

use crate::samples::date::Date;
use crate::samples::scene::Scene;

struct Calendar {
    uri: &'static str,
    color: &'static str,
}

static CALENDARS: &[Calendar] = &[
    Calendar { uri: "personal", color: "#795AAB" },
    Calendar { uri: "work", color: "#499AA2" },
    Calendar { uri: "urlaub", color: "#F1DB50" },
];

static CLASSES: &[(u32, &str)] = &[(5, "Created"), (6, "Updated"), (2, "MovedToTrash"), (1, "Deleted")];

static SUMMARIES: &[&str] =
    &["Dentist", "Jour fixe", "1:1 with Alice", "Yoga 🧘", "Zahnärztin", "Release 2.0", "Mittagessen"];

/// An entry is made, changed or thrown away.
pub(super) fn object(scene: &mut Scene) -> Value {
    // Subscribed calendars are fetched by a background job.
    scene.maybe_nobody(5);
    let change = *scene.dice.pick_weighted(CLASSES);
    let calendar = scene.dice.pick(CALENDARS);
    let calendar_id = scene.dice.between(2, 60);
    let uid = scene.dice.uuid().to_uppercase();
    // A server that deletes an entry for good sends the order as a number.
    let (order, suffix) = if change == "Deleted" { (json!(0), "-deleted") } else { (json!("0"), "") };
    let component = *scene.dice.pick_weighted(&[(6, "vevent"), (1, "vtodo")]);
    let start = Date::from_unix(scene.time + u64::from(scene.dice.below(60 * 96)) * 900);
    let text = format!(
        "BEGIN:VCALENDAR\r\nBEGIN:{0}\r\nDTSTART:{1}\r\nSUMMARY:{2}\r\nEND:{0}\r\nEND:VCALENDAR\r\n",
        component.to_uppercase(),
        start.day_digits(),
        scene.dice.pick(SUMMARIES),
    );
    let object_id = scene.dice.between(100, 4_000);
    let etag = scene.dice.hex(32);
    json!({
        "class": format!(r"OCA\DAV\Events\CalendarObject{change}Event"),
        "calendarId": calendar_id,
        "calendarData": {
            "id": calendar_id.to_string(),
            "uri": calendar.uri,
            "principaluri": format!("principals/users/{}", scene.actor.uid),
            "{http://apple.com/ns/ical/}calendar-order": order,
            "{http://apple.com/ns/ical/}calendar-color": calendar.color,
            "{http://nextcloud.com/ns}deleted-at": null,
            "{http://nextcloud.com/ns}owner-displayname": scene.actor.uid,
        },
        "shares": [],
        "objectData": {
            "id": object_id.to_string(),
            "uri": format!("{uid}{suffix}.ics"),
            "lastmodified": scene.ago(600).to_string(),
            "etag": format!("\"{etag}\""),
            "calendarid": calendar_id.to_string(),
            "size": text.len(),
            "calendardata": text,
            "component": component,
            "classification": 0,
        },
    })
}
