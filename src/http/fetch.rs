//! One question to one endpoint: paced, tried again where that can help, and cut where it grows too large.
//! Never reads what the answer means.

use super::body::{decode, is_html};
use super::failure::{FetchError, FetchErrorKind, KEPT_BYTES};
use super::host::{Host, Turn};
use super::{Client, Endpoint, LeavesHost, recording};
use crate::sources::{Method, Request};
use backon::{ExponentialBuilder, Retryable};
use reqwest::header::{ACCEPT, CONTENT_TYPE, DATE, HeaderMap, RETRY_AFTER};
use reqwest::{Response, Url};
use std::error::Error;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::io::AsyncReadExt;
use tokio::time::{Instant, sleep_until, timeout_at};

/// Most decompressed bytes of one answer. reqwest hides the compressed size, so that this cap, counted while the
/// answer is unpacked, is what stops a decompression bomb; no ratio is computed.
pub const PAGE_BYTES: usize = 32 << 20;
/// Most bytes of one local file.
pub const FILE_BYTES: u64 = 256 << 20;
const TRIES: usize = 5;

/// The body of the answer: decompressed, UTF-8 where its encoding is declared, never empty.
///
/// Errors hold neither keys nor query parameters.
pub async fn fetch(client: &Client, endpoint: &Endpoint, request: &Request) -> Result<Vec<u8>, FetchError> {
    if request.method == Method::File {
        endpoint.requests.fetch_add(1, Ordering::Relaxed);
        return read_file(&request.path).await;
    }
    if let Some(folder) = &client.options.replay {
        endpoint.requests.fetch_add(1, Ordering::Relaxed);
        let (status, body) = recording::replay(folder, endpoint.source, request).await?;
        return classify(endpoint, request, Answer { status, headers: HeaderMap::new(), body });
    }
    let backoff = ExponentialBuilder::default()
        .with_jitter()
        .with_min_delay(client.options.timing.backoff)
        .with_max_delay(client.options.timing.breaker)
        .with_max_times(TRIES - 1);
    (|| attempt(client, endpoint, request))
        .retry(backoff)
        .when(|error| is_worth_another_try(endpoint, error))
        .adjust(|error, delay| {
            let delay = delay?.max(error.retry_after.unwrap_or_default());
            (Instant::now() + delay < endpoint.deadline).then_some(delay)
        })
        .await
}

fn is_worth_another_try(endpoint: &Endpoint, error: &FetchError) -> bool {
    matches!(error.kind, FetchErrorKind::Unavailable | FetchErrorKind::RateLimited)
        && !(endpoint.billed && error.answered)
}

async fn attempt(client: &Client, endpoint: &Endpoint, request: &Request) -> Result<Vec<u8>, FetchError> {
    let (Some(base), Some(host)) = (&endpoint.base, &endpoint.host) else {
        let detail = format!("{} has no base_url to send a request to", endpoint.source);
        return Err(FetchError::new(FetchErrorKind::Refused, detail));
    };
    let _slot = match timeout_at(endpoint.deadline, host.slots.acquire()).await {
        Ok(slot) => slot.expect("the semaphore is never closed"),
        Err(_) => return Err(out_of_time(endpoint)),
    };
    wait_for_turn(endpoint, host).await?;
    spend_quota(endpoint).await?;
    endpoint.requests.fetch_add(1, Ordering::Relaxed);
    let received = match timeout_at(endpoint.deadline, exchange(client, endpoint, base, request)).await {
        Ok(received) => received,
        Err(_) => return Err(out_of_time(endpoint)),
    };
    let result = match received {
        Ok(answer) => {
            if let Some(folder) = &client.options.record {
                recording::record(folder, endpoint.source, request, answer.status, &answer.body).await?;
            }
            classify(endpoint, request, answer)
        }
        Err(error) => Err(error),
    };
    note_health(host, &result);
    result
}

async fn wait_for_turn(endpoint: &Endpoint, host: &Host) -> Result<(), FetchError> {
    let name = endpoint.host_name();
    match host.turn(Instant::now(), endpoint.deadline) {
        Turn::At(at) if at <= endpoint.deadline => {
            sleep_until(at).await;
            Ok(())
        }
        Turn::At(_) => Err(out_of_time(endpoint)),
        Turn::Paused(until) => {
            let seconds = until.saturating_duration_since(Instant::now()).as_secs();
            let detail =
                format!("{name} asked for a pause of {seconds} more seconds, longer than this run may take");
            Err(FetchError { answered: true, ..FetchError::new(FetchErrorKind::RateLimited, detail) })
        }
        Turn::Down => {
            let detail = format!("{name} failed again and again and is left alone for a while");
            Err(FetchError { answered: true, ..FetchError::new(FetchErrorKind::Unavailable, detail) })
        }
    }
}

