//! A site as files that need no server.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::{Value, json};

use crate::program::{Place, Server, repository};

/// A site with the sample of WordPress on it.
fn place() -> Place {
    let place = Place::new();
    place.run(&["site", "add", "news.example"]).good();
    let file = repository("crates/archive/tests/sample.xml");
    let map = ["--map", "https://old.example=https://news.example"];
    let import = ["import", file.to_str().unwrap(), "--site", "news.example"];
    place.run(&[&import[..], &map].concat()).good();
    place
}

#[test]
fn a_frozen_site_is_read_where_its_pages_were_without_server_or_script() {
    let place = place();
    let folder = place.path("frozen");
    let freeze = ["freeze", "--site", "news.example", folder.to_str().unwrap()];

    let said = place.run(&freeze).good();

    let ferry = fs::read_to_string(folder.join("ferry/index.html")).unwrap();
    assert!(said.starts_with("Froze "), "{said}");
    assert!(ferry.contains("Ada Marsh"), "{ferry}");
    assert!(ferry.contains("<p>The ferry was late.</p>"), "{ferry}");
    assert!(ferry.contains("href=\"../style.css\""), "{ferry}");
    assert!(ferry.contains("href=\"#comment-"), "{ferry}");
    let index = fs::read_to_string(folder.join("index.html")).unwrap();
    assert!(index.contains("href=\"ferry/index.html\""), "{index}");
    assert!(folder.join("style.css").exists());
    // Whoever serves it is another user than whoever froze it.
    for (path, mode) in [
        ("", 0o755),
        ("index.html", 0o644),
        ("style.css", 0o644),
        ("ferry", 0o755),
        ("ferry/index.html", 0o644),
    ] {
        let about = fs::metadata(folder.join(path)).unwrap();
        assert_eq!(about.permissions().mode() & 0o777, mode, "{path}");
    }
    for page in [&ferry, &index] {
        for absent in ["<script", "<form", "<button", "/embed", "/static/"] {
            assert!(!page.contains(absent), "{absent}: {page}");
        }
    }
    let again = place.run(&freeze);
    assert_eq!(again.code, Some(1));
    assert!(again.err.contains("is not empty"), "{}", again.err);
}

#[test]
fn what_nobody_may_read_is_in_no_file() {
    let place = place();
    let folder = place.path("frozen");
    place
        .run(&["freeze", "--site", "news.example", folder.to_str().unwrap()])
        .good();
    let export = place.run(&["export", "--site", "news.example"]).good();
    let hidden = export
        .lines()
        .filter(|line| line.starts_with("{\"comment\":") && !line.contains("\"published\""));
    let ids: Vec<&str> = hidden
        .filter_map(|line| Some(&line.split_once("\"id\":\"")?.1[..13]))
        .collect();
    assert!(!ids.is_empty(), "{export}");

    let ferry = fs::read_to_string(folder.join("ferry/index.html")).unwrap();
    for id in ids {
        let stands = ferry.contains(&format!("id=\"comment-{id}\""));
        assert!(!stands || ferry.contains("rj-gone"), "{id}");
    }
    assert!(!ferry.contains("@"), "{ferry}");
}

/// Post a comment with a picture; gives its id.
fn post_picture(server: &Server, page: &str, alt: &str) -> String {
    let url = |path: &str| format!("{}{path}", server.base);
    let origin = ("origin", "https://news.example");
    let picture = fs::read(repository("demo/pictures/the-bull.webp")).unwrap();
    let sent = ureq::post(url("/api/v1/images?site=news.example"))
        .header(origin.0, origin.1)
        .content_type("image/webp")
        .send(&picture[..]);
    let sent: Value = sent.unwrap().body_mut().read_json().unwrap();
    let body = json!({
        "site": "news.example", "page": page, "text": alt, "name": "Ann",
        "images": [{ "image": sent["image"], "alt": alt }],
    });
    let posted = ureq::post(url("/api/v1/comments"))
        .header(origin.0, origin.1)
        .send_json(&body);
    let posted: Value = posted.unwrap().body_mut().read_json().unwrap();
    posted["comment"]["images"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[test]
fn pictures_of_published_comments_lie_beside_the_pages_that_show_them() {
    let place = Place::new();
    place.run(&["site", "add", "news.example"]).good();
    let set = |value| {
        place
            .run(&["site", "set", "news.example", "images", value])
            .good()
    };
    set("on");
    let server = place.start(&["serve"]);
    let shown = post_picture(&server, "https://news.example/2026/ferry", "A \"ferry\"");
    set("hold");
    server.stop();
    let server = place.start(&["serve"]);
    let waits = post_picture(&server, "https://news.example/2026/ferry", "Waits");
    server.stop();
    let freeze = |name: &str| {
        let folder = place.path(name);
        place
            .run(&["freeze", "--site", "news.example", folder.to_str().unwrap()])
            .good();
        let page = fs::read_to_string(folder.join("2026/ferry/index.html"));
        (folder, page.unwrap())
    };

    let (folder, page) = freeze("frozen");

    let image = format!("<img src=\"../../comment-images/{shown}.jpg\" alt=\"A &#34;ferry&#34;\"");
    assert!(page.contains(&image), "{page}");
    let file = folder.join(format!("comment-images/{shown}.jpg"));
    assert!(fs::read(&file).unwrap().starts_with(&[0xff, 0xd8, 0xff]));
    assert_eq!(
        fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o644
    );
    assert!(!folder.join(format!("comment-images/{waits}.jpg")).exists());
    assert!(!page.contains(&waits), "{page}");
    for absent in ["<button", "http://127", "/comment-images/news.example"] {
        assert!(!page.contains(absent), "{absent}: {page}");
    }

    set("off");
    let (folder, page) = freeze("without");
    assert!(!page.contains("<img") && !folder.join("comment-images").exists());
}
