//! Evaluation: how well predictions tell what came.
