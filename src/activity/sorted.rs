//! The customers of all shards in the order of their ids.

use polars::prelude::*;
use rayon::prelude::*;

use super::ids::{Ids, IntegerIds};
use super::state::{Shard, State};
use super::text_ids::TextIds;
use crate::frame::columns;

/// Customers that one thread takes at a time.
const PART: usize = 1 << 13;

/// All customers, found in the order of their ids.
pub(crate) struct Sorted<I, K> {
    pub(crate) ids: Series,
    shards: Vec<Shard<I>>,
    places: Vec<(K, Place)>,
}

/// Where a customer is.
#[derive(Clone, Copy, Default)]
pub(crate) struct Place {
    shard: u32,
    row: u32,
}

impl Sorted<IntegerIds, i64> {
    /// Sorts by the numbers.
    pub(crate) fn by_number(state: State<IntegerIds>) -> Self {
        let shards = state.into_shards();
        let mut places = places(&shards, IntegerIds::get);
        places.par_sort_unstable_by_key(|&(id, _)| id);
        let ids: Vec<i64> = places.par_iter().map(|&(id, _)| id).collect();
        Self { ids: Series::new(columns::CUSTOMER.into(), ids), shards, places }
    }
}

impl Sorted<TextIds, u128> {
    /// Sorts by the bytes of the texts.
    pub(crate) fn by_text(state: State<TextIds>) -> Self {
        let shards = state.into_shards();
        let mut places = places(&shards, TextIds::sort_key);
        let text = |place: Place| {
            let shard = &shards[place.shard as usize];
            shard.roster.ids.get(shard.customer(place.row).key)
        };
        // Only long ids with the same beginning have the same sort key.
        places.par_sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| text(a.1).cmp(text(b.1))));
        let of_part = |part: &[(u128, Place)]| {
            let mut texts = StringChunkedBuilder::new(columns::CUSTOMER.into(), part.len());
            for &(key, place) in part {
                // A short text is all in its sort key: no need to go and fetch it.
                let bytes = key.to_be_bytes();
                texts.append_option(str::from_utf8(TextIds::short(&bytes).unwrap_or_else(|| text(place))).ok());
            }
            texts.finish()
        };
        let mut parts: Vec<StringChunked> = places.par_chunks(PART).map(of_part).collect();
        if parts.is_empty() {
            parts.push(of_part(&[]));
        }
        let chunks = parts.iter().flat_map(|part| part.downcast_iter().cloned());
        let ids = StringChunked::from_chunk_iter(columns::CUSTOMER.into(), chunks).rechunk().into_owned();
        Self { ids: ids.into_series(), shards, places }
    }
}

/// Every customer with a sort key and its place.
fn places<I: Ids, K: Copy + Default + Send>(shards: &[Shard<I>], key: impl Fn(&I, u64) -> K + Sync) -> Vec<(K, Place)> {
    let mut places =
        vec![(K::default(), Place::default()); shards.iter().map(|shard| shard.roster.len() as usize).sum()];
    let mut rest = places.as_mut_slice();
    let mut of_shards = Vec::with_capacity(shards.len());
    for shard in shards {
        let (of_shard, others) = rest.split_at_mut(shard.roster.len() as usize);
        of_shards.push(of_shard);
        rest = others;
    }
    of_shards.into_par_iter().zip(shards).enumerate().for_each(|(number, (places, Shard { roster, .. }))| {
        for ((place, customer), row) in places.iter_mut().zip(roster.iter()).zip(0..) {
            *place = (key(&roster.ids, customer.key), Place { shard: number as u32, row });
        }
    });
    places
}

/// The columns that every summary has.
pub(crate) struct MainColumns {
    pub(crate) first_day: Vec<i32>,
    pub(crate) last_day: Vec<i32>,
    pub(crate) n_purchases: Vec<u32>,
    pub(crate) n_refunds: Vec<u32>,
    pub(crate) net_value: Vec<f64>,
    pub(crate) refund_value: Vec<f64>,
}

impl<I: Ids, K: Sync> Sorted<I, K> {
    /// Whether a count or a sum of any customer has left its range.
    pub(crate) fn overflowed(&self) -> bool {
        self.shards.iter().any(|shard| shard.overflowed)
    }

    /// A value of each customer.
    pub(crate) fn of_each<T: Send>(&self, get: impl Fn(&Shard<I>, u32) -> T + Sync + Send) -> Vec<T> {
        self.places.par_iter().map(|(_, place)| get(&self.shards[place.shard as usize], place.row)).collect()
    }

    /// The main columns, in one go: a customer is fetched from memory once for all of them.
    pub(crate) fn main_columns(&self) -> MainColumns {
        let n = self.places.len();
        let mut columns = MainColumns {
            first_day: vec![0; n],
            last_day: vec![0; n],
            n_purchases: vec![0; n],
            n_refunds: vec![0; n],
            net_value: vec![0.0; n],
            refund_value: vec![0.0; n],
        };
        let slots = (
            columns.first_day.par_chunks_mut(PART),
            columns.last_day.par_chunks_mut(PART),
            columns.n_purchases.par_chunks_mut(PART),
            columns.n_refunds.par_chunks_mut(PART),
            columns.net_value.par_chunks_mut(PART),
            columns.refund_value.par_chunks_mut(PART),
        );
        self.places.par_chunks(PART).zip(slots).for_each(|(places, slots)| {
            let (first_day, last_day, n_purchases, n_refunds, net_value, refund_value) = slots;
            for (i, (_, place)) in places.iter().enumerate() {
                let shard = &self.shards[place.shard as usize];
                let customer = shard.customer(place.row);
                first_day[i] = customer.first_day;
                last_day[i] = customer.last_day;
                n_purchases[i] = customer.n_purchases;
                n_refunds[i] = customer.n_refunds;
                net_value[i] = shard.net_value(place.row);
                refund_value[i] = shard.refund_value(place.row);
            }
        });
        columns
    }
}
