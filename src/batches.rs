//! Moves rows through a stage in bounded batches: one task reads, one computes on all cores, the stage writes.
//! Memory is a few batches, whatever the number of rows.

use anyhow::{Context, Result};
use std::future::Future;
use tokio::sync::mpsc;

/// Rows of one batch at most: enough to make a transaction worth its commit.
const BATCH_ROWS: usize = 2_000;
/// Bytes of one batch at most, as the reader counts them.
const BATCH_BYTES: usize = 8 << 20;

/// Collects rows into batches on their way to the computing task.
pub struct Batcher<T> {
    sender: mpsc::Sender<Vec<T>>,
    batch: Vec<T>,
    bytes: usize,
}

impl<T: Send> Batcher<T> {
    /// Adds a row of about `bytes` bytes. Returns `false` when nobody reads any more.
    pub async fn push(&mut self, row: T, bytes: usize) -> bool {
        self.batch.push(row);
        self.bytes += bytes;
        if self.batch.len() < BATCH_ROWS && self.bytes < BATCH_BYTES {
            return true;
        }
        self.flush().await
    }

    async fn flush(&mut self) -> bool {
        self.bytes = 0;
        let batch = std::mem::take(&mut self.batch);
        batch.is_empty() || self.sender.send(batch).await.is_ok()
    }
}

/// Computed batches, in the order in which they were read.
pub struct Computed<O> {
    receiver: mpsc::Receiver<Result<O>>,
}

impl<O> Computed<O> {
    /// The next batch, or `None` after the last.
    pub async fn next(&mut self) -> Result<Option<O>> {
        self.receiver.recv().await.transpose()
    }
}

/// Starts reading with `read` and computing with `compute`; the caller takes the results and writes them.
pub fn compute<T, O, R, F>(read: R, compute: impl Fn(Vec<T>) -> O + Send + Clone + 'static) -> Computed<O>
where
    T: Send + 'static,
    O: Send + 'static,
    R: FnOnce(Batcher<T>) -> F + Send + 'static,
    F: Future<Output = Result<Batcher<T>>> + Send + 'static,
{
    let (sender, mut rows) = mpsc::channel(1);
    let (results, receiver) = mpsc::channel(1);
    tokio::spawn(async move {
        let reader = tokio::spawn(async move {
            let mut batcher = read(Batcher { sender, batch: Vec::new(), bytes: 0 }).await?;
            batcher.flush().await;
            anyhow::Ok(())
        });
        while let Some(batch) = rows.recv().await {
            let compute = compute.clone();
            let result = tokio::task::spawn_blocking(move || compute(batch)).await;
            let result =
                result.context("a batch could not be computed (this is a bug; the log has the panic)");
            if results.send(result).await.is_err() {
                return;
            }
        }
        let read = reader.await.context("the reader stopped (this is a bug)").and_then(|read| read);
        if let Err(error) = read {
            results.send(Err(error)).await.ok();
        }
    });
    Computed { receiver }
}
