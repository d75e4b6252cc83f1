//! Net promoter scores of real surveys against exact answers.
//!
//! Every block of `nps.json` is checked, which was made with exact integers and 60-digit arithmetic.
//! Tolerance: `CLOSED`, 1e-12 relative to the size of the score's points. Ends beyond -100 and 100
//! are cut off here, and where all answers are alike there is no plain interval.

use std::collections::BTreeMap;

use customer_analytics::polars::prelude::*;
use customer_analytics::prelude::*;
use customer_analytics::satisfaction::nps::NpsGroup;
use customer_analytics::text::TextEncoding;
use serde_json::Value;

use crate::golden::{reference, shared};

#[track_caller]
fn close(got: f64, expected: &Value, what: &str) {
    let expected = expected.as_f64().unwrap();
    assert!((got - expected).abs() <= 1e-12 * expected.abs(), "{what}: got {got:e}, expected {expected:e}");
}

/// An end of an interval, which no score passes.
#[track_caller]
fn close_end(got: f64, expected: &Value, what: &str) {
    close(got, &Value::from(expected.as_f64().unwrap().clamp(-100.0, 100.0)), what);
}

/// One group under both intervals.
#[track_caller]
fn assert_group(adjusted: &NpsGroup, plain: &NpsGroup, expected: &Value, what: &str) {
    let counts = adjusted.counts.unwrap();
    let n = |key: &str| expected[key].as_u64().unwrap();
    assert_eq!(
        (adjusted.n, counts.promoters, counts.passives, counts.detractors),
        (n("n"), n("promoters"), n("passives"), n("detractors")),
        "{what}"
    );
    assert_eq!((adjusted.nps, adjusted.std_error), (plain.nps, plain.std_error), "{what}");
    close(adjusted.nps.unwrap(), &expected["nps"], what);
    close(adjusted.std_error.unwrap(), &expected["se_pop"], what);
    if expected["se_n_minus_1"].is_number() {
        let n = adjusted.n as f64;
        close(adjusted.std_error.unwrap() * (n / (n - 1.0)).sqrt(), &expected["se_n_minus_1"], what);
    }
    let ends = adjusted.interval.unwrap();
    close_end(ends.low, &expected["ci95_adj_wald_low"], what);
    close_end(ends.high, &expected["ci95_adj_wald_high"], what);
    match plain.interval {
        Some(ends) => {
            close_end(ends.low, &expected["ci95_wald_low"], what);
            close_end(ends.high, &expected["ci95_wald_high"], what);
        }
        None => assert_eq!(expected["se_pop"].as_f64(), Some(0.0), "{what}"),
    }
}

/// The report under both intervals.
fn reports(survey: &SurveyResponses, params: NpsParams) -> [NpsReport; 2] {
    [NpsInterval::AdjustedWald, NpsInterval::Wald]
        .map(|interval| params.clone().interval(interval).run(survey).unwrap())
}

/// The French survey: letters of two encodings, `NA` for what is missing, scores as text.
fn garden() -> Option<SurveyResponses> {
    let path = shared("data/nps_garden_retail_fr.csv")?;
    let encoding = TextEncoding::Mixed(vec![TextEncoding::Windows1252, TextEncoding::Cp850]);
    let (frame, report) = read_csv(path, &CsvOptions::new().encoding(encoding).null_values(["NA"])).unwrap();
    assert_eq!(report.n_rows, 13_954);
    let visits = col("NbPassageKS").cast(DataType::Int64);
    let group = when(visits.clone().lt_eq(lit(3)))
        .then(lit("1-3"))
        .when(visits.lt_eq(lit(10)))
        .then(lit("4-10"))
        .otherwise(lit("11+"));
    let columns = SurveyColumns::new()
        .respondent("id")
        .score(Question::new("nps", Scale::ONE_TO_TEN).text_scores(true))
        .segments(["visits"])
        .texts(["explication"]);
    Some(SurveyResponses::new(frame.with_column(group.alias("visits")), &columns).unwrap())
}

/// The three markets, with days as day/month/year.
fn markets() -> Option<SurveyResponses> {
    let path = shared("data/nps_three_markets.csv")?;
    let (frame, _) = read_csv(path, &CsvOptions::new()).unwrap();
    let columns = SurveyColumns::new()
        .respondent("ID")
        .score(Question::new("NPS", Scale::ZERO_TO_TEN).text_scores(true))
        .time("Survey date")
        .time_format("%d/%m/%Y")
        .segments(["Market"]);
    Some(SurveyResponses::new(frame, &columns).unwrap())
}

