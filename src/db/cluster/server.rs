//! Makes, starts and stops the server of one cluster through initdb and `pg_ctl`. It takes no locks: its caller holds
//! `start.lock`, so that nobody else does any of this at the same moment.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

use super::binaries::Binaries;
use super::place::{Account, Place, create_private};
use super::{DATABASE, PORT, SUPERUSER, Unavailable};

/// Orphaned backends of a killed server hold its shared memory until their statement ends, and recovery takes its time.
const PATIENCE: Duration = Duration::from_secs(60);
/// A server that is alive but does not answer gets this long before it is stopped.
const MUTE_PATIENCE: Duration = Duration::from_secs(10);
const POLL: Duration = Duration::from_millis(200);
const LOG_BYTES: u64 = 10_000_000;
const TAIL_LINES: usize = 12;
/// Initial settings; they stand at the end of postgresql.conf and are the reader's to change.
const SETTINGS: &str = "
# What job-etl chose for one reader on one machine. Yours to change; read at every start.
shared_buffers = 256MB
work_mem = 32MB
maintenance_work_mem = 128MB
max_wal_size = 2GB
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
";

/// Beginning of the name of a cluster in the making.
const DRAFT: &str = "postgres.initdb";

/// Makes the cluster with its database. A cluster is complete or absent: it appears by a rename.
pub fn initialize(place: &Place, binaries: &Binaries) -> anyhow::Result<()> {
    // The initdb of a killed job-etl may still be writing, so each process has a draft of its own.
    let draft = place.data.with_file_name(format!("{DRAFT}-{}", std::process::id()));
    sweep_drafts(&place.data);
    tracing::info!("making the database in {}", place.data.display());
    let account = place.account.as_ref();
    let outcome = make_draft(&draft, binaries, account)
        .and_then(|()| std::fs::rename(&draft, &place.data).context("rename the finished cluster"));
    if outcome.is_err() {
        let _ = std::fs::remove_dir_all(&draft);
    }
    outcome.with_context(|| format!("make the database in {}", place.data.display()))?;
    let parent = place.data.parent().unwrap_or(&place.home);
    File::open(parent)?.sync_all().with_context(|| format!("sync {}", parent.display()))
}

