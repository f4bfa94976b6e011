//! A file is known by what is in it, whatever it is called.

use std::io::Write as _;

use flate2::{Compression, write::GzEncoder};
use rejoinder_archive::{Input, recognise, words};

use super::lines;

#[track_caller]
fn refused(file: &str, expected: &str) {
    let inputs = vec![Input::of_bytes("file", file.as_bytes())];
    let error = recognise(inputs).err().map(|error| error.to_string());
    let expected = format!("this is {expected}: nothing that comments can be read from");
    assert_eq!(error, Some(expected), "{file}");
}

#[test]
fn what_is_no_export_is_called_what_it_is() {
    refused("", "an empty file, or one that cannot be read");
    refused("hello", "text of another kind");
    refused("Yes, of course", "text of another kind");
    for table in [
        "id,url,comment\n1,/a,Yes",
        "\u{feff}id;url;comment",
        "id\turl\tcomment",
    ] {
        refused(
            table,
            "a table without the columns `id`, `page`, `posted_at` and `markdown` or `html`",
        );
    }
    refused("<!doctype html><p>x", "a web page");
    refused(
        "<?xml version=\"1.0\"?><rss><channel/></rss>",
        "a feed, which holds articles and not their comments",
    );
    refused("<svg/>", "XML of another kind");
    refused("{\"a\":1}", "JSON of another kind");
    refused("\u{1}\0", "a binary file of another kind");
}

#[test]
fn a_compressed_file_is_recognised_by_what_is_in_it() {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer
        .write_all(b"<disqus xmlns=\"http://disqus.com\"/>")
        .unwrap();
    assert_eq!(lines(packer.finish().unwrap()), "a Disqus export\n");
}

#[test]
fn a_word_names_one_format() {
    let mut words: Vec<&str> = words().collect();
    let n_words = words.len();
    words.sort_unstable();
    words.dedup();
    assert_eq!(words.len(), n_words);
}

/// A zip file with one stored and one deflated file, by hand.
fn zip(files: &[(&str, &[u8], bool)]) -> Vec<u8> {
    let (mut zip, mut list) = (Vec::new(), Vec::new());
    for (name, bytes, is_deflated) in files {
        let packed = match is_deflated {
            true => {
                let mut packer =
                    flate2::write::DeflateEncoder::new(Vec::new(), Compression::fast());
                packer.write_all(bytes).unwrap();
                packer.finish().unwrap()
            }
            false => bytes.to_vec(),
        };
        let at = u32::try_from(zip.len()).unwrap();
        let method = if *is_deflated { 8_u16 } else { 0 };
        let lengths = [packed.len(), bytes.len()].map(|n| u32::try_from(n).unwrap().to_le_bytes());
        let name_len = u16::try_from(name.len()).unwrap().to_le_bytes();
        let middle = [
            &[0; 2][..],
            &method.to_le_bytes(),
            &[0; 8],
            &lengths.concat(),
            &name_len,
            &[0; 2],
        ];
        let middle = middle.concat();
        zip.extend([b"PK\x03\x04\x14\0", &middle[..], name.as_bytes(), &packed].concat());
        list.extend([b"PK\x01\x02\x14\0\x14\0", &middle[..], &[0; 10]].concat());
        list.extend([&at.to_le_bytes()[..], name.as_bytes()].concat());
    }
    let [len, at] = [list.len(), zip.len()].map(|n| u32::try_from(n).unwrap().to_le_bytes());
    zip.extend([&list[..], b"PK\x05\x06", &[0; 8], &len, &at, &[0; 2]].concat());
    zip
}

#[test]
fn a_zip_file_is_all_the_files_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("export.zip");
    let export = b"<disqus/>";
    let files = [
        ("a/one.xml", &export[..], true),
        ("two.xml", export, false),
        ("a/x.txt", b"x", true),
    ];
    std::fs::write(&path, zip(&files)).unwrap();

    let recognised = recognise(Input::open(&path).unwrap()).unwrap();

    assert_eq!(recognised.format.word(), "disqus");
    assert_eq!(recognised.files.len(), 2);
    assert_eq!(recognised.others, ["a/x.txt"]);
}

#[test]
fn a_zip_file_that_is_cut_off_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("export.zip");
    let whole = zip(&[("a.xml", b"<disqus/>", true)]);
    std::fs::write(&path, &whole[..whole.len() - 30]).unwrap();

    let error = Input::open(&path).unwrap_err();

    assert!(error.to_string().contains("it may be cut off"), "{error}");
}

#[test]
fn a_folder_is_all_the_files_in_it() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("a")).unwrap();
    std::fs::write(folder.path().join("a/b.xml"), "<disqus/>").unwrap();
    let names: Vec<String> = Input::open(folder.path())
        .unwrap()
        .into_iter()
        .map(|input| input.name)
        .collect();
    assert_eq!(names, ["a/b.xml"]);
}
