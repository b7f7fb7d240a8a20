//! A format is one file and its two lines in the list: this file is a whole one, and its list stands below it.
#![cfg(not(target_arch = "wasm32"))]

use flowglass::about::About;
use flowglass::error::Result;
use flowglass::ingest::intake::Intake;
use flowglass::ingest::reader::Reader;
use flowglass::ingest::{FORMATS, Format, Parser};
use flowglass::model::address::Address;
use flowglass::model::record::Record;
use flowglass::model::settings::Checked;

/// The format: `toy!`, then lines of a source and a destination with an arrow between them.
const TOY: Format = Format {
    about: About {
        key: "toy",
        title: "A toy",
        help: "Lines of two addresses with an arrow between them.",
        limits: "It exists for this test alone.",
    },
    knobs: &[],
    endings: &["toy"],
    sniff: |head| if head.starts_with(b"toy!\n") { 100 } else { 0 },
    open: |_settings| Box::new(Toy::default()),
};

#[derive(Default)]
struct Toy {
    held: Vec<u8>,
    at: u64,
    rows: u64,
}

impl Parser for Toy {
    fn feed(&mut self, slice: &[u8], intake: &mut Intake) -> Result<()> {
        self.held.extend_from_slice(slice);
        while let Some(end) = self.held.iter().position(|byte| *byte == b'\n') {
            let line = String::from_utf8_lossy(&self.held[..end]).into_owned();
            self.held.drain(..=end);
            if self.at > 0 {
                self.rows += 1;
                match line.split_once("->").and_then(|(from, to)| Address::parse(from).zip(Address::parse(to))) {
                    Some((from, to)) => {
                        intake.accept(&Record { destination: Some(to), ..Record::from_source(from) });
                    }
                    None => intake.reject(self.rows, self.at, "the line has no two addresses"),
                }
            }
            self.at += end as u64 + 1;
        }
        Ok(())
    }

    fn finish(&mut self, _intake: &mut Intake) -> Result<()> {
        Ok(())
    }

    fn notes(&self) -> Vec<String> {
        vec!["read by a toy".to_owned()]
    }
}

/// Every format of the house and one line more.
const LIST: &[&Format] = &[&TOY, FORMATS[0], FORMATS[FORMATS.len() - 1]];

#[test]
fn one_line_in_the_list_is_enough() {
    let file = b"toy!\n10.0.0.1 -> 10.0.0.2\nnothing\n10.0.0.3->10.0.0.2\n";
    let read = |formats| {
        let (mut intake, settings) = (Intake::default(), Checked::default());
        let mut reader = Reader::among(formats, "x", &mut intake);
        for slice in file.chunks(7) {
            reader.feed(slice, &settings, &mut intake)?;
        }
        let input = reader.finish(&settings, &mut intake)?.remove(0);
        Ok::<_, flowglass::error::Error>((input, intake.traffic.addresses().to_vec()))
    };
    let (input, addresses) = read(LIST).unwrap();
    assert_eq!((input.format.as_str(), input.read, input.rejected), ("toy", 2, 1));
    assert_eq!(input.notes, ["read by a toy"]);
    assert_eq!(addresses.iter().map(ToString::to_string).collect::<Vec<_>>(), ["10.0.0.1", "10.0.0.2", "10.0.0.3"]);
    assert!(read(FORMATS).is_err(), "without the line nobody knows it");
}
