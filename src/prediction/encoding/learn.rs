//! Learning: from the rows of training to a fitted encoder.

use polars::prelude::*;
use rayon::prelude::*;

use super::ENCODING;
use super::coding::Fitted;
use super::counts::refused;
use super::dropped::Dropped;
use super::encoder::Encoder;
use super::feature_encoding::Missing;
use super::interaction::{Interaction, MOST_PAIRS, is_spline, pairs_of};
use super::learn_levels::{learn_bins, learn_calendar, learn_labels};
use super::learn_numbers::{learn_days, learn_number};
use super::means::means;
use super::params::{Encoding, EncodingParams};
use super::plan::{Plan, Reading, plans};
use crate::error::{Error, Result};
use crate::kernel::weight::WeightKind;

/// Why a feature cannot be learned.
pub(super) enum Problem {
    /// What is wrong with its cells, to be told with what is wrong with those of others.
    Cells(String),
    Failed(Error),
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// What one feature has learned, and the means of its columns where they are known with it.
pub(super) struct Part {
    pub(super) fitted: Fitted,
    pub(super) means: Option<Vec<f64>>,
}

pub(super) type Learned<T> = std::result::Result<T, Problem>;

/// The weights of the rows that are learned from, all above 0.
#[derive(Clone, Copy)]
pub(super) struct RowWeights<'a> {
    pub(super) values: &'a [f64],
    pub(super) kind: WeightKind,
}

/// Learns an encoding from the features of a table.
pub(super) fn fit(
    encoding: &Encoding,
    frame: &DataFrame,
    features: &[String],
    weights: Option<&[f64]>,
) -> Result<Encoder> {
    let params = &encoding.0;
    let plans = plans(params, frame.schema(), features)?;
    if plans.is_empty() {
        return Err(refused(&["there is no feature".to_owned()]));
    }
    check_weights(frame, weights)?;
    let frame = frame.select(features.iter().map(String::as_str)).map_err(Error::query(ENCODING))?;
    let rows = Rows::of(&frame, &plans, weights)?;
    let learned: Vec<Learned<Vec<Part>>> =
        plans.par_iter().zip(&rows.n_dropped_for).map(|(plan, &n_dropped)| learn(plan, &rows, n_dropped)).collect();
    let (mut learned_parts, mut problems) = (Vec::new(), Vec::new());
    for feature in learned {
        match feature {
            Ok(parts) => learned_parts.extend(parts),
            Err(Problem::Cells(problem)) => problems.push(problem),
            Err(Problem::Failed(error)) => return Err(error),
        }
    }
    if !problems.is_empty() {
        return Err(refused(&problems));
    }
    let means: Option<Vec<Vec<f64>>> = learned_parts.iter().map(|part| part.means.clone()).collect();
    let features: Vec<Fitted> = learned_parts.into_iter().map(|part| part.fitted).collect();
    match means {
        // Nothing has to be encoded to know the means.
        Some(means) if params.interactions.is_empty() => {
            let n_rows = rows.frame.height() as u64;
            Ok(Encoder::new(n_rows, rows.n_dropped, features, Vec::new(), means.concat()))
        }
        _ => with_products(params, features, &rows),
    }
}

/// The rows that are learned from.
struct Rows {
    frame: DataFrame,
    weights: Option<Vec<f64>>,
    n_dropped: u64,
    /// Rows without a value of each feature that leaves such rows out.
    n_dropped_for: Vec<u64>,
}

impl Rows {
    /// All rows but those of weight 0 and those that a missing cell leaves out.
    fn of(frame: &DataFrame, plans: &[Plan], weights: Option<&[f64]>) -> Result<Self> {
        let n_rows = frame.height();
        let is_used: Vec<bool> =
            weights.map_or_else(|| vec![true; n_rows], |weights| weights.iter().map(|&weight| weight > 0.0).collect());
        let n_used = is_used.iter().filter(|is| **is).count();
        let is_dropping = |plan: &&Plan| plan.missing == Missing::Drop;
        let columns: Vec<&str> = plans.iter().filter(is_dropping).map(|plan| plan.column.as_str()).collect();
        let dropped = Dropped::of(frame, &columns, is_used)?;
        let mut n_missing = dropped.n_missing.iter();
        let of_plan = |plan: &Plan| is_dropping(&plan).then(|| n_missing.next().copied()).flatten().unwrap_or_default();
        let n_dropped_for = plans.iter().map(of_plan).collect();
        if dropped.n_kept == n_rows {
            let weights = weights.map(<[f64]>::to_vec);
            return Ok(Self { frame: frame.clone(), weights, n_dropped: 0, n_dropped_for });
        }
        if dropped.n_kept == 0 {
            let reason = format!("no row is left of {n_rows}: each lacks a feature for which rows are dropped");
            return Err(refused(&[reason]));
        }
        let of_kept = |weights: &[f64]| {
            let kept = weights.iter().zip(&dropped.is_kept).filter(|(_, is_kept)| **is_kept);
            kept.map(|(weight, _)| *weight).collect()
        };
        let n_dropped = (n_used - dropped.n_kept) as u64;
        Ok(Self { frame: dropped.kept(frame)?, weights: weights.map(of_kept), n_dropped, n_dropped_for })
    }

