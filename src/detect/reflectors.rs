//! UDP services that answer a short question with a long answer, to whoever the question claims to be from.

/// Port and name, after the table of the US-CERT alert TA14-017A, which measured how much longer the answer is:
/// 4 times (NetBIOS) to 51,000 times (memcached).
pub const REFLECTORS: [(u16, &str); 15] = [
    (17, "quote of the day"),
    (19, "character generator"),
    (53, "DNS"),
    (69, "TFTP"),
    (111, "port mapper"),
    (123, "NTP"),
    (137, "NetBIOS"),
    (161, "SNMP"),
    (389, "LDAP"),
    (520, "RIP"),
    (1900, "SSDP"),
    (5353, "multicast DNS"),
    (11211, "memcached"),
    (27015, "Steam"),
    (27960, "Quake"),
];

pub fn is_reflector(port: u16) -> bool {
    reflector(port).is_some()
}

/// The service's name.
pub fn reflector(port: u16) -> Option<&'static str> {
    REFLECTORS.iter().find(|(number, _)| *number == port).map(|(_, name)| *name)
}
