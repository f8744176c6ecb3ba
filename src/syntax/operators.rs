//! The one table of operators: the parser, the hints and the documentation all read it.

/// An operator of the filter language.
///
/// ```
/// let operators = hooksieve::operators();
/// let size = operators.iter().find(|operator| operator.name == "$size").unwrap();
/// assert_eq!(size.operand, "a whole number, 0 or more");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Operator {
    /// As it is written: `$eq`.
    pub name: &'static str,
    /// Where it can stand.
    pub place: OperatorPlace,
    /// What it takes.
    pub operand: &'static str,
    /// When it holds, in a line.
    pub meaning: &'static str,
    /// A filter that uses it.
    pub example: &'static str,
    pub(crate) kind: Kind,
}

/// Where an operator can stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OperatorPlace {
    /// Under a path: `{"a": {"$gt": 5}}`.
    Field,
    /// Where a path can stand: `{"$or": […]}`.
    Top,
}

/// What the parser does with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Eq,
    Ne,
    Gt,
    Gte,
    Lt,
    Lte,
    In,
    Nin,
    Exists,
    Type,
    Size,
    All,
    ElemMatch,
    Mod,
    Regex,
    Options,
    StartsWith,
    EndsWith,
    Not,
    And,
    Or,
    Nor,
    Comment,
}

macro_rules! table {
    ($($kind:ident $name:literal $place:ident: $operand:literal, $meaning:literal, $example:literal;)+) => {
        &[$(Operator {
            name: $name,
            place: OperatorPlace::$place,
            operand: $operand,
            meaning: $meaning,
            example: $example,
            kind: Kind::$kind,
        },)+]
    };
}

pub(crate) const OPERATORS: &[Operator] = table! {
    Eq "$eq" Field: "any value", "equal; `null` also where the field is missing", r#"{"user.uid": {"$eq": "bob"}}"#;
    Ne "$ne" Field: "any value", "not `$eq`", r#"{"user.uid": {"$ne": "bob"}}"#;
    Gt "$gt" Field: "any value", "greater, of the same type", r#"{"time": {"$gt": 1711971024}}"#;
    Gte "$gte" Field: "any value", "greater or equal, of the same type", r#"{"time": {"$gte": 1711971024}}"#;
    Lt "$lt" Field: "any value", "less, of the same type", r#"{"time": {"$lt": 1711971024}}"#;
    Lte "$lte" Field: "any value", "less or equal, of the same type", r#"{"time": {"$lte": 1711971024}}"#;
    In "$in" Field: "an array of values", "equal to one of them", r#"{"user.uid": {"$in": ["bob", "alice"]}}"#;
    Nin "$nin" Field: "an array of values", "not `$in`", r#"{"user.uid": {"$nin": ["bob", "alice"]}}"#;
    Exists "$exists" Field: "true or false", "there, be it null; or not there", r#"{"event.rowId": {"$exists": true}}"#;
    Type "$type" Field: "a type's name or number, or an array of them",
        "of the type: `double` `string` `object` `array` `bool` `null` `int` `long` `number`",
        r#"{"event.node.id": {"$type": "string"}}"#;
    Size "$size" Field: "a whole number, 0 or more", "an array with so many elements", r#"{"event.tagIds": {"$size": 2}}"#;
    All "$all" Field: "an array of values, or of `$elemMatch`", "`$eq` of each of them", r#"{"event.tagIds": {"$all": [1, 2]}}"#;
    ElemMatch "$elemMatch" Field: "operators, or a filter", "an array with one element that meets them all",
        r#"{"event.items": {"$elemMatch": {"price": {"$gt": 10}, "sold": false}}}"#;
    Mod "$mod" Field: "[divisor, remainder]", "a number that leaves the remainder; fractions are cut off", r#"{"event.rowId": {"$mod": [10, 0]}}"#;
    Regex "$regex" Field: "a pattern", "a string in which the pattern is found", r#"{"event.node.path": {"$regex": "/20[0-9]{2}/"}}"#;
    Options "$options" Field: "any of the letters `imsx`", "how `$regex` is read",
        r#"{"event.node.path": {"$regex": "\\.pdf$", "$options": "i"}}"#;
    StartsWith "$startsWith" Field: "a string", "a string that starts with it", r#"{"event.node.path": {"$startsWith": "/bob/"}}"#;
    EndsWith "$endsWith" Field: "a string", "a string that ends with it", r#"{"event.node.path": {"$endsWith": ".pdf"}}"#;
    Not "$not" Field: "operators", "the operators do not all hold", r#"{"time": {"$not": {"$lt": 1711971024}}}"#;
    And "$and" Top: "an array of filters", "all of them match", r#"{"$and": [{"a": 1}, {"a": 2}]}"#;
    Or "$or" Top: "an array of filters", "any of them matches", r#"{"$or": [{"user.uid": "bob"}, {"user": null}]}"#;
    Nor "$nor" Top: "an array of filters", "none of them matches", r#"{"$nor": [{"user.uid": "bob"}]}"#;
    Comment "$comment" Top: "any value", "nothing: a note for readers", r#"{"$comment": "no previews", "a": 1}"#;
};

