//! Which rows and columns an export holds.

/// A table of the export. Its rows are those of the site, without the site's id.
#[derive(Debug)]
pub struct Table {
    /// Its name, in the database and in the file.
    pub name: &'static str,
    /// The columns by which its rows are in order.
    pub(super) order: &'static str,
    /// Which of its rows are taken, as a condition in SQL; all where it is empty.
    pub(super) only: &'static str,
    /// Its columns.
    pub columns: &'static [Column],
}

/// A column of the export.
#[derive(Debug)]
pub struct Column {
    /// Its name, in the database and in the file.
    pub name: &'static str,
    /// What it holds.
    pub holds: Holds,
}

/// What a column holds, and how it is written. What is not there is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// An id: 13 letters, as in addresses and in the API.
    Id,
    /// A number.
    Number,
    /// A time: RFC 3339 in UTC, to the microsecond.
    Time,
    /// A text.
    Text,
    /// A web address, which pages lead to.
    Address,
    /// A text that is JSON: it is written as what it says.
    Json,
    /// HTML that was taken over from another system. It is sanitised again when it is read.
    Html,
    /// The rendered form of Markdown, which is made anew when it is read. Only that there is none is
    /// written, as an empty text; and what was HTML to begin with, as [`Holds::Html`].
    Rendered,
    /// Bytes, in Base64.
    Bytes,
}

macro_rules! tables {
    ($($name:ident by $order:literal $(where $only:literal)? { $($column:ident: $holds:ident),* $(,)? })*) => {
        &[$(Table {
            name: stringify!($name),
            order: $order,
            only: concat!($($only)?),
            columns: &[$(Column { name: stringify!($column), holds: Holds::$holds }),*],
        }),*]
    };
}

