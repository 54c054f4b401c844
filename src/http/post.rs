//! One POST to an address that is itself a secret: no redirects, a time limit, and no address in any message.

use std::time::Duration;

use anyhow::{Context, bail};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use secrecy::{ExposeSecret, SecretString};
use url::{Host, Url};

const TIMEOUT: Duration = Duration::from_secs(15);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const ANSWER_BYTES: usize = 8_192;

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Status code.
    pub status: u16,
    /// Wish of the receiver, in seconds.
    pub retry_after: Option<u32>,
    /// The beginning of the body.
    pub body: String,
}

/// Nothing came back.
#[derive(Debug, Clone)]
pub struct NoAnswer {
    /// Why, without the address.
    pub reason: String,
    /// The receiver may have got the request all the same.
    pub maybe_received: bool,
}

/// Checks that an address can be posted to; the error does not show it.
pub fn check_address(address: &SecretString) -> anyhow::Result<Url> {
    let url = Url::parse(address.expose_secret()).ok().context("the webhook address is not a URL")?;
    if !matches!(url.scheme(), "http" | "https") {
        bail!("the webhook address is neither http nor https");
    }
    if !url.username().is_empty() || url.password().is_some() {
        bail!("the webhook address has a user name or a password in it");
    }
    Ok(url)
}

/// Sends JSON.
pub async fn post_json(
    address: &SecretString,
    headers: &[(&'static str, String)],
    body: String,
) -> Result<Answer, NoAnswer> {
    let not_sent = |error: anyhow::Error| NoAnswer { reason: format!("{error:#}"), maybe_received: false };
    let url = check_address(address).map_err(not_sent)?;
    let client = client(&url).map_err(not_sent)?;
    let headers = header_map(headers).map_err(not_sent)?;
    let sent = client.post(url).headers(headers).body(body).send().await;
    let mut response = sent.map_err(|error| NoAnswer {
        maybe_received: !error.is_connect(),
        reason: describe(&error.without_url()),
    })?;
    let status = response.status().as_u16();
    let retry_after =
        response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok());
    let mut beginning = Vec::new();
    // The status decides; a body that breaks off does not undo it.
    while let Ok(Some(chunk)) = response.chunk().await {
        beginning.extend_from_slice(&chunk[..chunk.len().min(ANSWER_BYTES - beginning.len())]);
        if beginning.len() == ANSWER_BYTES {
            break;
        }
    }
    Ok(Answer { status, retry_after, body: String::from_utf8_lossy(&beginning).into_owned() })
}

fn client(url: &Url) -> anyhow::Result<reqwest::Client> {
    // Installing it again does nothing; some other part of the program may have been first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = reqwest::Client::builder()
        .user_agent(concat!("job-etl/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(TIMEOUT);
    let loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    // A proxy would look for our own machine's address on its own machine.
    let builder = if loopback { builder.no_proxy() } else { builder };
    builder.build().context("build the HTTP client")
}

fn header_map(headers: &[(&'static str, String)]) -> anyhow::Result<HeaderMap> {
    let mut map = HeaderMap::new();
    map.insert("content-type", HeaderValue::from_static("application/json"));
    for (name, value) in headers {
        map.insert(HeaderName::from_static(name), HeaderValue::from_str(value).context("header value")?);
    }
    Ok(map)
}

fn describe(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return format!("no answer within {} s", TIMEOUT.as_secs());
    }
    let mut reason = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        reason = format!("{reason}: {cause}");
        source = cause.source();
    }
    reason
}
