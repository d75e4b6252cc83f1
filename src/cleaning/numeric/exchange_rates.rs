//! Rates of exchange as of a day.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use polars::prelude::*;

use crate::cleaning::rule::CLEANING;
use crate::error::{Error, Result};

/// Currencies that a message names at the most.
const MOST_NAMED: usize = 10;

/// For each currency the days that have a rate, ascending.
#[derive(Clone, Debug, Default)]
pub(crate) struct ExchangeRates {
    target: String,
    max_age_days: u32,
    by_currency: BTreeMap<String, Vec<(i32, f64)>>,
}

/// Rows of a table of rates.
struct RateRows<'a> {
    currencies: &'a StringChunked,
    days: &'a Int32Chunked,
    rates: &'a Float64Chunked,
}

impl ExchangeRates {
    /// Rates out of three columns: currency as text, day as Int32, rate as Float64.
    ///
    /// Rows that lack something, rates that are not positive and finite, and two rates of one
    /// currency and day are refused, by the number of the rule and the name of the table.
    pub(crate) fn of(
        columns: &[Column],
        target: &str,
        max_age_days: u32,
        (number, table): (usize, &str),
    ) -> Result<Self> {
        let mut rates = Self { target: target.to_owned(), max_age_days, by_currency: BTreeMap::new() };
        let rows = || -> PolarsResult<RateRows<'_>> {
            let [currencies, days, rates] = columns else { polars_bail!(ComputeError: "rates have three columns") };
            Ok(RateRows { currencies: currencies.str()?, days: days.i32()?, rates: rates.f64()? })
        };
        let (n_missing, n_wrong) = rates.add(&rows().map_err(Error::query(CLEANING))?);
        let n_ambiguous = rates.sort();
        let problems = [
            (n_missing, "lack the currency, the date or the rate"),
            (n_wrong, "have a rate that is not positive and finite"),
            (n_ambiguous, "give a currency a second, different rate for the same day"),
        ];
        let told: Vec<String> =
            problems.into_iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} row(s) {what}")).collect();
        if told.is_empty() {
            return Ok(rates);
        }
        let told = told.join(", ");
        let reason =
            format!("rule {number} `convert_currency` cannot use table `{table}`: {told}; mend or remove them");
        Err(Error::Unusable { analysis: CLEANING, reason })
    }

    /// Adds the rows that can be used; how many lack something, and how many are wrong.
    fn add(&mut self, rows: &RateRows<'_>) -> (usize, usize) {
        let (mut n_missing, mut n_wrong) = (0, 0);
        for ((currency, day), rate) in rows.currencies.iter().zip(rows.days.iter()).zip(rows.rates.iter()) {
            match (currency, day, rate) {
                (Some(currency), Some(day), Some(rate)) if rate > 0.0 && rate.is_finite() => {
                    match self.by_currency.get_mut(currency) {
                        Some(known) => known.push((day, rate)),
                        None => drop(self.by_currency.insert(currency.to_owned(), vec![(day, rate)])),
                    }
                }
                (Some(_), Some(_), Some(_)) => n_wrong += 1,
                _ => n_missing += 1,
            }
        }
        (n_missing, n_wrong)
    }

    /// Sorts by day; how many rows give a day another rate.
    fn sort(&mut self) -> usize {
        let mut n_ambiguous = 0;
        for known in self.by_currency.values_mut() {
            known.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
            known.dedup();
            n_ambiguous += known.windows(2).filter(|pair| pair[0].0 == pair[1].0).count();
        }
        n_ambiguous
    }

    /// The latest rate at or before a day that is not too old; 1 for the target itself.
    pub(crate) fn rate(&self, currency: Option<&str>, day: Option<i32>) -> Option<f64> {
        let currency = currency?;
        if currency == self.target {
            return Some(1.0);
        }
        let (known, day) = (self.by_currency.get(currency)?, day?);
        let n_before = known.partition_point(|&(known, _)| known <= day);
        let (since, rate) = *known.get(n_before.checked_sub(1)?)?;
        (i64::from(day) - i64::from(since) <= i64::from(self.max_age_days)).then_some(rate)
    }

    /// What rows lack a rate, of rows counted by currency and day.
    pub(crate) fn missing(&self, demands: Vec<Demand>) -> Option<String> {
        let (mut by_currency, mut n_other, mut n_unknown) = (BTreeMap::<String, Lack>::new(), 0, 0);
        let lacks = |demand: &Demand| self.rate(demand.currency.as_deref(), demand.day).is_none();
        for Demand { currency, day, n_rows: n } in demands.into_iter().filter(lacks) {
            match (currency, day) {
                (Some(currency), Some(day)) if is_code(&currency) => {
                    by_currency.entry(currency).or_default().add(day, n);
                }
                (Some(_), Some(_)) => n_other += n,
                _ => n_unknown += n,
            }
        }
        let of_codes: u64 = by_currency.values().map(|lack| lack.n_rows).sum();
        let total = of_codes + n_other + n_unknown;
        let mut parts: Vec<String> =
            by_currency.iter().take(MOST_NAMED).map(|(currency, lack)| lack.told(currency)).collect();
        let unnamed: u64 = by_currency.values().skip(MOST_NAMED).map(|lack| lack.n_rows).sum();
        let rest = [
            (unnamed, "of further currencies"),
            (n_other, "whose currency is no code of three capitals"),
            (n_unknown, "without a currency or a date"),
        ];
        parts.extend(rest.into_iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")));
        (total > 0).then(|| format!("{total} row(s) have no rate to {}: {}", self.target, parts.join(", ")))
    }
}

