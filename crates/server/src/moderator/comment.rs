//! One comment with all its context.

use axum::response::{Html, Response};
use rejoinder_core::moderation::{LogAction, ModerationAction};
use rejoinder_core::{Comment, CommentId, ImageId, Page, Reader, Site};
use render::catalogue::fill;
use render::moderation::{CommentPage, EarlierText, FlagRow, LogRow, LogRows, name};
use store::Tx;
use store::discussion::{removing, versions};
use store::moderation::decisions::{LogQuery, LogSubject};
use store::{discussion::comments, moderation::inside};

use super::rows::{self, LoadedRow};
use super::{flash, log};
use crate::http::error::ApiError;
use crate::http::error_page::ErrorPage;
use crate::http::extract::{Form, Params, PathId, Visitor};
use crate::newsroom::{Newsroom, PageContext, PageHead, RailPosition, desk, see_other};

/// How many comments above and below are shown.
const AROUND: usize = 10;

/// How many decisions are shown.
const LOG: usize = 50;

struct CommentDetails {
    row: LoadedRow,
    ancestors: Vec<Comment>,
    replies: Vec<Comment>,
    program: Option<String>,
    versions: Vec<EarlierText>,
    flags: Vec<FlagRow>,
    log: Vec<LogRow>,
}

/// `GET /moderate/{site}/comments/{id}`: a comment, what stands around it, its edits and its log.
pub(super) async fn comment(
    newsroom: Newsroom,
    PathId(id): PathId<CommentId>,
    params: Params,
) -> Result<Html<String>, ErrorPage> {
    let (context, read) = read(&newsroom, id, &params).await?;
    let (desk, now) = (desk(&newsroom.site.host), newsroom.app.now());
    let asked = params.get("decide").and_then(ModerationAction::from_word);
    let back = format!("{desk}/comments/{id}");
    let flash = flash::from_address(newsroom.texts(), &params, &back);
    let rows = [read.row];
    let mut list = rows::list(
        "",
        &rows,
        None,
        rows::RowContext {
            site: &newsroom.site,
            desk: &desk,
            back: &back,
            now,
        },
        "",
    );
    list.is_single = true;
    let [row] = &rows;
    let log = LogRows {
        site: &newsroom.site,
        desk: &desk,
        back: &back,
        now,
        rows: &read.log,
        next: None,
    };
    let texts = newsroom.texts();
    let title = fill(
        texts.titles.comment_by,
        &[("name", &name(texts, &row.comment().author))],
    );
    let head = PageHead {
        title: &title,
        at: RailPosition::Desk("/comments"),
        flash: flash.as_ref(),
    };
    Ok(newsroom.page(&context, head, |frame| {
        render::moderation::comment_page(&CommentPage {
            frame,
            asked,
            list: &list,
            comment: row.comment(),
            ancestors: &read.ancestors,
            replies: &read.replies,
            program: read.program.as_deref(),
            thread: thread(&newsroom.site, row.page(), row.comment()),
            versions: &read.versions,
            flags: &read.flags,
            log: &log,
        })
    }))
}

/// `POST /moderate/{site}/comments/{id}/images`: take a picture away from a comment, and go to it.
pub(super) async fn remove_image(
    newsroom: Newsroom,
    visitor: Visitor,
    PathId(id): PathId<CommentId>,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    let missing = || ApiError::query("image", "The field `image` names no picture.");
    let image: ImageId = fields.read("image")?.ok_or_else(missing)?;
    let (app, site) = (&newsroom.app, newsroom.site.id);
    let now = app.now();
    let reader = Reader {
        author: Some(newsroom.author.clone()),
        network: visitor.network,
    };
    let remove = move |tx: &mut Tx<'_>| removing::remove_image(tx, now, site, id, image, &reader);
    app.store.write(remove).await?;
    let desk = desk(&newsroom.site.host);
    let did = LogAction::RemovePicture.as_str();
    Ok(see_other(&format!("{desk}/comments/{id}?did={did}")))
}

async fn read(
    newsroom: &Newsroom,
    id: CommentId,
    params: &Params,
) -> Result<(PageContext, CommentDetails), ApiError> {
    let (site, texts) = (newsroom.site.id, newsroom.texts());
    let judged = rows::edited(params);
    let read = newsroom.read(move |tx, scope| {
        let row = rows::some(tx, site, scope, &[id], &judged)?.pop();
        let Some(row) = row else {
            return Ok(None);
        };
        let versions = inside::versions(tx, row.item())?.into_iter();
        let flags = inside::flags(tx, row.item())?.into_iter();
        let query = LogQuery {
            subject: LogSubject::Comment(id),
            scope: scope.clone(),
            after: None,
            limit: LOG,
        };
        let earlier = |version: versions::CommentVersion| EarlierText {
            revision: version.revision,
            text: version.text,
            replaced_at: version.replaced_at,
            sources: version.sources,
        };
        Ok(Some(CommentDetails {
            ancestors: inside::ancestors(tx, row.item(), AROUND)?,
            replies: comments::replies(tx, site, id, AROUND as i64)?,
            program: inside::program(tx, row.item())?,
            versions: versions.map(earlier).collect(),
            flags: flags.map(rows::flagged).collect(),
            log: log::read(tx, texts, site, &query)?,
            row,
        }))
    });
    let (context, read) = read.await?;
    let read = read.ok_or_else(ApiError::not_found)?;
    Ok((context, read))
}

/// Where readers find a comment, while they do.
fn thread(site: &Site, page: &Page, comment: &Comment) -> Option<String> {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query
        .append_pair("site", &site.host)
        .append_pair("page", page.key.url().unwrap_or(page.key.as_str()))
        .append_pair("comment", &comment.id.to_string());
    let to = format!("/embed?{}#comment-{}", query.finish(), comment.id);
    comment.is_published().then_some(to)
}
