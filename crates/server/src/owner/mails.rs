//! The mails that a demo did not send but wrote into a folder, so that its owner can follow them.

use std::io;
use std::path::PathBuf;

use axum::extract::Path;
use axum::response::Html;
use egress::{WrittenMail, newest_mails, read_mail};
use render::publication::{MailLine, mail_page, mails_page};

use crate::http::error::ApiError;
use crate::http::error_page::ErrorPage;
use crate::newsroom::{Newsroom, PageHead, RailPosition};
use crate::state::App;

/// The most that are listed.
const SHOWN: usize = 50;

/// `GET /admin/{site}/mails`.
pub(super) async fn list(newsroom: Newsroom) -> Result<Html<String>, ErrorPage> {
    let mails = read(&newsroom.app, |folder| newest_mails(&folder, SHOWN)).await?;
    let lines: Vec<_> = mails.iter().map(line).collect();
    let head = PageHead {
        title: newsroom.texts().titles.mails,
        at: RailPosition::Admin("/mails"),
        flash: None,
    };
    let context = newsroom.context().await?;
    Ok(newsroom.page(&context, head, |frame| mails_page(frame, &lines)))
}

/// `GET /admin/{site}/mails/{name}`.
pub(super) async fn show(
    newsroom: Newsroom,
    Path((_, name)): Path<(String, String)>,
) -> Result<Html<String>, ErrorPage> {
    let mail = read(&newsroom.app, move |folder| read_mail(&folder, &name)).await?;
    let mail = mail.ok_or_else(ApiError::not_found)?;
    let head = PageHead {
        title: &mail.subject,
        at: RailPosition::Admin("/mails"),
        flash: None,
    };
    let context = newsroom.context().await?;
    Ok(newsroom.page(&context, head, |frame| {
        mail_page(frame, &line(&mail), &mail.text)
    }))
}

fn line(mail: &WrittenMail) -> MailLine<'_> {
    MailLine {
        name: &mail.name,
        to: &mail.to,
        subject: &mail.subject,
    }
}

/// Read in the folder, where there is one.
async fn read<T: Send + 'static>(
    app: &App,
    read: impl FnOnce(PathBuf) -> io::Result<T> + Send + 'static,
) -> Result<T, ApiError> {
    let folder = app.config.mail_folder.clone();
    let folder = folder.ok_or_else(ApiError::not_found)?;
    let done = tokio::task::spawn_blocking(move || read(folder)).await;
    done.map_err(ApiError::internal)?
        .map_err(ApiError::internal)
}
