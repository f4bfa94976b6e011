//! Prepares what browsers load: minified, with the version in every reference, and compressed.

#[path = "build/join.rs"]
mod join;
#[path = "build/lazy.rs"]
mod lazy;
#[path = "build/mangle.rs"]
mod mangle;
#[path = "build/minify.rs"]
mod minify;
#[path = "../render/src/catalogue/over.rs"]
mod over;
#[path = "build/scopes.rs"]
mod scopes;
#[path = "build/squeeze.rs"]
mod squeeze;
#[path = "build/tokens.rs"]
mod tokens;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hasher};
use std::io::{self, Write as _};
use std::num::NonZeroU64;
use std::path::{Path, PathBuf};
use std::{env, fs};

use serde_json::Value;

/// Where the files are that browsers load, from this crate's folder.
const FOLDERS: [&str; 5] = [
    "../../web/widget",
    "../../web/desk",
    "../../web/pages",
    "../../web/shared",
    "../render/words",
];

fn main() -> io::Result<()> {
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    println!("cargo::rerun-if-changed=build");
    let mut files = BTreeMap::new();
    for folder in FOLDERS {
        println!("cargo::rerun-if-changed={folder}");
        read_folder(Path::new(folder), &mut files)?;
    }
    join::join(&mut files).map_err(io::Error::other)?;
    lazy::load(&mut files);
    for (_, text) in files.iter_mut().filter(|(name, _)| is_script(name)) {
        *text = mangle::mangle(&squeeze::squeeze(text));
    }
    let mut hasher = DefaultHasher::new();
    for (name, text) in &files {
        hasher.write(name.as_bytes());
        hasher.write(text.as_bytes());
    }
    let version = format!("{:012x}", hasher.finish() >> 16);
    let names: Vec<&String> = files.keys().collect();
    let mut table = format!("pub(crate) const VERSION: &str = \"{version}\";\n");
    table.push_str("pub(crate) static ASSETS: &[Asset] = &[\n");
    for (name, text) in &files {
        write_asset(
            &out,
            name,
            &with_versions(text, name, &names, &version),
            &mut table,
        )?;
    }
    table.push_str("];\n");
    fs::write(out.join("assets.rs"), table)
}

/// Reads what `folder` holds. All of it is served from one folder, so that where a file lies here
/// is no part of its address, and no two may have one name.
fn read_folder(folder: &Path, files: &mut BTreeMap<String, String>) -> io::Result<()> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Ok(());
    };
    for entry in entries {
        let path = entry?.path();
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        let stem = path
            .file_stem()
            .and_then(|stem| stem.to_str())
            .unwrap_or_default();
        let text = || fs::read_to_string(&path);
        let replaced = match path.extension().and_then(|extension| extension.to_str()) {
            Some("js") => files.insert(name.to_owned(), minify::script(&text()?, &|_| None)),
            Some("css") => files.insert(name.to_owned(), minify::style(&text()?)),
            // The other areas are for the server alone.
            Some("json")
                if folder.ends_with("words")
                    && stem
                        .split_once('.')
                        .is_none_or(|(_, area)| area == "annotate") =>
            {
                files.insert(format!("words.{name}"), catalogue(&path)?)
            }
            _ => None,
        };
        if replaced.is_some() {
            return Err(io::Error::other(format!("{name} is in two folders")));
        }
    }
    Ok(())
}

/// The catalogue at `path`, over the English one of its kind.
fn catalogue(path: &Path) -> io::Result<String> {
    let name = path.file_name().and_then(|name| name.to_str());
    let (_, kind) = name.unwrap_or_default().split_once('.').unwrap_or_default();
    let english = path.with_file_name(format!("en.{kind}"));
    let mut words: Value = serde_json::from_str(&fs::read_to_string(english)?)?;
    over::lay_over(
        &mut words,
        serde_json::from_str(&fs::read_to_string(path)?)?,
    );
    Ok(words.to_string())
}

/// `text` with each address of a file as it is served, with the version: an import's, or one below
/// `/static`. No other string is touched, a selector that looks for a script least of all.
fn with_versions(text: &str, name: &str, names: &[&String], version: &str) -> String {
    if !is_script(name) {
        return text.to_owned();
    }
    minify::script(text, &|address| {
        let (folder, file) = address.rsplit_once('/')?;
        let folder = match folder {
            "/static" => folder,
            // Behind the server's address, whatever that is called there.
            _ if folder.starts_with("${") && folder.ends_with("}/static") => folder,
            _ if folder.starts_with('.') => ".",
            _ => return None,
        };
        let is_known = names.iter().any(|name| *name == file);
        is_known.then(|| format!("{folder}/{file}?v={version}"))
    })
}

/// More rounds than these make next to nothing smaller.
fn thrifty() -> zopfli::Options {
    zopfli::Options {
        iteration_count: NonZeroU64::new(3).unwrap_or(NonZeroU64::MIN),
        ..zopfli::Options::default()
    }
}

fn is_script(name: &str) -> bool {
    Path::new(name)
        .extension()
        .is_some_and(|extension| extension == "js")
}

fn write_asset(out: &Path, name: &str, text: &str, table: &mut String) -> io::Result<()> {
    let bytes = text.as_bytes();
    let mut gzip = Vec::new();
    zopfli::compress(thrifty(), zopfli::Format::Gzip, bytes, &mut gzip)?;
    let mut brotli = Vec::new();
    let mut encoder = brotli::CompressorWriter::new(&mut brotli, 16 * 1_024, 11, 22);
    encoder.write_all(bytes)?;
    drop(encoder);
    let plain_path = out.join(name);
    let (gzip_path, brotli_path) = (
        out.join(format!("{name}.gz")),
        out.join(format!("{name}.br")),
    );
    fs::write(&plain_path, bytes)?;
    fs::write(&gzip_path, gzip)?;
    fs::write(&brotli_path, brotli)?;
    let _ = writeln!(
        table,
        "Asset {{ name: {name:?}, identity: include_bytes!({plain_path:?}), \
         gzip: include_bytes!({gzip_path:?}), brotli: include_bytes!({brotli_path:?}) }},"
    );
    Ok(())
}
