//! An evaluation of an event in words.

use std::fmt;

use super::binary::{BinaryReport, CalibrationCoefficient};
use super::binary_frames::Figure;
use crate::frame::readable::{grouped, shown_digits, shown_number, shown_p, write_table};
use crate::kernel::evaluation::LiftBin;
use crate::kernel::undefined::Undefined;

/// Digits of a figure.
const DIGITS: i32 = 4;

fn percent(share: f64) -> String {
    match format!("{:.1}%", 100.0 * share) {
        text if text == "0.0%" && share > 0.0 => "<0.1%".to_owned(),
        text if text == "100.0%" && share < 1.0 => ">99.9%".to_owned(),
        text => text,
    }
}

impl fmt::Display for BinaryReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "evaluation: {} rows, {} with the event ({})",
            grouped(self.n),
            grouped(self.n_positives),
            percent(self.event_rate)
        )?;
        let left_out = self.n_missing_labels + self.n_missing_predictions;
        if left_out > 0 {
            write!(
                f,
                "; {} left out: {} without a label, {} without a prediction",
                grouped(left_out),
                grouped(self.n_missing_labels),
                grouped(self.n_missing_predictions)
            )?;
        }
        self.write_figures(f)?;
        self.write_thresholds(f)?;
        self.write_lift(f)
    }
}

impl BinaryReport {
    fn write_figures(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Those that say the same in other words are left to the frame.
        let is_shown = |figure: &Figure| {
            !matches!(
                figure.metric,
                "event_rate"
                    | "gini"
                    | "pr_auc_trapezoid"
                    | "ks_one_sided"
                    | "ks_threshold"
                    | "calibration_intercept"
                    | "hosmer_lemeshow_p_value"
                    | "hosmer_lemeshow_p_value_unseen"
            )
        };
        let row = |figure: Figure| {
            let shown = |number: Option<f64>| shown_digits(number, DIGITS);
            let cells = vec![
                shown(figure.estimate.clone().ok()),
                figure.interval.map_or(String::new(), |ends| shown(Some(ends.low))),
                figure.interval.map_or(String::new(), |ends| shown(Some(ends.high))),
            ];
            let says = match &figure.estimate {
                Ok(estimate) => self.says(figure.metric, *estimate),
                Err(reason) => format!("undefined, {}", self.reason(figure.metric, reason)),
            };
            (cells, format!("{}: {says}", figure.metric))
        };
        let rows: Vec<_> = self.figures().into_iter().filter(is_shown).map(row).collect();
        write_table(f, &["value", "from", "to", "measure"], &rows)
    }

    fn reason(&self, metric: &str, reason: &Undefined) -> String {
        match reason {
            Undefined::OneGroup => "all rows are of one class".to_owned(),
            Undefined::OutOfRange => "the predictions are no probabilities".to_owned(),
            Undefined::Overflow if metric == "log_loss" => {
                format!("{} row(s) were certain and wrong", grouped(self.n_certain_and_wrong))
            }
            Undefined::NotFinite => "a probability of 0 or 1 has no logit".to_owned(),
            other => other.to_string(),
        }
    }

    /// What a figure means, beside it.
    fn says(&self, metric: &str, estimate: f64) -> String {
        let rate = percent(self.event_rate);
        match metric {
            "roc_auc" => format!("of a row with the event and one without, {} are ranked right", percent(estimate)),
            "average_precision" => format!("precision over all recalls; chance gives {rate}"),
            "ks" => match &self.separation {
                Ok(found) => {
                    format!("largest gap between the classes, from {} up", shown_number(Some(found.threshold)))
                }
                Err(_) => String::new(),
            },
            "brier" => "mean squared distance from what came".to_owned(),
            "brier_skill" if estimate > 0.0 => format!("{} closer than {rate} for everybody", percent(estimate)),
            "brier_skill" => format!("no closer than {rate} for everybody"),
            "log_loss" => "mean logarithmic loss".to_owned(),
            "mean_prob" => format!("{} predicted on average, {rate} came", percent(estimate)),
            "calibration_slope" => slope_says(&self.calibration_slope).to_owned(),
            "calibration_in_the_large" => level_says(&self.calibration_in_the_large).to_owned(),
            "ece" => format!("bins are off by {} on average", percent(estimate)),
            "mce" => format!("the worst bin is off by {}", percent(estimate)),
            "hosmer_lemeshow" => match &self.hosmer_lemeshow {
                Ok(found) => format!(
                    "p = {} if the rows are new to the model ({} df), {} if it was fitted to them ({} df)",
                    shown_p(found.p_value_unseen),
                    found.df_unseen,
                    shown_p(found.p_value),
                    found.df
                ),
                Err(_) => String::new(),
            },
            _ => String::new(),
        }
    }

