//! What is said when something is not done.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use rejoinder_core::Refusal;
use rejoinder_core::publication::language::Language;
use serde::Serialize;
use store::StoreError;
use utoipa::ToSchema;

use crate::http::page_cache::PageError;
use crate::http::request_id::RequestId;
use crate::http::security::RefusedFor;

/// An answer that says no, as RFC 9457 wants it said.
#[derive(Debug, Clone)]
pub(crate) struct ApiError {
    pub(crate) status: StatusCode,
    /// What programs go by; never changes once published.
    pub(crate) code: &'static str,
    /// What people read.
    pub(crate) detail: String,
    /// The field, parameter or header that is to blame.
    pub(crate) field: Option<String>,
    /// In how many seconds it is worth another try.
    pub(crate) retry_after: Option<u32>,
    /// The word that is to blame, as it was written.
    pub(crate) word: Option<String>,
    /// The most that would have been taken, of whatever there was too much of.
    pub(crate) max: Option<usize>,
}

/// An [`ApiError`] as it goes out.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// A kind of problem; `about:blank`, because `code` says it.
    #[serde(rename = "type")]
    #[schema(example = "about:blank")]
    kind: &'static str,
    /// The status in words.
    #[schema(example = "Not Found")]
    title: &'static str,
    /// The status.
    #[schema(example = 404)]
    status: u16,
    /// What programs go by.
    #[schema(example = "comment_unknown")]
    code: &'static str,
    /// What people read.
    #[schema(example = "There is no such comment.")]
    detail: String,
    /// The field, parameter or header that is to blame.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    /// In how many seconds it is worth another try.
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<u32>,
    /// The word that is to blame, as it was written, where a list of words is against it.
    #[serde(skip_serializing_if = "Option::is_none")]
    word: Option<String>,
    /// The most that would have been taken, of whatever there was too much of.
    #[serde(skip_serializing_if = "Option::is_none")]
    max: Option<usize>,
    /// What the log calls the request, where the server is to blame.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "5d1f0c3a-42")]
    request: Option<String>,
}

impl ApiError {
    pub(crate) fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            status,
            code,
            detail: detail.into(),
            field: None,
            retry_after: None,
            word: None,
            max: None,
        }
    }

    /// With what readers are told in `language`, where its catalogue has it.
    #[must_use]
    pub(crate) fn told_in(mut self, language: Language) -> Self {
        if let Some(told) = render::problem(language, self.code) {
            let word = self.word.as_deref().unwrap_or_default();
            let max = self.max.unwrap_or_default().to_string();
            self.detail = told.replace("{max}", &max).replace("{word}", word);
        }
        self
    }

    #[must_use]
    pub(crate) fn field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    #[must_use]
    pub(crate) const fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// A query parameter that cannot be read.
    pub(crate) fn query(field: &str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "query_invalid", detail).field(field)
    }

    /// A body that cannot be read.
    pub(crate) fn body(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "body_invalid", detail)
    }

    pub(crate) fn body_too_large(max_bytes: usize) -> Self {
        let detail = format!("The body may have {max_bytes} bytes at most.");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", detail)
    }

    pub(crate) fn body_late() -> Self {
        let detail = "The body did not come in time.";
        Self::new(StatusCode::REQUEST_TIMEOUT, "body_late", detail)
    }

    pub(crate) fn body_broken() -> Self {
        Self::body("The body did not arrive whole.")
    }

    pub(crate) fn site_missing() -> Self {
        Self::query("site", "The parameter `site` is missing.")
    }

    pub(crate) fn site_unknown() -> Self {
        let detail = "There is no such site here.";
        Self::new(StatusCode::NOT_FOUND, "site_unknown", detail).field("site")
    }

    pub(crate) fn origin_refused() -> Self {
        let detail = "Pages of this origin may not act on this site.";
        Self::new(StatusCode::FORBIDDEN, "origin_refused", detail)
    }

    pub(crate) fn rate_limited(seconds: u32) -> Self {
        let detail = format!("That was too quick. Try again in {seconds} s.");
        Self::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", detail).retry_after(seconds)
    }

    pub(crate) fn too_many_streams() -> Self {
        let detail = "Too many readers of your network follow live right now. Try again later.";
        Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_streams", detail).retry_after(30)
    }

    pub(crate) fn streams_full() -> Self {
        let detail = "Too many readers follow live right now. Try again later.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "streams_full", detail).retry_after(30)
    }

    pub(crate) fn not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "not_found",
            "There is nothing at this address.",
        )
    }

    pub(crate) fn method_not_allowed() -> Self {
        let detail = "This address does not take this method.";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail)
    }

    pub(crate) fn host_unknown() -> Self {
        let detail = "This server does not answer under this name.";
        Self::new(StatusCode::MISDIRECTED_REQUEST, "host_unknown", detail)
    }

    /// Something broke: the log learns what, the client nothing.
    pub(crate) fn internal(cause: impl std::fmt::Display) -> Self {
        tracing::error!(cause = %cause, "A request failed: {cause}");
        let detail = "Something went wrong here. It has been noted.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail)
    }

    pub(crate) fn unavailable() -> Self {
        let detail = "The comments cannot be reached for the moment. Try again shortly.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail).retry_after(2)
    }

    fn refused(status: StatusCode, code: &'static str, refusal: &Refusal) -> Self {
        Self::new(status, code, sentence(&refusal.to_string()))
    }

    /// As it goes out.
    pub(crate) fn problem(self) -> Problem {
        Problem {
            kind: "about:blank",
            title: self.status.canonical_reason().unwrap_or_default(),
            status: self.status.as_u16(),
            code: self.code,
            detail: self.detail,
            field: self.field,
            retry_after: self.retry_after,
            word: self.word,
            max: self.max,
            request: self
                .status
                .is_server_error()
                .then(RequestId::current)
                .flatten(),
        }
    }
}

