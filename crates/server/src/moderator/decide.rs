//! Deciding on comments, and undoing it.

use std::collections::HashMap;

use axum::Json;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use rejoinder_core::moderation::{LogAction, ModerationAction, Reason};
use rejoinder_core::{Comment, CommentId, Refusal};
use serde_json::json;
use store::moderation::decisions::{
    self, DecisionId, DecisionOutcome, DecisionRequest, MAX_AT_ONCE,
};
use store::{StoreError, Tx};

use super::flash::{DecisionSummary, back};
use super::queues::in_json;
use super::rows::{self, SeenRevision};
use crate::http::error::ApiError;
use crate::http::error_page::ErrorPage;
use crate::http::extract::{Form, Params};
use crate::newsroom::{Newsroom, desk, see_other};

/// `POST /moderate/{site}/decide`: decide on one comment or on many.
pub(super) async fn decide(newsroom: Newsroom, headers: HeaderMap, Form(fields): Form) -> Response {
    let done = decide_all(&newsroom, &fields).await;
    answer(&newsroom, &headers, &fields, done).await
}

/// `POST /moderate/{site}/undo`: undo decisions.
pub(super) async fn undo(newsroom: Newsroom, headers: HeaderMap, Form(fields): Form) -> Response {
    let done = undo_all(&newsroom, &fields).await;
    answer(&newsroom, &headers, &fields, done).await
}

/// What was done, and to which comments.
struct BatchOutcome {
    outcome: DecisionSummary,
    /// The comments that were changed, and the decision that did it.
    changed: Vec<(CommentId, Option<DecisionId>)>,
    /// The comments that were not, and why.
    refused: Vec<(CommentId, Refusal)>,
}

impl BatchOutcome {
    const fn of(action: LogAction) -> Self {
        Self {
            outcome: DecisionSummary::of(action),
            changed: Vec::new(),
            refused: Vec::new(),
        }
    }
}

async fn decide_all(newsroom: &Newsroom, fields: &Params) -> Result<BatchOutcome, ApiError> {
    let named = fields.all("comment").map(SeenRevision::parse);
    let judged: Vec<SeenRevision> = named.collect::<Result<_, _>>()?;
    if judged.len() > MAX_AT_ONCE {
        let detail = format!("At most {MAX_AT_ONCE} comments can be decided on at once.");
        return Err(ApiError::query("comment", detail));
    }
    let action = fields.get("action").and_then(ModerationAction::from_word);
    let action = action.ok_or_else(|| ApiError::query("action", "There is no such action."))?;
    let note = fields.get("note").map(|note| note.replace("\r\n", "\n"));
    let one = |seen: &SeenRevision| DecisionRequest {
        site: newsroom.site.id,
        moderator: newsroom.author.clone(),
        comment: seen.comment,
        revision: seen.revision,
        action,
        reason: fields.get("reason").and_then(Reason::from_word),
        note: note.clone().filter(|note| !note.trim().is_empty()),
    };
    let all: Vec<DecisionRequest> = judged.iter().map(one).collect();
    let now = newsroom.app.now();
    let write = move |tx: &mut Tx<'_>| decisions::decide_all(tx, now, &all);
    let results = newsroom.app.store.write(write).await?;
    Ok(gather(action, &judged, results))
}

fn gather(
    action: ModerationAction,
    judged: &[SeenRevision],
    results: Vec<Result<DecisionOutcome, Refusal>>,
) -> BatchOutcome {
    let mut done = BatchOutcome::of(LogAction::from(action));
    for (seen, result) in judged.iter().zip(results) {
        match result {
            Ok(decided) => done.changed.push((seen.comment, decided.decision)),
            Err(refusal) => {
                match refusal {
                    Refusal::EditedMeanwhile { .. } => done.outcome.edited.push(*seen),
                    _ => done.outcome.n_refused += 1,
                }
                done.refused.push((seen.comment, refusal));
            }
        }
    }
    let decisions = done.changed.iter().filter_map(|(_, decision)| *decision);
    let decisions: Vec<String> = decisions.map(|decision| decision.to_string()).collect();
    done.outcome.n = decisions.len();
    done.outcome.decisions = decisions.join(",");
    done
}

