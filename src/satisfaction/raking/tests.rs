//! Weights by hand, what cannot be raked, and where the weights go.

use polars::prelude::*;

use super::*;
use crate::analysis::{Analysis, collect};
use crate::frame::columns::{FACTOR, RAKING_WEIGHT};
use crate::frame::{Question, Scale, SurveyColumns, SurveyResponses, ToDataFrame};

fn roles() -> SurveyColumns {
    SurveyColumns::new().score(Question::new("score", Scale::ZERO_TO_TEN)).segments(["sex", "城市"])
}

/// 6 men in Shanghai, 2 in Beijing, 1 woman in each.
fn table() -> DataFrame {
    let sex = ["m", "m", "m", "m", "m", "m", "m", "m", "f", "f"];
    let city = ["上海", "上海", "上海", "上海", "上海", "上海", "北京", "北京", "上海", "北京"];
    df!("score" => [9; 10], "sex" => sex, "城市" => city, "w" => [2.0; 10]).unwrap()
}

fn survey(frame: DataFrame) -> SurveyResponses {
    SurveyResponses::new(frame.lazy(), &roles()).unwrap()
}

fn halves() -> RakingParams {
    RakingParams::new().margin("sex", [("f", 0.5), ("m", 0.5)]).margin("城市", [("上海", 0.5), ("北京", 0.5)])
}

fn weights_of(frame: LazyFrame) -> Vec<Option<f64>> {
    let frame = collect("test", frame.select([col(RAKING_WEIGHT)])).unwrap();
    frame.column(RAKING_WEIGHT).unwrap().f64().unwrap().iter().collect()
}

/// Oracle: by hand; with one margin every woman weighs 2.5 and every man 0.625.
#[test]
fn one_margin_by_hand() {
    let raked = RakingParams::new().margin("sex", [("f", 500.0), ("m", 500.0)]).run(&survey(table())).unwrap();
    let weights = weights_of(raked.weighted(&survey(table())).unwrap());
    assert!(weights[..8].iter().all(|&weight| weight == Some(0.625)));
    assert_eq!(weights[8..], [Some(2.5); 2]);
    assert_eq!((raked.min_weight, raked.max_weight, raked.n_iter), (0.625, 2.5, 1));
    // 8 * 0.390625 + 2 * 6.25 = 15.625 squares of 10 responses.
    assert!((raked.design_effect - 1.5625).abs() < 1e-15 && (raked.n_eff - 6.4).abs() < 1e-14);
    let women = &raked.margins[0].levels[0];
    assert_eq!((women.level.as_str(), women.n, women.target, women.share_before), ("f", 2, 0.5, 0.2));
    assert!((women.share_after - 0.5).abs() < 1e-10);
}

