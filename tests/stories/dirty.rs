//! Dirty rows for the laws of cleaning, and plans that together use every rule.

use customer_analytics::cleaning::{
    Bins, Case, Check, Checks, CleaningInput, ClosedSide, ColumnNames, Contact, ConvertCurrency, DecimalMark,
    ExactDuplicates, ExcelDates, Fact, Fill, FillWith, Grouping, InvalidContact, Keep, KeyDuplicates, LaterRows,
    Mapping, MissingCustomer, MissingRate, NearDuplicates, NonProducts, OnFailure, OutlierAction, OutlierBounds,
    Outliers, Prices, RareLevels, ReadDates, ReadFlags, ReadNumbers, Refunds, Rule, Scale, ScaleBy, Text, Unmapped,
    Unmatched, Unreadable,
};
use customer_analytics::frame::column;
use customer_analytics::polars::prelude::*;
use customer_analytics::prelude::*;

use crate::data::{Dice, day};

/// The number of each row, by which rows are told apart whatever their order.
pub const ROW: &str = "序";

/// Roles of the dirty rows.
pub fn roles() -> TransactionColumns {
    TransactionColumns::new("客户", "时间")
        .quantity_and_price("数量", "单价")
        .order("订单")
        .product("货号")
        .time_format("%F")
}

