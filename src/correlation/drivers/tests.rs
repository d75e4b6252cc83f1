//! The analysis from frame to report.

use polars::prelude::*;

use super::*;
use crate::error::Error;
use crate::kernel::weight::WeightKind;

/// Motor Trend 1974, as in R: mpg, cyl, disp, hp, wt, am.
const CARS: [[f64; 6]; 32] = [
    [21.0, 6.0, 160.0, 110.0, 2.62, 1.0],
    [21.0, 6.0, 160.0, 110.0, 2.875, 1.0],
    [22.8, 4.0, 108.0, 93.0, 2.32, 1.0],
    [21.4, 6.0, 258.0, 110.0, 3.215, 0.0],
    [18.7, 8.0, 360.0, 175.0, 3.44, 0.0],
    [18.1, 6.0, 225.0, 105.0, 3.46, 0.0],
    [14.3, 8.0, 360.0, 245.0, 3.57, 0.0],
    [24.4, 4.0, 146.7, 62.0, 3.19, 0.0],
    [22.8, 4.0, 140.8, 95.0, 3.15, 0.0],
    [19.2, 6.0, 167.6, 123.0, 3.44, 0.0],
    [17.8, 6.0, 167.6, 123.0, 3.44, 0.0],
    [16.4, 8.0, 275.8, 180.0, 4.07, 0.0],
    [17.3, 8.0, 275.8, 180.0, 3.73, 0.0],
    [15.2, 8.0, 275.8, 180.0, 3.78, 0.0],
    [10.4, 8.0, 472.0, 205.0, 5.25, 0.0],
    [10.4, 8.0, 460.0, 215.0, 5.424, 0.0],
    [14.7, 8.0, 440.0, 230.0, 5.345, 0.0],
    [32.4, 4.0, 78.7, 66.0, 2.2, 1.0],
    [30.4, 4.0, 75.7, 52.0, 1.615, 1.0],
    [33.9, 4.0, 71.1, 65.0, 1.835, 1.0],
    [21.5, 4.0, 120.1, 97.0, 2.465, 0.0],
    [15.5, 8.0, 318.0, 150.0, 3.52, 0.0],
    [15.2, 8.0, 304.0, 150.0, 3.435, 0.0],
    [13.3, 8.0, 350.0, 245.0, 3.84, 0.0],
    [19.2, 8.0, 400.0, 175.0, 3.845, 0.0],
    [27.3, 4.0, 79.0, 66.0, 1.935, 1.0],
    [26.0, 4.0, 120.3, 91.0, 2.14, 1.0],
    [30.4, 4.0, 95.1, 113.0, 1.513, 1.0],
    [15.8, 8.0, 351.0, 264.0, 3.17, 1.0],
    [19.7, 6.0, 145.0, 175.0, 2.77, 1.0],
    [15.0, 8.0, 301.0, 335.0, 3.57, 1.0],
    [21.4, 4.0, 121.0, 109.0, 2.78, 1.0],
];
const DRIVERS: [&str; 4] = ["cyl", "disp", "hp", "wt"];

fn cars() -> DataFrame {
    let column = |at: usize| CARS.iter().map(|car| car[at]).collect::<Vec<_>>();
    let gears = CARS.iter().map(|car| if car[5] == 1.0 { "manual" } else { "automatic" }).collect::<Vec<_>>();
    df!(
        "mpg" => column(0), "cyl" => column(1), "disp" => column(2), "hp" => column(3), "wt" => column(4),
        "am" => column(5), "gears" => gears, "count" => (0..32).map(|row| 1 + row % 3).collect::<Vec<i64>>(),
    )
    .unwrap()
}

pub(super) fn run(params: KeyDriversParams) -> KeyDriverReport {
    params.run(&cars().lazy()).unwrap()
}

pub(super) fn values(report: &KeyDriverReport, method: ImportanceMethod) -> Vec<f64> {
    report.drivers.iter().map(|driver| driver.importance(method).unwrap().value.unwrap()).collect()
}

#[track_caller]
pub(super) fn assert_close(got: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(got.len(), expected.len());
    for (got, expected) in got.iter().zip(expected) {
        assert!((got - expected).abs() <= tolerance * expected.abs(), "got {got}, expected {expected}");
    }
}

