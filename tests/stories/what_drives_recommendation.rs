//! "Our garden stores score 53. What would raise it more: that visitors are satisfied, or that they mean to
//! come back?"
//!
//! Oracle: numpy 2.4.6, least squares over the 13,521 complete rows, 1e-9; the score itself is that of
//! nps.json, 1e-12.

use customer_analytics::correlation::ImportanceMethod;
use customer_analytics::polars::prelude::*;
use customer_analytics::prelude::*;
use customer_analytics::satisfaction::{nps_code_expr, nps_expr};
use customer_analytics::text::TextEncoding;

use crate::golden::{reference, shared};

fn garden() -> Option<LazyFrame> {
    let path = shared("data/nps_garden_retail_fr.csv")?;
    let encoding = TextEncoding::Mixed(vec![TextEncoding::Windows1252, TextEncoding::Cp850]);
    let (frame, _) = read_csv(path, &CsvOptions::new().encoding(encoding).null_values(["NA"])).unwrap();
    let whole = |name: &str| col(name).cast(DataType::Int64);
    Some(frame.with_columns([whole("nps"), whole("satisfaction"), whole("intention")]))
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a plan of the caller's own")]
fn the_wish_to_come_back_goes_with_recommendation_more_than_satisfaction_does() {
    let (Some(frame), Some(expected)) = (garden(), reference("nps.json")) else { return };
    let columns = SurveyColumns::new().score(Question::new("nps", Scale::ONE_TO_TEN));
    let params = NpsParams::new();
    let score = frame.clone().select([nps_expr(&columns, &params).unwrap()]).collect().unwrap();
    let score = score.column("nps").unwrap().f64().unwrap().get(0).unwrap();
    let known = expected["garden_retail"]["nps"].as_f64().unwrap();
    assert!((score - known).abs() <= 1e-12 * known, "{score} {known}");

    let coded = frame.with_column(nps_code_expr(&columns, &params).unwrap().alias("points"));
    let drivers = KeyDriversParams::new("points", ["satisfaction", "intention"]).scale(1.0, 10.0);
    let report = drivers.run(&coded).unwrap();
    let share = |name: &str| {
        let driver = report.drivers.iter().find(|driver| driver.driver == name).unwrap();
        driver.importance(ImportanceMethod::Lmg).unwrap().value.unwrap()
    };
    assert!((share("satisfaction") - 0.219_850_025_193_903_95).abs() < 1e-9, "{}", share("satisfaction"));
    assert!((share("intention") - 0.354_011_706_288_166_2).abs() < 1e-9, "{}", share("intention"));
}
