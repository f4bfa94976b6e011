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
mod pages;
mod queue;
mod row;
mod search;

pub use author::{AuthorPage, BannedPage, Changed, Refused, Stopped, author_page, banned_page};
pub use comment::{CommentPage, Earlier, comment_page};
pub use desk_mail::{Waiting, desk_mail, desk_mail_page};
pub use groups::{Grouped, GroupsPage, groups_page};
pub use list::List;
pub use log::{About, LogPage, LogRows, Logged, Who, log_page};
pub use pages::{PagePage, PagesPage, page_page, pages_page};
pub use queue::{QueuePage, queue_page};
pub use row::{Flagged, Judgement, Record, Row, excerpt, name, row, title};
pub use search::{Kept, SearchPage, search_page};
