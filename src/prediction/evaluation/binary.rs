//! What an evaluation of an event finds.

use serde::Serialize;

use super::params::BinaryEvaluationParams;
use crate::error::Result;
use crate::kernel::evaluation::{
    CalibrationTable, Confusion, HosmerLemeshow, LiftBin, RankedScores, ScoreRun, ScoreRuns, Separation, Ties,
    average_precision, brier, brier_skill, calibration_table, confusion, delong, gini, hosmer_lemeshow, lift_of,
    lift_table, log_loss, pr_auc_trapezoid, roc_auc, separation,
};
use crate::kernel::exact_sum::ExactSum;
use crate::kernel::interval::{Interval, mean_normal};
use crate::kernel::undefined::Undefined;
use crate::prediction::calibration::{Coefficient, LogisticCurve, intercept_in_the_large, logit};

/// A coefficient of the regression of what came on the predicted logit.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CalibrationCoefficient {
    /// The coefficient.
    pub estimate: f64,
    /// Its standard error, from the observed information.
    pub std_error: f64,
    /// Where it lies with the asked confidence, by the normal distribution.
    pub interval: Interval,
}

/// What a threshold gets right and wrong.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ThresholdReport {
    /// Scores of this and above are predicted positive.
    pub threshold: f64,
    /// Rows by what was predicted and what came.
    pub confusion: Confusion,
}

/// How well probabilities or scores tell an event; a figure that is undefined says why.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct BinaryReport {
    /// Rows that were judged.
    pub n: u64,
    /// Rows in which the event happened.
    pub n_positives: u64,
    /// Rows in which it did not.
    pub n_negatives: u64,
    /// Rows left out because they have no label.
    pub n_missing_labels: u64,
    /// Rows left out because they have a label and no prediction.
    pub n_missing_predictions: u64,
    /// Share of rows in which the event happened.
    pub event_rate: f64,
    /// Confidence of all intervals.
    pub conf_level: f64,
    /// Area under the ROC curve.
    pub roc_auc: Result<f64, Undefined>,
    /// DeLong's standard error of the area.
    pub roc_auc_std_error: Result<f64, Undefined>,
    /// DeLong's interval of the area, on the scale that was asked for.
    pub roc_auc_interval: Result<Interval, Undefined>,
    /// `2 AUC - 1`.
    pub gini: Result<f64, Undefined>,
    /// Average precision, steps.
    pub average_precision: Result<f64, Undefined>,
    /// Area under straight lines of precision over recall.
    pub pr_auc_trapezoid: Result<f64, Undefined>,
    /// Kolmogorov and Smirnov's distance, and its threshold.
    pub separation: Result<Separation, Undefined>,
    /// Mean squared distance of probabilities from what came.
    pub brier: Result<f64, Undefined>,
    /// How much smaller that is than with the event rate for everybody.
    pub brier_skill: Result<f64, Undefined>,
    /// Mean logarithmic loss.
    pub log_loss: Result<f64, Undefined>,
    /// Rows with a probability of 0 or 1 that was wrong, for which the log-loss is infinite.
    pub n_certain_and_wrong: u64,
    /// Mean probability, to be held beside the event rate.
    pub mean_prob: Result<f64, Undefined>,
    /// Slope of what came over the predicted logit: 1 is right, below 1 too sure, above too timid.
    pub calibration_slope: Result<CalibrationCoefficient, Undefined>,
    /// Intercept of that regression.
    pub calibration_intercept: Result<CalibrationCoefficient, Undefined>,
    /// Intercept with the slope held at 1: above 0 where more events came than predicted.
    pub calibration_in_the_large: Result<CalibrationCoefficient, Undefined>,
    /// Bins of probabilities beside what came, with ECE and MCE.
    pub calibration: Result<CalibrationTable, Undefined>,
    /// Hosmer and Lemeshow's test.
    pub hosmer_lemeshow: Result<HosmerLemeshow, Undefined>,
    /// Right and wrong predictions at each threshold, in the order they were asked for.
    pub thresholds: Vec<ThresholdReport>,
    /// Groups of the ranked rows, from the highest scores down.
    pub lift: Result<Vec<LiftBin>, Undefined>,
}

