//! Staticman: a folder of files, each a comment, as YAML, JSON or front matter.
//!
//! A file says of which page it is, or the folder does that it lies in. What a comment replies to is an id,
//! or the number of a root, counted by the names of the files; so all files are looked at first.

use std::collections::HashMap;
use std::io::Read;

use crate::ReadError;
use crate::fields::Fields;
use crate::format::{Format, Items, Options, Out, Start, items, record};
use crate::input::Input;
use crate::item::{Body, CommentItem, Writer};

/// A longer file is no comment.
const MAX_FILE_BYTES: u64 = 1 << 20;

const IDS: &[&str] = &["_id", "id"];
const TEXTS: &[&str] = &["message", "comment", "body", "content"];
const NAMES: &[&str] = &["name", "author", "nickname"];
const DATES: &[&str] = &["date", "timestamp", "created_at"];

/// What a text stands under that has no name of its own.
const BEHIND: &str = "message";

/// Files of Staticman.
pub(crate) struct Staticman;

impl Format for Staticman {
    fn word(&self) -> &'static str {
        "staticman"
    }

    fn name(&self) -> &'static str {
        "files of Staticman"
    }

    fn recognises(&self, start: &Start) -> bool {
        let lower = start.name.to_ascii_lowercase();
        let is_named = [".yml", ".yaml", ".json", ".md"];
        let has_name = is_named.iter().any(|end| lower.ends_with(end));
        let fields = fields(&start.text()).filter(|_| has_name);
        fields.is_some_and(|fields| is_comment(&fields))
    }

    fn read(&self, files: Vec<Input>, _: Options) -> Result<Items, ReadError> {
        let mut roots: HashMap<String, Vec<(String, String)>> = HashMap::new();
        for file in &files {
            let Some(fields) = fields(&text_of(file)?).filter(is_comment) else {
                continue;
            };
            if fields.given(&["replying_to", "replying_to_uid"]).is_none() {
                let own = (file.name.clone(), id_of(file, &fields));
                roots.entry(page_of(file, &fields)).or_default().push(own);
            }
        }
        for own in roots.values_mut() {
            own.sort();
        }
        let texts = files.into_iter().map(|file| {
            let text = text_of(&file)?;
            Ok((file, text))
        });
        Ok(items(texts, move |(file, text), out| {
            match fields(&text).filter(is_comment) {
                Some(fields) => comment(&file, &fields, &roots, out),
                None => out.dropped(format!("file {}", file.name), "it is no comment"),
            }
        }))
    }
}

fn text_of(file: &Input) -> Result<String, ReadError> {
    let mut bytes = Vec::new();
    file.read()?.take(MAX_FILE_BYTES).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn fields(text: &str) -> Option<Fields> {
    if text.trim_start().starts_with('{') {
        return Fields::of_json(serde_json::from_str(text).ok()?);
    }
    let (mut members, behind) = crate::yaml::mapping(text)?;
    let has_text = members
        .iter()
        .any(|(name, _)| TEXTS.contains(&name.as_str()));
    if let Some(behind) = behind.filter(|_| !has_text) {
        members.push((BEHIND.to_owned(), behind));
    }
    Some(Fields::of_texts(members))
}

/// Who wrote it, what, and when.
fn is_comment(fields: &Fields) -> bool {
    [TEXTS, NAMES, DATES]
        .iter()
        .all(|names| names.iter().any(|name| fields.has(name)))
}

fn id_of(file: &Input, fields: &Fields) -> String {
    fields.given(IDS).unwrap_or_else(|| {
        let name = file.name.rsplit('/').next().unwrap_or(&file.name);
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        format!("{}/{stem}", folder_of(file))
    })
}

/// The folder that a file lies in, if any.
fn folder_of(file: &Input) -> &str {
    file.name.rsplit('/').nth(1).unwrap_or_default()
}

/// The address or path of the page: what the file says, unless that is what a template left behind.
fn page_of(file: &Input, fields: &Fields) -> String {
    let said = fields.text(&["_parent"]);
    let is_template = said.contains(['{', '}', '%']);
    let page = match said.as_str() {
        "" => folder_of(file),
        _ if is_template => folder_of(file),
        said => said,
    };
    let is_whole = page.contains("://") || page.starts_with('/');
    match is_whole || page.is_empty() {
        true => page.to_owned(),
        false => format!("/{page}"),
    }
}

fn comment(
    file: &Input,
    fields: &Fields,
    roots: &HashMap<String, Vec<(String, String)>>,
    out: &mut Out,
) {
    let (id, page) = (id_of(file, fields), page_of(file, fields));
    if page.is_empty() {
        let reason = "neither the file nor its folder says of which page it is";
        return out.dropped(record(&id), reason);
    }
    out.page_at(&page, "");
    let mut comment = CommentItem::new(
        id.as_str(),
        page.as_str(),
        Body::Markdown(fields.long_text(TEXTS)),
    );
    let number = fields.given(&["replying_to"]);
    comment.parent = fields.given(&["replying_to_uid"]).or_else(|| {
        let number = number.as_ref()?;
        let at: Option<usize> = number.parse().ok().filter(|at| *at > 0);
        match at {
            Some(at) => {
                let root = roots.get(&page).and_then(|roots| roots.get(at - 1));
                let root = root.map(|(_, id)| id.clone());
                if root.is_none() {
                    let reason =
                        format!("it replies to root {number}, which its page does not have");
                    out.note(record(&id), reason);
                }
                root
            }
            None => Some(number.clone()),
        }
    });
    let (email, website) = (fields.text(&["email"]), ["url", "website", "link", "site"]);
    comment.writer = Writer {
        name: fields.text(NAMES),
        email: Some(email.clone()).filter(|email| email.contains('@')),
        website: fields.given(&website),
        user_id: None,
    };
    if !email.is_empty() && comment.writer.email.is_none() {
        out.note(
            record(&id),
            "its author's e-mail address is a hash, and was left out",
        );
    }
    match fields.when(DATES) {
        Some(when) => {
            comment.posted_at = when.time;
            if !when.has_zone {
                out.note(record(&id), "its date says no zone and was taken as UTC");
            }
        }
        None => out.note(
            record(&id),
            "it has no date and was given the start of 1970",
        ),
    }
    out.comment(comment, fields);
}
