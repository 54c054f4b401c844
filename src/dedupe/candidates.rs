//! Which pairs are worth comparing: those that share a link, a requisition, a headline, or a band of their texts' sketches.
//! Every bucket has a limit, so that the number of pairs grows with the number of jobs; what a bucket holds beyond it is
//! sorted and compared with its neighbours only. Nothing here depends on the order of the jobs.

use super::address;
use super::hash;
use super::signature::Signature;
use super::text::BINS;
use super::title;
use rayon::prelude::*;
use std::collections::HashSet;

/// Up to this many members of a bucket are compared with each other.
const ALL_PAIRS: usize = 24;
/// In a bigger bucket, each member is compared with so many that follow it.
const WINDOW: usize = 8;
/// A link shared by more jobs than this is a page that lists many, whatever it looks like.
const CROWDED: usize = 20;
/// Bins of one band: texts that agree by 0.45 share one of the 40 bands in 98 of 100 cases; by 0.3, as a copy does that was cut
/// to a third, in 67.
const ROWS: usize = 3;
/// Bands that are compared before pairs found twice are forgotten.
const BANDS_AT_ONCE: usize = 8;
/// Bands that are used.
const BANDS: usize = 40;
/// Fewer shingles of its own than this, and a text is not searched by its bands.
const LEAST_FOR_BANDS: u16 = 16;
/// Agreement below which a pair found by a band or a place is forgotten at once, by shingles and by containment.
const BAND_OVERLAP: (f32, f32) = (0.45, 0.7);

/// Pairs to be compared, and the links that are no evidence.
pub struct Candidates {
    /// `left < right`, sorted, each once.
    pub pairs: Vec<(u32, u32)>,
    /// Links that too many jobs share.
    pub crowded: HashSet<u64>,
}

/// A key and the index of a job that has it.
type Keyed = (u64, u32);

/// Finds them.
pub fn candidates(signatures: &[Signature]) -> Candidates {
    let each = || signatures.par_iter().zip(0_u32..signatures.len() as u32);
    let links: Vec<Keyed> =
        each().flat_map_iter(|(job, index)| job.links.iter().map(move |link| (*link, index))).collect();
    let (links, crowded) = without_crowded(sorted(links));
    let requisitions = each().flat_map_iter(|(job, index)| {
        let company = hash::of(&job.company);
        job.requisitions.iter().map(move |requisition| (hash::pair(company, *requisition), index))
    });
    let headline = |job: &Signature| hash::of(&title::sorted_words(&job.title));
    let of_companies = each().map(|(job, index)| (hash::pair(hash::of(&job.company), headline(job)), index));
    let of_places =
        each().map(|(job, index)| (hash::pair(u64::from(job.spots.anchor()), headline(job)), index));
    let mut pairs = pairs_of(&links, signatures, |_, _| true);
    pairs.extend(pairs_of(&sorted(requisitions.collect()), signatures, |_, _| true));
    pairs.extend(pairs_of(&sorted(of_companies.collect()), signatures, |_, _| true));
    // One headline in one city is common; only names of employers that begin alike are worth a look, and texts of which one
    // holds much of the other: a copy that was cut shares too few of its shingles to meet the other in a band.
    pairs.extend(pairs_of(&sorted(of_places.collect()), signatures, |left, right| {
        left.company != right.company
            && (left.company.chars().take(3).eq(right.company.chars().take(3)) || are_alike(left, right))
    }));
    let bands: Vec<usize> = (0..BANDS).collect();
    for some in bands.chunks(BANDS_AT_ONCE) {
        let mut found: Vec<(u32, u32)> =
            some.par_iter().flat_map_iter(|band| pairs_of_band(*band, signatures)).collect();
        // Texts that are one meet in every band: known at once, they would be most of the memory.
        found.par_sort_unstable();
        found.dedup();
        pairs.extend(found);
    }
    pairs.par_sort_unstable();
    pairs.dedup();
    Candidates { pairs, crowded }
}

fn sorted(mut keyed: Vec<Keyed>) -> Vec<Keyed> {
    keyed.par_sort_unstable();
    keyed
}

fn without_crowded(links: Vec<Keyed>) -> (Vec<Keyed>, HashSet<u64>) {
    let mut kept = Vec::with_capacity(links.len());
    let mut crowded = HashSet::new();
    for bucket in links.chunk_by(|left, right| left.0 == right.0) {
        let link = bucket[0].0;
        // A page that lists several names none; two that share it may still be one opening with one headline.
        let most = if address::names_one(link) { CROWDED } else { CROWDED / 2 };
        if bucket.len() > most {
            crowded.insert(link);
        } else {
            kept.extend_from_slice(bucket);
        }
    }
    (kept, crowded)
}

fn pairs_of_band(band: usize, signatures: &[Signature]) -> Vec<(u32, u32)> {
    const { assert!(ROWS * BANDS <= BINS, "the bands fit into the sketch") };
    let key = |job: &Signature| hash::of_bytes(&job.sketch.bins()[band * ROWS..(band + 1) * ROWS]);
    let mut keyed: Vec<Keyed> = signatures
        .iter()
        .zip(0..)
        .filter(|(job, _)| job.sketch.count >= LEAST_FOR_BANDS)
        .map(|(job, index)| (key(job), index))
        .collect();
    keyed.sort_unstable();
    pairs_of(&keyed, signatures, are_alike)
}

fn are_alike(left: &Signature, right: &Signature) -> bool {
    let overlap = left.sketch.overlap(&right.sketch);
    overlap.jaccard >= BAND_OVERLAP.0 || overlap.containment >= BAND_OVERLAP.1
}

/// The pairs of each bucket that `is_wanted`.
fn pairs_of(
    keyed: &[Keyed],
    signatures: &[Signature],
    is_wanted: impl Fn(&Signature, &Signature) -> bool,
) -> Vec<(u32, u32)> {
    let job = |index: u32| &signatures[index as usize];
    let mut pairs = Vec::new();
    for bucket in keyed.chunk_by(|left, right| left.0 == right.0).filter(|bucket| bucket.len() > 1) {
        let mut members: Vec<u32> = bucket.iter().map(|(_, index)| *index).collect();
        let window = if members.len() <= ALL_PAIRS { members.len() } else { WINDOW };
        if window < members.len() {
            // Likely duplicates become neighbours: one employer, one place, one text.
            members.sort_by_cached_key(|index| {
                let job = job(*index);
                (job.company.clone(), job.spots.anchor(), job.digest, job.hash_key.clone())
            });
        }
        for (at, left) in members.iter().enumerate() {
            for right in members[at + 1..].iter().take(window) {
                if left != right && is_wanted(job(*left), job(*right)) {
                    pairs.push((*left.min(right), *left.max(right)));
                }
            }
        }
    }
    pairs
}
