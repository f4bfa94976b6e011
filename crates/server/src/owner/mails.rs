//! The mails that a demo did not send but wrote into a folder, so that its owner can follow them.

use std::io;
use std::path::PathBuf;

use axum::extract::{Path, State};
use axum::response::Html;
use egress::{WrittenMail, newest_mails, read_mail};
use render::publication::{MailLine, mail_page, mails_page};

use crate::access::Member;
use crate::http::error::ApiError;
use crate::http::error_page::ErrorPage;
use crate::newsroom::{self, Around, At, Shown};
use crate::state::App;

/// The most that are listed.
const SHOWN: usize = 50;

/// `GET /admin/{site}/mails`.
pub(super) async fn list(
    State(app): State<App>,
    member: Member,
) -> Result<Html<String>, ErrorPage> {
    let mails = read(&app, |folder| newest_mails(&folder, SHOWN)).await?;
    let lines: Vec<_> = mails.iter().map(line).collect();
    let shown = Shown {
        title: &member.texts().titles.mails,
        at: At::Admin("/mails"),
        told: None,
    };
    let around = around(&app, &member).await?;
    Ok(newsroom::page(&app, &member, &around, shown, |frame| {
        mails_page(frame, &lines)
    }))
}

/// `GET /admin/{site}/mails/{name}`.
pub(super) async fn show(
    State(app): State<App>,
    member: Member,
    Path((_, name)): Path<(String, String)>,
) -> Result<Html<String>, ErrorPage> {
    let mail = read(&app, move |folder| read_mail(&folder, &name)).await?;
    let mail = mail.ok_or_else(ApiError::not_found)?;
    let shown = Shown {
        title: &mail.subject,
        at: At::Admin("/mails"),
        told: None,
    };
    let around = around(&app, &member).await?;
    Ok(newsroom::page(&app, &member, &around, shown, |frame| {
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

async fn around(app: &App, member: &Member) -> Result<Around, ApiError> {
    let (site, author) = (member.site.id, member.author.id);
    let read = app.store.read(move |tx| Around::read(tx, site, author));
    Ok(read.await?)
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
