//! Laws of scores and summaries, over data that are made at random from a fixed seed.

use customer_analytics::cleaning::{ExactDuplicates, MissingCustomer, Prices, Refunds};
use customer_analytics::polars::prelude::*;
use customer_analytics::prelude::*;
use customer_analytics::segmentation::{
    CustomerMeasures, Dimension, Direction, Scheme, Segments, TieRule, ValueScoreParams, ValueScores,
};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use crate::data::{Line, as_of, bits, columns, frame_of, log, shuffled};

/// Few enough cases to stay fast, and the same ones in every run.
fn settings() -> ProptestConfig {
    ProptestConfig {
        cases: 48,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(20_260_630),
        ..ProptestConfig::default()
    }
}

/// Lines with cents as whole numbers, so that the sum on paper is known.
fn lines() -> impl Strategy<Value = Vec<(Line, i64)>> {
    let line = (0_i64..12, 0_i32..120, -300_i64..3_000, 0_i64..40, prop::sample::select(vec!["tea", "jam", "茶"]));
    let made = line.prop_map(|(who, age, cents, invoice, sku)| {
        (Line { who: Some(who), age, paid: Some(cents as f64 / 100.0), invoice, sku }, cents)
    });
    prop::collection::vec(made, 1..150)
}

/// Numbers of few distinct values, so that there are ties.
fn values() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec((-20_i32..60).prop_map(|n| f64::from(n) / 4.0), 1..120)
}

fn any_tie_rule() -> impl Strategy<Value = TieRule> {
    prop::sample::select(vec![TieRule::MidRank, TieRule::AverageRank, TieRule::QuantileCut])
}

fn any_direction() -> impl Strategy<Value = Direction> {
    prop::sample::select(vec![Direction::HighIsBetter, Direction::LowIsBetter])
}

fn measures(values: &[f64]) -> CustomerMeasures {
    let ids: Vec<i64> = (0..values.len() as i64).collect();
    CustomerMeasures::from_frame(df!("id" => ids, "x" => values).unwrap().lazy(), "id", &["x"]).unwrap()
}

fn scored(values: &[f64], ties: TieRule, direction: Direction, n_bins: u8) -> ValueScores {
    let params = ValueScoreParams::new(as_of(), [Dimension::own("x").direction(direction)]);
    params.ties(ties).n_bins(n_bins).score(&measures(values)).unwrap()
}

fn scores_of(scores: &ValueScores) -> Vec<u8> {
    scores.scores("x").unwrap().into_iter().map(Option::unwrap).collect()
}

fn plain(lines: &[(Line, i64)]) -> Vec<Line> {
    lines.iter().map(|(line, _)| line.clone()).collect()
}

fn activity() -> ActivityParams {
    ActivityParams::new(as_of()).count_orders().count_periods(Period::Week)
}

