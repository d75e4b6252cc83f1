//! Slices and scalars in, numbers out; no frame, no file.

pub mod binning;
pub mod concentration;
pub mod exact_sum;
pub mod moments;
pub mod money;
pub mod order;
pub mod quantile;
pub mod rank;
pub mod sum;
pub mod union_find;
