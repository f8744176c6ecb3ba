#![allow(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;

use super::{Setting, SettingValue, read};

/// The values of an array, by its text.
fn values(array: &str) -> Vec<(String, SettingValue)> {
    let settings = read(&format!("<?php\n$CONFIG = {array};\n")).unwrap();
    settings.into_iter().map(|Setting { key, value, .. }| (key, value)).collect()
}

/// One value.
fn value(text: &str) -> SettingValue {
    let [(_, value)] = values(&format!("['key' => {text}]")).try_into().unwrap();
    value
}

fn string(text: &str) -> SettingValue {
    SettingValue::String(text.to_owned())
}

/// The message for a text.
fn error(text: &str) -> String {
    read(text).unwrap_err().to_string()
}

#[test]
fn a_file_as_nextcloud_writes_it() {
    let text = "<?php
$CONFIG = array (
  'instanceid' => 'oc1234567890',
  'trusted_domains' =>
  array (
    0 => 'localhost', // this one
    1 => 'cloud.example.org', # and that
  ),
  /* 'webhooks_secret' => 'old', */
  'version' => '31.0.4.1',
  'installed' => true,
  'maintenance' => false,
  'loglevel' => 2,
  'memcache.local' => '\\\\OC\\\\Memcache\\\\APCu',
  'redis' => [ 'host' => 'localhost', 'port' => 6379, 'timeout' => 0.5, ],
  'proxy' => NULL,
);
?>
";
    let settings = read(text).unwrap();
    let keys: Vec<&str> = settings.iter().map(|setting| setting.key.as_str()).collect();
    assert_eq!(
        keys,
        [
            "instanceid",
            "trusted_domains",
            "version",
            "installed",
            "maintenance",
            "loglevel",
            "memcache.local",
            "redis",
            "proxy"
        ]
    );
    assert_eq!(settings[1].value, SettingValue::Array);
    assert_eq!(settings[3].value, SettingValue::Boolean(true));
    assert_eq!(settings[5].value, SettingValue::Integer(2));
    assert_eq!(settings[6].value, string(r"\OC\Memcache\APCu"));
    assert_eq!(settings[8].value, SettingValue::Null);
    let position = settings[2].position.unwrap();
    assert_eq!((position.line, position.column), (10, 3));
}

#[test]
fn forms_of_arrays() {
    let expected = [("a".to_owned(), SettingValue::Integer(1)), ("b".to_owned(), SettingValue::Integer(2))];
    for array in [
        "array('a'=>1,'b'=>2)",
        "ARRAY( 'a' => 1, 'b' => 2, )",
        "['a' => 1, 'b' => 2]",
        "['a' => 1, 7 => 3, 'alone', 'b' => 2,]",
        "[/**/'a'/**/=>/**/1/**/,'b'//\n=>#\n2]",
    ] {
        assert_eq!(values(array), expected, "{array}");
    }
    assert_eq!(values("[]"), []);
    assert_eq!(values("array()"), []);
    // Keys of arrays in the array are theirs.
    assert_eq!(values("['a' => ['b' => ['c' => 1]]]"), [("a".to_owned(), SettingValue::Array)]);
}

