//! Imports without a shell: files are uploaded, looked into, brought in, and taken out again.
//!
//! Files come by tus ([`crate::http::tus`]), one behind the other in one upload, or with a plain form where
//! there is no script. What is done with them is done by a job; these pages say what is wanted, and show how
//! far it is.

use axum::Json;
use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use futures_util::stream;
use rejoinder_core::archive::{Import, ImportFile, ImportOptions, ImportState, MAX_FILES};
use rejoinder_core::publication::audit::AuditActor;
use rejoinder_core::{ImportId, Site};
use render::publication::{
    ImportPage, ImportProblem, ImportsPage, import_page, import_problem, import_reached,
    imports_page,
};
use store::Tx;
use store::archive::runs::{self, Kept, Wish};
use store::recordings::files::MAX_PART;

use crate::http::error::ApiError;
use crate::http::error_page::ErrorPage;
use crate::http::extract::{Form, NamedUploads, PathId};
use crate::http::tus::{self, Announced};
use crate::newsroom::{Newsroom, PageHead, ProgressBody, RailPosition, see_other};

/// The largest files that a plain form sends along, which are in memory at once.
pub(super) const MAX_PLAIN: usize = 32 << 20;

/// So many imports are listed.
const SHOWN: i64 = 50;

/// `GET /admin/{site}/import`.
pub(super) async fn list(newsroom: Newsroom) -> Result<Html<String>, ErrorPage> {
    Ok(list_page(&newsroom, None).await?)
}

async fn list_page(newsroom: &Newsroom, problem: Option<&str>) -> Result<Html<String>, ApiError> {
    let site = newsroom.site.id;
    let read = newsroom.read(move |tx, _| runs::list(tx, site, SHOWN));
    let (context, imports) = read.await?;
    let max_mb = newsroom.app.config.max_import_mb;
    let head = PageHead {
        title: newsroom.texts().titles.imports,
        at: RailPosition::Admin("/import"),
        flash: None,
    };
    Ok(newsroom.page(&context, head, |frame| {
        imports_page(&ImportsPage {
            frame,
            imports: &imports,
            max_mb,
            max_plain_mb: max_mb.min((MAX_PLAIN >> 20) as u64),
            problem,
        })
    }))
}

