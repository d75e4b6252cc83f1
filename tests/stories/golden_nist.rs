//! The univariate sets of NIST's Statistical Reference Datasets, against what NIST certifies and
//! against exact arithmetic.
//!
//! Data and certified values: NIST StRD, univariate summary statistics (public domain): Lew,
//! Lottery, Mavro, Michelso and NumAcc1 to NumAcc4. The certified values are those of the decimals
//! as written; the doubles that are read of them have others, so that no program finds more than
//! the digits that are left. The second oracle is that limit: exact rationals of the doubles
//! (Python 3.11 `fractions`, the root with mpmath 1.4.1 at 60 digits).

use customer_analytics::descriptive::{DescribeParams, NumericSummary};
use customer_analytics::kernel::moments::{MomentType, Moments};
use customer_analytics::kernel::weight::WeightKind;
use customer_analytics::polars::prelude::*;

/// Deflections of a beam under periodic pressure.
const LEW: [i16; 200] = [
    -213, -564, -35, -15, 141, 115, -420, -360, 203, -338, -431, 194, -220, -513, 154, -125, -559, 92, -21, -579, -52,
    99, -543, -175, 162, -457, -346, 204, -300, -474, 164, -107, -572, -8, 83, -541, -224, 180, -420, -374, 201, -236,
    -531, 83, 27, -564, -112, 131, -507, -254, 199, -311, -495, 143, -46, -579, -90, 136, -472, -338, 202, -287, -477,
    169, -124, -568, 17, 48, -568, -135, 162, -430, -422, 172, -74, -577, -13, 92, -534, -243, 194, -355, -465, 156,
    -81, -578, -64, 139, -449, -384, 193, -198, -538, 110, -44, -577, -6, 66, -552, -164, 161, -460, -344, 205, -281,
    -504, 134, -28, -576, -118, 156, -437, -381, 200, -220, -540, 83, 11, -568, -160, 172, -414, -408, 188, -125, -572,
    -32, 139, -492, -321, 205, -262, -504, 142, -83, -574, 0, 48, -571, -106, 137, -501, -266, 190, -391, -406, 194,
    -186, -553, 83, -13, -577, -49, 103, -515, -280, 201, 300, -506, 131, -45, -578, -80, 138, -462, -361, 201, -211,
    -554, 32, 74, -533, -235, 187, -372, -442, 182, -147, -566, 25, 68, -535, -244, 194, -351, -463, 174, -125, -570,
    15, 72, -550, -190, 172, -424, -385, 198, -218, -536, 96,
];

/// Numbers drawn in a lottery.
const LOTTERY: [i16; 218] = [
    162, 671, 933, 414, 788, 730, 817, 33, 536, 875, 670, 236, 473, 167, 877, 980, 316, 950, 456, 92, 517, 557, 956,
    954, 104, 178, 794, 278, 147, 773, 437, 435, 502, 610, 582, 780, 689, 562, 964, 791, 28, 97, 848, 281, 858, 538,
    660, 972, 671, 613, 867, 448, 738, 966, 139, 636, 847, 659, 754, 243, 122, 455, 195, 968, 793, 59, 730, 361, 574,
    522, 97, 762, 431, 158, 429, 414, 22, 629, 788, 999, 187, 215, 810, 782, 47, 34, 108, 986, 25, 644, 829, 630, 315,
    567, 919, 331, 207, 412, 242, 607, 668, 944, 749, 168, 864, 442, 533, 805, 372, 63, 458, 777, 416, 340, 436, 140,
    919, 350, 510, 572, 905, 900, 85, 389, 473, 758, 444, 169, 625, 692, 140, 897, 672, 288, 312, 860, 724, 226, 884,
    508, 976, 741, 476, 417, 831, 15, 318, 432, 241, 114, 799, 955, 833, 358, 935, 146, 630, 830, 440, 642, 356, 373,
    271, 715, 367, 393, 190, 669, 8, 861, 108, 795, 269, 590, 326, 866, 64, 523, 862, 840, 219, 382, 998, 4, 628, 305,
    747, 247, 34, 747, 729, 645, 856, 974, 24, 568, 24, 694, 608, 480, 410, 729, 947, 293, 53, 930, 223, 203, 677, 227,
    62, 455, 387, 318, 562, 242, 428, 968,
];

