//! Colours of the plots, light and dark: told apart by who sees no red or no green too.

use plotters::style::RGBColor;

/// The colours of a plot's frame.
pub struct Theme {
    pub ground: RGBColor,
    pub text: RGBColor,
    pub line: RGBColor,
    pub grid: RGBColor,
}

const LIGHT: Theme = Theme {
    ground: RGBColor(255, 255, 255),
    text: RGBColor(51, 60, 71),
    line: RGBColor(120, 130, 142),
    grid: RGBColor(232, 235, 239),
};

const DARK: Theme = Theme {
    ground: RGBColor(23, 28, 34),
    text: RGBColor(205, 212, 220),
    line: RGBColor(128, 138, 150),
    grid: RGBColor(42, 49, 58),
};

pub fn theme(dark: bool) -> &'static Theme {
    if dark { &DARK } else { &LIGHT }
}

/// The first stands out, the second recedes, the others are distinct from each other. At least
/// 3 : 1 against the ground, as WCAG 1.4.11 asks of graphics; the hues follow Okabe and Ito.
const LIGHT_SERIES: [RGBColor; 10] = [
    RGBColor(200, 30, 50),
    RGBColor(125, 132, 142),
    RGBColor(0, 100, 170),
    RGBColor(0, 140, 105),
    RGBColor(184, 115, 0),
    RGBColor(150, 70, 150),
    RGBColor(25, 145, 190),
    RGBColor(120, 115, 10),
    RGBColor(205, 85, 35),
    RGBColor(70, 65, 160),
];

const DARK_SERIES: [RGBColor; 10] = [
    RGBColor(255, 105, 110),
    RGBColor(128, 138, 150),
    RGBColor(75, 165, 230),
    RGBColor(40, 185, 145),
    RGBColor(235, 170, 50),
    RGBColor(215, 140, 205),
    RGBColor(110, 205, 240),
    RGBColor(205, 200, 80),
    RGBColor(240, 140, 95),
    RGBColor(150, 150, 240),
];

/// The colour of a series; a chart of one series has the calm third colour.
pub fn series(index: usize, of: usize, dark: bool) -> RGBColor {
    let palette = if dark { &DARK_SERIES } else { &LIGHT_SERIES };
    palette[if of == 1 { 2 } else { index % palette.len() }]
}

/// `colour` inked on the ground: 0 is the ground, 1 the colour.
pub fn ink(colour: RGBColor, weight: f64, dark: bool) -> RGBColor {
    let ground = theme(dark).ground;
    let mix = |top: u8, under: u8| (f64::from(under) + (f64::from(top) - f64::from(under)) * weight).round() as u8;
    RGBColor(mix(colour.0, ground.0), mix(colour.1, ground.1), mix(colour.2, ground.2))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// WCAG's relative luminance.
    fn luminance(RGBColor(r, g, b): RGBColor) -> f64 {
        let [r, g, b] = [r, g, b].map(|channel| {
            let share = f64::from(channel) / 255.0;
            if share <= 0.04045 { share / 12.92 } else { libm::pow((share + 0.055) / 1.055, 2.4) }
        });
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }

    fn contrast(a: RGBColor, b: RGBColor) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn every_colour_stands_off_the_ground() {
        for dark in [false, true] {
            let theme = theme(dark);
            assert!(contrast(theme.text, theme.ground) >= 4.5);
            for index in 0..10 {
                let ratio = contrast(series(index, 10, dark), theme.ground);
                assert!(ratio >= 3.0, "series {index}, dark {dark}: {ratio:.2}");
            }
        }
    }
}