impl BinaryReport {
    pub(super) fn of(params: &BinaryEvaluationParams, labels: &[bool], prob: &[f64]) -> Result<Self> {
        let refused = |reason: Undefined| crate::error::Error::Unusable {
            analysis: super::input::EVALUATION,
            reason: reason.to_string(),
        };
        let ranked = RankedScores::of(labels, prob).map_err(refused)?;
        let conf_level = params.conf_level;
        let area = delong(&ranked);
        let (n_bins, n_groups) = (params.n_bins as usize, params.n_calibration_bins);
        let curve = Curve::of(&ranked, prob, conf_level);
        let at = |&threshold: &f64| {
            confusion(labels, prob, threshold).map(|confusion| ThresholdReport { threshold, confusion })
        };
        let n_positives = ranked.positives().len() as u64;
        Ok(Self {
            n: labels.len() as u64,
            n_positives,
            n_negatives: ranked.negatives().len() as u64,
            n_missing_labels: 0,
            n_missing_predictions: 0,
            event_rate: n_positives as f64 / labels.len() as f64,
            conf_level,
            roc_auc: roc_auc(&ranked),
            roc_auc_std_error: area.clone().map(|area| area.std_error),
            roc_auc_interval: area.and_then(|area| area.interval(conf_level, params.auc_interval)),
            gini: gini(&ranked),
            average_precision: average_precision(&ranked),
            pr_auc_trapezoid: pr_auc_trapezoid(&ranked),
            separation: separation(&ranked),
            brier: brier(labels, prob, None),
            brier_skill: brier_skill(labels, prob, None),
            log_loss: log_loss(labels, prob, None),
            n_certain_and_wrong: n_certain_and_wrong(labels, prob),
            mean_prob: mean_prob(prob),
            calibration_slope: curve.slope,
            calibration_intercept: curve.intercept,
            calibration_in_the_large: curve.in_the_large,
            calibration: calibration_table(
                labels,
                prob,
                None,
                n_groups as usize,
                params.binning,
                params.ties,
                conf_level,
            ),
            hosmer_lemeshow: hosmer_lemeshow(labels, prob, n_groups, params.ties),
            thresholds: params.thresholds.iter().map(at).collect::<Result<_, _>>().map_err(refused)?,
            lift: match params.ties {
                Ties::RowOrder => lift_table(labels, prob, None, n_bins, Ties::RowOrder, conf_level),
                _ => lift_of(&ranked, n_bins, conf_level),
            },
        })
    }

    /// Expected calibration error over the bins of the calibration table.
    ///
    /// # Errors
    /// What the table says when it is undefined.
    pub fn ece(&self) -> Result<f64, Undefined> {
        self.calibration.as_ref().map(|table| table.ece).map_err(Clone::clone)
    }

    /// Maximum calibration error over the bins of the calibration table.
    ///
    /// # Errors
    /// What the table says when it is undefined.
    pub fn mce(&self) -> Result<f64, Undefined> {
        self.calibration.as_ref().map(|table| table.mce).map_err(Clone::clone)
    }
}

fn n_certain_and_wrong(labels: &[bool], prob: &[f64]) -> u64 {
    labels.iter().zip(prob).filter(|&(&label, &prob)| if label { prob == 0.0 } else { prob == 1.0 }).count() as u64
}

fn are_probabilities(prob: &[f64]) -> bool {
    prob.iter().all(|prob| (0.0..=1.0).contains(prob))
}

fn mean_prob(prob: &[f64]) -> Result<f64, Undefined> {
    if !are_probabilities(prob) {
        return Err(Undefined::OutOfRange);
    }
    ExactSum::of(prob).quotient(prob.len() as f64).ok_or(Undefined::Overflow)
}

/// What came, regressed on the predicted logit.
struct Curve {
    slope: Result<CalibrationCoefficient, Undefined>,
    intercept: Result<CalibrationCoefficient, Undefined>,
    in_the_large: Result<CalibrationCoefficient, Undefined>,
}

