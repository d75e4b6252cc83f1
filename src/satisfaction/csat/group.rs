//! The scores of one group of responses.

use serde::Serialize;

use super::params::{Csat, CsatParams};
use crate::analysis::Analysis;
use crate::error::{Error, Result};
use crate::frame::Scale;
use crate::kernel::interval::{Interval, normal_critical};
use crate::kernel::survey::{MeanScore, ScoreCounts, ScoreWeights, Share, WeightSums};
use crate::kernel::undefined::Undefined;
use crate::satisfaction::NoScore;
use crate::satisfaction::groups::GroupKey;
use crate::satisfaction::tally::CellTally;

/// The satisfaction of one group of responses.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CsatGroup {
    /// The responses it is made of.
    pub key: GroupKey,
    /// Rows of the group, those without a usable answer among them.
    pub n_rows: u64,
    /// Responses that are scored.
    pub n: u64,
    /// Responses by score, from the lowest of the scale, not weighted; `None` where suppressed.
    pub counts: Option<Vec<u64>>,
    /// How many equally weighted responses the responses are worth (Kish).
    pub n_eff: Option<f64>,
    /// Mean answer, weighted where answers are.
    pub mean: Option<f64>,
    /// Standard deviation of the answers, with the divisor `n - 1`.
    pub sd: Option<f64>,
    /// Standard error of the mean.
    pub std_error: Option<f64>,
    /// Interval of the mean, by Student's t, within the scale.
    pub interval: Option<Interval>,
    /// The share of the highest scores, with Wilson's interval.
    pub top_box: Option<Share>,
    /// The share of the lowest scores, with Wilson's interval.
    pub bottom_box: Option<Share>,
    /// Why there are no scores.
    pub reason: Option<NoScore>,
    /// Why the mean has no interval, or no standard error either.
    pub no_interval: Option<Undefined>,
}

/// How groups are scored.
pub(in crate::satisfaction) struct Scoring<'a> {
    params: &'a CsatParams,
    scale: Scale,
    /// The normal quantile of the confidence, which takes longer to find than a share.
    z: f64,
}

/// Mean, top box and bottom box.
type Scores = (MeanScore, Share, Share);

impl<'a> Scoring<'a> {
    pub(in crate::satisfaction) fn new(params: &'a CsatParams, scale: Scale) -> Result<Self> {
        let z = normal_critical(params.conf_level).map_err(|undefined| Error::Unusable {
            analysis: Csat::NAME,
            reason: format!("the confidence has no quantile: {undefined}"),
        })?;
        Ok(Self { params, scale, z })
    }

    /// The scores of a group.
    pub(in crate::satisfaction) fn group(&self, key: &GroupKey, tally: CellTally) -> CsatGroup {
        let n = tally.by_score.iter().sum();
        let empty = CsatGroup {
            key: key.clone(),
            n_rows: tally.n_rows,
            n,
            counts: None,
            n_eff: None,
            mean: None,
            sd: None,
            std_error: None,
            interval: None,
            top_box: None,
            bottom_box: None,
            reason: None,
            no_interval: None,
        };
        if n < self.params.min_n {
            return CsatGroup { reason: Some(NoScore::Suppressed { min_n: self.params.min_n }), ..empty };
        }
        let found = match &tally.weights {
            Some(sums) => self.weighted(&tally.by_score, sums),
            None => self.counted(&tally.by_score),
        };
        let (mean, top_box, bottom_box) = match found {
            Ok(scores) => scores,
            Err(undefined) => return CsatGroup { reason: Some(NoScore::Undefined(undefined)), ..empty },
        };
        CsatGroup {
            counts: Some(tally.by_score),
            n_eff: Some(mean.n_eff),
            mean: Some(mean.estimate),
            sd: mean.sd.ok(),
            std_error: mean.std_error.ok(),
            no_interval: mean.interval.as_ref().err().cloned(),
            interval: mean.interval.ok(),
            top_box: Some(top_box),
            bottom_box: Some(bottom_box),
            ..empty
        }
    }

    fn counted(&self, by_score: &[u64]) -> std::result::Result<Scores, Undefined> {
        let answers = ScoreCounts::new(self.scale.min(), by_score);
        let [top, bottom] = self.boxes();
        let mean = answers.mean(self.params.conf_level)?;
        Ok((mean, answers.top_box_at(top, self.z)?, answers.bottom_box_at(bottom, self.z)?))
    }

    fn weighted(&self, by_score: &[u64], sums: &[[f64; 2]]) -> std::result::Result<Scores, Undefined> {
        let of = |(&n, &[sum, squares]): (&u64, &[f64; 2])| WeightSums { n, sum, squares };
        let sums: Vec<WeightSums> = by_score.iter().zip(sums).map(of).collect();
        let answers = ScoreWeights::new(self.scale.min(), &sums);
        let [top, bottom] = self.boxes();
        let mean = answers.mean(self.params.conf_level)?;
        Ok((mean, answers.top_box_at(top, self.z)?, answers.bottom_box_at(bottom, self.z)?))
    }

    fn boxes(&self) -> [usize; 2] {
        [self.params.top_box as usize, self.params.bottom_box as usize]
    }
}
