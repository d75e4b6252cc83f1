//! Shares of explained variance against exact answers, brute force and their laws.

use proptest::prelude::*;

use super::*;
use crate::kernel::symmetric_matrix::SymmetricMatrix;
use crate::kernel::undefined::Undefined;

/// Correlations of cyl, disp, hp, wt and mpg in the 32 cars of Motor Trend 1974 (Henderson &
/// Velleman 1981, Biometrics 37), from mpmath 1.4.1 with 50 digits.
fn cars() -> SymmetricMatrix {
    const LOWER: [&[f64]; 5] = [
        &[1.0],
        &[0.9020328721469988, 1.0],
        &[0.8324474527218194, 0.7909485863698064, 1.0],
        &[0.7824957944632408, 0.887979922058138, 0.6587478873447591, 1.0],
        &[-0.8521619594266132, -0.8475513792624787, -0.7761683718265864, -0.8676593765172279, 1.0],
    ];
    SymmetricMatrix::from_lower(5, |row, column| LOWER[row][column])
}

#[track_caller]
fn assert_close(got: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(got.len(), expected.len());
    for (got, expected) in got.iter().zip(expected) {
        assert!((got - expected).abs() <= tolerance * expected.abs(), "got {got}, expected {expected}");
    }
}

/// Oracle: mpmath 1.4.1 with 50 digits over all sets; relative 1e-14. R relaimpo gives the same
/// eight digits: .21570939 .20069837 .17007695 .26215009.
#[test]
fn the_cars_have_the_published_shares() {
    let players = Players::single(4);
    let expected = [0.2157093860952557, 0.20069837473893898, 0.17007694580081592, 0.262150086786223];
    assert_close(&lmg(&cars(), &players).unwrap(), &expected, 1e-14);
    let expected = [0.7261800050938046, 0.7183433404897299, 0.602437341423934, 0.7528327936582646];
    assert_close(&first(&cars(), &players).unwrap(), &expected, 1e-14);
    let expected = [0.021798650926588902, 0.005484810151834755, 0.01602776118402749, 0.08074704932836983];
    assert_close(&last(&cars(), &players).unwrap(), &expected, 1e-13);
    let slopes = [-0.38324001977179, 0.23852778487156423, -0.23364561728248903, -0.625669999822543];
    let expected = [0.32658256617942255, -0.20216455306031805, 0.18134833835056724, 0.5428684419515618];
    assert_close(&pratt(&slopes, &cars().row(4)[..4], &players).unwrap(), &expected, 1e-15);
}

/// Oracle: mpmath, as above, with sets of players.
#[test]
fn columns_of_one_player_enter_together() {
    let one_pair = Players::labelled(&[0, 0, 1, 2]);
    let expected = [0.30134247923975804, 0.2198674719960695, 0.32742484218540596];
    assert_close(&lmg(&cars(), &one_pair).unwrap(), &expected, 1e-14);
    let two_pairs = Players::labelled(&[0, 1, 0, 1]);
    assert_close(&lmg(&cars(), &two_pairs).unwrap(), &[0.4042063197669033, 0.44442847365433025], 1e-14);
    assert_close(&last(&cars(), &one_pair).unwrap()[..1], &[0.021849341538442094], 1e-13);
    assert_close(&first(&cars(), &one_pair).unwrap()[..1], &[0.7595657755568964], 1e-14);
    assert_close(&lmg(&cars(), &Players::labelled(&[3; 4])).unwrap(), &[0.8486347934212335], 1e-14);
}

/// Oracle: by hand; two drivers with correlation c have the root (a b / b a), a and b half the
/// sum and half the difference of sqrt(1 + c) and sqrt(1 - c).
#[test]
fn relative_weights_of_two_drivers_by_hand() {
    let (c, with_target) = (0.6_f64, [0.5, 0.7]);
    let s = 0.5_f64.sqrt();
    let root = SymmetricRoot::of_eigen(&[1.0 - c, 1.0 + c], &[s, -s, s, s]).unwrap();
    let (a, b) = (((1.0 + c).sqrt() + (1.0 - c).sqrt()) / 2.0, ((1.0 + c).sqrt() - (1.0 - c).sqrt()) / 2.0);
    assert_close(root.loadings().values(), &[a, b, b, a], 1e-15);
    let det = a * a - b * b;
    let z = [(a * 0.5 - b * 0.7) / det, (a * 0.7 - b * 0.5) / det];
    let expected = [a * a * z[0] * z[0] + b * b * z[1] * z[1], b * b * z[0] * z[0] + a * a * z[1] * z[1]];
    let slopes = root.orthogonal_slopes(&with_target);
    let weights = relative_weights(&root, &slopes, &Players::single(2)).unwrap();
    assert_close(&weights, &expected, 1e-14);
    // R2 by hand: (0.25 + 0.49 - 2 * 0.6 * 0.35) / (1 - 0.36).
    assert!((weights.iter().sum::<f64>() - 0.5).abs() < 1e-15);
    assert_close(&relative_weights(&root, &slopes, &Players::labelled(&[0, 0])).unwrap(), &[0.5], 1e-14);
    let of_betas = root.rotated_slopes(&[(0.5 - 0.42) / 0.64, (0.7 - 0.3) / 0.64]);
    assert_close(&of_betas, &slopes, 1e-14);
}

