//! What a job is to do, and how the same job is known again.

use rejoinder_core::{SiteId, Time};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use crate::Result;
use crate::database::error::StoreError;

/// What the jobs of one kind are to do. It is kept as JSON and read back by the handler of the kind.
pub trait Payload: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The word of the kind, in the store and in the log.
    const KIND: &'static str;

    /// Tells the job from others of its kind at its site: the same key is the same job. Without one, the
    /// same payload is.
    fn dedup_key(&self) -> Option<String> {
        None
    }

    /// What the job is erased with, such as an address.
    fn subject(&self) -> Option<String> {
        None
    }
}

/// A job to be added.
#[derive(Debug, Clone)]
pub struct NewJob {
    pub(super) site: SiteId,
    pub(super) kind: &'static str,
    pub(super) dedup_key: String,
    pub(super) subject: Option<String>,
    pub(super) payload: String,
    pub(super) run_at: Time,
    pub(super) lane: Option<i64>,
}

impl NewJob {
    /// A job that does what `payload` says, not before `run_at`.
    pub fn new<P: Payload>(site: SiteId, payload: &P, run_at: Time) -> Result<Self> {
        let json =
            serde_json::to_string(payload).map_err(|error| StoreError::Internal(error.into()))?;
        Ok(Self {
            site,
            kind: P::KIND,
            dedup_key: payload.dedup_key().unwrap_or_else(|| json.clone()),
            subject: payload.subject(),
            payload: json,
            run_at,
            lane: None,
        })
    }

    /// The job, of which at most one runs at a time for the same `lane` of its site and kind: what is slow
    /// with one of them holds up no other.
    #[must_use]
    pub fn in_lane(self, lane: i64) -> Self {
        Self {
            lane: Some(lane),
            ..self
        }
    }

    /// Names the job at its site. It follows from what makes it the same job.
    pub fn id(&self) -> i64 {
        derived_id(&[self.kind.as_bytes(), self.dedup_key.as_bytes()])
    }
}

/// Returns an id that follows from what it is for, so that the same thing never has two.
pub(crate) fn derived_id(parts: &[&[u8]]) -> i64 {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    let hash: [u8; 32] = hash.finalize().into();
    let mut first = [0; 8];
    first.copy_from_slice(&hash[..8]);
    i64::from_be_bytes(first) & i64::MAX
}
