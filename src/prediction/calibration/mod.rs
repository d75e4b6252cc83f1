//! Calibration: scores turned into probabilities that hold what they say.
