//! The checks that need no database: programs, folders, disk, secrets, configuration.

use std::fs::Metadata;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::{Command, Stdio};

use chrono::Datelike;

use super::{Check, Context, Secret, amount};
use crate::db::cluster;

/// Below this a run may end with a full disk, and a full disk of the write-ahead log stops the server.
const LEAST_FREE: u64 = 2 << 30;
const WEBHOOK: [&str; 2] = ["JOB_ETL_WEBHOOK_URL", "JOB_ETL_WEBHOOK_SECRET"];

/// All of them.
pub fn checks(context: &Context) -> Vec<Check> {
    vec![
        programs(context),
        data_folder(context),
        artifacts_folder(context),
        free_disk(context),
        zones_version(context),
        config(context),
        source_keys(context),
        secret_files(context),
        secrets_twice(context),
        webhook(context),
        hyperd(context),
    ]
}

fn programs(context: &Context) -> Check {
    const NAME: &str = "server programs";
    if !context.embedded {
        return Check::ok(NAME, "not needed, DATABASE_URL is set");
    }
    let wanted = std::fs::read_to_string(context.home.join("postgres/PG_VERSION"));
    let wanted = wanted.ok().and_then(|text| text.trim().parse().ok());
    match cluster::find_binaries(&context.search, &context.home, wanted) {
        Ok(binaries) => {
            Check::ok(NAME, format!("PostgreSQL {} in {}", binaries.version, binaries.folder.display()))
        }
        Err(unavailable) => Check::fail(NAME, unavailable.what, unavailable.next_step),
    }
}

fn data_folder(context: &Context) -> Check {
    const NAME: &str = "data folder";
    let home = context.home.display();
    let metadata = match std::fs::metadata(&context.home) {
        Ok(metadata) => metadata,
        Err(_) if !context.embedded => {
            return Check::ok(NAME, format!("{home} is not there and not needed yet"));
        }
        Err(error) => {
            return Check::warn(NAME, format!("{home}: {error}"), "the first `job-etl run` makes it");
        }
    };
    if let Some(owner) = our_uid().filter(|uid| *uid != metadata.uid() && *uid != 0) {
        return Check::fail(
            NAME,
            format!("{home} belongs to user {}, and you are user {owner}", metadata.uid()),
            "use your own folder (JOB_ETL_HOME), or become its owner",
        );
    }
    if mode(&metadata) & 0o066 != 0 {
        return Check::warn(
            NAME,
            format!("{home} has mode {:04o}: others can list or change it", mode(&metadata)),
            format!("chmod go-rw {home}"),
        );
    }
    let data = context.home.join("postgres");
    match std::fs::metadata(&data) {
        Ok(metadata) if mode(&metadata) != 0o700 => Check::fail(
            NAME,
            format!("{} has mode {:04o} instead of 0700", data.display(), mode(&metadata)),
            format!("chmod 0700 {}", data.display()),
        ),
        Ok(_) => Check::ok(NAME, format!("{home} is closed to others")),
        Err(_) if context.embedded => {
            Check::warn(NAME, format!("{home} has no database yet"), "job-etl run makes it")
        }
        Err(_) => Check::ok(NAME, format!("{home} is closed to others")),
    }
}

fn artifacts_folder(context: &Context) -> Check {
    const NAME: &str = "artifacts folder";
    let folder = context.artifacts.display();
    // The folder is made by the first publish, so its nearest ancestor decides.
    let absolute = std::path::absolute(&context.artifacts).unwrap_or_else(|_| context.artifacts.clone());
    let existing = absolute.ancestors().find_map(|folder| Some((folder, std::fs::metadata(folder).ok()?)));
    match existing {
        Some((existing, metadata)) if !metadata.is_dir() => Check::fail(
            NAME,
            format!("{} is not a folder", existing.display()),
            "move it away, or choose --artifacts",
        ),
        Some((existing, _)) if is_writable(existing) => Check::ok(NAME, format!("{folder} can be written")),
        _ => Check::fail(
            NAME,
            format!("{folder} cannot be written"),
            "choose another with --artifacts, or chmod it",
        ),
    }
}

