//! The chapters of a recording, as an editor types them.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use rejoinder_core::recordings::Recording;
use store::Tx;
use store::recordings::chapters;

use super::recording::{Typed, page};
use crate::access::Member;
use crate::http::error::ApiError;
use crate::http::error_page::ErrorPage;
use crate::http::extract::Params;
use crate::newsroom::see_other;
use crate::state::App;

/// Divide a recording as it was typed, or as a file says; nothing typed means no chapters.
pub(super) async fn save(
    app: &App,
    member: &Member,
    recording: &Recording,
    fields: &Params,
) -> Result<Response, ErrorPage> {
    let typed = fields.get("chapters").unwrap_or_default();
    let webvtt = if typed.trim().is_empty() {
        None
    } else {
        match captions::read_chapters(typed.as_bytes()) {
            Ok(reading) => {
                let duration = recording.duration_ms.and_then(|ms| u64::try_from(ms).ok());
                Some(captions::write_chapters(&reading.chapters, duration))
            }
            Err(problem) => {
                let typed = Typed {
                    chapters: Some(typed),
                    chapters_problem: Some(render::recordings::chapters_unfit(
                        &member.site,
                        &problem,
                    )),
                    ..Typed::default()
                };
                let page = page(app, member, recording.id, None, typed).await?;
                return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
            }
        }
    };
    let (now, own) = (app.now(), recording.clone());
    let write = move |tx: &mut Tx<'_>| chapters::save(tx, now, &own, webvtt.as_deref());
    app.store.write(write).await.map_err(ApiError::from)?;
    let (host, id) = (&member.site.host, recording.id);
    Ok(see_other(&format!(
        "/edit/{host}/recordings/{id}?did=saved"
    )))
}