async fn spend_quota(endpoint: &Endpoint) -> Result<(), FetchError> {
    let Some(quota) = endpoint.quota.as_ref().filter(|_| endpoint.billed) else { return Ok(()) };
    match quota().await {
        Ok(true) => Ok(()),
        Ok(false) => {
            let detail = format!("the requests of this month for {} are used up", endpoint.source);
            Err(FetchError::new(FetchErrorKind::Quota, detail))
        }
        Err(error) => {
            let detail =
                format!("the ledger of requests for {} could not be read: {error:#}", endpoint.source);
            Err(FetchError::new(FetchErrorKind::Stopped, detail))
        }
    }
}

fn note_health(host: &Host, result: &Result<Vec<u8>, FetchError>) {
    let now = Instant::now();
    match result {
        Err(error) if error.kind == FetchErrorKind::Unavailable => host.failed(now),
        Ok(_) => host.succeeded(),
        Err(error) if error.answered => host.succeeded(),
        Err(_) => {}
    }
    if let Err(FetchError { retry_after: Some(pause), .. }) = result {
        host.pause(now + *pause);
    }
}

struct Answer {
    status: u16,
    headers: HeaderMap,
    body: Vec<u8>,
}

/// Sends the request and reads the answer.
async fn exchange(
    client: &Client,
    endpoint: &Endpoint,
    base: &Url,
    request: &Request,
) -> Result<Answer, FetchError> {
    let url = url(base, request);
    let sent = match &request.method {
        Method::Post(body) => {
            client.http.post(url).header(CONTENT_TYPE, "application/json").body(body.to_string())
        }
        Method::Get | Method::File => client.http.get(url),
    };
    let sent = sent.header(ACCEPT, "application/json, */*;q=0.5").headers(endpoint.headers.clone());
    let mut response =
        sent.send().await.map_err(|error| not_received(endpoint, request, error.without_url(), false))?;
    let status = response.status().as_u16();
    let headers = std::mem::take(response.headers_mut());
    let body = read(endpoint, request, &mut response).await?;
    let content_type = text_of(&headers, CONTENT_TYPE.as_str());
    Ok(Answer { status, body: decode(body, content_type), headers })
}

async fn read(
    endpoint: &Endpoint,
    request: &Request,
    response: &mut Response,
) -> Result<Vec<u8>, FetchError> {
    let mut body = Vec::new();
    loop {
        let chunk = response.chunk().await;
        let Some(chunk) =
            chunk.map_err(|error| not_received(endpoint, request, error.without_url(), true))?
        else {
            return Ok(body);
        };
        if body.len() + chunk.len() > PAGE_BYTES {
            let detail = format!(
                "{} sends more than {} MiB decompressed; the answer was cut",
                endpoint.place(request),
                PAGE_BYTES >> 20
            );
            return Err(FetchError { answered: true, ..FetchError::new(FetchErrorKind::TooLarge, detail) });
        }
        body.extend_from_slice(&chunk);
    }
}

/// The path of the request below the base, which keeps its host whatever the path holds.
fn url(base: &Url, request: &Request) -> Url {
    let mut url = base.clone();
    let path = format!("{}/{}", base.path().trim_end_matches('/'), request.path.trim_start_matches('/'));
    url.set_path(&path);
    if !request.query.is_empty() {
        url.query_pairs_mut().extend_pairs(&request.query);
    }
    url
}

/// A failure of the connection. `answered` says whether an answer had begun.
fn not_received(endpoint: &Endpoint, request: &Request, error: reqwest::Error, answered: bool) -> FetchError {
    let place = endpoint.place(request);
    if let Some(LeavesHost(to)) = causes(&error).find_map(|cause| cause.downcast_ref()) {
        let detail = format!("{place} redirects to {to}, and redirects to other hosts are refused");
        return FetchError { answered: true, ..FetchError::new(FetchErrorKind::Redirected, detail) };
    }
    let cause = causes(&error).last().map_or_else(String::new, |cause| format!(": {cause}"));
    let what = if error.is_dns() {
        "has a host name that cannot be resolved"
    } else if error.is_connect() {
        "cannot be reached"
    } else if error.is_timeout() {
        "did not answer in time"
    } else if answered {
        "sent an answer that broke off"
    } else {
        "gave no answer"
    };
    let detail = format!("{place} {what}{cause}");
    FetchError { answered, ..FetchError::new(FetchErrorKind::Unavailable, detail) }
}

fn causes<'a>(error: &'a reqwest::Error) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(error.source(), |cause| (*cause).source())
}

