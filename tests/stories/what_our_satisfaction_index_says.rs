//! "We ask for fourteen things on every flight and five in every store. How satisfied are they in
//! one number, which class is behind, what is worth mending, and is the last wave more than noise?"

use customer_analytics::correlation::Quadrant;
use customer_analytics::frame::{CsvOptions, read_csv};
use customer_analytics::polars::prelude::*;
use customer_analytics::prelude::*;
use customer_analytics::satisfaction::csi::{CsiParams, ItemWeighting};
use customer_analytics::satisfaction::raking::RakingParams;
use customer_analytics::satisfaction::trend::TrendParams;
use customer_analytics::text::TextEncoding;

use crate::golden::shared;

const FIVE: [&str; 5] =
    ["Online Boarding", "In-flight Wifi Service", "Seat Comfort", "In-flight Entertainment", "Baggage Handling"];

/// The airline survey, in which 0 stands for not applicable.
fn airline() -> Option<(LazyFrame, SurveyColumns)> {
    let path = shared("data/airline_passenger_satisfaction.parquet")?;
    let frame = LazyFrame::scan_parquet(PlRefPath::new(path.to_str().unwrap()), ScanArgsParquet::default()).unwrap();
    let satisfied = col("Satisfaction").eq(lit("Satisfied")).cast(DataType::Int8).alias("satisfied");
    let columns = SurveyColumns::new()
        .items(FIVE.map(|item| Question::new(item, Scale::ONE_TO_FIVE).not_applicable([0])))
        .score(Question::new("satisfied", Scale::new(0, 1)))
        .segments(["Class", "Gender"]);
    Some((frame.with_column(satisfied), columns))
}