/// Transmittance of a filter: digits behind 2.00.
const MAVRO: [i16; 50] = [
    180, 170, 180, 190, 180, 170, 150, 140, 150, 150, 170, 180, 180, 190, 190, 210, 200, 160, 140, 130, 130, 150, 150,
    160, 150, 140, 130, 140, 150, 140, 150, 160, 150, 160, 190, 200, 200, 210, 220, 230, 240, 250, 270, 260, 260, 260,
    270, 260, 250, 240,
];

/// Speed of light in air, in hundredths of a million metres per second above 299 million.
const MICHELSO: [i16; 100] = [
    85, 74, 90, 107, 93, 85, 95, 98, 98, 88, 100, 98, 93, 65, 76, 81, 100, 100, 96, 96, 96, 94, 96, 94, 88, 80, 85, 88,
    90, 84, 83, 79, 81, 88, 88, 83, 80, 79, 76, 80, 88, 88, 88, 86, 72, 72, 62, 86, 97, 95, 88, 91, 85, 87, 84, 84, 85,
    84, 84, 84, 89, 81, 81, 82, 80, 77, 76, 74, 75, 76, 91, 92, 89, 86, 88, 72, 84, 85, 85, 78, 89, 84, 78, 81, 76, 81,
    79, 81, 82, 85, 87, 87, 81, 74, 81, 94, 95, 80, 81, 87,
];

/// One data set: its name, its values, what NIST certifies and what its doubles have.
struct Set {
    name: &'static str,
    values: Vec<f64>,
    /// Mean and standard deviation of the decimals, as certified.
    certified: [f64; 2],
    /// Mean, standard deviation, and skewness and excess kurtosis of type 1, of the doubles.
    exact: [f64; 4],
    /// Digits of the certified standard deviation that NumPy 2.4.6, pandas and statsmodels find at
    /// best, cut off behind the second; of the mean they all find 15.
    digits_of_others: f64,
}

/// A decimal as a reader of text has it.
fn parsed(text: &str) -> f64 {
    text.parse().unwrap()
}

fn whole(values: &[i16]) -> Vec<f64> {
    values.iter().copied().map(f64::from).collect()
}

/// One value and 500 pairs of a tenth less and a tenth more, as NIST generated them.
fn accuracy(offset: u64) -> Vec<f64> {
    let tenths = std::iter::once(2).chain((0..1_000).map(|at| if at % 2 == 0 { 1 } else { 3 }));
    tenths.map(|tenth| parsed(&format!("{offset}.{tenth}"))).collect()
}

fn sets() -> Vec<Set> {
    let mavro = MAVRO.iter().map(|digits| parsed(&format!("2.00{digits}"))).collect();
    let michelso =
        MICHELSO.iter().map(|digits| parsed(&format!("{}.{:02}", 299 + digits / 100, digits % 100))).collect();
    let set =
        |name, values, certified, exact, digits_of_others| Set { name, values, certified, exact, digits_of_others };
    vec![
        set(
            "Lew",
            whole(&LEW),
            [-177.435, 277.332_168_044_316],
            [-177.435, 277.332_168_044_316_1, -0.050_226_295_458_212_986, -1.488_760_173_814_026_4],
            15.0,
        ),
        set(
            "Lottery",
            whole(&LOTTERY),
            [518.958_715_596_330, 291.699_727_470_969],
            [518.958_715_596_330_3, 291.699_727_470_969_1, -0.092_688_231_450_355_5, -1.192_780_941_757_953_6],
            15.0,
        ),
        set(
            "Mavro",
            mavro,
            [2.001_856, 0.000_429_123_454_003_053],
            [2.001_856, 0.000_429_123_454_003_085_4, 0.625_418_070_143_185_4, -0.858_384_027_819_247_8],
            13.12,
        ),
        set(
            "Michelso",
            michelso,
            [299.8524, 0.079_010_547_819_051_8],
            [299.8524, 0.079_010_547_819_050_66, -0.018_259_613_963_091_073, 0.263_530_532_311_477_8],
            13.84,
        ),
        set(
            "NumAcc1",
            vec![10_000_001.0, 10_000_003.0, 10_000_002.0],
            [10_000_002.0, 1.0],
            [10_000_002.0, 1.0, 0.0, -1.5],
            15.0,
        ),
        set(
            "NumAcc2",
            accuracy(1),
            [1.2, 0.1],
            [1.2, 0.099_999_999_999_999_98, 3.329_004_987_299_511_2e-18, -1.999],
            15.0,
        ),
        set(
            "NumAcc3",
            accuracy(1_000_000),
            [1_000_000.2, 0.1],
            [1_000_000.2, 0.100_000_000_034_924_6, 1.745_357_366_171_726_7e-12, -1.999],
            9.45,
        ),
        set(
            "NumAcc4",
            accuracy(10_000_000),
            [10_000_000.2, 0.1],
            [10_000_000.2, 0.100_000_000_558_793_54, 2.792_571_771_245_246e-11, -1.999],
            8.25,
        ),
    ]
}

