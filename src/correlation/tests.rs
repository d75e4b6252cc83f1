//! Pairs by hand, and what is left out and counted.

use polars::prelude::*;

use super::*;
use crate::frame::ToDataFrame;
use crate::kernel::multiplicity::Multiplicity;
use crate::kernel::p_value::PValue;
use crate::kernel::undefined::Undefined;
use crate::kernel::weight::WeightKind;

fn run(params: CorrelationParams, frame: &DataFrame) -> CorrelationMatrix {
    params.run(&frame.clone().lazy()).unwrap()
}

#[track_caller]
fn estimate(found: &CorrelationMatrix, x: &str, y: &str) -> f64 {
    found.pair(x, y).unwrap().estimate.unwrap()
}

#[track_caller]
fn assert_close(got: f64, expected: f64) {
    assert!((got - expected).abs() <= 1e-14 * expected.abs(), "{got} {expected}");
}

/// Two columns of numbers of which r is 5 / sqrt(50), a flag, and two of text.
fn mixed() -> DataFrame {
    df!(
        "x" => [1.0, 2.0, 3.0, 4.0],
        "y" => [2_i64, 1, 5, 4],
        "flag" => [false, false, true, true],
        "zero_one" => [0, 1, 0, 1],
        "城市" => ["b", "a", "b", "a"],
        "size" => ["s", "s", "m", "s"],
    )
    .unwrap()
}

#[test]
fn kinds_decide_what_a_pair_is_correlated_by() {
    let found = run(CorrelationParams::new(), &mixed());
    let coefficient = |x: &str, y: &str| found.pair(x, y).unwrap().coefficient;
    assert_eq!(found.pairs.len(), 15);
    assert_eq!(coefficient("x", "y"), Coefficient::Pearson);
    assert_eq!(coefficient("flag", "x"), Coefficient::PointBiserial);
    assert_eq!(coefficient("zero_one", "x"), Coefficient::PointBiserial);
    assert_eq!(coefficient("zero_one", "flag"), Coefficient::Phi);
    assert_eq!(coefficient("x", "城市"), Coefficient::CorrelationRatio);
    assert_eq!(coefficient("flag", "城市"), Coefficient::CramersVCorrected);
    assert_eq!(coefficient("size", "城市"), Coefficient::CramersVCorrected);
    assert_eq!(
        run(CorrelationParams::new().method(Method::AutoPlain), &mixed()).pairs[14].coefficient,
        Coefficient::CramersV
    );
    assert_eq!(found.columns[2].kind, ColumnKind::Binary);
    assert_eq!(found.columns[4].n_levels, Some(2));
}

/// Oracle: by hand; x is -3/2 -1/2 1/2 3/2 from its mean, y -1 -2 2 1: r = 5 / sqrt(5 * 10).
/// With the flag -1/2 -1/2 1/2 1/2: r = 2 / sqrt(1 * 5). By city x has the means 2 and 3, so
/// eta^2 = 1/5. Flag and 0/1 are independent: phi is 0.
#[test]
fn estimates_by_hand() {
    let found = run(CorrelationParams::new(), &mixed());
    assert_close(estimate(&found, "y", "x"), 5.0 / 50.0_f64.sqrt());
    assert_close(estimate(&found, "flag", "x"), 2.0 / 5.0_f64.sqrt());
    assert_close(estimate(&found, "城市", "x"), 0.2_f64.sqrt());
    assert_eq!(estimate(&found, "flag", "zero_one"), 0.0);
    let pair = found.pair("x", "y").unwrap();
    // t = r sqrt(2 / (1 - r^2)) = sqrt(1/2) sqrt(4) = sqrt 2.
    assert_close(pair.statistic.unwrap(), 2.0_f64.sqrt());
    assert_eq!((pair.df, pair.n, pair.interval), (Some(2), 4, Some(IntervalMethod::FisherZ)));
    let eta = found.pair("x", "城市").unwrap();
    // F = (1/5 / 1) / (4/5 / 2) = 1/2.
    assert_close(eta.statistic.unwrap(), 0.5);
    assert_eq!((eta.df, eta.df_denominator), (Some(1), Some(2)));
    assert_eq!((eta.conf_low, eta.no_interval.clone()), (None, Some(NoInterval::NoClosedFormula)));
    let plain = run(CorrelationParams::new().method(Method::CramersV), &mixed());
    // A city for each 0/1: the table of city and flag is 1 1 1 1, that of city and size 0 2 1 1.
    assert_eq!(estimate(&plain, "flag", "城市"), 0.0);
    assert_close(estimate(&plain, "size", "城市"), (1.0_f64 / 3.0).sqrt());
}

