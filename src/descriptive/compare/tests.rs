use polars::prelude::*;

use super::*;
use crate::analysis::Analysis;
use crate::frame::ToDataFrame;
use crate::kernel::multiplicity::Multiplicity;
use crate::kernel::p_value::PValue;
use crate::kernel::undefined::Undefined;

fn run(params: CompareParams, frame: &DataFrame) -> Comparison {
    params.run(&frame.clone().lazy()).unwrap()
}

fn p_of(findings: &Findings, name: TestName) -> Option<f64> {
    findings.test(name).map(|test| test.p_value.value())
}

fn close(got: f64, expected: f64) -> bool {
    (got - expected).abs() <= 1e-12 * expected.abs()
}

fn shop() -> DataFrame {
    df!(
        "plan" => ["a", "a", "a", "b", "b", "b", "c", "c", "c"],
        "spend" => [1.0, 2.0, 3.0, 2.0, 4.0, 6.0, 7.0, 8.0, 9.0],
        "vip" => [Some(true), Some(false), Some(false), Some(true), Some(true), None, Some(true), Some(true), Some(true)],
        "city" => ["x", "y", "z", "x", "y", "y", "z", "z", "x"],
    )
    .unwrap()
}

/// Oracle: by hand. Means 2 4 8 of three each, squares within 2 8 2: between 3 (64 / 9 + 4 / 9 +
/// 100 / 9) = 56, so eta squared is 56 / 68 and F = (56 / 2) / (12 / 6) = 14.
#[test]
fn several_means_have_welchs_test_with_the_shares_of_squares() {
    let compared = run(CompareParams::new("plan").columns(["spend"]), &shop());
    let spend = compared.column("spend").unwrap();
    assert_eq!((spend.kind, spend.primary, compared.contrast), (ColumnKind::Numeric, Some(TestName::WelchAnova), None));
    let names: Vec<TestName> = spend.findings.tests.iter().map(|test| test.name).collect();
    assert_eq!(names, [TestName::WelchAnova, TestName::KruskalWallis, TestName::Levene]);
    let eta = spend.findings.effect(EffectName::EtaSquared).unwrap();
    assert!(close(eta.estimate, 56.0 / 68.0));
    assert_eq!(eta.size.unwrap().magnitude, Magnitude::Large);
    // (56 - 2 * 2) / (68 + 2)
    assert!(close(spend.findings.effect(EffectName::OmegaSquared).unwrap().estimate, 52.0 / 70.0));
    let plain = run(CompareParams::new("plan").columns(["spend"]).tests([TestName::OneWayAnova]), &shop());
    let fisher = plain.columns[0].findings.test(TestName::OneWayAnova).unwrap();
    assert!(close(fisher.statistic, 14.0));
    assert_eq!((fisher.df, fisher.df_residual), (Some(2.0), Some(6.0)));
    // With six degrees of freedom below and two above the line p is (1 + 2 F / 6)^-3.
    assert!((fisher.p_value.value() / (1.0_f64 + 14.0 / 3.0).powi(-3) - 1.0).abs() < 1e-10);
    let means: Vec<_> = spend.segments.iter().map(|one| one.numbers.as_ref().unwrap().mean).collect();
    assert_eq!(means, [Some(2.0), Some(4.0), Some(8.0)]);
}

