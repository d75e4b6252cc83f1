//! One number per customer and dimension, from transactions or the caller's own tables.

use polars::prelude::*;

use super::dimension::{Dimension, Measure, PurchaseUnit};
use super::params::ValueScoreParams;
use crate::activity::{Activity, ActivityParams, ActivityTable, RowCounts};
use crate::analysis::collect;
use crate::error::{Error, Result};
use crate::frame::align::positions_in;
use crate::frame::schema::identifier;
use crate::frame::{columns, frame_of};
use crate::kernel::money::Money;

const NAME: &str = "customer_measures";

/// One number per customer and measure; customers ascending by id, each once.
#[derive(Clone, Debug)]
pub struct CustomerMeasures {
    customers: Series,
    /// NaN where a customer has no such number.
    values: Vec<(String, Vec<f64>)>,
    counts: Option<RowCounts>,
}

impl CustomerMeasures {
    /// Takes numbers from the caller's own table, one row per customer.
    ///
    /// A null or NaN means that the customer has no such number.
    ///
    /// # Errors
    /// `Schema` for a missing column or one that is no number, `Incomplete` for customers
    /// without id, `Unusable` for customers with several rows, infinite values.
    pub fn from_frame(mut frame: LazyFrame, customer: &str, measures: &[&str]) -> Result<Self> {
        let schema = frame.collect_schema().map_err(Error::query(NAME))?;
        check_roles(&schema, customer, measures)?;
        let mut exprs = vec![identifier(customer, &schema).alias(columns::CUSTOMER)];
        exprs.extend(measures.iter().map(|name| col(*name).cast(DataType::Float64).alias(format!("measure:{name}"))));
        let read = collect(NAME, frame.select(exprs).sort([columns::CUSTOMER], SortMultipleOptions::default()))?;
        let customers = read.column(columns::CUSTOMER).map_err(Error::query(NAME))?.as_materialized_series().rechunk();
        check_customers(&customers)?;
        let values =
            measures.iter().map(|name| Ok(((*name).to_owned(), numbers(&read, name)?))).collect::<Result<_>>()?;
        Ok(Self { customers, values, counts: None })
    }

    /// Adds the caller's own numbers to these customers; customers of the other table who
    /// are not among them are left out, those it lacks get no number.
    ///
    /// # Errors
    /// `Unusable` when ids are numbers on one side and text on the other, or a name is taken.
    pub fn join(mut self, own: Self) -> Result<Self> {
        let unusable = |reason: String| Error::Unusable { analysis: NAME, reason };
        let positions = positions_in(&self.customers, &own.customers).ok_or_else(|| {
            unusable("customer ids are numbers on one side and text on the other; cast both to text".to_owned())
        })?;
        for (name, values) in own.values {
            if self.get(&name).is_some() {
                return Err(unusable(format!("measure `{name}` is on both sides; rename one of them")));
            }
            let joined = positions.iter().map(|position| position.map_or(f64::NAN, |at| values[at])).collect();
            self.values.push((name, joined));
        }
        Ok(self)
    }

    /// Number of customers.
    #[must_use]
    pub fn n_customers(&self) -> usize {
        self.customers.len()
    }

    /// Customer ids, ascending.
    pub fn customers(&self) -> &Series {
        &self.customers
    }

    /// What became of the transactions, when the measures were taken from some.
    #[must_use]
    pub fn counts(&self) -> Option<&RowCounts> {
        self.counts.as_ref()
    }

    /// The numbers of one measure, NaN where there is none.
    pub(crate) fn get(&self, name: &str) -> Option<&[f64]> {
        self.values.iter().find(|(known, _)| known == name).map(|(_, values)| values.as_slice())
    }

