//! The plot: time per event against the number of filters, a panel for each workload.
//!
//! Written by hand, for one file has to be read on light pages and on dark ones, which only a style
//! sheet of its own can do.

use std::fmt::{self, Write};

pub struct Panel {
    pub title: &'static str,
    pub about: &'static str,
    pub lines: Vec<Line>,
}

pub struct Line {
    pub name: &'static str,
    /// Numbers of filters, and nanoseconds.
    pub points: Vec<(f64, f64)>,
    /// Why it goes no further.
    pub end: Option<&'static str>,
}

/// What stands on the axes, as powers of ten.
const FILTERS: [&str; 6] = ["1", "10", "100", "1,000", "10,000", "100,000"];
const FIRST_TIME: f64 = 1.0;
const TIMES: [&str; 8] = ["10 ns", "100 ns", "1 µs", "10 µs", "100 µs", "1 ms", "10 ms", "100 ms"];

const COLUMNS: usize = 2;
/// A panel, its axes and, at the right, room for the names of the lines.
const PANEL: (f64, f64) = (480.0, 330.0);
const AXES: (f64, f64) = (320.0, 245.0);
const ORIGIN: (f64, f64) = (52.0, 290.0);
/// Names are no closer than this.
const NAME_HEIGHT: f64 = 15.0;

/// The text has a rim in the colour of the page, so that it can be read where a line crosses it.
const STYLE: &str = "
text{font:12px system-ui,sans-serif;fill:#424a53;stroke:#fff;stroke-width:3px;paint-order:stroke}
.title{font-size:14px;font-weight:600;fill:#1f2328}
.grid{stroke:#d1d9e0}
.line{fill:none;stroke:currentColor;stroke-width:2;stroke-linejoin:round}
.dot,.name{fill:currentColor}
.n0{color:#0969da}.n1{color:#bc4c00}.n2{color:#1a7f37}.n3{color:#656d76}
.line.n0{stroke-width:3}.name.n0{font-weight:600}
@media(prefers-color-scheme:dark){
text{fill:#9198a1;stroke:#0d1117}
.title{fill:#f0f6fc}
.grid{stroke:#3d444d}
.n0{color:#58a6ff}.n1{color:#f0883e}.n2{color:#3fb950}.n3{color:#9198a1}
}
";

pub fn svg(panels: &[Panel]) -> String {
    let mut svg = String::new();
    write(&mut svg, panels).expect("a string takes anything");
    svg
}

fn write(svg: &mut String, panels: &[Panel]) -> fmt::Result {
    let (width, height) = (PANEL.0 * COLUMNS as f64, PANEL.1 * panels.len().div_ceil(COLUMNS) as f64);
    writeln!(svg, r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">"#)?;
    writeln!(svg, "<title>Time per event against the number of filters</title>")?;
    writeln!(svg, "<style>{STYLE}</style>")?;
    for (index, panel) in panels.iter().enumerate() {
        let (x, y) = (PANEL.0 * (index % COLUMNS) as f64, PANEL.1 * (index / COLUMNS) as f64);
        writeln!(svg, r#"<g transform="translate({x} {y})">"#)?;
        write_axes(svg, panel)?;
        write_lines(svg, &panel.lines)?;
        writeln!(svg, "</g>")?;
    }
    writeln!(svg, "</svg>")
}

fn write_axes(svg: &mut String, panel: &Panel) -> fmt::Result {
    let (left, bottom) = ORIGIN;
    let (right, top) = (left + AXES.0, bottom - AXES.1);
    writeln!(
        svg,
        r#"<text x="{left}" y="{}"><tspan class="title">{}</tspan> {}</text>"#,
        top - 18.0,
        panel.title,
        panel.about
    )?;
    for (power, label) in FILTERS.iter().enumerate() {
        let x = x(10f64.powi(power as i32));
        writeln!(svg, r#"<path class="grid" d="M{x:.1} {bottom}V{top}"/>"#)?;
        let y = bottom + 16.0;
        writeln!(svg, r#"<text x="{x:.1}" y="{y}" text-anchor="middle">{label}</text>"#)?;
    }
    for (power, label) in (FIRST_TIME as i32..).zip(TIMES) {
        let y = y(10f64.powi(power));
        writeln!(svg, r#"<path class="grid" d="M{left} {y:.1}H{right}"/>"#)?;
        let (x, y) = (left - 6.0, y + 4.0);
        writeln!(svg, r#"<text x="{x}" y="{y:.1}" text-anchor="end">{label}</text>"#)?;
    }
    let (x, y) = (left + AXES.0 / 2.0, bottom + 33.0);
    writeln!(svg, r#"<text x="{x}" y="{y}" text-anchor="middle">filters</text>"#)
}

fn write_lines(svg: &mut String, lines: &[Line]) -> fmt::Result {
    // The first is drawn over the others.
    for (index, line) in lines.iter().enumerate().rev() {
        let points: Vec<(f64, f64)> = line.points.iter().map(|(n, ns)| (x(*n), y(*ns))).collect();
        let list: Vec<String> = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        writeln!(svg, r#"<polyline class="line n{index}" points="{}"/>"#, list.join(" "))?;
        for (x, y) in &points {
            writeln!(svg, r#"<circle class="dot n{index}" cx="{x:.1}" cy="{y:.1}" r="3"/>"#)?;
        }
        if let (Some(why), Some((x, y))) = (&line.end, points.last()) {
            let (x, y) = (x + 8.0, y + 14.0);
            writeln!(svg, r#"<text class="name n{index}" x="{x:.1}" y="{y:.1}">{} {why}</text>"#, line.name)?;
        }
    }
    for (index, name, y) in names(lines) {
        let x = ORIGIN.0 + AXES.0 + 8.0;
        writeln!(svg, r#"<text class="name n{index}" x="{x}" y="{:.1}">{name}</text>"#, y + 4.0)?;
    }
    Ok(())
}

/// The names of the lines that reach the right edge, and how high they stand: beside the line, but clear
/// of each other.
fn names(lines: &[Line]) -> Vec<(usize, &'static str, f64)> {
    let mut names: Vec<_> = (0..)
        .zip(lines)
        .filter(|(_, line)| line.end.is_none())
        .filter_map(|(index, line)| Some((index, line.name, y(line.points.last()?.1))))
        .collect();
    names.sort_by(|(_, _, one), (_, _, other)| one.total_cmp(other));
    let mut free = f64::MIN;
    for (_, _, y) in &mut names {
        *y = y.max(free);
        free = *y + NAME_HEIGHT;
    }
    names
}

fn x(filters: f64) -> f64 {
    ORIGIN.0 + AXES.0 * filters.log10() / (FILTERS.len() - 1) as f64
}

fn y(nanoseconds: f64) -> f64 {
    ORIGIN.1 - AXES.1 * (nanoseconds.log10() - FIRST_TIME) / (TIMES.len() - 1) as f64
}