/// What an export holds, in its order: no row stands before one that it refers to.
///
/// Hashes of addresses are nowhere in it: they mean nothing without the key of this database.
pub const EXPORTED: &[Table] = tables! {
    site_logo by "site_id" {
        name: Text, bytes: Bytes, width: Number, height: Number, made_at: Time,
    }
    author by "id" {
        id: Id, kind: Text, role: Text, name: Text, email: Text, website: Text, created_at: Time,
        is_supporter: Number, has_page: Number, picture: Text,
    }
    nobody by "author_id" { author_id: Id }
    session by "token_hash"
        where "exists (select 1 from author a where a.site_id = session.site_id
            and a.id = session.author_id and a.kind = 'guest')" {
        token_hash: Bytes, author_id: Id, created_at: Time, expires_at: Time, label: Text,
        family: Bytes,
    }
    author_picture by "author_id" { author_id: Id, name: Text, bytes: Bytes, made_at: Time }
    identity by "issuer collate binary, subject collate binary" {
        issuer: Text, subject: Text, author_id: Id, issued_at: Time,
    }
    passkey by "credential_id" {
        credential_id: Bytes, author_id: Id, name: Text, public_key: Text, sign_count: Number,
        created_at: Time, used_at: Time,
    }
    erasure by "author_id" { author_id: Id, comments: Text, asked_at: Time, due_at: Time }
    erased by "kind collate binary, id" {
        kind: Text, id: Id, comments: Text, into_id: Id, at: Time,
    }
    mute by "author_id, muted_id" { author_id: Id, muted_id: Id, at: Time }
    standing by "author_id" { author_id: Id, trust: Text, suspended_until: Time }
    standing_change by "id" {
        id: Id, author_id: Id, moderator_id: Id, action: Text, until: Time, reason: Text, at: Time,
    }
    ban by "kind collate binary, value" where "kind <> 'address'" {
        kind: Text, value: Bytes, author_id: Id, until: Time, reason: Text, at: Time,
    }
    word by "list collate binary, word collate binary" { list: Text, word: Text, added_at: Time }
    site_moderation by "site_id" { words_hash: Bytes, n_bad: Number, n_good: Number }
    word_count by "word collate binary" { word: Text, bad: Number, good: Number }
    saved_search by "id" {
        id: Id, moderator_id: Id, name: Text, query: Text, created_at: Time,
    }
    page by "id" {
        id: Id, key: Text, url: Address, title: Text, version: Number, n_comments: Number,
        closed_at: Time, created_at: Time, mode: Text, passages: Text,
        questions: Text, invitation: Text,
    }
    page_alias by "page_id, key collate binary" { page_id: Id, key: Text }
    page_author by "page_id, author_id" { page_id: Id, author_id: Id, linked_at: Time }
    page_group by "id" { id: Id, name: Text, prefix: Text, mode: Text }
    group_page by "group_id, page_id" { group_id: Id, page_id: Id }
    moderator_group by "author_id, group_id" { author_id: Id, group_id: Id }
    desk_reader by "author_id" { author_id: Id, secret: Text, ended_at: Time }
    article_version by "page_id, number" {
        page_id: Id, number: Number, hash: Bytes, text: Text, made_at: Time, report: Json,
    }
    question by "id" {
        id: Id, page_id: Id, annotation: Json, text: Text, asked_by: Id, made_at: Time,
        edited_at: Time, closed_at: Time,
    }
    recording by "created_at, id" {
        id: Id, page_id: Id, cut_of: Id, title: Text, kind: Text, state: Text, problem: Text,
        address: Address, media_type: Text, n_bytes: Number, n_arrived: Number, progress: Number,
        duration_ms: Number, revision: Number, wave_form: Bytes, fingerprint: Bytes,
        comparison: Json, created_by: Id, created_at: Time, chapters: Text,
    }
    recording_part by "recording_id, first_byte" {
        recording_id: Id, first_byte: Number, bytes: Bytes,
    }
    recording_words by "recording_id" { recording_id: Id, words: Text }
    transcript by "recording_id, revision" {
        recording_id: Id, revision: Number, status: Text, language: Text, webvtt: Text,
        author_id: Id, made_at: Time,
    }
    transcript_lock by "recording_id, start_ms" {
        recording_id: Id, start_ms: Number, end_ms: Number, made_at: Time,
    }
    transcript_proposal by "id" {
        id: Id, recording_id: Id, revision: Number, start_ms: Number, end_ms: Number,
        speaker_before: Text, text_before: Text, speaker: Text, text: Text, author_id: Id,
        made_at: Time, state: Text, decided_by: Id, decided_at: Time, reason: Text, read_at: Time,
    }
    transcript_confirmation by "proposal_id, author_id" {
        proposal_id: Id, author_id: Id, weight: Number, at: Time,
    }
    comment by "depth, id" {
        id: Id, page_id: Id, parent_id: Id, root_id: Id, depth: Number, author_id: Id, text: Text,
        html: Rendered, state: Text, reason: Text, revision: Number, created_at: Time,
        edited_at: Time, closed_at: Time, pin: Number, up: Number, down: Number, base_up: Number,
        base_down: Number, best: Number, n_replies: Number, n_descendants: Number,
        decided_revision: Number, featured_at: Time, n_flags: Number, program_id: Id,
        written_in: Text, annotation: Json, source_check: Json, liked: Number,
        images: Json,
    }
    comment_image by "id" where "comment_id is not null" {
        id: Id, comment_id: Id, bytes: Bytes, width: Number, height: Number, made_at: Time,
    }
    answer by "comment_id" { comment_id: Id, question_id: Id }
    comment_version by "comment_id, revision" {
        comment_id: Id, revision: Number, text: Text, replaced_at: Time, html: Html,
        sources: Json,
    }
    comment_link by "comment_id, url collate binary" {
        comment_id: Id, url: Address, place: Number, is_off: Number,
    }
    mention by "comment_id, target_id" { comment_id: Id, author_id: Id, target_id: Id }
    link_picture by "id" { id: Id, bytes: Bytes }
    link_card by "url collate binary" {
        url: Address, state: Text, title: Text, name: Text, description: Text, picture_id: Id,
        width: Number, height: Number, fetched_at: Time, author: Text, icon_id: Id,
    }
    vote by "comment_id, author_id" { comment_id: Id, author_id: Id, value: Number, cast_at: Time }
    source_answer by "comment_id, author_id" {
        comment_id: Id, author_id: Id, says: Text, relevant: Text, answered_at: Time,
    }
    reaction by "comment_id, author_id, key collate binary" {
        comment_id: Id, author_id: Id, key: Text, made_at: Time,
    }
    reaction_count by "comment_id, key collate binary" {
        comment_id: Id, key: Text, n: Number, base: Number,
    }
    flag by "comment_id, author_id, revision" {
        comment_id: Id, author_id: Id, revision: Number, reason: Text, note: Text, at: Time,
        ended_at: Time, ended_by: Number,
    }
    decision by "page_id, version" {
        page_id: Id, version: Number, comment_id: Id, revision: Number, actor: Text,
        moderator_id: Id, action: Text, before: Text, after: Text, after_state: Text, reason: Text,
        note: Text, findings: Json, at: Time, undoes: Number, undone_by: Number,
    }
    late_verdict by "comment_id, revision, phase collate binary" {
        comment_id: Id, revision: Number, phase: Text, finding: Json, changed: Number, at: Time,
        corrected_at: Time,
    }
    lesson by "comment_id" { comment_id: Id, kind: Text, words: Text }
    event by "page_id, version" {
        page_id: Id, version: Number, kind: Text, comment_id: Id, at: Time,
    }
    correction by "id" {
        id: Id, page_id: Id, annotation: Json, text: Text, proposed: Text, author_id: Id,
        thanks: Text, email: Text, made_at: Time, state: Text, decided_by: Id, decided_at: Time,
        reason: Text, version: Number, awaits_version: Number, seen_at: Time,
        sources: Json,
    }
    erratum by "id" {
        id: Id, page_id: Id, line: Text, thanks: Text, correction_id: Id, version: Number,
        made_by: Id, made_at: Time, published_at: Time, thanked_id: Id,
    }
    subscription by "id" {
        id: Id, page_id: Id, kind: Text, branch_id: Id, author_id: Id, email: Text, mailbox: Text,
        pace: Text, secret: Text, asked_at: Time, confirmed_at: Time, contested_at: Time,
    }
    notice by "mailbox collate binary, comment_id" {
        mailbox: Text, comment_id: Id, subscription_id: Id, digest_at: Time, made_at: Time,
        mailed_at: Time,
    }
    bell by "author_id, comment_id" {
        author_id: Id, comment_id: Id, ring: Text, made_at: Time, read_at: Time,
        is_challenge: Number,
    }
    campaign by "id" {
        id: Id, title: Text, about: Text, currency: Text, goal: Number, mode: Text,
        milestones: Json, section: Text, url: Address, starts_at: Time, ends_at: Time,
        created_at: Time, hidden_at: Time, names_supporters: Number,
    }
    ledger_entry by "id" {
        id: Id, campaign_id: Id, source: Text, kind: Text, external_id: Text, currency: Text,
        amount: Number, gifts: Number, month: Number, occurred_at: Time, received_at: Time,
        note: Text, made_by: Id, payment: Text,
    }
    gift by "entry_id" {
        entry_id: Id, campaign_id: Id, name: Text, is_public: Number, received_at: Time,
        author_id: Id, claimed_at: Time, has_badge: Number,
    }
    gift_receipt by "entry_id, hash" { hash: Bytes, entry_id: Id }
    campaign_sum by "campaign_id, currency collate binary, month" {
        campaign_id: Id, currency: Text, month: Number, amount: Number, gifts: Number,
    }
    funding by "site_id" { version: Number }
    source by "format collate binary, source_id collate binary" {
        format: Text, source_id: Text, target_id: Id,
    }
    audit by "id" {
        at: Time, author_id: Id, author_name: Text, change: Text, subject: Text, subject_id: Id,
        was: Text, became: Text,
    }
};

