//! The settings of flow assembly, shared by every capture format.

use crate::about::{Knob, Range};
use crate::model::settings::Checked;

use super::segment::{TCP, UDP};

const YEAR: i64 = 365 * 24 * 3600;

pub const TCP_IDLE: Knob = Knob {
    key: "capture.tcp_idle",
    label: "TCP idle timeout",
    help: "A TCP connection silent for longer than this ends, and a later packet begins a new flow. \
           The default is Zeek's tcp_inactivity_timeout.",
    unit: "s",
    range: Range::Integer { min: 1, max: YEAR, default: 300 },
};

pub const UDP_IDLE: Knob = Knob {
    key: "capture.udp_idle",
    label: "UDP idle timeout",
    help: "The same for UDP. The default is Zeek's udp_inactivity_timeout.",
    unit: "s",
    range: Range::Integer { min: 1, max: YEAR, default: 60 },
};

pub const OTHER_IDLE: Knob = Knob {
    key: "capture.icmp_idle",
    label: "ICMP idle timeout",
    help: "The same for ICMP and all other protocols. The default is Zeek's icmp_inactivity_timeout.",
    unit: "s",
    range: Range::Integer { min: 1, max: YEAR, default: 60 },
};

pub const ACTIVE: Knob = Knob {
    key: "capture.active",
    label: "Longest flow",
    help: "A flow older than this is ended even while packets come, as NetFlow exporters do (often 1,800 s). \
           0 never does so, like Zeek.",
    unit: "s",
    range: Range::Integer { min: 0, max: YEAR, default: 0 },
};

pub const MAX_FLOWS: Knob = Knob {
    key: "capture.max_flows",
    label: "Open flows at once",
    help: "When more flows than this are open, the one that began first is ended; a later packet of it begins a new \
           flow. It bounds memory when addresses are spoofed at random.",
    unit: "flows",
    range: Range::Integer { min: 1, max: 50_000_000, default: 1_000_000 },
};

/// All of them, as a format lists them.
pub const KNOBS: &[&Knob] = &[&TCP_IDLE, &UDP_IDLE, &OTHER_IDLE, &ACTIVE, &MAX_FLOWS];

/// The settings as the flow table uses them; times in nanoseconds.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    tcp_idle: i64,
    udp_idle: i64,
    other_idle: i64,
    pub active: Option<i64>,
    pub max_flows: usize,
}

impl Limits {
    pub fn of(settings: &Checked) -> Self {
        let nanoseconds = |knob| settings.count(knob) as i64 * 1_000_000_000;
        Limits {
            tcp_idle: nanoseconds(&TCP_IDLE),
            udp_idle: nanoseconds(&UDP_IDLE),
            other_idle: nanoseconds(&OTHER_IDLE),
            active: Some(nanoseconds(&ACTIVE)).filter(|&active| active > 0),
            max_flows: settings.count(&MAX_FLOWS),
        }
    }

    #[inline]
    pub fn idle(&self, protocol: u8) -> i64 {
        match protocol {
            TCP => self.tcp_idle,
            UDP => self.udp_idle,
            _ => self.other_idle,
        }
    }
}
