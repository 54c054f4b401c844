//! The driver against servers that misbehave.

use super::toy::{
    BILLED, CANARY, KEYED, OPEN, Toy, config, in_turn, mount, ok, options, run, run_with, search, status,
    wait,
};
use flate2::{Compression, write::GzEncoder};
use job_etl::http::crawl::{CrawlReport, crawl};
use job_etl::http::failure::FetchErrorKind as Kind;
use job_etl::http::{Client, ClientOptions};
use std::io::Write;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use wiremock::matchers::header;
use wiremock::{Mock, MockServer, ResponseTemplate};

/// The kind of failure and the number of requests of a crawl of one board that gives `answers` in turn.
async fn check(
    source: &'static Toy,
    answers: Vec<ResponseTemplate>,
    expected: (Option<Kind>, u64),
) -> CrawlReport {
    let server = MockServer::start().await;
    mount(&server, "good", in_turn(answers)).await;
    let (report, _) = run(source, &server.uri(), &["good"]).await;
    let kind = report.searches[0].error.as_ref().map(|error| error.kind);
    assert_eq!((kind, report.requests), expected, "{:?}", report.searches[0].error);
    assert_eq!(report.searches[0].complete, kind.is_none());
    report
}

#[tokio::test]
async fn statuses_are_retried_or_told_by_their_class() {
    check(&OPEN, vec![ok(&[1])], (None, 1)).await;
    check(&OPEN, vec![status(500), status(503), ok(&[1])], (None, 3)).await;
    check(&OPEN, vec![status(200), ok(&[1])], (None, 2)).await;
    check(&OPEN, vec![status(502)], (Some(Kind::Unavailable), 5)).await;
    check(&OPEN, vec![status(404)], (Some(Kind::Gone), 1)).await;
    check(&OPEN, vec![status(410)], (Some(Kind::Gone), 1)).await;
    check(&OPEN, vec![status(401)], (Some(Kind::Unauthorized), 1)).await;
    check(&OPEN, vec![status(403)], (Some(Kind::Unauthorized), 1)).await;
    check(&OPEN, vec![status(403).insert_header("cf-mitigated", "challenge")], (Some(Kind::Blocked), 1))
        .await;
    check(&OPEN, vec![status(451)], (Some(Kind::Blocked), 1)).await;
    check(&OPEN, vec![status(422)], (Some(Kind::Refused), 1)).await;
    check(&OPEN, vec![status(429)], (Some(Kind::RateLimited), 5)).await;
}

#[tokio::test]
async fn retry_after_is_honoured_within_the_budget() {
    for nonsense in ["0", "-3", "soon", "Sun, 06 Nov 1994 08:49:37 GMT"] {
        check(&OPEN, vec![wait(nonsense), ok(&[1])], (None, 2)).await;
    }
    let in_time = "Sun, 06 Nov 1994 08:49:38 GMT";
    let date = ("Date", "Sun, 06 Nov 1994 08:49:38 GMT");
    check(&OPEN, vec![wait(in_time).insert_header(date.0, date.1), ok(&[1])], (None, 2)).await;
    check(&OPEN, vec![wait("99999999"), ok(&[1])], (Some(Kind::RateLimited), 1)).await;
    check(
        &OPEN,
        vec![status(503).insert_header("Retry-After", "99999999"), ok(&[1])],
        (Some(Kind::Unavailable), 1),
    )
    .await;
}

#[tokio::test]
async fn a_billed_request_that_was_answered_is_not_sent_again() {
    check(&BILLED, vec![status(500), ok(&[1])], (Some(Kind::Unavailable), 1)).await;
    check(&BILLED, vec![wait("0"), ok(&[1])], (Some(Kind::RateLimited), 1)).await;
    let (report, _) = run(&BILLED, "http://127.0.0.1:1", &["good"]).await;
    assert_eq!(report.requests, 5, "nobody answered, so that nothing was billed");
}

#[tokio::test]
async fn redirects_stay_on_the_host() {
    let server = MockServer::start().await;
    let elsewhere = MockServer::start().await;
    let away = elsewhere.uri().replace("127.0.0.1", "localhost") + "/boards/good";
    mount(&server, "away", status(302).insert_header("Location", away.as_str())).await;
    mount(&server, "round", status(302).insert_header("Location", "/boards/round")).await;
    mount(&server, "moved", status(301).insert_header("Location", "/boards/good")).await;
    mount(&server, "good", ok(&[1])).await;
    mount(&elsewhere, "good", ok(&[2])).await;
    let (report, _) = run(&KEYED, &server.uri(), &["away", "round", "moved"]).await;
    let kinds: Vec<Option<Kind>> =
        report.searches.iter().map(|search| search.error.as_ref().map(|error| error.kind)).collect();
    assert_eq!(kinds, [Some(Kind::Redirected), Some(Kind::Redirected), None]);
    let error = report.searches[0].error.as_ref().expect("an error").to_string();
    assert!(error.contains("redirects to localhost"), "{error}");
    assert_eq!(elsewhere.received_requests().await.expect("recording").len(), 0);
}

