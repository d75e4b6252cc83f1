//! The analysis from frame to report.
