//! Measures of predictions against exact counts and 60-digit arithmetic.
//!
//! Every figure of `metrics.json` is checked: on the predictions of `telco_test_predictions.csv`,
//! on the same rounded to two decimals, which ties heavily, and on twelve rows. Tolerance: counts
//! exact, all else 1e-12 relative.

use customer_analytics::frame::ToDataFrame;
use customer_analytics::kernel::evaluation::*;
use customer_analytics::prediction::calibration::{Isotonic, Platt};
use customer_analytics::prediction::evaluation::BinaryEvaluationParams;
use serde_json::Value;

use crate::golden::{reference, shared};

/// Labels and scores of an entry, with what is expected of them.
struct Entry {
    labels: Vec<bool>,
    scores: Vec<f64>,
    expected: Value,
}

fn entries() -> Option<Vec<Entry>> {
    let truth = reference("metrics.json")?;
    let text = std::fs::read_to_string(shared("reference/telco_test_predictions.csv")?).unwrap();
    let rows: Vec<Vec<&str>> = text.lines().skip(1).map(|line| line.split(',').collect()).collect();
    let labels: Vec<bool> = rows.iter().map(|row| row[1] == "1").collect();
    let scores: Vec<f64> = rows.iter().map(|row| row[2].parse().unwrap()).collect();
    let rounded = scores.iter().map(|p| (p * 100.0 + 0.5).floor() / 100.0).collect();
    let twelve = &truth["twelve_rows_with_ties"];
    let numbers = |name: &str| twelve[name].as_array().unwrap().iter().map(|n| n.as_f64().unwrap()).collect::<Vec<_>>();
    let entry =
        |labels: Vec<bool>, scores: Vec<f64>, name: &str| Entry { labels, scores, expected: truth[name].clone() };
    assert_eq!(truth.as_object().unwrap().len(), 3, "entries");
    Some(vec![
        entry(labels.clone(), scores, "telco_test"),
        entry(labels, rounded, "telco_test_scores_rounded_to_2_decimals"),
        entry(numbers("y").iter().map(|&y| y == 1.0).collect(), numbers("score"), "twelve_rows_with_ties"),
    ])
}

#[track_caller]
fn assert_close(got: f64, expected: &Value, what: &str) {
    let expected = expected.as_f64().unwrap_or_else(|| panic!("{what}: nothing expected"));
    assert!((got - expected).abs() <= 1e-12 * expected.abs(), "{what}: got {got:e}, expected {expected:e}");
}

#[test]
fn measures_of_ranks() {
    for Entry { labels, scores, expected } in entries().into_iter().flatten() {
        let ranked = RankedScores::of(&labels, &scores).unwrap();
        let area = delong(&ranked).unwrap();
        let counts = [ranked.n() as u64, area.n_positives, area.n_negatives, ranked.n_distinct()];
        for (count, name) in counts.into_iter().zip(["n", "positives", "negatives", "n_distinct_scores"]) {
            assert_eq!(expected[name], count, "{name}");
        }
        let apart = separation(&ranked).unwrap();
        let figures = [
            ("roc_auc", roc_auc(&ranked).unwrap()),
            ("roc_auc", area.auc),
            ("gini", gini(&ranked).unwrap()),
            ("roc_auc_se_delong", area.std_error),
            ("average_precision_step", average_precision(&ranked).unwrap()),
            ("pr_auc_trapezoid", pr_auc_trapezoid(&ranked).unwrap()),
            ("ks_max_tpr_minus_fpr", apart.ks_one_sided),
            ("ks_absolute", apart.ks),
            ("ks_threshold_predict_positive_if_ge", apart.threshold),
        ];
        figures.iter().for_each(|(name, figure)| assert_close(*figure, &expected[name], name));
    }
}

#[test]
fn measures_of_probabilities() {
    for Entry { labels, scores, expected } in entries().into_iter().flatten() {
        assert_close(brier(&labels, &scores, None).unwrap(), &expected["brier"], "Brier");
        assert_close(brier_skill(&labels, &scores, None).unwrap(), &expected["brier_skill"], "skill");
        let loss = log_loss(&labels, &scores, None).unwrap();
        if expected["log_loss"].is_null() {
            // The reference leaves it out where a score is 0 or 1, right as it may be.
            assert!(scores.contains(&0.0) || scores.contains(&1.0));
        } else {
            assert_close(loss, &expected["log_loss"], "log-loss");
        }
        let table = calibration_table(&labels, &scores, None, 10, Binning::EqualWidth, Ties::Share, 0.95).unwrap();
        assert_close(table.ece, &expected["ece_10_equal_width"], "ECE");
        assert_close(table.mce, &expected["mce_10_equal_width"], "MCE");
        let (found, test) =
            (hosmer_lemeshow(&labels, &scores, 10, Ties::RowOrder).unwrap(), &expected["hosmer_lemeshow_10"]);
        assert_close(found.chi_squared, &test["chi2"], "chi2");
        assert_close(found.p_value.value(), &test["p"], "p");
        assert_eq!(test["df"], found.df);
    }
}

