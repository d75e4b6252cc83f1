//! Rule: amounts converted to one currency.

use polars::prelude::*;
use serde::{Deserialize, Serialize};

use crate::analysis::collect_streamed;
use crate::cleaning::engine::flow::{Event, Flow, Judgement, Take};
use crate::cleaning::engine::step::{Step, Table};
use crate::cleaning::learned::Learned;
use crate::cleaning::numeric::exchange_rates::{Demand, ExchangeRates};
use crate::cleaning::rule::CLEANING;
use crate::error::{Error, Result};
use crate::frame::schema::{is_number, is_text, is_time, on_wall_clock};

/// What becomes of rows for which there is no rate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MissingRate {
    /// They stop the job, with their currencies and dates, before anything is written.
    #[default]
    Fail,
    /// They go into quarantine.
    Quarantine,
}

/// Where the rates are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RateTable {
    table: String,
    from: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to: Option<String>,
    date: String,
    rate: String,
}

/// Converts amounts to one currency by a table of rates.
///
/// A rate says how much of the target one unit of the other currency is worth. Each row gets
/// the latest rate at or before its date, at most `max_age_days` old, 7 unless told
/// otherwise; the target itself has the rate 1 and needs none. Amounts become Float64, the
/// product as it is, not rounded. The currency column says the target afterwards, so that
/// applied twice the rule changes nothing more; put the result [`to`](Self::to) another
/// column and both stay. Currencies are compared as they stand. A Datetime counts by the
/// day on the wall clock of its zone.
///
/// Null and NaN amounts stay and need no rate. A product beyond the largest double becomes
/// null and is counted as `out of range`. A row with an amount but no rate, no currency or no
/// date stops the job, with a count for each currency and its dates, or is quarantined. Rates
/// are looked for in a narrow pass when the cleaning is planned.
///
/// Rates that are null, not positive or not finite, and two rates of one currency and day,
/// are refused.
///
/// # Examples
///
/// ```
/// use customer_analytics::cleaning::{CleaningInput, CleaningParams, ConvertCurrency};
/// use customer_analytics::polars::prelude::*;
///
/// let date = |name: &str| col(name).cast(DataType::Date);
/// let sales = df!("paid" => [10.0, 5.0], "unit" => ["USD", "EUR"], "day" => [20_003, 20_003])?;
/// let rates = df!("currency" => ["USD"], "date" => [20_001], "rate" => [0.9])?;
/// let input = CleaningInput::new(sales.lazy().with_column(date("day"))).table("rates", rates.lazy().with_column(date("date")));
/// let (clean, _, report) = CleaningParams::new().rule(ConvertCurrency::new("paid", "unit", "day", "EUR")).run(input)?.into_parts();
/// assert_eq!(clean.column("paid")?.f64()?.to_vec(), [Some(9.0), Some(5.0)]);
/// assert_eq!(report.rules[0].n_cells("paid", "converted"), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct ConvertCurrency {
    amount: String,
    currency: String,
    date: String,
    target: String,
    #[serde(default)]
    rates: RateTable,
    #[serde(default = "week")]
    max_age_days: u32,
    #[serde(default)]
    missing: MissingRate,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to: Option<String>,
}

fn week() -> u32 {
    7
}

impl Default for RateTable {
    fn default() -> Self {
        let text = str::to_owned;
        Self { table: text("rates"), from: text("currency"), to: None, date: text("date"), rate: text("rate") }
    }
}

impl ConvertCurrency {
    /// Converts a column of amounts, by its columns of currencies and dates, to a currency.
    ///
    /// Rates come from table `rates` with columns `currency`, `date` and `rate`.
    pub fn new(
        amount: impl Into<String>,
        currency: impl Into<String>,
        date: impl Into<String>,
        target: impl Into<String>,
    ) -> Self {
        Self {
            amount: amount.into(),
            currency: currency.into(),
            date: date.into(),
            target: target.into(),
            rates: RateTable::default(),
            max_age_days: week(),
            missing: MissingRate::Fail,
            to: None,
        }
    }

