//! Rule: refunds and cancellations.

use serde::{Deserialize, Serialize};

use crate::cleaning::engine::flow::Flow;
use crate::cleaning::engine::step::{Step, Table, missing_role};
use crate::cleaning::learned::Learned;
use crate::cleaning::rule::CLEANING;
use crate::error::{Error, Result};

/// What happens to refunds and cancellations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RefundMode {
    /// They stay, as lines with a negative amount, and are counted as spared.
    Keep,
    /// They are taken; the purchases they cancel stay.
    Drop,
    /// An order that has one and is worth nothing or less is taken whole; in other orders
    /// they stay, so that the order's total is its net value.
    NetPerOrder,
    /// Each is matched to the purchase it cancels, and both are taken.
    Match,
}

/// What happens to a cancellation for which matching finds no purchase.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Unmatched {
    /// It stays as a negative line and is counted: a part of a purchase may have come back.
    #[default]
    Keep,
    /// It is taken, as its purchase may lie before the first row.
    Drop,
}

/// Keeps, drops, nets or matches refunds and cancellations.
///
/// A line is one when its quantity or its amount is negative, or when its order number
/// starts with the prefix given. A line that shows neither, but lacks its order number or
/// amount (null, blank, NaN), is not judged: it stays and is counted so.
///
/// [`NetPerOrder`](RefundMode::NetPerOrder) needs the role `order`. A line without an order
/// number is an order by itself. Orders without a cancellation are left alone, free ones
/// too. An order with an amount that cannot be used (null, NaN, beyond 10^15) stays whole,
/// and its cancellations are not judged. Where cancellations have order numbers of their
/// own, as in `C536379`, each is an order worth less than nothing, so use `Match` there.
///
/// [`Match`](RefundMode::Match) needs the role `product`. The partner of a cancellation is
/// the most recent earlier purchase that no other cancellation has taken, of the same
/// customer and product, with the same quantity but for its sign and the same unit price;
/// or, without these roles, with the same amount but for its sign. Cancellations are served by
/// time; at one instant, and there only, the source row says what is earlier. A line that
/// lacks customer, product, time, quantity or price has no partner. The quarantine gives
/// every matched row the source row of its partner.
///
/// # Examples
///
/// ```
/// use customer_analytics::cleaning::{CleaningParams, Refunds};
/// use customer_analytics::prelude::*;
///
/// let sales = df!(
///     "id" => [7_i64, 7, 7, 7],
///     "day" => ["2026-01-01", "2026-01-02", "2026-01-03", "2026-01-04"],
///     "sku" => ["tea", "tea", "tea", "jam"],
///     "paid" => [6.0, 6.0, -6.0, -2.0],
/// )?;
/// let columns = TransactionColumns::new("id", "day").amount("paid").product("sku").time_format("%Y-%m-%d");
/// let cleaned = CleaningParams::new().rule(Refunds::matched()).roles(&columns).run(sales.lazy())?;
/// let partners = cleaned.quarantine().column("partner_row")?.clone();
/// assert_eq!(partners.u32()?.to_vec(), [Some(2), Some(1)]); // rows 1 and 2; the jam has no purchase
/// assert_eq!(cleaned.report().rules[0].n_rows_spared, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct Refunds {
    pub(crate) mode: RefundMode,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) order_prefix: Option<String>,
    #[serde(default = "yes")]
    pub(crate) negative: bool,
    #[serde(default)]
    pub(crate) unmatched: Unmatched,
}

fn yes() -> bool {
    true
}

impl Refunds {
    fn new(mode: RefundMode) -> Self {
        Self { mode, order_prefix: None, negative: true, unmatched: Unmatched::Keep }
    }

    /// Leaves refunds in and counts them.
    pub fn keep() -> Self {
        Self::new(RefundMode::Keep)
    }

    /// Takes refunds and leaves the purchases.
    pub fn drop() -> Self {
        Self::new(RefundMode::Drop)
    }

    /// Takes orders that refunds have made worthless.
    pub fn net_per_order() -> Self {
        Self::new(RefundMode::NetPerOrder)
    }

    /// Takes refunds together with the purchases they cancel.
    pub fn matched() -> Self {
        Self::new(RefundMode::Match)
    }

    /// Recognises a cancellation by the start of its order number too, such as `C`; white
    /// space before it does not matter, case does. Needs the role `order`.
    pub fn order_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.order_prefix = Some(prefix.into());
        self
    }

    /// Whether a negative quantity or amount makes a line a refund; it does by default.
    pub fn negative(mut self, counts: bool) -> Self {
        self.negative = counts;
        self
    }

    /// Chooses what happens to a cancellation that matching finds no purchase for; kept by
    /// default.
    pub fn unmatched(mut self, unmatched: Unmatched) -> Self {
        self.unmatched = unmatched;
        self
    }
}

impl Step for Refunds {
    fn name(&self) -> &'static str {
        "refunds"
    }

    fn uses_roles(&self) -> bool {
        true
    }

    fn compares_rows(&self) -> bool {
        matches!(self.mode, RefundMode::NetPerOrder | RefundMode::Match)
    }

    fn check(&self) -> Result<()> {
        let blank = |prefix: &&String| prefix.is_empty() || prefix.trim_start() != prefix.as_str();
        if let Some(prefix) = self.order_prefix.as_ref().filter(blank) {
            let expected = "not empty and without white space before it";
            return Err(Error::param(CLEANING, "refunds.order_prefix", expected, format!("`{prefix}`")));
        }
        if self.order_prefix.is_none() && !self.negative {
            return Err(Error::param(CLEANING, "refunds.negative", "true where there is no `order_prefix`", false));
        }
        if self.unmatched != Unmatched::Keep && self.mode != RefundMode::Match {
            return Err(Error::param(CLEANING, "refunds.unmatched", "keep where `mode` is not match", "drop"));
        }
        Ok(())
    }

    fn problems(&self, table: &Table<'_>) -> Vec<String> {
        let order = self.order_prefix.is_some() || self.mode == RefundMode::NetPerOrder;
        let order = order.then(|| missing_role(table, "order", |roles| &roles.order));
        let matches = self.mode == RefundMode::Match;
        let product = matches.then(|| missing_role(table, "product", |roles| &roles.product));
        [order, product].into_iter().flatten().flatten().collect()
    }

    fn apply(&self, flow: &mut Flow, _: &Learned) -> Result<()> {
        let judgement = self.judgement(flow)?;
        flow.judge(judgement);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refund_must_be_recognisable() {
        assert!(Refunds::drop().negative(false).check().is_err());
        assert!(Refunds::drop().negative(false).order_prefix("C").check().is_ok());
        for prefix in ["", " ", " C"] {
            assert!(
                Refunds::drop().order_prefix(prefix).check().is_err(),
                "every order would be a cancellation, or none"
            );
        }
    }

    #[test]
    fn a_setting_that_would_do_nothing_is_refused() {
        assert!(Refunds::drop().unmatched(Unmatched::Drop).check().is_err());
        assert!(Refunds::matched().unmatched(Unmatched::Drop).check().is_ok());
    }
}
