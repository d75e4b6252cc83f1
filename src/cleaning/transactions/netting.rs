//! Refunds netted within their order.
//!
//! A state is kept per order: the exact total, whether a line's amount is unusable, and
//! whether a line is a cancellation. It does not depend on the order of the rows.

use polars::prelude::*;

use crate::cleaning::engine::groups::group_numbers;
use crate::kernel::money::Money;

/// What netting finds about a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Netted {
    /// The line is none of netting's business.
    Left = 0,
    /// The line's order has a cancellation and is worth nothing.
    Void = 1,
    /// The line is a cancellation in an order whose total cannot be known.
    Unknown = 2,
}

#[derive(Clone, Copy)]
struct Order {
    /// `None` once an amount was unusable.
    total: Option<Money>,
    has_cancellation: bool,
}

/// Judges every line by its order; NaN stands for a missing amount.
///
/// Orders without a cancellation are left alone, free ones too.
pub(crate) fn net_orders(order: &[u32], amount: &[f64], is_cancellation: &[bool]) -> Vec<Netted> {
    let n_orders = order.iter().max().map_or(0, |&last| last as usize + 1);
    let mut orders = vec![Order { total: Some(Money::ZERO), has_cancellation: false }; n_orders];
    for ((&number, &amount), &is_cancellation) in order.iter().zip(amount).zip(is_cancellation) {
        let order = &mut orders[number as usize];
        order.total = order.total.zip(Money::of(amount)).and_then(|(total, amount)| total.checked_add(amount));
        order.has_cancellation |= is_cancellation;
    }
    let judge = |(&number, &is_cancellation): (&u32, &bool)| match orders[number as usize] {
        Order { has_cancellation: false, .. } => Netted::Left,
        Order { total: Some(total), .. } if total.is_positive() => Netted::Left,
        Order { total: Some(_), .. } => Netted::Void,
        Order { total: None, .. } if is_cancellation => Netted::Unknown,
        Order { total: None, .. } => Netted::Left,
    };
    order.iter().zip(is_cancellation).map(judge).collect()
}

/// Netting over columns: rows in, is cancellation, order, amount. Gives [`Netted`] as UInt8.
pub(crate) fn netted(columns: &mut [Column]) -> PolarsResult<Column> {
    let [is_in, is_cancellation, order, amount] = columns else {
        polars_bail!(ComputeError: "netting needs four columns")
    };
    let mask = is_in.bool()?;
    let order = order.filter(mask)?;
    let numbers = own_number_for_null(group_numbers(order.len(), vec![order.clone()])?, &order);
    let amount: Vec<f64> = amount.filter(mask)?.f64()?.iter().map(|amount| amount.unwrap_or(f64::NAN)).collect();
    let is_cancellation: Vec<bool> =
        is_cancellation.filter(mask)?.bool()?.iter().map(|flag| flag == Some(true)).collect();
    let mut judged = net_orders(&numbers, &amount, &is_cancellation).into_iter();
    let code = |is_in: Option<bool>| if is_in == Some(true) { judged.next().unwrap_or(Netted::Left) as u8 } else { 0 };
    let codes: Vec<u8> = mask.iter().map(code).collect();
    Ok(Column::new(is_in.name().clone(), codes))
}

/// A line without an order number is an order by itself.
fn own_number_for_null(mut numbers: Vec<u32>, order: &Column) -> Vec<u32> {
    let mut next = numbers.iter().max().map_or(0, |&last| last + 1);
    for (number, is_null) in numbers.iter_mut().zip(order.is_null().iter()) {
        if is_null == Some(true) {
            *number = next;
            next += 1;
        }
    }
    numbers
}

#[cfg(test)]
mod tests {
    use super::Netted::{Left, Unknown, Void};
    use super::*;

    #[test]
    fn an_order_is_void_when_its_cancellations_eat_it_up() {
        let order = [0, 0, 1, 1, 2, 3];
        let amount = [0.3, -0.3, 5.0, -2.0, -1.0, 0.0];
        let is_cancellation = [false, true, false, true, true, false];
        assert_eq!(net_orders(&order, &amount, &is_cancellation), [Void, Void, Left, Left, Void, Left]);
    }

    /// 0.1 + 0.2 - 0.3 is above zero in doubles and nothing on paper.
    #[test]
    fn totals_are_those_on_paper() {
        assert_eq!(net_orders(&[0; 3], &[0.1, 0.2, -0.3], &[false, false, true]), [Void; 3]);
    }

    #[test]
    fn an_order_with_an_unusable_amount_is_left_whole() {
        assert_eq!(net_orders(&[0; 3], &[f64::NAN, 1.0, -9.0], &[false, false, true]), [Left, Left, Unknown]);
        assert_eq!(net_orders(&[0; 2], &[f64::INFINITY, -1.0], &[false, true]), [Left, Unknown]);
        assert!(net_orders(&[], &[], &[]).is_empty());
    }

    #[test]
    fn lines_without_an_order_are_orders_by_themselves() {
        let mut columns = [
            Column::new("in".into(), [true, true, true, false]),
            Column::new("cancels".into(), [false, true, false, true]),
            Column::new("order".into(), [None::<&str>, None, Some("7"), Some("7")]),
            Column::new("amount".into(), [5.0, -5.0, 1.0, -1.0]),
        ];
        let codes: Vec<u8> = netted(&mut columns).unwrap().u8().unwrap().iter().flatten().collect();
        assert_eq!(codes, [0, 1, 0, 0]);
    }
}
