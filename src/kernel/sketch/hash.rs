//! Hashes that are the same on every machine and in every version.

/// Spreads the bits of a number over all 64; no two numbers share a result.
///
/// The output function of SplitMix64: G. L. Steele, D. Lea & C. H. Flood (2014), "Fast splittable
/// pseudorandom number generators", OOPSLA, figure 15, with D. Stafford's thirteenth mix.
#[inline(always)]
pub(crate) fn mixed(bits: u64) -> u64 {
    let z = bits.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ z >> 31
}

/// Spreads bytes over 64 bits, eight after eight; the length comes first, so that zeros at the end
/// make a difference.
#[inline]
pub(crate) fn mixed_bytes(bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<8>();
    let hash = words.iter().fold(mixed(bytes.len() as u64), |hash, word| mixed(hash ^ u64::from_le_bytes(*word)));
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    mixed(hash ^ u64::from_le_bytes(last))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Oracle: SplitMix64 seeded with 0 and then 1234567 in S. Vigna's reference code, whose first
    /// outputs these are.
    #[test]
    fn numbers_are_mixed_as_published() {
        assert_eq!(mixed(0), 16_294_208_416_658_607_535);
        assert_eq!(mixed(1_234_567), 6_457_827_717_110_365_317);
    }

    /// Oracle: the same in Python 3.13, with numbers of any size.
    #[test]
    fn bytes_are_mixed_eight_after_eight() {
        assert_eq!(mixed_bytes(b""), 12_035_550_249_420_947_055);
        assert_eq!(mixed_bytes(b"a"), 6_774_081_908_283_191_102);
        assert_eq!(mixed_bytes(b"abcdefgh"), 13_225_188_406_043_880_956);
        assert_eq!(mixed_bytes(b"a level of nineteen"), 10_066_885_916_517_412_171);
        assert_ne!(mixed_bytes(b"a"), mixed_bytes(b"a\0"));
    }
}
