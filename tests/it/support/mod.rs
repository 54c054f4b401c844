//! What the integration tests share: a fresh database for each test (`test_db`).
//!
//! All tests of one build share one embedded cluster below the target folder, whether `cargo test` runs them in one
//! process or nextest each in its own. A keeper process (this binary again, see `keeper`) holds a share in the cluster
//! for as long as the test runner lives, so that the server does not start and stop with every test.

pub mod keeper;
pub mod program;

use std::ops::Deref;
use std::path::{Path, PathBuf};

use job_etl::db::cluster::{self, Cluster, Search};
use job_etl::db::schema;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, Connection, PgConnection, PgPool};
use uuid::Uuid;

/// A database of one test, with schemas, roles, tables and views. It is dropped with this value, also on a panic.
pub struct TestDb {
    pool: PgPool,
    name: String,
    cluster: Cluster,
}

impl Deref for TestDb {
    type Target = PgPool;

    fn deref(&self) -> &PgPool {
        &self.pool
    }
}

impl TestDb {
    /// How a child process connects to this database.
    pub fn url(&self) -> String {
        self.cluster.url().replacen(cluster::DATABASE, &self.name, 1)
    }
}

impl Drop for TestDb {
    fn drop(&mut self) {
        let options = admin_options(&self.cluster);
        let statement = format!("drop database if exists {} with (force)", self.name);
        // A runtime cannot wait inside a runtime, hence the thread.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(async {
                let mut admin = PgConnection::connect_with(&options).await?;
                sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut admin).await?;
                anyhow::Ok(())
            })
        })
        .join();
        if !matches!(dropped, Ok(Ok(()))) {
            // The keeper drops it at the end of the run.
            tracing::warn!("database {} stays behind: {dropped:?}", self.name);
        }
    }
}

/// A fresh database on the shared cluster.
pub async fn test_db() -> TestDb {
    let cluster =
        tokio::task::spawn_blocking(enter_shared).await.expect("join").expect("the shared test cluster");
    let options = admin_options(&cluster);
    let mut admin = PgConnection::connect_with(&options).await.expect("connect to the test cluster");
    let template = template(&mut admin, &cluster).await;
    let name = format!("{}{}", keeper::prefix(std::os::unix::process::parent_id()), Uuid::now_v7().simple());
    execute(&mut admin, format!("create database {name} template {template}")).await;
    admin.close().await.expect("leave the maintenance database");
    let pool = PgPoolOptions::new()
        .max_connections(8)
        .connect_with(cluster.connect_options().database(&name))
        .await
        .expect("connect to the fresh database");
    TestDb { pool, name, cluster }
}

/// Makes the schema of a fresh, empty database.
async fn make_schema(connection: &mut PgConnection) {
    schema::migrate(connection).await.expect("migrate the template");
}

/// Where the shared cluster lives. It stays between runs, so that initdb runs once for a target folder.
fn shared_home() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("database")
}

fn enter_shared() -> anyhow::Result<Cluster> {
    keeper::start(&shared_home())?;
    cluster::enter(&shared_home(), &Search::default())
}

fn admin_options(cluster: &Cluster) -> PgConnectOptions {
    cluster.connect_options().database("postgres")
}

/// Name of the template database of this build, made by whoever comes first; the others wait, for as long as `admin`
/// stays connected. The binary includes the scripts, so a changed script makes a changed binary and a new template.
async fn template(admin: &mut PgConnection, cluster: &Cluster) -> String {
    let binary = std::env::current_exe().and_then(std::fs::metadata).expect("look at this binary");
    let built = format!("{:?} {}", binary.modified().expect("time of the build"), binary.len());
    let name = format!("template_{}", Uuid::new_v5(&Uuid::NAMESPACE_OID, built.as_bytes()).simple());
    execute(admin, "select pg_advisory_lock(1)".to_owned()).await;
    let known: Vec<(String,)> =
        sqlx::query_as("select datname::text from pg_database where datname like 'template\\_%'")
            .fetch_all(&mut *admin)
            .await
            .expect("list the templates");
    if !known.iter().any(|(known,)| *known == name) {
        for (old,) in known {
            execute(admin, format!("drop database if exists {old} with (force)")).await;
        }
        execute(admin, format!("create database {name}_draft")).await;
        let options = cluster.connect_options().database(&format!("{name}_draft"));
        let mut draft = PgConnection::connect_with(&options).await.expect("connect to the template");
        make_schema(&mut draft).await;
        draft.close().await.expect("leave the template");
        execute(admin, format!("alter database {name}_draft rename to {name}")).await;
    }
    name
}

async fn execute(connection: &mut PgConnection, statement: String) {
    sqlx::raw_sql(AssertSqlSafe(statement.clone())).execute(connection).await.unwrap_or_else(|error| {
        panic!("{statement}: {error}");
    });
}
