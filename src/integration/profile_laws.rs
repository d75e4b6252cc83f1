//! The customer picture on tables made to go wrong, and its laws.

use chrono::NaiveDate;
use polars::prelude::*;
use proptest::prelude::*;

use super::*;
use crate::frame::ToDataFrame;

fn day(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 1, day).unwrap()
}

fn days(days: &[u32]) -> Vec<Option<NaiveDate>> {
    days.iter().map(|&d| (d > 0).then(|| day(d))).collect()
}

fn customers() -> LazyFrame {
    df!("客户" => ["王", "李", "张"], "注册" => days(&[3, 0, 9])).unwrap().lazy()
}

fn sales() -> DataFrame {
    df!(
        "客户" => [Some("王"), Some("李"), Some("王"), Some("赵"), None, Some(" "), Some("王"), Some("李"), Some("王")],
        "日期" => days(&[3, 1, 1, 1, 1, 1, 0, 20, 3]),
        "金额" => [Some(0.2), Some(7.0), Some(0.1), Some(9.0), Some(9.0), None, Some(9.0), Some(9.0), None],
        "渠道" => ["店", "网", "网", "店", "店", "店", "店", "店", "网 "],
    )
    .unwrap()
}

fn aggregate() -> Aggregate {
    Aggregate::by("客户")
        .time("日期")
        .figure("n", Figure::Count)
        .figure("sum", Figure::sum("金额"))
        .figure("mean", Figure::mean("金额"))
        .figure("first", Figure::first("渠道"))
        .figure("last", Figure::last("渠道"))
        .figure("min", Figure::smallest("金额"))
        .figure("max", Figure::largest("日期"))
        .figure("usual", Figure::most_frequent("渠道"))
        .figure("kinds", Figure::n_distinct("渠道"))
}

#[test]
fn every_figure_is_that_of_the_rows_up_to_the_date() {
    let profile = Profile::new(customers().select([col("客户")]), "客户", day(9));
    let profile = profile.aggregate("sales", sales().lazy(), aggregate()).run().unwrap();
    let expected = df!(
        "客户" => ["张", "李", "王"],
        "n" => [0_u32, 1, 3],
        "sum" => [None, Some(7.0), Some(0.3)],
        "mean" => [None, Some(7.0), Some(0.15)],
        "first" => [None, Some("网"), Some("网")],
        // Shop and web are at one time, and the smaller text is taken.
        "last" => [None, Some("网"), Some("店")],
        "min" => [None, Some(7.0), Some(0.1)],
        "max" => days(&[0, 1, 3]),
        "usual" => [None, Some("网"), Some("网")],
        "kinds" => [0_u32, 1, 2],
    );
    assert!(profile.data().equals_missing(&expected.unwrap()), "{}", profile.data());
    let table = &profile.report().tables[0];
    let rows = (table.n_rows, table.n_rows_without_key, table.n_rows_undated, table.n_rows_later);
    assert_eq!(rows, (9, 2, 1, 1));
    assert_eq!((table.n_rows_orphaned, table.n_rows_matched, table.n_customers_orphaned), (1, 4, 1));
    assert_eq!((table.n_customers_matched, table.n_customers_unmatched), (2, 1));
    let text = profile.report().to_string();
    assert!(text.starts_with("profile: 3 customer(s) as of 2026-01-09\n"), "{text}");
    assert!(text.ends_with("sales (aggregate)"), "{text}");
    assert_eq!(profile.report().to_dataframe().shape(), (1, 11));
}

fn survey() -> LazyFrame {
    let frame = df!(
        "客户" => ["王", "王", "王", "李", "张", "张"],
        "日期" => days(&[2, 3, 8, 5, 9, 9]),
        "nps" => [Some(1_i64), Some(3), None, Some(5), Some(7), Some(8)],
    );
    frame.unwrap().lazy()
}

fn latest(rule: Latest, as_of: u32) -> (Vec<Option<i64>>, TableReport) {
    let profile = Profile::new(customers(), "客户", day(as_of)).latest("survey", survey(), rule.take("nps"));
    let profile = profile.run().unwrap();
    let nps = profile.data().column("nps").unwrap().i64().unwrap().iter().collect();
    (nps, profile.report().tables[0].clone())
}

#[test]
fn the_latest_row_up_to_a_time_is_taken_as_it_is() {
    let rule = || Latest::by("客户", "日期");
    // 张, 李, 王; the latest answer of 王 is empty and stays so.
    let (nps, report) = latest(rule(), 31);
    assert_eq!(nps, [Some(8), Some(5), None]);
    assert_eq!((report.n_rows_matched, report.n_rows_repeated, report.n_rows_later), (6, 1, 0));
    assert_eq!(latest(rule(), 7).0, [None, Some(5), Some(3)]);
    let (nps, report) = latest(rule().not_after("注册"), 31);
    assert_eq!(nps, [Some(8), None, Some(3)]);
    assert_eq!((report.n_rows_later, report.n_rows_matched, report.n_customers_matched), (2, 4, 2));
    assert_eq!(latest(rule().before("注册"), 31).0, [None, None, Some(1)]);
}

