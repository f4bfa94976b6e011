//! Reading recordings: what they last, what they look like, by what they are known again, and what
//! their cuts leave out.

use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::time::Duration;

use egress::Client;
use media::{DecodeLimits, DecodeProblem, DecodedSound, Fingerprint, SampleKeeping, worker};
use rejoinder_core::Clock;
use rejoinder_core::recordings::{Recording, RecordingKind, RecordingProblem, RecordingState};
use store::jobs::Job;
use store::publication::sites;
use store::recordings::files::ReadRecording;
use store::recordings::reading::{self, DecodedFile};
use store::recordings::{attaching, files, listing};
use store::{Result, Store, StoreError, Tx};
use tempfile::NamedTempFile;
use tracing::warn;

use super::comparing::comparison;
use super::fetching::{FetchFailure, fetch};
use crate::worker::{Handler, JobOutcome};

/// After so many attempts an address is not asked again.
const MAX_ATTEMPTS: i64 = 4;

/// How often it is looked how far a recording is.
const LOOK: Duration = Duration::from_secs(1);

/// How large a file may be.
struct SizeLimit {
    bytes: usize,
    /// Whether it could be larger if the site's other files were not there.
    is_by_others: bool,
}

/// The process that decodes.
pub type DecoderCommand = Arc<dyn Fn() -> io::Result<Command> + Send + Sync>;

/// Fetches and reads recordings, one at a time: decoding keeps a processor busy.
pub struct RecordingHandler {
    store: Arc<Store>,
    client: Client,
    clock: Arc<dyn Clock>,
    decoder: DecoderCommand,
}

impl RecordingHandler {
    /// A handler that asks through `client` and decodes by `decoder`.
    pub fn new(
        store: Arc<Store>,
        client: Client,
        clock: Arc<dyn Clock>,
        decoder: DecoderCommand,
    ) -> Self {
        Self {
            store,
            client,
            clock,
            decoder,
        }
    }

    /// What is in the file of a recording, or why that cannot be said.
    async fn decode(
        &self,
        recording: &Recording,
    ) -> Result<std::result::Result<DecodedSound, DecodeProblem>> {
        let file = match self.copy(recording).await? {
            Ok(file) => file,
            Err(error) => {
                return Ok(Err(DecodeProblem::Io {
                    detail: error.to_string(),
                }));
            }
        };
        let keep = match recording.cut_of {
            Some(_) => SampleKeeping::Samples,
            None => SampleKeeping::Nothing,
        };
        // Of a cut, comparing is the other half.
        let part = match recording.cut_of {
            Some(_) => 0.5,
            None => 1.0,
        };
        let decoder = Arc::clone(&self.decoder);
        self.watched(recording, move |watch| {
            decoded(&decoder, file.path(), keep, watch, part)
        })
        .await
    }

