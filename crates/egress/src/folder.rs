//! Mails that went into a folder, read again.

use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::time::SystemTime;

use mail_parser::{Message, MessageParser};

/// A mail in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenMail {
    /// Its file, without the folder.
    pub name: String,
    /// The recipient's address.
    pub to: String,
    /// What it is about.
    pub subject: String,
    /// The plain text in it.
    pub text: String,
}

/// The mails in `folder` that were written last, newest first, at most `limit`.
pub fn newest_mails(folder: &Path, limit: usize) -> io::Result<Vec<WrittenMail>> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        // It is made with the first mail.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut files: Vec<(SystemTime, String)> = Vec::new();
    for entry in entries {
        let entry = entry?;
        if let (Ok(name), Ok(about)) = (entry.file_name().into_string(), entry.metadata()) {
            files.push((about.modified()?, name));
        }
    }
    files.sort_unstable_by(|a, b| b.cmp(a));
    let mails = files.iter().map(|(_, name)| read_mail(folder, name));
    let mut newest = Vec::new();
    for mail in mails {
        newest.extend(mail?);
        if newest.len() == limit {
            break;
        }
    }
    Ok(newest)
}

/// The mail in the file `name` of `folder`; `None` when there is none, or the name leads elsewhere.
pub fn read_mail(folder: &Path, name: &str) -> io::Result<Option<WrittenMail>> {
    let path = Path::new(name);
    let is_plain = path.file_name() == Some(OsStr::new(name)) && !name.starts_with('.');
    if !is_plain || path.extension() != Some(OsStr::new("eml")) {
        return Ok(None);
    }
    let bytes = match std::fs::read(folder.join(name)) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let parsed = MessageParser::default().parse(&bytes);
    Ok(parsed.map(|mail| WrittenMail {
        name: name.to_owned(),
        to: addressee(&mail).unwrap_or_default(),
        subject: mail.subject().unwrap_or_default().to_owned(),
        text: mail.body_text(0).unwrap_or_default().replace("\r\n", "\n"),
    }))
}

fn addressee(mail: &Message<'_>) -> Option<String> {
    Some(mail.to()?.first()?.address()?.to_owned())
}