/// The number of digits two numbers share, at most 15, as NIST counts them.
fn digits(found: f64, certified: f64) -> f64 {
    let error = ((found - certified) / certified).abs();
    if error == 0.0 { 15.0 } else { (-error.log10()).min(15.0) }
}

fn described(values: &[f64]) -> NumericSummary {
    let frame = df!("y" => values).unwrap();
    let params = DescribeParams::new().moment_type(MomentType::Type1);
    params.run(&frame.lazy()).unwrap().columns[0].numeric.clone().unwrap()
}

#[test]
fn no_digit_is_lost_that_the_doubles_have() {
    for Set { name, values, exact: [mean, sd, skewness, kurtosis], .. } in sets() {
        let found = described(&values);
        let near = |found: Option<f64>, expected: f64, scale: f64| {
            let found = found.unwrap();
            assert!((found - expected).abs() <= 2.0 * f64::EPSILON * scale, "{name}: {found} {expected}");
        };
        // The sum is rounded before it is divided, which can cost the last bit.
        near(found.mean, mean, mean.abs());
        near(found.sd, sd, sd);
        near(found.variance, sd * sd, sd * sd);
        near(found.skewness, skewness, 1.0);
        near(found.excess_kurtosis, kurtosis, 3.0);
    }
}

#[test]
fn no_set_has_fewer_certified_digits_than_other_programs_find() {
    for Set { name, values, certified, digits_of_others, .. } in sets() {
        let found = Moments::of(&values).unwrap();
        let [mean, sd] = [digits(found.mean(), certified[0]), digits(found.sd().unwrap(), certified[1])];
        // 15 digits are what the certified values are written with.
        assert!(mean >= 14.9, "{name}: {mean} digits of the mean");
        assert!(sd >= digits_of_others.min(14.9), "{name}: {sd} digits of the standard deviation");
    }
}

/// Counting equal values and weighing them is the same as having them all.
#[test]
fn frequencies_give_the_digits_of_the_rows_they_count() {
    for Set { name, values, .. } in sets() {
        let mut sorted = values.clone();
        sorted.sort_by(f64::total_cmp);
        let runs = sorted.chunk_by(|a, b| a == b).map(|run| (run[0], run.len() as f64));
        let (distinct, counts): (Vec<f64>, Vec<f64>) = runs.unzip();
        let rows = Moments::of(&values).unwrap();
        let counted = Moments::weighted(&distinct, &counts, WeightKind::Frequency).unwrap();
        assert_eq!((counted.n(), counted.mean(), counted.sum()), (rows.n(), rows.mean(), rows.sum()), "{name}");
        let (found, expected) = (counted.sd().unwrap(), rows.sd().unwrap());
        assert!((found - expected).abs() <= 2.0 * f64::EPSILON * expected, "{name}: {found} {expected}");
    }
}
