//! JSON Schema, as far as the schema of catalogs uses it.

use serde_json::Value;

const SCHEMA: &str = include_str!("../../docs/catalog.schema.json");

/// What the schema says against a file.
pub(crate) fn problems(file: &Value) -> Vec<String> {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let mut problems = Vec::new();
    validate(&schema, &schema, file, "", &mut problems);
    problems
}

/// The part of JSON Schema that the schema uses; fails on any other keyword.
fn validate(root: &Value, schema: &Value, value: &Value, at: &str, problems: &mut Vec<String>) {
    for (keyword, operand) in schema.as_object().unwrap() {
        match &**keyword {
            "$schema" | "$defs" | "title" | "description" => {}
            "$ref" => {
                let target = root.pointer(operand.as_str().unwrap().trim_start_matches('#')).unwrap();
                validate(root, target, value, at, problems);
            }
            "type" => {
                let is = |name: &Value| match name.as_str().unwrap() {
                    "null" => value.is_null(),
                    "boolean" => value.is_boolean(),
                    "number" => value.is_number(),
                    "string" => value.is_string(),
                    "array" => value.is_array(),
                    "object" => value.is_object(),
                    other => panic!("{other}"),
                };
                let is_one = operand.as_array().map_or_else(|| is(operand), |names| names.iter().any(is));
                problems.extend((!is_one).then(|| format!("{at}: type")));
            }
            "anyOf" => {
                let is_one = operand.as_array().unwrap().iter().any(|schema| {
                    let mut inside = Vec::new();
                    validate(root, schema, value, at, &mut inside);
                    inside.is_empty()
                });
                problems.extend((!is_one).then(|| format!("{at}: anyOf")));
            }
            "required" => {
                for key in operand.as_array().unwrap() {
                    let is_missing =
                        value.as_object().is_some_and(|members| !members.contains_key(key.as_str().unwrap()));
                    problems.extend(is_missing.then(|| format!("{at}: {key} is missing")));
                }
            }
            "items" => {
                for (index, element) in value.as_array().into_iter().flatten().enumerate() {
                    validate(root, operand, element, &format!("{at}/{index}"), problems);
                }
            }
            "minItems" => {
                let is_short = value
                    .as_array()
                    .is_some_and(|elements| (elements.len() as u64) < operand.as_u64().unwrap());
                problems.extend(is_short.then(|| format!("{at}: minItems")));
            }
            "properties" => {
                for (key, value) in value.as_object().into_iter().flatten() {
                    if let Some(schema) = operand.get(key) {
                        validate(root, schema, value, &format!("{at}/{key}"), problems);
                    }
                }
            }
            "additionalProperties" => {
                let known = schema.get("properties");
                for (key, value) in value.as_object().into_iter().flatten() {
                    if known.is_some_and(|known| known.get(key).is_some()) {
                    } else if operand == false {
                        problems.push(format!("{at}: {key} is unknown"));
                    } else {
                        validate(root, operand, value, &format!("{at}/{key}"), problems);
                    }
                }
            }
            other => panic!("{other}"),
        }
    }
}
