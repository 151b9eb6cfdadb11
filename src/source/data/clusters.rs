//! The reader `kubernetes`: what runs of the entities that ask, cluster by cluster.

use super::{Answers, DataAsked, Given};
use crate::config::{Config, DataFrom, Reader};
use crate::diagnostics::Finding;
use crate::source::crawl::CrawlOptions;
use crate::source::kubernetes::{self, Asked, Declared};
use std::sync::Arc;

/// Adds the answers of all clusters to those of other sources.
pub(super) fn read(
    config: &Config,
    asked: &[DataAsked],
    declared: &[Declared<'_>],
    options: &CrawlOptions<'_>,
    answers: &mut Answers,
) -> Vec<Finding> {
    let Some(of) = &config.kubernetes else { return Vec::new() };
    let reads = |plugin: usize| {
        config.plugins[plugin].data.iter().position(|one| matches!(one.from, DataFrom::Reader(Reader::Kubernetes)))
    };
    let askers: Vec<(usize, usize)> =
        asked.iter().enumerate().filter_map(|(at, asked)| Some((at, reads(asked.plugin)?))).collect();
    let wanted: Vec<Asked<'_>> = askers.iter().map(|(at, _)| wanted(&asked[*at])).collect();
    let (given, findings) = kubernetes::read(of, declared, &wanted, options);
    for ((at, source), given) in askers.into_iter().zip(given) {
        let given = Given { data: Some(Arc::new(given.objects)), as_of: given.as_of, fault: given.stale };
        answers.mark.update(format!("{at}\n{source}\n{given:?}\n").as_bytes());
        answers.of_asked[at][source] = Some(Arc::new(given));
    }
    findings
}

fn wanted(asked: &DataAsked) -> Asked<'_> {
    let annotation = |name: &str| asked.annotations.get(&format!("backstage.io/kubernetes-{name}")).map(String::as_str);
    Asked {
        reference: &asked.reference,
        id: annotation("id"),
        label_selector: annotation("label-selector"),
        namespace: annotation("namespace"),
        cluster: annotation("cluster"),
        depends_on: asked.depends_on.iter().map(|target| &**target).collect(),
        place: Some(asked.place.clone()),
    }
}