/// Those of Nextcloud's evaluator.
pub(crate) const NEXTCLOUD: &[Operator] = table! {
    Eq "$e" Field: "any value", "equal, of the same type, and not null; a string in slashes is a pattern",
        r#"{"user.uid": {"$e": "bob"}}"#;
    Ne "$ne" Field: "any value", "not `$e`; one value of a list is enough", r#"{"user.uid": {"$ne": "bob"}}"#;
    Gt "$gt" Field: "any value", "greater, as PHP compares", r#"{"time": {"$gt": 1711971024}}"#;
    Gte "$gte" Field: "any value", "greater or equal, as PHP compares", r#"{"time": {"$gte": 1711971024}}"#;
    Lt "$lt" Field: "any value", "less, as PHP compares", r#"{"time": {"$lt": 1711971024}}"#;
    Lte "$lte" Field: "any value", "less or equal, as PHP compares", r#"{"time": {"$lte": 1711971024}}"#;
    In "$in" Field: "an array of values", "loosely equal to one of them: the string \"23\" equals 23",
        r#"{"user.uid": {"$in": ["bob", "alice"]}}"#;
    Nin "$nin" Field: "an array of values", "not `$in`; one value of a list is enough",
        r#"{"user.uid": {"$nin": ["bob", "alice"]}}"#;
    Exists "$exists" Field: "true or false", "there, and not null; or missing or null", r#"{"event.rowId": {"$exists": true}}"#;
    All "$all" Field: "an array of values", "an array that has each of them, compared as text",
        r#"{"event.tagIds": {"$all": [1, 2]}}"#;
    Mod "$mod" Field: "[divisor, remainder]", "a number that leaves the remainder; throws on text",
        r#"{"event.rowId": {"$mod": [10, 0]}}"#;
    Not "$not" Field: "operators", "the operators do not all hold", r#"{"time": {"$not": {"$lt": 1711971024}}}"#;
    Not "$not" Top: "a filter", "it does not match", r#"{"$not": {"user.uid": "bob"}}"#;
    And "$and" Top: "an array of filters", "all of them match", r#"{"$and": [{"a": 1}, {"a": 2}]}"#;
    Or "$or" Top: "an array of filters, not empty", "any of them matches",
        r#"{"$or": [{"user.uid": "bob"}, {"user.uid": "alice"}]}"#;
    Nor "$nor" Top: "an array of filters, not empty", "none of them matches", r#"{"$nor": [{"user.uid": "bob"}]}"#;
};

/// Every operator of the default dialect, in the order of the documentation;
/// [`Dialect::operators`](crate::Dialect::operators) has those of the others.
#[must_use]
pub fn operators() -> &'static [Operator] {
    OPERATORS
}

pub(crate) fn find(name: &str) -> Option<&'static Operator> {
    OPERATORS.iter().find(|operator| operator.name == name)
}

