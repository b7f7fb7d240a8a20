//! The made-up traffic reads back as what it says it is.

use flowglass::ingest::intake::Intake;
use flowglass::ingest::{FORMATS, recognise};
use flowglass::model::address::Address;
use flowglass::model::column::Column;
use flowglass::model::record::ConnState;
use flowglass::model::settings::Settings;
use flowglass::model::traffic::Traffic;
use flowglass::sample::{ATTACKERS, Packets, Pairs, Shape, capture, conn_log, csv, stream};

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

#[test]
fn a_capture_holds_connections_from_end_to_end() {
    for (packets, mean) in [(Packets::Mixed, 500..750), (Packets::Headers, 60..75)] {
        let mut file = Vec::new();
        let count = capture(1, 8 << 20, packets, &mut |slice| {
            assert!(slice.len() < 2 << 20);
            file.extend_from_slice(slice);
        });
        assert!(file.len() >= 8 << 20 && mean.contains(&(file.len() as u64 / count)), "{} by {count}", file.len());
        let traffic = read(&file);
        let sum = |column: &Column<u64>| (0..traffic.rows()).filter_map(|row| column.get(row)).sum::<u64>();
        assert_eq!(sum(&traffic.packets_sent) + sum(&traffic.packets_received), count, "{packets:?}");
        let answered = |row: &usize| traffic.history(*row).is_some_and(|history| history.starts_with("Sh"));
        let answered: Vec<ConnState> =
            (0..traffic.rows()).filter(answered).filter_map(|row| traffic.state.get(row)).collect();
        let states = [ConnState::S1, ConnState::S2, ConnState::SF];
        assert!(answered.len() > 50 && answered.iter().all(|state| states.contains(state)), "{answered:?}");
        assert!(traffic.rows() > 1000);
    }
}

#[test]
fn a_conn_log_reads_back_row_by_row() {
    let mut file = Vec::new();
    conn_log(1, 20_000, &mut |slice| file.extend_from_slice(slice));
    let traffic = read(&file);
    assert_eq!(traffic.rows(), 20_000);
    let failed = |row: &usize| matches!(traffic.state.get(*row), Some(ConnState::S0 | ConnState::REJ));
    let failed = (0..20_000).filter(failed).collect::<Vec<_>>();
    assert!((2_000..5_000).contains(&failed.len()), "{} of 20,000 failed", failed.len());
    assert!(failed.iter().all(|&row| traffic.duration.get(row).is_none()));
    assert!((0..20_000).all(|row| traffic.history(row).is_some()));
}
