//! One catalogue over another.

use serde_json::Value;

/// Lay `own` over `words`: what it has is taken, and what it lacks stays.
pub(crate) fn lay_over(words: &mut Value, own: Value) {
    match (words, own) {
        (Value::Object(words), Value::Object(own)) => {
            for (key, value) in own {
                lay_over(words.entry(key).or_insert(Value::Null), value);
            }
        }
        (words, own) => *words = own,
    }
}