#[test]
fn drivers_that_are_equal_share_equally() {
    // The second is the first again; the third is on its own.
    let cells = [[1.0, 1.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
    let twins = SymmetricMatrix::from_lower(4, |row, column| match (row, column) {
        (3, 3) => 1.0,
        (3, _) => [0.6, 0.6, 0.5][column],
        _ => cells[row][column],
    });
    let players = Players::single(3);
    assert_close(&lmg(&twins, &players).unwrap(), &[0.18, 0.18, 0.25], 1e-15);
    assert_close(&last(&twins, &players).unwrap(), &[0.0, 0.0, 0.25], 1e-15);
    let s = 0.5_f64.sqrt();
    let root = SymmetricRoot::of_eigen(&[0.0, 1.0, 2.0], &[s, -s, 0.0, 0.0, 0.0, 1.0, s, s, 0.0]).unwrap();
    let slopes = root.orthogonal_slopes(&[0.6, 0.6, 0.5]);
    assert_close(&relative_weights(&root, &slopes, &players).unwrap(), &[0.18, 0.18, 0.25], 1e-14);
}

#[test]
fn what_is_no_matrix_of_correlations_has_no_shares() {
    let of = |cells: &[f64; 3]| {
        SymmetricMatrix::from_lower(3, |row, column| if row == column { 1.0 } else { cells[row + column - 1] })
    };
    let players = Players::single(2);
    assert_eq!(lmg(&of(&[0.9, 0.9, -0.9]), &players), Err(Undefined::NotPositive));
    assert_eq!(lmg(&of(&[f64::NAN, 0.0, 0.0]), &players), Err(Undefined::NotFinite));
    assert_eq!(lmg(&of(&[0.0; 3]), &Players::single(3)), Err(Undefined::TooFew { n: 3, needed: 4 }));
    assert_eq!(lmg(&of(&[0.0; 3]), &players), Ok(vec![0.0, 0.0]));
    assert_eq!(lmg(&SymmetricMatrix::from_lower(1, |_, _| 1.0), &Players::single(0)), Ok(vec![]));
    assert_eq!(SymmetricRoot::of_eigen(&[-0.5, 1.0], &[1.0, 0.0, 0.0, 1.0]), Err(Undefined::NotPositive));
    assert_eq!(SymmetricRoot::of_eigen(&[1.0], &[]), Err(Undefined::TooFew { n: 0, needed: 1 }));
    assert_eq!(pratt(&[0.1], &[0.1, 0.2], &players), Err(Undefined::TooFew { n: 1, needed: 2 }));
    assert_eq!(sampled_lmg(&of(&[0.0; 3]), &players, 1, 7).unwrap_err(), Undefined::TooFew { n: 1, needed: 2 });
}

/// Correlations of columns that are mixed of fewer hidden ones and noise.
fn mixed(n: usize, seed: u64) -> SymmetricMatrix {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64 - 0.5
    };
    let rows: Vec<Vec<f64>> = (0..n).map(|_| (0..2 * n).map(|_| next() + 0.1).collect()).collect();
    let dot = |left: &[f64], right: &[f64]| left.iter().zip(right).map(|(left, right)| left * right).sum::<f64>();
    SymmetricMatrix::from_lower(n, |row, column| {
        if row == column {
            return 1.0;
        }
        dot(&rows[row], &rows[column]) / (dot(&rows[row], &rows[row]) * dot(&rows[column], &rows[column])).sqrt()
    })
}

/// `R2` of a set of columns by elimination, for brute force.
fn explained(matrix: &SymmetricMatrix, columns: &[usize]) -> f64 {
    let mut rest = elimination::Elimination::of(matrix);
    rest.enter_all(columns)
}

/// The definition, set by set.
fn by_definition(matrix: &SymmetricMatrix, players: &Players) -> Vec<f64> {
    let p = players.len();
    let columns = |set: usize| -> Vec<usize> {
        (0..p).filter(|j| set >> j & 1 == 1).flat_map(|j| players.columns(j).to_vec()).collect()
    };
    let shares: Vec<f64> = (0..1_usize << p).map(|set| explained(matrix, &columns(set))).collect();
    let choose = |n: usize, k: usize| (0..k).fold(1.0, |product, i| product * (n - i) as f64 / (i + 1) as f64);
    let share = |j: usize| {
        let sets = (0..1_usize << p).filter(|set| set >> j & 1 == 0);
        sets.map(|set| {
            let size = set.count_ones() as usize;
            (shares[set | 1 << j] - shares[set]) / (p as f64 * choose(p - 1, size))
        })
        .sum()
    };
    (0..p).map(share).collect()
}

#[test]
fn the_walk_agrees_with_the_definition() {
    for (n, labels) in [
        (4, vec![0, 1, 2]),
        (13, (0..12).collect()),
        (16, vec![0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 12, 12]),
        (17, vec![5, 1, 2, 3, 5, 4, 6, 1, 7, 8, 9, 10, 11, 12, 5, 1]),
        (8, vec![0, 0, 0, 1, 1, 2, 2]),
    ] {
        let (matrix, players) = (mixed(n, n as u64), Players::labelled(&labels));
        let (got, expected) = (lmg(&matrix, &players).unwrap(), by_definition(&matrix, &players));
        for (got, expected) in got.iter().zip(&expected) {
            assert!((got - expected).abs() < 2e-15, "{n} {labels:?}: {got} {expected}");
        }
    }
}

#[test]
fn sampled_shares_lie_within_their_errors_and_sum_to_the_whole() {
    let (matrix, players) = (mixed(11, 3), Players::labelled(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 8]));
    let exact = lmg(&matrix, &players).unwrap();
    let sampled = sampled_lmg(&matrix, &players, 4_000, 1).unwrap();
    for ((got, expected), error) in sampled.shares.iter().zip(&exact).zip(&sampled.std_errors) {
        assert!((got - expected).abs() < 4.0 * error, "{got} {expected} {error}");
        assert!(*error < 0.01 * exact.iter().sum::<f64>() && *error > 0.0, "{error}");
    }
    let (sampled_sum, sum) = (sampled.shares.iter().sum::<f64>(), exact.iter().sum::<f64>());
    assert!((sampled_sum - sum).abs() < 1e-14, "{sampled_sum} {sum}");
    assert_eq!(sampled, sampled_lmg(&matrix, &players, 4_000, 1).unwrap());
    assert_ne!(sampled, sampled_lmg(&matrix, &players, 4_000, 2).unwrap());
}

