//! Real data cleaned, against answers computed in 60-digit arithmetic.
//!
//! The answers are of the 7,032 customers who have total charges; those of the other eleven
//! are blank, stay null here, and teach the rules nothing. Tolerance: counts exact, numbers
//! 1e-12 relative.

use customer_analytics::cleaning::{Fact, FittedCleaning, OutlierBounds, Outliers, Scale, ScaleBy};
use customer_analytics::polars::prelude::*;
use customer_analytics::prelude::*;
use serde_json::Value;

use crate::golden::{reference, shared};

const COLUMN: &str = "TotalCharges";

/// Total charges as numbers, null where blank, and a part of the answers.
fn charges(part: &str) -> Option<(LazyFrame, Value)> {
    let path = shared("data/WA_Fn-UseC_-Telco-Customer-Churn.csv")?;
    let reader = LazyCsvReader::new(PlRefPath::new(path.to_str().unwrap()));
    let text = reader.with_infer_schema_length(Some(0)).finish().unwrap();
    Some((text.with_column(col(COLUMN).cast(DataType::Float64)), reference("cleaning.json")?["telco"][part].clone()))
}

#[track_caller]
fn assert_close(got: f64, expected: &Value, what: &str) {
    let expected = expected.as_f64().unwrap();
    assert!((got - expected).abs() <= 1e-12 * expected.abs(), "{what}: got {got}, expected {expected}");
}

fn learned(fitted: &FittedCleaning, name: &str) -> f64 {
    fitted.learned()[0].columns[0].fact(name).and_then(Fact::number).unwrap()
}

#[test]
fn total_charges_are_clipped_at_their_first_and_last_percent() {
    let Some((frame, truth)) = charges("winsorize_TotalCharges_1_99_type7") else { return };
    let rule = Outliers::new([COLUMN], OutlierBounds::Quantile { low: 0.01, high: 0.99 });
    let cleaned = CleaningParams::new().rule(rule).run(frame).unwrap();
    assert_close(learned(cleaned.fitted(), "low"), &truth["low"], "low");
    assert_close(learned(cleaned.fitted(), "high"), &truth["high"], "high");
    let report = &cleaned.report().rules[0];
    assert_eq!(report.n_cells(COLUMN, "raised"), truth["n_raised"]);
    assert_eq!(report.n_cells(COLUMN, "lowered"), truth["n_lowered"]);
    assert_eq!(report.n_cells(COLUMN, "not judged"), 0);
    let moments = CleaningParams::new().rule(Scale::new([COLUMN], ScaleBy::Z)).fit(cleaned.frame()).unwrap();
    assert_eq!(moments.learned()[0].columns[0].groups[0].n_rows, 7_032);
    assert_close(learned(&moments, "centre"), &truth["mean_after"], "mean");
    assert_close(learned(&moments, "scale"), &truth["sd_after"], "sd");
}

#[test]
fn total_charges_are_brought_to_one_scale_in_five_ways() {
    let Some((frame, truth)) = charges("standardize_TotalCharges_first_3_rows") else { return };
    let ways = [
        ("z_sample_sd", ScaleBy::Z),
        ("z_pop_sd", ScaleBy::ZPopulation),
        ("min_max", ScaleBy::MinMax),
        ("robust_median_iqr", ScaleBy::Robust),
        ("log1p", ScaleBy::Log1p),
    ];
    for (name, by) in ways {
        let cleaned = CleaningParams::new().rule(Scale::new([COLUMN], by)).run(frame.clone()).unwrap();
        assert_eq!(cleaned.report().rules[0].n_cells(COLUMN, "scaled"), 7_032);
        let (clean, ..) = cleaned.into_parts();
        let scaled = clean.column(COLUMN).unwrap().f64().unwrap();
        for row in 0..3 {
            assert_close(scaled.get(row).unwrap(), &truth[name][row], &format!("{name}, row {row}"));
        }
    }
}

/// Oracle: the order statistics of the sorted column, by their places.
#[test]
fn winsorising_takes_its_bounds_from_values_that_occur() {
    let Some((frame, _)) = charges("winsorize_TotalCharges_1_99_type7") else { return };
    let rule = Outliers::new([COLUMN], OutlierBounds::Winsorise { share_low: 0.01, share_high: 0.01 });
    let cleaned = CleaningParams::new().rule(rule).run(frame.clone()).unwrap();
    let raw = CleaningParams::new().run(frame).unwrap().into_parts().0;
    let mut values: Vec<f64> = raw.column(COLUMN).unwrap().f64().unwrap().iter().flatten().collect();
    values.sort_by(f64::total_cmp);
    // 1% of 7,032 is 70 whole values on each side.
    assert_eq!(learned(cleaned.fitted(), "low"), values[70]);
    assert_eq!(learned(cleaned.fitted(), "high"), values[7_032 - 1 - 70]);
    let below = values.iter().filter(|value| **value < values[70]).count() as u64;
    assert_eq!(cleaned.report().rules[0].n_cells(COLUMN, "raised"), below);
    assert!(below <= 70);
}
