//! The forms in which an event is sent.

use super::json::{Json, Member};
use super::words::words;
use super::{RequestError, Timestamp};

words! {
    /// What the body of a delivery is: `body` of a registration's `delivery`.
    ///
    /// An event that has come in another form is put into this one. It is put together from the event's own text:
    /// numbers, escapes and order are as they came, and an event that has the form already is sent byte for byte.
    ///
    /// | the event came as | `nextcloud` | `openregister` |
    /// |---|---|---|
    /// | Nextcloud's envelope: `{"event": {"class": C, …}, "user": U, "time": T}` | as it came | `{"event": C, "data": {…}}`, without user and time |
    /// | OpenRegister's: `{"event": C, "data": {…}}` | `{"event": {"class": C, …}, "user": null, "time": T}` | as it came |
    /// | the Webhooks app's: `{"eventType": C, …}` | `{"event": {"class": C, …}, "user": null, "time": T}` | `{"event": C, "data": {…}}` |
    ///
    /// The time is that of acceptance, in seconds, where the event has none; a `user` or `time` that stands beside
    /// OpenRegister's `data` is taken over. What stands beside the class is `…`; should there be a `class` among it,
    /// the event's class takes its place, as in Nextcloud.
    #[derive(Default)]
    BodyFormat {
        /// Nextcloud's envelope.
        #[default]
        Nextcloud = "nextcloud",
        /// OpenRegister's.
        OpenRegister = "openregister",
        /// The event as it came, byte for byte, whatever it is.
        Event = "event",
    }
}

/// By how much a body can be longer than its event, in bytes.
#[cfg(test)]
pub(super) const MAX_ADDED: usize = 80;

impl BodyFormat {
    /// The event in this form.
    pub(super) fn of_event(self, event: &[u8], accepted_at: Timestamp) -> Result<Vec<u8>, RequestError> {
        if self == Self::Event {
            return Ok(event.to_vec());
        }
        let text = std::str::from_utf8(event).map_err(|_| RequestError::Event)?;
        let members = Json::read(text).and_then(|event| event.members()).ok_or(RequestError::Event)?;
        let parts = Parts::of(&members).ok_or(RequestError::Event)?;
        let class = parts.class.text();
        Ok(match self {
            _ if parts.format == Some(self) => event.to_vec(),
            Self::OpenRegister => {
                format!(r#"{{"event":{class},"data":{{{}}}}}"#, written(&parts.fields)).into_bytes()
            }
            Self::Nextcloud | Self::Event => {
                let mut fields = parts.fields;
                fields.retain(|field| field.name != "class");
                let comma = if fields.is_empty() { "" } else { "," };
                let user = parts.user.map_or("null", |user| user.text());
                let time =
                    parts.time.map_or(accepted_at.as_seconds().to_string(), |time| time.text().to_owned());
                let fields = written(&fields);
                format!(r#"{{"event":{{"class":{class}{comma}{fields}}},"user":{user},"time":{time}}}"#)
                    .into_bytes()
            }
        })
    }
}

/// An event, whatever its form.
struct Parts<'t> {
    /// The format that it has already.
    format: Option<BodyFormat>,
    class: Json<'t>,
    /// What is told of what has happened, the class aside.
    fields: Vec<Member<'t>>,
    /// Who brought it about, and when.
    user: Option<Json<'t>>,
    time: Option<Json<'t>>,
}

impl<'t> Parts<'t> {
    /// From the members of an event; the first of the forms that it has.
    fn of(members: &[Member<'t>]) -> Option<Self> {
        let event = last(members, "event");
        let (user, time) = (last(members, "user"), last(members, "time"));
        if let Some(fields) = event.and_then(|event| event.members())
            && let Some(class) = last(&fields, "class").filter(is_string)
        {
            let fields = without(&fields, &["class"]);
            return Some(Self { format: Some(BodyFormat::Nextcloud), class, fields, user, time });
        }
        if let Some(class) = last(members, "eventType").filter(is_string) {
            // Their `user` is one of the fields: whom the event is about.
            let fields = without(members, &["eventType"]);
            return Some(Self { format: None, class, fields, user: None, time: None });
        }
        let class = event.filter(is_string)?;
        let data = last(members, "data");
        let others = without(members, &["event", "user", "time"]);
        let fields = match data.and_then(data_members) {
            None => others,
            Some(mut fields) => {
                for other in without(&others, &["data"]) {
                    if last(&fields, &other.name).is_none() {
                        fields.push(other);
                    }
                }
                fields
            }
        };
        let format = data.map(|_| BodyFormat::OpenRegister);
        Some(Self { format, class, fields, user, time })
    }
}

/// The members of OpenRegister's `data`; where arrays are maps, `[]` is one without members.
fn data_members<'t>(data: Json<'t>) -> Option<Vec<Member<'t>>> {
    let is_empty_array = data.elements().is_some_and(|elements| elements.is_empty());
    if is_empty_array { Some(Vec::new()) } else { data.members() }
}

/// Of equal names the last one counts, as for filters.
fn last<'t>(members: &[Member<'t>], name: &str) -> Option<Json<'t>> {
    members.iter().rfind(|member| member.name == name).map(|member| member.value)
}

fn without<'t>(members: &[Member<'t>], names: &[&str]) -> Vec<Member<'t>> {
    members.iter().filter(|member| !names.contains(&&*member.name)).cloned().collect()
}

fn is_string(json: &Json<'_>) -> bool {
    json.type_name() == "a string"
}

fn written(members: &[Member<'_>]) -> String {
    let member = |member: &Member<'_>| format!("{}:{}", member.key.text(), member.value.text());
    members.iter().map(member).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests;
