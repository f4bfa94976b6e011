//! The file beside a database of SQLite, while somebody reads for long.

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};

use rejoinder_store::{Location, Store};
use rusqlite::Connection;
use tempfile::TempDir;

/// What the file may be kept at.
const LIMIT: u64 = 64 << 20;

/// What the store has said.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn lines(&self, with: &str) -> Vec<String> {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        let lines = text.lines().filter(|line| line.contains(with));
        lines.map(str::to_owned).collect()
    }
}

struct Watched {
    store: Arc<Store>,
    path: PathBuf,
    log: Log,
    _folder: TempDir,
}

impl Watched {
    /// A store whose threads write into a log. Only one test of a process can have it.
    fn new() -> Self {
        let log = Log::default();
        let own = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_writer(move || own.clone())
            .with_ansi(false)
            .finish();
        let _ = tracing::subscriber::set_global_default(subscriber);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rejoinder.db");
        let store = Store::open(&Location::Sqlite(path.clone()), Arc::new(|_| {}));
        Self {
            store: Arc::new(store.unwrap()),
            path,
            log,
            _folder: folder,
        }
    }

    /// Write so many MB, a few in each commit.
    async fn write(&self, megabytes: usize) {
        for _ in 0..megabytes.div_ceil(4) {
            let write = self.store.write(|tx| {
                tx.batch(
                    "create table if not exists filler (bytes blob);
                     delete from filler;
                     insert into filler values (randomblob(4194304));",
                )
            });
            write.await.unwrap();
        }
    }

    fn bytes(&self) -> u64 {
        self.store.wal_bytes().unwrap()
    }
}

/// Read until the answer is dropped.
async fn read_for_long(store: &Arc<Store>) -> Sender<()> {
    let (end, until) = channel::<()>();
    let (begun, is_begun) = tokio::sync::oneshot::channel();
    let (until, begun) = (Mutex::new(until), Mutex::new(Some(begun)));
    let store = store.in_background();
    tokio::spawn(async move {
        let read = store.read(move |tx| {
            tx.batch("select count(*) from sqlite_schema")?;
            if let Some(begun) = begun.lock().unwrap().take() {
                begun.send(()).unwrap();
            }
            // It ends with an error when the other side is dropped.
            let _ = until.lock().unwrap().recv();
            Ok(())
        });
        read.await
    });
    is_begun.await.unwrap();
    end
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_read_lets_the_file_grow_is_told_once_and_leaves_it_short() {
    let watched = Watched::new();
    let other = Connection::open(&watched.path).unwrap();

    watched.write(100).await;
    assert!(watched.bytes() <= LIMIT, "{}", watched.bytes());
    assert_eq!(watched.log.lines("grows").len(), 0);

    other
        .execute_batch("begin; select count(*) from sqlite_schema;")
        .unwrap();
    watched.write(100).await;
    assert!(watched.bytes() > LIMIT, "{}", watched.bytes());
    let told = watched.log.lines("grows with every write");
    assert_eq!(told.len(), 1, "{told:#?}");
    assert!(told[0].contains("another program"), "{}", told[0]);

    other.execute_batch("rollback").unwrap();
    watched.write(12).await;
    assert!(watched.bytes() <= LIMIT, "{}", watched.bytes());
    assert_eq!(watched.log.lines("is short again").len(), 1);

    let end = read_for_long(&watched.store).await;
    watched.write(100).await;
    let told = watched.log.lines("a read of this program");
    assert_eq!(told.len(), 1, "{told:#?}");
    drop(end);
    let is_short = async || {
        watched.write(12).await;
        watched.bytes() <= LIMIT
    };
    while !is_short().await {}
    drop(other);
    watched.store.close();
    assert_eq!(watched.bytes(), 0);
}
