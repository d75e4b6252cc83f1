//! What holds for any labels and scores.

use proptest::prelude::*;

use super::*;
use crate::kernel::undefined::Undefined;

/// Labels with scores of which many are equal, probabilities all of them.
fn rows() -> impl Strategy<Value = Vec<(bool, f64, u32)>> {
    prop::collection::vec((any::<bool>(), (0_u32..=20).prop_map(|k| f64::from(k) / 20.0), 0_u32..4), 2..60)
}

fn columns(rows: &[(bool, f64, u32)]) -> (Vec<bool>, Vec<f64>, Vec<f64>) {
    let labels = rows.iter().map(|row| row.0).collect();
    (labels, rows.iter().map(|row| row.1).collect(), rows.iter().map(|row| f64::from(row.2)).collect())
}

/// Every figure of ranks and probabilities, as text with all digits.
fn everything(labels: &[bool], scores: &[f64]) -> String {
    let ranked = RankedScores::of(labels, scores).unwrap();
    let ranks = (
        roc_auc(&ranked),
        gini(&ranked),
        roc_curve(&ranked),
        delong(&ranked),
        average_precision(&ranked),
        pr_auc_trapezoid(&ranked),
        separation(&ranked),
        lift_of(&ranked, 7, 0.95),
    );
    let probabilities = (
        brier(labels, scores, None),
        brier_skill(labels, scores, None),
        log_loss(labels, scores, None),
        calibration_table(labels, scores, None, 5, Binning::EqualWidth, Ties::Share, 0.95),
        calibration_table(labels, scores, None, 5, Binning::EqualCount, Ties::Share, 0.95),
        hosmer_lemeshow(labels, scores, 4, Ties::Share),
        confusion(labels, scores, 0.5),
    );
    format!("{ranks:?} {probabilities:?}")
}

fn close(a: Result<f64, Undefined>, b: Result<f64, Undefined>) -> bool {
    match (a, b) {
        // A skill is 1 less a ratio, so that its error is that of numbers of about 1.
        (Ok(a), Ok(b)) => (a - b).abs() <= 1e-14 * a.abs().max(1.0),
        (a, b) => a == b,
    }
}

