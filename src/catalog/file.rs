//! The file format of catalogs: see docs/catalog.md. All mistakes of a file are reported at once.

use std::collections::{HashMap, HashSet};

use super::check;
use super::shape::{Inside, Member, Shape};
use super::types;
use super::{Catalog, EventClass, System};
use crate::error::{CatalogError, ErrorCode};
use crate::event::Constant;
use crate::guess;
use crate::limits::Limits;
use crate::path::Path;
use crate::syntax::expr::TypeSet;
use crate::syntax::parser::describe;
use crate::syntax::pointer::Place;
use crate::syntax::reader::{self, Document, Json, Kind, Member as Entry};
use crate::syntax::report::Report;
use crate::syntax::span::{Span, shorten};
use crate::syntax::types::guess as guess_type;
use crate::vm;

const MAX_TEXT_BYTES: usize = 1 << 20;
const MAX_NESTING: usize = 32;
/// What systems and named shapes come to, as text, written out in each place where they are used.
const MAX_EXPANDED_BYTES: usize = 4 << 20;

const FILE_KEYS: &[&str] = &["$schema", "systems", "shapes", "classes"];
const SYSTEM_KEYS: &[&str] = &["fields", "others", "body"];
const CLASS_KEYS: &[&str] = &["name", "system", "description", "fields", "others", "sample"];
const SHAPE_KEYS: &[&str] = &["type", "optional", "note", "fields", "others", "items", "values", "sample"];

/// Reads a file. Its classes may be of its own systems or of `known` ones.
pub(super) fn read(text: &str, known: &[System]) -> Result<Catalog, CatalogError> {
    let limits = Limits { text_bytes: MAX_TEXT_BYTES, nesting: MAX_NESTING, ..Limits::default() };
    let json = reader::read_document(text, Document::Catalog, &limits);
    let mut file = File {
        report: Report::new(&json),
        shapes: HashMap::new(),
        systems: Vec::new(),
        known,
        expanded_bytes: 0,
    };
    let classes = match json {
        Ok(json) => {
            file.report.refuse_duplicate_keys(&json, &Place::Root, "only one of the two would count");
            file.root(&json)
        }
        Err(error) => {
            file.report.unreadable(error);
            Vec::new()
        }
    };
    match CatalogError::from_problems(file.report.into_problems()) {
        None => Ok(Catalog::new(file.systems, classes)),
        Some(error) => Err(error),
    }
}

/// A file that is being read.
struct File<'k> {
    report: Report,
    shapes: HashMap<Box<str>, Named>,
    systems: Vec<System>,
    known: &'k [System],
    expanded_bytes: usize,
}

/// A shape that others can refer to.
struct Named {
    shape: Shape,
    note: Option<Box<str>>,
    /// Levels of shapes inside each other, itself included.
    depth: usize,
    /// As text, written out.
    bytes: usize,
}

/// What is said of a shape in the place of a field.
struct Described {
    shape: Shape,
    is_optional: bool,
    note: Option<Box<str>>,
}

impl Described {
    /// Also for what could not be read, so that no more is reported of it.
    const ANYTHING: Self = Self { shape: Shape::ANY, is_optional: false, note: None };
}

/// Where a shape stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Field,
    /// The shape itself: it is there.
    Bare,
}

