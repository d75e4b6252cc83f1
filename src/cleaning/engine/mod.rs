//! How rules become one streamed query: the plan while it grows, narrow passes, batches parted.

pub(crate) mod flow;
pub(crate) mod grouping;
pub(crate) mod groups;
pub(crate) mod legend;
pub(crate) mod narrow;
pub(crate) mod repeated;
pub(crate) mod shapes;
pub(crate) mod split;
pub(crate) mod step;
pub(crate) mod tables;
pub(crate) mod values;
