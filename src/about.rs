//! How every registry entry and every setting describes itself.

use serde::Serialize;

/// What a registry entry is called and what a person should know of it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct About {
    /// The stable name used in settings, reports and on the command line: `snake_case`.
    pub key: &'static str,
    /// The name a person reads.
    pub title: &'static str,
    /// What it does and why, in plain words.
    pub help: &'static str,
    /// What it cannot do: approximations, caps, inputs it does not see.
    pub limits: &'static str,
}

/// One setting: its name, its meaning, its range and its default.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Knob {
    /// `family.name`, the key in a settings file.
    pub key: &'static str,
    pub label: &'static str,
    /// What it changes, and where the default comes from.
    pub help: &'static str,
    /// The unit a person reads behind the number; empty where there is none.
    pub unit: &'static str,
    pub range: Range,
}

/// The values a setting may take, bounds included.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Range {
    Integer {
        min: i64,
        max: i64,
        default: i64,
    },
    Real {
        min: f64,
        max: f64,
        default: f64,
    },
    Toggle {
        default: bool,
    },
    Choice {
        options: &'static [&'static str],
        default: &'static str,
    },
    /// A list of addresses and CIDR networks; empty by default.
    Networks,
    /// Names of the person's own, each given one of the options; empty by default.
    Mapping {
        options: &'static [&'static str],
    },
}
