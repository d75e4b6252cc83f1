//! What settings, missing cells, unseen levels and bad tables lead to.

use polars::prelude::*;

use super::tests::{dense, fitted, names, try_fit};
use super::*;
use crate::frame::{FeatureColumns, FeatureTable, ToDataFrame};

fn missing_cells() -> DataFrame {
    df!(
        "n" => [Some(1.0), None, Some(4.0), Some(f64::NAN)],
        "c" => [Some("b"), Some("a"), None, Some("b")],
        "f" => [Some(true), None, Some(false), Some(true)],
    )
    .unwrap()
}

fn all(missing: Missing) -> EncodingParams {
    EncodingParams::new().missing_numbers(missing).missing_categories(missing)
}

#[test]
fn missing_cells_are_imputed_by_default() {
    let frame = missing_cells();
    let encoder = fitted(EncodingParams::new(), &frame);
    assert_eq!(names(&encoder), ["n", "c[b]", "f[true]"]);
    assert_eq!(dense(&encoder, &frame), [[1.0, 2.5, 4.0, 2.5], [1.0, 0.0, 1.0, 1.0], [1.0, 1.0, 0.0, 1.0]]);
    let encoded = encoder.encode(&frame).unwrap();
    let counts = encoded.counts().to_dataframe();
    let expected = df!(
        "feature" => ["n", "c", "f"],
        "n_missing" => [2_u64, 1, 1],
        "n_imputed" => [2_u64, 1, 1],
        "n_unseen" => [0_u64, 0, 0],
        "n_dropped" => [0_u64, 0, 0],
    );
    assert_eq!(counts, expected.unwrap());
    let shown = encoded.counts().to_string();
    assert!(shown.starts_with("encoding of 4 row(s), 0 left out\nmissing"), "{shown}");
}

#[test]
fn an_indicator_tells_them_apart_where_training_had_some() {
    let frame = missing_cells();
    let encoder = fitted(all(Missing::ImputeWithIndicator), &frame);
    assert_eq!(names(&encoder), ["n", "n[missing]", "c[b]", "c[missing]", "f[true]", "f[missing]"]);
    let columns = dense(&encoder, &frame);
    assert_eq!((&columns[1], &columns[3]), (&vec![0.0, 1.0, 0.0, 1.0], &vec![0.0, 0.0, 1.0, 0.0]));
    assert_eq!(encoder.means()[1], 0.5);
    assert_eq!(encoder.terms()[1].kind, TermKind::Missing);
    let complete = df!("n" => [1.0, 2.0]).unwrap();
    let encoder = fitted(all(Missing::ImputeWithIndicator), &complete);
    assert_eq!(names(&encoder), ["n"]);
    assert_eq!(dense(&encoder, &df!("n" => [None, Some(7.0)]).unwrap()), [[1.5, 7.0]]);
}

#[test]
fn missing_categories_can_be_a_level() {
    let frame = missing_cells();
    let encoder = fitted(EncodingParams::new().missing_categories(Missing::OwnLevel), &frame);
    assert_eq!(names(&encoder), ["n", "c[b]", "c[(missing)]", "f[true]", "f[(missing)]"]);
    assert_eq!(dense(&encoder, &frame)[2], [0.0, 0.0, 1.0, 0.0]);
    // A level that was not learned is one that training did not have.
    let complete = df!("c" => ["a", "b", "b"]).unwrap();
    let params = EncodingParams::new().missing_categories(Missing::OwnLevel);
    let holes = df!("c" => [Some("b"), None]).unwrap();
    assert!(fitted(params.clone(), &complete).encode(&holes).is_err());
    let encoder = fitted(params.unseen(UnseenLevel::Reference), &complete);
    assert_eq!(dense(&encoder, &holes), [[1.0, 0.0]]);
    let encoded = encoder.encode(&holes).unwrap();
    assert_eq!((encoded.counts().features[0].n_missing, encoded.counts().features[0].n_unseen), (1, 1));
    let refused = all(Missing::OwnLevel).check().unwrap_err();
    assert!(refused.is_param(), "{refused}");
    let own = EncodingParams::new().feature("n", FeatureEncoding::auto().missing(Missing::OwnLevel));
    let refused = try_fit(own, &missing_cells()).unwrap_err().to_string();
    assert!(refused.contains("feature `n` is f64, and own_level is for categories"), "{refused}");
}

