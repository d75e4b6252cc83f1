//! Expressions beside the reports of the same answers.

use polars::prelude::*;
use proptest::prelude::*;

use super::*;
use crate::analysis::{Analysis, collect};
use crate::frame::{OutOfScale, Question, Scale, SurveyColumns, SurveyResponses};
use crate::satisfaction::csat::CsatParams;
use crate::satisfaction::nps::{NpsInterval, NpsParams};

type Answer = (Option<i32>, i32, f64);

fn table(rows: &[Answer]) -> DataFrame {
    df!(
        "推荐" => rows.iter().map(|row| row.0).collect::<Vec<_>>(),
        "城市" => rows.iter().map(|row| row.1).collect::<Vec<_>>(),
        "w" => rows.iter().map(|row| row.2).collect::<Vec<_>>(),
    )
    .unwrap()
}

fn columns() -> SurveyColumns {
    SurveyColumns::new().score(Question::new("推荐", Scale::ZERO_TO_TEN).not_applicable([99])).segments(["城市"])
}

fn by_city(frame: &DataFrame, expr: Expr, name: &str) -> DataFrame {
    let plan = frame.clone().lazy().group_by([col("城市")]).agg([expr]).sort(["城市"], SortMultipleOptions::default());
    let plan = if name.is_empty() { plan } else { plan.unnest(by_name([name], true, false), None) };
    collect("test", plan).unwrap()
}

fn numbers(frame: &DataFrame, column: &str) -> Vec<Option<f64>> {
    frame.column(column).unwrap().f64().unwrap().iter().collect()
}

fn answers(scores: impl Strategy<Value = i32> + 'static) -> impl Strategy<Value = Vec<Answer>> {
    let score = prop_oneof![8 => scores.prop_map(Some), 1 => Just(Some(99)), 1 => Just(None)];
    let weight = prop_oneof![8 => 0.1..5.0, 1 => Just(0.0)];
    prop::collection::vec((score, 0..4_i32, weight), 1..80)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn net_promoter_scores_are_those_of_the_report(rows in answers(0..=10), is_weighted in any::<bool>(), is_exact in any::<bool>()) {
        let columns = if is_weighted { columns().weight("w") } else { columns() };
        let frame = table(&rows);
        let survey = SurveyResponses::new(frame.clone().lazy(), &columns).unwrap();
        let params = NpsParams::new().interval(if is_exact && !is_weighted { NpsInterval::Exact } else { NpsInterval::default() });
        let report = params.clone().by(["城市"]).run(&survey).unwrap();
        let found = by_city(&frame, nps_scores_expr(&columns, &params).unwrap(), "nps");
        let alone = by_city(&frame, nps_expr(&columns, &params).unwrap(), "");
        prop_assert_eq!(numbers(&alone, "nps"), numbers(&found, "nps"));
        let expected = |of: fn(&crate::satisfaction::nps::NpsGroup) -> Option<f64>| report.segments.iter().map(of).collect::<Vec<_>>();
        let columns = [
            (numbers(&found, "n"), expected(|group| Some(group.n as f64))),
            (numbers(&found, "nps"), expected(|group| group.nps)),
            (numbers(&found, "std_error"), expected(|group| group.std_error)),
            (numbers(&found, "conf_low"), expected(|group| group.interval.map(|ends| ends.low))),
            (numbers(&found, "conf_high"), expected(|group| group.interval.map(|ends| ends.high))),
        ];
        for (found, expected) in columns {
            if !is_weighted {
                prop_assert_eq!(found, expected);
                continue;
            }
            for (found, expected) in found.iter().zip(&expected) {
                prop_assert_eq!(found.is_some(), expected.is_some());
                prop_assert!((found.unwrap_or(0.0) - expected.unwrap_or(0.0)).abs() < 1e-11, "{:?} {:?}", found, expected);
            }
        }
    }

    #[test]
    fn satisfaction_scores_are_those_of_the_report(rows in answers(1..=5), is_weighted in any::<bool>()) {
        let columns = columns().score(Question::new("推荐", Scale::ONE_TO_FIVE).not_applicable([99]));
        let columns = if is_weighted { columns.weight("w") } else { columns };
        let frame = table(&rows);
        let survey = SurveyResponses::new(frame.clone().lazy(), &columns).unwrap();
        let report = CsatParams::new().by(["城市"]).run(&survey).unwrap();
        let found = by_city(&frame, csat_scores_expr(&columns, &CsatParams::new()).unwrap(), "csat");
        let alone = by_city(&frame, csat_expr(&columns, &CsatParams::new()).unwrap(), "");
        prop_assert_eq!(numbers(&alone, "top_box"), numbers(&found, "top_box"));
        let expected = |of: fn(&crate::satisfaction::csat::CsatGroup) -> Option<f64>| report.segments.iter().map(of).collect::<Vec<_>>();
        let columns = [
            (numbers(&found, "mean"), expected(|group| group.mean)),
            (numbers(&found, "std_error"), expected(|group| group.std_error)),
            (numbers(&found, "conf_low"), expected(|group| group.interval.map(|ends| ends.low))),
            (numbers(&found, "top_box"), expected(|group| group.top_box.map(|share| share.estimate))),
            (numbers(&found, "top_box_conf_high"), expected(|group| group.top_box.map(|share| share.interval.high))),
            (numbers(&found, "bottom_box_conf_low"), expected(|group| group.bottom_box.map(|share| share.interval.low))),
        ];
        for (found, expected) in columns {
            for (found, expected) in found.iter().zip(&expected) {
                prop_assert_eq!(found.is_some(), expected.is_some());
                let slack = if is_weighted { 1e-12 } else { 0.0 };
                prop_assert!((found.unwrap_or(0.0) - expected.unwrap_or(0.0)).abs() <= slack, "{:?} {:?}", found, expected);
            }
        }
    }
}