    /// Takes the measures of all dimensions that come from transactions.
    pub(crate) fn from_tables(dimensions: &[Dimension], tables: &[Windowed<ActivityTable>]) -> Result<Self> {
        let Some(widest) = tables.first() else {
            return Err(Error::Unusable {
                analysis: NAME,
                reason: "no dimension is measured in the transactions".to_owned(),
            });
        };
        let mut values = Vec::new();
        for dimension in dimensions {
            let Some(measure) = dimension.measure else { continue };
            let Some(table) = tables.iter().find(|table| table.serves(dimension)) else { continue };
            let measured = measured(&table.of, measure);
            values.push((dimension.value_column(), spread(&widest.of, &table.of, measured, measure)));
        }
        Ok(Self { customers: widest.of.customers().clone(), values, counts: Some(*widest.of.counts()) })
    }

    /// The measures as a frame, null where a customer has no such number.
    pub(crate) fn series(&self, name: &str) -> Option<Series> {
        let values = self.get(name)?;
        let column: Float64Chunked = values.iter().map(|value| (!value.is_nan()).then_some(*value)).collect();
        Some(column.into_series().with_name(name.into()))
    }
}

impl crate::frame::ToDataFrame for CustomerMeasures {
    fn to_dataframe(&self) -> DataFrame {
        let measures = self.values.iter().filter_map(|(name, _)| self.series(name));
        frame_of(std::iter::once(self.customers.clone()).chain(measures).collect())
    }
}

/// Something for one window of the transactions: settings, then the table they give.
pub(crate) struct Windowed<T> {
    window_days: Option<u32>,
    unit: Option<PurchaseUnit>,
    pub(crate) of: T,
}

impl<T> Windowed<T> {
    fn serves(&self, dimension: &Dimension) -> bool {
        let unit = dimension.measure.and_then(Measure::unit).filter(|unit| *unit != PurchaseUnit::Line);
        self.window_days == dimension.window_days && (unit.is_none() || self.unit == unit)
    }

    /// The same window with something else.
    pub(crate) fn with<U>(&self, of: U) -> Windowed<U> {
        Windowed { window_days: self.window_days, unit: self.unit, of }
    }
}

/// One activity summary per window and purchase unit, the widest window first: its
/// customers are the ones that are scored.
pub(crate) fn summaries(params: &ValueScoreParams) -> Result<Vec<Windowed<Activity>>> {
    let mut wanted: Vec<(Option<u32>, Option<PurchaseUnit>)> = Vec::new();
    for dimension in &params.dimensions {
        let Some(measure) = dimension.measure else { continue };
        let unit = measure.unit().filter(|unit| *unit != PurchaseUnit::Line);
        wanted.push((dimension.window_days, unit));
    }
    // A summary that counts something also serves the measures that count nothing.
    wanted.sort_by_key(|&(window, unit)| {
        (std::cmp::Reverse(window.unwrap_or(u32::MAX)), unit.is_none(), unit.map(|u| u as u8))
    });
    let mut kept: Vec<(Option<u32>, Option<PurchaseUnit>)> = Vec::new();
    for (window, unit) in wanted {
        if !kept.iter().any(|&(known, counted)| known == window && (unit.is_none() || counted == unit)) {
            kept.push((window, unit));
        }
    }
    kept.into_iter()
        .map(|(window_days, unit)| Ok(Windowed { window_days, unit, of: activity(params, window_days, unit).check()? }))
        .collect()
}

fn activity(params: &ValueScoreParams, window_days: Option<u32>, unit: Option<PurchaseUnit>) -> ActivityParams {
    let mut activity = ActivityParams::new(params.as_of)
        .incomplete(params.incomplete)
        .zero_amount(params.zero_amount)
        .dated_by(params.dated_by);
    if let Some(days) = window_days {
        activity = activity.window_days(days);
    }
    match unit {
        Some(PurchaseUnit::Order) => activity.count_orders(),
        Some(unit) => unit.period().map_or(activity.clone(), |period| activity.count_periods(period)),
        None => activity,
    }
}

