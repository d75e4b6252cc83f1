//! What a calibration has learned: saved, applied to slices and inside lazy plans.

use std::fmt;
use std::sync::Arc;

use polars::prelude::*;
use serde::{Deserialize, Serialize};

use super::logistic_curve::{logit, shares};
use super::rows::unusable;
use crate::error::{Error, Result};
use crate::frame::columns::{HIGH, LOW, PROB, WEIGHT};
use crate::frame::exact_number;
use crate::frame::readable::{grouped, shown_number, shown_share, write_table};
use crate::frame::saved::SavedForm;
use crate::frame::{ToDataFrame, frame_of};
use crate::kernel::isotonic::{Interpolation, IsotonicBlock, isotonic_value};

const FORM: SavedForm = SavedForm { what: "calibrator", no_such: "not a saved calibration", format: 1 };
/// Rows of a curve that is shown.
const SHOWN: u32 = 9;

/// What a logistic curve is drawn over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ScoreScale {
    /// `ln(p / (1 - p))` of probabilities.
    #[default]
    Logit,
    /// The scores as they are.
    Score,
}

/// The function from scores to probabilities.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum CalibrationMap {
    /// `1 / (1 + exp(-(intercept + slope (x - centre) / spread)))`, with `x` the score or its
    /// logit.
    Platt {
        /// What the curve is over.
        scale: ScoreScale,
        /// Mean of `x` where the curve was learned.
        centre: f64,
        /// Standard deviation of `x` there.
        spread: f64,
        /// Logit of the probability at the mean.
        intercept: f64,
        /// Rise of the logit for a standard deviation; below 0 where high scores meant fewer
        /// events.
        slope: f64,
    },
    /// Steps that rise.
    Isotonic {
        /// What the curve is between two steps.
        between: Interpolation,
        /// The steps by rising score.
        blocks: Vec<IsotonicBlock>,
    },
}

/// A learned calibration.
///
/// # Examples
///
/// ```
/// use customer_analytics::polars::prelude::*;
/// use customer_analytics::prediction::calibration::{Calibrator, Isotonic};
///
/// let labels = [false, true, false, true];
/// let calibrator = Isotonic::new().fit(&labels, &[0.1, 0.2, 0.3, 0.6], None)?;
/// let calibrator = Calibrator::from_json(&calibrator.to_json())?;
/// let frame = df!("score" => [Some(0.2), None])?;
/// let prob = frame.lazy().select([calibrator.expr(col("score"))]).collect()?;
/// assert_eq!(prob.column("score")?.f64()?.to_vec(), [Some(0.5), None]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "SavedCalibrator")]
pub struct Calibrator {
    format: u32,
    n_positives: u64,
    n_negatives: u64,
    #[serde(with = "exact_number::all")]
    map: CalibrationMap,
}

/// A calibrator as written, before its check.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SavedCalibrator {
    format: u32,
    n_positives: u64,
    n_negatives: u64,
    #[serde(with = "exact_number::all")]
    map: CalibrationMap,
}

impl TryFrom<SavedCalibrator> for Calibrator {
    type Error = Error;

    fn try_from(saved: SavedCalibrator) -> Result<Self> {
        let SavedCalibrator { format, n_positives, n_negatives, map } = saved;
        FORM.check(format)?;
        map.check().map_err(|reason| FORM.refused(reason))?;
        Ok(Self { format, n_positives, n_negatives, map })
    }
}

impl CalibrationMap {
    fn check(&self) -> Result<(), String> {
        match self {
            Self::Platt { centre, spread, intercept, slope, .. } => {
                let are_finite = [centre, spread, intercept, slope].into_iter().all(|number| number.is_finite());
                if are_finite && *spread > 0.0 {
                    Ok(())
                } else {
                    Err("the numbers of a curve must be finite, and `spread` above 0".to_owned())
                }
            }
            Self::Isotonic { blocks, .. } => {
                let is_block = |block: &IsotonicBlock| {
                    block.low.is_finite()
                        && block.high.is_finite()
                        && block.low <= block.high
                        && (0.0..=1.0).contains(&block.value)
                        && block.weight.is_finite()
                        && block.weight > 0.0
                };
                let rise = |pair: &[IsotonicBlock]| pair[0].high < pair[1].low && pair[0].value < pair[1].value;
                if !blocks.is_empty() && blocks.iter().all(is_block) && blocks.windows(2).all(rise) {
                    Ok(())
                } else {
                    Err("blocks must rise, with values in 0..=1 and weights above 0".to_owned())
                }
            }
        }
    }

