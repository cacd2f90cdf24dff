//! What the table is to show, and whether it does.
//!
//! A claim is a ratio of two ways for some sizes: for each size the median over pairs of runs that were next to each other.
//! How far chance may move a median is judged by how much the pairs scatter about the median of their size. What is below
//! the limit by more than that falls short, be it one size or all of them together. So a machine that is busy with other
//! things, where pairs scatter by tenths, does not cry wolf, and one that is not sees a hundredth; where a tenth could have
//! been taken for chance, the claim is [`blind`](Judged::blind) and the table says so.

use super::{
    job::{Job, Way},
    kind::{Carrier, Kind},
    runs::{Runs, median},
};

/// How many standard errors are chance. With so few pairs, and some sixty medians in a table, three would cry wolf in one
/// table of thirty on a busy machine; four would miss a tenth more often than is needed.
const ERRORS: f64 = 3.5;
/// The standard error of the median of one pair, where pairs scatter by 1.
const OF_MEDIAN: f64 = 1.2533;
/// The scatter of what is normally distributed, where the mean distance from the middle is 1: what is far off counts less
/// than in a standard deviation, and more than in a median of distances, which a few pairs make too small.
const OF_DISTANCE: f64 = 1.2533;

/// What is asked for.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Claim {
    pub(super) carrier: Carrier,
    pub(super) against: Carrier,
    pub(super) way: Way,
    pub(super) sizes: Vec<u32>,
    /// How many times as fast it is, at least.
    pub(super) least: f64,
}

/// What came of it.
#[derive(Clone, Debug)]
pub(super) struct Judged {
    pub(super) claim: Claim,
    /// The median and the pairs of each size.
    pub(super) sizes: Vec<(u32, f64, Vec<f64>)>,
    /// How far chance may move the median of a size, as a part of it; none where a pair has no other to scatter from.
    pub(super) chance: Option<f64>,
    pub(super) verdict: Verdict,
    /// It holds, and so would have what is a tenth below the limit.
    pub(super) blind: bool,
}

/// Whether a claim holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Holds,
    FallsShort,
    /// One turn tells nothing.
    TooFew,
}

impl Verdict {
    pub(super) const fn text(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::FallsShort => "falls short",
            Self::TooFew => "too few turns",
        }
    }
}

impl Claim {
    /// All that there are for these sizes.
    pub(super) fn all(sizes: &[u32]) -> Vec<Self> {
        let of = |carrier, against, from: u32, below: u32, least| {
            let sizes: Vec<_> = sizes.iter().copied().filter(|&kib| kib >= from && kib < below).collect();
            Way::BOTH.map(|way| Self { carrier, against, way, sizes: sizes.clone(), least })
        };
        let beside = [Carrier::Tokio, Carrier::AsyncStd].into_iter().flat_map(|carrier| {
            [of(carrier, Carrier::Blocking, 0, 10, 0.95), of(carrier, Carrier::Blocking, 10, u32::MAX, 0.98)]
        });
        let hurt = Carrier::RUNTIMES.into_iter().map(|carrier| of(carrier, Carrier::Hurt, 5, u32::MAX, 1.2));
        beside.chain(hurt).flatten().filter(|claim| !claim.sizes.is_empty()).collect()
    }

    /// Judges it by these runs.
    pub(super) fn judge(self, runs: &Runs) -> Judged {
        let pairs =
            |kib| runs.ratios(Kind::Ours(self.carrier), Kind::Ours(self.against), Job { way: self.way, kib });
        let sizes = self.sizes.iter().map(|&kib| (kib, pairs(kib)));
        let sizes: Vec<_> = sizes.filter_map(|(kib, pairs)| Some((kib, median(&pairs)?, pairs))).collect();
        let scatter = scatter(sizes.iter().map(|(_, _, pairs)| pairs));
        let chance = |count: usize| scatter.map(|scatter| scatter / (count.max(1) as f64).sqrt());
        // All is done with logarithms: half as fast and twice as fast are equally far away.
        let short = |ratio: f64, count| chance(count).map(|chance| ratio.ln() + chance < self.least.ln());
        let together: Vec<f64> = sizes.iter().flat_map(|(_, _, pairs)| pairs.iter().copied()).collect();
        let all = median(&together).and_then(|ratio| short(ratio, together.len()));
        let each = sizes.iter().map(|(_, ratio, pairs)| short(*ratio, pairs.len()));
        let verdict = match each.chain([all]).collect::<Option<Vec<_>>>() {
            None => Verdict::TooFew,
            Some(short) if short.contains(&true) => Verdict::FallsShort,
            Some(_) => Verdict::Holds,
        };
        let least = median(&together).zip(chance(together.len())).map(|(ratio, chance)| ratio.ln() - chance);
        let blind = verdict == Verdict::Holds && least < Some((self.least * 0.9).ln());
        let fewest = sizes.iter().map(|(_, _, pairs)| pairs.len()).min().unwrap_or(0);
        Judged { chance: chance(fewest).map(f64::exp_m1), claim: self, sizes, verdict, blind }
    }
}

