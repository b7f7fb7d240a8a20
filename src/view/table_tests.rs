//! Sorting, filtering and paging of the table of addresses.

use super::*;
use crate::view::fixture::outcome;

fn addresses(sort: &str, descending: bool, filter: &str) -> Vec<String> {
    let outcome = outcome();
    let query = Query { sort: sort.to_owned(), descending, filter: filter.to_owned() };
    let order = order(&outcome.report, &query);
    page(&outcome, &order, 0, MAX_PAGE).rows.into_iter().map(|row| row.address).collect()
}

const SCANNER: &str = "203.0.113.7";
const PRIVATE: &str = "10.0.0.1";
const QUIET: &str = "2001:db8::5";

#[test]
fn every_column_sorts_both_ways() {
    for (sort, up) in [
        ("address", [PRIVATE, SCANNER, QUIET]),
        ("risk", [QUIET, PRIVATE, SCANNER]),
        ("decision", [QUIET, PRIVATE, SCANNER]),
        ("rows", [PRIVATE, QUIET, SCANNER]),
    ] {
        assert_eq!(addresses(sort, false, ""), up, "{sort}");
        let down = addresses(sort, true, "");
        assert_eq!(down[0], if sort == "rows" { SCANNER } else { up[2] }, "{sort} downwards");
    }
}

#[test]
fn an_empty_cell_is_last_either_way() {
    assert_eq!(addresses("place", false, "")[0], SCANNER);
    assert_eq!(addresses("place", true, "")[0], SCANNER);
}

#[test]
fn an_unknown_sort_is_the_reports_order() {
    assert_eq!(addresses("nope", true, ""), [SCANNER, PRIVATE, QUIET]);
}

#[test]
fn all_words_must_occur_and_a_prefix_names_the_column() {
    for (filter, expected) in [
        ("stockholm", &[SCANNER][..]),
        ("STOCK as64496", &[SCANNER]),
        ("stockholm watch", &[]),
        ("decision:watch", &[PRIVATE]),
        ("place:watch", &[]),
        ("2001:db8", &[QUIET]),
        ("  ", &[SCANNER, PRIVATE, QUIET]),
    ] {
        assert_eq!(addresses("", false, filter), expected, "{filter:?}");
    }
}

#[test]
fn pages_are_bounded_and_never_out_of_range() {
    let outcome = outcome();
    let order = order(&outcome.report, &Query::default());
    let second = page(&outcome, &order, 1, 1);
    assert_eq!((second.total, second.matching, second.rows.len()), (3, 3, 1));
    assert_eq!(second.rows[0].address, PRIVATE);
    assert_eq!(second.rows[0].withheld.as_deref(), Some("a private address"));
    assert!(page(&outcome, &order, 99, usize::MAX).rows.is_empty());
}

#[test]
fn a_column_nobody_fills_is_not_shown() {
    let mut outcome = outcome();
    assert_eq!(columns(&outcome.report).len(), COLUMNS.len());
    outcome.report.hosts.iter_mut().for_each(|host| host.place = None);
    let shown = columns(&outcome.report);
    assert_eq!(shown.len(), COLUMNS.len() - 2);
    assert_eq!(page(&outcome, &[0], 0, 1).rows[0].cells.len(), shown.len());
}
