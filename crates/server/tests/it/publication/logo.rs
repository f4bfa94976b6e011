//! The logo of a site.

use std::io::Cursor;

use axum::body::Body;
use axum::http::Method;
use image::{DynamicImage, GenericImageView as _, ImageFormat, Rgba, RgbaImage};
use rejoinder_core::identity::author::Role;

use super::owner::colleague;
use crate::support::{Answer, STORY, TestApp, TestReader};

const SIGN_IN: &str = "/auth/sign-in?site=news.example";
const SETTINGS: &str = "/admin/news.example/settings";

/// A picture that is clear but for its middle.
fn png(width: u32, height: u32) -> Vec<u8> {
    let picture = RgbaImage::from_fn(width, height, |x, _| match x == width / 2 {
        true => Rgba([200, 0, 0, 255]),
        false => Rgba([0, 0, 0, 0]),
    });
    let mut bytes = Vec::new();
    DynamicImage::from(picture)
        .write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png)
        .unwrap();
    bytes
}

async fn send(reader: &TestReader, picture: &[u8]) -> Answer {
    let head = "--x1\r\ncontent-disposition: form-data; name=\"picture\"; filename=\"a\"\r\n\r\n";
    let body = [head.as_bytes(), picture, b"\r\n--x1--\r\n"].concat();
    let kind = ("content-type", "multipart/form-data; boundary=x1");
    let path = "/admin/news.example/logo";
    reader
        .ask(Method::POST, path, &[kind], Body::from(body))
        .await
}

/// Where the logo in `html` is, on the server.
fn logo_in(html: &str) -> Option<String> {
    let (_, rest) = html.split_once("/site-logos/")?;
    let path = rest.split('"').next().unwrap();
    Some(format!("/site-logos/{path}"))
}

#[tokio::test]
async fn the_pages_of_a_site_wear_its_logo_until_it_is_removed() {
    let app = TestApp::new().await;
    let olga = colleague(&app, "olga@news.example", Role::Owner, 90).await;
    let id = app.reader("Ann").post(STORY, "First").await.id();

    let sent = send(&olga, &png(1_200, 300)).await;

    assert_eq!(sent.status, 303, "{}", sent.text());
    let page = app.get(SIGN_IN).await.text();
    let path = logo_in(&page).unwrap();
    let shown = format!("<img src=\"{path}\" alt=\"news.example\" width=\"160\" height=\"40\">");
    assert!(page.contains(&shown), "{page}");
    let comment = format!("/embed?site=news.example&page={STORY}&comment={id}");
    assert_eq!(logo_in(&app.get(&comment).await.text()), Some(path.clone()));
    assert_eq!(
        logo_in(&olga.get(SETTINGS).await.text()),
        Some(path.clone())
    );
    let logo = app.get(&path).await;
    assert_eq!(logo.header("content-type"), "image/png");
    assert_eq!(logo.header("x-content-type-options"), "nosniff");
    assert_eq!(
        logo.header("cache-control"),
        "public, max-age=604800, immutable"
    );
    let kept = image::load_from_memory(&logo.body).unwrap();
    assert_eq!(kept.dimensions(), (640, 160));
    assert_eq!(
        kept.get_pixel(0, 0).0[3],
        0,
        "what shows through does still"
    );

    let removed = olga.submit("/admin/news.example/logo/remove", &[]).await;
    assert_eq!(removed.status, 303);
    assert_eq!(logo_in(&app.get(SIGN_IN).await.text()), None);
    assert_eq!(app.get(&path).await.status, 404);
    let log = olga.get("/admin/news.example/audit").await.text();
    assert_eq!(log.matches("640 × 160").count(), 2, "{log}");
}

#[tokio::test]
async fn another_logo_takes_the_place_of_the_one_before() {
    let app = TestApp::new().await;
    let olga = colleague(&app, "olga@news.example", Role::Owner, 90).await;
    send(&olga, &png(100, 100)).await;
    let first = logo_in(&app.get(SIGN_IN).await.text()).unwrap();

    send(&olga, &png(200, 100)).await;
    send(&olga, &png(200, 100)).await;

    let second = logo_in(&app.get(SIGN_IN).await.text()).unwrap();
    assert_ne!(first, second);
    assert_eq!(app.get(&first).await.status, 404);
    assert_eq!(app.get(&second).await.status, 200);
    let log = olga.get("/admin/news.example/audit").await.text();
    assert_eq!(log.matches("200 × 100").count(), 1, "{log}");
}

#[tokio::test]
async fn what_is_no_picture_is_no_logo_and_is_told_where_it_was_chosen() {
    let app = TestApp::new().await;
    let olga = colleague(&app, "olga@news.example", Role::Owner, 90).await;

    for picture in [
        b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec(),
        png(4, 4),
        Vec::new(),
    ] {
        let refused = send(&olga, &picture).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text().contains("Please choose a JPEG"));
    }

    let large = send(&olga, &vec![0; 5 << 20]).await;
    assert_eq!(large.status, 413);
    assert_eq!(logo_in(&app.get(SIGN_IN).await.text()), None);
}
