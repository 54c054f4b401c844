//! The one way to the outside: who may be asked how often, what is tried again, and how large an answer may be.
//! Never knows a source by name, a table or the wall clock.
//!
//! A source's policy and configuration become an [`Endpoint`]; [`fetch::fetch`] asks it one question,
//! [`crawl::crawl`] everything its searches want.

pub mod body;
pub mod crawl;
pub mod failure;
pub mod fetch;
mod host;
mod hosts;
mod page;
pub mod post;
pub mod recording;

use crate::config::sources::SourceConfig;
use crate::sources::Source;
use anyhow::Context;
use failure::{FetchError, FetchErrorKind};
use futures_util::future::BoxFuture;
use host::Host;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect;
use secrecy::{ExposeSecret, SecretString};
use std::collections::HashMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::Instant;
use url::Url;

/// Most seconds one source may take in one run, unless the configuration says otherwise.
const SOURCE_SECONDS: u64 = 900;
const REDIRECTS: usize = 5;

/// Asked before each billed request: `false` ends the source with `quota_exhausted`.
pub type Quota = Arc<dyn Fn() -> BoxFuture<'static, anyhow::Result<bool>> + Send + Sync>;

/// What a run decides about its requests.
#[derive(Debug, Clone, Default)]
pub struct ClientOptions {
    /// Answer from the files of this folder, without network and without keys.
    pub replay: Option<PathBuf>,
    /// Write every answer into this folder, as files that `replay` reads.
    pub record: Option<PathBuf>,
    /// How long to wait for what.
    pub timing: Timing,
}

/// How long to wait for what. The defaults are those of production; tests shorten them.
#[derive(Debug, Clone)]
pub struct Timing {
    /// For a connection.
    pub connect: Duration,
    /// Between two pieces of an answer.
    pub idle: Duration,
    /// For one whole answer.
    pub page: Duration,
    /// Before the second try; later ones wait longer.
    pub backoff: Duration,
    /// How long a host is left alone after repeated failures.
    pub breaker: Duration,
}

impl Default for Timing {
    fn default() -> Timing {
        Timing {
            connect: Duration::from_secs(5),
            idle: Duration::from_secs(15),
            page: Duration::from_secs(60),
            backoff: Duration::from_millis(500),
            breaker: Duration::from_secs(30),
        }
    }
}

/// The HTTP client of one run, with the pace and the health of every host it has met.
pub struct Client {
    http: reqwest::Client,
    options: ClientOptions,
    hosts: Mutex<HashMap<String, Arc<Host>>>,
    /// One permit per page that may be taken apart at once: that work is on the processor, and holds whole pages.
    parsers: Semaphore,
}

impl Client {
    /// A client for one run.
    pub fn new(options: ClientOptions) -> anyhow::Result<Client> {
        // The error means that the provider is installed already, by another client or by the database driver.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .user_agent(concat!("job-etl/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(options.timing.connect)
            .read_timeout(options.timing.idle)
            .timeout(options.timing.page)
            .redirect(redirect::Policy::custom(same_host_only))
            .referer(false)
            .build()
            .context("the HTTP client could not be built")?;
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        Ok(Client { http, options, hosts: Mutex::default(), parsers: Semaphore::new(cores) })
    }

    fn host(&self, url: &Url) -> Arc<Host> {
        let name = format!("{}:{:?}", url.host_str().unwrap_or_default(), url.port_or_known_default());
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        let host = hosts
            .entry(name)
            .or_insert_with(|| Arc::new(Host::new(Instant::now(), self.options.timing.breaker)));
        Arc::clone(host)
    }
}

/// One source as this run asks it.
pub struct Endpoint {
    source: &'static str,
    /// Scheme, host and prefix; none for a source that reads local files.
    base: Option<Url>,
    host: Option<Arc<Host>>,
    headers: HeaderMap,
    keyed: bool,
    billed: bool,
    quota: Option<Quota>,
    /// Requests under way at once.
    concurrent: usize,
    deadline: Instant,
    /// Requests sent, retries included.
    requests: AtomicU64,
}

