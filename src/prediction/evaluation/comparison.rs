//! Two models on the same rows.

use std::fmt;

use polars::prelude::*;
use serde::Serialize;

use crate::frame::columns::{CONF_HIGH, CONF_LOW, ESTIMATE, LOG10_P, METRIC, P_VALUE, STATISTIC, STD_ERROR, UNDEFINED};
use crate::frame::readable::{grouped, shown_digits, shown_p, write_table};
use crate::frame::{ToDataFrame, frame_of};
use crate::kernel::evaluation::{
    DelongComparison, LossDifference, ProbabilityLoss, delong_test, paired_loss_difference,
};
use crate::kernel::interval::Interval;
use crate::kernel::p_value::PValue;
use crate::kernel::undefined::Undefined;

/// Differences of a first and a second model; a figure that is undefined says why.
///
/// # Examples
///
/// ```
/// use customer_analytics::prediction::evaluation::BinaryEvaluationParams;
///
/// let labels = [true, true, true, false, false, false];
/// let sharp = [0.9, 0.8, 0.4, 0.5, 0.2, 0.1];
/// let dull = [0.6, 0.5, 0.4, 0.5, 0.4, 0.6];
/// let found = BinaryEvaluationParams::new().compare(&labels, &sharp, &dull)?;
/// // 8 of 9 pairs against 4.5 of 9.
/// assert!((found.roc_auc.unwrap().difference - 3.5 / 9.0).abs() < 1e-15);
/// assert!(found.brier.unwrap().difference < 0.0);
/// # Ok::<(), customer_analytics::error::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ModelComparison {
    /// Rows.
    pub n: u64,
    /// Confidence of all intervals.
    pub conf_level: f64,
    /// Areas under the ROC curve: above 0 the first model ranks better.
    pub roc_auc: Result<DelongComparison, Undefined>,
    /// Where the difference of the areas lies.
    pub roc_auc_interval: Result<Interval, Undefined>,
    /// Brier scores: below 0 the first model's probabilities are closer.
    pub brier: Result<LossDifference, Undefined>,
    /// Log-losses: below 0 the first model's probabilities are better.
    pub log_loss: Result<LossDifference, Undefined>,
}

/// One difference, as a row of a table.
struct Row {
    metric: &'static str,
    difference: Result<Difference, Undefined>,
    /// Whether a larger value is a better one.
    is_gain: bool,
}

struct Difference {
    estimate: f64,
    std_error: f64,
    interval: Option<Interval>,
    z: Option<f64>,
    p_value: Option<PValue>,
}

impl ModelComparison {
    pub(super) fn of(conf_level: f64, labels: &[bool], first: &[f64], second: &[f64]) -> Self {
        let roc_auc = delong_test(labels, first, second);
        let loss = |loss| paired_loss_difference(labels, first, second, loss, conf_level);
        Self {
            n: labels.len() as u64,
            conf_level,
            roc_auc_interval: roc_auc.clone().and_then(|found| found.interval(conf_level)),
            roc_auc,
            brier: loss(ProbabilityLoss::Brier),
            log_loss: loss(ProbabilityLoss::LogLoss),
        }
    }

    fn rows(&self) -> [Row; 3] {
        let area = self.roc_auc.clone().map(|found| Difference {
            estimate: found.difference,
            std_error: found.std_error,
            interval: self.roc_auc_interval.clone().ok(),
            z: found.z.ok(),
            p_value: found.p_value.ok(),
        });
        let loss = |found: &Result<LossDifference, Undefined>| {
            found.clone().map(|found| Difference {
                estimate: found.difference,
                std_error: found.std_error,
                interval: Some(found.interval),
                z: found.z.ok(),
                p_value: found.p_value.ok(),
            })
        };
        [
            Row { metric: "roc_auc", difference: area, is_gain: true },
            Row { metric: "brier", difference: loss(&self.brier), is_gain: false },
            Row { metric: "log_loss", difference: loss(&self.log_loss), is_gain: false },
        ]
    }
}

