//! Answers to a form: `OCA\Forms\Events\FormSubmittedEvent`. The answers themselves are not sent.

use serde_json::{Value, json};

use crate::samples::scene::{Scene, Server};

struct Form {
    id: u32,
    hash: &'static str,
    title: &'static str,
    description: &'static str,
    owner: &'static str,
    /// The spreadsheet that collects the answers, and its format.
    file: Option<(u32, &'static str)>,
    /// Anybody who has the link may answer.
    public: bool,
    submit_multiple: bool,
    /// Seconds since 1970; 0 is never.
    expires: u32,
    created: u32,
    message: Option<&'static str>,
}

static FORMS: &[(u32, Form)] = &[
    (
        5,
        Form {
            id: 51,
            hash: "bYq8RzWc3Gm5Tj7K",
            title: "Employee Feedback",
            description: "Annual form. What should we keep, what should we change?",
            owner: "alice",
            file: None,
            public: false,
            submit_multiple: false,
            expires: 0,
            created: 1_700_001_000,
            message: None,
        },
    ),
    (
        4,
        Form {
            id: 64,
            hash: "Xw2kPn9DsA4eHf6Q",
            title: "Mitbringliste – wer bringt was mit?",
            description: "Salat, Kuchen, Getränke …\nJeden ersten Freitag!",
            owner: "m.mueller",
            file: Some((1002, "ods")),
            public: false,
            submit_multiple: true,
            expires: 1_735_685_999,
            created: 1_701_420_300,
            message: Some("Danke, guten Appetit 🎉"),
        },
    ),
    (
        5,
        Form {
            id: 72,
            hash: "Lr7CtYg5Bz3NxMd8",
            title: "Contact us",
            description: "Questions about an order, a delivery or an invoice",
            owner: "carol",
            file: Some((3310, "xlsx")),
            public: true,
            submit_multiple: true,
            expires: 0,
            created: 1_689_166_800,
            message: Some("We answer within two working days."),
        },
    ),
    (
        2,
        Form {
            id: 88,
            hash: "Kf4JmWq6RtHs9PbE",
            title: "Bewerbung als Auszubildende/r",
            description: "",
            owner: "hr-office",
            file: Some((5127, "csv")),
            public: true,
            submit_multiple: false,
            expires: 1_735_686_000,
            created: 1_699_280_000,
            message: None,
        },
    ),
    (
        3,
        Form {
            id: 93,
            hash: "Tz8GnXa5DcLy7QwV",
            title: "Lunch \"Thursday\"",
            description: "Veggie? Vegan? Anything?",
            owner: "bob",
            file: None,
            public: false,
            submit_multiple: true,
            expires: 0,
            created: 1_702_900_800,
            message: None,
        },
    ),
];

/// Somebody has answered a form.
pub(super) fn submission(scene: &mut Scene) -> Value {
    let form = scene.dice.pick_weighted(FORMS);
    if form.public {
        scene.maybe_nobody(60);
    }
    let user_id =
        if scene.session { scene.actor.uid.to_owned() } else { format!("anon-user-{}", scene.dice.hex(16)) };
    let file_id = form.file.map(|(id, _)| match scene.server {
        Server::Documented => Value::from(id.to_string()),
        Server::Newer => Value::from(id),
    });
    let submission_id = scene.dice.between(200, 9_000);
    json!({
        "class": r"OCA\Forms\Events\FormSubmittedEvent",
        "form": {
            "id": form.id,
            "hash": form.hash,
            "title": form.title,
            "description": form.description,
            "ownerId": form.owner,
            "fileId": file_id,
            "fileFormat": form.file.map(|(_, format)| format),
            "created": form.created,
            "access": u8::from(form.public),
            "expires": form.expires,
            "isAnonymous": form.public,
            "submitMultiple": form.submit_multiple,
            "showExpiration": form.expires != 0,
            "lastUpdated": form.created + 200,
            "submissionMessage": form.message,
            "state": 0,
        },
        "submission": {
            "id": submission_id,
            "formId": form.id,
            "userId": user_id,
            "timestamp": scene.ago(4),
        },
    })
}
