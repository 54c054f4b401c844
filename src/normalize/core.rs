//! From a posting as sent to canonical columns. Pure: no clock, no I/O, and but for a missing headline or company it
//! cannot fail; whatever else is wrong becomes null and leaves a flag.

use super::canonical::Canonical;
use super::{company, dates, html, keys, links, pay, text, words};
use crate::posting::{ContractType, Place, Posting, Precision, RejectReason};
use chrono::{DateTime, TimeDelta, Utc};

/// Version of this stage's logic: a change re-normalizes every posting.
pub const VERSION: &str = "3";

/// Most characters of a skill, a seniority, a requisition number, a company size.
const SHORT: usize = 128;

/// Most skills of one posting.
const MOST_SKILLS: usize = 200;

/// Most further places of one posting.
const MOST_LOCATIONS: usize = 50;

/// How far a posting may lie in the future: clocks and zones differ by a day at most.
const AHEAD: TimeDelta = TimeDelta::days(1);

/// The canonical columns of a posting of `source` that was collected at `collected_at`.
pub fn canonical(
    source: &str,
    posting: &Posting,
    collected_at: DateTime<Utc>,
) -> Result<Canonical, RejectReason> {
    let mut flags = Vec::new();
    let job_title = required(&posting.title, "missing_title", "title", &mut flags)?;
    let company = required(&posting.company, "missing_company", "company", &mut flags)?;
    let (place_city, place_region, place_country) = place_names(&posting.place, &mut flags);
    let (place_lat, place_lon) = coordinates(&posting.place, &mut flags).unzip();
    let location = optional(&posting.location, text::LINE, &mut flags)
        .or_else(|| joined([&place_city, &place_region, &place_country]));
    let employment = optional(&posting.employment, text::LINE, &mut flags);
    let contract_type = words::contract_type(employment.as_deref(), &job_title);
    if employment.is_some() && contract_type == ContractType::Unknown {
        flags.push("unmapped_employment");
    }
    let pay = pay::pay(&posting.salary);
    flags.extend(pay.flags);
    let description =
        html::description(posting.description_html.as_deref(), posting.description_text.as_deref());
    if description.as_ref().is_some_and(|description| description.is_truncated) {
        flags.push("description_truncated");
    }
    let (description_html, description_text) =
        description.map(|description| (description.html.into_string(), description.text)).unzip();
    let (posted_at, posted_precision) = posted(&posting.posted_at, collected_at, &mut flags).unzip();
    let mut canonical = Canonical {
        hash_key: keys::hash_key(&company, &job_title, location.as_deref()),
        source: source.to_owned(),
        provider_job_id: posting.source_job_id.clone(),
        company_key: company::company_key(&company),
        company_size: optional(&posting.company_size, SHORT, &mut flags),
        remote_type: words::remote_type(posting.remote, location.as_deref(), &job_title),
        contract_type,
        seniority_raw: optional(&posting.seniority, SHORT, &mut flags),
        salary_min: pay.min,
        salary_max: pay.max,
        salary_currency: pay.currency,
        salary_period: pay.period,
        salary_text: pay.text,
        skills_raw: skills(&posting.skills, &mut flags),
        expires_at: instant(&posting.expires_at, &mut flags).map(|(instant, _)| instant),
        apply_url: link(&posting.apply_url, &mut flags),
        job_link: link(&posting.job_link, &mut flags),
        requisition_id: optional(&posting.requisition_id, SHORT, &mut flags),
        job_title,
        company,
        more_locations: more_locations(&posting.more_locations, location.as_deref(), &mut flags),
        location,
        place_city,
        place_region,
        place_country,
        place_lat,
        place_lon,
        description_text,
        description_html,
        posted_at,
        posted_precision,
        flags: Vec::new(),
    };
    flags.sort_unstable();
    flags.dedup();
    canonical.flags = flags.into_iter().map(str::to_owned).collect();
    Ok(canonical)
}

type Flags = Vec<&'static str>;

/// The further places, each once, without the one displayed.
fn more_locations(sent: &[String], shown: Option<&str>, flags: &mut Flags) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for (line, is_cut) in sent.iter().map(|raw| text::line(raw, text::LINE)).take(MOST_LOCATIONS) {
        if is_cut {
            flags.push("text_truncated");
        }
        if !text::is_placeholder(&line) && shown != Some(line.as_str()) && !kept.contains(&line) {
            kept.push(line);
        }
    }
    kept
}

fn required(
    field: &Option<String>,
    code: &'static str,
    name: &str,
    flags: &mut Flags,
) -> Result<String, RejectReason> {
    optional(field, text::LINE, flags).ok_or_else(|| {
        let held = match field {
            Some(raw) => format!("held {:?}", text::line(raw, 80).0),
            None => "is absent".to_owned(),
        };
        RejectReason::new(code, format!("the field {name} {held}"))
    })
}

fn optional(field: &Option<String>, most: usize, flags: &mut Flags) -> Option<String> {
    let (line, is_cut) = text::line(field.as_deref()?, most);
    if is_cut {
        flags.push("text_truncated");
    }
    (!text::is_placeholder(&line)).then_some(line)
}

fn place_names(place: &Place, flags: &mut Flags) -> (Option<String>, Option<String>, Option<String>) {
    let mut name = |field| optional(field, SHORT, flags);
    (name(&place.city), name(&place.region), name(&place.country))
}

/// Both coordinates or none; 0, 0 is the sea off Africa and means that nobody looked.
fn coordinates(place: &Place, flags: &mut Flags) -> Option<(f64, f64)> {
    let (lat, lon) = match (place.lat, place.lon) {
        (None, None) => return None,
        (Some(lat), Some(lon)) => (lat, lon),
        _ => (f64::NAN, f64::NAN),
    };
    let is_place =
        (-90.0..=90.0).contains(&lat) && (-180.0..=180.0).contains(&lon) && (lat != 0.0 || lon != 0.0);
    if !is_place {
        flags.push("bad_coordinates");
    }
    is_place.then_some((lat, lon))
}

fn joined(parts: [&Option<String>; 3]) -> Option<String> {
    let parts: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn skills(skills: &[String], flags: &mut Flags) -> Vec<String> {
    let mut seen = std::collections::HashSet::new();
    let mut kept = Vec::new();
    for skill in skills {
        let (line, is_cut) = text::line(skill, SHORT);
        if text::is_placeholder(&line) || !seen.insert(line.to_lowercase()) {
            continue;
        }
        if is_cut {
            flags.push("text_truncated");
        }
        if kept.len() == MOST_SKILLS {
            flags.push("skills_truncated");
            break;
        }
        kept.push(line);
    }
    kept
}

fn posted(
    field: &Option<String>,
    collected_at: DateTime<Utc>,
    flags: &mut Flags,
) -> Option<(DateTime<Utc>, Precision)> {
    let (posted_at, precision) = instant(field, flags)?;
    if posted_at.signed_duration_since(collected_at) > AHEAD {
        flags.push("posted_in_future");
        return None;
    }
    Some((posted_at, precision))
}

fn instant(field: &Option<String>, flags: &mut Flags) -> Option<(DateTime<Utc>, Precision)> {
    let stated = field.as_deref().map(str::trim).filter(|stated| !text::is_placeholder(stated))?;
    let instant = dates::instant(stated);
    if instant.is_none() {
        flags.push("bad_date");
    }
    instant
}

fn link(field: &Option<String>, flags: &mut Flags) -> Option<String> {
    let stated = field.as_deref().map(str::trim).filter(|stated| !text::is_placeholder(stated))?;
    let link = links::link(stated);
    if link.is_none() {
        flags.push("bad_link");
    }
    link
}
