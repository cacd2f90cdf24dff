//! How many bytes of a paste may be on their way (MicroPython's `shared/runtime/pyexec.c`, `do_reader_stdin`).

/// The window that a board announces in the header of a raw paste: 1 to 32767 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window(u16);

impl Window {
    /// Returns the window of `bytes`, if a board may announce it: 0 would never grant anything, and more than
    /// 32767 is half of no buffer that the firmware can have.
    #[must_use]
    pub const fn new(bytes: u16) -> Option<Self> {
        if bytes == 0 || bytes > 32_767 { None } else { Some(Self(bytes)) }
    }

    /// Returns its size in bytes.
    #[must_use]
    pub const fn get(self) -> u16 {
        self.0
    }
}

/// What follows the source of a paste without waiting for a grant, and so needs room in the board's buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Follows {
    /// The `^D` alone.
    End,
    /// The `^D` and the next paste's offer, `05 41 01`.
    EndAndOffer,
}

/// The credit of one raw paste, counted on the host's side.
///
/// A board starts with two windows of credit and grants one more each time it has *consumed* a window. What the
/// engine sends stays a little below, so that what follows the source fits too: at most max(W, 2W - 2) bytes are
/// unread, max(W, 2W - 5) when an offer follows the `^D`. An esp8266 holds 255 bytes, so 2W with W = 128 and a `^D`
/// was seen to lose one, silently.
#[derive(Clone, Copy, Debug)]
pub struct Credit {
    window: Window,
    /// The most that may be unread.
    limit: i64,
    /// What is left of it; below 0 where more was sent.
    room: i64,
}

impl Credit {
    /// Returns the credit at the start of a paste.
    #[must_use]
    pub const fn new(window: Window, follows: Follows) -> Self {
        let limit = limit(window, follows);
        Self { window, limit, room: limit }
    }

    /// Returns how many bytes of source may be sent now.
    #[must_use]
    #[inline]
    pub const fn room(&self) -> usize {
        if self.room < 0 { 0 } else { self.room as usize }
    }

    /// Returns the board's window.
    #[must_use]
    pub const fn window(&self) -> Window {
        self.window
    }

    /// Says what follows the source after all.
    pub const fn follow(&mut self, follows: Follows) {
        let limit = limit(self.window, follows);
        self.room += limit - self.limit;
        self.limit = limit;
    }

    /// Takes note that `bytes` of source were sent. An open flow sends more than there is [`room`](Self::room) for.
    #[inline]
    pub const fn sent(&mut self, bytes: usize) {
        self.room -= bytes as i64;
    }

    /// Takes note of a grant. Returns whether the board can have made it: it must have consumed a window of what
    /// was sent.
    #[must_use]
    #[inline]
    pub const fn grant(&mut self) -> bool {
        self.room += self.window.0 as i64;
        self.room <= self.limit
    }
}

const fn limit(window: Window, follows: Follows) -> i64 {
    let window = window.0 as i64;
    let kept = match follows {
        Follows::End => 2,
        Follows::EndAndOffer => 5,
    };
    if 2 * window - kept > window { 2 * window - kept } else { window }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_kept_for_what_follows() {
        let cases = [(1, 1, 1), (2, 2, 2), (3, 4, 3), (4, 6, 4), (5, 8, 5), (32, 62, 59), (128, 254, 251)];
        for (window, end, offer) in cases.into_iter().chain([(32_767, 65_532, 65_529)]) {
            let window = Window::new(window).expect("a window that a board may announce");
            assert_eq!(Credit::new(window, Follows::End).room(), end, "{window:?}");
            assert_eq!(Credit::new(window, Follows::EndAndOffer).room(), offer, "{window:?}");
        }
    }

    #[test]
    fn grants_that_nobody_earned_are_noticed() {
        let window = Window::new(4).expect("a window");
        let mut credit = Credit::new(window, Follows::End);
        credit.sent(4);
        assert!(credit.grant());
        assert_eq!(credit.room(), 6);
        assert!(!credit.grant());
    }

    #[test]
    fn windows_that_no_board_has() {
        assert_eq!([0, 32_768, 65_535].map(Window::new), [None; 3]);
    }
}
