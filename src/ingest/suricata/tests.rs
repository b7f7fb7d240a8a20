//! A small eve.json, read through the front door.

use crate::ingest::intake::Intake;
use crate::ingest::reader::Reader;
use crate::model::record::ConnState;
use crate::model::settings::Checked;

const EVENTS: &str = r#"{"timestamp":"2024-11-06T20:51:01.500000+0000","flow_id":1,"event_type":"alert","src_ip":"192.0.2.1","src_port":443,"dest_ip":"10.0.0.1","dest_port":4000,"proto":"TCP","flow":{"pkts_toserver":1,"pkts_toclient":1,"bytes_toserver":60,"bytes_toclient":60,"start":"2024-11-06T20:51:01.000000+0000","src_ip":"10.0.0.1"}}
{"timestamp":"2024-11-06T20:51:03.000000+0000","flow_id":2,"event_type":"dns","src_ip":"10.0.0.1","src_port":5000,"dest_ip":"10.0.0.2","dest_port":53,"proto":"UDP"}
{"timestamp":"2024-11-06T20:51:09.000000+0000","flow_id":2,"event_type":"flow","src_ip":"10.0.0.1","src_port":5000,"dest_ip":"10.0.0.2","dest_port":53,"proto":"UDP","flow":{"pkts_toserver":1,"pkts_toclient":0,"bytes_toserver":70,"bytes_toclient":0,"start":"2024-11-06T20:51:03.000000+0000","end":"2024-11-06T20:51:03.000000+0000"}}
{"timestamp":"2024-11-06T20:51:09.000000+0000","flow_id":3,"event_type":"flow","src_ip":"10.0.0.3","src_port":6000,"dest_ip":"10.0.0.2","dest_port":80,"proto":"TCP","flow":{"pkts_toserver":1,"pkts_toclient":1,"start":"2024-11-06T20:51:03.000000+0000","end":"2024-11-06T20:51:05.000000+0000"},"tcp":{"tcp_flags_ts":"02","tcp_flags_tc":"14"}}
{"timestamp":"2024-11-06T20:51:02.000000+0000","flow_id":1,"event_type":"http","src_ip":"10.0.0.1","src_port":4000,"dest_ip":"192.0.2.1","dest_port":443,"proto":"TCP"}
{"timestamp":"2024-11-06T20:51:09.000000+0000","event_type":"stats","stats":{"uptime":8}}
{"timestamp":"2024"#;

#[test]
fn every_flow_is_told_once() {
    let mut intake = Intake::default();
    let settings = Checked::default();
    let mut reader = Reader::new("eve.json", &mut intake);
    for slice in EVENTS.as_bytes().chunks(13) {
        reader.feed(slice, &settings, &mut intake).unwrap();
    }
    let input = reader.finish(&settings, &mut intake).unwrap().remove(0);
    assert_eq!((input.format.as_str(), input.read, input.rejected), ("suricata", 5, 2), "{:?}", input.reasons);
    let traffic = intake.traffic;
    assert_eq!(traffic.rows(), 3);
    // The datagram, whose DNS event was told by its flow event.
    assert_eq!((traffic.state.get(0), traffic.bytes_sent.get(0)), (Some(ConnState::S0), Some(70)));
    assert_eq!((traffic.state.get(1), traffic.duration.get(1)), (Some(ConnState::REJ), Some(2.0)));
    // The flow without a flow event: turned to the side that began, from its first event to its last.
    assert_eq!(traffic.address(traffic.source()[2]).to_string(), "10.0.0.1");
    assert_eq!((traffic.destination_port.get(2), traffic.duration.get(2)), (Some(443), Some(1.0)));
}
