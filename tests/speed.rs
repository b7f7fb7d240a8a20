//! How fast a capture is read: `cargo test --release --no-default-features --test speed -- --ignored --nocapture`.
//! Without the command line: in release it wants the library built another way, under the same file name.

use std::time::Instant;

use flowglass::catalog::knobs;
use flowglass::ingest::intake::Intake;
use flowglass::ingest::{SLICE, recognise};
use flowglass::model::settings::Settings;

/// Numbers that a seed alone decides (Knuth's MMIX multiplier and increment).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// A pcap of TCP and UDP packets over Ethernet among `flows` address pairs.
fn generate(bytes: usize, flows: u64, sizes: &[usize], seed: u64) -> Vec<u8> {
    let mut dice = Dice(seed);
    let mut file = Vec::with_capacity(bytes + 2000);
    file.extend([0xa1b2_c3d4u32.to_le_bytes(), 0x0004_0002u32.to_le_bytes()].concat());
    file.extend([0u32, 0, 65_535, 1].map(u32::to_le_bytes).concat());
    let mut packets = 0u32;
    while file.len() < bytes {
        let flow = dice.roll(flows) as u32;
        let size = sizes[dice.roll(sizes.len() as u64) as usize];
        let (back, udp) = (dice.roll(2) == 1, flow.is_multiple_of(4));
        let captured = 14 + 20 + if udp { 8 } else { 20 } + size;
        file.extend([1_700_000_000 + packets / 10_000, packets % 10_000 * 100].map(u32::to_le_bytes).concat());
        file.extend([captured as u32; 2].map(u32::to_le_bytes).concat());
        file.extend([2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45, 0]);
        file.extend(((captured - 14) as u16).to_be_bytes());
        file.extend([0, 1, 0x40, 0, 64, if udp { 17 } else { 6 }, 0, 0]);
        let ends = [0x0a00_0000 + flow % 4096, 0xc0a8_0000 + flow / 4096];
        let ports = [20_000 + (flow % 40_000) as u16, 9000];
        let (from, to) = if back { (1, 0) } else { (0, 1) };
        file.extend([ends[from].to_be_bytes(), ends[to].to_be_bytes()].concat());
        file.extend([ports[from].to_be_bytes(), ports[to].to_be_bytes()].concat());
        if udp {
            file.extend([(8 + size as u16).to_be_bytes(), [0; 2]].concat());
        } else {
            file.extend([packets.to_be_bytes(), [0; 4], [0x50, 0x10, 0xff, 0xff], [0; 4]].concat());
        }
        file.resize(file.len() + size, 7);
        packets += 1;
    }
    file
}

#[test]
#[ignore = "measures; run it in release"]
fn a_generated_capture_is_read_fast() {
    // The goal is for traffic as it comes. Bare headers of 20,000 flows in random order are the worst case: each packet
    // misses the cache twice; that one is only told.
    for (what, sizes, goal) in [("mixed", &[0usize, 40, 500, 1400, 1400][..], 400.0), ("headers only", &[0][..], 0.0)] {
        let file = generate(300 << 20, 20_000, sizes, 1);
        let settings = Settings::default().check(&knobs()).unwrap();
        let format = recognise(&file[..1000]).unwrap();
        let mut best = 0.0f64;
        let mut packets = 0;
        for _ in 0..3 {
            let mut intake = Intake::default();
            intake.begin("generated");
            let mut parser = (format.open)(&settings);
            let begun = Instant::now();
            file.chunks(SLICE).for_each(|slice| parser.feed(slice, &mut intake).unwrap());
            parser.finish(&mut intake).unwrap();
            best = best.max(file.len() as f64 / 1e6 / begun.elapsed().as_secs_f64());
            packets = intake.accepted();
            assert_eq!(intake.traffic.rows(), 20_000);
        }
        println!("{what}: {best:.0} MB/s, {packets} packets");
        assert!(best >= goal, "{what}: only {best:.0} MB/s");
    }
}