/// The body of a good answer, or what kind of bad answer it is.
fn classify(endpoint: &Endpoint, request: &Request, answer: Answer) -> Result<Vec<u8>, FetchError> {
    let place = endpoint.place(request);
    let html = is_html(&answer.body, text_of(&answer.headers, CONTENT_TYPE.as_str()));
    let (kind, what) = match answer.status {
        200..=299 if answer.body.is_empty() => {
            (FetchErrorKind::Unavailable, "sent an empty answer".to_owned())
        }
        200..=299 if html => (FetchErrorKind::Blocked, "sent a web page where JSON is due".to_owned()),
        200..=299 => return Ok(answer.body),
        404 | 410 => (FetchErrorKind::Gone, format!("does not exist (status {})", answer.status)),
        451 => (FetchErrorKind::Blocked, "is barred for legal reasons (status 451)".to_owned()),
        403 if html || has_firewall_marks(&answer) => {
            (FetchErrorKind::Blocked, "is behind a firewall that refused us (status 403)".to_owned())
        }
        401 | 403 => {
            let whose = if endpoint.keyed { "refuses the key" } else { "wants authorization" };
            (FetchErrorKind::Unauthorized, format!("{whose} (status {})", answer.status))
        }
        429 => (FetchErrorKind::RateLimited, "asks us to slow down (status 429)".to_owned()),
        408 | 425 | 500..=599 => {
            (FetchErrorKind::Unavailable, format!("failed with status {}", answer.status))
        }
        300..=399 => (FetchErrorKind::Redirected, format!("redirects to nowhere (status {})", answer.status)),
        status => (FetchErrorKind::Refused, format!("refused the request (status {status})")),
    };
    let mut body = if kind == FetchErrorKind::Blocked { answer.body } else { Vec::new() };
    body.truncate(KEPT_BYTES);
    let retry_after = matches!(kind, FetchErrorKind::Unavailable | FetchErrorKind::RateLimited)
        .then(|| {
            retry_after(
                text_of(&answer.headers, RETRY_AFTER.as_str()),
                text_of(&answer.headers, DATE.as_str()),
            )
        })
        .flatten();
    let detail = format!("{place} {what}");
    Err(FetchError { kind, detail, status: Some(answer.status), retry_after, body, answered: true })
}

fn has_firewall_marks(answer: &Answer) -> bool {
    let marks = ["cf-mitigated", "x-datadome", "x-amzn-waf-action", "x-sucuri-block", "x-px-block"];
    marks.iter().any(|mark| answer.headers.contains_key(*mark))
        || answer.body.windows(7).any(|window| window.eq_ignore_ascii_case(b"captcha"))
}

/// The pause a `Retry-After` asks for: seconds, or a date that is compared with the `Date` of the same answer, so
/// that no clock of ours matters. Anything else, and a pause in the past, is none.
fn retry_after(value: &str, date: &str) -> Option<Duration> {
    if let Ok(seconds) = value.parse::<u64>() {
        return Some(Duration::from_secs(seconds.min(u64::from(u32::MAX))));
    }
    let until = chrono::DateTime::parse_from_rfc2822(value).ok()?;
    let now = chrono::DateTime::parse_from_rfc2822(date).ok()?;
    (until - now).to_std().ok()
}

fn text_of<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

async fn read_file(path: &str) -> Result<Vec<u8>, FetchError> {
    let failed = |error: std::io::Error| {
        FetchError::new(FetchErrorKind::File, format!("{path} could not be read: {error}"))
    };
    let file = tokio::fs::File::open(path).await.map_err(failed)?;
    let mut bytes = Vec::new();
    file.take(FILE_BYTES + 1).read_to_end(&mut bytes).await.map_err(failed)?;
    if bytes.len() as u64 > FILE_BYTES {
        let detail = format!("{path} is larger than {} MiB; split it", FILE_BYTES >> 20);
        return Err(FetchError::new(FetchErrorKind::TooLarge, detail));
    }
    Ok(decode(bytes, ""))
}

fn out_of_time(endpoint: &Endpoint) -> FetchError {
    let detail = format!("the time allowed for {} is used up", endpoint.source);
    FetchError::new(FetchErrorKind::Limit, detail)
}

impl Endpoint {
    fn host_name(&self) -> &str {
        self.base.as_ref().and_then(|base| base.host_str()).unwrap_or(self.source)
    }

    /// Host and path: what a person needs to find the request, without the query.
    fn place(&self, request: &Request) -> String {
        format!("{}{}", self.host_name(), request.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let date = "Sun, 06 Nov 1994 08:49:37 GMT";
        let check = |value: &str, date: &str, expected: Option<u64>| {
            assert_eq!(retry_after(value, date), expected.map(Duration::from_secs), "{value:?}");
        };
        check("120", date, Some(120));
        check("0", date, Some(0));
        check("99999999999999", date, Some(u64::from(u32::MAX)));
        check("Sun, 06 Nov 1994 08:50:00 GMT", date, Some(23));
        check("Sun, 06 Nov 1994 08:49:00 GMT", date, None);
        check("Sun, 06 Nov 1994 08:50:00 GMT", "", None);
        check("-5", date, None);
        check("soon", date, None);
        check("99999999999999999999999", date, None);
    }
}
