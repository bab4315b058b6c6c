//! The argument `--data`.

use serde_json::{Map, Value};

/// Reads a JSON object, or `key=value` with the value as a string.
///
/// # Errors
/// A sentence that says what was expected.
pub(crate) fn parse(text: &str) -> Result<Map<String, Value>, String> {
    if text.trim_start().starts_with('{') {
        return serde_json::from_str(text).map_err(|error| format!("not a JSON object: {error}"));
    }
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => {
            Ok(Map::from_iter([(key.to_owned(), Value::String(value.to_owned()))]))
        }
        _ => Err("expected a JSON object like {\"table\": 4}, or key=value".into()),
    }
}

/// All of them as one object, later ones winning. `None` if there are none: absent is not empty.
pub(crate) fn merged(parts: Vec<Map<String, Value>>) -> Option<Map<String, Value>> {
    parts.into_iter().reduce(|mut all, part| {
        all.extend(part);
        all
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn data_is_an_object_or_a_key_and_a_string() {
        assert_eq!(parse(r#" {"table": 4}"#).map(Value::from), Ok(json!({"table": 4})));
        assert_eq!(parse("url=a=b").map(Value::from), Ok(json!({"url": "a=b"})));
        assert_eq!(parse("n=42").map(Value::from), Ok(json!({"n": "42"})), "a value is never guessed at");
        for wrong in ["", "=x", "[1]", "42", r#"{"a""#] {
            assert!(parse(wrong).is_err(), "{wrong:?} names no field");
        }
    }

    #[test]
    fn several_make_one_object() {
        let all = ["a=1", "b=2", r#"{"a": 3}"#].map(|text| parse(text).expect("well formed"));
        assert_eq!(merged(all.into()).map(Value::from), Some(json!({"a": 3, "b": "2"})));
        assert_eq!(merged(vec![]), None);
    }
}