/// Oracle: by hand: t of 2 and 4 with variances 1 and 4 is 2 / sqrt(5 / 3); of 2 and 8 with 1 and 1
/// it is 6 / sqrt(2 / 3).
#[test]
fn every_segment_is_compared_with_the_reference() {
    let compared = run(CompareParams::new("plan").columns(["spend", "vip"]).reference("a"), &shop());
    let spend = compared.column("spend").unwrap();
    let contrasts: Vec<_> = spend.pairs.iter().map(|pair| (pair.contrast.segment, pair.contrast.reference)).collect();
    assert_eq!(contrasts, [(1, 0), (2, 0)]);
    let t = |at: usize| spend.pairs[at].findings.test(TestName::WelchT).unwrap().clone();
    assert!(close(t(0).statistic, 2.0 / (5.0_f64 / 3.0).sqrt()) && close(t(1).statistic, 6.0 / (2.0_f64 / 3.0).sqrt()));
    let raw: Vec<Option<PValue>> = (0..2).map(|at| Some(t(at).p_value)).collect();
    let adjusted: Vec<Option<PValue>> = (0..2).map(|at| t(at).p_adjusted).collect();
    assert_eq!(adjusted, Multiplicity::Holm.adjust(&raw), "the pairs of a test are one family");
    assert!(spend.pairs.iter().all(|pair| pair.findings.test(TestName::Levene).is_none()));
    let vip = &compared.column("vip").unwrap().pairs[1].findings;
    assert!(close(vip.effect(EffectName::DifferenceOfProportions).unwrap().estimate, 2.0 / 3.0));
    let all = run(CompareParams::new("plan").pairwise(true), &shop());
    let pairs: Vec<_> = all.columns[0].pairs.iter().map(|one| (one.contrast.segment, one.contrast.reference)).collect();
    assert_eq!(pairs, [(1, 0), (2, 0), (2, 1)]);
    assert!(all.columns[0].pair(2, 1).is_some() && all.columns[0].pair(1, 2).is_none());
}

/// Oracle: by hand, chi^2 = 9 sum O^2 / (R C) - 9 is 9 (13 / 9) - 9 = 4 for the counts 1 1 1, 1 2 0,
/// 1 0 2, whose margins are 3 each.
#[test]
fn levels_are_compared_by_a_table() {
    let compared = run(CompareParams::new("plan").columns(["city"]).n_levels(1), &shop());
    let city = compared.column("city").unwrap();
    assert_eq!((city.kind, city.n_levels, &city.event), (ColumnKind::Categorical, Some(3), &None));
    let test = city.findings.test(TestName::ChiSquare).unwrap();
    assert!(close(test.statistic, 4.0), "{test:?}");
    assert_eq!(test.df, Some(4.0));
    let counts = city.findings.expected_counts.unwrap();
    assert_eq!((counts.n_cells, counts.n_small_expected, counts.min_expected), (9, 9, 1.0));
    let listed: Vec<_> = city.segments.iter().map(|one| (one.levels[0].level.as_str(), one.levels[0].n)).collect();
    assert_eq!(listed, [("x", 1), ("x", 1), ("x", 1)]);
    // Of the pair b and c: 1 2 0 against 1 0 2.
    let pairs = run(CompareParams::new("plan").columns(["city"]).pairwise(true), &shop());
    let pair = pairs.columns[0].pair(2, 1).unwrap();
    assert!(close(pair.findings.test(TestName::ChiSquare).unwrap().statistic, 4.0));
}

#[test]
fn the_primary_tests_of_all_columns_are_one_family() {
    let compared = run(CompareParams::new("plan").multiplicity(Multiplicity::Bonferroni), &shop());
    let primary = |name: &str| {
        let column = compared.column(name).unwrap();
        column.findings.test(column.primary.unwrap()).unwrap()
    };
    assert_eq!(compared.definitions.n_primary_tests, 3);
    for name in ["spend", "vip", "city"] {
        let test = primary(name);
        let expected = (3.0 * test.p_value.value()).min(1.0);
        assert!((test.p_adjusted.unwrap().value() - expected).abs() < 1e-15, "{name}");
    }
    let spend = &compared.column("spend").unwrap().findings;
    assert_eq!(spend.test(TestName::KruskalWallis).unwrap().p_adjusted, None, "tests beside it are in no family");
    let plain = run(CompareParams::new("plan").multiplicity(Multiplicity::None), &shop());
    assert!(plain.columns.iter().all(|column| column.findings.tests.iter().all(|test| test.p_adjusted.is_none())));
}

