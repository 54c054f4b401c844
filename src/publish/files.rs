//! Puts finished files where readers look for them: temporary name, fsync, rename, fsync of the folder.
//!
//! Readers see the old file or the new one, never a part. Never looks into a file but to hash it.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use chrono::NaiveDate;
use sha2::{Digest, Sha256};

use super::hyper::Refused;

/// The output cannot be written; the command line turns this into its own exit code.
#[derive(Debug)]
pub struct CannotWrite {
    /// The file or folder.
    pub path: PathBuf,
    /// Why.
    pub source: io::Error,
}

impl std::fmt::Display for CannotWrite {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "cannot write {}", self.path.display())
    }
}

impl std::error::Error for CannotWrite {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}

/// Files on their way to `artifacts/<date>/`. Dropping it removes what was not committed.
pub struct Pending {
    artifacts: PathBuf,
    folder: PathBuf,
    created_folder: bool,
    /// Held locked, so that two publishers never share a temporary name.
    _lock: File,
}

/// Fails with [`CannotWrite`] when the artifacts folder cannot take files; makes the folder when it is missing.
pub fn check_writable(artifacts: &Path) -> Result<()> {
    let failed = |source| CannotWrite { path: artifacts.to_owned(), source };
    fs::create_dir_all(artifacts).map_err(failed)?;
    let probe = artifacts.join(format!(".probe-{}{TEMPORARY}", std::process::id()));
    fs::write(&probe, b"probe").and_then(|()| fs::remove_file(&probe)).map_err(failed)?;
    Ok(())
}

/// The lower-case hexadecimal SHA-256 of a file.
pub fn sha256(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut digest = Sha256::new();
    let mut buffer = vec![0; 1 << 18];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok(digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect());
        }
        digest.update(&buffer[..read]);
    }
}

/// Makes the folder of `date` and sweeps what a killed run left in it.
pub fn open(artifacts: &Path, date: NaiveDate) -> Result<Pending> {
    check_writable(artifacts)?;
    let artifacts =
        artifacts.canonicalize().map_err(|source| CannotWrite { path: artifacts.to_owned(), source })?;
    let lock = lock(&artifacts)?;
    sweep(&artifacts);
    let folder = artifacts.join(date.to_string());
    let failed = |source| CannotWrite { path: folder.clone(), source };
    let created_folder = !folder.try_exists().map_err(failed)?;
    fs::create_dir_all(&folder).map_err(failed)?;
    sweep(&folder);
    Ok(Pending { artifacts, folder, created_folder, _lock: lock })
}

impl Pending {
    /// Where the file `name` is written until it is committed.
    pub fn temporary(&self, name: &str) -> PathBuf {
        self.folder.join(format!(".{name}{TEMPORARY}"))
    }

    /// Where the file `name` is when it is committed.
    pub fn destination(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Forces the written file to disk and returns its size and hash.
    pub fn seal(&self, name: &str) -> Result<(u64, String)> {
        let path = self.temporary(name);
        let seal = || {
            let file = File::open(&path)?;
            // hyperd makes its file private; all files of one folder should be readable by the same people.
            let folder_mode = fs::metadata(&self.folder)?.permissions().mode();
            file.set_permissions(fs::Permissions::from_mode(folder_mode & 0o666))?;
            file.sync_all()?;
            Ok((file.metadata()?.len(), sha256(&path)?))
        };
        seal().map_err(|source| CannotWrite { path: path.clone(), source }.into())
    }

    /// Moves the sealed files to their names.
    pub fn commit(mut self, names: &[String]) -> Result<Committed> {
        for path in names.iter().map(|name| self.destination(name)) {
            refuse_folder(&path)?;
        }
        refuse_folder(&self.artifacts.join(LATEST))?;
        // From the first rename on the folder holds something of ours.
        self.created_folder = false;
        for name in names {
            let path = self.destination(name);
            fs::rename(self.temporary(name), &path).map_err(|source| CannotWrite { path, source })?;
        }
        let synced = File::open(&self.folder).and_then(|folder| folder.sync_all());
        synced.map_err(|source| CannotWrite { path: self.folder.clone(), source })?;
        Ok(Committed(self))
    }
}

/// Files that are in place.
pub struct Committed(Pending);

impl Committed {
    /// Points `latest` at their folder.
    pub fn point_latest(self) -> Result<()> {
        let Pending { artifacts, folder, .. } = &self.0;
        let latest = artifacts.join(LATEST);
        let point = || {
            let next = artifacts.join(format!(".{LATEST}{TEMPORARY}"));
            symlink(folder.file_name().unwrap_or_default(), &next)?;
            fs::rename(&next, &latest)?;
            File::open(artifacts)?.sync_all()
        };
        point().map_err(|source| CannotWrite { path: latest.clone(), source }.into())
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        sweep(&self.folder);
        if self.created_folder {
            // Fails, as it should, when something else has been put there.
            let _ = fs::remove_dir(&self.folder);
        }
    }
}

/// Makes [`CannotWrite`] of an error that says, somewhere in its chain, that `path` cannot be written.
pub fn as_cannot_write(error: anyhow::Error, path: &Path) -> anyhow::Error {
    match error.chain().find_map(write_failure) {
        Some(source) => CannotWrite { path: path.to_owned(), source }.into(),
        None => error,
    }
}

fn write_failure(cause: &(dyn std::error::Error + 'static)) -> Option<io::Error> {
    use io::ErrorKind::{
        FileTooLarge, IsADirectory, NotADirectory, PermissionDenied, QuotaExceeded, ReadOnlyFilesystem,
        StorageFull,
    };
    // Classes 53 and 58 are a lack of resources and errors of the system; a full disk is reported as either, or, when
    // hyperd notices it on opening the file again, with these words and no code.
    if let Some(refused) = cause.downcast_ref::<Refused>()
        && (refused.code.starts_with("53")
            || refused.code.starts_with("58")
            || refused.message.contains("growing the database file failed"))
    {
        return Some(io::Error::other(refused.to_string()));
    }
    let error = cause.downcast_ref::<io::Error>()?;
    let is_write_failure = matches!(
        error.kind(),
        StorageFull
            | QuotaExceeded
            | FileTooLarge
            | PermissionDenied
            | ReadOnlyFilesystem
            | NotADirectory
            | IsADirectory
    );
    is_write_failure.then(|| io::Error::new(error.kind(), error.to_string()))
}

const TEMPORARY: &str = ".job-etl-tmp";
const LATEST: &str = "latest";

fn lock(artifacts: &Path) -> Result<File> {
    let folder =
        File::open(artifacts).map_err(|source| CannotWrite { path: artifacts.to_owned(), source })?;
    match folder.try_lock() {
        Ok(()) => Ok(folder),
        Err(TryLockError::WouldBlock) => bail!("another job-etl is publishing into {}", artifacts.display()),
        Err(TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("cannot lock {}", artifacts.display()))
        }
    }
}

/// Removes temporaries of ours; what cannot be removed now is swept next time.
fn sweep(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        if name.to_str().is_some_and(|name| name.starts_with('.') && name.ends_with(TEMPORARY)) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn refuse_folder(path: &Path) -> Result<()> {
    if path.symlink_metadata().is_ok_and(|metadata| metadata.is_dir()) {
        return Err(CannotWrite { path: path.to_owned(), source: io::ErrorKind::IsADirectory.into() }.into());
    }
    Ok(())
}
