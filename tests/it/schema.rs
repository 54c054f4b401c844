//! `db::schema::migrate`: what it makes, what it leaves alone, what it refuses.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on may panic")]

use crate::support::{TestDb, test_db};
use job_etl::db::schema::{Migrated, SchemaTooNew, migrate, migrate_to, migrator, reset};
use job_etl::db::views::{View, render, render_models};
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection, Executor, SqlSafeStr};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A path below the root of the package.
pub fn path(relative: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(relative)
}

/// A database without any of our schemas, and a connection to it. The server keeps its roles.
async fn empty_database() -> (TestDb, PgConnection) {
    let database = test_db().await;
    let mut conn = connect(&database).await;
    reset(&mut conn).await.unwrap();
    (database, conn)
}

async fn connect(database: &TestDb) -> PgConnection {
    PgConnection::connect_with(&database.connect_options()).await.unwrap()
}

async fn execute(conn: &mut PgConnection, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(conn).await.unwrap();
}

/// Name, definition, owner and grants of every view.
pub async fn standing_views(conn: &mut PgConnection) -> Vec<(String, String, String, Option<String>)> {
    sqlx::query_as(
        "select nspname || '.' || relname, pg_get_viewdef(pg_class.oid), pg_get_userbyid(relowner)::text, relacl::text
        from pg_class join pg_namespace on pg_namespace.oid = relnamespace
        where relkind = 'v' and nspname in ('intermediate', 'marts')
        order by 1",
    )
    .fetch_all(conn)
    .await
    .unwrap()
}

