//! Plain data that every stage shares; no stage's logic lives here.

pub mod address;
pub mod chart;
pub mod chunked;
pub mod column;
pub mod finding;
pub mod geo;
pub mod home;
pub mod judgement;
pub mod outcome;
pub mod observation;
pub mod observations;
pub mod packed;
pub mod record;
pub mod report;
pub mod settings;
pub mod special;
pub mod traffic;
