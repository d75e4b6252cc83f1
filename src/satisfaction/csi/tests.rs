//! Indexes by hand, settings that are refused, and what is counted.

use polars::prelude::*;
use proptest::prelude::*;

use super::*;
use crate::analysis::Analysis;
use crate::error::Result;
use crate::frame::columns;
use crate::frame::{OutOfScale, Question, Scale, SurveyColumns, SurveyResponses, ToDataFrame};
use crate::kernel::importance::Quadrant;
use crate::kernel::undefined::Undefined;
use crate::satisfaction::{NoScore, SurveyPeriod};

const ITEMS: [&str; 2] = ["quality", "price"];

pub(super) fn roles() -> SurveyColumns {
    SurveyColumns::new().items(ITEMS.map(|column| Question::new(column, Scale::ONE_TO_FIVE).not_applicable([0])))
}

pub(super) fn survey(frame: DataFrame, columns: &SurveyColumns) -> SurveyResponses {
    SurveyResponses::new(frame.lazy(), columns).unwrap()
}

pub(super) fn near(found: Option<f64>, expected: f64) {
    let found = found.unwrap();
    assert!((found - expected).abs() <= 1e-12 * expected.abs().max(1.0), "{found} {expected}");
}

fn two_waves() -> DataFrame {
    df!(
        "quality" => [Some(5), Some(4), None, Some(1), Some(0), Some(3)],
        "price" => [Some(3), Some(3), Some(5), Some(2), Some(4), None],
        "城市" => ["上海", "上海", "北京", "北京", "上海", "北京"],
        "wave" => [1, 1, 1, 2, 2, 2],
        "w" => [1.0, 2.0, 1.0, 1.0, 3.0, 2.0],
    )
    .unwrap()
}

fn wave_roles() -> SurveyColumns {
    roles().segments(["城市"]).wave("wave")
}

/// Oracle: by hand. Indexes of quality 100, 75, -, 0, -, 50 and of price 50, 50, 100, 25, 75, -;
/// composites 75, 62.5, 100, 12.5, 75, 50, of which the first, second and fourth are complete.
#[test]
fn three_ways_of_treating_what_is_missing_by_hand() {
    let report = CsiParams::new().run(&survey(two_waves(), &wave_roles())).unwrap();
    let overall = &report.overall;
    assert_eq!((overall.n_rows, overall.n, overall.complete.n, overall.answered.n), (6, 6, 3, 6));
    near(overall.csi, 62.5);
    near(overall.answered.csi, 62.5);
    near(overall.complete.csi, 50.0);
    near(overall.of_item_means, 58.125); // (56.25 + 60) / 2
    // Squares about 62.5: 156.25 + 0 + 1406.25 + 2500 + 156.25 + 156.25 = 4375.
    near(overall.std_error, (4375.0_f64 / 30.0).sqrt());
    // scipy 1.17.1, `t.ppf(0.975, 5)`.
    let half = 2.570_581_835_636_314_6 * (4375.0_f64 / 30.0).sqrt();
    near(overall.interval.map(|ends| ends.low), 62.5 - half);
    let quality = report.item("quality").unwrap();
    assert_eq!((quality.answers.n_answered, quality.answers.n_null, quality.answers.n_not_applicable), (4, 1, 1));
    near(quality.mean, 3.25);
    near(quality.index, 56.25);
    assert_eq!((quality.weight, quality.quadrant), (0.5, None));
    // Of complete answers: covariance of (4, 3, 0) and (2, 2, 1) is 7/6, variances 13/3 and 1/3.
    near(report.reliability.alpha, 2.0 * (2.0 * 7.0 / 6.0) / (14.0 / 3.0 + 7.0 / 3.0));
    near(quality.item_total, (7.0 / 6.0) / (13.0_f64 / 9.0).sqrt());

    let strict = CsiParams::new().missing_items(MissingItems::Renormalize { min_answered: 2 });
    let strict = strict.run(&survey(two_waves(), &wave_roles())).unwrap();
    assert_eq!(strict.overall.answered, strict.overall.complete);
    assert_eq!((strict.rows.n_used, strict.rows.n_too_few), (3, 3));
    let complete = CsiParams::new().missing_items(MissingItems::CompleteOnly);
    let complete = complete.run(&survey(two_waves(), &wave_roles())).unwrap();
    near(complete.overall.csi, 50.0);
    near(complete.overall.answered.csi, 62.5);
    assert_eq!((complete.rows.n_used, complete.rows.n_too_few), (3, 3));
}

