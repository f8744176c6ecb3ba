//! Names of fields: known, unknown, almost known.

use super::linter::{Advice, Context, Linter, Outcome};
use super::text::{key_and_value, quoted};
use super::{LintCode, Severity};
use crate::analysis;
use crate::catalog::shape::{Inside, Shape};
use crate::catalog::{Catalog, EventClass};
use crate::guess;
use crate::path::{Path, Segment};
use crate::syntax::expr::TypeSet;
use crate::syntax::outline::Outline;

/// How far a path leads into a shape; greater is better.
enum Lookup<'s> {
    Known(&'s Shape),
    /// From this segment on, nothing is documented, but there may be something.
    Open(usize, &'s Shape),
    /// There is no such field.
    Unknown(usize, &'s Shape),
}

impl Lookup<'_> {
    fn rank(&self) -> (u8, usize) {
        match self {
            Self::Known(_) => (2, 0),
            Self::Open(depth, _) => (1, *depth),
            Self::Unknown(depth, _) => (0, *depth),
        }
    }

    fn or(self, other: Self) -> Self {
        if other.rank() > self.rank() { other } else { self }
    }
}

/// Recursion is bounded by the segments of the path.
fn lookup<'s>(shape: &'s Shape, path: &[Segment], depth: usize) -> Lookup<'s> {
    let Some((next, rest)) = path.get(depth..).and_then(<[_]>::split_first) else {
        return Lookup::Known(shape);
    };
    let mut found = match rest {
        _ if shape.is_any() => return Lookup::Open(depth, shape),
        _ => Lookup::Unknown(depth, shape),
    };
    if shape.types.contains(TypeSet::OBJECT) {
        found = found.or(match (shape.member(next.name()), &shape.others) {
            (Some(member), _) => lookup(&member.shape, path, depth + 1),
            (None, Inside::Each(other)) => lookup(other, path, depth + 1),
            (None, Inside::Anything) => Lookup::Open(depth, shape),
            (None, Inside::Nothing) => Lookup::Unknown(depth, shape),
        });
    }
    if let (true, Some(element)) = (shape.types.contains(TypeSet::ARRAY), shape.elements.shape()) {
        if next.index().is_some() {
            found = found.or(lookup(element, path, depth + 1));
        }
        if element.types.contains(TypeSet::OBJECT) && !element.types.contains(TypeSet::ARRAY) {
            found = found.or(lookup(element, path, depth));
        } else if element.is_any() {
            found = found.or(Lookup::Open(depth, shape));
        }
    }
    found
}

/// What is known of the value at the end of the path.
pub(super) fn known<'s>(shape: &'s Shape, path: &[Segment]) -> Option<&'s Shape> {
    match lookup(shape, path, 0) {
        Lookup::Known(shape) => Some(shape),
        _ => None,
    }
}

/// What was probably meant by a path, and why it is not what was written.
struct Guess {
    code: LintCode,
    path: Option<Path>,
    /// What to say where there is no such path.
    hint: Option<String>,
}

