//! Files of other systems, each with the oddities that real ones have, as the items they become.

mod artalk;
mod commento;
mod coral;
mod cusdis;
mod disqus;
mod drupal;
mod generic;
mod giscus;
mod isso;
mod recognition;
mod remark42;
mod staticman;
mod twikoo;
mod waline;
mod web_annotation;

use rejoinder_archive::{Body, CommentItem, Input, Item, ItemKind, Options, PageItem, recognise};

/// Reads `file` as what it is recognised as: that first, then a line for each item.
fn lines(file: impl Into<Vec<u8>>) -> String {
    lines_of(&[("file", &file.into())])
}

fn lines_of(files: &[(&str, &[u8])]) -> String {
    let inputs = files
        .iter()
        .map(|(name, bytes)| Input::of_bytes(name, *bytes));
    let recognised = match recognise(inputs.collect()) {
        Ok(recognised) => recognised,
        Err(error) => return format!("! {error}\n"),
    };
    let mut lines = format!("{}\n", recognised.format.name());
    for other in recognised.others {
        lines.push_str(&format!("- file {other}\n"));
    }
    let items = match recognised.format.read(recognised.files, Options::default()) {
        Ok(items) => items,
        Err(error) => return format!("{lines}! {error}\n"),
    };
    for item in items {
        lines.push_str(&match item {
            Ok(item) => line(item),
            Err(error) => format!("! {error}"),
        });
        lines.push('\n');
    }
    lines
}

fn line(item: Item) -> String {
    match item {
        Item::Page(page) => of_page(&page),
        Item::Comment(comment) => of_comment(&comment),
        Item::Question(question) => format!("question {}: {}", question.source_id, question.text),
        Item::Dropped { record, reason } => format!("dropped {record}: {reason}"),
        Item::Note { record, reason } => format!("changed {record}: {reason}"),
        Item::Without { record, fields } => format!("without {record}: {fields}"),
        Item::EndOfPages => "end of pages".to_owned(),
    }
}

/// What a page is, without what is as usual.
fn of_page(page: &PageItem) -> String {
    let mut line = format!("page {} {:?}", page.source_id, page.title);
    if page.url != page.source_id {
        line.push_str(&format!(" at {}", page.url));
    }
    for alias in &page.aliases {
        line.push_str(&format!(" or {alias}"));
    }
    if let Some(at) = page.published_at {
        line.push_str(&format!(" of {at}"));
    }
    for (is, word) in [(!page.public, "hidden"), (page.closed, "closed")] {
        if is {
            line.push_str(&format!(" {word}"));
        }
    }
    line
}

/// What a comment is, without what is as usual.
fn of_comment(comment: &CommentItem) -> String {
    let mut line = format!("  {}", comment.source_id);
    if let Some(parent) = &comment.parent {
        line.push_str(&format!(" < {parent}"));
    }
    line.push_str(&format!(" on {} of {}", comment.page, comment.posted_at));
    if let Some(at) = comment.edited_at {
        line.push_str(&format!(" edited {at}"));
    }
    line.push_str(&format!(" {}", comment.state.as_str()));
    if comment.kind != ItemKind::Comment {
        line.push_str(&format!(" {:?}", comment.kind));
    }
    if comment.pinned {
        line.push_str(" pinned");
    }
    if let Some(passage) = &comment.annotation {
        let quote = &passage.quote;
        line.push_str(&format!(
            " at {:?}…{:?}…{:?}",
            quote.prefix, quote.exact, quote.suffix
        ));
        if let Some(position) = passage.position {
            line.push_str(&format!(" {}–{}", position.start, position.end));
        }
    }
    let tally = comment.votes.tally();
    if tally.up + tally.down > 0 {
        line.push_str(&format!(" +{} -{}", tally.up, tally.down));
    }
    let writer = &comment.writer;
    line.push_str(&format!(" by {:?}", writer.name));
    let known = [&writer.email, &writer.website, &writer.user_id];
    for part in known.into_iter().flatten() {
        line.push_str(&format!(" {part}"));
    }
    let (kind, source) = match &comment.body {
        Body::Html(html) => ("html", html),
        Body::Markdown(text) => ("markdown", text),
    };
    format!("{line}: {kind} {source:?}")
}