#[test]
fn strings() {
    for (text, expected) in [
        (r"''", ""),
        (r"'it\'s'", "it's"),
        (r"'a\\b'", r"a\b"),
        (r"'a\nb'", r"a\nb"),
        (r"'$a {$b}'", "$a {$b}"),
        ("'two\nlines'", "two\nlines"),
        (r#""a\nb\tc\\d\"e\$f""#, "a\nb\tc\\d\"e$f"),
        (r#""\101\x41\u{41}\u{1F600}""#, "AAA\u{1f600}"),
        (r#""\0\7\x7""#, "\0\u{7}\u{7}"),
        (r#""\d\x\400""#, "\\d\\x\0"),
        (r#""\xc3\xa9""#, "é"),
        (r#""5 $ and 5$""#, "5 $ and 5$"),
        (r#""{a} $1""#, "{a} $1"),
        (r#""'""#, "'"),
        ("'Zoë'", "Zoë"),
    ] {
        assert_eq!(value(text), string(expected), "{text}");
    }
}

#[test]
fn numbers() {
    for (text, expected) in [
        ("0", 0),
        ("-1", -1),
        ("+1", 1),
        ("1_000", 1000),
        ("0x1F", 31),
        ("0b11", 3),
        ("0o17", 15),
        ("017", 15),
        ("9223372036854775807", i64::MAX),
        ("-9223372036854775808", i64::MIN),
    ] {
        assert_eq!(value(text), SettingValue::Integer(expected), "{text}");
    }
    for text in ["1.5", ".5", "1e3", "1.5E-3", "9223372036854775808"] {
        assert_eq!(value(text), SettingValue::Float, "{text}");
    }
}

#[test]
fn words() {
    for (text, expected) in [
        ("true", SettingValue::Boolean(true)),
        ("FALSE", SettingValue::Boolean(false)),
        ("Null", SettingValue::Null),
    ] {
        assert_eq!(value(text), expected, "{text}");
    }
}

/// Nothing is executed, and nothing passed over.
#[test]
fn everything_else_is_an_error() {
    for (array, message) in [
        ("['a' => $b]", "expected a value, found a variable at line 1, column 25"),
        ("['a' => __DIR__]", "expected a value, found a name at line 1, column 25"),
        ("['a' => getenv('B')]", "expected a value, found a name at line 1, column 25"),
        ("['a' => PHP_EOL]", "expected a value, found a name at line 1, column 25"),
        ("['a' => \\OC\\B::C]", "expected a value, found `\\` at line 1, column 25"),
        ("['a' => 'b' . 'c']", "expected `,` or `]`, found `.` at line 1, column 29"),
        ("['a' => 1 + 2]", "expected `,` or `]`, found `+` at line 1, column 27"),
        ("['a' => (int) 1]", "expected a value, found `(` at line 1, column 25"),
        ("['a' => <<<X\nb\nX]", "expected a value, found `<` at line 1, column 25"),
        ("['a' => \"$b\"]", "a variable in a string: nothing is executed at line 1, column 26"),
        ("['a' => \"{$b}\"]", "a variable in a string: nothing is executed at line 1, column 26"),
        ("['a' => \"${b}\"]", "a variable in a string: nothing is executed at line 1, column 26"),
        ("['a' => \"\\xff\"]", "a string that is not UTF-8 at line 1, column 25"),
        ("['a' => \"\\u{110000}\"]", "an escape that is no character at line 1, column 26"),
        ("['a' => 1__0]", "a number that cannot be read at line 1, column 25"),
        ("['a' => 12ab]", "a number that cannot be read at line 1, column 25"),
        ("['a' => 089]", "a number that cannot be read at line 1, column 25"),
        ("['a' => 'b' 'c']", "expected `,` or `]`, found a string at line 1, column 29"),
        ("['a' => 1)", "expected `,` or `]`, found `)` at line 1, column 26"),
        ("['a' => ,]", "expected a value, found `,` at line 1, column 25"),
        ("['a' => 1,,]", "expected a value, found `,` at line 1, column 27"),
        ("[...$b]", "a number that cannot be read at line 1, column 18"),
        ("[null => 1]", "expected a string or a number as the key, found null at line 1, column 18"),
        ("['a' => 'b", "a string without an end at line 1, column 25"),
        ("['a' => \"b", "a string without an end at line 1, column 25"),
        ("['a' => 1 /* b", "a comment without an end at line 1, column 27"),
        ("['a' => 1 // b ?> c\n]", "expected `,` or `]`, found `?` at line 1, column 32"),
        ("['a' => 1 #[b]\n]", "expected `,` or `]`, found `#` at line 1, column 27"),
        ("'a'", "expected `array(` or `[`, found a string at line 1, column 17"),
        ("array['a']", "expected `(`, found `[` at line 1, column 22"),
        ("['Zoë' => 1, 'a' => b]", "expected a value, found a name at line 1, column 37"),
    ] {
        assert_eq!(error(&format!("<?php $CONFIG = {array};")), message, "{array}");
    }
    for (text, message) in [
        ("", "expected `<?php`, found the end at line 1, column 1"),
        ("{}", "expected `<?php`, found `{` at line 1, column 1"),
        ("<?= 1", "expected `<?php`, found `<` at line 1, column 1"),
        ("<?php\n\n  $OTHER = [];", "expected `$CONFIG`, found a variable at line 3, column 3"),
        ("<?php $CONFIG['a'] = 1;", "expected `=`, found `[` at line 1, column 14"),
        ("<?php $CONFIG = []", "expected `;`, found the end at line 1, column 19"),
        (
            "<?php $CONFIG = [];\nunlink('a');",
            "expected the end: only `$CONFIG = array(…);` is read, and nothing executed, found a name at line 2, column 1",
        ),
        (
            "<?php $CONFIG = []; ?> <b>",
            "expected the end: only `$CONFIG = array(…);` is read, and nothing executed, found `<` at line 1, column 24",
        ),
    ] {
        assert_eq!(error(text), message, "{text}");
    }
}

#[test]
fn depth_is_bounded() {
    let nested = |depth: usize| format!("<?php $CONFIG = {}{};", "[".repeat(depth), "]".repeat(depth));
    assert!(read(&nested(64)).is_ok());
    assert_eq!(error(&nested(65)), "arrays are nested too deep at line 1, column 81");
    assert_eq!(error(&nested(1_000_000)), "arrays are nested too deep at line 1, column 81");
}

/// As `var_export` writes it, which is what Nextcloud uses.
fn exported(text: &str) -> String {
    format!("'{}'", text.replace('\\', r"\\").replace('\'', r"\'"))
}

proptest! {
    #[test]
    fn what_is_written_is_read(settings in prop::collection::vec((".*", ".*"), 0..8)) {
        let entries = settings.iter().map(|(key, value)| format!("{} => {},\n", exported(key), exported(value)));
        let text = format!("<?php\n$CONFIG = array (\n{});\n", entries.collect::<String>());
        let read = read(&text).unwrap().into_iter().map(|setting| (setting.key, setting.value));
        let expected = settings.into_iter().map(|(key, value)| (key, SettingValue::String(value)));
        prop_assert_eq!(read.collect::<Vec<_>>(), expected.collect::<Vec<_>>());
    }

    /// Whatever is read, nothing panics.
    #[test]
    fn any_text(text in r#"(<\?php \$CONFIG = )?[\[\]()'"\\a-z0-9$=>,;./*#? \n_-]{0,64}"#) {
        let _ = read(&text);
    }
}
