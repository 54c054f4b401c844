//! Looks after the server while a command uses it: one that was killed is started again, so that sessions can be opened
//! anew and the stage under way goes on. Never stops a server.

use std::path::PathBuf;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::Context;

use super::binaries::Binaries;
use super::place::Place;
use super::{lock_patiently, open_lock, server};

/// How long the death of the server may go unnoticed.
const INTERVAL: Duration = Duration::from_secs(1);
/// Starts that may fail in a row before the server is given up.
const TRIES: u32 = 3;

/// A watch that lasts until it is dropped.
#[derive(Debug)]
pub struct Watch {
    end: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Watch {
    /// Begins to watch the server of `place`, which somebody in this process uses.
    pub(super) fn begin(place: Place, binaries: Binaries) -> anyhow::Result<Watch> {
        let (end, ended) = mpsc::channel();
        let watch = move || {
            let mut failures = 0;
            while failures < TRIES && ended.recv_timeout(INTERVAL) == Err(RecvTimeoutError::Timeout) {
                if server::lives_here(&place) {
                    continue;
                }
                match revive(&place, &binaries) {
                    Ok(()) => failures = 0,
                    Err(error) => {
                        failures += 1;
                        tracing::warn!("the database server is gone and does not start: {error:#}");
                    }
                }
            }
        };
        let thread =
            std::thread::Builder::new().name("watch".to_owned()).spawn(watch).context("watch the server")?;
        Ok(Watch { end: Some(end), thread: Some(thread) })
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.end.take();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Starts the server unless somebody else has by now. Others use it too, so nothing that answers is stopped.
fn revive(place: &Place, binaries: &Binaries) -> anyhow::Result<()> {
    let path: PathBuf = place.home.join("start.lock");
    let start = open_lock(&path)?;
    lock_patiently(&start, &place.home)?;
    if server::lives_here(place) {
        return Ok(());
    }
    tracing::warn!("the database server was killed; starting it again");
    server::ensure_running(place, binaries, false)?;
    Ok(())
}
