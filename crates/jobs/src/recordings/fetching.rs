//! The file of a recording from its address into the store, a part at a time.

use std::time::Duration;

use egress::{Client, Feature, FetchError, FetchLimits, Method, Request};
use rejoinder_core::recordings::{Recording, RecordingProblem};
use store::recordings::files::{self, MAX_PART};
use store::{Result, Store, StoreError, Tx};

/// How long the next piece may take.
const TIMEOUT: Duration = Duration::from_secs(30);

const MAX_REDIRECTS: usize = 5;

/// Why there is no file.
pub(super) enum FetchFailure {
    /// It may go better another time.
    Passing(String),
    /// It will not.
    Lasting(RecordingProblem),
    /// The store failed.
    Store(StoreError),
}

impl From<FetchError> for FetchFailure {
    fn from(error: FetchError) -> Self {
        match error {
            FetchError::Timeout | FetchError::Network(_) => Self::Passing(error.to_string()),
            FetchError::TooLarge { .. } => Self::Lasting(RecordingProblem::TooLarge),
            FetchError::Forbidden(_)
            | FetchError::TooManyRedirects { .. }
            | FetchError::Elsewhere => Self::Lasting(RecordingProblem::Unreachable),
        }
    }
}

/// How long all of a file may take.
const MAX_TIME: Duration = Duration::from_secs(30 * 60);

/// Fetch the file at `address`, of at most `max_bytes`.
pub(super) async fn fetch(
    store: &Store,
    client: &Client,
    recording: &Recording,
    address: &str,
    max_bytes: usize,
) -> std::result::Result<(), FetchFailure> {
    let whole = piece_by_piece(store, client, recording, address, max_bytes);
    let timed = tokio::time::timeout(MAX_TIME, whole).await;
    timed.unwrap_or(Err(FetchFailure::Lasting(RecordingProblem::Unreachable)))
}

async fn piece_by_piece(
    store: &Store,
    client: &Client,
    recording: &Recording,
    address: &str,
    max_bytes: usize,
) -> std::result::Result<(), FetchFailure> {
    let request = Request {
        feature: Feature::Recordings,
        method: Method::GET,
        url: address.to_owned(),
        headers: vec![("accept", "audio/*, video/*, */*;q=0.1".to_owned())],
        body: None,
        limits: FetchLimits {
            max_bytes,
            timeout: TIMEOUT,
            max_redirects: MAX_REDIRECTS,
        },
    };
    let mut download = client.open(request).await?;
    if download.status >= 500 {
        return Err(FetchFailure::Passing(format!(
            "the answer is {}",
            download.status
        )));
    }
    if download.status != 200 {
        return Err(FetchFailure::Lasting(RecordingProblem::Unreachable));
    }
    let (mut at, mut waiting) = (0, Vec::new());
    while let Some(piece) = download.next().await? {
        let mut piece = piece.as_ref();
        while !piece.is_empty() {
            let (now, later) = piece.split_at(piece.len().min(MAX_PART - waiting.len()));
            waiting.extend_from_slice(now);
            piece = later;
            if waiting.len() == MAX_PART {
                at = keep(store, recording, at, std::mem::take(&mut waiting)).await?;
            }
        }
    }
    match (at, waiting.is_empty()) {
        (0, true) => Err(FetchFailure::Lasting(RecordingProblem::NoSound)),
        (_, true) => Ok(()),
        _ => keep(store, recording, at, waiting).await.map(drop),
    }
}

/// Keep the next bytes; how many there are then.
async fn keep(
    store: &Store,
    recording: &Recording,
    at: i64,
    bytes: Vec<u8>,
) -> std::result::Result<i64, FetchFailure> {
    let (site, id) = (recording.site, recording.id);
    let n = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
    let write =
        move |tx: &mut Tx<'_>| -> Result<()> { files::keep_fetched(tx, site, id, at, &bytes) };
    store.write(write).await.map_err(FetchFailure::Store)?;
    Ok(at.saturating_add(n))
}
