//! What the page's own thread asks: the catalogue, the check of a form, the drawing of a plot.

use plotters::prelude::IntoDrawingArea;
use plotters_canvas::CanvasBackend;
use serde::Serialize;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsError, JsValue};
use web_sys::HtmlCanvasElement;

use super::plain::{self, Answer, thrown};
use crate::catalog;
use crate::geo;
use crate::ingest::mapping;
use crate::ingest::preview;
use crate::model::chart::Chart;
use crate::model::settings::Settings;
use crate::sample;
use crate::view::plot::draw::{Style, draw};

/// Everything the registries know: forms, menus and help are made from it.
#[wasm_bindgen]
pub fn catalog() -> Answer {
    plain::give(&catalog::catalog())
}

#[derive(Serialize)]
struct Fault {
    key: String,
    message: String,
}

/// Checks settings one by one: an array of `{ key, message }`, empty where all are sound.
#[wasm_bindgen(js_name = checkSettings)]
pub fn check_settings(settings: JsValue) -> Answer {
    let settings: Settings = plain::take(settings)?;
    let knobs = catalog::knobs();
    let mut faults = Vec::new();
    for (key, value) in settings.0 {
        let one = Settings([(key.clone(), value)].into_iter().collect());
        for error in one.check(&knobs).err().unwrap_or_default() {
            faults.push(Fault { key: key.clone(), message: error.to_string() });
        }
    }
    plain::give(&faults)
}

/// Whether the last 128 KiB of a file are those of a GeoIP database.
#[wasm_bindgen(js_name = isDatabase)]
pub fn is_database(tail: &[u8]) -> bool {
    geo::is_database(tail)
}

/// What a file seems to be, by its start: its format and, where it is a table, its columns as guessed.
#[wasm_bindgen]
pub fn preview(start: &[u8], whole: bool, settings: JsValue) -> Answer {
    let settings: Settings = plain::take(settings)?;
    let checked = settings.check(&catalog::knobs()).map_err(|_| thrown("a setting is out of its range"))?;
    plain::give(&preview::preview(start, whole, &checked))
}

/// So much of a file's start is enough for `preview`.
#[wasm_bindgen(js_name = previewLength)]
pub fn preview_length() -> usize {
    preview::START
}

/// What a column of a table can be set to: `{ key, title }` each.
#[wasm_bindgen(js_name = columnChoices)]
pub fn column_choices() -> Answer {
    plain::give(&mapping::choices())
}

/// The seed and the size of the sample on the page.
const SAMPLE: (u64, usize) = (42, 20_000);

/// A traffic file made up here, with known attackers.
#[wasm_bindgen(js_name = sampleTraffic)]
pub fn sample_traffic() -> Vec<u8> {
    sample::csv(SAMPLE.0, SAMPLE.1)
}

/// Who attacks in the sample: `[address, what it does]` each.
#[wasm_bindgen(js_name = sampleAttackers)]
pub fn sample_attackers() -> Answer {
    plain::give(sample::ATTACKERS)
}

/// Draws a chart over the whole canvas. `scale` is the canvas's pixels per CSS pixel.
#[wasm_bindgen(js_name = drawChart)]
pub fn draw_chart(canvas: HtmlCanvasElement, chart: JsValue, dark: bool, scale: f64) -> Result<(), JsError> {
    let chart: Chart = plain::take(chart)?;
    let backend = CanvasBackend::with_canvas_object(canvas).ok_or_else(|| thrown("the canvas has no 2d context"))?;
    draw(&chart, &backend.into_drawing_area(), &Style { dark, scale }).map_err(thrown)
}
