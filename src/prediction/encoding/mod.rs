//! Encoding: a table of features as the columns of a regression, learned once and kept.