async fn undo_all(newsroom: &Newsroom, fields: &Params) -> Result<BatchOutcome, ApiError> {
    let named = fields.get("decisions").unwrap_or_default().split(',');
    let named: Result<Vec<DecisionId>, _> = named.take(MAX_AT_ONCE).map(str::parse).collect();
    let named = named.map_err(|_| ApiError::query("decisions", "This names no decision."))?;
    let (now, site, moderator) = (
        newsroom.app.now(),
        newsroom.site.id,
        newsroom.author.clone(),
    );
    let write = move |tx: &mut Tx<'_>| {
        let mut results: Vec<Result<Option<Comment>, Refusal>> = Vec::new();
        for id in named.iter().rev() {
            match tx.attempt(|tx| decisions::undo(tx, now, site, &moderator, *id)) {
                Ok(comment) => results.push(Ok(comment)),
                Err(StoreError::Refused(refusal)) => results.push(Err(refusal)),
                Err(error) => return Err(error),
            }
        }
        Ok(results)
    };
    let results = newsroom.app.store.write(write).await?;
    let mut done = BatchOutcome::of(LogAction::Undo);
    for result in results {
        match result {
            Ok(comment) => {
                done.outcome.n += 1;
                done.changed
                    .extend(comment.map(|comment| (comment.id, None)));
            }
            Err(_) => done.outcome.n_refused += 1,
        }
    }
    Ok(done)
}

/// Back to where the form stood; for the desk's script, what changed.
async fn answer(
    newsroom: &Newsroom,
    headers: &HeaderMap,
    fields: &Params,
    done: Result<BatchOutcome, ApiError>,
) -> Response {
    let back = back(fields, &desk(&newsroom.site.host));
    let wants_json = headers
        .get(header::ACCEPT)
        .is_some_and(|accept| accept == "application/json");
    if wants_json {
        let changed = match done {
            Ok(done) => in_place(newsroom, &back, done).await,
            Err(error) => Err(error),
        };
        return changed.into_response();
    }
    match done {
        Ok(done) => see_other(&done.outcome.address(&back)),
        Err(error) => ErrorPage::from(error).into_response(),
    }
}

async fn in_place(
    newsroom: &Newsroom,
    back: &str,
    done: BatchOutcome,
) -> Result<Json<serde_json::Value>, ApiError> {
    let site = newsroom.site.id;
    let stays = matches!(
        done.outcome.action,
        LogAction::Undo | LogAction::Feature | LogAction::Unfeature
    );
    let refused: Vec<CommentId> = done.refused.iter().map(|(id, _)| *id).collect();
    let staying = done.changed.iter().filter(|_| stays).map(|(id, _)| *id);
    let shown: Vec<CommentId> = staying.chain(refused).collect();
    let judged = done.outcome.edited.clone();
    let read = newsroom.read(move |tx, scope| rows::some(tx, site, scope, &shown, &judged));
    let (context, rows) = read.await?;
    let (desk, now) = (desk(&newsroom.site.host), newsroom.app.now());
    let at = rows::RowContext {
        site: &newsroom.site,
        desk: &desk,
        back,
        now,
    };
    let rows: HashMap<String, String> = rows
        .iter()
        .map(|row| (row.id().to_string(), render::moderation::row(&row.row(at))))
        .collect();
    let changed = done.changed.iter().map(|(id, decision)| {
        json!({ "id": id.to_string(), "decision": decision.map(|decision| decision.to_string()) })
    });
    let refused = done.refused.into_iter().map(
        |(id, refusal)| json!({ "id": id.to_string(), "detail": ApiError::from(refusal).detail }),
    );
    Ok(Json(json!({
        "told": done.outcome.flash(newsroom.texts(), back).text,
        "done": render::newsroom::done(newsroom.texts(), done.outcome.action),
        "changed": changed.collect::<Vec<_>>(),
        "refused": refused.collect::<Vec<_>>(),
        "rows": rows,
        "counts": in_json(&context.counts),
    })))
}