#[test]
fn one_row_each_is_attached_and_repeats_are_refused_or_counted() {
    let contacts = df!(
        "客户" => ["王", "王", "李", "赵"],
        "城市" => [Some("北京"), Some(" 上海 "), None, Some("广州")],
        "邮编" => [None, Some(200_000_i64), None, None],
    )
    .unwrap();
    let rule = || Attach::by("客户").take_as("city", "城市").take("邮编");
    let profile =
        |rule: Attach| Profile::new(customers(), "客户", day(1)).attach("contacts", contacts.clone().lazy(), rule);
    let refused = profile(rule()).run().unwrap_err().to_string();
    assert!(refused.starts_with("profile: table `contacts` has 1 row(s) that repeat a customer; choose"), "{refused}");
    let kept = profile(rule().repeated(Repeated::MostComplete)).run().unwrap();
    let city: Vec<Option<&str>> = kept.data().column("city").unwrap().str().unwrap().iter().collect();
    assert_eq!(city, [None, None, Some("上海")]);
    let report = &kept.report().tables[0];
    assert_eq!((report.n_rows_repeated, report.n_customers_matched, report.n_rows_orphaned), (1, 2, 1));
    assert!(!report.is_dated && kept.report().to_string().ends_with("contacts (attach, without time)"));
}

#[test]
fn the_day_of_the_date_belongs_to_the_profile() {
    let at = |day: u32, hour| self::day(day).and_hms_opt(hour, 0, 0).unwrap();
    let visits = df!("id" => [1_i64, 1, 1], "at" => [at(4, 0), at(5, 23), at(6, 0)]).unwrap();
    let rule = Aggregate::by("id").time("at").figure("n", Figure::Count);
    let ids = df!("id" => [1_u32]).unwrap();
    let profile = Profile::new(ids.lazy(), "id", day(5)).aggregate("visits", visits.lazy(), rule).run().unwrap();
    assert_eq!(profile.data().column("n").unwrap().u32().unwrap().get(0), Some(2));
}

#[test]
fn the_day_is_that_of_the_wall_clock_of_the_zone() {
    let instant = |text: &str| text.parse::<chrono::NaiveDateTime>().unwrap();
    // In Shanghai, the first is on the fourth at 23:59:59, the second on the fifth at midnight.
    let times = [instant("2026-01-04T15:59:59"), instant("2026-01-04T16:00:00")];
    let zone = DataType::Datetime(TimeUnit::Microseconds, TimeZone::opt_try_new(Some("Asia/Shanghai")).unwrap());
    let times = Series::new("at".into(), times).cast(&zone).unwrap();
    let sales = df!("客户" => ["王", "王"], "at" => times, "n" => [1_i64, 2]).unwrap().lazy();
    let profile = Profile::new(df!("客户" => ["王"]).unwrap().lazy(), "客户", day(4))
        .aggregate("sales", sales.clone(), Aggregate::by("客户").time("at").figure("n_sales", Figure::Count))
        .latest("last", sales, Latest::by("客户", "at").take("n"))
        .run()
        .unwrap();
    assert_eq!(profile.data().column("n_sales").unwrap().u32().unwrap().get(0), Some(1));
    assert_eq!(profile.data().column("n").unwrap().i64().unwrap().get(0), Some(1));
    assert_eq!(profile.report().tables[1].n_rows_later, 1);
}

#[test]
fn every_problem_of_all_tables_is_told_at_once() {
    let ids = df!("id" => [1_i64], "since" => [1.0]).unwrap().lazy();
    let rows = df!("id" => ["a"], "when" => ["2026-01-01"], "x" => ["b"]).unwrap().lazy();
    let refused = Profile::new(ids, "id", day(1))
        .aggregate(
            "a",
            rows.clone(),
            Aggregate::by("id").figure("sum", Figure::sum("x")).figure("f", Figure::first("x")),
        )
        .latest("b", rows.clone(), Latest::by("gone", "when").take_as("since", "x").before("none"))
        .attach("b", rows, Attach::by("id"))
        .run();
    let message = refused.unwrap_err().to_string();
    for part in [
        "profile: 10 schema problem(s)",
        "table `a`: `sum` needs whole numbers or Float64; cast others, but column `x` is str",
        "table `a`: `f` needs a time; name it by `time`",
        "table `a`: the customer is str, but i64 among the customers; cast one of them",
        "table `b` adds `since`, which is there already; choose another name",
        "table `b`: the customer names column `gone`, which is not there; name one that is",
        "table `b`: the time needs a date or datetime; parse text first, but column `when` is str",
        "table `b`: its limit names column `none` of the customers, which is not there; name one that is",
        "two tables are named `b`",
        "table `b` adds no column; take a column or add a figure",
    ] {
        assert!(message.contains(part), "{part} not in {message}");
    }
}

