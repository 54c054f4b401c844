//! One job from all of its postings. Order of arrival never matters; reads no clock.

use super::canonical::Canonical;
use super::keys::content_hash;
use crate::posting::{ContractType, RemoteType};
use chrono::{DateTime, Utc};
use std::cmp::Ordering;

/// A canonical posting and when it was collected.
#[derive(Debug, Clone, PartialEq)]
pub struct Dated {
    /// The posting.
    pub canonical: Canonical,
    /// When its content was collected.
    pub collected_at: DateTime<Utc>,
}

/// The job that postings of one `hash_key` describe: of each attribute the freshest value that is not null.
///
/// Freshness goes by posted_at, collected_at, source and source_job_id, the greatest being the freshest. What only
/// makes sense together comes from one posting: the pay, the parts of a place, both forms of the description.
pub fn merge(mut postings: Vec<Dated>) -> Canonical {
    postings.sort_by(|left, right| freshness(right, left));
    let mut fresh_first = postings.into_iter();
    let mut job = fresh_first.next().expect("a job has at least one posting").canonical;
    for older in fresh_first {
        fill(&mut job, older.canonical);
    }
    job.flags.sort();
    job.flags.dedup();
    job
}

fn freshness(left: &Dated, right: &Dated) -> Ordering {
    let key = |dated: &Dated| (dated.canonical.posted_at, dated.collected_at);
    let names = |dated: &'_ Dated| (dated.canonical.source.clone(), dated.canonical.provider_job_id.clone());
    key(left)
        .cmp(&key(right))
        .then_with(|| names(left).cmp(&names(right)))
        // Never needed for distinct postings; makes the order total for any input.
        .then_with(|| content_hash(&left.canonical).cmp(&content_hash(&right.canonical)))
}

/// Fills what `job` lacks. Every column is named, so that a new one cannot be forgotten.
fn fill(job: &mut Canonical, older: Canonical) {
    let Canonical {
        hash_key: _,
        source: _,
        provider_job_id: _,
        job_title: _,
        company: _,
        company_key: _,
        company_size,
        location,
        more_locations,
        place_city,
        place_region,
        place_country,
        place_lat,
        place_lon,
        remote_type,
        contract_type,
        seniority_raw,
        salary_min,
        salary_max,
        salary_currency,
        salary_period,
        salary_text,
        description_text,
        description_html,
        skills_raw,
        posted_at,
        posted_precision,
        expires_at,
        apply_url,
        job_link,
        requisition_id,
        flags,
    } = older;
    fill_one(&mut job.company_size, company_size);
    fill_one(&mut job.location, location);
    fill_one(&mut job.seniority_raw, seniority_raw);
    fill_one(&mut job.salary_text, salary_text);
    fill_one(&mut job.expires_at, expires_at);
    fill_one(&mut job.apply_url, apply_url);
    fill_one(&mut job.job_link, job_link);
    fill_one(&mut job.requisition_id, requisition_id);
    let place = (&job.place_city, &job.place_region, &job.place_country, job.place_lat);
    if matches!(place, (None, None, None, None)) {
        (job.place_city, job.place_region, job.place_country) = (place_city, place_region, place_country);
        (job.place_lat, job.place_lon) = (place_lat, place_lon);
    }
    if job.salary_min.is_none() && job.salary_max.is_none() {
        (job.salary_min, job.salary_max) = (salary_min, salary_max);
        (job.salary_currency, job.salary_period) = (salary_currency, salary_period);
    }
    if job.description_text.is_none() && job.description_html.is_none() {
        (job.description_text, job.description_html) = (description_text, description_html);
    }
    if job.posted_at.is_none() {
        (job.posted_at, job.posted_precision) = (posted_at, posted_precision);
    }
    if job.remote_type == RemoteType::Unknown {
        job.remote_type = remote_type;
    }
    if job.contract_type == ContractType::Unknown {
        job.contract_type = contract_type;
    }
    if job.more_locations.is_empty() {
        job.more_locations = more_locations;
    }
    if job.skills_raw.is_empty() {
        job.skills_raw = skills_raw;
    }
    job.flags.extend(flags);
}

fn fill_one<T>(slot: &mut Option<T>, older: Option<T>) {
    if slot.is_none() {
        *slot = older;
    }
}
