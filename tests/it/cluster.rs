//! The embedded cluster on the real server: its folder, its lock protocol, and what kills leave behind.

use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use job_etl::db::cluster::{self, Cluster, Search, Unavailable};
use sqlx::{Connection, PgConnection, PgPool};
use tempfile::TempDir;

use crate::support::test_db;

const CLIENT_HOME: &str = "JOB_ETL_TEST_CLIENT_HOME";

fn enter(home: &Path) -> Cluster {
    cluster::enter(home, &Search::default()).unwrap_or_else(|error| panic!("enter: {error:#}"))
}

/// A parent folder that the server's account may pass through, also when we are root.
fn open_folder() -> TempDir {
    let folder = tempfile::tempdir().expect("temporary folder");
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).expect("open it");
    folder
}

async fn answer(cluster: &Cluster, query: &'static str) -> String {
    let mut connection = PgConnection::connect_with(&cluster.connect_options()).await.expect("connect");
    let (text,): (String,) = sqlx::query_as(query).fetch_one(&mut connection).await.expect(query);
    text
}

fn is_running(pid: u32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
}

/// A server removes its lock file a moment before its process is gone.
fn assert_ends(pid: u32) {
    wait_until("the last one out stops the server", || !is_running(pid));
}

fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(60), "{what}");
        std::thread::yield_now();
    }
}

fn signal(signal: &str, pid: u32) {
    let status = Command::new("kill").args([signal, &pid.to_string()]).status().expect("run kill");
    assert!(status.success());
}

fn kill_hard(pid: u32) {
    signal("-9", pid);
    wait_until("it is killed", || !is_running(pid));
}

#[tokio::test]
async fn a_fresh_cluster_is_private_and_tuned() {
    let folder = open_folder();
    let home = folder.path().join("with a space, it's $HOME");
    let cluster = enter(&home);
    assert!(!cluster.adopted());
    let mode = |path: &Path| std::fs::metadata(path).expect("stat").mode() & 0o777;
    assert_eq!(mode(cluster.data()), 0o700);
    assert_eq!(mode(cluster.sockets()), 0o700);
    assert_eq!(mode(&cluster.log()), 0o600);
    assert_eq!(mode(&home) & 0o066, 0, "others neither list nor write the data folder");
    for (setting, expected) in [
        ("listen_addresses", ""),
        ("fsync", "on"),
        ("full_page_writes", "on"),
        ("synchronous_commit", "on"),
        ("data_checksums", "off"),
        ("default_toast_compression", "lz4"),
        ("server_encoding", "UTF8"),
        ("jit", "off"),
    ] {
        let mut connection = PgConnection::connect_with(&cluster.connect_options()).await.expect("connect");
        let (value,): (String,) = sqlx::query_as("select current_setting($1)")
            .bind(setting)
            .fetch_one(&mut connection)
            .await
            .expect(setting);
        assert_eq!(value, expected, "{setting}");
    }
    assert_eq!(answer(&cluster, "select current_database()::text").await, "job_etl");
    assert_eq!(tcp_sockets(cluster.postmaster_pid().expect("running")), Vec::<String>::new());
    let pid = cluster.postmaster_pid().expect("running");
    cluster.leave().expect("leave");
    assert_ends(pid);
}

/// Inodes of the TCP sockets among the open files of a process.
fn tcp_sockets(pid: u32) -> Vec<String> {
    let tables = ["tcp", "tcp6"]
        .map(|table| std::fs::read_to_string(format!("/proc/net/{table}")).unwrap_or_default());
    let known: Vec<&str> = tables
        .iter()
        .flat_map(|table| table.lines().skip(1))
        .filter_map(|line| line.split_whitespace().nth(9))
        .collect();
    let mut found = Vec::new();
    for entry in std::fs::read_dir(format!("/proc/{pid}/fd")).expect("open files of the server").flatten() {
        let Ok(target) = std::fs::read_link(entry.path()) else { continue };
        let inode = target
            .to_string_lossy()
            .strip_prefix("socket:[")
            .map(|rest| rest.trim_end_matches(']').to_owned());
        found.extend(inode.filter(|inode| known.contains(&inode.as_str())));
    }
    found
}

#[tokio::test]
async fn tests_get_a_database_of_their_own_with_the_schema() {
    let (first, second) = (test_db().await, test_db().await);
    sqlx::raw_sql("insert into raw.searches values ('a', 'b', '{}')").execute(&*first).await.expect("write");
    let (rows,): (i64,) = sqlx::query_as("select count(*) from raw.searches")
        .fetch_one(&*second)
        .await
        .expect("read the other");
    assert_eq!(rows, 0);
    let mut by_url = PgConnection::connect(&first.url()).await.expect("connect by URL");
    let (rows,): (i64,) =
        sqlx::query_as("select count(*) from raw.searches").fetch_one(&mut by_url).await.expect("read");
    assert_eq!(rows, 1);
}

