//! Where a cluster lives and who its server runs as: folders, their owners and modes, and the place of the socket.
//! It never starts anything.

use std::fs::{DirBuilder, Metadata};
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, lchown, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};
use uuid::Uuid;

use super::Unavailable;

/// A unix socket address has room for 103 bytes on every system we know (108 on Linux, 104 elsewhere, with the NUL).
const SOCKET_PATH_BYTES: usize = 103;
const SOCKET_NAME: &str = ".s.PGSQL.5432";
/// Where the clusters of root go when their home is closed to the account that the server runs as.
const ROOT_FOLDER: &str = "/var/lib/job-etl";

/// The account that a server started by root runs as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its name, or its number when the password file has none.
    pub name: String,
    /// User id.
    pub uid: u32,
    /// Group id.
    pub gid: u32,
}

/// The folders of one cluster.
#[derive(Debug, Clone)]
pub struct Place {
    /// The data folder of job-etl, which has the locks and the log.
    pub home: PathBuf,
    /// The data folder of the server.
    pub data: PathBuf,
    /// The folder of its socket.
    pub sockets: PathBuf,
    /// Whom to run as; none means as we are.
    pub account: Option<Account>,
}

/// Creates the home folder when it is missing, closed to others, and returns its one true path.
pub fn open_home(home: &Path) -> anyhow::Result<PathBuf> {
    // Root's server runs as somebody else, who has to pass through this folder but need not list it.
    let mode = if is_root()? { 0o711 } else { 0o700 };
    DirBuilder::new()
        .recursive(true)
        .mode(mode)
        .create(home)
        .with_context(|| format!("create data folder {}", home.display()))?;
    home.canonicalize().with_context(|| format!("open data folder {}", home.display()))
}

impl Place {
    /// Decides on the folders, and creates all of them but the server's own.
    pub fn settle(home: &Path) -> anyhow::Result<Self> {
        let near = home.join("postgres");
        let (data, account) = if is_root()? { settle_as_root(home, &near)? } else { (near, None) };
        let sockets = socket_folder(&data, account.as_ref())?;
        Ok(Self { home: home.to_owned(), data, sockets, account })
    }

    /// Major version of the existing cluster; none when there is no cluster yet.
    pub fn major(&self) -> anyhow::Result<Option<u32>> {
        let path = self.data.join("PG_VERSION");
        match std::fs::read_to_string(&path) {
            Ok(text) => text
                .trim()
                .parse()
                .map(Some)
                .with_context(|| format!("read a version from {}", path.display())),
            Err(error) if error.kind() == ErrorKind::NotFound && !self.data.exists() => Ok(None),
            Err(error) => {
                Err(error).with_context(|| format!("{} is not a PostgreSQL data folder", self.data.display()))
            }
        }
    }

    /// Whether the server's account may pass through a folder.
    pub fn can_enter(&self, folder: &Path) -> bool {
        self.account.as_ref().is_none_or(|account| can_enter(account, folder))
    }

    /// The server's log.
    pub fn log(&self) -> PathBuf {
        self.home.join("postgres.log")
    }
}

/// Creates a folder that only the server's account may enter.
pub fn create_private(folder: &Path, account: Option<&Account>) -> std::io::Result<()> {
    DirBuilder::new().mode(0o700).create(folder)?;
    match account {
        Some(account) => lchown(folder, Some(account.uid), Some(account.gid)),
        None => Ok(()),
    }
}

fn is_root() -> anyhow::Result<bool> {
    Ok(our_uid()? == 0)
}

/// The standard library cannot tell who we are without unsafe code; `id` is in POSIX.
fn our_uid() -> anyhow::Result<u32> {
    let output = Command::new("id").arg("-u").output().context("run id -u")?;
    let text = String::from_utf8_lossy(&output.stdout);
    text.trim().parse().with_context(|| format!("read a user id from {text:?}"))
}

/// PostgreSQL refuses to run as root, so a server that root starts runs as the owner of its data, or as `postgres`,
/// or as `nobody`.
fn settle_as_root(home: &Path, near: &Path) -> anyhow::Result<(PathBuf, Option<Account>)> {
    if let Ok(target) = std::fs::read_link(near) {
        if !target.starts_with(ROOT_FOLDER) {
            bail!("{} points to {}, not into {ROOT_FOLDER}", near.display(), target.display());
        }
        let account = existing_owner(&target).map_or_else(pick_account, Ok)?;
        return Ok((target, Some(account)));
    }
    let account = existing_owner(near).map_or_else(pick_account, Ok)?;
    if can_enter(&account, home) {
        return Ok((near.to_owned(), Some(account)));
    }
    let folder = create_elsewhere(home)?;
    if !can_enter(&account, &folder) {
        return Err(Unavailable {
            what: format!("the account {} cannot enter {}", account.name, folder.display()),
            next_step: format!("chmod o+x {ROOT_FOLDER}"),
        }
        .into());
    }
    let data = folder.join("postgres");
    symlink(&data, near).with_context(|| format!("link {} to {}", near.display(), data.display()))?;
    tracing::warn!(
        "the database goes to {}: its server may not run as root, and {} is closed to {}",
        data.display(),
        home.display(),
        account.name
    );
    Ok((data, Some(account)))
}

