//! Local list until the branches meet.
#![forbid(unsafe_code)]

pub mod error;
pub mod about;
pub mod model;

pub mod ml;

pub mod features;
pub mod judge;
