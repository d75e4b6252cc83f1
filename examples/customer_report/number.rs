//! Numbers as people write them.

/// `1234567` as `1,234,567`.
pub fn count(n: u64) -> String {
    grouped(&n.to_string())
}

/// `-1234.5` as `-1,234.50`.
pub fn money(value: f64) -> String {
    number(value, 2)
}

/// A number with so many decimals, and its thousands set apart.
pub fn number(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let (whole, fraction) =
        text.split_once('.').map_or((text.as_str(), None), |(whole, fraction)| (whole, Some(fraction)));
    // No minus before a number that rounding has made zero.
    let sign = if value < 0.0 && text.bytes().any(|byte| (b'1'..=b'9').contains(&byte)) { "-" } else { "" };
    match fraction {
        Some(fraction) => format!("{sign}{}.{fraction}", grouped(whole)),
        None => format!("{sign}{}", grouped(whole)),
    }
}

/// A value at which scores are told apart: whole where it is whole.
pub fn threshold(value: f64) -> String {
    if value.fract() == 0.0 { number(value, 0) } else { number(value, 2) }
}

/// `0.1234` as `12.3%`.
pub fn percent(share: f64) -> String {
    format!("{}%", number(100.0 * share, 1))
}

/// What part of the whole, in percent; nothing to show where there is no whole.
pub fn percent_of(part: u64, whole: u64) -> String {
    if whole == 0 { "-".to_owned() } else { percent(part as f64 / whole as f64) }
}

fn grouped(digits: &str) -> String {
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
