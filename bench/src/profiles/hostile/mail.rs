//! A mail server that takes everything at once, and notes when each mail was there.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::time::timeout;

use crate::{Result, clock};

/// The longest that a mail is waited for.
const PATIENCE: Duration = Duration::from_secs(120);

/// When the mail to each address was there.
#[derive(Default)]
pub(super) struct MailArrivals {
    at: Mutex<HashMap<String, Instant>>,
    more: Notify,
}

impl MailArrivals {
    fn note(&self, to: String) {
        self.at().entry(to).or_insert_with(clock::now);
        self.more.notify_waiters();
    }

    /// When the mail to `to` was there; it is waited for.
    pub(super) async fn when(&self, to: &str) -> Result<Instant> {
        let wait = async {
            loop {
                let more = self.more.notified();
                if let Some(at) = self.at().get(to) {
                    return *at;
                }
                more.await;
            }
        };
        let late = |_| format!("no mail to {to} came in {} s", PATIENCE.as_secs());
        timeout(PATIENCE, wait).await.map_err(late)
    }

    fn at(&self) -> MutexGuard<'_, HashMap<String, Instant>> {
        self.at.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Take mail for as long as the runtime lives. Returns where.
pub(super) async fn take(arrived: Arc<MailArrivals>) -> std::io::Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let arrived = Arc::clone(&arrived);
            // A client that goes away takes its mail with it, and that is seen.
            tokio::spawn(async move { talk(stream, &arrived).await });
        }
    });
    Ok(address)
}

async fn talk(stream: TcpStream, arrived: &MailArrivals) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 bench.example\r\n").await?;
    let (mut to, mut is_data, mut line) = (Vec::new(), false, String::new());
    loop {
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let said = line.trim_end();
        let answer = match said.get(..4).unwrap_or(said) {
            "." if is_data => {
                is_data = false;
                to.drain(..).for_each(|to| arrived.note(to));
                "250 ok\r\n"
            }
            _ if is_data => continue,
            "DATA" => {
                is_data = true;
                "354 go on\r\n"
            }
            "RCPT" => {
                let address = said.split(['<', '>']).nth(1);
                to.extend(address.map(str::to_owned));
                "250 ok\r\n"
            }
            "QUIT" => return stream.write_all(b"221 bye\r\n").await,
            _ => "250 ok\r\n",
        };
        stream.write_all(answer.as_bytes()).await?;
    }
}
