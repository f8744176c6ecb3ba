//! What the workflow engine reports: `OCA\WorkflowEngine\Entity\File`.

use serde_json::{Map, Value, json};

use crate::samples::paths;
use crate::samples::scene::Scene;

const CLASS: &str = r"OCA\WorkflowEngine\Entity\File";
const SITE: &str = "https://cloud.example.org/index.php/f";

/// The name of the hook, and how the sentence about it begins.
static HOOKS: &[(u32, (&str, &str))] = &[
    (4, ("postCreate", "created")),
    (5, ("postWrite", "modified")),
    (2, ("postRename", "renamed")),
    (2, ("postCopy", "copied")),
    (2, ("postDelete", "deleted")),
];

/// A number, since tags are sent as the text of their numbers, and the name that the sentence shows.
static TAGS: &[(&str, &str)] = &[
    ("1", "invoice"),
    ("2", "to do"),
    ("3", "approved"),
    ("7", "geheim"),
    ("12", "Größe prüfen"),
    ("17", "archive"),
];

/// A flow has run for a file.
pub(super) fn file(scene: &mut Scene) -> Value {
    let &(hook, verb) = scene.dice.pick_weighted(HOOKS);
    let (folder, name) = paths::folder_and_name(&mut scene.dice, scene.time);
    // Flows are mostly set up for what lies at the top.
    let folder = folder.split('/').next().unwrap_or(folder);
    let (uid, id) = (scene.actor.uid, scene.dice.between(100, 98_000));

    let mut storage = Map::new();
    if hook != "postWrite" {
        storage.insert("mountPoint".to_owned(), format!("/{uid}/").into());
    }
    for (part, empty) in [
        ("cache", Value::Null),
        ("scanner", json!({})),
        ("watcher", Value::Null),
        ("propagator", Value::Null),
        ("updater", json!({})),
    ] {
        storage.insert(part.to_owned(), empty);
    }
    let size = scene.dice.below(9_000_000);
    let etag = scene.dice.hex(32);
    json!({
        "class": CLASS,
        "eventName": format!(r"\OCP\Files::{hook}"),
        "node": {
            "id": id,
            "storage": storage,
            "path": format!("/{uid}/files/{folder}/{name}"),
            "internalPath": format!("files/{folder}/{name}"),
            "modifiedTime": scene.ago(40),
            "size": size,
            "Etag": etag,
            "mimeType": paths::mime_type(&name),
            "permissions": 27,
            "isUpdateable": true,
            "isDeletable": true,
            "isShareable": scene.dice.percent(90),
        },
        "workflowFile": {
            "displayText": format!("{uid} {verb} {name}"),
            "url": format!("{SITE}/{id}"),
        },
    })
}

/// A flow has put tags on a file.
pub(super) fn tags(scene: &mut Scene) -> Value {
    const HOOK: &str = r"OCP\SystemTag\ISystemTagObjectMapper::assignTags";
    // Automated tagging runs in the background.
    scene.maybe_nobody(20);
    let first = scene.dice.below(TAGS.len() as u32) as usize;
    let count = *scene.dice.pick_weighted(&[(5, 1), (3, 2), (1, 3)]);
    let tags = || TAGS.iter().cycle().skip(first).step_by(2).take(count);
    let (_, name) = paths::folder_and_name(&mut scene.dice, scene.time);
    let id = scene.dice.between(100, 98_000);
    let names: Vec<&str> = tags().map(|(_, name)| *name).collect();
    json!({
        "class": CLASS,
        "eventName": HOOK,
        "mapperEvent": {
            "eventName": HOOK,
            "objectType": "files",
            "objectId": id.to_string(),
            "tags": tags().map(|(number, _)| *number).collect::<Vec<_>>(),
        },
        "workflowFile": {
            "displayText": format!("{} assigned {} to {name}", scene.actor.uid, names.join(", ")),
            "url": format!("{SITE}/{id}"),
        },
    })
}
