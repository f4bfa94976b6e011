//! Reads the catalogues in `words/` and writes the types that hold them.
//!
//! A text is added in one place, the English catalogue: templates and code name it by its way there,
//! and a name that is not there does not compile. What another language lacks is said in English.

#[path = "src/catalogue/over.rs"]
mod over;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use serde_json::{Map, Value};

/// The groups that are looked up by a stored word.
const MAPS: [&str; 18] = [
    "problems",
    "corrections.problems",
    "flag.reasons",
    "account.reasons",
    "settings.groups",
    "settings.about",
    "settings.choices",
    "recordings.warnings",
    "sources.stances",
    "sources.statuses",
    "sources.questions",
    "sources.answers",
    "funding.problems",
    "funding.desk.accounts",
    "funding.desk.keys",
    "funding.desk.kinds",
    "funding.desk.processors",
    "funding.desk.outcomes",
];

/// What the crates that fill pages may name.
const PUBLIC: [&str; 8] = [
    "newsroom",
    "newsroom.titles",
    "newsroom.queues",
    "newsroom.empty",
    "newsroom.flash",
    "newsroom.problems",
    "newsroom.limited",
    "newsroom.record",
];

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=words");
    println!("cargo::rerun-if-changed=src/catalogue/over.rs");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let catalogues = read(Path::new("words"))?;
    let Some(english) = catalogues.get("en") else {
        return Err(io::Error::other("there is no English catalogue"));
    };
    for (tag, own) in &catalogues {
        let mut texts = english.clone();
        over::lay_over(&mut texts, own.clone());
        name_plurals(&mut texts, tag);
        fs::write(out.join(format!("{tag}.json")), texts.to_string())?;
    }
    let mut types = String::new();
    if let Value::Object(texts) = english {
        write_type(&mut types, "", texts);
    }
    fs::write(out.join("catalogue.rs"), types)
}

/// The catalogue of each language: `en.json` at its root, and `en.notices.json` in its `notices`.
fn read(folder: &Path) -> io::Result<BTreeMap<String, Value>> {
    let mut catalogues: BTreeMap<String, Value> = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_stem().and_then(|name| name.to_str());
        let Some(name) = name else { continue };
        let mut texts: Value = serde_json::from_str(&fs::read_to_string(&path)?)?;
        let (tag, group) = name.split_once('.').unwrap_or((name, ""));
        if group == "annotate" {
            // As below: scripts alone use it.
            continue;
        }
        if let (Value::Object(texts), "") = (&mut texts, group) {
            // Scripts alone use it, and load it themselves.
            texts.remove("widget");
        }
        if !group.is_empty() {
            texts = Value::Object(Map::from_iter([(group.to_owned(), texts)]));
        }
        let catalogue = catalogues.entry(tag.to_owned()).or_insert(Value::Null);
        match catalogue {
            Value::Null => *catalogue = texts,
            _ => over::lay_over(catalogue, texts),
        }
    }
    Ok(catalogues)
}

/// Whether a text has forms for different numbers.
fn is_plural(forms: &Map<String, Value>) -> bool {
    forms.contains_key("one") && forms.contains_key("other")
}

/// Write the language beside each text that has forms, because its rule chooses among them.
fn name_plurals(texts: &mut Value, tag: &str) {
    let Value::Object(texts) = texts else { return };
    if is_plural(texts) {
        texts.insert("language".to_owned(), Value::from(tag));
        return;
    }
    for text in texts.values_mut() {
        name_plurals(text, tag);
    }
}

fn write_type(types: &mut String, way: &str, texts: &Map<String, Value>) {
    let is_public = way.is_empty() || PUBLIC.contains(&way);
    let mut fields = String::new();
    for (key, text) in texts {
        let inner = match way {
            "" => key.clone(),
            _ => format!("{way}.{key}"),
        };
        let kind = match text {
            Value::Object(_) if MAPS.contains(&inner.as_str()) => {
                "HashMap<String, String>".to_owned()
            }
            Value::Object(forms) if is_plural(forms) => "Plural".to_owned(),
            Value::Object(texts) => {
                write_type(types, &inner, texts);
                name(&inner)
            }
            Value::Array(_) => "Vec<String>".to_owned(),
            _ => "String".to_owned(),
        };
        let reach = match PUBLIC.contains(&inner.as_str()) || (is_public && way.contains('.')) {
            true => "pub",
            false => "pub(crate)",
        };
        let _ = writeln!(
            fields,
            "    /// A text, or a group of them.\n    {reach} {}: {kind},",
            identifier(key)
        );
    }
    let reach = if is_public { "pub" } else { "pub(crate)" };
    let _ = writeln!(
        types,
        "/// Texts of the interface.\n#[derive(Debug, Deserialize)]\n\
         {reach} struct {} {{\n{fields}}}\n",
        name(way)
    );
}

/// The type at `way`: `CatalogueThread`, `NewsroomQueues`.
fn name(way: &str) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        let first = letters.next().map(|c| c.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    };
    match way {
        "" => "Catalogue".to_owned(),
        _ => way.split(['.', '_']).map(capital).collect::<String>() + "Texts",
    }
}

/// `key` as Rust can name it.
fn identifier(key: &str) -> String {
    match key {
        "as" | "continue" | "for" | "in" | "if" | "type" | "use" => format!("r#{key}"),
        _ => key.to_owned(),
    }
}
