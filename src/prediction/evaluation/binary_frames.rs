//! An evaluation of an event as tidy frames.

use polars::prelude::*;

use super::binary::{BinaryReport, CalibrationCoefficient, ThresholdReport};
use crate::frame::columns::{
    ACCURACY, BALANCED_ACCURACY, BIN, COHEN_KAPPA, CONF_HIGH, CONF_LOW, CUMULATIVE_CAPTURE, CUMULATIVE_LIFT,
    CUMULATIVE_N, ESTIMATE, EVENT_RATE, F1, FALSE_NEGATIVES, FALSE_POSITIVES, HIGH, LIFT, LOW, MATTHEWS_CORRELATION,
    MEAN_PROB, METRIC, N, N_POSITIVES, PRECISION, RECALL, SPECIFICITY, STD_ERROR, THRESHOLD, TRUE_NEGATIVES,
    TRUE_POSITIVES, UNDEFINED,
};
use crate::frame::{ToDataFrame, frame_of};
use crate::kernel::evaluation::{CalibrationBin, Confusion, LiftBin};
use crate::kernel::interval::Interval;
use crate::kernel::undefined::Undefined;

/// A figure with what belongs to it.
pub(in crate::prediction) struct Figure {
    pub(in crate::prediction) metric: &'static str,
    pub(in crate::prediction) estimate: Result<f64, Undefined>,
    pub(in crate::prediction) std_error: Option<f64>,
    pub(in crate::prediction) interval: Option<Interval>,
}

impl BinaryReport {
    /// Every figure of the report in a fixed order.
    pub(in crate::prediction) fn figures(&self) -> Vec<Figure> {
        let plain = |metric, estimate: &Result<f64, Undefined>| Figure {
            metric,
            estimate: estimate.clone(),
            std_error: None,
            interval: None,
        };
        let coefficient = |metric, found: &Result<CalibrationCoefficient, Undefined>| Figure {
            metric,
            estimate: found.as_ref().map(|found| found.estimate).map_err(Clone::clone),
            std_error: found.as_ref().ok().map(|found| found.std_error),
            interval: found.as_ref().ok().map(|found| found.interval),
        };
        let apart = |of: fn(&crate::kernel::evaluation::Separation) -> f64| {
            self.separation.as_ref().map(of).map_err(Clone::clone)
        };
        let test = |of: fn(&crate::kernel::evaluation::HosmerLemeshow) -> f64| {
            self.hosmer_lemeshow.as_ref().map(of).map_err(Clone::clone)
        };
        vec![
            plain("event_rate", &Ok(self.event_rate)),
            Figure {
                metric: "roc_auc",
                estimate: self.roc_auc.clone(),
                std_error: self.roc_auc_std_error.clone().ok(),
                interval: self.roc_auc_interval.clone().ok(),
            },
            plain("gini", &self.gini),
            plain("average_precision", &self.average_precision),
            plain("pr_auc_trapezoid", &self.pr_auc_trapezoid),
            plain("ks", &apart(|found| found.ks)),
            plain("ks_one_sided", &apart(|found| found.ks_one_sided)),
            plain("ks_threshold", &apart(|found| found.threshold)),
            plain("brier", &self.brier),
            plain("brier_skill", &self.brier_skill),
            plain("log_loss", &self.log_loss),
            plain("mean_prob", &self.mean_prob),
            coefficient("calibration_slope", &self.calibration_slope),
            coefficient("calibration_intercept", &self.calibration_intercept),
            coefficient("calibration_in_the_large", &self.calibration_in_the_large),
            plain("ece", &self.ece()),
            plain("mce", &self.mce()),
            plain("hosmer_lemeshow", &test(|found| found.chi_squared)),
            plain("hosmer_lemeshow_p_value", &test(|found| found.p_value.value())),
            plain("hosmer_lemeshow_p_value_unseen", &test(|found| found.p_value_unseen.value())),
        ]
    }