impl File<'_> {
    fn root(&mut self, json: &Json<'_>) -> Vec<EventClass> {
        let root = &Place::Root;
        let Some(members) = self.object(json, root, FILE_KEYS) else { return Vec::new() };

        let place = root.key("shapes");
        for entry in self.entries(members, "shapes", &place) {
            self.named_shape(entry, &place.key(&entry.key));
        }
        let place = root.key("systems");
        for entry in self.entries(members, "systems", &place) {
            self.system(entry, &place.key(&entry.key));
        }

        let Some(classes) = find(members, "classes") else {
            self.invalid(root, json.span, "`classes` is missing");
            return Vec::new();
        };
        let place = root.key("classes");
        let Kind::Array(elements) = &classes.value.kind else {
            self.expected("an array of classes", &classes.value, &place);
            return Vec::new();
        };
        let mut names = HashSet::new();
        let mut read = Vec::new();
        for (index, element) in elements.iter().enumerate() {
            let place = place.index(index);
            let Some(class) = self.class(element, &place) else { continue };
            if !names.insert(class.name().to_owned()) {
                let message = format!("`{}` is the name of an earlier class", shorten(class.name()));
                self.invalid(&place, element.span, message);
            }
            read.push(class);
        }
        read
    }

    fn named_shape(&mut self, entry: &Entry<'_>, place: &Place<'_>) {
        let name = &*entry.key;
        if name.is_empty() || name.contains('|') || name.trim() != name || types::by_name(name).is_some() {
            let message = format!("`{}` cannot be the name of a shape", shorten(name));
            let hint = "a name is not that of a type, and has neither `|` nor spaces around it".to_owned();
            self.invalid_with_hint(place, entry.key_span, message, Some(hint));
        }
        let before = self.expanded_bytes;
        let described = self.shape(&entry.value, place, Role::Bare, 1);
        let named = Named {
            depth: depth(&described.shape),
            bytes: self.expanded_bytes - before + length(entry.value.span),
            shape: described.shape,
            note: described.note,
        };
        self.shapes.insert(name.into(), named);
    }

    fn system(&mut self, entry: &Entry<'_>, place: &Place<'_>) {
        let Some(members) = self.object(&entry.value, place, SYSTEM_KEYS) else { return };
        let before = self.expanded_bytes;
        let mut shape = Shape { types: TypeSet::OBJECT, ..Shape::NOTHING };
        self.inside_object(&mut shape, members, place, 1);
        let body = self.body(&mut shape, members, place);
        let bytes = self.expanded_bytes - before + length(entry.value.span);
        self.systems.push(System { name: (&*entry.key).into(), shape, body, bytes });
    }

    /// The names on the way to the object that holds what classes differ in.
    fn body(&mut self, shape: &mut Shape, members: &[Entry<'_>], place: &Place<'_>) -> Vec<Box<str>> {
        let Some(text) = self.string(members, "body", place) else { return Vec::new() };
        let names = |path: Path| path.segments().iter().map(|segment| segment.name().into()).collect();
        let names: Vec<_> = Path::parse(&text).map(names).unwrap_or_default();
        let is_object = |shape: &Shape| shape.types.contains(TypeSet::OBJECT);
        if names.is_empty() || !shape.at_mut(&names).is_some_and(|body| is_object(body)) {
            let message = format!("`body`: `{}` is no object among the fields", shorten(&text));
            self.invalid_member(members, "body", place, message);
        }
        names
    }

    fn class(&mut self, json: &Json<'_>, place: &Place<'_>) -> Option<EventClass> {
        let members = self.object(json, place, CLASS_KEYS)?;
        let name = self.required_string(json, members, "name", place);
        let system = self.required_string(json, members, "system", place);
        let description = self.string(members, "description", place);
        let system = system.and_then(|name| self.system_by_name(&name, members, place));

        // Read even where the class is lost, for the mistakes in it.
        let (system_name, mut shape, body) = match system {
            Some(system) => (Some(system.name), system.shape, system.body),
            None => (None, Shape { types: TypeSet::OBJECT, ..Shape::NOTHING }, Vec::new()),
        };
        if let Some(inside) = shape.at_mut(&body) {
            let is_known = find(members, "fields").is_some() || find(members, "others").is_some();
            if is_known {
                self.inside_object(inside, members, place, body.len() + 1);
            } else {
                inside.others = Inside::Anything;
            }
        }
        let name = name?;
        let name = name.trim_start_matches('\\');
        if name.is_empty() {
            self.invalid_member(members, "name", place, "`name` is empty");
        }
        shape.set_class_name(name);
        shape.sample = self.sample(&shape, members, place);
        Some(EventClass::new(name, &system_name?, description.as_deref(), shape))
    }

    fn system_by_name(&mut self, name: &str, members: &[Entry<'_>], place: &Place<'_>) -> Option<System> {
        let own = self.systems.iter().chain(self.known).find(|system| &*system.name == name).cloned();
        match &own {
            Some(system) => {
                let span = find(members, "system").map_or(Span::NONE, |entry| entry.value.span);
                self.expand(system.bytes, &place.key("system"), span).then_some(())?;
            }
            None => {
                let message = format!("unknown system `{}`", shorten(name));
                let span = find(members, "system").map_or(Span::NONE, |entry| entry.value.span);
                let names = self.systems.iter().chain(self.known).map(|system| &*system.name);
                self.report.push(ErrorCode::InvalidCatalog, &place.key("system"), span, message, |problem| {
                    problem.with_hint(did_you_mean(guess::nearest(name, names)))
                });
            }
        }
        own
    }

    /// The name of a type, or of several, or an object that tells more.
    fn shape(&mut self, json: &Json<'_>, place: &Place<'_>, role: Role, level: usize) -> Described {
        match &json.kind {
            Kind::String(types) => self.types(types, json.span, place, level),
            Kind::Object(_) => self.full_shape(json, place, role, level),
            _ => {
                self.expected("a type, as a string, or an object", json, place);
                Described::ANYTHING
            }
        }
    }

    /// `int|string`, or the name of a shape with types beside it.
    fn types(&mut self, text: &str, span: Span, place: &Place<'_>, level: usize) -> Described {
        let mut described = Described { shape: Shape::NOTHING, ..Described::ANYTHING };
        let mut named = None;
        let mut is_known = true;
        for name in text.split('|').map(str::trim) {
            if let Some((types, format)) = types::by_name(name) {
                let shape = &mut described.shape;
                if types.contains(TypeSet::OBJECT) && !shape.types.contains(TypeSet::OBJECT) {
                    shape.others = Inside::Anything;
                }
                if types.contains(TypeSet::ARRAY) && !shape.types.contains(TypeSet::ARRAY) {
                    shape.elements = Inside::Anything;
                }
                shape.types = shape.types.or(types);
                if format.is_some() && shape.format.is_some() {
                    self.invalid(place, span, "expected at most one of `unix-time`, `iso-time` and `class`");
                }
                shape.format = shape.format.or(format);
            } else if let Some(earlier) = named {
                let message = format!(
                    "expected at most one named shape, found `{}` and `{}`",
                    shorten(earlier),
                    shorten(name)
                );
                self.invalid(place, span, message);
            } else {
                named = Some(name);
                match self.refer(name, span, place, level) {
                    Some(shape) => {
                        let types = described.shape.types;
                        described = shape;
                        described.shape.types = described.shape.types.or(types);
                    }
                    None => is_known = false,
                }
            }
        }
        if is_known { described } else { Described::ANYTHING }
    }

    /// A copy of a named shape.
    fn refer(&mut self, name: &str, span: Span, place: &Place<'_>, level: usize) -> Option<Described> {
        let Some(named) = self.shapes.get(name) else {
            let message = format!("unknown type `{}`", shorten(name));
            let shapes = self.shapes.keys().map(|name| &**name);
            self.report.push(ErrorCode::InvalidCatalog, place, span, message, |problem| {
                // What other languages call the types.
                let type_name = guess_type(name).filter(|known| types::by_name(known).is_some());
                let names = types::NAMED.iter().map(|(name, ..)| *name).chain(shapes);
                let hint = did_you_mean(type_name.or_else(|| guess::nearest(name, names)));
                let later = || "a shape can be used after the place where it is described".to_owned();
                problem.with_hint(hint.or_else(|| Some(later())))
            });
            return None;
        };
        let (depth, bytes) = (named.depth, named.bytes);
        if level + depth > MAX_NESTING {
            let message =
                format!("nested deeper than {MAX_NESTING} levels, with the shape `{}`", shorten(name));
            self.report.push(ErrorCode::LimitExceeded, place, span, message, |problem| problem);
            return None;
        }
        if !self.expand(bytes, place, span) {
            return None;
        }
        let named = self.shapes.get(name)?;
        Some(Described { shape: named.shape.clone(), is_optional: false, note: named.note.clone() })
    }

    /// Whether so many bytes more are within the bounds.
    fn expand(&mut self, bytes: usize, place: &Place<'_>, span: Span) -> bool {
        let was_within = self.expanded_bytes <= MAX_EXPANDED_BYTES;
        self.expanded_bytes += bytes;
        let is_within = self.expanded_bytes <= MAX_EXPANDED_BYTES;
        if was_within && !is_within {
            let most = MAX_EXPANDED_BYTES >> 20;
            let message = format!(
                "systems and named shapes, written out wherever they are used, come to more than {most} MiB"
            );
            self.report.push(ErrorCode::LimitExceeded, place, span, message, |problem| problem);
        }
        is_within
    }

    fn full_shape(&mut self, json: &Json<'_>, place: &Place<'_>, role: Role, level: usize) -> Described {
        let Some(members) = self.object(json, place, SHAPE_KEYS) else { return Described::ANYTHING };
        let has = |key| find(members, key).is_some();

        let mut described = match self.string(members, "type", place) {
            Some(types) => {
                let span = find(members, "type").map_or(json.span, |entry| entry.value.span);
                self.types(&types, span, &place.key("type"), level)
            }
            None if has("type") => Described::ANYTHING,
            None => Described { shape: Shape::NOTHING, ..Described::ANYTHING },
        };
        let shape = &mut described.shape;
        if !has("type") {
            let of = |is: bool, types| if is { types } else { TypeSet::NONE };
            shape.types =
                of(has("fields") || has("others"), TypeSet::OBJECT).or(of(has("items"), TypeSet::ARRAY));
            if shape.types.is_empty() && !has("values") {
                self.invalid(place, json.span, "`type` is missing");
                *shape = Shape::ANY;
            }
        }
        self.inside_object(shape, members, place, level);
        if let Some(items) = find(members, "items") {
            self.only_for(TypeSet::ARRAY, shape, items, place);
            shape.elements = self.inside(items, place, level);
        }
        self.values(shape, members, place);
        if let Some(sample) = self.sample(shape, members, place) {
            shape.sample = Some(sample);
        }

        described.note = self.string(members, "note", place).map(Into::into).or(described.note);
        if let Some(optional) = find(members, "optional") {
            match optional.value.kind {
                Kind::Bool(is_optional) if role == Role::Field => described.is_optional = is_optional,
                Kind::Bool(_) => self.invalid_member(members, "optional", place, "`optional` is for fields"),
                _ => self.expected("true or false", &optional.value, &place.key("optional")),
            }
        }
        described
    }

    /// What the keys `fields` and `others` say.
    fn inside_object(&mut self, shape: &mut Shape, members: &[Entry<'_>], place: &Place<'_>, level: usize) {
        if let Some(fields) = find(members, "fields") {
            self.only_for(TypeSet::OBJECT, shape, fields, place);
            shape.others = Inside::Nothing;
            let place = place.key("fields");
            // Those of the system, which a class can describe anew; the keys of one object differ.
            let inherited = shape.members.len();
            for entry in self.entries(members, "fields", &place) {
                let described = self.shape(&entry.value, &place.key(&entry.key), Role::Field, level + 1);
                let member = Member {
                    name: (&*entry.key).into(),
                    shape: described.shape,
                    is_optional: described.is_optional,
                    note: described.note,
                };
                match shape.members.iter_mut().take(inherited).find(|known| known.name == member.name) {
                    Some(known) => *known = member,
                    None => shape.members.push(member),
                }
            }
        }
        if let Some(others) = find(members, "others") {
            self.only_for(TypeSet::OBJECT, shape, others, place);
            shape.others = self.inside(others, place, level);
        }
    }

    fn inside(&mut self, entry: &Entry<'_>, place: &Place<'_>, level: usize) -> Inside {
        let described = self.shape(&entry.value, &place.key(&entry.key), Role::Bare, level + 1);
        match described.shape.is_any() {
            true => Inside::Anything,
            false => Inside::Each(Box::new(described.shape)),
        }
    }

    fn only_for(&mut self, types: TypeSet, shape: &Shape, entry: &Entry<'_>, place: &Place<'_>) {
        if !shape.types.contains(types) {
            let message =
                format!("`{}` is for {}s, and this is none", entry.key, types::names(types).join(" and "));
            self.invalid(&place.key(&entry.key), entry.key_span, message);
        }
    }

    /// What the key `values` says. The types are narrowed to those of the values.
    fn values(&mut self, shape: &mut Shape, members: &[Entry<'_>], place: &Place<'_>) {
        let Some(entry) = find(members, "values") else { return };
        let place = place.key("values");
        let Kind::Array(elements) = &entry.value.kind else {
            return self.expected("an array of scalars", &entry.value, &place);
        };
        if elements.is_empty() {
            self.invalid(&place, entry.value.span, "expected at least one value, found an empty array");
        }
        let (mut values, mut types) = (Vec::new(), TypeSet::NONE);
        for (index, element) in elements.iter().enumerate() {
            let value = element.to_constant();
            let its = vm::type_of(&value);
            if its.intersects(TypeSet::ARRAY.or(TypeSet::OBJECT)) {
                self.expected("a scalar", element, &place.index(index));
            } else if find(members, "type").is_some() && !shape.types.contains(its) {
                self.expected(&types::in_words(shape.types), element, &place.index(index));
            }
            types = types.or(its);
            values.push(value);
        }
        if shape.types.contains(TypeSet::NULL) && !types.contains(TypeSet::NULL) {
            types = types.or(TypeSet::NULL);
            values.push(Constant::Null);
        }
        shape.types = types;
        shape.values = Some(values);
    }

    fn sample(
        &mut self,
        shape: &Shape,
        members: &[Entry<'_>],
        place: &Place<'_>,
    ) -> Option<serde_json::Value> {
        let entry = find(members, "sample")?;
        let sample = entry.value.to_constant().to_value();
        for mismatch in check::mismatches(shape, &sample) {
            let at = match mismatch.pointer() {
                "" => String::new(),
                pointer => format!(" at `{}`", shorten(pointer)),
            };
            let message = format!("`sample`: {}{at}", mismatch.message());
            self.invalid(&place.key("sample"), entry.value.span, message);
        }
        Some(sample)
    }

    /// The members of an object that has no keys but the known ones.
    fn object<'j, 't>(
        &mut self,
        json: &'j Json<'t>,
        place: &Place<'_>,
        known: &[&str],
    ) -> Option<&'j [Entry<'t>]> {
        let Kind::Object(members) = &json.kind else {
            self.expected("an object", json, place);
            return None;
        };
        for member in members.iter().filter(|member| !known.contains(&&*member.key)) {
            let hint = did_you_mean(guess::nearest(&member.key, known.iter().copied()))
                .or_else(|| Some(format!("expected one of {}", known.join(", "))));
            let message = format!("unknown key `{}`", shorten(&member.key));
            self.invalid_with_hint(&place.key(&member.key), member.key_span, message, hint);
        }
        Some(members)
    }

    /// The members of the object at a key, whose place is given; none if there is none.
    fn entries<'j, 't>(&mut self, members: &'j [Entry<'t>], key: &str, place: &Place<'_>) -> &'j [Entry<'t>] {
        match find(members, key).map(|entry| &entry.value) {
            None => &[],
            Some(Json { kind: Kind::Object(members), .. }) => members,
            Some(other) => {
                self.expected("an object", other, place);
                &[]
            }
        }
    }

    /// The string at a key.
    fn string(&mut self, members: &[Entry<'_>], key: &str, place: &Place<'_>) -> Option<String> {
        let entry = find(members, key)?;
        match &entry.value.kind {
            Kind::String(string) => Some(string.clone().into_owned()),
            _ => {
                self.expected("a string", &entry.value, &place.key(key));
                None
            }
        }
    }

    fn required_string(
        &mut self,
        json: &Json<'_>,
        members: &[Entry<'_>],
        key: &str,
        place: &Place<'_>,
    ) -> Option<String> {
        if find(members, key).is_none() {
            self.invalid(place, json.span, format!("`{key}` is missing"));
        }
        self.string(members, key, place)
    }

    fn expected(&mut self, expected: &str, found: &Json<'_>, place: &Place<'_>) {
        self.invalid(place, found.span, format!("expected {expected}, found {}", describe(found)));
    }

    fn invalid_member(
        &mut self,
        members: &[Entry<'_>],
        key: &str,
        place: &Place<'_>,
        message: impl Into<String>,
    ) {
        let span = find(members, key).map_or(Span::NONE, |entry| entry.value.span);
        self.invalid(&place.key(key), span, message);
    }

    fn invalid(&mut self, place: &Place<'_>, span: Span, message: impl Into<String>) {
        self.invalid_with_hint(place, span, message, None);
    }

    fn invalid_with_hint(
        &mut self,
        place: &Place<'_>,
        span: Span,
        message: impl Into<String>,
        hint: Option<String>,
    ) {
        self.report.push(ErrorCode::InvalidCatalog, place, span, message, |problem| problem.with_hint(hint));
    }
}

fn did_you_mean(known: Option<&str>) -> Option<String> {
    known.map(|known| format!("did you mean `{known}`?"))
}

fn find<'j, 't>(members: &'j [Entry<'t>], key: &str) -> Option<&'j Entry<'t>> {
    members.iter().find(|member| member.key == key)
}

/// Levels of shapes inside each other.
fn depth(shape: &Shape) -> usize {
    let inside = [&shape.others, &shape.elements].into_iter().filter_map(|inside| match inside {
        Inside::Each(shape) => Some(&**shape),
        Inside::Nothing | Inside::Anything => None,
    });
    1 + shape.members.iter().map(|member| &member.shape).chain(inside).map(depth).max().unwrap_or(0)
}

fn length(span: Span) -> usize {
    span.range().map_or(0, |range| range.len())
}
