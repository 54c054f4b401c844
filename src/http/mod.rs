//! The one way to the outside: who may be asked how often, what is tried again, and how large an answer may be.
//! Never knows a source by name, a table or the wall clock.

pub mod crawl;
pub mod failure;

use futures_util::future::BoxFuture;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

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
pub struct Client {}

impl Client {
    /// A client for one run.
    pub fn new(_options: ClientOptions) -> anyhow::Result<Client> {
        Ok(Client {})
    }
}