#[test]
fn the_whole_table_and_groups_without_answers_have_scores_too() {
    let frame = table(&[(Some(10), 1, 1.0), (Some(0), 1, 1.0), (None, 2, 1.0), (Some(9), 1, 1.0)]);
    let whole =
        collect("test", frame.clone().lazy().select([nps_expr(&columns(), &NpsParams::new()).unwrap()])).unwrap();
    assert_eq!(numbers(&whole, "nps"), [Some(100.0 / 3.0)]);
    let found = by_city(&frame, nps_scores_expr(&columns(), &NpsParams::new()).unwrap(), "nps");
    assert_eq!(
        (numbers(&found, "n"), numbers(&found, "nps")),
        (vec![Some(3.0), Some(0.0)], vec![Some(100.0 / 3.0), None])
    );
    assert_eq!(numbers(&found, "conf_low")[1], None, "null and not NaN");
    let hidden = by_city(&frame, nps_expr(&columns(), &NpsParams::new().min_n(4)).unwrap(), "");
    assert_eq!(numbers(&hidden, "nps"), [None, None]);
    let nothing = by_city(&frame.clear(), nps_scores_expr(&columns(), &NpsParams::new()).unwrap(), "nps");
    assert_eq!((nothing.height(), nothing.width()), (0, 6));
    let share = collect(
        "test",
        frame.lazy().select([csat_expr(&columns(), &CsatParams::new().top_box(2).bottom_box(7)).unwrap()]),
    );
    assert_eq!(numbers(&share.unwrap(), "top_box"), [Some(2.0 / 3.0)]);
}

#[test]
fn the_mean_of_codes_is_the_score() {
    let frame = table(&[
        (Some(10), 1, 1.0),
        (Some(7), 1, 1.0),
        (None, 1, 1.0),
        (Some(99), 1, 1.0),
        (Some(0), 1, 1.0),
        (Some(9), 1, 1.0),
    ]);
    let code = nps_code_expr(&columns(), &NpsParams::new()).unwrap();
    let codes = collect("test", frame.clone().lazy().select([code.clone().alias("code")])).unwrap();
    assert_eq!(numbers(&codes, "code"), [Some(100.0), Some(0.0), None, None, Some(-100.0), Some(100.0)]);
    let mean = collect("test", frame.lazy().select([code.mean().alias("nps")])).unwrap();
    assert_eq!(numbers(&mean, "nps"), [Some(25.0)]);
}