#[test]
fn rows_with_missing_cells_are_dropped_and_counted() {
    let frame = missing_cells();
    let params = all(Missing::Drop).interaction("n", "c");
    let encoder = fitted(params, &frame);
    assert_eq!((encoder.n_rows(), encoder.n_dropped()), (1, 3));
    assert_eq!(encoder.without_columns(), ["c", "n:c"]);
    let drop_numbers = EncodingParams::new().missing_numbers(Missing::Drop);
    let encoder = fitted(drop_numbers, &frame);
    assert_eq!((encoder.n_rows(), encoder.n_dropped()), (2, 2));
    let encoded = encoder.encode(&frame).unwrap();
    assert_eq!((encoded.kept(), encoded.n_rows()), (Some(&[0, 2][..]), 2));
    assert_eq!(dense(&encoder, &frame)[0], [1.0, 4.0]);
    assert_eq!((encoded.counts().n_dropped, encoded.counts().features[0].n_dropped), (2, 2));
    let scored = encoder.linear_predictor(&frame, 1.0, &[2.0, 0.5]).unwrap();
    assert_eq!((0..4).map(|row| scored.get(row)).collect::<Vec<_>>(), [Some(3.5), None, Some(9.0), None]);
    assert_eq!(scored.to_series("s").null_count(), 2);
    assert_eq!(scored.counts(), encoded.counts());
    let none = df!("n" => [None, Some(f64::NAN)]).unwrap();
    let refused = try_fit(all(Missing::Drop), &none).unwrap_err().to_string();
    assert_eq!(refused, "encoding: no row is left of 2: each lacks a feature for which rows are dropped");
}

#[test]
fn missing_cells_can_be_refused() {
    let refused = try_fit(all(Missing::Error), &missing_cells()).unwrap_err().to_string();
    assert!(refused.starts_with("encoding: 2 row(s) of `n` have no value; "), "{refused}");
    assert!(refused.contains("; 1 row(s) of `c` have no value; "), "{refused}");
    let complete = df!("n" => [1.0, 2.0], "c" => ["a", "b"]).unwrap();
    let encoder = fitted(all(Missing::Error), &complete);
    let holes = df!("n" => [None, Some(2.0)], "c" => [None, Some("b")]).unwrap();
    let refused = encoder.encode(&holes).unwrap_err().to_string();
    assert!(refused.contains("1 row(s) of `n` have no value") && refused.contains("1 row(s) of `c`"), "{refused}");
    assert_eq!(encoder.linear_predictor(&holes, 0.0, &[1.0, 1.0]).unwrap_err().to_string(), refused);
}

