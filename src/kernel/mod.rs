//! Slices and scalars in, numbers out; no frame, no file, no thread of its own.

pub mod money;
