//! Connecting to whichever of several hosts of PostgreSQL answers.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream, ToSocketAddrs as _};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use postgres::config::Host;
use postgres::{Client, Config};

use crate::Result;
use crate::database::error::StoreError;

/// What asks a server whether it encrypts (`SSLRequest` of PostgreSQL's protocol): any answer will do.
const DO_YOU_ENCRYPT: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];

const PORT: u16 = 5432;

/// Connect to the first of these, one host each, that can be had; what the last one said else.
///
/// A host whose processes are stopped, or whose proxy is left alone, still takes connections and then says
/// nothing, for which the client's own timeout is no remedy.
pub(super) fn connect(
    hosts: &[Config],
    within: Duration,
    connect: impl Fn(&Config) -> Result<Client> + Clone + Send + 'static,
) -> Result<Client> {
    let mut why = None;
    for host in hosts {
        match connect_to(host, within, connect.clone()) {
            Ok(client) => return Ok(client),
            Err(error) => why = Some(error),
        }
    }
    Err(why.unwrap_or_else(|| StoreError::Unavailable("no host is named".to_owned())))
}

fn connect_to(
    host: &Config,
    within: Duration,
    connect: impl FnOnce(&Config) -> Result<Client> + Send + 'static,
) -> Result<Client> {
    let silent = |_| StoreError::Unavailable("it takes connections and does not answer".to_owned());
    // The client has no end to its waiting, so few get to wait.
    if !answers(host, within).map_err(|error| StoreError::Unavailable(error.to_string()))? {
        return Err(silent(()));
    }
    let (told, heard) = mpsc::channel();
    let host = host.clone();
    thread::spawn(move || {
        // Whoever asked may have given up.
        let _ = told.send(connect(&host));
    });
    let connected = heard.recv_timeout(within.saturating_mul(2));
    connected.map_err(|_| silent(()))?
}

/// Whether the server says anything within that time.
fn answers(host: &Config, within: Duration) -> std::io::Result<bool> {
    let port = host.get_ports().first().copied().unwrap_or(PORT);
    let address = host.get_hostaddrs().first().copied();
    match (address, host.get_hosts().first()) {
        (Some(address), _) => ask_at(&[(address, port).into()], within),
        (None, Some(Host::Tcp(name))) => {
            let addresses: Vec<_> = (name.as_str(), port).to_socket_addrs()?.collect();
            ask_at(&addresses, within)
        }
        (None, Some(Host::Unix(folder))) => ask_in(folder, port, within),
        (None, None) => ask_at(&[(Ipv4Addr::LOCALHOST, port).into()], within),
    }
}

fn ask_at(addresses: &[SocketAddr], within: Duration) -> std::io::Result<bool> {
    let mut why = None;
    for address in addresses {
        match TcpStream::connect_timeout(address, within) {
            Ok(stream) => {
                stream.set_read_timeout(Some(within))?;
                return Ok(ask(stream));
            }
            Err(error) => why = Some(error),
        }
    }
    why.map_or(Ok(false), Err)
}

fn ask_in(folder: &Path, port: u16, within: Duration) -> std::io::Result<bool> {
    let stream = UnixStream::connect(folder.join(format!(".s.PGSQL.{port}")))?;
    stream.set_read_timeout(Some(within))?;
    Ok(ask(stream))
}

/// A server that is about to end closes the connection, which says as much.
fn ask(mut stream: impl Read + Write) -> bool {
    stream.write_all(&DO_YOU_ENCRYPT).is_ok() && stream.read(&mut [0]).is_ok()
}
