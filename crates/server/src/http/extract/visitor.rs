//! Who asks: from where, with which token, on whose page.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, OnceLock};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use rejoinder_core::identity::address::Network;
use rejoinder_core::{
    Author, AuthorId, Comment, PageKey, Reader, Refusal, Site, Token, TokenHash, identity::author,
};
use store::identity::authors;
use store::integrations::api_tokens::Program;

use super::base::Base;
use super::client::network_of;
use super::header_text::{cookie, text};
use crate::access::acting::{ProgramActor, USER};
use crate::http::error::ApiError;
use crate::state::{App, hash_of};

/// How long a browser keeps its token: the longest that browsers allow.
const COOKIE_SECONDS: u32 = 400 * 86_400;

/// How long a browser is known to have asked for a link by mail, or what its passkey is to sign.
const ASKED_SECONDS: u32 = 3_600;

/// The site that a request turned out to be about, for the headers of its answer.
#[derive(Debug, Clone, Default)]
pub(crate) struct SiteCell(Arc<OnceLock<Arc<Site>>>);

impl SiteCell {
    pub(crate) fn get(&self) -> Option<&Arc<Site>> {
        self.0.get()
    }

    pub(crate) fn set(&self, site: &Arc<Site>) {
        let _ = self.0.set(Arc::clone(site));
    }
}

/// The one who asks, before it is known at which site.
#[derive(Debug, Clone)]
pub(crate) struct Visitor {
    pub(crate) base: Base,
    pub(crate) network: Network,
    /// The origin of the page that asks, when a browser says it.
    pub(crate) origin: Option<String>,
    token: Option<Token>,
    asked: Option<Token>,
    known: Option<Token>,
    /// Whether it is a page of another site that asks; not where its link or a redirect led here.
    is_cross_site: bool,
    site: SiteCell,
    /// The program of the publisher that asks, whose token was looked at on the way here.
    program: Option<Program>,
    /// As whom it acts.
    acting: Option<ProgramActor>,
    /// Who answers a mail, and for which subscription it was sent.
    answering: Option<(Author, i64)>,
}

impl FromRequestParts<App> for Visitor {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let headers = &parts.headers;
        let base = Base::of(&app.config, headers).ok_or_else(ApiError::host_unknown)?;
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0.ip());
        let network = network_of(&app.config, peer, headers);
        let acting = parts.extensions.get::<ProgramActor>().copied();
        Ok(Self {
            network: acting.map_or(network, |acting| acting.network(network)),
            origin: text(headers, &header::ORIGIN).map(str::to_owned),
            token: cookie(headers, base.cookie()).and_then(|value| value.parse().ok()),
            asked: cookie(headers, base.asked_cookie()).and_then(|value| value.parse().ok()),
            known: cookie(headers, base.known_cookie()).and_then(|value| value.parse().ok()),
            is_cross_site: text(headers, &SEC_FETCH_SITE) == Some("cross-site")
                && text(headers, &SEC_FETCH_DEST) != Some("document"),
            site: parts
                .extensions
                .get::<SiteCell>()
                .cloned()
                .unwrap_or_default(),
            program: parts.extensions.get::<Program>().cloned(),
            acting,
            answering: None,
            base,
        })
    }
}

pub(crate) const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const SEC_FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");

impl Visitor {
    /// The site of `host`, which this visitor may only read.
    pub(crate) async fn at(&self, app: &App, host: &str) -> Result<Arc<Site>, ApiError> {
        let site = app.sites.named(host).await?;
        self.site.set(&site);
        Ok(site)
    }

    /// The page of `site` that a client calls `typed`. An article of the server's own is the same
    /// page by whichever address the server was reached.
    pub(crate) fn page(&self, app: &App, site: &Site, typed: &str) -> Result<PageKey, Refusal> {
        let key = PageKey::parse(typed)?;
        let article = app.config.publication_of(site).and_then(|own| {
            let mut bases = self.base.addresses();
            bases.find_map(|base| own.key_at(base, &key))
        });
        Ok(article.unwrap_or(key))
    }

    /// The site of `host`, which this visitor's page may act on as them.
    pub(crate) async fn acting_at(&self, app: &App, host: &str) -> Result<Arc<Site>, ApiError> {
        let site = self.at(app, host).await?;
        self.may_act_on(&site)?;
        Ok(site)
    }