/// The tables of which an export holds nothing, and why.
pub const LEFT_OUT: &[(&str, &str)] = &[
    ("address_key", "a secret of this database"),
    (
        "agreement",
        "what follows from the votes: it is found again",
    ),
    (
        "agreement_comment",
        "what follows from the votes: it is found again",
    ),
    (
        "agreement_side",
        "which side a reader is on, which leaves this database in no way",
    ),
    ("api_token", "a secret; make new ones"),
    (
        "article_fetch",
        "what came of asking for texts: the texts are in article_version",
    ),
    ("delivery", "the log of webhooks, which have secrets"),
    ("device", "tied to this server's key for pushes"),
    ("guest_link", "links that are used within the day"),
    ("hand_over", "sign-ins under way"),
    ("idempotency", "requests of the last day"),
    ("import", "files under way, and what came of those before"),
    (
        "import_part",
        "files under way, and what came of those before",
    ),
    (
        "job",
        "work under way: it is asked for again where it is still wanted",
    ),
    ("mail_browser", "sign-ins under way"),
    ("mail_sign_in", "sign-ins under way"),
    ("migration", "the state of this database"),
    ("node", "the servers on this database"),
    ("openid_provider", "it has a secret; set it up again"),
    ("openid_sign_in", "sign-ins under way"),
    ("passkey_ceremony", "sign-ins under way"),
    ("payment_hook", "a secret; set it up again"),
    ("payment_message", "the log of hooks, which have secrets"),
    ("payment_purpose", "rules of hooks, which have secrets"),
    ("push", "what devices were told"),
    ("push_key", "a secret of this database"),
    ("rendering", "the state of this database"),
    ("sign_in", "links that are used within the hour"),
    ("sign_in_key", "a secret; set it up again"),
    ("site", "a line of its own, before the tables"),
    ("site_origin", "what stands in that line, too"),
    ("spent_token", "sign-ins of the last minutes"),
    ("spent_work", "proofs of work of the last minutes"),
    ("time_reference", "found again in the texts"),
    ("webhook", "it has a secret; set it up again"),
    ("work_key", "a secret of this database"),
];
