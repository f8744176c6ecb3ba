//! `hooksieve events`

use hooksieve::{Catalog, EventClass};
use serde_json::Value;

use crate::{Folder, run, run_with};

/// An event class of another app.
const DECK: &str = r#"{
    "classes": [{
        "name": "OCA\\Deck\\Event\\CardCreatedEvent",
        "system": "nextcloud",
        "description": "A card was created",
        "fields": {"card": {"fields": {
            "id": {"type": "int", "sample": 5},
            "due": {"type": "iso-time|null", "optional": true},
            "labels": {"items": {"fields": {"title": "string"}}},
            "color": {"values": ["red", "green"], "note": "of the edge"}
        }}}
    }]
}"#;

#[test]
fn classes_are_listed_by_system() {
    let folder = Folder::new().with("deck.json", DECK);
    let run = folder.run(&["events", "--catalog", "deck.json"]);
    assert_eq!((run.exit, run.stderr.as_str()), (0, ""));
    let stdout = run.stdout();
    let groups: Vec<&str> = stdout.split("\n\n").collect();
    let heads: Vec<&str> = groups.iter().filter_map(|group| group.lines().next()).collect();
    assert_eq!(heads, ["nextcloud", "webhooks", "webhooks-flow", "openregister"]);
    insta::assert_snapshot!(groups[2], @r"
    webhooks-flow
      OCP\Files::postCreate                             A file was created, as a Flow sees it
      OCP\Files::postWrite                              A file was changed, as a Flow sees it
      OCP\Files::postRename                             A file was renamed, as a Flow sees it
      OCP\Files::postCopy                               A file was copied, as a Flow sees it
      OCP\Files::postDelete                             A file was deleted, as a Flow sees it
      OCP\SystemTag\ISystemTagObjectMapper::assignTags  A tag was assigned, as a Flow sees it
    ");

    let last = groups[0].lines().last().unwrap();
    assert_eq!(last, r"  OCA\Deck\Event\CardCreatedEvent                A card was created");
    let system = |class: &EventClass| class.system().to_owned();
    let count = |name| Catalog::builtin().classes().map(system).filter(|system| system == name).count();
    assert_eq!(groups[0].lines().count(), 1 + count("nextcloud") + 1);
}

#[test]
fn a_class_is_shown_with_its_fields_and_a_sample() {
    let folder = Folder::new().with("deck.json", DECK);
    let run = folder.run(&["events", "CardCreatedEvent", "--catalog", "deck.json"]);
    assert_eq!((run.exit, run.stderr.as_str()), (0, ""));
    insta::assert_snapshot!(run.stdout(), @r#"
    OCA\Deck\Event\CardCreatedEvent (nextcloud)
    A card was created

    Fields:
      user                     object, null     null where nobody is logged in
      user.uid                 string           may be missing
      user.displayName         string           may be missing
      time                     int              seconds since 1970
      event                    object
      event.class              string           "OCA\\Deck\\Event\\CardCreatedEvent"
      event.card               object
      event.card.id            int
      event.card.due           string, null     may be missing; date and time, as in 2024-01-15T10:30:00+00:00
      event.card.labels        array of object
      event.card.labels.title  string           may be missing
      event.card.color         string           "red" or "green"; of the edge
      tokens                   object           may be missing; not all of its fields are known; newer servers add it to what they send, after the filters have run

    Sample:
    {
      "user": {
        "uid": "bob",
        "displayName": "Bob"
      },
      "time": 1711971000,
      "event": {
        "class": "OCA\\Deck\\Event\\CardCreatedEvent",
        "card": {
          "id": 5,
          "labels": [],
          "color": "red"
        }
      }
    }
    "#);
}

#[test]
fn json_for_programs() {
    let list = run(&["events", "--format", "json"]);
    assert_eq!(list.exit, 0);
    let classes: Vec<Value> = list.stdout().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(classes.len(), Catalog::builtin().classes().count());
    insta::assert_snapshot!(classes[1], @r#"{"name":"OCA\\Tables\\Event\\RowAddedEvent","system":"nextcloud","description":"A row was added to a table"}"#);

    let folder = Folder::new().with("deck.json", DECK);
    let one = folder.run(&["events", "CardCreatedEvent", "--catalog", "deck.json", "--format", "json"]);
    let one: Value = serde_json::from_str(one.stdout()).unwrap();
    assert_eq!(one["sample"]["event"]["card"]["id"], 5);
    let fields: String =
        one["fields"].as_array().unwrap()[5..].iter().take(7).map(|field| format!("{field}\n")).collect();
    insta::assert_snapshot!(fields, @r#"
    {"path":"event.class","types":["string"],"optional":false,"values":["OCA\\Deck\\Event\\CardCreatedEvent"]}
    {"path":"event.card","types":["object"],"optional":false}
    {"path":"event.card.id","types":["int"],"optional":false}
    {"path":"event.card.due","types":["string","null"],"optional":true,"format":"iso-time"}
    {"path":"event.card.labels","types":["array"],"optional":false,"elements":["object"]}
    {"path":"event.card.labels.title","types":["string"],"optional":true}
    {"path":"event.card.color","types":["string"],"optional":false,"values":["red","green"],"note":"of the edge"}
    "#);
}

#[test]
fn samples_go_into_match() {
    let sample = run(&["events", "NodeWrittenEvent", "--sample"]);
    assert_eq!(sample.stdout().lines().count(), 1);
    let matched = run_with(&["match", r#"{"event.node.path": "/bob/files/report.pdf"}"#], sample.stdout());
    assert_eq!((matched.exit, matched.stdout()), (0, sample.stdout()));

    let all = run(&["events", "--sample"]);
    assert_eq!(all.stdout().lines().count(), Catalog::builtin().classes().count());
}

#[test]
fn made_up_events_are_the_same_for_a_seed() {
    let events = |args: &[&str]| {
        let run = run(&[&["events", "RowAddedEvent"], args].concat());
        assert_eq!((run.exit, run.stderr.as_str()), (0, ""));
        run.stdout().to_owned()
    };
    let ten = events(&["--count", "10"]);
    assert_eq!(ten.lines().count(), 10);
    assert_eq!(events(&["--count", "10", "--seed", "0"]), ten);
    assert_ne!(events(&["--count", "10", "--seed", "10"]), ten);
    assert_eq!(events(&["--count", "0"]), "");

    let class = Catalog::builtin().find("RowAddedEvent").unwrap();
    for line in ten.lines() {
        assert_eq!(class.check(&serde_json::from_str(line).unwrap()), [], "{line}");
    }
}

#[test]
fn unknown_classes_are_refused_with_a_guess() {
    insta::assert_snapshot!(run(&["events", "NodeWriteEvent"]).refused(), @r"error: unknown event class `NodeWriteEvent`; did you mean `OCP\Files\Events\Node\NodeWrittenEvent`?");
    insta::assert_snapshot!(run(&["events", r"\OCA\Table\Event\RowAddedEvent"]).refused(), @r"error: unknown event class `\OCA\Table\Event\RowAddedEvent`; did you mean `OCA\Tables\Event\RowAddedEvent`?");
    insta::assert_snapshot!(run(&["events", "Invoice"]).refused(), @"error: unknown event class `Invoice`; `hooksieve events` lists the known ones");
    let folder = Folder::new()
        .with("mine.json", r#"{"classes": [{"name": "A\\RowAddedEvent", "system": "nextcloud"}]}"#);
    insta::assert_snapshot!(folder.run(&["events", "RowAddedEvent", "--catalog", "mine.json"]).refused(), @r"error: unknown event class `RowAddedEvent`; it could be `OCA\Tables\Event\RowAddedEvent` or `A\RowAddedEvent`");
}

#[test]
fn a_refused_catalog_is_shown() {
    let folder = Folder::new()
        .with("wrong.json", "{\n  \"classes\": [\n    {\"name\": \"A\", \"system\": \"nextclud\"}\n  ]\n}\n")
        .with("text.json", "no");
    let run = folder.run(&["events", "--catalog", "wrong.json", "--catalog", "text.json"]);
    insta::assert_snapshot!(run.refused(), @r#"
    error[invalid-catalog]: unknown system `nextclud`
     --> wrong.json:3:29
      |
    3 |     {"name": "A", "system": "nextclud"}
      |                             ^^^^^^^^^^
      |
      = help: did you mean `nextcloud`?

    error[invalid-json]: expected a value, found `no`
     --> text.json:1:1
      |
    1 | no
      | ^^
      |
      = help: JSON strings stand in double quotes
    "#);
    insta::assert_snapshot!(folder.run(&["events", "--catalog", "none.json"]).refused(), @"error: cannot read the catalog `none.json`: No such file or directory (os error 2)");
}

#[test]
fn a_refused_catalog_of_one_line() {
    let classes = r#"{"name": "A", "system": "B"}, "#.repeat(10_000);
    let folder = Folder::new().with("line.json", format!(r#"{{"classes": [{classes}null]}}"#));
    let run = folder.run(&["events", "--catalog", "line.json"]);
    let first: String = run.refused().lines().take(4).map(|line| format!("{line}\n")).collect();
    insta::assert_snapshot!(first, @"
    error[invalid-catalog]: unknown system `B`
     |
     = note: at `/classes/0/system` in line.json
    ");
    assert_eq!(run.stderr.matches("error[").count(), 101);
}

#[test]
fn options_that_exclude_each_other() {
    for args in [["--sample", "--format", "json"], ["--count", "1", "--sample"], ["--seed", "1", "A"]] {
        run(&[&["events"], &args[..]].concat()).refused();
    }
}