fn free_disk(context: &Context) -> Check {
    const NAME: &str = "free disk";
    let mut least: Option<(u64, String)> = None;
    for folder in [context.home.join("postgres"), context.home.clone(), context.artifacts.clone()] {
        let absolute = std::path::absolute(&folder).unwrap_or(folder);
        let Some(existing) = absolute.ancestors().find(|folder| folder.exists()) else { continue };
        let Some(free) = free_bytes(existing) else { continue };
        if least.as_ref().is_none_or(|(bytes, _)| free < *bytes) {
            least = Some((free, existing.display().to_string()));
        }
    }
    match least {
        Some((free, folder)) if free < LEAST_FREE => Check::warn(
            NAME,
            format!("{} free at {folder}", amount(free)),
            "free at least 2 GiB: a full disk stops a run, and a full write-ahead log stops the server",
        ),
        Some((free, folder)) => Check::ok(NAME, format!("{} free at {folder}", amount(free))),
        None => Check::warn(NAME, "df does not say", "look with `df -h`"),
    }
}

fn zones_version(context: &Context) -> Check {
    const NAME: &str = "time zone data";
    let version = chrono_tz::IANA_TZDB_VERSION;
    let year: i32 = version.get(..4).and_then(|year| year.parse().ok()).unwrap_or_default();
    if year + 1 < context.now.year() {
        return Check::warn(NAME, format!("this program has release {version}"), "build a newer job-etl");
    }
    Check::ok(NAME, format!("this program has release {version}"))
}

fn config(context: &Context) -> Check {
    const NAME: &str = "configuration";
    match &context.config {
        Ok(sources) if sources.is_empty() => {
            Check::warn(NAME, "no source is enabled", "enable one in config/sources.yml")
        }
        Ok(sources) => {
            let names: Vec<&str> = sources.iter().map(|needs| needs.source.as_str()).collect();
            Check::ok(NAME, format!("valid; sources: {}", names.join(", ")))
        }
        Err(problem) => Check::fail(NAME, problem.clone(), "mend that line; `job-etl check` says more"),
    }
}

fn source_keys(context: &Context) -> Check {
    const NAME: &str = "source keys";
    let Ok(sources) = &context.config else {
        return Check::warn(
            NAME,
            "not checked: the configuration is not valid",
            "mend the configuration first",
        );
    };
    let known = |name: &str| {
        context.secrets.iter().any(|secret| secret.name == name && (secret.is_set || secret.file.is_some()))
    };
    let missing: Vec<String> = sources
        .iter()
        .filter_map(|needs| {
            let secret = needs.secret.as_deref().filter(|secret| !known(secret))?;
            Some(format!("{} wants {secret}", needs.source))
        })
        .collect();
    if missing.is_empty() {
        return Check::ok(NAME, "every enabled source has its key");
    }
    Check::warn(
        NAME,
        missing.join(", "),
        "set the variable, or its _FILE, or disable the source in config/sources.yml",
    )
}

fn secret_files(context: &Context) -> Check {
    const NAME: &str = "secret files";
    let mut seen = 0;
    for Secret { name, file, .. } in &context.secrets {
        let Some(file) = file else { continue };
        seen += 1;
        let metadata = match std::fs::metadata(file) {
            Ok(metadata) if metadata.is_file() => metadata,
            Ok(_) => return Check::fail(NAME, format!("{name}_FILE is not a file"), "point it to a file"),
            Err(error) => {
                let finding = format!("{name}_FILE ({}): {error}", file.display());
                return Check::fail(NAME, finding, "write the secret into that file, or unset the variable");
            }
        };
        if metadata.len() == 0 {
            return Check::fail(NAME, format!("{} is empty", file.display()), "write the secret into it");
        }
        // Nobody but the owner may write, and others may not read: 0600, 0400, 0440.
        if mode(&metadata) & 0o037 != 0 {
            let finding = format!("{} has mode {:04o}", file.display(), mode(&metadata));
            return Check::warn(NAME, finding, format!("chmod 0600 {}", file.display()));
        }
    }
    Check::ok(NAME, if seen == 0 { "none in use".to_owned() } else { format!("{seen}, closed to others") })
}

