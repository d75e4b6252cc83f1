//! Stories, promises and laws that go through the public interface, as one binary.

mod architecture;
mod bad_input;
mod contract;
mod data;
mod dirt_is_found;
mod golden;
mod laws;
mod reading_files;
