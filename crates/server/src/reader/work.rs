//! Proof of work: who is asked for it, and the challenges.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderName, header};
use rejoinder_core::Site;
use rejoinder_core::identity::proof_of_work::{Challenge, ChallengeKey, Solution};
use rejoinder_core::moderation::ProofOfWorkResult;
use rejoinder_core::publication::settings::ProofOfWork;
use serde::Serialize;
use utoipa::ToSchema;

use crate::config::RateLimits;
use crate::http::error::{ApiError, Problem};
use crate::http::extract::{Params, Visitor};
use crate::http::limits::Act;
use crate::state::App;

/// What a request has to show.
#[derive(Debug)]
pub(crate) enum Proof {
    /// From a script, which can work: a solution as it was sent, or none yet.
    Script(Option<String>),
    /// From a plain form, whose browser may have no script.
    Form,
}

/// Whether a comment at `site` needs a proof of work now, and the solution that came with it.
pub(super) fn asked(
    app: &App,
    site: &Site,
    proof: &Proof,
) -> (ProofOfWorkResult, Option<Solution>) {
    let is_more_than_usual = app.load.count(site.id, app.steady());
    let is_asked = match site.settings.proof_of_work {
        ProofOfWork::Off => false,
        ProofOfWork::UnderLoad => is_more_than_usual,
        ProofOfWork::Always => true,
    };
    if !is_asked || app.config.rate_limits == RateLimits::Off {
        return (ProofOfWorkResult::NotAsked, None);
    }
    match proof {
        Proof::Script(sent) => (
            ProofOfWorkResult::Missing,
            sent.as_deref().and_then(Solution::read),
        ),
        Proof::Form => (ProofOfWorkResult::Unable, None),
    }
}

/// A challenge by the rules of ALTCHA.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChallengeBody {
    /// How salt and number are hashed: `SHA-256`.
    algorithm: &'static str,
    /// The hash of the salt with the number behind it, in hexadecimal digits.
    challenge: String,
    /// The number is not above this one.
    maxnumber: u64,
    /// What stands before the number.
    salt: String,
    /// To be sent back with the solution.
    signature: String,
}

impl From<Challenge> for ChallengeBody {
    fn from(challenge: Challenge) -> Self {
        let Challenge {
            algorithm,
            challenge,
            maxnumber,
            salt,
            signature,
        } = challenge;
        Self {
            algorithm,
            challenge,
            maxnumber,
            salt,
            signature,
        }
    }
}

type ChallengeResponse = ([(HeaderName, &'static str); 1], Json<ChallengeBody>);

/// Get a challenge, whose solution lets one comment of the site pass.
#[utoipa::path(
    get, path = "/api/v1/challenge", tag = "writing",
    params(("site" = String, Query, description = "The site's host")),
    responses((status = 200, body = ChallengeBody), (status = "4XX", body = Problem)),
)]
pub(crate) async fn challenge(
    State(app): State<App>,
    visitor: Visitor,
    params: Params,
) -> Result<ChallengeResponse, ApiError> {
    let site = visitor.at(&app, params.site()?).await?;
    let now = app.now();
    app.limits.take(Act::Preview, &visitor, app.steady())?;
    let id = site.id;
    let key = match app
        .store
        .read(move |tx| store::identity::work::key(tx, id))
        .await?
    {
        Some(key) => key,
        None => {
            let new = ChallengeKey(app.random_key());
            app.store
                .write(move |tx| store::identity::work::add_key(tx, id, &new))
                .await?
        }
    };
    let challenge = key.challenge(&*app.random, now);
    Ok((
        [(header::CACHE_CONTROL, "no-store")],
        Json(challenge.into()),
    ))
}