/// `POST /admin/{site}/import`: whole files, from a plain form.
pub(super) async fn send(
    newsroom: Newsroom,
    NamedUploads(files): NamedUploads,
) -> Result<Response, ErrorPage> {
    match take(&newsroom, files).await {
        Ok(id) => Ok(see_other(&place(&newsroom.site, id))),
        Err(error) if error.status.is_server_error() => Err(error.into()),
        Err(error) => {
            let page = list_page(&newsroom, Some(&error.detail)).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

async fn take(newsroom: &Newsroom, files: Vec<(String, Vec<u8>)>) -> Result<ImportId, ApiError> {
    let about = files.iter().map(|(name, bytes)| {
        let n_bytes = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
        ImportFile::new(name, n_bytes)
    });
    let id = begin_one(newsroom, about.collect()).await?;
    let bytes: Vec<u8> = files.into_iter().flat_map(|(_, bytes)| bytes).collect();
    let (app, site) = (&newsroom.app, newsroom.site.id);
    let mut at = 0;
    for part in bytes.chunks(MAX_PART) {
        let (now, part) = (app.now(), part.to_vec());
        let n = i64::try_from(part.len()).unwrap_or(i64::MAX);
        let write = move |tx: &mut Tx<'_>| runs::add(tx, now, site, id, at, &part).map(drop);
        app.store.write(write).await?;
        at += n;
    }
    (app.wake)();
    Ok(id)
}

/// Begin an import of these files.
async fn begin_one(newsroom: &Newsroom, files: Vec<ImportFile>) -> Result<ImportId, ApiError> {
    let app = &newsroom.app;
    let n_bytes: i64 = files.iter().map(|file| file.n_bytes).sum();
    if n_bytes < 1 {
        return Err(refused(&newsroom.site, ImportProblem::NoFile));
    }
    if files.len() > MAX_FILES {
        return Err(refused(&newsroom.site, ImportProblem::TooMany(MAX_FILES)));
    }
    let max_mb = app.config.max_import_mb;
    if u64::try_from(n_bytes).is_ok_and(|length| length > max_mb << 20) {
        return Err(refused(&newsroom.site, ImportProblem::TooLarge(max_mb)));
    }
    let (now, site) = (app.now(), newsroom.site.id);
    let id = ImportId(app.ids.next(now));
    let begin = move |tx: &mut Tx<'_>| runs::begin(tx, now, site, id, &files);
    match app.store.write(begin).await? {
        None => Ok(id),
        Some(_) => Err(refused(&newsroom.site, ImportProblem::Busy)),
    }
}

fn refused(site: &Site, unfit: ImportProblem<'_>) -> ApiError {
    let detail = import_problem(site, unfit);
    ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, "import_unfit", detail).field("file")
}

fn place(site: &Site, id: ImportId) -> String {
    format!("/admin/{}/import/{id}", site.host)
}

/// `POST /admin/{site}/import/uploads`: begin an upload. Its metadata say the `name`, or of several files
/// that follow one another `files`: a line for each, with how long it is and its name.
pub(super) async fn begin(newsroom: Newsroom, headers: HeaderMap) -> Result<Response, ApiError> {
    let announced = Announced::read(&headers, usize::MAX)?;
    let mut files = ImportFile::read(announced.value("files"));
    if files.is_empty() {
        files.push(ImportFile::new(announced.value("name"), announced.n_bytes));
    }
    let lengths = files.iter().map(|file| file.n_bytes);
    let n_bytes = lengths.fold(0, i64::saturating_add);
    if n_bytes != announced.n_bytes {
        let detail =
            "The lengths of the files in Upload-Metadata make another length than Upload-Length.";
        return Err(ApiError::query("Upload-Metadata", detail));
    }
    let id = begin_one(&newsroom, files).await?;
    let place = format!("/admin/{}/import/uploads/{id}", newsroom.site.host);
    tus::begun(&place)
}

/// `HEAD /admin/{site}/import/uploads/{id}`: tell how far an upload has come.
pub(super) async fn reached(
    newsroom: Newsroom,
    PathId(id): PathId<ImportId>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    tus::expect_version(&headers)?;
    let import = found(&newsroom, id).await?;
    tus::reached(import.n_arrived, import.n_bytes)
}

/// `PATCH /admin/{site}/import/uploads/{id}`: go on with an upload.
pub(super) async fn go_on(
    newsroom: Newsroom,
    PathId(id): PathId<ImportId>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    tus::expect_version(&headers)?;
    let import = found(&newsroom, id).await?;
    if import.state != ImportState::Arriving {
        return Err(ApiError::not_found());
    }
    let (app, site) = (&newsroom.app, newsroom.site.id);
    let keep = |at, bytes: Vec<u8>| {
        let now = app.now();
        app.store
            .write(move |tx: &mut Tx<'_>| runs::add(tx, now, site, id, at, &bytes))
    };
    let answer = tus::go_on(&headers, body, import.n_arrived, keep).await;
    (app.wake)();
    answer
}

async fn found(newsroom: &Newsroom, id: ImportId) -> Result<Import, ApiError> {
    let site = newsroom.site.id;
    let read = move |tx: &mut Tx<'_>| runs::find(tx, site, id);
    let found = newsroom.app.store.read(read).await?;
    found.ok_or_else(ApiError::not_found)
}

/// `GET /admin/{site}/import/{id}`.
pub(super) async fn show(
    newsroom: Newsroom,
    PathId(id): PathId<ImportId>,
) -> Result<Html<String>, ErrorPage> {
    let import = found(&newsroom, id).await?;
    Ok(page(&newsroom, &import, &import.options, None).await?)
}

async fn page(
    newsroom: &Newsroom,
    import: &Import,
    options: &ImportOptions,
    problem: Option<&str>,
) -> Result<Html<String>, ApiError> {
    let context = newsroom.context().await?;
    let format = import.format.as_deref().and_then(archive::by_word);
    let head = PageHead {
        title: &import.name(),
        at: RailPosition::Admin("/import"),
        flash: None,
    };
    Ok(newsroom.page(&context, head, |frame| {
        import_page(&ImportPage {
            frame,
            import,
            format: format.map(|format| format.name()),
            options,
            problem,
        })
    }))
}

/// `POST /admin/{site}/import/{id}`: one of the forms of the page.
pub(super) async fn act(
    newsroom: Newsroom,
    PathId(id): PathId<ImportId>,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    let import = found(&newsroom, id).await?;
    let options = ImportOptions {
        mappings: fields.get("mappings").unwrap_or_default().to_owned(),
        mentions: fields.get("mentions").is_some(),
        reviews: fields.get("reviews").is_some(),
    };
    let wish = match fields.get("action") {
        Some("look") => Wish::Look(options.clone()),
        Some("start") => Wish::Start,
        Some("undo") => Wish::Undo,
        Some("drop") => Wish::Drop,
        _ => {
            let detail = "The field `action` must be `look`, `start`, `undo` or `drop`.";
            return Err(ApiError::body(detail).field("action").into());
        }
    };
    let mut lines = options.mappings.lines().map(str::trim);
    let wrong = lines.find(|line| !line.is_empty() && archive::Mapping::parse(line).is_err());
    if let (Wish::Look(_), Some(line)) = (&wish, wrong) {
        return unfit(&newsroom, &import, &options, ImportProblem::Mapping(line)).await;
    }
    let (app, site, by) = (
        &newsroom.app,
        newsroom.site.id,
        AuditActor::owner(&newsroom.author),
    );
    let (now, wanted) = (app.now(), wish.clone());
    let write = move |tx: &mut Tx<'_>| runs::wish(tx, now, &by, (site, id), &wanted);
    if !app.store.write(write).await? {
        return unfit(&newsroom, &import, &import.options, ImportProblem::NotNow).await;
    }
    (app.wake)();
    Ok(see_other(&match wish {
        Wish::Drop => format!("/admin/{}/import", newsroom.site.host),
        Wish::Look(_) | Wish::Start | Wish::Undo => place(&newsroom.site, id),
    }))
}

async fn unfit(
    newsroom: &Newsroom,
    import: &Import,
    options: &ImportOptions,
    unfit: ImportProblem<'_>,
) -> Result<Response, ErrorPage> {
    let problem = import_problem(&newsroom.site, unfit);
    let page = page(newsroom, import, options, Some(&problem)).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// `GET /admin/{site}/import/{id}/state`.
pub(super) async fn state(
    newsroom: Newsroom,
    PathId(id): PathId<ImportId>,
) -> Result<Json<ProgressBody>, ApiError> {
    let import = found(&newsroom, id).await?;
    Ok(Json(ProgressBody {
        text: import_reached(&newsroom.site, &import),
        is_underway: import.state.is_underway(),
    }))
}

/// `GET /admin/{site}/import/{id}/report/{file}`: `report.txt` or `report.json`, a part at a time.
pub(super) async fn report(
    newsroom: Newsroom,
    PathId(id): PathId<ImportId>,
    Path((_, _, file)): Path<(String, String, String)>,
) -> Result<Response, ErrorPage> {
    let (kept, kind) = match file.as_str() {
        "report.txt" => (Kept::Text, "text/plain; charset=utf-8"),
        "report.json" => (Kept::Json, "application/json"),
        _ => return Err(ApiError::not_found().into()),
    };
    let (app, site) = (newsroom.app.clone(), newsroom.site.id);
    let part = move |at: i64| {
        let store = app.store.clone();
        async move {
            let read = move |tx: &mut Tx<'_>| runs::part(tx, site, id, kept, at);
            store.read(read).await
        }
    };
    let first = part(0).await.map_err(ApiError::from)?;
    let first = first.ok_or_else(ApiError::not_found)?;
    let next = move |(ready, at): (Option<Vec<u8>>, i64)| {
        let part = part.clone();
        async move {
            let bytes = match ready {
                Some(bytes) => bytes,
                None => part(at).await?.unwrap_or_default(),
            };
            let after = at + i64::try_from(bytes.len()).unwrap_or(i64::MAX);
            Ok::<_, store::StoreError>((!bytes.is_empty()).then_some((bytes, (None, after))))
        }
    };
    let body = Body::from_stream(stream::try_unfold((Some(first), 0), next));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::from_static("attachment"),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, body).into_response())
}