/// What was probably meant by a name that is none.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Guess {
    pub(crate) operator: &'static Operator,
    /// Whether it takes what the name takes where it comes from.
    pub(crate) same_operand: bool,
}

/// An alias of another language, or the operator with the fewest letters' difference; of two, the one
/// that can stand in the place.
pub(crate) fn guess(name: &str, place: OperatorPlace) -> Option<Guess> {
    if name.len() > MAX_GUESSED {
        return None;
    }
    let folded = name.to_ascii_lowercase();
    for (aliases, same_operand) in [(ALIASES, true), (RELATED, false)] {
        if let Some((_, meant)) = aliases.iter().find(|(alias, _)| *alias == folded) {
            return find(meant).map(|operator| Guess { operator, same_operand });
        }
    }
    OPERATORS
        .iter()
        .map(|operator| (strsim::osa_distance(&folded, &operator.name.to_ascii_lowercase()), operator))
        .filter(|(distance, operator)| *distance <= allowed_distance(operator.name))
        .min_by_key(|(distance, operator)| (*distance, operator.place != place))
        .map(|(_, operator)| Guess { operator, same_operand: true })
}

/// In bytes; nothing longer is like an operator.
const MAX_GUESSED: usize = 20;

/// In a short name a changed letter makes another word.
fn allowed_distance(name: &str) -> usize {
    match name.len() {
        ..=4 => 1,
        5..=8 => 2,
        _ => 3,
    }
}

/// What other systems call our operators.
pub(crate) const ALIASES: &[(&str, &str)] = &[
    ("$", "$eq"),
    ("$e", "$eq"),
    ("$=", "$eq"),
    ("$==", "$eq"),
    ("$is", "$eq"),
    ("$equals", "$eq"),
    ("$equal", "$eq"),
    ("$!=", "$ne"),
    ("$neq", "$ne"),
    ("$<>", "$ne"),
    ("$>", "$gt"),
    ("$>=", "$gte"),
    ("$ge", "$gte"),
    ("$<", "$lt"),
    ("$<=", "$lte"),
    ("$le", "$lte"),
    ("$notin", "$nin"),
    ("$not_in", "$nin"),
    ("$prefix", "$startsWith"),
    ("$suffix", "$endsWith"),
    ("$length", "$size"),
    ("$len", "$size"),
    ("$&&", "$and"),
    ("$||", "$or"),
];

/// What does in other systems what one of our operators does, with another operand.
pub(crate) const RELATED: &[(&str, &str)] = &[
    ("$contains", "$regex"),
    ("$like", "$regex"),
    ("$ilike", "$regex"),
    ("$match", "$regex"),
    ("$any", "$elemMatch"),
    ("$some", "$elemMatch"),
    ("$count", "$size"),
];

/// Operators of MongoDB that are left out on purpose, with the reason.
pub(crate) const UNSUPPORTED: &[(&str, &str)] = &[
    ("$expr", "a filter compares fields with values, not with each other"),
    ("$where", "a filter runs no code"),
    ("$date", EXTENDED_JSON),
    ("$oid", EXTENDED_JSON),
    ("$numberInt", EXTENDED_JSON),
    ("$numberLong", EXTENDED_JSON),
    ("$numberDouble", EXTENDED_JSON),
    ("$numberDecimal", EXTENDED_JSON),
    ("$regularExpression", EXTENDED_JSON),
    ("$function", "a filter runs no code"),
    ("$jsonSchema", "`$type` and `$exists` say most of it"),
    ("$text", "there is no text index; `$regex` searches in a string"),
    ("$rand", "a verdict depends on the event alone"),
    ("$sampleRate", "a verdict depends on the event alone"),
    ("$alwaysTrue", "`{}` matches every event"),
    ("$alwaysFalse", "`{\"$nor\": [{}]}` matches no event"),
    ("$bitsAllClear", "there are no bit operators"),
    ("$bitsAllSet", "there are no bit operators"),
    ("$bitsAnyClear", "there are no bit operators"),
    ("$bitsAnySet", "there are no bit operators"),
    ("$geoIntersects", "there are no geo operators"),
    ("$geoWithin", "there are no geo operators"),
    ("$geometry", "there are no geo operators"),
    ("$near", "there are no geo operators"),
    ("$nearSphere", "there are no geo operators"),
    ("$within", "there are no geo operators"),
    ("$box", "there are no geo operators"),
    ("$center", "there are no geo operators"),
    ("$centerSphere", "there are no geo operators"),
    ("$polygon", "there are no geo operators"),
    ("$maxDistance", "there are no geo operators"),
    ("$minDistance", "there are no geo operators"),
];