/// Oracle: by hand; ranks 1 2 3 4 against 2 1 4 3: rho = 12/20, four pairs agree and two do not.
#[test]
fn ranks_by_hand() {
    let spearman = run(CorrelationParams::new().method(Method::Spearman), &mixed());
    assert_eq!(estimate(&spearman, "x", "y"), 0.6);
    assert_eq!(spearman.pair("x", "y").unwrap().interval, Some(IntervalMethod::BonettWright));
    let left_out: Vec<&str> = spearman.left_out.iter().map(|one| one.column.as_str()).collect();
    assert_eq!(left_out, ["城市", "size"]);
    let kendall = run(CorrelationParams::new().method(Method::Kendall), &mixed());
    assert_close(estimate(&kendall, "x", "y"), 2.0 / 6.0);
    let pair = kendall.pair("x", "y").unwrap();
    // Five rows are needed for its interval.
    assert_eq!(pair.no_interval, Some(NoInterval::Undefined(Undefined::TooFew { n: 4, needed: 5 })));
}

#[test]
fn rows_are_counted_by_what_they_lack() {
    let frame = df!(
        "x" => [Some(1.0), Some(2.0), None, Some(f64::NAN), Some(3.0), Some(4.0), Some(9.0)],
        "y" => [Some(2.0), Some(1.0), Some(7.0), None, Some(5.0), Some(4.0), Some(f64::INFINITY)],
        "z" => [Some(1.0), None, Some(7.0), Some(3.0), Some(5.0), Some(4.0), Some(4.0)],
        "城市" => [Some("a"), Some("b"), Some("a"), Some("b"), Some("a"), None, Some("b")],
    )
    .unwrap();
    let found = run(CorrelationParams::new(), &frame);
    let counts = |found: &CorrelationMatrix, x: &str, y: &str| {
        let pair = found.pair(x, y).unwrap();
        (pair.n, pair.n_missing, pair.n_not_finite)
    };
    assert_eq!(counts(&found, "x", "y"), (4, 2, 1));
    assert_close(estimate(&found, "x", "y"), 5.0 / 50.0_f64.sqrt());
    assert_eq!(counts(&found, "x", "z"), (4, 2, 1));
    assert_eq!(counts(&found, "x", "城市"), (4, 2, 1));
    assert_eq!((found.columns[0].n_null, found.columns[0].n_not_finite), (1, 1));
    let listwise = run(CorrelationParams::new().missing(Missing::Listwise), &frame);
    for pair in &listwise.pairs {
        assert_eq!((pair.n, pair.n_missing, pair.n_not_finite), (2, 4, 1), "{pair:?}");
    }
    let given = run(CorrelationParams::new().columns(["x", "y"]).given(["z"]).method(Method::Pearson), &frame);
    assert_eq!(counts(&given, "x", "y"), (3, 3, 1));
}

#[test]
fn what_is_undefined_says_why() {
    let none: [Option<f64>; 4] = [None; 4];
    let frame = df!(
        "x" => [1.0, 2.0, 3.0, 4.0],
        "constant" => [5.0; 4],
        "null" => none,
        "half" => [None, None, Some(1.0), Some(2.0)],
        "other half" => [Some(1.0), Some(2.0), None, None],
        "one" => ["a"; 4],
    )
    .unwrap();
    let reason = |method: Method, x: &str, y: &str| {
        let found = run(CorrelationParams::new().method(method), &frame);
        let pair = found.pair(x, y).unwrap();
        assert_eq!((pair.estimate, pair.p_value, pair.conf_low, pair.no_interval.clone()), (None, None, None, None));
        pair.undefined.clone().unwrap()
    };
    for method in [Method::Auto, Method::Pearson, Method::Spearman, Method::Kendall] {
        assert_eq!(reason(method, "x", "constant"), Undefined::Constant);
        assert!(matches!(reason(method, "x", "null"), Undefined::TooFew { n: 0, .. }));
        assert!(matches!(reason(method, "half", "other half"), Undefined::TooFew { n: 0, .. }));
    }
    assert_eq!(reason(Method::Auto, "x", "one"), Undefined::OneGroup);
    let found = run(CorrelationParams::new(), &frame);
    let matrix = found.matrix();
    assert_eq!(matrix.get_column_names(), ["column", "x", "constant", "null", "half", "other half", "one"]);
    let cell = |column: &str, row: usize| matrix.column(column).unwrap().f64().unwrap().get(row);
    assert_eq!((cell("x", 0), cell("constant", 1), cell("null", 2), cell("x", 1)), (Some(1.0), None, None, None));
    assert_eq!(cell("x", 3), cell("half", 0));
}

