//! Prediction: who will leave, who will buy and how much, with honest uncertainty.
//!
//! [`snapshot`] makes a table of features from transactions, [`encoding`] the columns of a
//! regression, [`regression`] fits it and tells how sure it is, [`evaluation`] judges its
//! predictions on other customers, [`validation`] does so in folds and chooses a penalty by it,
//! [`calibration`] mends their probabilities and [`decision`] says whom to contact. [`churn`] and
//! [`purchase`] put these together in the words of the trade, and write a [model card](model_card).
//! [`linfa`] lets any estimator of that family take the regression's place.

pub mod calibration;
pub mod churn;
pub mod customer_model;
pub mod decision;
pub mod encoding;
pub mod evaluation;
pub mod linfa;
pub mod model_card;
pub mod purchase;
pub mod regression;
pub mod snapshot;
pub mod validation;
