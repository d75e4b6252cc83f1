//! Slices and scalars in, numbers out; no frame, no file.

pub mod anova;
pub mod association;
pub mod binning;
pub mod bootstrap;
pub mod bounded_sum;
pub mod concentration;
pub mod distribution;
pub mod entropy;
pub mod exact_sum;
pub mod gap;
pub mod hypothesis;
pub mod interval;
pub mod location;
pub mod masked;
pub mod moments;
pub mod money;
pub mod multiplicity;
pub mod order;
pub mod p_value;
pub mod quantile;
pub mod rank;
pub mod sum;
pub mod undefined;
pub mod union_find;
pub mod weight;