#[test]
fn one_row_and_none_are_too_few() {
    for n in [0, 1] {
        let found = run(CorrelationParams::new(), &mixed().head(Some(n)));
        assert!(found.pairs.iter().all(|pair| pair.estimate.is_none() && pair.undefined.is_some()), "{found:?}");
        assert_eq!(found.n_rows, n as u64);
    }
}

/// A perfect correlation has an infinite statistic, and is not significant by two rows.
#[test]
fn a_perfect_correlation_has_no_statistic() {
    let frame = df!("x" => [1.0, 2.0, 4.0, 8.0], "y" => [-2.0, -4.0, -8.0, -16.0]).unwrap();
    let found = run(CorrelationParams::new(), &frame);
    let pair = &found.pairs[0];
    assert_eq!((pair.estimate, pair.statistic, pair.p_value.unwrap().value()), (Some(-1.0), None, 0.0));
    assert_eq!((pair.conf_low, pair.conf_high), (Some(-1.0), Some(-1.0)));
    let table = found.to_dataframe();
    assert_eq!(table.column("log10_p").unwrap().null_count(), 1);
    let two = run(CorrelationParams::new(), &frame.head(Some(2)));
    assert_eq!((two.pairs[0].estimate, two.pairs[0].p_value, two.pairs[0].df), (Some(-1.0), None, None));
}

#[test]
fn ids_and_other_types_are_left_out_with_the_reason() {
    let days = Series::new("day".into(), [1_i32, 2, 3, 4]).cast(&DataType::Date).unwrap();
    let lists = Series::new("list".into(), [Series::new("".into(), [1, 2]), Series::new("".into(), [3])]);
    let mut frame = mixed();
    frame.with_column(days.into()).unwrap();
    frame.with_column(Series::new("id".into(), ["k1", "k2", "k3", "k4"]).into()).unwrap();
    frame.with_column(Series::new_null("nothing".into(), 4).into()).unwrap();
    let found = run(CorrelationParams::new().max_levels(3), &frame);
    let reasons: Vec<(&str, &LeftOut)> = found.left_out.iter().map(|one| (one.column.as_str(), &one.reason)).collect();
    assert_eq!(
        reasons,
        [
            ("day", &LeftOut::OtherType { dtype: "date".into() }),
            ("id", &LeftOut::TooManyLevels { max_levels: 3 }),
            ("nothing", &LeftOut::OtherType { dtype: "null".into() }),
        ]
    );
    assert_eq!(found.pairs.len(), 15);
    assert_eq!(run(CorrelationParams::new(), &frame).left_out[1].reason, LeftOut::AllDistinct);
    let frame = DataFrame::new(2, vec![lists.into(), Column::new("a".into(), [1, 2]), Column::new("b".into(), [1, 3])]);
    assert!(matches!(run(CorrelationParams::new(), &frame.unwrap()).left_out[0].reason, LeftOut::OtherType { .. }));
}

#[test]
fn an_id_is_known_by_its_first_rows_or_by_all() {
    let n = 20_000_u32;
    let id: Vec<String> = (0..n).map(|k| format!("customer {k}")).collect();
    let late: Vec<String> = (0..n).map(|k| format!("late {}", k.saturating_sub(n - 500))).collect();
    let x: Vec<f64> = (0..n).map(|k| f64::from(k % 17)).collect();
    let frame = df!("x" => &x, "y" => x.iter().rev().copied().collect::<Vec<_>>(), "id" => id, "late" => late).unwrap();
    let found = run(CorrelationParams::new(), &frame);
    let is_too_many = |one: &LeftOutColumn| one.reason == LeftOut::TooManyLevels { max_levels: 100 };
    assert_eq!(found.left_out.iter().filter(|one| is_too_many(one)).count(), 2);
}