/// Removes what killed processes left; what still changes under our hands is left for the next time.
fn sweep_drafts(data: &Path) {
    let Some(Ok(entries)) = data.parent().map(std::fs::read_dir) else { return };
    for entry in entries.flatten() {
        if entry.file_name().to_string_lossy().starts_with(DRAFT) {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

/// Sees to it that the server answers. Returns whether it did already; `alone` says that nobody else uses it.
pub fn ensure_running(place: &Place, binaries: &Binaries, alone: bool) -> anyhow::Result<bool> {
    let begun = Instant::now();
    let mut told = None;
    let mut started = false;
    loop {
        let waiting_for = match probe(place) {
            Answer::Ready => return Ok(!started),
            Answer::Busy => "the server is starting or recovering".to_owned(),
            Answer::Absent => match start(place, binaries)? {
                Start::Done => {
                    started = true;
                    continue;
                }
                Start::Held(by) => by,
            },
        };
        if told.as_ref() != Some(&waiting_for) {
            tracing::info!("waiting for the database: {waiting_for}");
            told = Some(waiting_for.clone());
        }
        if begun.elapsed() > PATIENCE {
            return Err(Unavailable {
                what: format!("the database did not answer within a minute: {waiting_for}"),
                next_step: format!("read {}", place.log().display()),
            }
            .into());
        }
        if alone
            && begun.elapsed() > MUTE_PATIENCE
            && lives_here(place)
            && matches!(probe(place), Answer::Absent)
        {
            stop(place, binaries)?;
        }
        std::thread::sleep(POLL);
    }
}

/// Stops the server; one that is not running is fine.
pub fn stop(place: &Place, binaries: &Binaries) -> anyhow::Result<()> {
    if !lives_here(place) {
        return Ok(());
    }
    for mode in ["fast", "immediate"] {
        let mut command = prepared(&binaries.program("pg_ctl"), &place.data, place.account.as_ref());
        let output = command.args(["stop", "--silent", "--wait", "--timeout=30", "--mode", mode]).output()?;
        if output.status.success() || !lives_here(place) {
            return Ok(());
        }
    }
    bail!("the server with process id {:?} does not stop", postmaster_pid(&place.data))
}

/// Process id of the server, as its lock file has it; the process may be gone.
pub fn postmaster_pid(data: &Path) -> Option<u32> {
    std::fs::read_to_string(data.join("postmaster.pid")).ok()?.lines().next()?.trim().parse().ok()
}

enum Answer {
    Ready,
    Busy,
    Absent,
}

enum Start {
    Done,
    Held(String),
}

fn make_draft(draft: &Path, binaries: &Binaries, account: Option<&Account>) -> anyhow::Result<()> {
    let output = initdb(draft, binaries, account, "C.UTF-8")?;
    if !output.status.success() && String::from_utf8_lossy(&output.stderr).contains("invalid locale name") {
        check(&initdb(draft, binaries, account, "C")?, "initdb")?;
    } else {
        check(&output, "initdb")?;
    }
    let mut settings = SETTINGS.to_owned();
    for setting in ["default_toast_compression", "wal_compression"] {
        // A server built without lz4 would not start with it.
        let mut ask = prepared(&binaries.program("postgres"), draft, account);
        if ask.args(["-C", setting, "-c", &format!("{setting}=lz4")]).output()?.status.success() {
            settings.push_str(&format!("{setting} = lz4\n"));
        }
    }
    // Written by the server's own account: root must not follow what that account may have put there.
    let conf = draft.join("postgresql.conf");
    let mut append = prepared(Path::new("tee"), draft, account);
    check(&feed(append.arg("-a").arg(&conf), &settings)?, "write postgresql.conf")?;
    File::open(&conf)?.sync_all()?;
    // The single-user server needs neither a socket nor a client program.
    let mut single = prepared(&binaries.program("postgres"), draft, account);
    check(
        &feed(single.args(["--single", "postgres"]), &format!("create database {DATABASE}\n"))?,
        "create database",
    )
}

fn initdb(
    draft: &Path,
    binaries: &Binaries,
    account: Option<&Account>,
    locale: &str,
) -> anyhow::Result<Output> {
    if std::fs::symlink_metadata(draft).is_ok() {
        std::fs::remove_dir_all(draft).with_context(|| format!("remove unfinished {}", draft.display()))?;
    }
    create_private(draft, account).with_context(|| format!("create {}", draft.display()))?;
    let mut command = prepared(&binaries.program("initdb"), draft, account);
    command.args(["--auth=trust", "--encoding=UTF8", "--username", SUPERUSER]);
    command.arg(format!("--locale={locale}"));
    if binaries.major >= 18 {
        // With checksums the first reading of a fresh row writes WAL, and an unchanged second run should write none.
        command.arg("--no-data-checksums");
    }
    command.output().context("run initdb")
}

fn start(place: &Place, binaries: &Binaries) -> anyhow::Result<Start> {
    forget_stale_locks(place);
    let (log, offset) = open_log(place)?;
    let mut command = prepared(&binaries.program("pg_ctl"), &place.data, place.account.as_ref());
    let options = format!(
        "-D {} -c unix_socket_directories={} -c port={PORT} -c listen_addresses= -c unix_socket_permissions=0700 \
         -c logging_collector=off",
        quoted(&place.data),
        quoted(&place.sockets)
    );
    command.args(["start", "--silent", "--wait", "--timeout=60", "--options", &options]);
    command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
    let status = command.status().context("run pg_ctl start")?;
    if status.success() {
        return Ok(Start::Done);
    }
    let said = read_log(place, offset)?;
    explain(place, &said)
}

/// What a failed start means: wait and try again, or give up with the next step.
fn explain(place: &Place, said: &str) -> anyhow::Result<Start> {
    if said.contains("pre-existing shared memory block") {
        return Ok(Start::Held(
            "a connection of the killed server is still finishing its statement".to_owned(),
        ));
    }
    if said.contains("lock file") && said.contains("already exists") || lives_here(place) {
        return Ok(Start::Held("another server process is on its way in or out".to_owned()));
    }
    let next_step = if said.contains("No space left on device") {
        "free some disk space and run the command again; nothing committed is lost".to_owned()
    } else if said.contains("shared memory") {
        format!("lower shared_buffers in {}", place.data.join("postgresql.conf").display())
    } else {
        format!("read {}", place.log().display())
    };
    let lines: Vec<&str> = said.lines().filter(|line| !line.trim().is_empty()).collect();
    let tail = lines[lines.len().saturating_sub(TAIL_LINES)..].join("\n  ");
    Err(Unavailable { what: format!("the database server does not start:\n  {tail}\n"), next_step }.into())
}

/// Asks for a connection the way a client does, and hangs up politely.
fn probe(place: &Place) -> Answer {
    let socket = place.sockets.join(format!(".s.PGSQL.{PORT}"));
    let Ok(stream) = UnixStream::connect(socket) else { return Answer::Absent };
    let Ok(answer) = greet(stream) else { return Answer::Busy };
    // 57P03 is "cannot connect now". Any other refusal comes from a server that works.
    let busy = answer.first() != Some(&b'R') && (answer.is_empty() || contains(&answer, b"C57P03"));
    if busy { Answer::Busy } else { Answer::Ready }
}

fn greet(mut stream: UnixStream) -> std::io::Result<Vec<u8>> {
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    let words = format!("user\0{SUPERUSER}\0database\0{DATABASE}\0\0");
    let length = u32::try_from(8 + words.len()).expect("a few dozen bytes fit in 32 bits");
    let mut message = length.to_be_bytes().to_vec();
    message.extend_from_slice(&196_608_u32.to_be_bytes());
    message.extend_from_slice(words.as_bytes());
    stream.write_all(&message)?;
    let mut answer = vec![0; 512];
    let read = stream.read(&mut answer)?;
    answer.truncate(read);
    let _ = stream.write_all(b"X\0\0\0\x04");
    Ok(answer)
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

/// PostgreSQL refuses to start while the process id in a lock file is alive, also when that process is by now somebody
/// else. A lock file whose process is not a server of this folder is removed; the server's check of shared memory
/// still guards against orphans.
fn forget_stale_locks(place: &Place) {
    let socket_lock = place.sockets.join(format!(".s.PGSQL.{PORT}.lock"));
    for lock in [place.data.join("postmaster.pid"), socket_lock] {
        let Ok(text) = std::fs::read_to_string(&lock) else { continue };
        let pid = text.lines().next().and_then(|line| line.trim().parse().ok());
        if !pid.is_some_and(|pid| is_server_of(pid, &place.data)) {
            let _ = std::fs::remove_file(&lock);
        }
    }
}

/// Whether the server of this folder is alive; it need not answer yet.
pub fn lives_here(place: &Place) -> bool {
    postmaster_pid(&place.data).is_some_and(|pid| is_server_of(pid, &place.data))
}

/// Whether a live process is a server of this data folder: it stands in it on Linux, and elsewhere its command line
/// names it.
fn is_server_of(pid: u32, data: &Path) -> bool {
    let Ok(data) = data.canonicalize() else { return false };
    if Path::new("/proc/self/cwd").exists() {
        return std::fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|folder| folder == data);
    }
    let listed = Command::new("ps").args(["-ww", "-o", "command=", "-p", &pid.to_string()]).output();
    listed.is_ok_and(|output| contains(&output.stdout, data.as_os_str().as_encoded_bytes()))
}

/// A command of the server's account, in the server's folder, with nothing of our environment: it may hold secrets,
/// and `PGOPTIONS` and its like would change what we ask for.
fn prepared(program: &Path, data: &Path, account: Option<&Account>) -> Command {
    let mut command = Command::new(program);
    command.env_clear().env("PATH", "/usr/bin:/bin").env("LC_ALL", "C").env("PGDATA", data).current_dir(data);
    if let Some(account) = account {
        command.uid(account.uid).gid(account.gid);
    }
    command
}

fn feed(command: &mut Command, text: &str) -> anyhow::Result<Output> {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    child.stdin.take().context("open standard input")?.write_all(text.as_bytes())?;
    Ok(child.wait_with_output()?)
}

fn check(output: &Output, step: &str) -> anyhow::Result<()> {
    let said = String::from_utf8_lossy(&output.stderr);
    // The single-user server reports a failed statement and still exits with 0.
    if output.status.success() && !said.contains("ERROR:") {
        return Ok(());
    }
    bail!("{step} failed ({}): {}", output.status, said.trim());
}

/// `pg_ctl` hands its options to a shell.
fn quoted(path: &Path) -> String {
    format!("'{}'", path.to_string_lossy().replace('\'', r"'\''"))
}

/// The log, open for appending, and its length; one that grew past its limit is put aside first.
fn open_log(place: &Place) -> anyhow::Result<(File, u64)> {
    let path = place.log();
    if std::fs::metadata(&path).is_ok_and(|metadata| metadata.len() > LOG_BYTES) {
        std::fs::rename(&path, path.with_extension("log.1"))?;
    }
    let log = OpenOptions::new().create(true).append(true).mode(0o600).open(&path);
    let log = log.with_context(|| format!("open {}", path.display()))?;
    let length = log.metadata()?.len();
    Ok((log, length))
}

fn read_log(place: &Place, offset: u64) -> anyhow::Result<String> {
    let mut log = File::open(place.log())?;
    log.seek(SeekFrom::Start(offset))?;
    let mut said = Vec::new();
    log.take(LOG_BYTES).read_to_end(&mut said)?;
    Ok(String::from_utf8_lossy(&said).into_owned())
}
