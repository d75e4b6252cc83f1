//! Sums of cells beside what each respondent answered.

use proptest::prelude::*;

use super::super::composite::CompositeSums;
use super::super::item_rows::{Answers, MISSING};
use super::*;

const SCALES: [ItemScale; 2] = [ItemScale::Steps(4); 2];

/// A respondent: steps on two items from 1 to 5, a cell and a weight.
type Row = (u8, u8, u32, f64);

fn sums(rows: &[Row], weights: &ItemWeights, min_answered: usize, is_weighted: bool) -> IndexSums {
    let column = |pick: fn(&Row) -> u8| rows.iter().map(pick).collect::<Vec<u8>>();
    let (a, b) = (column(|row| row.0), column(|row| row.1));
    let cells: Vec<u32> = rows.iter().map(|row| row.2).collect();
    let answers = [Answers::Steps(&a), Answers::Steps(&b)];
    let items = ItemRows::new(&SCALES, &answers).unwrap();
    if is_weighted {
        let of_rows: Vec<f64> = rows.iter().map(|row| row.3).collect();
        let mut sums = IndexSums::weighted(&SCALES, weights, min_answered).unwrap();
        sums.add_weighted(&items, &cells, 3, &of_rows).unwrap();
        return sums;
    }
    let mut sums = IndexSums::new(&SCALES, weights, min_answered).unwrap();
    sums.add(&items, &cells, 3).unwrap();
    sums
}

/// Oracle: by hand. Weights 3/4 and 1/4, places 1 and 1/2, 1/2 and 1/4; the third answered the
/// second item alone (3/4), the fourth nothing, the fifth is in no cell.
#[test]
fn three_ways_of_treating_what_is_missing_by_hand() {
    let rows = [(4, 2, 0, 1.0), (2, 1, 0, 1.0), (MISSING, 3, 0, 1.0), (MISSING, MISSING, 0, 1.0), (0, 0, NO_CELL, 1.0)];
    let weights = ItemWeights::new(&[3.0, 1.0]).unwrap();
    for is_weighted in [false, true] {
        let found = sums(&rows, &weights, 1, is_weighted).cell(0).unwrap();
        assert_eq!((found.n_rows, found.n_too_few, found.complete.n, found.answered.n), (4, 1, 2, 3));
        assert_eq!(found.complete.mean, Ok((0.875 + 0.4375) / 2.0));
        assert_eq!(found.answered.mean, Ok((0.875 + 0.4375 + 0.75) / 3.0));
        assert_eq!((found.items[0].n, found.items[1].n), (2, 3));
        assert_eq!((found.items[0].mean.clone(), found.items[1].mean.clone()), (Ok(0.75), Ok(0.5)));
        // Of two composites the error is half their distance.
        assert!((found.complete.std_error.unwrap() - 0.4375 / 2.0).abs() < 1e-15);
    }
    let strict = sums(&rows, &weights, 2, false).cell(0).unwrap();
    assert_eq!((strict.n_too_few, strict.answered), (2, strict.complete));
}