#[test]
fn numbers_named_categorical_are_categories() {
    let params = CorrelationParams::new().columns(["zero_one", "x", "城市"]).categorical(["zero_one"]);
    let found = run(params, &mixed());
    assert_eq!(found.pair("zero_one", "x").unwrap().coefficient, Coefficient::CorrelationRatio);
    assert_close(estimate(&found, "zero_one", "x"), 0.2_f64.sqrt());
}

/// Oracle: the frame with its rows repeated.
#[test]
fn frequencies_are_rows_that_often() {
    let weights = [3.0, 1.0, 0.0, 2.0, 5.0];
    let frame = df!(
        "x" => [Some(1.0), Some(2.0), Some(77.0), Some(3.5), Some(4.0)],
        "y" => [Some(2.0), Some(1.0), Some(f64::NAN), None, Some(4.0)],
        "flag" => [true, false, false, true, false],
        "a" => [Some("p"), Some("q"), Some("r"), Some("q"), Some("p")],
        "b" => ["u", "v", "v", "v", "u"],
        "w" => weights,
    )
    .unwrap();
    let rows: Vec<IdxSize> =
        weights.iter().enumerate().flat_map(|(row, &n)| std::iter::repeat_n(row as IdxSize, n as usize)).collect();
    let repeated = frame.take(&IdxCa::from_vec("".into(), rows)).unwrap().drop("w").unwrap();
    for method in [Method::Auto, Method::AutoPlain] {
        let weighted = run(CorrelationParams::new().method(method).weights("w", WeightKind::Frequency), &frame);
        let plain = run(CorrelationParams::new().method(method), &repeated);
        assert_eq!((weighted.n_rows_of_zero_weight, weighted.pairs.len()), (1, 10));
        for (a, b) in weighted.pairs.iter().zip(&plain.pairs) {
            assert_eq!((&a.x, &a.y, a.n, a.df, &a.undefined), (&b.x, &b.y, b.n, b.df, &b.undefined));
            let same = |a: Option<f64>, b: Option<f64>| match (a, b) {
                (Some(a), Some(b)) => (a - b).abs() <= 1e-12 * b.abs().max(1e-3),
                (a, b) => a == b,
            };
            assert!(same(a.estimate, b.estimate) && same(a.conf_low, b.conf_low), "{a:?}\n{b:?}");
            assert!(same(a.p_value.map(PValue::ln), b.p_value.map(PValue::ln)), "{a:?}\n{b:?}");
        }
    }
    let given = CorrelationParams::new().columns(["x", "flag"]).given(["y"]).method(Method::Pearson);
    let weighted = run(given.clone().weights("w", WeightKind::Frequency), &frame);
    assert_close(estimate(&weighted, "x", "flag"), estimate(&run(given, &repeated), "x", "flag"));
}

#[test]
fn a_unit_of_sampling_weights_changes_nothing_and_equal_ones_count_rows() {
    let frame = |unit: f64| {
        let mut frame = mixed().vstack(&mixed()).unwrap();
        let weights: Vec<f64> = (1..=8).map(|k| f64::from(k) * unit).collect();
        frame.with_column(Column::new("w".into(), weights)).unwrap();
        frame.with_column(Column::new("equal".into(), [unit; 8])).unwrap();
        frame
    };
    let weighted = |weights: &str, unit: f64| {
        let columns = ["x", "y", "flag", "城市", "size"];
        run(CorrelationParams::new().columns(columns).weights(weights, WeightKind::Sampling), &frame(unit))
    };
    let (one, other) = (weighted("w", 1.0), weighted("w", 1e-30 * 2.0_f64.powi(10)));
    let plain = run(CorrelationParams::new().columns(["x", "y", "flag", "城市", "size"]), &frame(1.0));
    let equal = weighted("equal", 0.3);
    for (at, pair) in one.pairs.iter().enumerate() {
        let size = pair.n_effective.unwrap();
        // (36)^2 / 204.
        assert!((size - 1296.0 / 204.0).abs() < 1e-12);
        let near = |a: Option<f64>, b: Option<f64>| (a.unwrap() - b.unwrap()).abs() < 1e-12;
        assert!(near(pair.estimate, other.pairs[at].estimate), "{pair:?}");
        assert!(near(plain.pairs[at].estimate, equal.pairs[at].estimate), "{:?}", equal.pairs[at]);
        assert_eq!((equal.pairs[at].n, equal.pairs[at].df), (plain.pairs[at].n, plain.pairs[at].df));
        assert!(near(plain.pairs[at].p_value.map(PValue::value), equal.pairs[at].p_value.map(PValue::value)));
    }
    assert_eq!(one.pair("x", "y").unwrap().df, Some(4));
}