#[test]
fn segments_and_periods_are_parts_of_the_whole() {
    let params = CsiParams::new().by(["城市"]).period(SurveyPeriod::Wave);
    let report = params.run(&survey(two_waves(), &wave_roles())).unwrap();
    near(report.segment(&["上海"]).unwrap().csi, 212.5 / 3.0);
    near(report.period("1").unwrap().csi, 237.5 / 3.0);
    let one = report.group(&["北京"], "1").unwrap();
    assert_eq!((one.n, one.csi, one.std_error), (1, Some(100.0), None));
    assert!(one.no_interval.is_some() && one.reason.is_none());
    assert_eq!(one.items[0].index, None);
    assert_eq!(one.of_item_means, None);
    assert_eq!(report.all().count(), 1 + 2 + 2 + 4);
    let shown = report.to_string();
    for part in
        ["6 of 6 row(s) used", "items of equal weight", "quality", "上海, 1", "no interval (too few values: 1 of 2)"]
    {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let frame = report.to_dataframe();
    assert_eq!(frame.height(), 9);
    for name in ["scope", "城市", columns::PERIOD, columns::CSI, columns::STD_ERROR, columns::CSI_OF_ITEM_MEANS] {
        assert!(frame.column(name).is_ok(), "{name}");
    }
    assert_eq!(report.items_frame().height(), 2);
    assert_eq!(report.item_scores_frame().height(), 18);
}

/// Oracle: by hand; in wave 1 quality 87.5 and price 66.7, in wave 2 25 and 50.
#[test]
fn changes_are_shared_out_among_the_items() {
    let params = CsiParams::new().stated_weights([("quality", 3.0), ("price", 1.0)]).period(SurveyPeriod::Wave);
    let report = params.clone().run(&survey(two_waves(), &wave_roles())).unwrap();
    let changes = report.changes();
    let [change] = changes.changes.as_slice() else { panic!("{changes:?}") };
    near(Some(change.contributions[0].by_score), 0.75 * (25.0 - 87.5));
    near(Some(change.contributions[1].by_score), 0.25 * (50.0 - 200.0 / 3.0));
    let sum: f64 = change.contributions.iter().map(|one| one.by_score + one.by_weight).sum();
    near(Some(sum), change.after - change.before);
    assert_eq!(changes.to_dataframe().height(), 2);
    assert!(changes.to_string().contains("1 -> 2"), "{changes}");
    // By city there is no index of quality in Beijing in wave 1, nor in Shanghai in wave 2.
    let by_city = params.by(["城市"]).run(&survey(two_waves(), &wave_roles())).unwrap().changes();
    assert_eq!((by_city.changes.len(), by_city.n_without_index), (1, 2));
    // The items are on the map, as their weights differ.
    assert_eq!(report.item("quality").unwrap().quadrant, Some(Quadrant::ConcentrateHere));
    assert_eq!(report.item("price").unwrap().quadrant, Some(Quadrant::PossibleOverkill));
}

#[test]
fn changes_of_weights_count_between_reports() {
    let run = |weights: [(&'static str, f64); 2]| {
        CsiParams::new().stated_weights(weights).run(&survey(two_waves(), &wave_roles())).unwrap()
    };
    let (before, after) = (run([("quality", 1.0), ("price", 1.0)]), run([("quality", 3.0), ("price", 1.0)]));
    let changes = after.changes_since(&before).unwrap();
    let contributions = &changes.changes[0].contributions;
    near(Some(contributions[0].by_weight), 56.25 * 0.25);
    near(Some(contributions[1].by_weight), -60.0 * 0.25);
    assert_eq!((contributions[0].by_score, contributions[1].by_score), (0.0, 0.0));
    let other = SurveyColumns::new().items([Question::new("price", Scale::ONE_TO_FIVE)]);
    let other = CsiParams::new().run(&survey(two_waves(), &other)).unwrap();
    let refused = after.changes_since(&other).unwrap_err().to_string();
    assert_eq!(refused, "csi: reports on other items, or in another order, cannot be compared");
}

/// Oracle: by hand; composites 75, 62.5, 100, 12.5, 75, 50 of weights 1, 2, 1, 1, 3, 2.
#[test]
fn weighted_responses_have_a_weighted_index() {
    let report = CsiParams::new().run(&survey(two_waves(), &wave_roles().weight("w"))).unwrap();
    assert!(report.is_weighted);
    near(report.overall.csi, 63.75); // 637.5 / 10
    near(report.overall.n_eff, 5.0);
    let squares = [(75.0, 1.0), (62.5, 2.0), (100.0, 1.0), (12.5, 1.0), (75.0, 3.0), (50.0, 2.0)]
        .map(|(c, w): (f64, f64)| (w * (c - 63.75)).powi(2));
    near(report.overall.std_error, (squares.iter().sum::<f64>() * 6.0 / 5.0).sqrt() / 10.0);
    // Quality: 5, 4 twice, 1, 3 twice.
    near(report.item("quality").unwrap().mean, 20.0 / 6.0);
    let frame = two_waves().lazy().with_column(col("w") * lit(1e-140));
    let scaled = CsiParams::new().run(&SurveyResponses::new(frame, &wave_roles().weight("w")).unwrap()).unwrap();
    near(scaled.overall.csi, 63.75);
    near(scaled.overall.std_error, report.overall.std_error.unwrap());
}

#[test]
fn weights_that_are_none_are_counted_or_refused() {
    let frame = df!(
        "quality" => [5, 4, 3, 2], "price" => [5, 4, 3, 2], "w" => [Some(1.0), None, Some(0.0), Some(2.0)],
    );
    let report = CsiParams::new().run(&survey(frame.unwrap(), &roles().weight("w"))).unwrap();
    assert_eq!((report.rows.n_used, report.rows.n_without_weight, report.rows.n_zero_weight), (2, 1, 1));
    near(report.overall.csi, 50.0);
    assert_eq!(report.item("price").unwrap().answers.n_rows, 2);
    for bad in [-1.0, f64::NAN, f64::INFINITY, 1e-200, 1e200] {
        let frame = df!("quality" => [5, 4], "price" => [5, 4], "w" => [1.0, bad]).unwrap();
        let refused = CsiParams::new().run(&survey(frame, &roles().weight("w"))).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "csi: 1 response(s) have a weight that is negative, NaN, infinite or beyond 1e-150..1e150; filter them out, \
             or clean the column with `cleaning::Checks`"
        );
    }
}

#[test]
fn answers_off_the_scale_are_refused_or_set_aside() {
    let frame = || df!("quality" => [5, 6, 4], "price" => [Some(1), Some(2), None]).unwrap();
    let refused = CsiParams::new().run(&survey(frame(), &roles())).unwrap_err().to_string();
    assert!(refused.starts_with("csi: column `quality` has 1 answer(s) outside 1..=5; "), "{refused}");
    let set_aside = CsiParams::new().run(&survey(frame(), &roles().out_of_scale(OutOfScale::Quarantine))).unwrap();
    assert_eq!(set_aside.item("quality").unwrap().answers.n_out_of_scale, 1);
    near(set_aside.overall.csi, (50.0 + 25.0 + 75.0) / 3.0);
}

/// Oracle: by hand; of 0..=10 with fractions 7.5 is 75, of 1..=5 the answer 4 is 75.
#[test]
fn items_on_scales_of_several_kinds_make_one_index() {
    let frame = df!("slider" => [Some(7.5), Some(2.0), None], "stars" => [4, 2, 5]).unwrap();
    let items =
        [Question::new("slider", Scale::ZERO_TO_TEN.fractions(true)), Question::new("stars", Scale::ONE_TO_FIVE)];
    let report = CsiParams::new().run(&survey(frame, &SurveyColumns::new().items(items))).unwrap();
    near(report.overall.csi, (75.0 + 22.5 + 100.0) / 3.0);
    near(report.overall.complete.csi, 48.75);
    near(report.item("slider").unwrap().mean, 4.75);
    assert_eq!(report.item("slider").unwrap().answers.n_null, 1);
    near(report.reliability.alpha, 2.0 * 2.0 * 0.1375 / (0.15125 + 0.125 + 2.0 * 0.1375));
}

/// Oracle: by hand; quality is the score itself, price correlates with it by 1/2.
#[test]
fn weights_are_derived_from_the_score() {
    let frame =
        || df!("quality" => [1, 2, 3], "price" => [1, 3, 2], "turned" => [3, 2, 1], "score" => [2, 3, 4]).unwrap();
    let roles = |items: &[&str]| {
        let items: Vec<Question> = items.iter().map(|&item| Question::new(item, Scale::ONE_TO_FIVE)).collect();
        SurveyColumns::new().items(items).score(Question::new("score", Scale::ONE_TO_FIVE))
    };
    let run = |weighting: ItemWeighting, items: &[&str]| {
        CsiParams::new().item_weights(weighting).run(&survey(frame(), &roles(items)))
    };
    let by_correlation = run(ItemWeighting::Correlation, &ITEMS).unwrap();
    near(Some(by_correlation.item("quality").unwrap().weight), 2.0 / 3.0);
    near(by_correlation.item("price").unwrap().measure, 0.5);
    let derived = by_correlation.derived.as_ref().unwrap();
    assert_eq!((derived.target.as_str(), derived.n), ("score", 3));
    assert!(by_correlation.to_string().contains("weights of items by correlation with `score`"));
    // LMG: (1 + 3/4) / 2 and (1/4 + 0) / 2.
    let by_lmg = run(ItemWeighting::Lmg, &ITEMS).unwrap();
    near(Some(by_lmg.item("quality").unwrap().weight), 0.875);
    // The slope of price is 0 beside quality.
    let refused = run(ItemWeighting::Correlation, &["quality", "turned"]).unwrap_err().to_string();
    assert_eq!(
        refused,
        "csi: the weight of item `turned` by correlation with `score` is not above 0; leave the item out, turn its \
         scale, or state weights"
    );
    let collinear = run(ItemWeighting::Regression, &["quality", "turned"]).unwrap_err().to_string();
    assert_eq!(
        collinear,
        "csi: no regression weights from `score` in 3 response(s) with all answers: columns determine each other"
    );
    let none = df!("quality" => [3, 3], "price" => [1, 2], "score" => [1, 2]).unwrap();
    let none = CsiParams::new().item_weights(ItemWeighting::Lmg).run(&survey(none, &roles(&ITEMS))).unwrap_err();
    assert!(none.to_string().ends_with("constant"), "{none}");
}

#[test]
fn few_responses_are_not_shown_on_request() {
    let report = CsiParams::new().by(["城市"]).period(SurveyPeriod::Wave).min_n(2);
    let report = report.run(&survey(two_waves(), &wave_roles())).unwrap();
    let hidden = report.group(&["北京"], "1").unwrap();
    assert_eq!((hidden.n, hidden.csi, hidden.complete.csi, hidden.items[1].index), (1, None, None, None));
    assert_eq!(hidden.reason, Some(NoScore::Suppressed { min_n: 2 }));
    assert_eq!(report.to_dataframe().column(columns::CSI).unwrap().null_count(), 2);
}

#[test]
fn what_has_no_answers_says_so() {
    let empty = df!("quality" => Vec::<i32>::new(), "price" => Vec::<i32>::new()).unwrap();
    let report = CsiParams::new().run(&survey(empty, &roles())).unwrap();
    assert_eq!((report.rows.n_rows, report.overall.csi), (0, None));
    assert!(report.overall.reason.is_some() && report.reliability.reason.is_some());
    let null = df!("quality" => [None::<i32>, None], "price" => [Some(5), Some(1)]).unwrap();
    let report = CsiParams::new().run(&survey(null, &roles())).unwrap();
    near(report.overall.csi, 50.0);
    assert_eq!((report.overall.complete.csi, report.overall.of_item_means), (None, None));
    assert_eq!(report.item("quality").unwrap().answers.n_null, 2);
    let one = df!("quality" => [5], "price" => [5]).unwrap();
    let report = CsiParams::new().run(&survey(one, &roles())).unwrap();
    assert_eq!((report.overall.csi, report.overall.std_error), (Some(100.0), None));
    let alike = df!("quality" => [4; 9], "price" => [2; 9]).unwrap();
    let report = CsiParams::new().run(&survey(alike, &roles())).unwrap();
    assert_eq!((report.overall.std_error, report.overall.interval), (Some(0.0), None));
    assert_eq!(report.overall.no_interval, Some(Undefined::Constant));
    assert!(report.to_string().contains("no interval (constant)"), "{report}");
}

/// Every response is a segment of its own, some of them with names of many bytes.
#[test]
fn as_many_segments_as_responses_are_no_harm() {
    let n = 30_000;
    let names: Vec<String> = (0..n).map(|at| format!("客户编号第{at:06}号")).collect();
    let quality: Vec<i32> = (0..n).map(|at| at % 5 + 1).collect();
    let frame = df!("quality" => &quality, "price" => &quality, "城市" => names, "w" => vec![2.0; n as usize]).unwrap();
    for columns in [roles().segments(["城市"]), roles().segments(["城市"]).weight("w")] {
        let report = CsiParams::new().by(["城市"]).run(&survey(frame.clone(), &columns)).unwrap();
        assert_eq!((report.segments.len(), report.overall.csi), (n as usize, Some(50.0)));
        let of_segment = report.segment(&["客户编号第000003号"]).unwrap();
        assert_eq!((of_segment.n, of_segment.csi, of_segment.std_error), (1, Some(75.0), None));
    }
}

#[test]
fn settings_outside_their_range_are_refused() {
    let refused = |params: CsiParams| params.check().unwrap_err().to_string();
    assert_eq!(refused(CsiParams::new().conf_level(95.0)), "csi: `conf_level` must be above 0 and below 1, got 95");
    let zero = CsiParams::new().missing_items(MissingItems::Renormalize { min_answered: 0 });
    assert_eq!(refused(zero), "csi: `min_answered` must be at least 1, got 0");
    assert_eq!(
        refused(CsiParams::new().stated_weights([("a", 1.0), ("b", -0.5)])),
        "csi: `item_weights` must be above 0 for every item (leave others out), got -0.5 for `b`"
    );
    assert_eq!(refused(CsiParams::new().by(["a", "a"])), "csi: `by` must be columns named once, got `a` twice");
}

#[test]
fn settings_that_do_not_go_with_the_survey_are_refused() {
    let refused =
        |params: CsiParams, columns: &SurveyColumns| params.run(&survey(two_waves(), columns)).unwrap_err().to_string();
    let score = SurveyColumns::new().score(Question::new("price", Scale::ONE_TO_FIVE));
    assert_eq!(
        refused(CsiParams::new(), &score),
        "csi: `items` must be among the roles of the survey, one or more, got none"
    );
    let three = CsiParams::new().missing_items(MissingItems::Renormalize { min_answered: 3 });
    assert_eq!(refused(three, &roles()), "csi: `min_answered` must be at most the 2 item(s) of the survey, got 3");
    assert_eq!(
        refused(CsiParams::new().stated_weights([("quality", 1.0)]), &roles()),
        "csi: `item_weights` must be stated for every item, got none for `price`"
    );
    let other = CsiParams::new().stated_weights([("quality", 1.0), ("price", 1.0), ("service", 1.0)]);
    assert_eq!(
        refused(other, &roles()),
        "csi: `item_weights` must be stated for items of the survey, got one for `service`"
    );
    assert_eq!(
        refused(CsiParams::new().item_weights(ItemWeighting::Lmg), &roles()),
        "csi: `item_weights` must be `equal` or `stated` for a survey without the role `score`, got lmg"
    );
    assert!(refused(CsiParams::new().by(["wave"]), &wave_roles()).starts_with("csi: `by` must be"));
    let of_others = Csi::try_from(CsiParams::new()).unwrap().reduce(df!("x" => [1]).unwrap().lazy()).unwrap_err();
    assert!(of_others.to_string().contains("make it by `plan`"), "{of_others}");
}

#[test]
fn settings_survive_a_job_file() -> Result<()> {
    let params = CsiParams::new()
        .stated_weights([("quality", 0.6), ("price", 0.4)])
        .missing_items(MissingItems::Renormalize { min_answered: 2 })
        .by(["城市"])
        .period(SurveyPeriod::Quarter)
        .conf_level(0.9)
        .min_n(30);
    let text = toml::to_string(&params).unwrap();
    assert_eq!(toml::from_str::<CsiParams>(&text).unwrap(), params);
    let job = "period = \"wave\"\nitem_weights = \"lmg\"\nmissing_items = \"complete_only\"";
    let from_job: Csi = toml::from_str(job).unwrap();
    let expected = CsiParams::new().period(SurveyPeriod::Wave).item_weights(ItemWeighting::Lmg);
    assert_eq!(from_job.params(), &expected.missing_items(MissingItems::CompleteOnly));
    assert!(toml::from_str::<Csi>("conf_level = 2.0").is_err());
    assert!(toml::from_str::<CsiParams>("weights = 1").is_err());
    Ok(())
}

/// What a report says, as text with all digits.
fn digits(report: &CsiReport) -> String {
    format!("{:?} {:?} {:?}", report.to_dataframe(), report.items_frame(), serde_json::to_string(report).unwrap())
}

fn analysis() -> Csi {
    CsiParams::new().by(["城市"]).period(SurveyPeriod::Wave).check().unwrap()
}

#[test]
fn readings_of_parts_merge_into_that_of_the_whole() {
    for columns in [wave_roles(), wave_roles().weight("w")] {
        let read = |frame: DataFrame| analysis().reduce(analysis().plan(&survey(frame, &columns)).unwrap()).unwrap();
        let whole = analysis().finish(read(two_waves())).unwrap();
        for at in [0, 2, 6] {
            let (left, right) = two_waves().split_at(at);
            let merged = read(right).merge(read(left)).unwrap();
            assert_eq!(digits(&analysis().finish(merged).unwrap()), digits(&whole));
        }
        let other = CsiParams::new().check().unwrap();
        let other = other.reduce(other.plan(&survey(two_waves(), &columns)).unwrap()).unwrap();
        assert!(read(two_waves()).merge(other).is_err());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn the_order_of_rows_changes_no_digit(
        rows in prop::collection::vec((prop::option::of(0..=5), prop::option::of(1..=5), 0..4, 1..4, 0.1..9.0), 2..200),
        is_weighted: bool,
    ) {
        let columns = if is_weighted { wave_roles().weight("w") } else { wave_roles() };
        type Row = (Option<i32>, Option<i32>, i32, i32, f64);
        let frame = |rows: &[Row]| {
            let city = |at: i32| ["上海", "北京", "Lyon", "Ürümqi"][at as usize];
            df!(
                "quality" => rows.iter().map(|row| row.0).collect::<Vec<_>>(),
                "price" => rows.iter().map(|row| row.1).collect::<Vec<_>>(),
                "城市" => rows.iter().map(|row| city(row.2)).collect::<Vec<_>>(),
                "wave" => rows.iter().map(|row| row.3).collect::<Vec<_>>(),
                "w" => rows.iter().map(|row| row.4).collect::<Vec<_>>(),
            )
            .unwrap()
        };
        let there = analysis().run(&survey(frame(&rows), &columns)).unwrap();
        let turned: Vec<_> = rows.iter().rev().copied().collect();
        let back = analysis().run(&survey(frame(&turned), &columns)).unwrap();
        prop_assert_eq!(digits(&there), digits(&back));
        // Groups in their parts are the whole.
        let n: u64 = there.groups.iter().map(|group| group.n).sum();
        prop_assert_eq!(n, there.overall.n);
        if !is_weighted {
            let sum: f64 = there.groups.iter().filter_map(|group| Some(group.csi? * group.n as f64)).sum();
            prop_assert!((sum / n.max(1) as f64 - there.overall.csi.unwrap_or(0.0)).abs() < 1e-11);
        }
    }
}