#[test]
fn an_event_makes_any_column_one_of_shares() {
    let frame = df!(
        "g" => ["p", "p", "p", "q", "q", "q"],
        "status" => ["new", "old", "gone", "gone", "gone", "new"],
        "flag" => [0, 1, 1, 1, 0, 2],
        "two" => ["n", "y", "y", "n", "n", "n"],
    )
    .unwrap();
    let compared = run(CompareParams::new("g").event("status", "gone").event("flag", "1"), &frame);
    let difference = |name: &str| {
        let column = compared.column(name).unwrap();
        assert_eq!((column.kind, column.primary), (ColumnKind::Binary, Some(TestName::TwoProportions)));
        column.findings.effect(EffectName::DifferenceOfProportions).unwrap().estimate
    };
    assert!(close(difference("status"), 1.0 / 3.0) && close(difference("flag"), -1.0 / 3.0));
    assert!(close(difference("two"), -2.0 / 3.0), "the last of two levels is the event");
    assert_eq!(compared.column("two").unwrap().event.as_deref(), Some("y"));
    let never = run(CompareParams::new("g").columns(["two"]).event("two", "maybe"), &frame);
    let two = never.column("two").unwrap();
    assert_eq!(two.segments.iter().map(|one| one.event.unwrap().n).collect::<Vec<_>>(), [0, 0]);
    assert_eq!(two.findings.reason(TestName::TwoProportions), Some(&Undefined::Constant));
    assert_eq!(two.findings.effect(EffectName::DifferenceOfProportions).unwrap().estimate, 0.0);
}

#[test]
fn missing_cells_and_rows_without_a_segment_are_counted() {
    let frame = df!(
        "g" => [Some("a"), Some("a"), Some("a"), Some("b"), Some("b"), Some("b"), None, Some("b")],
        "h" => [1, 1, 1, 1, 1, 1, 1, 1],
        "x" => [Some(1.0), Some(2.0), Some(f64::NAN), Some(5.0), None, Some(7.0), Some(1e9), Some(f64::INFINITY)],
        "level" => [Some("u"), Some("v"), None, Some("u"), Some("w"), Some("u"), Some("never"), None],
    )
    .unwrap();
    let compared = run(CompareParams::by(["g", "h"]), &frame);
    assert_eq!((compared.n_rows, compared.n_rows_without_segment), (8, 1));
    assert_eq!(compared.segments.iter().map(ComparedSegment::name).collect::<Vec<_>>(), ["a / 1", "b / 1"]);
    assert_eq!(compared.segment(&["b", "1"]), Some(1));
    let x = compared.column("x").unwrap();
    let counts = |at: usize| (x.segments[at].n, x.segments[at].n_null, x.segments[at].n_nan, x.segments[at].n_infinite);
    assert_eq!((counts(0), counts(1)), ((2, 0, 1, 0), (2, 1, 0, 1)));
    // 6 - 1.5, variances 2 and 1/2.
    let test = x.findings.test(TestName::WelchT).unwrap();
    assert!(close(test.statistic, 4.5 / 1.25_f64.sqrt()));
    let level = compared.column("level").unwrap();
    assert_eq!((level.n_levels, level.segments[0].n, level.segments[1].n_null), (Some(3), 2, 1));
}

#[test]
fn a_segment_with_too_few_values_stays_out_with_the_reason() {
    let mut frame = shop();
    let more = df!("plan" => ["d"], "spend" => [100.0], "vip" => [true], "city" => ["far"]).unwrap();
    frame.vstack_mut(&more).unwrap();
    let (with, without) =
        (run(CompareParams::new("plan").pairwise(true), &frame), run(CompareParams::new("plan"), &shop()));
    let reason = Undefined::TooFew { n: 1, needed: 2 };
    for (one, other) in with.columns.iter().zip(&without.columns) {
        assert_eq!(one.segments[3].left_out, Some(reason.clone()));
        let statistics = |findings: &Findings| findings.tests.iter().map(|test| test.statistic).collect::<Vec<_>>();
        assert_eq!(statistics(&one.findings), statistics(&other.findings), "{}", one.column);
        let pair = one.pair(3, 0).unwrap();
        assert!(pair.findings.tests.is_empty());
        assert!(pair.findings.undefined.iter().all(|undefined| undefined.reason == reason));
    }
    let strict = run(CompareParams::new("plan").columns(["vip"]).min_rows(3), &shop());
    assert_eq!(strict.columns[0].segments[1].left_out, Some(Undefined::TooFew { n: 2, needed: 3 }));
    let alone = run(CompareParams::new("plan").min_rows(4), &shop());
    let spend = alone.column("spend").unwrap();
    assert_eq!(spend.findings.reason(TestName::WelchAnova), Some(&Undefined::TooFew { n: 3, needed: 4 }));
    assert_eq!(alone.definitions.n_primary_tests, 0);
}

