//! Every capture of the shared data opens: none panics or stalls, every packet is accounted for, and a cut file
//! keeps what is complete before the cut. `FLOWGLASS_DATA` names the data; without it `../shared/data` is tried.

mod common;

use std::time::Instant;

use common::{captures, data, read, rows, settings};
use flowglass::ingest::intake::Intake;
use flowglass::ingest::recognise;
use flowglass::model::report::Input;

/// Seconds allowed: one per 50 MB, and something for an unoptimised build and a busy machine.
fn allowed(bytes: usize) -> f64 {
    0.5 + bytes as f64 / 50e6 * 20.0
}

#[test]
fn every_capture_opens_and_every_packet_is_accounted_for() {
    let Some(data) = data() else { return };
    let mut opened = 0;
    let mut refused = Vec::new();
    for path in captures(&data) {
        let bytes = std::fs::read(&path).unwrap();
        let name = path.strip_prefix(&data).unwrap().display().to_string();
        let begun = Instant::now();
        let Some(packets) = count(&bytes) else { continue };
        match read(&name, &bytes, bytes.len().max(1), "{}") {
            Ok((input, _)) => {
                assert_eq!(input.read + input.rejected, packets, "{name}: packets");
                let reasons: u64 = input.reasons.iter().map(|count| count.rows).sum();
                assert_eq!(reasons, input.rejected, "{name}: reasons");
                opened += 1;
            }
            Err(error) => refused.push(format!("{name}: {error}")),
        }
        let seconds = begun.elapsed().as_secs_f64();
        assert!(seconds <= allowed(bytes.len()), "{name}: {seconds} s for {} bytes", bytes.len());
    }
    println!("{opened} captures opened, {} refused: {refused:#?}", refused.len());
    assert!(opened >= 3900, "only {opened} opened");
    assert!(refused.len() < 20, "{refused:#?}");
}

/// Complete packet records of a file by a second, plainer reading; `None` where it is neither format.
fn count(bytes: &[u8]) -> Option<u64> {
    match bytes.get(..4)? {
        [0xd4, 0xc3, 0xb2, 0xa1] | [0x4d, 0x3c, 0xb2, 0xa1] => Some(count_pcap(bytes, u32::from_le_bytes, 16)),
        [0xa1, 0xb2, 0xc3, 0xd4] | [0xa1, 0xb2, 0x3c, 0x4d] => Some(count_pcap(bytes, u32::from_be_bytes, 16)),
        [0x34, 0xcd, 0xb2, 0xa1] => Some(count_pcap(bytes, u32::from_le_bytes, 24)),
        [0x0a, 0x0d, 0x0d, 0x0a] => Some(count_pcapng(bytes)),
        _ => None,
    }
}

fn count_pcap(bytes: &[u8], number: fn([u8; 4]) -> u32, header: usize) -> u64 {
    let at = |at: usize| bytes.get(at..at + 4).map(|four| number(four.try_into().unwrap()) as usize);
    let version = at(4).map(|word| [word & 0xffff, word >> 16]).unwrap_or_default();
    let old = version == [2, 2] || version == [2, 1] || version == [2, 0];
    let mut place = 24;
    let mut packets = 0;
    while let (Some(captured), true) = (at(place + if old { 12 } else { 8 }), place + header <= bytes.len()) {
        if captured > 256 << 10 {
            return packets + 1;
        }
        if place + header + captured > bytes.len() {
            break;
        }
        place += header + captured;
        packets += 1;
    }
    packets
}

fn count_pcapng(bytes: &[u8]) -> u64 {
    let mut place = 0;
    let mut packets = 0;
    let mut number: fn([u8; 4]) -> u32 = u32::from_le_bytes;
    while let Some(head) = bytes.get(place..place + 12) {
        if head[..4] == [0x0a, 0x0d, 0x0d, 0x0a] {
            number = match head[8..12] {
                [0x1a, 0x2b, 0x3c, 0x4d] => u32::from_be_bytes,
                [0x4d, 0x3c, 0x2b, 0x1a] => u32::from_le_bytes,
                _ => break,
            };
        }
        let word = |at: usize| number(head[at..at + 4].try_into().unwrap());
        let length = (word(4) as usize).next_multiple_of(4);
        if length < 12 || (place + length > bytes.len() && word(4) <= 512 << 10) {
            break;
        }
        packets += u64::from(matches!(word(0), 2 | 3 | 6));
        place += length;
    }
    packets
}

/// A capture cut anywhere gives the packets complete before the cut, and says so.
#[test]
fn a_cut_capture_keeps_what_is_complete() {
    let Some(data) = data() else { return };
    let mut random = 1u64;
    let mut cuts = 0;
    for path in captures(&data).into_iter().step_by(97) {
        let bytes = std::fs::read(&path).unwrap();
        if bytes.len() < 30 || count(&bytes).is_none() || bytes.len() > 1 << 20 {
            continue;
        }
        for _ in 0..25 {
            // The multiplier and increment of Knuth's MMIX.
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let cut = 28 + (random >> 33) as usize % (bytes.len() - 28);
            let Some(packets) = count(&bytes[..cut]) else { continue };
            let Ok((input, _)) = read("cut", &bytes[..cut], 1000, "{}") else { continue };
            assert_eq!(input.read + input.rejected, packets, "{}: cut at {cut}", path.display());
            check_note(&input, packets);
            cuts += 1;
        }
    }
    println!("{cuts} cuts");
    assert!(cuts >= 500, "only {cuts}");
}

fn check_note(input: &Input, packets: u64) {
    if let Some(note) = input.notes.iter().find(|note| note.starts_with("truncated")) {
        assert!(note.contains(&format!("{packets} records kept")), "{note}");
    }
}

/// Slices of any size give the same flows.
#[test]
fn where_slices_end_changes_nothing() {
    let Some(data) = data() else { return };
    for path in captures(&data).into_iter().step_by(61) {
        let bytes = std::fs::read(&path).unwrap();
        if count(&bytes).is_none() || bytes.len() > 200_000 {
            continue;
        }
        let Ok((whole, traffic)) = read("x", &bytes, bytes.len(), "{}") else { continue };
        for size in [1, 7, 1000] {
            // The parser itself: a reader holds the start of a file back until it is recognised.
            let mut intake = Intake::default();
            intake.begin("x");
            let mut parser = (recognise(&bytes).unwrap().open)(&settings("{}"));
            bytes.chunks(size).for_each(|slice| parser.feed(slice, &mut intake).unwrap());
            parser.finish(&mut intake).unwrap();
            assert_eq!((parser.notes(), intake.accepted()), (whole.notes.clone(), whole.read), "{}", path.display());
            assert_eq!(rows(&intake.traffic), rows(&traffic), "{} in slices of {size}", path.display());
            assert_eq!(intake.traffic.observations.dns, traffic.observations.dns, "{}", path.display());
        }
    }
}
