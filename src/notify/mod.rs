//! Tells an endpoint what a run came to: a row in the outbox, then a signed POST that is tried until it arrives.
//! At least once: a crash between sending and marking repeats the message under the same id. The address of an
//! endpoint is a secret; it is neither stored nor logged.

pub mod message;
pub mod receiver;
pub mod signature;

use anyhow::Context;
use chrono::{DateTime, TimeDelta, Utc};
use secrecy::SecretString;
use sqlx::{PgConnection, PgPool};

use crate::db::outbox::{self, Claim};
use crate::http::post::{self, Answer, NoAnswer};
use message::{MissedDeadline, RunSummary};
use signature::SigningKey;

/// Waiting times after the first, second, … failed try, in seconds; together a little over three days.
const SCHEDULE: [i64; 9] = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];
/// Longer than a POST can take.
const LEASE: TimeDelta = TimeDelta::seconds(60);
const MAX_MESSAGES: usize = 100;
const MAX_RETRY_AFTER: i64 = 86_400;

/// Where messages go.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// Its name, which the ledger knows.
    pub name: String,
    address: SecretString,
    keys: Vec<SigningKey>,
}

/// What one delivery came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Delivered {
    /// Messages that arrived now.
    pub sent: usize,
    /// Messages that wait for their next try.
    pub waiting: usize,
    /// Messages given up now.
    pub disabled: usize,
    /// When the next one is due.
    pub next_attempt_at: Option<DateTime<Utc>>,
    /// Why the last one did not arrive.
    pub last_error: Option<String>,
}

impl Endpoint {
    /// An endpoint from its address and its secret (`whsec_…`, two separated by a space while it changes).
    pub fn new(name: &str, address: SecretString, secret: &SecretString) -> anyhow::Result<Self> {
        post::check_address(&address)?;
        Ok(Self { name: name.to_owned(), address, keys: signature::parse_keys(secret)? })
    }
}

/// Writes the message of a run, in the transaction of `conn`; `false` when the same news is already there.
pub async fn enqueue(
    conn: &mut PgConnection,
    endpoint: &str,
    summary: &RunSummary,
    now: DateTime<Utc>,
) -> anyhow::Result<bool> {
    outbox::enqueue(conn, &message::compose(endpoint, summary), now).await
}

/// Writes the message of a day that is late, in the transaction of `conn`; `false` when it was written before.
pub async fn enqueue_missed(
    conn: &mut PgConnection,
    endpoint: &str,
    missed: &MissedDeadline,
) -> anyhow::Result<bool> {
    outbox::enqueue(conn, &message::compose_missed(endpoint, missed), missed.checked_at).await
}

/// Sends what is due, oldest first, and stops at the first failure that may pass: the endpoint is down for all.
pub async fn deliver(pool: &PgPool, endpoint: &Endpoint, now: DateTime<Utc>) -> anyhow::Result<Delivered> {
    let mut conn = pool.acquire().await.context("connect for notify")?;
    let mut delivered = Delivered::default();
    for _ in 0..MAX_MESSAGES {
        let Some(claim) = outbox::claim(&mut conn, &endpoint.name, now, now + LEASE).await? else { break };
        match judge(&send(endpoint, &claim, now).await) {
            Verdict::Arrived => {
                delivered.sent += usize::from(outbox::mark_sent(&mut conn, &claim, now).await?);
            }
            Verdict::Refused(reason) => {
                delivered.disabled += usize::from(outbox::disable(&mut conn, &claim, now, &reason).await?);
                delivered.last_error = Some(reason);
            }
            Verdict::Failed { reason, wait_at_least, maybe_received } => {
                let gave_up = next_wait(claim.attempts, wait_at_least).is_none();
                match next_wait(claim.attempts, wait_at_least) {
                    Some(wait) => {
                        outbox::mark_failed(&mut conn, &claim, now + wait, maybe_received, &reason).await?;
                    }
                    None => {
                        let reason = format!("gave up after {} tries: {reason}", claim.attempts);
                        delivered.disabled +=
                            usize::from(outbox::disable(&mut conn, &claim, now, &reason).await?);
                    }
                }
                delivered.last_error = Some(reason);
                if !gave_up {
                    break;
                }
            }
        }
    }
    let backlog = outbox::backlog(&mut conn, &endpoint.name).await?;
    delivered.waiting = usize::try_from(backlog.waiting).unwrap_or_default();
    delivered.next_attempt_at = backlog.next_attempt_at;
    Ok(delivered)
}