#[test]
fn constants_and_single_segments_say_why_there_is_no_test() {
    let frame =
        df!("g" => ["a", "a", "b", "b"], "x" => [5.0, 5.0, 5.0, 5.0], "t" => ["k"; 4], "yes" => [true; 4]).unwrap();
    let compared = run(CompareParams::new("g"), &frame);
    let reason = |name: &str, test| compared.column(name).unwrap().findings.reason(test).cloned();
    assert_eq!(reason("x", TestName::WelchT), Some(Undefined::Constant));
    assert_eq!(reason("x", TestName::MannWhitney), Some(Undefined::Constant));
    assert_eq!(reason("t", TestName::ChiSquare), Some(Undefined::Constant));
    assert_eq!(reason("yes", TestName::TwoProportions), Some(Undefined::Constant));
    let one = run(CompareParams::new("t"), &frame);
    assert!(one.columns.iter().all(|column| column.findings.undefined[0].reason == Undefined::OneGroup));
    let none = run(CompareParams::new("g"), &frame.head(Some(0)));
    let few = Undefined::TooFew { n: 0, needed: 2 };
    assert!(none.columns.iter().all(|column| column.findings.undefined.iter().all(|one| one.reason == few)));
}

#[test]
fn only_tests_that_fit_are_done_and_the_others_are_named() {
    let tests = [TestName::MannWhitney, TestName::KolmogorovSmirnov, TestName::StudentT, TestName::TwoProportions];
    let three = run(CompareParams::new("plan").columns(["spend", "city"]).tests(tests), &shop());
    let spend = three.column("spend").unwrap();
    assert_eq!((spend.primary, spend.not_applicable.as_slice()), (None, &tests[..]));
    let two = shop().lazy().filter(col("plan").neq(lit("c")));
    let two = CompareParams::new("plan").columns(["spend"]).tests(tests).run(&two).unwrap();
    let spend = &two.columns[0];
    assert_eq!((spend.primary, spend.not_applicable.as_slice()), (Some(TestName::MannWhitney), &tests[3..]));
    assert!(
        p_of(&spend.findings, TestName::KolmogorovSmirnov).is_some()
            && p_of(&spend.findings, TestName::StudentT).is_some()
    );
    // Pairs have the tests for two that do not fit the whole.
    let pairs = run(CompareParams::new("plan").columns(["spend"]).tests(tests).pairwise(true), &shop());
    assert_eq!(pairs.columns[0].not_applicable, [TestName::TwoProportions]);
    assert_eq!(pairs.columns[0].pairs[0].findings.tests.len(), 3);
}

#[test]
fn columns_without_numbers_or_levels_are_named() {
    let days = Series::new("day".into(), [0, 1]).cast(&DataType::Date).unwrap();
    let frame = df!("g" => ["a", "b"], "x" => [1, 2], "day" => days).unwrap();
    let compared = run(CompareParams::new("g"), &frame);
    assert_eq!((compared.columns.len(), compared.not_compared.as_slice()), (1, &["day".to_owned()][..]));
    let dated = run(CompareParams::new("g").event("day", "1970-01-01"), &frame);
    assert_eq!(dated.column("day").unwrap().segments[0].event.unwrap().share, Some(1.0));
    assert!(dated.not_compared.is_empty());
    let by_day = run(CompareParams::new("day").columns(["x"]), &frame);
    assert_eq!(by_day.segments[1].key, ["1970-01-02"]);
}

