//! What the port columns of ICMP rows tell.

use crate::model::traffic::Traffic;

const ICMP: u8 = 1;
const ICMP_V6: u8 = 58;

/// Whether `row` is ICMP of either version.
pub fn is_icmp(traffic: &Traffic, row: usize) -> bool {
    matches!(traffic.protocol.get(row), Some(ICMP | ICMP_V6))
}

/// Whether an ICMP row asks the other side for an answer: echo, time stamp or address mask. Captures and Zeek write
/// the type as the source port, and behind it the type of the answer; other exporters write 0 twice, or nothing, and
/// then it cannot be told.
pub fn is_request(traffic: &Traffic, row: usize) -> Option<bool> {
    let kind = traffic.source_port.get(row)?;
    let v6 = traffic.protocol.get(row) == Some(ICMP_V6);
    match (v6, kind, traffic.destination_port.get(row)) {
        (_, 0, None | Some(0)) => None,
        (false, 8 | 13 | 17, _) | (true, 128, _) => Some(true),
        _ => Some(false),
    }
}