#[test]
fn threads_change_no_digit() {
    let matrix = mixed(15, 9);
    let players = Players::single(14);
    let run = |n_threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
        pool.install(|| (lmg(&matrix, &players), sampled_lmg(&matrix, &players, 50, 4)))
    };
    assert_eq!(run(1), run(3));
}

/// Twenty players are a million sets.
#[test]
fn twenty_players_are_no_trouble() {
    let matrix = mixed(21, 5);
    let shares = lmg(&matrix, &Players::single(20)).unwrap();
    let all: Vec<usize> = (0..20).collect();
    assert!((shares.iter().sum::<f64>() - explained(&matrix, &all)).abs() < 1e-13);
    assert!(shares.iter().all(|&share| share > 0.0));
}

proptest! {
    #[test]
    fn shares_sum_to_the_whole_and_follow_their_columns(seed in 0_u64..1_000, n in 3_usize..9, turn in 0_usize..8) {
        let matrix = mixed(n, seed);
        let shares = lmg(&matrix, &Players::single(n - 1)).unwrap();
        let all: Vec<usize> = (0..n - 1).collect();
        prop_assert!((shares.iter().sum::<f64>() - explained(&matrix, &all)).abs() < 1e-14);
        prop_assert!(shares.iter().all(|&share| share >= 0.0));
        let mut order = all;
        order.rotate_left(turn % (n - 1));
        order.push(n - 1);
        let turned = lmg(&matrix.select(&order), &Players::single(n - 1)).unwrap();
        for (place, &column) in order[..n - 1].iter().enumerate() {
            prop_assert!((turned[place] - shares[column]).abs() < 1e-14);
        }
    }
}