const EXTENDED_JSON: &str = "this is extended JSON; write the plain value";

pub(crate) fn unsupported(name: &str) -> Option<&'static str> {
    UNSUPPORTED.iter().find(|(unsupported, _)| *unsupported == name).map(|(_, reason)| *reason)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::Filter;

    /// Once a replacement is made, nothing is wrong with the operator itself.
    #[test]
    fn replacements_mend_what_they_replace() {
        let ours = OPERATORS.iter().map(|operator| operator.name);
        let misspelled = ours.flat_map(|name| [format!("{name}s"), name.replacen('$', "$x", 1)]);
        let aliases = ALIASES.iter().chain(RELATED).map(|(alias, _)| (*alias).to_owned());
        let mut replaced = 0;
        for name in aliases.chain(misspelled) {
            let filters = [
                format!(r#"{{"a": {{"{name}": 1}}}}"#),
                format!(r#"{{"{name}": [{{"a": 1}}]}}"#),
                format!(r#"{{"a": {{"$eq": 1, "{name}": 1}}}}"#),
                format!(r#"{{"a": {{"$regex": "x", "{name}": "i"}}}}"#),
                format!(r#"{{"a": {{"$elemMatch": {{"{name}": [{{"a": 1}}]}}}}}}"#),
            ];
            for text in filters {
                let error = Filter::compile(&text).unwrap_err();
                let problem = error.problems().iter().find(|problem| problem.replacement().is_some());
                let Some(replacement) = problem.and_then(|problem| problem.replacement()) else { continue };
                let mut mended = text.clone();
                mended.replace_range(replacement.range.clone(), &replacement.text);
                if let Err(error) = Filter::compile(&mended) {
                    let starts = error
                        .problems()
                        .iter()
                        .filter_map(|problem| problem.range())
                        .map(|range| range.start);
                    assert!(
                        !starts.into_iter().any(|start| start == replacement.range.start),
                        "{mended}\n{error}"
                    );
                }
                replaced += 1;
            }
        }
        assert!(replaced > 100, "{replaced}");
    }

    #[test]
    fn guesses() {
        for (typed, meant) in [
            ("$eqs", Some("$eq")),
            ("$EQ", Some("$eq")),
            ("$greater", None),
            ("$exist", Some("$exists")),
            ("$elemmatch", Some("$elemMatch")),
            ("$startswith", Some("$startsWith")),
            ("$regexp", Some("$regex")),
            ("$!=", Some("$ne")),
            ("$xyz", None),
        ] {
            let guess = guess(typed, OperatorPlace::Field);
            assert_eq!(guess.map(|guess| guess.operator.name), meant, "{typed}");
        }
    }

    #[test]
    fn of_two_guesses_the_one_that_fits_the_place() {
        let name = |typed, place| guess(typed, place).map(|guess| guess.operator.name);
        assert_eq!(name("$nof", OperatorPlace::Field), Some("$not"));
        assert_eq!(name("$nof", OperatorPlace::Top), Some("$nor"));
        assert_eq!(name("$ro", OperatorPlace::Field), Some("$or"));
    }

    #[test]
    fn every_example_compiles() {
        for operator in OPERATORS {
            assert!(operator.example.contains(operator.name), "{}", operator.name);
            crate::Filter::compile(operator.example).unwrap();
        }
    }

    #[test]
    fn aliases_lead_to_operators() {
        for (alias, meant) in ALIASES.iter().chain(RELATED) {
            assert!(find(meant).is_some() && find(alias).is_none(), "{alias}");
        }
    }
}