    /// The probability of a score; `None` for NaN, and where a logit is asked of what is no
    /// probability.
    fn value(&self, score: f64) -> Option<f64> {
        if score.is_nan() {
            return None;
        }
        match self {
            Self::Isotonic { between, blocks } => Some(isotonic_value(blocks, score, *between)),
            Self::Platt { scale, centre, spread, intercept, slope } => {
                let x = match scale {
                    ScoreScale::Score => score,
                    ScoreScale::Logit if (0.0..=1.0).contains(&score) => logit(score),
                    ScoreScale::Logit => return None,
                };
                // A flat curve is flat at infinity too.
                let rise = if *slope == 0.0 { 0.0 } else { slope * ((x - centre) / spread) };
                Some(shares(intercept + rise).0)
            }
        }
    }
}

impl Calibrator {
    pub(in crate::prediction) fn new(map: CalibrationMap, n_positives: u64, n_negatives: u64) -> Self {
        Self { format: FORM.format, n_positives, n_negatives, map }
    }

    /// The function from scores to probabilities.
    #[must_use]
    pub fn map(&self) -> &CalibrationMap {
        &self.map
    }

    /// Rows with the event that it was learned from.
    #[must_use]
    pub fn n_positives(&self) -> u64 {
        self.n_positives
    }

    /// Rows without the event that it was learned from.
    #[must_use]
    pub fn n_negatives(&self) -> u64 {
        self.n_negatives
    }

    /// The probabilities of scores; infinite ones have that of the end.
    ///
    /// # Errors
    /// `Unusable` for scores that are NaN or, for a curve over logits, outside 0..=1, with their
    /// number.
    pub fn apply(&self, scores: &[f64]) -> Result<Vec<f64>> {
        let prob: Vec<f64> = scores.iter().map_while(|&score| self.map.value(score)).collect();
        if prob.len() == scores.len() {
            return Ok(prob);
        }
        let n_bad = scores.iter().filter(|&&score| self.map.value(score).is_none()).count();
        Err(unusable(format!("{n_bad} score(s) are NaN or no probabilities; leave these rows out")))
    }

    /// The same inside a lazy plan, under the name of the scores.
    ///
    /// Scores that [`apply`](Self::apply) refuses are null, as those are that are null.
    pub fn expr(&self, scores: Expr) -> Expr {
        let map = Arc::new(self.map.clone());
        let apply = move |scores: Column| {
            let scores = scores.f64()?;
            let mut prob = PrimitiveChunkedBuilder::<Float64Type>::new(scores.name().clone(), scores.len());
            scores.iter().for_each(|score| prob.append_option(score.and_then(|score| map.value(score))));
            Ok(prob.finish().into_column())
        };
        scores
            .cast(DataType::Float64)
            .map(apply, |_: &Schema, field: &Field| Ok(Field::new(field.name().clone(), DataType::Float64)))
    }

    /// The calibration as versioned JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Names and finite numbers only: nothing in it can fail to be written.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// Reads a calibration that was saved.
    ///
    /// # Errors
    /// `Format` when the text is none, was saved by another version, or holds no rising curve.
    pub fn from_json(text: &str) -> Result<Self> {
        FORM.read(text)
    }