    /// Do what keeps a processor busy, and let editors see how far it is.
    async fn watched<T: Send + 'static>(
        &self,
        recording: &Recording,
        work: impl FnOnce(&DecodingState) -> T + Send + 'static,
    ) -> Result<T> {
        let watch = DecodingState::default();
        let wanted = StopOnDrop(watch.clone());
        let mut working = tokio::task::spawn_blocking(move || work(&watch));
        let mut looks = tokio::time::interval(LOOK);
        let mut last = 0;
        loop {
            tokio::select! {
                done = &mut working => return done.map_err(|error| StoreError::Internal(error.into())),
                _ = looks.tick() => {}
            }
            let percent = wanted.0.percent();
            if percent != last {
                last = percent;
                let (site, id) = (recording.site, recording.id);
                let write = move |tx: &mut Tx<'_>| reading::progress(tx, site, id, percent);
                self.store.write(write).await?;
            }
        }
    }

    /// The file of a recording, outside the store, for the process that decodes.
    async fn copy(&self, recording: &Recording) -> Result<io::Result<NamedTempFile>> {
        let mut file = match NamedTempFile::new() {
            Ok(file) => file,
            Err(error) => return Ok(Err(error)),
        };
        let (site, id, mut at) = (recording.site, recording.id, 0);
        loop {
            let read = move |tx: &mut Tx<'_>| files::part(tx, site, id, at);
            let Some(part) = self.store.read(read).await? else {
                return Ok(Ok(file));
            };
            if let Err(error) = file.write_all(&part) {
                return Ok(Err(error));
            }
            at += i64::try_from(part.len()).unwrap_or(i64::MAX);
        }
    }

    /// Fetch the file of a recording that has none; why nothing more is to be done now, if so.
    async fn fetch(&self, job: &Job, recording: &Recording) -> Result<Option<JobOutcome>> {
        let Some(address) = recording.address.as_deref() else {
            return Ok(None);
        };
        let Some(room) = self.room(recording).await? else {
            return Ok(Some(JobOutcome::Done));
        };
        let fetched = fetch(&self.store, &self.client, recording, address, room.bytes).await;
        let problem = match fetched {
            Ok(()) => return Ok(None),
            Err(FetchFailure::Lasting(RecordingProblem::TooLarge)) if room.is_by_others => {
                RecordingProblem::NoRoom
            }
            Err(FetchFailure::Store(error)) => return Err(error),
            Err(FetchFailure::Passing(why)) if job.attempts < MAX_ATTEMPTS => {
                return Ok(Some(JobOutcome::Retry(why)));
            }
            Err(FetchFailure::Passing(_)) => RecordingProblem::Unreachable,
            Err(FetchFailure::Lasting(problem)) => problem,
        };
        self.refuse(recording, problem).await.map(Some)
    }

    /// How large the file of a recording may be; `None` where its site is gone.
    async fn room(&self, recording: &Recording) -> Result<Option<SizeLimit>> {
        let (site, own) = (recording.site, recording.n_bytes);
        let read = move |tx: &mut Tx<'_>| {
            let Some(site) = sites::by_id(tx, site)? else {
                return Ok(None);
            };
            // What an earlier attempt left is dropped.
            let left = attaching::free_bytes(tx, &site)?.saturating_add(own);
            Ok::<_, StoreError>(Some((left, site.settings.max_recording_bytes())))
        };
        let found = self.store.read(read).await?;
        Ok(found.map(|(left, largest)| {
            let most = i64::try_from(DecodeLimits::default().max_bytes).unwrap_or(i64::MAX);
            let largest = largest.min(most);
            SizeLimit {
                bytes: usize::try_from(largest.min(left)).unwrap_or(0),
                is_by_others: left < largest,
            }
        }))
    }

    /// Refuse a file that cannot be read; what may be a matter of this machine, or of its going down, is
    /// tried again, and a file is dropped for nothing of that kind.
    async fn give_up(
        &self,
        job: &Job,
        recording: &Recording,
        problem: &DecodeProblem,
    ) -> Result<JobOutcome> {
        let is_ours = matches!(problem, DecodeProblem::Io { .. });
        let may_be_ours = matches!(
            problem,
            DecodeProblem::Crashed { .. } | DecodeProblem::Memory | DecodeProblem::Time
        );
        match job.attempts < MAX_ATTEMPTS {
            true if is_ours || may_be_ours => Ok(JobOutcome::Retry(problem.to_string())),
            false if is_ours => Ok(JobOutcome::Park(problem.to_string())),
            _ => self.refuse(recording, problem.refusal()).await,
        }
    }

    async fn refuse(&self, recording: &Recording, problem: RecordingProblem) -> Result<JobOutcome> {
        let (now, own) = (self.clock.now(), recording.clone());
        let write = move |tx: &mut Tx<'_>| reading::refuse(tx, now, &own, problem);
        self.store.write(write).await?;
        Ok(JobOutcome::Done)
    }

    /// The recording that a cut was made from.
    async fn whole(&self, cut: &Recording) -> Result<FullRecording> {
        let (site, Some(id)) = (cut.site, cut.cut_of) else {
            return Ok(FullRecording::None);
        };
        let read = move |tx: &mut Tx<'_>| {
            let whole = listing::find(tx, site, id)?;
            Ok((whole, reading::fingerprint(tx, site, id)?))
        };
        let (whole, fingerprint) = self.store.read(read).await?;
        let Some(whole) = whole else {
            return Ok(FullRecording::Gone);
        };
        let fingerprint = fingerprint.and_then(|bytes| Fingerprint::from_bytes(&bytes).ok());
        Ok(match (whole.state, fingerprint) {
            (RecordingState::Ready, Some(fingerprint)) => {
                FullRecording::Read(Box::new(fingerprint))
            }
            (RecordingState::Ready | RecordingState::Refused, _) => FullRecording::Gone,
            (RecordingState::Arriving | RecordingState::Waiting, _) => FullRecording::Waits,
        })
    }
}

/// The recording that a cut is to be compared with.
enum FullRecording {
    /// It is no cut.
    None,
    /// Its fingerprint.
    Read(Box<Fingerprint>),
    /// It will be read yet.
    Waits,
    /// There is nothing to compare with.
    Gone,
}

