//! What processors are asked, and what becomes of their answers.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use egress::{Client, ClientPolicy, Mailer};
use rejoinder_core::funding::processors::{
    PaymentEvent, PaymentMovement, Processor, ProcessorMessage, ReportedAmount, RequestHeaders,
    open_collective,
};
use rejoinder_core::funding::{
    CampaignDraft, CampaignMode, EntryKind, Money, MonthlySum, receipt_code,
};
use rejoinder_core::{AuthorId, CampaignId, Clock as _, FixedRandom, IdSource, TokenHash};
use rejoinder_jobs::{AskHandler, Housekeeper, ProcessorAddresses, ReceiptHandler};
use store::funding::gifts::{self, GiftWish};
use store::funding::hooks::{self, HookCredentials, NewHook, ProcessorHook};
use store::funding::intake::{self, MessageOutcome, ReceivedMessage};
use store::funding::{asking, campaigns, ledger};
use store::identity::authors;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::{SITE, World};

const CAMPAIGN: CampaignId = CampaignId(1);

/// A processor at home: it answers each path with what it has for it, and remembers what it was asked.
struct Elsewhere {
    address: SocketAddr,
    answers: Arc<Mutex<HashMap<String, (u16, String)>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Elsewhere {
    async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let own = Self {
            address,
            answers: Arc::default(),
            asked: Arc::default(),
        };
        let (answers, asked) = (own.answers.clone(), own.asked.clone());
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let request = whole(&mut stream).await;
                let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
                asked.lock().unwrap().push(request);
                let known = answers.lock().unwrap().get(&path).cloned();
                let (status, body) = known.unwrap_or((404, String::new()));
                let answer = format!(
                    "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\n\
                     content-length: {}\r\nconnection: close\r\n\r\n{body}",
                    body.len()
                );
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        own
    }

    fn answers(&self, path: &str, status: u16, body: &str) {
        let mut answers = self.answers.lock().unwrap();
        answers.insert(path.to_owned(), (status, body.to_owned()));
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    fn base(&self) -> String {
        format!("http://{}", self.address)
    }
}

async fn whole(stream: &mut tokio::net::TcpStream) -> String {
    let mut bytes = Vec::new();
    loop {
        let mut chunk = vec![0; 4_096];
        let n = stream.read(&mut chunk).await.unwrap();
        bytes.extend_from_slice(&chunk[..n]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let lower = head.to_lowercase();
        let length = lower
            .lines()
            .find_map(|line| line.strip_prefix("content-length:"));
        let length: usize = length.map_or(0, |own| own.trim().parse().unwrap());
        if n == 0 || body.len() >= length {
            return text;
        }
    }
}

impl World {
    /// An account at a processor whose address, as far as it is its own, is that of `elsewhere`.
    async fn account_at(&self, processor: Processor, access: HookCredentials) -> ProcessorHook {
        let now = self.clock.now();
        let add = move |tx: &mut store::Tx<'_>| {
            let draft = CampaignDraft {
                title: "The lease".to_owned(),
                about: String::new(),
                goal: Money {
                    minor: 500_000,
                    currency: "EUR".parse().unwrap(),
                },
                mode: CampaignMode::Once,
                milestones: Vec::new(),
                section: String::new(),
                url: None,
                starts_at: now,
                ends_at: None,
                names_supporters: false,
            };
            campaigns::add(tx, now, SITE, CAMPAIGN, &draft)?;
            let new = NewHook {
                id: 7,
                campaign: CAMPAIGN,
                processor,
                token: "token".to_owned(),
                hash: TokenHash([1; 32]),
                secret: None,
            };
            hooks::add(tx, now, SITE, &new)?;
            let hook = hooks::by_id(tx, SITE, 7)?.unwrap();
            hooks::set_access(tx, &hook, &access)?;
            hooks::by_id(tx, SITE, 7)
        };
        self.store.write(add).await.unwrap().unwrap()
    }

    async fn message(
        &self,
        hook: &ProcessorHook,
        id: i64,
        headers: &[(&str, &str)],
        body: &str,
    ) -> MessageOutcome {
        let headers = headers
            .iter()
            .map(|(name, own)| ((*name).to_owned(), (*own).to_owned()));
        let headers = Headers(headers.collect());
        let message = ProcessorMessage {
            header: &headers,
            body: body.as_bytes(),
        };
        let now = self.clock.now();
        let arrived = ReceivedMessage {
            id,
            event: Some(hook.processor.read(hook.known().unwrap(), now, message)),
            hash: [3; 32],
        };
        let (hook, ids) = (hook.clone(), IdSource::new(&FixedRandom::seeded(1)));
        let take = move |tx: &mut store::Tx<'_>| intake::receive(tx, now, &ids, &hook, &arrived);
        self.store.write(take).await.unwrap()
    }

    /// Ask what is to be asked by now.
    async fn ask_processors(&self, elsewhere: &Elsewhere) {
        let policy = ClientPolicy {
            also_public: vec![elsewhere.address],
            ..ClientPolicy::default()
        };
        let addresses = ProcessorAddresses {
            paypal: elsewhere.base(),
            open_collective: format!("{}/graphql", elsewhere.base()),
            liberapay: elsewhere.base(),
        };
        let handler = AskHandler::new(
            self.store.clone(),
            Client::new(policy).unwrap(),
            self.clock.clone(),
            &FixedRandom::seeded(9),
            addresses,
        );
        self.worker(Arc::new(handler)).run_due().await.unwrap();
    }

    async fn came_in(&self) -> Vec<(i64, i64)> {
        let read = move |tx: &mut store::Tx<'_>| {
            let sums = ledger::sums(tx, SITE, CAMPAIGN)?;
            assert_eq!(sums, ledger::recounted(tx, SITE, CAMPAIGN)?);
            Ok::<_, store::StoreError>(sums)
        };
        let sums: Vec<MonthlySum> = self.store.read(read).await.unwrap();
        sums.iter()
            .map(|sum| (sum.money.minor, sum.gifts))
            .collect()
    }

