use chrono::NaiveDate;
use polars::prelude::*;
use proptest::prelude::*;

use super::*;
use crate::frame::ToDataFrame;

fn roles() -> FeatureColumns {
    FeatureColumns::new().customer_id("id").target("left")
}

fn assigned(params: CrossValidationParams, frame: &DataFrame, columns: &FeatureColumns) -> Folds {
    params.check().unwrap().assign(frame, columns).unwrap()
}

fn refused(params: CrossValidationParams, frame: &DataFrame, columns: &FeatureColumns) -> String {
    params.check().unwrap().assign(frame, columns).unwrap_err().to_string()
}

fn day(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 1, day).unwrap()
}

/// A column of days of January 2026.
fn days(days: &[Option<u32>]) -> Series {
    crate::frame::dates("on", days.iter().map(|of_row| of_row.map(day)).collect())
}

fn frame(ids: &[i64], left: &[bool]) -> DataFrame {
    df!("id" => ids, "left" => left).unwrap()
}

/// Oracle: SplitMix64 in Python 3.11, `mixed(mixed(seed) ^ id)` for the ids 1 to 6 and seed 7, sorted.
#[test]
fn folds_are_the_same_in_every_version() {
    let table = frame(&[1, 2, 3, 4, 5, 6], &[false; 6]);
    let folds = assigned(CrossValidationParams::k_fold(3, 7), &table, &roles());
    assert_eq!(folds.of_row, [0, 1, 2, 1, 0, 2].map(Some));
    let texts = df!("id" => ["a", "b", "王芳", "d", "customer number 17850", ""]).unwrap();
    let folds = assigned(CrossValidationParams::k_fold(3, 7), &texts, &FeatureColumns::new().customer_id("id"));
    assert_eq!(folds.of_row, [1, 1, 0, 2, 2, 0].map(Some));
}

#[test]
fn seeds_make_other_folds() {
    let ids: Vec<i64> = (0..100).collect();
    let table = frame(&ids, &[false; 100]);
    let of = |seed| assigned(CrossValidationParams::k_fold(5, seed), &table, &roles()).of_row;
    assert_eq!(of(1), of(1));
    assert_ne!(of(1), of(2));
    // Neighbouring seeds share a fifth of the folds, as chance does, give or take four times 4.
    let same = of(1).iter().zip(of(2)).filter(|(a, b)| **a == *b).count();
    assert!((4..=36).contains(&same), "{same}");
}

#[test]
fn settings_outside_their_range_are_refused() {
    let refused = |params: CrossValidationParams| params.check().unwrap_err().to_string();
    type Params = CrossValidationParams;
    assert_eq!(refused(Params::k_fold(1, 0)), "cross-validation: `n_folds` must be in 2..=10000, got 1");
    assert!(refused(Params::stratified(10_001, 0)).contains("`n_folds`"));
    assert!(refused(Params::time_rolling("on", 0)).contains("in 1..=10000"));
    assert!(refused(Params::time_rolling_from("on", [])).contains("`n_folds`"));
    assert!(refused(Params::time_rolling_from("on", [day(2), day(2)])).contains("ascending"));
    assert!(refused(Params::k_fold(2, 0).embargo_days(3)).contains("`embargo_days` must be left out"));
    assert!(refused(Params::time_rolling("on", 1).embargo_days(5).window_days(4)).contains("`window_days`"));
    assert!(refused(Params::time_rolling("on", 1).window_days(0)).contains("`window_days`"));
}

#[test]
fn a_job_file_reads_the_same_settings() {
    let params = CrossValidationParams::time_rolling_from("on", [day(3)]).embargo_days(30);
    let written = serde_json::to_string(&params).unwrap();
    assert_eq!(serde_json::from_str::<CrossValidation>(&written).unwrap().params(), &params);
    let read: CrossValidationParams =
        toml::from_str("rule = { grouped = { column = \"户\", n_folds = 5, seed = 1 } }").unwrap();
    assert_eq!(read, CrossValidationParams::grouped("户", 5, 1));
    assert!(toml::from_str::<CrossValidation>("rule = { k_fold = { n_folds = 1, seed = 1 } }").is_err());
}