/// What those who wait for it and the thread that works tell each other.
#[derive(Debug, Clone, Default)]
struct DecodingState(Arc<(AtomicU8, AtomicBool)>);

impl DecodingState {
    fn percent(&self) -> u8 {
        self.0.0.load(Ordering::Relaxed)
    }

    /// The share that is done, from 0 to 1.
    fn tell(&self, share: f64) {
        self.0.0.store((share * 100.0) as u8, Ordering::Relaxed);
    }

    fn is_over(&self) -> bool {
        self.0.1.load(Ordering::Relaxed)
    }
}

/// Ends a decoding once nobody waits for it: when the worker lets the job go, the thread that decodes
/// would hold up the end of the program.
struct StopOnDrop(DecodingState);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.0.1.store(true, Ordering::Relaxed);
    }
}

fn decoded(
    decoder: &DecoderCommand,
    path: &Path,
    keep: SampleKeeping,
    watch: &DecodingState,
    part: f64,
) -> std::result::Result<DecodedSound, DecodeProblem> {
    let command = decoder().map_err(|error| DecodeProblem::Io {
        detail: error.to_string(),
    })?;
    let mut go_on = |share: f64| {
        watch.tell(share * part);
        match watch.is_over() {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    };
    worker::run(command, path, keep, &DecodeLimits::default(), &mut go_on)
}

impl Handler for RecordingHandler {
    type Payload = ReadRecording;

    fn slots(&self) -> usize {
        1
    }

    fn is_let_go(&self) -> bool {
        true
    }

    async fn run(&self, job: &Job, payload: ReadRecording) -> Result<JobOutcome> {
        let (site, id) = (job.site, payload.recording);
        let found = self
            .store
            .read(move |tx| listing::find(tx, site, id))
            .await?;
        let Some(recording) = found.filter(|own| own.state == RecordingState::Waiting) else {
            return Ok(JobOutcome::Done);
        };
        let whole = match self.whole(&recording).await? {
            // It is wanted again when that has been read.
            FullRecording::Waits => return Ok(JobOutcome::Done),
            FullRecording::Gone => return self.refuse(&recording, RecordingProblem::NoWhole).await,
            FullRecording::Read(fingerprint) => Some(fingerprint),
            FullRecording::None => None,
        };
        if let Some(outcome) = self.fetch(job, &recording).await? {
            return Ok(outcome);
        }
        let decoded = match self.decode(&recording).await? {
            Ok(decoded) => decoded,
            Err(problem) => {
                warn!(site.id = %site, recording.id = %id, "A recording cannot be read: {problem}");
                return self.give_up(job, &recording, &problem).await;
            }
        };
        let found = found_in(&decoded);
        let comparison = match whole {
            Some(whole) => {
                let work = move |watch: &DecodingState| {
                    comparison(&whole, &decoded, |share| watch.tell(0.5 + share / 2.0))
                };
                Some(self.watched(&recording, work).await?)
            }
            None => None,
        };
        let json = comparison
            .map(|found| serde_json::to_string(&found))
            .transpose();
        let json = json.map_err(|error| StoreError::Internal(error.into()))?;
        let now = self.clock.now();
        let write =
            move |tx: &mut Tx<'_>| reading::save(tx, now, &recording, &found, json.as_deref());
        self.store.write(write).await?;
        Ok(JobOutcome::Done)
    }
}

fn found_in(decoded: &DecodedSound) -> DecodedFile {
    let info = &decoded.info;
    DecodedFile {
        kind: info.kind,
        media_type: media_type(&info.container, info.kind).to_owned(),
        duration_ms: i64::try_from(info.duration_ms).unwrap_or(i64::MAX),
        wave_form: decoded.waveform.peaks.clone(),
        fingerprint: decoded.fingerprint.to_bytes(),
    }
}

/// The media type of a container, as browsers know it.
fn media_type(container: &str, kind: RecordingKind) -> &'static str {
    match (container, kind) {
        ("isomp4", RecordingKind::Audio) => "audio/mp4",
        ("isomp4", RecordingKind::Video) => "video/mp4",
        ("matroska", RecordingKind::Audio) => "audio/webm",
        ("matroska", RecordingKind::Video) => "video/webm",
        ("ogg", RecordingKind::Audio) => "audio/ogg",
        ("ogg", RecordingKind::Video) => "video/ogg",
        ("wave", _) => "audio/wav",
        ("flac", _) => "audio/flac",
        ("aac" | "adts", _) => "audio/aac",
        ("aiff", _) => "audio/aiff",
        _ => "audio/mpeg",
    }
}