    async fn outcomes(&self) -> Vec<String> {
        let read = move |tx: &mut store::Tx<'_>| intake::log(tx, SITE, CAMPAIGN, 20);
        let log = self.store.read(read).await.unwrap();
        log.into_iter().map(|own| own.outcome).collect()
    }
}

#[derive(Debug)]
struct Headers(Vec<(String, String)>);

impl RequestHeaders for Headers {
    fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(own, _)| own == name);
        found.map(|(_, value)| value.as_str())
    }
}

fn access(secret: Option<&str>, account: &str, key: Option<&str>) -> HookCredentials {
    HookCredentials {
        secret: secret.map(str::to_owned),
        account: Some(account.to_owned()),
        key: key.map(str::to_owned),
    }
}

/// Signed by another program with the secret `btcpay-secret-rejoinder`.
const SETTLED: (&str, &str) = (
    r#"{"deliveryId":"d1","type":"InvoiceSettled","storeId":"Ab12","invoiceId":"Invoice0000001"}"#,
    "sha256=28964c262a8c83947eb741b5d587cc95497a008273ae3cdbdc68f128608e2ad2",
);

const INVOICE: &str = "/api/v1/stores/Ab12/invoices/Invoice0000001";

#[tokio::test]
async fn a_settled_invoice_counts_what_its_server_says_it_came_to_once() {
    for world in World::on_each().await {
        let elsewhere = Elsewhere::new().await;
        let store = format!("{}/stores/Ab12", elsewhere.base());
        let access = access(
            Some("btcpay-secret-rejoinder"),
            &store,
            Some("read-only-key-1"),
        );
        let hook = world.account_at(Processor::Btcpay, access).await;
        let (body, signature) = SETTLED;
        let headers = [("btcpay-sig", signature)];

        // Its server is away, then has restarted.
        elsewhere.answers(INVOICE, 503, "");
        assert_eq!(
            world.message(&hook, 1, &headers, body).await,
            MessageOutcome::Waiting
        );
        world.ask_processors(&elsewhere).await;
        assert_eq!(world.outcomes().await, ["unanswered"]);
        assert_eq!(world.came_in().await, []);
        elsewhere.answers(
            INVOICE,
            200,
            r#"{"id":"Invoice0000001","storeId":"Ab12","amount":"12.50","currency":"EUR","status":"Settled"}"#,
        );
        world.clock.advance(Duration::from_secs(600));
        world.ask_processors(&elsewhere).await;
        assert_eq!(
            world.message(&hook, 2, &headers, body).await,
            MessageOutcome::Waiting
        );
        world.ask_processors(&elsewhere).await;

        assert_eq!(world.came_in().await, [(1_250, 1)]);
        assert_eq!(world.outcomes().await, ["known", "counted"]);
        let asked = elsewhere.asked();
        assert!(
            asked[0]
                .to_lowercase()
                .contains("authorization: token read-only-key-1")
        );
        assert!(
            asked
                .iter()
                .all(|own| own.starts_with(&format!("GET {INVOICE} ")))
        );
    }
}

