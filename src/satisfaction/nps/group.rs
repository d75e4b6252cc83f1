//! The score of one group of responses.

use std::collections::BTreeMap;

use serde::Serialize;

use super::params::{Nps, NpsInterval, NpsParams};
use super::plan::{DETRACTORS, PASSIVES, PROMOTERS};
use crate::analysis::Analysis;
use crate::error::{Error, Result};
use crate::kernel::bootstrap::Bootstrap;
use crate::kernel::interval::Interval;
use crate::kernel::survey::{NpsCounts, NpsEstimate, NpsWeights, WaldForm, WeightSums, bootstrap_nps, exact_nps};
use crate::kernel::undefined::Undefined;
use crate::satisfaction::NoScore;
use crate::satisfaction::groups::{GroupKey, Grouped};
use crate::satisfaction::tally::CellTally;

/// The score of one group of responses.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct NpsGroup {
    /// The responses it is made of.
    pub key: GroupKey,
    /// Rows of the group, those without a usable answer among them.
    pub n_rows: u64,
    /// Responses that are scored.
    pub n: u64,
    /// Promoters, passives and detractors, not weighted; `None` where suppressed.
    pub counts: Option<NpsCounts>,
    /// Share of promoters, 0..=1, weighted where answers are.
    pub promoter_share: Option<f64>,
    /// Share of passives, 0..=1.
    pub passive_share: Option<f64>,
    /// Share of detractors, 0..=1.
    pub detractor_share: Option<f64>,
    /// The score, -100..=100.
    pub nps: Option<f64>,
    /// Its standard error in points, with the divisor `n`.
    pub std_error: Option<f64>,
    /// Its interval.
    pub interval: Option<Interval>,
    /// How many equally weighted responses the responses are worth (Kish).
    pub n_eff: Option<f64>,
    /// Why there is no score.
    pub reason: Option<NoScore>,
    /// Why there is no interval, or no standard error either.
    pub no_interval: Option<Undefined>,
    /// What tests are made of.
    #[serde(skip)]
    pub(super) estimate: Option<NpsEstimate>,
    /// Sum of the weights; the number of responses without weights.
    #[serde(skip)]
    total: f64,
}

impl NpsGroup {
    /// What the group weighs beside others.
    pub(super) fn weight(&self) -> f64 {
        self.total
    }

    /// Centre and standard error that differences are tested by, or why there are none.
    pub(in crate::satisfaction) fn tested(&self, form: WaldForm) -> std::result::Result<(f64, f64), Undefined> {
        let no_error = || self.no_interval.clone().unwrap_or(Undefined::TooFew { n: self.n, needed: 1 });
        form.of(self.estimate.as_ref().ok_or_else(no_error)?)
    }
}

/// How groups are scored.
pub(in crate::satisfaction) struct Scoring<'a> {
    params: &'a NpsParams,
    populations: BTreeMap<Vec<Option<String>>, u64>,
    whole: Option<u64>,
}

impl<'a> Scoring<'a> {
    /// Looks up the populations of the segments there are.
    ///
    /// # Errors
    /// `Unusable` when segments have none although others do.
    pub(in crate::satisfaction) fn new(params: &'a NpsParams, grouped: &Grouped) -> Result<Self> {
        let given = params.segment_populations.iter();
        let populations: BTreeMap<Vec<Option<String>>, u64> =
            given.map(|one| (one.segment.iter().cloned().map(Some).collect(), one.n)).collect();
        if !populations.is_empty() {
            let is_known =
                |key: &GroupKey| key.segment.as_ref().is_some_and(|segment| populations.contains_key(segment));
            let n_unknown = grouped.segments.iter().filter(|group| !is_known(&group.key)).count();
            if n_unknown > 0 {
                let reason = format!(
                    "{n_unknown} segment(s) have no population; give it for all by `NpsParams::segment_population`, or \
                     filter them out"
                );
                return Err(Error::Unusable { analysis: Nps::NAME, reason });
            }
        }
        let total = populations.values().fold(0, |sum: u64, &n| sum.saturating_add(n));
        let whole = params.population.or((!populations.is_empty()).then_some(total));
        Ok(Self { params, populations, whole })
    }

