//! "Less than half of our passengers are satisfied. Which of the fourteen things we ask them
//! about matter, how well do we do there, and where do we begin?"
//!
//! The steps of the example `08_what_drives_satisfaction` on the real survey.
//!
//! Oracles: `../shared/reference` (exact sums or 60 digits), 1e-12 relative; what it does not
//! hold comes from polars 2.1.0 (counts) and numpy 2.4.6 (the LMG shares of fourteen drivers: a
//! least-squares fit for each of the 2^14 sets), 1e-9.

use customer_analytics::cleaning::{Cleaned, OutlierAction};
use customer_analytics::correlation::{CorrelationMatrix, ImportanceMethod, KeyDriverReport, Quadrant};
use customer_analytics::descriptive::NumericSummary;
use customer_analytics::polars::prelude::{PlRefPath, ScanArgsParquet, col, lit};
use customer_analytics::prelude::*;
use serde_json::Value;

use crate::golden::{reference, shared};

/// Fails unless two numbers agree.
#[track_caller]
fn close(got: Option<f64>, expected: f64, tolerance: f64, what: &str) {
    let off = got.map(|got| (got - expected).abs() / expected.abs());
    assert!(off.is_some_and(|off| off <= tolerance), "{what}: got {got:?}, expected {expected}, off by {off:?}");
}

fn names(items: &Value) -> Vec<String> {
    items.as_array().unwrap().iter().map(|item| item.as_str().unwrap().to_owned()).collect()
}

/// The survey with ratings of 0 made missing, and the fourteen touchpoints.
fn survey() -> Option<(Cleaned, Vec<String>, Value)> {
    let index = reference("csi.json")?["airline_equal_weights"].take();
    let path = shared("data/airline_passenger_satisfaction.parquet")?;
    let touchpoints = names(&index["items"]);
    let raw = LazyFrame::scan_parquet(PlRefPath::new(path.to_str().unwrap()), ScanArgsParquet::default()).unwrap();
    let scale = OutlierBounds::Fixed { low: Some(1.0), high: Some(5.0) };
    let rule = Outliers::new(touchpoints.clone(), scale).then(OutlierAction::Null);
    Some((CleaningParams::new().rule(rule).run(raw).unwrap(), touchpoints, index))
}

fn answers(cleaned: &Cleaned) -> LazyFrame {
    cleaned.frame().with_column(col("Satisfaction").eq(lit("Satisfied")).alias("satisfied"))
}

fn drivers(frame: &LazyFrame, touchpoints: &[String]) -> KeyDriverReport {
    let params = KeyDriversParams::new("Satisfaction", touchpoints).event("Satisfied").scale(1.0, 5.0);
    params.run(frame).unwrap()
}

/// The drivers, the most important first.
fn ranked(report: &KeyDriverReport) -> Vec<&str> {
    let rank = |name: &str| {
        let driver = report.drivers.iter().find(|driver| driver.driver == name).unwrap();
        driver.importance(ImportanceMethod::Lmg).unwrap().rank.unwrap()
    };
    let mut names: Vec<&str> = report.drivers.iter().map(|driver| driver.driver.as_str()).collect();
    names.sort_by_key(|name| rank(name));
    names
}

#[test]
fn ratings_that_did_not_apply_are_missing_and_counted() {
    let Some((cleaned, touchpoints, index)) = survey() else { return };
    let report = cleaned.report();
    assert_eq!((report.n_rows_in, report.n_rows_out), (129_880, 129_880));
    let n_cells = |name: &str| report.rules[0].cells.iter().filter(|cell| cell.column == name).map(|cell| cell.n_cells);
    let described = DescribeParams::new().columns(&touchpoints).run(&answers(&cleaned)).unwrap();
    for name in &touchpoints {
        let expected = &index["per_item"][name];
        let n = expected["n"].as_u64().unwrap();
        let found = described.column(name).unwrap().numeric.as_ref().unwrap();
        assert_eq!((found.n, found.n_null), (n, 129_880 - n), "{name}");
        assert_eq!(n_cells(name).sum::<u64>(), 129_880 - n, "{name}");
        assert_eq!((found.min, found.max), (Some(1.0), Some(5.0)), "{name}");
        close(found.mean, expected["mean"].as_f64().unwrap(), 1e-12, name);
        close(found.sd, expected["sd"].as_f64().unwrap(), 1e-12, name);
    }
}

#[test]
fn loyalty_and_class_tell_who_is_satisfied() {
    let Some((cleaned, ..)) = survey() else { return };
    let params = DescribeParams::new().columns(["satisfied"]).by(["Customer Type", "Class"]);
    let described = params.run(&answers(&cleaned)).unwrap();
    let satisfied = |key: &[&str]| -> NumericSummary {
        described.segment(key).unwrap().column("satisfied").unwrap().numeric.clone().unwrap()
    };
    for (loyalty, class, n, n_satisfied) in [
        ("First-time", "Business", 9_231, 3_662.0),
        ("First-time", "Economy", 13_634, 1_965.0),
        ("First-time", "Economy Plus", 915, 73.0),
        ("Returning", "Business", 52_929, 39_504.0),
        ("Returning", "Economy", 44_675, 8_978.0),
        ("Returning", "Economy Plus", 8_496, 2_246.0),
    ] {
        let found = satisfied(&[loyalty, class]);
        assert_eq!((found.n, found.sum), (n, Some(n_satisfied)), "{loyalty} {class}");
        close(found.mean, n_satisfied / n as f64, 1e-15, class);
    }
    assert_eq!(described.segments.len(), 6);
    let shown = described.to_string();
    assert!(shown.contains("`Customer Type` = Returning, `Class` = Business: 52,929 row(s)"), "{shown}");
}

