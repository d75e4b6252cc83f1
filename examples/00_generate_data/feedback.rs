//! What customers of the tea shop said when they were asked after a purchase.
//!
//! In 2026 the shop has an app. Its users are less pleased than others, though a little more than at
//! first; nobody else thinks otherwise than before.

use chrono::{Datelike, NaiveDate};

use super::random::Random;
use super::shop::Span;

const HEAD: &str =
    "customer,answered,channel,touchpoint,recommend,satisfied,easy,tea,choice,price,packing,delivery,weight";

/// What is rated from 1 to 5: how far above or below the middle, in tenths; how much the mood shows
/// in it; how much it counts for recommending the shop, and for being satisfied.
const ITEMS: [(i64, i64, i64, i64); 5] = [(12, 2, 5, 4), (5, 2, 2, 2), (-6, 1, 2, 2), (11, 1, 1, 1), (-2, 2, 7, 4)];
const PACKING: usize = 3;
const DELIVERY: usize = 4;

/// Touchpoints, on which of them so many of a hundred answers are, and how easy it is, in tenths
/// above or below the middle. Over the counter nothing is delivered.
const TOUCHPOINTS: [(&str, i64, i64); 4] =
    [("order", 55, 13), ("delivery", 25, 4), ("advice", 12, 16), ("return", 8, -9)];

struct Answer {
    customer: i64,
    day: NaiveDate,
    channel: &'static str,
    touchpoint: (&'static str, i64),
    /// Tenths of a point by which everything is better or worse than usual.
    mood: i64,
    items: [i64; ITEMS.len()],
}

impl Answer {
    fn new(random: &mut Random, day: NaiveDate) -> Self {
        let channel = channel(random, day);
        let mood = random.between(-4, 4);
        let own = if channel == "app" { -2 } else { 0 };
        let items = ITEMS.map(|(level, of_mood, ..)| rating(random, level + of_mood * (mood + own)));
        let mut answer = Self { customer: random.between(1, 900), day, channel, touchpoint: ("", 0), mood, items };
        answer.touchpoint = answer.touchpoint_of(random);
        answer.leave_out_what_did_not_apply();
        answer
    }

    fn touchpoint_of(&self, random: &mut Random) -> (&'static str, i64) {
        let mut place = random.between(1, 100);
        for (name, of_100, level) in TOUCHPOINTS {
            if place <= of_100 && !(name == "delivery" && self.is_over_the_counter()) {
                return (name, level);
            }
            place -= of_100;
        }
        (TOUCHPOINTS[0].0, TOUCHPOINTS[0].2)
    }

    fn is_over_the_counter(&self) -> bool {
        matches!(self.channel, "shop" | "fair")
    }

    /// A 0 says that there was nothing to rate.
    fn leave_out_what_did_not_apply(&mut self) {
        if self.is_over_the_counter() {
            self.items[DELIVERY] = 0;
        }
        if self.channel == "fair" {
            self.items[PACKING] = 0;
        }
    }

    /// Points for what was liked, and against what was not.
    fn liking(&self, counts: fn(&(i64, i64, i64, i64)) -> i64) -> i64 {
        let rated = self.items.iter().zip(&ITEMS).filter(|(rating, _)| **rating > 0);
        rated.map(|(rating, item)| (rating - 3) * counts(item)).sum()
    }

    /// From 0 to 10; 99 for those who would not say, and now and then nothing at all.
    fn recommend(&self, random: &mut Random) -> String {
        let base = match self.channel {
            "app" if self.day.month() <= 3 => 60,
            "app" => 66,
            "web" => 77,
            _ => 76,
        };
        let score = (base + self.liking(|item| item.2) + noise(random, 12) + 5).div_euclid(10).clamp(0, 10);
        match random.between(1, 100) {
            1..=3 => String::new(),
            4..=5 => "99".to_owned(),
            _ => score.to_string(),
        }
    }

    fn line(&self, random: &mut Random) -> String {
        let recommend = self.recommend(random);
        let satisfied =
            ((31 + self.touchpoint.1 / 2 + self.liking(|item| item.3) + noise(random, 8) + 5) / 10).clamp(1, 5);
        let easy = ((40 + self.touchpoint.1 + 2 * self.mood + noise(random, 12) + 5) / 10).clamp(1, 7);
        // Who comes often is asked often, and counts for less each time.
        let weight = if self.customer <= 150 { "0.25" } else { "1" };
        let items = self.items.map(|rating| rating.to_string()).join(",");
        let (customer, day) = (self.customer, self.day.format("%d/%m/%Y"));
        let (channel, touchpoint) = (self.channel, self.touchpoint.0);
        format!("K{customer:04},{day},{channel},{touchpoint},{recommend},{satisfied},{easy},{items},{weight}")
    }
}

/// Around 0, near it more often than far from it.
fn noise(random: &mut Random, most: i64) -> i64 {
    random.between(-most, most) + random.between(-most, most)
}

/// From 1 to 5, so many tenths above the middle on average.
fn rating(random: &mut Random, level: i64) -> i64 {
    ((30 + level + noise(random, 9) + 5) / 10).clamp(1, 5)
}

/// Where they bought: a fair for a week in summer, and an app from 2026 on.
fn channel(random: &mut Random, day: NaiveDate) -> &'static str {
    let is_fair = day.year() == 2025 && day.month() == 8 && (4..=10).contains(&day.day());
    if is_fair && random.chance(1, 2) {
        return "fair";
    }
    let (app, web) = match (day.year(), day.month()) {
        (2025, _) => (0, 45),
        (_, 1..=3) => (12, 39),
        _ => (58, 20),
    };
    match random.between(1, 100) {
        place if place <= app => "app",
        place if place <= app + web => "web",
        _ => "shop",
    }
}

/// The survey as a file, in the order of its days.
pub fn feedback(random: &mut Random, span: &Span) -> String {
    let mut text = format!("{HEAD}\n");
    for day in span.days() {
        for _ in 0..random.between(2, 5) {
            let answer = Answer::new(random, day);
            text.push_str(&answer.line(random));
            text.push('\n');
        }
    }
    text
}
