//! A bank's statement and a processor's own account: looked at first, then taken over by entries.

use axum::body::Body;
use axum::http::{Method, StatusCode};

use super::{add, bar, owner};
use crate::support::{Answer, TestReader};

const STATEMENT: &str = "Konto;DE00\n\nBuchungstag;Auftraggeber;Verwendungszweck;Betrag;Währung\n\
    20.11.2026;Zanzibar;Spende;25,00;EUR\n20.11.2026;Kim;Spende;25,00;EUR\n\
    21.11.2026;Stadtwerke;Strom;-80,00;EUR\n22.11.2026;Mo;Spende;1.250,50;EUR\n";

async fn upload(olga: &TestReader, path: &str, text: &str) -> Answer {
    let body = format!(
        "--x1\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\
         Content-Type: text/csv\r\n\r\n{text}\r\n--x1--\r\n"
    );
    let kind = ("content-type", "multipart/form-data; boundary=x1");
    olga.ask(Method::POST, path, &[kind], Body::from(body))
        .await
}

/// The fields that a page about a table sends when its button is pressed, but for `left_out`.
fn fields(html: &str, left_out: &str) -> Vec<(String, String)> {
    let text = html
        .split("<textarea name=\"text\" hidden>")
        .nth(1)
        .unwrap();
    let text = text.split("</textarea>").next().unwrap();
    let mut fields = vec![
        ("do".to_owned(), "add".to_owned()),
        (
            "text".to_owned(),
            text.replace("&quot;", "\"").replace("&#34;", "\""),
        ),
    ];
    for select in html.split("<select name=\"").skip(1) {
        let select = select.split("</select>").next().unwrap();
        let name = select.split('"').next().unwrap().to_owned();
        let chosen = select
            .split("<option value=\"")
            .find(|own| own.contains("\" selected"));
        let chosen = chosen.map_or("", |own| own.split('"').next().unwrap());
        fields.push((name, chosen.to_owned()));
    }
    for row in html.split("name=\"row\" value=\"").skip(1) {
        let (value, rest) = row.split_once('"').unwrap();
        let is_checked = rest.split('>').next().unwrap().ends_with("checked");
        if is_checked && !rest.contains(left_out) || left_out.is_empty() {
            fields.push(("row".to_owned(), value.to_owned()));
        }
    }
    fields
}

async fn press(olga: &TestReader, path: &str, fields: &[(String, String)]) -> Answer {
    let fields: Vec<_> = fields
        .iter()
        .map(|(name, own)| (name.as_str(), own.as_str()))
        .collect();
    olga.submit(path, &fields).await
}

#[tokio::test]
async fn the_rows_of_a_statement_that_an_owner_chooses_are_written_down_once() {
    let (app, olga) = owner().await;
    let page = add(&olga, &[]).await;
    let path = format!("{page}/statement");

    let shown = upload(&olga, &path, STATEMENT).await;
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.text());
    let html = shown.text();
    // What went out is not chosen to begin with.
    assert_eq!(html.matches(" checked>").count(), 3, "{html}");
    assert!(bar(&app, "").await.contains("€0 of"));
    let rows = format!("{path}/rows");
    let written = press(&olga, &rows, &fields(&html, "no such text")).await;
    assert_eq!(written.status, StatusCode::SEE_OTHER, "{}", written.text());

    assert!(bar(&app, "").await.contains("€1,300.50 of"));
    let ledger = olga.get(&page).await.text();
    assert!(
        ledger.contains("bank statement") && ledger.contains("<bdi>Zanzibar</bdi>"),
        "{ledger}"
    );
    let again = upload(&olga, &path, STATEMENT).await.text();
    assert_eq!(again.matches("already in the ledger").count(), 3);
    let nothing = press(&olga, &rows, &fields(&html, "no such text")).await;
    assert!(nothing.header("location").ends_with("did=nothing"));
    assert!(bar(&app, "").await.contains("€1,300.50 of"));
}

#[tokio::test]
async fn what_is_no_table_is_refused_where_it_was_chosen() {
    let (_app, olga) = owner().await;
    let page = add(&olga, &[]).await;

    for text in ["", "\u{1}PNG"] {
        let refused = upload(&olga, &format!("{page}/statement"), text).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{text}");
        assert!(refused.text().contains("This is not a table"));
    }
    // Nobody would see which rows are missing.
    let rows = |n| format!("Date,Amount\n{}", "2026-11-20,5\n".repeat(n));
    let whole = upload(&olga, &format!("{page}/statement"), &rows(2_000)).await;
    assert_eq!(whole.status, StatusCode::OK);
    assert_eq!(whole.text().matches("name=\"row\"").count(), 2_000);
    let refused = upload(&olga, &format!("{page}/statement"), &rows(2_001)).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let large = "x".repeat(300 * 1_024);
    let refused = upload(&olga, &format!("{page}/statement"), &large).await;
    assert_eq!(refused.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn the_ledger_is_brought_to_what_a_processor_says_by_entries_alone() {
    let (app, olga) = owner().await;
    let page = add(&olga, &[]).await;
    let connect = [
        ("processor", "stripe"),
        ("secret", "whsec_0123456789abcdef"),
    ];
    olga.submit(&format!("{page}/hooks"), &connect).await;
    let html = olga.get(&page).await.text();
    let hook = html
        .split("/hooks/")
        .find(|rest| rest.starts_with(char::is_numeric))
        .unwrap();
    let hook = hook.split(['"', '/']).next().unwrap();
    let path = format!("{page}/hooks/{hook}/export");
    let export = |rows: &[(&str, &str, &str)]| {
        let head =
            "id,Created date (UTC),Amount,Amount Refunded,Currency,Status,PaymentIntent ID\n";
        let rows = rows.iter().map(|(id, amount, back)| {
            format!("ch_{id},2026-11-20 10:00:00,{amount},{back},eur,Paid,{id}\n")
        });
        rows.fold(head.to_owned(), |all, row| all + &row)
    };
    let take_over = async |rows: &[(&str, &str, &str)]| {
        let html = upload(&olga, &path, &export(rows)).await.text();
        let settled = press(&olga, &format!("{path}/rows"), &fields(&html, "")).await;
        assert_eq!(settled.status, StatusCode::SEE_OTHER, "{}", settled.text());
        html
    };

    let html = take_over(&[("pi_1", "25.00", "0"), ("pi_2", "10.00", "0")]).await;
    assert!(
        html.contains("Missing here") && html.contains("0 payments match"),
        "{html}"
    );
    assert!(bar(&app, "").await.contains("€35 of"));
    let html = take_over(&[("pi_1", "25.00", "5.00"), ("pi_3", "1.00", "0")]).await;
    for found in [
        "Another amount",
        "here €25",
        "Missing here",
        "Missing at the processor",
    ] {
        assert!(html.contains(found), "{found}: {html}");
    }

    let html = bar(&app, "").await;
    assert!(
        html.contains("€21 of") && html.contains("2 gifts"),
        "{html}"
    );
    let same = export(&[("pi_1", "25.00", "5.00"), ("pi_3", "1.00", "0")]);
    let html = upload(&olga, &path, &same).await.text();
    assert!(html.contains("2 payments match"), "{html}");
    assert_eq!(
        olga.get(&page).await.text().matches("id=\"entry-").count(),
        5
    );
}