/// By what goes along with satisfaction, boarding matters most; wireless networks are weak. Items
/// that were not applicable are counted and no zeros.
#[test]
fn the_airline_learns_what_to_mend() {
    let Some((frame, columns)) = airline() else { return };
    let survey = SurveyResponses::new(frame, &columns).unwrap();
    let report = CsiParams::new().item_weights(ItemWeighting::Lmg).by(["Class"]).run(&survey).unwrap();
    let wifi = report.item("In-flight Wifi Service").unwrap();
    assert_eq!(wifi.answers.n_not_applicable, 129_880 - 125_964);
    let heaviest = report.items.iter().max_by(|a, b| a.weight.total_cmp(&b.weight)).unwrap();
    assert_eq!((heaviest.item.as_str(), heaviest.quadrant), ("Online Boarding", Some(Quadrant::KeepUpTheGoodWork)));
    let [business, economy] = ["Business", "Economy"].map(|class| report.segment(&[class]).unwrap());
    assert!(business.interval.unwrap().low > economy.interval.unwrap().high);
    // One item measures something else than the others do.
    assert!(report.reliability.alpha.unwrap() < report.item("Baggage Handling").unwrap().alpha_if_deleted.unwrap());
    let shown = report.to_string();
    for part in ["129,880 of 129,880 row(s) used", "Cronbach's alpha 0.6731", "keep up the good work"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
}

/// Were half of the passengers in Business and as many women as men, the index would be higher.
#[test]
fn the_airline_weighs_passengers_like_its_population() {
    let Some((frame, columns)) = airline() else { return };
    let survey = SurveyResponses::new(frame, &columns).unwrap();
    let raked = RakingParams::new()
        .margin("Class", [("Business", 0.5), ("Economy", 0.4), ("Economy Plus", 0.1)])
        .margin("Gender", [("Female", 0.5), ("Male", 0.5)])
        .run(&survey)
        .unwrap();
    assert_eq!((raked.rows.n_used, raked.cells.len()), (129_880, 6));
    assert!(raked.max_deviation <= 1e-10 && raked.design_effect < 1.05, "{raked}");
    let weighted = SurveyResponses::new(raked.weighted(&survey).unwrap(), &columns.weight("raking_weight")).unwrap();
    let report = CsiParams::new().by(["Class"]).run(&weighted).unwrap();
    // The whole is the mean of the classes by their shares of the population.
    let of_classes = [("Business", 0.5), ("Economy", 0.4), ("Economy Plus", 0.1)]
        .map(|(class, share)| share * report.segment(&[class]).unwrap().csi.unwrap());
    assert!((of_classes.iter().sum::<f64>() - report.overall.csi.unwrap()).abs() < 1e-7);
    assert!((report.overall.n_eff.unwrap() / raked.n_eff - 1.0).abs() < 1e-12);
}

/// The garden stores' answers, in two encodings, by the number of visits as waves of a kind.
#[test]
fn the_garden_stores_read_their_index_in_spite_of_two_encodings() {
    let Some(path) = shared("data/nps_garden_retail_fr.csv") else { return };
    let refused = read_csv(&path, &CsvOptions::new()).err().unwrap().to_string();
    assert!(refused.contains("not UTF-8 in") && refused.contains("line(s), first in line 3"), "{refused}");
    let mixture = TextEncoding::Mixed(vec![TextEncoding::Windows1252, TextEncoding::Cp850]);
    let (frame, found) = read_csv(&path, &CsvOptions::new().encoding(mixture).null_values(["NA"])).unwrap();
    assert_eq!(found.by_encoding.iter().map(|one| one.n_letters).sum::<u64>(), 9_599);
    let columns = SurveyColumns::new()
        .items(["satisfaction", "intention", "nps"].map(|one| Question::new(one, Scale::ONE_TO_TEN).text_scores(true)))
        .wave("t")
        .texts(["explication"]);
    let survey = SurveyResponses::new(frame, &columns).unwrap();
    let report = CsiParams::new().period(SurveyPeriod::Wave).run(&survey).unwrap();
    assert_eq!((report.rows.n_rows, report.rows.n_without_period), (13_954, 18));
    assert!(report.reliability.alpha.unwrap() > 0.88);
    let trend = TrendParams::new().of(&report).unwrap();
    assert_eq!(trend.series[0].points.len(), report.periods.len());
    // Every change is what its items did.
    for change in &report.changes().changes {
        let sum: f64 = change.contributions.iter().map(|one| one.by_score + one.by_weight).sum();
        assert!((sum - (change.after - change.before)).abs() < 1e-12);
    }
    assert!(trend.to_string().contains("trend of csi"), "{trend}");
}

/// Oracle: scipy 1.17.1, `kendalltau(method="exact")` and `theilslopes` on the scores by quarter of
/// nps.json: 12.857, 12.278, 9.006, 10.708. Two of three steps down, and nothing to be alarmed by.
#[test]
fn the_markets_see_that_a_quarter_is_noise() {
    let Some(path) = shared("data/nps_three_markets.csv") else { return };
    let (frame, _) = read_csv(&path, &CsvOptions::new()).unwrap();
    let columns = SurveyColumns::new()
        .score(Question::new("NPS", Scale::ZERO_TO_TEN).text_scores(true))
        .time("Survey date")
        .time_format("%d/%m/%Y")
        .segments(["Market"]);
    let survey = SurveyResponses::new(frame, &columns).unwrap();
    // The last answer is of 30 December; that the year is over is for the report to say.
    let as_of = NaiveDate::from_ymd_opt(2021, 12, 31).unwrap();
    let params = NpsParams::new().period(SurveyPeriod::Quarter).by(["Market"]);
    let open = TrendParams::new().of(&params.clone().run(&survey).unwrap()).unwrap();
    assert!(!open.series[0].points[3].is_used);
    let report = params.as_of(as_of).run(&survey).unwrap();
    let trend = TrendParams::new().of(&report).unwrap();
    assert_eq!(trend.series.len(), 4);
    let all = &trend.series[0];
    let found = all.mann_kendall.unwrap();
    assert_eq!((found.s, found.n), (-4, 4));
    assert!((found.p_value.value() - 1.0 / 3.0).abs() < 1e-14);
    let slope = all.slope.as_ref().unwrap();
    assert!((slope.slope + 0.750_489_867_868_431_7).abs() < 1e-12);
    assert!(slope.interval.is_err(), "four quarters allow no interval of 95%");
    // Python, from 288, 119, 212 and 284, 134, 226 promoters, passives and detractors with the added answers:
    // 12.2186 to 8.9645, with standard errors of 3.57 and 3.48.
    let third = all.points[2].change.as_ref().unwrap();
    assert!((third.z.unwrap() + 0.653_230_258_149_497_2).abs() < 1e-12, "{third:?}");
    assert_eq!(third.p_adjusted, report.changes()[1].p_adjusted, "as the report itself tests it");
    assert!(third.p_adjusted.unwrap().value() > 0.9);
    assert!(all.points.iter().all(|point| point.is_used && point.control.unwrap().signal.is_none()));
    assert!(trend.segment(&["UK"]).is_some());
}
