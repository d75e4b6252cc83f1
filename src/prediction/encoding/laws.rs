//! Laws: what was saved is what was learned, and neither order, chunks nor streaming change a bit.

use chrono::NaiveDate;
use polars::prelude::*;

use super::tests::{fitted, names};
use super::*;
use crate::analysis::{collect, collect_streamed};

const N: usize = 20_000;

/// A table with every kind of feature, from a fixed recurrence.
fn table() -> DataFrame {
    let mut state = 7_u64;
    let mut next = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 33
    };
    let mut numbers = |share: u64| -> Vec<Option<f64>> {
        (0..N).map(|_| (next() % 100 >= share).then(|| next() as f64 / 1e8)).collect()
    };
    let (a, b, c) = (numbers(0), numbers(10), numbers(5));
    let level = |row: usize| (row * 7_919) % 13;
    let cities = ["Paris", "北京", "a city with a long name", "Lyon"];
    let day = NaiveDate::from_ymd_opt(2024, 1, 1).unwrap();
    df!(
        "a" => a,
        "b" => b,
        "花费" => c,
        "plan" => (0..N).map(|row| (level(row) != 5).then(|| format!("plan {}", level(row)))).collect::<Vec<_>>(),
        "city" => (0..N).map(|row| cities[row * row % 4]).collect::<Vec<_>>(),
        "member" => (0..N).map(|row| ["是", "否", "Yes"][row % 3]).collect::<Vec<_>>(),
        "active" => (0..N).map(|row| (row % 11 > 0).then_some(row % 2 == 0)).collect::<Vec<_>>(),
        "since" => (0..N).map(|row| (row % 17 > 0).then(|| day + chrono::Days::new((row % 400) as u64))).collect::<Vec<_>>(),
        "n" => (0..N).map(|row| (row % 29) as i64).collect::<Vec<_>>(),
    )
    .unwrap()
}

fn params() -> EncodingParams {
    EncodingParams::new()
        .feature("a", FeatureEncoding::spline(4))
        .feature("b", FeatureEncoding::log().standardise().missing(Missing::ImputeWithIndicator))
        .feature("city", FeatureEncoding::categorical().reference(Reference::MostFrequent))
        .feature("plan", FeatureEncoding::categorical().min_count(1_539).missing(Missing::OwnLevel))
        .feature("since", FeatureEncoding::date().month().weekday())
        .feature("n", FeatureEncoding::quantile_bins(5))
        .interaction("花费", "b")
        .interaction("city", "花费")
        .interaction("city", "member")
}

fn coefs(encoder: &Encoder) -> Vec<f64> {
    (0..encoder.terms().len()).map(|term| ((term * 37) % 11) as f64 / 7.0 - 0.6).collect()
}

fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|value| value.to_bits()).collect()
}

#[test]
fn the_linear_predictor_is_that_of_the_design() {
    let frame = table();
    for params in [params(), params().missing_numbers(Missing::Drop)] {
        let encoder = fitted(params, &frame);
        let coefs = coefs(&encoder);
        let design = encoder.encode_dense(&frame).unwrap();
        let scored = encoder.linear_predictor(&frame, 0.25, &coefs).unwrap();
        assert_eq!(scored.counts(), design.counts());
        let all: Vec<u32> = (0..N as u32).collect();
        for (at, &row) in design.kept().unwrap_or(&all).iter().enumerate() {
            let products = design.row(at).iter().zip(&coefs).map(|(x, coef)| x * coef);
            let (expected, size) =
                products.fold((0.25, 0.25), |(sum, size), term: f64| (sum + term, size + term.abs()));
            let got = scored.get(row as usize).unwrap();
            assert!((got - expected).abs() <= 1e-14 * size, "{row}: {got} {expected}");
        }
        assert_eq!((0..N).filter(|&row| scored.get(row).is_none()).count() as u64, design.counts().n_dropped);
    }
}

