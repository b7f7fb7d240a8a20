//! The report as a screen shows it: plots now, tables beside them. Computes no evidence of its own.

pub mod plot;
