//! Small messages of every version, made here, in a file and as datagrams.

use proptest::prelude::*;

use super::*;
use crate::ingest::reader::Reader;
use crate::model::record::ConnState;
use crate::model::report::Input;
use crate::model::settings::Checked;
use crate::model::traffic::Traffic;

fn be(numbers: &[(u64, usize)]) -> Vec<u8> {
    numbers.iter().flat_map(|(number, length)| number.to_be_bytes()[8 - length..].to_vec()).collect()
}

/// A flow of version 5: ends, ports, packets, milliseconds of uptime, flags.
fn flow5(ends: [u64; 2], ports: [u64; 2], packets: u64, times: [u64; 2], flags: u64) -> Vec<u8> {
    let head = be(&[(ends[0], 4), (ends[1], 4), (0, 4), (0, 4), (packets, 4), (packets * 40, 4)]);
    let tail =
        be(&[(times[0], 4), (times[1], 4), (ports[0], 2), (ports[1], 2), (0, 1), (flags, 1), (6, 1), (0, 1), (0, 8)]);
    [head, tail].concat()
}

fn message5(flows: &[Vec<u8>]) -> Vec<u8> {
    let head = be(&[(5, 2), (flows.len() as u64, 2), (10_000, 4), (1_700_000_010, 4), (0, 4), (1, 4), (0, 4)]);
    [head, flows.concat()].concat()
}

fn set(id: u64, body: &[u8]) -> Vec<u8> {
    [be(&[(id, 2), (body.len() as u64 + 4, 2)]), body.to_vec()].concat()
}

fn message9(sets: &[Vec<u8>]) -> Vec<u8> {
    let head = be(&[(9, 2), (sets.len() as u64, 2), (10_000, 4), (1_700_000_010, 4), (1, 4), (7, 4)]);
    [head, sets.concat()].concat()
}

fn ipfix(sets: &[Vec<u8>]) -> Vec<u8> {
    let body = sets.concat();
    [be(&[(10, 2), (body.len() as u64 + 16, 2), (1_700_000_010, 4), (1, 4), (7, 4)]), body].concat()
}

/// Source, destination, ports, protocol, packets, flags, first and last in uptime.
const FIELDS_9: [(u64, u64); 9] = [(8, 4), (12, 4), (7, 2), (11, 2), (4, 1), (2, 4), (6, 1), (22, 4), (21, 4)];

fn template9() -> Vec<u8> {
    let fields = FIELDS_9.iter().flat_map(|(kind, length)| be(&[(*kind, 2), (*length, 2)])).collect::<Vec<u8>>();
    set(0, &[be(&[(256, 2), (9, 2)]), fields].concat())
}

fn data9(ends: [u64; 2], ports: [u64; 2], flags: u64, times: [u64; 2]) -> Vec<u8> {
    be(&[
        (ends[0], 4),
        (ends[1], 4),
        (ports[0], 2),
        (ports[1], 2),
        (6, 1),
        (3, 4),
        (flags, 1),
        (times[0], 4),
        (times[1], 4),
    ])
}

const CLIENT: u64 = 0x0a00_0001;
const SERVER: u64 = 0xc000_0201;

fn read(bytes: &[u8], slice: usize) -> Result<(Input, Traffic), String> {
    let (mut intake, settings) = (Intake::default(), Checked::default());
    let mut reader = Reader::new("export", &mut intake);
    for slice in bytes.chunks(slice) {
        reader.feed(slice, &settings, &mut intake).map_err(|error| error.to_string())?;
    }
    let input = reader.finish(&settings, &mut intake).map_err(|error| error.to_string())?.remove(0);
    Ok((input, intake.traffic))
}

#[test]
fn two_directions_are_one_flow_and_the_rest_stay() {
    let flows = [
        flow5([SERVER, CLIENT], [443, 40_000], 4, [3_500, 5_000], 0x1b),
        flow5([CLIENT, SERVER], [40_000, 443], 5, [3_000, 4_000], 0x1b),
        flow5([CLIENT, SERVER], [40_001, 443], 1, [3_000, 3_000], 0x02),
        flow5([SERVER, CLIENT], [22, 40_002], 1, [3_000, 3_000], 0x12),
    ];
    for slice in [1, 50, 10_000] {
        let (input, traffic) = read(&message5(&flows), slice).unwrap();
        assert_eq!((input.format.as_str(), input.read, traffic.rows()), ("netflow", 4, 3));
        assert_eq!(traffic.address(traffic.source()[0]).to_string(), "10.0.0.1");
        assert_eq!((traffic.packets_sent.get(0), traffic.packets_received.get(0)), (Some(5), Some(4)));
        assert_eq!((traffic.start.get(0), traffic.duration.get(0)), (Some(1_700_000_003.0), Some(2.0)));
        assert_eq!((traffic.state.get(0), traffic.state.get(1)), (Some(ConnState::SF), Some(ConnState::S0)));
        // What came back to 10.0.0.1 says nothing of what it sent.
        assert_eq!((traffic.state.get(2), traffic.flags.get(2)), (None, None));
    }
}