    /// The score of a group.
    pub(in crate::satisfaction) fn group(&self, key: &GroupKey, tally: &CellTally, class_of: &[u8]) -> NpsGroup {
        let counts = counts_of(tally, class_of);
        let n = counts.n();
        let empty = NpsGroup {
            key: key.clone(),
            n_rows: tally.n_rows,
            n,
            counts: None,
            promoter_share: None,
            passive_share: None,
            detractor_share: None,
            nps: None,
            std_error: None,
            interval: None,
            n_eff: None,
            reason: None,
            no_interval: None,
            estimate: None,
            total: tally.weights.as_ref().map_or(n as f64, |sums| sums.iter().map(|[sum, _]| sum).sum()),
        };
        if n < self.params.min_n {
            return NpsGroup { reason: Some(NoScore::Suppressed { min_n: self.params.min_n }), ..empty };
        }
        let found = tally.weights.as_ref().map_or_else(|| counts.summary(), |sums| weights_of(sums, &counts).summary());
        let estimate = match found {
            Ok(estimate) => estimate,
            Err(undefined) => return NpsGroup { reason: Some(NoScore::Undefined(undefined)), ..empty },
        };
        let group = NpsGroup {
            counts: Some(counts),
            promoter_share: Some(estimate.promoter_share),
            passive_share: Some(estimate.passive_share),
            detractor_share: Some(estimate.detractor_share),
            nps: Some(estimate.estimate),
            n_eff: Some(estimate.n_eff),
            ..empty
        };
        let of_population = match self.population(key) {
            None => Ok(estimate),
            Some(population) => estimate.in_population(population),
        };
        let estimate = match of_population {
            Ok(estimate) => estimate,
            Err(undefined) => return NpsGroup { no_interval: Some(undefined), ..group },
        };
        let interval = self.interval(&estimate, &counts);
        NpsGroup {
            std_error: Some(estimate.std_error),
            no_interval: interval.as_ref().err().cloned(),
            interval: interval.ok(),
            estimate: Some(estimate),
            ..group
        }
    }

    /// What a group was drawn from: people answer once in a period, but again in the next, so responses
    /// over several periods are not drawn from so many people.
    fn population(&self, key: &GroupKey) -> Option<u64> {
        if self.params.period.is_some() && key.period.is_none() {
            return None;
        }
        let of_segment = |segment: &Vec<Option<String>>| self.populations.get(segment).copied();
        key.segment.as_ref().map_or(self.whole, of_segment)
    }

    fn interval(&self, estimate: &NpsEstimate, counts: &NpsCounts) -> std::result::Result<Interval, Undefined> {
        let conf_level = self.params.conf_level;
        match self.params.interval {
            NpsInterval::AdjustedWald => estimate.adjusted_wald(conf_level).map(|found| found.interval),
            NpsInterval::Wald => estimate.wald(conf_level),
            NpsInterval::Exact => exact_nps(counts, conf_level),
            NpsInterval::Bootstrap { n_replicates, seed } => {
                let settings = Bootstrap { conf_level, ..Bootstrap::new(n_replicates, seed) };
                bootstrap_nps(counts, &settings)?.interval
            }
        }
    }
}

/// Answers by class.
fn counts_of(tally: &CellTally, class_of: &[u8]) -> NpsCounts {
    let of = |class: u8| tally.by_score.iter().zip(class_of).filter(|(_, of)| **of == class).map(|(n, _)| n).sum();
    NpsCounts { promoters: of(PROMOTERS), passives: of(PASSIVES), detractors: of(DETRACTORS) }
}

/// Sums of weights by class.
fn weights_of(sums: &[[f64; 2]], counts: &NpsCounts) -> NpsWeights {
    let of = |class: u8, n: u64| {
        let [sum, squares] = sums.get(usize::from(class)).copied().unwrap_or_default();
        WeightSums { n, sum, squares }
    };
    NpsWeights {
        promoters: of(PROMOTERS, counts.promoters),
        passives: of(PASSIVES, counts.passives),
        detractors: of(DETRACTORS, counts.detractors),
    }
}
