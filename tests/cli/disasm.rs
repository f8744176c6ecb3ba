//! `hooksieve disasm`

use hooksieve::Filter;

use crate::{Folder, run};

const FILTER: &str = r#"{"$nor": [{"a": 1}, {"b": {"$in": [1, 2, 3]}}]}"#;

#[test]
fn prints_the_listing() {
    let listing = Filter::compile(FILTER).unwrap().program().to_string();
    let folder = Folder::new().with("filter.json", FILTER);
    for filter in [FILTER, "@filter.json"] {
        let run = folder.run(&["disasm", filter]);
        assert_eq!(run.stdout(), format!("{}\n", listing.trim_end()));
        assert_eq!((run.exit, run.stderr.as_str()), (0, ""));
    }
}

#[test]
fn a_refused_filter_is_shown() {
    assert!(run(&["disasm", r#"{"$xor": []}"#]).refused().starts_with("error[unknown-operator]: "));
    insta::assert_snapshot!(run(&["disasm", "@missing.json"]).refused(), @"error: cannot read the filter `missing.json`: No such file or directory (os error 2)");
}