/// `text` with a capital at its start and a full stop at its end.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).chain(['.']).collect()
}

impl ApiError {
    /// Say in how many seconds it is worth another try, as HTTP says it.
    pub(crate) fn retry_header(&self, headers: &mut HeaderMap) {
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
    }
}

impl ApiError {
    /// The answer to a program: one that is not known is asked for a bearer token (RFC 6750).
    pub(crate) fn into_program_response(self) -> Response {
        let is_unknown = self.status == StatusCode::UNAUTHORIZED;
        let mut response = self.into_response();
        if is_unknown {
            let scheme = HeaderValue::from_static("Bearer");
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, scheme);
        }
        response
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut headers = HeaderMap::new();
        let json = HeaderValue::from_static("application/problem+json");
        headers.insert(header::CONTENT_TYPE, json);
        self.retry_header(&mut headers);
        let code = Extension(RefusedFor(self.code));
        (self.status, headers, code, Json(self.problem())).into_response()
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        use StatusCode as S;
        let (status, code, field) = match &refusal {
            Refusal::NameMissing => (S::UNPROCESSABLE_ENTITY, "name_missing", Some("name")),
            Refusal::NameTooLong { .. } => (S::UNPROCESSABLE_ENTITY, "name_too_long", Some("name")),
            Refusal::NameProtected => (S::UNPROCESSABLE_ENTITY, "name_protected", Some("name")),
            Refusal::EmailInvalid => (S::UNPROCESSABLE_ENTITY, "email_invalid", Some("email")),
            Refusal::EmailMissing => (S::UNPROCESSABLE_ENTITY, "email_missing", Some("email")),
            Refusal::WebsiteInvalid => {
                (S::UNPROCESSABLE_ENTITY, "website_invalid", Some("website"))
            }
            Refusal::TextMissing => (S::UNPROCESSABLE_ENTITY, "text_missing", Some("text")),
            Refusal::WordBanned { field, .. } => {
                (S::UNPROCESSABLE_ENTITY, "word_banned", Some(*field))
            }
            Refusal::TextTooLong { .. } => (S::UNPROCESSABLE_ENTITY, "text_too_long", Some("text")),
            Refusal::TooManyLinks { .. } => {
                (S::UNPROCESSABLE_ENTITY, "too_many_links", Some("text"))
            }
            Refusal::PageMissing => (S::BAD_REQUEST, "page_missing", Some("page")),
            Refusal::PageTooLong { .. } => (S::BAD_REQUEST, "page_too_long", Some("page")),
            Refusal::SearchTooLong { .. } => (S::BAD_REQUEST, "search_too_long", Some("q")),
            Refusal::TooManySearchWords { .. } => {
                (S::BAD_REQUEST, "too_many_search_words", Some("q"))
            }
            Refusal::PageInvalid => (S::BAD_REQUEST, "page_invalid", Some("page")),
            Refusal::PageElsewhere { .. } => (S::FORBIDDEN, "page_elsewhere", Some("page")),
            Refusal::HostInvalid { .. } => (S::BAD_REQUEST, "host_invalid", Some("site")),
            Refusal::SiteExists { .. } => (S::CONFLICT, "site_exists", Some("site")),
            Refusal::OriginInvalid { .. }
            | Refusal::OriginWildcard { .. }
            | Refusal::OriginCount { .. } => (S::BAD_REQUEST, "origin_invalid", None),
            Refusal::LinkUsed => (S::GONE, "link_used", None),
            Refusal::TokenInvalid { .. } => (S::UNAUTHORIZED, "token_invalid", Some("token")),
            Refusal::TokenUsed => (S::UNAUTHORIZED, "token_used", Some("token")),
            Refusal::SignInNeeded => (S::UNAUTHORIZED, "sign_in_needed", None),
            Refusal::SiteClosed => (S::FORBIDDEN, "site_closed", None),
            Refusal::PageClosed { .. } => (S::FORBIDDEN, "page_closed", None),
            Refusal::BranchClosed { .. } => (S::FORBIDDEN, "branch_closed", Some("parent")),
            Refusal::CommentUnknown => (S::NOT_FOUND, "comment_unknown", None),
            Refusal::ParentRemoved => (S::CONFLICT, "parent_removed", Some("parent")),
            Refusal::NotYours => (S::FORBIDDEN, "not_yours", None),
            Refusal::EditWindowOver { .. } => (S::FORBIDDEN, "edit_window_over", None),
            Refusal::EditedMeanwhile { .. } => (S::CONFLICT, "edited_meanwhile", None),
            Refusal::OwnComment => (S::FORBIDDEN, "own_comment", None),
            Refusal::VoteNotTaken => (S::FORBIDDEN, "vote_not_taken", Some("value")),
            Refusal::OwnReaction => (S::FORBIDDEN, "own_reaction", None),
            Refusal::PicturesOff => (S::FORBIDDEN, "pictures_off", None),
            Refusal::PictureUnusable => {
                (S::UNPROCESSABLE_ENTITY, "picture_unusable", Some("picture"))
            }
            Refusal::ImagesOff => (S::FORBIDDEN, "images_off", Some("images")),
            Refusal::ImageUnusable => (S::UNPROCESSABLE_ENTITY, "image_unusable", Some("images")),
            Refusal::ImageUnknown => (S::UNPROCESSABLE_ENTITY, "image_unknown", Some("images")),
            Refusal::TooManyImages { .. } => {
                (S::UNPROCESSABLE_ENTITY, "too_many_images", Some("images"))
            }
            Refusal::ImageAltMissing => {
                (S::UNPROCESSABLE_ENTITY, "image_alt_missing", Some("images"))
            }
            Refusal::ImageAltTooLong { .. } => (
                S::UNPROCESSABLE_ENTITY,
                "image_alt_too_long",
                Some("images"),
            ),
            Refusal::TooManyPageAuthors { .. } => (
                S::UNPROCESSABLE_ENTITY,
                "too_many_page_authors",
                Some("authors"),
            ),
            Refusal::ReactionNotTaken => (S::FORBIDDEN, "reaction_not_taken", Some("reaction")),
            Refusal::AddressReacted => (S::CONFLICT, "address_reacted", None),
            Refusal::AddressVoted => (S::CONFLICT, "address_voted", None),
            Refusal::KeyReused => (S::CONFLICT, "key_reused", Some("Idempotency-Key")),
            Refusal::Banned { .. } => (S::FORBIDDEN, "banned", None),
            Refusal::Suspended { .. } => (S::FORBIDDEN, "suspended", None),
            Refusal::WorkNeeded => (S::FORBIDDEN, "work_needed", None),
            Refusal::NotAllowed => (S::FORBIDDEN, "not_allowed", None),
            Refusal::CommentRemoved => (S::CONFLICT, "comment_removed", None),
            Refusal::NotPublished => (S::CONFLICT, "not_published", None),
            Refusal::NotARoot => (S::CONFLICT, "not_a_root", None),
            Refusal::TooManyPins { .. } => (S::CONFLICT, "too_many_pins", None),
            Refusal::DecidedMeanwhile => (S::CONFLICT, "decided_meanwhile", None),
            Refusal::NotUndoable => (S::CONFLICT, "not_undoable", None),
            Refusal::NoteTooLong { .. } => (S::UNPROCESSABLE_ENTITY, "note_too_long", Some("note")),
            Refusal::OwnFlag => (S::FORBIDDEN, "own_flag", None),
            Refusal::RecordingUnknown => (S::NOT_FOUND, "recording_unknown", None),
            Refusal::ProposalEmpty => (S::UNPROCESSABLE_ENTITY, "proposal_empty", Some("text")),
            Refusal::ProposalTooLong { .. } => {
                (S::UNPROCESSABLE_ENTITY, "proposal_too_long", Some("text"))
            }
            Refusal::SpeakerTooLong { .. } => {
                (S::UNPROCESSABLE_ENTITY, "speaker_too_long", Some("speaker"))
            }
            Refusal::ProposalLinks => (S::UNPROCESSABLE_ENTITY, "proposal_links", Some("text")),
            Refusal::ProposalSame => (S::UNPROCESSABLE_ENTITY, "proposal_same", Some("text")),
            Refusal::ProposalKnown => (S::CONFLICT, "proposal_known", Some("text")),
            Refusal::ProposalMisplaced => (
                S::UNPROCESSABLE_ENTITY,
                "proposal_misplaced",
                Some("start_ms"),
            ),
            Refusal::ProposalLocked => (S::FORBIDDEN, "proposal_locked", None),
            Refusal::TooManyProposals { .. } => (S::CONFLICT, "too_many_proposals", None),
            Refusal::ProposalUnknown => (S::NOT_FOUND, "proposal_unknown", None),
            Refusal::ProposalDecided => (S::CONFLICT, "proposal_decided", None),
            Refusal::OwnProposal => (S::FORBIDDEN, "own_proposal", None),
            Refusal::AddressConfirmed => (S::CONFLICT, "address_confirmed", None),
            Refusal::PassagesOff => (S::FORBIDDEN, "passages_off", Some("annotation")),
            Refusal::CorrectionsOff => (S::FORBIDDEN, "corrections_off", None),
            Refusal::CorrectionEmpty => (S::UNPROCESSABLE_ENTITY, "correction_empty", Some("text")),
            Refusal::CorrectionTooLong { .. } => {
                (S::UNPROCESSABLE_ENTITY, "correction_too_long", Some("text"))
            }
            Refusal::TooManyCorrections { .. } => (S::CONFLICT, "too_many_corrections", None),
            Refusal::CorrectionUnknown => (S::NOT_FOUND, "correction_unknown", None),
            Refusal::CorrectionDecided => (S::CONFLICT, "correction_decided", None),
            Refusal::QuestionsOff => (S::FORBIDDEN, "questions_off", None),
            Refusal::QuestionEmpty => (S::UNPROCESSABLE_ENTITY, "question_empty", Some("text")),
            Refusal::QuestionTooLong { .. } => {
                (S::UNPROCESSABLE_ENTITY, "question_too_long", Some("text"))
            }
            Refusal::TooManyQuestions { .. } => (S::CONFLICT, "too_many_questions", None),
            Refusal::QuestionUnknown => (S::NOT_FOUND, "question_unknown", Some("question")),
            Refusal::QuestionClosed => (S::CONFLICT, "question_closed", Some("question")),
            Refusal::PassageUnknown => (S::NOT_FOUND, "passage_unknown", Some("passage")),
            Refusal::PassageNotFound => (
                S::UNPROCESSABLE_ENTITY,
                "passage_not_found",
                Some("annotation.exact"),
            ),
            Refusal::ArticleWithoutAddress => (
                S::UNPROCESSABLE_ENTITY,
                "article_without_address",
                Some("page"),
            ),
            Refusal::ArticleElsewhere => {
                (S::UNPROCESSABLE_ENTITY, "article_elsewhere", Some("page"))
            }
            Refusal::ErratumEmpty => (S::UNPROCESSABLE_ENTITY, "erratum_empty", Some("line")),
            Refusal::ErratumTooLong { .. } => {
                (S::UNPROCESSABLE_ENTITY, "erratum_too_long", Some("line"))
            }
            Refusal::PassageInReply => (
                S::UNPROCESSABLE_ENTITY,
                "passage_in_reply",
                Some("annotation"),
            ),
            Refusal::PassageEmpty => (
                S::UNPROCESSABLE_ENTITY,
                "passage_empty",
                Some("annotation.exact"),
            ),
            Refusal::PassageTooLong { .. } => (
                S::UNPROCESSABLE_ENTITY,
                "passage_too_long",
                Some("annotation.exact"),
            ),
            Refusal::PassageContextTooLong { .. } => (
                S::UNPROCESSABLE_ENTITY,
                "passage_context_too_long",
                Some("annotation"),
            ),
            Refusal::PassageMisplaced => (
                S::UNPROCESSABLE_ENTITY,
                "passage_misplaced",
                Some("annotation.start"),
            ),
            Refusal::SourcesOff => (S::FORBIDDEN, "sources_off", Some("sources")),
            Refusal::SourcesWithoutPassage => (
                S::UNPROCESSABLE_ENTITY,
                "sources_without_passage",
                Some("sources"),
            ),
            Refusal::SourceMissing => (S::UNPROCESSABLE_ENTITY, "source_missing", Some("sources")),
            Refusal::TooManySources { .. } => {
                (S::UNPROCESSABLE_ENTITY, "too_many_sources", Some("sources"))
            }
            Refusal::SourceInvalid => (S::UNPROCESSABLE_ENTITY, "source_invalid", Some("sources")),
            Refusal::SourceIsPage => (S::UNPROCESSABLE_ENTITY, "source_is_page", Some("sources")),
            Refusal::SourceDayInvalid => (
                S::UNPROCESSABLE_ENTITY,
                "source_day_invalid",
                Some("sources"),
            ),
            Refusal::SourceTextTooLong { .. } => (
                S::UNPROCESSABLE_ENTITY,
                "source_text_too_long",
                Some("sources"),
            ),
            Refusal::SourcesUnknown => (S::NOT_FOUND, "sources_unknown", None),
            Refusal::SourcesWithdrawn => (S::CONFLICT, "sources_withdrawn", None),
            Refusal::OwnSources => (S::FORBIDDEN, "own_sources", None),
            Refusal::SourceNoteMissing => {
                (S::UNPROCESSABLE_ENTITY, "source_note_missing", Some("note"))
            }
            Refusal::AuthorUnknown => (S::NOT_FOUND, "author_unknown", None),
            Refusal::LastOwner => (S::CONFLICT, "last_owner", Some("role")),
            Refusal::GroupUnknown => (S::NOT_FOUND, "group_unknown", None),
            Refusal::GroupNameInvalid { .. } => {
                (S::UNPROCESSABLE_ENTITY, "group_name_invalid", Some("name"))
            }
            Refusal::TooManyWords { .. } => {
                (S::UNPROCESSABLE_ENTITY, "too_many_words", Some("words"))
            }
            Refusal::ListTooLarge { .. } => {
                (S::UNPROCESSABLE_ENTITY, "list_too_large", Some("words"))
            }
            Refusal::WordUnusable { .. } => {
                (S::UNPROCESSABLE_ENTITY, "word_unusable", Some("words"))
            }
            Refusal::SettingUnknown { .. } => (S::UNPROCESSABLE_ENTITY, "setting_unknown", None),
            Refusal::SettingInvalid { .. } => (S::UNPROCESSABLE_ENTITY, "setting_invalid", None),
        };
        let error = Self::refused(status, code, &refusal);
        let mut error = match field {
            Some(field) => error.field(field),
            None => error,
        };
        error.max = refusal.max();
        if let Refusal::WordBanned { word, .. } = refusal {
            error.word = Some(word);
        }
        error
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Refused(refusal) => refusal.into(),
            StoreError::Unavailable(cause) => {
                tracing::warn!(%cause, "The store is unavailable: {cause}");
                Self::unavailable()
            }
            StoreError::DiskFull(_) | StoreError::TimedOut(_) => {
                tracing::warn!(cause = %error, "The store did not do it: {error}");
                Self::unavailable()
            }
            StoreError::Busy | StoreError::Collision => Self::unavailable(),
            StoreError::Constraint { .. }
            | StoreError::TooNew { .. }
            | StoreError::TooOld { .. }
            | StoreError::Unreleased
            | StoreError::Internal(_) => Self::internal(&error),
        }
    }
}

impl From<PageError> for ApiError {
    fn from(error: PageError) -> Self {
        match error {
            PageError::Store(error) => error.into(),
            PageError::Greedy => Self::rate_limited(1),
            PageError::Busy => Self::unavailable(),
            PageError::Broken(_) => Self::internal(&error),
        }
    }
}