#[test]
fn frames_have_a_row_for_every_answer_and_every_reason() {
    let compared = run(CompareParams::new("plan").pairwise(true), &shop());
    let frame = compared.to_dataframe();
    let answers = |findings: &Findings| findings.tests.len() + findings.effects.len() + findings.undefined.len();
    let of = |column: &ColumnComparison| {
        answers(&column.findings) + column.pairs.iter().map(|pair| answers(&pair.findings)).sum::<usize>()
    };
    assert_eq!(frame.height(), compared.columns.iter().map(of).sum::<usize>());
    let primary = frame.column("is_primary").unwrap().bool().unwrap().num_trues();
    assert_eq!(primary, 3);
    assert_eq!(compared.summaries().height(), 9);
    assert_eq!(compared.levels().height(), 9);
    let empty = run(CompareParams::new("plan"), &shop().head(Some(0)));
    assert_eq!(empty.to_dataframe().schema(), frame.schema());
    assert_eq!(empty.summaries().schema(), compared.summaries().schema());
    assert_eq!(empty.levels().schema(), compared.levels().schema());
}

/// Oracle of the numbers: scipy 1.17 (`ttest_ind`, `mannwhitneyu`, `levene`, `chi2_contingency`) and
/// statsmodels 0.15 (`proportions_ztest`, `confint_proportions_2indep` by newcomb,
/// `proportion_effectsize`); adjusted by hand.
#[test]
fn a_comparison_reads_in_plain_words() {
    let frame = shop().lazy().filter(col("plan").neq(lit("c")));
    let shown = CompareParams::new("plan").run(&frame).unwrap().to_string();
    let expected = [
        "comparison: 6 row(s), 3 column(s), 2 segment(s) by `plan`",
        "rows: a 3, b 3",
        "95% intervals; sizes in the words of Cohen (1988); p-values adjusted by Holm over the 3 primary test(s), one of each column",
        "spend: b 4 against a 2, difference 2 [-2.155, 6.155], d = 1.265 (large), p = 0.221, adjusted 0.442",
        "  also: Mann-Whitney p = 0.268, Levene p = 0.422",
        "vip = true: b 100% against a 33.33%, difference 66.67 points [-13.53, 93.85], h = 1.911 (large), p = 0.136, adjusted 0.408",
        "  missing: 1 null",
        "city: V = 0.4714 (medium to large), p = 0.513, adjusted 0.513",
        "  p is not to be trusted: 6 of 6 cells expect fewer than 5 rows",
    ];
    assert_eq!(shown.lines().collect::<Vec<_>>(), expected, "{shown}");
    let shown =
        run(CompareParams::new("plan").columns(["spend"]).reference("b").multiplicity(Multiplicity::None), &shop());
    let shown = shown.to_string();
    assert!(shown.contains("\nspend: a 2, b 4, c 8; eta squared = 0.8235 (large), p = "), "{shown}");
    assert!(
        shown.contains("\n  a against b: difference -2 [-6.155, 2.155], d = -1.265 (large), p = 0.221\n"),
        "{shown}"
    );
    assert!(shown.contains("p-values not adjusted"), "{shown}");
}

#[test]
fn settings_come_back_and_checked_ones_cannot_be_skipped() {
    let params = CompareParams::by(["a", "b"]).reference_key(["x", "y"]).event("c", "1").min_rows(5);
    let checked = params.clone().check().unwrap();
    let json = serde_json::to_string(&checked).unwrap();
    assert_eq!(serde_json::from_str::<Compare>(&json).unwrap(), checked);
    assert_eq!(CompareParams::from(checked), params);
    assert!(serde_json::from_str::<Compare>(r#"{"by": ["a"], "conf_level": 1.0}"#).is_err());
    assert!(serde_json::from_str::<CompareParams>("{}").is_err(), "segments are asked for");
    assert_eq!(Compare::NAME, "compare");
}