#[test]
fn more_folds_than_there_is_to_put_in_are_refused() {
    let table = frame(&[1, 2, 3, 4], &[true, false, false, false]);
    assert_eq!(
        refused(CrossValidationParams::k_fold(5, 0), &table, &roles()),
        "cross-validation: `n_folds` must be at most 4, the number of rows; use fewer folds or more data, got 5"
    );
    assert_eq!(
        refused(CrossValidationParams::stratified(2, 0), &table, &roles()),
        "cross-validation: `n_folds` must be at most 1, the number of rows of the smallest class of `left`; use fewer folds or more data, got 2"
    );
    assert!(
        refused(CrossValidationParams::grouped("left", 3, 0), &table, &roles())
            .contains("at most 2, the number of groups")
    );
    let empty = frame(&[], &[]);
    assert!(refused(CrossValidationParams::k_fold(2, 0), &empty, &roles()).contains("at most 0"));
    assert!(refused(CrossValidationParams::stratified(2, 0), &empty, &roles()).contains("at most 0"));
    let without_target = FeatureColumns::new().customer_id("id");
    assert!(
        refused(CrossValidationParams::stratified(2, 0), &table, &without_target).contains("`target` must be given")
    );
}

#[test]
fn customers_with_several_rows_must_be_kept_together() {
    let table = frame(&[1, 2, 1, 3], &[true, false, true, false]);
    let found = refused(CrossValidationParams::k_fold(2, 0), &table, &roles());
    assert!(
        found.contains("1 row(s) repeat a customer") && found.contains("`CrossValidationParams::grouped`"),
        "{found}"
    );
    let folds = assigned(CrossValidationParams::grouped("id", 2, 0), &table, &roles());
    assert_eq!(folds.of_row[0], folds.of_row[2]);
    assert_eq!(folds.sizes(), [(2, 2), (2, 2)]);
    let texts = df!("id" => ["a", "b", "a"]).unwrap();
    assert!(
        refused(CrossValidationParams::k_fold(2, 0), &texts, &FeatureColumns::new().customer_id("id"))
            .contains("repeat")
    );
}

#[test]
fn rows_without_what_decides_are_refused_or_counted() {
    let table = df!("id" => [Some(1), None, Some(3)], "left" => [Some(true), Some(false), None]).unwrap();
    assert!(refused(CrossValidationParams::k_fold(2, 0), &table, &roles()).contains("1 row(s) lack a customer id"));
    assert!(refused(CrossValidationParams::grouped("id", 2, 0), &table, &roles()).contains("1 row(s) lack a group"));
    let labels =
        df!("id" => [1, 2, 3, 4, 5], "left" => [Some("是"), Some("否"), None, Some("是"), Some("否")]).unwrap();
    let folds = assigned(CrossValidationParams::stratified(2, 0), &labels, &roles());
    assert_eq!((folds.of_row[2], folds.n_without_fold), (None, 1));
    assert_eq!(folds.sizes(), [(2, 2), (2, 2)]);
    assert!(folds.split(0).unwrap().train.iter().all(|&row| row != 2));
    assert!(refused(CrossValidationParams::grouped("gone", 2, 0), &labels, &roles()).contains("query failed"));
}

/// By hand: groups of 4, 3, 2, 2 and 1 rows; 4 | 3, then 2 to the 3, 2 to the 4, 1 to the 5.
#[test]
fn groups_are_balanced_from_the_largest_down() {
    let groups = ["a", "a", "a", "a", "b", "b", "b", "c", "c", "d", "d", "e"];
    let table = df!("group" => groups).unwrap();
    let folds = assigned(CrossValidationParams::grouped("group", 2, 3), &table, &FeatureColumns::new());
    assert_eq!(folds.sizes(), [(6, 6), (6, 6)]);
    assert_ne!(folds.of_row[0], folds.of_row[4]);
}

