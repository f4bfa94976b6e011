//! The ports and sockets of a server: its own, or those that it was started with.

use std::fs::{self, Permissions};
use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::os::unix::net::UnixStream;
use std::path::Path;

use listenfd::ListenFd;
use server::{Listener, RateLimits};
use tokio::net::{TcpListener, UnixListener};

use crate::config::{Listening, Options};
use crate::failure::Failure;

/// A socket in the file system is open to whoever may enter its folder, as a port of this machine is to
/// whoever is on it.
const OPEN_TO_ALL: u32 = 0o666;

/// Where a server is asked.
pub(super) struct Listeners {
    pub(super) readers: Listener,
    /// Where readers ask, if that is a port.
    pub(super) address: Option<SocketAddr>,
    pub(super) internal: Option<Listener>,
}

impl Listeners {
    /// Take what systemd hands over, the readers' first and then the operators', or else what the options
    /// name. Must be called where the runtime is.
    pub(super) async fn take(options: &Options) -> Result<Self, Failure> {
        let mut given = ListenFd::from_env();
        if given.len() > 2 {
            return Err(Failure::misused(
                "more than two sockets were handed over: the first is for readers, the second for \
                 operators; leave the others out of the .socket unit",
            ));
        }
        let (readers, address) = match at(&mut given, 0)? {
            Some(handed_over) => handed_over,
            None => open(&options.listen).await?,
        };
        if let (RateLimits::Off, Some(at)) = (options.rate_limits, address.filter(is_open)) {
            return Err(Failure::misused(format!(
                "`rate_limits` can be off only on a loopback address such as 127.0.0.1:8080; the socket \
                 that was handed over listens on {at}"
            )));
        }
        let internal = match (at(&mut given, 1)?, options.internal) {
            (Some((listener, _)), _) => Some(listener),
            (None, Some(internal)) => Some(bind(internal, "internal").await?.0.into()),
            (None, None) => None,
        };
        Ok(Self {
            readers,
            address,
            internal,
        })
    }
}

/// Whether others than this machine may connect.
fn is_open(address: &SocketAddr) -> bool {
    !address.ip().to_canonical().is_loopback()
}

type Opened = (Listener, Option<SocketAddr>);

/// The `n`th of what was handed over.
fn at(given: &mut ListenFd, n: usize) -> Result<Option<Opened>, Failure> {
    if n >= given.len() {
        return Ok(None);
    }
    let unusable = |error: io::Error| {
        let doing = "a socket that was handed over cannot be used; it must be one of ListenStream=";
        Failure::failed(doing, &error)
    };
    if let Ok(Some(port)) = given.take_tcp_listener(n) {
        let listener = port
            .set_nonblocking(true)
            .and_then(|()| TcpListener::from_std(port));
        let listener = listener.map_err(unusable)?;
        let address = listener.local_addr().map_err(unusable)?;
        return Ok(Some((listener.into(), Some(address))));
    }
    let Some(socket) = given.take_unix_listener(n).map_err(unusable)? else {
        return Ok(None);
    };
    let listener = socket
        .set_nonblocking(true)
        .and_then(|()| UnixListener::from_std(socket));
    Ok(Some((listener.map_err(unusable)?.into(), None)))
}

async fn open(wanted: &Listening) -> Result<Opened, Failure> {
    match wanted {
        Listening::Tcp(address) => {
            let (listener, address) = bind(*address, "listen").await?;
            Ok((listener.into(), Some(address)))
        }
        Listening::Unix(path) => Ok((bind_in_files(path)?.into(), None)),
    }
}

async fn bind(wanted: SocketAddr, option: &str) -> Result<(TcpListener, SocketAddr), Failure> {
    let bound = TcpListener::bind(wanted).await;
    let bound = bound.and_then(|listener| Ok((listener.local_addr()?, listener)));
    match bound {
        Ok((address, listener)) => Ok((listener, address)),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
            let other = SocketAddr::new(wanted.ip(), 0);
            Err(Failure::Failed(format!(
                "another program is listening on {wanted}; take another port with --{option}, \
                 such as {other} for any free one"
            )))
        }
        Err(error) => Err(Failure::failed(
            &format!("{wanted} cannot be listened on"),
            &error,
        )),
    }
}

/// Listen at `path`, where a socket may lie that a server before this one has left.
fn bind_in_files(path: &Path) -> Result<UnixListener, Failure> {
    let shown = path.display();
    let is_socket = fs::symlink_metadata(path).is_ok_and(|file| file.file_type().is_socket());
    let removed = match is_socket.then(|| UnixStream::connect(path)) {
        None => Ok(()),
        Some(Ok(_)) => {
            return Err(Failure::Failed(format!(
                "another program is listening on {shown}; take another socket with --listen"
            )));
        }
        Some(Err(error)) if error.kind() == io::ErrorKind::ConnectionRefused => {
            fs::remove_file(path)
        }
        // Somebody may be there whom this user may not ask.
        Some(Err(error)) => Err(error),
    };
    let bound = removed.and_then(|()| UnixListener::bind(path));
    bound
        .and_then(|listener| {
            fs::set_permissions(path, Permissions::from_mode(OPEN_TO_ALL))?;
            Ok(listener)
        })
        .map_err(|error| Failure::failed(&format!("{shown} cannot be listened on"), &error))
}
