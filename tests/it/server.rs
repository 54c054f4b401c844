//! An empty database on a PostgreSQL server of this test process (`scripts/with_postgres.sh`).
//! The server ends when the process does, because its standard input closes.

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, Connection, Executor};
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

struct Server {
    _child: Child,
    options: PgConnectOptions,
}

static SERVER: OnceLock<Server> = OnceLock::new();
static DATABASES: AtomicU32 = AtomicU32::new(0);

/// How to connect, as the superuser, to a database that nobody else uses and that holds nothing.
pub async fn empty_database() -> PgConnectOptions {
    let options = SERVER.get_or_init(start).options.clone();
    let name = format!("empty_{}", DATABASES.fetch_add(1, Ordering::Relaxed));
    let mut conn = PgConnection::connect_with(&options).await.unwrap();
    conn.execute(AssertSqlSafe(format!("create database {name}"))).await.unwrap();
    options.database(&name)
}

/// A path below the root of the package.
pub fn path(relative: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(relative)
}

fn start() -> Server {
    let mut child = Command::new(path("scripts/with_postgres.sh"))
        .args(["sh", "-c", "echo \"$DATABASE_URL\"; cat"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut url = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut url).unwrap();
    if url.is_empty() {
        let mut reason = String::new();
        child.stderr.take().unwrap().read_to_string(&mut reason).unwrap();
        panic!("no server: {reason}");
    }
    Server { _child: child, options: url.trim().parse().unwrap() }
}