async fn send(endpoint: &Endpoint, claim: &Claim, now: DateTime<Utc>) -> Result<Answer, NoAnswer> {
    let id = claim.message_id.to_string();
    let signed = signature::sign(&endpoint.keys, &id, now.timestamp(), claim.body.as_bytes());
    let headers = [
        (signature::ID_HEADER, id.clone()),
        (signature::TIMESTAMP_HEADER, now.timestamp().to_string()),
        (signature::SIGNATURE_HEADER, signed),
        ("idempotency-key", format!("\"{id}\"")),
    ];
    post::post_json(&endpoint.address, &headers, claim.body.clone()).await
}

#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Arrived,
    Refused(String),
    Failed { reason: String, wait_at_least: Option<u32>, maybe_received: bool },
}

/// The one place that decides what is tried again.
fn judge(sent: &Result<Answer, NoAnswer>) -> Verdict {
    match sent {
        Err(no_answer) => Verdict::Failed {
            reason: no_answer.reason.clone(),
            wait_at_least: None,
            maybe_received: no_answer.maybe_received,
        },
        // Some chat connectors answer 200 and tell of their throttling in the text.
        Ok(answer) if (200..300).contains(&answer.status) && answer.body.contains("HTTP error 429") => {
            Verdict::Failed {
                reason: "the endpoint throttles (429 in a 200 answer)".to_owned(),
                wait_at_least: answer.retry_after,
                maybe_received: false,
            }
        }
        Ok(answer) if (200..300).contains(&answer.status) => Verdict::Arrived,
        Ok(answer) if matches!(answer.status, 404 | 410) => {
            Verdict::Refused(format!("the endpoint is gone (HTTP {})", answer.status))
        }
        Ok(answer) if (300..400).contains(&answer.status) => Verdict::Failed {
            reason: format!("HTTP {}: a webhook follows no redirects", answer.status),
            wait_at_least: None,
            maybe_received: false,
        },
        Ok(answer) => Verdict::Failed {
            reason: format!("HTTP {}", answer.status),
            wait_at_least: answer.retry_after,
            maybe_received: false,
        },
    }
}

/// How long to wait after so many tries; none when they were enough.
fn next_wait(attempts: i32, wait_at_least: Option<u32>) -> Option<TimeDelta> {
    let tries = usize::try_from(attempts).unwrap_or_default();
    let scheduled = *SCHEDULE.get(tries.checked_sub(1)?)?;
    let wished = wait_at_least.map_or(0, i64::from).min(MAX_RETRY_AFTER);
    Some(TimeDelta::seconds(scheduled.max(wished)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_judged() {
        let check = |status: u16, body: &str, expected: &str| {
            let answer = Answer { status, retry_after: None, body: body.to_owned() };
            let verdict = format!("{:?}", judge(&Ok(answer)));
            assert!(verdict.starts_with(expected), "{status}: {verdict}");
        };
        check(200, "ok", "Arrived");
        check(204, "", "Arrived");
        check(
            200,
            "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429",
            "Failed",
        );
        check(404, "no_service", "Refused");
        check(410, "", "Refused");
        check(302, "", "Failed");
        check(401, "", "Failed");
        check(429, "", "Failed");
        check(503, "", "Failed");
    }

    #[test]
    fn the_schedule_lasts_longer_than_three_days() {
        let mut total = TimeDelta::zero();
        let mut attempts = 1;
        while let Some(wait) = next_wait(attempts, None) {
            total += wait;
            attempts += 1;
        }
        assert_eq!(attempts, 10);
        assert!(total > TimeDelta::days(3));
        assert_eq!(next_wait(1, Some(60)), Some(TimeDelta::seconds(60)));
        assert_eq!(next_wait(2, Some(60)), Some(TimeDelta::seconds(300)));
        assert_eq!(next_wait(1, Some(u32::MAX)), Some(TimeDelta::days(1)));
    }
}