#[tokio::test]
async fn a_decompression_bomb_is_cut() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let zeros = vec![b' '; 1 << 20];
    for _ in 0..33 {
        encoder.write_all(&zeros).expect("memory");
    }
    let bomb = encoder.finish().expect("memory");
    assert!(bomb.len() < 1 << 20);
    let answer = status(200).insert_header("Content-Encoding", "gzip").set_body_bytes(bomb);
    check(&OPEN, vec![answer], (Some(Kind::TooLarge), 1)).await;
}

#[tokio::test]
async fn the_key_is_sent_and_never_told() {
    let server = MockServer::start().await;
    Mock::given(header("x-toy-key", CANARY)).respond_with(ok(&[1])).mount(&server).await;
    let (report, _) = run(&KEYED, &server.uri(), &["good"]).await;
    assert!(report.searches[0].complete);

    let refusing = MockServer::start().await;
    let folder = tempfile::tempdir().expect("a folder");
    for answer in [
        status(401),
        status(403),
        status(500),
        status(302).insert_header("Location", "http://other.invalid/"),
    ] {
        refusing.reset().await;
        mount(&refusing, "good", answer).await;
        let recording = ClientOptions { record: Some(folder.path().to_owned()), ..options() };
        let config = config(&refusing.uri(), vec![search("good")]);
        let (report, pages) = run_with(recording, &KEYED, &config, None).await;
        let told = format!("{report:?}{pages:?}{}", report.searches[0].error.as_ref().expect("an error"));
        assert!(!told.contains(CANARY), "{told}");
    }
    for entry in std::fs::read_dir(folder.path().join("toy")).expect("a folder") {
        let path = entry.expect("an entry").path();
        let content = std::fs::read_to_string(&path).expect("a file");
        assert!(!content.contains(CANARY) && !path.to_string_lossy().contains(CANARY));
    }
}

#[tokio::test]
async fn a_missing_key_and_a_bad_address_are_told_before_any_request() {
    let client = Client::new(options()).expect("a client");
    for (base_url, kind) in [
        ("http://127.0.0.1:1", Kind::MissingKey),
        ("ftp://user:pass@host/", Kind::Refused),
        ("api.example.com", Kind::Refused),
    ] {
        let (sender, _receiver) = mpsc::channel(1);
        let config = config(base_url, vec![search("a"), search("b")]);
        let report = crawl(&client, &KEYED, &config, None, None, sender).await;
        let errors: Vec<_> = report.searches.iter().filter_map(|search| search.error.as_ref()).collect();
        assert_eq!(errors.len(), 2);
        assert_eq!(errors[0].kind, kind);
        assert!(!errors[0].to_string().contains("pass"));
    }
}

/// A server that answers every connection with `answer`, and then keeps silent or hangs up.
async fn raw_server(answer: &'static [u8], hang_up: bool) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let _ = stream.read(&mut [0; 1024]).await;
                let _ = stream.write_all(answer).await;
                if !hang_up {
                    std::future::pending::<()>().await;
                }
            });
        }
    });
    format!("http://{address}")
}

#[tokio::test]
async fn broken_answers_are_tried_again_and_then_told() {
    let cut = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"jobs\":[";
    let cases = [
        (&cut[..], true, "broke off"),
        (cut, false, "in time"),
        (b"", true, "no answer"),
        (b"", false, "in time"),
    ];
    for (answer, hang_up, words) in cases {
        let mut options = options();
        if !hang_up {
            options.timing.idle = Duration::from_millis(100);
        }
        let config = config(&raw_server(answer, hang_up).await, vec![search("good")]);
        let (report, _) = run_with(options, &OPEN, &config, None).await;
        let error = report.searches[0].error.as_ref().expect("an error");
        assert_eq!((error.kind, report.requests), (Kind::Unavailable, 5));
        assert!(error.detail.contains(words), "{error}");
    }
    let (report, _) = run(&OPEN, "http://127.0.0.1:1", &["good"]).await;
    let error = report.searches[0].error.as_ref().expect("an error");
    assert!(error.detail.starts_with("127.0.0.1/boards/good cannot be reached"), "{error}");
}
