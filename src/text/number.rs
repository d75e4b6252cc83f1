//! Numbers as people and shops write them.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::currency_mark::{after_mark, before_mark};
use super::normal::trimmed;
use super::width::half_width;

/// Which mark stands between the whole part and the decimals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecimalMark {
    /// `1,234.50`.
    #[default]
    Point,
    /// `1.234,50`.
    Comma,
}

/// How digits of the whole part are grouped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grouping {
    /// By three: `1,234,567`.
    #[default]
    Thousands,
    /// The last three, then by two: `12,34,567`.
    Indian,
    /// Not at all: a grouped number is refused.
    None,
}

/// Why a text is no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NumberProblem {
    /// Empty, or nothing but white space.
    Blank,
    /// It has signs other than those of a number.
    NotANumber,
    /// Its marks do not stand where the stated decimal mark and grouping put them, as in
    /// `1.234,50` where the point is the decimal mark.
    Grouping,
    /// Larger than the largest number, or smaller than the smallest but not zero.
    OutOfRange,
}

impl fmt::Display for NumberProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Blank => "blank",
            Self::NotANumber => "not a number",
            Self::Grouping => "marks do not fit the stated decimal mark and grouping",
            Self::OutOfRange => "out of range",
        })
    }
}

impl std::error::Error for NumberProblem {}

/// How numbers are written; stated, never guessed.
///
/// Read besides plain digits: a currency mark on either side (a sign such as `£`, `￥`, `US$`,
/// `元`, or an ISO 4217 code in capitals), which is dropped; a sign before or behind (`5-`);
/// brackets for negative numbers; grouped digits; an exponent (`1.2E+05`); full-width digits.
/// Groups are separated by the comma or point that is not the decimal mark, a blank or an
/// apostrophe, the same one throughout, and are complete: `1,23` is refused, and so is
/// `0,123`. `nan` and `inf` are no numbers. Minus zero is zero.
///
/// # Examples
///
/// ```
/// use customer_analytics::text::{DecimalMark, NumberProblem, NumberText};
///
/// let english = NumberText::new();
/// assert_eq!(english.parse("£1,234.50"), Ok(1234.5));
/// assert_eq!(english.parse("(12.00)"), Ok(-12.0));
/// assert_eq!(english.parse("1.234,50"), Err(NumberProblem::Grouping));
/// assert_eq!(NumberText::new().decimal(DecimalMark::Comma).parse("1 234,50 €"), Ok(1234.5));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[must_use]
pub struct NumberText {
    decimal: DecimalMark,
    grouping: Grouping,
    percent: bool,
}

impl NumberText {
    /// A decimal point, groups of three, no percentages.
    pub fn new() -> Self {
        Self::default()
    }

    /// Chooses the decimal mark; a point by default.
    pub fn decimal(mut self, decimal: DecimalMark) -> Self {
        self.decimal = decimal;
        self
    }

    /// Chooses the grouping; by three by default.
    pub fn grouping(mut self, grouping: Grouping) -> Self {
        self.grouping = grouping;
        self
    }

    /// Whether `12%` is 0.12; it is refused by default.
    pub fn percent(mut self, percent: bool) -> Self {
        self.percent = percent;
        self
    }

    /// The number nearest to what the text says.
    ///
    /// Nothing is allocated for digits with a decimal point.
    ///
    /// # Errors
    /// The problem, which holds nothing of the text.
    pub fn parse(&self, text: &str) -> Result<f64, NumberProblem> {
        if self.decimal == DecimalMark::Point && is_plain(text.as_bytes()) {
            return nearest(text);
        }
        let text = half_width(text);
        let text = trimmed(&text);
        if text.is_empty() {
            return Err(NumberProblem::Blank);
        }
        let parts = Parts::of(&text, self.percent)?;
        nearest(&self.plain(&parts)?)
    }

    /// The digits as the standard parser reads them.
    fn plain(&self, parts: &Parts<'_>) -> Result<String, NumberProblem> {
        let (mantissa, exponent) = match parts.body.split_once(['e', 'E']) {
            Some((mantissa, exponent)) if is_exponent(exponent) && !parts.percent => (mantissa, exponent),
            Some(_) => return Err(NumberProblem::NotANumber),
            None => (parts.body, if parts.percent { "-2" } else { "0" }),
        };
        let mark = if self.decimal == DecimalMark::Point { '.' } else { ',' };
        let (whole, decimals) = mantissa.split_once(mark).unwrap_or((mantissa, ""));
        let is_mark = |c: char| c.is_ascii_digit() || is_separator(c);
        if !mantissa.chars().all(is_mark) || !mantissa.contains(|c: char| c.is_ascii_digit()) {
            return Err(NumberProblem::NotANumber);
        }
        let mut plain = String::with_capacity(mantissa.len() + exponent.len() + 4);
        if parts.negative {
            plain.push('-');
        }
        self.push_whole(whole, mark, &mut plain)?;
        if !decimals.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(NumberProblem::Grouping);
        }
        plain.extend([".", decimals, "e", exponent]);
        Ok(plain)
    }

    /// The whole part without its separators.
    fn push_whole(&self, whole: &str, mark: char, plain: &mut String) -> Result<(), NumberProblem> {
        let Some(separator) = whole.chars().find(|&c| is_separator(c)) else {
            plain.push_str(if whole.is_empty() { "0" } else { whole });
            return Ok(());
        };
        let groups = whole.split(separator).map(str::as_bytes);
        let n = groups.clone().count();
        let fits = |(at, group): (usize, &[u8])| {
            let from_the_end = n - 1 - at;
            let most = match self.grouping {
                Grouping::Indian if from_the_end > 0 => 2,
                _ => 3,
            };
            let size = if at == 0 { (1..=most).contains(&group.len()) } else { group.len() == most };
            size && group.iter().all(u8::is_ascii_digit)
        };
        let well_formed = separator != mark && !whole.starts_with('0') && groups.enumerate().all(fits);
        if self.grouping == Grouping::None || !well_formed {
            return Err(NumberProblem::Grouping);
        }
        plain.extend(whole.split(separator));
        Ok(())
    }
}

