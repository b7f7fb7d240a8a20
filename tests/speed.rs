//! How fast a capture is read: `cargo test --release --no-default-features --test speed -- --ignored --nocapture`.
//! Without the command line: in release it wants the library built another way, under the same file name.

use std::time::Instant;

use flowglass::catalog::knobs;
use flowglass::ingest::intake::Intake;
use flowglass::ingest::{SLICE, recognise};
use flowglass::model::settings::Settings;
use flowglass::sample::{Packets, capture};

#[test]
#[ignore = "measures; run it in release"]
fn a_generated_capture_is_read_fast() {
    // The goal is for traffic as it comes. Bare headers of 16,384 flows, drawn evenly, are harder than real traffic, whose
    // packets come in trains and mostly from few flows; there the floor only tells of a fault.
    for (what, packets, goal) in [("mixed", Packets::Mixed, 400.0), ("headers only", Packets::Headers, 60.0)] {
        let mut file = Vec::new();
        let made = capture(1, 300 << 20, packets, &mut |slice| file.extend_from_slice(slice));
        let settings = Settings::default().check(&knobs()).unwrap();
        let format = recognise(&file[..1000]).unwrap();
        let mut best = 0.0f64;
        for _ in 0..3 {
            let mut intake = Intake::default();
            intake.begin("generated");
            let mut parser = (format.open)(&settings);
            let begun = Instant::now();
            file.chunks(SLICE).for_each(|slice| parser.feed(slice, &mut intake).unwrap());
            parser.finish(&mut intake).unwrap();
            best = best.max(file.len() as f64 / 1e6 / begun.elapsed().as_secs_f64());
            assert_eq!(intake.accepted(), made);
        }
        println!("{what}: {best:.0} MB/s, {made} packets");
        assert!(best >= goal, "{what}: only {best:.0} MB/s");
    }
}
