//! A thin client of Tableau's `hyperd` program: PostgreSQL's wire protocol for statements, Arrow IPC for data.
//!
//! Owns the life of the process; knows nothing of jobs. Both ends talk over sockets in a private folder, so that
//! no other user of the machine can reach the server, which lets anyone in.

use std::fs::{self, DirBuilder, File};
use std::io::{self, BufReader, Read, Write};
use std::os::unix::fs::DirBuilderExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

const USER: &str = "tableau_internal_user";
const START_TIMEOUT: Duration = Duration::from_secs(60);
const STOP_TIMEOUT: Duration = Duration::from_secs(30);
/// The longest silence of hyperd in the middle of a statement.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(600);
const POLL: Duration = Duration::from_millis(5);
const MESSAGE_BYTES: usize = 64 << 20;
const COPY_MESSAGE_BYTES: usize = 1 << 20;

/// A statement that hyperd refused.
#[derive(Debug)]
pub struct Refused {
    /// The SQLSTATE.
    pub code: String,
    /// What hyperd says about it.
    pub message: String,
}

impl std::fmt::Display for Refused {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "hyperd refused: {} (code {})", self.message, self.code)
    }
}

impl std::error::Error for Refused {}

/// One row of an answer, in text form.
pub type TextRow = Vec<Option<String>>;

/// Starts `program`, lets `work` talk to it and stops it, also when `work` fails.
pub fn with_hyperd<T>(program: &Path, work: impl FnOnce(&mut Session) -> Result<T>) -> Result<T> {
    let mut server = Server::spawn(program)?;
    let result = server.connect().and_then(|mut session| {
        let result = work(&mut session)?;
        session.close();
        Ok(result)
    });
    match result {
        Ok(value) => {
            server.stop();
            Ok(value)
        }
        Err(error) => match server.last_words(is_lost_connection(&error)) {
            Some(words) => Err(error.context(words)),
            None => Err(error),
        },
    }
}

/// A conversation with hyperd.
pub struct Session {
    stream: BufReader<UnixStream>,
}

impl Session {
    /// Runs one statement that answers nothing.
    pub fn execute(&mut self, statement: &str) -> Result<()> {
        self.query(statement).map(drop)
    }

    /// Runs one statement and returns its rows.
    pub fn query(&mut self, statement: &str) -> Result<Vec<TextRow>> {
        self.send(b'Q', &terminated(statement))?;
        let mut rows = Vec::new();
        self.read_until_ready(|tag, body| {
            if tag == b'D' {
                rows.push(text_row(body)?);
            }
            Ok(())
        })
        .with_context(|| format!("statement failed: {statement:.200}"))?;
        Ok(rows)
    }

    /// Begins a `copy … from stdin`; what is written to the answer is its data.
    pub fn copy_in(&mut self, statement: &str) -> Result<CopyIn<'_>> {
        self.send(b'Q', &terminated(statement))?;
        loop {
            let (tag, body) = self.receive()?;
            match tag {
                b'G' => return Ok(CopyIn { session: self, buffer: Vec::with_capacity(COPY_MESSAGE_BYTES) }),
                b'E' => {
                    self.read_until_ready(|_, _| Ok(()))?;
                    return Err(refusal(&body))
                        .with_context(|| format!("statement failed: {statement:.200}"));
                }
                b'Z' => bail!("hyperd did not ask for the data of: {statement:.200}"),
                _ => {}
            }
        }
    }

    fn greet(&mut self) -> Result<()> {
        let mut startup = 196_608_u32.to_be_bytes().to_vec();
        startup.extend(format!("user\0{USER}\0\0").bytes());
        let length = u32::try_from(startup.len() + 4).expect("the start message is short");
        self.stream.get_mut().write_all(&[&length.to_be_bytes(), startup.as_slice()].concat())?;
        self.read_until_ready(|tag, body| {
            ensure!(tag != b'R' || body == [0; 4], "hyperd asks for a password");
            Ok(())
        })
    }

    fn close(&mut self) {
        // Saying good-bye is polite; hyperd stops without it as well.
        let _ = self.send(b'X', &[]);
    }

    fn send(&mut self, tag: u8, body: &[u8]) -> io::Result<()> {
        let length = u32::try_from(body.len() + 4).map_err(|_| io::ErrorKind::InvalidInput)?;
        let mut message = Vec::with_capacity(body.len() + 5);
        message.push(tag);
        message.extend(length.to_be_bytes());
        message.extend(body);
        self.stream.get_mut().write_all(&message)
    }

    fn receive(&mut self) -> Result<(u8, Vec<u8>)> {
        let mut header = [0; 5];
        self.stream.read_exact(&mut header).context("hyperd does not answer")?;
        let [tag, length @ ..] = header;
        let length = usize::try_from(u32::from_be_bytes(length))?.saturating_sub(4);
        ensure!(length <= MESSAGE_BYTES, "hyperd sent a message of {length} bytes");
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).context("hyperd stopped in the middle of an answer")?;
        Ok((tag, body))
    }

    fn read_until_ready(&mut self, mut see: impl FnMut(u8, &[u8]) -> Result<()>) -> Result<()> {
        let mut refused = None;
        loop {
            let (tag, body) = self.receive()?;
            match tag {
                b'Z' => return refused.map_or(Ok(()), |refused: Refused| Err(refused.into())),
                b'E' => refused = refused.or(Some(refusal(&body))),
                _ => see(tag, &body)?,
            }
        }
    }
}

