//! An open flow: a pseudo-terminal pushes back, and MicroPython takes bytes as they come.

use std::{collections::VecDeque, ops::ControlFlow};

use rawpaste::{Board, Config, Error, Flow, Needs, Operation, Reply, Script, Stdin, quote};
use rawpaste_blocking::open;
use rawpaste_board::trial::{Trial, trial};

use crate::ports::bytes;

/// How many bytes one script carries.
const CHUNK: usize = 1500;

/// Defines what the scripts call: each looks whether it comes next, and adds its bytes up.
const DEFINE: &[u8] = b"n=s=0
def w(k,b):
 global n,s
 if k!=n:raise ValueError('%d, not %d'%(k,n))
 for i in b:s=s*31+i&16777215
 n+=1
";

/// Sends bytes in independent scripts; one may be spoilt. Results in what the board made of them.
struct Chunks {
    data: Vec<u8>,
    spoilt: Option<usize>,
    next: usize,
    defined: bool,
    flying: VecDeque<usize>,
    most: usize,
    /// Which raised, and what.
    raised: Vec<(usize, String)>,
    printed: Vec<u8>,
}

impl Chunks {
    fn new(data: Vec<u8>, spoilt: Option<usize>) -> Self {
        Self {
            data,
            spoilt,
            next: 0,
            defined: false,
            flying: VecDeque::new(),
            most: 0,
            raised: Vec::new(),
            printed: Vec::new(),
        }
    }

    fn count(&self) -> usize {
        self.data.len().div_ceil(CHUNK)
    }
}

impl Operation for Chunks {
    type Output = (usize, Vec<(usize, String)>, Vec<u8>);

    fn needs(&self) -> Needs {
        Needs::DATA
    }

    fn script(&mut self, board: &Board, script: &mut Script) -> Result<(), Error> {
        if !self.defined {
            self.defined = true;
            self.flying.push_back(usize::MAX);
            script.more();
            return script.code(DEFINE);
        }
        let at = self.next;
        self.next += 1;
        self.flying.push_back(at);
        self.most = self.most.max(self.flying.len());
        if at == self.count() {
            return script.code(b"print(n,s)");
        }
        script.independent();
        let mut source = format!("w({at},").into_bytes();
        let chunk = self.data.chunks(CHUNK).nth(at).unwrap_or_default();
        quote(chunk, board.quoting(), &mut source);
        source.extend_from_slice(if self.spoilt == Some(at) { b"(\n" } else { b")\n" });
        script.code(&source)
    }

    fn output(&mut self, bytes: &[u8], _stdin: &mut Stdin) -> Result<(), Error> {
        self.printed.extend_from_slice(bytes);
        Ok(())
    }

    fn reply(&mut self, reply: Reply) -> Result<ControlFlow<Self::Output>, Error> {
        let at = self.flying.pop_front().unwrap_or(usize::MAX);
        if let Reply::Exception(exception) = reply {
            self.raised.push((at, exception.kind));
        }
        Ok(if at == self.count() {
            let (raised, printed) = (std::mem::take(&mut self.raised), std::mem::take(&mut self.printed));
            ControlFlow::Break((self.most, raised, printed))
        } else {
            ControlFlow::Continue(())
        })
    }
}

/// What the board makes of so many chunks.
fn sum(data: &[u8]) -> u32 {
    data.iter().fold(0, |sum, byte| (sum * 31 + u32::from(*byte)) & 0xff_ffff)
}

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("many independent scripts in an open flow", |board| {
            let port = board.on_port()?;
            let mut config = Config::default();
            config.flow = Flow::Open;
            let mut connection = open(port.name(), config)?;
            let data = bytes(300_000);
            let (most, raised, printed) = connection.run(Chunks::new(data.clone(), None))?;
            assert_eq!((most, raised), (2, Vec::new()));
            assert_eq!(String::from_utf8_lossy(&printed).trim_end(), format!("200 {}", sum(&data)));
            Ok(())
        }),
        trial("a script that does not compile, in the middle of an open flow", |board| {
            let port = board.on_port()?;
            let mut config = Config::default();
            config.flow = Flow::Open;
            let mut connection = open(port.name(), config)?;
            let data = bytes(30_000);
            let chunks = Chunks::new(data.clone(), Some(7));
            let (most, raised, printed) = connection.run(chunks)?;
            // Those behind it saw that it is missing.
            let expected: Vec<_> = (7..20)
                .map(|at| (at, if at == 7 { "SyntaxError" } else { "ValueError" }.to_owned()))
                .collect();
            assert_eq!((most, raised, connection.session().flow()), (2, expected, Flow::Open));
            let sum = sum(&data[..7 * CHUNK]);
            assert_eq!(String::from_utf8_lossy(&printed).trim_end(), format!("7 {sum}"));
            Ok(())
        }),
    ]
}