impl Endpoint {
    /// A source with its configuration. `key` is the secret of its policy; a replay needs none.
    pub fn new(
        client: &Client,
        source: &dyn Source,
        config: &SourceConfig,
        key: Option<SecretString>,
        quota: Option<Quota>,
    ) -> Result<Endpoint, FetchError> {
        let policy = source.policy();
        let address = config.base_url.as_deref().unwrap_or(source.base_url());
        let local = address.is_empty() || address.starts_with("file:");
        let base = if local { None } else { Some(base_url(source.name(), address)?) };
        let concurrent = config.concurrent.unwrap_or(policy.concurrent).max(1);
        let host = base.as_ref().map(|base| client.host(base));
        if let Some(host) = &host {
            host.limit(config.requests_per_second.unwrap_or(policy.requests_per_second), concurrent);
        }
        let mut headers = HeaderMap::new();
        if let Some(wanted) = policy.key
            && client.options.replay.is_none()
        {
            let key = key.ok_or_else(|| missing_key(source.name(), wanted.variable))?;
            let header = HeaderName::from_bytes(wanted.header.as_bytes())
                .expect("the header of a policy is a constant that every request of its source tests");
            headers.insert(header, secret(&key, wanted.variable)?);
        }
        let seconds = config.max_seconds.unwrap_or(SOURCE_SECONDS);
        Ok(Endpoint {
            source: source.name(),
            base,
            host,
            keyed: !headers.is_empty(),
            headers,
            billed: config.quota_per_month.or(policy.quota_per_month).is_some(),
            quota,
            concurrent,
            deadline: Instant::now() + Duration::from_secs(seconds),
            requests: AtomicU64::new(0),
        })
    }
}

fn base_url(source: &str, address: &str) -> Result<Url, FetchError> {
    // The address itself stays out of the sentence: it may hold a password.
    let wrong =
        |why: &str| FetchError::new(FetchErrorKind::Refused, format!("the base_url of {source} {why}"));
    let base = Url::parse(address).map_err(|error| wrong(&format!("is not an address: {error}")))?;
    if !matches!(base.scheme(), "http" | "https") || base.host_str().is_none() {
        return Err(wrong("must begin with https:// or http:// and name a host"));
    }
    Ok(base)
}

fn missing_key(source: &str, variable: &str) -> FetchError {
    let detail = format!("{source} needs a key, and {variable} is not set");
    FetchError::new(FetchErrorKind::MissingKey, detail)
}

fn secret(key: &SecretString, variable: &str) -> Result<HeaderValue, FetchError> {
    let mut value = HeaderValue::from_str(key.expose_secret().trim()).map_err(|_| {
        let detail = format!("{variable} holds a character that no HTTP header may have");
        FetchError::new(FetchErrorKind::MissingKey, detail)
    })?;
    value.set_sensitive(true);
    Ok(value)
}

/// A redirect within the host, port and scheme is followed; one that leaves them would carry the key along.
fn same_host_only(attempt: redirect::Attempt) -> redirect::Action {
    let to = attempt.url();
    let stays = attempt.previous().first().is_some_and(|from| {
        to.host_str() == from.host_str()
            && (to.scheme() == from.scheme() && to.port_or_known_default() == from.port_or_known_default()
                || (from.scheme(), to.scheme()) == ("http", "https"))
    });
    if !stays {
        let host = to.host_str().unwrap_or("another scheme").to_owned();
        return attempt.error(LeavesHost(host));
    }
    if attempt.previous().len() > REDIRECTS {
        return attempt.error(LeavesHost("itself, again and again".to_owned()));
    }
    attempt.follow()
}

/// Where a refused redirect pointed to.
#[derive(Debug)]
struct LeavesHost(String);

impl fmt::Display for LeavesHost {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        write!(formatter, "redirected to {}", self.0)
    }
}

impl std::error::Error for LeavesHost {}
