//! Delimited text: CSV, TSV and their kin, with a header in whatever dialect the exporter speaks.

mod aliases;
mod block;
mod cells;
mod columns;
mod grid;
mod head;
mod lines;
pub mod mapping;
mod notes;
mod reader;
#[cfg(test)]
mod tests;

use crate::about::{About, Knob, Range};
use crate::error::{Error, Result};
use crate::model::settings::Checked;

use super::intake::Intake;
use super::stretch::{Begin, Border, Bounds, Stretch};
use super::text::times::DateOrder;
use super::{Format, HEAD, Parser};

use grid::Grid;
use lines::Lines;
use mapping::Mapping;
use notes::Decided;
use reader::Rows;

pub const FORMAT: Format = Format {
    about: About {
        key: "csv",
        title: "CSV, TSV and other delimited tables",
        help: "A table of flows or requests with a header, one row each. The columns are found by name, whatever the \
               exporter calls them, or as you say (csv.mapping): Cloudflare, CICFlowMeter, UNSW-NB15, NetFlow (nfdump, nProbe), Argus, SiLK, \
               NFStream, Tranalyzer, LUFlow, Wireshark and others. It needs a source address and a port or a \
               destination, or, as a log of logins, an identity and a time; everything else is used where it is there. The delimiter (comma, tab, semicolon or bar), \
               the line ends and the spelling of times are told from the first 64 KiB.",
        limits: "Text must be UTF-8 or a superset of ASCII. Times without a zone are taken as UTC; a date and a time \
                 in two columns are not joined. Whole-number times are understood from September 2001 on. Cells \
                 beyond the header's last column are passed over. A row longer than 1 MiB is rejected. In ICMP rows \
                 the port columns hold type and code: the models judge by them where they are plain numbers, as the \
                 original script did, and no scan detector does. Of Tranalyzer's two rows per flow the reply \
                 half is rejected: the other tells both directions.",
    },
    knobs: &[&DATE_ORDER, &mapping::MAPPING],
    endings: &["csv", "tsv", "txt", "binetflow", "log"],
    sniff,
    open: |settings| Box::new(Delimited::new(settings)),
};

pub const DATE_ORDER: Knob = Knob {
    key: "csv.date_order",
    label: "Dates such as 3/4/2024",
    help: "Which comes first, the day or the month. On its own the reader looks for a number above 12 in the first \
           rows; where there is none, years of four digits are taken day first, years of two digits month first.",
    unit: "",
    range: Range::Choice { options: &["automatic", "day first", "month first"], default: "automatic" },
};

fn sniff(head: &[u8]) -> u8 {
    // A Zeek log has tabs and an address column too, but its names stand one cell to the right.
    if head.starts_with(b"#separator") || matches!(head.first(), Some(b'{' | b'[' | b'<')) {
        return 0;
    }
    let whole = head.len() < HEAD;
    match head::layout(head, whole, None, &Mapping::default()) {
        Ok(layout) if layout.headerless => 50,
        Ok(_) => 80,
        // A table without known columns, or one in UTF-16: this format can say what is missing.
        Err(_) if head::is_utf16(head) => 10,
        Err(_) if head::check_text(head).is_ok() && head::looks_tabular(head, whole) => 10,
        Err(_) => 0,
    }
}

/// Reads one file.
struct Delimited {
    order: Option<DateOrder>,
    mapping: Mapping,
    stage: Stage,
}

enum Stage {
    /// Until there is enough of the start to tell the layout.
    Head(Vec<u8>),
    Rows(Box<(Lines, Rows, Decided)>),
}

impl Delimited {
    fn new(settings: &Checked) -> Self {
        let order = match settings.choice(&DATE_ORDER) {
            "day first" => Some(DateOrder::DayFirst),
            "month first" => Some(DateOrder::MonthFirst),
            _ => None,
        };
        Delimited { order, mapping: Mapping::new(settings), stage: Stage::Head(Vec::new()) }
    }