impl Curve {
    fn of(ranked: &RankedScores, prob: &[f64], conf_level: f64) -> Self {
        if !are_probabilities(prob) {
            let no = Err(Undefined::OutOfRange);
            return Self { slope: no.clone(), intercept: no.clone(), in_the_large: no };
        }
        let mut runs: Vec<ScoreRun> = Vec::new();
        ranked.for_each_ascending(|run| runs.push(ScoreRun { score: logit(run.score), ..run }));
        let with_interval = |found: Coefficient| {
            let Coefficient { estimate, std_error } = found;
            let interval = mean_normal(estimate, std_error, conf_level)?;
            Ok(CalibrationCoefficient { estimate, std_error, interval })
        };
        let curve = LogisticCurve::through(&runs);
        Self {
            slope: curve.clone().and_then(|curve| with_interval(curve.slope_of_score())),
            intercept: curve.and_then(|curve| with_interval(curve.intercept_of_score())),
            in_the_large: intercept_in_the_large(&runs).and_then(with_interval),
        }
    }
}

#[cfg(test)]
mod tests {
    use polars::df;

    use super::*;
    use crate::prediction::encoding::MissingLabels;

    const LABELS: [bool; 12] = [true, false, true, true, false, false, true, false, false, false, true, false];
    const PROB: [f64; 12] = [0.9, 0.9, 0.8, 0.7, 0.7, 0.7, 0.6, 0.4, 0.4, 0.3, 0.3, 0.1];

    fn params() -> BinaryEvaluationParams {
        BinaryEvaluationParams::new()
    }

    /// Oracle: mpmath 1.4.1, 40 digits, Newton's method on the likelihood of the twelve rows over
    /// their logits, and of the intercept alone.
    #[test]
    fn slope_and_intercept_are_those_of_the_regression() {
        let report = params().evaluate(&LABELS, &PROB).unwrap();
        let close = |found: &Result<CalibrationCoefficient, Undefined>, estimate: f64, std_error: f64| {
            let found = found.clone().unwrap();
            assert!((found.estimate / estimate - 1.0).abs() < 1e-12, "{found:?} {estimate}");
            assert!((found.std_error / std_error - 1.0).abs() < 1e-12, "{found:?} {std_error}");
            let half = 1.959963984540054 * std_error;
            assert!((found.interval.high - estimate - half).abs() < 1e-11 * half, "{found:?}");
        };
        close(&report.calibration_slope, 0.5463398934584455, 0.5301868536066412);
        close(&report.calibration_intercept, -0.5622581528743371, 0.6685637587303872);
        close(&report.calibration_in_the_large, -0.8070669240653069, 0.6731008174008074);
    }

    #[test]
    fn labels_of_any_spelling_give_one_report() {
        let expected = params().evaluate(&LABELS, &PROB).unwrap();
        let words = |yes: &str, no: &str| LABELS.map(|label| if label { yes.to_owned() } else { no.to_owned() });
        for (yes, no) in [("Yes", "No"), ("是", "否"), ("1", "0"), ("true", "false")] {
            let frame = df!("客户流失" => words(yes, no), "概率" => PROB).unwrap();
            assert_eq!(params().evaluate_frame(&frame, "客户流失", "概率").unwrap(), expected, "{yes}");
        }
        let frame = df!("state" => words("gone", "here"), "p" => PROB).unwrap();
        assert_eq!(params().positive("gone").evaluate_frame(&frame, "state", "p").unwrap(), expected);
        let other = params().positive("here").evaluate_frame(&frame, "state", "p").unwrap();
        assert!((other.roc_auc.unwrap() + expected.roc_auc.clone().unwrap() - 1.0).abs() < 1e-15);
        let numbers = df!("y" => LABELS.map(i64::from), "p" => PROB.map(|p| p as f32)).unwrap();
        assert_eq!(params().evaluate_frame(&numbers, "y", "p").unwrap().roc_auc, expected.roc_auc);
    }

    #[test]
    fn rows_that_lack_something_are_refused_or_counted() {
        let frame = df!(
            "y" => [Some("Yes"), None, Some("No"), Some("No"), Some("Yes")],
            "p" => [Some(0.7), Some(0.5), None, Some(0.2), Some(f64::NAN)]
        )
        .unwrap();
        let refused = params().evaluate_frame(&frame, "y", "p").unwrap_err().to_string();
        assert!(refused.starts_with("labels: 1 row(s) lack a label"), "{refused}");
        let labelled = df!("y" => [1, 0, 1], "p" => [Some(0.5), None, Some(f64::NAN)]).unwrap();
        assert_eq!(
            params().evaluate_frame(&labelled, "y", "p").unwrap_err().to_string(),
            "evaluation: 2 row(s) lack an amount or a prediction; filter them out, or leave them out by \
             `MissingLabels::Drop`"
        );
        let report = params().missing(MissingLabels::Drop).evaluate_frame(&frame, "y", "p").unwrap();
        assert_eq!((report.n, report.n_missing_labels, report.n_missing_predictions), (2, 1, 2));
        assert_eq!(report.roc_auc, Ok(1.0));
        assert!(params().evaluate_frame(&frame, "y", "prob").is_err());
    }

