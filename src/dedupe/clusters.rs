//! From links to clusters: union-find over the merged links, the strongest first, so that what a reader keeps apart is
//! separated at the weakest link of the path. The order of input never matters.

use super::core::{Link, Member, Verdict, Why};
use super::links::strongest_first;
use super::signature::Signature;
use super::verdict::contradict;
use std::collections::HashMap;

/// Members of two groups that are checked for contradiction before the groups are joined.
const CHECKED: usize = 8;

/// One member for each signature, in their order. `kept_apart` holds pairs of `hash_key` that a reader called
/// different: the two never share a cluster, not even through a third; pairs with a key that is not here count nothing.
///
/// Canonical is the member with a description before one without, then one that is no republisher's copy, then one from
/// the employer's own board, then the one posted earliest, then the smallest key.
pub fn clusters(signatures: &[Signature], links: &[Link], kept_apart: &[(String, String)]) -> Vec<Member> {
    let mut merged: Vec<&Link> = links.iter().filter(|link| link.verdict == Verdict::Merged).collect();
    merged.sort_unstable_by(|left, right| strongest_first(left, right, signatures));
    let mut groups = Groups::new(signatures, kept_apart);
    // The strongest link of each job that was used.
    let mut tied: Vec<Option<&Link>> = vec![None; signatures.len()];
    for link in merged {
        if groups.join(link, signatures) {
            for end in [link.left, link.right] {
                tied[end as usize].get_or_insert(link);
            }
        }
    }
    let mut members: Vec<Option<Member>> = vec![None; signatures.len()];
    for group in groups.members.iter().filter(|group| !group.is_empty()) {
        for member in members_of(group, signatures, &tied) {
            members[member.0] = Some(member.1);
        }
    }
    members.into_iter().map(|member| member.expect("every job is in one group")).collect()
}

/// Union-find whose roots know their members.
struct Groups {
    root: Vec<u32>,
    /// Members of each root, in order of their keys; empty for what is no root.
    members: Vec<Vec<u32>>,
    /// Jobs that must not share a group with a job.
    apart: HashMap<u32, Vec<u32>>,
}

impl Groups {
    fn new(signatures: &[Signature], kept_apart: &[(String, String)]) -> Groups {
        let mut apart: HashMap<u32, Vec<u32>> = HashMap::new();
        if !kept_apart.is_empty() {
            let index: HashMap<&str, u32> = signatures.iter().map(Signature::hash_key).zip(0..).collect();
            for (left, right) in kept_apart {
                if let (Some(left), Some(right)) = (index.get(left.as_str()), index.get(right.as_str())) {
                    apart.entry(*left).or_default().push(*right);
                    apart.entry(*right).or_default().push(*left);
                }
            }
        }
        let count = signatures.len() as u32;
        Groups { root: (0..count).collect(), members: (0..count).map(|index| vec![index]).collect(), apart }
    }

    fn find(&mut self, index: u32) -> u32 {
        let mut at = index;
        while self.root[at as usize] != at {
            self.root[at as usize] = self.root[self.root[at as usize] as usize];
            at = self.root[at as usize];
        }
        at
    }

    /// Joins the groups of a link's ends, unless a reader or a contradiction forbids it. Tells whether they are one now.
    fn join(&mut self, link: &Link, signatures: &[Signature]) -> bool {
        let (left, right) = (self.find(link.left), self.find(link.right));
        if left == right {
            return true;
        }
        if self.is_kept_apart(left, right) || self.is_contradicted(link, left, right, signatures) {
            return false;
        }
        let (into, from) = if self.members[left as usize].len() >= self.members[right as usize].len() {
            (left, right)
        } else {
            (right, left)
        };
        let moved = std::mem::take(&mut self.members[from as usize]);
        self.root[from as usize] = into;
        self.members[into as usize].extend(moved);
        true
    }

    fn is_kept_apart(&self, left: u32, right: u32) -> bool {
        if self.apart.is_empty() {
            return false;
        }
        let other = &self.members[right as usize];
        let enemies =
            self.members[left as usize].iter().filter_map(|member| self.apart.get(member)).flatten();
        enemies.into_iter().any(|enemy| other.contains(enemy))
    }

    /// A posting without a level or a place must not tie two that have different ones. A link or a requisition proves more
    /// than words do, and is not asked.
    fn is_contradicted(&self, link: &Link, left: u32, right: u32, signatures: &[Signature]) -> bool {
        if matches!(link.why, Why::SameLink | Why::SameRequisition) {
            return false;
        }
        let checked = |root: u32| -> Vec<&Signature> {
            let mut members: Vec<&Signature> =
                self.members[root as usize].iter().map(|index| &signatures[*index as usize]).collect();
            if members.len() > CHECKED {
                members.sort_unstable_by_key(|job| job.hash_key());
                members.truncate(CHECKED);
            }
            members
        };
        let others = checked(right);
        checked(left).into_iter().any(|job| others.iter().any(|other| contradict(job, other)))
    }
}

/// The members of one group, with their indexes.
fn members_of(group: &[u32], signatures: &[Signature], tied: &[Option<&Link>]) -> Vec<(usize, Member)> {
    let job = |index: u32| &signatures[index as usize];
    let smallest = group.iter().map(|index| job(*index).hash_key()).min().expect("a group has members");
    let worth = |index: &u32| {
        let job = job(*index);
        let posted_on = if job.posted_on == i32::MIN { i32::MAX } else { job.posted_on };
        (!job.has_text(), job.is_republished, !job.is_own_board, posted_on, job.hash_key())
    };
    let canonical = *group.iter().min_by_key(|index| worth(index)).expect("a group has members");
    let member = |index: &u32| {
        let link = tied[*index as usize];
        let member = Member {
            hash_key: job(*index).hash_key().to_owned(),
            cluster_id: smallest.to_owned(),
            is_canonical: *index == canonical,
            is_repost: group.iter().any(|other| was_before(job(*other), job(*index))),
            why: link.map(|link| link.why),
            similarity: link.map(|link| link.similarity),
        };
        (*index as usize, member)
    };
    group.iter().map(member).collect()
}

/// Whether the same source had the opening on an earlier day: a later copy at another source is no repost.
fn was_before(earlier: &Signature, job: &Signature) -> bool {
    let dated = earlier.posted_on != i32::MIN && job.posted_on != i32::MIN;
    dated
        && earlier.posted_on < job.posted_on
        && earlier.sources.iter().any(|source| job.sources.contains(source))
}