#[test]
fn what_thresholds_get_right() {
    let mut n_tables = 0;
    for Entry { labels, scores, expected } in entries().into_iter().flatten() {
        for (name, expected) in expected.as_object().unwrap() {
            let Some(threshold) = name.strip_prefix("at_threshold_").and_then(|rest| rest.split('_').next()) else {
                continue;
            };
            let found = confusion(&labels, &scores, threshold.parse().unwrap()).unwrap();
            let cells = [found.true_positives, found.false_positives, found.false_negatives, found.true_negatives];
            for (cell, name) in cells.into_iter().zip(["tp", "fp", "fn", "tn"]) {
                assert_eq!(expected[name], cell, "{name}");
            }
            let figures = [
                ("accuracy", found.accuracy()),
                ("precision", found.precision()),
                ("recall", found.recall()),
                ("specificity", found.specificity()),
                ("f1", found.f1()),
                ("balanced_accuracy", found.balanced_accuracy()),
                ("mcc", found.matthews_correlation()),
                ("cohen_kappa", found.cohen_kappa()),
            ];
            assert_eq!(expected.as_object().unwrap().len(), figures.len() + 4);
            figures.into_iter().for_each(|(name, figure)| assert_close(figure.unwrap(), &expected[name], name));
            n_tables += 1;
        }
    }
    assert!(n_tables == 5 || reference("metrics.json").is_none(), "{n_tables}");
}

#[test]
fn deciles_by_row() {
    for Entry { labels, scores, expected } in entries().into_iter().flatten() {
        let table = lift_table(&labels, &scores, None, 10, Ties::RowOrder, 0.95).unwrap();
        let rows = expected["lift_deciles"].as_array().unwrap();
        assert_eq!(rows.len(), table.len());
        for (bin, row) in table.iter().zip(rows) {
            assert_eq!((row["decile"].as_u64(), row["n"].as_f64()), (Some(u64::from(bin.bin)), Some(bin.n)));
            assert_eq!(row["positives"].as_f64(), Some(bin.n_positives));
            assert_close(bin.rate.unwrap(), &row["rate"], "rate");
            assert_close(bin.lift.unwrap(), &row["lift"], "lift");
            assert_close(bin.cumulative_capture, &row["cum_capture"], "capture");
            assert_close(bin.cumulative_lift.unwrap(), &row["cum_lift"], "cumulative lift");
        }
    }
}

/// The report holds the same figures, and its frames too.
#[test]
fn the_report_of_an_evaluation() {
    for Entry { labels, scores, expected } in entries().into_iter().flatten() {
        let params = BinaryEvaluationParams::new().ties(Ties::RowOrder);
        let report = params.evaluate(&labels, &scores).unwrap();
        let frame = report.to_dataframe();
        let names: Vec<&str> = frame.column("metric").unwrap().str().unwrap().iter().flatten().collect();
        let estimates = frame.column("estimate").unwrap().f64().unwrap();
        let figure = |name: &str| estimates.get(names.iter().position(|&other| other == name).unwrap()).unwrap();
        let pairs = [
            ("roc_auc", "roc_auc"),
            ("gini", "gini"),
            ("average_precision", "average_precision_step"),
            ("pr_auc_trapezoid", "pr_auc_trapezoid"),
            ("ks", "ks_absolute"),
            ("ks_threshold", "ks_threshold_predict_positive_if_ge"),
            ("brier", "brier"),
            ("brier_skill", "brier_skill"),
            ("ece", "ece_10_equal_width"),
            ("mce", "mce_10_equal_width"),
        ];
        pairs.iter().for_each(|(ours, theirs)| assert_close(figure(ours), &expected[theirs], ours));
        assert_close(figure("hosmer_lemeshow"), &expected["hosmer_lemeshow_10"]["chi2"], "chi2");
        assert_close(figure("hosmer_lemeshow_p_value"), &expected["hosmer_lemeshow_10"]["p"], "p");
        let lift = report.lift_frame();
        for (row, decile) in expected["lift_deciles"].as_array().unwrap().iter().enumerate() {
            let cell = |name: &str| lift.column(name).unwrap().f64().unwrap().get(row).unwrap();
            assert_close(cell("cumulative_capture"), &decile["cum_capture"], "capture");
            assert_close(cell("event_rate"), &decile["rate"], "rate");
        }
    }
}

/// Oracle: the model was fitted by maximum likelihood on the other rows, so that on these the slope
/// is near 1 and the level near 0; the isotonic curve learned here cannot have a larger Brier score.
#[test]
fn telco_probabilities_are_calibrated() {
    let Some(Entry { labels, scores, expected }) = entries().and_then(|entries| entries.into_iter().next()) else {
        return;
    };
    let report = BinaryEvaluationParams::new().evaluate(&labels, &scores).unwrap();
    let slope = report.calibration_slope.clone().unwrap();
    assert!(slope.interval.low < 1.0 && slope.interval.high > 1.0, "{slope:?}");
    assert!(report.calibration_in_the_large.clone().unwrap().estimate.abs() < 0.2, "{report}");
    assert!(report.to_string().contains("28.0% of the events, 2.8 times the average"), "{report}");
    let isotonic = Isotonic::new().fit(&labels, &scores, None).unwrap();
    let mended = brier(&labels, &isotonic.apply(&scores).unwrap(), None).unwrap();
    assert!(mended < expected["brier"].as_f64().unwrap());
    let platt = Platt::new().smoothing(false).fit(&labels, &scores, None).unwrap();
    let again = BinaryEvaluationParams::new().evaluate(&labels, &platt.apply(&scores).unwrap()).unwrap();
    assert!((again.calibration_slope.unwrap().estimate - 1.0).abs() < 1e-9);
    assert!(again.calibration_in_the_large.unwrap().estimate.abs() < 1e-9);
    assert!((again.roc_auc.unwrap() - report.roc_auc.unwrap()).abs() < 1e-15);
}
