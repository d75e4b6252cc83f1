//! What a time written as text says: a day, an instant on a clock, or more than can be used.

use chrono::format::{Fixed, Item, Numeric, StrftimeItems};

/// The kind of times that a format reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TimeFormat {
    /// Days.
    Day,
    /// Days with a time on the shop's clock.
    Clock,
    /// Instants with a zone or an offset, whose day is not that of the shop.
    Zoned,
    /// Not a format.
    Broken,
}

impl TimeFormat {
    /// Reads the codes of a format.
    pub(crate) fn of(format: &str) -> Self {
        let mut kind = Self::Day;
        for item in StrftimeItems::new(format) {
            match item {
                Item::Error => return Self::Broken,
                Item::Numeric(Numeric::Timestamp, _) => kind = Self::Zoned,
                Item::Numeric(
                    Numeric::Hour | Numeric::Hour12 | Numeric::Minute | Numeric::Second | Numeric::Nanosecond,
                    _,
                ) if kind == Self::Day => kind = Self::Clock,
                Item::Fixed(
                    Fixed::TimezoneName
                    | Fixed::TimezoneOffset
                    | Fixed::TimezoneOffsetColon
                    | Fixed::TimezoneOffsetDoubleColon
                    | Fixed::TimezoneOffsetTripleColon
                    | Fixed::TimezoneOffsetColonZ
                    | Fixed::TimezoneOffsetZ
                    | Fixed::RFC2822
                    | Fixed::RFC3339,
                ) => kind = Self::Zoned,
                _ => {}
            }
        }
        kind
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_known_by_what_they_read() {
        for format in ["%Y-%m-%d", "%d.%m.%y", "%F", "%x"] {
            assert_eq!(TimeFormat::of(format), TimeFormat::Day, "{format}");
        }
        for format in ["%Y-%m-%d %H:%M", "%F %-H:%M", "%F %X", "%D %I:%M %p", "%F %T%.f"] {
            assert_eq!(TimeFormat::of(format), TimeFormat::Clock, "{format}");
        }
        for format in ["%FT%T%z", "%FT%T%:z", "%+", "%s", "%c %Z"] {
            assert_eq!(TimeFormat::of(format), TimeFormat::Zoned, "{format}");
        }
        assert_eq!(TimeFormat::of("%Q"), TimeFormat::Broken);
    }
}
