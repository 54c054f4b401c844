//! A small receiver of webhooks on the loopback interface, with which the demo shows that one arrived. It verifies
//! signatures; it keeps nothing, and is no server for production.

use std::time::Duration;

use anyhow::{Context, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::signature::{self, SigningKey};

const HEAD_BYTES: usize = 16_384;
const BODY_BYTES: usize = 65_536;
const HEADERS: usize = 64;
const PATIENCE: Duration = Duration::from_secs(10);
const QUEUE: usize = 100;

/// A webhook that arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// Value of `webhook-id`.
    pub id: String,
    /// Value of `webhook-timestamp`.
    pub timestamp: i64,
    /// The JSON text.
    pub body: String,
    /// Whether the signature was made with one of our keys.
    pub verified: bool,
}

/// A running receiver; dropping it closes the port.
#[derive(Debug)]
pub struct Receiver {
    /// Where it listens.
    pub url: String,
    received: mpsc::Receiver<Received>,
    task: JoinHandle<()>,
}

impl Receiver {
    /// Listens on a free port of 127.0.0.1.
    pub async fn start(keys: Vec<SigningKey>) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.context("listen on 127.0.0.1")?;
        let url = format!("http://{}/webhook", listener.local_addr()?);
        let (sender, received) = mpsc::channel(QUEUE);
        let task = tokio::spawn(async move {
            // One connection at a time is plenty for a demo, and bounds what a stranger may cost.
            while let Ok((stream, _)) = listener.accept().await {
                let outcome = tokio::time::timeout(PATIENCE, answer(stream, &keys)).await;
                if let Ok(Ok(webhook)) = outcome
                    && sender.send(webhook).await.is_err()
                {
                    break;
                }
            }
        });
        Ok(Self { url, received, task })
    }

    /// The next webhook that has arrived, without waiting.
    pub fn try_next(&mut self) -> Option<Received> {
        self.received.try_recv().ok()
    }

    /// Waits for the next webhook.
    pub async fn next(&mut self) -> Option<Received> {
        self.received.recv().await
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(mut stream: TcpStream, keys: &[SigningKey]) -> anyhow::Result<Received> {
    let outcome = read(&mut stream, keys).await;
    let status = match &outcome {
        Ok(webhook) if webhook.verified => "204 No Content",
        Ok(_) => "401 Unauthorized",
        Err(_) => "400 Bad Request",
    };
    let reply = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    stream.write_all(reply.as_bytes()).await?;
    stream.shutdown().await?;
    outcome
}

async fn read(stream: &mut TcpStream, keys: &[SigningKey]) -> anyhow::Result<Received> {
    let mut bytes = Vec::new();
    let head_end = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        if bytes.len() > HEAD_BYTES || stream.read_buf(&mut bytes).await? == 0 {
            bail!("no end of the headers");
        }
    };
    let head = Head::parse(std::str::from_utf8(&bytes[..head_end])?)?;
    let end = head_end + 4 + head.content_length;
    while bytes.len() < end {
        if stream.read_buf(&mut bytes).await? == 0 {
            bail!("the body breaks off");
        }
    }
    let body = &bytes[head_end + 4..end];
    let verified = signature::verify(keys, &head.id, head.timestamp, body, &head.signature);
    let body = String::from_utf8(body.to_vec())?;
    Ok(Received { id: head.id, timestamp: head.timestamp, body, verified })
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Head {
    content_length: usize,
    id: String,
    timestamp: i64,
    signature: String,
}

impl Head {
    fn parse(text: &str) -> anyhow::Result<Self> {
        let mut lines = text.split("\r\n");
        if !lines.next().is_some_and(|line| line.starts_with("POST ") && line.ends_with(" HTTP/1.1")) {
            bail!("only POST by HTTP/1.1");
        }
        let mut head = Self::default();
        let mut length = None;
        for line in lines.take(HEADERS) {
            let (name, value) = line.split_once(':').context("a header without a colon")?;
            let value = value.trim();
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = Some(value.parse().context("content-length")?),
                "transfer-encoding" => bail!("only content-length"),
                signature::ID_HEADER => value.clone_into(&mut head.id),
                signature::TIMESTAMP_HEADER => head.timestamp = value.parse().context("webhook-timestamp")?,
                signature::SIGNATURE_HEADER => value.clone_into(&mut head.signature),
                _ => {}
            }
        }
        head.content_length =
            length.filter(|length| *length <= BODY_BYTES).context("content-length up to 64 KiB")?;
        Ok(head)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_read_or_refused() {
        let check = |text: &str, expected: Result<usize, &str>| {
            let head = Head::parse(text).map(|head| head.content_length).map_err(|error| error.to_string());
            assert_eq!(head, expected.map_err(str::to_owned), "{text}");
        };
        check("POST /webhook HTTP/1.1\r\nHost: x\r\nContent-Length: 12", Ok(12));
        check("GET / HTTP/1.1\r\nHost: x", Err("only POST by HTTP/1.1"));
        check("POST / HTTP/1.1\r\nHost: x", Err("content-length up to 64 KiB"));
        check("POST / HTTP/1.1\r\nContent-Length: 65537", Err("content-length up to 64 KiB"));
        check("POST / HTTP/1.1\r\nTransfer-Encoding: chunked", Err("only content-length"));
        check("POST / HTTP/1.1\r\nwebhook-timestamp: soon", Err("webhook-timestamp"));
    }
}
