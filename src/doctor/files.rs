//! Compares published files with what the ledger says of them.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::{Check, amount};
use crate::db::checkup::Publication;

const NAME: &str = "published files";
/// More than this cannot be read in the time of a check-up; then only the sizes are compared.
const MOST_BYTES: i64 = 256 << 20;

/// Whether the files of the latest publication are there and unchanged.
pub fn published(artifacts: &Path, publications: &[Publication]) -> Check {
    let Some(first) = publications.first() else {
        return Check::warn(NAME, "nothing was published yet", "job-etl run");
    };
    let again = format!("job-etl publish --logical-date {}", first.logical_date);
    let total: i64 = publications.iter().map(|publication| publication.bytes).sum();
    for publication in publications {
        let Some(path) = locate(artifacts, publication) else {
            return Check::warn(NAME, format!("{} is gone", publication.path), again);
        };
        let size = std::fs::metadata(&path).map(|metadata| metadata.len()).unwrap_or_default();
        let same = i64::try_from(size) == Ok(publication.bytes)
            && (total > MOST_BYTES || sha256(&path).is_ok_and(|digest| digest == publication.sha256));
        if !same {
            let finding = format!("{} is not the file that was published", path.display());
            return Check::fail(NAME, finding, again);
        }
    }
    let how = if total > MOST_BYTES { "sizes as published, too large to read now" } else { "as published" };
    let bytes = amount(u64::try_from(total).unwrap_or_default());
    Check::ok(NAME, format!("{} of {}, {bytes}, {how}", publications.len(), first.logical_date))
}

/// The ledger's path may be absolute, below the artifacts folder, or below that folder's date.
fn locate(artifacts: &Path, publication: &Publication) -> Option<PathBuf> {
    let dated = artifacts.join(publication.logical_date.to_string()).join(&publication.path);
    [artifacts.join(&publication.path), dated, PathBuf::from(&publication.path)]
        .into_iter()
        .find(|path| path.is_file())
}

fn sha256(path: &Path) -> std::io::Result<String> {
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
