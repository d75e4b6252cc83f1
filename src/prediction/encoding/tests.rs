//! Encodings by hand: every kind of feature, its columns and their names.

use chrono::NaiveDate;
use polars::prelude::*;

use super::*;
use crate::solver::design::{DesignBlock, REFERENCE};

/// Fits to all columns of a frame.
pub(super) fn fitted(params: EncodingParams, frame: &DataFrame) -> Encoder {
    try_fit(params, frame).unwrap()
}

pub(super) fn try_fit(params: EncodingParams, frame: &DataFrame) -> crate::Result<Encoder> {
    let features: Vec<String> = frame.get_column_names().into_iter().map(ToString::to_string).collect();
    params.check()?.fit_frame(frame, &features, None)
}

pub(super) fn names(encoder: &Encoder) -> Vec<&str> {
    encoder.terms().iter().map(|term| term.name.as_str()).collect()
}

/// The columns of a design, each in full.
pub(super) fn dense(encoder: &Encoder, frame: &DataFrame) -> Vec<Vec<f64>> {
    let design = encoder.encode_dense(frame).unwrap();
    (0..design.n_columns()).map(|j| (0..design.n_rows()).map(|row| design.row(row)[j]).collect()).collect()
}

#[track_caller]
fn assert_close(got: &[f64], expected: &[f64]) {
    assert_eq!(got.len(), expected.len());
    for (a, b) in got.iter().zip(expected) {
        assert!((a - b).abs() <= 1e-14 * b.abs(), "{got:?} {expected:?}");
    }
}

fn one(encoding: FeatureEncoding) -> EncodingParams {
    EncodingParams::new().feature("x", encoding)
}

#[test]
fn types_decide_by_default() {
    let days = Series::new("seit".into(), [10_i32, 12, 11]).cast(&DataType::Date).unwrap();
    let mut frame = df!(
        "收入" => [1.5, 2.5, 0.0],
        "n" => [3_u8, 4, 5],
        "active" => [true, false, true],
        "Partner" => ["No", "Yes", "No"],
        "会员" => ["是", "否", "是"],
        "Contract" => ["Two year", "Month-to-month", "One year"],
    )
    .unwrap();
    frame.with_column(days.into()).unwrap();
    let encoder = fitted(EncodingParams::new(), &frame);
    assert_eq!(
        names(&encoder),
        ["收入", "n", "active[true]", "Partner[Yes]", "会员[是]", "Contract[One year]", "Contract[Two year]", "seit"]
    );
    assert_eq!(
        dense(&encoder, &frame),
        [
            [1.5, 2.5, 0.0],
            [3.0, 4.0, 5.0],
            [1.0, 0.0, 1.0],
            [0.0, 1.0, 0.0],
            [1.0, 0.0, 1.0],
            [0.0, 0.0, 1.0],
            [1.0, 0.0, 0.0],
            [0.0, 2.0, 1.0]
        ]
    );
    assert_eq!(encoder.reference("Contract"), Some("Month-to-month"));
    assert_eq!(encoder.reference("Partner"), Some("No"));
    assert_eq!(encoder.terms()[4].kind, TermKind::Flag);
    assert_eq!(encoder.terms()[6].level.as_deref(), Some("Two year"));
    assert_close(encoder.means(), &[4.0 / 3.0, 4.0, 2.0 / 3.0, 1.0 / 3.0, 2.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0, 1.0]);
    let encoded = encoder.encode(&frame).unwrap();
    assert_eq!((encoded.n_rows(), encoded.n_columns(), encoded.kept()), (3, 8, None));
    assert!(matches!(&encoded.blocks()[0], DesignBlock::Numbers(std::borrow::Cow::Borrowed(_))));
    let expected = DesignBlock::Codes { codes: vec![1, REFERENCE, 0].into(), n_columns: 2 };
    assert_eq!(encoded.blocks()[5], expected);
}

