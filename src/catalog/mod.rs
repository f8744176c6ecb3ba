//! The known event classes: their fields, with types, and samples.

mod check;
mod field;
mod file;
mod generate;
pub(crate) mod shape;
mod types;

use std::sync::{Arc, OnceLock};

use serde_json::Value;

pub use check::Mismatch;
pub use field::Field;
use shape::Shape;
pub(crate) use types::in_words as types_in_words;

use crate::error::CatalogError;
use crate::guess;
use crate::path::Path;

/// Event classes: what the events of each can look like.
///
/// [`builtin`](Self::builtin) has those of Nextcloud and of apps for it; a file of one's own adds more.
///
/// ```
/// use hooksieve::Catalog;
///
/// let catalog = Catalog::builtin();
/// let class = catalog.get(r"\OCP\Files\Events\Node\NodeWrittenEvent").unwrap();
/// assert_eq!(class.system(), "nextcloud");
///
/// let id = class.fields().find(|field| field.path() == "event.node.id").unwrap();
/// assert_eq!(id.types(), ["string", "int"]);
/// assert!(id.is_optional());
/// assert_eq!(class.sample()["event"]["node"]["path"], "/bob/files/report.pdf");
/// ```
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    systems: Vec<System>,
    classes: Vec<Arc<EventClass>>,
}

/// Something that sends events: what its classes have in common.
#[derive(Debug, Clone)]
struct System {
    name: Box<str>,
    /// A whole event.
    shape: Shape,
    /// The keys on the way to the object that holds what classes differ in.
    body: Vec<Box<str>>,
    /// What it comes to in each class, as text.
    bytes: usize,
}

impl Catalog {
    /// The classes that are documented by Nextcloud's app webhook_listeners (`nextcloud`), by the app
    /// Webhooks (`webhooks`, and `webhooks-flow` for those that come from Flow), and by OpenRegister
    /// (`openregister`).
    ///
    /// Where documentation and practice differ, both are allowed.
    #[must_use]
    pub fn builtin() -> &'static Self {
        static BUILTIN: OnceLock<Catalog> = OnceLock::new();
        // That it can be read is tested.
        BUILTIN.get_or_init(|| file::read(include_str!("builtin.json"), &[]).unwrap_or_default())
    }

    /// Reads a file of classes, whose format is described in docs/catalog.md, with a JSON Schema beside
    /// it. The classes may be of the file's own systems or of builtin ones.
    ///
    /// ```
    /// use hooksieve::Catalog;
    /// use serde_json::json;
    ///
    /// let catalog = Catalog::from_json(r#"{
    ///     "classes": [{
    ///         "name": "OCA\\Deck\\Event\\CardCreatedEvent",
    ///         "system": "nextcloud",
    ///         "fields": {
    ///             "card": {"fields": {
    ///                 "id": "int",
    ///                 "title": {"type": "string", "sample": "Buy milk"},
    ///                 "duedate": "iso-time|null",
    ///                 "labels": {"items": {"fields": {"title": "string"}}}
    ///             }}
    ///         }
    ///     }]
    /// }"#)?;
    /// let class = catalog.get(r"OCA\Deck\Event\CardCreatedEvent").unwrap();
    /// assert_eq!(class.sample()["event"]["card"]["title"], "Buy milk");
    /// assert!(class.fields().any(|field| field.path() == "event.card.labels.title"));
    /// # Ok::<(), hooksieve::CatalogError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`CatalogError`], with everything that is wrong in the file; also where it is longer than 1 MiB,
    /// nested deeper than 32 levels, or where systems and named shapes, written out wherever they are
    /// used, come to more than 4 MiB.
    pub fn from_json(text: &str) -> Result<Self, CatalogError> {
        file::read(text, &Self::builtin().systems)
    }

    fn new(systems: Vec<System>, classes: Vec<EventClass>) -> Self {
        Self { systems, classes: classes.into_iter().map(Arc::new).collect() }
    }

    /// Takes the classes of another catalog in, in place of those with their names.
    pub fn extend(&mut self, other: Self) {
        for system in other.systems {
            match self.systems.iter_mut().find(|known| known.name == system.name) {
                Some(known) => *known = system,
                None => self.systems.push(system),
            }
        }
        for class in other.classes {
            match self.classes.iter_mut().find(|known| known.name == class.name) {
                Some(known) => *known = class,
                None => self.classes.push(class),
            }
        }
    }

    /// The classes, in the order of the file.
    pub fn classes(&self) -> impl Iterator<Item = &EventClass> {
        self.classes.iter().map(|class| &**class)
    }

    /// The class with this name; backslashes in front of it do not count.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&EventClass> {
        let name = name.trim_start_matches('\\');
        self.classes().find(|class| class.name() == name)
    }

    /// The class with this name, or the only one whose name has this as its last segment.
    ///
    /// ```
    /// let catalog = hooksieve::Catalog::builtin();
    /// assert_eq!(catalog.find("RowAddedEvent").unwrap().name(), r"OCA\Tables\Event\RowAddedEvent");
    /// ```
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&EventClass> {
        self.get(name).or_else(|| {
            let mut named = self.classes().filter(|class| class.short_name() == name);
            named.next().filter(|_| named.next().is_none())
        })
    }

    /// The class whose name, or its last segment, is most like this one, or alone begins with it; `None`
    /// where there is none.
    ///
    /// ```
    /// let catalog = hooksieve::Catalog::builtin();
    /// assert_eq!(catalog.guess("RowAddEvent").unwrap().short_name(), "RowAddedEvent");
    /// assert_eq!(catalog.guess("NodeWritten").unwrap().short_name(), "NodeWrittenEvent");
    /// assert!(catalog.guess("Invoice").is_none());
    /// ```
    #[must_use]
    pub fn guess(&self, name: &str) -> Option<&EventClass> {
        let name = name.trim_start_matches('\\');
        let short_names = || self.classes().map(EventClass::short_name);
        let guess = if name.contains('\\') {
            guess::nearest(name, self.classes().map(EventClass::name))
        } else {
            guess::nearest(name, short_names()).or_else(|| only_start(name, short_names()))
        }?;
        self.classes().find(|class| class.name() == guess || class.short_name() == guess)
    }
}

