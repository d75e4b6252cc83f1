//! "Our score has fallen by twenty points in a quarter, and every channel tells me that theirs rose. Who is
//! right, and what do we mend first?"
//!
//! The steps of the example `10_what_customers_say` on its data. Oracle: the same scores, shares and parts by
//! Python over the file with exact fractions, 1e-12; importances by numpy 2.4.6, sets of items
//! solved one by one over 929 complete rows with their weights, 1e-9.

use customer_analytics::correlation::{ImportanceMethod, Quadrant};
use customer_analytics::kernel::weight::WeightKind;
use customer_analytics::polars::prelude::{LazyCsvReader, LazyFileListReader, PlRefPath};
use customer_analytics::prelude::*;
use customer_analytics::satisfaction::nps_code_expr;

const FEEDBACK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/feedback.csv");
const ITEMS: [&str; 5] = ["tea", "choice", "price", "packing", "delivery"];

/// What all items explain of the score's variance.
const R_SQUARED: f64 = 0.429_361_337_321_166;

/// Shares of that in the order of the items, and where these stand on the map.
const EXPECTED: [(f64, Quadrant); 5] = [
    (0.323_908_750_901_656_3, Quadrant::KeepUpTheGoodWork),
    (0.164_429_802_682_514_2, Quadrant::PossibleOverkill),
    (0.055_046_342_888_195_93, Quadrant::LowPriority),
    (0.045_965_336_795_042_38, Quadrant::PossibleOverkill),
    (0.410_649_766_732_591_3, Quadrant::ConcentrateHere),
];

/// What every channel is asked about.
const ASKED_OF_ALL: [&str; 4] = ["tea", "choice", "price", "packing"];

fn asked(question: Question) -> SurveyResponses {
    asked_of(&ITEMS, question)
}

fn asked_of(items: &[&str], question: Question) -> SurveyResponses {
    let table = LazyCsvReader::new(PlRefPath::new(FEEDBACK)).with_infer_schema_length(None).finish().unwrap();
    let columns = SurveyColumns::new()
        .items(items.iter().map(|&item| Question::new(item, Scale::ONE_TO_FIVE).not_applicable([0])))
        .score(question)
        .time("answered")
        .time_format("%d/%m/%Y")
        .segments(["channel"])
        .touchpoint("touchpoint")
        .weight("weight");
    SurveyResponses::new(table, &columns).unwrap()
}

fn recommend() -> SurveyResponses {
    asked(Question::new("recommend", Scale::ZERO_TO_TEN).not_applicable([99]))
}

#[track_caller]
fn near(found: Option<f64>, expected: f64) {
    let found = found.expect("a number");
    assert!((found - expected).abs() <= 1e-12 * expected.abs(), "{found} {expected}");
}

/// Who is asked often counts for less; the few of the fair have no score of their own.
#[test]
fn who_recommends_the_shop() {
    let report = NpsParams::new().by(["channel"]).min_n(30).run(&recommend()).unwrap();
    assert_eq!((report.rows.n_rows, report.rows.n_null, report.rows.n_not_applicable), (1_930, 51, 49));
    near(report.overall.nps, 185_600.0 / 6_393.0);
    let fair = report.segment(&["fair"]).unwrap();
    assert_eq!((fair.n, fair.nps), (13, None));
    assert!(report.to_string().contains("- fair: no score (fewer than 30 responses)"), "{report}");
}

/// The quarter before could be noise, the last one is none; the days of July are no quarter yet.
#[test]
fn the_fall_is_more_than_noise() {
    let quarters = NpsParams::new().period(SurveyPeriod::Quarter).run(&recommend()).unwrap();
    let expected = [3125.0 / 84.0, 10050.0 / 253.0, 40100.0 / 1081.0, 34500.0 / 1079.0, 7075.0 / 281.0, 725.0 / 132.0];
    for (group, expected) in quarters.periods.iter().zip(expected) {
        near(group.nps, expected);
    }
    let trend = TrendParams::new().of(&quarters).unwrap();
    let points = &trend.series[0].points;
    let p = |at: usize| points[at].change.as_ref().unwrap().p_adjusted.unwrap().value();
    assert!((1..5).all(|at| p(at) > 0.5) && p(5) < 0.02, "{trend}");
    assert!(!points[6].is_used && points[6].key.period.as_ref().unwrap().is_complete == Some(false));
    assert!(trend.to_string().contains("2026-Q3 (incomplete)"), "{trend}");
}