/// A number without what stands around its digits.
struct Parts<'a> {
    body: &'a str,
    negative: bool,
    percent: bool,
}

impl<'a> Parts<'a> {
    /// Takes off one sign or pair of brackets, one currency mark and one percent sign, in
    /// any order, as shops write them.
    fn of(text: &'a str, allows_percent: bool) -> Result<Self, NumberProblem> {
        let (mut body, mut sign, mut percent, mut currency) = (text, None, false, false);
        loop {
            body = body.trim();
            if let Some((negative, rest)) = signed(body).filter(|_| sign.is_none()) {
                (sign, body) = (Some(negative), rest);
                continue;
            }
            let unmarked = || before_mark(body).or_else(|| after_mark(body));
            if let Some(rest) = (!currency).then(unmarked).flatten() {
                (currency, body) = (true, rest);
                continue;
            }
            match body.strip_suffix('%') {
                Some(rest) if allows_percent && !percent => (percent, body) = (true, rest),
                _ => break,
            }
        }
        let negative = sign.unwrap_or(false);
        if body.is_empty() { Err(NumberProblem::NotANumber) } else { Ok(Self { body, negative, percent }) }
    }
}

/// Whether a sign or brackets say negative, and what they stand around.
fn signed(body: &str) -> Option<(bool, &str)> {
    const MINUS: [char; 5] = ['-', '\u{2212}', '\u{2010}', '\u{2011}', '\u{2013}'];
    if let Some(inner) = body.strip_prefix('(').and_then(|body| body.strip_suffix(')')) {
        return Some((true, inner));
    }
    let minus = body.strip_prefix(MINUS).or_else(|| body.strip_suffix(MINUS));
    minus.map(|rest| (true, rest)).or_else(|| body.strip_prefix('+').map(|rest| (false, rest)))
}

fn is_separator(c: char) -> bool {
    matches!(c, ',' | '.' | '\'' | '\u{2019}') || c.is_whitespace()
}

