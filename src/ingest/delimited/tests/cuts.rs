//! However a file is cut, into slices or into stretches, it reads the same.

use proptest::prelude::*;

use super::*;

use crate::ingest::stretch::{Begin, Border, Bounds, Joiner, StretchReader, divisible};

/// Everything a reader of the table could see.
fn picture(read: Result<(Intake, Vec<String>)>) -> String {
    match read {
        Err(error) => error.to_string(),
        Ok((intake, notes)) => format!("{:?} {:?} {:?} {notes:?}", intake.traffic, rejects(&intake), intake.reasons()),
    }
}

/// Reads a table in `count` stretches, each in slices of `size` bytes, as several workers would. Gives how often one was
/// read again, too.
fn read_in_stretches(file: &[u8], count: u64, size: usize) -> (Result<(Intake, Vec<String>)>, usize) {
    let mut intake = Intake::default();
    intake.begin("test.csv");
    let (_, parser) = divisible(file, &settings()).expect("it can be read in stretches");
    let mut joiner = Joiner::new(parser);
    let mut again = 0;
    let read = |from, until| {
        let mut reader = StretchReader::new(&file[..HEAD], Bounds { from, until }, &settings()).unwrap();
        let rest = &file[(reader.from() as usize).min(file.len())..];
        // As it comes: a slice may pass the end of the stretch.
        let _ = rest.chunks(size).any(|slice| reader.feed(slice).unwrap());
        reader.finish().unwrap()
    };
    let length = file.len() as u64;
    for stretch in 0..count {
        let from = if stretch == 0 { Begin::Header } else { Begin::Byte(length * stretch / count) };
        let until = if stretch + 1 == count { u64::MAX } else { length * (stretch + 1) / count };
        let mut part = read(from, until);
        while let Some(border) = joiner.append(&part, &mut intake).unwrap() {
            again += 1;
            part = read(Begin::Border(border), until);
        }
    }
    let finished = joiner.parser.finish(&mut intake);
    (finished.map(|()| (intake, joiner.parser.notes())), again)
}

#[test]
fn a_stretch_that_begins_inside_quotes_is_read_again() {
    let mut file = String::from("ip,note,port\n");
    while file.len() < 3 * HEAD {
        file += "1.1.1.1,\"two\nlines, \"\"quoted\"\"\n1.1.1.2,,9\n\",80\n1.1.1.3,,81\n";
    }
    let whole = picture(read_in(file.as_bytes(), SLICE));
    let mut seen = 0;
    for count in 2..40 {
        let (read, again) = read_in_stretches(file.as_bytes(), count, 4096);
        assert!(picture(read) == whole, "{count} stretches");
        seen += again;
    }
    assert!(seen > 0, "no stretch began inside quotes");
}

proptest! {
    #[test]
    fn stretches_read_as_the_whole_does(
        rows in prop::collection::vec(r#"[0-9.,"\n\r a:;-]{0,40}"#, 0..60),
        good in 1usize..40,
        count in 1u64..60,
        size in 1000usize..90_000,
    ) {
        // Rows of any kind among good ones, the start of the file among the rest.
        let good = "1.2.3.4,80,,x\n".repeat(good);
        let mut file = String::from("ip,port,time,label\n");
        let mut rows = rows.iter().cycle();
        while file.len() < HEAD + 40_000 {
            file += rows.next().map_or("", String::as_str);
            file += "\n";
            file += &good;
        }
        let (read, _) = read_in_stretches(file.as_bytes(), count, size);
        prop_assert!(picture(read) == picture(read_in(file.as_bytes(), SLICE)));
    }

    #[test]
    fn slices_cut_anywhere_read_the_same(
        rows in prop::collection::vec(r#"[0-9.,"\n\r a:;-]{0,40}"#, 0..30),
        head in prop::sample::select(vec!["ip,port\n", "ip,port,\"x\ny\",time\r\n", "1.1.1.1,1,2\n", ""]),
        size in 1usize..50,
    ) {
        let file = format!("{head}{}", rows.join("\n1.2.3.4,80\n"));
        prop_assert_eq!(picture(read_in(file.as_bytes(), size)), picture(read_in(file.as_bytes(), SLICE)));
    }

    #[test]
    fn any_bytes_end_in_a_reading_or_an_error(
        bytes in prop::collection::vec(any::<u8>(), 0..500),
        head in prop::sample::select(vec!["", "ip,port,state,time,proto,bytes,dur,label\n"]),
    ) {
        let file = [head.as_bytes(), &bytes].concat();
        if let Ok((intake, _)) = read_in(&file, 7) {
            let rejected: u64 = intake.reasons().iter().map(|count| count.rows).sum();
            prop_assert_eq!(intake.traffic.rows() as u64, intake.accepted());
            prop_assert!(intake.accepted() + rejected > 0);
        }
    }

    /// The csv crate is the second opinion on well-formed files.
    #[test]
    fn cells_are_those_of_the_csv_crate(
        table in prop::collection::vec(prop::collection::vec(r#"[a-c,"\n ]{0,6}"#, 3), 1..8),
    ) {
        let mut writer = csv::Writer::from_writer(Vec::new());
        table.iter().for_each(|row| writer.write_record(row).unwrap());
        let file = writer.into_inner().unwrap();
        let mut read = Vec::new();
        let grid = Grid::new([b',', b'\n'], 3, |_| None);
        let mut lines = Lines::new(grid, Border::default(), u64::MAX);
        file.chunks(3).for_each(|slice| lines.feed(slice, |cut| {
            let block::Cut::Rows(block) = cut else { return };
            for line in block.rows().map(|row| block.text(row)) {
                let cells = cells::Cells::new(line, b',').map(|span| span.of(line).to_vec());
                read.push(cells.map(|cell| String::from_utf8(cell).unwrap().replace("\"\"", "\"")).collect::<Vec<_>>());
            }
        }));
        let trimmed: Vec<Vec<String>> =
            table.iter().map(|row| row.iter().map(|cell| cell.trim_matches(' ').to_owned()).collect()).collect();
        prop_assert_eq!(read, trimmed);
    }
}
