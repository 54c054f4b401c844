//! Which hosts the searches of a source go to. Asks nobody.

use crate::config::sources::SourceConfig;
use crate::sources::Source;
use std::collections::BTreeMap;

/// The configuration once for each host that its searches go to; one host unless the source has several of its own.
pub(super) fn by_host(source: &dyn Source, config: &SourceConfig) -> Vec<SourceConfig> {
    if config.base_url.is_some() {
        return vec![config.clone()];
    }
    let mut hosts: BTreeMap<&'static str, SourceConfig> = BTreeMap::new();
    for search in &config.searches {
        let base_url = source.base_url_for(search);
        let host = hosts.entry(base_url).or_insert_with(|| SourceConfig {
            base_url: Some(base_url.to_owned()),
            searches: Vec::new(),
            ..config.clone()
        });
        host.searches.push(search.clone());
    }
    hosts.into_values().collect()
}