    /// Whether the page that asks may act on `site` in the reader's name.
    pub(crate) fn may_act_on(&self, site: &Arc<Site>) -> Result<(), ApiError> {
        if self.is_foreign(site) {
            return Err(ApiError::site_unknown());
        }
        self.site.set(site);
        match &self.origin {
            Some(origin) if !self.base.is_origin(origin) && !site.allows(origin) => {
                Err(ApiError::origin_refused())
            }
            _ => Ok(()),
        }
    }

    /// The same of the site that a request names, or else of the only one that it can be about. No site is
    /// looked through for what a request is about.
    pub(crate) async fn acting_where(
        &self,
        app: &App,
        host: Option<&str>,
    ) -> Result<Arc<Site>, ApiError> {
        if let Some(host) = host {
            return self.acting_at(app, host).await;
        }
        let origin = self.foreign_origin();
        let site = match &self.program {
            Some(program) => {
                let own = app.sites.by_id(program.site).await?;
                Some(own).filter(|own| origin.is_none_or(|origin| own.allows(origin)))
            }
            None => app.sites.only_one_open_to(origin).await?,
        };
        let site = site.ok_or_else(ApiError::site_missing)?;
        self.may_act_on(&site)?;
        Ok(site)
    }

    /// The origin of the page that asks, when it is not the server's own.
    pub(crate) fn foreign_origin(&self) -> Option<&str> {
        let origin = self.origin.as_deref();
        origin.filter(|origin| !self.base.is_origin(origin))
    }

    /// The program of the publisher that asks.
    pub(crate) const fn program(&self) -> Option<&Program> {
        self.program.as_ref()
    }

    /// Whether a program of the publisher asks.
    pub(crate) const fn is_program(&self) -> bool {
        self.program.is_some()
    }

    /// The program that asks, and acts for someone else.
    pub(crate) fn writing_program(&self) -> Option<AuthorId> {
        let program = self.program.as_ref()?;
        (self.acting != Some(ProgramActor::Itself)).then_some(program.author.id)
    }

    /// This visitor under the name that a program gives, where a program asks: who has no user there has
    /// a name, and the same name is the same author.
    pub(crate) fn under(self, name: Option<&str>) -> Result<Self, ApiError> {
        let (Some(program), Some(ProgramActor::For(user))) = (&self.program, self.acting) else {
            return Ok(self);
        };
        match (user, name) {
            (None, name) => {
                let name = author::name(name.unwrap_or_default())?;
                let acting = ProgramActor::named(program, &name);
                Ok(self.acting_as(acting))
            }
            (Some(_), None) => Ok(self),
            (Some(_), Some(_)) => {
                let detail =
                    "A name is given beside the header `Rejoinder-User`, which names the author.";
                Err(ApiError::body(detail).field("name"))
            }
        }
    }

    /// This visitor as the author of `comment`, where a program asks that gave them their name. It is none
    /// of the program's comments where the author turns out to be somebody else.
    pub(crate) fn for_author_of(self, comment: &Comment) -> Self {
        match (&self.program, self.acting) {
            (Some(program), Some(ProgramActor::For(None))) => {
                let acting = ProgramActor::named(program, &comment.author.name);
                self.acting_as(acting)
            }
            _ => self,
        }
    }

    /// Whoever answers a mail of `site` as `author`: what delivers it says nothing of them.
    pub(crate) fn by_mail(self, site: &Arc<Site>, author: Author, subscription: i64) -> Self {
        self.site.set(site);
        let acting = ProgramActor::by_mail(site.id, author.id);
        Self {
            origin: None,
            answering: Some((author, subscription)),
            ..self.acting_as(acting)
        }
    }

    /// The subscription whose mail is answered.
    pub(crate) fn answers(&self) -> Option<i64> {
        self.answering
            .as_ref()
            .map(|(_, subscription)| *subscription)
    }

    fn acting_as(self, acting: ProgramActor) -> Self {
        Self {
            network: acting.network(self.network),
            acting: Some(acting),
            ..self
        }
    }

    /// Refuse a program that does not say whose act it is.
    pub(crate) fn must_be_someone(&self) -> Result<(), ApiError> {
        match self.acting {
            Some(ProgramActor::For(None)) => {
                let detail = "The header `Rejoinder-User` must say for whom this is done.";
                Err(
                    ApiError::new(StatusCode::BAD_REQUEST, "user_missing", detail)
                        .field(USER.as_str()),
                )
            }
            _ => Ok(()),
        }
    }

    /// Whether a program asks that belongs to another site.
    fn is_foreign(&self, site: &Site) -> bool {
        let program = self.program.as_ref();
        program.is_some_and(|program| program.site != site.id)
    }

