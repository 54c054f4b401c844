//! The real program as a child process, on the bundled postings or on a configuration of the test's own.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use job_etl::db::cluster::{self, Cluster, Search};
use sqlx::{Connection, PgConnection};

/// The instant every test run takes for now.
pub const AS_OF: &str = "2026-11-22T12:00:00Z";

/// A data folder, a server and an artifacts folder of one test. The server stays up as long as this lives.
pub struct Place {
    /// Everything of this test is below it.
    pub folder: tempfile::TempDir,
    cluster: Cluster,
}

impl Place {
    /// A fresh place; the folder is open to the account that the server runs as.
    pub fn new() -> Place {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::Builder::new().prefix("job-etl-test-").tempdir().expect("a folder");
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755))
            .expect("open the folder");
        let cluster = cluster::enter(&folder.path().join("home"), &search()).expect("a server of its own");
        Place { folder, cluster }
    }

    /// The program, told to use this place.
    pub fn job_etl(&self, arguments: &[&str]) -> Command {
        let mut command = program();
        command
            .env("JOB_ETL_HOME", self.folder.path().join("home"))
            .env("JOB_ETL_ARTIFACTS", self.artifacts())
            .args(arguments);
        command
    }

    /// `job-etl run` on the bundled postings.
    pub fn run_samples(&self) -> Command {
        let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
        let mut command = self.job_etl(&["run", "--as-of", AS_OF, "--json"]);
        command.arg("--config").arg(samples.join("config")).arg("--replay").arg(samples.join("answers"));
        command
    }

    /// Where the program publishes.
    pub fn artifacts(&self) -> PathBuf {
        self.folder.path().join("artifacts")
    }

    /// A connection as the superuser.
    pub async fn connect(&self) -> PgConnection {
        PgConnection::connect_with(&self.cluster.connect_options())
            .await
            .expect("connect to the place's server")
    }

    /// The hash over staging, marts and app.
    pub fn state_hash(&self) -> String {
        let output = self.job_etl(&["state-hash"]).output().expect("run state-hash");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("a hash").trim().to_owned()
    }
}

/// Where to look for PostgreSQL.
pub fn search() -> Search {
    Search { pg_bin: None, path: std::env::var_os("PATH") }
}

/// The program with an environment that holds nothing of this machine's user.
pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_job-etl"));
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        if name.starts_with("JOB_ETL_") || name.starts_with("JSEARCH") || name == "DATABASE_URL" {
            command.env_remove(name);
        }
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// What the program said, for the message of a failed assertion.
pub fn said(output: &Output) -> String {
    format!(
        "exit {:?}\n{}\n{}",
        output.status.code(),
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}
