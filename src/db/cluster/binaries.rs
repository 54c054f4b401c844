//! Finds the programs of a PostgreSQL server on this machine. It never downloads or installs any.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Unavailable;

/// The oldest release whose features are used (`wal_compression = lz4`, `nulls not distinct`).
const OLDEST: u32 = 15;
const PROGRAMS: [&str; 3] = ["initdb", "pg_ctl", "postgres"];
const INSTALL: &str = "install PostgreSQL 15 or newer (Debian, Ubuntu: apt-get install postgresql; Fedora: dnf install \
                       postgresql-server; macOS: brew install postgresql@17), or set JOB_ETL_PG_BIN to a folder with \
                       initdb and postgres, or DATABASE_URL to a server you already have";

/// Where to look; the environment is read by `config`, not here.
#[derive(Debug, Clone, Default)]
pub struct Search {
    /// The folder given with `--pg-bin` or `JOB_ETL_PG_BIN`; when given, no other is tried.
    pub pg_bin: Option<PathBuf>,
    /// The value of `PATH`.
    pub path: Option<OsString>,
}

/// A folder with the programs of one release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binaries {
    /// The folder.
    pub folder: PathBuf,
    /// Major version, for example 15.
    pub major: u32,
    /// Full version, for example `15.18`.
    pub version: String,
}

impl Binaries {
    /// Path of one program.
    pub fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

/// The programs to use: those of major version `wanted` when a cluster exists, otherwise the first fit ones.
/// `usable` tells whether the account of the server may enter a folder.
pub fn find(
    search: &Search,
    home: &Path,
    wanted: Option<u32>,
    usable: impl Fn(&Path) -> bool,
) -> Result<Binaries, Unavailable> {
    let mut passed_over = Vec::new();
    for folder in candidates(search, home) {
        if !PROGRAMS.iter().all(|program| folder.join(program).is_file()) {
            continue;
        }
        let Some(binaries) = ask_version(&folder) else {
            passed_over.push(format!("{} does not start", folder.join("postgres").display()));
            continue;
        };
        if !usable(&folder) {
            passed_over.push(format!("{} is closed to the account of the server", folder.display()));
        } else if binaries.major < OLDEST || wanted.is_some_and(|wanted| wanted != binaries.major) {
            passed_over.push(format!("{} is version {}", folder.display(), binaries.version));
        } else {
            return Ok(binaries);
        }
    }
    Err(none_found(search, wanted, &passed_over))
}

fn none_found(search: &Search, wanted: Option<u32>, passed_over: &[String]) -> Unavailable {
    let mut what = match (&search.pg_bin, wanted) {
        (_, Some(wanted)) => {
            format!("the database was made by PostgreSQL {wanted} and its programs are not here")
        }
        (Some(folder), None) => format!("no PostgreSQL server programs in {}", folder.display()),
        (None, None) => "no PostgreSQL server programs found".to_owned(),
    };
    if !passed_over.is_empty() {
        what = format!("{what} ({})", passed_over.join("; "));
    }
    let next_step = match wanted {
        Some(wanted) => format!("install PostgreSQL {wanted} again, or move the data with its pg_dump"),
        None => INSTALL.to_owned(),
    };
    Unavailable { what, next_step }
}

fn candidates(search: &Search, home: &Path) -> Vec<PathBuf> {
    if let Some(folder) = &search.pg_bin {
        return vec![folder.clone()];
    }
    let mut folders: Vec<PathBuf> =
        search.path.iter().flat_map(std::env::split_paths).filter(|folder| folder.is_absolute()).collect();
    let numbered = [
        ("/usr/lib/postgresql", ""),
        ("/usr", "pgsql-"),
        ("/opt/homebrew/opt", "postgresql@"),
        ("/usr/local/opt", "postgresql@"),
        ("/home/linuxbrew/.linuxbrew/opt", "postgresql@"),
        ("/Applications/Postgres.app/Contents/Versions", ""),
    ];
    for (parent, prefix) in numbered {
        folders.extend(newest_first(Path::new(parent), prefix));
    }
    folders.push(PathBuf::from("/usr/local/pgsql/bin"));
    folders.push(home.join("pgsql/bin"));
    folders
}

/// The `bin` folders under `parent` whose names are `prefix` and a number, highest first.
fn newest_first(parent: &Path, prefix: &str) -> Vec<PathBuf> {
    let mut numbered: Vec<(u32, PathBuf)> = std::fs::read_dir(parent)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let number = entry.file_name().to_str()?.strip_prefix(prefix)?.parse().ok()?;
            Some((number, entry.path().join("bin")))
        })
        .collect();
    numbered.sort_by_key(|(number, _)| std::cmp::Reverse(*number));
    numbered.into_iter().map(|(_, folder)| folder).collect()
}

fn ask_version(folder: &Path) -> Option<Binaries> {
    let output = Command::new(folder.join("postgres")).arg("--version").env_clear().output().ok()?;
    let (major, version) = parse_version(std::str::from_utf8(&output.stdout).ok()?)?;
    Some(Binaries { folder: folder.to_owned(), major, version })
}

fn parse_version(line: &str) -> Option<(u32, String)> {
    let version = line.split_once("(PostgreSQL) ")?.1.split_whitespace().next()?;
    let digits: String = version.chars().take_while(char::is_ascii_digit).collect();
    Some((digits.parse().ok()?, version.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_releases_and_betas() {
        let check = |line: &str, expected: Option<(u32, &str)>| {
            assert_eq!(parse_version(line), expected.map(|(major, text)| (major, text.to_owned())), "{line}");
        };
        check("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n", Some((15, "15.18")));
        check("postgres (PostgreSQL) 19beta2\n", Some((19, "19beta2")));
        check("no such thing\n", None);
    }

    #[test]
    fn a_missing_server_names_the_next_step() {
        let empty = tempfile::tempdir().expect("temporary folder");
        let search = Search { pg_bin: Some(empty.path().to_owned()), path: None };
        let error = find(&search, empty.path(), None, |_| true).expect_err("nothing to find");
        assert!(error.next_step.contains("apt-get install postgresql"), "{error}");
        assert_eq!(error.to_string().lines().count(), 1);
    }

    #[test]
    fn a_cluster_of_another_major_version_is_refused() {
        let folder = tempfile::tempdir().expect("temporary folder");
        for program in PROGRAMS {
            write_program(&folder.path().join(program), "echo 'postgres (PostgreSQL) 17.2'");
        }
        let search = Search { pg_bin: Some(folder.path().to_owned()), path: None };
        let found = find(&search, folder.path(), Some(17), |_| true).expect("17 is there");
        assert_eq!((found.major, found.version.as_str()), (17, "17.2"));
        let error = find(&search, folder.path(), Some(16), |_| true).expect_err("16 is not there");
        assert!(
            error.what.contains("made by PostgreSQL 16") && error.what.contains("version 17.2"),
            "{error}"
        );
    }

    fn write_program(path: &Path, script: &str) {
        use std::os::unix::fs::PermissionsExt;
        std::fs::write(path, format!("#!/bin/sh\n{script}\n")).expect("write the program");
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).expect("make it executable");
    }
}