/// How much pairs scatter about the median of their size, as what chance may do to one pair.
fn scatter<'a>(sizes: impl Iterator<Item = &'a Vec<f64>>) -> Option<f64> {
    let distances = sizes.filter(|pairs| pairs.len() > 1).flat_map(|pairs| {
        let logarithms: Vec<_> = pairs.iter().map(|ratio| ratio.ln()).collect();
        let middle = median(&logarithms).unwrap_or(0.0);
        // They are nearer to their own median than to that of all that could have been.
        let count = pairs.len() as f64;
        logarithms.into_iter().map(move |ratio| (ratio - middle).abs() * (count / (count - 1.0)).sqrt())
    });
    let distances: Vec<_> = distances.collect();
    let mean = distances.iter().sum::<f64>() / distances.len() as f64;
    (!distances.is_empty()).then_some(ERRORS * OF_MEDIAN * OF_DISTANCE * mean)
}

#[cfg(test)]
mod tests {
    use super::super::runs::Run;
    use super::*;

    const SIZES: [u32; 6] = [1, 2, 5, 10, 50, 100];

    /// Turns in which what takes 1 s takes a little more or less, by chance, and is `slower` for some of tokio's.
    fn turns(seed: u64, turns: u32, noise: f64, slower: impl Fn(Job) -> f64) -> Runs {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut runs = Runs::default();
        for job in Job::all(&SIZES) {
            for turn in 0..turns {
                for carrier in Carrier::ALL {
                    // Mostly a little, seldom a lot, as other programs disturb.
                    let late = if random.u8(..10) == 0 { 5.0 } else { 1.0 };
                    let usual = if carrier == Carrier::Hurt { 3.0 } else { 1.0 };
                    let own = if carrier == Carrier::Tokio { slower(job) } else { 1.0 };
                    let seconds = usual * own * (1.0 + noise * late * random.f64());
                    runs.add(Run { kind: Kind::Ours(carrier), job, turn, seconds, drains: None });
                }
            }
        }
        runs
    }

    fn verdicts(runs: &Runs) -> Vec<(Carrier, Way, Verdict)> {
        let judged = Claim::all(&SIZES).into_iter().map(|claim| claim.judge(runs));
        judged.map(|judged| (judged.claim.carrier, judged.claim.way, judged.verdict)).collect()
    }

    fn fall_short(runs: &Runs) -> Vec<(Carrier, Way)> {
        let short = |(carrier, way, verdict): (Carrier, Way, Verdict)| {
            (verdict == Verdict::FallsShort).then_some((carrier, way))
        };
        verdicts(runs).into_iter().filter_map(short).collect()
    }

    #[test]
    fn equals_hold_on_a_noisy_machine_time_after_time() {
        // The last is a machine on which the same takes twice as long one time in twenty.
        for (noise, at_most) in [(0.01, 0), (0.05, 1), (0.1, 2), (0.5, 4)] {
            let wrong = (0..200).filter(|&seed| !fall_short(&turns(seed, 4, noise, |_| 1.0)).is_empty());
            let wrong = wrong.count();
            assert!(wrong <= at_most, "{wrong} of 200 with a noise of {noise}");
        }
    }

    #[test]
    fn a_tenth_slower_falls_short() {
        for (noise, at_least) in [(0.0, 50), (0.01, 50), (0.02, 45)] {
            let slower = |job: Job| if job.way == Way::Upload { 1.1 } else { 1.0 };
            let short = (0..50).map(|seed| fall_short(&turns(seed, 4, noise, slower)));
            let both = short.filter(|short| *short == [(Carrier::Tokio, Way::Upload); 2]).count();
            assert!(both >= at_least, "{both} of 50 with a noise of {noise}");
        }
    }

    #[test]
    fn a_tenth_slower_in_one_size_falls_short() {
        let slower = |job: Job| if (job.way, job.kib) == (Way::Download, 100) { 1.1 } else { 1.0 };
        for seed in 0..50 {
            assert_eq!(fall_short(&turns(seed, 4, 0.01, slower)), [(Carrier::Tokio, Way::Download)]);
        }
    }

    #[test]
    fn a_little_slower_than_asked_shows_where_nothing_disturbs() {
        assert_eq!(
            fall_short(&turns(1, 4, 0.0, |_| 1.03)),
            [(Carrier::Tokio, Way::Upload), (Carrier::Tokio, Way::Download)]
        );
        assert!(fall_short(&turns(1, 4, 0.0, |_| 1.019)).is_empty());
    }

    #[test]
    fn as_slow_as_what_hurt_falls_short() {
        let short = fall_short(&turns(1, 4, 0.01, |_| 3.0));
        assert_eq!(short.iter().filter(|(carrier, _)| *carrier == Carrier::Tokio).count(), 6, "{short:?}");
    }

    #[test]
    fn a_busy_machine_says_so() {
        let blind = |noise| {
            let runs = turns(1, 4, noise, |_| 1.0);
            Claim::all(&SIZES)
                .into_iter()
                .map(|claim| claim.judge(&runs))
                .filter(|judged| judged.blind)
                .count()
        };
        assert_eq!(blind(0.02), 0);
        assert!(blind(2.0) > 0);
    }

    #[test]
    fn one_turn_tells_nothing() {
        let runs = turns(1, 1, 0.01, |_| 2.0);
        assert!(verdicts(&runs).iter().all(|(_, _, verdict)| *verdict == Verdict::TooFew));
    }

    #[test]
    fn a_claim_is_made_for_the_sizes_that_are_there() {
        let claims = Claim::all(&[100]);
        assert_eq!(claims.len(), 2 * 2 + 3 * 2);
        assert!(claims.iter().all(|claim| claim.sizes == [100]));
    }
}