#[tokio::test]
async fn the_url_reaches_it_even_through_a_long_odd_path() {
    let folder = open_folder();
    let home = folder.path().join(format!("it's a \"long\" path, {}", "x".repeat(120)));
    let cluster = enter(&home);
    assert!(!cluster.sockets().starts_with(&home));
    let mut connection = PgConnection::connect(&cluster.url()).await.expect("connect by URL");
    let (one,): (i32,) = sqlx::query_as("select 1").fetch_one(&mut connection).await.expect("select");
    assert_eq!(one, 1);
    let psql =
        Command::new(cluster.binaries().program("psql")).args(["-Atc", "select 2", &cluster.url()]).output();
    assert_eq!(String::from_utf8_lossy(&psql.expect("run psql").stdout), "2\n");
    let sockets = cluster.sockets().to_owned();
    drop(connection);
    cluster.leave().expect("leave");
    std::fs::remove_dir(sockets).expect("the socket folder is empty");
}

#[test]
fn two_share_one_server_and_the_last_stops_it() {
    let folder = open_folder();
    let home = folder.path().join("home");
    let first = enter(&home);
    let pid = first.postmaster_pid().expect("running");
    let second = enter(&home);
    assert!(second.adopted());
    assert_eq!(second.postmaster_pid(), Some(pid));
    first.leave().expect("leave");
    assert!(is_running(pid), "the other one still uses it");
    second.leave().expect("leave");
    assert_ends(pid);
}

#[test]
fn eight_at_once_share_one_server() {
    let folder = open_folder();
    let home = folder.path().join("home");
    let entered = std::sync::Barrier::new(8);
    let pids: Vec<Option<u32>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(|| {
                    let cluster = enter(&home);
                    entered.wait();
                    cluster.postmaster_pid()
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("join")).collect()
    });
    assert!(pids[0].is_some() && pids.iter().all(|pid| *pid == pids[0]), "{pids:?}");
    assert_ends(pids[0].expect("checked"));
}

#[test]
fn a_killed_client_leaves_a_server_that_the_next_one_adopts() {
    let folder = open_folder();
    let home = folder.path().join("home");
    let mut client = start_client(&home);
    let pid = read_pid(&mut client);
    kill_hard(client.id());
    client.wait().expect("reap");
    assert!(is_running(pid), "the server outlives its client");
    let cluster = enter(&home);
    assert!(cluster.adopted());
    assert_eq!(cluster.postmaster_pid(), Some(pid));
    cluster.leave().expect("leave");
    assert_ends(pid);
}

fn start_client(home: &Path) -> Child {
    Command::new(std::env::current_exe().expect("this binary"))
        .args(["--exact", "cluster::client_process", "--nocapture"])
        .env(CLIENT_HOME, home)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("start the client")
}

fn read_pid(client: &mut Child) -> u32 {
    let stdout = BufReader::new(client.stdout.take().expect("piped"));
    let line =
        stdout.lines().map_while(Result::ok).find_map(|line| line.strip_prefix("server ").map(str::to_owned));
    line.and_then(|pid| pid.parse().ok()).expect("the client names the server")
}

/// Not a test: the body of the client process above, which uses the cluster until it is killed.
#[test]
fn client_process() {
    let Some(home) = std::env::var_os(CLIENT_HOME) else { return };
    let cluster = enter(Path::new(&home));
    println!("\nserver {}", cluster.postmaster_pid().expect("running"));
    let _ = std::io::stdin().read(&mut [0]);
}

#[tokio::test]
async fn a_killed_server_is_recovered_once_its_orphans_are_done() {
    let folder = open_folder();
    let home = folder.path().join("home");
    let cluster = enter(&home);
    let mut connection = PgConnection::connect_with(&cluster.connect_options()).await.expect("connect");
    sqlx::raw_sql("create table kept (id int); insert into kept values (7)")
        .execute(&mut connection)
        .await
        .expect("write");
    let (backend,): (i32,) = sqlx::query_as("select pg_backend_pid()")
        .fetch_one(&mut connection)
        .await
        .expect("ask for the backend");
    let backend = u32::try_from(backend).expect("a process id");
    let pid = cluster.postmaster_pid().expect("running");
    // A stopped backend notices the death of its server as little as one that computes.
    signal("-STOP", backend);
    kill_hard(pid);
    let entering = tokio::task::spawn_blocking({
        let home = home.clone();
        move || enter(&home)
    });
    let log = cluster.log();
    wait_until("the orphan is met", || {
        std::fs::read_to_string(&log).is_ok_and(|text| text.contains("pre-existing shared memory block"))
    });
    signal("-CONT", backend);
    let again = entering.await.expect("join");
    assert!(!again.adopted());
    assert_ne!(again.postmaster_pid(), Some(pid));
    assert_eq!(answer(&again, "select id::text from kept").await, "7");
    cluster.leave().expect("leave");
    again.leave().expect("leave");
}

