//! One catalogue over another.

use serde_json::Value;

/// Lay `own` over `words`: what it has is taken, and what it lacks stays.
pub(crate) fn lay_over(texts: &mut Value, own: Value) {
    match (texts, own) {
        (Value::Object(texts), Value::Object(own)) => {
            for (key, value) in own {
                lay_over(texts.entry(key).or_insert(Value::Null), value);
            }
        }
        (texts, own) => *texts = own,
    }
}
