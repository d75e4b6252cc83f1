//! A survey of the passengers of an airline that never was.

#[path = "../00_generate_data/random.rs"]
#[allow(dead_code, reason = "it draws from no list")]
mod random;

use customer_analytics::polars::prelude::{Column, PolarsResult};
use customer_analytics::prelude::*;

use random::Random;

const SEED: u64 = 20_260_801;
const N_ANSWERS: usize = 4_000;

/// Touchpoints, how much the mood of a flight shows in each, how well each goes in tenths of a
/// point above or below the others, how much each counts for being satisfied, and in how many of
/// a thousand answers it does not apply.
const TOUCHPOINTS: [(&str, i64, i64, i64, i64); 14] = [
    ("Departure and Arrival Time Convenience", 1, 1, 0, 50),
    ("Ease of Online Booking", 2, -4, 1, 40),
    ("Check-in Service", 1, 2, 2, 0),
    ("Online Boarding", 3, 2, 6, 20),
    ("Gate Location", 0, -2, 0, 0),
    ("On-board Service", 2, 3, 3, 0),
    ("Seat Comfort", 3, 4, 2, 0),
    ("Leg Room Service", 2, 3, 3, 5),
    ("Cleanliness", 3, 2, 1, 0),
    ("Food and Drink", 3, 0, 0, 1),
    ("In-flight Service", 2, 7, 2, 0),
    ("In-flight Wifi Service", 2, -5, 4, 30),
    ("In-flight Entertainment", 3, 3, 3, 0),
    ("Baggage Handling", 2, 7, 2, 0),
];

/// Answers with the columns of a survey of passengers; 0 is a touchpoint that did not apply.
pub fn survey() -> PolarsResult<DataFrame> {
    let mut random = Random::new(SEED);
    let passengers: Vec<Passenger> = (0..N_ANSWERS).map(|_| Passenger::new(&mut random)).collect();
    frame_of(&passengers)
}

struct Passenger {
    is_returning: bool,
    is_business_travel: bool,
    class: &'static str,
    gender: &'static str,
    age: i64,
    distance: i64,
    delay: i64,
    arrival_delay: Option<i64>,
    ratings: [i64; TOUCHPOINTS.len()],
    is_satisfied: bool,
}

impl Passenger {
    fn new(random: &mut Random) -> Self {
        let is_returning = random.chance(4, 5);
        let is_business_travel = random.chance(7, 10);
        let class = match random.between(1, 10) {
            1..=5 if is_business_travel => "Business",
            6 => "Economy Plus",
            _ => "Economy",
        };
        let delay = if random.chance(1, 2) { 0 } else { 8 * random.heavy_tailed(60) - random.between(0, 7) };
        let comfort = if class == "Business" { 5 } else { 0 };
        let mood = random.between(-4, 4) + comfort - delay.min(60) / 20;
        let mut rating = |(_, of_mood, level, _, of_1000): &(&str, i64, i64, i64, i64)| {
            if random.chance(*of_1000, 1000) {
                return 0;
            }
            // Tenths of a point; the sum of two is in the middle more often than at the ends.
            let own = random.between(-10, 10) + random.between(-10, 10);
            ((30 + level + of_mood * mood + own + 5) / 10).clamp(1, 5)
        };
        let ratings = TOUCHPOINTS.each_ref().map(&mut rating);
        // What did not apply counts as neither good nor bad.
        let liking = |(rating, touchpoint): (&i64, &(&str, i64, i64, i64, i64))| match rating {
            0 => 0,
            rating => (rating - 3) * touchpoint.3,
        };
        let score: i64 = ratings.iter().zip(&TOUCHPOINTS).map(liking).sum();
        let is_satisfied = score + random.between(-12, 12) + if is_returning { 1 } else { -6 } > 8;
        Self {
            is_returning,
            is_business_travel,
            class,
            gender: if random.chance(1, 2) { "Female" } else { "Male" },
            age: random.between(18, 80),
            distance: 100 * random.heavy_tailed(45) + random.between(0, 400),
            delay,
            arrival_delay: (!random.chance(3, 1000)).then(|| (delay + random.between(-6, 6)).max(0)),
            ratings,
            is_satisfied,
        }
    }
}

fn frame_of(passengers: &[Passenger]) -> PolarsResult<DataFrame> {
    fn cells<T>(passengers: &[Passenger], of: impl Fn(&Passenger) -> T) -> Vec<T> {
        passengers.iter().map(of).collect()
    }
    let either = |is_so, yes: &'static str, no: &'static str| if is_so { yes } else { no };
    let mut frame = df!(
        "ID" => (1..=passengers.len() as i64).collect::<Vec<_>>(),
        "Gender" => cells(passengers, |one| one.gender),
        "Age" => cells(passengers, |one| one.age),
        "Customer Type" => cells(passengers, |one| either(one.is_returning, "Returning", "First-time")),
        "Type of Travel" => cells(passengers, |one| either(one.is_business_travel, "Business", "Personal")),
        "Class" => cells(passengers, |one| one.class),
        "Flight Distance" => cells(passengers, |one| one.distance),
        "Departure Delay" => cells(passengers, |one| one.delay),
        "Arrival Delay" => cells(passengers, |one| one.arrival_delay),
    )?;
    for (place, (name, ..)) in TOUCHPOINTS.iter().enumerate() {
        frame.with_column(Column::new((*name).into(), cells(passengers, |one| one.ratings[place])))?;
    }
    let satisfaction = cells(passengers, |one| either(one.is_satisfied, "Satisfied", "Neutral or Dissatisfied"));
    frame.with_column(Column::new("Satisfaction".into(), satisfaction))?;
    Ok(frame)
}