#[test]
fn version_9_is_read_by_its_templates_and_ends_where_the_next_begins() {
    let flow = data9([CLIENT, SERVER], [40_000, 80], 2, [1_000, 1_000]);
    let early = set(256, &flow);
    let options = set(1, &be(&[(257, 2), (4, 2), (4, 2), (1, 2), (4, 2), (34, 2), (4, 2)]));
    let first = message9(&[early, template9(), set(256, &[flow, vec![0; 2]].concat()), options, set(257, &[0; 8])]);
    let other = set(256, &data9([CLIENT, SERVER], [40_001, 81], 2, [2_000, 2_000]));
    let (input, traffic) = read(&[first, vec![0; 8], message9(&[other])].concat(), 33).unwrap();
    assert_eq!((input.read, input.rejected, traffic.rows()), (2, 1, 2), "{:?}", input.notes);
    assert_eq!(input.reasons[0].reason, NO_TEMPLATE);
    assert_eq!((traffic.destination_port.get(1), traffic.start.get(1)), (Some(81), Some(1_700_000_002.0)));
}

#[test]
fn ipfix_reads_lengths_before_values_and_the_way_back() {
    // Source IPv6, a manufacturer's field of variable length, bytes and (RFC 5103) bytes back, start in milliseconds.
    let fields = be(&[(256, 2), (6, 2), (27, 2), (16, 2), (0x8001, 2), (0xffff, 2), (9, 4), (1, 2), (8, 2)]);
    let more = be(&[(0x8001, 2), (4, 2), (29_305, 4), (152, 2), (8, 2), (4, 2), (1, 2)]);
    let source = [0x20u8, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
    let flow = |name: &[u8]| {
        let length = [&[255][..], &(name.len() as u16).to_be_bytes()].concat();
        [&source[..], &length, name, &be(&[(1_000, 8), (77, 4), (1_700_000_000_250, 8), (17, 1)])].concat()
    };
    let bytes = ipfix(&[set(2, &[fields, more].concat()), set(256, &[flow(&[7; 300]), flow(b"x")].concat())]);
    let (input, traffic) = read(&bytes, 100).unwrap();
    assert_eq!((input.read, input.rejected, traffic.rows()), (2, 0, 2), "{:?}", input.notes);
    assert_eq!(traffic.address(traffic.source()[1]).to_string(), "2001:db8::1");
    assert_eq!((traffic.bytes_sent.get(1), traffic.bytes_received.get(1)), (Some(1_000), Some(77)));
    assert_eq!(traffic.start.get(0), Some(1_700_000_000.25));
    let (input, _) = read(&bytes[..bytes.len() - 1], 100).unwrap();
    assert!(input.notes.iter().any(|note| note.contains("truncated at byte")), "{:?}", input.notes);
}

#[test]
fn a_datagram_is_read_where_it_is_an_export_from_end_to_end() {
    let whole = message9(&[template9(), set(256, &data9([CLIENT, SERVER], [1, 2], 2, [0, 0]))]);
    let rows = |bytes: &[u8]| {
        let (mut exports, mut intake) = (Exports::default(), Intake::default());
        exports.datagram(1, bytes, &mut intake);
        exports.finish(&mut intake);
        intake.traffic.rows()
    };
    assert_eq!((rows(&whole), rows(&message5(&[flow5([1, 2], [3, 4], 1, [0, 0], 2)]))), (1, 1));
    for cut in 0..whole.len() {
        assert_eq!(rows(&whole[..cut]), 0, "cut at {cut}");
    }
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic_and_slices_change_nothing(
        start in prop::sample::select(vec![5u16, 9, 10]),
        tail in prop::collection::vec(prop_oneof![Just(0u8), Just(1), Just(2), Just(4), Just(8), any::<u8>()], 0..600),
        slice in 1usize..100,
    ) {
        let good = message9(&[template9(), set(256, &data9([1, 2], [3, 4], 2, [0, 0]))]);
        let bytes = [good, start.to_be_bytes().to_vec(), tail].concat();
        let one = read(&bytes, bytes.len());
        let other = read(&bytes, slice);
        prop_assert_eq!(one.as_ref().map(|(input, _)| input), other.as_ref().map(|(input, _)| input));
        prop_assert!(one.is_ok_and(|(input, traffic)| input.read >= 1 && traffic.rows() >= 1));
    }
}
