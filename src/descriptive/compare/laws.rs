//! Laws of comparisons, on tables drawn at random.

use polars::prelude::*;
use proptest::prelude::*;

use super::{CompareParams, Comparison, EffectName, Findings, TestName};
use crate::frame::ToDataFrame;

type Row = (Option<u8>, Option<f64>, Option<bool>, Option<u8>);

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let cell = prop_oneof![8 => (-40_i32..40).prop_map(|k| Some(f64::from(k) / 8.0)), 1 => Just(None), 1 => Just(Some(f64::NAN))];
    let segment = prop_oneof![9 => (0..3_u8).prop_map(Some), 1 => Just(None)];
    prop::collection::vec((segment, cell, prop::option::of(any::<bool>()), prop::option::of(0..4_u8)), 0..60)
}

fn frame(rows: &[Row]) -> LazyFrame {
    let text = |code: Option<u8>| code.map(|code| ["a", "b", "c", "d"][code as usize]);
    df!(
        "segment" => rows.iter().map(|row| text(row.0)).collect::<Vec<_>>(),
        "number" => rows.iter().map(|row| row.1).collect::<Vec<_>>(),
        "flag" => rows.iter().map(|row| row.2).collect::<Vec<_>>(),
        "level" => rows.iter().map(|row| text(row.3)).collect::<Vec<_>>(),
    )
    .unwrap()
    .lazy()
}

fn run(params: CompareParams, rows: &[Row]) -> Comparison {
    params.run(&frame(rows)).unwrap()
}

fn estimate(findings: &Findings, name: EffectName) -> Option<f64> {
    findings.effect(name).map(|effect| effect.estimate)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn row_order_changes_nothing(rows in rows(), turn in 0..60_usize) {
        let mut others = rows.clone();
        others.reverse();
        others.rotate_left(turn % rows.len().max(1));
        let (one, other) = (run(CompareParams::new("segment").pairwise(true), &rows), run(CompareParams::new("segment").pairwise(true), &others));
        prop_assert_eq!(serde_json::to_string(&one).unwrap(), serde_json::to_string(&other).unwrap());
        prop_assert!(one.to_dataframe().equals_missing(&other.to_dataframe()));
    }

    #[test]
    fn comparing_the_other_way_round_turns_differences(rows in rows()) {
        let two: Vec<Row> = rows.into_iter().filter(|row| row.0 != Some(2)).collect();
        prop_assume!([0, 1].iter().all(|segment| two.iter().any(|row| row.0 == Some(*segment))));
        let (there, back) = (run(CompareParams::new("segment").reference("a"), &two), run(CompareParams::new("segment").reference("b"), &two));
        for (one, other) in there.columns.iter().zip(&back.columns) {
            let (one, other) = (&one.findings, &other.findings);
            for name in [EffectName::DifferenceOfMeans, EffectName::CohensD, EffectName::RankBiserial, EffectName::DifferenceOfProportions] {
                prop_assert_eq!(estimate(one, name), estimate(other, name).map(|value| -value));
            }
            for (a, b) in one.tests.iter().zip(&other.tests) {
                prop_assert_eq!(a.name, b.name);
                prop_assert!((a.p_value.ln() - b.p_value.ln()).abs() <= 1e-12 * a.p_value.ln().abs());
            }
            let (ratio, inverse) = (estimate(one, EffectName::OddsRatio), estimate(other, EffectName::OddsRatio));
            if let (Some(ratio), Some(inverse)) = (ratio.filter(|ratio| *ratio > 0.0), inverse.filter(|ratio| *ratio > 0.0)) {
                prop_assert!((ratio * inverse - 1.0).abs() < 1e-14);
            }
        }
    }

    /// Every value is in the counts of some segment, and every test has an answer or a reason.
    #[test]
    fn nothing_is_lost(rows in rows()) {
        let found = run(CompareParams::new("segment").pairwise(true), &rows);
        let n_in = rows.iter().filter(|row| row.0.is_some()).count() as u64;
        prop_assert_eq!(found.n_rows, n_in + found.n_rows_without_segment);
        for column in &found.columns {
            let counted = column.segments.iter().map(|one| one.n + one.n_null + one.n_nan + one.n_infinite);
            prop_assert_eq!(counted.sum::<u64>(), n_in);
            let findings = [&column.findings].into_iter().chain(column.pairs.iter().map(|pair| &pair.findings));
            for findings in findings {
                for name in [TestName::WelchT, TestName::WelchAnova, TestName::TwoProportions, TestName::ChiSquare] {
                    prop_assert!(findings.test(name).is_none() || findings.reason(name).is_none());
                }
                prop_assert!(findings.tests.iter().all(|test| test.statistic.is_finite() && test.p_value.ln() <= 0.0));
                prop_assert!(findings.tests.iter().flat_map(|test| test.p_adjusted.map(|p| (p, test.p_value))).all(|(p, raw)| p >= raw));
            }
        }
    }
}
