//! The legend: a line or two of swatches and names under the plot.

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::draw::{Failure, Style};
use super::palette;
use crate::model::chart::Chart;

/// One name in the legend, and where it stands.
pub struct Label<'a> {
    name: &'a str,
    series: usize,
    x: i32,
    line: i32,
}

/// Places the names from left to right, in as many lines as the width asks for.
pub fn layout<'a, DB: DrawingBackend>(
    chart: &'a Chart,
    area: &DrawingArea<DB, Shift>,
    style: &Style,
) -> Vec<Label<'a>> {
    let named: Vec<_> = chart.series.iter().enumerate().filter(|(_, name)| !name.is_empty()).collect();
    if named.len() < 2 {
        return Vec::new();
    }
    let (width, text) = (area.dim_in_pixel().0 as i32, style.text(style.px(12.0)));
    let mut labels = Vec::new();
    let (mut x, mut line) = (style.px(12.0), 0);
    for (series, name) in named {
        let wide = area.estimate_text_size(name, &text).map_or(style.px(90.0), |(wide, _)| wide as i32);
        let next = x + style.px(18.0) + wide + style.px(16.0);
        if next > width && x > style.px(12.0) {
            (x, line) = (style.px(12.0), line + 1);
        }
        labels.push(Label { name, series, x, line });
        x += style.px(18.0) + wide + style.px(16.0);
    }
    labels
}

/// How high the legend is; 0 where there is none.
pub fn height(labels: &[Label<'_>], style: &Style) -> i32 {
    labels.last().map_or(0, |last| (last.line + 1) * style.px(20.0) + style.px(6.0))
}

pub fn draw<DB: DrawingBackend>(
    labels: &[Label<'_>],
    of: usize,
    area: &DrawingArea<DB, Shift>,
    style: &Style,
) -> Result<(), Failure<DB>> {
    let text = style.text(style.px(12.0)).pos(Pos::new(HPos::Left, VPos::Center));
    for label in labels {
        let middle = label.line * style.px(20.0) + style.px(10.0);
        let (left, half) = (label.x, style.px(5.0));
        let swatch = [(left, middle - half), (left + 2 * half, middle + half)];
        area.draw(&Rectangle::new(swatch, palette::series(label.series, of, style.dark).filled()))?;
        area.draw(&Text::new(label.name.to_owned(), (left + style.px(16.0), middle), text.clone()))?;
    }
    Ok(())
}