#[test]
fn unseen_levels_are_refused_or_counted() {
    let frame = df!("c" => ["a", "b"], "d" => [1, 2]).unwrap();
    let scored = df!("c" => ["z", "b", "z", "y"], "d" => [1, 3, 2, 1]).unwrap();
    let of = |unseen| fitted(EncodingParams::new().feature("d", FeatureEncoding::categorical()).unseen(unseen), &frame);
    let refused = of(UnseenLevel::Error).encode(&scored).unwrap_err().to_string();
    assert_eq!(
        refused,
        "encoding: 3 row(s) of `c` have a level that training did not have; list them by \
         `encoder().unseen_levels(..)`, or fit again with `UnseenLevel::Reference` or `UnseenLevel::Other`; 1 row(s) \
         of `d` have a level that training did not have; list them by `encoder().unseen_levels(..)`, or fit again \
         with `UnseenLevel::Reference` or `UnseenLevel::Other`"
    );
    let refused = of(UnseenLevel::Other).encode(&scored).unwrap_err().to_string();
    assert!(
        refused.contains("nor rare levels put together that it could count as; fit again with `min_count`"),
        "{refused}"
    );
    let encoder = of(UnseenLevel::Reference);
    assert_eq!(dense(&encoder, &scored), [[0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0]]);
    let counts = encoder.encode(&scored).unwrap().counts().clone();
    assert_eq!(counts.features.iter().map(|one| one.n_unseen).collect::<Vec<_>>(), [3, 1]);
    let listed = encoder.unseen_levels(&scored).unwrap();
    let listed: Vec<_> = listed.iter().map(|one| (one.feature.as_str(), one.level.as_str(), one.n_rows)).collect();
    assert_eq!(listed, [("c", "y", 1), ("c", "z", 2), ("d", "3", 1)]);
}

/// Levels are `0` to `99`, of which so many are words instead, and a blank.
#[test]
fn numbers_kept_as_text_are_refused_unless_they_are_declared_codes() {
    let of = |n_levels: usize, n_words: usize| {
        let word = |level: usize| if level < n_words { format!("w{level}") } else { format!("{level}.5") };
        let levels: Vec<String> = (0..n_levels).map(word).chain([" ".to_owned()]).collect();
        df!("任期" => levels).unwrap()
    };
    let auto = |frame: &DataFrame| try_fit(EncodingParams::new(), frame);
    assert_eq!(
        auto(&of(100, 1)).unwrap_err().to_string(),
        "encoding: `任期` is text, but 99 of its 100 levels read as numbers; read them by `cleaning::ReadNumbers`, as \
         `FeatureEncoding::numeric` needs them, or declare it `FeatureEncoding::categorical` if they are codes"
    );
    assert!(auto(&of(21, 0)).is_err());
    for frame in [of(100, 2), of(21, 1), of(20, 0)] {
        assert_eq!(auto(&frame).unwrap().terms().len(), frame.height() - 1);
    }
    let declared = EncodingParams::new().feature("任期", FeatureEncoding::categorical());
    assert_eq!(try_fit(declared, &of(100, 0)).unwrap().terms().len(), 100);
    let texts = of(100, 0);
    let categories = texts.column("任期").unwrap().cast(&DataType::from_categories(Categories::global())).unwrap();
    assert!(auto(&DataFrame::new(100, vec![categories.head(Some(100))]).unwrap()).is_ok());
}

#[test]
fn what_cannot_be_learned_is_named_all_at_once() {
    let frame = df!(
        "nothing" => [None::<f64>, None, Some(f64::NAN)],
        "无" => [None::<&str>, None, None],
        "far" => [1.0, f64::INFINITY, f64::NEG_INFINITY],
        "debt" => [-1.0, 0.0, -3.0],
        "good" => [1.0, 2.0, 3.0],
    )
    .unwrap();
    let refused =
        try_fit(EncodingParams::new().feature("debt", FeatureEncoding::log()), &frame).unwrap_err().to_string();
    assert_eq!(
        refused,
        "encoding: `nothing` has no value in any of 3 row(s); leave it out by `FeatureColumns::ignore`; `无` has no \
         value in any of 3 row(s); leave it out by `FeatureColumns::ignore`; 2 row(s) of `far` are infinite; filter \
         them out, or bound them by `cleaning::Outliers`; 2 row(s) of `debt` are -1 or below, where ln(1 + x) has no \
         value; choose another encoding for it"
    );
    let ids: Vec<String> = (0..1_001).map(|id| format!("C-{id}")).collect();
    let refused = try_fit(EncodingParams::new(), &df!("id" => ids).unwrap()).unwrap_err().to_string();
    assert!(
        refused.starts_with("encoding: `id` has 1001 levels, more than `max_levels` 1000; leave it out"),
        "{refused}"
    );
    let empty = df!("n" => Vec::<f64>::new(), "c" => Vec::<&str>::new()).unwrap();
    let refused = try_fit(EncodingParams::new(), &empty).unwrap_err().to_string();
    assert!(refused.contains("`n` has no value in any of 0 row(s)") && refused.contains("`c`"), "{refused}");
    let categorical = EncodingParams::new().feature("far", FeatureEncoding::categorical());
    assert!(
        try_fit(categorical, &frame.select(["far"]).unwrap())
            .unwrap_err()
            .to_string()
            .contains("2 row(s) of `far` are infinite")
    );
}

