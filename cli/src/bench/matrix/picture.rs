//! The table as a picture.

use std::{
    fmt::Write as _,
    io::Write as _,
    path::{Path, PathBuf},
};

use tempfile::NamedTempFile;

use super::{Board, Matrix, in_turns, job::Way, kind::Kind, rows::Row};
use crate::report::{Failure, Result};

/// The picture's file, which is whole or not there.
pub(super) struct Picture {
    path: PathBuf,
    file: NamedTempFile,
}

impl Picture {
    /// Makes sure that it can be written, before minutes are spent.
    pub(super) fn prepare(path: &Path) -> Result<Self> {
        let folder =
            path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
        if path.is_dir() {
            return Err(cannot_write(path, &std::io::ErrorKind::IsADirectory.into()));
        }
        let file = NamedTempFile::new_in(folder).map_err(|error| cannot_write(path, &error))?;
        Ok(Self { path: path.into(), file })
    }

    /// Draws it.
    pub(super) fn draw(mut self, matrix: &Matrix, rows: &[Row], turns: u32) -> Result<()> {
        let written = self.file.write_all(svg(matrix, rows, turns).as_bytes());
        let written = written.and_then(|()| readable(self.file.as_file()));
        written.map_err(|error| cannot_write(&self.path, &error))?;
        self.file.persist(&self.path).map_err(|error| cannot_write(&self.path, &error.error))?;
        Ok(())
    }
}

fn cannot_write(path: &Path, error: &std::io::Error) -> Failure {
    Failure::file("write", &path.to_string_lossy(), error)
}

/// A temporary file is its owner's alone.
fn readable(file: &std::fs::File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(std::fs::Permissions::from_mode(0o644))
}

const WIDTH: f64 = 960.0;
/// Where the bars are.
const LEFT: f64 = 56.0;
const RIGHT: f64 = WIDTH - 16.0;
/// The height of the bars of one way, and of one way with its title and its sizes.
const BARS: f64 = 190.0;
const PANEL: f64 = 258.0;
/// Where the first way begins.
const TOP: f64 = 104.0;

