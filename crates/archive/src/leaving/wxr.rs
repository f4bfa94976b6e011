//! WXR 1.2, as WordPress writes it, with votes, pins and times of editing as wpDiscuz keeps them.

use std::io::{self, Write};

use rejoinder_core::{CommentState, Page, Site, Time};
use store::archive::leaving::LeavingComment;

use super::{cdata, escaped};

pub(super) fn begin(out: &mut impl Write, site: &Site) -> io::Result<()> {
    let title = site.name();
    let link = site.origins.first().map_or("", String::as_str);
    write!(
        out,
        "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n\
         <rss version=\"2.0\" xmlns:excerpt=\"http://wordpress.org/export/1.2/excerpt/\" \
         xmlns:content=\"http://purl.org/rss/1.0/modules/content/\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:wp=\"http://wordpress.org/export/1.2/\">\n\
         <channel>\n<title>{}</title>\n<link>{}</link>\n<description></description>\n\
         <language>{}</language>\n<wp:wxr_version>1.2</wp:wxr_version>\n",
        escaped(title),
        escaped(link),
        site.settings.language.tag(),
    )
}

/// A page is a post; its text is elsewhere.
pub(super) fn begin_page(out: &mut impl Write, page: &Page, number: u64) -> io::Result<()> {
    let address = escaped(page.key.name());
    let state = match page.closed_at {
        Some(_) => "closed",
        None => "open",
    };
    let (local, gmt) = (wordpress(page.created_at), wordpress(page.created_at));
    write!(
        out,
        "<item>\n<title>{}</title>\n<link>{address}</link>\n\
         <guid isPermaLink=\"false\">{address}</guid>\n<description></description>\n\
         <content:encoded><![CDATA[]]></content:encoded>\n\
         <excerpt:encoded><![CDATA[]]></excerpt:encoded>\n\
         <wp:post_id>{number}</wp:post_id>\n<wp:post_date>{local}</wp:post_date>\n\
         <wp:post_date_gmt>{gmt}</wp:post_date_gmt>\n\
         <wp:comment_status>{state}</wp:comment_status>\n<wp:ping_status>closed</wp:ping_status>\n\
         <wp:post_name></wp:post_name>\n<wp:status>publish</wp:status>\n\
         <wp:post_parent>0</wp:post_parent>\n<wp:menu_order>0</wp:menu_order>\n\
         <wp:post_type>post</wp:post_type>\n<wp:post_password></wp:post_password>\n\
         <wp:is_sticky>0</wp:is_sticky>\n",
        // WordPress keeps titles and names as HTML.
        cdata(&escaped(page.title.as_deref().unwrap_or_default())),
    )
}

pub(super) fn comment(out: &mut impl Write, own: &LeavingComment) -> io::Result<()> {
    let comment = &own.comment;
    let author = &comment.author;
    let approved = match comment.state {
        CommentState::Published => "1",
        CommentState::Held => "0",
        CommentState::Spam => "spam",
        CommentState::Rejected | CommentState::Removed => "trash",
    };
    let is_private = comment.reason.as_deref() == Some("private");
    let kind = match (is_private, comment.pin) {
        (true, _) => "private",
        (false, Some(_)) => "wpdiscuz_sticky",
        (false, None) => "comment",
    };
    let at = wordpress(comment.created_at);
    write!(
        out,
        "<wp:comment>\n<wp:comment_id>{}</wp:comment_id>\n\
         <wp:comment_author>{}</wp:comment_author>\n\
         <wp:comment_author_email>{}</wp:comment_author_email>\n\
         <wp:comment_author_url>{}</wp:comment_author_url>\n\
         <wp:comment_author_IP></wp:comment_author_IP>\n\
         <wp:comment_date>{at}</wp:comment_date>\n<wp:comment_date_gmt>{at}</wp:comment_date_gmt>\n\
         <wp:comment_content>{}</wp:comment_content>\n\
         <wp:comment_approved>{approved}</wp:comment_approved>\n\
         <wp:comment_type>{kind}</wp:comment_type>\n\
         <wp:comment_parent>{}</wp:comment_parent>\n\
         <wp:comment_user_id>{}</wp:comment_user_id>\n",
        comment.id.0,
        cdata(&escaped(&author.name)),
        cdata(own.email.as_deref().unwrap_or_default()),
        escaped(author.website.as_deref().unwrap_or_default()),
        cdata(comment.html.as_str()),
        comment.parent.map_or(0, |parent| parent.0),
        author.id.0,
    )?;
    let tally = comment.tally;
    if tally.up != 0 || tally.down != 0 {
        let separate = format!(
            "a:2:{{s:4:\"like\";i:{};s:7:\"dislike\";i:{};}}",
            tally.up, tally.down
        );
        meta(out, "wpdiscuz_votes", &(tally.up - tally.down).to_string())?;
        meta(out, "wpdiscuz_votes_seperate", &separate)?;
    }
    if let Some(at) = comment.edited_at {
        meta(out, "wpdiscuz_last_edited_at", &at.seconds().to_string())?;
    }
    if comment.closed_at.is_some() {
        meta(out, "wpdiscuz_closed", "1")?;
    }
    out.write_all(b"</wp:comment>\n")
}

fn meta(out: &mut impl Write, key: &str, value: &str) -> io::Result<()> {
    writeln!(
        out,
        "<wp:commentmeta><wp:meta_key>{key}</wp:meta_key><wp:meta_value>{}</wp:meta_value></wp:commentmeta>",
        cdata(value)
    )
}

pub(super) fn end_page(out: &mut impl Write) -> io::Result<()> {
    out.write_all(b"</item>\n")
}

pub(super) fn end(out: &mut impl Write) -> io::Result<()> {
    out.write_all(b"</channel>\n</rss>\n")
}

/// `2026-11-23 05:24:00`
fn wordpress(time: Time) -> String {
    time.to_string().replace('T', " ").replace('Z', "")
}