fn texts(dice: &mut Dice, n: usize, words: &[Option<&'static str>]) -> Vec<Option<&'static str>> {
    (0..n).map(|_| words[dice.below(words.len() as u64) as usize]).collect()
}

/// Rows with every kind of dirt; small values make many ties.
pub fn dirty(seed: u64, n: usize) -> DataFrame {
    numbered(seed, 0, n)
}

/// The same, with rows numbered from the given one.
pub fn numbered(seed: u64, first: i64, n: usize) -> DataFrame {
    let mut dice = Dice::seeded(seed);
    let mut pick = |words: &[Option<&'static str>]| texts(&mut dice, n, words);
    let text = df!(
        ROW => (first..first + n as i64).collect::<Vec<_>>(),
        "客户" => pick(&[Some("王"), Some("李 "), Some("李"), Some("  "), Some("散客"), None]),
        "时间" => pick(&[Some("2026-01-01"), Some("2026-01-02"), Some("2026-01-03"), Some("?"), Some(""), None]),
        "订单" => pick(&[Some("1"), Some("2"), Some("C3"), Some(" c4"), Some("C5"), None]),
        "货号" => pick(&[Some("85123a"), Some("85123A "), Some("８５１２３Ａ"), Some("POST"), Some("茶 叶"), None]),
        "邮箱" => pick(&[Some(" Ann@X.org"), Some("ann@x.org"), Some("none"), Some(""), Some("王@例子.中国"), None]),
        "电话" => pick(&[Some("138 0013 8000"), Some("+44 20 7946 0018"), Some("12"), Some(" "), None]),
        "国家" => pick(&[Some("CN"), Some("gb"), Some("火星"), None]),
        "金额" => pick(&[Some("1.234,50"), Some("€ 8"), Some("-3"), Some("NaN"), Some("八"), Some(""), None]),
        "会员" => pick(&[Some("是"), Some("No"), Some("1"), Some("也许"), Some(" "), None]),
        "城市" => pick(&[Some("上海"), Some("上海"), Some("上海"), Some("北京"), Some("北京"), Some("火星"), Some(""), None]),
        "币种" => pick(&[Some("EUR"), Some("USD"), Some("GBP"), Some("元"), None]),
    );
    let numbers = df!(
        "数量" => (0..n).map(|_| [Some(1_i64), Some(1), Some(2), Some(-1), Some(-2), Some(0), None][dice.below(7) as usize]).collect::<Vec<_>>(),
        "单价" => (0..n).map(|_| number(&mut dice, 4)).collect::<Vec<_>>(),
        "消费" => (0..n).map(|_| number(&mut dice, 500)).collect::<Vec<_>>(),
        "次数" => (0..n).map(|_| Some(dice.below(120) as i64).filter(|n| n % 7 != 0)).collect::<Vec<_>>(),
    );
    let mut frame = text.unwrap().hstack(numbers.unwrap().columns()).unwrap();
    let days: Int32Chunked = (0..n).map(|_| Some(20_000 + dice.below(9) as i32).filter(|day| day % 8 != 0)).collect();
    frame.with_column(days.into_date().into_column().with_name("日期".into())).unwrap();
    frame
}

/// A number of few values, now and then none at all.
fn number(dice: &mut Dice, n_values: u64) -> Option<f64> {
    let odd = [None, Some(f64::NAN), Some(f64::INFINITY), Some(f64::NEG_INFINITY), Some(1e6), Some(-0.0), Some(-1.5)];
    match dice.below(8) {
        0 => odd[dice.below(7) as usize],
        _ => Some(dice.below(n_values) as f64 / 7.0),
    }
}

/// A frame with the tables that the plans name.
pub fn input(frame: LazyFrame) -> CleaningInput {
    let date = col("date").cast(DataType::Date);
    let rates = df!("currency" => ["USD", "GBP", "USD"], "date" => [20_000, 19_999, 20_004], "rate" => [0.9, 1.2, 0.8]);
    let regions = df!("city" => ["上海", "北京"], "region" => ["华东", "华北"]).unwrap();
    CleaningInput::new(frame).table("rates", rates.unwrap().lazy().with_column(date)).table("regions", regions.lazy())
}

/// A plan and what it promises.
pub struct Plan {
    pub name: &'static str,
    pub params: CleaningParams,
    /// Whether no order of rows changes the result; the report of an ordered one can differ too.
    pub order_free: bool,
    /// Whether applied to its own result it changes nothing more.
    pub settled: bool,
}

impl Plan {
    fn new<R: Into<Rule>>(name: &'static str, rules: impl IntoIterator<Item = R>) -> Self {
        let params = rules.into_iter().fold(CleaningParams::new(), CleaningParams::rule);
        Self { name, params, order_free: true, settled: true }
    }

    fn ordered(self) -> Self {
        Self { order_free: false, ..self }
    }

    /// For plans that add columns, scale what is scaled, or name their columns anew.
    fn unsettled(self) -> Self {
        Self { settled: false, ..self }
    }

    fn of_transactions(self) -> Self {
        Self { params: self.params.roles(&roles()), ..self }
    }

    pub fn compares_rows(&self) -> bool {
        self.params.rules().iter().any(Rule::compares_rows)
    }
}

/// Plans that together use every rule.
pub fn plans() -> Vec<Plan> {
    let groups =
        [reading(), duplicates(), filling(), checking(), numbers(), classes(), transactions(), vec![everything()]];
    groups.into_iter().flatten().collect()
}

fn folded() -> Text {
    Text::new().nfkc(true).inner_blanks(true).case(Case::Upper).empty_to_null(true)
}

fn reading() -> Vec<Plan> {
    let contact = || Contact::new().email("邮箱").phone_by_country("电话", "国家");
    let dates = || ReadDates::new(["时间"]).formats(["%Y-%m-%d", "%d/%m/%Y"]);
    let numbers = || ReadNumbers::new(["金额"]).decimal(DecimalMark::Comma).grouping(Grouping::Thousands);
    let flags = || ReadFlags::new(["会员"]);
    let strict = Unreadable::Quarantine;
    vec![
        Plan::new("nothing", Vec::<Rule>::new()),
        Plan::new("text", [folded()]),
        Plan::new("contact", [contact()]),
        Plan::new("contact kept", [contact().strip_tag(true).invalid(InvalidContact::Keep)]),
        Plan::new("contact, strictly", [contact().invalid(InvalidContact::Quarantine)]),
        Plan::new::<Rule>("read", [dates().into(), numbers().into(), flags().into()]).unsettled(),
        Plan::new::<Rule>(
            "read strictly",
            [dates().unreadable(strict).into(), numbers().unreadable(strict).into(), flags().unreadable(strict).into()],
        )
        .unsettled(),
        Plan::new("serial dates", [ReadDates::new(["次数"]).excel(ExcelDates::Since1900)]).unsettled(),
        Plan::new("column names", [ColumnNames::new().rename("客户", "Customer ID")]).unsettled(),
    ]
}

fn duplicates() -> Vec<Plan> {
    let key = || KeyDuplicates::new(["客户", "货号"]);
    vec![
        Plan::new("copies", [ExactDuplicates::new()]),
        Plan::new("copies of columns", [ExactDuplicates::new().columns(["客户", "单价", "货号"])]).ordered(),
        Plan::new("first of a key", [key()]).ordered(),
        Plan::new("last of a key", [key().keep(Keep::Last)]).ordered(),
        Plan::new("largest of a key", [key().keep(Keep::LargestOf(ROW.to_owned()))]),
        Plan::new("smallest of a key", [key().keep(Keep::SmallestOf(ROW.to_owned()))]),
        Plan::new("most complete of a key", [key().keep(Keep::MostComplete)]).ordered(),
        Plan::new("near", [NearDuplicates::new(["客户", "货号"])]).ordered(),
        Plan::new("near, noted", [NearDuplicates::new(["货号"]).first_row_column("like")]).ordered().unsettled(),
    ]
}

fn filling() -> Vec<Plan> {
    let fill = |columns: &[&str]| Fill::new(columns.iter().copied());
    vec![
        Plan::new("means", [fill(&["消费", "次数"]).mean(), fill(&["单价"]).mean().by(["城市", "币种"])]),
        Plan::new("medians", [fill(&["消费", "次数"]).median(), fill(&["单价"]).median().by(["城市"])]),
        Plan::new("modes", [fill(&["城市", "次数"]).mode(), fill(&["币种"]).mode().by(["国家"])]),
        Plan::new(
            "constants",
            [
                fill(&["消费"]).number(0.5),
                fill(&["次数"]).with(FillWith::Constant(Fact::Whole(-1))),
                fill(&["城市"]).text("无"),
            ],
        ),
        Plan::new("forward", [fill(&["城市", "消费"]).forward(["客户"], ROW)]),
        Plan::new("forward with ties", [fill(&["城市", "消费"]).forward(["客户"], "日期")]).ordered(),
        Plan::new("indicator", [fill(&["消费"]).median().indicator(true).keep_nan(true)]).unsettled(),
    ]
}

fn checking() -> Vec<Plan> {
    let rowwise = || {
        Checks::new()
            .not_null(["客户", "单价"])
            .check("ordered once at least", column("数量").ge(1))
            .check("price near", column("单价").between(0, 100).or(column("城市").is_in(["北京"])))
            .check("code", column("货号").matches("[0-9]{5}[A-Za-z]?"))
            .in_table("城市", "regions", "city")
    };
    let unique = || Check::unique(["客户", "货号"]).on_failure(OnFailure::Report);
    vec![
        Plan::new("checks", [rowwise().fail_above(1.0)]),
        Plan::new("checks, reported", [rowwise().on_failure(OnFailure::Report).reasons_column("why")]).unsettled(),
        Plan::new("unique", [rowwise().with(unique()).unique([ROW])]),
        Plan::new("unique taken", [Checks::new().unique(["客户", "单价"])]),
        Plan::new("unique but for the first", [Checks::new().unique_keep_first(["客户", "单价"])]).ordered(),
    ]
}

fn numbers() -> Vec<Plan> {
    let all_bounds = [
        OutlierBounds::Tukey { k: 1.5 },
        OutlierBounds::Mad { cut: 3.5 },
        OutlierBounds::ZScore { cut: 2.0 },
        OutlierBounds::Quantile { low: 0.05, high: 0.95 },
        OutlierBounds::Winsorise { share_low: 0.1, share_high: 0.07 },
        OutlierBounds::Fixed { low: Some(2.5), high: Some(8.5) },
        OutlierBounds::Fixed { low: None, high: Some(8.5) },
    ];
    let mut plans = vec![];
    for bounds in all_bounds {
        let rule = || Outliers::new(["消费", "次数"], bounds);
        for action in [OutlierAction::Clip, OutlierAction::Null, OutlierAction::Quarantine] {
            plans.push(Plan::new("outliers", [rule().then(action)]));
            if !matches!(bounds, OutlierBounds::Fixed { .. }) {
                plans.push(Plan::new("outliers of groups", [rule().then(action).by(["城市", "国家"])]));
            }
        }
        plans.push(Plan::new("outliers, flagged", [rule().then(OutlierAction::Flag)]).unsettled());
    }
    for by in [ScaleBy::Z, ScaleBy::ZPopulation, ScaleBy::MinMax, ScaleBy::Robust, ScaleBy::Log1p] {
        plans.push(Plan::new("scale", [Scale::new(["消费", "次数"], by)]).unsettled());
        plans.push(Plan::new("scale beside", [Scale::new(["单价"], by).suffix("_s")]).unsettled());
    }
    let convert = || ConvertCurrency::new("消费", "币种", "日期", "EUR").missing(MissingRate::Quarantine);
    plans.push(Plan::new("convert", [convert().max_age_days(30)]));
    plans.push(Plan::new("convert beside", [convert().to("欧元")]).unsettled());
    let complete: Checks =
        Checks::new().check("rated", column("币种").is_in(["EUR", "USD", "GBP"])).not_null(["币种", "日期"]);
    let strict = convert().missing(MissingRate::Fail).max_age_days(30);
    plans.push(Plan::new::<Rule>("convert all", [complete.into(), strict.into()]));
    plans
}

fn classes() -> Vec<Plan> {
    let regions = || Mapping::from_table("城市", "regions", "city", "region");
    let named = || Mapping::new("城市", [("火星", "别处"), ("", "无")]);
    vec![
        Plan::new("quantile classes", [Bins::quantiles("消费", 5)]).unsettled(),
        Plan::new::<Rule>(
            "classes",
            [
                Bins::new("消费", [10.0, 50.0]).labels(["少", "中"]).open_above(false).closed(ClosedSide::Right).into(),
                Bins::ages("次数").to("龄").into(),
            ],
        )
        .unsettled(),
        Plan::new("mapped", [named(), regions()]),
        Plan::new("mapped beside", [regions().to("地区").unmapped(Unmapped::Constant("别处".to_owned()))]).unsettled(),
        Plan::new("mapped or null", [regions().unmapped(Unmapped::Null)]).unsettled(),
        Plan::new("mapped or taken", [regions().unmapped(Unmapped::Quarantine)]).unsettled(),
        Plan::new("rare", [RareLevels::new(["城市", "币种"]).min_share(0.2).min_count(2).label("其他")]),
    ]
}

fn transactions() -> Vec<Plan> {
    let lines = |rules: Vec<Rule>| {
        let start: [Rule; 3] = [
            Text::new().case(Case::Upper).nfkc(true).into(),
            NonProducts::new().codes(["post"]).pattern("^BANK").into(),
            MissingCustomer::new().placeholders(["散客"]).into(),
        ];
        Plan::new("transactions", start.into_iter().chain(rules)).of_transactions()
    };
    vec![
        lines(vec![Prices::new().missing(true).into(), LaterRows::after(day(1, 2)).into()]),
        lines(vec![Prices::new().zero(false).into(), Refunds::drop().order_prefix("C").into()]),
        lines(vec![Refunds::keep().into(), Refunds::net_per_order().into()]),
        lines(vec![Refunds::matched().into()]).ordered(),
        lines(vec![Refunds::matched().order_prefix("C").unmatched(Unmatched::Drop).into()]).ordered(),
    ]
}

/// A rule of every kind after another, with transactions at the end.
fn everything() -> Plan {
    let complete = Checks::new().check("rated", column("币种").is_in(["EUR", "USD", "GBP"])).not_null(["币种", "日期"]);
    let rules: Vec<Rule> = vec![
        folded().columns(["客户", "订单", "货号", "城市"]).into(),
        ReadDates::new(["时间"]).formats(["%F"]).into(),
        ReadNumbers::new(["金额"]).decimal(DecimalMark::Comma).into(),
        ReadFlags::new(["会员"]).into(),
        Contact::new().email("邮箱").phone("电话", Some("CN")).into(),
        ExactDuplicates::new().columns(["客户", "时间", "货号", "单价"]).into(),
        KeyDuplicates::new(["客户", "订单", "货号", "单价"]).keep(Keep::MostComplete).into(),
        NearDuplicates::new(["邮箱", "国家"]).into(),
        Fill::new(["消费"]).median().by(["城市"]).indicator(true).into(),
        complete.with(Check::unique(["客户", "货号"]).on_failure(OnFailure::Report)).into(),
        ConvertCurrency::new("消费", "币种", "日期", "EUR").max_age_days(30).into(),
        Outliers::new(["消费"], OutlierBounds::Tukey { k: 1.5 }).by(["币种"]).into(),
        Scale::new(["消费"], ScaleBy::Robust).suffix("_scaled").into(),
        Bins::quantiles("次数", 3).into(),
        Mapping::from_table("城市", "regions", "city", "region").to("地区").into(),
        RareLevels::new(["城市"]).min_count(3).into(),
        MissingCustomer::new().into(),
        NonProducts::new().codes(["POST"]).into(),
        Prices::new().into(),
        LaterRows::after(day(1, 2)).into(),
        Refunds::matched().order_prefix("C").into(),
        ColumnNames::new().rename("国家", "Country").into(),
    ];
    Plan::new("everything", rules).of_transactions().ordered().unsettled()
}
