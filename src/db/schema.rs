//! Brings a database to the schema this binary knows: roles and schemas, tables, views. Forward only, and never when
//! the database is ahead. The rows are not its business.

use super::views::{self, View};
use anyhow::{Context, Result, bail};
use sqlx::migrate::Migrator;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection, Executor};
use std::fmt;

/// What [`migrate`] did; all empty when there was nothing to do, and then nothing was written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Migrated {
    /// Whether roles and schemas were made.
    pub bootstrapped: bool,
    /// Versions of the migrations applied, in order.
    pub applied: Vec<i64>,
    /// How many views were created.
    pub views: usize,
}

/// The database was migrated by a newer binary: this one would misread it. Exit code 2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SchemaTooNew {
    /// Newest migration the database has.
    pub database: i64,
    /// Newest migration this binary knows.
    pub binary: i64,
}

impl fmt::Display for SchemaTooNew {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "the database is at schema version {} and this job-etl knows only {}: use the newer job-etl",
            self.database, self.binary
        )
    }
}

impl std::error::Error for SchemaTooNew {}

const BOOTSTRAP: &str = include_str!("../../scripts/bootstrap_db.sql");
const ROLES: [&str; 6] =
    ["job_etl_owner", "job_etl_writer", "job_etl_marts", "job_etl_reader", "job_etl_app", "job_etl_quality"];
const SCHEMAS: [&str; 6] = ["raw", "staging", "ops", "app", "intermediate", "marts"];

/// Key of the lock that one migration at a time holds: the bytes of `job_etl`.
const LOCK: i64 = 0x006a_6f62_5f65_746c;

/// The comment on schema `marts` says which views stand there, since `ops.config_versions` is a history.
const MARK: &str = "Views for BI tools. Made from model files ";

/// Makes, in one transaction, whatever this database lacks of roles, schemas, tables and views.
///
/// When it lacks nothing, two small queries find that out and nothing is written or locked. Several callers at once wait
/// for each other. Fails with [`SchemaTooNew`] in the error's chain when the database is ahead of this binary.
pub async fn migrate(conn: &mut PgConnection) -> Result<Migrated> {
    migrate_to(conn, &migrator(), &views::render()?).await
}

/// The migrations of this binary.
pub fn migrator() -> Migrator {
    let mut migrator = sqlx::migrate!();
    migrator.dangerous_set_table_name("ops._sqlx_migrations");
    // Our own lock is held by the transaction, so that no error can leave it behind.
    migrator.set_locking(false);
    migrator
}

/// [`migrate`] to other migrations and views than those of this binary.
pub async fn migrate_to(conn: &mut PgConnection, migrator: &Migrator, views: &[View]) -> Result<Migrated> {
    let fingerprint = views::fingerprint(views);
    if State::read(conn, views).await?.is_complete(migrator, &fingerprint)? {
        return Ok(Migrated::default());
    }
    let mut transaction = conn.begin().await?;
    let outcome = complete(&mut transaction, migrator, views, &fingerprint).await;
    // Said and not left to the drop, which would keep the lock until the connection is used again.
    match outcome {
        Ok(migrated) => {
            transaction.commit().await.context("committing the migration")?;
            Ok(migrated)
        }
        Err(error) => {
            transaction.rollback().await.ok();
            Err(error)
        }
    }
}

/// Makes what is lacking, inside the caller's transaction.
async fn complete(
    conn: &mut PgConnection,
    migrator: &Migrator,
    views: &[View],
    fingerprint: &str,
) -> Result<Migrated> {
    // A long migration by another caller is worth waiting for; later, a reader that never ends is not, for behind this
    // transaction every other reader would queue.
    conn.execute("set local lock_timeout = 0").await?;
    sqlx::query!("select pg_advisory_xact_lock($1)", LOCK).execute(&mut *conn).await?;
    conn.execute("set local lock_timeout = '60s'").await?;
    // Another caller may have done it all while this one waited.
    let state = State::read(conn, views).await?;
    if state.is_complete(migrator, fingerprint)? {
        return Ok(Migrated::default());
    }
    if !state.has_bootstrap {
        bootstrap(conn).await?;
    }
    if state.has_migrations {
        drop_views(conn, views).await?;
    }
    apply(conn, migrator).await?;
    create_views(conn, views, fingerprint).await?;
    let known = |version: &i64| state.applied.iter().any(|(applied, _)| applied == version);
    let pending = migrator.iter().map(|migration| migration.version).filter(|version| !known(version));
    Ok(Migrated { bootstrapped: !state.has_bootstrap, applied: pending.collect(), views: views.len() })
}

/// What the database has.
struct State {
    has_bootstrap: bool,
    has_migrations: bool,
    /// How many of the views stand there.
    views: i64,
    wanted_views: i64,
    mark: Option<String>,
    /// Version and checksum of each applied migration.
    applied: Vec<(i64, Vec<u8>)>,
}

