//! Where the truth at hand is wrong, or an input cannot show its attack: which, and why. Each line stands in the table.

/// What is known better of the sets whose name holds a word.
pub struct Correction {
    /// Part of the set's name.
    pub set: &'static str,
    pub change: Change,
    /// As the table says it.
    pub why: &'static str,
}

pub enum Change {
    /// These are the attackers instead.
    Attackers(&'static [&'static str]),
    /// The technique cannot be seen in this input: the question is not asked.
    Hidden,
}

use Change::{Attackers, Hidden};

pub const CORRECTIONS: &[Correction] = &[
    Correction {
        set: "ssh/sshguess.pcap",
        change: Attackers(&["192.168.56.1"]),
        why: "the truth names 10.234.125.254, which does not occur in the capture; 192.168.56.1 makes all 11 connections",
    },
    Correction {
        set: "ftp-crack.pcap",
        change: Attackers(&["10.234.125.254"]),
        why: "the truth names 192.168.1.2, which does not occur in the capture; 10.234.125.254 makes all 1,410 connections",
    },
    Correction {
        set: "1-dnscat2_un.pcap",
        change: Attackers(&["192.168.14.89", "192.168.14.103"]),
        why: "the truth names the tunnel's server alone; 192.168.14.103 runs its other end, so it is no bystander",
    },
    Correction {
        set: "output_left.csv",
        change: Attackers(&["198.18.134.99"]),
        why: "of 198.18.134.14 this vantage point sees only ARP broadcasts and DHCP, none of the forged answers",
    },
    Correction {
        set: "right.pcap",
        change: Attackers(&["198.18.134.99"]),
        why: "of 198.18.134.14 this vantage point sees only its ARP requests for two neighbours, none of the forged answers",
    },
    Correction {
        set: "iotid20/mitm-",
        change: Hidden,
        why: "the table has neither MAC addresses nor ARP, in which the attack takes place",
    },
    Correction {
        set: "iotid20/dos-synflooding",
        change: Hidden,
        why: "41 rows of ordinary flows are all there is: the exporter's table does not hold the flood",
    },
    Correction {
        set: "argus/5e227adb_test-sality",
        change: Hidden,
        why: "what it shows is a BitTorrent client: UDP with 314 peers on 6881, 6889, 51413 and the like, and web servers that answer",
    },
    Correction {
        set: "labelled/modbus/",
        change: Hidden,
        why: "the attack is in the commands inside Modbus connections, whose content is not read",
    },
];

/// What is known of a set, if anything is.
pub fn of(name: &str) -> Option<&'static Correction> {
    CORRECTIONS.iter().find(|correction| name.contains(correction.set))
}
