//! The desk: what waits, who wrote it, and what was done.

mod author;
mod comment;
mod desk_mail;
mod diff;
pub(crate) mod flag;
mod groups;
mod list;
mod log;
mod marked;
pub(crate) mod moderate;
mod modes;
mod pages;
mod queue;
mod row;
mod search;

pub use author::{
    AuthorPage, BannedAuthorRow, BannedPage, RefusedForm, StandingChangeRow, author_page,
    banned_page,
};
pub use comment::{CommentPage, EarlierText, comment_page};
pub use desk_mail::{WaitingComment, desk_mail, desk_mail_page};
pub use groups::{GroupForm, GroupsPage, groups_page};
pub use list::CommentList;
pub use log::{LogActor, LogComment, LogPage, LogRow, LogRows, log_page};
pub use pages::{PagePage, PagesPage, page_page, pages_page};
pub use queue::{QueuePage, queue_page};
pub use row::{CommentRow, FlagRow, Judgement, RecordCounts, excerpt, name, row, title};
pub use search::{SavedSearchRow, SearchPage, search_page};
