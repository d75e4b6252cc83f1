//! "She shops at the counter, on the web and in the mini-programme. Show her to me once, and
//! tell me why you think that it is her."
//!
//! ```text
//! cargo run --example 06_one_profile_from_three_channels
//! ```

use customer_analytics::integration::{
    Aggregate, Channels, Figure, IdentityParams, Keep, Latest, MatchKey, Profile, SurvivorshipParams,
};
use customer_analytics::polars::prelude::{JoinArgs, JoinType, col};
use customer_analytics::prelude::*;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    // 1. The tables of the channels under each other, under common names.
    let union = Channels::new()
        .source("门店", shop()?.lazy(), [("卡号", "会员卡号"), ("姓名", "姓名"), ("手机", "手机号"), ("登记", "登记")])
        .source("网店", web()?.lazy(), [("姓名", "name"), ("手机", "phone"), ("邮箱", "email"), ("登记", "registered")])
        .source("小程序", app()?.lazy(), [("姓名", "昵称"), ("手机", "手机"), ("邮箱", "邮箱"), ("登记", "绑定")])
        .union()?;
    println!("{}", union.report());

    // 2. Records that share a telephone or an address are of one person, unless too many do.
    let resolved = IdentityParams::new()
        .key(MatchKey::new("手机").phone("CN"))
        .key(MatchKey::new("邮箱").email())
        .placeholders(["13800000000"])
        .max_records_per_key(3)
        .conflicts(["姓名"])
        .run(union.frame())?;
    println!("\n{}", resolved.report());
    let why = ["identity", "source", "source_row", "linked_source", "linked_source_row", "key", "shape"];
    println!("\nwhy records were brought together\n{}", resolved.audit().select(why)?);

    // 3. One value of each field stays, by a rule of its own.
    let survivors = SurvivorshipParams::new()
        .sources(["门店", "网店", "小程序"])
        .field("姓名", Keep::SourcePriority)
        .field("手机", Keep::most_recent("登记"))
        .field("邮箱", Keep::Longest)
        .field_as("又名", "姓名", Keep::distinct("、"))
        .provenance(true)
        .run(resolved.frame())?;
    println!("\n{}", survivors.report());

    // 4. What other tables know, up to the date of the profile. They know cards; cards know identities.
    let cards = resolved.frame().select([col("卡号"), col("identity")]).drop_nulls(None);
    let of_cards =
        |rows: DataFrame| rows.lazy().join(cards.clone(), [col("卡号")], [col("卡号")], JoinArgs::new(JoinType::Left));
    let sales = Aggregate::by("identity")
        .time("日期")
        .figure("单数", Figure::Count)
        .figure("金额", Figure::sum("金额"))
        .figure("最近", Figure::largest("日期"));
    let profile = Profile::new(survivors.frame(), "identity", day("2026-06-30")?)
        .aggregate("销售", of_cards(sales_rows()?), sales)
        .latest("调查", of_cards(survey_rows()?), Latest::by("identity", "日期").take("推荐"))
        .run()?;
    println!("\n{}", profile.report());
    let shown = ["identity", "姓名", "姓名_source", "又名", "n_sources", "单数", "金额", "推荐"];
    println!("\nthe customer picture\n{}", profile.data().select(shown)?);
    Ok(())
}

fn day(text: &str) -> Result<NaiveDate, Failure> {
    Ok(text.parse()?)
}

fn days<const N: usize>(texts: [&str; N]) -> Result<Vec<NaiveDate>, Failure> {
    texts.into_iter().map(day).collect()
}

/// The counter; it writes down its own telephone where a customer gave none.
fn shop() -> Result<DataFrame, Failure> {
    Ok(df!(
        "会员卡号" => ["A001", "A002", "A003", "A004", "A005", "A006"],
        "姓名" => ["王芳", "李伟", "张敏", "赵磊", "陈静", "周宁"],
        "手机号" => [
            "１３９ １２３４ ５６７８", "13700001111", "0571-88776655", "(0571) 8877 6655", "0571 88776655", "+86 571 88776655",
        ],
        "登记" => days(["2026-01-10", "2026-01-11", "2026-01-12", "2026-01-13", "2026-01-14", "2026-01-15"])?,
        "店员备注" => ["常客", "", "", "", "", ""],
    )?)
}

fn web() -> Result<DataFrame, Failure> {
    Ok(df!(
        "name" => ["Wang Fang", "李伟", "刘洋"],
        "phone" => [Some("+86 139-1234-5678"), Some("137 0000 1111"), None],
        "email" => ["WangFang@Example.COM", "liwei@example.cn", "unknown"],
        "registered" => days(["2026-02-01", "2026-02-02", "2026-02-03"])?,
    )?)
}

fn app() -> Result<DataFrame, Failure> {
    Ok(df!(
        "昵称" => ["小芳", "李 伟", "游客"],
        "手机" => [None, Some("+8613700001111"), Some("13800000000")],
        "邮箱" => [Some("ｗangfang@example.com"), None, None],
        "绑定" => days(["2026-03-01", "2026-03-02", "2026-03-03"])?,
    )?)
}

fn sales_rows() -> Result<DataFrame, Failure> {
    Ok(df!(
        "卡号" => ["A001", "A001", "A002", "A001"],
        "日期" => days(["2026-05-01", "2026-06-30", "2026-06-01", "2026-07-01"])?,
        "金额" => [128.0, 59.9, 30.0, 99.0],
    )?)
}

fn survey_rows() -> Result<DataFrame, Failure> {
    Ok(df!(
        "卡号" => ["A002", "A002"],
        "日期" => days(["2026-05-01", "2026-06-02"])?,
        "推荐" => [6_i64, 9],
    )?)
}