/// By hand: days 1, 1, 2, 3, 5 and one unknown; the last two days are tested.
#[test]
fn time_tests_what_comes_after() {
    let table = DataFrame::new(6, vec![days(&[Some(5), Some(1), None, Some(2), Some(3), Some(1)]).into()]).unwrap();
    let of = |params: CrossValidationParams| {
        let splits = assigned(params, &table, &FeatureColumns::new()).splits();
        splits.into_iter().map(|split| (split.train, split.test)).collect::<Vec<_>>()
    };
    let last = || CrossValidationParams::time_rolling("on", 2);
    assert_eq!(of(last()), [(vec![1, 3, 5], vec![4]), (vec![1, 3, 4, 5], vec![0])]);
    assert_eq!(of(last().embargo_days(2)), [(vec![1, 5], vec![4]), (vec![1, 3, 4, 5], vec![0])]);
    assert_eq!(of(last().embargo_days(2).window_days(2)), [(vec![1, 5], vec![4]), (vec![4], vec![0])]);
    let from = CrossValidationParams::time_rolling_from("on", [day(2), day(4)]);
    assert_eq!(of(from), [(vec![1, 5], vec![3, 4]), (vec![1, 3, 4, 5], vec![0])]);
    let folds = assigned(last(), &table, &FeatureColumns::new());
    assert_eq!((folds.of_row.clone(), folds.n_without_fold), (vec![Some(1), None, None, None, Some(0), None], 1));
    assert_eq!(
        folds.to_string(),
        "6 rows in 2 folds, 1 without target or day\ntrain  test  fold\n    3     1  0\n    4     1  1"
    );
    assert_eq!(folds.to_dataframe().shape(), (2, 3));
    let too_many = refused(CrossValidationParams::time_rolling("on", 4), &table, &FeatureColumns::new());
    assert!(too_many.contains("at most 3, as `on` has 4 days"), "{too_many}");
    let nothing = refused(last().embargo_days(9), &table, &FeatureColumns::new());
    assert!(nothing.contains("period 1 of 2 has 0 row(s) to train and 1 to test"), "{nothing}");
    let number = df!("on" => [1]).unwrap();
    assert!(refused(last(), &number, &FeatureColumns::new()).contains("cast it to a date"));
}

/// In Shanghai they are of 1 January, 07:30 and 08:30, and 2 January, 07:30; in UTC the first is of
/// December and the other two are of one day.
#[test]
fn a_day_is_that_of_the_zone() {
    let wall = Series::new("on".into(), [1_767_223_800_000_i64, 1_767_227_400_000, 1_767_310_200_000]);
    let instants =
        wall.cast(&DataType::Datetime(TimeUnit::Milliseconds, TimeZone::opt_try_new(Some("Asia/Shanghai")).unwrap()));
    let table = DataFrame::new(3, vec![instants.unwrap().into()]).unwrap();
    let folds = assigned(CrossValidationParams::time_rolling("on", 1), &table, &FeatureColumns::new());
    assert_eq!(folds.of_row, [None, None, Some(0)]);
}

#[test]
fn rows_without_id_are_ranked_by_what_they_hold() {
    let table = df!(
        "x" => [Some(0.0), Some(-0.0), None, Some(f64::NAN), Some(1.5)],
        "n" => [1_u64, u64::MAX, 3, 4, 5],
        "名" => [Some("a"), None, Some("c"), Some("d"), Some("e")],
        "is" => [true, false, true, true, false],
    )
    .unwrap();
    let of = |frame: &DataFrame| assigned(CrossValidationParams::k_fold(2, 1), frame, &FeatureColumns::new()).of_row;
    let whole = of(&table);
    let mut reversed = of(&table.reverse());
    reversed.reverse();
    assert_eq!(whole, reversed);
    let turned = table.select(["is", "名", "x", "n"]).unwrap();
    assert_eq!(whole, of(&turned));
    let mut chunks = table.slice(0, 2);
    chunks.vstack_mut(&table.slice(2, 3)).unwrap();
    assert_eq!(whole, of(&chunks));
}