/// Law: contributions add up to the linear predictor less that of the training means.
#[test]
fn contributions_add_up() {
    let frame = table();
    let encoder = fitted(params(), &frame);
    let coefs = coefs(&encoder);
    let scored = encoder.linear_predictor(&frame, 0.0, &coefs).unwrap();
    let of_means: f64 = encoder.means().iter().zip(&coefs).map(|(mean, coef)| mean * coef).sum();
    let parts = encoder.contributions(&frame, &coefs).unwrap();
    assert_eq!(parts.features().first().map(String::as_str), Some("a"));
    assert_eq!(parts.features().last().map(String::as_str), Some("city:member"));
    for row in (0..N).step_by(37) {
        let (sum, size) = (0..parts.features().len())
            .map(|feature| parts.of(feature)[row])
            .fold((0.0, 0.0), |(sum, size), part: f64| (sum + part, size + part.abs()));
        let expected = scored.get(row).unwrap() - of_means;
        assert!((sum - expected).abs() <= 1e-11 * (size + of_means.abs()), "{row}: {sum} {expected}");
    }
    // Over the training rows the contributions of a feature are 0 in the mean.
    for feature in 0..parts.features().len() {
        let mean = parts.of(feature).iter().sum::<f64>() / N as f64;
        assert!(mean.abs() < 1e-10, "{} {mean}", parts.features()[feature]);
    }
}

/// Without interactions means are known from what was learned, and nothing is encoded for them.
#[test]
fn means_are_those_of_the_columns() {
    let frame = table();
    let frame = frame.drop("a").unwrap();
    let indicator = || EncodingParams::new().missing_numbers(Missing::ImputeWithIndicator);
    let own = FeatureEncoding::categorical().min_count(1_539).missing(Missing::OwnLevel);
    let date = FeatureEncoding::date().month().missing(Missing::ImputeWithIndicator);
    let all = [
        EncodingParams::new(),
        indicator().missing_categories(Missing::ImputeWithIndicator),
        indicator().feature("plan", own).feature("since", date),
        EncodingParams::new().missing_numbers(Missing::Drop).reference(Reference::None),
    ];
    for params in all {
        let encoder = fitted(params, &frame);
        let design = encoder.encode_dense(&frame).unwrap();
        for (term, &mean) in encoder.means().iter().enumerate() {
            let column: Vec<f64> = (0..design.n_rows()).map(|row| design.row(row)[term]).collect();
            let expected = crate::kernel::moments::mean(&column).unwrap();
            assert!(
                (mean - expected).abs() <= 1e-15 * expected.abs(),
                "{}: {mean} {expected}",
                encoder.terms()[term].name
            );
        }
    }
}

#[test]
fn expressions_give_the_same_bits() {
    let frame = table();
    for params in [params(), params().missing_numbers(Missing::Drop)] {
        let encoder = fitted(params, &frame);
        let coefs = coefs(&encoder);
        let scored = encoder.linear_predictor(&frame, 0.25, &coefs).unwrap().to_series("score");
        let expr = encoder.linear_predictor_expr(0.25, &coefs).unwrap().alias("score");
        let kept = frame.clone().lazy().with_column(expr.clone()).select([col("score")]);
        let odd = frame.clone().lazy().filter((col("n") % lit(2)).eq(lit(1))).select([expr]);
        for collected in [collect, collect_streamed] {
            let all = collected("test", kept.clone()).unwrap();
            assert_eq!(all.column("score").unwrap().as_materialized_series(), &scored);
            assert_eq!(bits(&filled(&all)), bits(&filled(&scored.clone().into_frame())));
            let some = collected("test", odd.clone()).unwrap();
            let expected = scored
                .filter(&frame.column("n").unwrap().i64().unwrap().iter().map(|n| n.unwrap() % 2 == 1).collect())
                .unwrap();
            assert_eq!(some.column("score").unwrap().as_materialized_series(), &expected);
        }
    }
}

fn filled(frame: &DataFrame) -> Vec<f64> {
    frame.column("score").unwrap().f64().unwrap().iter().map(|cell| cell.unwrap_or(-1.0)).collect()
}

