//! "Wang Fang shops at the counter, on the web and in the mini-programme, under three names.
//! I want to see her once, to know why the system thinks that she is one person, and what
//! she bought up to the end of June."

use customer_analytics::integration::*;
use customer_analytics::polars::prelude::*;
use customer_analytics::prelude::{Error, NaiveDate};

fn date(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, month, day).unwrap()
}

fn born(year: i32, month: u32, day: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(year, month, day)
}

/// The counter: cards, and the shop's own telephone where a customer gave none.
fn shop() -> DataFrame {
    df!(
        "会员卡号" => ["A001", "A002", "A003", "A004", "A005"],
        "姓名" => ["王芳", "李伟", "张敏", "赵磊", "陈静"],
        "手机号" => ["１３９ １２３４ ５６７８", "13800000000", "0571-88776655", "(0571) 8877 6655", "0571 88776655"],
        "生日" => [born(1990, 5, 1), born(1985, 11, 11), None, None, None],
        "登记" => [date(1, 10), date(1, 11), date(1, 12), date(1, 13), date(1, 14)],
        "店员备注" => ["常客", "", "", "", ""],
    )
    .unwrap()
}

fn web_shop() -> DataFrame {
    df!(
        "name" => [Some("Wang Fang"), Some("李伟 "), Some("刘洋")],
        "phone" => [Some("+86 139-1234-5678"), Some("137 0000 1111"), None],
        "email" => ["WangFang@Example.COM", "liwei@example.cn", "unknown"],
        "birthday" => [born(1990, 5, 10), born(1985, 11, 11), None],
        "registered" => [date(2, 1), date(2, 2), date(2, 3)],
    )
    .unwrap()
}

fn mini_programme() -> DataFrame {
    df!(
        "昵称" => ["小芳", "李 伟", "游客"],
        "手机" => [None, Some("+8613700001111"), Some("0")],
        "邮箱" => [Some("ｗangfang@example.com"), None, Some("　")],
        "绑定" => [date(3, 1), date(3, 2), date(3, 3)],
    )
    .unwrap()
}

fn union() -> Union {
    Channels::new()
        .source(
            "门店",
            shop().lazy(),
            [("卡号", "会员卡号"), ("姓名", "姓名"), ("手机", "手机号"), ("生日", "生日"), ("登记", "登记")],
        )
        .source(
            "网店",
            web_shop().lazy(),
            [("姓名", "name"), ("手机", "phone"), ("邮箱", "email"), ("生日", "birthday"), ("登记", "registered")],
        )
        .source(
            "小程序",
            mini_programme().lazy(),
            [("姓名", "昵称"), ("手机", "手机"), ("邮箱", "邮箱"), ("登记", "绑定")],
        )
        .union()
        .unwrap()
}

fn resolved() -> Resolution {
    IdentityParams::new()
        .key(MatchKey::new("手机").phone("CN"))
        .key(MatchKey::new("邮箱").email())
        .key(MatchKey::new("姓名").text().and("生日"))
        .placeholders(["13800000000"])
        .max_records_per_key(2)
        .conflicts(["生日"])
        .run(union().frame())
        .unwrap()
}

fn survivors() -> Survivors {
    SurvivorshipParams::new()
        .sources(["门店", "网店", "小程序"])
        .field("姓名", Keep::SourcePriority)
        .field("手机", Keep::most_recent("登记"))
        .field("邮箱", Keep::Longest)
        .field_as("首次登记", "登记", Keep::Smallest)
        .field_as("又名", "姓名", Keep::distinct("、"))
        .run(resolved().frame())
        .unwrap()
}

fn texts(frame: &DataFrame, column: &str) -> Vec<Option<String>> {
    let column = frame.column(column).unwrap().cast(&DataType::String).unwrap();
    column.str().unwrap().iter().map(|text| text.map(str::to_owned)).collect()
}

fn known(frame: &DataFrame, column: &str) -> Vec<String> {
    texts(frame, column).into_iter().map(Option::unwrap_or_default).collect()
}

#[test]
fn three_tables_become_one_and_no_column_is_lost_silently() {
    let union = union();
    let report = union.report();
    assert_eq!(report.sources[0].left_out, ["店员备注"]);
    assert_eq!(report.sources[0].missing, ["邮箱"]);
    assert_eq!(report.sources[1].missing, ["卡号"]);
    assert_eq!(report.sources[2].missing, ["卡号", "生日"]);
    assert!(report.to_string().contains("门店: 5 column(s) taken, 1 missing, 1 left out"));
}

#[test]
fn one_person_under_three_names_is_one_identity() {
    let resolved = resolved();
    let report = resolved.report();
    // Sorted by source: 小程序 0-2, 网店 0-2, 门店 0-4.
    assert_eq!(resolved.identities(), [0, 1, 2, 0, 1, 3, 0, 1, 4, 5, 6]);
    assert_eq!((report.n_records, report.n_identities, report.n_merges, report.n_across_sources), (11, 7, 4, 2));
    let sizes: Vec<(u64, u64)> = report.sizes.iter().map(|size| (size.n_records, size.n_identities)).collect();
    assert_eq!(sizes, [(1, 5), (3, 2)]);
}

#[test]
fn what_matches_nobody_is_counted() {
    let keys = resolved().report().keys.clone();
    let phone = &keys[0];
    assert_eq!((phone.n_records, phone.n_values, phone.n_nulls, phone.n_placeholders), (7, 3, 2, 2));
    // The shop's telephone, written in three ways, is one value of three records.
    assert_eq!((phone.n_glued_values, phone.n_glued_records, phone.glued[0].n_most), (1, 3, 3));
    assert_eq!(phone.glued[0].shape, "+99999999999…");
    let email = &keys[1];
    assert_eq!((email.n_records, email.n_nulls, email.n_blanks, email.n_placeholders), (3, 6, 1, 1));
    assert_eq!((keys[2].n_records, keys[2].n_links, keys[2].n_nulls), (4, 1, 7));
}