/// Signed by another program with the same secret.
const PAID_OUT: (&str, &str) = (
    r#"{"deliveryId":"d2","type":"PayoutUpdated","storeId":"Ab12","payoutId":"Payout0001","pullPaymentId":"Pull0001","payoutState":"Completed"}"#,
    "sha256=2a07334843feba12bb144eb1ed23c30e885e2ba2766e91d9e824e5c66523a8bf",
);

#[tokio::test]
async fn a_refund_of_an_invoice_is_asked_about_without_the_key_and_taken_back_once() {
    for world in World::on_each().await {
        let elsewhere = Elsewhere::new().await;
        let store = format!("{}/stores/Ab12", elsewhere.base());
        let access = access(
            Some("btcpay-secret-rejoinder"),
            &store,
            Some("read-only-key-1"),
        );
        let hook = world.account_at(Processor::Btcpay, access).await;
        let pull = "/api/v1/pull-payments/Pull0001";
        elsewhere.answers(
            INVOICE,
            200,
            r#"{"id":"Invoice0000001","storeId":"Ab12","amount":"12.50","currency":"EUR","status":"Settled"}"#,
        );
        elsewhere.answers(
            pull,
            200,
            r#"{"id":"Pull0001","name":"Refund Invoice0000001","currency":"EUR","amount":"5.00"}"#,
        );
        elsewhere.answers(
            &format!("{pull}/payouts/Payout0001"),
            200,
            r#"{"id":"Payout0001","pullPaymentId":"Pull0001","state":"Completed","originalAmount":"5.00","originalCurrency":"EUR"}"#,
        );

        // It is told before the payment, and twice.
        for (id, (body, signature)) in [(1, PAID_OUT), (2, SETTLED), (3, PAID_OUT)] {
            let headers = [("btcpay-sig", signature)];
            let outcome = world.message(&hook, id, &headers, body).await;
            assert_eq!(outcome, MessageOutcome::Waiting);
            world.ask_processors(&elsewhere).await;
            // Each start of a worker draws the same ids of one moment.
            world.clock.advance(Duration::from_secs(1));
        }

        let sum: i64 = world.came_in().await.iter().map(|(minor, _)| minor).sum();
        assert_eq!(world.outcomes().await, ["known", "counted", "counted"]);
        assert_eq!(sum, 750);
        let asked = elsewhere.asked();
        let of_payouts = asked.iter().filter(|own| own.contains("/pull-payments/"));
        assert!(of_payouts.clone().count() == 4);
        for own in of_payouts {
            assert!(!own.to_lowercase().contains("authorization"), "{own}");
        }
    }
}

/// What PayPal signs a message by.
const PAYPAL: [(&str, &str); 5] = [
    ("paypal-auth-algo", "SHA256withRSA"),
    ("paypal-cert-url", "https://api.paypal.com/cert"),
    ("paypal-transmission-id", "t1"),
    ("paypal-transmission-sig", "sig"),
    ("paypal-transmission-time", "2026-11-20T10:00:00Z"),
];

#[tokio::test]
async fn a_message_that_paypal_could_never_be_asked_about_is_forgotten_after_a_month() {
    for world in World::on_each().await {
        let elsewhere = Elsewhere::new().await;
        let access = access(None, "8PT597110X687430L", Some("wrong-id-1:wrong-secret-1"));
        let hook = world.account_at(Processor::Paypal, access).await;
        let keeper = Housekeeper::new(world.store.clone(), world.clock.clone());
        let days = |n: u64| world.clock.advance(Duration::from_hours(24 * n));

        elsewhere.answers("/v1/oauth2/token", 401, "");
        world.message(&hook, 1, &PAYPAL, "{}").await;
        for _ in 0..12 {
            world.ask_processors(&elsewhere).await;
            days(1);
        }
        days(28);
        keeper.keep_house(None).await.unwrap();
        assert_eq!(world.parked().await.len(), 1);
        days(2);
        keeper.keep_house(None).await.unwrap();

        assert_eq!(world.parked().await, [""; 0]);
    }
}

