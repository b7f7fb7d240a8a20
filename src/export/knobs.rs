//! The settings of the block lists: how wide, how long, and what is never blocked besides the policy's own.

use crate::about::{Knob, Range};

pub const HOURS: Knob = Knob {
    key: "export.hours",
    label: "A block lasts",
    help: "How long the addresses stay blocked where the target can forget them by itself; written into every file. \
           At most 596 hours, which is as long as an ipset can count (2,147,483 seconds). A week by default: \
           addresses change hands.",
    unit: "hours",
    range: Range::Integer { min: 1, max: 596, default: 168 },
};

pub const WIDEST_V4: Knob = Knob {
    key: "export.widest_v4",
    label: "Widest IPv4 network",
    help: "Neighbouring addresses are joined to networks no wider than this prefix. /24 is the smallest network \
           that is routed on its own, so one rarely holds strangers.",
    unit: "bits",
    range: Range::Integer { min: 8, max: 32, default: 24 },
};

pub const WIDEST_V6: Knob = Knob {
    key: "export.widest_v6",
    label: "Widest IPv6 network",
    help: "Neighbouring addresses are joined to networks no wider than this prefix. /48 is what one site is given \
           (RFC 6177).",
    unit: "bits",
    range: Range::Integer { min: 16, max: 128, default: 48 },
};

pub const WHOLE: Knob = Knob {
    key: "export.whole_networks",
    label: "Block whole networks",
    help: "Blocks a network of the widest size whole where it holds enough blocked addresses and no other address \
           seen in the traffic. This blocks addresses that were never seen; every file says how many.",
    unit: "",
    range: Range::Toggle { default: false },
};

pub const DENSE: Knob = Knob {
    key: "export.dense",
    label: "Enough for a whole network",
    help: "How many blocked addresses make a network worth blocking whole. 8 by choice: one badly kept host is not \
           a bad network.",
    unit: "addresses",
    range: Range::Integer { min: 2, max: 65_536, default: 8 },
};

/// In the order of the form.
pub const KNOBS: &[&Knob] = &[&HOURS, &WIDEST_V4, &WIDEST_V6, &WHOLE, &DENSE];
