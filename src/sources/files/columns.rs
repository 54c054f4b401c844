//! Which column of an export fills which field: what `columns` of the search says, else the usual names, among them
//! those of a JobSpy table.

use crate::posting::{Place, Posting, RejectReason, RemoteType, Salary};
use crate::sources::{Record, Search, field, records};
use serde_json::Value;

/// Our field, and the columns tried in order when the search does not map it.
const COLUMNS: &[(&str, &[&str])] = &[
    ("source_job_id", &["source_job_id", "provider_job_id", "job_id", "id"]),
    ("title", &["title", "job_title", "position"]),
    ("company", &["company", "company_name", "employer_name", "employer"]),
    ("company_size", &["company_size", "company_num_employees"]),
    ("location", &["location", "job_location"]),
    ("city", &["city", "place_city", "job_city"]),
    ("region", &["region", "place_region", "state", "province", "job_state"]),
    ("country", &["country", "place_country", "job_country"]),
    ("lat", &["lat", "latitude", "place_lat", "location_lat"]),
    ("lon", &["lon", "longitude", "place_lon", "location_lon"]),
    ("remote", &["remote", "remote_type", "work_model", "is_remote"]),
    ("employment", &["employment", "contract_type", "employment_type", "job_type"]),
    ("seniority", &["seniority", "seniority_raw", "job_level"]),
    ("salary_min", &["salary_min", "min_amount", "min_salary"]),
    ("salary_max", &["salary_max", "max_amount", "max_salary"]),
    ("salary_currency", &["salary_currency", "currency"]),
    ("salary_period", &["salary_period", "interval"]),
    ("salary_text", &["salary_text", "salary"]),
    ("description", &["description", "description_html", "description_text", "job_description"]),
    ("skills", &["skills", "skills_raw", "tags"]),
    ("posted_at", &["posted_at", "date_posted", "published_at", "publication_date"]),
    ("updated_at", &["updated_at"]),
    ("expires_at", &["expires_at", "valid_through"]),
    ("apply_url", &["apply_url", "job_url_direct", "apply_link"]),
    ("job_link", &["job_link", "job_url", "url", "link"]),
    ("requisition_id", &["requisition_id", "req_id"]),
];

/// What tools that write tables put where there is nothing.
const NOTHING: [&str; 6] = ["nan", "none", "null", "nat", "n/a", "<na>"];

/// Whether `columns` may map this field.
pub fn is_field(name: &str) -> bool {
    COLUMNS.iter().any(|(field, _)| *field == name)
}

/// Every field that `columns` may map.
pub fn names() -> String {
    COLUMNS.iter().map(|(field, _)| *field).collect::<Vec<_>>().join(", ")
}

/// The row's own identifier, read from its JSON so that a long number keeps its digits.
pub fn identifier(payload: &Value, json: &str, search: &Search) -> Option<String> {
    let column = column(payload, search, "source_job_id")?;
    records::member_text(json, column).or_else(|| Columns { payload, search }.text("source_job_id"))
}

/// The page of the advertisement.
pub fn link(payload: &Value, search: &Search) -> Option<String> {
    Columns { payload, search }.text("job_link")
}

/// Reads a row.
pub fn posting(record: &Record) -> Result<Posting, RejectReason> {
    let columns = Columns { payload: field::object(record.payload)?, search: record.search };
    let description = columns.text("description");
    let is_html = description.as_deref().is_some_and(has_tags);
    let (html, plain) = if is_html { (description, None) } else { (None, description) };
    Ok(Posting {
        source_job_id: record.source_job_id.to_owned(),
        title: columns.text("title"),
        company: columns.text("company").or_else(|| record.search.company.clone()),
        company_size: columns.text("company_size"),
        more_locations: Vec::new(),
        location: columns.text("location").or_else(|| columns.place()),
        place: Place {
            city: columns.text("city"),
            region: columns.text("region"),
            country: columns.text("country"),
            lat: columns.number("lat"),
            lon: columns.number("lon"),
        },
        remote: columns.remote(),
        employment: columns.text("employment"),
        seniority: columns.text("seniority"),
        salary: columns.salary(),
        description_html: html,
        description_text: plain,
        skills: columns.skills(),
        posted_at: columns.instant("posted_at"),
        updated_at: columns.instant("updated_at"),
        expires_at: columns.instant("expires_at"),
        apply_url: columns.text("apply_url"),
        job_link: columns.text("job_link"),
        requisition_id: columns.text("requisition_id"),
    })
}

/// One row with the map of its columns.
struct Columns<'a> {
    payload: &'a Value,
    search: &'a Search,
}

impl Columns<'_> {
    fn text(&self, name: &str) -> Option<String> {
        self.filled(name, field::text)
    }

    fn instant(&self, name: &str) -> Option<String> {
        self.filled(name, field::instant)
    }

    fn number(&self, name: &str) -> Option<f64> {
        field::number(self.payload, column(self.payload, self.search, name)?)
    }

    fn filled(&self, name: &str, read: fn(&Value, &str) -> Option<String>) -> Option<String> {
        let text = read(self.payload, column(self.payload, self.search, name)?)?;
        (!is_nothing(&text)).then_some(text)
    }

    fn remote(&self) -> Option<RemoteType> {
        let column = column(self.payload, self.search, "remote")?;
        field::work_model(self.payload, column).or_else(|| field::remote_flag(self.payload, column))
    }

    fn place(&self) -> Option<String> {
        let parts: Vec<String> =
            ["city", "region", "country"].iter().filter_map(|name| self.text(name)).collect();
        Some(parts.join(", ")).filter(|place| !place.is_empty())
    }

    /// A list, or texts with commas or semicolons between them.
    fn skills(&self) -> Vec<String> {
        let Some(column) = column(self.payload, self.search, "skills") else { return Vec::new() };
        let texts = field::texts(self.payload, column);
        let parts = texts.iter().flat_map(|text| text.split([',', ';', '|']));
        parts
            .map(|skill| skill.trim().to_owned())
            .filter(|skill| !skill.is_empty() && !is_nothing(skill))
            .collect()
    }

    /// JobSpy marks pay that it searched out of the description itself; that is an estimate and is left out.
    fn salary(&self) -> Salary {
        if field::text(self.payload, "salary_source").as_deref() == Some("description") {
            return Salary::default();
        }
        let (min, max) = (self.number("salary_min"), self.number("salary_max"));
        let text = self.text("salary_text");
        if min.is_none() && max.is_none() {
            return Salary { text, ..Salary::default() };
        }
        Salary { min, max, currency: self.text("salary_currency"), period: self.text("salary_period"), text }
    }
}

/// The column that fills a field in this row: the mapped one, else the first usual one that holds something.
fn column<'a>(payload: &Value, search: &'a Search, name: &str) -> Option<&'a str> {
    if let Some(mapped) = search.columns.get(name) {
        return Some(mapped);
    }
    let (_, usual) = COLUMNS.iter().find(|(field, _)| *field == name)?;
    usual.iter().copied().find(|column| match field::at(payload, column) {
        Value::Bool(_) => true,
        _ => field::text(payload, column).is_some_and(|text| !is_nothing(&text)),
    })
}

fn is_nothing(text: &str) -> bool {
    NOTHING.contains(&text.to_ascii_lowercase().as_str())
}

fn has_tags(text: &str) -> bool {
    const TAGS: [&str; 8] = ["</p>", "</li>", "</div>", "<br", "</h1>", "</h2>", "</h3>", "</strong>"];
    TAGS.iter().any(|tag| text.contains(tag))
}
