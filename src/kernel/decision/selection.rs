//! Which contacts to pay for when not all that pay can be afforded.
//!
//! Notation: `v_i > 0` what contact `i` earns, `c_i` what it takes of the budget `B`; at most `N`
//! contacts.
//!
//! ```text
//! maximise the sum of v_i x_i over x_i in {0, 1}, sum of c_i x_i <= B, sum of x_i <= N
//! ```
//! The `N` largest `v_i` are the answer where the budget suffices for them, and so are the largest
//! that it pays for where all cost the same. Otherwise contacts are taken by falling `v_i / c_i`,
//! and once more by falling `v_i`, passing over what no longer fits; the better one of the two is at
//! least half of the best without `N`. How far from the best it can be is told by the solution in
//! which the last contact may be divided: G. B. Dantzig (1957), "Discrete-variable extremum
//! problems", Operations Research 5(2), 266-288.

use crate::kernel::exact_sum::ExactSum;
use crate::kernel::money::Money;
use crate::kernel::order::argsort;
use crate::kernel::undefined::Undefined;

/// Contacts that are chosen.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Selection {
    /// Their positions, by falling profit, equal ones by position.
    pub rows: Vec<u32>,
    /// What they earn.
    pub profit: f64,
    /// What no choice can exceed; equal to `profit` where the choice is known to be the best.
    pub profit_bound: f64,
    /// What they take of the budget.
    pub cost: Money,
}

/// Chooses contacts that pay, within a budget and a number.
///
/// A contact that earns nothing or less is never chosen. Equal contacts are taken by their
/// position, so hand them over in an order that their contents decide, such as that of the ids of
/// customers.
///
/// # Errors
/// [`Undefined::NotFinite`] for a profit that is not finite; [`Undefined::TooFew`] for slices of
/// two lengths; [`Undefined::OutOfRange`] for a negative cost or more rows than a `u32` counts;
/// [`Undefined::Overflow`].
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::decision::select_within;
/// use customer_analytics::kernel::money::Money;
///
/// let profits = [30.0, -1.0, 12.0, 25.0];
/// let calls = vec![Money::of(5.0).unwrap(); 4];
/// let chosen = select_within(&profits, &calls, Money::of(10.0), None)?;
/// assert_eq!((chosen.rows, chosen.profit), (vec![0, 3], 55.0));
/// # Ok::<(), customer_analytics::kernel::undefined::Undefined>(())
/// ```
pub fn select_within(
    profits: &[f64],
    costs: &[Money],
    budget: Option<Money>,
    n_most: Option<u64>,
) -> Result<Selection, Undefined> {
    super::steps::same_length(profits.len(), costs.len())?;
    if profits.iter().any(|profit| !profit.is_finite()) {
        return Err(Undefined::NotFinite);
    }
    if costs.iter().any(|&cost| cost < Money::ZERO) {
        return Err(Undefined::OutOfRange);
    }
    let negated: Vec<f64> = profits.iter().map(|profit| -profit).collect();
    let mut by_profit = argsort(&negated)?;
    by_profit.truncate(by_profit.partition_point(|&row| profits[row as usize] > 0.0));
    let n_most = n_most.and_then(|n| usize::try_from(n).ok()).unwrap_or(usize::MAX);
    let offers = Offers { profits, costs, n_most };
    match budget {
        None => offers.best_of(by_profit),
        Some(budget) => offers.affordable(by_profit, budget),
    }
}

struct Offers<'a> {
    profits: &'a [f64],
    costs: &'a [Money],
    n_most: usize,
}

