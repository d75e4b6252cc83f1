//! Regression: models with coefficients, their errors and predictions.