#[test]
fn no_weight_at_all_is_a_reason() {
    let frame = df!("x" => [1.0, 2.0], "y" => [2.0, 1.0], "w" => [Some(0.0), None]).unwrap();
    let found = run(CorrelationParams::new().weights("w", WeightKind::Frequency), &frame);
    assert_eq!(found.pairs[0].undefined, Some(Undefined::NoWeight));
    assert_eq!((found.n_rows_of_zero_weight, found.n_rows_without_weight), (1, 1));
}

/// Oracle: by definition, (r_xy - r_xz r_yz) / sqrt((1 - r_xz^2) (1 - r_yz^2)), and with the first
/// root alone for the semi-partial one.
#[test]
fn partial_correlations_follow_their_definition() {
    let frame = df!(
        "x" => [1.0, 2.0, 3.0, 4.0, 7.0, 2.0],
        "y" => [2.0, 1.0, 5.0, 4.0, 3.0, 9.0],
        "z" => [1.0, 1.0, 2.0, 0.0, 4.0, 1.0],
        "other" => [Some(1.0), None, Some(5.0), Some(0.0), Some(2.0), Some(2.0)],
    )
    .unwrap();
    for method in [Method::Pearson, Method::Spearman] {
        let plain = run(CorrelationParams::new().columns(["x", "y", "z"]).method(method), &frame);
        let r = |a, b| estimate(&plain, a, b);
        let above = r("x", "y") - r("x", "z") * r("y", "z");
        let (left_x, left_y) = (1.0 - r("x", "z").powi(2), 1.0 - r("y", "z").powi(2));
        let partial = CorrelationParams::new().columns(["x", "y"]).given(["z"]).method(method);
        let found = run(partial.clone(), &frame);
        assert!((estimate(&found, "x", "y") - above / (left_x * left_y).sqrt()).abs() < 1e-14);
        assert_eq!(found.pairs[0].df, Some(3));
        let semi = CorrelationParams::new().columns(["x"]).with("y").semi_partial(["z"]).method(method);
        assert!((estimate(&run(semi, &frame), "x", "y") - above / left_x.sqrt()).abs() < 1e-14);
        // Another column with rows of its own changes nothing for this pair.
        let with_other = CorrelationParams::new().columns(["x", "y", "other"]).given(["z"]).method(method);
        let other = run(with_other, &frame);
        assert_close(estimate(&other, "x", "y"), estimate(&found, "x", "y"));
        assert_eq!(other.pair("x", "other").unwrap().n, 5);
    }
    let collinear = CorrelationParams::new().columns(["x", "y"]).given(["z", "twice"]).method(Method::Pearson);
    let twice = frame.clone().lazy().with_column((col("z") * lit(2)).alias("twice"));
    assert_eq!(collinear.run(&twice).unwrap().pairs[0].undefined, Some(Undefined::Collinear));
}

#[test]
fn a_target_is_correlated_with_every_other_column() {
    let found = run(CorrelationParams::new().with("y"), &mixed());
    assert!(found.pairs.iter().all(|pair| pair.y == "y") && found.pairs.len() == 5);
    let square = run(CorrelationParams::new(), &mixed());
    for pair in &found.pairs {
        assert_eq!(pair.estimate, square.pair(&pair.x, "y").unwrap().estimate);
    }
    let matrix = found.matrix();
    assert_eq!(matrix.height(), 5);
    assert_eq!(matrix.get_column_names(), ["column", "y"]);
}

