//! What RFC 2217 says about the serial port: the numbers of its option, and what a server answered.

/// The telnet option COM-PORT-OPTION (RFC 2217, 2).
pub(super) const COM_PORT: u8 = 44;

// RFC 2217, 3: what the client asks for. The server's answer has a number greater by 100.
const SET_BAUDRATE: u8 = 1;
const SET_DATASIZE: u8 = 2;
const SET_PARITY: u8 = 3;
const SET_STOPSIZE: u8 = 4;
const SET_CONTROL: u8 = 5;
const SUSPEND: u8 = 8;
const RESUME: u8 = 9;
const ANSWER: u8 = 100;

const EIGHT_BITS: u8 = 8;
const NO_PARITY: u8 = 1;
const ONE_STOP_BIT: u8 = 1;

// RFC 2217, 3, SET-CONTROL.
const NO_FLOW_CONTROL: u8 = 1;
const DTR_ON: u8 = 8;
const DTR_OFF: u8 = 9;
const RTS_ON: u8 = 11;
const RTS_OFF: u8 = 12;

/// How a serial port on another machine is to be set. There are always eight data bits, no parity, one stop bit and no flow
/// control.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LineSettings {
    /// The speed in bits a second: 115200 by default, the speed of MicroPython's UART REPL. A board on USB does not care.
    pub baud: u32,
    /// The state for DTR; none, the default, leaves it as the server has it. Most servers set it when they open the port. A change resets
    /// some boards: Arduino's, and with RTS those with Espressif's chips.
    pub dtr: Option<bool>,
    /// The state for RTS, as for DTR.
    pub rts: Option<bool>,
}

impl Default for LineSettings {
    fn default() -> Self {
        Self { baud: 115_200, dtr: None, rts: None }
    }
}

impl LineSettings {
    /// Returns the subnegotiations that ask for speed and frame.
    pub(super) fn frame(self) -> [Vec<u8>; 5] {
        let baud = [&[SET_BAUDRATE][..], &self.baud.to_be_bytes()].concat();
        [
            baud,
            vec![SET_DATASIZE, EIGHT_BITS],
            vec![SET_PARITY, NO_PARITY],
            vec![SET_STOPSIZE, ONE_STOP_BIT],
            vec![SET_CONTROL, NO_FLOW_CONTROL],
        ]
    }

    /// Returns the subnegotiations that ask for the lines' states, in the order that does not pass through "RTS alone", which holds
    /// Espressif's boards in reset.
    pub(super) fn lines(self) -> Vec<Vec<u8>> {
        let (dtr, rts) = (self.dtr.map(dtr), self.rts.map(rts));
        let order = if self.rts == Some(true) { [dtr, rts] } else { [rts, dtr] };
        order.into_iter().flatten().collect()
    }
}

pub(super) fn dtr(on: bool) -> Vec<u8> {
    vec![SET_CONTROL, if on { DTR_ON } else { DTR_OFF }]
}

pub(super) fn rts(on: bool) -> Vec<u8> {
    vec![SET_CONTROL, if on { RTS_ON } else { RTS_OFF }]
}

/// What the server said of its port.
#[derive(Debug, Default)]
pub(super) struct ComPort {
    baud: Option<u32>,
    data_size: Option<u8>,
    parity: Option<u8>,
    stop_size: Option<u8>,
    /// It takes nothing more for now.
    pub(super) suspended: bool,
}

impl ComPort {
    /// Takes a subnegotiation of the option, without the option's number. What is not known, and what is too short, says
    /// nothing; some servers add bytes at the end.
    pub(super) fn hear(&mut self, said: &[u8]) {
        let Some((&command, value)) = said.split_first() else { return };
        let first = value.first().copied();
        match command.wrapping_sub(ANSWER) {
            SET_BAUDRATE => {
                self.baud = value.first_chunk().map(|bytes| u32::from_be_bytes(*bytes)).or(self.baud)
            }
            SET_DATASIZE => self.data_size = first.or(self.data_size),
            SET_PARITY => self.parity = first.or(self.parity),
            SET_STOPSIZE => self.stop_size = first.or(self.stop_size),
            SUSPEND => self.suspended = true,
            RESUME => self.suspended = false,
            // How control lines and modem lines are, errors on the line, signatures: nothing to do.
            _ => {}
        }
    }

    /// Whether everything of the frame was answered.
    pub(super) const fn is_set(&self) -> bool {
        self.baud.is_some() && self.data_size.is_some() && self.parity.is_some() && self.stop_size.is_some()
    }

    /// What of the frame is not as it was asked for; also what was not answered.
    pub(super) fn differs(&self, asked: LineSettings) -> Option<String> {
        let differs = |what: &str, asked: u32, is: Option<u32>| match is {
            Some(is) if is == asked => None,
            Some(is) => Some(format!("{what} is {is} there, not {asked}")),
            None => Some(format!("it does not say that {what} is {asked}")),
        };
        differs("the speed", asked.baud, self.baud)
            .or_else(|| differs("the number of data bits", EIGHT_BITS.into(), self.data_size.map(u32::from)))
            .or_else(|| differs("the code of the parity", NO_PARITY.into(), self.parity.map(u32::from)))
            .or_else(|| {
                differs("the number of stop bits", ONE_STOP_BIT.into(), self.stop_size.map(u32::from))
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_compared_with_what_was_asked_for() {
        let mut port = ComPort::default();
        let asked = LineSettings::default();
        assert!(!port.is_set());
        for said in [&[101, 0, 1, 0xc2, 0, 0, 0][..], &[102, 8], &[103, 1], &[104, 1]] {
            assert!(port.differs(asked).is_some());
            port.hear(said);
        }
        assert!(port.is_set() && port.differs(asked).is_none());
        // Too short, unknown, empty.
        for said in [&[101, 0, 0][..], &[102], &[], &[0], &[107, 0xb0], &[255, 1], &[99], &[2, 7]] {
            port.hear(said);
        }
        assert!(port.differs(asked).is_none());
        port.hear(&[101, 0, 0, 0x25, 0x80]);
        assert_eq!(port.differs(asked).as_deref(), Some("the speed is 9600 there, not 115200"));
    }

    #[test]
    fn it_is_suspended_between_the_two() {
        let mut port = ComPort::default();
        for (said, suspended) in [(108, true), (108, true), (109, false), (8, false), (108, true), (9, true)]
        {
            port.hear(&[said]);
            assert_eq!(port.suspended, suspended, "{said}");
        }
    }

    #[test]
    fn lines_never_pass_through_reset() {
        let lines = |dtr, rts| LineSettings { dtr, rts, ..LineSettings::default() }.lines();
        assert_eq!(lines(None, None), Vec::<Vec<u8>>::new());
        assert_eq!(lines(Some(true), Some(true)), [[5, 8], [5, 11]]);
        assert_eq!(lines(Some(false), Some(false)), [[5, 12], [5, 9]]);
        assert_eq!(lines(Some(true), Some(false)), [[5, 12], [5, 8]]);
        assert_eq!(lines(None, Some(false)), [[5, 12]]);
    }
}
