//! Reads connection states: Zeek's own, Argus's words and flag pairs, and firewalls' verdicts.

use crate::model::record::ConnState::{self, *};

/// What a state cell says. `Some(None)` is a state that says nothing of a connection; `None` is not understood.
pub fn state(cell: &[u8]) -> Option<Option<ConnState>> {
    zeek(cell).map(Some).or_else(|| word(cell)).or_else(|| flag_pair(cell).map(Some))
}

fn zeek(cell: &[u8]) -> Option<ConnState> {
    Some(match cell {
        b"S0" => S0,
        b"S1" => S1,
        b"S2" => S2,
        b"S3" => S3,
        b"SF" => SF,
        b"REJ" => REJ,
        b"RSTO" => RSTO,
        b"RSTR" => RSTR,
        b"RSTOS0" => RSTOS0,
        b"RSTRH" => RSTRH,
        b"SH" => SH,
        b"SHR" => SHR,
        b"OTH" => OTH,
        _ => return None,
    })
}

/// What a firewall did: `Some(Some(REJ))` where it let nothing through, `Some(None)` where it did.
pub fn verdict(cell: &[u8]) -> Option<Option<ConnState>> {
    const VERDICTS: [(&str, Option<ConnState>); 14] = [
        ("deny", Some(REJ)),
        ("denied", Some(REJ)),
        ("drop", Some(REJ)),
        ("dropped", Some(REJ)),
        ("block", Some(REJ)),
        ("blocked", Some(REJ)),
        ("reject", Some(REJ)),
        ("rejected", Some(REJ)),
        ("allow", None),
        ("allowed", None),
        ("accept", None),
        ("accepted", None),
        ("pass", None),
        ("permit", None),
    ];
    let said = VERDICTS.iter().find(|(word, _)| cell.eq_ignore_ascii_case(word.as_bytes()));
    said.map(|(_, state)| *state)
}

/// Argus's three-letter words, after its manual page ra(1), and the verdicts of firewalls.
fn word(cell: &[u8]) -> Option<Option<ConnState>> {
    Some(match cell {
        // Both sides were heard, or the connection was closed in order.
        b"CON" | b"FIN" | b"CLO" => Some(SF),
        b"ACC" => Some(S1),
        // Only the first side was heard: INT for datagrams, REQ for TCP.
        b"INT" | b"REQ" => Some(S0),
        // Argus does not say which side reset.
        b"RST" => Some(RSTO),
        // ICMP messages (echo, unreachable, time exceeded, redirect, neighbours …) and Argus's own records.
        b"ECO" | b"MHR" | b"ECR" | b"TXD" | b"MRQ" | b"NNS" | b"NNA" | b"NRS" | b"NRA" | b"RED" | b"UNK" | b"STA"
        | b"PAR" | b"TST" | b"MAS" | b"no" => Some(OTH),
        _ if cell.starts_with(b"UR") => Some(OTH),
        b"" | b"-" | b"?" => None,
        _ => return verdict(cell),
    })
}

/// The TCP flags each side sent, or-ed: FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32, ECE 64, CWR 128.
pub fn of_flags(flags: [u8; 2]) -> Option<ConnState> {
    let side = |flags: u8| b"FSRPAUEC".iter().enumerate().filter(move |(bit, _)| flags >> bit & 1 == 1);
    let letters = |flags: u8| side(flags).map(|(_, letter)| *letter);
    let pair: Vec<u8> = letters(flags[0]).chain([b'_']).chain(letters(flags[1])).collect();
    flag_pair(&pair)
}

/// The TCP flags each side sent, `source_destination`: `FSPA_FSPA`, `S_RA`, `S_`.
fn flag_pair(cell: &[u8]) -> Option<ConnState> {
    let split = cell.iter().position(|&byte| byte == b'_')?;
    let (source, destination) = (&cell[..split], &cell[split + 1..]);
    if !source.iter().chain(destination).all(|flag| b"FSRPAUEC".contains(flag)) {
        return None;
    }
    let sent = |flag: u8| source.contains(&flag);
    let replied = |flag: u8| destination.contains(&flag);
    Some(match (sent(b'S'), replied(b'S')) {
        (true, true) if sent(b'F') && replied(b'F') => SF,
        (true, true) if replied(b'R') => RSTR,
        (true, true) if sent(b'R') => RSTO,
        (true, true) if sent(b'F') => S2,
        (true, true) if replied(b'F') => S3,
        (true, true) => S1,
        (true, false) if replied(b'R') => REJ,
        (true, false) if sent(b'R') => RSTOS0,
        (true, false) if sent(b'F') => SH,
        (true, false) if destination.is_empty() => S0,
        (false, true) if replied(b'R') => RSTRH,
        (false, true) if replied(b'F') => SHR,
        _ => OTH,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_exporter_speaks_zeek() {
        for (text, expected) in [
            ("RSTOS0", Some(Some(RSTOS0))),
            ("S0", Some(Some(S0))),
            ("CON", Some(Some(SF))),
            ("INT", Some(Some(S0))),
            ("URP", Some(Some(OTH))),
            ("FSPA_FSPA", Some(Some(SF))),
            ("SRPA_SPA", Some(Some(RSTO))),
            ("SPA_SRA", Some(Some(RSTR))),
            ("S_RA", Some(Some(REJ))),
            ("S_", Some(Some(S0))),
            ("SRPA_", Some(Some(RSTOS0))),
            ("PA_PA", Some(Some(OTH))),
            ("A_SA", Some(Some(OTH))),
            ("Deny", Some(Some(REJ))),
            ("ALLOW", Some(None)),
            ("", Some(None)),
            ("what_ever", None),
            ("hello", None),
        ] {
            assert_eq!(state(text.as_bytes()), expected, "{text}");
        }
    }
}