/// The migrations of this binary and more.
fn migrator_with(more: &[&'static str]) -> Migrator {
    let mut migrations: Vec<Migration> = migrator().iter().cloned().collect();
    for sql in more {
        let version = migrations.last().unwrap().version + 1;
        let sql = sql.into_sql_str();
        migrations.push(Migration::new(version, "later".into(), MigrationType::Simple, sql, false));
    }
    let mut migrator = Migrator::with_migrations(migrations);
    migrator.dangerous_set_table_name("ops._sqlx_migrations");
    migrator.set_locking(false);
    migrator
}

fn chain(error: &anyhow::Error) -> String {
    format!("{error:#}")
}

#[tokio::test]
async fn an_empty_database_gets_everything_and_a_second_call_writes_nothing() {
    let (_database, mut conn) = empty_database().await;
    let versions: Vec<i64> = migrator().iter().map(|migration| migration.version).collect();
    let made = Migrated { bootstrapped: true, applied: versions, views: render().unwrap().len() };
    assert_eq!(migrate(&mut conn).await.unwrap(), made);

    // The server itself would refuse the smallest write.
    conn.execute("set default_transaction_read_only = on").await.unwrap();
    assert_eq!(migrate(&mut conn).await.unwrap(), Migrated::default());
}

#[test]
fn every_migration_file_is_in_the_binary() {
    let mut files: Vec<i64> = std::fs::read_dir(path("migrations"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .map(|name| name.split('_').next().unwrap().parse().unwrap())
        .collect();
    files.sort_unstable();
    let versions: Vec<i64> = migrator().iter().map(|migration| migration.version).collect();
    assert_eq!(versions, files);
}

#[tokio::test]
async fn several_callers_at_once_make_it_once() {
    let (database, mut first) = empty_database().await;
    let (mut second, mut third) = (connect(&database).await, connect(&database).await);
    let (first, second, third) = tokio::join!(migrate(&mut first), migrate(&mut second), migrate(&mut third));
    let made = [first.unwrap(), second.unwrap(), third.unwrap()];
    assert_eq!(made.iter().filter(|migrated| **migrated != Migrated::default()).count(), 1, "{made:?}");
}

#[tokio::test]
async fn a_newer_schema_is_refused() {
    let (_database, mut conn) = empty_database().await;
    let views = render().unwrap();
    migrate_to(&mut conn, &migrator_with(&["create table ops.newer (number integer)"]), &views)
        .await
        .unwrap();
    let error = migrate(&mut conn).await.unwrap_err();
    let binary = migrator().iter().map(|migration| migration.version).max().unwrap();
    assert_eq!(error.downcast_ref(), Some(&SchemaTooNew { database: binary + 1, binary }));
    assert!(chain(&error).contains(&format!("version {}", binary + 1)), "{error:#}");
}

#[tokio::test]
async fn an_edited_migration_is_refused() {
    let database = test_db().await;
    let mut conn = connect(&database).await;
    execute(&mut conn, "update ops._sqlx_migrations set checksum = '\\x00' where version = 1").await;
    let error = migrate(&mut conn).await.unwrap_err();
    assert!(chain(&error).contains("migration 1 of the database is not the one"), "{error:#}");
}

const WIDER_TITLE: &str = "alter table staging.job_postings_stg alter column job_title type varchar(4000)";

#[tokio::test]
async fn a_migration_may_alter_a_column_that_the_views_use() {
    let database = test_db().await;
    let mut conn = connect(&database).await;
    let before = standing_views(&mut conn).await;
    let migrated = migrate_to(&mut conn, &migrator_with(&[WIDER_TITLE]), &render().unwrap()).await.unwrap();
    assert_eq!(migrated.applied.len(), 1);
    let title: String = sqlx::query_scalar(
        "select format_type(atttypid, atttypmod) from pg_attribute
        where attrelid = 'marts.fact_jobs'::regclass and attname = 'job_title'",
    )
    .fetch_one(&mut conn)
    .await
    .unwrap();
    assert_eq!(title, "character varying(4000)");
    assert_eq!(standing_views(&mut conn).await.len(), before.len());
}

#[tokio::test]
async fn a_migration_that_fails_leaves_everything_as_it_was() {
    let database = test_db().await;
    let mut conn = connect(&database).await;
    let before = standing_views(&mut conn).await;
    let broken = migrator_with(&[WIDER_TITLE, "select 1 / 0"]);
    let error = migrate_to(&mut conn, &broken, &render().unwrap()).await.unwrap_err();
    assert!(chain(&error).contains("division by zero"), "{error:#}");
    assert_eq!(standing_views(&mut conn).await, before);
    assert_eq!(migrate(&mut conn).await.unwrap(), Migrated::default());
}

#[tokio::test]
async fn a_view_of_somebody_else_is_named_and_kept() {
    let database = test_db().await;
    let mut conn = connect(&database).await;
    execute(&mut conn, "create view public.my_jobs as select job_title from marts.fact_jobs").await;
    let error = migrate_to(&mut conn, &migrator_with(&[WIDER_TITLE]), &render().unwrap()).await.unwrap_err();
    assert!(chain(&error).contains("view public.my_jobs depends on view marts.fact_jobs"), "{error:#}");
    execute(&mut conn, "select * from public.my_jobs").await;
}

#[tokio::test]
async fn a_missing_view_is_made_again_and_a_former_one_goes() {
    let (_database, mut conn) = empty_database().await;
    let mut former = render().unwrap();
    let project = BTreeMap::from([("profile".to_owned(), "x".to_owned())]);
    former.extend(
        render_models(&[("marts/former.sql", "select '{{ var(\"profile\") }}' as x")], &project).unwrap(),
    );
    migrate_to(&mut conn, &migrator(), &former).await.unwrap();
    execute(
        &mut conn,
        "set role job_etl_marts; create view marts.a_users_own as select 1 as one; reset role",
    )
    .await;

    migrate(&mut conn).await.unwrap();
    execute(&mut conn, "drop view marts.run_stats").await;
    assert_eq!(migrate(&mut conn).await.unwrap().views, render().unwrap().len());

    let mut expected: Vec<String> = render().unwrap().iter().map(View::qualified).collect();
    expected.push("marts.a_users_own".to_owned());
    expected.sort();
    let standing: Vec<String> = standing_views(&mut conn).await.into_iter().map(|view| view.0).collect();
    assert_eq!(standing, expected);
}

/// A connection as a new login of this name, which is granted `role` or nothing. The login goes with its last grant.
async fn connect_as(database: &TestDb, name: &str, role: Option<&str>) -> PgConnection {
    let mut conn = connect(database).await;
    execute(&mut conn, &format!("drop role if exists {name}; create role {name} login")).await;
    if let Some(role) = role {
        execute(&mut conn, &format!("grant {role} to {name}")).await;
    }
    PgConnection::connect_with(&(*database.connect_options()).clone().username(name)).await.unwrap()
}

#[tokio::test]
async fn a_login_that_may_not_make_roles_is_told_the_script() {
    let (database, _) = empty_database().await;
    let mut nobody = connect_as(&database, "test_nobody", None).await;
    let error = migrate(&mut nobody).await.unwrap_err();
    assert!(chain(&error).contains("scripts/bootstrap_db.sql"), "{error:#}");
}

#[tokio::test]
async fn a_writer_may_find_that_nothing_is_to_be_done_but_do_nothing() {
    let database = test_db().await;
    let mut writer = connect_as(&database, "test_writer", Some("job_etl_writer")).await;
    assert_eq!(migrate(&mut writer).await.unwrap(), Migrated::default());
    execute(&mut connect(&database).await, "drop view marts.run_stats").await;
    let error = migrate(&mut writer).await.unwrap_err();
    assert!(chain(&error).contains("taking the role job_etl_owner"), "{error:#}");
}

#[tokio::test]
async fn each_role_may_do_its_own_work_only() {
    let database = test_db().await;
    let mut conn = connect(&database).await;
    execute(&mut conn, "set role job_etl_owner; create table app.bookmarks (hash_key text); reset role")
        .await;
    let roles = ["job_etl_writer", "job_etl_marts", "job_etl_reader", "job_etl_quality"];
    let matrix = [
        ("select from raw.job_postings_raw", [true, false, false, true]),
        ("delete from raw.job_postings_raw", [true, false, false, false]),
        ("select from staging.job_postings_stg", [true, true, false, true]),
        ("update staging.job_postings_stg set flags = '{}'", [true, false, false, false]),
        ("truncate staging.job_postings_stg", [false, false, false, false]),
        ("alter table staging.job_postings_stg add column extra text", [false, false, false, false]),
        ("select from ops.runs", [true, true, false, true]),
        ("update ops.pipeline set epoch = epoch + 1", [true, false, false, false]),
        ("select from ops._sqlx_migrations", [true, true, false, true]),
        ("delete from ops._sqlx_migrations", [false, false, false, false]),
        ("select from app.bookmarks", [true, true, false, false]),
        ("delete from app.bookmarks", [false, false, false, false]),
        ("select from intermediate.int_jobs", [false, true, false, false]),
        ("select from marts.fact_jobs", [true, true, true, true]),
        ("select from marts.dim_companies", [true, true, true, true]),
        ("create or replace view marts.job_scores as select 1 as one", [false, false, false, false]),
        ("drop view marts.source_quality", [false, true, false, false]),
        ("create table marts.intruder (number integer)", [false, true, false, false]),
        ("create table public.intruder (number integer)", [false, false, false, false]),
    ];
    for (statement, expected) in matrix {
        let mut allowed = Vec::new();
        for role in roles {
            let mut transaction = conn.begin().await.unwrap();
            transaction.execute(AssertSqlSafe(format!("set local role {role}"))).await.unwrap();
            let outcome = transaction.execute(AssertSqlSafe(statement.to_owned())).await;
            allowed.push(outcome.is_ok());
            transaction.rollback().await.unwrap();
        }
        assert_eq!(allowed, expected, "{statement}: {roles:?}");
    }
}