/// Oracle: mpmath 1.4.1 with 50 digits; relative 1e-12. R relaimpo and rwa give the same digits.
#[test]
fn the_cars_have_the_published_importance() {
    let report = run(KeyDriversParams::new("mpg", DRIVERS));
    assert_close(&[report.r_squared], &[0.8486347934212335], 1e-14);
    // By hand: 1 - (1 - R2) 31 / 27.
    assert_close(&[report.adj_r_squared.unwrap()], &[1.0 - (1.0 - 0.8486347934212335) * 31.0 / 27.0], 1e-14);
    let expected = [0.2157093860952557, 0.20069837473893898, 0.17007694580081592, 0.262150086786223];
    assert_close(&values(&report, ImportanceMethod::Lmg), &expected, 1e-13);
    let expected = [0.20969035757358506, 0.18830426937006578, 0.17995898042575806, 0.2706811860518246];
    assert_close(&values(&report, ImportanceMethod::RelativeWeights), &expected, 1e-13);
    let expected = [-0.38324001977179, 0.23852778487156423, -0.23364561728248903, -0.625669999822543];
    assert_close(&values(&report, ImportanceMethod::StandardizedBeta), &expected, 1e-13);
    let expected = [0.021798650926588902, 0.005484810151834755, 0.01602776118402749, 0.08074704932836983];
    assert_close(&values(&report, ImportanceMethod::Last), &expected, 1e-12);
    let inflation: Vec<f64> = report.terms.iter().map(|term| term.variance_inflation.unwrap()).collect();
    let expected = [6.737706532817303, 10.373285962633144, 3.4059825229812777, 4.8480155242081855];
    assert_close(&inflation, &expected, 1e-13);
}

/// Oracle: mpmath, as above, with each row as often as `count` says.
#[test]
fn frequency_weights_are_repeated_rows() {
    let report = run(KeyDriversParams::new("mpg", DRIVERS).weights("count", WeightKind::Frequency));
    let expected = [0.20117075191473738, 0.20127027544623616, 0.18135516427573875, 0.2437780936517578];
    assert_close(&values(&report, ImportanceMethod::Lmg), &expected, 1e-13);
    assert_eq!((report.n, report.n_rows_used), (63.0, 32));
    let sampled = run(KeyDriversParams::new("mpg", DRIVERS).weights("count", WeightKind::Sampling));
    assert_eq!((sampled.n, sampled.r_squared), (32.0, report.r_squared));
    assert!(sampled.adj_r_squared < report.adj_r_squared);
}

/// Oracle: mpmath with 50 digits, by the formula in `logit.rs`; the slopes are those that R's
/// glm gives for am ~ hp + wt, 0.03626 and -8.08348.
#[test]
fn logit_weights_agree_with_the_formula() {
    let params =
        |target: &str| KeyDriversParams::new(target, ["hp", "wt"]).methods([ImportanceMethod::LogitRelativeWeights]);
    let report = run(params("am"));
    let expected = [0.1028552438294768, 0.7040079028121982];
    assert_close(&values(&report, ImportanceMethod::LogitRelativeWeights), &expected, 1e-12);
    let logit = report.logit.unwrap();
    assert_close(&[logit.r_squared, logit.mcfadden_r_squared], &[0.806863146641675, 0.7673103739075823], 1e-12);
    let named = run(params("gears").event("manual"));
    assert_eq!(named.drivers, report.drivers, "a text of two values is the same target");
    for kind in [WeightKind::Frequency, WeightKind::Sampling] {
        let weighted = run(params("am").weights("count", kind));
        let expected = [0.10591056242030615, 0.6430396481436902];
        assert_close(&values(&weighted, ImportanceMethod::LogitRelativeWeights), &expected, 1e-12);
    }
}