/// With many columns the ones of a target are read in groups: the digits are the same.
#[test]
fn many_columns_with_a_target_have_the_digits_of_the_square() {
    let n = 200_u64;
    let cell = |row: u64, column: u64| {
        let spread = (row * 31 + column * 17 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
        (!(spread + row).is_multiple_of(11)).then_some(spread as f64 / 7.0)
    };
    let columns = (0..21_u64)
        .map(|column| Column::new(format!("c{column}").into(), (0..n).map(|row| cell(row, column)).collect::<Vec<_>>()))
        .collect();
    let frame = DataFrame::new(n as usize, columns).unwrap();
    for method in [Method::Pearson, Method::Spearman, Method::Kendall] {
        let square = run(CorrelationParams::new().method(method), &frame);
        let target = run(CorrelationParams::new().method(method).with("c10"), &frame);
        assert_eq!(target.pairs.len(), 20);
        for pair in &target.pairs {
            let same = square.pair(&pair.x, "c10").unwrap();
            assert_eq!((pair.estimate, pair.p_value, pair.n), (same.estimate, same.p_value, same.n));
        }
    }
}

#[test]
fn adjusted_p_values_count_the_pairs_that_have_one() {
    let mut frame = mixed();
    frame.with_column(Column::new("constant".into(), [1.0; 4])).unwrap();
    let columns = ["x", "y", "flag", "constant"];
    let found = run(CorrelationParams::new().columns(columns).multiplicity(Multiplicity::Bonferroni), &frame);
    let pair = found.pair("x", "y").unwrap();
    assert_close(pair.p_adjusted.unwrap().value(), (3.0 * pair.p_value.unwrap().value()).min(1.0));
    assert_eq!(found.pair("x", "constant").unwrap().p_adjusted, None);
    assert_eq!(run(CorrelationParams::new().columns(columns), &frame).pairs[0].p_adjusted, None);
}

#[test]
fn a_column_that_is_called_column_has_its_place_in_the_matrix() {
    let frame = df!("column" => [1.0, 2.0, 3.0], "b" => [1.0, 3.0, 2.0]).unwrap();
    let matrix = run(CorrelationParams::new(), &frame).matrix();
    assert_eq!(matrix.get_column_names(), ["column_", "column", "b"]);
}

#[test]
fn the_table_to_read_shows_marks_reasons_and_the_strongest_pairs() {
    let mut frame = mixed();
    frame.with_column(Column::new("constant".into(), [1.0; 4])).unwrap();
    frame.with_column(Column::new("id".into(), ["k1", "k2", "k3", "k4"])).unwrap();
    let shown = run(CorrelationParams::new(), &frame).to_string();
    for part in [
        "correlation: 4 row(s), 7 column(s); each pair over the rows it has\nintervals of 95%; p of each pair by itself\n\n",
        "\n        1       2       3       4       5       6       7  column\n1      1                                                   x\n",
        "\n4   0.45b  -0.32b   0.00p      1                           zero_one\n",
        "\n5   0.45e   0.32e   0.00v   1.00v      1                   城市\n",
        "\n7     ?1      ?1      ?1      ?1      ?1      ?1      ?1   constant\n",
        "\nb point-biserial r, of a binary and a numeric column\n",
        "\n?1 undefined: constant\nstrongest:\n",
        "\n  y and size: eta = 0.73, p = 0.270, n = 4\n  x and y: r = 0.71 [-0.79, 0.99], p = 0.293, n = 4\n",
        "\nleft out: `id`, every category occurs once, as in an id",
    ] {
        assert!(shown.contains(part), "{part:?} is not in:\n{shown}");
    }
    let list = run(CorrelationParams::new().with("y"), &frame).to_string();
    assert!(list.contains("4 row(s), 6 column(s) with `y`"), "{list}");
    assert!(list.contains("constant (undefined: constant)"), "{list}");
    // 0.7071 squared; Cramer's V and undefined pairs have no share.
    assert!(list.contains("  50.0%  0.293  4") && list.contains("\nshared: the part of the variance"), "{list}");
    let wide: Vec<Column> = (0..40).map(|k| Column::new(format!("列{k}").into(), [1.0, 2.0, f64::from(k)])).collect();
    let shown = run(CorrelationParams::new(), &DataFrame::new(3, wide).unwrap()).to_string();
    let longest = shown.lines().map(|line| line.chars().count()).max().unwrap();
    assert!(longest <= 100 && shown.matches("  column").count() > 2, "{shown}");
}
