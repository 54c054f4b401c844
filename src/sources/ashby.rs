//! Ashby job boards: one company a board, everything in one answer. The API does not send the company's name.

use super::{
    Body, Coverage, Page, PageError, Policy, Record, Request, Search, Source, board, field, records,
};
use crate::posting::{Place, Posting, RejectReason, Salary};
use serde_json::Value;

/// `api.ashbyhq.com`
pub struct Ashby;

impl Source for Ashby {
    fn name(&self) -> &'static str {
        "ashby"
    }

    fn base_url(&self) -> &'static str {
        "https://api.ashbyhq.com"
    }

    fn policy(&self) -> Policy {
        Policy {
            // Boards take about ten seconds to answer, and the host throttles over all boards together.
            requests_per_second: 1.0,
            concurrent: 2,
            coverage: Coverage::Full,
            key: None,
            quota_per_month: None,
            required: &["board"],
            optional: &["company"],
            attribution: None,
        }
    }

    fn invalid(&self, search: &Search) -> Option<String> {
        board::invalid(search)
    }

    fn requests(&self, search: &Search) -> Vec<Request> {
        board::request(
            search,
            "/posting-api/job-board/",
            "",
            vec![("includeCompensation", "true".to_owned())],
        )
    }

    fn page(&self, _request: &Request, body: &Body) -> Result<Page, PageError> {
        Ok(records::keyed_by(body, &records::array_under(body, "jobs")?, "id"))
    }

    fn posting(&self, record: &Record) -> Result<Posting, RejectReason> {
        let payload = field::object(record.payload)?;
        if field::flag(payload, "isListed") == Some(false) {
            return Err(RejectReason::new(
                "unlisted",
                "`isListed` is false: the company does not show this posting",
            ));
        }
        Ok(Posting {
            source_job_id: record.source_job_id.to_owned(),
            title: field::text(payload, "title"),
            company: board::company(record.search),
            location: field::first_text(payload, &["location", "secondaryLocations.0.location"]),
            more_locations: field::texts_of(payload, "secondaryLocations", "location"),
            place: Place {
                city: field::text(payload, "address.postalAddress.addressLocality"),
                region: field::text(payload, "address.postalAddress.addressRegion"),
                country: field::text(payload, "address.postalAddress.addressCountry"),
                ..Place::default()
            },
            // `isRemote` is also true of hybrid postings, so the finer field wins.
            remote: field::work_model(payload, "workplaceType")
                .or_else(|| field::remote_flag(payload, "isRemote")),
            employment: field::text(payload, "employmentType"),
            salary: salary(payload),
            description_html: field::text(payload, "descriptionHtml"),
            description_text: field::text(payload, "descriptionPlain"),
            posted_at: field::instant(payload, "publishedAt"),
            updated_at: field::instant(payload, "updatedAt"),
            apply_url: field::text(payload, "applyUrl"),
            job_link: field::text(payload, "jobUrl"),
            ..Posting::default()
        })
    }
}

/// The first component that is base pay; bonus, commission and equity are other components.
fn salary(payload: &Value) -> Salary {
    let text = field::first_text(
        payload,
        &["compensation.scrapeableCompensationSalarySummary", "compensation.compensationTierSummary"],
    );
    let components =
        field::at(payload, "compensation.summaryComponents").as_array().map_or(&[][..], Vec::as_slice);
    let stated = components.iter().find(|component| {
        field::text(component, "compensationType").as_deref() == Some("Salary")
            && (field::number(component, "minValue").is_some()
                || field::number(component, "maxValue").is_some())
    });
    let Some(component) = stated else { return Salary { text, ..Salary::default() } };
    Salary {
        min: field::number(component, "minValue"),
        max: field::number(component, "maxValue"),
        currency: field::text(component, "currencyCode"),
        period: field::text(component, "interval"),
        text,
    }
}
