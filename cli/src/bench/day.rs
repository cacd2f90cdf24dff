//! Twenty commands of a day, ours and mpremote's: the same board afterwards, the same output, and how long they take as
//! whole processes.

use std::{
    collections::BTreeMap,
    env, fs,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use rawpaste_board::{Shape, output};
use serde_json::{Value, json};

use super::{Peer, bed::Bed, found, median, peer};
use crate::{
    interrupt,
    report::{Exit, Failure, Result, print, print_json, say},
};

/// The longest that a command may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// What is to be measured.
#[derive(Clone, Debug)]
pub(crate) struct Day {
    /// How often.
    pub(crate) repeat: u32,
    /// Whether to print JSON.
    pub(crate) json: bool,
}

/// A command of the day, as each takes it.
struct Task {
    ours: &'static [&'static str],
    theirs: &'static [&'static str],
    /// Whether both print the same, but for what [`said`] leaves out.
    same: bool,
}

const fn task(ours: &'static [&'static str], theirs: &'static [&'static str], same: bool) -> Task {
    Task { ours, theirs, same }
}

/// The day. On this system mpremote finds no folder at `:` alone, so that it is given names. What is not the same: ours says what it put or got, `df` shows the whole of large numbers.
const DAY: [Task; 20] = [
    task(&["ls"], &["ls"], true),
    task(&["put", "main.py"], &["cp", "main.py", ":main.py"], false),
    task(&["mkdir", ":lib"], &["mkdir", ":lib"], true),
    task(&["put", "util.py", ":lib/"], &["cp", "util.py", ":lib/"], false),
    task(&["put", "data.bin"], &["cp", "data.bin", ":data.bin"], false),
    task(&["ls"], &["ls"], true),
    task(&["cat", ":main.py"], &["cat", ":main.py"], true),
    task(&["exec", "print(6*7)"], &["exec", "print(6*7)"], true),
    task(&["eval", "[1, 'two']"], &["eval", "[1, 'two']"], true),
    task(&["run", "main.py"], &["run", "main.py"], true),
    task(&["touch", ":empty"], &["touch", ":empty"], true),
    task(&["cp", ":main.py", ":backup.py"], &["cp", ":main.py", ":backup.py"], false),
    task(&["get", ":data.bin", "back.bin"], &["cp", ":data.bin", "back.bin"], false),
    task(&["cp", "-r", "tree", ":"], &["cp", "-r", "tree", ":."], false),
    task(&["put", "data.bin"], &["cp", "data.bin", ":data.bin"], false),
    task(&["tree", ":tree"], &["tree", ":tree"], true),
    task(&["hash", ":data.bin"], &["sha256sum", ":data.bin"], true),
    task(&["rm", ":empty"], &["rm", ":empty"], true),
    task(&["df"], &["df"], false),
    task(&["rm", "-r", ":lib"], &["rm", "-r", ":lib"], true),
];

/// What one of the two took, each time, and what it said and left the last time.
#[derive(Default)]
struct Course {
    tasks: Vec<Vec<Duration>>,
    said: Vec<String>,
    left: BTreeMap<String, Vec<u8>>,
}

/// Who does the day.
enum Who<'a> {
    Ours(&'a Path),
    Theirs(&'a peer::Found),
}

impl Who<'_> {
    fn command(&self, task: &Task, bed: &Bed) -> Command {
        let mut command = match self {
            Self::Ours(program) => Command::new(program),
            Self::Theirs(found) => Command::new(found.program()),
        };
        match self {
            Self::Ours(_) => command.arg("--port").arg(bed.port()).args(task.ours),
            // Without `resume` it waits for a soft reset's message, which MicroPython as a process does not print.
            Self::Theirs(_) => command.arg("connect").arg(bed.port()).arg("resume").args(task.theirs),
        };
        command.current_dir(bed.here());
        command
    }

    fn version(&self) -> Command {
        let mut command = match self {
            Self::Ours(program) => Command::new(program),
            Self::Theirs(found) => Command::new(found.program()),
        };
        command.arg("--version");
        command
    }
}