    fn weights(&self) -> Option<RowWeights<'_>> {
        let values = self.weights.as_deref()?;
        let are_whole = values.iter().all(|weight| weight.fract() == 0.0);
        let kind = if are_whole { WeightKind::Frequency } else { WeightKind::Sampling };
        Some(RowWeights { values, kind })
    }
}

/// Refuses weights that are none.
fn check_weights(frame: &DataFrame, weights: Option<&[f64]>) -> Result<()> {
    let Some(weights) = weights else { return Ok(()) };
    let problem = |reason: String| Err(refused(&[reason]));
    if weights.len() != frame.height() {
        return problem(format!("{} weight(s) for {} row(s)", weights.len(), frame.height()));
    }
    let n_bad = weights.iter().filter(|weight| !(0.0..=f64::MAX).contains(*weight)).count();
    if n_bad > 0 {
        return problem(format!("{n_bad} weight(s) are negative, NaN or infinite; filter their rows out"));
    }
    if !weights.is_empty() && weights.iter().all(|&weight| weight == 0.0) {
        return problem(format!("all {} weights are 0", weights.len()));
    }
    Ok(())
}

/// What one column gives: several features for a date.
fn learn(plan: &Plan, rows: &Rows, n_dropped: u64) -> Learned<Vec<Part>> {
    let (frame, weights) = (&rows.frame, rows.weights());
    let mut parts = match &plan.reading {
        Reading::Number | Reading::Log | Reading::Spline(_) => vec![learn_number(plan, frame, weights)?],
        Reading::Levels | Reading::Flag | Reading::Text => vec![learn_labels(plan, frame, weights)?],
        Reading::Bins(cuts) => vec![learn_bins(plan, cuts, frame, weights)?],
        Reading::Date { origin, month, weekday } => {
            let mut parts = vec![learn_days(plan, *origin, frame, weights)?];
            for is_month in [true, false] {
                if (is_month && *month) || (!is_month && *weekday) {
                    // One column tells the rows that are missing.
                    let mut part = learn_calendar(plan, is_month, frame, weights)?;
                    if std::mem::take(&mut part.fitted.indicator)
                        && let Some(means) = &mut part.means
                    {
                        means.pop();
                    }
                    parts.push(part);
                }
            }
            parts
        }
    };
    if plan.missing == Missing::Drop {
        parts.iter_mut().for_each(|part| part.fitted.n_missing = n_dropped);
    }
    Ok(parts)
}

/// Adds the products of features, and the means of all columns.
fn with_products(params: &EncodingParams, features: Vec<Fitted>, rows: &Rows) -> Result<Encoder> {
    let place = |name: &str| {
        let found = features.iter().position(|fitted| fitted.source() == name);
        found.ok_or_else(|| Error::param(ENCODING, "interaction", "of features of the table", format!("`{name}`")))
    };
    let mut interactions = Vec::new();
    for (first, second) in &params.interactions {
        let [first, second] = [place(first)?, place(second)?];
        if let Some(spline) = [first, second].into_iter().find(|&place| is_spline(&features[place])) {
            let got = format!("`{}`, a spline", features[spline].column);
            return Err(Error::param(
                ENCODING,
                "interaction",
                "of features with one column of numbers, or levels",
                got,
            ));
        }
        interactions.push(Interaction { first, second, pairs: None });
    }
    let n_rows = rows.frame.height() as u64;
    let mut encoder = Encoder::new(n_rows, rows.n_dropped, features, interactions, Vec::new());
    let (columns, counts) = encoder.columns(&rows.frame)?;
    let mut interactions = std::mem::take(&mut encoder.interactions);
    for one in &mut interactions {
        let (first, second) = (&columns[one.first], &columns[one.second]);
        one.pairs = pairs_of(&first.main, &second.main).map_err(|()| {
            let reason = format!("an interaction has more than {MOST_PAIRS} pairs of levels; pool them by `min_count`");
            refused(&[reason])
        })?;
    }
    let encoder = Encoder::new(n_rows, rows.n_dropped, encoder.features, interactions, Vec::new());
    let encoded = encoder.blocks(columns, counts)?;
    let means = means(encoded.blocks(), rows.weights.as_deref());
    let Some(means) = means else {
        return Err(refused(&["the mean of a column is beyond the largest double; scale the features".to_owned()]));
    };
    Ok(encoder.with_means(means))
}