/// Colours that differ in the eyes of all, on white and on black.
const STYLE: &str = "\
  text { font: 12px system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif; fill: #1f2328 }
  .title { font-size: 18px; font-weight: 600 }
  .way { font-size: 14px; font-weight: 600 }
  .quiet { fill: #59636e }
  .value { font-size: 10px; text-anchor: middle; paint-order: stroke; stroke: #ffffff; stroke-width: 3px }
  .middle { text-anchor: middle }
  .end { text-anchor: end }
  .paper { fill: #ffffff }
  .grid { stroke: #d1d9e0; stroke-width: 1 }
  .wire { stroke: #59636e; stroke-width: 1.5; stroke-dasharray: 5 4 }
  .k0 { fill: #0072b2 } .k1 { fill: #e69f00 } .k2 { fill: #009e73 } .k3 { fill: #cc79a7 } .k4 { fill: #d55e00 }
  .k5 { fill: #56b4e9 } .k6 { fill: #a08040 }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc }
    .quiet { fill: #9198a1 }
    .value { stroke: #0d1117 }
    .paper { fill: #0d1117 }
    .grid { stroke: #3d444d }
    .wire { stroke: #9198a1 }
    .k0 { fill: #3b9bd9 }
  }
";

fn svg(matrix: &Matrix, rows: &[Row], turns: u32) -> String {
    let height = TOP + 2.0 * PANEL;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" \
         height=\"{height}\" role=\"img\" aria-labelledby=\"title\">\n<title id=\"title\">Throughput of uploads and \
         downloads, by runtime and size of the file</title>\n<style>\n{STYLE}</style>\n<rect class=\"paper\" \
         width=\"{WIDTH}\" height=\"{height}\"/>\n"
    );
    let board = if matrix.board == Board::Sim { "a simulated board" } else { "MicroPython" };
    let about = format!("{board} behind {}; medians of {}", matrix.link(), in_turns(turns));
    text(&mut out, "title", (LEFT, 32.0), "Files of random bytes, KiB a second");
    text(&mut out, "quiet", (LEFT, 54.0), &about);
    let wire = f64::from(matrix.shape.rate.unwrap_or(0)) / 1024.0;
    legend(&mut out, &matrix.kinds(), wire);
    let fastest = rows.iter().filter_map(Row::throughput).fold(wire, f64::max);
    for (at, way) in Way::BOTH.into_iter().enumerate() {
        let panel = Panel { matrix, way, top: TOP + PANEL * at as f64, highest: highest(fastest), wire };
        panel.draw(&mut out, rows);
    }
    out.push_str("</svg>\n");
    out
}

/// The end of the scale: a round number above all bars.
fn highest(fastest: f64) -> f64 {
    let unit = 10_f64.powf(fastest.max(1.0).log10().floor());
    let steps = [1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 7.5, 10.0].map(|step| step * unit);
    steps.into_iter().find(|end| *end >= fastest * 1.04).unwrap_or(fastest * 1.04)
}

fn legend(out: &mut String, kinds: &[Kind], wire: f64) {
    let mut x = LEFT;
    for (at, kind) in kinds.iter().enumerate() {
        let name = kind.to_string();
        // Writing to a string does not fail.
        let _ = writeln!(
            out,
            "<rect class=\"k{at}\" x=\"{x:.0}\" y=\"70\" width=\"12\" height=\"12\" rx=\"2\"/>"
        );
        text(out, "", (x + 17.0, 80.5), &name);
        x += 34.0 + 7.2 * name.len() as f64;
    }
    let _ = writeln!(out, "<line class=\"wire\" x1=\"{x:.0}\" x2=\"{:.0}\" y1=\"76\" y2=\"76\"/>", x + 24.0);
    text(out, "", (x + 30.0, 80.5), &format!("the link, {wire:.1}"));
}

struct Panel<'a> {
    matrix: &'a Matrix,
    way: Way,
    top: f64,
    highest: f64,
    wire: f64,
}

impl Panel<'_> {
    fn draw(&self, out: &mut String, rows: &[Row]) {
        let title = if self.way == Way::Upload { "Uploads" } else { "Downloads" };
        text(out, "way", (LEFT, self.top + 18.0), title);
        for step in 0..=5 {
            let value = self.highest * f64::from(step) / 5.0;
            self.line(out, "grid", value);
            text(out, "quiet end", (LEFT - 8.0, self.y(value) + 4.0), &format!("{value:.0}"));
        }
        self.line(out, "wire", self.wire);
        let group = (RIGHT - LEFT) / self.matrix.sizes.len().max(1) as f64;
        for (at, &kib) in self.matrix.sizes.iter().enumerate() {
            let x = LEFT + group * at as f64;
            text(out, "middle", (x + group / 2.0, self.y(0.0) + 18.0), &format!("{kib} KiB"));
            let of_group = |row: &&Row| row.job.way == self.way && row.job.kib == kib;
            self.bars(out, (x, group), rows.iter().filter(of_group));
        }
    }

    fn bars<'a>(&self, out: &mut String, (left, group): (f64, f64), rows: impl Iterator<Item = &'a Row>) {
        let width = (group - 14.0) / self.matrix.kinds().len() as f64;
        for (at, row) in rows.enumerate() {
            let Some(throughput) = row.throughput().map(|throughput| throughput.min(self.highest)) else {
                continue;
            };
            let (x, y) = (left + 7.0 + width * at as f64, self.y(throughput));
            let height = self.y(0.0) - y;
            let (drawn, name) = (width - 2.0, escaped(&row.kind.to_string()));
            let _ = writeln!(
                out,
                "<rect class=\"k{at}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{drawn:.1}\" height=\"{height:.1}\" rx=\"1.5\">\
                 <title>{name}, {}: {throughput:.1} KiB/s</title></rect>",
                row.job
            );
            text(out, "value", (x + drawn / 2.0, y - 4.0), &format!("{throughput:.0}"));
        }
    }

    fn y(&self, value: f64) -> f64 {
        self.top + 32.0 + BARS * (1.0 - value / self.highest)
    }

    fn line(&self, out: &mut String, class: &str, value: f64) {
        let y = self.y(value);
        let _ = writeln!(
            out,
            "<line class=\"{class}\" x1=\"{LEFT}\" x2=\"{RIGHT}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>"
        );
    }
}

fn text(out: &mut String, class: &str, (x, y): (f64, f64), text: &str) {
    let text = escaped(text);
    let _ = writeln!(out, "<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\">{text}</text>");
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
