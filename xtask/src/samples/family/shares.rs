//! Links to files: `OCP\Share\Events\ShareCreatedEvent`.

use serde_json::{Value, json};

use crate::samples::date::Date;
use crate::samples::paths;
use crate::samples::scene::Scene;

/// Somebody has made a public link.
pub(super) fn share(scene: &mut Scene) -> Value {
    let (folder, name) = paths::folder_and_name(&mut scene.dice, scene.time);
    let (node_type, target) = if scene.dice.percent(70) {
        ("file", format!("/{name}"))
    } else {
        let folder = folder.rsplit('/').next().unwrap_or(folder);
        ("folder", format!("/{folder}"))
    };
    let id = scene.dice.between(1, 3_000);
    let node_id = scene.dice.between(100, 98_000);
    let date = Date::from_unix(scene.time);
    let token = scene.dice.token(15);
    json!({
        "class": r"OCP\Share\Events\ShareCreatedEvent",
        "id": id.to_string(),
        "fullId": format!("ocinternal:{id}"),
        "nodeId": node_id,
        "nodeType": node_type,
        "shareType": 3,
        "sharedWith": null,
        "sharedWithDisplayName": null,
        "sharedWithAvatar": null,
        "permissions": *scene.dice.pick(&[1, 17, 19, 31]),
        "status": 0,
        "note": *scene.dice.pick(&["", "", "für Herrn Weiß", "please comment by Friday"]),
        "expirationDate": null,
        "label": *scene.dice.pick(&["", "", "press", "Kunde A/B"]),
        "sharedBy": scene.actor.uid,
        "shareOwner": scene.actor.uid,
        "token": token,
        "target": target,
        "shareTime": {
            "date": format!("{} {}.000000", date.day(), date.clock()),
            // The name is misspelt in what is sent.
            "timeinzone_type": 3,
            "timezone": "UTC",
        },
        "mailSend": scene.dice.percent(80),
        "hideDownload": scene.dice.percent(20),
    })
}