    /// Points of the curve: the steps of an isotonic one, and of the other the scores at which the
    /// probability is 0.1, 0.2 and so on, where there are any.
    fn knots(&self) -> Vec<Knot> {
        match &self.map {
            CalibrationMap::Isotonic { blocks, .. } => blocks
                .iter()
                .map(|block| Knot { low: block.low, high: block.high, prob: block.value, weight: Some(block.weight) })
                .collect(),
            CalibrationMap::Platt { scale, centre, spread, intercept, slope } => {
                let score = |prob: f64| {
                    let x = Some(centre + spread * ((logit(prob) - intercept) / slope)).filter(|x| x.is_finite())?;
                    Some(if *scale == ScoreScale::Logit { shares(x).0 } else { x })
                };
                let knot = |tenth: u32| {
                    let prob = f64::from(tenth) / f64::from(SHOWN + 1);
                    score(prob).map(|score| Knot { low: score, high: score, prob, weight: None })
                };
                (1..=SHOWN).filter_map(knot).collect()
            }
        }
    }
}

/// A stretch of the curve.
struct Knot {
    low: f64,
    high: f64,
    prob: f64,
    weight: Option<f64>,
}

impl ToDataFrame for Calibrator {
    /// One row for each step of an isotonic curve: its lowest and highest score, the probability
    /// and the weight of its rows. Of a logistic curve the scores at which the probability is 0.1,
    /// 0.2 and so on.
    fn to_dataframe(&self) -> DataFrame {
        let knots = self.knots();
        let column = |of: fn(&Knot) -> Option<f64>| knots.iter().map(of).collect::<Vec<_>>();
        frame_of(vec![
            Series::new(LOW.into(), column(|knot| Some(knot.low))),
            Series::new(HIGH.into(), column(|knot| Some(knot.high))),
            Series::new(PROB.into(), column(|knot| Some(knot.prob))),
            Series::new(WEIGHT.into(), column(|knot| knot.weight)),
        ])
    }
}

