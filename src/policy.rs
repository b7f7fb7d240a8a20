//! What is to be done about each address, and which addresses are never blocked, with the reason.

pub mod classes;
mod guard;
mod surroundings;

pub use guard::Guard;
pub use surroundings::surroundings;

use crate::about::{Knob, Range};
use crate::model::home::HOME;
use crate::model::report::{Decision, Host, Withheld};
use crate::model::settings::Checked;

pub const WATCH: Knob = Knob {
    key: "policy.watch",
    label: "Watch from",
    help: "An address with at least this risk is to be watched. The default is this program's own choice: half of the block threshold.",
    unit: "points",
    range: Range::Real { min: 1.0, max: 100.0, default: 30.0 },
};
pub const BLOCK: Knob = Knob {
    key: "policy.block",
    label: "Block from",
    help: "An address with at least this risk is to be blocked. The default is this program's own choice: weak evidence alone, capped at 50, stays below it.",
    unit: "points",
    range: Range::Real { min: 1.0, max: 100.0, default: 60.0 },
};
pub const ALLOW: Knob = Knob {
    key: "policy.allow",
    label: "Never block",
    help: "Addresses and networks that are neither blocked nor watched, whatever they do: one per line, such as 192.0.2.0/24.",
    unit: "",
    range: Range::Networks,
};
/// The settings of this stage.
pub const KNOBS: &[&Knob] = &[
    &WATCH,
    &BLOCK,
    &ALLOW,
    &HOME,
    &classes::PRIVATE,
    &classes::SHARED,
    &classes::LOOPBACK,
    &classes::LINK_LOCAL,
    &classes::MULTICAST,
    &classes::DOCUMENTATION,
    &classes::BENCHMARKING,
    &classes::RESERVED,
];

/// Decides on every host by its risk. What would be blocked but must not be is watched (or ignored,
/// where the allow list names it) and is returned with the reason, in the hosts' order.
pub fn decide<'a>(
    hosts: impl IntoIterator<Item = &'a mut Host>,
    guard: Guard<'_>,
    settings: &Checked,
) -> Vec<Withheld> {
    let (watch, block) = (settings.real(&WATCH), settings.real(&BLOCK));
    let mut withheld = Vec::new();
    for host in hosts {
        host.decision = match host.risk {
            risk if risk >= block => Decision::Block,
            risk if risk >= watch => Decision::Watch,
            _ => Decision::Ignore,
        };
        if host.decision == Decision::Block {
            let Some(reason) = guard.reason(host) else { continue };
            withheld.push(Withheld { address: host.address, reason });
            host.decision = Decision::Watch;
        }
        if host.decision == Decision::Watch && guard.allowed(host.address).is_some() {
            host.decision = Decision::Ignore;
        }
    }
    withheld
}

#[cfg(test)]
mod tests;
