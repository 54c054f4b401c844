//! Why an answer could not be had, in the classes a caller branches on. Never holds a secret or an address with one.

use std::fmt;
use std::time::Duration;

/// A failed request, as one sentence and what to do next.
#[derive(Clone)]
pub struct FetchError {
    /// The class, which decides about retries and what is shown.
    pub kind: FetchErrorKind,
    /// One sentence without a full stop: what happened.
    pub detail: String,
    /// The HTTP status, when there was an answer.
    pub status: Option<u16>,
    /// How long the host asked us to wait.
    pub retry_after: Option<Duration>,
    /// The received bytes that are worth keeping for a person to look at, at most [`KEPT_BYTES`] of them.
    pub body: Vec<u8>,
    /// Whether the host answered at all; a billed request that was answered is never sent again.
    pub answered: bool,
}

/// Most bytes of a refused answer that are kept.
pub const KEPT_BYTES: usize = 1 << 20;

/// The classes of failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FetchErrorKind {
    /// No answer, a server error, a cut answer: worth another try, now or in the next run.
    Unavailable,
    /// The host asked us to wait longer than this run may take.
    RateLimited,
    /// 404 or 410: this board does not exist, or exists no more.
    Gone,
    /// 401, or 403 without the marks of a firewall.
    Unauthorized,
    /// The key is not configured.
    MissingKey,
    /// A firewall, a legal bar, or a web page where JSON is due.
    Blocked,
    /// Another 4xx: the request itself is wrong.
    Refused,
    /// A redirect that leaves the host.
    Redirected,
    /// The answer is not what the source documents.
    Shape,
    /// More bytes than one page may have.
    TooLarge,
    /// The pages repeat themselves.
    Loop,
    /// A cap on pages or seconds was reached.
    Limit,
    /// This month's requests are used up.
    Quota,
    /// `--replay` has no such answer.
    NotRecorded,
    /// A local file could not be read, or a recording not written.
    File,
    /// The source's own code panicked.
    Panicked,
    /// The run is being stopped.
    Stopped,
}

impl FetchErrorKind {
    /// A short stable code for reports and `ops.rejects`.
    pub fn as_str(self) -> &'static str {
        match self {
            FetchErrorKind::Unavailable => "unavailable",
            FetchErrorKind::RateLimited => "rate_limited",
            FetchErrorKind::Gone => "gone",
            FetchErrorKind::Unauthorized => "unauthorized",
            FetchErrorKind::MissingKey => "missing_key",
            FetchErrorKind::Blocked => "blocked",
            FetchErrorKind::Refused => "refused",
            FetchErrorKind::Redirected => "redirected",
            FetchErrorKind::Shape => "shape",
            FetchErrorKind::TooLarge => "too_large",
            FetchErrorKind::Loop => "loop",
            FetchErrorKind::Limit => "limit",
            FetchErrorKind::Quota => "quota_exhausted",
            FetchErrorKind::NotRecorded => "not_recorded",
            FetchErrorKind::File => "file",
            FetchErrorKind::Panicked => "panicked",
            FetchErrorKind::Stopped => "stopped",
        }
    }

    /// What the reader can do about it.
    pub fn advice(self) -> &'static str {
        match self {
            FetchErrorKind::Unavailable => "the next run asks again",
            FetchErrorKind::RateLimited => "run later, or lower requests_per_second in config/sources.yml",
            FetchErrorKind::Gone => {
                "check its name on the employer's careers page, or remove it from config/sources.yml"
            }
            FetchErrorKind::Unauthorized => "check the key and the plan it belongs to",
            FetchErrorKind::MissingKey => {
                "set it in the environment, or disable the source in config/sources.yml"
            }
            FetchErrorKind::Blocked => "open the address in a browser to see why, and ask less often",
            FetchErrorKind::Refused => "check this search in config/sources.yml",
            FetchErrorKind::Redirected => "set base_url in config/sources.yml if the API really moved",
            FetchErrorKind::Shape => "the received bytes are kept in ops.rejects; the API may have changed",
            FetchErrorKind::TooLarge => "narrow the search, or lower its limit",
            FetchErrorKind::Loop => "what came before the repetition is kept",
            FetchErrorKind::Limit => {
                "raise max_pages or max_seconds in config/sources.yml, or narrow the search"
            }
            FetchErrorKind::Quota => {
                "wait for the next month, or raise quota_per_month in config/sources.yml"
            }
            FetchErrorKind::NotRecorded => "write that file, or record it with --record",
            FetchErrorKind::File => "check the path and its permissions",
            FetchErrorKind::Panicked => {
                "this is a defect of job-etl; please report it with the search that caused it"
            }
            FetchErrorKind::Stopped => "run again to continue",
        }
    }

    /// Whether the failure concerns the host or the account, so that asking for the next page is pointless.
    pub fn ends_search(self) -> bool {
        !matches!(
            self,
            FetchErrorKind::Gone
                | FetchErrorKind::Refused
                | FetchErrorKind::Shape
                | FetchErrorKind::TooLarge
                | FetchErrorKind::Redirected
                | FetchErrorKind::NotRecorded
                | FetchErrorKind::File
        )
    }
}

impl FetchError {
    /// A failure without an answer.
    pub fn new(kind: FetchErrorKind, detail: impl Into<String>) -> FetchError {
        FetchError {
            kind,
            detail: detail.into(),
            status: None,
            retry_after: None,
            body: Vec::new(),
            answered: false,
        }
    }
}

impl fmt::Display for FetchError {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        write!(formatter, "{}; {}", self.detail, self.kind.advice())
    }
}

/// The same sentence as `Display`, so that neither a log nor a panic ever dumps a body.
impl fmt::Debug for FetchError {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        write!(formatter, "{}: {self}", self.kind.as_str())
    }
}

impl std::error::Error for FetchError {}