impl State {
    async fn read(conn: &mut PgConnection, views: &[View]) -> Result<State> {
        let names: Vec<String> = views.iter().map(View::qualified).collect();
        let found = sqlx::query!(
            r#"select
                   (select count(*) from pg_roles where rolname = any($1::text[])) = cardinality($1)
                       and (select count(*) from pg_namespace where nspname = any($2::text[])) = cardinality($2)
                       as "has_bootstrap!",
                   exists (
                       select from pg_class
                       where relname = '_sqlx_migrations' and relnamespace = to_regnamespace('ops')
                   ) as "has_migrations!",
                   (
                       select count(*)
                       from pg_class
                       join pg_namespace on pg_namespace.oid = relnamespace
                       where relkind = 'v' and nspname in ('intermediate', 'marts')
                           and nspname || '.' || relname = any($3)
                   ) as "views!",
                   obj_description(to_regnamespace('marts'), 'pg_namespace') as mark"#,
            &ROLES as &[&str],
            &SCHEMAS as &[&str],
            &names,
        )
        .fetch_one(&mut *conn)
        .await
        .context("reading which roles, schemas and views the database has")?;
        let applied = if found.has_migrations {
            // At run time: the migrator makes this table, not a migration.
            sqlx::query_as("select version, checksum from ops._sqlx_migrations order by version")
                .fetch_all(conn)
                .await
                .context("reading which migrations the database has")?
        } else {
            Vec::new()
        };
        Ok(State {
            has_bootstrap: found.has_bootstrap,
            has_migrations: found.has_migrations,
            views: found.views,
            wanted_views: names.len() as i64,
            mark: found.mark,
            applied,
        })
    }

    /// Whether nothing is lacking; an error when this binary must keep its hands off.
    fn is_complete(&self, migrator: &Migrator, fingerprint: &str) -> Result<bool> {
        let binary = migrator.iter().map(|migration| migration.version).max().unwrap_or(0);
        if let Some((database, _)) = self.applied.last().filter(|(database, _)| *database > binary) {
            bail!(SchemaTooNew { database: *database, binary });
        }
        for (version, checksum) in &self.applied {
            let known = migrator.iter().find(|migration| migration.version == *version);
            if known.is_none_or(|migration| *migration.checksum != **checksum) {
                bail!("migration {version} of the database is not the one this job-etl was built with");
            }
        }
        let marked = self.mark.as_deref().and_then(|mark| mark.strip_prefix(MARK)) == Some(fingerprint);
        let migrated = self.applied.len() == migrator.iter().count();
        Ok(self.has_bootstrap && migrated && marked && self.views == self.wanted_views)
    }
}

async fn bootstrap(conn: &mut PgConnection) -> Result<()> {
    sqlx::raw_sql(BOOTSTRAP).execute(&mut *conn).await.map(drop).context(
        "roles or schemas are missing and this login could not make them: \
         run scripts/bootstrap_db.sql in this database as a role that may create roles",
    )
}

async fn become_role(conn: &mut PgConnection, role: &'static str) -> Result<()> {
    conn.execute(AssertSqlSafe(format!("set local role {role}")))
        .await
        .map(drop)
        .with_context(|| format!("taking the role {role}, which migrating needs: grant it to this login"))
}

/// Drops our views, of this binary and of earlier ones, and nobody else's.
async fn drop_views(conn: &mut PgConnection, views: &[View]) -> Result<()> {
    become_role(conn, "job_etl_owner").await?;
    let names: Vec<String> = views.iter().map(View::qualified).collect();
    let standing = sqlx::query_scalar!(
        r#"select format('%I.%I', nspname, relname) as "view!"
           from pg_class
           join pg_namespace on pg_namespace.oid = relnamespace
           where relkind = 'v' and nspname in ('intermediate', 'marts')
               and pg_get_userbyid(relowner) = 'job_etl_marts'
               and (
                   nspname || '.' || relname = any($1)
                   or nspname || '.' || relname in (
                       select jsonb_object_keys(content::jsonb) from ops.config_versions where kind = 'views'
                   )
               )"#,
        &names,
    )
    .fetch_all(&mut *conn)
    .await?;
    if standing.is_empty() {
        return Ok(());
    }
    become_role(conn, "job_etl_marts").await?;
    let statement = format!("drop view {} restrict", standing.join(", "));
    conn.execute(AssertSqlSafe(statement)).await.map(drop).map_err(|error| {
        let foreign = error
            .as_database_error()
            .and_then(|error| error.try_downcast_ref::<sqlx::postgres::PgDatabaseError>())
            .and_then(|error| error.detail())
            .map(|detail| detail.lines().collect::<Vec<_>>().join("; "));
        match foreign {
            Some(foreign) => anyhow::Error::new(error).context(format!(
                "the views must be made anew, but {foreign}: drop that first, and make it again afterwards"
            )),
            None => anyhow::Error::new(error).context("dropping the views of the marts"),
        }
    })
}

async fn apply(conn: &mut PgConnection, migrator: &Migrator) -> Result<()> {
    become_role(conn, "job_etl_owner").await?;
    migrator.run_direct(None, &mut *conn, false).await.context("applying the migrations")?;
    // The default privileges of schema ops let the writer change every table in it; not this one.
    conn.execute("revoke insert, update, delete on ops._sqlx_migrations from job_etl_writer").await?;
    Ok(())
}

async fn create_views(conn: &mut PgConnection, views: &[View], fingerprint: &str) -> Result<()> {
    become_role(conn, "job_etl_marts").await?;
    views::create(conn, views).await?;
    conn.execute(AssertSqlSafe(format!("comment on schema marts is '{MARK}{fingerprint}'"))).await?;
    become_role(conn, "job_etl_owner").await?;
    let content: serde_json::Map<String, serde_json::Value> =
        views.iter().map(|view| (view.qualified(), view.query.clone().into())).collect();
    sqlx::query!(
        "insert into ops.config_versions (kind, hash, content, first_used_at)
        values ('views', $1, $2, now())
        on conflict do nothing",
        fingerprint,
        serde_json::Value::Object(content).to_string(),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Drops everything job-etl owns in this database. Only the demo's own database may lose it.
pub async fn reset(conn: &mut PgConnection) -> Result<()> {
    conn.execute("drop schema if exists marts, intermediate, staging, raw, ops, app cascade")
        .await
        .context("cannot empty the demo's database")?;
    Ok(())
}