    /// Tells the layout from the start of the file and reads the rows in it.
    fn begin(&mut self, head: &[u8], whole: bool, intake: &mut Intake) -> Result<()> {
        let data = self.lay_out(head, whole, Bounds { from: Begin::Header, until: u64::MAX })?;
        self.read(&head[data as usize..], intake);
        Ok(())
    }

    /// Tells the layout; gives the byte from which rows are to be read.
    fn lay_out(&mut self, head: &[u8], whole: bool, bounds: Bounds) -> Result<u64> {
        let layout = head::layout(head, whole, self.order, &self.mapping)?;
        let decided =
            Decided { delimiter: layout.delimiter, headerless: layout.headerless, order_basis: layout.order_basis };
        let columns = |slot| Some(layout.columns.at(slot)?.index);
        let grid = Grid::new([layout.delimiter, layout.end], layout.width, columns);
        let lines = |border| Lines::new(grid, border, bounds.until);
        let at = |at| Border { at, single_until: 0 };
        let data = layout.data as u64;
        let lines = match bounds.from {
            Begin::Border(border) if border.at > data => lines(border),
            // The byte before tells whether a row starts here.
            Begin::Byte(byte) if byte > data => lines(at(byte - 1)).behind_the_line(),
            _ => lines(at(data)),
        };
        let (_, border) = lines.ends();
        self.stage = Stage::Rows(Box::new((lines, Rows::new(layout), decided)));
        Ok(border.at)
    }

    fn read(&mut self, slice: &[u8], intake: &mut Intake) {
        if let Stage::Rows(stage) = &mut self.stage {
            let (lines, rows, _) = &mut **stage;
            lines.feed(slice, |cut| rows.take(cut, intake));
        }
    }
}

impl Parser for Delimited {
    fn feed(&mut self, slice: &[u8], intake: &mut Intake) -> Result<()> {
        let mut rest = slice;
        if let Stage::Head(head) = &mut self.stage {
            // Always the same 64 KiB, so that the slices do not decide what is told from them.
            let (start, more) = rest.split_at(rest.len().min(HEAD - head.len()));
            head.extend_from_slice(start);
            rest = more;
            if head.len() < HEAD {
                return Ok(());
            }
            let head = std::mem::take(head);
            self.begin(&head, false, intake)?;
        }
        self.read(rest, intake);
        Ok(())
    }

    fn finish(&mut self, intake: &mut Intake) -> Result<()> {
        if let Stage::Head(head) = &mut self.stage {
            let head = std::mem::take(head);
            self.begin(&head, true, intake)?;
        }
        self.end(intake);
        if matches!(&self.stage, Stage::Rows(stage) if stage.1.count == 0) {
            return Err(Error::unreadable("there is a header but no row below it"));
        }
        Ok(())
    }

    fn notes(&self) -> Vec<String> {
        match &self.stage {
            Stage::Head(_) => Vec::new(),
            Stage::Rows(stage) => notes::notes(&stage.1, stage.2),
        }
    }

    fn stretch(&mut self) -> Option<&mut dyn Stretch> {
        Some(self)
    }
}

impl Stretch for Delimited {
    fn begin(&mut self, head: &[u8], bounds: Bounds) -> Result<u64> {
        self.lay_out(head, false, bounds)
    }

    fn is_done(&self) -> bool {
        matches!(&self.stage, Stage::Rows(stage) if stage.0.is_done())
    }

    fn end(&mut self, intake: &mut Intake) {
        if let Stage::Rows(stage) = &mut self.stage {
            let (lines, rows, _) = &mut **stage;
            lines.finish(|cut| rows.take(cut, intake));
        }
    }

    fn ends(&self) -> (Option<Border>, Border) {
        match &self.stage {
            Stage::Head(_) => Default::default(),
            Stage::Rows(stage) => stage.0.ends(),
        }
    }

    fn counts(&self) -> Vec<u64> {
        match &self.stage {
            Stage::Head(_) => Vec::new(),
            Stage::Rows(stage) => stage.1.counts(),
        }
    }

    fn add(&mut self, counts: &[u64]) {
        if let Stage::Rows(stage) = &mut self.stage {
            stage.1.add(counts);
        }
    }
}
