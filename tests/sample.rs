//! The made-up traffic reads back as what it says it is.

use flowglass::ingest::intake::Intake;
use flowglass::ingest::{FORMATS, recognise};
use flowglass::model::address::Address;
use flowglass::model::settings::Settings;
use flowglass::model::traffic::Traffic;
use flowglass::sample::{ATTACKERS, Pairs, Shape, csv, stream};

fn read(file: &[u8]) -> Traffic {
    let knobs: Vec<_> = FORMATS.iter().flat_map(|format| format.knobs.iter().copied()).collect();
    let mut parser = (recognise(file).unwrap().open)(&Settings::default().check(&knobs).unwrap());
    let mut intake = Intake::default();
    parser.feed(file, &mut intake).unwrap();
    parser.finish(&mut intake).unwrap();
    assert_eq!(intake.reasons(), []);
    intake.traffic
}

#[test]
fn the_sample_reads_back_with_every_attacker() {
    let file = csv(7, 4000);
    assert_eq!(file, csv(7, 4000));
    assert_ne!(file, csv(8, 4000));
    let traffic = read(&file);
    assert_eq!(traffic.rows(), 4000 + 1024 + 2 * 254 + 1500 + 2500 + 600);
    for (attacker, what) in ATTACKERS {
        assert!(traffic.find(Address::parse(attacker).unwrap()).is_some(), "{attacker} {what}");
    }
    let (first, last) = traffic.span().unwrap();
    assert!(last - first < 90_000.0);
}

#[test]
fn large_tables_come_in_slices_and_in_their_shape() {
    let distinct = |pairs| {
        let mut file = Vec::new();
        stream(Shape { seed: 1, rows: 30_000, pairs }, &mut |slice| {
            assert!(slice.len() < 2 << 20);
            file.extend_from_slice(slice);
        });
        let traffic = read(&file);
        assert_eq!(traffic.rows(), 30_000);
        traffic.addresses().len()
    };
    assert!(distinct(Pairs::Repeated) < 4200);
    assert!(distinct(Pairs::Distinct) > 25_000);
}