#[test]
fn a_refusal_fails_the_query_with_its_message() {
    let encoder = fitted(EncodingParams::new(), &df!("c" => ["a", "b"]).unwrap());
    let expr = encoder.linear_predictor_expr(0.0, &[1.0]).unwrap();
    let refused = collect("test", df!("c" => ["z"]).unwrap().lazy().select([expr])).unwrap_err();
    let source = std::error::Error::source(&refused).unwrap().to_string();
    assert!(source.contains("1 row(s) of `c` have a level that training did not have"), "{source}");
}

#[test]
fn what_was_saved_is_what_was_learned() {
    let frame = table();
    for params in [params(), params().missing_numbers(Missing::Drop)] {
        let text = serde_json::to_string(&params).unwrap();
        assert_eq!(serde_json::from_str::<EncodingParams>(&text).unwrap(), params);
        let encoder = fitted(params, &frame);
        let text = serde_json::to_string(&encoder).unwrap();
        let back: Encoder = serde_json::from_str(&text).unwrap();
        assert_eq!(back, encoder);
        assert_eq!(back.encode(&frame).unwrap(), encoder.encode(&frame).unwrap());
    }
    let toml = toml::to_string(&params()).unwrap();
    assert_eq!(toml::from_str::<EncodingParams>(&toml).unwrap(), params());
}

#[test]
fn what_was_damaged_is_refused() {
    let encoder = fitted(params(), &table().head(Some(5_000)));
    let text = serde_json::to_string(&encoder).unwrap();
    let damage = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        serde_json::from_str::<Encoder>(&text.replacen(from, to, 1)).unwrap_err().to_string()
    };
    assert!(damage(r#""n_dropped""#, r#""dropped""#).contains("unknown field"));
    assert!(damage(r#""means":["#, r#""means":[1.0,"#).contains("finite mean(s)"));
    assert!(damage(r#""knots":["#, r#""knots":[1e9,"#).contains("a spline needs three knots or more that ascend"));
    assert!(damage(r#""reference":0"#, r#""reference":99"#).contains("a place is beyond"));
    assert!(damage(r#""cuts":["#, r#""cuts":[1e9,"#).contains("cut points must ascend"));
    assert!(damage(r#""first":2"#, r#""first":99"#).contains("an interaction of a feature that is not there"));
    assert!(damage(r#""scale":""#, r#""scale":"-"#).contains("the scale not negative"));
    assert!(damage("[0,0]", "[0,9]").contains("pairs do not fit"));
}

#[test]
fn chunks_and_the_order_of_rows_change_nothing() {
    let frame = table();
    let whole = fitted(params(), &frame);
    let mut parts = frame.slice(0, 77);
    parts.vstack_mut(&frame.slice(77, 4_000)).unwrap();
    parts.vstack_mut(&frame.slice(4_077, N)).unwrap();
    assert!(parts.column("b").unwrap().n_chunks() > 1);
    assert_eq!(fitted(params(), &parts), whole);
    assert_eq!(whole.encode(&parts).unwrap(), whole.encode(&frame).unwrap());
    let coefs = coefs(&whole);
    let of = |frame: &DataFrame| whole.linear_predictor(frame, 0.5, &coefs).unwrap();
    assert_eq!(of(&parts), of(&frame));
    let mirrored = frame.reverse();
    assert_eq!(fitted(params(), &mirrored), whole);
    let mut expected = of(&frame).into_values();
    expected.reverse();
    assert_eq!(bits(of(&mirrored).values()), bits(&expected));
    assert_eq!(names(&whole).len(), whole.terms().len());
}

#[test]
fn categories_and_text_are_read_alike() {
    let frame = table();
    let encoder = fitted(params(), &frame);
    let mut categories = frame.clone();
    for name in ["plan", "city", "member"] {
        let column = frame.column(name).unwrap().cast(&DataType::from_categories(Categories::global())).unwrap();
        categories.with_column(column).unwrap();
    }
    assert_eq!(fitted(params(), &categories), encoder);
    assert_eq!(encoder.encode(&categories).unwrap(), encoder.encode(&frame).unwrap());
}
