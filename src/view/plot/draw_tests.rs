//! Charts drawn to SVG: sound ones show their parts, unsound ones return.

use super::*;
use crate::model::chart::Block;
use crate::view::fixture::outcome;
use crate::view::plot::PLOTS;

fn svg(chart: &Chart, size: (u32, u32), style: Style) -> String {
    #[cfg(feature = "cli")]
    crate::view::plot::png::register_font();
    let mut text = String::new();
    {
        let area = SVGBackend::with_string(&mut text, size).into_drawing_area();
        draw(chart, &area, &style).expect("an SVG in memory takes everything");
    }
    text
}

const PLAIN: Style = Style { dark: false, scale: 1.0 };

fn chart(min: f64, max: f64) -> Chart {
    let axis = Axis { label: "ports".to_owned(), min, max };
    let block = Block { x: (f64::NAN, max), y: (min, f64::INFINITY), series: 7, weight: f64::NAN };
    Chart {
        title: "Title".to_owned(),
        caption: String::new(),
        summary: String::new(),
        x: axis.clone(),
        y: axis,
        series: vec!["noise".to_owned(), String::new(), "cluster 0".to_owned()],
        blocks: vec![block],
    }
}

#[test]
fn every_plot_draws_its_title_axes_and_legend() {
    let outcome = outcome();
    for plot in PLOTS {
        let chart = (plot.chart)(&outcome).unwrap();
        let text = svg(&chart, (900, 500), PLAIN);
        for part in [&chart.title, &chart.x.label, &chart.y.label] {
            assert!(text.contains(part.as_str()), "{} lacks {part}", plot.about.key);
        }
        assert!(chart.series.len() == 1 || text.contains("cluster 0"), "{} lacks its legend", plot.about.key);
    }
}

#[test]
fn dark_and_light_differ_only_in_colour() {
    let shapes = |dark| svg(&chart(0.0, 10.0), (600, 400), Style { dark, scale: 1.0 }).matches("<rect").count();
    assert_eq!(shapes(false), shapes(true));
}

#[test]
fn no_range_and_no_size_hangs() {
    for (min, max) in [
        (0.0, 0.0),
        (5.0, 1.0),
        (f64::NAN, 1.0),
        (0.0, f64::INFINITY),
        (-1e308, 1e308),
        (1e15, 1e15 + 1.0),
        (1.0, 1.0 + f64::EPSILON),
        (0.0, f64::MIN_POSITIVE),
    ] {
        assert!(svg(&chart(min, max), (300, 200), PLAIN).contains("Title"), "{min}..{max}");
    }
    for size in [(0, 0), (1, 1), (79, 500), (500, 79), (80, 80), (4000, 80)] {
        for scale in [1.0, 3.0, f64::NAN, 1e9, -1.0] {
            svg(&chart(0.0, 1.0), size, Style { dark: true, scale });
        }
    }
}

#[test]
fn ticks_are_short() {
    for (value, text) in
        [(0.0, "0"), (0.25, "0.25"), (5000.0, "5000"), (65_536.0, "65.54k"), (2e6, "2M"), (-0.5, "-0.5")]
    {
        assert_eq!(tick(value), text);
    }
}