#[test]
fn a_cell_without_respondents_says_so() {
    let weights = ItemWeights::equal(2).unwrap();
    for is_weighted in [false, true] {
        let found = sums(&[(1, 1, 0, 2.0)], &weights, 1, is_weighted);
        assert_eq!(found.n_cells(), 3);
        let empty = found.cell(2).unwrap();
        assert_eq!((empty.n_rows, empty.answered.n_effective), (0, None));
        assert_eq!(empty.answered.mean, Err(Undefined::TooFew { n: 0, needed: 1 }));
        assert_eq!(empty.items[1].mean, Err(Undefined::TooFew { n: 0, needed: 1 }));
        assert_eq!(found.cell(3), Err(Undefined::OutOfRange));
        assert_eq!(found.cell(0).unwrap().answered.std_error, Err(Undefined::TooFew { n: 1, needed: 2 }));
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let weights = ItemWeights::equal(2).unwrap();
    let answers = [Answers::Steps(&[1]), Answers::Steps(&[2])];
    let items = ItemRows::new(&SCALES, &answers).unwrap();
    let mut plain = IndexSums::new(&SCALES, &weights, 1).unwrap();
    assert_eq!(plain.add(&items, &[3], 3), Err(Undefined::OutOfRange));
    assert_eq!(plain.add(&items, &[0, 0], 3), Err(Undefined::OutOfRange));
    assert_eq!(plain.add_weighted(&items, &[0], 1, &[1.0]), Err(Undefined::OutOfRange));
    let mut weighted = IndexSums::weighted(&SCALES, &weights, 1).unwrap();
    assert_eq!(weighted.add(&items, &[0], 1), Err(Undefined::OutOfRange));
    assert_eq!(weighted.add_weighted(&items, &[0], 1, &[-1.0]), Err(Undefined::OutOfRange));
    assert_eq!(weighted.add_weighted(&items, &[0], 1, &[f64::NAN]), Err(Undefined::NotFinite));
    assert_eq!(weighted.add_weighted(&items, &[0], 1, &[]), Err(Undefined::OutOfRange));
    assert_eq!(plain.merge(weighted, &[0]), Err(Undefined::OutOfRange));
    for min_answered in [0, 3] {
        assert_eq!(IndexSums::new(&SCALES, &weights, min_answered).err(), Some(Undefined::OutOfRange));
    }
    assert_eq!(IndexSums::new(&SCALES[..1], &weights, 1).err(), Some(Undefined::OutOfRange));
}

/// Ten items, so that answers fill more than a word, and one of them without steps.
#[test]
fn many_items_of_several_kinds_are_read() {
    let mut scales = vec![ItemScale::Steps(10); 9];
    scales.push(ItemScale::Continuous);
    let steps: Vec<Vec<u8>> =
        (0..9).map(|item| (0..600).map(|row| ((row * 7 + item * 3) % 11) as u8).collect()).collect();
    let places: Vec<f64> = (0..600).map(|row| if row % 5 == 0 { f64::NAN } else { f64::from(row % 4) / 4.0 }).collect();
    let mut answers: Vec<Answers<'_>> = steps.iter().map(|steps| Answers::Steps(steps)).collect();
    answers.push(Answers::Places(&places));
    let weights = ItemWeights::equal(10).unwrap();
    let cells: Vec<u32> = (0..600).map(|row| row % 7).collect();
    let items = ItemRows::new(&scales, &answers).unwrap();
    let mut plain = IndexSums::new(&scales, &weights, 10).unwrap();
    plain.add(&items, &cells, 7).unwrap();
    let mut weighted = IndexSums::weighted(&scales, &weights, 10).unwrap();
    weighted.add_weighted(&items, &cells, 7, &[0.1; 600]).unwrap();
    for cell in 0..7 {
        let rows: Vec<usize> = (0..600).filter(|row| row % 7 == cell && row % 5 != 0).collect();
        let composite = |&row: &usize| {
            let of_steps: f64 = steps.iter().map(|steps| f64::from(steps[row]) / 10.0).sum();
            ((of_steps + places[row]) / 10.0).min(1.0)
        };
        let expected = CompositeSums::of(&rows.iter().map(composite).collect::<Vec<f64>>()).unwrap();
        let place: f64 = rows.iter().map(|&row| places[row]).sum();
        for found in [plain.cell(cell).unwrap(), weighted.cell(cell).unwrap()] {
            assert_eq!((found.answered.n, found.items[9].n), (rows.len() as u64, rows.len() as u64));
            assert!((found.answered.mean.unwrap() - expected.mean().unwrap()).abs() < 1e-13);
            assert!((found.answered.std_error.unwrap() - expected.std_error().unwrap()).abs() < 1e-13);
            assert!((found.items[9].mean.clone().unwrap() - place / rows.len() as f64).abs() < 1e-14);
        }
    }
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let step = || prop_oneof![4 => 0_u8..=4, 1 => Just(MISSING)];
    let cell = prop_oneof![9 => 0_u32..3, 1 => Just(NO_CELL)];
    prop::collection::vec((step(), step(), cell, prop_oneof![9 => 0.01..9.0, 1 => Just(0.0)]), 0..600)
}

#[test]
fn cells_are_merged_by_the_numbers_they_have_here() {
    let weights = ItemWeights::equal(2).unwrap();
    for is_weighted in [false, true] {
        let mine = sums(&[(4, 4, 0, 1.0)], &weights, 1, is_weighted);
        let theirs = sums(&[(0, 0, 0, 1.0), (2, 2, 1, 1.0), (3, 3, 2, 1.0)], &weights, 1, is_weighted);
        let mut merged = mine.clone();
        merged.merge(theirs.clone(), &[4, 0, NO_CELL]).unwrap();
        assert_eq!(merged.n_cells(), 5);
        assert_eq!(merged.cell(0).unwrap().answered.mean, Ok(0.75));
        assert_eq!(merged.cell(4).unwrap().items[1].mean, Ok(0.0));
        assert_eq!(merged.over(0..5).n_rows, 3);
        assert_eq!(merged.merge(theirs, &[0]), Err(Undefined::OutOfRange));
    }
}

proptest! {
    #[test]
    fn neither_order_nor_merging_changes_a_digit(mut rows in rows(), at in 0_usize..600, is_weighted: bool) {
        let weights = ItemWeights::new(&[0.3, 0.7]).unwrap();
        let all = |sums: &IndexSums| (0..3).map(|cell| sums.cell(cell).unwrap()).collect::<Vec<IndexCell>>();
        let whole = all(&sums(&rows, &weights, 1, is_weighted));
        let (left, right) = rows.split_at(at.min(rows.len()));
        let [mut left, right] = [left, right].map(|part| sums(part, &weights, 1, is_weighted));
        left.merge(right, &[0, 1, 2]).unwrap();
        prop_assert_eq!(&all(&left), &whole);
        rows.reverse();
        prop_assert_eq!(&all(&sums(&rows, &weights, 1, is_weighted)), &whole);
    }

    #[test]
    fn cells_together_are_the_whole(mut rows in rows(), is_weighted: bool) {
        rows.retain(|row| row.2 != NO_CELL);
        let weights = ItemWeights::new(&[0.3, 0.7]).unwrap();
        let together = sums(&rows, &weights, 1, is_weighted).over(0..3);
        rows.iter_mut().for_each(|row| row.2 = 0);
        prop_assert_eq!(together, sums(&rows, &weights, 1, is_weighted).cell(0).unwrap());
    }
}