/// All channels rose and the whole fell: the app, which most now use, stands far below the others.
#[test]
fn everybody_is_right_about_the_fall() {
    let quarters = NpsParams::new().period(SurveyPeriod::Quarter).by(["channel"]).min_n(30);
    let split = quarters.run(&recommend()).unwrap().decompose("2026-Q1", "2026-Q2").unwrap();
    let names: Vec<String> = split.segments.iter().map(ToString::to_string).collect();
    assert_eq!(names, ["app", "shop", "web"]);
    let before = [-48.854_961_832_061_07, 37.636_363_636_363_63, 31.602_708_803_611_737];
    let after = [-32.862_190_812_720_85, 47.368_421_052_631_58, 52.678_571_428_571_43];
    for at in 0..3 {
        near(split.nps_before[at], before[at]);
        near(split.nps_after[at], after[at]);
        assert!(split.split.parts[at].rate > 0.0);
    }
    near(Some(split.split.mix), -34.898_817_022_088_764);
    near(Some(split.split.rate), 15.213_305_321_452_51);
    let text = split.to_string();
    assert!(text.contains("25.2 -> 5.5, -19.7 points"), "{text}");
    assert!(text.contains("-34.9 by another mix of segments, 15.2 by other opinions within them"), "{text}");
}

/// To send something back is hard: one in ten has it easy, and these are the least satisfied.
#[test]
fn returns_are_hard() {
    let easy = asked(Question::new("easy", Scale::ONE_TO_SEVEN));
    let report = CsatParams::effort().by(["touchpoint"]).run(&easy).unwrap();
    let back = report.segment(&["return"]).unwrap();
    near(back.mean, 3.048_625_792_811_839);
    near(back.top_box.map(|share| share.estimate), 0.103_594_080_338_266_38);
    let satisfied = asked(Question::new("satisfied", Scale::ONE_TO_FIVE));
    let report = CsatParams::new().by(["touchpoint"]).run(&satisfied).unwrap();
    near(report.segment(&["return"]).unwrap().top_box.map(|share| share.estimate), 0.365_750_528_541_226_2);
    let top = |name: &str| report.segment(&[name]).unwrap().top_box.unwrap();
    assert!(["order", "delivery", "advice"].iter().all(|name| top(name).interval.low > top("return").interval.high));
}

/// Delivery matters most, and goes badly; the tea itself matters, and goes well.
#[test]
fn delivery_comes_first() {
    let recommend = recommend();
    let points = nps_code_expr(recommend.columns(), &NpsParams::new()).unwrap().alias("points");
    let drivers = KeyDriversParams::new("points", ITEMS).scale(1.0, 5.0).weights("weight", WeightKind::Sampling);
    let report = drivers.run(&recommend.answers().with_column(points)).unwrap();
    assert_eq!(report.n_rows_used, 929);
    assert!((report.r_squared - R_SQUARED).abs() < 1e-9, "{}", report.r_squared);
    for (driver, (share, quadrant)) in report.drivers.iter().zip(EXPECTED) {
        let found = driver.importance(ImportanceMethod::Lmg).unwrap().share.unwrap();
        assert!((found - share).abs() < 1e-9, "{} {found}", driver.driver);
        assert_eq!(driver.quadrant, Some(quadrant), "{}", driver.driver);
    }
    let satisfied = asked(Question::new("satisfied", Scale::ONE_TO_FIVE));
    let index = CsiParams::new().item_weights(ItemWeighting::Lmg).run(&satisfied).unwrap();
    let quadrants: Vec<Option<Quadrant>> = index.items.iter().map(|item| item.quadrant).collect();
    assert_eq!(quadrants, EXPECTED.map(|(_, quadrant)| Some(quadrant)));
}

/// Nothing is delivered to the customers of a shop: their index of five items leaves out the one that
/// counts most, and is no better than that of the web for it.
#[test]
fn channels_compare_by_what_all_of_them_were_asked() {
    let index = |items: &[&str]| {
        let satisfied = asked_of(items, Question::new("satisfied", Scale::ONE_TO_FIVE));
        CsiParams::new().item_weights(ItemWeighting::Lmg).by(["channel"]).min_n(30).run(&satisfied).unwrap()
    };
    let all = index(&ITEMS);
    let shop = all.segment(&["shop"]).unwrap();
    assert_eq!((shop.complete.n, shop.items[4].n), (0, 0));
    assert_eq!(all.unanswered_items(shop).iter().map(|item| item.item.as_str()).collect::<Vec<_>>(), ["delivery"]);
    let text = all.to_string();
    let note = "- shop: no answers to `delivery` (41% of the weight); not comparable with the others; none of its \
                responses is behind the weights";
    assert!(text.contains(note) && text.contains(", of 974 response(s) with all answers"), "{text}");
    let common = index(&ASKED_OF_ALL);
    assert!(!common.to_string().contains("not comparable"), "{common}");
    let score = |channel: &str| common.segment(&[channel]).unwrap().csi.unwrap();
    assert!(score("shop") - score("web") < 3.0 && score("web") - score("app") > 5.0, "{common}");
}