#[test]
fn a_logit_without_a_fit_says_why_and_leaves_the_rest() {
    let reason = |report: &KeyDriverReport| {
        report.drivers[0].importance(ImportanceMethod::LogitRelativeWeights).unwrap().reason.clone().unwrap()
    };
    let of_three = run(KeyDriversParams::new("cyl", ["hp", "wt"]).logit(true));
    assert_eq!(reason(&of_three), "the target has more than two values; name the `event` of a target of text");
    assert!(of_three.drivers[0].importance(ImportanceMethod::Lmg).unwrap().value.is_some());
    let separated = df!("y" => [0, 0, 0, 1, 1, 1], "x" => [1, 2, 3, 5, 6, 7], "z" => [3, 1, 2, 2, 3, 1]).unwrap();
    let report = KeyDriversParams::new("y", ["x", "z"]).logit(true).run(&separated.lazy()).unwrap();
    assert_eq!(
        reason(&report),
        "the columns separate the outcomes: 6 of 6 distinct row(s) are told apart without error"
    );
    assert!(report.to_string().contains("- no logit relative weights of `x`: the columns separate"), "{report}");
}

/// Oracle: LMG by mpmath with cyl and disp as one player.
#[test]
fn grouped_columns_count_as_one_driver() {
    let report = run(KeyDriversParams::new("mpg", ["hp", "wt"]).group("engine", ["cyl", "disp"]));
    let expected = [0.2198674719960695, 0.32742484218540596, 0.30134247923975804];
    assert_close(&values(&report, ImportanceMethod::Lmg), &expected, 1e-13);
    let engine = &report.drivers[2];
    assert_eq!(
        (engine.driver.as_str(), engine.columns.as_slice()),
        ("engine", ["cyl".into(), "disp".into()].as_slice())
    );
    let slope = engine.importance(ImportanceMethod::StandardizedBeta).unwrap();
    assert_eq!(
        (slope.value, slope.reason.as_deref()),
        (None, Some("several columns have no one slope; see the terms"))
    );
    assert_eq!((engine.mean, engine.performance, engine.quadrant), (None, None, None));
    assert!((report.terms[3].standardized_beta.unwrap() - 0.23852778487156423).abs() < 1e-13);
}

#[test]
fn a_driver_of_text_has_a_dummy_for_all_levels_but_one() {
    let frame = || {
        let cyl: Vec<&str> = CARS.iter().map(|car| ["four", "six", "eight"][(car[1] as usize - 4) / 2]).collect();
        cars().lazy().with_column(Series::new("cylinders".into(), cyl).lit().alias("cylinders"))
    };
    let params = || KeyDriversParams::new("mpg", ["cylinders", "wt"]);
    let first = params().run(&frame()).unwrap();
    let stated = params().reference("cylinders", "six").run(&frame()).unwrap();
    assert_eq!(first.drivers[0].reference.as_deref(), Some("eight"));
    assert_eq!(first.drivers[0].columns, ["four", "six"]);
    assert_eq!(stated.drivers[0].columns, ["eight", "four"]);
    for method in [ImportanceMethod::Lmg, ImportanceMethod::Pratt, ImportanceMethod::First, ImportanceMethod::Last] {
        assert_close(&values(&stated, method), &values(&first, method), 1e-12);
    }
    // As numbers in a group.
    let dummies = frame()
        .with_column(col("cylinders").eq(lit("four")).alias("four"))
        .with_column(col("cylinders").eq(lit("six")).alias("six"));
    let grouped = KeyDriversParams::new("mpg", ["wt"]).group("cylinders", ["four", "six"]).run(&dummies).unwrap();
    assert_close(&[values(&grouped, ImportanceMethod::Lmg)[1]], &values(&first, ImportanceMethod::Lmg)[..1], 1e-13);
    let refused = params().reference("cylinders", "five").run(&frame()).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "key_drivers: the reference of `cylinders` is none of its 3 level(s) in the rows used"
    );
    let categories = frame().with_column(col("cylinders").cast(DataType::from_categories(Categories::global())));
    assert_eq!(params().run(&categories).unwrap(), first);
}

