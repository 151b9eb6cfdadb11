//! Colours of a drawing: those of its renderer become the theme's, which follow light and dark; those of its author stay.

use std::fmt::Write;

/// A colour that a renderer is told to use, and the property of the theme that stands for it. They are odd on purpose:
/// no author writes them.
const THEME: [(Colour, &str); 7] = [
    (Colour(0x11, 0x11, 0x12), "ink"),
    (Colour(0x50, 0x51, 0x52), "line"),
    (Colour(0x70, 0x71, 0x72), "border"),
    (Colour(0xf0, 0xf0, 0xe1), "node"),
    (Colour(0xe9, 0xe9, 0xda), "group"),
    (Colour(0xfd, 0xfd, 0xfe), "paper"),
    (Colour(0xff, 0xf0, 0xc1), "note"),
];

/// The colours of series and branches. Renderers make lighter and darker ones of them, so they are known by their hue,
/// in degrees, and by a saturation that they share.
const SERIES: [(f32, &str); 8] =
    [(10.0, "1"), (55.0, "2"), (100.0, "3"), (145.0, "4"), (190.0, "5"), (235.0, "6"), (280.0, "7"), (325.0, "8")];
const SATURATION: f32 = 0.62;
const LIGHTNESS: f32 = 0.6;

/// Red, green and blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Colour(pub(super) u8, pub(super) u8, pub(super) u8);

/// What an attribute like `fill` holds.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Paint {
    None,
    Current,
    /// The theme's property of that name.
    Theme(&'static str),
    /// A colour and how much of it is seen.
    Plain(Colour, f32),
    /// A gradient or pattern of the drawing, by its id.
    Local(String),
}

/// The colour that the renderer is told to use for a property of the theme, as it takes it.
pub(super) fn told(name: &str) -> String {
    let plain = THEME.iter().find(|(_, theme)| *theme == name).map(|(colour, _)| *colour);
    let series = || SERIES.iter().find(|(_, theme)| *theme == name).map(|(hue, _)| hsl(*hue, SATURATION, LIGHTNESS));
    plain.or_else(series).map_or_else(String::new, Colour::hex)
}

impl Paint {
    /// Reads a value. `source` is the author's text: a colour that stands in it is the author's.
    pub(super) fn read(value: &str, source: &str) -> Option<Paint> {
        let value = value.trim();
        if let Some(inside) = value.strip_prefix("url(") {
            let id = inside.split(')').next()?.trim_matches(['"', '\'', ' ']).strip_prefix('#')?;
            return Some(Paint::Local(id.to_owned()));
        }
        match value.to_ascii_lowercase().as_str() {
            "none" | "transparent" => return Some(Paint::None),
            "currentcolor" => return Some(Paint::Current),
            _ => {}
        }
        let (colour, alpha) = colour(value)?;
        if alpha <= 0.0 {
            return Some(Paint::None);
        }
        if let Some((_, name)) = THEME.iter().find(|(told, _)| *told == colour) {
            return Some(Paint::Theme(name));
        }
        if source.contains(value) {
            return Some(Paint::Plain(colour, alpha));
        }
        if let Some(name) = colour.of_series() {
            return Some(Paint::Theme(name));
        }
        if colour.is_wash() {
            return Some(Paint::Theme("note"));
        }
        Some(if colour.is_grey() { Paint::Theme(colour.of_theme()) } else { Paint::Plain(colour, alpha) })
    }

    /// As it stands in an attribute. `id` gives ids their new names.
    pub(super) fn write(&self, id: &dyn Fn(&str) -> Option<String>) -> String {
        match self {
            Paint::None => "none".to_owned(),
            Paint::Current => "var(--dg-ink)".to_owned(),
            Paint::Theme(name) => format!("var(--dg-{name})"),
            Paint::Plain(colour, alpha) if *alpha < 1.0 => {
                let Colour(red, green, blue) = colour;
                format!("rgb({red} {green} {blue} / {alpha:.2})")
            }
            Paint::Plain(colour, _) => colour.hex(),
            Paint::Local(name) => id(name).map_or_else(|| "none".to_owned(), |id| format!("url(#{id})")),
        }
    }
}