/// The data of one `copy … from stdin`.
pub struct CopyIn<'session> {
    session: &'session mut Session,
    buffer: Vec<u8>,
}

impl CopyIn<'_> {
    /// Ends the data and returns the number of rows that hyperd took.
    pub fn finish(mut self) -> Result<usize> {
        self.flush()?;
        self.session.send(b'c', &[])?;
        let mut rows = None;
        self.session.read_until_ready(|tag, body| {
            if tag == b'C' {
                let text = String::from_utf8_lossy(body);
                rows = text.trim_end_matches('\0').strip_prefix("COPY ").and_then(|rows| rows.parse().ok());
            }
            Ok(())
        })?;
        rows.context("hyperd did not say how many rows it took")
    }
}

impl Write for CopyIn<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = COPY_MESSAGE_BYTES - self.buffer.len();
        let taken = bytes.len().min(room);
        self.buffer.extend_from_slice(&bytes[..taken]);
        if self.buffer.len() == COPY_MESSAGE_BYTES {
            self.flush()?;
        }
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        if !self.buffer.is_empty() {
            self.session.send(b'd', &self.buffer)?;
            self.buffer.clear();
        }
        Ok(())
    }
}

/// The process, its private folder and the socket that keeps it alive: hyperd exits when that closes, so it never
/// outlives us.
struct Server {
    child: Child,
    callback: Option<UnixStream>,
    listener: UnixListener,
    folder: PathBuf,
}

impl Server {
    fn spawn(program: &Path) -> Result<Server> {
        let folder = private_folder()?;
        let listener = UnixListener::bind(folder.join("callback")).context("cannot listen for hyperd")?;
        listener.set_nonblocking(true)?;
        let output = File::create(folder.join("output"))?;
        let domain = folder.join("domain");
        let child = Command::new(program)
            .arg("run")
            .arg("--callback-connection")
            .arg(format!("tab.domain://{}/callback", domain.display()))
            .arg("--listen-connection")
            .arg(format!("tab.domain://{}/server", domain.display()))
            .arg(format!("--init-user={USER}"))
            .args(["--language=en_US", "--log-config=", "--date-style=MDY", "--date-style-lenient=false"])
            .args(["--no-password", "--skip-license", "--default-database-version=2"])
            .current_dir(&folder)
            // Ctrl-C at the terminal is ours to answer.
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .spawn();
        match child {
            Ok(child) => Ok(Server { child, callback: None, listener, folder }),
            Err(error) => {
                let _ = fs::remove_dir_all(&folder);
                Err(error).with_context(|| format!("cannot start {}", program.display()))
            }
        }
    }

