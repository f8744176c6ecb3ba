//! The one table of lints: the documentation is made from it.

use std::fmt;

/// What a lint is about, with its documentation. [`as_str`](Self::as_str) is stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LintCode {
    /// No event matches.
    NeverMatches,
    /// Every event matches.
    AlwaysMatches,
    /// Only an event with an array matches.
    OnlyAnArray,
    /// Events of the class have no such field.
    UnknownField,
    /// The field is one of another system's events.
    OtherEnvelope,
    /// The name is almost that of a known field.
    MisspelledField,
    /// A known name has dots, which are taken for steps.
    UnescapedDot,
    /// The field never has a value of this type.
    TypeMismatch,
    /// A number is given as a string.
    NumberAsString,
    /// A time is not in seconds since 1970.
    TimeFormat,
    /// A string between slashes is no pattern.
    LooksLikeRegex,
    /// The path of a folder, where paths of files are; or not a path as they are in events.
    FolderPath,
    /// The whole object or array has to be equal.
    ExactLiteral,
    /// Conditions on an array need not be met by one element.
    DifferentElements,
    /// A negation holds where the field is missing, too.
    MissingMatches,
    /// A pattern says no more than `$startsWith` or `$endsWith`.
    PlainPattern,
    /// The same is said twice.
    RepeatedCondition,
    /// It follows from something else.
    ImpliedCondition,
    /// Nextcloud's evaluator throws on it.
    ThrowsInNextcloud,
    /// It says nothing to Nextcloud's evaluator.
    AlwaysInNextcloud,
    /// Nextcloud's evaluator takes a string for a pattern.
    PatternInNextcloud,
    /// Nextcloud's evaluator compares as PHP's `==` and `<` do.
    LooseInNextcloud,
    /// Nextcloud's evaluator does not tell null from a missing field.
    NullInNextcloud,
    /// Nextcloud's evaluator walks the path in another way.
    PathInNextcloud,
}