#[test]
fn constants_and_duplicates_are_no_fault() {
    let frame = df!("k" => [3.0, 3.0], "one" => ["a", "a"], "x" => [1.0, 2.0], "x2" => [1.0, 2.0]).unwrap();
    let encoder = fitted(EncodingParams::new(), &frame);
    assert_eq!(names(&encoder), ["k", "x", "x2"]);
    assert_eq!(encoder.without_columns(), ["one"]);
    let one_row = df!("x" => [1.0], "c" => ["a"]).unwrap();
    assert_eq!(dense(&fitted(EncodingParams::new(), &one_row), &one_row), [[1.0]]);
    let extreme = df!("x" => [1e308, -1e308, f64::MIN_POSITIVE / 4.0]).unwrap();
    let encoder = fitted(EncodingParams::new(), &extreme);
    assert_eq!(dense(&encoder, &extreme), [[1e308, -1e308, f64::MIN_POSITIVE / 4.0]]);
    let beyond = encoder.linear_predictor(&extreme, 0.0, &[1e10]).unwrap_err().to_string();
    assert_eq!(beyond, "encoding: 2 row(s) have a linear predictor beyond the largest double");
    let squares = df!("x" => [1e308, 2.0], "y" => [1e308, 1.0]).unwrap();
    let refused = try_fit(EncodingParams::new().interaction("x", "y"), &squares).unwrap_err().to_string();
    assert_eq!(refused, "encoding: the interaction `x:y` has values beyond the largest double; scale its features");
}

#[test]
fn tables_that_do_not_fit_are_refused_with_all_problems() {
    let frame = df!("Tenure" => [1.0, 2.0], "c" => ["a", "b"], "d" => [1, 2]).unwrap();
    let encoder = fitted(EncodingParams::new(), &frame);
    let other = df!("tenure" => [1.0], "c" => ["a"], "d" => ["1"]).unwrap();
    let refused = encoder.encode(&other).unwrap_err();
    assert!(refused.is_data());
    assert_eq!(
        refused.to_string(),
        "features: 2 schema problem(s): feature `Tenure` is not there; did you mean `tenure`?; feature `d` was learned \
         from numbers, but is str; cast it"
    );
    assert_eq!(encoder.linear_predictor(&other, 0.0, &[0.0; 3]).unwrap_err().to_string(), refused.to_string());
    let lists = df!("l" => [Series::new("".into(), [1, 2])]).unwrap();
    let refused = try_fit(EncodingParams::new(), &lists).unwrap_err().to_string();
    assert!(refused.contains("feature `l` is list[i32]; cast it"), "{refused}");
    let text = EncodingParams::new().feature("c", FeatureEncoding::spline(3));
    assert!(try_fit(text, &frame).unwrap_err().to_string().contains("read numbers by `cleaning::ReadNumbers`"));
    let refused = encoder.linear_predictor(&frame, 0.0, &[1.0]).unwrap_err().to_string();
    assert_eq!(refused, "encoding: `coefs` must be one number for each of 3 term(s), got 1");
    assert!(encoder.linear_predictor(&frame, f64::NAN, &[1.0; 3]).unwrap_err().is_param());
}