impl Colour {
    pub(super) fn hex(self) -> String {
        let mut out = String::from("#");
        for part in [self.0, self.1, self.2] {
            // Writing to a string cannot fail.
            let _ = write!(out, "{part:02x}");
        }
        out
    }

    /// From 0, black, to 1, white, as the eye sees it.
    pub(super) fn lightness(self) -> f32 {
        (0.2126 * f32::from(self.0) + 0.7152 * f32::from(self.1) + 0.0722 * f32::from(self.2)) / 255.0
    }

    /// The series that this colour was made of.
    fn of_series(self) -> Option<&'static str> {
        let [red, green, blue] = [self.0, self.1, self.2].map(|part| f32::from(part) / 255.0);
        let (most, least) = (red.max(green).max(blue), red.min(green).min(blue));
        let spread = most - least;
        let saturation = spread / (1.0 - (most + least - 1.0).abs());
        if spread < 0.1 || (saturation - SATURATION).abs() > 0.03 {
            return None;
        }
        let sixth = if most <= red {
            (green - blue) / spread
        } else if most <= green {
            (blue - red) / spread + 2.0
        } else {
            (red - green) / spread + 4.0
        };
        let hue = (sixth * 60.0).rem_euclid(360.0);
        SERIES.iter().find(|(known, _)| (hue - known).abs() < 2.5).map(|(_, name)| *name)
    }

    /// A light yellow of the kind that renderers lay below notes.
    fn is_wash(self) -> bool {
        self.lightness() > 0.9 && self.0 > self.2.saturating_add(20) && self.1 > self.2.saturating_add(16)
    }

    fn is_grey(self) -> bool {
        let parts = [self.0, self.1, self.2];
        let spread = parts.iter().max().zip(parts.iter().min()).map_or(0, |(most, least)| most - least);
        spread < 24
    }

    /// What a grey of a renderer most likely is for.
    fn of_theme(self) -> &'static str {
        match self.lightness() {
            light if light < 0.25 => "ink",
            light if light < 0.6 => "line",
            light if light < 0.88 => "border",
            light if light < 0.985 => "node",
            _ => "paper",
        }
    }
}

fn colour(value: &str) -> Option<(Colour, f32)> {
    if let Some(digits) = value.strip_prefix('#') {
        return hex(digits);
    }
    if let Some((function, inside)) = value.split_once('(') {
        let parts: Vec<f32> = inside
            .trim_end_matches(')')
            .split([',', ' ', '/'])
            .filter(|part| !part.is_empty())
            .map(|part| part.trim().trim_end_matches("deg").parse().or_else(|_| percent(part)))
            .collect::<Result<_, _>>()
            .ok()?;
        let &[a, b, c, ref rest @ ..] = parts.as_slice() else { return None };
        let alpha = rest.first().copied().unwrap_or(1.0);
        return match function.trim() {
            "rgb" | "rgba" => Some((Colour(byte(a), byte(b), byte(c)), alpha)),
            "hsl" | "hsla" => Some((hsl(a, b / 100.0, c / 100.0), alpha)),
            _ => None,
        };
    }
    let named = NAMES.iter().find(|(name, _)| value.eq_ignore_ascii_case(name))?;
    Some((named.1, 1.0))
}

fn percent(part: &str) -> Result<f32, std::num::ParseFloatError> {
    part.trim().trim_end_matches('%').parse()
}