    fn connect(&mut self) -> Result<Session> {
        let begun = Instant::now();
        let mut callback = loop {
            match self.listener.accept() {
                Ok((callback, _)) => break callback,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error).context("cannot listen for hyperd"),
            }
            ensure!(self.child.try_wait()?.is_none(), "hyperd did not start");
            ensure!(begun.elapsed() < START_TIMEOUT, "hyperd did not call back in {START_TIMEOUT:?}");
            sleep(POLL);
        };
        callback.set_nonblocking(false)?;
        callback.set_read_timeout(Some(START_TIMEOUT))?;
        // The call says where hyperd listens, which is where it was told to.
        callback.read_exact(&mut [0]).context("hyperd did not say where it listens")?;
        self.callback = Some(callback);
        let stream = UnixStream::connect(self.folder.join("server")).context("cannot connect to hyperd")?;
        stream.set_read_timeout(Some(ANSWER_TIMEOUT))?;
        stream.set_write_timeout(Some(ANSWER_TIMEOUT))?;
        let mut session = Session { stream: BufReader::new(stream) };
        session.greet()?;
        Ok(session)
    }

    fn stop(&mut self) {
        self.callback = None;
        self.wait(STOP_TIMEOUT);
    }

    /// How the process died and what it said last, if it did die.
    fn last_words(&mut self, expect_death: bool) -> Option<String> {
        let status = self.wait(if expect_death { Duration::from_secs(5) } else { Duration::ZERO })?;
        let output = fs::read(self.folder.join("output")).unwrap_or_default();
        let output = String::from_utf8_lossy(&output);
        let greetings = ["--no-password option", "hyperd server version", "listening on"];
        let is_news = |line: &&str| !greetings.iter().any(|greeting| line.starts_with(greeting));
        let lines: Vec<&str> = output.lines().filter(is_news).collect();
        let last = lines.get(lines.len().saturating_sub(3)..).unwrap_or_default().join("; ");
        Some(format!("hyperd ended with {status}: {last:.600}").trim_end_matches([':', ' ']).to_owned())
    }

    fn wait(&mut self, limit: Duration) -> Option<ExitStatus> {
        let begun = Instant::now();
        loop {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Some(status);
            }
            if begun.elapsed() >= limit {
                return None;
            }
            sleep(POLL);
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.callback = None;
        if self.wait(Duration::ZERO).is_none() {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Makes a folder that only this user can enter, with a path short enough for a socket in it.
fn private_folder() -> Result<PathBuf> {
    static COUNTER: AtomicU32 = AtomicU32::new(0);
    let mut parent = std::env::temp_dir();
    if parent.as_os_str().len() > 50 || parent.to_str().is_none_or(|path| path.contains(char::is_whitespace))
    {
        parent = PathBuf::from("/tmp");
    }
    loop {
        let number = COUNTER.fetch_add(1, Ordering::Relaxed);
        let folder = parent.join(format!("job-etl-hyperd-{}-{number}", std::process::id()));
        match DirBuilder::new().mode(0o700).create(&folder) {
            Ok(()) => return Ok(folder),
            // A killed process with our number may have left one.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error).with_context(|| format!("cannot create {}", folder.display())),
        }
    }
}

fn terminated(statement: &str) -> Vec<u8> {
    [statement.as_bytes(), &[0]].concat()
}

fn refusal(body: &[u8]) -> Refused {
    let mut refused = Refused { code: String::new(), message: String::new() };
    for field in body.split(|byte| *byte == 0) {
        let Some((tag, text)) = field.split_first() else { continue };
        let text = String::from_utf8_lossy(text);
        match tag {
            b'C' => refused.code = text.into_owned(),
            b'M' => refused.message.insert_str(0, &text),
            b'D' => refused.message.push_str(&format!("; {}", text.trim().replace('\n', " "))),
            _ => {}
        }
    }
    refused
}

fn text_row(body: &[u8]) -> Result<TextRow> {
    let (count, mut rest) = body.split_first_chunk::<2>().context("hyperd sent a broken row")?;
    let mut row = Vec::new();
    for _ in 0..u16::from_be_bytes(*count) {
        let (length, after) = rest.split_first_chunk::<4>().context("hyperd sent a broken row")?;
        rest = after;
        let Ok(length) = usize::try_from(i32::from_be_bytes(*length)) else {
            row.push(None);
            continue;
        };
        let (value, after) = rest.split_at_checked(length).context("hyperd sent a broken row")?;
        row.push(Some(std::str::from_utf8(value)?.to_owned()));
        rest = after;
    }
    Ok(row)
}

fn is_lost_connection(error: &anyhow::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionRefused, ConnectionReset, UnexpectedEof};
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|cause| matches!(cause.kind(), BrokenPipe | ConnectionRefused | ConnectionReset | UnexpectedEof))
}