#[test]
fn lock_files_with_a_recycled_process_id_do_not_stop_the_start() {
    let folder = open_folder();
    let home = folder.path().join("home");
    let cluster = enter(&home);
    kill_hard(cluster.postmaster_pid().expect("running"));
    let (data, sockets) = (cluster.data().to_owned(), cluster.sockets().to_owned());
    cluster.leave().expect("leave a dead server");
    // A live process of the server's own account takes the number.
    let owner = std::fs::metadata(&data).expect("stat").uid();
    let mut stranger = Command::new("sleep");
    stranger.arg("600");
    if std::fs::metadata("/proc/self").expect("stat").uid() == 0 {
        std::os::unix::process::CommandExt::uid(&mut stranger, owner);
    }
    let mut stranger = stranger.spawn().expect("start a stranger");
    for lock in [data.join("postmaster.pid"), sockets.join(".s.PGSQL.5432.lock")] {
        let text = std::fs::read_to_string(&lock).expect("lock file");
        let rest = text.split_once('\n').expect("lines").1.to_owned();
        std::fs::write(&lock, format!("{}\n{rest}", stranger.id())).expect("recycle the number");
    }
    let again = enter(&home);
    assert!(!again.adopted());
    again.leave().expect("leave");
    assert!(stranger.try_wait().expect("look").is_none(), "the stranger is left alone");
    stranger.kill().and_then(|()| stranger.wait()).expect("end the stranger");
}

#[test]
fn an_unfinished_initdb_is_started_over() {
    let folder = open_folder();
    let home = folder.path().join("home");
    let draft = home.join("postgres.initdb/base");
    std::fs::create_dir_all(&draft).expect("a draft");
    std::fs::write(draft.join("half"), "half").expect("half a file");
    let cluster = enter(&home);
    assert!(!home.join("postgres.initdb").exists());
    cluster.leave().expect("leave");
}

#[test]
fn a_start_that_fails_shows_the_log_and_the_next_step() {
    let folder = open_folder();
    let home = folder.path().join("home");
    let cluster = enter(&home);
    let conf = cluster.data().join("postgresql.conf");
    cluster.leave().expect("leave");
    let text = std::fs::read_to_string(&conf).expect("settings");
    std::fs::write(&conf, format!("{text}\nwork_mem = 'much'\n")).expect("break a setting");
    let error = cluster::enter(&home, &Search::default()).expect_err("a broken setting");
    let unavailable = error.downcast_ref::<Unavailable>().expect("typed, for the exit code");
    assert!(unavailable.what.contains("work_mem"), "{error:#}");
    assert!(unavailable.next_step.contains("postgres.log"), "{error:#}");
}

#[test]
fn a_long_log_is_put_aside() {
    let folder = open_folder();
    let home = folder.path().join("home");
    enter(&home).leave().expect("leave");
    let log = home.join("postgres.log");
    std::fs::write(&log, vec![b'x'; 10_000_001]).expect("a long log");
    enter(&home).leave().expect("leave");
    assert!(std::fs::metadata(&log).expect("stat").len() < 100_000);
    assert!(home.join("postgres.log.1").exists());
}

#[test]
fn root_steps_down_and_moves_out_of_a_closed_home() {
    if std::fs::metadata("/proc/self").map_or(1, |metadata| metadata.uid()) != 0 {
        eprintln!("skipped: only root has to step down");
        return;
    }
    let folder = tempfile::tempdir().expect("temporary folder");
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o700))
        .expect("close it to others");
    let home = folder.path().join("home");
    let cluster = enter(&home);
    let server =
        std::fs::metadata(format!("/proc/{}", cluster.postmaster_pid().expect("running"))).expect("stat");
    assert_ne!(server.uid(), 0);
    assert!(cluster.data().starts_with("/var/lib/job-etl"), "{}", cluster.data().display());
    let data = cluster.data().to_owned();
    cluster.leave().expect("leave");
    let again = enter(&home);
    assert_eq!(again.data(), data, "found again through the link");
    again.leave().expect("leave");
    let elsewhere: PathBuf = data.parent().expect("parent").to_owned();
    // A deleted home does not come back to life with its old rows.
    std::fs::remove_dir_all(&home).expect("delete the home");
    let fresh = enter(&home);
    assert_ne!(fresh.data(), data);
    let second = fresh.data().parent().expect("parent").to_owned();
    fresh.leave().expect("leave");
    for left in [elsewhere, second] {
        std::fs::remove_dir_all(left).expect("clean up");
    }
}

#[tokio::test]
async fn a_watched_server_is_started_again_when_it_is_killed() {
    let folder = open_folder();
    let cluster = enter(&folder.path().join("home"));
    let watch = cluster.watch().expect("watch");
    let pid = cluster.postmaster_pid().expect("running");
    kill_hard(pid);
    let pool = PgPool::connect_lazy_with(cluster.connect_options());
    let (one,): (i32,) = sqlx::query_as("select 1").fetch_one(&pool).await.expect("the pool waits for it");
    assert_eq!(one, 1);
    let again = cluster.postmaster_pid().expect("running");
    assert_ne!(again, pid);
    pool.close().await;
    drop(watch);
    cluster.leave().expect("leave");
    assert_ends(again);
}