#[test]
fn a_score_outside_its_scale_fails_the_query_or_is_set_aside() {
    let frame = table(&[(Some(11), 1, 1.0), (Some(9), 1, 1.0)]);
    let query = |columns: &SurveyColumns| {
        let expr = nps_expr(columns, &NpsParams::new()).unwrap();
        collect("test", frame.clone().lazy().group_by([col("城市")]).agg([expr]))
    };
    let error = query(&columns()).unwrap_err();
    let text = std::error::Error::source(&error).unwrap().to_string();
    assert!(text.contains("nps: column `推荐` has 1 answer(s) outside 0..=10"), "{text}");
    let aside = query(&columns().out_of_scale(OutOfScale::Quarantine)).unwrap();
    assert_eq!(numbers(&aside, "nps"), [Some(100.0)]);
    let negative = table(&[(Some(9), 1, -1.0), (None, 1, -1.0)]);
    let expr = nps_expr(&columns().weight("w"), &NpsParams::new()).unwrap();
    let error = collect("test", negative.lazy().select([expr])).unwrap_err();
    let text = std::error::Error::source(&error).unwrap().to_string();
    assert!(text.contains("nps: 1 response(s) have a weight that is negative"), "{text}");
}

#[test]
fn settings_that_belong_to_a_report_are_refused() {
    let refused = |columns: &SurveyColumns, params: NpsParams| nps_expr(columns, &params).unwrap_err().to_string();
    assert!(refused(&columns(), NpsParams::new().by(["城市"])).contains("left to the `group_by` and `filter`"));
    assert!(refused(&columns(), NpsParams::new().conf_level(2.0)).contains("`conf_level`"));
    assert!(refused(&columns().weight("w"), NpsParams::new().interval(NpsInterval::Exact)).contains("weighted"));
    let items = SurveyColumns::new().items([Question::new("推荐", Scale::ZERO_TO_TEN)]);
    assert!(refused(&items, NpsParams::new()).contains("`score` must be among the roles"));
    let five = SurveyColumns::new().score(Question::new("推荐", Scale::ONE_TO_FIVE));
    assert!(refused(&five, NpsParams::new()).contains("`cuts`"));
    let csat = |columns: &SurveyColumns, params: CsatParams| csat_expr(columns, &params).unwrap_err().to_string();
    assert!(csat(&columns(), CsatParams::new().by(["城市"])).contains("left to the `group_by` and `filter`"));
    assert!(csat(&five, CsatParams::new().top_box(5)).contains("both boxes"));
    let fractions = SurveyColumns::new().score(Question::new("推荐", Scale::ONE_TO_FIVE.fractions(true)));
    assert!(csat(&fractions, CsatParams::new()).contains("no fractions"));
    let empty = SurveyColumns::new().score(Question::new("推荐", Scale::new(5, 1)));
    assert!(csat(&empty, CsatParams::new()).contains("`scale`"));
    // Codes up to 259 would not fit a byte, nor those up to 206 beside what follows them in other passes.
    for max in [200, 201, 252, 254] {
        let long = SurveyColumns::new().score(Question::new("推荐", Scale::new(0, max)));
        assert_eq!(csat_expr(&long, &CsatParams::new()).is_ok(), max == 200, "0..={max}");
        let refused = SurveyResponses::new(table(&[(Some(9), 1, 1.0)]).lazy(), &long).is_err();
        assert_eq!(refused, max != 200, "as a survey has it");
    }
    assert_eq!(crate::satisfaction::csat::Csat::NAME, "csat");
}
