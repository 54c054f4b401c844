//! Takes an answer apart: records with their bytes made fit for jsonb, and everything that is not one as a reject.
//! Blocking work without I/O; never drops anything without a reject or a count.

use super::body;
use super::crawl::{CrawledPage, RawRecord, RawReject};
use super::failure::{FetchError, FetchErrorKind, KEPT_BYTES};
use crate::extract::payload::payload;
use crate::posting::{Posting, RejectReason};
use crate::sources::{Body, Bytes, Method, Page, PageRecord, Record, Request, Source};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};

/// Most records of one answer of an API; a local file is bounded by its size alone.
pub(super) const PAGE_RECORDS: usize = 50_000;
/// Records of a part are handed on once they have this many bytes, so that a large answer is not held twice.
const PART_BYTES: usize = 8 << 20;
const FILL_ALWAYS: u64 = 10_000;
const FILL_EVERY: u64 = 16;

/// What became of one answer.
#[derive(Debug, Default)]
pub(super) struct Taken {
    pub follow: Vec<Request>,
    pub records: u64,
    pub rejects: u64,
    pub duplicates: u64,
    /// Why the search cannot be complete although the answer was read.
    pub error: Option<FetchError>,
}

/// How often each field of a posting is filled.
#[derive(Debug, Default)]
pub(super) struct Fill {
    pub counts: BTreeMap<&'static str, u64>,
    pub sampled: u64,
    seen: u64,
}

/// Splits `bytes` with the source, and gives the parts to `emit` until it says `false`.
///
/// `seen` holds the contents of the earlier pages of the search.
pub(super) fn take_apart(
    source: &dyn Source,
    request: &Request,
    bytes: &[u8],
    seen: &Mutex<HashSet<u64>>,
    fill: &Mutex<Fill>,
    emit: &mut dyn FnMut(CrawledPage) -> bool,
) -> Result<Taken, FetchError> {
    // A Parquet file is read as bytes; as text it would only be copied.
    let text = if bytes.starts_with(b"PAR1") { "".into() } else { body::text(bytes) };
    let page = source.page(request, &Body { bytes, text }).map_err(|error| FetchError {
        answered: true,
        body: bytes[..bytes.len().min(KEPT_BYTES)].to_vec(),
        ..FetchError::new(FetchErrorKind::Shape, format!("page {}: {}", request.page, error.detail))
    })?;
    let Page { mut records, rejects, follow } = page;
    let mut taken = Taken { follow, ..Taken::default() };
    let found = records.len();
    if request.method != Method::File && found > PAGE_RECORDS {
        records.truncate(PAGE_RECORDS);
        let detail =
            format!("page {} holds {found} records; the first {PAGE_RECORDS} are kept", request.page);
        taken.error = Some(FetchError::new(FetchErrorKind::TooLarge, detail));
    }
    let hashes: Vec<[u8; 32]> =
        records.iter().map(|record| Sha256::digest(bytes_of(bytes, &record.json)).into()).collect();
    let mut parts = Parts { page: empty(request, bytes.len()), size: 0, emit, taken: &mut taken };
    if repeats(seen, &hashes) {
        parts.repeated(request, hashes.len());
        return Ok(taken);
    }
    for (content, reason) in rejects {
        parts.reject(rejected(None, format!("page {}", request.page), reason, bytes_of(bytes, &content)));
    }
    for (index, (record, hash)) in records.into_iter().zip(hashes).enumerate() {
        let place = format!("page {}, record {}", request.page, index + 1);
        let sent = bytes_of(bytes, &record.json);
        match raw_record(&record, sent, &place, hash) {
            Ok(raw) => {
                note_fill(source, request, &raw, fill);
                parts.record(raw);
            }
            Err(reason) => parts.reject(rejected(Some(record.source_job_id), place, reason, sent)),
        }
    }
    parts.finish();
    Ok(taken)
}

/// A whole answer that made no sense, as a page with one reject, so that a person can look at it.
pub(super) fn refused_page(request: &Request, error: &FetchError) -> CrawledPage {
    let reason = RejectReason::new(error.kind.as_str(), error.detail.clone());
    let reject = rejected(None, format!("page {}", request.page), reason, &error.body);
    CrawledPage { rejects: vec![reject], ..empty(request, error.body.len()) }
}

/// Collects records up to a part, and hands the part on.
struct Parts<'a> {
    page: CrawledPage,
    size: usize,
    emit: &'a mut dyn FnMut(CrawledPage) -> bool,
    taken: &'a mut Taken,
}