proptest! {
    #[test]
    fn every_class_is_balanced_and_no_order_of_rows_counts(
        left in prop::collection::vec(0_u8..3, 12..80), n_folds in 2_u32..5, seed: u64, turn in 0_usize..80,
    ) {
        let ids: Vec<i64> = (0..left.len() as i64).map(|id| id * 7_919 % 1_009).collect();
        let table = df!("id" => ids, "left" => left.iter().map(|&class| i32::from(class)).collect::<Vec<_>>()).unwrap();
        let n_of = |class: u8| left.iter().filter(|&&of_row| of_row == class).count();
        prop_assume!((0..3).all(|class| n_of(class) == 0 || n_of(class) >= n_folds as usize));
        let params = || CrossValidationParams::stratified(n_folds, seed);
        let folds = assigned(params(), &table, &roles());
        let spread = |is_in: &dyn Fn(usize) -> bool| {
            let n = |fold| (0..left.len()).filter(|&row| is_in(row) && folds.of_row[row] == Some(fold)).count();
            let sizes: Vec<usize> = (0..n_folds).map(n).collect();
            sizes.iter().max().unwrap() - sizes.iter().min().unwrap()
        };
        for class in 0..3 {
            prop_assert!(spread(&|row| left[row] == class) <= 1);
        }
        prop_assert!(spread(&|_| true) <= 1);
        let turn = turn % left.len();
        let turned = table.slice(turn as i64, left.len()).vstack(&table.slice(0, turn)).unwrap();
        let mut same = assigned(params(), &turned, &roles()).of_row;
        same.rotate_right(turn);
        prop_assert_eq!(&same, &folds.of_row);
    }

    #[test]
    fn splits_share_no_row_and_test_each_row_once(n in 2_usize..60, n_folds in 2_u32..6, seed: u64) {
        prop_assume!(n >= n_folds as usize);
        let table = frame(&(0..n as i64).collect::<Vec<_>>(), &vec![true; n]);
        let folds = assigned(CrossValidationParams::k_fold(n_folds, seed), &table, &roles());
        let splits = folds.splits();
        let mut tested: Vec<u32> = splits.iter().flat_map(|split| split.test.clone()).collect();
        tested.sort_unstable();
        prop_assert_eq!(tested, (0..n as u32).collect::<Vec<_>>());
        for (split, (n_train, n_test)) in splits.iter().zip(folds.sizes()) {
            prop_assert_eq!((split.train.len() as u64, split.test.len() as u64), (n_train, n_test));
            prop_assert_eq!(n_train + n_test, n as u64);
            prop_assert!(split.train.iter().all(|row| !split.test.contains(row)));
            prop_assert!(n_test as usize == n / n_folds as usize || n_test as usize == n / n_folds as usize + 1);
        }
    }

    #[test]
    fn groups_stay_whole_and_no_order_of_rows_counts(
        groups in prop::collection::vec(0_u8..12, 3..60), seed: u64,
    ) {
        let of = |groups: &[u8]| {
            let table = df!("group" => groups.iter().map(|&group| i64::from(group)).collect::<Vec<_>>()).unwrap();
            CrossValidationParams::grouped("group", 3, seed).check().unwrap().assign(&table, &FeatureColumns::new())
        };
        let n_groups = (0..12).filter(|group| groups.contains(group)).count();
        prop_assume!(n_groups >= 3);
        let folds = of(&groups).unwrap().of_row;
        for (group, fold) in groups.iter().zip(&folds) {
            prop_assert!(groups.iter().zip(&folds).all(|(other, of_other)| other != group || of_other == fold));
        }
        let mut sorted: Vec<(u8, Option<u32>)> = groups.iter().copied().zip(folds).collect();
        sorted.sort_unstable();
        let ascending: Vec<u8> = sorted.iter().map(|row| row.0).collect();
        let same = of(&ascending).unwrap().of_row;
        prop_assert_eq!(same, sorted.iter().map(|row| row.1).collect::<Vec<_>>());
        // The fullest fold exceeds the emptiest by no more than the largest group.
        let sizes: Vec<u64> = of(&groups).unwrap().sizes().iter().map(|size| size.1).collect();
        let largest = (0..12).map(|group| groups.iter().filter(|&&of_row| of_row == group).count() as u64).max().unwrap();
        prop_assert!(sizes.iter().max().unwrap() - sizes.iter().min().unwrap() <= largest);
    }
}
