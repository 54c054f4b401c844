//! `ops.config_versions`, `config_sets` and `config_activations`: every configuration file a run used, once; which files
//! make a version; and which version runs use.

use anyhow::{Context, Result};
use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::{PgConnection, PgPool};

/// One configuration file: its name in the configuration folder, and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigText {
    /// For example `ranking.yml` or `taxonomy/titles.yml`.
    pub kind: String,
    /// All of it.
    pub content: String,
}

impl ConfigText {
    /// Hash of the text, 16 hex digits.
    pub fn hash(&self) -> String {
        crate::revision::revision([self.content.as_str()])
    }
}

/// A version of the configuration, and the runs that used it.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Version {
    pub version: String,
    pub runs: i64,
    pub first_used_at: Option<DateTime<Utc>>,
    pub last_used_at: Option<DateTime<Utc>>,
}

/// Remembers the texts that are not known yet, and that `members` of them make `version`. A known one writes nothing.
pub async fn remember(
    pool: &PgPool,
    texts: &[ConfigText],
    version: &str,
    members: &[ConfigText],
    as_of: DateTime<Utc>,
) -> Result<()> {
    let mut transaction = pool.begin().await.context("cannot begin to remember the configuration")?;
    let kinds: Vec<&str> = texts.iter().map(|text| text.kind.as_str()).collect();
    let hashes: Vec<String> = texts.iter().map(ConfigText::hash).collect();
    let unknown = sqlx::query_scalar!(
        r#"select a.position as "position!"
           from unnest($1::text[], $2::text[]) with ordinality as a (kind, hash, position)
           left join ops.config_versions known using (kind, hash)
           where known.hash is null"#,
        &kinds as &[&str],
        &hashes,
    )
    .fetch_all(&mut *transaction)
    .await
    .context("cannot read ops.config_versions")?;
    for text in unknown.into_iter().filter_map(|position| texts.get(usize::try_from(position - 1).ok()?)) {
        sqlx::query!(
            "insert into ops.config_versions (kind, hash, content, first_used_at) values ($1, $2, $3, $4)
             on conflict do nothing",
            text.kind,
            text.hash(),
            text.content,
            as_of,
        )
        .execute(&mut *transaction)
        .await
        .context("cannot write ops.config_versions")?;
    }
    let kinds: Vec<&str> = members.iter().map(|text| text.kind.as_str()).collect();
    let hashes: Vec<String> = members.iter().map(ConfigText::hash).collect();
    sqlx::query!(
        "insert into ops.config_sets (version, kind, hash)
         select $1, a.kind, a.hash from unnest($2::text[], $3::text[]) as a (kind, hash)
         where not exists (select from ops.config_sets known where known.version = $1)
         on conflict do nothing",
        version,
        &kinds as &[&str],
        &hashes,
    )
    .execute(&mut *transaction)
    .await
    .context("cannot write ops.config_sets")?;
    transaction.commit().await.context("cannot commit the configuration")
}

/// Every version, the one used last first.
pub async fn all(conn: &mut PgConnection) -> Result<Vec<Version>> {
    sqlx::query_as!(
        Version,
        r#"select s.version, count(r.run_id) as "runs!", min(r.started_at) as first_used_at,
                  max(r.started_at) as last_used_at
           from (select distinct version from ops.config_sets) s
           left join ops.runs r on r.config_version = s.version
           group by s.version
           order by max(r.started_at) desc nulls last, s.version"#,
    )
    .fetch_all(conn)
    .await
    .context("cannot list the versions of the configuration")
}

/// The versions that begin so, at most two.
pub async fn by_prefix(conn: &mut PgConnection, prefix: &str) -> Result<Vec<String>> {
    sqlx::query_scalar!(
        "select distinct version from ops.config_sets where starts_with(version, $1) order by 1 limit 2",
        prefix,
    )
    .fetch_all(conn)
    .await
    .context("cannot look for a version of the configuration")
}

/// The files of a version, in order of name.
pub async fn texts(conn: &mut PgConnection, version: &str) -> Result<Vec<ConfigText>> {
    sqlx::query_as!(
        ConfigText,
        "select v.kind, v.content from ops.config_sets s join ops.config_versions v using (kind, hash)
         where s.version = $1
         order by v.kind",
        version,
    )
    .fetch_all(conn)
    .await
    .context("cannot read the files of a version")
}

/// The version that runs use now and the one they used before it; `None` for the files of the configuration folder.
pub async fn active(conn: &mut PgConnection) -> Result<(Option<String>, Option<String>)> {
    let mut last =
        sqlx::query_scalar!("select version from ops.config_activations order by activation_id desc limit 2")
            .fetch_all(conn)
            .await
            .context("cannot read ops.config_activations")?
            .into_iter();
    Ok((last.next().flatten(), last.next().flatten()))
}

/// Lets runs use a version from now on, or the files of the folder.
pub async fn activate(conn: &mut PgConnection, version: Option<&str>, at: DateTime<Utc>) -> Result<()> {
    sqlx::query!("insert into ops.config_activations (version, activated_at) values ($1, $2)", version, at)
        .execute(conn)
        .await
        .context("cannot write ops.config_activations")?;
    Ok(())
}