/// Lets both have the day, in turn, and prints what came of it.
pub(crate) fn run(day: &Day) -> Result<()> {
    let (_, interrupted) = interrupt::listen()?;
    let found = found(&Peer::Mpremote)?;
    let program = env::current_exe();
    let program = program.map_err(|error| Failure::trouble(format!("cannot find this program: {error}")))?;
    let both = [Who::Ours(&program), Who::Theirs(&found)];
    let mut courses = [Course::default(), Course::default()];
    let (mut starts, mut lists) = ([Vec::new(), Vec::new()], [Vec::new(), Vec::new()]);
    for turn in 1..=day.repeat {
        for (at, who) in both.iter().enumerate() {
            if interrupted.try_recv().is_ok() {
                return Err(Failure::trouble("interrupted"));
            }
            live(who, &mut courses[at])?;
        }
        say(&format!("{turn} of {}: the day", day.repeat));
    }
    let bed = Bed::new(Shape::default(), None)?;
    // These are short: more of them.
    for _ in 0..day.repeat * 5 {
        for (at, who) in both.iter().enumerate() {
            starts[at].push(timed(&mut who.version(), "--version")?.0);
            lists[at].push(timed(&mut who.command(&DAY[0], &bed), "ls")?.0);
        }
    }
    let mut differ: Vec<_> = DAY.iter().zip(courses[0].said.iter().zip(&courses[1].said)).collect();
    differ.retain(|(task, (ours, theirs))| task.same && said(ours) != said(theirs));
    let differ: Vec<_> = differ.iter().map(|(task, _)| task.ours.join(" ")).collect();
    let same_board = courses[0].left == courses[1].left;
    tell(day, &courses, [&starts, &lists], &differ, same_board)?;
    if differ.is_empty() && same_board { Ok(()) } else { Err(Failure::told(Exit::Trouble)) }
}

/// One day on a fresh board.
fn live(who: &Who<'_>, course: &mut Course) -> Result<()> {
    let bed = Bed::new(Shape::default(), None)?;
    lay(bed.here()).map_err(|error| Failure::trouble(format!("cannot write files for a day: {error}")))?;
    course.tasks.resize_with(DAY.len(), Vec::new);
    course.said.clear();
    for (task, times) in DAY.iter().zip(&mut course.tasks) {
        let (time, said) = timed(&mut who.command(task, &bed), &task.ours.join(" "))?;
        times.push(time);
        course.said.push(said);
    }
    course.left.clear();
    for (name, folder) in [("board", bed.board()), ("here", bed.here())] {
        let read = read_all(folder, name, &mut course.left);
        read.map_err(|error| Failure::trouble(format!("cannot read what a day left: {error}")))?;
    }
    Ok(())
}

/// The files of a day.
fn lay(here: &Path) -> std::io::Result<()> {
    fs::write(here.join("main.py"), "print('hello')\n")?;
    fs::write(here.join("util.py"), super::text::own().get(..4096).unwrap_or_default())?;
    let mut bytes = vec![0; 20 * 1024];
    fastrand::Rng::with_seed(1).fill(&mut bytes);
    fs::write(here.join("data.bin"), bytes)?;
    fs::create_dir_all(here.join("tree/deep"))?;
    for at in 0..6 {
        let folder = here.join(if at % 2 == 0 { "tree" } else { "tree/deep" });
        fs::write(folder.join(format!("part{at}.py")), format!("part = {at}\n").repeat(60))?;
    }
    Ok(())
}

fn read_all(folder: &Path, name: &str, into: &mut BTreeMap<String, Vec<u8>>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{name}/{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            read_all(&entry.path(), &name, into)?;
            into.insert(name, Vec::new());
        } else {
            into.insert(name, fs::read(entry.path())?);
        }
    }
    Ok(())
}

fn timed(command: &mut Command, what: &str) -> Result<(Duration, String)> {
    let began = Instant::now();
    let said = output(command, PATIENCE);
    let took = began.elapsed();
    let program = command.get_program().to_string_lossy().into_owned();
    let failed = |error| Failure::trouble(format!("{} {what} failed: {error}", program.escape_debug()));
    Ok((took, said.map_err(failed)?))
}

/// What is said, by line, without mpremote's line that repeats the command, how far columns are apart, and a path behind a
/// digest. Ours lists by name, mpremote as the board does and on this system without sizes.
fn said(text: &str) -> Vec<String> {
    let repeats = |line: &&str| {
        ["ls", "mkdir", "touch", "rm", "sha256sum", "tree", "cat"]
            .iter()
            .any(|verb| line.strip_prefix(verb).is_some_and(|rest| rest.starts_with(" :")))
    };
    let lines = text.lines().filter(|line| !repeats(line)).map(|line| {
        let mut words: Vec<_> = line.split_whitespace().collect();
        if words.first().is_some_and(|word| word.len() == 64) {
            words.truncate(1);
        }
        if words.len() == 2 && words[0].bytes().all(|byte| byte.is_ascii_digit()) {
            words.remove(0);
        }
        words.join(" ")
    });
    let mut lines: Vec<_> = lines.filter(|line| !line.is_empty()).collect();
    lines.sort_unstable();
    lines
}