proptest! {
    #[test]
    fn the_order_of_the_rows_changes_no_digit(rows in rows(), seed in any::<u64>()) {
        let mut shuffled = rows.clone();
        shuffled.sort_by_key(|row| (row.1.to_bits() ^ u64::from(row.2) << 7 ^ u64::from(row.0)).wrapping_mul(seed | 1));
        let ((labels, scores, weights), (labels2, scores2, weights2)) = (columns(&rows), columns(&shuffled));
        prop_assert_eq!(everything(&labels, &scores), everything(&labels2, &scores2));
        let weighted = WeightedScores::of(&labels, &scores, &weights);
        let weighted2 = WeightedScores::of(&labels2, &scores2, &weights2);
        prop_assert_eq!(&weighted, &weighted2);
        if let Ok(weighted) = weighted {
            prop_assert_eq!(format!("{:?}", lift_of(&weighted, 4, 0.9)), format!("{:?}", lift_of(&weighted2.unwrap(), 4, 0.9)));
        }
        let other: Vec<f64> = scores.iter().map(|score| (score * 7.0).fract()).collect();
        let other2: Vec<f64> = scores2.iter().map(|score| (score * 7.0).fract()).collect();
        prop_assert_eq!(
            format!("{:?}", delong_test(&labels, &scores, &other)),
            format!("{:?}", delong_test(&labels2, &scores2, &other2))
        );
        prop_assert_eq!(
            format!("{:?}", paired_loss_difference(&labels, &scores, &other, ProbabilityLoss::Brier, 0.9)),
            format!("{:?}", paired_loss_difference(&labels2, &scores2, &other2, ProbabilityLoss::Brier, 0.9))
        );
        prop_assert_eq!(
            format!("{:?}", regression_errors(&weights, &scores, None)),
            format!("{:?}", regression_errors(&weights2, &scores2, None))
        );
    }

    #[test]
    fn opposite_scores_have_the_opposite_area(rows in rows()) {
        let (labels, scores, _) = columns(&rows);
        let opposite: Vec<f64> = scores.iter().map(|score| -score).collect();
        let (ranked, opposite) = (RankedScores::of(&labels, &scores).unwrap(), RankedScores::of(&labels, &opposite).unwrap());
        prop_assert!(close(roc_auc(&ranked), roc_auc(&opposite).map(|auc| 1.0 - auc)));
        prop_assert_eq!(gini(&ranked), gini(&opposite).map(|gini| 0.0 - gini));
        prop_assert_eq!(separation(&ranked).map(|found| found.ks), separation(&opposite).map(|found| found.ks));
        prop_assert_eq!(delong(&ranked).map(|found| found.std_error), delong(&opposite).map(|found| found.std_error));
    }

    #[test]
    fn rising_functions_of_scores_change_no_measure_of_ranks(rows in rows()) {
        let (labels, scores, _) = columns(&rows);
        let risen: Vec<f64> = scores.iter().map(|score| (3.0 * score).exp() - 1e6).collect();
        let (ranked, risen) = (RankedScores::of(&labels, &scores).unwrap(), RankedScores::of(&labels, &risen).unwrap());
        prop_assert_eq!(delong(&ranked), delong(&risen));
        prop_assert_eq!(average_precision(&ranked), average_precision(&risen));
        prop_assert_eq!(separation(&ranked).map(|found| found.ks), separation(&risen).map(|found| found.ks));
        let captured = |ranked| lift_of(ranked, 10, 0.95).map(|table| table.iter().map(|bin| bin.cumulative_capture).collect::<Vec<_>>());
        prop_assert_eq!(captured(&ranked), captured(&risen));
    }

    #[test]
    fn weights_are_repeated_rows(rows in rows()) {
        let (labels, scores, weights) = columns(&rows);
        prop_assume!(weights.iter().any(|&weight| weight > 0.0));
        let repeated: Vec<_> = rows.iter().flat_map(|row| std::iter::repeat_n(*row, row.2 as usize)).collect();
        let (labels2, scores2, _) = columns(&repeated);
        let weighted = WeightedScores::of(&labels, &scores, &weights).unwrap();
        let repeated = RankedScores::of(&labels2, &scores2).unwrap();
        prop_assert_eq!(roc_auc(&weighted), roc_auc(&repeated));
        prop_assert_eq!(average_precision(&weighted), average_precision(&repeated));
        prop_assert_eq!(pr_auc_trapezoid(&weighted), pr_auc_trapezoid(&repeated));
        prop_assert_eq!(separation(&weighted), separation(&repeated));
        prop_assert_eq!(roc_curve(&weighted), roc_curve(&repeated));
        let weights = Some(weights.as_slice());
        prop_assert!(close(brier(&labels, &scores, weights), brier(&labels2, &scores2, None)));
        prop_assert!(close(brier_skill(&labels, &scores, weights), brier_skill(&labels2, &scores2, None)));
        prop_assert!(close(log_loss(&labels, &scores, weights), log_loss(&labels2, &scores2, None)));
        let table = |labels: &[bool], scores: &[f64], weights| {
            calibration_table(labels, scores, weights, 5, Binning::EqualWidth, Ties::Share, 0.95).map(|table| table.ece)
        };
        prop_assert!(close(table(&labels, &scores, weights), table(&labels2, &scores2, None)));
    }

    #[test]
    fn everything_twice_leaves_shares_as_they_are(rows in rows()) {
        let (labels, scores, _) = columns(&rows);
        let (once, twice) = (
            RankedScores::of(&labels, &scores).unwrap(),
            RankedScores::of(&labels.repeat(2), &scores.repeat(2)).unwrap(),
        );
        prop_assert_eq!(roc_auc(&once), roc_auc(&twice));
        prop_assert_eq!(roc_curve(&once), roc_curve(&twice));
        prop_assert!(close(average_precision(&once), average_precision(&twice)));
    }

    #[test]
    fn the_area_is_that_under_the_curve(rows in rows()) {
        let (labels, scores, _) = columns(&rows);
        let ranked = RankedScores::of(&labels, &scores).unwrap();
        let under = roc_curve(&ranked).map(|points| {
            points.windows(2).map(|pair| {
                (pair[1].false_positive_rate - pair[0].false_positive_rate)
                    * (pair[1].true_positive_rate + pair[0].true_positive_rate) / 2.0
            }).sum()
        });
        prop_assert!(close(roc_auc(&ranked), under));
    }

    #[test]
    fn groups_hold_all_rows_once(rows in rows(), n_bins in 1_usize..15) {
        let (labels, scores, weights) = columns(&rows);
        for ties in [Ties::Share, Ties::RowOrder] {
            for weights in [None, Some(weights.as_slice())] {
                let Ok(table) = lift_table(&labels, &scores, weights, n_bins, ties, 0.95) else { continue };
                let last = table.last().unwrap();
                prop_assert!((last.cumulative_capture - 1.0).abs() < 1e-14);
                prop_assert!((last.cumulative_lift.unwrap() - 1.0).abs() < 1e-14);
                prop_assert!(table.windows(2).all(|pair| pair[0].cumulative_capture <= pair[1].cumulative_capture + 1e-15));
            }
        }
    }
}