/// A row of the table.
struct Row {
    code: LintCode,
    name: &'static str,
    title: &'static str,
    explanation: &'static str,
    /// The class of the events, where the lint needs it; a filter that gets the lint, and a better one.
    example: (Option<&'static str>, &'static str, &'static str),
}

const TABLE: &[Row] = &[
    Row {
        code: LintCode::NeverMatches,
        name: "never-matches",
        title: "no event matches",
        explanation: "The conditions contradict each other, or one of them cannot hold, so the webhook would never fire. \
            An error where the filter as a whole never matches, a warning where a part of it never does. This is \
            proven, not guessed: where an array could give each condition an element of its own, the lint is \
            [`only-an-array`](#only-an-array).",
        example: (
            None,
            r#"{"user.uid": "bob", "$nor": [{"user.uid": {"$in": ["bob", "alice"]}}]}"#,
            r#"{"user.uid": "bob"}"#,
        ),
    },
    Row {
        code: LintCode::AlwaysMatches,
        name: "always-matches",
        title: "every event matches",
        explanation: "A condition that always holds selects nothing. `$nin` of an empty list holds for everything, and so \
            does `$or` with `{}` in it. If every event is wanted, say so: `{}`.",
        example: (None, r#"{"$or": [{"user.uid": "bob"}, {}]}"#, r#"{"user.uid": "bob"}"#),
    },
    Row {
        code: LintCode::OnlyAnArray,
        name: "only-an-array",
        title: "only an array could match",
        explanation: "No single value meets these conditions. They can hold only where the field is an array, in which \
            each condition may be met by another element. If the field is an array, `$all` or `$elemMatch` says what is \
            meant; if not, the filter never matches. With the class of the events (`--event`), the lint knows which.",
        example: (
            None,
            r#"{"event.rowId": {"$gt": 5, "$lt": 3}}"#,
            r#"{"event.rowId": {"$gt": 3, "$lt": 5}}"#,
        ),
    },
    Row {
        code: LintCode::UnknownField,
        name: "unknown-field",
        title: "events of this class have no such field",
        explanation: "A field that is not there equals nothing but `null`, so a condition on it never holds, and its \
            negation always does. An error where the filter as a whole can never match.",
        example: (
            Some("NodeWrittenEvent"),
            r#"{"event.node.paht": "/bob/files/report.pdf"}"#,
            r#"{"event.node.path": "/bob/files/report.pdf"}"#,
        ),
    },
    Row {
        code: LintCode::OtherEnvelope,
        name: "other-envelope",
        title: "the field is one of another system's events",
        explanation: "What a filter is applied to depends on the app that sends the event: Nextcloud wraps its events as \
            `{\"event\": …, \"user\": …, \"time\": …}`, OpenRegister as `{\"event\": …, \"data\": …}`. A path that is right \
            in one of them finds nothing in the other.",
        example: (Some("RowAddedEvent"), r#"{"data.object.schema": "x"}"#, r#"{"event.tableId": 42}"#),
    },
    Row {
        code: LintCode::MisspelledField,
        name: "misspelled-field",
        title: "almost the name of a known field",
        explanation: "Here events may have fields that are not documented, so the name could be right; but it is one \
            letter away from a known one.",
        example: (
            Some("CalendarObjectCreatedEvent"),
            r#"{"calendarData.prinicpaluri": "principals/users/bob"}"#,
            r#"{"calendarData.principaluri": "principals/users/bob"}"#,
        ),
    },
    Row {
        code: LintCode::UnescapedDot,
        name: "unescaped-dot",
        title: "a dot that belongs to the name",
        explanation: "In a path a dot leads one step further in. Where it belongs to the name of a field it is written \
            `\\.`, and since JSON has a use for the backslash, too, `\\\\.`.",
        example: (
            Some("CalendarObjectCreatedEvent"),
            r#"{"calendarData.{http://nextcloud.com/ns}owner-displayname": "bob"}"#,
            r#"{"calendarData.{http://nextcloud\\.com/ns}owner-displayname": "bob"}"#,
        ),
    },
    Row {
        code: LintCode::TypeMismatch,
        name: "type-mismatch",
        title: "the field never has a value of this type",
        explanation: "Types do not mix: the string `\"23\"` is not the number `23`, and nothing of one type is less or \
            greater than anything of another. An error where the filter as a whole can never match.",
        example: (Some("RowAddedEvent"), r#"{"event.tableId": "42"}"#, r#"{"event.tableId": 42}"#),
    },
    Row {
        code: LintCode::NumberAsString,
        name: "number-as-string",
        title: "a number in quotes",
        explanation: "The string `\"23\"` never equals the number `23`. Ids are numbers in most events, also in some where \
            they are documented as strings. If in doubt, list both.",
        example: (None, r#"{"event.node.id": "437"}"#, r#"{"event.node.id": {"$in": [437, "437"]}}"#),
    },
    Row {
        code: LintCode::TimeFormat,
        name: "time-format",
        title: "a time that is not in seconds since 1970",
        explanation: "`time` counts seconds since 1970. A number that large counts milliseconds, which lies thousands of \
            years ahead; and a text such as `2024-04-01T11:30:24Z` equals no number and is not less or greater than one.",
        example: (None, r#"{"time": {"$gt": "2024-04-01T11:30:24Z"}}"#, r#"{"time": {"$gt": 1711971024}}"#),
    },
    Row {
        code: LintCode::LooksLikeRegex,
        name: "looks-like-regex",
        title: "a string between slashes is no pattern",
        explanation: "JSON has no patterns: `\"/pdf$/i\"` is a string of seven characters, and only a field that is exactly \
            these equals it. Patterns are written with `$regex` and `$options`, and without slashes around them.",
        example: (
            None,
            r#"{"event.node.path": "/\\.pdf$/i"}"#,
            r#"{"event.node.path": {"$regex": "\\.pdf$", "$options": "i"}}"#,
        ),
    },
    Row {
        code: LintCode::FolderPath,
        name: "folder-path",
        title: "equal to a folder, not inside of it",
        explanation: "An equality with the path of a folder holds for events of the folder itself. What is in it has longer \
            paths, which start with the folder's and a slash. Paths begin with a slash and the user, \
            `/bob/files/report.pdf`, and never end with a slash.",
        example: (
            None,
            r#"{"event.node.path": "/bob/files/Documents"}"#,
            r#"{"event.node.path": {"$startsWith": "/bob/files/Documents/"}}"#,
        ),
    },
    Row {
        code: LintCode::ExactLiteral,
        name: "exact-literal",
        title: "the whole object or array has to be equal",
        explanation: "An object equals only an object with the same members in the same order and no others; an array only \
            an array with the same elements. To look at some members of an object, use paths. To ask what is in an array, \
            use `$all`, `$in` or `$elemMatch`.",
        example: (None, r#"{"user": {"uid": "bob"}}"#, r#"{"user.uid": "bob"}"#),
    },
    Row {
        code: LintCode::DifferentElements,
        name: "different-elements",
        title: "the conditions need not be met by one element",
        explanation: "A condition on an array holds where any element meets it, each condition for itself. So two of them \
            may be met by two different elements. `$elemMatch` asks for one element that meets them all.",
        example: (
            Some("CalendarObjectCreatedEvent"),
            r#"{"shares.href": "principal:principals/users/bob", "shares.readOnly": true}"#,
            r#"{"shares": {"$elemMatch": {"href": "principal:principals/users/bob", "readOnly": true}}}"#,
        ),
    },
    Row {
        code: LintCode::MissingMatches,
        name: "missing-matches",
        title: "also holds where the field is missing",
        explanation: "`$ne`, `$nin` and `$not` ask that no value is like this, which is true where there is none. If the \
            field has to be there, say so with `$exists`.",
        example: (
            Some("NodeWrittenEvent"),
            r#"{"event.node.id": {"$ne": 437}}"#,
            r#"{"event.node.id": {"$ne": 437, "$exists": true}}"#,
        ),
    },
    Row {
        code: LintCode::PlainPattern,
        name: "plain-pattern",
        title: "`$startsWith` or `$endsWith` says the same",
        explanation: "They need no escapes, and so leave nothing to get wrong. (`$` in a pattern also holds before a line \
            break at the end of the text.)",
        example: (
            None,
            r#"{"event.node.path": {"$regex": "\\.pdf$"}}"#,
            r#"{"event.node.path": {"$endsWith": ".pdf"}}"#,
        ),
    },
    Row {
        code: LintCode::RepeatedCondition,
        name: "repeated-condition",
        title: "the same is said twice",
        explanation: "It changes nothing. Often the second was meant to be another one.",
        example: (
            None,
            r#"{"$or": [{"user.uid": "bob"}, {"user.uid": "bob"}]}"#,
            r#"{"user.uid": {"$in": ["bob", "alice"]}}"#,
        ),
    },
    Row {
        code: LintCode::ImpliedCondition,
        name: "implied-condition",
        title: "it follows from another condition",
        explanation: "Where all of several conditions must hold, one that follows from another can be left out; where any \
            of them will do, one from which another follows can.",
        example: (
            None,
            r#"{"time": {"$gt": 1711971024, "$gte": 1700000000}}"#,
            r#"{"time": {"$gt": 1711971024}}"#,
        ),
    },
    Row {
        code: LintCode::ThrowsInNextcloud,
        name: "throws-in-nextcloud",
        title: "Nextcloud's evaluator throws on it",
        explanation: "It knows `$e`, `$ne`, `$gt`, `$gte`, `$lt`, `$lte`, `$in`, `$nin`, `$all`, `$exists`, `$mod`, `$not`, `$and`, \
            `$or` and `$nor`; what else begins with `$` is an error once it is reached, and so is an array or an object in \
            the place of a value. The server then calls neither this listener nor those of the event that come after it.",
        example: (
            Some("NodeWrittenEvent"),
            r#"{"event.node.path": {"$startsWith": "/bob/files/Documents/"}}"#,
            r#"{"event.node.path": {"$gte": "/bob/files/Documents/", "$lt": "/bob/files/Documents0"}}"#,
        ),
    },
    Row {
        code: LintCode::AlwaysInNextcloud,
        name: "always-in-nextcloud",
        title: "holds for everything in Nextcloud",
        explanation: "`{}` and `[]` are values in the default dialect. To Nextcloud's evaluator both are operators of which \
            there are none, so nothing is asked.",
        example: (None, r#"{"event.values": []}"#, "{}"),
    },
    Row {
        code: LintCode::PatternInNextcloud,
        name: "pattern-in-nextcloud",
        title: "read as a pattern in Nextcloud",
        explanation: "A string that begins with a slash, and has another one behind which only letters stand, is a regular \
            expression to Nextcloud's evaluator. Paths of files look like this. Where the letters are no modifiers that PHP \
            knows, nothing matches, not even the string itself. In a list, no string is a pattern.",
        example: (
            Some("NodeWrittenEvent"),
            r#"{"event.node.path": "/admin/files/Documents"}"#,
            r#"{"event.node.path": {"$in": ["/admin/files/Documents"]}}"#,
        ),
    },
    Row {
        code: LintCode::LooseInNextcloud,
        name: "loose-in-nextcloud",
        title: "compared loosely in Nextcloud",
        explanation: "In lists, in arrays and for less and greater, Nextcloud's evaluator compares as PHP's `==` and `<` do: \
            `\"23\"` is 23, `true` is whatever is not empty, and any array is greater than a number. Elsewhere it is strict, \
            so that 1 and 1.0 are two. With the class of the events (`--event`), only what can occur is reported.",
        example: (
            Some("NodeWrittenEvent"),
            r#"{"event.node.id": {"$in": [437, "437"]}}"#,
            r#"{"$or": [{"event.node.id": 437}, {"event.node.id": "437"}]}"#,
        ),
    },
    Row {
        code: LintCode::NullInNextcloud,
        name: "null-in-nextcloud",
        title: "null and missing are the same in Nextcloud",
        explanation: "A field that is null is missing for Nextcloud's evaluator: `$exists` does not hold for it. And nothing \
            equals null, not even null.",
        example: (
            Some("NodeWrittenEvent"),
            r#"{"user.uid": null}"#,
            r#"{"user.uid": {"$not": {"$ne": null}}}"#,
        ),
    },
    Row {
        code: LintCode::PathInNextcloud,
        name: "path-in-nextcloud",
        title: "the path leads elsewhere in Nextcloud",
        explanation: "Nextcloud's evaluator splits a path at every dot, and `\\.` does not help. A value whose key `0` is set is a \
            list, of which it tries each element, to any depth; a number in the path is no index. A negation holds if it \
            does for any element. It throws on a list of other things than objects. Where the keys of an object are not known, \
            `0` may be one of them.",
        example: (Some("RowAddedEvent"), r#"{"event.values.3": "done"}"#, r#"{"event.tableId": 42}"#),
    },
];

impl LintCode {
    /// Every code, in the order of the documentation.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|row| row.code)
    }

    fn row(self) -> Option<&'static Row> {
        TABLE.iter().find(|row| row.code == self)
    }

    /// The stable name, in kebab case: `never-matches`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.row().map_or("", |row| row.name)
    }

    /// What is wrong, in a line.
    #[must_use]
    pub fn title(self) -> &'static str {
        self.row().map_or("", |row| row.title)
    }

    /// What it means, and what to do; in Markdown.
    #[must_use]
    pub fn explanation(self) -> &'static str {
        self.row().map_or("", |row| row.explanation)
    }

    /// A filter that gets the lint.
    #[must_use]
    pub fn example(self) -> &'static str {
        self.row().map_or("", |row| row.example.1)
    }

    /// Whether it is about another dialect's reading of the filter: reported by
    /// [`lint_portability`](crate::lint_portability), not by [`lint`](crate::lint()).
    #[must_use]
    pub fn is_about_portability(self) -> bool {
        matches!(
            self,
            Self::ThrowsInNextcloud
                | Self::AlwaysInNextcloud
                | Self::PatternInNextcloud
                | Self::LooseInNextcloud
                | Self::NullInNextcloud
                | Self::PathInNextcloud
        )
    }

    /// What the example should be instead.
    #[must_use]
    pub fn better(self) -> &'static str {
        self.row().map_or("", |row| row.example.2)
    }

    /// The builtin event class that the example is for, where the lint needs to know one: the last
    /// segment of its name.
    #[must_use]
    pub fn example_class(self) -> Option<&'static str> {
        self.row().and_then(|row| row.example.0)
    }
}

impl fmt::Display for LintCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