#[test]
fn collinear_drivers_share_and_have_no_slopes() {
    let frame = cars().lazy().with_column((col("wt") * lit(2.0) + lit(1.0)).alias("pounds"));
    let report = KeyDriversParams::new("mpg", ["hp", "wt", "pounds"]).run(&frame).unwrap();
    let alone = run(KeyDriversParams::new("mpg", ["hp", "wt"]));
    assert_close(&[report.r_squared], &[alone.r_squared], 1e-13);
    for method in [ImportanceMethod::Lmg, ImportanceMethod::RelativeWeights] {
        let shares = values(&report, method);
        assert_close(&[shares[1]], &[shares[2]], 1e-12);
        assert_close(&[shares.iter().sum()], &[alone.r_squared], 1e-12);
    }
    assert_eq!(values(&report, ImportanceMethod::Last)[1..], [0.0, 0.0]);
    let slope = report.drivers[0].importance(ImportanceMethod::StandardizedBeta).unwrap();
    assert_eq!((slope.value, slope.reason.as_deref()), (None, Some("columns determine each other")));
    assert!(report.terms[2].is_aliased && report.terms[2].variance_inflation.is_none());
    assert!(report.to_string().ends_with("- determined by the columns before: `pounds`"), "{report}");
}

#[test]
fn rows_that_lack_something_are_left_out_and_counted() {
    let frame = df!(
        "y" => [Some(1.0), None, Some(3.0), Some(2.0), Some(f64::NAN), Some(5.0), Some(4.0), Some(6.0)],
        "x" => [Some(1_i64), Some(2), None, Some(4), Some(5), Some(7), Some(6), Some(8)],
        "w" => [1.0, 1.0, 1.0, 2.0, 1.0, 0.5, 0.0, 3.0],
        "flat" => [7; 8],
    )
    .unwrap();
    let report = KeyDriversParams::new("y", ["x"]).run(&frame.clone().lazy()).unwrap();
    assert_eq!((report.n_rows, report.n_rows_used, report.n), (8, 5, 5.0));
    let excluded: Vec<(&str, u64, u64)> =
        report.excluded.iter().map(|one| (one.column.as_str(), one.n_null, one.n_not_finite)).collect();
    assert_eq!(excluded, [("y", 1, 1), ("x", 1, 0)]);
    let weighted = KeyDriversParams::new("y", ["x"]).weights("w", WeightKind::Sampling);
    let weighted = weighted.run(&frame.clone().lazy()).unwrap();
    assert_eq!((weighted.n_rows_used, weighted.n_rows_of_zero_weight, weighted.n_rows_without_weight), (4, 1, 0));
    assert!(weighted.to_string().contains("1 row(s) of weight 0"), "{weighted}");
    let refused = |params: KeyDriversParams| params.run(&frame.clone().lazy()).unwrap_err().to_string();
    assert_eq!(
        refused(KeyDriversParams::new("y", ["x"]).missing(MissingRows::Refuse)),
        "key_drivers: 3 row(s) lack the target or a driver; clean them first, or leave them out with \
         `MissingRows::Listwise`"
    );
    assert_eq!(
        refused(KeyDriversParams::new("y", ["x"]).weights("w", WeightKind::Frequency)),
        "key_drivers: 1 row(s) of the weights `w` are no whole numbers; give them as `WeightKind::Sampling`"
    );
    let with_flat = KeyDriversParams::new("y", ["x", "flat"]).run(&frame.clone().lazy()).unwrap();
    let flat = with_flat.drivers[1].importance(ImportanceMethod::Lmg).unwrap();
    assert_eq!((flat.value, flat.reason.as_deref()), (None, Some("constant")));
    assert_eq!(with_flat.drivers[0].importances, report.drivers[0].importances);
    assert_eq!(
        refused(KeyDriversParams::new("y", ["flat"])),
        "key_drivers: every driver is constant in the 6 row(s) used"
    );
    assert_eq!(
        refused(KeyDriversParams::new("flat", ["x"])),
        "key_drivers: target `flat` is constant in the 7 row(s) used"
    );
}