/// A folder in `/var/lib/job-etl` named after the home. A folder that exists belonged to a home that was deleted:
/// adopting it would bring back data that its owner threw away, so the next free name is taken.
fn create_elsewhere(home: &Path) -> anyhow::Result<PathBuf> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o711)
        .create(ROOT_FOLDER)
        .with_context(|| format!("create {ROOT_FOLDER}"))?;
    for attempt in 1..100 {
        let name = if attempt == 1 { digest(home) } else { format!("{}-{attempt}", digest(home)) };
        let folder = Path::new(ROOT_FOLDER).join(name);
        match DirBuilder::new().mode(0o711).create(&folder) {
            Ok(()) => return Ok(folder),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                tracing::warn!("{} is left from an earlier {}", folder.display(), home.display());
            }
            Err(error) => return Err(error).with_context(|| format!("create {}", folder.display())),
        }
    }
    bail!("{ROOT_FOLDER} has a hundred databases of {}", home.display())
}

fn existing_owner(data: &Path) -> Option<Account> {
    let metadata = std::fs::symlink_metadata(data).ok().filter(|metadata| metadata.uid() != 0)?;
    Some(Account { name: format!("user {}", metadata.uid()), uid: metadata.uid(), gid: metadata.gid() })
}

fn pick_account() -> anyhow::Result<Account> {
    let passwords = std::fs::read_to_string("/etc/passwd").context("read /etc/passwd")?;
    ["postgres", "nobody"].into_iter().find_map(|name| parse_account(&passwords, name)).context(
        "PostgreSQL refuses to run as root, and this machine has neither an account postgres nor nobody",
    )
}

fn parse_account(passwords: &str, wanted: &str) -> Option<Account> {
    passwords.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next().filter(|name| *name == wanted)?;
        let uid = fields.nth(1)?.parse().ok().filter(|uid| *uid != 0)?;
        Some(Account { name: name.to_owned(), uid, gid: fields.next()?.parse().ok()? })
    })
}

fn can_enter(account: &Account, folder: &Path) -> bool {
    folder
        .ancestors()
        .all(|ancestor| std::fs::metadata(ancestor).is_ok_and(|metadata| may_pass(account, &metadata)))
}

fn may_pass(account: &Account, metadata: &Metadata) -> bool {
    let needed = if metadata.uid() == account.uid {
        0o100
    } else if metadata.gid() == account.gid {
        0o010
    } else {
        0o001
    };
    metadata.mode() & needed != 0
}

/// The socket stands in the data folder, which is closed to others; when that path is too long for a socket, or has
/// characters that the server's list of folders gives a meaning, in a short folder of its own.
fn socket_folder(data: &Path, account: Option<&Account>) -> anyhow::Result<PathBuf> {
    if fits(data) {
        return Ok(data.to_owned());
    }
    let short = PathBuf::from(format!("/tmp/job-etl-{}", digest(data)));
    let owner = account.map_or_else(our_uid, |account| Ok(account.uid))?;
    match create_private(&short, account) {
        Ok(()) => Ok(short),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            // Anybody may create folders in /tmp: one that is not ours could listen to us.
            let metadata = std::fs::symlink_metadata(&short)?;
            let ours =
                metadata.is_dir() && metadata.uid() == owner && metadata.permissions().mode() & 0o077 == 0;
            if ours {
                return Ok(short);
            }
            Err(Unavailable {
                what: format!("{} is not a private folder of the database's account", short.display()),
                next_step: "remove it after asking who made it, or choose a shorter JOB_ETL_HOME".to_owned(),
            }
            .into())
        }
        Err(error) => Err(error).with_context(|| format!("create socket folder {}", short.display())),
    }
}

fn fits(folder: &Path) -> bool {
    let bytes = folder.as_os_str().as_bytes();
    bytes.len() + 1 + SOCKET_NAME.len() <= SOCKET_PATH_BYTES
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b"/._- ".contains(byte))
}

/// Sixteen hexadecimal digits that stand for a path.
fn digest(path: &Path) -> String {
    let mut name = Uuid::new_v5(&Uuid::NAMESPACE_URL, path.as_os_str().as_bytes()).simple().to_string();
    name.truncate(16);
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sockets_move_out_of_long_or_odd_paths() {
        let check = |path: &str, expected: bool| assert_eq!(fits(Path::new(path)), expected, "{path}");
        check("/home/ann/.local/share/job-etl/postgres", true);
        check("/home/ann/my data/postgres", true);
        check("/home/ann/a,b/postgres", false);
        check(&format!("/{}", "x".repeat(88)), true);
        check(&format!("/{}", "x".repeat(89)), false);
    }

    #[test]
    fn accounts_are_read_and_root_is_never_one() {
        let passwords =
            "root:x:0:0::/root:/bin/sh\npostgres:x:0:0::/:/bin/sh\nnobody:x:65534:65533::/:/bin/false\n";
        assert_eq!(parse_account(passwords, "postgres"), None);
        let nobody = parse_account(passwords, "nobody").expect("nobody is listed");
        assert_eq!((nobody.uid, nobody.gid), (65534, 65533));
    }

    #[test]
    fn a_squatted_socket_folder_is_refused() {
        let data = PathBuf::from(format!("/{}/{}", "y".repeat(120), std::process::id()));
        let short = socket_folder(&data, None).expect("created");
        assert_eq!(socket_folder(&data, None).expect("found again"), short);
        std::fs::set_permissions(&short, std::fs::Permissions::from_mode(0o755)).expect("open it to others");
        let error = socket_folder(&data, None).expect_err("others may enter it");
        std::fs::remove_dir(&short).expect("remove it");
        assert!(error.downcast_ref::<Unavailable>().is_some(), "{error:#}");
    }
}
