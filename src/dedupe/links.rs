//! Which jobs are one opening: candidates from shared links, requisitions, headlines and texts, then a verdict for each
//! pair. Near linear in the number of jobs; the order of the signatures never changes which pairs are merged.

use super::candidates::candidates;
use super::core::{Link, Verdict};
use super::signature::Signature;
use super::verdict::{Finding, judge};
use rayon::prelude::*;
use std::cmp::Ordering;

/// Near misses that are kept for each job; a chain with one headline in a hundred cities has thousands.
const MOST_RETAINED: u8 = 3;

/// The pairs that are one opening, and those that came near and stay apart. Sorted by `left` and `right`; a pair occurs
/// once.
pub fn links(signatures: &[Signature]) -> Vec<Link> {
    let found = candidates(signatures);
    let judged = found.pairs.par_iter().filter_map(|(left, right)| {
        let finding = judge(&signatures[*left as usize], &signatures[*right as usize], &found.crowded)?;
        Some(link(*left, *right, finding))
    });
    let (merged, retained): (Vec<Link>, Vec<Link>) = judged.partition_map(|link| match link.verdict {
        Verdict::Merged => rayon::iter::Either::Left(link),
        Verdict::Retained => rayon::iter::Either::Right(link),
    });
    let mut links = merged;
    links.extend(nearest(retained, signatures));
    links.par_sort_unstable_by_key(|link| (link.left, link.right));
    links
}

fn link(left: u32, right: u32, finding: Finding) -> Link {
    let Finding { why, similarity, title, text, verdict } = finding;
    Link { left, right, why, similarity, title_similarity: title, text_similarity: text, verdict }
}

/// The nearest misses of each job.
fn nearest(mut retained: Vec<Link>, signatures: &[Signature]) -> Vec<Link> {
    retained.par_sort_unstable_by(|left, right| strongest_first(left, right, signatures));
    let mut kept = vec![0_u8; signatures.len()];
    retained.retain(|link| {
        let ends = [link.left as usize, link.right as usize];
        let wanted = ends.iter().all(|end| kept[*end] < MOST_RETAINED);
        if wanted {
            ends.iter().for_each(|end| kept[*end] += 1);
        }
        wanted
    });
    retained
}

/// The order in which links are looked at, whatever the order of the jobs.
pub fn strongest_first(left: &Link, right: &Link, signatures: &[Signature]) -> Ordering {
    let keys = |link: &Link| {
        let ends = [link.left, link.right].map(|end| signatures[end as usize].hash_key());
        (ends[0].min(ends[1]), ends[0].max(ends[1]))
    };
    (right.similarity.total_cmp(&left.similarity))
        .then(left.why.cmp(&right.why))
        .then_with(|| keys(left).cmp(&keys(right)))
}