#[test]
fn settings_out_of_range_are_refused() {
    let of = |encoding| EncodingParams::new().feature("x", encoding);
    let refused = |params: EncodingParams| params.check().unwrap_err().to_string();
    assert_eq!(refused(of(FeatureEncoding::spline(2))), "encoding: `knots` must be in 3..=7 for `x`, got 2");
    assert_eq!(refused(of(FeatureEncoding::quantile_bins(1))), "encoding: `bins` must be in 2..=100 for `x`, got 1");
    assert!(refused(of(FeatureEncoding::spline_at([1.0, 1.0, 2.0]))).contains("finite and ascending"));
    assert!(refused(of(FeatureEncoding::bins_at([f64::NAN]))).contains("finite and ascending"));
    assert!(refused(of(FeatureEncoding::spline_at([1.0, 2.0]))).contains("3 to 100 values"));
    assert!(refused(of(FeatureEncoding::spline(3).standardise())).contains("`standardise`"));
    assert!(refused(of(FeatureEncoding::numeric().min_count(3))).contains("`min_count`"));
    assert!(refused(of(FeatureEncoding::flag().reference(Reference::None))).contains("`reference`"));
    assert!(refused(of(FeatureEncoding::numeric().unseen(UnseenLevel::Other))).contains("`unseen`"));
    assert!(refused(of(FeatureEncoding::numeric().month())).contains("`month`"));
    assert!(refused(of(FeatureEncoding::date().missing(Missing::OwnLevel))).contains("`missing`"));
    let twice = EncodingParams::new().interaction("a", "b").interaction("b", "a");
    assert!(refused(twice).contains("`b` and `a` twice"));
    assert!(refused(EncodingParams::new().interaction("a", "a")).contains("`a` with itself"));
    assert!(refused(EncodingParams::new().max_levels(1)).contains("`max_levels`"));
    assert!(refused(EncodingParams::new().reference(Reference::Named("a".into()))).contains("`reference`"));
    let frame = df!("x" => [1.0, 2.0, 3.0]).unwrap();
    let unknown = EncodingParams::new().feature("y", FeatureEncoding::numeric());
    assert!(try_fit(unknown, &frame).unwrap_err().is_param());
    assert!(try_fit(EncodingParams::new().interaction("x", "y"), &frame).unwrap_err().is_param());
    let spline = of(FeatureEncoding::spline(3)).interaction("x", "z");
    let frame = df!("x" => [1.0, 2.0, 3.0], "z" => [1.0, 2.0, 3.0]).unwrap();
    assert!(try_fit(spline, &frame).unwrap_err().to_string().contains("`x`, a spline"));
}

#[test]
fn weights_that_are_none_are_refused() {
    let frame = df!("x" => [1.0, 2.0]).unwrap();
    let fit = |weights: &[f64]| Encoding::default().fit_frame(&frame, &["x".to_owned()], Some(weights));
    let refused = |weights: &[f64]| fit(weights).unwrap_err().to_string();
    assert_eq!(refused(&[1.0]), "encoding: 1 weight(s) for 2 row(s)");
    assert_eq!(refused(&[0.0, 0.0]), "encoding: all 2 weights are 0");
    assert_eq!(
        refused(&[f64::NAN, -1.0]),
        "encoding: 2 weight(s) are negative, NaN or infinite; filter their rows out"
    );
    assert_eq!(fit(&[0.25, 0.75]).unwrap().means(), [1.75]);
}

#[test]
fn a_table_of_features_is_read_once() {
    let frame = df!("id" => [1, 2], "x" => [1.0, 2.0], "Churn" => ["Yes", "No"]).unwrap().lazy();
    let table = FeatureTable::new(frame, &FeatureColumns::new().target("Churn").customer_id("id")).unwrap();
    assert_eq!(names(&Encoding::default().fit(&table).unwrap()), ["x"]);
}
