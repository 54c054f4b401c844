//! Keeps the shared test cluster up while the test runner lives, then drops what killed tests left and leaves.

use std::fs::File;
use std::os::unix::process::{CommandExt, parent_id};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use job_etl::db::cluster::{self, Search};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

const RUNNER: &str = "JOB_ETL_TEST_RUNNER";
const HOME: &str = "JOB_ETL_TEST_HOME";

/// Databases of the tests of one runner begin with this.
pub fn prefix(runner: u32) -> String {
    format!("test_{runner}_")
}

/// Starts the keeper of our test runner, unless it has one.
pub fn start(home: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(home)?;
    let lock = File::create(lock_path(home, parent_id()))?;
    if lock.try_lock().is_err() {
        return Ok(());
    }
    // The keeper inherits the locked file as its standard input, and so the lock, for its whole life.
    let mut keeper = Command::new(std::env::current_exe()?);
    keeper.args(["--exact", "support::keeper::keep"]);
    keeper.env(RUNNER, parent_id().to_string()).env(HOME, home);
    keeper.stdin(lock).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
    keeper.spawn().map(|_| ())
}

/// Not a test: what the keeper process runs. Without its environment there is nothing to do.
#[test]
fn keep() {
    let (Some(runner), Some(home)) = (std::env::var_os(RUNNER), std::env::var_os(HOME)) else { return };
    let runner: u32 = runner.to_str().and_then(|text| text.parse().ok()).expect("a process id");
    let home = Path::new(&home);
    let cluster = cluster::enter(home, &Search::default()).expect("share the test cluster");
    while is_alive(runner) {
        std::thread::sleep(Duration::from_millis(500));
    }
    let _ = std::fs::remove_file(lock_path(home, runner));
    let options = cluster.connect_options().database("postgres");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("runtime");
    runtime.block_on(drop_leftovers(&options, &prefix(runner))).expect("drop what killed tests left");
    cluster.leave().expect("leave the test cluster");
}

async fn drop_leftovers(options: &PgConnectOptions, prefix: &str) -> anyhow::Result<()> {
    let mut admin = PgConnection::connect_with(options).await?;
    let left: Vec<(String,)> =
        sqlx::query_as("select datname::text from pg_database where starts_with(datname, $1)")
            .bind(prefix)
            .fetch_all(&mut admin)
            .await?;
    for (name,) in left {
        let statement = format!("drop database if exists {name} with (force)");
        sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut admin).await?;
    }
    Ok(())
}

fn lock_path(home: &Path, runner: u32) -> PathBuf {
    home.join(format!("keeper-{runner}"))
}

fn is_alive(pid: u32) -> bool {
    if Path::new("/proc/self").exists() {
        return Path::new(&format!("/proc/{pid}")).exists();
    }
    Command::new("ps")
        .args(["-p", &pid.to_string()])
        .stdout(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
