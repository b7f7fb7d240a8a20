//! One parser on a file in memory.

use flowglass::catalog::knobs;
use flowglass::ingest::intake::Intake;
use flowglass::ingest::{HEAD, SLICE, recognise};
use flowglass::model::settings::Settings;

/// The rows or packets that were read.
pub fn read(file: &[u8]) -> u64 {
    let settings = Settings::default().check(&knobs()).expect("the defaults pass");
    let mut intake = Intake::default();
    intake.begin("made up");
    let mut parser = (recognise(&file[..HEAD]).expect("a known format").open)(&settings);
    file.chunks(SLICE).for_each(|slice| parser.feed(slice, &mut intake).expect("it reads"));
    parser.finish(&mut intake).expect("it reads");
    intake.accepted()
}