#[tokio::test]
async fn a_message_of_paypal_counts_once_paypal_says_that_it_sent_it() {
    for world in World::on_each().await {
        let elsewhere = Elsewhere::new().await;
        let access = access(
            None,
            "8PT597110X687430L",
            Some("client-id-1:client-secret-1"),
        );
        let hook = world.account_at(Processor::Paypal, access).await;
        let body = |id: &str| {
            format!(
                r#"{{"id":"WH-{id}",  "event_type":"PAYMENT.CAPTURE.COMPLETED","resource":{{"id":"{id}",
                "amount":{{"value":"12.50","currency_code":"EUR"}},"payer":{{"email_address":"zanzibar@reader.example"}}}}}}"#
            )
        };
        elsewhere.answers("/v1/oauth2/token", 200, r#"{"access_token":"A21AAF"}"#);
        let verify = "/v1/notifications/verify-webhook-signature";

        elsewhere.answers(verify, 200, r#"{"verification_status":"FAILURE"}"#);
        world
            .message(&hook, 1, &PAYPAL, &body("FORGED00000000001"))
            .await;
        world.ask_processors(&elsewhere).await;
        elsewhere.answers(verify, 200, r#"{"verification_status":"SUCCESS"}"#);
        for message in [2, 3] {
            let told = body("42311647XV020574X");
            let outcome = world.message(&hook, message, &PAYPAL, &told).await;
            assert_eq!(outcome, MessageOutcome::Waiting);
            world.ask_processors(&elsewhere).await;
        }

        assert_eq!(world.came_in().await, [(1_250, 1)]);
        assert_eq!(world.outcomes().await, ["known", "counted", "signature"]);
        let asked = elsewhere.asked();
        assert!(asked[0].to_lowercase().contains("authorization: basic"));
        assert!(asked[1].contains(r#""webhook_id":"8PT597110X687430L""#));
        assert!(asked[1].contains(&body("FORGED00000000001")));
        assert_eq!(world.parked().await, [""; 0]);
    }
}

#[tokio::test]
async fn hints_of_open_collective_lead_to_one_question_whose_answer_is_counted() {
    for world in World::on_each().await {
        let elsewhere = Elsewhere::new().await;
        let hook = world
            .account_at(Processor::OpenCollective, access(None, "ropeworks", None))
            .await;
        let node = |id: &str, rest: &str| {
            format!(
                r#"{{"id":"{id}","createdAt":"2026-09-20T10:00:00Z","amount":{{"valueInCents":2500,"currency":"EUR"}},{rest}}}"#
            )
        };
        let gift = node("t-1", r#""type":"CREDIT","isRefund":false"#);
        let back = node(
            "t-2",
            r#""type":"DEBIT","isRefund":true,"refundTransaction":{"id":"t-1"}"#,
        );
        let answer =
            |nodes: &str| format!(r#"{{"data":{{"transactions":{{"nodes":[{nodes}]}}}}}}"#);

        elsewhere.answers("/graphql", 200, &answer(&gift));
        for id in 1..=3 {
            let forged = world.message(&hook, id, &[], r#"{"amount":"1000000"}"#);
            assert_eq!(forged.await, MessageOutcome::Waiting);
        }
        world.clock.advance(Duration::from_secs(60));
        world.ask_processors(&elsewhere).await;
        assert_eq!(world.came_in().await, [(2_500, 1)]);
        assert_eq!(elsewhere.asked().len(), 1);

        elsewhere.answers("/graphql", 200, &answer(&format!("{back},{gift}")));
        world.message(&hook, 4, &[], "").await;
        world.clock.advance(Duration::from_secs(60));
        world.ask_processors(&elsewhere).await;

        assert_eq!(world.came_in().await, [(0, 0)]);
        assert!(elsewhere.asked()[0].ends_with(&open_collective::transactions_query("ropeworks")));
    }
}

#[tokio::test]
async fn liberapay_is_asked_once_an_hour_and_its_figure_corrected_by_the_difference() {
    for world in World::on_each().await {
        let elsewhere = Elsewhere::new().await;
        world
            .account_at(Processor::Liberapay, access(None, "Ropeworks", None))
            .await;
        let path = "/Ropeworks/public.json";
        let receives = |amount: &str| {
            let figure = format!(r#"{{"receiving":{{"amount":"{amount}","currency":"EUR"}}}}"#);
            elsewhere.answers(path, 200, &figure);
        };
        let keeper = Housekeeper::new(world.store.clone(), world.clock.clone());
        let hours = async |n_minutes: u64| {
            for _ in 0..n_minutes / 5 {
                keeper.keep_house(None).await.unwrap();
                world.clock.advance(Duration::from_secs(300));
                world.ask_processors(&elsewhere).await;
            }
        };

        receives("31.20");
        hours(60).await;
        assert_eq!(elsewhere.asked().len(), 1);
        assert_eq!(world.came_in().await, [(3_120, 1)]);
        receives("20.00");
        hours(65).await;
        assert_eq!(world.came_in().await, [(2_000, 1)]);
        // While it is away it is asked no more often.
        elsewhere.answers(path, 500, "");
        let before = elsewhere.asked().len();
        hours(60).await;

        assert!(elsewhere.asked().len() <= before + 1);
        assert_eq!(world.came_in().await, [(2_000, 1)]);
    }
}

#[tokio::test]
async fn asking_by_hand_at_once_or_twice_in_a_minute_asks_once() {
    for world in World::on_each().await {
        let elsewhere = Elsewhere::new().await;
        let hook = world
            .account_at(Processor::Liberapay, access(None, "Ropeworks", None))
            .await;
        let ask = async || {
            let (now, hook) = (world.clock.now(), hook.clone());
            let ask = move |tx: &mut store::Tx<'_>| asking::ask_about_all(tx, now, &hook);
            world.store.write(ask).await.unwrap();
        };
        tokio::join!(ask(), ask(), ask(), ask());
        ask().await;

        world.clock.advance(Duration::from_secs(60));
        world.ask_processors(&elsewhere).await;

        assert_eq!(elsewhere.asked().len(), 1);
        assert_eq!(world.outcomes().await, ["unanswered"]);
    }
}

/// A gift of which the processor told the address of who gave it.
fn gift_with_address(id: &str) -> PaymentEvent {
    let body = format!(
        r#"{{"type":"payment.received","data":{{"id":"{id}","amount":"12.50","currency":"EUR",
        "supporter":{{"name":"Ann","email":"ann@reader.example"}}}}}}"#
    );
    let euros = Money {
        minor: 1_250,
        currency: "EUR".parse().unwrap(),
    };
    let paid =
        PaymentMovement::new(EntryKind::Payment, id, id, ReportedAmount::Each(euros)).unwrap();
    let mut event = PaymentEvent {
        event: "payment.received".to_owned(),
        movements: vec![paid],
        question: None,
    };
    event.read_mail_to(Processor::Generic, body.as_bytes());
    event
}

#[tokio::test]
async fn whoever_gave_is_mailed_one_receipt_which_claims_the_gift() {
    for world in World::on_each().await {
        let hook = world
            .account_at(Processor::Generic, access(Some("whsec_c2VjcmV0"), "", None))
            .await;
        let folder = world.folder.path().join("receipts");
        let handler = ReceiptHandler::new(
            world.store.clone(),
            Mailer::Folder(folder.clone()),
            world.clock.clone(),
            Arc::new(FixedRandom::seeded(5)),
            ("talk@comments.example", "https://comments.example".into()),
        );
        let worker = world.worker(Arc::new(handler));
        let now = world.clock.now();
        for message in 1..=2 {
            let (hook, ids) = (hook.clone(), IdSource::new(&FixedRandom::seeded(1)));
            let arrived = ReceivedMessage {
                id: message,
                event: Some(Ok(gift_with_address("p-1"))),
                hash: [3; 32],
            };
            let take =
                move |tx: &mut store::Tx<'_>| intake::receive(tx, now, &ids, &hook, &arrived);
            world.store.write(take).await.unwrap();
        }

        worker.run_due().await.unwrap();

        let mails: Vec<_> = std::fs::read_dir(&folder).unwrap().collect();
        assert_eq!(mails.len(), 1);
        let path = mails[0].as_ref().unwrap().path();
        let mail = std::fs::read_to_string(path).unwrap();
        assert!(mail.contains("ann@reader.example"), "{mail}");
        let code = receipt_code(&FixedRandom::seeded(5));
        assert!(mail.contains(&code), "{code} {mail}");
        // The code claims the gift, for one account.
        world.post(1, "First").await;
        let claim = move |tx: &mut store::Tx<'_>| {
            let author = authors::by_id(tx, SITE, AuthorId(1))?.unwrap();
            let wish = GiftWish {
                badge: true,
                thanks: false,
            };
            gifts::claim(tx, now, SITE, &author, (&code, wish))
        };
        assert!(world.store.write(claim).await.unwrap());
    }
}
