//! The special-purpose ranges, class by class: none is ever blocked unless its own switch asks for it.

use crate::about::{Knob, Range};
use crate::model::settings::Checked;
use crate::model::special::{Class, Special};

const fn switch(key: &'static str, label: &'static str, help: &'static str) -> Knob {
    Knob { key, label, help, unit: "", range: Range::Toggle { default: false } }
}

pub const PRIVATE: Knob = switch(
    "policy.block_private",
    "Block private addresses, too",
    "Private addresses are your own machines: blocking one can cut off more than the attacker. Off by default, they are only watched.",
);
pub const SHARED: Knob = switch(
    "policy.block_shared",
    "Block shared addresses, too",
    "Behind an address that a provider shares (100.64.0.0/10) stand many customers. Off by default, they are only watched.",
);
pub const LOOPBACK: Knob = switch(
    "policy.block_loopback",
    "Block loopback addresses, too",
    "A loopback address is the machine itself: blocking it breaks programs there. Off by default, they are only watched.",
);
pub const LINK_LOCAL: Knob = switch(
    "policy.block_link_local",
    "Block link-local addresses, too",
    "A link-local address is a neighbour on the same cable or Wi-Fi, and without such addresses IPv6 does not work at all. Off by default, they are only watched.",
);
pub const MULTICAST: Knob = switch(
    "policy.block_multicast",
    "Block multicast and broadcast, too",
    "A group's address is never that of one sender: a packet from there is forged, and blocking it can stop routing and name services. Off by default, they are only watched.",
);
pub const DOCUMENTATION: Knob = switch(
    "policy.block_documentation",
    "Block documentation addresses, too",
    "These addresses are for examples in texts: one in real traffic is forged or made up. Useful to try things out. Off by default, they are only watched.",
);
pub const BENCHMARKING: Knob = switch(
    "policy.block_benchmarking",
    "Block benchmarking addresses, too",
    "These addresses are for tests of network devices in a laboratory (198.18.0.0/15). Off by default, they are only watched.",
);
pub const RESERVED: Knob = switch(
    "policy.block_reserved",
    "Block unspecified and reserved addresses, too",
    "Addresses such as 0.0.0.0 or 240.0.0.1 belong to no host: a machine that has no address yet sends from 0.0.0.0, and blocking that stops it from getting one. Off by default, they are only watched.",
);

/// The switch of a class.
pub fn switch_of(class: Class) -> &'static Knob {
    match class {
        Class::Private => &PRIVATE,
        Class::Shared => &SHARED,
        Class::Loopback => &LOOPBACK,
        Class::LinkLocal => &LINK_LOCAL,
        Class::Multicast | Class::Broadcast => &MULTICAST,
        Class::Documentation => &DOCUMENTATION,
        Class::Benchmarking => &BENCHMARKING,
        Class::Unspecified | Class::Reserved => &RESERVED,
    }
}

/// Why an address of this range is not blocked, or `None` where its class was asked for.
pub fn refusal(special: &Special, settings: &Checked) -> Option<String> {
    if settings.toggle(switch_of(special.class)) {
        return None;
    }
    let whose = match special.class {
        Class::Private | Class::Shared | Class::Benchmarking => "one of your own machines",
        _ => "never that of a remote host",
    };
    Some(format!("{} address ({}): {whose}", special.name, special.source))
}
