//! The map of importance and performance, and the report as it is shown.

use polars::prelude::*;

use super::tests::run;
use super::*;
use crate::frame::ToDataFrame;

/// Oracle: by hand. Means 4.5, 2, 4 and 1.5 on a scale of 1 to 5 are 87.5, 25, 75 and 12.5; their
/// mean is 50.
#[test]
fn drivers_find_their_place_on_the_map() {
    let frame = df!(
        "good and matters" => [4, 5, 4, 5, 4, 5, 4, 5],
        "bad and matters" => [1, 1, 3, 3, 1, 1, 3, 3],
        "good" => [3, 3, 3, 3, 5, 5, 5, 5],
        "bad" => [1, 2, 2, 1, 2, 1, 1, 2],
        "y" => [0, 10, 10, 20, 1, 11, 11, 21],
    )
    .unwrap();
    let drivers = ["good and matters", "bad and matters", "good", "bad"];
    let run = |params: KeyDriversParams| params.run(&frame.clone().lazy()).unwrap();
    let report = run(KeyDriversParams::new("y", drivers).scale(1.0, 5.0));
    let performances: Vec<f64> = report.drivers.iter().map(|driver| driver.performance.unwrap()).collect();
    assert_eq!(performances, [87.5, 25.0, 75.0, 12.5]);
    let quadrants: Vec<&str> = report.drivers.iter().map(|driver| driver.quadrant.unwrap().name()).collect();
    assert_eq!(quadrants, ["keep up the good work", "concentrate here", "possible overkill", "low priority"]);
    let map = report.quadrants.unwrap();
    assert_eq!((map.method, map.performance), (ImportanceMethod::Lmg, 50.0));
    assert!((map.importance - 0.25).abs() < 1e-15);
    let reversed = run(KeyDriversParams::new("y", drivers).scale(1.0, 5.0).scale_of("good", 5.0, 1.0));
    assert_eq!(reversed.drivers[2].performance, Some(25.0));
    let seen = run(KeyDriversParams::new("y", drivers).threshold(Threshold::Median));
    let scale = seen.drivers[0].scale.unwrap();
    assert_eq!((scale.worst, scale.best, scale.is_observed), (4.0, 5.0, true));
    assert_eq!(seen.quadrants.unwrap().threshold, Threshold::Median);
    let without = run(KeyDriversParams::new("y", drivers).methods([ImportanceMethod::First]));
    assert!(without.quadrants.is_none() && without.drivers[0].quadrant.is_none());
}

/// The levels of two columns that say the same, as `no internet` does in every column of a service.
#[test]
fn the_report_names_the_driver_of_a_level_and_what_is_not_on_the_map() {
    let frame = df!(
        "stays" => [1, 0, 1, 1, 0, 1, 0, 1], "age" => [1, 2, 3, 4, 5, 7, 4, 6], "spend" => [1, 3, 2, 7, 5, 9, 8, 2],
        "backup" => ["no", "none", "yes", "no", "none", "yes", "no", "yes"], "support" => ["no", "none", "yes", "yes", "none", "no", "yes", "no"],
    );
    let drivers = ["age", "spend", "backup", "support"];
    let report = KeyDriversParams::new("stays", drivers).scale(0.0, 10.0).run(&frame.unwrap().lazy()).unwrap();
    let text = report.to_string();
    assert!(text.ends_with("\n- determined by the columns before: `none` of `support`"), "{text}");
    let off_map: Vec<&str> = text.lines().filter(|line| line.starts_with("- not on the map")).collect();
    assert!(off_map.len() == 1 && off_map[0].contains("`backup`") && off_map[0].contains("`support`"), "{text}");
    assert!(!text.contains("scale that is seen") && !text.contains("less of the target"), "{text}");
}

/// Oracle: by hand from r = -0.7762 and -0.8677 with mpg and 0.6587 with each other; R2 is
/// (0.6024 + 0.7528 - 2 * 0.7762 * 0.8677 * 0.6587) / (1 - 0.6587^2) = 0.8268, and the LMG of hp
/// (0.6024 + 0.8268 - 0.7528) / 2.
#[test]
fn the_report_reads_as_a_table() {
    let methods = [ImportanceMethod::Lmg, ImportanceMethod::StandardizedBeta];
    let report = run(KeyDriversParams::new("mpg", ["hp", "wt"]).methods(methods));
    assert_eq!(
        report.to_string(),
        "key drivers: 32 row(s) used, 0 left out\n\
         mpg: 82.7% of variance explained; wt accounts for 59.1% of that\n\
         importance is what moves along with the target, not what causes it\n\
         \n   lmg  share  standardized beta  driver\
         \n0.4886  59.1%            -0.6296  wt\
         \n0.3382  40.9%            -0.3615  hp\
         \nlmg: what it adds to the explained variance, on average over all orders of entry\
         \nstandardized beta: standard deviations of the target for one of the driver, the others held fixed\
         \nshare: the part that it has of all that is explained\
         \n\nimportance is the share by lmg, high from 50.0%;\
         \nperformance is the mean, with 0 and 100 for the ends of the scale in brackets, high from 38.5\
         \nimportance  performance               quadrant  driver\
         \n     59.1%         43.6  keep up the good work  wt (1.513 to 5.424, seen)\
         \n     40.9%         33.5           low priority  hp (52 to 335, seen)\
         \n- of a scale that is seen, the greatest value counts as the best; `scale_of` states another\
         \n- more of it goes with less of the target: `wt`, `hp`"
    );
    let frame = report.to_dataframe();
    assert_eq!((frame.height(), frame.width()), (4, 13));
    let rank: Vec<Option<u32>> = frame.column("rank").unwrap().u32().unwrap().iter().collect();
    assert_eq!(rank, [Some(2), Some(2), Some(1), Some(1)]);
}

/// A performance of 824.9 of 100 would turn the advice round.
#[test]
fn values_beyond_their_scale_are_refused() {
    let frame = df!(
        "CaTicket" => [30, 45, 80, 10, 25, 60], "rated" => [1, 5, 4, 2, 3, 3], "y" => [1, 6, 4, 2, 3, 5],
    );
    let table = frame.unwrap().lazy();
    let params = KeyDriversParams::new("y", ["CaTicket", "rated"]).scale(1.0, 10.0);
    let refused = params.clone().run(&table).unwrap_err().to_string();
    let expected = "key drivers: `CaTicket` has 5 value(s) outside 1..10; state the ends of these drivers by \
                    `scale_of`, or leave out what is no rating";
    assert!(refused.ends_with(expected.split_once(": ").unwrap().1), "{refused}");
    let report = params.clone().scale_of("CaTicket", 0.0, 100.0).run(&table).unwrap();
    assert!((report.drivers[0].performance.unwrap() - 125.0 / 3.0).abs() < 1e-12);
    // A scale that is turned round has the same ends.
    assert!(params.scale_of("CaTicket", 100.0, 0.0).run(&table).is_ok());
}