impl Parts<'_> {
    fn record(&mut self, record: RawRecord) {
        self.taken.records += 1;
        self.grow(record.payload.len() + record.payload_raw.as_ref().map_or(0, Vec::len));
        self.page.records.push(record);
    }

    fn reject(&mut self, reject: RawReject) {
        self.taken.rejects += 1;
        self.grow(reject.content.len());
        self.page.rejects.push(reject);
    }

    fn repeated(&mut self, request: &Request, records: usize) {
        self.taken.duplicates = records as u64;
        self.taken.follow.clear();
        let detail = format!("page {} repeats an earlier page", request.page);
        self.taken.error = Some(FetchError::new(FetchErrorKind::Loop, detail));
        self.page.duplicates = records as u64;
        self.finish();
    }

    fn grow(&mut self, size: usize) {
        if self.size + size > PART_BYTES {
            self.finish();
        }
        self.size += size;
    }

    fn finish(&mut self) {
        self.size = 0;
        let next = CrawledPage {
            search: self.page.search.clone(),
            page: self.page.page,
            records: Vec::new(),
            rejects: Vec::new(),
            duplicates: 0,
            bytes: 0,
        };
        if !(self.emit)(std::mem::replace(&mut self.page, next)) {
            self.taken.error.get_or_insert_with(|| {
                FetchError::new(
                    FetchErrorKind::Stopped,
                    "the run was stopped before every record was written",
                )
            });
        }
    }
}

fn empty(request: &Request, bytes: usize) -> CrawledPage {
    CrawledPage {
        search: request.search.clone(),
        page: request.page,
        records: Vec::new(),
        rejects: Vec::new(),
        duplicates: 0,
        bytes: bytes as u64,
    }
}

fn bytes_of<'a>(body: &'a [u8], bytes: &'a Bytes) -> &'a [u8] {
    match bytes {
        Bytes::Sent(range) => &body[range.clone()],
        Bytes::Made(json) => json.as_bytes(),
    }
}

/// Whether an earlier page of the search had the same records. Pages without records say nothing about a loop.
fn repeats(seen: &Mutex<HashSet<u64>>, hashes: &[[u8; 32]]) -> bool {
    let mut hasher = DefaultHasher::new();
    hashes.hash(&mut hasher);
    !hashes.is_empty() && !seen.lock().unwrap_or_else(PoisonError::into_inner).insert(hasher.finish())
}

fn raw_record(
    record: &PageRecord,
    sent: &[u8],
    place: &str,
    payload_hash: [u8; 32],
) -> Result<RawRecord, RejectReason> {
    let source_job_id = record.source_job_id.clone();
    if source_job_id.is_empty() || source_job_id.len() > 200 || source_job_id.contains('\0') {
        let detail =
            format!("the identifier has {} bytes; 1 to 200 without NUL are possible", source_job_id.len());
        return Err(RejectReason::new("bad_id", detail));
    }
    let payload = payload(sent)?;
    Ok(RawRecord {
        source_job_id,
        place: place.to_owned(),
        payload: payload.text,
        payload_raw: payload.raw,
        payload_hash,
        flags: payload.flags,
    })
}

fn rejected(source_job_id: Option<String>, place: String, reason: RejectReason, sent: &[u8]) -> RawReject {
    let content = sent[..sent.len().min(KEPT_BYTES)].to_vec();
    RawReject { source_job_id, place, reason, content, content_hash: Sha256::digest(sent).into() }
}

/// Reads the record as normalize will, only to count its fields. All of the first 10,000 records of a source, then
/// every sixteenth: rates need no more, and reading costs more than everything else here.
fn note_fill(source: &dyn Source, request: &Request, raw: &RawRecord, fill: &Mutex<Fill>) {
    {
        let mut fill = fill.lock().unwrap_or_else(PoisonError::into_inner);
        fill.seen += 1;
        if fill.seen > FILL_ALWAYS && !fill.seen.is_multiple_of(FILL_EVERY) {
            return;
        }
        fill.sampled += 1;
    }
    let Ok(payload) = serde_json::from_str(&raw.payload) else { return };
    let record = Record { source_job_id: &raw.source_job_id, payload: &payload, search: &request.search };
    // A panic here would cost the page; normalize meets the record again, and rejects it alone.
    let Ok(Ok(posting)) = catch_unwind(AssertUnwindSafe(|| source.posting(&record))) else { return };
    let mut fill = fill.lock().unwrap_or_else(PoisonError::into_inner);
    for (field, filled) in fields(&posting) {
        *fill.counts.entry(field).or_default() += u64::from(filled);
    }
}

fn fields(posting: &Posting) -> [(&'static str, bool); 19] {
    let place = &posting.place;
    let salary = &posting.salary;
    let in_parts = place.city.is_some() || place.region.is_some() || place.country.is_some();
    [
        ("title", posting.title.is_some()),
        ("company", posting.company.is_some()),
        ("company_size", posting.company_size.is_some()),
        ("location", posting.location.is_some()),
        ("place", in_parts),
        ("coordinates", place.lat.is_some() && place.lon.is_some()),
        ("remote", posting.remote.is_some()),
        ("employment", posting.employment.is_some()),
        ("seniority", posting.seniority.is_some()),
        ("salary", salary.min.is_some() || salary.max.is_some()),
        ("salary_text", salary.text.is_some()),
        ("description", posting.description_html.is_some() || posting.description_text.is_some()),
        ("skills", !posting.skills.is_empty()),
        ("posted_at", posting.posted_at.is_some()),
        ("updated_at", posting.updated_at.is_some()),
        ("expires_at", posting.expires_at.is_some()),
        ("apply_url", posting.apply_url.is_some()),
        ("job_link", posting.job_link.is_some()),
        ("requisition_id", posting.requisition_id.is_some()),
    ]
}