impl ToDataFrame for ModelComparison {
    /// One row per measure, first model less second; `undefined` says why an estimate is null.
    fn to_dataframe(&self) -> DataFrame {
        let rows = self.rows();
        let number = |of: fn(&Difference) -> Option<f64>| {
            rows.iter().map(|row| row.difference.as_ref().ok().and_then(of)).collect::<Vec<_>>()
        };
        frame_of(vec![
            Series::new(METRIC.into(), rows.iter().map(|row| row.metric).collect::<Vec<_>>()),
            Series::new(ESTIMATE.into(), number(|found| Some(found.estimate))),
            Series::new(STD_ERROR.into(), number(|found| Some(found.std_error))),
            Series::new(CONF_LOW.into(), number(|found| found.interval.map(|ends| ends.low))),
            Series::new(CONF_HIGH.into(), number(|found| found.interval.map(|ends| ends.high))),
            Series::new(STATISTIC.into(), number(|found| found.z)),
            Series::new(P_VALUE.into(), number(|found| found.p_value.map(PValue::value))),
            Series::new(LOG10_P.into(), number(|found| found.p_value.map(PValue::log10))),
            Series::new(
                UNDEFINED.into(),
                rows.iter().map(|row| row.difference.as_ref().err().map(Undefined::to_string)).collect::<Vec<_>>(),
            ),
        ])
    }
}

impl fmt::Display for ModelComparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "first model less second, on {} rows", grouped(self.n))?;
        let rows = self.rows().map(|row| match row.difference {
            Err(reason) => (vec!["-".to_owned(); 4], format!("{}: undefined, {reason}", row.metric)),
            Ok(found) => {
                let shown = |number: Option<f64>| shown_digits(number, 4);
                let cells = vec![
                    shown(Some(found.estimate)),
                    shown(found.interval.map(|ends| ends.low)),
                    shown(found.interval.map(|ends| ends.high)),
                    found.p_value.map_or("-".to_owned(), shown_p),
                ];
                let is_clear = found.interval.is_some_and(|ends| ends.low > 0.0 || ends.high < 0.0);
                let better = if (found.estimate > 0.0) == row.is_gain { "first" } else { "second" };
                let says = match is_clear {
                    true => format!("the {better} model is better"),
                    false => "the rows do not tell which is better".to_owned(),
                };
                (cells, format!("{}: {says}", row.metric))
            }
        });
        write_table(f, &["difference", "from", "to", "p", "measure"], &rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prediction::evaluation::BinaryEvaluationParams;

    #[test]
    fn what_the_rows_tell_is_said() {
        let labels: Vec<bool> = (0..200).map(|row| row % 3 == 0).collect();
        let sharp: Vec<f64> =
            (0..200).map(|row| if row % 3 == 0 { 0.7 } else { 0.2 + f64::from(row % 5) / 8.0 }).collect();
        let dull: Vec<f64> = (0..200).map(|row| 0.3 + f64::from(row % 7) / 20.0).collect();
        let found = BinaryEvaluationParams::new().compare(&labels, &sharp, &dull).unwrap();
        let text = found.to_string();
        assert!(text.starts_with("first model less second, on 200 rows\n"), "{text}");
        assert!(text.contains("roc_auc: the first model is better"), "{text}");
        assert!(text.contains("brier: the first model is better"), "{text}");
        let back = BinaryEvaluationParams::new().compare(&labels, &dull, &sharp).unwrap();
        assert!(back.to_string().contains("roc_auc: the second model is better"));
        assert_eq!(back.brier.unwrap().difference, -found.brier.clone().unwrap().difference);
        let frame = found.to_dataframe();
        assert_eq!(frame.shape(), (3, 9));
        let z = frame.column(STATISTIC).unwrap().f64().unwrap().get(0);
        assert_eq!(z, found.roc_auc.unwrap().z.ok());
    }

    #[test]
    fn what_has_no_difference_says_why() {
        let of = |labels: &[bool], a: &[f64], b: &[f64]| BinaryEvaluationParams::new().compare(labels, a, b).unwrap();
        let one_class = of(&[true, true], &[0.5, 0.6], &[0.1, 0.2]);
        assert_eq!(one_class.roc_auc, Err(Undefined::OneGroup));
        assert!(one_class.to_string().contains("roc_auc: undefined, only one group has members"));
        let scores = of(&[true, false], &[5.0, 6.0], &[0.1, 0.2]);
        let reasons = scores.to_dataframe().column(UNDEFINED).unwrap().str().unwrap().iter().flatten().count();
        assert_eq!(reasons, 3);
        let itself = of(&[true, false, true, false], &[0.5, 0.6, 0.7, 0.1], &[0.5, 0.6, 0.7, 0.1]);
        assert!(itself.to_string().contains("brier: the rows do not tell which is better"));
        let bad = BinaryEvaluationParams::new().compare(&[true], &[f64::NAN], &[1.0]).unwrap_err().to_string();
        assert_eq!(bad, "evaluation: 1 prediction(s) are NaN; leave these rows out");
    }
}
