//! One value of a row, on its way between database and file.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use rejoinder_core::{CommentId, SafeHtml, Time};
use serde_json::Value as Json;
use url::Url;

use super::tables::Holds;
use crate::database::error::StoreError;
use crate::discussion::stored::shown;
use crate::{Result, Row, Value};

/// The next value of `row` as the file has it; `null` is none.
pub(super) fn written(row: &Row<'_>, holds: Holds) -> Result<Json> {
    Ok(match holds {
        Holds::Id => row
            .next::<Option<CommentId>>()?
            .map(|id| id.to_string())
            .into(),
        Holds::Number => row.next::<Option<i64>>()?.into(),
        Holds::Time => row.next::<Option<Time>>()?.map_or(Json::Null, time),
        Holds::Text | Holds::Address | Holds::Html => row.next::<Option<String>>()?.into(),
        Holds::Rendered => {
            let (text, kept): (Option<String>, _) = (row.next()?, row.next()?);
            text.map(|text| shown(&text, kept).into_string()).into()
        }
        Holds::Json => match row.next::<Option<String>>()? {
            Some(text) => {
                serde_json::from_str(&text).map_err(|error| StoreError::Internal(error.into()))?
            }
            None => Json::Null,
        },
        Holds::Bytes => row
            .next::<Option<Vec<u8>>>()?
            .map(|bytes| BASE64.encode(bytes))
            .into(),
    })
}

/// A time that no calendar has is the number of its microseconds.
fn time(time: Time) -> Json {
    let precise = time.precise();
    match precise.parse() {
        Ok(read) if time == read => precise.into(),
        _ => time.micros().into(),
    }
}

/// `value` as the database has it, or what it should have been.
pub(super) fn stored(
    value: Json,
    holds: Holds,
) -> std::result::Result<Value<'static>, &'static str> {
    if value.is_null() {
        return Ok(Value::Null);
    }
    match (holds, value) {
        (Holds::Id, Json::String(id)) => match id.parse::<CommentId>() {
            Ok(id) => Ok(Value::Int(id.0)),
            Err(_) => Err("an id of 13 letters and digits"),
        },
        (Holds::Id, _) => Err("an id of 13 letters and digits"),
        (Holds::Number, value) => value.as_i64().map(Value::Int).ok_or("a whole number"),
        (Holds::Time, Json::String(time)) => match time.parse::<Time>() {
            Ok(time) => Ok(Value::from(time)),
            Err(_) => Err("a time such as 2026-11-23T05:24:00Z"),
        },
        (Holds::Time, value) => value
            .as_i64()
            .map(Value::Int)
            .ok_or("a time such as 2026-11-23T05:24:00Z"),
        (Holds::Json, value) => Ok(Value::from(value.to_string())),
        // PostgreSQL has no such character in any text.
        (Holds::Text | Holds::Rendered | Holds::Html, Json::String(text))
            if text.contains('\0') =>
        {
            Err("a text without NUL")
        }
        (Holds::Text | Holds::Rendered, Json::String(text)) => Ok(Value::from(text)),
        // Whoever follows a link runs what another scheme says.
        (Holds::Address, Json::String(text)) if is_web_address(&text) => Ok(Value::from(text)),
        (Holds::Address, _) => Err("a web address"),
        (Holds::Html, Json::String(html)) => Ok(Value::from(sanitised(&html))),
        (Holds::Text | Holds::Rendered | Holds::Html, _) => Err("a text"),
        (Holds::Bytes, Json::String(text)) => match BASE64.decode(text) {
            Ok(bytes) => Ok(Value::Blob(bytes.into())),
            Err(_) => Err("bytes in Base64"),
        },
        (Holds::Bytes, _) => Err("bytes in Base64"),
    }
}

fn is_web_address(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}

/// What a file says is HTML is trusted no more than what a reader types.
pub(super) fn sanitised(html: &str) -> String {
    let safe: SafeHtml = markup::sanitise(html);
    safe.as_str().to_owned()
}
