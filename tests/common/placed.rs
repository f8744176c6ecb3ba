//! Where the parts of an explanation stand.

use hooksieve::ExplanationNode;
use serde_json::{Map, Value};

/// Pointers and ranges lead to the same place in the filter.
pub(crate) fn assert_placed(node: &ExplanationNode, filter: &Value, text: &str) {
    let slice = &text[node.range().unwrap()];
    let value = serde_json::from_str::<Value>(slice).unwrap_or_else(|_| {
        let member: Map<String, Value> = serde_json::from_str(&format!("{{{slice}}}")).unwrap();
        member.into_iter().next().unwrap().1
    });
    assert_eq!(filter.pointer(node.pointer()), Some(&value), "{text}\n{node:?}");
    if let Some(range) = node.operand_range() {
        assert_eq!(serde_json::from_str::<Value>(&text[range]).unwrap(), value);
    }
    node.parts().iter().for_each(|part| assert_placed(part, filter, text));
}
