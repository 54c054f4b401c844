//! The words the whole pipeline shares: a posting as one source sent it, and the closed vocabularies of its columns.
//! Never reads a clock, a file or a database.

use serde::{Deserialize, Serialize};

/// One advertisement at one source, in the source's own words: fields are found, nothing is cleaned or guessed.
///
/// `normalize` turns it into canonical columns. Every text may still hold HTML entities, tracking parameters and
/// stray white space.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Posting {
    /// The source's own identifier, kept as text so that integers above 2^64 survive.
    pub source_job_id: String,
    /// Headline of the advertisement.
    pub title: Option<String>,
    /// Hiring organisation as displayed.
    pub company: Option<String>,
    /// Number of employees, or a bracket such as `51-200`.
    pub company_size: Option<String>,
    /// Place as displayed, for example `Toronto, ON, Canada`.
    pub location: Option<String>,
    /// Further places as displayed, where the source lists several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub more_locations: Vec<String>,
    /// The same place in parts, where the source sends parts.
    pub place: Place,
    /// Work model, when the source states it in a field made for it.
    pub remote: Option<RemoteType>,
    /// Employment type in the source's word; several are joined by `, `.
    pub employment: Option<String>,
    /// Seniority level in the source's word.
    pub seniority: Option<String>,
    /// Pay from structured fields, and the source's pay text.
    pub salary: Salary,
    /// Description as HTML (one level of escaping already undone where the source escapes twice).
    pub description_html: Option<String>,
    /// Description as plain text, used when there is no HTML.
    pub description_text: Option<String>,
    /// Tags and technologies the source lists.
    pub skills: Vec<String>,
    /// When it was published: epoch seconds or milliseconds, RFC 3339, RFC 2822, or a bare date.
    pub posted_at: Option<String>,
    /// When it was last changed, in the same forms.
    pub updated_at: Option<String>,
    /// When it ends, in the same forms.
    pub expires_at: Option<String>,
    /// Where one applies.
    pub apply_url: Option<String>,
    /// The page of the advertisement.
    pub job_link: Option<String>,
    /// The employer's requisition number.
    pub requisition_id: Option<String>,
}

/// A place in parts; coordinates are WGS 84 degrees.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Place {
    pub city: Option<String>,
    pub region: Option<String>,
    pub country: Option<String>,
    pub lat: Option<f64>,
    pub lon: Option<f64>,
}

/// Pay as stated: major units of `currency` per `period`. A source's own estimate is never put here.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Salary {
    pub min: Option<f64>,
    pub max: Option<f64>,
    pub currency: Option<String>,
    pub period: Option<String>,
    pub text: Option<String>,
}

/// A closed vocabulary stored as lower-case text, with the values of a database CHECK and a dbt seed.
macro_rules! vocabulary {
    ($(#[$doc:meta])* $name:ident { $($(#[$mark:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[expect(missing_docs, reason = "the stored text says it")]
        pub enum $name { $($(#[$mark])* #[serde(rename = $text)] $variant),+ }

        impl $name {
            /// Every value, in the order of declaration.
            pub const ALL: &[$name] = &[$($name::$variant),+];

            /// The text stored in the database.
            pub fn as_str(self) -> &'static str {
                match self { $($name::$variant => $text),+ }
            }

            /// The value stored as `text`, or `None` when the vocabulary lacks it.
            pub fn from_stored(text: &str) -> Option<$name> {
                match text { $($text => Some($name::$variant),)+ _ => None }
            }
        }
    };
}

vocabulary! {
    /// Where the work is done; `unknown` is an answer of its own, never `onsite`.
    #[derive(Default)]
    RemoteType { Remote = "remote", Hybrid = "hybrid", Onsite = "onsite", #[default] Unknown = "unknown" }
}

vocabulary! {
    /// The kind of contract.
    ContractType {
        FullTime = "full_time", PartTime = "part_time", Contract = "contract",
        Intern = "intern", Temp = "temp", Unknown = "unknown",
    }
}

vocabulary! {
    /// The span of time that a stated pay covers.
    SalaryPeriod { Hour = "hour", Day = "day", Week = "week", Month = "month", Year = "year" }
}

vocabulary! {
    /// How exactly an instant is known; a bare date is `day`.
    Precision { Second = "second", Day = "day" }
}

vocabulary! {
    /// The ladder of seniority, lowest first.
    Seniority {
        Intern = "intern", Junior = "junior", Intermediate = "intermediate", Senior = "senior",
        Lead = "lead", Manager = "manager", Director = "director", Executive = "executive",
    }
}

/// Why one record could not become a posting. The text is stored in `ops.rejects`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectReason {
    /// A short stable code such as `missing_title`.
    pub code: &'static str,
    /// One sentence for a person: which field, and what it held.
    pub detail: String,
}

impl RejectReason {
    /// A reason with its code and sentence.
    pub fn new(code: &'static str, detail: impl Into<String>) -> RejectReason {
        RejectReason { code, detail: detail.into() }
    }
}

/// An exact amount in hundredths: cents of pay, or hundredths of a score. Stored as `numeric(_, 2)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Hundredths(pub i64);

impl Hundredths {
    /// The nearest hundredth, or `None` for a value that is not finite or beyond `numeric(14, 2)`.
    pub fn from_f64(value: f64) -> Option<Hundredths> {
        let hundredths = (value * 100.0).round();
        (hundredths.abs() < 1e14).then_some(Hundredths(hundredths as i64))
    }

    /// The amount in whole units.
    pub fn as_f64(self) -> f64 {
        self.0 as f64 / 100.0
    }
}