    /// Names the table of rates and its columns.
    pub fn rates(
        mut self,
        table: impl Into<String>,
        currency: impl Into<String>,
        date: impl Into<String>,
        rate: impl Into<String>,
    ) -> Self {
        let (table, from, date, rate) = (table.into(), currency.into(), date.into(), rate.into());
        self.rates = RateTable { table, from, date, rate, to: self.rates.to };
        self
    }

    /// Names the column of the table of rates that says to which currency a rate converts;
    /// rates to others than the target are left out.
    pub fn rates_to(mut self, column: impl Into<String>) -> Self {
        self.rates.to = Some(column.into());
        self
    }

    /// The age in days up to which a rate counts; 0 asks for one of the day itself.
    pub fn max_age_days(mut self, days: u32) -> Self {
        self.max_age_days = days;
        self
    }

    /// Chooses what becomes of rows for which there is no rate.
    pub fn missing(mut self, action: MissingRate) -> Self {
        self.missing = action;
        self
    }

    /// Leaves amounts and currencies as they are and adds the converted amounts.
    pub fn to(mut self, column: impl Into<String>) -> Self {
        self.to = Some(column.into());
        self
    }

    fn read_rates(&self, flow: &Flow) -> Result<ExchangeRates> {
        let RateTable { table, from, to, date, rate } = &self.rates;
        let Some(frame) = flow.tables.get(table) else { return Ok(ExchangeRates::default()) };
        let schema = frame.clone().collect_schema().map_err(Error::query(CLEANING))?;
        let text = |name: &str| col(name).cast(DataType::String);
        let day = day_of(col(date.as_str()), schema.get(date));
        let mut inputs = vec![text(from), day, col(rate.as_str()).cast(DataType::Float64)];
        inputs.extend(to.as_ref().map(|to| text(to)));
        let mut columns = flow.read_table(table, inputs)?;
        if to.is_some()
            && let Some(to) = columns.pop()
        {
            let mask = to.str().map(|to| to.equal(self.target.as_str())).map_err(Error::query(CLEANING))?;
            let kept = columns.iter().map(|column| column.filter(&mask));
            columns = kept.collect::<PolarsResult<_>>().map_err(Error::query(CLEANING))?;
        }
        ExchangeRates::of(&columns, &self.target, self.max_age_days, (flow.rule() + 1, table))
    }

    /// Refuses rows that are in and lack a rate, by a narrow pass.
    fn refuse_missing(&self, flow: &Flow, needs_rate: Expr, day: Expr, rates: &ExchangeRates) -> Result<()> {
        let rows = flow.frame.clone().filter(flow.is_in().and(needs_rate));
        let keys = [flow.text(&self.currency).alias("currency"), day.alias("day")];
        let counted = rows.group_by(keys).agg([len().cast(DataType::UInt64).alias("n")]);
        let counted = collect_streamed(CLEANING, counted)?;
        let demands = || -> PolarsResult<Vec<Demand>> {
            let (currencies, days) = (counted.column("currency")?.str()?, counted.column("day")?.i32()?);
            let rows = currencies.iter().zip(days.iter()).zip(counted.column("n")?.u64()?.iter());
            let demand = |((code, day), n): ((Option<&str>, _), Option<u64>)| {
                let currency = code.map(str::to_owned);
                Demand { currency, day, n_rows: n.unwrap_or_default() }
            };
            Ok(rows.map(demand).collect())
        };
        let missing = rates.missing(demands().map_err(Error::query(CLEANING))?);
        let Some(missing) = missing else { return Ok(()) };
        let (number, table, days) = (flow.rule() + 1, &self.rates.table, self.max_age_days);
        let reason = format!(
            "rule {number} `convert_currency`: {missing}; add rates at most {days} day(s) older to table `{table}`, raise `max_age_days`, or quarantine \
             the rows"
        );
        Err(Error::Unusable { analysis: CLEANING, reason })
    }
}

/// The day of a time as a number; text is no time and gives null.
fn day_of(time: Expr, dtype: Option<&DataType>) -> Expr {
    on_wall_clock(time, dtype).cast(DataType::Date).cast(DataType::Int32)
}