impl Offers<'_> {
    /// The first contacts, which are known to be the best.
    fn best_of(&self, mut by_profit: Vec<u32>) -> Result<Selection, Undefined> {
        by_profit.truncate(self.n_most);
        let cost = self.cost(&by_profit)?;
        let profit = self.profit(&by_profit)?;
        Ok(Selection { rows: by_profit, profit, profit_bound: profit, cost })
    }

    fn affordable(&self, mut by_profit: Vec<u32>, budget: Money) -> Result<Selection, Undefined> {
        // What costs more than there is can be in no choice.
        by_profit.retain(|&row| self.cost_of(row) <= budget);
        let n = self.n_most.min(by_profit.len());
        if self.cost(&by_profit[..n])? <= budget {
            return self.best_of(by_profit);
        }
        let first = by_profit.first().map_or(Money::ZERO, |&row| self.cost_of(row));
        let rows = self.greedy(&by_profit, budget)?;
        if by_profit.iter().all(|&row| self.cost_of(row) == first) {
            return self.best_of(rows);
        }
        let by_ratio = self.by_ratio(&by_profit)?;
        let other = self.greedy(&by_ratio, budget)?;
        let bound = self.divided(&by_ratio, budget)?.min(self.profit(&by_profit[..n])?);
        let (profit, other_profit) = (self.profit(&rows)?, self.profit(&other)?);
        let chosen = if other_profit > profit { other } else { rows };
        let profit = profit.max(other_profit);
        let is_chosen = {
            let mut is_chosen = vec![false; self.profits.len()];
            chosen.iter().for_each(|&row| is_chosen[row as usize] = true);
            is_chosen
        };
        by_profit.retain(|&row| is_chosen[row as usize]);
        let cost = self.cost(&by_profit)?;
        Ok(Selection { rows: by_profit, profit, profit_bound: bound.max(profit), cost })
    }

    /// Contacts in order, passing over those that no longer fit.
    fn greedy(&self, order: &[u32], budget: Money) -> Result<Vec<u32>, Undefined> {
        let (mut rows, mut spent) = (Vec::new(), Money::ZERO);
        for &row in order {
            if rows.len() == self.n_most {
                break;
            }
            let next = spent.checked_add(self.cost_of(row)).ok_or(Undefined::Overflow)?;
            if next <= budget {
                rows.push(row);
                spent = next;
            }
        }
        Ok(rows)
    }

    /// By falling profit per cost; what costs nothing comes first.
    fn by_ratio(&self, rows: &[u32]) -> Result<Vec<u32>, Undefined> {
        let ratio = |&row: &u32| -(self.profits[row as usize] / self.cost_of(row).to_f64());
        let ratios: Vec<f64> = rows.iter().map(ratio).collect();
        Ok(argsort(&ratios)?.into_iter().map(|place| rows[place as usize]).collect())
    }

    /// The profit when the last contact may be divided, for contacts by falling ratio.
    fn divided(&self, by_ratio: &[u32], budget: Money) -> Result<f64, Undefined> {
        let (mut profit, mut spent) = (ExactSum::default(), Money::ZERO);
        for &row in by_ratio {
            let next = spent.checked_add(self.cost_of(row)).ok_or(Undefined::Overflow)?;
            if next > budget {
                let left = budget.checked_sub(spent).ok_or(Undefined::Overflow)?;
                profit.add(self.profits[row as usize] * (left.to_f64() / self.cost_of(row).to_f64()));
                break;
            }
            profit.add(self.profits[row as usize]);
            spent = next;
        }
        profit.value().ok_or(Undefined::Overflow)
    }

    fn cost_of(&self, row: u32) -> Money {
        self.costs[row as usize]
    }

    fn cost(&self, rows: &[u32]) -> Result<Money, Undefined> {
        let sum = rows.iter().try_fold(Money::ZERO, |sum, &row| sum.checked_add(self.cost_of(row)));
        sum.ok_or(Undefined::Overflow)
    }

    fn profit(&self, rows: &[u32]) -> Result<f64, Undefined> {
        let mut sum = ExactSum::default();
        rows.iter().for_each(|&row| sum.add(self.profits[row as usize]));
        sum.value().ok_or(Undefined::Overflow)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn money(amounts: &[f64]) -> Vec<Money> {
        amounts.iter().map(|&amount| Money::of(amount).unwrap()).collect()
    }

    fn select(profits: &[f64], costs: &[f64], budget: Option<f64>, n_most: Option<u64>) -> Selection {
        select_within(profits, &money(costs), budget.map(|budget| Money::of(budget).unwrap()), n_most).unwrap()
    }

    #[test]
    fn without_limits_all_that_pays_is_chosen() {
        let chosen = select(&[1.0, 0.0, 3.0, -2.0, 3.0], &[1.0; 5], None, None);
        assert_eq!((chosen.rows.as_slice(), chosen.profit, chosen.profit_bound), ([2, 4, 0].as_slice(), 7.0, 7.0));
        assert_eq!(select(&[1.0, 2.0, 3.0], &[1.0; 3], None, Some(2)).rows, [2, 1]);
        assert_eq!(select(&[], &[], Some(1.0), None).rows, [0_u32; 0]);
        assert_eq!(select(&[1.0], &[1.0], Some(0.0), None).rows, [0_u32; 0]);
        assert_eq!(select(&[1.0], &[1.0], None, Some(0)).rows, [0_u32; 0]);
    }

    /// Ten contacts of 0.10 are 1.00, which ten doubles of 0.1 exceed.
    #[test]
    fn a_budget_is_spent_to_the_cent() {
        let chosen = select(&[1.0; 12], &[0.1; 12], Some(1.0), None);
        assert_eq!(chosen.rows, (0..10).collect::<Vec<u32>>());
        assert_eq!((chosen.cost.to_f64(), chosen.profit, chosen.profit_bound), (1.0, 10.0, 10.0));
    }

    /// By hand: per unit of cost 60/10, 100/20, 120/30; the first two and two thirds of the third
    /// make 240, the second and third 220, which is the best.
    #[test]
    fn of_unequal_costs_the_better_order_is_taken_and_the_bound_told() {
        let chosen = select(&[60.0, 100.0, 120.0], &[10.0, 20.0, 30.0], Some(50.0), None);
        assert_eq!((chosen.rows.as_slice(), chosen.profit, chosen.profit_bound), ([2, 1].as_slice(), 220.0, 240.0));
        // By ratio: one large contact would take the budget of many small ones.
        let chosen = select(&[10.0, 6.0, 6.0, 6.0], &[9.0, 3.0, 3.0, 3.0], Some(9.0), None);
        assert_eq!((chosen.rows.as_slice(), chosen.profit), ([1, 2, 3].as_slice(), 18.0));
        // What is dearer than the whole budget is in nobody's way.
        let chosen = select(&[100.0, 1.0], &[10.0, 1.0], Some(2.0), None);
        assert_eq!((chosen.rows.as_slice(), chosen.profit_bound), ([1].as_slice(), 1.0));
        let free = select(&[1.0, 2.0, 3.0], &[0.0, 5.0, 4.0], Some(4.0), None);
        assert_eq!(free.rows, [2, 0]);
    }

    #[test]
    fn what_cannot_be_chosen_from_says_why() {
        let refused = |profits: &[f64], costs: &[f64]| select_within(profits, &money(costs), None, None).unwrap_err();
        assert_eq!(refused(&[f64::NAN], &[1.0]), Undefined::NotFinite);
        assert_eq!(refused(&[1.0], &[-1.0]), Undefined::OutOfRange);
        assert_eq!(refused(&[1.0], &[]), Undefined::TooFew { n: 0, needed: 1 });
        assert_eq!(refused(&[f64::MAX; 2], &[1.0; 2]), Undefined::Overflow);
    }

    proptest! {
        /// Oracle: every subset.
        #[test]
        fn the_choice_is_allowed_and_near_the_best(
            contacts in prop::collection::vec((-5_i32..20, 0_i32..10), 0..10),
            budget in 0_i32..40, n_most in prop::option::of(0_u64..8),
        ) {
            let profits: Vec<f64> = contacts.iter().map(|contact| f64::from(contact.0)).collect();
            let costs: Vec<f64> = contacts.iter().map(|contact| f64::from(contact.1)).collect();
            let chosen = select(&profits, &costs, Some(f64::from(budget)), n_most);
            let most = n_most.unwrap_or(u64::MAX);
            let best = (0_u32..1 << contacts.len())
                .filter(|set| u64::from(set.count_ones()) <= most)
                .map(|set| (0..contacts.len()).filter(move |at| set >> at & 1 == 1))
                .filter(|set| set.clone().map(|at| contacts[at].1).sum::<i32>() <= budget)
                .map(|set| set.map(|at| contacts[at].0).sum::<i32>())
                .max()
                .unwrap();
            prop_assert!(chosen.cost <= Money::of(f64::from(budget)).unwrap());
            prop_assert!(chosen.rows.len() as u64 <= most);
            prop_assert!(chosen.rows.iter().all(|&row| profits[row as usize] > 0.0));
            prop_assert_eq!(chosen.rows.iter().map(|&row| profits[row as usize]).sum::<f64>(), chosen.profit);
            prop_assert!(chosen.profit <= f64::from(best));
            prop_assert!(chosen.profit_bound >= f64::from(best) - 1e-9);
            if n_most.is_none() {
                prop_assert!(2.0 * chosen.profit >= f64::from(best));
            }
        }

        #[test]
        fn at_equal_costs_the_choice_is_the_best(
            profits in prop::collection::vec(-5_i32..20, 0..12), budget in 0_i32..40, cost in 1_i32..6,
        ) {
            let values: Vec<f64> = profits.iter().map(|&profit| f64::from(profit)).collect();
            let chosen = select(&values, &vec![f64::from(cost); values.len()], Some(f64::from(budget)), None);
            let mut sorted = profits;
            sorted.sort_by(|a, b| b.cmp(a));
            let best: i32 = sorted.iter().take((budget / cost) as usize).filter(|&&profit| profit > 0).sum();
            prop_assert_eq!((chosen.profit, chosen.profit_bound), (f64::from(best), f64::from(best)));
        }
    }
}
