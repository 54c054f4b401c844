//! A server that answers like six job APIs, at their own paths, from recorded answers of a data folder or from
//! invented postings. For tests, the benchmark and `examples/stub_server.rs`; holds no posting itself.

use super::synthetic;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path as UrlPath, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;
use std::{fs, io};
use tokio::net::TcpListener;

/// The key that JSearch wants here.
pub const KEY: &str = "stub-key";

/// What the server answers from.
#[derive(Default)]
pub struct Answers {
    /// Board → answer.
    ashby: BTreeMap<String, Bytes>,
    greenhouse: BTreeMap<String, Bytes>,
    /// The answers without boards: `remotive`, `arbeitnow`, `jobicy`.
    feeds: BTreeMap<&'static str, Bytes>,
    /// The rows of each page.
    jsearch: Vec<Value>,
    synthetic: Option<Synthetic>,
}

#[derive(Clone, Copy)]
struct Synthetic {
    seed: u64,
    postings: u64,
    scale: f64,
}

impl Answers {
    /// Recorded answers and boards of a data folder (`fixtures-providers`, `postings-ashby`).
    pub fn recorded(folder: &Path) -> io::Result<Answers> {
        let fixtures = folder.join("fixtures-providers");
        let mut answers = Answers::default();
        for feed in ["remotive", "arbeitnow", "jobicy"] {
            answers.feeds.insert(feed, fs::read(fixtures.join(format!("{feed}.real.json")))?.into());
        }
        answers
            .greenhouse
            .insert("gitlab".to_owned(), fs::read(fixtures.join("greenhouse.real.json"))?.into());
        for file in files(&fixtures, "jsearch_")? {
            let mut page: Value = serde_json::from_slice(&fs::read(file)?)?;
            answers.jsearch.push(page["data"].take());
        }
        answers.ashby = boards(&folder.join("postings-ashby/ashby_jobs.jsonl.gz"))?;
        let recorded = fs::read(fixtures.join("ashby.real.json"))?;
        answers.ashby.entry("notion".to_owned()).or_insert_with(|| recorded.into());
        Ok(answers)
    }

    /// Adds that many invented postings, as boards of Ashby; their descriptions are `scale` times as long as real ones.
    pub fn with_synthetic(self, seed: u64, postings: u64, scale: f64) -> Answers {
        Answers { synthetic: Some(Synthetic { seed, postings, scale }), ..self }
    }

    /// A `sources.yml` that asks this server, at `base_url`, for everything it has.
    pub fn sources_yml(&self, base_url: &str) -> String {
        let mut yml = String::from("sources:\n");
        let synthetic = self.synthetic.map_or(0, |synthetic| synthetic::boards(synthetic.postings));
        let boards = self.ashby.keys().cloned().chain((0..synthetic).map(synthetic::board_name));
        let boards: Vec<String> = boards.map(|board| format!("board: {board:?}")).collect();
        write_source(&mut yml, "ashby", base_url, &boards);
        let boards: Vec<String> = self.greenhouse.keys().map(|board| format!("board: {board:?}")).collect();
        write_source(&mut yml, "greenhouse", base_url, &boards);
        for feed in self.feeds.keys() {
            write_source(&mut yml, feed, base_url, &["{}".to_owned()]);
        }
        if !self.jsearch.is_empty() {
            let search = format!("{{ query: data engineer, country: ca, pages: {} }}", self.jsearch.len());
            write_source(&mut yml, "jsearch", base_url, &[search]);
        }
        yml
    }

    /// How many postings a complete run finds at each source.
    pub fn postings(&self) -> BTreeMap<&'static str, usize> {
        let mut postings: BTreeMap<&str, usize> =
            self.feeds.iter().map(|(feed, answer)| (*feed, count(answer))).collect();
        let synthetic = self.synthetic.map_or(0, |synthetic| synthetic.postings as usize);
        postings.insert("ashby", self.ashby.values().map(|answer| count(answer)).sum::<usize>() + synthetic);
        postings.insert("greenhouse", self.greenhouse.values().map(|answer| count(answer)).sum());
        postings.insert("jsearch", self.jsearch.iter().filter_map(Value::as_array).map(Vec::len).sum());
        postings.retain(|_, count| *count > 0);
        postings
    }

    /// Answers on `listener` until the task is dropped.
    pub async fn serve(self, listener: TcpListener) -> io::Result<()> {
        let routes = Router::new()
            .route("/posting-api/job-board/{board}", get(ashby))
            .route("/v1/boards/{board}/jobs", get(greenhouse))
            .route("/api/remote-jobs", get(|state, query| feed(state, query, "remotive")))
            .route("/api/job-board-api", get(|state, query| feed(state, query, "arbeitnow")))
            .route("/api/v2/remote-jobs", get(|state, query| feed(state, query, "jobicy")))
            .route("/jsearch/search", get(jsearch_numbered))
            .route("/jsearch/search-v2", get(jsearch_cursor))
            .with_state(Arc::new(self));
        axum::serve(listener, routes).await
    }
}

type Answering = State<Arc<Answers>>;
type Parameters = Query<HashMap<String, String>>;