#[test]
fn weights_are_refused_or_left_out_and_counted_as_everywhere() {
    let run = |weights: [Option<f64>; 5]| {
        let frame = df!("y" => [1.0, 2.0, 4.0, 3.0, 6.0], "x" => [1, 2, 3, 5, 4], "w" => weights).unwrap();
        KeyDriversParams::new("y", ["x"]).weights("w", WeightKind::Sampling).run(&frame.lazy())
    };
    for bad in [f64::NAN, f64::INFINITY, -1.0] {
        assert_eq!(
            run([Some(1.0), Some(bad), None, Some(1.0), Some(1.0)]).unwrap_err().to_string(),
            "key_drivers: 1 row(s) of the weights `w` are negative, NaN or infinite; filter them out, or clean the \
             column with `cleaning::Outliers` or `cleaning::Checks`"
        );
    }
    let found = run([Some(1.0), Some(0.0), None, Some(2.0), Some(1.5)]).unwrap();
    assert_eq!((found.n_rows_used, found.n_rows_of_zero_weight, found.n_rows_without_weight), (3, 1, 1));
    assert!(found.to_string().contains("left out: 1 row(s) without a weight; 1 row(s) of weight 0"), "{found}");
}

#[test]
fn one_driver_alone_has_no_map() {
    let report = run(KeyDriversParams::new("mpg", ["hp", "gears"]));
    assert!(report.drivers[0].performance.is_some() && report.drivers[1].performance.is_none());
    assert_eq!((report.quadrants, report.drivers[0].quadrant), (None, None));
}

#[test]
fn an_event_that_does_not_occur_is_refused() {
    let frame = df!("y" => ["Yes", "No", "No", "Yes"], "x" => [1, 2, 3, 5]).unwrap().lazy();
    assert_eq!(
        KeyDriversParams::new("y", ["x"]).event("yes").run(&frame).unwrap_err().to_string(),
        "key_drivers: target `y` is `yes` in none of the 4 row(s) used; name a text that it has"
    );
}

#[test]
fn references_and_scales_that_do_not_fit_are_refused_not_ignored() {
    let frame = df!("y" => [1, 2, 4], "x" => [1, 2, 3], "t" => ["a", "b", "a"]).unwrap().lazy();
    let params = KeyDriversParams::new("y", ["x", "t"]).reference("x", "1").scale_of("t", 1.0, 5.0);
    let Err(Error::Schema { problems, .. }) = params.run(&frame) else { unreachable!("it has problems") };
    assert_eq!(
        problems,
        [
            "`x` is i32 and has no reference; cast it to text, or leave that out",
            "`t` is str and has no scale; give numbers, or leave that out",
        ]
    );
}

/// An amount beside ratings had a performance far above 100, which turned the map.
#[test]
fn numbers_beyond_the_stated_ends_are_refused_with_their_number() {
    let frame =
        df!("y" => [1, 2, 4, 3, 5], "rating" => [1, 2, 5, 3, 4], "spent" => [3.0, 80.0, 0.5, 5.0, 2.0]).unwrap().lazy();
    let params = || KeyDriversParams::new("y", ["rating", "spent"]).scale(5.0, 1.0);
    assert_eq!(
        params().run(&frame).unwrap_err().to_string(),
        "key_drivers: `spent` has 2 value(s) outside 1..5; state its own ends by `scale_of`"
    );
    let report = params().scale_of("spent", 0.5, 80.0).run(&frame).unwrap();
    assert!(report.drivers.iter().all(|driver| (0.0..=100.0).contains(&driver.performance.unwrap())));
}

/// Oracle: the same texts as strings.
#[test]
fn durations_decimals_and_categories_are_drivers() {
    let frame = df!(
        "y" => [1.0, 2.0, 4.0, 3.0, 6.0, 2.0], "seconds" => [1_i64, 2, 3, 5, 4, 9], "t" => ["b", "a", "b", "a", "c", "c"],
    )
    .unwrap();
    let plain = KeyDriversParams::new("y", ["seconds", "t"]).run(&frame.clone().lazy()).unwrap();
    let typed = frame.lazy().with_columns([
        (col("seconds") * lit(1_000_i64)).cast(DataType::Duration(TimeUnit::Milliseconds)),
        col("t").cast(DataType::from_categories(Categories::global())),
    ]);
    assert_eq!(KeyDriversParams::new("y", ["seconds", "t"]).run(&typed).unwrap(), plain);
    let whole = (col("seconds").cast(DataType::Int64) / lit(1_000_i64)).alias("seconds");
    let decimal = typed.with_column(whole.cast(DataType::Decimal(12, 2)));
    assert_eq!(KeyDriversParams::new("y", ["seconds", "t"]).run(&decimal).unwrap(), plain);
}

