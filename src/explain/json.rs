//! An explanation for programs. `docs/explain.md` describes the form.

use std::ops::Range;

use serde_json::{Map, Value, json};

use super::describe::Excerpt;
use super::{Condition, Explanation, ExplanationNode, MissingField, NodeKind, ReachedValue};

impl NodeKind {
    /// Its name in the JSON form: `all`, `elemMatch`, …
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::And => "and",
            Self::Or => "or",
            Self::Nor => "nor",
            Self::Field => "field",
            Self::Not => "not",
            Self::AllOf => "allOf",
            Self::ElemMatch => "elemMatch",
            Self::Element => "element",
            Self::Condition => "condition",
            Self::Comment => "comment",
            Self::Unknown => "unknown",
            Self::Invalid => "invalid",
            Self::Program => "program",
            Self::Test => "test",
        }
    }
}

pub(super) fn explanation(explanation: &Explanation) -> Value {
    let mut object = Object::default();
    object.put_outcome("matches", &explanation.root);
    object.put("reason", explanation.reason());
    object.put("root", node(&explanation.root));
    Value::Object(object.0)
}

fn node(node: &ExplanationNode) -> Value {
    let mut object = Object::default();
    object.put("kind", node.kind.as_str());
    object.put_outcome("verdict", node);
    if !node.is_reached {
        object.put("isReached", false);
    }
    object.put("sentence", &*node.sentence);
    object.put("pointer", &*node.pointer);
    if let Some(range) = &node.range {
        object.put_range("range", range);
    }
    if let Some(element) = &node.element {
        object.put("element", &**element);
    }
    if let Some(operator) = node.operator() {
        object.put("operator", operator);
    }
    if let Some(condition) = &node.condition {
        put_condition(&mut object, condition);
    }
    object.put_list("parts", node.parts.iter().map(self::node), node.more_parts, "moreParts");
    Value::Object(object.0)
}

fn put_condition(object: &mut Object, condition: &Condition) {
    object.put("path", &*condition.path);
    if let Some(operand) = &condition.operand {
        object.put_excerpt("operand", operand);
    }
    if let Some(range) = &condition.operand_range {
        object.put_range("operandRange", range);
    }
    if condition.is_literal {
        object.put("isLiteral", true);
    }
    if let Some(options) = &condition.options {
        object.put("options", &**options);
    }
    object.put_list("values", condition.values.iter().map(value), condition.more_values, "moreValues");
    object.put_list("missing", condition.missing.iter().map(missing), condition.more_missing, "moreMissing");
}

fn value(value: &ReachedValue) -> Value {
    let mut object = Object::default();
    object.put("pointer", &*value.pointer);
    object.put("type", value.type_name);
    if let Some(excerpt) = &value.excerpt {
        object.put_excerpt("value", excerpt);
    }
    object.put("passes", value.passes);
    Value::Object(object.0)
}

fn missing(missing: &MissingField) -> Value {
    let mut object = Object::default();
    object.put("pointer", &*missing.pointer);
    object.put("type", missing.type_name);
    object.put("segment", &*missing.segment);
    if let Some(suggestion) = &missing.suggestion {
        object.put("suggestion", &**suggestion);
    }
    Value::Object(object.0)
}

#[derive(Default)]
struct Object(Map<String, Value>);

impl Object {
    fn put(&mut self, key: &str, value: impl Into<Value>) {
        self.0.insert(key.to_owned(), value.into());
    }

    /// What throws is neither true nor false.
    fn put_outcome(&mut self, key: &str, node: &ExplanationNode) {
        match &node.throws {
            None => self.put(key, node.verdict),
            Some(thrown) => {
                self.put(key, Value::Null);
                self.put("throws", thrown.reason());
            }
        }
    }

    fn put_range(&mut self, key: &str, range: &Range<usize>) {
        self.put(key, json!({ "start": range.start, "end": range.end }));
    }

    fn put_excerpt(&mut self, key: &str, excerpt: &Excerpt) {
        self.put(key, &*excerpt.text);
        if excerpt.is_cut {
            self.put("isCut", true);
        }
    }

    /// Nothing where there is nothing.
    fn put_list(&mut self, key: &str, list: impl Iterator<Item = Value>, more: usize, more_key: &str) {
        let list: Vec<Value> = list.collect();
        if !list.is_empty() {
            self.put(key, list);
        }
        if more > 0 {
            self.put(more_key, more);
        }
    }
}