#[test]
fn the_audit_says_which_key_linked_what() {
    let resolved = resolved();
    let audit = resolved.audit();
    assert_eq!(known(audit, "identity"), ["0", "0", "1", "1"]);
    assert_eq!(known(audit, "source"), ["网店", "门店", "网店", "门店"]);
    assert_eq!(known(audit, "source_row"), ["0", "0", "1", "1"]);
    assert_eq!(known(audit, "linked_source"), ["小程序", "网店", "小程序", "网店"]);
    assert_eq!(known(audit, "key"), ["邮箱", "手机", "手机", "姓名 + 生日"]);
    assert_eq!(known(audit, "shape"), ["aaaaaaaa@aaa…", "+99999999999…", "+99999999999…", "字字 + 9999-99-99"]);
    assert_eq!(known(audit, "n_sources"), ["3"; 4]);
    assert_eq!(known(audit, "merged"), ["true"; 4]);
    // Two birthdays of one woman: reported, not decided.
    assert_eq!(
        (known(resolved.conflicts(), "identity"), known(resolved.conflicts(), "n_values")),
        (vec!["0".into()], vec!["2".into()])
    );
}

#[test]
fn each_field_survives_by_its_own_rule() {
    let survivors = survivors();
    let people = survivors.data();
    assert_eq!(known(people, "姓名"), ["王芳", "李伟", "游客", "刘洋", "张敏", "赵磊", "陈静"]);
    assert_eq!(known(people, "又名")[..2], ["Wang Fang、小芳、王芳", "李 伟、李伟"]);
    assert_eq!(known(people, "手机")[..2], ["+86 139-1234-5678", "+8613700001111"]);
    assert_eq!(known(people, "邮箱")[..2], ["WangFang@Example.COM", "liwei@example.cn"]);
    assert_eq!(known(people, "首次登记")[..2], ["2026-01-10", "2026-01-11"]);
    assert_eq!(known(people, "n_records"), ["3", "3", "1", "1", "1", "1", "1"]);
    let disagreeing: Vec<u64> = survivors.report().fields.iter().map(|field| field.n_disagreeing).collect();
    assert_eq!(disagreeing, [2, 2, 1, 2, 2]);
}

/// Sales know cards, and cards know identities.
fn by_identity(rows: DataFrame) -> LazyFrame {
    let cards = resolved().frame().select([col("卡号"), col("identity")]).drop_nulls(None);
    rows.lazy().join(cards, [col("卡号")], [col("卡号")], JoinArgs::new(JoinType::Left))
}

#[test]
fn the_picture_holds_what_was_known_on_its_date() {
    let sales = df!(
        "卡号" => ["A001", "A001", "A002", "A001", "A999"],
        "日期" => [date(5, 1), date(6, 30), date(6, 1), date(7, 1), date(6, 1)],
        "金额" => [0.1, 0.2, 30.0, 99.0, 5.0],
    );
    let survey = df!("卡号" => ["A002", "A002"], "日期" => [date(5, 1), date(6, 2)], "推荐" => [6_i64, 9]);
    let profile = Profile::new(survivors().frame(), "identity", date(6, 30))
        .aggregate(
            "销售",
            by_identity(sales.unwrap()),
            Aggregate::by("identity")
                .time("日期")
                .figure("单数", Figure::Count)
                .figure("金额", Figure::sum("金额"))
                .figure("最近", Figure::largest("日期")),
        )
        .latest("调查", by_identity(survey.unwrap()), Latest::by("identity", "日期").take("推荐"))
        .run()
        .unwrap();
    let people = profile.data();
    assert_eq!(known(people, "姓名")[..3], ["王芳", "李伟", "游客"]);
    assert_eq!(known(people, "单数"), ["2", "1", "0", "0", "0", "0", "0"]);
    assert_eq!(
        people.column("金额").unwrap().f64().unwrap().iter().take(3).collect::<Vec<_>>(),
        [Some(0.3), Some(30.0), None]
    );
    assert_eq!(texts(people, "最近")[0].as_deref(), Some("2026-06-30"));
    assert_eq!(texts(people, "推荐")[..2], [None, Some("9".to_owned())]);
    let sales = &profile.report().tables[0];
    assert_eq!((sales.n_rows, sales.n_rows_later, sales.n_rows_without_key, sales.n_rows_matched), (5, 1, 1, 3));
    assert_eq!((sales.n_customers_matched, sales.n_customers_unmatched), (2, 5));
}

#[test]
fn order_of_sources_and_rows_does_not_matter() {
    let reversed = union().frame().reverse();
    let again = IdentityParams::new()
        .key(MatchKey::new("姓名").text().and("生日"))
        .key(MatchKey::new("手机").phone("CN"))
        .key(MatchKey::new("邮箱").email())
        .placeholders(["13800000000"])
        .max_records_per_key(2)
        .run(reversed)
        .unwrap();
    assert_eq!(again.identities(), resolved().identities());
}

#[test]
fn a_shared_telephone_that_is_not_guarded_shows_in_the_sizes() {
    let glued = IdentityParams::new().key(MatchKey::new("手机").phone("CN")).max_component(2).run(union().frame());
    let refused = glued.unwrap_err();
    assert!(matches!(refused, Error::Unusable { .. }));
    assert!(refused.to_string().contains("1 identity(ies) have more than 2 records, the largest 3"), "{refused}");
}
