//! Laws that the rules for numbers and classes keep, all of them.

use polars::prelude::*;

use super::*;
use crate::analysis::collect;
use crate::frame::columns::SOURCE_ROW;

/// Customers with ties, nulls, NaN, infinite values and rare cities, from a fixed recurrence.
fn customers(n: usize) -> DataFrame {
    let mut state = 7_u64;
    let mut next = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let odd = [None, Some(f64::NAN), Some(f64::INFINITY), Some(f64::NEG_INFINITY), Some(1e6), Some(-0.0)];
    let mut number = || match next(9) {
        0 => odd[next(6) as usize],
        _ => Some(next(500) as f64 / 7.0),
    };
    let spend: Vec<Option<f64>> = (0..n).map(|_| number()).collect();
    let mut pick = |len: u64| -> Vec<u64> { (0..n).map(|_| next(len)).collect() };
    let city = |at: u64| match at {
        0 => None,
        1..=6 => Some("上海".to_owned()),
        7..=9 => Some("北京".to_owned()),
        at => Some(format!("城{at}")),
    };
    let units = ["EUR", "USD", "GBP"];
    df!(
        "消费" => spend,
        "次数" => pick(12).into_iter().map(|n| if n == 0 { None } else { Some(n as i64) }).collect::<Vec<_>>(),
        "城市" => pick(25).into_iter().map(city).collect::<Vec<_>>(),
        "币种" => pick(3).into_iter().map(|at| units[at as usize]).collect::<Vec<_>>(),
        "日期" => pick(9).into_iter().map(|day| 20_000 + day as i32).collect::<Vec<_>>(),
    )
    .unwrap()
}

fn input(frame: DataFrame) -> CleaningInput {
    let date = |column: &str| col(column).cast(DataType::Date);
    let rates = df!("currency" => ["USD", "GBP", "USD"], "date" => [20_000, 19_999, 20_004], "rate" => [0.9, 1.2, 0.8]);
    let regions = df!("city" => ["上海", "北京"], "region" => ["华东", "华北"]).unwrap();
    CleaningInput::new(frame.lazy().with_column(date("日期")))
        .table("rates", rates.unwrap().lazy().with_column(date("date")))
        .table("regions", regions.lazy())
}

fn convert() -> ConvertCurrency {
    ConvertCurrency::new("消费", "币种", "日期", "EUR").max_age_days(30)
}

/// Rules for which applying twice changes nothing more.
fn settled() -> Vec<Rule> {
    let bounds = [
        OutlierBounds::Tukey { k: 1.5 },
        OutlierBounds::Mad { cut: 3.5 },
        OutlierBounds::ZScore { cut: 2.0 },
        OutlierBounds::Quantile { low: 0.05, high: 0.95 },
        OutlierBounds::Winsorise { share_low: 0.1, share_high: 0.07 },
        OutlierBounds::Fixed { low: Some(2.5), high: Some(8.5) },
    ];
    let mut rules: Vec<Rule> = vec![];
    for bounds in bounds {
        for action in [OutlierAction::Clip, OutlierAction::Null, OutlierAction::Quarantine] {
            rules.push(Outliers::new(["消费", "次数"], bounds).then(action).into());
            if bounds.learns() {
                rules.push(Outliers::new(["消费", "次数"], bounds).then(action).by(["城市", "币种"]).into());
            }
        }
    }
    let regions = || Mapping::from_table("城市", "regions", "city", "region");
    rules.extend([
        RareLevels::new(["城市", "币种"]).min_share(0.1).into(),
        regions().unmapped(Unmapped::Keep).into(),
        convert().into(),
        convert().missing(MissingRate::Quarantine).max_age_days(2).into(),
    ]);
    rules
}

fn all() -> Vec<Rule> {
    let mut rules = settled();
    for by in [ScaleBy::Z, ScaleBy::ZPopulation, ScaleBy::MinMax, ScaleBy::Robust, ScaleBy::Log1p] {
        rules.push(Scale::new(["消费", "次数"], by).into());
        rules.push(Scale::new(["消费"], by).suffix("_scaled").into());
    }
    rules.extend([
        Outliers::new(["消费"], OutlierBounds::Tukey { k: 1.5 }).into(),
        Bins::quantiles("消费", 5).into(),
        Bins::new("消费", [10.0, 50.0]).open_above(false).to("消费").into(),
        Bins::ages("次数").into(),
        Mapping::from_table("城市", "regions", "city", "region").unmapped(Unmapped::Quarantine).into(),
        convert().to("欧元").into(),
    ]);
    rules
}

fn one(rule: Rule) -> CleaningParams {
    CleaningParams::new().rule(rule)
}

