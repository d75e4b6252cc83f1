//! What is known of one customer at a cutoff.

use super::lines::{Line, Past, UNKNOWN};
use super::windows::Windows;
use crate::activity::Period;
use crate::frame::calendar::PeriodOf;
use crate::kernel::money::Money;

/// Room for the orders, products and channels of one customer; kept from one to the next.
#[derive(Default)]
pub(super) struct Scratch {
    orders: Vec<u64>,
    products: Vec<u64>,
    channels: Vec<u64>,
}

impl Scratch {
    fn clear(&mut self) {
        self.orders.clear();
        self.products.clear();
        self.channels.clear();
    }

    fn add(&mut self, line: &Line) {
        self.orders.push(line.order);
        for (known, mark) in [(&mut self.products, line.product), (&mut self.channels, line.channel)] {
            if mark != UNKNOWN {
                known.push(mark);
            }
        }
    }
}

/// How many different marks there are.
fn n_distinct(marks: &mut Vec<u64>) -> u32 {
    marks.sort_unstable();
    marks.dedup();
    u32::try_from(marks.len()).unwrap_or(u32::MAX)
}

/// The features of one customer.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Features {
    pub(super) recency_days: Option<i32>,
    pub(super) tenure_days: Option<i32>,
    pub(super) n_purchase_days: u32,
    pub(super) n_active_months: u32,
    pub(super) n_orders: u32,
    pub(super) net_value: f64,
    pub(super) mean_order_value: Option<f64>,
    pub(super) trend: Option<f64>,
    pub(super) mean_gap_days: Option<f64>,
    pub(super) gap_cv: Option<f64>,
    pub(super) n_products: u32,
    pub(super) n_channels: u32,
    pub(super) n_refunds: u32,
    pub(super) refund_share: Option<f64>,
    pub(super) weekend_share: Option<f64>,
    pub(super) season_spend: f64,
}

/// Days with a purchase, in ascending order, and the times between them.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct DayTally {
    pub(super) first: Option<i32>,
    pub(super) last: Option<i32>,
    pub(super) n: u32,
    n_months: u32,
    month: Option<i32>,
    squares: u128,
}

impl DayTally {
    /// Takes the next day; returns the days since the one before, if there is one.
    pub(super) fn see(&mut self, day: i32) -> Option<u32> {
        if self.last == Some(day) {
            return None;
        }
        let gap = self.last.map(|last| day.abs_diff(last));
        self.squares += gap.map_or(0, |gap| u128::from(gap).pow(2));
        let month = Some(PeriodOf::new(Period::Month).of_day(day));
        self.n_months += u32::from(self.month != month);
        (self.month, self.last, self.first) = (month, Some(day), self.first.or(Some(day)));
        self.n += 1;
        gap
    }

    /// Days from the first to the last.
    fn span(&self) -> u32 {
        self.last.unwrap_or(0).abs_diff(self.first.unwrap_or(0))
    }

    /// Mean time between two purchase days.
    fn mean_gap(&self) -> Option<f64> {
        (self.n >= 2).then(|| f64::from(self.span()) / f64::from(self.n - 1))
    }

    /// Standard deviation of these times, with `m - 1` below, over their mean: for `m` times of
    /// sum `s` and sum of squares `q`, the root of `m (m q - s^2) / ((m - 1) s^2)`.
    fn gap_cv(&self) -> Option<f64> {
        let m = u128::from(self.n.saturating_sub(1));
        let square = u128::from(self.span()).pow(2);
        // Whole numbers up to here, so that equal gaps have no variation at all.
        let spread = (m * self.squares).saturating_sub(square);
        (m >= 2).then(|| (m as f64 / (m - 1) as f64 * (spread as f64 / square as f64)).sqrt())
    }
}

/// Money of the purchases in a window, by what it says.
#[derive(Default)]
struct Spent {
    gross: Money,
    refunds: Money,
    later_half: Money,
    weekend: Money,
    season: Money,
}

/// Whether a day counted from 1970-01-01, a Thursday, is a Saturday or a Sunday.
fn is_weekend(day: i32) -> bool {
    (day + 3).rem_euclid(7) >= 5
}

impl Features {
    /// The features of a past; `None` when a total of money leaves its range.
    pub(super) fn of(past: Past<'_>, windows: &Windows, scratch: &mut Scratch) -> Option<Self> {
        scratch.clear();
        let mut spent = Spent::default();
        let mut days = DayTally::default();
        let mut n_refunds = 0_u32;
        for line in past.since(windows.first) {
            let amount = Money::of(line.amount)?;
            if line.is_purchase() {
                days.see(line.day);
                scratch.add(line);
                spent.add(line.day, amount, windows)?;
            } else {
                n_refunds = n_refunds.saturating_add(1);
                spent.refunds = spent.refunds.checked_sub(amount)?;
            }
        }
        let before_cutoff = |day: i32| windows.cutoff - day;
        let n_orders = n_distinct(&mut scratch.orders);
        Some(Self {
            recency_days: days.last.map(before_cutoff),
            tenure_days: days.first.map(before_cutoff),
            n_purchase_days: days.n,
            n_active_months: days.n_months,
            n_orders,
            net_value: spent.gross.checked_sub(spent.refunds)?.to_f64(),
            mean_order_value: spent.gross.mean(u64::from(n_orders)).map(Money::to_f64),
            trend: spent.trend()?,
            mean_gap_days: days.mean_gap(),
            gap_cv: days.gap_cv(),
            n_products: n_distinct(&mut scratch.products),
            n_channels: n_distinct(&mut scratch.channels),
            n_refunds,
            refund_share: spent.refunds.share_of(spent.gross),
            weekend_share: spent.weekend.share_of(spent.gross),
            season_spend: spent.season.to_f64(),
        })
    }
}

impl Spent {
    fn add(&mut self, day: i32, amount: Money, windows: &Windows) -> Option<()> {
        self.gross = self.gross.checked_add(amount)?;
        if day >= windows.middle {
            self.later_half = self.later_half.checked_add(amount)?;
        }
        if is_weekend(day) {
            self.weekend = self.weekend.checked_add(amount)?;
        }
        if windows.season.as_ref().is_some_and(|season| season.contains(&day)) {
            self.season = self.season.checked_add(amount)?;
        }
        Some(())
    }

    /// Later half less earlier half, as a share of both: from -1 to 1.
    fn trend(&self) -> Option<Option<f64>> {
        let earlier = self.gross.checked_sub(self.later_half)?;
        Some(self.later_half.checked_sub(earlier)?.share_of(self.gross))
    }
}
