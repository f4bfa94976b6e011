//! JSON bodies: bounded, strict about their keys, and clear about what is wrong with them.

use axum::extract::{FromRequest, Request};
use axum::http::{StatusCode, header};
use serde::de::DeserializeOwned;

use super::body::read_body;
use crate::http::error::ApiError;
use crate::state::App;

/// A body in JSON.
pub(crate) struct Json<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<App> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &App) -> Result<Self, ApiError> {
        let kind = request.headers().get(header::CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        if !kind.eq_ignore_ascii_case("application/json") {
            let detail = "The body must be JSON: send Content-Type: application/json.";
            let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
            return Err(ApiError::new(status, "body_invalid", detail));
        }
        let body = read_body(app, request).await?;
        read(&body).map(Self)
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| explain(&error))?;
    reader
        .end()
        .map_err(|_| ApiError::body("There is something after the end of the JSON."))?;
    Ok(value)
}

fn explain(error: &serde_path_to_error::Error<serde_json::Error>) -> ApiError {
    let cause = error.inner().to_string();
    // serde_json ends with "at line 1 column 9", which helps nobody who built the body by program.
    let cause = cause.split(" at line ").next().unwrap_or_default();
    let quoted = |start| Some(cause.strip_prefix(start)?.split('`').next()?.to_owned());
    if let Some(field) = quoted("unknown field `") {
        let detail = format!("There is no field `{field}` here.");
        return ApiError::new(StatusCode::BAD_REQUEST, "field_unknown", detail).field(field);
    }
    if let Some(field) = quoted("missing field `") {
        return ApiError::body(format!("The field `{field}` is missing.")).field(field);
    }
    let path = error.path().to_string();
    if path == "." || error.inner().is_syntax() || error.inner().is_eof() {
        return ApiError::body(format!("The body is not the JSON that is needed: {cause}."));
    }
    ApiError::body(format!("The field `{path}` cannot be read: {cause}.")).field(path)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read")]
    struct Body {
        text: String,
        value: Option<i64>,
    }

    fn check(body: &str, expected: &Expect) {
        let shown = match read::<Body>(body.as_bytes()) {
            Ok(body) => format!("{body:?}"),
            Err(error) => format!("{} {:?}: {}", error.code, error.field, error.detail),
        };
        expected.assert_eq(&shown);
    }

    #[test]
    fn what_is_wrong_with_a_body_is_said() {
        check(
            r#"{"text": "a"}"#,
            &expect![[r#"Body { text: "a", value: None }"#]],
        );
        check(
            r#"{"text": "a", "role": "owner"}"#,
            &expect![[r#"field_unknown Some("role"): There is no field `role` here."#]],
        );
        check(
            r"{}",
            &expect![[r#"body_invalid Some("text"): The field `text` is missing."#]],
        );
        check(
            r#"{"text": "a", "value": "x"}"#,
            &expect![[
                r#"body_invalid Some("value"): The field `value` cannot be read: invalid type: string "x", expected i64."#
            ]],
        );
        check(
            "{",
            &expect![
                "body_invalid None: The body is not the JSON that is needed: EOF while parsing an object."
            ],
        );
        check(
            r#"{"text": "a"} b"#,
            &expect!["body_invalid None: There is something after the end of the JSON."],
        );
    }
}