#[test]
fn the_garden_stores_score_what_the_reference_says() {
    let (Some(survey), Some(expected)) = (garden(), reference("nps.json")) else { return };
    let [adjusted, plain] = reports(&survey, NpsParams::new().by(["visits"]));
    let whole = &expected["garden_retail"];
    assert_eq!(adjusted.rows.n_null, whole["null_scores_left_out"].as_u64().unwrap());
    assert_eq!(adjusted.rows.n_rows, adjusted.rows.n_used + adjusted.rows.n_null);
    assert_group(&adjusted.overall, &plain.overall, whole, "garden");
    for (visits, expected) in expected["garden_retail_by_visits"].as_object().unwrap() {
        let [one, other] = [&adjusted, &plain].map(|report| report.segment(&[visits]).unwrap());
        assert_group(one, other, expected, visits);
    }
    assert_eq!(adjusted.segments.len(), 3);
}

#[test]
fn the_three_markets_score_what_the_reference_says() {
    let (Some(survey), Some(expected)) = (markets(), reference("nps.json")) else { return };
    let [adjusted, plain] = reports(&survey, NpsParams::new().by(["Market"]).period(SurveyPeriod::Quarter));
    let blocks = expected["three_markets"].as_object().unwrap();
    for (market, expected) in blocks {
        let of = |report: &NpsReport| match market.as_str() {
            "all" => report.overall.clone(),
            market => report.segment(&[market]).unwrap().clone(),
        };
        assert_group(&of(&adjusted), &of(&plain), expected, market);
    }
    assert_eq!(adjusted.segments.len() + 1, blocks.len());
    let quarters = expected["three_markets_by_quarter"].as_object().unwrap();
    for (quarter, expected) in quarters {
        let label = quarter.replace('Q', "-Q");
        let [one, other] = [&adjusted, &plain].map(|report| report.period(&label).unwrap());
        assert_group(one, other, expected, quarter);
    }
    assert_eq!(adjusted.periods.len(), quarters.len());
    assert_eq!(adjusted.groups.iter().map(|group| group.n).sum::<u64>(), adjusted.overall.n);
}

#[test]
fn two_markets_differ_by_what_the_reference_says() {
    let (Some(survey), Some(expected)) = (markets(), reference("nps.json")) else { return };
    let expected = &expected["three_markets_UK_minus_US"];
    let report = NpsParams::new().by(["Market"]).interval(NpsInterval::Wald).run(&survey).unwrap();
    let found = report.compare(report.segment(&["UK"]).unwrap(), report.segment(&["US"]).unwrap()).unwrap();
    let test = found.test.unwrap();
    close(found.estimate, &expected["difference"], "difference");
    close(found.std_error, &expected["se"], "se");
    close(test.statistic, &expected["z"], "z");
    close(test.p_value.value(), &expected["p_two_sided"], "p");
    close(found.interval.low, &expected["ci95_low"], "low");
    close(found.interval.high, &expected["ci95_high"], "high");
}

/// Scores one by one, by cuts of one score each.
#[test]
fn every_score_is_counted_as_the_reference_counts_it() {
    let (Some(garden), Some(markets), Some(expected)) = (garden(), markets(), reference("nps.json")) else { return };
    for (survey, name, lowest) in [(garden, "garden_retail", 1), (markets, "three_markets", 0)] {
        let up_to = |score: i32| {
            let report = NpsParams::new().cuts(score, 10).run(&survey).unwrap();
            report.overall.counts.unwrap().detractors
        };
        let mut found = BTreeMap::new();
        let mut below = 0;
        for score in lowest..10 {
            let n = up_to(score);
            found.insert(score.to_string(), n - below);
            below = n;
        }
        let n = NpsParams::new().run(&survey).unwrap().overall.n;
        found.insert("10".to_owned(), n - below);
        let counts = expected["score_counts"][name].as_object().unwrap();
        let counts: BTreeMap<String, u64> =
            counts.iter().map(|(score, n)| (score.clone(), n.as_u64().unwrap())).collect();
        assert_eq!(found, counts, "{name}");
    }
}

#[test]
fn tiny_surveys_score_what_the_reference_says() {
    let Some(expected) = reference("nps.json") else { return };
    for expected in expected["tiny"].as_array().unwrap() {
        let scores: Vec<i64> =
            expected["scores"].as_array().unwrap().iter().map(|score| score.as_i64().unwrap()).collect();
        let columns = SurveyColumns::new().score(Question::new("score", Scale::ZERO_TO_TEN));
        let survey = SurveyResponses::new(df!("score" => &scores).unwrap().lazy(), &columns).unwrap();
        let [adjusted, plain] = reports(&survey, NpsParams::new());
        assert_group(&adjusted.overall, &plain.overall, expected, &format!("{scores:?}"));
    }
}
