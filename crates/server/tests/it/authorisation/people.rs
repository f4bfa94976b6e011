//! Everyone who might ask.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, header};
use rejoinder_core::identity::author::Role;
use rejoinder_core::publication::settings::{IssoApi, Passages, SourceChecks};
use rejoinder_core::{AuthorId, Clock as _, Settings, SiteId};
use rejoinder_server::{Config, Declared};
use store::moderation::groups::{self, PageGroup, Scope};
use store::moderation::sanctions;
use store::moderation::sanctions::SanctionRequest;
use store::{identity::authors, publication::sites};
use tempfile::TempDir;
use tokio::sync::Mutex;

use super::requests::{self, HERE, Request, THERE};
use crate::moderation::desk::{sign_in, signed_in};
use crate::publication::articles;
use crate::support::{Answer, BASE, NEWS, TestApp, TestReader};

/// Someone who asks, as the document calls them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Who {
    Anonymous,
    Guest,
    Account,
    Author,
    Staff,
    Editor,
    Moderator,
    LimitedModerator,
    Owner,
    ModeratorElsewhere,
    OwnerElsewhere,
    Banned,
    SignedOut,
    Expired,
}

impl Who {
    pub(super) const ALL: [Self; 14] = [
        Self::Anonymous,
        Self::Guest,
        Self::Account,
        Self::Author,
        Self::Staff,
        Self::Editor,
        Self::Moderator,
        Self::LimitedModerator,
        Self::Owner,
        Self::ModeratorElsewhere,
        Self::OwnerElsewhere,
        Self::Banned,
        Self::SignedOut,
        Self::Expired,
    ];

    /// Who has this role at the site.
    pub(super) const fn with_role(role: Role) -> Self {
        match role {
            Role::Reader => Self::Account,
            Role::Staff => Self::Staff,
            Role::Editor => Self::Editor,
            Role::Moderator => Self::Moderator,
            Role::Owner => Self::Owner,
        }
    }

    pub(super) fn called(name: &str) -> Self {
        match name {
            "anonymous" => Self::Anonymous,
            "guest" => Self::Guest,
            "account" => Self::Account,
            "author" => Self::Author,
            "staff" => Self::Staff,
            "editor" => Self::Editor,
            "moderator" => Self::Moderator,
            "limited moderator" => Self::LimitedModerator,
            "owner" => Self::Owner,
            "moderator elsewhere" => Self::ModeratorElsewhere,
            "owner elsewhere" => Self::OwnerElsewhere,
            "banned" => Self::Banned,
            "signed out" => Self::SignedOut,
            "expired" => Self::Expired,
            other => panic!("nobody is called {other}"),
        }
    }
}

/// A server with two sites, and everyone who might ask.
pub(super) struct People {
    pub(super) app: TestApp,
    known: Mutex<HashMap<Who, TestReader>>,
    seeds: AtomicI64,
    _folder: TempDir,
}

impl People {
    pub(super) async fn gather() -> Self {
        let folder = articles::folder(articles::ARTICLE);
        let app = articles::published(&folder).await;
        Self::gather_at(app, folder).await
    }

    /// The same where the server is found under a path.
    pub(super) async fn gather_under(root: &str) -> Self {
        let folder = articles::folder(articles::ARTICLE);
        let publish = |config: &mut Config| {
            articles::publish(config, &folder);
            config.base = Some([BASE, root].concat());
            config.mail_from = Some("talk@news.example".to_owned());
        };
        let app = TestApp::with(publish).await;
        Self::gather_at(app, folder).await
    }

    /// The same on each database.
    pub(super) async fn gather_on_each() -> [Self; 2] {
        [Self::gather().await, Self::gather_on_postgres().await]
    }

    pub(super) async fn gather_on_postgres() -> Self {
        let folder = articles::folder(articles::ARTICLE);
        let app = TestApp::on_postgres_with(|config| articles::publish(config, &folder)).await;
        Self::gather_at(app, folder).await
    }

    async fn gather_at(app: TestApp, folder: TempDir) -> Self {
        let mails = folder.path().join("mails");
        std::fs::create_dir(&mails).unwrap();
        std::fs::write(mails.join("news.eml"), "Subject: News\r\n\r\nHello\r\n").unwrap();
        let settings = Settings {
            passages: Passages::Both,
            source_checks: SourceChecks::On,
            reactions: "Respect".to_owned(),
            isso_api: IssoApi::On,
            ..Settings::default()
        };
        app.add_site(1, HERE, settings.clone()).await;
        app.add_site(2, THERE, settings).await;
        let people = Self {
            app,
            known: Mutex::default(),
            seeds: AtomicI64::new(100),
            _folder: folder,
        };
        // Their session ends before those of the others begin.
        people.arrive(Who::Expired).await;
        people.app.clock.advance(Duration::from_secs(91 * 86_400));
        for who in Who::ALL.into_iter().filter(|who| *who != Who::Expired) {
            people.arrive(who).await;
        }
        people
    }

    async fn arrive(&self, who: Who) {
        let reader = self.newcomer(who).await;
        self.known.lock().await.insert(who, reader);
    }

    /// What the last request changed may have been the session.
    pub(super) async fn sign_in_again(&self, who: Who) {
        if !matches!(who, Who::Anonymous | Who::Expired) {
            self.arrive(who).await;
        }
    }

    /// The cookies of someone's browser.
    pub(super) async fn cookie(&self, who: Who) -> String {
        let known = self.known.lock().await;
        let cookie = known[&who].cookie.lock().unwrap().clone();
        cookie.unwrap_or_default()
    }

    /// A number that was not used before.
    pub(super) fn seed(&self) -> i64 {
        self.seeds.fetch_add(1, Ordering::SeqCst)
    }

