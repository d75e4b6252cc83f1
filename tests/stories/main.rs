//! Stories, promises and laws that go through the public interface, as one binary.

mod architecture;
mod bad_cleaning_input;
mod bad_comparison_input;
mod bad_correlation_input;
mod bad_description_input;
mod bad_input;
mod cleaning_laws;
mod cleaning_telco;
mod cleaning_the_french_survey;
mod contract;
mod data;
mod dirt_is_found;
mod dirty;
mod golden;
mod golden_association;
mod golden_cleaning;
mod golden_comparison;
mod golden_correlation;
mod golden_descriptive;
mod golden_drivers;
mod golden_hypothesis;
mod laws;
mod one_profile_from_three_channels;
mod reading_files;
mod reading_text_files;
mod validity_of_a_table;