impl Linter<'_> {
    /// Reports a path that leads nowhere, or almost somewhere; true where it did.
    pub(super) fn field(&mut self, entry: &Outline, path: &Path, context: Context<'_>) -> bool {
        if !context.is_known() {
            return false;
        }
        let segments = path.segments();
        let (depth, parent, is_open) = match lookup(context.scope.shape, segments, 0) {
            Lookup::Known(_) => return false,
            Lookup::Open(depth, parent) => (depth, parent, true),
            Lookup::Unknown(depth, parent) => (depth, parent, false),
        };
        let found = analysis::findings(context.scope, path);
        if !is_open && !found.types.is_empty() {
            return false;
        }
        if is_open {
            return self.open_field(entry, path, depth, parent, context);
        }
        if self.is_full() {
            return true;
        }
        let guess = self.guess(path, depth, parent, context);
        let outcome = self.outcome(&entry.expr(), context);
        let consequence = match outcome {
            Outcome::Never => ", so this never holds",
            Outcome::Always => ", so this always holds",
            Outcome::Either => "",
        };
        let message = if parent.types.intersects(TypeSet::OBJECT.or(TypeSet::ARRAY)) {
            let name = segments.get(depth).map_or("", Segment::name);
            let parent = self.parent_name(segments, depth, context);
            format!("{parent} no field `{name}`{consequence}")
        } else {
            let around = context.name(&Path::of(segments.get(..depth).unwrap_or_default()));
            let types = parent.types_in_words();
            format!("`{around}` is {types} here, which has no fields{consequence}")
        };
        let severity = self.severity(outcome, context);
        let suggestion = self.suggest(entry, path, &guess);
        self.report(guess.code, severity, entry, message, suggestion);
        true
    }

    /// Where any name is possible: only a slip of the fingers is reported.
    fn open_field(
        &mut self,
        entry: &Outline,
        path: &Path,
        depth: usize,
        parent: &Shape,
        context: Context<'_>,
    ) -> bool {
        let segments = path.segments();
        let dotted = dotted_member(segments, depth, parent);
        let name = segments.get(depth).map_or("", Segment::name);
        let is_near = |known: &str| {
            known.chars().count() > 3
                && (strsim::osa_distance(name, known) == 1 || known.eq_ignore_ascii_case(name))
        };
        let near = parent.members.iter().map(|member| &*member.name).find(|known| is_near(known));
        let (code, path_meant) = match (dotted, near) {
            (Some(path), _) => (LintCode::UnescapedDot, path),
            (None, Some(near)) => (LintCode::MisspelledField, replaced(segments, depth, near)),
            (None, None) => return false,
        };
        let guess = Guess { code, path: Some(path_meant), hint: None };
        let parent = self.parent_name(segments, depth, context);
        let message = format!("{parent} no documented field `{name}`");
        let suggestion = self.suggest(entry, path, &guess);
        self.report(code, Severity::Warning, entry, message, suggestion);
        true
    }

    fn suggest(&self, entry: &Outline, written: &Path, guess: &Guess) -> Advice {
        let Some(path) = guess.path.as_ref().filter(|path| *path != written) else {
            return guess.hint.clone().map(|hint| (hint, None));
        };
        let key = key_and_value(self.text, entry.span).map(|(key, _)| (key, quoted(&path.to_string())));
        let name = if guess.code == LintCode::UnescapedDot {
            path.to_string().replace('\\', "\\\\")
        } else {
            path.to_string()
        };
        Some((format!("did you mean `{name}`?"), key))
    }

    /// `` `event.node` has ``; of the event itself, `events of this class have`.
    fn parent_name(&self, segments: &[Segment], depth: usize, context: Context<'_>) -> String {
        match (depth, context.around, self.class) {
            (0, "", Some(class)) => format!("a `{}` has", class.short_name()),
            (0, "", None) => "the event has".to_owned(),
            (0, around, _) => format!("an element of `{around}` has"),
            _ => format!("`{}` has", context.name(&Path::of(segments.get(..depth).unwrap_or_default()))),
        }
    }

    fn guess(&self, path: &Path, depth: usize, parent: &Shape, context: Context<'_>) -> Guess {
        let segments = path.segments();
        let root = context.scope.shape;
        let is_good =
            |path: &Path| matches!(lookup(root, path.segments(), 0), Lookup::Known(_) | Lookup::Open(..));
        if let Some(path) = dotted_member(segments, depth, parent) {
            return Guess { code: LintCode::UnescapedDot, path: Some(path), hint: None };
        }
        let name = segments.get(depth).map_or("", Segment::name);
        let members = || parent.members.iter().map(|member| &*member.name);
        let near = guess::nearest(name, members()).map(|near| replaced(segments, depth, near));
        let meant = near.filter(is_good).or_else(|| self.end_of_known(path, context));
        if let Some(path) = meant {
            return Guess { code: LintCode::UnknownField, path: Some(path), hint: None };
        }
        if let Some(guess) = self.elsewhere(path, depth, context) {
            return guess;
        }
        let names: Vec<String> = members().take(MAX_NAMES).map(|name| format!("`{name}`")).collect();
        let hint = match members().count() {
            0 => None,
            count if count > MAX_NAMES => {
                Some(format!("it has {} and {} more", names.join(", "), count - MAX_NAMES))
            }
            _ => Some(format!("it has {}", names.join(", "))),
        };
        Guess { code: LintCode::UnknownField, path: None, hint }
    }

    /// A known path that ends with this one: `event.node.path` for `node.path`.
    fn end_of_known(&self, path: &Path, context: Context<'_>) -> Option<Path> {
        let class = self.class.filter(|_| context.around.is_empty())?;
        let end = format!(".{path}");
        let fields = || class.fields().filter(|field| !field.path().contains('*'));
        let mut ends = fields().filter(|field| field.path().ends_with(&end));
        if let (Some(field), None) = (ends.next(), ends.next()) {
            return Path::parse(field.path()).ok();
        }
        let text = path.to_string();
        let paths: Vec<String> = fields().map(|field| field.path().to_owned()).collect();
        Path::parse(guess::nearest(&text, paths.iter().map(String::as_str))?).ok()
    }

    /// Where else there is such a field.
    fn elsewhere(&self, path: &Path, depth: usize, context: Context<'_>) -> Option<Guess> {
        let class = self.class.filter(|_| context.around.is_empty())?;
        let has_it = |shape: &Shape| match lookup(shape, path.segments(), 0) {
            Lookup::Known(_) => true,
            Lookup::Open(at, _) => at > depth,
            Lookup::Unknown(..) => false,
        };
        let others: Vec<&EventClass> =
            Catalog::builtin().classes().filter(|other| has_it(other.shape())).collect();
        let same = others.iter().find(|other| other.system() == class.system());
        let (code, hint) = match same {
            Some(other) => (LintCode::UnknownField, format!("it is a field of `{}`", other.short_name())),
            None => {
                let other = others.first()?;
                let hint = format!(
                    "it is a field of events such as `{}`, which come in the envelope of `{}`; this class has that of `{}`",
                    other.short_name(),
                    other.system(),
                    class.system()
                );
                (LintCode::OtherEnvelope, hint)
            }
        };
        Some(Guess { code, path: None, hint: Some(hint) })
    }
}

/// The fields of an object that are listed in a hint.
const MAX_NAMES: usize = 8;

/// The path with another name at this depth.
fn replaced(segments: &[Segment], depth: usize, name: &str) -> Path {
    let names = segments.iter().map(Segment::name).enumerate();
    Path::from_names(names.map(|(index, own)| if index == depth { name } else { own }))
}

/// The path, where a known name has been split at its dots.
fn dotted_member(segments: &[Segment], depth: usize, parent: &Shape) -> Option<Path> {
    let names: Vec<&str> = segments.iter().map(Segment::name).collect();
    let rest = names.get(depth..)?;
    let (length, member) = parent.members.iter().find_map(|member| {
        let length = member.name.split('.').count();
        let joined = rest.get(..length)?.join(".");
        (length > 1 && joined == *member.name).then_some((length, &*member.name))
    })?;
    let after = names.get(depth + length..)?;
    Some(Path::from_names(names.get(..depth)?.iter().copied().chain([member]).chain(after.iter().copied())))
}
