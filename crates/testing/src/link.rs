use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;

/// A link to a PostgreSQL server that can be cut: what is sent on it then arrives nowhere, and neither
/// end hears that it is gone.
///
/// To the one end that looks as if the server hung, to the other as if the client did.
#[derive(Debug)]
pub struct Link {
    url: String,
    state: Arc<State>,
}

#[derive(Debug, Default)]
struct State {
    is_cut: Mutex<bool>,
    changed: Condvar,
}

impl State {
    fn set(&self, is_cut: bool) {
        *self.is_cut.lock().unwrap_or_else(PoisonError::into_inner) = is_cut;
        self.changed.notify_all();
    }

    fn wait_until_mended(&self) {
        let is_cut = self.is_cut.lock().unwrap_or_else(PoisonError::into_inner);
        let mended = self.changed.wait_while(is_cut, |is_cut| *is_cut);
        drop(mended);
    }
}

impl Link {
    /// A link to the database at `url`, whose server is on a socket of this machine.
    ///
    /// # Panics
    ///
    /// When there is no port for it.
    pub fn to(url: &str) -> Self {
        let (host, database) = url
            .rsplit_once('@')
            .and_then(|(_, at)| at.split_once('/'))
            .unwrap_or_else(|| panic!("{url} names no socket"));
        let folder = PathBuf::from(host.replace("%2F", "/"));
        let server = folder.join(".s.PGSQL.5432");
        let listener = TcpListener::bind("127.0.0.1:0").unwrap_or_else(|error| panic!("{error}"));
        let address = listener
            .local_addr()
            .unwrap_or_else(|error| panic!("{error}"));
        let state = Arc::<State>::default();
        let own = Arc::clone(&state);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let (server, own) = (server.clone(), Arc::clone(&own));
                thread::spawn(move || {
                    own.wait_until_mended();
                    // Either end going away is the end of it.
                    let _ = join(client, &server, &own);
                });
            }
        });
        Self {
            url: format!("postgres://rejoinder@{address}/{database}"),
            state,
        }
    }

    /// The database's address at this end.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Let nothing through any more.
    pub fn cut(&self) {
        self.state.set(true);
    }

    /// Let everything through again, and what was sent meanwhile.
    pub fn mend(&self) {
        self.state.set(false);
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.mend();
    }
}

/// Let two ends talk until one of them goes away.
fn join(client: TcpStream, server: &Path, state: &Arc<State>) -> std::io::Result<()> {
    client.set_nodelay(true)?;
    let server = UnixStream::connect(server)?;
    let (mut from_server, mut to_client) = (server.try_clone()?, client.try_clone()?);
    let own = Arc::clone(state);
    let back = thread::spawn(move || {
        let _ = pass(&mut from_server, &mut to_client, &own);
        let _ = to_client.shutdown(Shutdown::Both);
    });
    let (mut client, mut server) = (client, server);
    let _ = pass(&mut client, &mut server, state);
    let _ = server.shutdown(Shutdown::Both);
    let _ = back.join();
    Ok(())
}

fn pass(from: &mut impl Read, to: &mut impl Write, state: &State) -> std::io::Result<()> {
    let mut bytes = [0; 16 << 10];
    loop {
        let n = from.read(&mut bytes)?;
        state.wait_until_mended();
        if n == 0 {
            return Ok(());
        }
        to.write_all(&bytes[..n])?;
    }
}