/// The measure of each customer of a table; NaN where it is undefined.
fn measured(table: &ActivityTable, measure: Measure) -> Vec<f64> {
    let days = |days: &mut dyn Iterator<Item = Option<i32>>| days.map(|day| day.map_or(f64::NAN, f64::from)).collect();
    match measure {
        Measure::RecencyDays => days(&mut table.recency_days()),
        Measure::TenureDays => days(&mut table.tenure_days()),
        Measure::Frequency(unit) => counted(table, unit).iter().map(|&count| f64::from(count)).collect(),
        Measure::NetValue => table.net_value().to_vec(),
        Measure::MeanNetValue(unit) => {
            let each = table.net_value().iter().zip(counted(table, unit));
            let mean = |(&net, &count): (&f64, &u32)| Money::of(net)?.mean(u64::from(count)).map(Money::to_f64);
            each.map(|one| mean(one).unwrap_or(f64::NAN)).collect()
        }
        Measure::RefundShare => {
            let each = table.net_value().iter().zip(table.refund_value());
            let share = |(&net, &refunds): (&f64, &f64)| {
                let refunds = Money::of(refunds)?;
                refunds.share_of(Money::of(net)?.checked_add(refunds)?)
            };
            each.map(|one| share(one).unwrap_or(f64::NAN)).collect()
        }
    }
}

fn counted(table: &ActivityTable, unit: PurchaseUnit) -> &[u32] {
    match unit {
        PurchaseUnit::Line => table.n_purchases(),
        PurchaseUnit::Order => table.n_orders().unwrap_or_default(),
        PurchaseUnit::Day | PurchaseUnit::Week | PurchaseUnit::Month => table.n_periods().unwrap_or_default(),
    }
}

/// Brings the numbers of a narrower window to all customers: who is not in it bought nothing.
fn spread(all: &ActivityTable, some: &ActivityTable, values: Vec<f64>, measure: Measure) -> Vec<f64> {
    if all.n_customers() == some.n_customers() {
        return values;
    }
    let absent = match measure {
        Measure::Frequency(_) | Measure::NetValue => 0.0,
        _ => f64::NAN,
    };
    let positions = positions_in(all.customers(), some.customers()).unwrap_or_default();
    positions.into_iter().map(|position| position.map_or(absent, |at| values[at])).collect()
}

fn check_roles(schema: &Schema, customer: &str, measures: &[&str]) -> Result<()> {
    use crate::frame::schema::{Role, check, is_identifier, is_number};
    let mut roles = vec![Role {
        name: columns::CUSTOMER,
        column: customer,
        accepts: is_identifier,
        needs: "a whole number or text",
    }];
    roles.extend(measures.iter().map(|name| Role {
        name: "measure",
        column: name,
        accepts: is_number,
        needs: "a whole number, Float64 or Decimal",
    }));
    let is_taken = measures.contains(&columns::CUSTOMER);
    let problem = || format!("measure `{}` has the name of the id in results; rename it", columns::CUSTOMER);
    check("customer measures", schema, &roles, is_taken.then(problem).into_iter().collect())
}

/// Refuses customers without id, or with several rows.
fn check_customers(sorted: &Series) -> Result<()> {
    let n_null = sorted.null_count();
    if n_null > 0 {
        let remedy = "remove them before scoring";
        return Err(Error::Incomplete { analysis: NAME, rows: n_null as u64, needed: "a customer", remedy });
    }
    let n_repeated = sorted.len() - sorted.n_unique().map_err(Error::query(NAME))?;
    if n_repeated > 0 {
        let reason = format!("{n_repeated} row(s) repeat a customer; aggregate to one row per customer first");
        return Err(Error::Unusable { analysis: NAME, reason });
    }
    Ok(())
}

/// A measure as numbers; null is NaN, infinite is refused.
fn numbers(read: &DataFrame, name: &str) -> Result<Vec<f64>> {
    let column = read.column(&format!("measure:{name}")).map_err(Error::query(NAME))?;
    let column = column.f64().map_err(Error::query(NAME))?;
    let values: Vec<f64> = column.iter().map(|value| value.unwrap_or(f64::NAN)).collect();
    let n_infinite = values.iter().filter(|value| value.is_infinite()).count();
    if n_infinite > 0 {
        let reason = format!("measure `{name}` is infinite for {n_infinite} customer(s)");
        return Err(Error::Unusable { analysis: NAME, reason });
    }
    Ok(values)
}