fn hex(digits: &str) -> Option<(Colour, f32)> {
    let values: Vec<u8> = digits
        .chars()
        .map(|digit| digit.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect::<Option<_>>()?;
    let wide: Vec<u8> = match values.len() {
        3 | 4 => values.iter().map(|digit| digit * 17).collect(),
        6 | 8 => values.chunks(2).map(|pair| pair[0] * 16 + pair[1]).collect(),
        _ => return None,
    };
    let alpha = wide.get(3).map_or(1.0, |alpha| f32::from(*alpha) / 255.0);
    Some((Colour(wide[0], wide[1], wide[2]), alpha))
}

fn hsl(hue: f32, saturation: f32, lightness: f32) -> Colour {
    let strength = saturation * lightness.min(1.0 - lightness);
    let part = |offset: f32| {
        let at = (offset + hue.rem_euclid(360.0) / 30.0) % 12.0;
        byte((lightness - strength * (at - 3.0).min(9.0 - at).clamp(-1.0, 1.0)) * 255.0)
    };
    Colour(part(0.0), part(8.0), part(4.0))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to what a byte holds")]
fn byte(value: f32) -> u8 {
    value.round().clamp(0.0, 255.0) as u8
}

/// Names that renderers and authors write.
const NAMES: [(&str, Colour); 40] = [
    ("black", Colour(0, 0, 0)),
    ("white", Colour(255, 255, 255)),
    ("gray", Colour(128, 128, 128)),
    ("grey", Colour(128, 128, 128)),
    ("darkgray", Colour(169, 169, 169)),
    ("darkgrey", Colour(169, 169, 169)),
    ("lightgray", Colour(211, 211, 211)),
    ("lightgrey", Colour(211, 211, 211)),
    ("silver", Colour(192, 192, 192)),
    ("whitesmoke", Colour(245, 245, 245)),
    ("red", Colour(255, 0, 0)),
    ("darkred", Colour(139, 0, 0)),
    ("maroon", Colour(128, 0, 0)),
    ("crimson", Colour(220, 20, 60)),
    ("tomato", Colour(255, 99, 71)),
    ("salmon", Colour(250, 128, 114)),
    ("coral", Colour(255, 127, 80)),
    ("orange", Colour(255, 165, 0)),
    ("gold", Colour(255, 215, 0)),
    ("yellow", Colour(255, 255, 0)),
    ("lightyellow", Colour(255, 255, 224)),
    ("beige", Colour(245, 245, 220)),
    ("brown", Colour(165, 42, 42)),
    ("green", Colour(0, 128, 0)),
    ("darkgreen", Colour(0, 100, 0)),
    ("lightgreen", Colour(144, 238, 144)),
    ("palegreen", Colour(152, 251, 152)),
    ("lime", Colour(0, 255, 0)),
    ("olive", Colour(128, 128, 0)),
    ("teal", Colour(0, 128, 128)),
    ("cyan", Colour(0, 255, 255)),
    ("lightblue", Colour(173, 216, 230)),
    ("skyblue", Colour(135, 206, 235)),
    ("steelblue", Colour(70, 130, 180)),
    ("blue", Colour(0, 0, 255)),
    ("navy", Colour(0, 0, 128)),
    ("purple", Colour(128, 0, 128)),
    ("magenta", Colour(255, 0, 255)),
    ("pink", Colour(255, 192, 203)),
    ("lavender", Colour(230, 230, 250)),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn written(value: &str, source: &str) -> Option<String> {
        Paint::read(value, source).map(|paint| paint.write(&|id| (id == "a").then(|| "p-a".to_owned())))
    }

    #[test]
    fn the_renderers_colours_become_the_themes_and_the_authors_stay() {
        for (value, source, wanted) in [
            ("#f0f0e1", "", Some("var(--dg-node)")),
            ("rgb(240, 240, 225)", "", Some("var(--dg-node)")),
            (&told("3"), "", Some("var(--dg-3)")),
            ("hsl(235, 62%, 80%)", "", Some("var(--dg-6)")),
            ("black", "", Some("var(--dg-ink)")),
            ("#fff", "style A fill:#fff", Some("#ffffff")),
            ("hsl(0, 100%, 50%)", "", Some("#ff0000")),
            ("rgba(255, 0, 0, 0.5)", "", Some("rgb(255 0 0 / 0.50)")),
            ("transparent", "", Some("none")),
            ("url(#a)", "", Some("url(#p-a)")),
            ("url(\"#b\")", "", Some("none")),
            ("url(https://x)", "", None),
            ("expression(alert(1))", "", None),
            ("\"><script>", "", None),
        ] {
            assert_eq!(written(value, source).as_deref(), wanted, "{value}");
        }
    }
}