/// The rate of each row; null where there is none.
fn rate_of(currency: Expr, day: Expr, rates: ExchangeRates) -> Expr {
    let of_columns = move |columns: &mut [Column]| {
        let [currencies, days] = columns else { polars_bail!(ComputeError: "a rate needs two columns") };
        let found = currencies.str()?.iter().zip(days.i32()?.iter()).map(|(currency, day)| rates.rate(currency, day));
        Ok(Float64Chunked::from_iter_options("rate".into(), found).into_column())
    };
    let of_type = |_: &Schema, _: &[Field]| Ok(Field::new("rate".into(), DataType::Float64));
    map_multiple(of_columns, [currency, day], of_type)
}

impl Step for ConvertCurrency {
    fn name(&self) -> &'static str {
        "convert_currency"
    }

    fn check(&self) -> Result<()> {
        let columns = [&self.amount, &self.currency, &self.date];
        if self.target.is_empty() {
            return Err(Error::param(CLEANING, "convert_currency.target", "a currency", "none"));
        }
        if columns.iter().enumerate().any(|(place, column)| columns[..place].contains(column)) {
            return Err(Error::param(CLEANING, "convert_currency.currency", "three different columns", "one twice"));
        }
        Ok(())
    }

    fn problems(&self, table: &Table<'_>) -> Vec<String> {
        let own = [&self.amount, &self.currency, &self.date];
        let mut problems: Vec<String> = own.iter().filter_map(|column| table.missing_column(column)).collect();
        let mut needs = |schema: &Schema, column: &str, what: &str, fits: fn(&DataType) -> bool| {
            if let Some(dtype) = schema.get(column).filter(|dtype| !fits(dtype)) {
                problems.push(format!("needs {what}, but column `{column}` is {dtype}; cast or read it as one first"));
            }
        };
        let (number, label, time) = ("a number", "text or a category", "a date or a datetime");
        needs(table.schema, &self.amount, number, is_amount);
        needs(table.schema, &self.currency, label, is_code_column);
        needs(table.schema, &self.date, time, is_time);
        let RateTable { table: name, from, to, date, rate } = &self.rates;
        let named: Vec<&str> =
            [Some(from), to.as_ref(), Some(date), Some(rate)].into_iter().flatten().map(String::as_str).collect();
        let (missing, schema) = table.other_table(name, &named);
        if let Some(schema) = schema {
            needs(&schema, rate, number, is_amount);
            needs(&schema, date, time, is_time);
        }
        problems.extend(missing);
        problems.extend(self.to.as_ref().and_then(|name| table.taken_name(name)));
        problems
    }

    fn compares_rows(&self) -> bool {
        self.missing == MissingRate::Fail
    }

    fn apply(&self, flow: &mut Flow, _: &Learned) -> Result<()> {
        let rates = self.read_rates(flow)?;
        let amount = flow.value(&self.amount).cast(DataType::Float64);
        let needs_rate = amount.clone().is_not_null().and(amount.clone().is_nan().not());
        let (currency, day) = (flow.text(&self.currency), day_of(flow.value(&self.date), flow.dtype(&self.date)));
        if self.missing == MissingRate::Fail {
            self.refuse_missing(flow, needs_rate.clone(), day.clone(), &rates)?;
        }
        let rate = col(flow.derive("rate", rate_of(currency.clone(), day.clone(), rates)));
        let lacks = needs_rate.clone().and(rate.clone().is_null());
        flow.count(&self.amount, vec![Event::note("without a rate", lacks.clone())]);
        if self.missing == MissingRate::Quarantine {
            let take = |condition: Expr, reason: String| Take::new(lacks.clone().and(condition), reason);
            let (in_currency, dated) = (&self.currency, &self.date);
            let take = vec![
                take(currency.clone().is_null(), format!("`{in_currency}` is missing")),
                take(day.is_null(), format!("`{dated}` is missing")),
                take(lit(true), format!("no rate to {} at most {} day(s) old", self.target, self.max_age_days))
                    .with_shape_of(in_currency.as_str()),
            ];
            flow.judge(Judgement { take, ..Judgement::default() });
        }
        let product = col(flow.derive("product", amount.clone() * rate.clone()));
        let too_large = amount.clone().is_finite().and(product.clone().is_infinite()).fill_null(lit(false));
        let result =
            when(needs_rate.clone().not()).then(amount).when(too_large.clone()).then(lit(NULL)).otherwise(product);
        let converts = needs_rate.and(rate.is_not_null()).and(currency.clone().neq(lit(self.target.as_str())));
        let out_of_range = Event::note("out of range", too_large.clone());
        if let Some(name) = &self.to {
            flow.count(&self.amount, vec![out_of_range]);
            flow.add(name, result, DataType::Float64);
            return Ok(());
        }
        // Counted before the currency is another: conditions see columns as they are now.
        let converted = Event::change("converted", converts.clone().and(too_large.not()));
        let target = when(currency.clone().is_not_null()).then(lit(self.target.as_str())).otherwise(currency.clone());
        let renamed = Event::change("changed", currency.neq(lit(self.target.as_str())));
        flow.mend(&self.amount, result, DataType::Float64, vec![converted, out_of_range]);
        flow.mend(&self.currency, target, DataType::String, vec![renamed]);
        Ok(())
    }
}