/// The only one of the names that starts with this one.
fn only_start<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let mut longer = names.filter(|longer| !name.is_empty() && longer.starts_with(name));
    longer.next().filter(|_| longer.next().is_none())
}

/// A class of events: what they can look like.
#[derive(Debug, Clone)]
pub struct EventClass {
    name: Box<str>,
    system: Box<str>,
    description: Option<Box<str>>,
    shape: Shape,
    sample: Value,
}

impl EventClass {
    fn new(name: &str, system: &str, description: Option<&str>, shape: Shape) -> Self {
        let sample = shape.to_sample();
        Self {
            name: name.into(),
            system: system.into(),
            description: description.map(Into::into),
            shape,
            sample,
        }
    }

    /// The name, without a backslash in front: `OCA\Tables\Event\RowAddedEvent`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The last segment of the name: `RowAddedEvent`.
    #[must_use]
    pub fn short_name(&self) -> &str {
        self.name.rsplit('\\').next().unwrap_or(&self.name)
    }

    /// What sends its events: they have an envelope in common.
    #[must_use]
    pub fn system(&self) -> &str {
        &self.system
    }

    /// When its events are sent, in a sentence without a full stop.
    #[must_use]
    pub fn description(&self) -> Option<&str> {
        self.description.as_deref()
    }

    /// All that is known to be in an event, each field before what is inside of it.
    pub fn fields(&self) -> impl Iterator<Item = Field<'_>> {
        field::fields(self.shape()).into_iter()
    }

    /// A typical event.
    #[must_use]
    pub fn sample(&self) -> &Value {
        &self.sample
    }

    /// A made-up event that the class allows, the same for the same seed. The events of many seeds have
    /// all that can be: fields that are missing or null, each type that a field can have, arrays from
    /// empty to a dozen elements, members in other orders, odd strings and numbers.
    ///
    /// ```
    /// let class = hooksieve::Catalog::builtin().find("RowAddedEvent").unwrap();
    /// assert_eq!(class.generate(7), class.generate(7));
    /// assert!((0..100).any(|seed| class.generate(seed)["user"].is_null()));
    /// ```
    #[must_use]
    pub fn generate(&self, seed: u64) -> Value {
        generate::generate(self.shape(), seed)
    }

    /// Every way in which an event is not as the class says, 100 at most: none where it is one of its.
    ///
    /// ```
    /// let class = hooksieve::Catalog::builtin().find("RowAddedEvent").unwrap();
    /// assert!(class.check(class.sample()).is_empty());
    ///
    /// let mut event = class.sample().clone();
    /// event["event"]["rowId"] = "3".into();
    /// let mismatches = class.check(&event);
    /// assert_eq!(mismatches[0].to_string(), "/event/rowId: expected a whole number, found a string");
    /// ```
    #[must_use]
    pub fn check(&self, event: &Value) -> Vec<Mismatch> {
        check::mismatches(self.shape(), event)
    }

    /// False where conditions are written for the envelope of Nextcloud's own webhooks, while the class is
    /// documented in that of an app. Both send events of some classes.
    pub(crate) fn has_envelope_of<'p>(&self, paths: impl IntoIterator<Item = &'p Path>) -> bool {
        const APPS: [&str; 2] = ["webhooks", "webhooks-flow"];
        let mut of_nextcloud = Catalog::builtin().classes().filter(|other| other.system() == "nextcloud");
        let Some(other) = of_nextcloud.next() else { return true };
        let is_of_both = APPS.contains(&self.system()) && self.name.starts_with("OC");
        let is_known = |shape: &Shape, path: &Path| {
            path.segments().first().is_some_and(|first| shape.member(first.name()).is_some())
        };
        let is_other = |path: &Path| !is_known(&self.shape, path) && is_known(&other.shape, path);
        !(is_of_both && paths.into_iter().any(is_other))
    }

    pub(crate) fn shape(&self) -> &Shape {
        &self.shape
    }
}
