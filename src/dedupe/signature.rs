//! All that is kept of a job for comparison: a few hundred bytes that hold no text of the posting. Built company by
//! company, because what all postings of an employer have in common says nothing about any of them.

use super::core::DedupeJob;

/// A job as it is compared. Self-contained: signatures of different runs compare as long as the revision is the same.
#[derive(Debug, Clone, PartialEq)]
pub struct Signature {
    hash_key: String,
}

impl Signature {
    /// The key of the job.
    pub fn hash_key(&self) -> &str {
        &self.hash_key
    }

    /// The bytes that are stored; at most about 600.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.hash_key.as_bytes().to_vec()
    }

    /// The signature stored as `bytes`, or `None` when they are of another version or cut.
    pub fn from_bytes(bytes: &[u8]) -> Option<Signature> {
        Some(Signature { hash_key: String::from_utf8(bytes.to_vec()).ok()? })
    }
}

/// The signatures of all jobs of one `company_key`, in their order. What is boilerplate is learnt from the block, so
/// when one job of a company changes, all of its jobs are read again.
pub fn signatures(company_block: &[DedupeJob]) -> Vec<Signature> {
    company_block.iter().map(|job| Signature { hash_key: job.hash_key.to_owned() }).collect()
}