    /// The lift table: one row for each group, from the highest scores down; empty where it is
    /// undefined.
    #[must_use]
    pub fn lift_frame(&self) -> DataFrame {
        let bins = self.lift.as_deref().unwrap_or_default();
        let number = |of: fn(&LiftBin) -> Option<f64>| bins.iter().map(of).collect::<Vec<_>>();
        frame_of(vec![
            Series::new(BIN.into(), bins.iter().map(|bin| bin.bin).collect::<Vec<_>>()),
            Series::new(N.into(), number(|bin| Some(bin.n))),
            Series::new(N_POSITIVES.into(), number(|bin| Some(bin.n_positives))),
            Series::new(LOW.into(), number(|bin| bin.scores.map(|ends| ends.low))),
            Series::new(HIGH.into(), number(|bin| bin.scores.map(|ends| ends.high))),
            Series::new(EVENT_RATE.into(), number(|bin| bin.rate)),
            Series::new(CONF_LOW.into(), number(|bin| bin.rate_interval.map(|ends| ends.low))),
            Series::new(CONF_HIGH.into(), number(|bin| bin.rate_interval.map(|ends| ends.high))),
            Series::new(LIFT.into(), number(|bin| bin.lift)),
            Series::new(CUMULATIVE_N.into(), number(|bin| Some(bin.cumulative_n))),
            Series::new(CUMULATIVE_CAPTURE.into(), number(|bin| Some(bin.cumulative_capture))),
            Series::new(CUMULATIVE_LIFT.into(), number(|bin| bin.cumulative_lift)),
        ])
    }

    /// The calibration table: one row for each bin, from the lowest probabilities up; empty where
    /// it is undefined.
    #[must_use]
    pub fn calibration_frame(&self) -> DataFrame {
        let bins = self.calibration.as_ref().map_or(&[][..], |table| &table.bins);
        let number = |of: fn(&CalibrationBin) -> Option<f64>| bins.iter().map(of).collect::<Vec<_>>();
        frame_of(vec![
            Series::new(BIN.into(), bins.iter().map(|bin| bin.bin).collect::<Vec<_>>()),
            Series::new(LOW.into(), number(|bin| bin.ends.map(|ends| ends.low))),
            Series::new(HIGH.into(), number(|bin| bin.ends.map(|ends| ends.high))),
            Series::new(N.into(), number(|bin| Some(bin.n))),
            Series::new(N_POSITIVES.into(), number(|bin| Some(bin.n_positives))),
            Series::new(MEAN_PROB.into(), number(|bin| bin.mean_prob)),
            Series::new(EVENT_RATE.into(), number(|bin| bin.rate)),
            Series::new(CONF_LOW.into(), number(|bin| bin.rate_interval.map(|ends| ends.low))),
            Series::new(CONF_HIGH.into(), number(|bin| bin.rate_interval.map(|ends| ends.high))),
        ])
    }

    /// What each threshold gets right and wrong, one row each.
    #[must_use]
    pub fn thresholds_frame(&self) -> DataFrame {
        let rows = &self.thresholds;
        let count = |of: fn(&Confusion) -> u64| rows.iter().map(|row| of(&row.confusion)).collect::<Vec<_>>();
        let share = |of: fn(&Confusion) -> Result<f64, Undefined>| {
            rows.iter().map(|row| of(&row.confusion).ok()).collect::<Vec<_>>()
        };
        let threshold = |row: &ThresholdReport| row.threshold;
        frame_of(vec![
            Series::new(THRESHOLD.into(), rows.iter().map(threshold).collect::<Vec<_>>()),
            Series::new(TRUE_POSITIVES.into(), count(|cells| cells.true_positives)),
            Series::new(FALSE_POSITIVES.into(), count(|cells| cells.false_positives)),
            Series::new(TRUE_NEGATIVES.into(), count(|cells| cells.true_negatives)),
            Series::new(FALSE_NEGATIVES.into(), count(|cells| cells.false_negatives)),
            Series::new(ACCURACY.into(), share(Confusion::accuracy)),
            Series::new(PRECISION.into(), share(Confusion::precision)),
            Series::new(RECALL.into(), share(Confusion::recall)),
            Series::new(SPECIFICITY.into(), share(Confusion::specificity)),
            Series::new(F1.into(), share(Confusion::f1)),
            Series::new(BALANCED_ACCURACY.into(), share(Confusion::balanced_accuracy)),
            Series::new(MATTHEWS_CORRELATION.into(), share(Confusion::matthews_correlation)),
            Series::new(COHEN_KAPPA.into(), share(Confusion::cohen_kappa)),
        ])
    }
}