#[test]
fn each_touchpoint_goes_along_with_satisfaction_as_in_the_reference() {
    let Some((cleaned, touchpoints, _)) = survey() else { return };
    let Some(all) = reference("correlation.json") else { return };
    let params = CorrelationParams::new().columns(&touchpoints).with("satisfied");
    let found: CorrelationMatrix = params.run(&answers(&cleaned)).unwrap();
    for (name, expected) in all["airline_ratings_vs_satisfied"].as_object().unwrap() {
        let pair = found.pair(name, "satisfied").unwrap();
        assert_eq!(pair.n, expected["n"].as_u64().unwrap(), "{name}");
        close(pair.estimate, expected["pearson"].as_f64().unwrap(), 1e-12, name);
    }
    assert_eq!((found.pairs.len(), found.strongest()[0].x.as_str()), (14, "Online Boarding"));
    // 0.565112^2 = 0.319352.
    close(found.strongest()[0].shared_variance(), 0.319_351_687_093_892_3, 1e-12, "shared variance");
    let shown = found.to_string();
    assert!(shown.contains("129,880 row(s), 14 column(s) with `satisfied`"), "{shown}");
    assert!(shown.contains("\n    0.57   0.56   0.57   31.9%"), "{shown}");
    assert!(!shown.contains("NaN"), "{shown}");
}

#[test]
fn six_drivers_have_the_shares_of_the_reference() {
    let Some((cleaned, ..)) = survey() else { return };
    let Some(all) = reference("drivers.json") else { return };
    let expected = &all["airline_satisfied"];
    let items = names(&expected["items"]);
    let report = drivers(&answers(&cleaned), &items);
    assert_eq!(report.n_rows_used, expected["n"].as_u64().unwrap());
    close(Some(report.r_squared), expected["r2"].as_f64().unwrap(), 1e-12, "r2");
    for (at, driver) in report.drivers.iter().enumerate() {
        let lmg = driver.importance(ImportanceMethod::Lmg).unwrap();
        close(lmg.value, expected["lmg"][at].as_f64().unwrap(), 1e-12, &driver.driver);
        close(lmg.share, expected["lmg_share"][at].as_f64().unwrap(), 1e-12, &driver.driver);
    }
    assert_eq!(
        ranked(&report),
        [
            "Online Boarding",
            "In-flight Entertainment",
            "In-flight Wifi Service",
            "Seat Comfort",
            "Baggage Handling",
            "Cleanliness"
        ]
    );
}

#[test]
fn fourteen_drivers_say_where_to_begin() {
    let Some((cleaned, touchpoints, index)) = survey() else { return };
    let report = drivers(&answers(&cleaned), &touchpoints);
    assert_eq!(report.n_rows_used, index["csi_complete_answers_only"]["n"].as_u64().unwrap());
    close(Some(report.r_squared), 0.488_330_613_486_235_85, 1e-9, "r2");
    let by_share = [
        ("Online Boarding", 0.311_136_315_058, Quadrant::KeepUpTheGoodWork),
        ("In-flight Wifi Service", 0.106_481_289_412, Quadrant::ConcentrateHere),
        ("In-flight Entertainment", 0.095_124_774_207, Quadrant::KeepUpTheGoodWork),
        ("Leg Room Service", 0.083_027_651_529, Quadrant::KeepUpTheGoodWork),
        ("Seat Comfort", 0.071_292_316_954, Quadrant::PossibleOverkill),
        ("On-board Service", 0.070_609_682_662, Quadrant::PossibleOverkill),
        ("Departure and Arrival Time Convenience", 0.045_871_283_374, Quadrant::LowPriority),
        ("Cleanliness", 0.045_833_989_405, Quadrant::PossibleOverkill),
        ("Ease of Online Booking", 0.045_086_018_028, Quadrant::LowPriority),
        ("Check-in Service", 0.037_167_740_714, Quadrant::PossibleOverkill),
        ("Baggage Handling", 0.032_060_997_781, Quadrant::PossibleOverkill),
        ("In-flight Service", 0.029_886_022_814, Quadrant::PossibleOverkill),
        ("Food and Drink", 0.020_492_312_020, Quadrant::LowPriority),
        ("Gate Location", 0.005_929_606_043, Quadrant::LowPriority),
    ];
    assert_eq!(ranked(&report), by_share.map(|(name, ..)| name));
    for (name, share, quadrant) in by_share {
        let driver = report.drivers.iter().find(|driver| driver.driver == name).unwrap();
        close(driver.importance(ImportanceMethod::Lmg).unwrap().share, share, 1e-9, name);
        assert_eq!(driver.quadrant, Some(quadrant), "{name}");
    }
    // Equal weights: the mean performance is the index of those who answered everything.
    let thresholds = report.quadrants.unwrap();
    close(Some(thresholds.performance), index["csi_complete_answers_only"]["csi"].as_f64().unwrap(), 1e-12, "index");
    close(Some(thresholds.importance), 1.0 / 14.0, 1e-12, "a fair share");
    let shown = report.to_string();
    for part in [
        "key drivers: 119,567 row(s) used, 10,313 left out\n",
        "Satisfaction is Satisfied: 48.8% of variance explained; Online Boarding accounts for 31.1% of that\n",
        "importance is the share by lmg, high from 7.14%;\n",
        "\n    10.65%         45.4       concentrate here  In-flight Wifi Service (1 to 5, stated)\n",
        "\n     7.13%         61.4      possible overkill  Seat Comfort (1 to 5, stated)\n",
        "\n6,681  Departure and Arrival Time Convenience\n",
    ] {
        assert!(shown.contains(part), "{part:?} is not in:\n{shown}");
    }
}
