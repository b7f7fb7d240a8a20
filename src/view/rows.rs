//! The traffic rows of one address, as the input gave them and as the models judged them.

use serde::Serialize;

use super::table::{Column, MAX_PAGE};
use super::words;
use crate::judge::normal::why;
use crate::model::address::Address;
use crate::model::outcome::Outcome;

/// A stretch of an address's rows, in input order.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RowPage {
    /// The columns that any row of the input fills.
    pub columns: Vec<Column>,
    /// Rows in which the address is source or destination.
    pub total: usize,
    pub offset: usize,
    pub rows: Vec<Vec<String>>,
}

const fn column(key: &'static str, title: &'static str, numeric: bool) -> Column {
    Column { key, title, numeric, choices: &[] }
}

const COLUMNS: &[Column] = &[
    column("row", "Row", true),
    column("start", "Start", false),
    column("source", "Source", false),
    column("source_port", "Source port", true),
    column("destination", "Destination", false),
    column("destination_port", "Destination port", true),
    column("protocol", "Protocol", false),
    column("state", "State", false),
    column("duration", "Duration", true),
    column("sent", "Bytes sent", true),
    column("received", "Bytes received", true),
    column("forest", "Forest", false),
    column("svm", "SVM", false),
    column("cluster", "Cluster", true),
    column("risk", "Row risk", true),
    column("why", "Why odd", false),
];

/// The rows in which `address` is source or destination, from `offset` on.
pub fn rows(outcome: &Outcome, address: Address, offset: usize, limit: usize) -> RowPage {
    let columns: Vec<Column> = COLUMNS.iter().copied().filter(|column| is_filled(outcome, column.key)).collect();
    let mut page = RowPage { columns, total: 0, offset, rows: Vec::new() };
    let traffic = &outcome.traffic;
    let Some(id) = traffic.find(address) else { return page };
    let limit = limit.min(MAX_PAGE);
    for (row, &source) in traffic.source().iter().enumerate() {
        if source != id && traffic.destination.get(row) != Some(id) {
            continue;
        }
        if page.total >= offset && page.rows.len() < limit {
            let cells = page.columns.iter().map(|column| cell(outcome, row, column.key).unwrap_or_default());
            page.rows.push(cells.collect());
        }
        page.total += 1;
    }
    page
}

fn is_filled(outcome: &Outcome, column: &str) -> bool {
    let (traffic, judgement) = (&outcome.traffic, &outcome.judgement);
    match column {
        "start" => !traffic.start.is_absent(),
        "source_port" => !traffic.source_port.is_absent(),
        "destination" => !traffic.destination.is_absent(),
        "destination_port" => !traffic.destination_port.is_absent(),
        "protocol" => !traffic.protocol.is_absent(),
        "state" => !traffic.state.is_absent(),
        "duration" => !traffic.duration.is_absent(),
        "sent" => !traffic.bytes_sent.is_absent(),
        "received" => !traffic.bytes_received.is_absent(),
        "forest" => judgement.forest.is_some(),
        "svm" => judgement.svm.is_some(),
        "cluster" => judgement.clusters.is_some(),
        "risk" => judgement.forest.is_some() || judgement.svm.is_some(),
        "why" => judgement.forest.is_some() || judgement.svm.is_some() || judgement.clusters.is_some(),
        _ => true,
    }
}

fn cell(outcome: &Outcome, row: usize, column: &str) -> Option<String> {
    let (traffic, judgement) = (&outcome.traffic, &outcome.judgement);
    let point = judgement.point(row);
    let vote = |anomalous: bool| if anomalous { "anomalous" } else { "normal" }.to_owned();
    match column {
        "row" => Some(words::count(row as u64 + 1)),
        "start" => traffic.start.get(row).map(words::time),
        "source" => Some(traffic.address(traffic.source()[row]).to_string()),
        "source_port" => traffic.source_port.get(row).map(|port| port.to_string()),
        "destination" => traffic.destination.get(row).map(|id| traffic.address(id).to_string()),
        "destination_port" => traffic.destination_port.get(row).map(|port| port.to_string()),
        "protocol" => traffic.protocol.get(row).map(words::protocol),
        "state" => traffic.state.get(row).map(|state| format!("{state:?}")),
        "duration" => traffic.duration.get(row).map(words::duration),
        "sent" => traffic.bytes_sent.get(row).map(words::count),
        "received" => traffic.bytes_received.get(row).map(words::count),
        "forest" => Some(vote(*judgement.forest.as_ref()?.anomalous.get(point?)?)),
        "svm" => Some(vote(*judgement.svm.as_ref()?.anomalous.get(point?)?)),
        "cluster" => match *judgement.clusters.as_ref()?.label.get(point?)? {
            -1 => Some("noise".to_owned()),
            label => Some(label.to_string()),
        },
        "risk" => judgement.risk(point?).map(words::score),
        "why" => why(judgement, point?),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::fixture::outcome;

    #[test]
    fn rows_of_either_side_in_input_order_with_only_the_columns_there_are() {
        let outcome = outcome();
        let page = rows(&outcome, Address::parse("203.0.113.7").unwrap(), 2, 1);
        assert_eq!((page.total, page.rows.len()), (4, 1));
        assert!(page.columns.iter().all(|column| column.key != "sent"));
        let position = |key| page.columns.iter().position(|column| column.key == key).unwrap();
        assert_eq!(page.rows[0][position("row")], "3");
        assert_eq!(page.rows[0][position("forest")], "anomalous");
        assert_eq!(page.rows[0][position("risk")], "0.5");
        assert!(page.rows[0][position("why")].contains("the combination is: 1 of 5 rows has it"), "{:?}", page.rows[0]);
        let target = rows(&outcome, Address::parse("10.0.0.1").unwrap(), 0, 100);
        assert_eq!(target.total, 6);
        assert_eq!(target.rows[5][position("cluster")], "");
    }

    #[test]
    fn an_unknown_address_has_no_rows() {
        assert_eq!(rows(&outcome(), Address::parse("192.0.2.99").unwrap(), 0, 10).total, 0);
    }
}
