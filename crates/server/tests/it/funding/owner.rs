//! What owners do about campaigns.

use axum::http::StatusCode;

use super::{ADMIN, add, bar, id, owner, typed, write_down};

#[tokio::test]
async fn a_campaign_that_cannot_be_is_refused_with_the_reason_and_what_was_typed() {
    let (_app, olga) = owner().await;

    for (field, value, why) in [
        ("title", "", "Please enter a title"),
        ("currency", "EURO", "This is not a currency"),
        ("goal", "a lot", "The goal must be an amount"),
        ("goal", "0", "The goal must be an amount"),
        ("milestones", "9000 Too much", "Each milestone needs"),
        ("milestones", "100", "Each milestone needs"),
        ("url", "http://pay.example", "must begin with https://"),
        ("starts", "soon", "Please enter dates"),
        ("ends", "2026-10-30", "It must end after it begins"),
    ] {
        let refused = olga.submit(ADMIN, &typed(&[(field, value)])).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
        assert!(refused.text().contains(why), "{field}: {}", refused.text());
        assert!(refused.text().contains("It runs out."), "{field}");
    }
}

#[tokio::test]
async fn a_form_that_is_sent_twice_is_written_down_once() {
    let (app, olga) = owner().await;
    let page = add(&olga, &[]).await;
    let fields = [
        ("once", "0000000000abc"),
        ("amount", "12,50"),
        ("currency", "eur"),
        ("day", "2026-11-20"),
        ("what", "A cheque"),
    ];

    for _ in 0..2 {
        let sent = olga.submit(&format!("{page}/entries"), &fields).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());
    }

    assert!(bar(&app, "").await.contains("€12.50 of"));
}

#[tokio::test]
async fn what_is_no_movement_of_money_is_not_written_down() {
    let (app, olga) = owner().await;
    let page = add(&olga, &[]).await;
    let right = [
        ("amount", "25"),
        ("currency", "EUR"),
        ("day", "2026-11-20"),
        ("what", "A cheque"),
    ];

    for (field, value, why) in [
        ("amount", "0", "Please enter an amount"),
        ("amount", "3.005", "Please enter an amount"),
        ("amount", "1e9", "Please enter an amount"),
        ("currency", "XBT", "This is not a currency"),
        ("day", "2026-11-24", "cannot be in the future"),
        ("what", "", "Please say what it is"),
    ] {
        let fields = right.map(|(own, kept)| (own, if own == field { value } else { kept }));
        let refused = olga.submit(&format!("{page}/entries"), &fields).await;
        assert_eq!(
            refused.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{field} {value}"
        );
        assert!(refused.text().contains(why), "{field}: {}", refused.text());
    }
    assert!(bar(&app, "").await.contains("€0 of"));
}

#[tokio::test]
async fn an_entry_is_taken_back_by_a_counter_entry_and_both_stay_in_the_ledger() {
    let (app, olga) = owner().await;
    let page = add(&olga, &[]).await;
    write_down(&olga, &page, "250").await;
    let html = olga.get(&page).await.text();
    let entry = html.split("id=\"entry-").nth(1).unwrap();
    let entry = entry.split('"').next().unwrap().to_owned();

    let path = format!("{page}/entries/{entry}/counter");
    let taken = olga.submit(&path, &[("what", "It bounced")]).await;
    let again = olga.submit(&path, &[("what", "It bounced")]).await;

    assert!(taken.header("location").ends_with("did=taken-back"));
    assert!(again.header("location").ends_with("did=nothing"));
    let html = olga.get(&page).await.text();
    assert!(
        html.contains(&format!("Reverses entry {entry}. It bounced")),
        "{html}"
    );
    assert!(html.contains("A cheque"), "{html}");
    assert!(bar(&app, "").await.contains("€0 of"));
    let log = olga.get("/admin/news.example/audit").await.text();
    assert!(
        log.contains("Ledger entry reversed") && log.contains("Campaign added"),
        "{log}"
    );
}

#[tokio::test]
async fn a_campaign_is_changed_in_all_but_its_currency() {
    let (app, olga) = owner().await;
    let page = add(&olga, &[]).await;
    write_down(&olga, &page, "250").await;

    let fields = typed(&[
        ("title", "The roof"),
        ("currency", "USD"),
        ("goal", "1000"),
        ("milestones", ""),
    ]);
    let saved = olga.submit(&page, &fields).await;

    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
    let html = bar(&app, "").await;
    assert!(
        html.contains("The roof") && html.contains("€250 of €1,000"),
        "{html}"
    );
}

#[tokio::test]
async fn the_owner_is_given_what_to_put_into_a_page() {
    let (_app, olga) = owner().await;
    let page = add(&olga, &[("title", "A \"roof\"")]).await;

    let html = olga.get(&page).await.text();

    for part in [
        "&#60;script src=&#34;https://comments.example/funding.js&#34; async&#62;",
        &format!(
            "&#60;rejoinder-funding site=&#34;news.example&#34; campaign=&#34;{}&#34;",
            id(&page)
        ),
        "&#60;iframe src=",
        "/embed/campaign.svg?",
    ] {
        assert!(html.contains(part), "{part}: {html}");
    }
}
