//! Charts as PNG bytes, for the command line, which brings its own font.

use std::io::Write;
use std::sync::Once;

use flate2::write::ZlibEncoder;
use flate2::{Compression, Crc};
use plotters::backend::BitMapBackend;
use plotters::prelude::IntoDrawingArea;
use plotters::style::FontStyle;

use super::draw::{Style, draw};
use crate::error::{Error, Result};
use crate::model::chart::Chart;

/// A picture is never larger than this on either side.
const LARGEST: u32 = 8192;

/// Makes the text of a plot drawable without any font on the machine.
pub fn register_font() {
    static FONT: Once = Once::new();
    FONT.call_once(|| {
        // The font is a valid one that is compiled in: the result cannot be an error.
        let _ = plotters::style::register_font("sans-serif", FontStyle::Normal, epaint_default_fonts::UBUNTU_LIGHT);
    });
}

/// Draws `chart` on white at `width` × `height` pixels, both cut to 1..=8192.
pub fn png(chart: &Chart, width: u32, height: u32) -> Result<Vec<u8>> {
    register_font();
    let (width, height) = (width.clamp(1, LARGEST), height.clamp(1, LARGEST));
    let mut pixels = vec![0; width as usize * height as usize * 3];
    {
        let area = BitMapBackend::with_buffer(&mut pixels, (width, height)).into_drawing_area();
        let style = Style { dark: false, scale: f64::from(width) / 900.0 };
        draw(chart, &area, &style).map_err(|error| Error::output(format!("the plot cannot be drawn: {error}")))?;
    }
    encode(&pixels, width, height)
}

/// Eight bits per channel, every row unfiltered: deflate alone makes flat colours small.
fn encode(pixels: &[u8], width: u32, height: u32) -> Result<Vec<u8>> {
    let failed = |error: std::io::Error| Error::output(format!("the plot cannot be compressed: {error}"));
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
    for row in pixels.chunks_exact(width as usize * 3) {
        zlib.write_all(&[0]).and_then(|()| zlib.write_all(row)).map_err(failed)?;
    }
    let mut header = Vec::with_capacity(13);
    header.extend(width.to_be_bytes());
    header.extend(height.to_be_bytes());
    // Bit depth 8, colour type RGB, then the only compression, filter and interlace there are.
    header.extend([8, 2, 0, 0, 0]);
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    chunk(&mut file, b"IHDR", &header);
    chunk(&mut file, b"IDAT", &zlib.finish().map_err(failed)?);
    chunk(&mut file, b"IEND", &[]);
    Ok(file)
}

fn chunk(file: &mut Vec<u8>, kind: &[u8; 4], data: &[u8]) {
    file.extend((data.len() as u32).to_be_bytes());
    let start = file.len();
    file.extend(kind);
    file.extend(data);
    let mut check = Crc::new();
    check.update(&file[start..]);
    file.extend(check.sum().to_be_bytes());
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;
    use crate::view::fixture::outcome;
    use crate::view::plot::PLOTS;

    #[test]
    fn a_plot_becomes_a_png_that_inflates_to_its_pixels() {
        for plot in PLOTS {
            let file = png(&(plot.chart)(&outcome()).unwrap(), 450, 250).unwrap();
            assert_eq!(&file[12..24], [b"IHDR".as_slice(), &450u32.to_be_bytes(), &250u32.to_be_bytes()].concat());
            let length = u32::from_be_bytes(file[33..37].try_into().unwrap()) as usize;
            let mut pixels = Vec::new();
            flate2::read::ZlibDecoder::new(&file[41..41 + length]).read_to_end(&mut pixels).unwrap();
            assert_eq!(pixels.len(), 250 * (450 * 3 + 1));
            let dark = pixels.iter().filter(|&&value| value < 128 && value > 0).count();
            assert!(dark > 500, "{} has {dark} dark values: no text or bars", plot.about.key);
        }
    }

    #[test]
    fn any_size_is_cut_to_a_sound_one() {
        let chart = (PLOTS[0].chart)(&outcome()).unwrap();
        assert!(png(&chart, 0, 0).is_ok());
    }
}
