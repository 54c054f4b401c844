//! What the stage dedupe reads and says: a job as it is compared, a link between two jobs with its reason, a member of a
//! cluster. Pure; nothing is ever merged in place: a cluster is a row beside the jobs, and taking it away undoes it.

use crate::posting::{ContractType, Hundredths, Place, RemoteType};
use chrono::{DateTime, Utc};

/// Changes whenever two jobs would be compared or grouped differently, so that everything is compared again.
pub const VERSION: &str = "3";

/// What is read of one job: its row in `staging.job_postings_stg`, its enrichment and its sightings.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DedupeJob<'a> {
    /// The key of the job.
    pub hash_key: &'a str,
    /// The hiring organisation as displayed.
    pub company: &'a str,
    /// Its key, as `normalize` makes it.
    pub company_key: &'a str,
    /// The headline as displayed.
    pub job_title: &'a str,
    /// Language of the posting, such as `en`.
    pub language: Option<&'a str>,
    /// Where the work is, as far as it is known; the order does not matter.
    pub places: &'a [Place],
    /// The place as displayed; read only where `places` is empty.
    pub location: Option<&'a str>,
    /// The work model.
    pub remote_type: RemoteType,
    /// Canonical apply links and job links of all its sightings.
    pub links: &'a [String],
    /// The employer's requisition numbers of all its sightings.
    pub requisition_ids: &'a [String],
    /// The description as plain text.
    pub description_text: Option<&'a str>,
    /// The kind of contract.
    pub contract_type: ContractType,
    /// The least and the most pay that its fields state, whatever the currency and period.
    pub pay: (Option<Hundredths>, Option<Hundredths>),
    /// When it was published.
    pub posted_at: Option<DateTime<Utc>>,
    /// The sources that have it, such as `greenhouse`.
    pub sources: &'a [String],
}

/// Why two jobs are taken for one opening. Stored as text; the strongest reason that holds is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Why {
    /// They share a canonical apply link or job link that few other jobs have.
    SameLink,
    /// They share a requisition number of one employer.
    SameRequisition,
    /// One employer, one title, one place, and the same text or nearly so once the employer's boilerplate is gone.
    SamePosting,
    /// One employer and place; the title or part of the text was changed.
    EditedRepost,
    /// Another company advertises the same text for the same place.
    AgencyCopy,
}

impl Why {
    /// Every value, strongest first.
    pub const ALL: &[Why] =
        &[Why::SameLink, Why::SameRequisition, Why::SamePosting, Why::EditedRepost, Why::AgencyCopy];

    /// The text stored in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Why::SameLink => "same_link",
            Why::SameRequisition => "same_requisition",
            Why::SamePosting => "same_posting",
            Why::EditedRepost => "edited_repost",
            Why::AgencyCopy => "agency_copy",
        }
    }

    /// The value stored as `text`, or `None` when the vocabulary lacks it.
    pub fn from_stored(text: &str) -> Option<Why> {
        Why::ALL.iter().copied().find(|why| why.as_str() == text)
    }
}

/// What became of a pair that was compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The two are taken for one opening.
    Merged,
    /// They came near and stay apart.
    Retained,
}

/// Two jobs that were compared. `left < right` are indexes in the slice of signatures.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Link {
    /// Index of the one.
    pub left: u32,
    /// Index of the other.
    pub right: u32,
    /// The reason; of a retained pair, the reason that was looked into.
    pub why: Why,
    /// How sure the reason is, 0 to 1; the weakest link of a path is cut first.
    pub similarity: f32,
    /// Agreement of the titles, 0 to 1.
    pub title_similarity: f32,
    /// Agreement of the texts without boilerplate, 0 to 1; `None` where one has no text of its own.
    pub text_similarity: Option<f32>,
    /// Whether they are one opening.
    pub verdict: Verdict,
}

/// One job's place in its cluster. Every job has exactly one; alone, it is its own cluster and canonical.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// The key of the job.
    pub hash_key: String,
    /// The smallest `hash_key` of the cluster.
    pub cluster_id: String,
    /// Whether this job stands for its cluster; exactly one does.
    pub is_canonical: bool,
    /// Whether the same employer's opening had been posted before, by another member of the cluster.
    pub is_repost: bool,
    /// The strongest link that ties it to the cluster; `None` alone.
    pub why: Option<Why>,
    /// The similarity of that link; `None` alone.
    pub similarity: Option<f32>,
}