    #[test]
    fn hostile_predictions_have_an_answer_or_a_reason() {
        let one_class = params().evaluate(&[false; 3], &[0.1, 0.2, 0.3]).unwrap();
        assert_eq!((one_class.roc_auc.clone(), one_class.event_rate), (Err(Undefined::OneGroup), 0.0));
        assert_eq!(one_class.calibration_in_the_large, Err(Undefined::OneGroup));
        assert_eq!(one_class.lift, Err(Undefined::OneGroup));
        assert!(one_class.brier.is_ok() && one_class.log_loss.is_ok());
        let scores = params().evaluate(&[true, false, true, false], &[1e308, -7.0, f64::INFINITY, 3.0]).unwrap();
        assert_eq!((scores.roc_auc.clone(), scores.brier.clone()), (Ok(1.0), Err(Undefined::OutOfRange)));
        assert_eq!(scores.calibration_slope, Err(Undefined::OutOfRange));
        let certain = params().evaluate(&[true, false, true], &[0.0, 0.0, 1.0]).unwrap();
        assert_eq!((certain.n_certain_and_wrong, certain.log_loss.clone()), (1, Err(Undefined::Overflow)));
        assert_eq!(certain.calibration_slope, Err(Undefined::NotFinite));
        let constant = params().evaluate(&[true, false, true, false], &[0.5; 4]).unwrap();
        assert_eq!((constant.roc_auc.clone(), constant.calibration_slope.clone()), (Ok(0.5), Err(Undefined::Constant)));
        assert_eq!(constant.calibration_in_the_large.clone().map(|found| found.estimate), Ok(0.0));
        let perfect = params().evaluate(&[true, false, true, false], &[0.9, 0.1, 0.8, 0.2]).unwrap();
        assert_eq!((perfect.roc_auc.clone(), perfect.calibration_slope.clone()), (Ok(1.0), Err(Undefined::Separated)));
        assert_eq!(perfect.roc_auc_interval, Err(Undefined::Constant));
        let one = params().evaluate(&[true], &[0.5]).unwrap();
        assert_eq!(one.roc_auc, Err(Undefined::OneGroup));
        for report in [one_class, scores, certain, constant, perfect, one] {
            assert!(!report.to_string().contains("NaN"), "{report}");
            assert!(!serde_json::to_string(&report).unwrap().contains("null,null"));
        }
        let refused = |labels: &[bool], prob: &[f64]| params().evaluate(labels, prob).unwrap_err().to_string();
        assert_eq!(refused(&[], &[]), "evaluation: there are no rows");
        assert_eq!(refused(&[true], &[]), "evaluation: 1 row(s) came but 0 were predicted");
        assert_eq!(refused(&[true], &[f64::NAN]), "evaluation: 1 prediction(s) are NaN; leave these rows out");
    }

    #[test]
    fn settings_outside_their_range_are_refused() {
        let refused = |params: BinaryEvaluationParams| params.check().unwrap_err().to_string();
        assert_eq!(refused(params().conf_level(1.0)), "evaluation: `conf_level` must be above 0 and below 1, got 1");
        assert_eq!(refused(params().n_bins(1)), "evaluation: `n_bins` must be in 2..=1000, got 1");
        assert!(refused(params().n_calibration_bins(2)).contains("in 3..=1000"));
        assert!(refused(params().thresholds([f64::NAN])).contains("`thresholds` must be finite numbers"));
        let read: BinaryEvaluationParams = serde_json::from_str(r#"{"n_bins": 5, "ties": "row_order"}"#).unwrap();
        assert_eq!(read, params().n_bins(5).ties(Ties::RowOrder));
        assert!(serde_json::from_str::<BinaryEvaluationParams>(r#"{"bins": 5}"#).is_err());
        assert!(serde_json::from_str::<super::super::BinaryEvaluation>(r#"{"n_bins": 1}"#).is_err());
    }
}