#[test]
fn a_figure_of_a_column_that_is_not_there_is_one_problem() {
    let rows = df!("id" => [1_i64], "amount" => [1.5], "since" => ["x"], "on" => [day(1)]).unwrap().lazy();
    let sum = Aggregate::by("id").figure("sum", Figure::sum("amuont")).figure("most", Figure::sum("城市"));
    let latest = Latest::by("id", "on").take("amount").before("since");
    let refused = Profile::new(rows.clone().select([col("id"), col("since")]), "id", day(1))
        .aggregate("a", rows.clone(), sum)
        .latest("b", rows, latest)
        .run()
        .unwrap_err();
    assert_eq!(
        refused.to_string(),
        "profile: 3 schema problem(s): \
         table `a`: `sum` names column `amuont`, which is not there; did you mean `amount`?; \
         table `a`: `most` names column `城市`, which is not there; name one that is; \
         table `b`: its time `on` and the customers' `since` must be of one type; cast one of them"
    );
}

#[test]
fn customers_must_be_there_once() {
    let run = |ids: Vec<Option<&str>>| Profile::new(df!("id" => ids).unwrap().lazy(), "id", day(1)).run();
    let refused = run(vec![Some("a"), Some("b"), Some("a")]).unwrap_err().to_string();
    assert!(refused.contains("1 of 3 row(s) repeat the customer in `id`"), "{refused}");
    for nobody in [None, Some("　")] {
        let refused = run(vec![Some("a"), nobody]).unwrap_err().to_string();
        assert!(refused.starts_with("profile: 1 row(s) lack a customer;"), "{refused}");
    }
}

#[test]
fn empty_tables_add_empty_columns() {
    let none = sales().head(Some(0)).lazy();
    let profile = Profile::new(customers(), "客户", day(1)).aggregate("sales", none, aggregate()).run().unwrap();
    assert_eq!(profile.data().shape(), (3, 11));
    assert_eq!(profile.data().column("sum").unwrap().null_count(), 3);
    assert_eq!(profile.report().tables[0].n_customers_unmatched, 3);
    let nobody = Profile::new(customers().limit(0), "客户", day(31)).aggregate("sales", sales().lazy(), aggregate());
    let nobody = nobody.run().unwrap();
    assert_eq!((nobody.data().height(), nobody.report().tables[0].n_rows_orphaned), (0, 6));
}

#[test]
fn rules_survive_a_job_file() {
    let text = serde_json::to_string(&aggregate()).unwrap();
    assert_eq!(serde_json::from_str::<Aggregate>(&text).unwrap(), aggregate());
    let latest = Latest::by("客户", "日期").take("nps").before("注册");
    assert_eq!(serde_json::from_str::<Latest>(&serde_json::to_string(&latest).unwrap()).unwrap(), latest);
    let attach = Attach::by("客户").take("城市").repeated(Repeated::MostComplete);
    assert_eq!(serde_json::from_str::<Attach>(&serde_json::to_string(&attach).unwrap()).unwrap(), attach);
    assert!(serde_json::from_str::<Attach>(r#"{"customer": "a", "takes": []}"#).is_err());
}

proptest! {
    #[test]
    fn order_of_the_rows_changes_nothing(
        picks in proptest::collection::vec((0..5_usize, 0..6_u32, 0..5_usize, 0..3_usize), 0..30),
        seed in any::<u64>(),
    ) {
        let ids = [Some("王"), Some("李"), Some("张"), Some("赵"), None];
        let money = [None, Some(0.1), Some(-1e15), Some(1e15), Some(f64::NAN)];
        let channels = [None, Some("店"), Some("网")];
        let frame = |order: &[usize]| {
            df!(
                "客户" => order.iter().map(|&row| ids[picks[row].0]).collect::<Vec<_>>(),
                "日期" => days(&order.iter().map(|&row| picks[row].1).collect::<Vec<_>>()),
                "金额" => order.iter().map(|&row| money[picks[row].2]).collect::<Vec<_>>(),
                "渠道" => order.iter().map(|&row| channels[picks[row].3]).collect::<Vec<_>>(),
            )
            .unwrap()
            .lazy()
        };
        let run = |order: &[usize]| {
            Profile::new(customers(), "客户", day(4))
                .aggregate("sales", frame(order), aggregate())
                .latest("latest", frame(order), Latest::by("客户", "日期").take("金额").take("渠道"))
                .attach("one", frame(order), Attach::by("客户").take_as("one", "渠道").repeated(Repeated::MostComplete))
                .run()
                .unwrap()
        };
        let mut order: Vec<usize> = (0..picks.len()).collect();
        let whole = run(&order);
        order.sort_by_key(|&row| (row as u64 + 1).wrapping_mul(seed | 1));
        let mixed = run(&order);
        prop_assert!(whole.data().equals_missing(mixed.data()));
        prop_assert_eq!(whole.report(), mixed.report());
        for table in &whole.report().tables {
            let left_out = table.n_rows_without_key + table.n_rows_undated + table.n_rows_later;
            prop_assert_eq!(table.n_rows, left_out + table.n_rows_orphaned + table.n_rows_matched);
            prop_assert_eq!(table.n_customers_matched + table.n_customers_unmatched, 3);
        }
    }
}
