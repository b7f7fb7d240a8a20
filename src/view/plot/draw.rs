//! Draws any chart on any plotters backend: the page's canvas, the command line's bitmap, a test's SVG.

use plotters::coord::Shift;
use plotters::prelude::*;

use super::{legend, palette};
use crate::model::chart::{Axis, Chart};

/// How a chart is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Style {
    pub dark: bool,
    /// Device pixels per pixel of the layout; 1 on a plain screen.
    pub scale: f64,
}

pub type Failure<DB> = DrawingAreaErrorKind<<DB as DrawingBackend>::ErrorType>;

/// Below this a chart has no room for its own labels.
const SMALLEST: u32 = 80;

impl Style {
    /// A length of the layout in device pixels.
    pub fn px(&self, length: f64) -> i32 {
        // A backend may be given any scale; past 8 nobody sees a difference.
        let scale = if self.scale.is_finite() { self.scale.clamp(0.25, 8.0) } else { 1.0 };
        (length * scale).round() as i32
    }

    pub(super) fn text(&self, size: i32) -> TextStyle<'static> {
        ("sans-serif", size).into_font().color(&palette::theme(self.dark).text)
    }
}

/// Draws `chart` over the whole of `area`. An area too small for labels is only cleared.
pub fn draw<DB: DrawingBackend>(
    chart: &Chart,
    area: &DrawingArea<DB, Shift>,
    style: &Style,
) -> Result<(), Failure<DB>> {
    area.fill(&palette::theme(style.dark).ground)?;
    let (width, height) = area.dim_in_pixel();
    if width < SMALLEST || height < SMALLEST {
        return area.present();
    }
    let labels = legend::layout(chart, area, style);
    let (plot, below) = area.split_vertically(height as i32 - legend::height(&labels, style));
    draw_plot(chart, &plot, style)?;
    legend::draw(&labels, chart.series.len(), &below, style)?;
    area.present()
}

fn draw_plot<DB: DrawingBackend>(
    chart: &Chart,
    area: &DrawingArea<DB, Shift>,
    style: &Style,
) -> Result<(), Failure<DB>> {
    let theme = palette::theme(style.dark);
    let ((left, right), (bottom, top)) = (range(&chart.x), range(&chart.y));
    let mut context = ChartBuilder::on(area)
        .caption(&chart.title, style.text(style.px(15.0)))
        .margin(style.px(10.0))
        .margin_right(style.px(22.0))
        .x_label_area_size(style.px(40.0))
        .y_label_area_size(style.px(64.0))
        .build_cartesian_2d(left..right, bottom..top)?;
    let (width, height) = area.dim_in_pixel();
    context
        .configure_mesh()
        .x_labels(labels(width, style, 90.0))
        .y_labels(labels(height, style, 50.0))
        .x_label_formatter(&|value| tick(*value))
        .y_label_formatter(&|value| tick(*value))
        .x_desc(chart.x.label.as_str())
        .y_desc(chart.y.label.as_str())
        .axis_desc_style(style.text(style.px(12.0)))
        .label_style(style.text(style.px(11.0)))
        .axis_style(theme.line)
        .bold_line_style(theme.grid)
        .light_line_style(TRANSPARENT)
        .set_all_tick_mark_size(style.px(3.0))
        .draw()?;
    let inside = |value: f64, low: f64, high: f64| if value.is_finite() { value.clamp(low, high) } else { low };
    context.draw_series(chart.blocks.iter().map(|block| {
        let colour = palette::series(block.series, chart.series.len(), style.dark);
        let corners = [
            (inside(block.x.0, left, right), inside(block.y.0, bottom, top)),
            (inside(block.x.1, left, right), inside(block.y.1, bottom, top)),
        ];
        Rectangle::new(corners, palette::ink(colour, block.weight.clamp(0.0, 1.0), style.dark).filled())
    }))?;
    Ok(())
}

/// A range that plotters can divide: it never returns from an empty, reversed or endless one.
fn range(axis: &Axis) -> (f64, f64) {
    let sound = axis.min.is_finite() && axis.max.is_finite() && axis.max - axis.min > f64::EPSILON * axis.max.abs();
    // Past 1e15 neighbouring labels read the same and the spacing loses its last digits.
    if sound && axis.min.abs() < 1e15 && axis.max.abs() < 1e15 { (axis.min, axis.max) } else { (0.0, 1.0) }
}

/// As many labels as fit at `each` pixels of the layout.
fn labels(extent: u32, style: &Style, each: f64) -> usize {
    (extent as usize / style.px(each).max(1) as usize).clamp(2, 12)
}

/// A tick's number: thousands as `12k`, no needless zeros.
fn tick(value: f64) -> String {
    let (value, unit) = match value.abs() {
        v if v >= 1e9 => (value / 1e9, "G"),
        v if v >= 1e6 => (value / 1e6, "M"),
        v if v >= 1e4 => (value / 1e3, "k"),
        _ => (value, ""),
    };
    let text = format!("{value:.2}");
    format!("{}{unit}", text.trim_end_matches('0').trim_end_matches('.'))
}

#[cfg(test)]
#[path = "draw_tests.rs"]
mod tests;
