//! Every rule of survivorship on records made to tell them apart, and its laws.

use polars::prelude::*;
use proptest::prelude::*;

use super::*;
use crate::frame::ToDataFrame;

/// Records of two people in an order that means nothing.
fn records() -> DataFrame {
    let days = Series::new("".into(), [Some(3), Some(30), Some(10), Some(9), Some(20)]).cast(&DataType::Date).unwrap();
    df!(
        "identity" => [7_u32, 3, 3, 7, 3],
        "source" => ["网店", "小程序", "门店", "门店", "网店"],
        "source_row" => [1_u32, 0, 5, 9, 2],
        "姓名" => [Some("李伟"), Some("芳"), Some("王芳"), None, Some("王芳 ")],
        "邮箱" => [None, Some(""), Some("b@x.org"), None, Some("a@x.org")],
        "积分" => [Some(5_i64), Some(1), Some(4), None, Some(4)],
        "消费" => [Some(f64::NAN), Some(0.1), Some(0.2), None, None],
        "更新" => days.date().unwrap().as_date_iter().collect::<Vec<_>>(),
    )
    .unwrap()
}

fn params() -> SurvivorshipParams {
    SurvivorshipParams::new().sources(["门店", "小程序"])
}

/// The field of identities 3 and 7.
fn kept(column: &str, keep: Keep) -> [Option<String>; 2] {
    let survivors = params().field(column, keep).run(records().lazy()).unwrap();
    let values = survivors.data().column(column).unwrap().cast(&DataType::String).unwrap();
    let values = values.str().unwrap();
    [values.get(0).map(str::to_owned), values.get(1).map(str::to_owned)]
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn every_rule_keeps_what_it_says() {
    let recent = || Keep::most_recent("更新");
    assert_eq!(kept("姓名", recent()), [some("芳"), some("李伟")]);
    // The most recent record has a blank, which never stays.
    assert_eq!(kept("邮箱", recent()), [some("a@x.org"), None]);
    assert_eq!(kept("姓名", Keep::SourcePriority), [some("王芳"), some("李伟")]);
    assert_eq!(kept("姓名", Keep::Longest), [some("王芳"), some("李伟")]);
    assert_eq!(kept("姓名", Keep::MostFrequent), [some("王芳"), some("李伟")]);
    assert_eq!(kept("积分", Keep::Smallest), [some("1"), some("5")]);
    assert_eq!(kept("积分", Keep::Largest), [some("4"), some("5")]);
    assert_eq!(kept("积分", Keep::Sum), [some("9"), some("5")]);
    assert_eq!(kept("消费", Keep::Sum), [some("0.3"), None]);
    assert_eq!(kept("邮箱", Keep::distinct("；")), [some("a@x.org；b@x.org"), None]);
    assert_eq!(kept("姓名", Keep::distinct("/")), [some("王芳/芳"), some("李伟")]);
}

#[test]
fn the_most_complete_record_lends_its_values() {
    let survivors = params()
        .field("姓名", Keep::MostComplete)
        .field("邮箱", Keep::MostComplete)
        .field("消费", Keep::MostComplete)
        .run(records().lazy())
        .unwrap();
    let name = survivors.data().column("姓名").unwrap().str().unwrap().get(0).map(str::to_owned);
    // The shop knows all three fields of identity 3.
    assert_eq!(name, some("王芳"));
    assert_eq!(survivors.data().column("邮箱").unwrap().str().unwrap().get(0), Some("b@x.org"));
}

#[test]
fn the_source_of_a_value_can_be_shown() {
    let survivors = params()
        .field("姓名", Keep::most_recent("更新"))
        .field_as("最大", "积分", Keep::Largest)
        .field("积分", Keep::Sum)
        .provenance(true)
        .run(records().lazy())
        .unwrap();
    let expected = df!(
        "identity" => [3_u32, 7], "n_records" => [3_u32, 2], "n_sources" => [3_u32, 2],
        "姓名" => ["芳", "李伟"], "姓名_source" => ["小程序", "网店"],
        // Shop and web shop tie, and the shop comes first in the list.
        "最大" => [4_i64, 5], "最大_source" => ["门店", "网店"],
        "积分" => [9_i64, 5],
    );
    assert!(survivors.data().equals_missing(&expected.unwrap()), "{}", survivors.data());
}

#[test]
fn disagreement_is_counted_by_field() {
    let survivors = params()
        .field("姓名", Keep::SourcePriority)
        .field("邮箱", Keep::Longest)
        .field("消费", Keep::Sum)
        .run(records().lazy())
        .unwrap();
    let counts: Vec<(u64, u64, u64)> =
        survivors.report().fields.iter().map(|field| (field.n_known, field.n_missing, field.n_disagreeing)).collect();
    assert_eq!(counts, [(2, 0, 1), (1, 1, 1), (1, 1, 1)]);
    assert!(survivors.report().to_string().starts_with("survivorship: 2 identity(ies) of 5 record(s)\n"));
    assert_eq!(survivors.report().to_dataframe().shape(), (3, 5));
    // The web shop is not in the list of sources.
    assert_eq!(survivors.report().n_unlisted_sources, 1);
    let misspelt = params().sources(["门市"]).field("姓名", Keep::SourcePriority).run(records().lazy()).unwrap();
    assert_eq!(
        (&*misspelt.report().unseen_sources, misspelt.report().n_unlisted_sources),
        (&["门市".to_owned()][..], 3)
    );
    let shown = misspelt.report().to_string();
    assert!(
        shown.ends_with(
            "\n  1 source(s) of the list are of no record: `门市`\
             \n  3 source(s) of 5 record(s) are not in the list and come last: `网店` 2, `门店` 2, `小程序` 1"
        ),
        "{shown}"
    );
    let counts: Vec<u64> = misspelt.report().unlisted_sources.iter().map(|one| one.n_records).collect();
    assert_eq!((counts.as_slice(), misspelt.report().n_unlisted_records), (&[2, 2, 1][..], 5));
}

#[test]
fn of_many_sources_that_the_list_lacks_ten_are_shown() {
    let names: Vec<String> = (0..12).map(|n| format!("s{n:02}")).collect();
    let rows: Vec<u32> = (0..12).collect();
    let records = df!("identity" => rows.clone(), "source" => names, "source_row" => rows, "x" => ["a"; 12]).unwrap();
    let survivors = SurvivorshipParams::new().sources(["shop", "s03"]).field("x", Keep::SourcePriority);
    let survivors = survivors.run(records.lazy()).unwrap();
    let (report, shown) = (survivors.report(), survivors.report().to_string());
    assert_eq!((report.n_unlisted_sources, report.n_unlisted_records, report.unlisted_sources.len()), (11, 11, 10));
    assert!(shown.contains("1 source(s) of the list are of no record: `shop`"), "{shown}");
    assert!(shown.contains(": `s00` 1, `s01` 1, `s02` 1, `s04` 1,") && shown.ends_with(" and 1 more"), "{shown}");
}

/// Categories are numbered as they are read, which must not show.
#[test]
fn sources_can_be_categories() {
    let categories = DataType::from_categories(Categories::global());
    let run = |frame: LazyFrame| {
        let frame = frame.with_column(col("source").cast(categories.clone()));
        SurvivorshipParams::new()
            .field("姓名", Keep::MostFrequent)
            .field("积分", Keep::Largest)
            .provenance(true)
            .run(frame)
    };
    let (forward, backward) = (run(records().lazy()).unwrap(), run(records().lazy().reverse()).unwrap());
    assert!(forward.data().equals_missing(backward.data()));
    let sources = forward.data().column("积分_source").unwrap().cast(&DataType::String).unwrap();
    // Web shop and shop tie, and nobody is first in a list: the smaller name is.
    assert_eq!(sources.str().unwrap().get(0), Some("网店"));
}

#[test]
fn an_empty_table_keeps_its_columns() {
    let survivors = params().field("姓名", Keep::Longest).field("积分", Keep::Sum).run(records().head(Some(0)).lazy());
    let survivors = survivors.unwrap();
    assert_eq!(survivors.data().shape(), (0, 5));
    assert_eq!(survivors.data().column("积分").unwrap().dtype(), &DataType::Int64);
}

#[test]
fn settings_and_columns_that_cannot_work_are_refused() {
    let setting = |params: SurvivorshipParams| params.check().unwrap_err().to_string();
    let name = || Keep::MostFrequent;
    assert!(setting(SurvivorshipParams::new()).contains("`fields` must be at least one"));
    assert!(setting(params().field("a", name()).field("a", name())).contains("got 2 with 1 name(s) taken"));
    assert!(setting(params().field("n_records", name())).contains("got 1 with 1 name(s) taken"));
    assert!(
        setting(SurvivorshipParams::new().field("a", Keep::SourcePriority)).contains("`sources` must be the sources")
    );
    assert!(setting(params().without_source().field("a", name()).provenance(true)).contains("`provenance`"));
    assert!(setting(params().sources(["a", "a"]).field("a", name())).contains("`sources` must be distinct"));
    let refused = params()
        .field("姓名", Keep::Sum)
        .field("积分", Keep::distinct(","))
        .field("缺", name())
        .field("邮箱", Keep::most_recent("姓名"))
        .run(records().lazy());
    let message = refused.unwrap_err().to_string();
    for part in [
        "survivorship: 4 schema problem(s)",
        "field `姓名` needs whole numbers or Float64",
        "field `积分` needs text, but column `积分` is i64",
        "field `缺` names column `缺`, which is not there; name one that is",
        "field `邮箱` needs a date or datetime; parse text first, but column `姓名` is str",
    ] {
        assert!(message.contains(part), "{part} not in {message}");
    }
    let twice = records().lazy().with_columns([lit("门店").alias("source"), lit(1_u32).alias("source_row")]);
    let refused = params().field("姓名", name()).run(twice).unwrap_err().to_string();
    assert!(refused.contains("3 of 5 record(s) repeat the `identity`, `source`, `source_row` of another"), "{refused}");
}

#[test]
fn settings_survive_a_job_file() {
    let params = params()
        .field("姓名", Keep::SourcePriority)
        .field("邮箱", Keep::most_recent("更新"))
        .field_as("all", "邮箱", Keep::distinct(";"))
        .provenance(true);
    let text = serde_json::to_string(&params.clone().check().unwrap()).unwrap();
    assert_eq!(serde_json::from_str::<SurvivorshipParams>(&text).unwrap(), params);
    assert!(serde_json::from_str::<Survivorship>("{}").is_err());
    let of_one_source = SurvivorshipParams::new().without_source().field("姓名", Keep::Longest);
    let text = toml::to_string(&of_one_source).unwrap();
    assert_eq!(toml::from_str::<SurvivorshipParams>(&text).unwrap(), of_one_source);
}

proptest! {
    #[test]
    fn order_of_the_records_changes_nothing(
        picks in proptest::collection::vec((0..4_u32, 0..3_usize, 0..4_usize, 0..4_i32, 0..4_usize), 0..20),
        seed in any::<u64>(),
    ) {
        let names = [None, Some("王芳"), Some("王芳 "), Some("李伟")];
        let money = [None, Some(0.1), Some(1e15), Some(-1e15)];
        let sources = ["门店", "网店", "app"];
        let mut order: Vec<usize> = (0..picks.len()).collect();
        let frame = |order: &[usize]| {
            let pick = |row: &usize| picks[*row];
            df!(
                "identity" => order.iter().map(|row| pick(row).0).collect::<Vec<_>>(),
                "source" => order.iter().map(|row| sources[pick(row).1]).collect::<Vec<_>>(),
                "source_row" => order.iter().map(|row| *row as u32).collect::<Vec<_>>(),
                "name" => order.iter().map(|row| names[pick(row).2]).collect::<Vec<_>>(),
                "money" => order.iter().map(|row| money[pick(row).4]).collect::<Vec<_>>(),
                "day" => order.iter().map(|row| pick(row).3).collect::<Vec<_>>(),
            )
            .unwrap()
            .lazy()
            .with_column(col("day").cast(DataType::Date))
        };
        let run = |order: &[usize]| {
            params()
                .field("name", Keep::most_recent("day"))
                .field_as("frequent", "name", Keep::MostFrequent)
                .field_as("complete", "name", Keep::MostComplete)
                .field_as("longest", "name", Keep::Longest)
                .field_as("all", "name", Keep::distinct("|"))
                .field("money", Keep::Sum)
                .provenance(true)
                .run(frame(order))
                .unwrap()
        };
        let whole = run(&order);
        order.sort_by_key(|row| (*row as u64 + 1).wrapping_mul(seed | 1));
        let mixed = run(&order);
        prop_assert!(whole.data().equals_missing(mixed.data()));
        prop_assert_eq!(whole.report(), mixed.report());
        let n_records = whole.data().column("n_records").unwrap().u32().unwrap().iter().flatten().sum::<u32>();
        prop_assert_eq!(n_records as usize, picks.len());
    }
}
