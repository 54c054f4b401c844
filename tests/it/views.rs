//! The views of the marts: every model file is embedded, rendered and documented, and dbt makes the very same views.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on may panic, and says when it is skipped")]

use crate::schema::{path, standing_views};
use crate::support::{TestDb, test_db};
use job_etl::db::schema::migrate;
use job_etl::db::views::{MODELS, render, render_models};
use job_etl::dedupe::core::Why;
use job_etl::posting::{ContractType, Precision, RemoteType, SalaryPeriod, Seniority};
use serde::Deserialize;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, Connection, Executor};
use std::collections::BTreeMap;
use std::path::Path;

fn files(folder: &Path, extension: &str) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|it| it == extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}

#[test]
fn every_model_file_is_in_the_list() {
    let folder = path("dbt/job_dbt/models");
    let on_disk: Vec<String> = files(&folder, "sql")
        .iter()
        .map(|file| file.strip_prefix(&folder).unwrap().to_str().unwrap().to_owned())
        .collect();
    let mut listed: Vec<&str> = MODELS.iter().map(|(path, _)| *path).collect();
    listed.sort_unstable();
    assert_eq!(listed, on_disk);
}

#[test]
fn a_view_comes_after_those_it_reads() {
    let names: Vec<String> = render().unwrap().into_iter().map(|view| view.name).collect();
    let place = |name: &str| names.iter().position(|it| it == name).unwrap();
    assert!(place("stg_jobs") < place("int_jobs"));
    assert!(place("int_jobs") < place("fact_jobs"));
    assert!(place("int_company_jobs") < place("dim_companies"));
}