fn is_amount(dtype: &DataType) -> bool {
    is_number(dtype) || *dtype == DataType::Float32
}

fn is_code_column(dtype: &DataType) -> bool {
    is_text(dtype) || matches!(dtype, DataType::Categorical(..) | DataType::Enum(..))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cleaning::{Cleaned, CleaningInput, CleaningParams};

    fn dated(frame: DataFrame, column: &str) -> LazyFrame {
        frame.lazy().with_column(col(column).cast(DataType::Date))
    }

    fn rates() -> LazyFrame {
        let frame = df!(
            "currency" => ["USD", "USD", "GBP", "USD"],
            "to" => ["EUR", "EUR", "EUR", "CHF"],
            "date" => [20_000, 20_010, 20_000, 20_010],
            "rate" => [0.5, 0.25, 2.0, 9.0],
        );
        dated(frame.unwrap(), "date")
    }

    fn sales() -> DataFrame {
        df!(
            "金额" => [Some(8.0), Some(8.0), Some(1.5), Some(3.0), None, Some(f64::NAN)],
            "币种" => [Some("USD"), Some("USD"), Some("GBP"), Some("EUR"), None, Some("XYZ")],
            "日期" => [Some(20_009), Some(20_010), Some(20_001), None, None, None],
        )
        .unwrap()
    }

    fn rule() -> ConvertCurrency {
        ConvertCurrency::new("金额", "币种", "日期", "EUR").max_age_days(9).rates_to("to")
    }

    fn run(rule: ConvertCurrency, sales: DataFrame) -> Result<Cleaned> {
        let input = CleaningInput::new(dated(sales, "日期")).table("rates", rates());
        CleaningParams::new().rule(rule).run(input)
    }

    fn amounts(cleaned: &Cleaned, column: &str) -> Vec<Option<f64>> {
        cleaned.clone().into_parts().0.column(column).unwrap().f64().unwrap().to_vec()
    }

    #[test]
    fn amounts_get_the_rate_of_their_day_and_the_currency_says_so() {
        let cleaned = run(rule(), sales()).unwrap();
        assert_eq!(amounts(&cleaned, "金额")[..5], [Some(4.0), Some(2.0), Some(3.0), Some(3.0), None]);
        assert!(amounts(&cleaned, "金额")[5].unwrap().is_nan());
        let report = &cleaned.report().rules[0];
        assert_eq!((report.n_cells("金额", "converted"), report.n_cells("币种", "changed")), (3, 4));
        let (clean, ..) = cleaned.clone().into_parts();
        let units: Vec<Option<&str>> = clean.column("币种").unwrap().str().unwrap().iter().collect();
        assert_eq!(units, [Some("EUR"), Some("EUR"), Some("EUR"), Some("EUR"), None, Some("EUR")]);
        let input = CleaningInput::new(clean.lazy()).table("rates", rates());
        let again = CleaningParams::new().rule(rule()).run(input).unwrap();
        assert_eq!(again.report().rules[0].n_cells_changed, 0);
    }

    #[test]
    fn a_new_column_leaves_amounts_and_currencies() {
        let cleaned = run(rule().to("欧元"), sales()).unwrap();
        assert_eq!(amounts(&cleaned, "欧元")[..4], [Some(4.0), Some(2.0), Some(3.0), Some(3.0)]);
        assert_eq!(amounts(&cleaned, "金额")[..2], [Some(8.0), Some(8.0)]);
        assert_eq!(cleaned.report().rules[0].n_cells_changed, 0);
    }

    #[test]
    fn missing_rates_stop_the_job_with_currencies_and_dates() {
        let told = run(rule().max_age_days(3), sales()).unwrap_err().to_string();
        assert_eq!(
            told,
            "cleaning: rule 1 `convert_currency`: 1 row(s) have no rate to EUR: 1 of USD (2024-10-13); add rates at most 3 day(s) older to table \
             `rates`, raise `max_age_days`, or quarantine the rows"
        );
        let secret = df!("金额" => [1.0, 1.0], "币种" => [Some("王芳"), None], "日期" => [20_000, 20_000]).unwrap();
        let told = run(rule(), secret).unwrap_err().to_string();
        assert!(told.contains("2 row(s)") && !told.contains('王'), "{told}");
    }

    #[test]
    fn missing_rates_can_be_quarantined_with_their_reason() {
        let sales = df!(
            "金额" => [1.0, 1.0, 1.0, 1.0],
            "币种" => [Some("JPY"), None, Some("USD"), Some("USD")],
            "日期" => [Some(20_000), Some(20_000), None, Some(20_000)],
        );
        let cleaned = run(rule().missing(MissingRate::Quarantine), sales.unwrap()).unwrap();
        assert_eq!(amounts(&cleaned, "金额"), [Some(0.5)]);
        let report = &cleaned.report().rules[0];
        let reasons: Vec<(&str, u64)> =
            report.reasons.iter().map(|reason| (reason.reason.as_str(), reason.n_rows)).collect();
        let last = ("no rate to EUR at most 9 day(s) old", 1);
        assert_eq!(reasons, [("`币种` is missing", 1), ("`日期` is missing", 1), last]);
        assert_eq!(report.n_cells("金额", "without a rate"), 3);
    }

    #[test]
    fn whole_amounts_times_and_products_too_large() {
        let zone = DataType::Datetime(TimeUnit::Milliseconds, TimeZone::opt_try_new(Some("Asia/Shanghai")).unwrap());
        // 18:00 of day 19 999 in London is day 20 000 in Shanghai.
        let at = df!("金额" => [4_i64], "币种" => ["USD"], "日期" => [19_999_i64 * 86_400_000 + 64_800_000]).unwrap();
        let input = CleaningInput::new(at.lazy().with_column(col("日期").cast(zone))).table("rates", rates());
        let cleaned = CleaningParams::new().rule(rule().max_age_days(0)).run(input).unwrap();
        assert_eq!(amounts(&cleaned, "金额"), [Some(2.0)]);
        let huge = df!("金额" => [1.5e308, f64::INFINITY], "币种" => ["GBP"; 2], "日期" => [20_000; 2]).unwrap();
        let cleaned = run(rule(), huge).unwrap();
        assert_eq!(amounts(&cleaned, "金额"), [None, Some(f64::INFINITY)]);
        assert_eq!(cleaned.report().rules[0].n_cells("金额", "out of range"), 1);
    }

    #[test]
    fn every_problem_of_both_tables_is_told_at_once() {
        let sales = df!("金额" => ["1"], "币种" => [1], "日期" => ["2026-01-01"], "欧元" => [1]).unwrap();
        let bad = df!("currency" => ["USD"], "date" => ["2026-01-01"], "rate" => ["1"]).unwrap();
        let input = CleaningInput::new(sales.lazy()).table("rates", bad.lazy());
        let told = CleaningParams::new().rule(rule().to("欧元")).run(input).unwrap_err().to_string();
        for part in [
            "column `金额` is str",
            "column `币种` is i32",
            "column `日期` is str",
            "column `rate` is str",
            "column `date` is str",
            "column `to` of table `rates`",
            "would add column `欧元`",
        ] {
            assert!(told.contains(part), "{part}: {told}");
        }
        assert!(ConvertCurrency::new("a", "a", "b", "EUR").check().is_err());
        assert!(ConvertCurrency::new("a", "b", "c", "").check().is_err());
    }
}
