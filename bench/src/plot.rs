//! The three diagrams of how the cost grows, in one SVG.

use std::ops::Range;
use std::path::Path;

use anyhow::Result;
use plotters::coord::Shift;
use plotters::prelude::*;

use crate::growth::{Growth, Line};

const SIZE: (u32, u32) = (1500, 480);
const COLOURS: [RGBColor; 3] = [RGBColor(120, 120, 120), RGBColor(0, 90, 181), RGBColor(220, 100, 20)];
const FONT: &str = "sans-serif";

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// Draws the diagrams.
///
/// # Errors
/// When the file cannot be written.
pub fn draw(growth: &Growth, path: &Path) -> Result<()> {
    let root = SVGBackend::new(path, SIZE).into_drawing_area();
    root.fill(&WHITE)?;
    let panels = root.split_evenly((1, 3));
    let [bodies, at_once, middlewares] = &panels[..] else { unreachable!("split in three") };
    draw_bodies(bodies, &growth.bodies)?;
    draw_at_once(at_once, &growth.at_once)?;
    draw_middlewares(middlewares, &growth.middlewares)?;
    root.present()?;
    Ok(())
}

macro_rules! panel {
    ($area:expr, $title:expr, $x:expr, $y:expr, $x_name:expr, $y_name:expr, $x_label:expr, $lines:expr) => {{
        let mut chart = ChartBuilder::on($area)
            .caption($title, (FONT, 20))
            .margin(16)
            .x_label_area_size(44)
            .y_label_area_size(68)
            .build_cartesian_2d($x, $y)?;
        chart
            .configure_mesh()
            .x_desc($x_name)
            .y_desc($y_name)
            .label_style((FONT, 14))
            .axis_desc_style((FONT, 15))
            .light_line_style(WHITE)
            .x_label_formatter($x_label)
            .draw()?;
        for ((name, points), colour) in $lines.iter().zip(COLOURS) {
            let stroke = colour.stroke_width(2);
            chart
                .draw_series(LineSeries::new(points.iter().copied(), stroke).point_size(3))?
                .label(*name)
                .legend(move |(x, y)| PathElement::new([(x, y), (x + 22, y)], stroke));
        }
        chart
            .configure_series_labels()
            .position(SeriesLabelPosition::UpperLeft)
            .background_style(WHITE.mix(0.9))
            .border_style(RGBColor(200, 200, 200))
            .label_font((FONT, 15))
            .draw()?;
        Ok(())
    }};
}

fn draw_bodies(area: &Area<'_>, lines: &[Line]) -> Result<()> {
    let (x, y) = ((1.0..1e8).log_scale(), (0.1..1e6).log_scale());
    panel!(area, "Signing, by the length of the body", x, y, "bytes", "µs", &bytes, lines)
}

fn draw_at_once(area: &Area<'_>, lines: &[Line]) -> Result<()> {
    let x = (1.0..1e4).log_scale();
    let y = from_zero(lines);
    panel!(
        area,
        "A request, by how many are under way",
        x,
        y,
        "requests at once",
        "µs of CPU each",
        &count,
        lines
    )
}

fn draw_middlewares(area: &Area<'_>, lines: &[Line]) -> Result<()> {
    let y = from_zero(lines);
    panel!(area, "A request, by layers in the chain", 1.0..8.0, y, "middlewares", "µs of CPU", &count, lines)
}

/// Room for all lines, and for the legend above them.
fn from_zero(lines: &[Line]) -> Range<f64> {
    let highest = lines.iter().flat_map(|(_, points)| points).map(|(_, y)| *y).fold(0.0, f64::max);
    0.0..highest * 1.4
}

fn count(number: &f64) -> String {
    format!("{number:.0}")
}

fn bytes(number: &f64) -> String {
    match *number {
        n if n >= 1e6 => format!("{:.0} M", n / 1e6),
        n if n >= 1e3 => format!("{:.0} k", n / 1e3),
        n => format!("{n:.0}"),
    }
}
