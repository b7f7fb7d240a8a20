//! The report as a screen shows it: headline numbers, tables, one address, plots. Computes no evidence of its own.

pub mod words;
pub mod table;
pub mod host;
pub mod rows;
pub mod summary;
pub mod lists;
pub mod difference;
pub mod previous;
pub mod plot;
#[cfg(test)]
mod fixture;