/// What is promised of some commands together.
struct Promise {
    name: &'static str,
    /// Of ours and of mpremote's, in seconds.
    times: [f64; 2],
    /// Ours to theirs; of single commands the median of pairs.
    ratio: f64,
    most: f64,
}

impl Promise {
    fn json(&self) -> Value {
        let Self { name, times: [ours, theirs], ratio, most } = self;
        json!({ "command": name, "ours": ours, "mpremote": theirs, "ratio": ratio, "most": most, "holds": ratio <= most })
    }
}

/// The median of the ratios of pairs that ran one after the other.
fn paired([ours, theirs]: &[Vec<Duration>; 2]) -> f64 {
    let ratio = |(ours, theirs): (&Duration, &Duration)| ours.as_secs_f64() / theirs.as_secs_f64().max(1e-9);
    let mut ratios: Vec<_> = ours.iter().zip(theirs).map(ratio).collect();
    ratios.sort_by(f64::total_cmp);
    ratios.get(ratios.len() / 2).copied().unwrap_or(f64::INFINITY)
}

fn tell(
    day: &Day,
    courses: &[Course; 2],
    [starts, lists]: [&[Vec<Duration>; 2]; 2],
    differ: &[String],
    same_board: bool,
) -> Result<()> {
    let pair = |at: usize| [0, 1].map(|who| median(&courses[who].tasks[at]).as_secs_f64());
    let short = |times: &[Vec<Duration>; 2]| [0, 1].map(|who: usize| median(&times[who]).as_secs_f64());
    let rows: Vec<_> = (0..DAY.len()).map(|at| (DAY[at].ours.join(" "), pair(at))).collect();
    let total = rows.iter().fold([0.0, 0.0], |sum, (_, pair)| [sum[0] + pair[0], sum[1] + pair[1]]);
    let sums = [
        Promise { name: "all twenty", times: total, ratio: total[0] / total[1].max(1e-9), most: 0.5 },
        Promise { name: "--version", times: short(starts), ratio: paired(starts), most: 0.1 },
        Promise { name: "ls, idle board", times: short(lists), ratio: paired(lists), most: 0.5 },
    ];
    if day.json {
        let of = |name: &str, [ours, theirs]: [f64; 2]| json!({ "command": name, "ours": ours, "mpremote": theirs });
        return print_json(&json!({
            "repeat": day.repeat,
            "commands": rows.iter().map(|(name, pair)| of(name, *pair)).collect::<Vec<_>>(),
            "sums": sums.iter().map(Promise::json).collect::<Vec<_>>(),
            "other_output": differ,
            "same_board": same_board,
        }));
    }
    print(|out| {
        writeln!(
            out,
            "whole processes on a real MicroPython, medians of {}; {} beside ours",
            day.repeat,
            Peer::Mpremote.title()
        )?;
        writeln!(out, "{:30} {:>9} {:>9} {:>9}", "command", "ours ms", "theirs ms", "ours/theirs")?;
        for (name, [ours, theirs]) in &rows {
            let ratio = ours / theirs.max(1e-9);
            writeln!(out, "{name:30} {:>9.1} {:>9.1} {ratio:>8.2}x", ours * 1000.0, theirs * 1000.0)?;
        }
        for Promise { name, times: [ours, theirs], ratio, most } in &sums {
            let holds = if ratio <= most { "holds" } else { "FALLS SHORT" };
            let times = format!("{:>9.1} {:>9.1}", ours * 1000.0, theirs * 1000.0);
            writeln!(out, "{name:30} {times} {ratio:>8.2}x of at most {most}: {holds}")?;
        }
        match same_board {
            true => writeln!(out, "the board and the files here are the same afterwards")?,
            false => writeln!(out, "the board or the files here DIFFER afterwards")?,
        }
        differ.iter().try_for_each(|command| writeln!(out, "other output: {command}"))
    })
}

#[cfg(test)]
mod tests {
    use super::said;

    #[test]
    fn what_is_said_is_compared_without_its_looks() {
        assert_eq!(said("ls :\n         139 a.py\r\n"), said("139 a.py\n"));
        assert_ne!(said("ls :\n139 a.py\n"), said("139 b.py\n"));
        let digest = "a".repeat(64);
        assert_eq!(said(&format!("sha256sum :x\n{digest}\n")), said(&format!("{digest}  :x\n")));
    }
}