    /// What the store knows of this visitor's token.
    pub(crate) fn token_hash(&self) -> Option<TokenHash> {
        match self.acting {
            Some(acting) => acting.token(),
            None => self.token.as_ref().map(hash_of),
        }
    }

    /// This visitor as a reader of `site`.
    pub(crate) async fn reader(&self, app: &App, site: &Site) -> Result<Reader, ApiError> {
        let network = self.network;
        if let Some((author, _)) = &self.answering {
            let author = Some(author.clone());
            return Ok(Reader { author, network });
        }
        if let Some(program) = &self.program
            && self.acting == Some(ProgramActor::Itself)
        {
            let author = (!self.is_foreign(site)).then(|| program.author.clone());
            return Ok(Reader { author, network });
        }
        let Some(hash) = self.token_hash() else {
            return Ok(Reader {
                author: None,
                network,
            });
        };
        let (now, site) = (app.now(), site.id);
        let author = app
            .store
            .read(move |tx| authors::by_token(tx, now, site, &hash))
            .await?;
        Ok(Reader { author, network })
    }

    /// This visitor's token, or a new one.
    pub(crate) fn token(&self, app: &App) -> KeptToken {
        match self.token_hash() {
            Some(hash) => KeptToken { hash, cookie: None },
            None => self.new_token(app),
        }
    }

    /// A token that this visitor did not have before.
    pub(crate) fn new_token(&self, app: &App) -> KeptToken {
        let token = Token::new(&*app.random);
        KeptToken {
            hash: hash_of(&token),
            cookie: self.cookie_for(&token),
        }
    }

    /// The header that takes the token away.
    pub(crate) fn no_token(&self) -> HeaderMap {
        self.set_cookie(self.base.cookie(), "", 0).collect()
    }

    /// The secret of a browser that has asked for a link by mail, or what its passkey is to sign.
    pub(crate) fn asked(&self) -> Option<&Token> {
        self.asked.as_ref()
    }

    /// The header that keeps such a secret as long as what it asked for may work.
    pub(crate) fn keep_asked(&self, asked: &Token) -> HeaderMap {
        let secret = asked.reveal();
        self.set_cookie(self.base.asked_cookie(), &secret, ASKED_SECONDS)
            .collect()
    }

    /// The secret of a browser that has signed in by mail. It signs nobody in.
    pub(crate) fn known(&self) -> Option<&Token> {
        self.known.as_ref()
    }

    /// The header by which the browser is known the next time.
    pub(crate) fn keep_known(&self, known: &Token) -> Option<(HeaderName, HeaderValue)> {
        let secret = known.reveal();
        self.set_cookie(self.base.known_cookie(), &secret, COOKIE_SECONDS)
            .next()
    }

    fn cookie_for(&self, token: &Token) -> Option<HeaderValue> {
        let secret = token.reveal();
        let mut cookies = self.set_cookie(self.base.cookie(), &secret, COOKIE_SECONDS);
        cookies.next().map(|(_, value)| value)
    }

    /// In a page of another site a cookie is kept for that site alone. Browsers take this machine's
    /// own addresses for secure, even without TLS.
    fn set_cookie(
        &self,
        name: &str,
        secret: &str,
        seconds: u32,
    ) -> impl Iterator<Item = (HeaderName, HeaderValue)> + use<> {
        let kind = match (self.base.is_secure(), self.is_cross_site) {
            (false, false) => "SameSite=Lax",
            (true, false) => "Secure; SameSite=Lax",
            (_, true) => "Secure; SameSite=None; Partitioned",
        };
        let path = match self.base.root() {
            "" => "/",
            root => root,
        };
        let cookie = format!("{name}={secret}; Path={path}; Max-Age={seconds}; HttpOnly; {kind}");
        let value = HeaderValue::from_str(&cookie).ok().map(|mut value| {
            value.set_sensitive(true);
            (header::SET_COOKIE, value)
        });
        value.into_iter()
    }
}

/// A token that the reader's browser has, or is to get with the answer.
pub(crate) struct KeptToken {
    pub(crate) hash: TokenHash,
    cookie: Option<HeaderValue>,
}

impl KeptToken {
    /// The headers that hand a new token over.
    pub(crate) fn headers(self) -> HeaderMap {
        self.cookie
            .map(|cookie| (header::SET_COOKIE, cookie))
            .into_iter()
            .collect()
    }
}
