//! Packed files and bundles, made here, read through the front door; cut and spoiled, too.

use std::io::{Cursor, Write};

use bzip2::write::BzEncoder;
use flate2::write::GzEncoder;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use zip::write::{SimpleFileOptions, ZipWriter};

use super::*;
use crate::ingest::unpack::KNOBS;
use crate::model::settings::Settings;

fn table(rows: u32) -> Vec<u8> {
    let row = |n: u32| format!("192.0.2.{},{},{}\n", n % 250, 1024 + n % 50_000, n.wrapping_mul(2_654_435_761) >> 20);
    let rows: String = (0..rows).map(row).collect();
    format!("ClientIP,ClientSrcPort,ClientDstPort\n{rows}").into_bytes()
}

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

fn bzip2(plain: &[u8]) -> Vec<u8> {
    let mut encoder = BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

fn zstd(plain: &[u8]) -> Vec<u8> {
    compress_to_vec(plain, CompressionLevel::Fastest)
}

/// A table of two rows, packed by Python's lzma module (liblzma).
fn xz() -> Vec<u8> {
    let hex: String = XZ.split_whitespace().collect();
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

const XZ: &str = "\
    fd377a585a000004e6d6b4460200210116000000742fe5a3e0004a00365d00219b09266a3689d33726d9b507ae8789026649 \
    3923caca9f044fe439b4c3d93b256e7782d004532ea6d119fa3632ac7e15649b19000000000051c574e4568cf0160001524b \
    e51205491fb6f37d010000000004595a";

fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = Vec::new();
    for (name, content) in members {
        let mut block = [0u8; 512];
        block[..name.len()].copy_from_slice(name.as_bytes());
        block[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
        block[156] = b'0';
        block[257..263].copy_from_slice(b"ustar\0");
        block[148..156].fill(b' ');
        let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
        block[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        archive.extend(block);
        archive.extend(*content);
        archive.resize(archive.len().next_multiple_of(512), 0);
    }
    archive.resize(archive.len() + 1024, 0);
    archive
}

/// With lengths in front, or as a stream that tells them behind each member.
fn zip(members: &[(&str, &[u8])], streamed: bool) -> Vec<u8> {
    fn fill<W: Write + std::io::Seek>(mut writer: ZipWriter<W>, members: &[(&str, &[u8])]) -> W {
        for (name, content) in members {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(content).unwrap();
        }
        writer.finish().unwrap()
    }
    if !streamed {
        return fill(ZipWriter::new(Cursor::new(Vec::new())), members).into_inner();
    }
    let mut writer = ZipWriter::new_stream(Vec::new());
    for (name, content) in members {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn read(name: &str, bytes: &[u8], slice: usize, settings: &str) -> (Result<Vec<Input>>, Intake) {
    let settings = serde_json::from_str::<Settings>(settings).unwrap().check(KNOBS).unwrap();
    let mut intake = Intake::default();
    let mut reader = Reader::new(name, &mut intake);
    for slice in bytes.chunks(slice.max(1)) {
        if let Err(error) = reader.feed(slice, &settings, &mut intake) {
            let kept = reader.give_up(&error, &settings, &mut intake);
            let rows: u64 = kept.iter().map(|input| input.read).sum();
            assert_eq!(rows, intake.traffic.rows() as u64, "every row belongs to an input");
            return (Err(error), intake);
        }
    }
    (reader.finish(&settings, &mut intake), intake)
}

fn names(inputs: &[Input]) -> Vec<(&str, &str, u64)> {
    inputs.iter().map(|input| (input.name.as_str(), input.format.as_str(), input.read)).collect()
}

#[test]
fn every_compression_gives_the_same_rows_however_it_is_sliced() {
    let plain = table(20_000);
    let twice = table(10_000);
    let (header, rest) = twice.split_at(twice.len() / 2);
    for packed in [gzip(&plain), bzip2(&plain), zstd(&plain), gzip(&zstd(&bzip2(&plain)))] {
        for slice in [1000, packed.len()] {
            let (inputs, _) = read("log", &packed, slice, "{}");
            let inputs = inputs.unwrap();
            assert_eq!(names(&inputs), [("log", "csv", 20_000)], "{slice}");
            assert_eq!((inputs[0].bytes, inputs[0].rejected), (packed.len() as u64, 0));
            assert!(inputs[0].notes[0].starts_with("Unpacked from"), "{:?}", inputs[0].notes);
        }
    }
    for pack in [gzip, bzip2, zstd] {
        let (inputs, _) = read("log", &[pack(header), pack(rest)].concat(), 777, "{}");
        assert_eq!(names(&inputs.unwrap()), [("log", "csv", 10_000)], "two streams in one file");
    }
    for slice in [1, 100] {
        let (inputs, _) = read("log", &[xz(), vec![0; 4]].concat(), slice, "{}");
        assert_eq!(names(&inputs.unwrap()), [("log", "csv", 2)]);
    }
}

#[test]
fn members_are_read_by_their_content_and_named() {
    let (log, packed) = (table(3000), gzip(&table(70)));
    let members: [(&str, &[u8]); 5] =
        [("a/log.csv", &log), ("note.txt", b"nothing to see"), ("b.gz", &packed), ("x.xz", &xz()), ("empty", b"")];
    let bundles = [("zip", zip(&members, false)), ("zip", zip(&members, true)), ("tar", tar(&members))];
    for (kind, bundle) in bundles {
        for slice in [1, 333, bundle.len()] {
            for (bundle, layers) in [(bundle.clone(), ""), (gzip(&bundle), "gz")] {
                let (inputs, intake) = read("in", &bundle, slice, "{}");
                let inputs = inputs.unwrap();
                let expected =
                    [("in", kind, 0), ("in/a/log.csv", "csv", 3000), ("in/b.gz", "csv", 70), ("in/x.xz", "csv", 2)];
                assert_eq!(names(&inputs), expected, "{kind} {layers} {slice}");
                assert_eq!(intake.traffic.rows(), 3072);
                let notes = inputs[0].notes.join(" ");
                assert!(notes.contains("Members read: 3 of 5"), "{notes}");
                assert!(
                    notes.contains("note.txt (this is none") && notes.contains("empty (the file is empty)"),
                    "{notes}"
                );
                assert!(!notes.contains("cut off"), "{notes}");
            }
        }
    }
    let outer = zip(&[("inner.tar", &tar(&members)), ("other.csv", &log)], false);
    let inputs = read("out", &outer, 4096, "{}").0.unwrap();
    assert_eq!(names(&inputs)[..2], [("out", "zip", 0), ("out/inner.tar", "tar", 0)]);
    assert_eq!(names(&inputs)[4..], [("out/inner.tar/x.xz", "csv", 2), ("out/other.csv", "csv", 3000)]);
}

#[test]
fn a_bundle_without_traffic_says_what_it_holds() {
    let bundle = zip(&[("GeoLite2-City.mmdb", b"\xab\xcd\xefMaxMind.com"), ("README", b"hello")], false);
    let error = read("in", &bundle, 4096, "{}").0.unwrap_err().to_string();
    assert!(error.contains("no traffic") && error.contains("README") && error.contains("given unpacked"), "{error}");
    for refused in [&b"7z\xbc\xaf\x27\x1c123"[..], b"Rar!\x1a\x07\x01\0"] {
        assert!(read("in", refused, 4096, "{}").0.unwrap_err().to_string().contains("unpack it first"));
    }
}

#[test]
fn what_stands_before_a_cut_is_kept_and_said() {
    let plain = table(20_000);
    let members: [(&str, &[u8]); 2] = [("a.csv", &plain), ("b.csv", &plain)];
    for packed in [gzip(&plain), bzip2(&plain), zstd(&plain), zip(&members, false), zip(&members, true), tar(&members)]
    {
        for cut in [packed.len() / 2, packed.len() * 3 / 4 + 7, packed.len() - 60] {
            let (inputs, intake) = read("in", &packed[..cut], 1 << 16, "{}");
            let inputs = inputs.unwrap_or_else(|error| panic!("{cut} of {}: {error}", packed.len()));
            let said = inputs.iter().flat_map(|input| &input.notes).any(|note| note.contains("cut off"));
            // The end of a bundle holds no member.
            let whole = inputs[0].format != "csv" && cut == packed.len() - 60;
            assert!(said || whole, "{cut} of {}: {inputs:?}", packed.len());
            assert!(intake.traffic.rows() > 3000, "{cut} of {}: {}", packed.len(), intake.traffic.rows());
        }
    }
}

#[test]
fn damage_never_panics_and_is_said() {
    let plain = table(1_500);
    let members: [(&str, &[u8]); 2] = [("a.csv", &plain), ("b.csv", &plain)];
    let bundles =
        [gzip(&plain), bzip2(&plain), zstd(&plain), xz(), zip(&members, false), zip(&members, true), tar(&members)];
    for packed in bundles {
        for seed in 0..40u32 {
            let mut spoiled = packed.clone();
            let place = seed.wrapping_mul(2_654_435_761) as usize % spoiled.len();
            spoiled[place] ^= 1 << (seed % 8);
            let _ = read("in", &spoiled, 5000, "{}");
            let _ = read("in", &packed[..place], 5000, "{}");
        }
    }
    let mut spoiled = zip(&members, false);
    let middle = spoiled.len() / 4;
    spoiled[middle..middle + 64].fill(0xff);
    let inputs = read("in", &spoiled, 5000, "{}").0.unwrap();
    let second = names(&inputs).into_iter().find(|(name, ..)| *name == "in/b.csv");
    assert_eq!(second, Some(("in/b.csv", "csv", 1500)), "the member behind the damage is read: {inputs:?}");
}

#[test]
fn a_last_row_without_a_line_end_is_said_to_be_perhaps_cut() {
    let plain = table(50);
    let start = plain[..plain.len() - 1].iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
    let unended = &plain[..plain.len() - 2];
    let notes = |bytes: &[u8], settings| -> String {
        let inputs = read("log", bytes, 100, settings).0.unwrap();
        assert_eq!((inputs[0].read, inputs[0].rejected), (50, 0));
        inputs[0].notes.join(" ")
    };
    let said = format!("the last row, at byte {start}, has no line end");
    assert!(notes(unended, "{}").contains(&said) && !notes(&plain, "{}").contains("line end"));
    let whole = gzip(unended);
    assert!(notes(&whole, "{}").contains(&said));
    let lost = notes(&whole[..whole.len() - 3], "{}");
    assert!(lost.contains(&format!("truncated at byte {start}, where the last row starts")), "{lost}");
    assert!(lost.contains("50 records kept"), "{lost}");
    // The same for a log.
    let log = b"#fields\tid.orig_h\tconn_state\thistory\n10.0.0.1\tSF\tShADadf";
    let inputs = read("conn.log", log, 100, "{}").0.unwrap();
    assert!(inputs[0].notes.join(" ").contains("the last row, at byte 37, has no line end"), "{:?}", inputs[0].notes);
}

#[test]
fn bombs_are_stopped_and_name_the_setting() {
    let mut zeros = table(10);
    zeros.resize(80 << 20, b'\n');
    for bomb in [gzip(&zeros), bzip2(&zeros), zip(&[("log.csv", &zeros)], false)] {
        let error = read("in", &bomb, 1 << 16, "{}").0.unwrap_err();
        let refused = error.to_string();
        assert!(refused.contains("unpack.ratio") && refused.contains("500 times"), "{refused}");
        assert_eq!(error.raise.map(|raise| (raise.setting, raise.to)), Some(("unpack.ratio", 2000)));
    }
    let members: [(&str, &[u8]); 2] = [("a.csv", &table(50_000)), ("b.csv", &table(50_000))];
    let (refused, intake) = read("in", &zip(&members, false), 1 << 16, r#"{"unpack.limit": 1}"#);
    let error = refused.unwrap_err();
    let refused = error.to_string();
    assert!(refused.contains("unpack.limit") && refused.contains("1 MiB"), "{refused}");
    let raise = error.raise.map(|raise| format!("{}={}", raise.setting, raise.to));
    assert_eq!(raise.as_deref(), Some("unpack.limit=4"));
    let (inputs, _) = read("in", &zip(&members, false), 1 << 16, r#"{"unpack.limit": 4}"#);
    assert_eq!(inputs.unwrap().iter().map(|input| input.read).sum::<u64>(), 100_000, "raised, all of it is read");
    assert!(intake.traffic.rows() > 10_000);
    let mut nested = table(10);
    for _ in 0..7 {
        nested = gzip(&nested);
    }
    assert!(read("in", &nested, 100, "{}").0.unwrap_err().to_string().contains("packed more than"));
}