    async fn newcomer(&self, who: Who) -> TestReader {
        match who {
            Who::Anonymous => self.app.stranger(),
            Who::Guest => self.guest().await,
            Who::Account | Who::Author => self.at(HERE, Role::Reader).await,
            Who::Staff => self.at(HERE, Role::Staff).await,
            Who::Editor => self.at(HERE, Role::Editor).await,
            Who::Moderator => self.at(HERE, Role::Moderator).await,
            Who::LimitedModerator => self.limited().await,
            Who::Owner => self.at(HERE, Role::Owner).await,
            Who::ModeratorElsewhere => self.at(THERE, Role::Moderator).await,
            Who::OwnerElsewhere => self.at(THERE, Role::Owner).await,
            Who::Banned => self.banned().await,
            Who::SignedOut => {
                let gone = self.at(HERE, Role::Owner).await;
                let kept = gone.cookie.lock().unwrap().clone();
                gone.submit("/auth/sign-out", &[]).await;
                *gone.cookie.lock().unwrap() = kept;
                gone
            }
            Who::Expired => self.at(HERE, Role::Owner).await,
        }
    }

    async fn at(&self, host: &'static str, role: Role) -> TestReader {
        signed_in(&self.app, host, role, self.seed()).await
    }

    /// A moderator of the pages that everything is about, and of no others.
    async fn limited(&self) -> TestReader {
        let (group, id) = (self.seed(), self.seed());
        let moderator = signed_in(&self.app, HERE, Role::Moderator, id).await;
        let limit = self.app.store.write(move |tx| {
            let group = PageGroup {
                id: group,
                name: format!("Group {group}"),
                prefix: Some(requests::PAGE.to_owned()),
                mode: None,
                n_pages: 0,
            };
            groups::save(tx, SiteId(1), &group)?;
            groups::set_scope(tx, SiteId(1), AuthorId(id), &Scope::of(vec![group.id]))
        });
        limit.await.unwrap();
        moderator
    }

    /// An owner of a site, by the id that they get.
    pub(super) async fn owner(&self, host: &'static str, id: i64) {
        signed_in(&self.app, host, Role::Owner, id).await;
    }

    async fn guest(&self) -> TestReader {
        let guest = self.app.stranger();
        let text = format!("Comment {}", self.seed());
        requests::write(&guest, HERE, &text).await;
        guest
    }

    /// An account that was banned and has signed in again, to read.
    async fn banned(&self) -> TestReader {
        let (moderator, author) = (self.seed(), self.seed());
        signed_in(&self.app, HERE, Role::Moderator, moderator).await;
        let reader = signed_in(&self.app, HERE, Role::Reader, author).await;
        let now = self.app.clock.now();
        let ban = self.app.store.write(move |tx| {
            let moderator = authors::by_id(tx, SiteId(1), AuthorId(moderator))?;
            let change = SanctionRequest {
                site: SiteId(1),
                id: author,
                moderator: moderator.unwrap(),
                author: AuthorId(author),
                reason: None,
            };
            sanctions::ban(tx, now, &change, None, false)
        });
        ban.await.unwrap();
        *reader.cookie.lock().unwrap() = None;
        sign_in(&self.app, &reader, HERE, Role::Reader, author).await;
        reader
    }

    /// The site of `host`.
    pub(super) async fn site(&self, host: &'static str) -> SiteId {
        let read = self.app.store.read(move |tx| sites::by_host(tx, host));
        read.await.unwrap().unwrap().id
    }

    /// A comment that nobody has touched yet, by [`Who::Author`] or, at the other site, by its owner.
    pub(super) async fn comment(&self, host: &str) -> String {
        let text = format!("Comment {}", self.seed());
        self.comment_that_says(host, &text).await
    }

    pub(super) async fn comment_that_says(&self, host: &str, text: &str) -> String {
        let who = match host {
            HERE => Who::Author,
            _ => Who::OwnerElsewhere,
        };
        let known = self.known.lock().await;
        requests::write(&known[&who], host, text).await
    }

    /// A comment on a page of this site by [`Who::Account`].
    pub(super) async fn comment_on(&self, page: &str) -> String {
        let text = format!("Comment {}", self.seed());
        let known = self.known.lock().await;
        requests::write_on(&known[&Who::Account], HERE, page, &text).await
    }

    pub(super) async fn get_as(&self, who: Who, path: &str) -> Answer {
        let known = self.known.lock().await;
        known[&who].get(path).await
    }

    /// A form that an owner sends.
    pub(super) async fn as_owner(&self, host: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let who = match host {
            HERE => Who::Owner,
            _ => Who::OwnerElsewhere,
        };
        let known = self.known.lock().await;
        known[&who].submit(path, fields).await
    }

    pub(super) async fn ask(&self, who: Who, route: &Declared, asked: &Request) -> Answer {
        let known = self.known.lock().await;
        let reader = &known[&who];
        let mut headers: Vec<(&str, &str)> = Vec::new();
        headers.extend(
            asked
                .headers
                .iter()
                .map(|(name, value)| (*name, value.as_str())),
        );
        let (kind, body) = asked.encoded();
        headers.extend(kind.map(|kind| (header::CONTENT_TYPE.as_str(), kind)));
        let default = match asked.is_api() {
            true => NEWS,
            false => BASE,
        };
        let origin = match (&asked.origin, &route.method) {
            (requests::Origin::Usual, &Method::GET) => None,
            (requests::Origin::Usual, _) => Some(default),
            (requests::Origin::None, _) => None,
            (requests::Origin::Of(origin), _) => Some(origin.as_str()),
        };
        let method = route.method.clone();
        reader
            .ask_from(origin, method, &asked.path, &headers, Body::from(body))
            .await
    }
}