/// By hand: ln 2 - ln 1, mean 1 and deviation 1 of 0 and 2, and the classes of 10 rows.
#[test]
fn numbers_can_be_shaped() {
    let frame = df!("x" => [0.0, 1.0, 2.0, 3.0]).unwrap();
    let encoder = fitted(one(FeatureEncoding::log()), &frame);
    assert_eq!(names(&encoder), ["log1p(x)"]);
    assert_close(&dense(&encoder, &frame)[0], &[0.0, 2.0_f64.ln(), 3.0_f64.ln(), 4.0_f64.ln()]);
    let frame = df!("x" => [0.0, 2.0]).unwrap();
    let encoder = fitted(one(FeatureEncoding::numeric().standardise()), &frame);
    assert_eq!(dense(&encoder, &frame), [[-1.0, 1.0]]);
    assert_eq!(encoder.centre_and_scale("x"), Some((1.0, 1.0)));
    let frame = df!("x" => [5.0, 5.0]).unwrap();
    assert_eq!(dense(&fitted(one(FeatureEncoding::numeric().standardise()), &frame), &frame), [[0.0, 0.0]]);
}

/// Oracle: the restricted cubic basis in exact rationals, see `kernel::spline`. The quantiles are
/// those of 0 to 100, at Harrell's shares.
#[test]
fn splines_have_knots_where_they_are_given_or_at_quantiles() {
    let frame = df!("x" => [1.0, 2.0, 6.0, 9.0, 20.0]).unwrap();
    let encoder = fitted(one(FeatureEncoding::spline_at([1.0, 3.0, 4.0, 9.0])), &frame);
    assert_eq!(names(&encoder), ["x[spline 1]", "x[spline 2]", "x[spline 3]"]);
    let columns = dense(&encoder, &frame);
    assert_eq!(columns[0], [1.0, 2.0, 6.0, 9.0, 20.0]);
    assert_close(&columns[1], &[0.0, 0.015625, 1.753125, 4.875, 17.25]);
    let frame = df!("x" => (0..=100).map(f64::from).collect::<Vec<_>>()).unwrap();
    let encoder = fitted(one(FeatureEncoding::spline(5)), &frame);
    let text = serde_json::to_string(&encoder).unwrap();
    assert!(text.contains(r#""knots":[5.0,"27.500000000000004",50.0,72.5,95.0]"#), "{text}");
    assert_eq!(encoder.terms().len(), 4);
    let ties = df!("x" => [0.0, 0.0, 0.0, 0.0, 1.0, 2.0]).unwrap();
    let refused = try_fit(one(FeatureEncoding::spline(4)), &ties).unwrap_err().to_string();
    assert_eq!(
        refused,
        "encoding: `x` has equal quantiles where a spline has its knots, 3 of 4 are distinct; give them by \
         `FeatureEncoding::spline_at`, or choose another encoding"
    );
}

#[test]
fn bins_are_levels_between_cut_points() {
    let frame = df!("x" => [-1.0, 0.0, 4.9, 5.0, 7.0]).unwrap();
    let encoder = fitted(one(FeatureEncoding::bins_at([0.0, 5.0])), &frame);
    assert_eq!(names(&encoder), ["x[[0, 5)]", "x[[5, inf)]"]);
    assert_eq!(dense(&encoder, &frame), [[0.0, 1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0, 1.0]]);
    let encoder = fitted(one(FeatureEncoding::bins_at([0.0, 5.0, 100.0]).reference(Reference::MostFrequent)), &frame);
    assert_eq!(names(&encoder), ["x[(-inf, 0)]", "x[[5, 100)]"]);
    let frame = df!("x" => (0..100).map(f64::from).collect::<Vec<_>>()).unwrap();
    let encoder = fitted(one(FeatureEncoding::quantile_bins(4)), &frame);
    assert_eq!(encoder.levels("x").unwrap().iter().map(|level| level.n_rows).collect::<Vec<_>>(), [25, 25, 25, 25]);
    let ties = df!("x" => [1, 1, 1, 1, 9]).unwrap();
    let encoder = fitted(one(FeatureEncoding::quantile_bins(4)), &ties);
    assert_eq!(encoder.levels("x").unwrap().len(), 1);
    assert_eq!(encoder.without_columns(), ["x"]);
}

#[test]
fn the_reference_is_first_most_frequent_named_or_none() {
    let frame = df!("x" => ["b", "c", "a", "c"]).unwrap();
    let of = |reference| names(&fitted(one(FeatureEncoding::categorical().reference(reference)), &frame)).join(" ");
    assert_eq!(of(Reference::First), "x[b] x[c]");
    assert_eq!(of(Reference::MostFrequent), "x[a] x[b]");
    assert_eq!(of(Reference::Named("b".into())), "x[a] x[c]");
    assert_eq!(of(Reference::None), "x[a] x[b] x[c]");
    let named = one(FeatureEncoding::categorical().reference(Reference::Named("z".into())));
    let refused = try_fit(named, &frame).unwrap_err().to_string();
    assert_eq!(refused, "encoding: the reference named for `x` is none of its levels");
    let whole = df!("x" => [10, 9, 10]).unwrap();
    assert_eq!(names(&fitted(one(FeatureEncoding::categorical()), &whole)), ["x[10]"]);
}

#[test]
fn rare_levels_are_put_together() {
    let frame = df!("x" => ["b", "b", "d", "a", "a", "a", "c"]).unwrap();
    let rare = FeatureEncoding::categorical().min_count(2).unseen(UnseenLevel::Other);
    let encoder = fitted(one(rare.clone()), &frame);
    assert_eq!(names(&encoder), ["x[b]", "x[(other)]"]);
    assert_eq!(encoder.levels("x").unwrap()[2], Level { label: "(other)".into(), n_rows: 2 });
    let scored = df!("x" => ["c", "z", "a", "b", "a level of many letters"]).unwrap();
    assert_eq!(dense(&encoder, &scored), [[0.0, 0.0, 0.0, 1.0, 0.0], [1.0, 1.0, 0.0, 0.0, 1.0]]);
    assert_eq!(encoder.encode(&scored).unwrap().counts().features[0].n_unseen, 2);
    let refused = try_fit(one(rare.reference(Reference::Named("c".into()))), &frame).unwrap_err().to_string();
    assert_eq!(refused, "encoding: the reference named for `x` is put together with other rare ones");
}

#[test]
fn flags_are_read_in_any_spelling() {
    let frame = df!("x" => ["Yes", "no", "YES", "Yes", "No", "No"]).unwrap();
    let encoder = fitted(EncodingParams::new(), &frame);
    assert_eq!(names(&encoder), ["x[Yes]"]);
    assert_eq!(encoder.reference("x"), Some("No"));
    for scored in [df!("x" => ["oui", "否"]), df!("x" => [1_i64, 0]), df!("x" => [true, false]), df!("x" => [1.0, 0.0])]
    {
        assert_eq!(dense(&encoder, &scored.unwrap()), [[1.0, 0.0]]);
    }
    let refused = encoder.encode(&df!("x" => ["Yes", "perhaps"]).unwrap()).unwrap_err().to_string();
    assert!(refused.starts_with("encoding: 1 row(s) of `x` have a level that training did not have"), "{refused}");
    let whole = df!("x" => [0, 1, 1]).unwrap();
    assert_eq!(names(&fitted(one(FeatureEncoding::flag()), &whole)), ["x[1]"]);
    let all_true = df!("x" => [true, true]).unwrap();
    assert_eq!(dense(&fitted(EncodingParams::new(), &all_true), &all_true), [[1.0, 1.0]]);
    let refused = try_fit(one(FeatureEncoding::flag()), &df!("x" => [0, 1, 2, 2]).unwrap()).unwrap_err().to_string();
    assert!(refused.starts_with("encoding: 2 row(s) of `x` say neither yes nor no"), "{refused}");
    // A third level makes it a category.
    let three = df!("x" => ["Yes", "No", "No internet service"]).unwrap();
    assert_eq!(names(&fitted(EncodingParams::new(), &three)), ["x[No internet service]", "x[Yes]"]);
}

/// 2026-01-30 is a Friday, 2026-02-01 a Sunday and 2026-02-02 a Monday.
#[test]
fn dates_are_days_months_and_weekdays() {
    let day = |month, day| NaiveDate::from_ymd_opt(2026, month, day).unwrap();
    let frame = df!("x" => [day(1, 30), day(2, 1), day(2, 2)]).unwrap();
    let params = one(FeatureEncoding::date().month().weekday().unseen(UnseenLevel::Reference));
    let encoder = fitted(params.clone(), &frame);
    assert_eq!(names(&encoder), ["x", "x.month[2]", "x.weekday[Friday]", "x.weekday[Sunday]"]);
    let expected = [[0.0, 2.0, 3.0], [0.0, 1.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]];
    assert_eq!(dense(&encoder, &frame), expected);
    assert_eq!(encoder.features(), ["x"]);
    for unit in [TimeUnit::Milliseconds, TimeUnit::Microseconds, TimeUnit::Nanoseconds] {
        let times = frame.column("x").unwrap().cast(&DataType::Datetime(unit, None)).unwrap();
        assert_eq!(dense(&encoder, &DataFrame::new(3, vec![times]).unwrap()), expected);
    }
    let later = df!("x" => [day(3, 4)]).unwrap();
    assert_eq!(dense(&encoder, &later), [[33.0], [0.0], [0.0], [0.0]]);
    let since = one(FeatureEncoding::date().origin(day(1, 1)));
    assert_eq!(dense(&fitted(since, &frame), &frame), [[29.0, 31.0, 32.0]]);
}

#[test]
fn interactions_are_products() {
    let frame = df!(
        "a" => [1.0, 2.0, 3.0, 4.0],
        "b" => [5.0, 6.0, 7.0, 8.0],
        "c" => ["x", "y", "y", "z"],
        "d" => ["Yes", "No", "Yes", "Yes"],
    )
    .unwrap();
    let params =
        EncodingParams::new().interaction("a", "b").interaction("c", "a").interaction("a", "d").interaction("c", "d");
    let encoder = fitted(params, &frame);
    let own = ["a", "b", "c[y]", "c[z]", "d[Yes]"];
    let products = ["a:b", "c[y]:a", "c[z]:a", "a:d[Yes]", "c[y]:d[Yes]", "c[z]:d[Yes]"];
    assert_eq!(names(&encoder), [&own[..], &products[..]].concat());
    assert_eq!(
        dense(&encoder, &frame)[5..],
        [
            [5.0, 12.0, 21.0, 32.0],
            [0.0, 2.0, 3.0, 0.0],
            [0.0, 0.0, 0.0, 4.0],
            [1.0, 0.0, 3.0, 4.0],
            [0.0, 0.0, 1.0, 0.0],
            [0.0, 0.0, 0.0, 1.0]
        ]
    );
    assert_eq!(encoder.terms()[6].feature, "c:a");
    // A pair that training has no row of has no column.
    let sparse = df!("c" => ["x", "y", "z"], "d" => ["Yes", "No", "Yes"]).unwrap();
    let encoder = fitted(EncodingParams::new().interaction("c", "d"), &sparse);
    assert_eq!(names(&encoder), ["c[y]", "c[z]", "d[Yes]", "c[z]:d[Yes]"]);
    let other = df!("c" => ["y", "z"], "d" => ["Yes", "Yes"]).unwrap();
    assert_eq!(dense(&encoder, &other)[3], [0.0, 1.0]);
}

/// Law: a weight of k is k equal rows.
#[test]
fn whole_weights_are_repeated_rows() {
    let frame = df!(
        "n" => [Some(1.0), Some(7.0), None, Some(2.0), Some(9.0)],
        "c" => [Some("b"), Some("a"), Some("c"), None, Some("d")],
        "f" => ["Yes", "No", "yes", "No", "No"],
    )
    .unwrap();
    let weights = [2_u32, 1, 3, 1, 0];
    let repeated: Vec<IdxSize> = (0..5).flat_map(|row| vec![row; weights[row as usize] as usize]).collect();
    let repeated = frame.take(&IdxCa::from_vec("".into(), repeated)).unwrap();
    let params = || {
        let rare = FeatureEncoding::categorical().min_count(2).missing(Missing::OwnLevel);
        EncodingParams::new()
            .feature("c", rare)
            .feature("n", FeatureEncoding::numeric().standardise())
            .interaction("n", "c")
    };
    let features = ["n", "c", "f"].map(String::from);
    let weighted = params().check().unwrap().fit_frame(&frame, &features, Some(&weights.map(f64::from))).unwrap();
    let plain = fitted(params(), &repeated);
    assert_eq!(names(&weighted), names(&plain));
    assert_eq!(
        names(&weighted),
        ["n", "c[c]", "c[(other)]", "c[(missing)]", "f[yes]", "n:c[c]", "n:c[(other)]", "n:c[(missing)]"]
    );
    assert_close(weighted.means(), plain.means());
    let rows = frame.head(Some(4));
    for (a, b) in dense(&weighted, &rows).iter().zip(dense(&plain, &rows)) {
        assert_close(a, &b);
    }
}
