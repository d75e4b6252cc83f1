//! What happens to such data on the way: cancellations, fees, typing, double exports.

use chrono::{Datelike, Days};

use super::random::Random;
use super::shop::{Line, Span};

/// Dates that no clock shows, as they come out of forms and spreadsheets.
const UNREADABLE: [&str; 5] = ["n/a", "2025-13-41 10:00", "", "00/00/0000", "yesterday"];

/// Cancellations, most of which mirror an earlier line of the same customer.
pub fn cancellations(random: &mut Random, span: &Span, lines: &[Line]) -> Vec<Line> {
    let mut cancelled = Vec::new();
    for line in lines.iter().filter(|line| !line.customer.is_empty()) {
        if !random.chance(1, 30) {
            continue;
        }
        let day = line.day.checked_add_days(Days::new(random.between(1, 20).unsigned_abs()));
        let Some(day) = day.filter(|day| *day <= span.last) else { continue };
        // Some bring back a part only: no purchase has that quantity.
        let is_partial = line.quantity > 1 && random.chance(1, 3);
        let quantity = if is_partial { -1 } else { -line.quantity };
        let order = format!("C{}", line.order);
        cancelled.push(Line { day, minute: random.between(540, 1_259), order, quantity, ..line.clone() });
    }
    cancelled
}

/// Cancellations of purchases made before the file begins; three of these customers never
/// buy again, and so are known by a refund only.
pub fn cancellations_of_old_orders(random: &mut Random, span: &Span, products: &[(String, i64)]) -> Vec<Line> {
    let customers = ["K0003", "K0008", "K0012", "K0021", "K9001", "K9002", "K9003"];
    let mut lines = Vec::new();
    for (number, customer) in (0..).zip(customers) {
        let (product, cents) = random.one_of(products).clone();
        lines.push(Line {
            day: span.first.checked_add_days(Days::new(2 + number)).unwrap_or(span.first),
            minute: random.between(540, 1_259),
            order: format!("C09{}", 9_900 + number),
            customer: customer.to_owned(),
            product,
            quantity: -random.between(1, 3),
            cents,
        });
    }
    lines
}

/// Lines that are no products, and prices that are no prices.
pub fn fees_and_samples(random: &mut Random, lines: &[Line]) -> Vec<Line> {
    let mut others = Vec::new();
    for pair in lines.windows(2) {
        let [line, next] = pair else { continue };
        let extra =
            |product: &str, quantity, cents| Line { product: product.to_owned(), quantity, cents, ..line.clone() };
        if line.order != next.order {
            match random.between(1, 200) {
                ..=14 => others.push(extra("POST", 1, 495)),
                15..=17 => others.push(extra("D", -1, random.between(200, 1_500))),
                18 => others.push(extra("M", 1, random.between(100, 9_000))),
                19..=22 => others.push(extra(&line.product, 1, 0)),
                _ => {}
            }
        }
        if line.day.month() != next.day.month() {
            others.push(Line { customer: String::new(), ..extra("BANK CHARGES", 1, 1_500) });
        }
    }
    let adjusted = lines.iter().filter(|line| !line.customer.is_empty()).step_by(700).take(3);
    others.extend(adjusted.map(|line| {
        let order = format!("A{}", line.order);
        Line { order, product: "ADJUST".to_owned(), quantity: 1, cents: -random.between(5_000, 20_000), ..line.clone() }
    }));
    others
}

/// Writes a line the way hands and exports do.
pub fn as_typed(random: &mut Random, line: &Line) -> String {
    let product = match random.between(1, 100) {
        ..=3 => line.product.to_lowercase(),
        4..=5 => format!("{} ", line.product),
        6 => format!(" {}", line.product),
        _ => line.product.clone(),
    };
    let customer = match random.between(1, 300) {
        1 if line.customer.is_empty() => " ".to_owned(),
        1 => format!("{} ", line.customer),
        _ => line.customer.clone(),
    };
    let sign = if line.cents < 0 { "-" } else { "" };
    let (whole, cents) = (line.cents.abs() / 100, line.cents.abs() % 100);
    let (hour, minute) = (line.minute / 60, line.minute % 60);
    let (day, quantity) = (line.day, line.quantity);
    format!("{},{day} {hour:02}:{minute:02},{customer},{product},{quantity},{sign}{whole}.{cents:02}", line.order)
}

/// Exports some lines twice, and one whole day.
pub fn as_exported(random: &mut Random, lines: &[String], day: &str) -> Vec<String> {
    let is_of_day = |line: &&String| line.contains(day);
    let mut exported: Vec<String> = Vec::new();
    for (place, line) in lines.iter().enumerate() {
        exported.push(line.clone());
        if random.chance(1, 200) {
            exported.push(line.clone());
        }
        let next = lines.get(place + 1);
        if is_of_day(&line) && !next.as_ref().is_some_and(is_of_day) {
            exported.extend(lines.iter().filter(is_of_day).cloned());
        }
    }
    exported
}

/// Makes a few dates unreadable.
pub fn with_unreadable_dates(mut lines: Vec<String>) -> Vec<String> {
    let step = lines.len() / UNREADABLE.len();
    for (place, unreadable) in UNREADABLE.iter().enumerate() {
        let line = &mut lines[step / 2 + place * step];
        let mut cells: Vec<&str> = line.split(',').collect();
        cells[1] = unreadable;
        *line = cells.join(",");
    }
    lines
}