fn is_exponent(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    (1..=5).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether the text is digits with a decimal point at the most, and a minus sign.
fn is_plain(text: &[u8]) -> bool {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    let mut points = 0;
    let plain = digits.iter().all(|&byte| {
        points += u32::from(byte == b'.');
        byte.is_ascii_digit() || byte == b'.'
    });
    plain && points <= 1 && digits.len() > points as usize
}

/// The nearest number to plain digits.
fn nearest(plain: &str) -> Result<f64, NumberProblem> {
    let value: f64 = plain.parse().map_err(|_| NumberProblem::NotANumber)?;
    let digits = plain.split('e').next().unwrap_or_default();
    let vanished = value == 0.0 && digits.bytes().any(|byte| matches!(byte, b'1'..=b'9'));
    // Minus zero plus zero is zero.
    if value.is_finite() && !vanished { Ok(value + 0.0) } else { Err(NumberProblem::OutOfRange) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn english(text: &str) -> Result<f64, NumberProblem> {
        NumberText::new().parse(text)
    }

    fn german(text: &str) -> Result<f64, NumberProblem> {
        NumberText::new().decimal(DecimalMark::Comma).parse(text)
    }

    #[test]
    fn amounts_of_many_shops_are_read() {
        let amounts = [
            ("£1,234.50", 1234.5),
            ("￥1,234.50", 1234.5),
            ("(12.00)", -12.0),
            ("-$5", -5.0),
            ("$-5", -5.0),
            ("5-", -5.0),
            ("CNY 1,200", 1200.0),
            ("1'234.50", 1234.5),
            ("1’234.50", 1234.5),
            ("１２３．５", 123.5),
            ("1 234.5", 1234.5),
            ("£(12.00)", -12.0),
            ("(12.00) EUR", -12.0),
            ("12元", 12.0),
            ("US$ 1,000,000", 1e6),
            ("+7", 7.0),
            (".5", 0.5),
            ("5.", 5.0),
            ("1.2E+05", 120_000.0),
            ("\u{2212}3", -3.0),
            (" 42\u{a0}", 42.0),
            ("007", 7.0),
            ("100 kr", 100.0),
            ("－５", -5.0),
        ];
        for (text, expected) in amounts {
            assert_eq!(english(text), Ok(expected), "{text}");
        }
        let amounts = [
            ("1.234,50", 1234.5),
            ("1 234,50 €", 1234.5),
            ("1\u{202f}234,50", 1234.5),
            ("12,5", 12.5),
            ("1.234", 1234.0),
        ];
        for (text, expected) in amounts {
            assert_eq!(german(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn marks_that_do_not_fit_are_refused_not_guessed() {
        for text in
            ["1.234,50", "1,23", "0,123", "1,2345", "12,34,567", "1,234 567", "1.2.3", "1,,234", ",123", "1.5,5"]
        {
            assert_eq!(english(text), Err(NumberProblem::Grouping), "{text}");
        }
        for text in ["1,234.50", "1.23", "1,234,567"] {
            assert_eq!(german(text), Err(NumberProblem::Grouping), "{text}");
        }
        let ungrouped = NumberText::new().grouping(Grouping::None);
        assert_eq!(ungrouped.parse("1,234"), Err(NumberProblem::Grouping));
        assert_eq!(ungrouped.parse("$1234.5"), Ok(1234.5));
    }

    #[test]
    fn indian_groups_are_read_when_stated() {
        let indian = NumberText::new().grouping(Grouping::Indian);
        assert_eq!(indian.parse("₹1,23,456.00"), Ok(123_456.0));
        assert_eq!(indian.parse("12,34,567"), Ok(1_234_567.0));
        assert_eq!(indian.parse("1,234"), Ok(1234.0));
        for text in ["1,234,567", "123,456", "1,23"] {
            assert_eq!(indian.parse(text), Err(NumberProblem::Grouping), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in ["", " ", "\u{3000}"] {
            assert_eq!(english(text), Err(NumberProblem::Blank));
        }
        let refused = [
            "nan", "inf", "-", "()", "$", "CNY", "NA", "12%", "--5", "(-5)", "-5-", "5e", "e5", "1e+", "12 km",
            "MAY 12", "5 €€", "½", "10²", "0x10", "1_000", "12/3", "一百", ".", ",", "五", "1e5%", "- -5", "abc 12",
            "1e5e5", "+5-", "$5 USD",
        ];
        for text in refused {
            assert_eq!(english(text), Err(NumberProblem::NotANumber), "{text}");
        }
        for text in ["1e400", "-1e400", "1e-400", "1e99999"] {
            assert_eq!(english(text), Err(NumberProblem::OutOfRange), "{text}");
        }
        assert_eq!(english("0e-999").map(f64::to_bits), Ok(0));
        assert_eq!(english("-0.00").map(f64::to_bits), Ok(0));
    }

    #[test]
    fn percentages_are_rounded_once() {
        let percent = NumberText::new().percent(true);
        assert_eq!(percent.parse("12%"), Ok(0.12));
        assert_eq!(percent.parse("-57.3 %"), Ok(-0.573));
        assert_eq!(percent.parse("５％"), Ok(0.05));
        assert_eq!(percent.parse("12"), Ok(12.0));
        assert_eq!(percent.parse("12%%"), Err(NumberProblem::NotANumber));
    }

    #[test]
    fn settings_survive_a_job_file() {
        let settings = NumberText::new().decimal(DecimalMark::Comma).grouping(Grouping::Indian).percent(true);
        let text = serde_json::to_string(&settings).unwrap();
        assert_eq!(serde_json::from_str::<NumberText>(&text).unwrap(), settings);
        assert!(serde_json::from_str::<NumberText>(r#"{"mark": ","}"#).is_err());
    }

    proptest! {
        #[test]
        fn every_number_is_read_back(value in -1e15_f64..1e15) {
            prop_assert_eq!(english(&format!("{value}")), Ok(value));
            prop_assert_eq!(english(&format!("{value:e}")), Ok(value));
            prop_assert_eq!(german(&format!("{value}").replace('.', ",")), Ok(value));
            prop_assert_eq!(english(&format!("£{value}")), Ok(value));
        }

        #[test]
        fn whole_numbers_are_read_with_their_groups(value in 0_u64..1 << 53) {
            let digits = value.to_string();
            let grouped = digits.as_bytes().rchunks(3).rev().map(|group| std::str::from_utf8(group).unwrap());
            prop_assert_eq!(english(&grouped.collect::<Vec<_>>().join(",")), Ok(value as f64));
        }

        #[test]
        fn no_text_makes_it_panic(text in any::<String>(), near in "[-+0-9.,'()%$€eEUSDkr ]{0,12}") {
            for settings in [NumberText::new(), NumberText::new().decimal(DecimalMark::Comma).percent(true)] {
                for text in [&text, &near] {
                    prop_assert!(settings.parse(text).map_or(true, f64::is_finite));
                }
            }
        }
    }
}
