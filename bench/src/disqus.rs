//! The comments of the corpus as an export of Disqus.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use crate::Result;
use crate::corpus::{BenchRandom, CorpusComment, CorpusPage, address, time_of, with_tags};

/// How many people have an account. One comment in eight is by a guest, who is nobody else, and one in ten by
/// the most prolific of all; one in a hundred is spam.
const N_ACCOUNTS: u32 = 50_000;
const GUEST_EVERY: u64 = 8;
const PROLIFIC_EVERY: u64 = 10;
const SPAM_EVERY: u64 = 100;

const HEAD: &str = r#"<?xml version="1.0"?>
<disqus xmlns="http://disqus.com" xmlns:dsq="http://disqus.com/disqus-internals">
<category dsq:id="1"><forum>bench</forum><title>General</title><isDefault>true</isDefault></category>
"#;

/// Write an export of Disqus that holds `pages`: all threads, then all posts.
pub(crate) fn write_export(path: &Path, pages: impl Iterator<Item = CorpusPage> + Clone) -> Result {
    let failed = |error: std::io::Error| format!("{} cannot be written: {error}", path.display());
    let mut file = BufWriter::with_capacity(1 << 20, File::create(path).map_err(failed)?);
    file.write_all(HEAD.as_bytes()).map_err(failed)?;
    let mut out = String::new();
    for (number, page) in pages.clone().enumerate() {
        out.clear();
        push_thread(&mut out, number, &page);
        file.write_all(out.as_bytes()).map_err(failed)?;
    }
    let mut n_before = 0;
    for (number, page) in pages.enumerate() {
        for comment in page.comments() {
            out.clear();
            push_post(&mut out, number, n_before, &comment);
            file.write_all(out.as_bytes()).map_err(failed)?;
        }
        n_before += u64::from(page.n_comments);
    }
    file.write_all(b"</disqus>\n")
        .and_then(|()| file.flush())
        .map_err(failed)
}

fn push_thread(out: &mut String, number: usize, page: &CorpusPage) {
    let _ = writeln!(
        out,
        "<thread dsq:id=\"{}\"><id>{name}</id><forum>bench</forum><category dsq:id=\"1\"/>\
         <link>{}</link><title>{name}</title><message/><createdAt>2020-01-01T00:00:00Z</createdAt>\
         <author><name>Editor</name><isAnonymous>false</isAnonymous><username>editor</username>\
         </author><isClosed>false</isClosed><isDeleted>false</isDeleted></thread>",
        number + 1,
        address(&page.name),
        name = page.name,
    );
}

/// Posts have numbers above those of all threads.
fn push_post(out: &mut String, thread: usize, n_before: u64, comment: &CorpusComment) {
    const FIRST: u64 = 1_000_000_000;
    let id = |place: u32| FIRST + n_before + u64::from(place);
    let own = id(comment.place);
    let _ = write!(
        out,
        "<post dsq:id=\"{own}\"><id/><message><![CDATA[<p>{}</p>]]></message>\
         <createdAt>{}</createdAt><isDeleted>false</isDeleted><isSpam>{}</isSpam>",
        with_tags(&comment.text).replace("\n\n", "</p><p>"),
        time_of(own - FIRST),
        // No root, so that no replies hang below it.
        own % SPAM_EVERY == 3,
    );
    push_author(out, own);
    let _ = write!(out, "<thread dsq:id=\"{}\"/>", thread + 1);
    if let Some(parent) = comment.parent.map(id) {
        let _ = write!(out, "<parent dsq:id=\"{parent}\"/>");
    }
    out.push_str("</post>\n");
}

fn push_author(out: &mut String, post: u64) {
    let of_comment = &mut BenchRandom(post);
    let account = match post % PROLIFIC_EVERY {
        1 => 0,
        _ => of_comment.below(N_ACCOUNTS),
    };
    let name = crate::corpus::author(&mut BenchRandom(u64::from(account)));
    let _ = match post.is_multiple_of(GUEST_EVERY) {
        true => write!(
            out,
            "<author><name>{name}</name><isAnonymous>true</isAnonymous></author>"
        ),
        false => write!(
            out,
            "<author><name>{name}</name><isAnonymous>false</isAnonymous>\
             <username>reader{account}</username></author>"
        ),
    };
}