impl ToDataFrame for BinaryReport {
    /// One row per figure: its estimate, and where there are any its standard error and interval;
    /// `undefined` says why an estimate is null. The tables have frames of their own:
    /// [`lift_frame`](BinaryReport::lift_frame), [`calibration_frame`](BinaryReport::calibration_frame)
    /// and [`thresholds_frame`](BinaryReport::thresholds_frame).
    fn to_dataframe(&self) -> DataFrame {
        let figures = self.figures();
        let number = |of: fn(&Figure) -> Option<f64>| figures.iter().map(of).collect::<Vec<_>>();
        frame_of(vec![
            Series::new(METRIC.into(), figures.iter().map(|figure| figure.metric).collect::<Vec<_>>()),
            Series::new(ESTIMATE.into(), number(|figure| figure.estimate.clone().ok())),
            Series::new(STD_ERROR.into(), number(|figure| figure.std_error)),
            Series::new(CONF_LOW.into(), number(|figure| figure.interval.map(|ends| ends.low))),
            Series::new(CONF_HIGH.into(), number(|figure| figure.interval.map(|ends| ends.high))),
            Series::new(
                UNDEFINED.into(),
                figures
                    .iter()
                    .map(|figure| figure.estimate.as_ref().err().map(Undefined::to_string))
                    .collect::<Vec<_>>(),
            ),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prediction::evaluation::BinaryEvaluationParams;

    #[test]
    fn figures_are_rows_and_tables_have_frames_of_their_own() {
        let labels = [true, false, true, false, false];
        let report = BinaryEvaluationParams::new()
            .n_bins(5)
            .thresholds([0.5, 2.0])
            .evaluate(&labels, &[0.9, 0.8, 0.6, 0.4, 0.1]);
        let report = report.unwrap();
        let frame = report.to_dataframe();
        assert_eq!(frame.get_column_names(), [METRIC, ESTIMATE, STD_ERROR, CONF_LOW, CONF_HIGH, UNDEFINED]);
        let names = frame.column(METRIC).unwrap().str().unwrap().iter().flatten().collect::<Vec<_>>();
        let row = names.iter().position(|&name| name == "roc_auc").unwrap();
        assert_eq!(frame.column(ESTIMATE).unwrap().f64().unwrap().get(row), Some(5.0 / 6.0));
        assert!(frame.column(CONF_LOW).unwrap().f64().unwrap().get(row).is_some());
        // Ten groups of five rows: no test, and a reason.
        let row = names.iter().position(|&name| name == "hosmer_lemeshow").unwrap();
        assert_eq!(frame.column(UNDEFINED).unwrap().str().unwrap().get(row), Some("too few values: 5 of 10"));
        let lift = report.lift_frame();
        assert_eq!(lift.column(LIFT).unwrap().f64().unwrap().get(0), Some(2.5));
        assert_eq!((lift.height(), report.calibration_frame().height()), (5, 10));
        let thresholds = report.thresholds_frame();
        let precision = thresholds.column(PRECISION).unwrap().f64().unwrap().to_vec();
        assert_eq!(precision, [Some(2.0 / 3.0), None]);
        let none = BinaryEvaluationParams::new().evaluate(&[false], &[7.0]).unwrap();
        assert_eq!((none.lift_frame().height(), none.calibration_frame().height()), (0, 0));
        assert_eq!(none.lift_frame().width(), lift.width());
    }
}