/// Rows of one currency and day that need a rate.
#[derive(Clone, Debug)]
pub(crate) struct Demand {
    pub(crate) currency: Option<String>,
    pub(crate) day: Option<i32>,
    pub(crate) n_rows: u64,
}

/// Rows of one currency that lack a rate.
#[derive(Default)]
struct Lack {
    n_rows: u64,
    days: Option<(i32, i32)>,
}

impl Lack {
    fn add(&mut self, day: i32, n_rows: u64) {
        self.n_rows += n_rows;
        let (first, last) = self.days.unwrap_or((day, day));
        self.days = Some((first.min(day), last.max(day)));
    }

    fn told(&self, currency: &str) -> String {
        let (n_rows, date) = (self.n_rows, |day| NaiveDate::from_epoch_days(day).unwrap_or_default());
        match self.days {
            Some((first, last)) if first != last => {
                format!("{n_rows} of {currency} ({} to {})", date(first), date(last))
            }
            Some((day, _)) => format!("{n_rows} of {currency} ({})", date(day)),
            None => format!("{n_rows} of {currency}"),
        }
    }
}

/// Whether a text is a code as in ISO 4217 and so can be shown: any other may be a customer's.
fn is_code(text: &str) -> bool {
    text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rates(rows: &[(Option<&str>, Option<i32>, Option<f64>)]) -> Result<ExchangeRates> {
        let currencies: StringChunked = rows.iter().map(|row| row.0).collect();
        let days: Int32Chunked = rows.iter().map(|row| row.1).collect();
        let values: Float64Chunked = rows.iter().map(|row| row.2).collect();
        let columns = [currencies.into_column(), days.into_column(), values.into_column()];
        ExchangeRates::of(&columns, "EUR", 7, (1, "rates"))
    }

    #[test]
    fn the_latest_rate_that_is_not_too_old_counts() {
        let known = [(10, 0.9), (12, 0.8), (5, 0.7)].map(|(day, rate)| (Some("USD"), Some(day), Some(rate)));
        let rates = rates(&known).unwrap();
        let usd = |day| rates.rate(Some("USD"), Some(day));
        assert_eq!([usd(4), usd(5), usd(9), usd(10), usd(11)], [None, Some(0.7), Some(0.7), Some(0.9), Some(0.9)]);
        assert_eq!([usd(12), usd(19), usd(20), usd(i32::MIN)], [Some(0.8), Some(0.8), None, None]);
        assert_eq!([rates.rate(Some("EUR"), None), rates.rate(Some("USD"), None)], [Some(1.0), None]);
        assert_eq!([rates.rate(None, Some(10)), rates.rate(Some("usd"), Some(10))], [None, None]);
    }

    #[test]
    fn rates_that_cannot_be_meant_are_refused_with_their_counts() {
        let usd = Some("USD");
        let refused = rates(&[
            (usd, Some(1), Some(0.0)),
            (usd, Some(2), Some(f64::NAN)),
            (None, Some(2), Some(1.0)),
            (usd, Some(3), Some(1.0)),
            (usd, Some(3), Some(1.5)),
            (usd, Some(3), Some(1.0)),
        ]);
        assert_eq!(
            refused.unwrap_err().to_string(),
            "cleaning: rule 1 `convert_currency` cannot use table `rates`: 1 row(s) lack the currency, the date or the rate, 2 \
             row(s) have a rate that is not positive and finite, 1 row(s) give a currency a second, different rate for \
             the same day; mend or remove them"
        );
        assert!(rates(&[(usd, Some(3), Some(1.0)), (usd, Some(3), Some(1.0))]).is_ok());
    }

    #[test]
    fn only_codes_are_named() {
        let rates = rates(&[]).unwrap();
        let row = |currency: Option<&str>, day| Demand { currency: currency.map(str::to_owned), day, n_rows: 2 };
        let counted =
            [row(Some("USD"), Some(0)), row(Some("USD"), Some(9)), row(Some("王"), Some(0)), row(None, Some(1))];
        assert_eq!(
            rates.missing(counted.to_vec()).unwrap(),
            "8 row(s) have no rate to EUR: 4 of USD (1970-01-01 to 1970-01-10), 2 whose currency is no code of three \
             capitals, 2 without a currency or a date"
        );
        assert_eq!(rates.missing(vec![row(Some("EUR"), None)]), None);
    }
}
