//! A plot as plain data: what is drawn, before any backend draws it.

use serde::{Deserialize, Serialize};

/// One axis, in data units. `min < max`, both finite.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Axis {
    pub label: String,
    pub min: f64,
    pub max: f64,
}

/// A filled rectangle in data units: a histogram's bar or a cell of a binned scatter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Block {
    pub x: (f64, f64),
    pub y: (f64, f64),
    /// Which series it belongs to, an index into `Chart::series`.
    pub series: usize,
    /// 0..1: how strongly it is inked.
    pub weight: f64,
}

/// A ready plot. Bounded: a few thousand blocks at most, however many rows there are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Chart {
    pub title: String,
    /// What it shows and how to read it, in a sentence.
    pub caption: String,
    /// The same in words and numbers, for who cannot see it.
    pub summary: String,
    pub x: Axis,
    pub y: Axis,
    /// The names in the legend; one name draws no legend.
    pub series: Vec<String>,
    pub blocks: Vec<Block>,
}