impl fmt::Display for Calibrator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, falls) = match &self.map {
            CalibrationMap::Platt { scale: ScoreScale::Logit, slope, .. } => ("logistic over logits", *slope < 0.0),
            CalibrationMap::Platt { slope, .. } => ("logistic over scores", *slope < 0.0),
            CalibrationMap::Isotonic { .. } => ("isotonic", false),
        };
        let n = grouped(self.n_positives + self.n_negatives);
        write!(f, "calibration, {what}: {n} rows, {} of them with the event", grouped(self.n_positives))?;
        if falls {
            f.write_str("; high scores mean FEWER events: the scores are turned round")?;
        }
        let row = |knot: Knot| {
            let scores = if knot.low == knot.high {
                shown_number(Some(knot.low))
            } else {
                format!("{} to {}", shown_number(Some(knot.low)), shown_number(Some(knot.high)))
            };
            (vec![shown_share(Some(knot.prob))], scores)
        };
        let rows: Vec<_> = self.knots().into_iter().map(row).collect();
        write_table(f, &["prob", "score"], &rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prediction::calibration::{Isotonic, Platt};

    const LABELS: [bool; 6] = [false, true, false, true, false, true];
    const SCORES: [f64; 6] = [0.1, 0.2, 0.3, 0.6, 0.7, 0.9];

    fn both() -> [Calibrator; 3] {
        [
            Platt::new().fit(&LABELS, &SCORES, None).unwrap(),
            Platt::new().scale(ScoreScale::Score).fit(&LABELS, &SCORES, None).unwrap(),
            Isotonic::new().fit(&LABELS, &SCORES, None).unwrap(),
        ]
    }

    #[test]
    #[allow(clippy::disallowed_methods, reason = "a plan of the caller's own")]
    fn expressions_and_files_give_the_same_digits() {
        let scores: Vec<f64> = (0..=200).map(|k| f64::from(k) / 200.0).collect();
        for calibrator in both() {
            let expected = calibrator.apply(&scores).unwrap();
            let saved = Calibrator::from_json(&calibrator.to_json()).unwrap();
            assert_eq!(saved, calibrator);
            assert_eq!(saved.apply(&scores).unwrap(), expected);
            let frame = df!("分数" => &scores).unwrap().lazy();
            let found = frame.select([calibrator.expr(col("分数")).alias("p")]).collect().unwrap();
            assert_eq!(found.column("p").unwrap().f64().unwrap().to_vec_null_aware().left(), Some(expected.clone()));
            assert!(expected.is_sorted() && expected.iter().all(|prob| (0.0..=1.0).contains(prob)));
        }
    }

    #[test]
    #[allow(clippy::disallowed_methods, reason = "a plan of the caller's own")]
    fn what_has_no_probability_is_refused_or_null() {
        for calibrator in both() {
            let refused = calibrator.apply(&[0.5, f64::NAN]).unwrap_err().to_string();
            assert_eq!(refused, "calibration: 1 score(s) are NaN or no probabilities; leave these rows out");
            let frame = df!("x" => [Some(0.5), None, Some(f64::NAN)]).unwrap().lazy();
            let found = frame.select([calibrator.expr(col("x"))]).collect().unwrap();
            assert_eq!(found.column("x").unwrap().null_count(), 2);
            assert!(calibrator.apply(&[]).unwrap().is_empty());
        }
        let [logit, score, isotonic] = both();
        assert_eq!(logit.apply(&[0.0, 1.0]).unwrap(), [0.0, 1.0]);
        assert!(logit.apply(&[1.5]).is_err());
        for calibrator in [score, isotonic] {
            let ends = calibrator.apply(&[f64::NEG_INFINITY, f64::INFINITY]).unwrap();
            assert!(ends == [0.0, 1.0], "{ends:?}");
        }
    }

    #[test]
    fn damaged_files_are_refused() {
        let [platt, _, isotonic] = both().map(|calibrator| calibrator.to_json());
        let refused = |text: &str| Calibrator::from_json(text).unwrap_err().to_string();
        assert_eq!(
            refused(&platt.replace("\"format\": 1", "\"format\": 9")),
            "calibrator: saved in format 9, but this version reads format 1; fit it again"
        );
        assert!(refused("{}").starts_with("calibrator: not a saved calibration"));
        let spread = platt.lines().find(|line| line.contains("spread")).unwrap().trim_end_matches(',');
        assert!(refused(&platt.replace(spread, "\"spread\": 0.0")).contains("`spread` above 0"));
        assert!(refused(&isotonic.replace("\"value\": 1.0", "\"value\": 1.5")).contains("values in 0..=1"));
        assert!(refused(&isotonic.replace("n_positives", "positives")).contains("unknown field"));
    }

    #[test]
    fn the_curve_is_told_as_a_table() {
        let [platt, score, isotonic] = both();
        let knots = isotonic.to_dataframe();
        assert_eq!(knots.get_column_names(), [LOW, HIGH, PROB, WEIGHT]);
        assert_eq!(knots.column(PROB).unwrap().f64().unwrap().to_vec(), [Some(0.0), Some(0.5), Some(1.0)]);
        for platt in [platt, score] {
            let knots = platt.to_dataframe();
            assert_eq!(knots.height(), 9);
            let low: Vec<f64> = knots.column(LOW).unwrap().f64().unwrap().iter().flatten().collect();
            for (prob, expected) in platt.map.value(low[2]).into_iter().zip([0.3]) {
                assert!((prob - expected).abs() < 1e-14);
            }
        }
        assert_eq!(
            isotonic.to_string(),
            "calibration, isotonic: 6 rows, 3 of them with the event\n  prob  score\n0.0000  0.1\n0.5000  0.2 to 0.7\n1.0000  0.9"
        );
        let turned = Platt::new().fit(&LABELS.map(|label| !label), &SCORES, None).unwrap();
        assert!(turned.to_string().contains("high scores mean FEWER events"));
        let flat =
            CalibrationMap::Platt { scale: ScoreScale::Logit, centre: 0.0, spread: 1.0, intercept: 0.0, slope: 0.0 };
        assert_eq!(flat.value(1.0), Some(0.5));
        assert_eq!(Calibrator::new(flat, 1, 1).to_dataframe().height(), 0);
    }
}
