//! linfa: its estimators on our encoded tables, and our regressions as its estimators.