#[test]
fn a_model_renders_or_says_where_it_does_not() {
    let check = |model: &str, expected: &str| {
        let vars = BTreeMap::from([("profile".to_owned(), "default".to_owned())]);
        let models = [("staging/other.sql", "select 1 as one"), ("marts/model.sql", model)];
        let rendered = render_models(&models, &vars).map(|views| views.last().unwrap().query.clone());
        let rendered = rendered.unwrap_or_else(|error| format!("{error:#}"));
        assert_eq!(rendered, expected, "{model}");
    };
    check("select * from {{ ref('other') }}", r#"select * from "intermediate"."other""#);
    check("select * from {{ source('ops', 'runs') }}", r#"select * from "ops"."runs""#);
    check("{{ config(materialized='view', tags=['x']) }}select '{{ var('profile') }}'", "select 'default'");
    check("select {# a remark #}1", "select 1");
    let at = "dbt/job_dbt/models/marts/model.sql";
    check(
        "select *\nfrom {{ ref('nothing') }}",
        &format!("{at}:2: ref('nothing') is not a model; seeds are for tests only"),
    );
    check(
        "select 1\n{% if true %}\n{% endif %}",
        &format!("{at}:2: only ref, source, config and var are known here, not a statement"),
    );
    check("\n\n{{ dbt_utils() }}", &format!("{at}:3: dbt_utils is unknown"));
    check("{{ var('absent') }}", &format!("{at}:1: var('absent') is not in dbt_project.yml"));
    check("{{ var('profile') | upper }}", &format!("{at}:1: filter upper is unknown"));
    check("{{ this }}", &format!("{at}:1: `this` is undefined"));
    check("{{ config(materialized='table') }}", &format!("{at}:1: every model is a view, not 'table'"));
    check(
        "{{ source('raw', 'job_postings_raw') }}",
        &format!("{at}:1: source('raw', 'job_postings_raw') is not a table that the models may read"),
    );
    check("{{ ref('model') }}", "these models read each other in a circle: model");
}

#[test]
fn the_enum_seeds_hold_the_vocabularies() {
    fn check(seed: &str, values: Vec<&str>) {
        let file = path(&format!("dbt/job_dbt/seeds/{seed}.csv"));
        let text = std::fs::read_to_string(&file).unwrap();
        let stored: Vec<&str> = text.lines().skip(1).map(|line| line.split_once(',').unwrap().1).collect();
        assert_eq!(stored, values, "{seed}");
    }
    check("enum_remote_types", RemoteType::ALL.iter().map(|value| value.as_str()).collect());
    check("enum_contract_types", ContractType::ALL.iter().map(|value| value.as_str()).collect());
    check("enum_salary_periods", SalaryPeriod::ALL.iter().map(|value| value.as_str()).collect());
    check("enum_seniorities", Seniority::ALL.iter().map(|value| value.as_str()).collect());
    check("enum_cluster_whys", Why::ALL.iter().map(|value| value.as_str()).collect());
    check("enum_posted_precisions", Precision::ALL.iter().map(|value| value.as_str()).collect());
}

#[derive(Deserialize)]
struct Properties {
    #[serde(default)]
    models: Vec<Described>,
}

#[derive(Deserialize)]
struct Described {
    name: String,
    description: String,
    #[serde(default)]
    columns: Vec<Described>,
}

#[tokio::test]
async fn every_view_and_column_is_described() {
    let (_database, mut conn) = migrated().await;
    let mut described = BTreeMap::new();
    for file in files(&path("dbt/job_dbt/models"), "yml") {
        let text = std::fs::read_to_string(&file).unwrap();
        for model in serde_saphyr::from_str::<Properties>(&text).unwrap().models {
            let grain = model.description.split_inclusive(". ").last().unwrap();
            assert!(grain.starts_with("One row per ") && grain.ends_with('.'), "{}: {grain}", model.name);
            assert!(model.columns.iter().all(|column| !column.description.is_empty()), "{}", model.name);
            described.insert(model.name, model.columns.into_iter().map(|column| column.name).collect());
        }
    }
    let standing: Vec<(String, Vec<String>)> = sqlx::query_as(
        "select table_name::text, array_agg(column_name::text order by ordinal_position)
        from information_schema.columns
        where table_schema in ('intermediate', 'marts')
        group by 1",
    )
    .fetch_all(&mut conn)
    .await
    .unwrap();
    assert_eq!(described, BTreeMap::from_iter(standing));
}

const FACT_JOBS: &str = "job_id text, hash_key text, source text, provider_job_id text, job_title text, \
    job_title_std text, company text, company_id text, company_size text, location text, location_std text, \
    location_city text, location_region text, location_country text, location_lat double precision, \
    location_lon double precision, remote_type text, contract_type text, seniority text, occupation_code text, \
    language text, salary_min numeric(14,2), salary_max numeric(14,2), salary_currency text, salary_period text, \
    salary_min_norm numeric(14,2), salary_max_norm numeric(14,2), salary_currency_norm text, skills text[], \
    skills_raw text[], description_text text, description_html text, posted_at timestamp with time zone, \
    posted_precision text, expires_at timestamp with time zone, apply_url text, job_link text, requisition_id text, \
    openings integer, open_postings integer, first_seen_at timestamp with time zone, \
    last_seen_at timestamp with time zone, closed_at timestamp with time zone, is_open boolean, \
    rank_score numeric(5,2), rank_explain jsonb, ingested_at timestamp with time zone, esco_code text, teer integer, \
    years_asked integer, places jsonb, remote_countries text[], salary_origin text, hidden_by text[], \
    cluster_id text, is_canonical boolean, cluster_size integer, cluster_why text, reposts integer, is_listed boolean";

const DIM_COMPANIES: &str = "company_id text, company_key text, display_name text, company_size text, \
    jobs integer, open_jobs integer, first_seen_at timestamp with time zone, last_seen_at timestamp with time zone";

#[tokio::test]
async fn the_exported_marts_keep_their_columns() {
    let (_database, mut conn) = migrated().await;
    for (view, expected) in [("marts.fact_jobs", FACT_JOBS), ("marts.dim_companies", DIM_COMPANIES)] {
        let columns: String = sqlx::query_scalar(
            "select string_agg(attname || ' ' || format_type(atttypid, atttypmod), ', ' order by attnum)
            from pg_attribute
            where attrelid = $1::regclass and attnum > 0",
        )
        .bind(view)
        .fetch_one(&mut conn)
        .await
        .unwrap();
        assert_eq!(columns, expected, "{view}");
    }
}

#[tokio::test]
async fn the_best_jobs_come_through_the_index_of_the_scores() {
    let (_database, mut conn) = migrated().await;
    load_fixture(&mut conn).await;
    // Twenty rows are too few for the planner to want an index: take its other ways away and see whether this one is there.
    for way in ["seqscan", "hashjoin", "mergejoin", "bitmapscan"] {
        conn.execute(AssertSqlSafe(format!("set enable_{way} = off"))).await.unwrap();
    }
    let plan: Vec<String> = sqlx::query_scalar(
        "explain (costs off) select * from marts.fact_jobs
        where rank_score is not null order by rank_score desc limit 100",
    )
    .fetch_all(&mut conn)
    .await
    .unwrap();
    let plan = plan.join("\n");
    assert!(plan.contains("Index Scan using job_rankings_by_score") && !plan.contains("Sort"), "{plan}");
}

#[tokio::test]
async fn dbt_and_migrate_make_the_same_views_in_either_order() {
    let dbt = path(".venv-dbt/bin/dbt");
    if !dbt.exists() {
        eprintln!("skipped: no dbt, `make venvs` installs it");
        return;
    }
    let (database, mut conn) = migrated().await;
    load_fixture(&mut conn).await;
    let by_migrate = standing_views(&mut conn).await;
    assert_eq!(by_migrate.len(), MODELS.len());

    dbt_run(&dbt, &database.connect_options());
    assert_eq!(standing_views(&mut conn).await, by_migrate, "dbt over the views of migrate");

    for schema in ["intermediate", "marts"] {
        let drop_all =
            format!("drop schema {schema} cascade; create schema {schema} authorization job_etl_marts");
        sqlx::raw_sql(AssertSqlSafe(drop_all)).execute(&mut conn).await.unwrap();
    }
    let grants = include_str!("../../scripts/bootstrap_db.sql");
    sqlx::raw_sql(grants).execute(&mut conn).await.unwrap();
    dbt_run(&dbt, &database.connect_options());
    assert_eq!(standing_views(&mut conn).await, by_migrate, "dbt alone");

    // Schema `marts` is new, so migrate finds no mark there and makes the views anew over those of dbt.
    assert_eq!(migrate(&mut conn).await.unwrap().views, MODELS.len());
    assert_eq!(standing_views(&mut conn).await, by_migrate, "migrate over the views of dbt");
}

async fn migrated() -> (TestDb, PgConnection) {
    let database = test_db().await;
    let conn = PgConnection::connect_with(&database.connect_options()).await.unwrap();
    (database, conn)
}

async fn load_fixture(conn: &mut PgConnection) {
    sqlx::raw_sql(include_str!("../fixtures/marts.sql")).execute(conn).await.unwrap();
}

fn dbt_run(dbt: &Path, options: &PgConnectOptions) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(path("dbt/job_dbt/profiles.yml.example"), folder.path().join("profiles.yml")).unwrap();
    let output = std::process::Command::new(dbt)
        .args(["run", "--project-dir"])
        .arg(path("dbt/job_dbt"))
        .arg("--profiles-dir")
        .arg(folder.path())
        .arg("--target-path")
        .arg(folder.path().join("target"))
        .arg("--log-path")
        .arg(folder.path().join("logs"))
        .env("PGHOST", options.get_socket().unwrap())
        .env("PGPORT", options.get_port().to_string())
        .env("PGUSER", options.get_username())
        .env("PGDATABASE", options.get_database().unwrap())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}
