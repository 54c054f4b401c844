//! `ops.outbox`: messages on their way to an endpoint. A row is written in the transaction of what it reports, and
//! whoever sends it holds a claim with a lease; an expired lease means that the sender died, perhaps after sending.

use anyhow::Context;
use chrono::{DateTime, NaiveDate, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

/// A message to be sent once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Constant for what it says, so that saying it again changes nothing.
    pub message_id: Uuid,
    /// Name of the endpoint, never its address.
    pub endpoint: String,
    /// The run it reports, if there was one.
    pub run_id: Option<Uuid>,
    /// The date it is about.
    pub logical_date: NaiveDate,
    /// Status of that run, or of the date.
    pub status: String,
    /// The JSON text that is sent and signed.
    pub body: String,
}

/// The right to send one message until the lease ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The message.
    pub message_id: Uuid,
    /// Proof of the claim; marks under another token change nothing.
    pub claim_token: Uuid,
    /// What to send.
    pub body: String,
    /// Tries so far, this one included.
    pub attempts: i32,
    /// An earlier try may have arrived.
    pub maybe_sent: bool,
}

/// State of an endpoint's messages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Not sent yet.
    pub waiting: i64,
    /// Given up.
    pub disabled: i64,
    /// When the next one is due.
    pub next_attempt_at: Option<DateTime<Utc>>,
}

/// Writes a message; `false` when it is already there, sent or not.
pub async fn enqueue(conn: &mut PgConnection, message: &Message, now: DateTime<Utc>) -> anyhow::Result<bool> {
    let written = sqlx::query!(
        "insert into ops.outbox (message_id, endpoint, run_id, logical_date, status, body, created_at, next_attempt_at)
         values ($1, $2, $3, $4, $5, $6, $7, $7)
         on conflict (message_id) do nothing",
        message.message_id,
        message.endpoint,
        message.run_id,
        message.logical_date,
        message.status,
        message.body,
        now,
    )
    .execute(conn)
    .await
    .context("write to ops.outbox")?;
    Ok(written.rows_affected() == 1)
}

/// Claims the oldest message that is due and that nobody else is sending.
pub async fn claim(
    conn: &mut PgConnection,
    endpoint: &str,
    now: DateTime<Utc>,
    lease_until: DateTime<Utc>,
) -> anyhow::Result<Option<Claim>> {
    sqlx::query_as!(
        Claim,
        r#"update ops.outbox
           set claim_token = gen_random_uuid(),
               lease_until = $3,
               attempts = attempts + 1,
               maybe_sent = maybe_sent or claim_token is not null
           where message_id = (
               select message_id from ops.outbox
               where endpoint = $1
                 and sent_at is null
                 and disabled_at is null
                 and next_attempt_at <= $2
                 and (lease_until is null or lease_until <= $2)
               order by created_at, message_id
               limit 1
               for update skip locked
           )
           returning message_id, claim_token as "claim_token!", body, attempts, maybe_sent"#,
        endpoint,
        now,
        lease_until,
    )
    .fetch_optional(conn)
    .await
    .context("claim from ops.outbox")
}

/// Marks a message as sent; `false` when the claim was lost meanwhile.
pub async fn mark_sent(conn: &mut PgConnection, claim: &Claim, now: DateTime<Utc>) -> anyhow::Result<bool> {
    let marked = sqlx::query!(
        "update ops.outbox
         set sent_at = $3, claim_token = null, lease_until = null, last_error = null
         where message_id = $1 and claim_token = $2",
        claim.message_id,
        claim.claim_token,
        now,
    )
    .execute(conn)
    .await
    .context("mark as sent in ops.outbox")?;
    Ok(marked.rows_affected() == 1)
}

/// Gives a message back to be tried again later; `false` when the claim was lost meanwhile.
pub async fn mark_failed(
    conn: &mut PgConnection,
    claim: &Claim,
    next_attempt_at: DateTime<Utc>,
    maybe_sent: bool,
    error: &str,
) -> anyhow::Result<bool> {
    let marked = sqlx::query!(
        "update ops.outbox
         set next_attempt_at = $3, maybe_sent = maybe_sent or $4, last_error = $5, claim_token = null, lease_until = null
         where message_id = $1 and claim_token = $2",
        claim.message_id,
        claim.claim_token,
        next_attempt_at,
        maybe_sent,
        error,
    )
    .execute(conn)
    .await
    .context("mark as failed in ops.outbox")?;
    Ok(marked.rows_affected() == 1)
}

/// Gives a message up; `false` when the claim was lost meanwhile.
pub async fn disable(
    conn: &mut PgConnection,
    claim: &Claim,
    now: DateTime<Utc>,
    reason: &str,
) -> anyhow::Result<bool> {
    let marked = sqlx::query!(
        "update ops.outbox
         set disabled_at = $3, last_error = $4, claim_token = null, lease_until = null
         where message_id = $1 and claim_token = $2",
        claim.message_id,
        claim.claim_token,
        now,
        reason,
    )
    .execute(conn)
    .await
    .context("disable in ops.outbox")?;
    Ok(marked.rows_affected() == 1)
}

/// What an endpoint has not got.
pub async fn backlog(conn: &mut PgConnection, endpoint: &str) -> anyhow::Result<Backlog> {
    sqlx::query_as!(
        Backlog,
        r#"select count(*) filter (where disabled_at is null) as "waiting!",
                  count(*) filter (where disabled_at is not null) as "disabled!",
                  min(next_attempt_at) filter (where disabled_at is null) as next_attempt_at
           from ops.outbox
           where endpoint = $1 and sent_at is null"#,
        endpoint,
    )
    .fetch_one(conn)
    .await
    .context("read the backlog of ops.outbox")
}