/// Oracle: by hand; of two halves the odds ratio 6 * 1 / (2 * 1) = 3 stays, so the shares of the
/// diagonal are sqrt(3) / (2 (1 + sqrt(3))).
#[test]
fn two_margins_fit_and_odds_stay() {
    let raked = halves().run(&survey(table())).unwrap();
    assert!(raked.max_deviation <= 1e-10);
    let share = |levels: [&str; 2]| {
        let cell = raked.cells.iter().find(|cell| cell.levels == levels).unwrap();
        cell.factor * cell.n as f64 / 10.0
    };
    let diagonal = 3.0_f64.sqrt() / (2.0 * (1.0 + 3.0_f64.sqrt()));
    for (levels, expected) in [(["m", "上海"], diagonal), (["f", "北京"], diagonal), (["f", "上海"], 0.5 - diagonal)]
    {
        assert!((share(levels) - expected).abs() < 1e-9, "{levels:?}");
    }
    let shown = raked.to_string();
    for part in ["raking: 10 of 10 row(s) used", "turn(s)", "design effect", "城市", "0.5000"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    assert_eq!((raked.to_dataframe().height(), raked.cells_frame().height()), (4, 4));
    assert_eq!(raked.cells_frame().get_column_names(), ["sex", "城市", "n", FACTOR]);
}

#[test]
fn weights_to_begin_with_are_kept_in_proportion() {
    let columns = roles().weight("w");
    let base = [1.0, 3.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0];
    let mut frame = table();
    frame.replace("w", Column::new("w".into(), base)).unwrap();
    let survey = SurveyResponses::new(frame.lazy(), &columns).unwrap();
    let raked = RakingParams::new().margin("sex", [("f", 0.5), ("m", 0.5)]).run(&survey).unwrap();
    assert!(raked.is_weighted && raked.mean_weight == 2.0);
    let weights = weights_of(raked.weighted(&survey).unwrap());
    assert_eq!(weights[..3], [Some(0.3125), Some(0.9375), Some(0.625)]);
    let sum: f64 = weights.iter().flatten().sum();
    assert!((sum - 10.0).abs() < 1e-14);
    assert_eq!((raked.min_weight, raked.max_weight), (0.3125, 2.5));
}

#[test]
fn factors_go_with_the_weights_they_were_found_for() {
    let weighted = SurveyResponses::new(table().lazy(), &roles().weight("w")).unwrap();
    let (with, without) = (halves().run(&weighted).unwrap(), halves().run(&survey(table())).unwrap());
    assert!(with.weight_expr(Some("w")).is_ok() && without.weight_expr(None).is_ok());
    assert_eq!(
        with.weight_expr(None).unwrap_err().to_string(),
        "raking: `weight` must be a column of weights, as responses were raked with weights, got none"
    );
    assert_eq!(
        without.weight_expr(Some("w")).unwrap_err().to_string(),
        "raking: `weight` must be left out, as responses were raked without weights, got `w`"
    );
    assert!(with.weighted(&survey(table())).is_err() && without.weighted(&weighted).is_err());
    // Weights that raking refuses have none, whatever the factor.
    let odd = df!("sex" => ["m"; 4], "城市" => ["上海"; 4], "w" => [0.0, 1e-200, -1.0, f64::NAN]).unwrap();
    let found = weights_of(odd.lazy().with_column(with.weight_expr(Some("w")).unwrap()));
    assert_eq!(found, [Some(0.0), None, None, None]);
}

#[test]
fn levels_and_weights_that_are_missing_are_counted() {
    let frame = df!(
        "score" => [9; 6],
        "sex" => [Some("m"), Some("f"), None, Some("m"), Some("f"), Some("m")],
        "w" => [Some(1.0), Some(1.0), Some(1.0), None, Some(0.0), Some(1.0)],
    );
    let columns = SurveyColumns::new().score(Question::new("score", Scale::ZERO_TO_TEN)).segments(["sex"]).weight("w");
    let survey = SurveyResponses::new(frame.unwrap().lazy(), &columns).unwrap();
    let params = RakingParams::new().margin("sex", [("f", 0.5), ("m", 0.5)]);
    assert_eq!(
        params.clone().run(&survey).unwrap_err().to_string(),
        "raking: 1 row(s) lack a level of a margin; fill them, or ask for \
         `RakingParams::missing_levels(MissingLevels::LeaveOut)`"
    );
    let raked = params.missing_levels(MissingLevels::LeaveOut).run(&survey).unwrap();
    let rows = raked.rows;
    assert_eq!((rows.n_rows, rows.n_used, rows.n_without_level), (6, 3, 1));
    assert_eq!((rows.n_without_weight, rows.n_zero_weight), (1, 1));
    let weights = weights_of(raked.weighted(&survey).unwrap());
    assert_eq!(weights, [Some(0.75), Some(1.5), None, None, Some(0.0), Some(0.75)]);
}

#[test]
fn numbers_and_flags_are_levels_by_their_text() {
    let frame = df!("score" => [9; 4], "age" => [20, 20, 20, 40], "new" => [true, true, false, false]).unwrap();
    let columns = SurveyColumns::new().score(Question::new("score", Scale::ZERO_TO_TEN)).segments(["age", "new"]);
    let survey = SurveyResponses::new(frame.lazy(), &columns).unwrap();
    let params =
        RakingParams::new().margin("age", [("20", 0.5), ("40", 0.5)]).margin("new", [("true", 0.4), ("false", 0.6)]);
    let weights = weights_of(params.run(&survey).unwrap().weighted(&survey).unwrap());
    let rounded: Vec<f64> = weights.iter().flatten().map(|weight| (weight * 1e6).round() / 1e6).collect();
    assert_eq!(rounded, [0.8, 0.8, 0.4, 2.0]);
}

#[test]
fn what_does_not_fit_together_is_named() {
    let refused = |params: RakingParams| params.run(&survey(table())).unwrap_err().to_string();
    assert_eq!(
        refused(RakingParams::new().margin("sex", [("m", 1.0)])),
        "raking: margin `sex` has no target for 1 level(s) of 2 response(s): `f`; state their share, or filter these \
         responses out"
    );
    assert_eq!(
        refused(RakingParams::new().margin("城市", [("上海", 0.4), ("北京", 0.4), ("广州", 0.2)])),
        "raking: margin `城市` has a target for 1 level(s) without responses: `广州`; put each together with another \
         level, in the column and in the margin"
    );
    assert_eq!(
        refused(RakingParams::new().margin("w", [("2", 1.0)])),
        "raking: `margins` must be of columns with the role `segments` or `touchpoint`, got `w`"
    );
    let contradicting = df!("score" => [9, 9], "sex" => ["m", "f"], "城市" => ["上海", "北京"]).unwrap();
    let params = RakingParams::new()
        .margin("sex", [("f", 0.5), ("m", 0.5)])
        .margin("城市", [("上海", 0.4), ("北京", 0.6)])
        .max_iter(10);
    let found = params.run(&survey(contradicting)).unwrap_err().to_string();
    assert!(found.starts_with("raking: after 10 turn(s) a share is 0.1 off its target; raise `max_iter`"), "{found}");
    let tight = halves().bounds(0.9, 1.1).max_iter(5).run(&survey(table())).unwrap_err().to_string();
    assert!(tight.contains("loosen `bounds`"), "{tight}");
    let empty = RakingParams::new().margin("sex", [("m", 1.0)]).run(&survey(table().clear())).unwrap_err().to_string();
    assert_eq!(empty, "raking: no response has a level of every margin and a weight");
}

#[test]
fn settings_outside_their_range_are_refused() {
    let refused = |params: RakingParams| params.check().unwrap_err().to_string();
    assert_eq!(refused(RakingParams::new()), "raking: `margins` must be at least one, got none");
    assert_eq!(
        refused(halves().margin("sex", [("f", 1.0)])),
        "raking: `margins` must be of columns named once, got `sex` twice"
    );
    assert_eq!(
        refused(RakingParams::new().margin("sex", [("f", 0.5), ("m", 0.0)])),
        "raking: `margins` must be above 0 for every level (filter the others out), got 0 for `m` of `sex`"
    );
    assert_eq!(
        refused(halves().margin("age", [("20", 400.0), ("40", 600.0)])),
        "raking: `margins` must be of the same total, in shares or in people, got 1 for `sex` and 1000 for `age`"
    );
    assert_eq!(
        refused(halves().bounds(1.0, 2.0)),
        "raking: `bounds` must be 0 or more below 1, and above 1, got 1 and 2"
    );
    assert_eq!(refused(halves().max_iter(0)), "raking: `max_iter` must be at least 1, got 0");
    assert_eq!(refused(halves().tol(0.0)), "raking: `tol` must be above 0 and below 1, got 0");
    let none: [(&str, f64); 0] = [];
    assert!(refused(RakingParams::new().margin("sex", none)).contains("none for `sex`"));
    assert!(toml::from_str::<Raking>("bounds = [0.5, 2.0]").is_err());
}

#[test]
fn neither_order_nor_parts_change_a_digit() {
    let analysis = halves().check().unwrap();
    let read = |frame: DataFrame| analysis.reduce(analysis.plan(&survey(frame)).unwrap()).unwrap();
    let whole = analysis.finish(read(table())).unwrap();
    assert_eq!(analysis.finish(read(table().reverse())).unwrap(), whole);
    let (left, right) = table().split_at(3);
    assert_eq!(analysis.finish(read(right).merge(read(left)).unwrap()).unwrap(), whole);
    let other = RakingParams::new().margin("sex", [("m", 1.0)]).check().unwrap();
    assert!(other.finish(read(table())).is_err());
}
