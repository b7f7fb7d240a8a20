//! Small logs of every version, through the front door; and cut.

use crate::ingest::intake::Intake;
use crate::ingest::{Parser, recognise};
use crate::model::record::ConnState;

use super::Azure;

const NSG: &str = r#"{"records":[{"time":"2024-11-06T20:51:00Z","category":"NetworkSecurityGroupFlowEvent","properties":{"Version":2,"flows":[
 {"rule":"Allow","flows":[{"mac":"000D3A000000","flowTuples":["1730926260,10.0.0.4,192.0.2.8,5000,443,T,O,A,B,,,,","1730926300,10.0.0.4,192.0.2.8,5000,443,T,O,A,C,2,100,3,200","bad"]}]},
 {"rule":"Deny","flows":[{"mac":"000D3A000000","flowTuples":["1730926261,192.0.2.1,10.0.0.4,4000,22,T,I,D"]}]}]}},
 {"properties":{"Version":2,"flows":[{"flows":[{"flowTuples":["1730926320,10.0.0.4,192.0.2.8,5000,443,T,O,A,E,1,50,1,60","1730926262,10.0.0.4,10.0.0.5,7000,53,U,O,A,B,,,,"]}]}]}}
]}"#;

const VNET: &str = r#"{ "records": [ {"category":"FlowLogFlowEvent","flowRecords":{"flows":[{"aclID":"x","flowGroups":[{"rule":"r","flowTuples":[
 "1730926260123,192.0.2.1,10.0.0.4,4000,22,6,I,D,NX,0,0,0,0","1730926261000,10.0.0.4,192.0.2.8,5000,443,6,O,E,NX,5,500,6,600"]}]}]}} ] }"#;

fn read(text: &[u8], slice: usize) -> (Intake, Vec<String>) {
    let mut intake = Intake::default();
    let mut azure = Azure::default();
    text.chunks(slice).for_each(|slice| azure.feed(slice, &mut intake).unwrap());
    let _ = azure.finish(&mut intake);
    (intake, azure.notes())
}

#[test]
fn the_tuples_of_a_flow_are_one_flow() {
    assert_eq!(recognise(NSG.as_bytes()).map(|format| format.about.key), Some("azure_flow"));
    for slice in [1, 100, NSG.len()] {
        let (intake, notes) = read(NSG.as_bytes(), slice);
        assert_eq!((intake.accepted(), intake.reasons()[0].rows, intake.traffic.rows()), (5, 1, 3));
        let traffic = &intake.traffic;
        assert_eq!((traffic.state.get(0), traffic.destination_port.get(0)), (Some(ConnState::REJ), Some(22)));
        let sizes = (traffic.packets_sent.get(1), traffic.bytes_sent.get(1), traffic.bytes_received.get(1));
        assert_eq!(sizes, (Some(3), Some(150), Some(260)));
        assert_eq!((traffic.start.get(1), traffic.duration.get(1)), (Some(1_730_926_260.0), Some(60.0)));
        assert_eq!((traffic.protocol.get(2), traffic.bytes_sent.get(2)), (Some(17), None));
        assert_eq!(notes, ["Records: 2; tuples in them: 6."]);
    }
}

#[test]
fn virtual_networks_count_in_milliseconds() {
    assert_eq!(recognise(VNET.as_bytes()).map(|format| format.about.key), Some("azure_flow"));
    let traffic = read(VNET.as_bytes(), 50).0.traffic;
    assert_eq!((traffic.state.get(0), traffic.start.get(0)), (Some(ConnState::REJ), Some(1_730_926_260.123)));
    assert_eq!((traffic.state.get(1), traffic.bytes_received.get(1)), (None, Some(600)));
}

#[test]
fn a_cut_keeps_every_whole_record() {
    let second = NSG.find(" {\"properties\":{\"Version\":2,\"flows\":[{\"flows\"").unwrap();
    for cut in 12..NSG.len() {
        let (intake, notes) = read(&NSG.as_bytes()[..cut], 64);
        let expected = if cut >= NSG.len() - 3 {
            5
        } else if cut >= second - 2 {
            3
        } else {
            0
        };
        assert_eq!(intake.accepted(), expected, "{cut}");
        let inside = cut > 12 && cut < second - 2 || cut > second + 1 && cut < NSG.len() - 3;
        assert_eq!(notes.len(), if inside { 2 } else { 1 }, "{cut}: {notes:?}");
    }
}