fn secrets_twice(context: &Context) -> Check {
    const NAME: &str = "secrets set once";
    let twice = context.secrets.iter().filter(|secret| secret.is_set && secret.file.is_some());
    let twice: Vec<&str> = twice.map(|secret| secret.name.as_str()).collect();
    if twice.is_empty() {
        return Check::ok(NAME, "no variable is set beside its _FILE");
    }
    let next_step = format!("unset {}: the file wins", twice.join(" and "));
    Check::warn(NAME, format!("both the variable and its _FILE are set: {}", twice.join(", ")), next_step)
}

fn webhook(context: &Context) -> Check {
    const NAME: &str = "webhook";
    let given = WEBHOOK.map(|name| {
        context.secrets.iter().any(|secret| secret.name == name && (secret.is_set || secret.file.is_some()))
    });
    match given {
        [true, true] => Check::ok(NAME, "address and secret are set"),
        [false, false] => {
            Check::ok(NAME, "none; set JOB_ETL_WEBHOOK_URL and JOB_ETL_WEBHOOK_SECRET to hear of every run")
        }
        [true, false] => Check::fail(
            NAME,
            "JOB_ETL_WEBHOOK_URL is set without JOB_ETL_WEBHOOK_SECRET",
            "make one with `echo whsec_$(openssl rand -base64 32)` and give it to the receiver too",
        ),
        [false, true] => Check::warn(
            NAME,
            "JOB_ETL_WEBHOOK_SECRET is set without JOB_ETL_WEBHOOK_URL",
            "set the address, or unset the secret",
        ),
    }
}

fn hyperd(context: &Context) -> Check {
    const NAME: &str = "hyperd";
    let program = match &context.hyperd {
        Ok(program) => program,
        Err(reason) => {
            return Check::warn(NAME, "not found; .parquet and .csv are written without it", reason.clone());
        }
    };
    // It writes a log into its working folder when it sees reason to.
    let output = Command::new(program)
        .arg("--version")
        .current_dir(std::env::temp_dir())
        .stdin(Stdio::null())
        .output();
    let output = output.ok().filter(|output| output.status.success());
    let said = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    match said.as_deref().and_then(|said| said.lines().next()) {
        Some(version) => Check::ok(NAME, format!("{version} at {}", program.display())),
        None => Check::warn(
            NAME,
            format!("{} does not start", program.display()),
            "fetch it again; it needs x86_64 and glibc 2.27 or newer",
        ),
    }
}

fn mode(metadata: &Metadata) -> u32 {
    metadata.permissions().mode() & 0o7777
}

fn our_uid() -> Option<u32> {
    first_number(Command::new("id").arg("-u"))
}

fn is_writable(folder: &Path) -> bool {
    Command::new("test").arg("-w").arg(folder).status().is_ok_and(|status| status.success())
}

/// The standard library does not know; `df -P -k` is in POSIX, and its fourth column is what we may use.
fn free_bytes(folder: &Path) -> Option<u64> {
    let output = Command::new("df").args(["-P", "-k"]).arg(folder).env("LC_ALL", "C").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let kibibytes: u64 = text.lines().nth(1)?.split_whitespace().nth(3)?.parse().ok()?;
    Some(kibibytes * 1_024)
}

fn first_number(command: &mut Command) -> Option<u32> {
    String::from_utf8(command.output().ok()?.stdout).ok()?.trim().parse().ok()
}
