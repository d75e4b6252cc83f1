//! Laws that coefficients keep, over frames made at random from a fixed seed.

use polars::prelude::*;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::*;

fn run(params: CorrelationParams, frame: &DataFrame) -> CorrelationMatrix {
    params.run(&frame.clone().lazy()).unwrap()
}

fn settings() -> ProptestConfig {
    ProptestConfig {
        cases: 64,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(20_260_701),
        ..ProptestConfig::default()
    }
}

type Row = (Option<i32>, Option<i32>, u8, Option<u8>);

fn frame_of(rows: &[Row]) -> DataFrame {
    let letters = ["a", "b", "c", "丁"];
    df!(
        "x" => rows.iter().map(|row| row.0.map(|x| f64::from(x) / 4.0)).collect::<Vec<_>>(),
        "y" => rows.iter().map(|row| row.1).collect::<Vec<_>>(),
        "flag" => rows.iter().map(|row| row.2 > 2).collect::<Vec<_>>(),
        "a" => rows.iter().map(|row| letters[usize::from(row.2 % 4)]).collect::<Vec<_>>(),
        "b" => rows.iter().map(|row| row.3.map(|b| letters[usize::from(b)])).collect::<Vec<_>>(),
    )
    .unwrap()
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let number = || prop::option::weighted(0.85, -12_i32..12);
    prop::collection::vec((number(), number(), 0_u8..6, prop::option::weighted(0.9, 0_u8..3)), 0..70)
}

const METHODS: [Method; 6] =
    [Method::Auto, Method::AutoPlain, Method::Pearson, Method::Spearman, Method::Kendall, Method::CorrelationRatio];

proptest! {
    #![proptest_config(settings())]

    #[test]
    fn turning_and_stretching_a_column_turns_its_sign_alone(rows in rows()) {
        let frame = frame_of(&rows);
        let turned = frame.clone().lazy().with_column(col("x") * lit(-4.0));
        for method in METHODS {
            let (plain, turned) = (run(CorrelationParams::new().method(method), &frame), CorrelationParams::new().method(method).run(&turned).unwrap());
            for (a, b) in plain.pairs.iter().zip(&turned.pairs) {
                let has_sign = a.x == "x" && !matches!(a.coefficient, Coefficient::CorrelationRatio | Coefficient::CramersV | Coefficient::CramersVCorrected);
                let sign = if has_sign { -1.0 } else { 1.0 };
                prop_assert_eq!(a.estimate.map(|r| r * sign), b.estimate, "{:?}\n{:?}", a, b);
                prop_assert_eq!(a.p_value, b.p_value);
            }
        }
    }

    #[test]
    fn neither_order_of_rows_nor_of_columns_changes_a_digit(rows in rows()) {
        let frame = frame_of(&rows);
        let back = frame.reverse().select(["b", "a", "flag", "y", "x"]).unwrap();
        for method in METHODS {
            let (forwards, backwards) = (run(CorrelationParams::new().method(method), &frame), run(CorrelationParams::new().method(method), &back));
            for pair in &forwards.pairs {
                let same = backwards.pair(&pair.x, &pair.y).unwrap();
                prop_assert_eq!(
                    (pair.estimate, pair.p_value, pair.n, pair.n_missing, pair.conf_low, pair.undefined.is_some()),
                    (same.estimate, same.p_value, same.n, same.n_missing, same.conf_low, same.undefined.is_some())
                );
            }
        }
    }

    #[test]
    fn listwise_is_the_table_without_incomplete_rows(rows in rows()) {
        let frame = frame_of(&rows);
        let numbers = frame.select(["x", "y", "flag"]).unwrap();
        for method in METHODS {
            let frame = if method.is_of_numbers_alone() { &numbers } else { &frame };
            let complete = frame.drop_nulls::<String>(None).unwrap();
            let listwise = run(CorrelationParams::new().method(method).missing(Missing::Listwise), frame);
            for pair in run(CorrelationParams::new().method(method), &complete).pairs {
                // Of few rows each can have a category of its own, which is left out as an id.
                let Some(same) = listwise.pair(&pair.x, &pair.y) else { continue };
                prop_assert_eq!((pair.estimate, pair.p_value, pair.n), (same.estimate, same.p_value, same.n));
            }
        }
    }

    #[test]
    fn every_row_is_used_or_counted(rows in rows(), is_listwise: bool) {
        let missing = if is_listwise { Missing::Listwise } else { Missing::Pairwise };
        let found = run(CorrelationParams::new().missing(missing), &frame_of(&rows));
        for pair in &found.pairs {
            prop_assert_eq!(pair.n + pair.n_missing + pair.n_not_finite, found.n_rows);
            prop_assert!(pair.estimate.is_some() != pair.undefined.is_some());
            prop_assert!(pair.estimate.is_none_or(|r| r.abs() <= 1.0));
            if let (Some(r), Some(low), Some(high)) = (pair.estimate, pair.conf_low, pair.conf_high) {
                prop_assert!(low <= r && r <= high);
            }
        }
    }
}