#[test]
fn too_few_rows_are_refused() {
    let few = |n: usize| cars().head(Some(n)).lazy();
    let refused = |n: usize| KeyDriversParams::new("mpg", ["hp", "wt"]).run(&few(n)).unwrap_err().to_string();
    assert_eq!(refused(0), "key_drivers: 0 of 0 row(s) have the target and all drivers; it takes 3 or more");
    assert_eq!(refused(3), "key_drivers: 3 row(s) for 2 column(s) of drivers; it takes 4 or more");
    assert!(KeyDriversParams::new("mpg", ["hp", "wt"]).run(&few(4)).is_ok());
}

#[test]
fn every_problem_of_the_schema_is_named_at_once() {
    let frame = df!("y" => ["a", "b"], "x" => [1, 2], "day" => [1_i32, 2]).unwrap().lazy();
    let frame = frame.with_column(col("day").cast(DataType::Date));
    let params = KeyDriversParams::new("y", ["X", "day"]).group("g", ["x"]).weights("v", WeightKind::Sampling);
    let Err(Error::Schema { problems, .. }) = params.run(&frame) else { unreachable!("it has problems") };
    assert_eq!(
        problems,
        [
            "target column `y` is str, but must be a number or a flag; name an `event` of a target of text",
            "driver column `X` is not there; did you mean `x`?",
            "driver column `day` is date, but must be a number, a flag, text or categories",
            "weights column `v` is not there; name one that is",
        ]
    );
}

#[test]
fn settings_out_of_range_are_refused() {
    let new = || KeyDriversParams::new("y", ["a", "b"]);
    let refused = |params: KeyDriversParams| params.check().unwrap_err().to_string();
    for (params, expected) in [
        (KeyDriversParams::new("y", [""; 0]), "`drivers` must be at least one column, got none"),
        (KeyDriversParams::new("y", ["a", "a"]), "`drivers` must be columns in one role each, got `a` twice"),
        (KeyDriversParams::new("y", ["y"]), "`drivers` must be columns in one role each, got `y` twice"),
        (new().weights("a", WeightKind::Sampling), "`drivers` must be columns in one role each, got `a` twice"),
        (new().group("a", ["c"]), "`groups` must be named unlike every other driver, got a name twice"),
        (new().group("c", [""; 0]), "`groups` must be of at least one column each, got none in `c`"),
        (new().methods([]), "`methods` must be at least one method, got none"),
        (new().conf_level(f64::NAN), "`conf_level` must be above 0 and below 1, got NaN"),
        (new().bootstrap(10, 1), "`bootstrap` must be of 100 to 1000000 replicates, got 10"),
        (new().sampling(1, 1), "`sampling` must be of 2 to 10000000 pairs, got 1"),
        (new().scale(3.0, 3.0), "`scale` must be of two different numbers, got 3 and 3"),
        (new().scale_of("c", 1.0, 5.0), "`scales` must be for drivers of one column, got `c`"),
        (new().reference("c", "x"), "`references` must be for drivers of one column, got `c`"),
    ] {
        assert_eq!(refused(params), format!("key_drivers: {expected}"));
    }
    let many: Vec<String> = (0..21).map(|k| format!("x{k}")).collect();
    assert_eq!(
        refused(KeyDriversParams::new("y", many)),
        "key_drivers: `sampling` must be given for more than 20 drivers with LMG, got none for 21"
    );
    let unknown = toml::from_str::<KeyDriversParams>("target = \"y\"\ndrivers = [\"x\"]\nmethod = \"lmg\"");
    assert!(unknown.is_err_and(|error| error.to_string().contains("unknown field `method`")));
    let settings = new().bootstrap(200, 7).scale_of("a", 5.0, 1.0).group("c", ["d", "e"]).logit(true).check().unwrap();
    let json = serde_json::to_string(&settings).unwrap();
    assert_eq!(serde_json::from_str::<KeyDrivers>(&json).unwrap(), settings);
    let toml = toml::to_string(&settings).unwrap();
    assert_eq!(toml::from_str::<KeyDrivers>(&toml).unwrap(), settings);
}