#[test]
fn no_order_of_rows_and_no_chunks_change_anything() {
    let raw = customers(300);
    let chunked = (0..3).map(|part| raw.slice(part * 100, 100)).reduce(|all, part| all.vstack(&part).unwrap()).unwrap();
    for rule in all() {
        let straight = one(rule.clone()).run(input(raw.clone())).unwrap();
        let reversed = one(rule.clone()).run(input(raw.reverse())).unwrap();
        let in_chunks = one(rule.clone()).run(input(chunked.clone())).unwrap();
        assert_eq!(straight.report(), reversed.report(), "{rule:?}");
        assert_eq!(straight.fitted(), reversed.fitted(), "{rule:?}");
        assert_eq!((straight.report(), straight.fitted()), (in_chunks.report(), in_chunks.fitted()), "{rule:?}");
        let clean = straight.into_parts().0;
        assert!(clean.equals_missing(&reversed.into_parts().0.reverse()), "{rule:?}");
        assert!(clean.equals_missing(&in_chunks.into_parts().0), "{rule:?}");
    }
}

#[test]
fn no_rows_one_row_and_nothing_but_null_are_fine() {
    let raw = customers(60);
    let row = raw.slice(3, 1);
    let nothing = row.clone().lazy().with_columns([lit(NULL).cast(DataType::Float64).alias("消费")]);
    let nothing = nothing.with_columns([lit(NULL).cast(DataType::Int64).alias("次数")]);
    let nothing = collect("test", nothing.with_columns([lit(NULL).cast(DataType::String).alias("城市")])).unwrap();
    for frame in [raw.clear(), row, nothing] {
        for rule in all() {
            let cleaned = one(rule.clone()).run(input(frame.clone())).unwrap();
            let report = cleaned.report();
            assert_eq!(report.n_rows_in, report.n_rows_out + report.n_rows_quarantined, "{rule:?}");
            assert_eq!(report.n_rows_in, frame.height() as u64);
        }
    }
}

#[test]
fn applying_twice_is_applying_once_where_it_is_promised() {
    for rule in settled() {
        let cleaned = one(rule.clone()).run(input(customers(200))).unwrap();
        let again = cleaned.fitted().run(CleaningInput { frame: cleaned.frame(), ..input(customers(1)) });
        let again = again.unwrap();
        assert_eq!(again.report().rules[0].n_cells_changed, 0, "{rule:?}");
        assert_eq!(again.report().n_rows_quarantined, 0, "{rule:?}");
        assert!(again.into_parts().0.equals_missing(&cleaned.into_parts().0), "{rule:?}");
    }
}

#[test]
fn plans_stream_and_report_what_collecting_gives() {
    for rule in all() {
        let plan = one(rule.clone()).check().unwrap().plan(input(customers(150))).unwrap();
        let cleaned = plan.collect().unwrap();
        assert_eq!(&plan.report().unwrap(), cleaned.report(), "{rule:?}");
        let (clean, quarantine, _) = cleaned.into_parts();
        assert!(collect("test", plan.clean()).unwrap().equals_missing(&clean), "{rule:?}");
        assert!(collect("test", plan.quarantine()).unwrap().equals_missing(&quarantine), "{rule:?}");
        assert!(quarantine.column(SOURCE_ROW).unwrap().idx().unwrap().iter().is_sorted());
    }
}

#[test]
fn fitted_rules_and_job_files_come_back_as_they_were() {
    for rule in all() {
        let params = one(rule);
        let toml = toml::to_string(&params).unwrap();
        assert_eq!(toml::from_str::<CleaningParams>(&toml).unwrap(), params, "{toml}");
        let fitted = params.fit(input(customers(100))).unwrap();
        let saved = serde_json::to_string(&fitted).unwrap();
        assert_eq!(serde_json::from_str::<FittedCleaning>(&saved).unwrap(), fitted, "{saved}");
        let test = || input(customers(40));
        let (clean, ..) = fitted.run(test()).unwrap().into_parts();
        let (again, ..) = serde_json::from_str::<FittedCleaning>(&saved).unwrap().run(test()).unwrap().into_parts();
        assert!(clean.equals_missing(&again));
    }
}

/// What is learned comes from the rows it was fitted on, and from none that it is applied to.
#[test]
fn fitting_never_sees_what_it_is_applied_to() {
    let (train, test) = (customers(100), customers(300).tail(Some(200)));
    for rule in all() {
        let fitted = one(rule).fit(input(train.clone())).unwrap();
        let cleaned = fitted.run(input(test.clone())).unwrap();
        assert_eq!(cleaned.fitted(), &fitted);
    }
}

#[test]
fn rules_work_on_what_earlier_rules_left() {
    let frame = df!("x" => [1.0, 2.0, 3.0, 1_000.0, f64::NAN]).unwrap();
    let cleaned = CleaningParams::new()
        .rule(Outliers::new(["x"], OutlierBounds::Fixed { low: None, high: Some(9.0) }).then(OutlierAction::Quarantine))
        .rule(Fill::new(["x"]).median())
        .rule(Scale::new(["x"], ScaleBy::MinMax))
        .rule(Bins::new("x", [0.5]).labels(["low", "high"]))
        .rule(Mapping::new("x_class", [("low", "低"), ("high", "高")]))
        .run(frame)
        .unwrap();
    let (clean, ..) = cleaned.into_parts();
    let classes: Vec<Option<&str>> = clean.column("x_class").unwrap().str().unwrap().iter().collect();
    assert_eq!(classes, [Some("低"), Some("高"), Some("高"), Some("高")]);
}
