//! Opens what commands need: paths, configuration, the database.

use super::Global;
use super::exit::{ConfigErrors, Usage};
use crate::config::check;
use crate::config::environment;
use crate::config::ranking::{self, Ranking};
use crate::config::sources::SourcesFile;
use crate::db;
use crate::db::cluster::{self, Cluster, Search, Watch};
use crate::db::config_versions::ConfigText;
use crate::revision::revision;
use crate::taxonomy::Taxonomy;
use anyhow::{Context, Result};
use sqlx::postgres::{PgConnectOptions, PgPool};
use sqlx::{ConnectOptions, Connection};
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// Name of the ranking file, in the folder and among kept texts.
pub const RANKING: &str = "ranking.yml";
/// What the names of the dictionaries begin with.
const DICTIONARIES: &str = "taxonomy/";

/// The folders of this invocation.
pub fn home(global: &Global) -> PathBuf {
    global.home.clone().unwrap_or_else(|| environment::home(is_root()))
}

/// Whether this process may do everything: root owns its entry in `/proc`; elsewhere nobody runs this as root.
fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

/// The configuration, read and checked.
pub struct Configuration {
    /// What to ask for.
    pub sources: SourcesFile,
    /// Weights and profiles.
    pub ranking: Ranking,
    /// Dictionaries.
    pub taxonomy: Taxonomy,
    /// The text of `sources.yml`, for the ledger.
    pub sources_text: ConfigText,
    /// The texts that decide scores, `ranking.yml` and the dictionaries, in order of name.
    pub texts: Vec<ConfigText>,
}

impl Configuration {
    /// Names what decides scores: the hash of `ranking.yml` and of the dictionaries, 16 hex digits.
    pub fn version(&self) -> String {
        revision(self.texts.iter().flat_map(|text| [text.kind.as_str(), text.content.as_str()]))
    }
}

/// Reads and checks the whole configuration folder.
pub fn configuration(folder: &Path) -> Result<Configuration> {
    let (sources, sources_text) = check::sources_file(&folder.join("sources.yml")).map_err(ConfigErrors)?;
    let mistake = |error: anyhow::Error| Usage(format!("{error:#}"));
    let dictionaries = Taxonomy::texts(&folder.join("taxonomy")).map_err(mistake)?;
    // From the texts that are kept, so that a file that is edited meanwhile cannot tell two stories.
    let read: Vec<(&str, &str)> = dictionaries.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let taxonomy =
        Taxonomy::compile(&format!("{}/", folder.join("taxonomy").display()), &read).map_err(mistake)?;
    let (ranking, ranking_text) = ranking::load(&folder.join("ranking.yml"), &taxonomy).map_err(mistake)?;
    let text = |kind: &str, content| ConfigText { kind: kind.to_owned(), content };
    let mut texts = vec![text(RANKING, ranking_text)];
    texts.extend(
        dictionaries.into_iter().map(|(name, content)| text(&format!("{DICTIONARIES}{name}"), content)),
    );
    texts.sort_by(|a, b| a.kind.cmp(&b.kind));
    Ok(Configuration { sources, ranking, taxonomy, sources_text: text("sources.yml", sources_text), texts })
}

/// Dictionaries and ranking from texts that were kept; `origin` names them in messages.
pub fn compile(origin: &str, texts: &[ConfigText]) -> Result<(Taxonomy, Ranking)> {
    let mistake = |error: anyhow::Error| Usage(format!("{error:#}"));
    let dictionaries: Vec<(&str, &str)> = texts
        .iter()
        .filter_map(|text| Some((text.kind.strip_prefix(DICTIONARIES)?, text.content.as_str())))
        .collect();
    let taxonomy = Taxonomy::compile(&format!("{origin}: "), &dictionaries).map_err(mistake)?;
    let ranking = texts.iter().find(|text| text.kind == RANKING).map(|text| text.content.as_str());
    let ranking = ranking.ok_or_else(|| Usage(format!("{origin} has no {RANKING}")))?;
    let ranking = ranking::read(&format!("{origin}: {RANKING}"), ranking, &taxonomy).map_err(mistake)?;
    Ok((taxonomy, ranking))
}

/// A database that is ready: the server's share, how to connect, and a pool of sessions.
pub struct Database {
    // Before the cluster, so that it is dropped first.
    watch: Option<Watch>,
    /// The embedded server, unless `DATABASE_URL` names another.
    pub cluster: Option<Cluster>,
    /// How to connect.
    pub options: PgConnectOptions,
    /// Sessions as `job_etl_writer`.
    pub pool: PgPool,
}

/// Starts or joins the server, and brings the schema up to date.
pub async fn database(global: &Global) -> Result<Database> {
    let (cluster, options) = server(global)?;
    let mut connection =
        db::session(options.clone()).connect().await.context("cannot connect to the database")?;
    db::schema::migrate(&mut connection).await?;
    connection.close().await.ok();
    let pool = db::connect(options.clone()).await?;
    Database::of(cluster, options, pool)
}

/// The server of `DATABASE_URL`, else the embedded one.
pub fn server(global: &Global) -> Result<(Option<Cluster>, PgConnectOptions)> {
    if let Some(url) = environment::secret("DATABASE_URL")? {
        use secrecy::ExposeSecret;
        let options = PgConnectOptions::from_str(url.expose_secret()).map_err(|_| {
            Usage("DATABASE_URL is not of the form postgresql://user:password@host:port/database".into())
        })?;
        return Ok((None, options));
    }
    let (cluster, options) = embedded(global)?;
    Ok((Some(cluster), options))
}

/// The embedded server of the data folder, whatever `DATABASE_URL` says.
pub fn embedded(global: &Global) -> Result<(Cluster, PgConnectOptions)> {
    let cluster = cluster::enter(&home(global), &search(global))?;
    let options = cluster.connect_options();
    Ok((cluster, options))
}

/// Where to look for the programs of PostgreSQL.
pub fn search(global: &Global) -> Search {
    let pg_bin = global.pg_bin.clone().or_else(|| environment::variable("JOB_ETL_PG_BIN").map(PathBuf::from));
    Search { pg_bin, path: environment::variable("PATH").map(Into::into) }
}

impl Database {
    /// A pool, and the embedded server it leads to, which is watched from here on.
    pub fn of(cluster: Option<Cluster>, options: PgConnectOptions, pool: PgPool) -> Result<Database> {
        let watch = cluster.as_ref().map(Cluster::watch).transpose()?;
        Ok(Database { watch, cluster, options, pool })
    }

    /// Closes the sessions; the last invocation out stops the embedded server.
    pub async fn close(self) -> Result<()> {
        self.pool.close().await;
        drop(self.watch);
        self.cluster.map_or(Ok(()), Cluster::leave)
    }
}
