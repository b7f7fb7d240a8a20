//! The two ports of each flow: what the models of the original script judge by.

use ndarray::Array2;
use rustc_hash::FxHashMap;

use super::Features;
use crate::model::judgement::UNJUDGED;
use crate::model::traffic::Traffic;
use crate::pieces::in_pieces;

/// The source and destination port of every row; only the columns that the input has, which may be none.
/// Built pair by pair: the full matrix of a large capture would not fit the tab beside its rows.
pub fn ports(traffic: &Traffic) -> Features {
    let columns = [("source_port", &traffic.source_port), ("destination_port", &traffic.destination_port)];
    let present: Vec<_> = columns.into_iter().filter(|(_, column)| !column.is_absent()).collect();
    let mut found = Features { names: present.iter().map(|(name, _)| *name).collect(), ..Features::default() };
    found.point_of.reserve_exact(traffic.rows());
    let mut ids: FxHashMap<u32, u32> = FxHashMap::default();
    let mut pairs = Vec::new();
    in_pieces(traffic.rows(), |row| {
        let ports = present.iter().map(|(_, column)| column.get(row));
        let pair = ports
            .fold((!present.is_empty()).then_some(0), |pair: Option<u32>, port| Some(pair? << 16 | u32::from(port?)));
        let Some(pair) = pair else {
            found.point_of.push(UNJUDGED);
            return;
        };
        let point = *ids.entry(pair).or_insert_with(|| {
            pairs.push(pair);
            pairs.len() as u32 - 1
        });
        found.point_of.push(point);
    });
    // The numbers come last, exactly as many as there are: beside the map they would be the peak of the memory.
    drop(ids);
    found.weights = vec![0; pairs.len()];
    let Features { point_of, weights, .. } = &mut found;
    in_pieces(point_of.len(), |row| {
        if let Some(weight) = weights.get_mut(point_of[row] as usize) {
            *weight += 1;
        }
    });
    let mut values = Vec::with_capacity(pairs.len() * present.len());
    in_pieces(pairs.len(), |point| {
        let halves = [(pairs[point] >> 16) as u16, pairs[point] as u16];
        values.extend_from_slice(&halves[2 - present.len()..]);
    });
    found.values = Array2::from_shape_vec((pairs.len(), present.len()), values).expect("whole points");
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::address::Address;
    use crate::model::record::Record;

    fn traffic(ports: &[(Option<u16>, Option<u16>)]) -> Traffic {
        let mut traffic = Traffic::default();
        let source = Address::parse("10.0.0.1").unwrap();
        for &(source_port, destination_port) in ports {
            traffic.push(&Record { source_port, destination_port, ..Record::from_source(source) });
        }
        traffic
    }

    #[test]
    fn pairs_collapse_and_rows_without_a_port_are_left_out() {
        let found =
            ports(&traffic(&[(Some(1), Some(80)), (Some(2), None), (Some(65535), Some(0)), (Some(1), Some(80))]));
        assert_eq!(found.names, ["source_port", "destination_port"]);
        assert_eq!(found.values.as_slice().unwrap(), [1, 80, 65535, 0]);
        assert_eq!(found.point_of, [0, UNJUDGED, 1, 0]);
        assert_eq!(found.weights, [2, 1]);
    }

    #[test]
    fn one_column_alone_is_one_feature() {
        let found = ports(&traffic(&[(None, Some(80)), (None, Some(443)), (None, Some(80))]));
        assert_eq!(found.names, ["destination_port"]);
        assert_eq!(found.values.as_slice().unwrap(), [80, 443]);
        assert_eq!(found.weights, [2, 1]);
    }

    #[test]
    fn without_ports_no_row_is_judged() {
        let found = ports(&traffic(&[(None, None), (None, None)]));
        assert!(found.names.is_empty() && found.weights.is_empty());
        assert_eq!(found.point_of, [UNJUDGED; 2]);
    }
}
