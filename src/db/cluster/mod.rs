//! The PostgreSQL server that job-etl runs for itself when no `DATABASE_URL` is given: one cluster in the data
//! folder, reachable through a unix socket only, shared by every invocation. It never opens a TCP port and never
//! creates schemas; that is the business of `db::schema`.
//!
//! Two lock files in the data folder carry the protocol. `use.lock` is held shared by everyone who uses the
//! server; `start.lock` is held exclusively by whoever is starting or stopping it.
//! Enter: lock start, share use, adopt the live server or start one, unlock start.
//! Leave: lock start, release use, try to take use exclusively; who gets it was the last one, and stops the server.
//! The kernel drops both locks of a killed process, so a `kill -9` leaves nothing to clean up but a live server,
//! which the next one adopts.

mod binaries;
mod place;
mod server;
mod watch;

use std::fmt;
use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context;
use sqlx::postgres::{PgConnectOptions, PgSslMode};

pub use binaries::{Binaries, Search};
use place::Place;
pub use watch::Watch;

/// The database that job-etl keeps everything in.
pub const DATABASE: &str = "job_etl";
/// The superuser of the embedded cluster; only the owner of the data folder (and root) can reach its socket.
pub const SUPERUSER: &str = "postgres";
const PORT: u16 = 5432;
const LOCK_PATIENCE: Duration = Duration::from_secs(120);
const LOCK_POLL: Duration = Duration::from_millis(50);

/// The database cannot be had, for a reason outside of job-etl; the program exits 69 on it.
#[derive(Debug)]
pub struct Unavailable {
    /// What is missing or broken.
    pub what: String,
    /// What the reader should do about it, in one line.
    pub next_step: String,
}

impl fmt::Display for Unavailable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}; next: {}", self.what, self.next_step)
    }
}

impl std::error::Error for Unavailable {}

/// A share in the running server. Dropping it leaves the cluster as [`Cluster::leave`] does.
#[derive(Debug)]
pub struct Cluster {
    place: Place,
    binaries: Binaries,
    start: File,
    in_use: Option<File>,
    adopted: bool,
}

/// Joins the server of the data folder `home`, starting it when nobody has; blocks for up to a minute or so.
pub fn enter(home: &Path, search: &Search) -> anyhow::Result<Cluster> {
    let home = place::open_home(home)?;
    let start = open_lock(&home.join("start.lock"))?;
    let in_use = open_lock(&home.join("use.lock"))?;
    lock_patiently(&start, &home)?;
    let alone = in_use.try_lock().is_ok();
    if alone {
        in_use.unlock().context("unlock use.lock")?;
    }
    let place = Place::settle(&home)?;
    let binaries = binaries::find(search, &home, place.major()?, |folder| place.can_enter(folder))?;
    if place.major()?.is_none() {
        server::initialize(&place, &binaries)?;
    }
    in_use.lock_shared().context("share use.lock")?;
    let adopted = server::ensure_running(&place, &binaries, alone)?;
    start.unlock().context("unlock start.lock")?;
    Ok(Cluster { place, binaries, start, in_use: Some(in_use), adopted })
}

/// The server programs that would be used, for a cluster of major version `wanted` when there is one.
pub fn find_binaries(search: &Search, home: &Path, wanted: Option<u32>) -> Result<Binaries, Unavailable> {
    binaries::find(search, home, wanted, |_| true)
}

impl Cluster {
    /// How to connect to the database of job-etl.
    pub fn connect_options(&self) -> PgConnectOptions {
        PgConnectOptions::new_without_pgpass()
            .socket(&self.place.sockets)
            .port(PORT)
            .username(SUPERUSER)
            .database(DATABASE)
            .ssl_mode(PgSslMode::Disable)
            .application_name("job-etl")
    }

    /// The same as a URL that libpq (psql, dbt) and sqlx both read.
    pub fn url(&self) -> String {
        let folder = self.place.sockets.to_string_lossy();
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query
            .append_pair("host", &folder)
            .append_pair("port", &PORT.to_string())
            .append_pair("user", SUPERUSER);
        // libpq decodes %20 but not the `+` of HTML forms.
        format!("postgresql:///{DATABASE}?{}", query.finish().replace('+', "%20"))
    }

    /// Whether the server was already running when this share was taken.
    pub fn adopted(&self) -> bool {
        self.adopted
    }

    /// The data folder of the server, which differs from `<home>/postgres` when root's home is closed to others.
    pub fn data(&self) -> &Path {
        &self.place.data
    }

    /// The folder of the unix socket.
    pub fn sockets(&self) -> &Path {
        &self.place.sockets
    }

    /// Where the server writes its log.
    pub fn log(&self) -> PathBuf {
        self.place.log()
    }

    /// The programs in use.
    pub fn binaries(&self) -> &Binaries {
        &self.binaries
    }

    /// Process id of the server, as its own lock file has it.
    pub fn postmaster_pid(&self) -> Option<u32> {
        server::postmaster_pid(&self.place.data)
    }

    /// Sees to it that the server is started again when it is killed, until the watch is dropped; drop it before
    /// [`Cluster::leave`].
    pub fn watch(&self) -> anyhow::Result<Watch> {
        Watch::begin(self.place.clone(), self.binaries.clone())
    }

    /// Gives the share back; the last one out stops the server.
    pub fn leave(mut self) -> anyhow::Result<()> {
        self.release()
    }

    fn release(&mut self) -> anyhow::Result<()> {
        let Some(in_use) = self.in_use.take() else { return Ok(()) };
        lock_patiently(&self.start, &self.place.home)?;
        in_use.unlock().context("release use.lock")?;
        let outcome =
            if in_use.try_lock().is_ok() { server::stop(&self.place, &self.binaries) } else { Ok(()) };
        self.start.unlock().context("unlock start.lock")?;
        outcome
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Err(error) = self.release() {
            tracing::warn!("the database server keeps running, the next job-etl adopts it: {error:#}");
        }
    }
}

fn open_lock(path: &Path) -> anyhow::Result<File> {
    OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .open(path)
        .with_context(|| format!("open lock file {}", path.display()))
}

/// Takes the exclusive lock, or says after two minutes who cannot be waited for.
fn lock_patiently(start: &File, home: &Path) -> anyhow::Result<()> {
    let begun = Instant::now();
    loop {
        match start.try_lock() {
            Ok(()) => return Ok(()),
            Err(std::fs::TryLockError::Error(error)) => return Err(error).context("lock start.lock"),
            Err(std::fs::TryLockError::WouldBlock) if begun.elapsed() > LOCK_PATIENCE => {
                return Err(Unavailable {
                    what: "another job-etl has been starting or stopping the database for two minutes"
                        .to_owned(),
                    next_step: format!("find it with `fuser {}`", home.join("start.lock").display()),
                }
                .into());
            }
            Err(std::fs::TryLockError::WouldBlock) => std::thread::sleep(LOCK_POLL),
        }
    }
}
