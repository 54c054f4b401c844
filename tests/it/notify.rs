//! Webhooks over a real local HTTP server and a real outbox, on a virtual clock.

use std::collections::VecDeque;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use job_etl::db::outbox;
use job_etl::notify::message::{Failure, Match, Outcome, RunSummary};
use job_etl::notify::receiver::Receiver;
use job_etl::notify::{self, Delivered, Endpoint, signature};
use sqlx::PgPool;
use uuid::Uuid;

use crate::support::{TestDb, test_db};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const SECRET_PATH: &str = "/T000/very-secret-token";

/// A request that arrived: headers and body.
type Arrived = (HeaderMap, String);

/// A receiver that answers with the statuses it was given, then with 200, and remembers what arrived.
struct Stub {
    url: String,
    arrived: Arc<Mutex<Vec<Arrived>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Stub {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Stub {
    async fn start(statuses: &[u16], before_answer: Option<PgPool>) -> Self {
        let arrived = Arc::new(Mutex::new(Vec::new()));
        let statuses = Arc::new(Mutex::new(VecDeque::from(statuses.to_vec())));
        let seen = arrived.clone();
        let app = axum::Router::new().fallback(move |headers: HeaderMap, body: String| {
            let (seen, statuses, pool) = (seen.clone(), statuses.clone(), before_answer.clone());
            async move {
                seen.lock().expect("lock").push((headers, body));
                if let Some(pool) = pool {
                    cut_connection(&pool).await;
                }
                let status = statuses.lock().expect("lock").pop_front().unwrap_or(200);
                let status = StatusCode::from_u16(status).expect("a status");
                (status, [(header::LOCATION, "/elsewhere")]).into_response()
            }
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("listen");
        let url = format!("http://{}{SECRET_PATH}", listener.local_addr().expect("address"));
        let task = tokio::spawn(async move { axum::serve(listener, app).await.expect("serve") });
        Self { url, arrived, task }
    }

    fn endpoint(&self) -> Endpoint {
        Endpoint::new("default", self.url.clone().into(), &SECRET.into()).expect("an endpoint")
    }

    fn ids(&self) -> Vec<String> {
        let arrived = self.arrived.lock().expect("lock");
        arrived.iter().map(|(headers, _)| text(headers, "webhook-id")).collect()
    }
}

/// What a crash looks like to the database: the connections of the sender are gone.
async fn cut_connection(pool: &PgPool) {
    sqlx::query(
        "select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid() and application_name = 'sender'",
    )
    .execute(pool)
    .await
    .expect("cut");
}

fn text(headers: &HeaderMap, name: &str) -> String {
    headers.get(name).unwrap_or_else(|| panic!("header {name}")).to_str().expect("text").to_owned()
}

fn start() -> DateTime<Utc> {
    "2026-11-22T12:00:00Z".parse().expect("an instant")
}

fn after(seconds: i64) -> DateTime<Utc> {
    start() + TimeDelta::seconds(seconds)
}

fn summary(run_id: Uuid) -> RunSummary {
    RunSummary {
        run_id,
        parent_run_id: None,
        failed_tasks: vec![],
        logical_date: NaiveDate::from_ymd_opt(2026, 11, 22).expect("a date"),
        status: "failed".to_owned(),
        failed_stage: Some("publish".to_owned()),
        finished_at: start(),
        duration_ms: 61_000,
        outcome: Outcome { jobs_total: 12, jobs_new: 3, jobs_open: 11, rejected: 1 },
        stages: vec![],
        top_matches: vec![Match {
            hash_key: "0123456789abcdef0123456789abcdef".to_owned(),
            title: "Données & plumbing “engineer” 🛠".to_owned(),
            company: "Moss and Lantern Ltd".to_owned(),
            score: 87.5,
            link: Some("https://jobs.example/1".to_owned()),
        }],
        failures: vec![Failure { place: "publish".to_owned(), error: "no space left".to_owned() }],
        sources: vec![],
    }
}

/// A run in the ledger, which the outbox refers to.
async fn add_run(pool: &PgPool, epoch: i64) -> Uuid {
    let run_id = Uuid::now_v7();
    sqlx::query(
        "insert into ops.runs (run_id, epoch, logical_date, as_of, status, started_at, code_version, host, pid, arguments)
         values ($1, $2, '2026-11-22', $3, 'failed', $3, 'test', 'test', 1, '')",
    )
    .bind(run_id)
    .bind(epoch)
    .bind(start())
    .execute(pool)
    .await
    .expect("add a run");
    run_id
}

async fn enqueue(db: &TestDb, epoch: i64) -> bool {
    let run_id = add_run(db, epoch).await;
    let mut transaction = db.begin().await.expect("begin");
    let new = notify::enqueue(&mut transaction, "default", &summary(run_id), start()).await.expect("enqueue");
    transaction.commit().await.expect("commit");
    new
}

async fn deliver(pool: &PgPool, endpoint: &Endpoint, now: DateTime<Utc>) -> Delivered {
    notify::deliver(pool, endpoint, now).await.unwrap_or_else(|error| panic!("deliver: {error:#}"))
}

async fn rows(pool: &PgPool) -> Vec<serde_json::Value> {
    let rows: Vec<(serde_json::Value,)> = sqlx::query_as("select to_jsonb(message) from ops.outbox message")
        .fetch_all(pool)
        .await
        .expect("read");
    rows.into_iter().map(|(row,)| row).collect()
}

#[tokio::test]
async fn news_arrives_once_signed_and_says_what_failed() {
    let db = test_db().await;
    let stub = Stub::start(&[], None).await;
    assert!(enqueue(&db, 1).await);
    assert!(!enqueue(&db, 2).await, "the same news of another run");
    let delivered = deliver(&db, &stub.endpoint(), start()).await;
    assert_eq!((delivered.sent, delivered.waiting, delivered.disabled), (1, 0, 0));
    assert_eq!(deliver(&db, &stub.endpoint(), after(10)).await.sent, 0);
    let arrived = stub.arrived.lock().expect("lock").clone();
    let [(headers, body)] = arrived.as_slice() else { panic!("{} arrived", arrived.len()) };
    let id = text(headers, "webhook-id");
    let timestamp: i64 = text(headers, "webhook-timestamp").parse().expect("seconds");
    assert_eq!(timestamp, start().timestamp());
    assert_eq!(text(headers, "idempotency-key"), format!("\"{id}\""));
    assert_eq!(text(headers, "content-type"), "application/json");
    let keys = signature::parse_keys(&SECRET.into()).expect("keys");
    assert!(signature::verify(&keys, &id, timestamp, body.as_bytes(), &text(headers, "webhook-signature")));
    let body: serde_json::Value = serde_json::from_str(body).expect("JSON");
    assert_eq!(body["data"]["failed_stage"], "publish");
    assert_eq!(body["data"]["top_matches"][0]["company"], "Moss and Lantern Ltd");
}

#[tokio::test]
async fn a_rolled_back_run_tells_nothing() {
    let db = test_db().await;
    let run_id = add_run(&db, 1).await;
    let mut transaction = db.begin().await.expect("begin");
    assert!(notify::enqueue(&mut transaction, "default", &summary(run_id), start()).await.expect("enqueue"));
    transaction.rollback().await.expect("roll back");
    assert_eq!(rows(&db).await.len(), 0);
}

#[tokio::test]
async fn failures_are_tried_again_when_they_are_due_and_survive_restarts() {
    let db = test_db().await;
    let stub = Stub::start(&[500, 302, 429], None).await;
    enqueue(&db, 1).await;
    // (second, tries made by then, sent by then): every call has a new pool, as after a restart.
    for (second, tries, sent) in [
        (0, 1, 0),
        (4, 1, 0),
        (5, 2, 0),
        (304, 2, 0),
        (305, 3, 0),
        (2_104, 3, 0),
        (2_105, 4, 1),
        (9_999, 4, 1),
    ] {
        let pool = PgPool::connect(&db.url()).await.expect("connect");
        deliver(&pool, &stub.endpoint(), after(second)).await;
        pool.close().await;
        assert_eq!(stub.ids().len(), tries, "second {second}");
        let sent_by_then = rows(&db).await.iter().filter(|row| !row["sent_at"].is_null()).count();
        assert_eq!(sent_by_then, sent, "second {second}");
    }
    let mut ids = stub.ids();
    ids.dedup();
    assert_eq!(ids.len(), 1, "one id over all tries");
    assert_eq!(rows(&db).await[0]["maybe_sent"], false, "every answer came back");
}

#[tokio::test]
async fn three_days_of_silence_lose_nothing_and_the_address_stays_secret() {
    let db = test_db().await;
    let address = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("listen");
        listener.local_addr().expect("address")
    };
    let url = format!("http://{address}{SECRET_PATH}");
    let endpoint = Endpoint::new("default", url.into(), &SECRET.into()).expect("an endpoint");
    enqueue(&db, 1).await;
    let mut now = start();
    let mut tries = 0;
    while now < start() + TimeDelta::days(3) {
        let delivered = deliver(&db, &endpoint, now).await;
        tries += 1;
        assert_eq!((delivered.sent, delivered.waiting, delivered.disabled), (0, 1, 0), "{now}");
        assert!(!format!("{delivered:?} {endpoint:?}").contains("secret-token"));
        now = delivered.next_attempt_at.expect("another try");
    }
    assert_eq!(tries, 9);
    let row = &rows(&db).await[0];
    assert!(row["last_error"].as_str().expect("text").contains("refused"), "{row}");
    assert!(!row.to_string().contains("secret-token") && !row.to_string().contains("MfKQ"), "{row}");
    let stub = Stub::start(&[], None).await;
    assert_eq!(deliver(&db, &stub.endpoint(), now).await.sent, 1);
}

#[tokio::test]
async fn a_crash_after_the_post_repeats_it_under_the_same_id() {
    let db = test_db().await;
    enqueue(&db, 1).await;
    let stub = Stub::start(&[], Some(db.clone())).await;
    let options = (*db.connect_options()).clone().application_name("sender");
    let sender = PgPool::connect_with(options).await.expect("connect");
    notify::deliver(&sender, &stub.endpoint(), start())
        .await
        .expect_err("the connection is cut before the mark");
    assert_eq!(stub.ids().len(), 1, "it had arrived");
    assert_eq!(deliver(&db, &stub.endpoint(), after(59)).await.sent, 0, "the lease still holds");
    assert_eq!(deliver(&db, &stub.endpoint(), after(60)).await.sent, 1);
    let ids = stub.ids();
    assert_eq!(ids.len(), 2);
    assert_eq!(ids[0], ids[1]);
    assert_eq!(rows(&db).await[0]["maybe_sent"], true);
}

#[tokio::test]
async fn a_lost_claim_marks_nothing() {
    let db = test_db().await;
    enqueue(&db, 1).await;
    let mut conn = db.acquire().await.expect("connect");
    let first = outbox::claim(&mut conn, "default", start(), after(60)).await.expect("claim").expect("due");
    assert_eq!(
        outbox::claim(&mut conn, "default", after(59), after(119)).await.expect("claim"),
        None,
        "it is taken"
    );
    let second = outbox::claim(&mut conn, "default", after(60), after(120)).await.expect("claim");
    assert!(second.expect("the lease is over").maybe_sent);
    assert!(!outbox::mark_sent(&mut conn, &first, after(61)).await.expect("mark"));
}

#[tokio::test]
async fn an_endpoint_that_is_gone_is_not_asked_again() {
    for status in [404, 410] {
        let db = test_db().await;
        let stub = Stub::start(&[status], None).await;
        enqueue(&db, 1).await;
        let delivered = deliver(&db, &stub.endpoint(), start()).await;
        assert_eq!((delivered.sent, delivered.waiting, delivered.disabled), (0, 0, 1));
        assert!(delivered.last_error.expect("a reason").contains(&status.to_string()));
        assert_eq!(deliver(&db, &stub.endpoint(), after(1_000_000)).await.sent, 0);
        assert_eq!(stub.ids().len(), 1);
        assert!(!rows(&db).await[0]["disabled_at"].is_null());
    }
}

#[tokio::test]
async fn the_demo_receiver_takes_it_and_refuses_forgeries() {
    let db = test_db().await;
    enqueue(&db, 1).await;
    let mut receiver =
        Receiver::start(signature::parse_keys(&SECRET.into()).expect("keys")).await.expect("start");
    let forger = Endpoint::new(
        "default",
        receiver.url.clone().into(),
        &"whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD".into(),
    )
    .expect("an endpoint");
    let refused = deliver(&db, &forger, start()).await;
    assert_eq!(refused.last_error.as_deref(), Some("HTTP 401"));
    assert!(!receiver.next().await.expect("it arrived").verified);
    let endpoint =
        Endpoint::new("default", receiver.url.clone().into(), &SECRET.into()).expect("an endpoint");
    assert_eq!(deliver(&db, &endpoint, after(5)).await.sent, 1);
    let received = receiver.next().await.expect("it arrived");
    assert!(received.verified && received.body.contains("run.finished"));
    assert_eq!(receiver.try_next(), None);
}

/// A second, independent implementation must accept what we sign: the package `standardwebhooks` of PyPI.
#[test]
fn another_implementation_accepts_our_signature() {
    let python = std::env::var_os("STANDARDWEBHOOKS_PYTHON").unwrap_or_else(|| "python3".into());
    let works = |code: &str, arguments: &[&str]| {
        let output = Command::new(Path::new(&python)).arg("-c").arg(code).args(arguments).output();
        output.is_ok_and(|output| output.status.success())
    };
    if !works("import standardwebhooks", &[]) {
        println!(
            "skipped: the Python package standardwebhooks is not installed (STANDARDWEBHOOKS_PYTHON=its python)"
        );
        return;
    }
    let keys = signature::parse_keys(&SECRET.into()).expect("keys");
    #[expect(clippy::disallowed_methods, reason = "the other implementation compares with its own clock")]
    let now = Utc::now().timestamp();
    let body = "{\"title\": \"Données\"}";
    let signed = signature::sign(&keys, "msg_1", now, body.as_bytes());
    let code = "import sys; from standardwebhooks import Webhook; a = sys.argv; Webhook(a[1]).verify(a[5], \
                {'webhook-id': a[2], 'webhook-timestamp': a[3], 'webhook-signature': a[4]})";
    assert!(works(code, &[SECRET, "msg_1", &now.to_string(), &signed, body]));
    assert!(!works(code, &[SECRET, "msg_2", &now.to_string(), &signed, body]));
}
