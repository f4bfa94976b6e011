//! As much of an HTTP client as a benchmark needs: small, so that it takes little of the processor
//! that it shares with the servers.

use std::io::{Error, ErrorKind, Result};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::runtime::{Builder, Runtime};

/// What a server said.
#[derive(Debug, Default)]
pub(crate) struct HttpResponse {
    pub(crate) status: u16,
    /// The head, as it came.
    head: String,
    pub(crate) body: Vec<u8>,
}

impl HttpResponse {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

/// A connection that stays open for as long as the server wants it to.
pub(crate) struct Connection {
    address: SocketAddr,
    /// The client's own address, where it matters.
    client: Option<Ipv4Addr>,
    stream: Option<TcpStream>,
    read: Vec<u8>,
}

impl Connection {
    pub(crate) const fn new(address: SocketAddr) -> Self {
        Self {
            address,
            client: None,
            stream: None,
            read: Vec::new(),
        }
    }

    /// One of a client of that address, which is on the loopback network.
    pub(crate) fn from(address: SocketAddr, client: Ipv4Addr) -> Self {
        Self {
            client: Some(client),
            ..Self::new(address)
        }
    }

    /// Send a request and wait for the whole answer.
    pub(crate) async fn send(&mut self, request: &[u8]) -> Result<HttpResponse> {
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => connect(self.address, self.client).await?,
        };
        stream.write_all(request).await?;
        let answer = self.answer(&mut stream).await?;
        let is_last = answer
            .header("connection")
            .is_some_and(|value| value.eq_ignore_ascii_case("close"));
        if !is_last {
            self.stream = Some(stream);
        }
        Ok(answer)
    }

    async fn answer(&mut self, stream: &mut TcpStream) -> Result<HttpResponse> {
        self.read.clear();
        let n_head = loop {
            if let Some(at) = self.read.windows(4).position(|end| end == b"\r\n\r\n") {
                break at + 4;
            }
            self.more(stream).await?;
        };
        let head = String::from_utf8_lossy(&self.read[..n_head]).into_owned();
        let status = head
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok());
        let mut answer = HttpResponse {
            status: status.unwrap_or(0),
            head,
            body: Vec::new(),
        };
        let n_body: Option<usize> = answer.header("content-length").and_then(|n| n.parse().ok());
        let has_none = matches!(answer.status, 204 | 304);
        let Some(n_body) = n_body.or(has_none.then_some(0)) else {
            return Err(Error::new(
                ErrorKind::InvalidData,
                "an answer of unknown length",
            ));
        };
        while self.read.len() < n_head + n_body {
            self.more(stream).await?;
        }
        answer.body = self.read[n_head..n_head + n_body].to_vec();
        Ok(answer)
    }

    async fn more(&mut self, stream: &mut TcpStream) -> Result<()> {
        self.read.reserve(64 << 10);
        match stream.read_buf(&mut self.read).await? {
            0 => Err(ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }
}

/// A connection of a client of that address, where it matters.
pub(crate) async fn connect(address: SocketAddr, client: Option<Ipv4Addr>) -> Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    if let Some(client) = client {
        socket.bind(SocketAddr::from((client, 0)))?;
    }
    let stream = socket.connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// The bytes of a request, with a body of JSON unless a header says otherwise.
pub(crate) fn request(
    address: SocketAddr,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Vec<u8> {
    request_under(&address.to_string(), method, target, headers, body)
}

/// A request to a server under another of its names: what it renders is kept for each apart.
pub(crate) fn request_under(
    host: &str,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Vec<u8> {
    let mut text = format!("{method} {target} HTTP/1.1\r\nHost: {host}\r\n");
    for (name, value) in headers {
        text.extend([*name, ": ", *value, "\r\n"]);
    }
    if !body.is_empty() {
        if headers.iter().all(|(name, _)| *name != "Content-Type") {
            text.push_str("Content-Type: application/json\r\n");
        }
        text.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    text.extend(["\r\n", body]);
    text.into_bytes()
}

/// Ask once, on a connection of its own.
pub(crate) fn get(
    address: SocketAddr,
    target: &str,
    headers: &[(&str, &str)],
) -> Result<HttpResponse> {
    send(address, &request(address, "GET", target, headers, ""))
}

/// Send once, on a connection of its own.
pub(crate) fn send(address: SocketAddr, request: &[u8]) -> Result<HttpResponse> {
    runtime()?.block_on(async {
        let mut connection = Connection::new(address);
        let answer = connection.send(request);
        tokio::time::timeout(Duration::from_secs(30), answer).await?
    })
}

/// Refuse an answer of another status to what was asked for.
pub(crate) fn expect(answer: &HttpResponse, status: u16, what: &str) -> crate::Result {
    match answer.status == status {
        true => Ok(()),
        false => Err(format!("{what} is answered with {}", answer.status)),
    }
}

/// One thread's worth of clients.
pub(crate) fn runtime() -> Result<Runtime> {
    Builder::new_current_thread().enable_all().build()
}

/// `text` as a value in an address.
pub(crate) fn quoted(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes()
        .map(|byte| {
            if is_plain(byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}