    fn write_thresholds(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for row in &self.thresholds {
            let cells = &row.confusion;
            let share = |share: Result<f64, Undefined>| share.map_or("-".to_owned(), percent);
            write!(
                f,
                "\nfrom {} up: {} predicted, {} of them right (precision {}); {} of the {} are found (recall {}); \
                 accuracy {}, F1 {}",
                shown_number(Some(row.threshold)),
                grouped(cells.n_predicted()),
                grouped(cells.true_positives),
                share(cells.precision()),
                grouped(cells.true_positives),
                grouped(self.n_positives),
                share(cells.recall()),
                share(cells.accuracy()),
                shown_digits(cells.f1().ok(), DIGITS)
            )?;
        }
        Ok(())
    }

    fn write_lift(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Ok(bins) = &self.lift else { return Ok(()) };
        if let Some(first) = bins.iter().find(|bin| bin.n > 0.0) {
            let lift = shown_digits(first.lift, 2);
            write!(
                f,
                "\nthe highest {} of the rows hold {} of the events, {lift} times the average",
                percent(first.n / self.n as f64),
                percent(first.cumulative_capture)
            )?;
        }
        let row = |bin: &LiftBin| {
            let cells = vec![
                shown_digits(Some(bin.n), 9),
                shown_digits(Some(bin.n_positives), DIGITS),
                bin.rate.map_or("-".to_owned(), percent),
                bin.rate_interval.map_or("-".to_owned(), |ends| percent(ends.low)),
                bin.rate_interval.map_or("-".to_owned(), |ends| percent(ends.high)),
                shown_digits(bin.lift, 3),
                percent(bin.cumulative_capture),
                shown_digits(bin.cumulative_lift, 3),
            ];
            (cells, bin.bin)
        };
        let rows: Vec<_> = bins.iter().map(row).collect();
        write_table(f, &["rows", "events", "rate", "from", "to", "lift", "captured", "lift so far", "group"], &rows)
    }
}

fn slope_says(slope: &Result<CalibrationCoefficient, Undefined>) -> &'static str {
    match slope.as_ref().map(|slope| slope.interval) {
        Ok(ends) if ends.high < 1.0 => "below 1: probabilities are too far out, calibrate them",
        Ok(ends) if ends.low > 1.0 => "above 1: probabilities are too timid, calibrate them",
        _ => "1 is right, and these rows do not speak against it",
    }
}

fn level_says(level: &Result<CalibrationCoefficient, Undefined>) -> &'static str {
    match level.as_ref().map(|level| level.interval) {
        Ok(ends) if ends.high < 0.0 => "below 0: too many events are predicted",
        Ok(ends) if ends.low > 0.0 => "above 0: too few events are predicted",
        _ => "0 is right, and these rows do not speak against it",
    }
}

#[cfg(test)]
mod tests {
    use crate::prediction::evaluation::BinaryEvaluationParams;

    #[test]
    fn the_report_says_what_its_numbers_mean() {
        let labels: Vec<bool> = (0..100).map(|row| row % 10 < 3).collect();
        let prob: Vec<f64> = (0..100).map(|row| 0.95 - f64::from(row % 10) / 10.5).collect();
        let text = BinaryEvaluationParams::new().evaluate(&labels, &prob).unwrap().to_string();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "evaluation: 100 rows, 30 with the event (30.0%)");
        assert!(text.contains("roc_auc: of a row with the event and one without, 100.0% are ranked right"), "{text}");
        assert!(text.contains("calibration_slope: undefined, the two classes do not overlap"), "{text}");
        assert!(text.contains("calibration_in_the_large: below 0: too many events are predicted"), "{text}");
        assert!(
            text.contains("\nthe highest 10.0% of the rows hold 33.3% of the events, 3.3 times the average\n"),
            "{text}"
        );
        assert!(text.contains(" if the rows are new to the model (10 df), "), "{text}");
        assert!(text.contains(" if it was fitted to them (8 df)\n"), "{text}");
        assert!(text.contains("from 0.5 up: 50 predicted, 30 of them right (precision 60.0%)"), "{text}");
        assert!(lines.iter().all(|line| line.len() <= 160 && !line.ends_with(' ')), "{text}");
    }

    #[test]
    fn what_is_undefined_is_told() {
        let text = BinaryEvaluationParams::new().evaluate(&[false, false], &[3.0, 4.0]).unwrap().to_string();
        assert!(text.contains("roc_auc: undefined, all rows are of one class"), "{text}");
        assert!(text.contains("brier: undefined, the predictions are no probabilities"), "{text}");
        let text = BinaryEvaluationParams::new().evaluate(&[false, true, true], &[1.0, 1.0, 0.5]).unwrap().to_string();
        assert!(text.contains("log_loss: undefined, 1 row(s) were certain and wrong"), "{text}");
    }
}
