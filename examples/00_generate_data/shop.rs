//! A small tea shop and its customers, as they would be in a world without mistakes.

use chrono::{Datelike, Days, NaiveDate};

use super::random::Random;

/// One line of an order.
#[derive(Clone)]
pub struct Line {
    pub day: NaiveDate,
    pub minute: i64,
    pub order: String,
    /// Empty for a walk-in.
    pub customer: String,
    pub product: String,
    pub quantity: i64,
    pub cents: i64,
}

/// How often a customer comes and how much it buys.
struct Customer {
    id: String,
    joined: NaiveDate,
    /// Comes on one day in so many; never again when 0.
    every: i64,
    /// Stays away for good after one day in so many.
    leaves: i64,
    /// What it buys, as a multiple of a household.
    size: i64,
    has_left: bool,
}

/// The span of the file, in days.
pub struct Span {
    pub first: NaiveDate,
    pub last: NaiveDate,
}

impl Span {
    pub fn days(&self) -> impl Iterator<Item = NaiveDate> + use<> {
        let last = self.last;
        self.first.iter_days().take_while(move |day| *day <= last)
    }
}

/// Product code and price in cents.
pub fn catalogue(random: &mut Random) -> Vec<(String, i64)> {
    let ranges = [("TEA", 24, 290, 1_290), ("CUP", 12, 450, 1_600), ("POT", 8, 1_800, 6_900), ("BOX", 6, 900, 2_900)];
    let mut products = Vec::new();
    for (kind, n, low, high) in ranges {
        for number in 1..=n {
            // Prices end in 5, as they do in shops.
            products.push((format!("{kind}{number:02}"), random.between(low / 10, high / 10) * 10 + 5));
        }
    }
    products
}

/// New customers on most days, and some who knew the shop before the file begins.
fn customers(random: &mut Random, span: &Span) -> Vec<Customer> {
    let mut joined: Vec<NaiveDate> = (0..40).filter_map(|i| span.first.checked_add_days(Days::new(i / 2))).collect();
    joined.extend(span.days().filter(|_| random.chance(3, 4)));
    let mut customers = Vec::new();
    for (number, joined) in (1..).zip(joined) {
        let (every, leaves, size) = match random.between(1, 100) {
            ..=42 => (0, 1, 1),
            43..=89 => (random.between(30, 110), random.between(60, 300), 1),
            90..=97 => (random.between(20, 45), 700, 1),
            _ => (random.between(30, 60), 900, random.between(3, 6)),
        };
        customers.push(Customer { id: format!("K{number:04}"), joined, every, leaves, size, has_left: false });
    }
    customers
}

/// Whether the customer comes on a day; the day of joining always counts.
fn comes(customer: &mut Customer, day: NaiveDate, random: &mut Random) -> bool {
    if day <= customer.joined || customer.has_left || customer.every == 0 {
        return day == customer.joined;
    }
    customer.has_left = random.chance(1, customer.leaves);
    // Twice as busy before the holidays.
    let busy = if day.month() == 12 { 2 } else { 1 };
    random.chance(busy, customer.every)
}

/// All orders of the span, by day and time; the order numbers count up.
pub fn orders(random: &mut Random, span: &Span, products: &[(String, i64)]) -> Vec<Line> {
    let mut customers = customers(random, span);
    let mut lines = Vec::new();
    let mut number = 100_000;
    for day in span.days() {
        let mut baskets: Vec<(i64, String, i64)> = Vec::new();
        for customer in &mut customers {
            if comes(customer, day, random) {
                baskets.push((random.between(540, 1_259), customer.id.clone(), customer.size));
            }
        }
        if random.chance(2, 5) {
            baskets.push((random.between(540, 1_259), String::new(), 1));
        }
        baskets.sort();
        for (minute, customer, size) in baskets {
            number += 1;
            let n_lines = if size > 1 { random.between(2, 5) } else { 1 + random.between(0, 3) / 2 };
            let mut bought: Vec<&String> = Vec::new();
            for _ in 0..n_lines {
                let (product, cents) = random.one_of(products);
                if bought.contains(&product) {
                    continue;
                }
                bought.push(product);
                let quantity = random.heavy_tailed(24) * size;
                let order = number.to_string();
                lines.push(Line {
                    day,
                    minute,
                    order,
                    customer: customer.clone(),
                    product: product.clone(),
                    quantity,
                    cents: *cents,
                });
            }
        }
    }
    lines
}