proptest! {
    #![proptest_config(settings())]

    #[test]
    fn a_better_customer_never_scores_lower_and_an_equal_one_scores_equal(
        values in values(), ties in any_tie_rule(), direction in any_direction(), n_bins in 2_u8..=10,
    ) {
        let scores = scores_of(&scored(&values, ties, direction, n_bins));
        for (a, of_a) in values.iter().zip(&scores) {
            prop_assert!((1..=n_bins).contains(of_a));
            for (b, of_b) in values.iter().zip(&scores) {
                let (worse, better) = if direction == Direction::HighIsBetter { (a, b) } else { (b, a) };
                prop_assert!(!(worse < better) || of_a <= of_b, "{a} scores {of_a}, {b} scores {of_b}");
                prop_assert!(a != b || of_a == of_b);
            }
        }
    }

    #[test]
    fn ties_broken_by_id_make_bins_that_differ_by_one_customer_at_most(values in values(), n_bins in 2_u8..=10) {
        let scores = scored(&values, TieRule::FirstById, Direction::HighIsBetter, n_bins);
        let sizes = &scores.bins[0].sizes;
        prop_assert!(sizes.iter().max().unwrap() - sizes.iter().min().unwrap() <= 1, "{sizes:?}");
        prop_assert_eq!(sizes.iter().sum::<usize>(), values.len());
    }

    #[test]
    fn thresholds_applied_to_the_customers_they_were_fitted_to_give_their_scores(
        values in values(), ties in any_tie_rule(), direction in any_direction(), n_bins in 2_u8..=10,
    ) {
        let scores = scored(&values, ties, direction, n_bins);
        let saved = scores.model().unwrap().to_json();
        let model = ValueModel::from_json(&saved).unwrap();
        prop_assert_eq!(model.to_json(), saved);
        prop_assert_eq!(scores_of(&model.score(&measures(&values)).unwrap()), scores_of(&scores));
    }

    #[test]
    fn a_model_scores_a_log_as_the_run_that_fitted_it(lines in lines(), nested in any::<bool>()) {
        let scheme = if nested { Scheme::Nested } else { Scheme::Independent };
        let params = RfmParams::new(as_of()).scheme(scheme).segments(Segments::None);
        let log = log(frame_of(&plain(&lines)));
        let Ok(scores) = params.run(&log) else { return Ok(()) };
        let again = scores.model().unwrap().run(&log, as_of()).unwrap();
        prop_assert_eq!(bits(&again.to_dataframe()), bits(&scores.to_dataframe()));
    }

    #[test]
    fn money_is_the_sum_on_paper(lines in lines()) {
        let table = activity().run(&log(frame_of(&plain(&lines)))).unwrap();
        for (id, net) in table.customers().i64().unwrap().iter().zip(table.net_value()) {
            let cents: i64 = lines.iter().filter(|(line, _)| line.who == id).map(|(_, cents)| cents).sum();
            prop_assert_eq!(*net, cents as f64 / 100.0);
        }
    }

    #[test]
    fn permuting_and_splitting_rows_change_nothing(lines in lines(), seed in any::<u64>(), cut in 0.0..1.0_f64) {
        let lines = plain(&lines);
        let checked = activity().check().unwrap();
        let read = |lines: &[Line]| checked.reduce(checked.plan(&log(frame_of(lines))).unwrap()).unwrap();
        let whole = checked.finish(read(&lines)).unwrap();
        let mixed = shuffled(seed, &lines);
        let (left, right) = mixed.split_at((cut * lines.len() as f64) as usize);
        let merged = checked.finish(read(left).merge(read(right)).unwrap()).unwrap();
        prop_assert_eq!(bits(&merged.to_dataframe()), bits(&whole.to_dataframe()));
        prop_assert_eq!(merged.counts(), whole.counts());
        prop_assert_eq!(bits(&merged.btyd().unwrap().to_dataframe()), bits(&whole.btyd().unwrap().to_dataframe()));
    }

    /// Cents times a power of ten are cents again, so nothing is rounded.
    #[test]
    fn scaling_money_by_a_power_of_ten_scales_the_monetary_value_only(lines in lines(), power in 1_u32..6) {
        let factor = 10_i64.pow(power);
        let scaled: Vec<Line> = lines
            .iter()
            .map(|(line, cents)| Line { paid: Some((cents * factor) as f64 / 100.0), ..line.clone() })
            .collect();
        let run = |lines: &[Line]| RfmParams::new(as_of()).run(&log(frame_of(lines)));
        let (Ok(before), Ok(after)) = (run(&plain(&lines)), run(&scaled)) else { return Ok(()) };
        let (before, after) = (before.to_dataframe(), after.to_dataframe());
        let rest = |frame: &DataFrame| bits(&frame.drop("monetary").unwrap());
        prop_assert_eq!(rest(&before), rest(&after));
        let money = |frame: &DataFrame| frame.column("monetary").unwrap().f64().unwrap().iter().collect::<Vec<_>>();
        for (small, large) in money(&before).into_iter().zip(money(&after)) {
            let cents = small.map(|small| (small * 100.0).round() as i64);
            prop_assert_eq!(large, cents.map(|cents| (cents * factor) as f64 / 100.0));
        }
    }

    #[test]
    fn every_row_read_is_counted_once(lines in lines(), dirt in prop::collection::vec(0_u8..7, 150), days in 1_u32..200) {
        let spoil = |(line, &dirt): (Line, &u8)| match dirt {
            0 => Line { who: None, ..line },
            1 => Line { paid: None, ..line },
            2 => Line { paid: Some(f64::NAN), ..line },
            3 => Line { age: -line.age - 1, ..line },
            _ => line,
        };
        let spoiled: Vec<Line> = plain(&lines).into_iter().zip(&dirt).map(spoil).collect();
        let table = activity().incomplete(Incomplete::Exclude).window_days(days).run(&log(frame_of(&spoiled))).unwrap();
        let counts = table.counts();
        let left_out = counts.n_after_as_of + counts.n_before_window + counts.n_incomplete();
        prop_assert_eq!(counts.n_rows, spoiled.len() as u64);
        prop_assert_eq!(counts.n_used + left_out, counts.n_rows);
    }

    #[test]
    fn rows_in_are_rows_out_and_quarantined(lines in lines(), dirt in prop::collection::vec(0_u8..6, 150)) {
        let spoil = |(line, &dirt): (Line, &u8)| match dirt {
            0 => Line { who: None, ..line },
            1 => Line { paid: None, ..line },
            2 => Line { paid: Some(f64::INFINITY), ..line },
            _ => line,
        };
        let spoiled: Vec<Line> = plain(&lines).into_iter().zip(&dirt).map(spoil).collect();
        let rules = CleaningParams::new()
            .rule(ExactDuplicates::new())
            .rule(MissingCustomer::new())
            .rule(Prices::new().missing(true))
            .rule(Refunds::net_per_order());
        let (clean, quarantine, report) = rules.roles(&columns()).run(frame_of(&spoiled).lazy()).unwrap().into_parts();
        prop_assert_eq!(clean.height() + quarantine.height(), spoiled.len());
        prop_assert_eq!(report.n_rows_out + report.n_rows_quarantined, report.n_rows_in);
        // What is left needs no leave to be used.
        prop_assert!(ActivityParams::new(as_of()).run(&log(clean)).is_ok());
    }
}

/// Whoever falls into a cell that was empty when a nested model was fitted has no score.
#[test]
fn a_nested_model_counts_the_customers_it_has_no_thresholds_for() {
    let table = |x: [f64; 3], y: [f64; 3]| {
        let frame = df!("id" => [1_i64, 2, 3], "x" => x, "y" => y, "z" => y).unwrap();
        CustomerMeasures::from_frame(frame.lazy(), "id", &["x", "y", "z"]).unwrap()
    };
    let halves = ["x", "y", "z"].map(|name| Dimension::own(name).cuts([1.0]));
    let fitted = ValueScoreParams::new(as_of(), halves).scheme(Scheme::Nested);
    let fitted = fitted.score(&table([0.0, 2.0, 2.0], [0.0, 2.0, 2.0])).unwrap();
    assert_eq!((fitted.n_scored, fitted.unscored.len()), (3, 0));
    let next = fitted.model().unwrap().score(&table([0.0, 2.0, 0.0], [0.0, 2.0, 2.0])).unwrap();
    assert_eq!(next.overall().collect::<Vec<_>>(), [Some(1.0), Some(2.0), None]);
    assert_eq!((next.n_scored, next.unscored[0].n_customers, next.unscored[0].dimension.as_str()), (2, 1, "z"));
}