async fn ashby(State(answers): Answering, UrlPath(board): UrlPath<String>) -> Response {
    let synthetic = answers.synthetic.and_then(|synthetic| {
        let number: u64 = board.strip_prefix("synthetic-")?.parse().ok()?;
        (number < synthetic::boards(synthetic.postings))
            .then(|| synthetic::answer(synthetic.seed, number, synthetic.postings, synthetic.scale))
    });
    match (answers.ashby.get(&board), synthetic) {
        (Some(answer), _) => json_bytes(answer.clone()),
        (None, Some(answer)) => json_bytes(answer.into()),
        (None, None) => (StatusCode::NOT_FOUND, "Not Found").into_response(),
    }
}

async fn greenhouse(State(answers): Answering, UrlPath(board): UrlPath<String>) -> Response {
    match answers.greenhouse.get(&board) {
        Some(answer) => json_bytes(answer.clone()),
        None => (StatusCode::NOT_FOUND, json!({"status": 404, "error": "Job not found"}).to_string())
            .into_response(),
    }
}

/// The first page of a feed is the recorded one; the next ones are empty.
async fn feed(State(answers): Answering, Query(parameters): Parameters, name: &'static str) -> Response {
    if parameters.get("page").is_some_and(|page| page != "1") {
        return json_bytes(json!({"data": [], "jobs": []}).to_string().into());
    }
    answers.feeds.get(name).map_or(StatusCode::NOT_FOUND.into_response(), |answer| json_bytes(answer.clone()))
}

async fn jsearch_numbered(
    State(answers): Answering,
    headers: HeaderMap,
    Query(parameters): Parameters,
) -> Response {
    if let Some(refusal) = refusal(&headers) {
        return refusal;
    }
    let page = parameters.get("page").and_then(|page| page.parse::<usize>().ok()).unwrap_or(1);
    let rows = answers.jsearch.get(page.wrapping_sub(1)).cloned().unwrap_or_else(|| json!([]));
    json_bytes(json!({"status": "OK", "request_id": format!("page-{page}"), "data": rows}).to_string().into())
}

async fn jsearch_cursor(
    State(answers): Answering,
    headers: HeaderMap,
    Query(parameters): Parameters,
) -> Response {
    if let Some(refusal) = refusal(&headers) {
        return refusal;
    }
    let cursor = parameters.get("cursor").and_then(|cursor| cursor.strip_prefix("after-"));
    let page: usize = cursor.and_then(|cursor| cursor.parse().ok()).unwrap_or(0);
    let rows = answers.jsearch.get(page).cloned().unwrap_or_else(|| json!([]));
    let next = (page + 1 < answers.jsearch.len()).then(|| format!("after-{}", page + 1));
    let data = json!({"jobs": rows, "next_cursor": next});
    json_bytes(
        json!({"status": "OK", "request_id": format!("after-{page}"), "data": data}).to_string().into(),
    )
}

fn refusal(headers: &HeaderMap) -> Option<Response> {
    let key = headers.get("X-API-Key").and_then(|key| key.to_str().ok());
    (key != Some(KEY)).then(|| {
        let message = json!({"message": "Invalid API key."}).to_string();
        (StatusCode::UNAUTHORIZED, [(header::CONTENT_TYPE, "application/json")], message).into_response()
    })
}

fn json_bytes(answer: Bytes) -> Response {
    ([(header::CONTENT_TYPE, "application/json; charset=utf-8")], answer).into_response()
}

fn write_source(yml: &mut String, name: &str, base_url: &str, searches: &[String]) {
    if searches.is_empty() {
        return;
    }
    let head = "requests_per_second: 10000\n    concurrent: 4\n    max_seconds: 86400\n    searches:\n";
    write!(yml, "  {name}:\n    base_url: {base_url}\n    {head}").expect("writing to a string cannot fail");
    for search in searches {
        writeln!(yml, "      - {search}").expect("writing to a string cannot fail");
    }
}

fn count(answer: &[u8]) -> usize {
    let answer: Value = serde_json::from_slice(answer).unwrap_or_default();
    ["jobs", "data"].iter().find_map(|key| answer[key].as_array()).map_or(0, Vec::len)
}

/// The files whose names begin with `prefix`, in the order of their names.
fn files(folder: &Path, prefix: &str) -> io::Result<Vec<std::path::PathBuf>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(prefix) {
            paths.push(entry.path());
        }
    }
    paths.sort();
    Ok(paths)
}

/// Boards from lines that begin with `{"_slug": "<board>", `: without that member, each is a posting as it was sent.
fn boards(path: &Path) -> io::Result<BTreeMap<String, Bytes>> {
    let mut boards: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    let file: Box<dyn Read> = Box::new(flate2::read::GzDecoder::new(fs::File::open(path)?));
    for line in BufReader::new(file).lines() {
        let line = line?;
        let parts = line.strip_prefix("{\"_slug\": \"").and_then(|rest| rest.split_once("\", "));
        let Some((board, members)) = parts else {
            return Err(io::Error::other("a line does not begin with the name of its board"));
        };
        let answer = boards.entry(board.replace("%20", " ")).or_default();
        answer.extend_from_slice(if answer.is_empty() { b"{\"jobs\":[{" } else { b",{" });
        answer.extend_from_slice(members.as_bytes());
    }
    let close = |mut answer: Vec<u8>| {
        answer.extend_from_slice(b"],\"apiVersion\":\"1\"}");
        Bytes::from(answer)
    };
    Ok(boards.into_iter().map(|(board, answer)| (board, close(answer))).collect())
}
