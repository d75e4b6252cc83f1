//! Types that hold the values of two others without loss.

use polars::prelude::*;

/// The narrowest type that holds every value of all; `None` when there is none, and Null for
/// no type at all.
pub(super) fn common_type<'a>(dtypes: impl Iterator<Item = &'a DataType>) -> Option<DataType> {
    let mut common = DataType::Null;
    for dtype in dtypes {
        common = of_two(&common, dtype)?;
    }
    Some(common)
}

/// The type of both; not that of the first when the second needs more.
fn of_two(a: &DataType, b: &DataType) -> Option<DataType> {
    use DataType::{Date, Datetime, Float32, Float64, Null, String};
    match (a, b) {
        (a, b) if a == b => Some(a.clone()),
        (Null, other) | (other, Null) => Some(other.clone()),
        (Float32, Float64) | (Float64, Float32) => Some(Float64),
        (Float32 | Float64, whole) | (whole, Float32 | Float64) => (bits(whole)?.0 <= 32).then_some(Float64),
        (String, other) | (other, String) => is_category(other).then_some(String),
        (a, b) if is_category(a) && is_category(b) => Some(String),
        // A naive datetime only: midnight of which zone is not known.
        // Nanoseconds reach 1677 to 2262 only.
        (Date, Datetime(unit, None)) | (Datetime(unit, None), Date) => {
            (*unit != TimeUnit::Nanoseconds).then(|| Datetime(*unit, None))
        }
        (Datetime(a, zone), Datetime(b, other)) if zone == other => {
            let is_nano = [a, b].contains(&&TimeUnit::Nanoseconds);
            (!is_nano).then(|| Datetime(TimeUnit::Microseconds, zone.clone()))
        }
        (a, b) => whole_of_two(a, b),
    }
}

fn is_category(dtype: &DataType) -> bool {
    matches!(dtype, DataType::Categorical(..) | DataType::Enum(..))
}

/// Bits of a whole number, and whether it has a sign.
fn bits(dtype: &DataType) -> Option<(u32, bool)> {
    Some(match dtype {
        DataType::Int8 => (8, true),
        DataType::Int16 => (16, true),
        DataType::Int32 => (32, true),
        DataType::Int64 => (64, true),
        DataType::UInt8 => (8, false),
        DataType::UInt16 => (16, false),
        DataType::UInt32 => (32, false),
        DataType::UInt64 => (64, false),
        _ => return None,
    })
}

fn whole_of_two(a: &DataType, b: &DataType) -> Option<DataType> {
    let ((bits_a, signed_a), (bits_b, signed_b)) = (bits(a)?, bits(b)?);
    if signed_a == signed_b {
        return Some(if bits_a < bits_b { b.clone() } else { a.clone() });
    }
    let (signed, unsigned) = if signed_a { (bits_a, bits_b) } else { (bits_b, bits_a) };
    match signed.max(2 * unsigned) {
        16 => Some(DataType::Int16),
        32 => Some(DataType::Int32),
        64 => Some(DataType::Int64),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use DataType::*;

    #[test]
    fn numbers_widen_only_where_no_digit_is_lost() {
        let both = |a: DataType, b: DataType| {
            let forward = common_type([&a, &b].into_iter());
            assert_eq!(forward, common_type([&b, &a].into_iter()), "{a} and {b}");
            forward
        };
        assert_eq!(both(Int8, Int64), Some(Int64));
        assert_eq!(both(UInt8, Int8), Some(Int16));
        assert_eq!(both(UInt32, Int8), Some(Int64));
        assert_eq!(both(UInt64, Int64), None);
        assert_eq!(both(Int32, Float32), Some(Float64));
        assert_eq!(both(Int64, Float64), None);
        assert_eq!(both(Float32, Float64), Some(Float64));
        assert_eq!(both(String, Int64), None);
        assert_eq!(both(Boolean, Int64), None);
        assert_eq!(both(Null, String), Some(String));
    }

    #[test]
    fn times_keep_their_instants() {
        let micro = Datetime(TimeUnit::Microseconds, None);
        let milli = Datetime(TimeUnit::Milliseconds, None);
        let nano = Datetime(TimeUnit::Nanoseconds, None);
        assert_eq!(common_type([&milli, &Date, &micro].into_iter()), Some(micro.clone()));
        assert_eq!(common_type([&nano, &micro].into_iter()), None);
        let shanghai = Datetime(TimeUnit::Microseconds, TimeZone::opt_try_new(Some("Asia/Shanghai")).unwrap());
        // Nanoseconds end in 2262, and 9999-12-31 is a usual date.
        assert_eq!(common_type([&nano, &Date].into_iter()), None);
        assert_eq!(common_type([&micro, &shanghai].into_iter()), None);
        assert_eq!(common_type([&shanghai, &Date].into_iter()), None);
        assert_eq!(common_type([].into_iter()), Some(Null));
    }
}
