//! A busy thread, made up the same way every time.
//!
//! It grows as threads do: most comments come early, a branch that is long draws more replies, a
//! few comments get most of the votes, and some are gone.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use rejoinder_core::FixedRandom;

use super::voices::{DemoComment, Phrases};

/// No reply stands deeper than this.
const MAX_DEPTH: usize = 12;
/// The first of the crowd comes so many minutes after the article, and the last.
const FIRST_MINUTE: f64 = 6.0;
const LAST_MINUTE: f64 = 40.0 * 24.0 * 60.0;
/// How much earlier than later they come: a tenth in the first hour, a third on the first day.
const HASTE: f64 = 3.2;
/// So many comments are removed after others have answered them.
const N_REMOVED: usize = 9;

/// Fill up a thread that begins with `first` until `n` comments are published.
pub(crate) fn gather(first: Vec<DemoComment>, phrases: &Phrases, n: usize) -> Vec<DemoComment> {
    let mut crowd = ThreadGenerator {
        random: FixedRandom::seeded(1911),
        phrases,
        said: HashSet::new(),
        n_exchanges: 0,
        members: Vec::with_capacity(n),
    };
    let n_gone = first.iter().filter(|voice| voice.is_removed).count() + N_REMOVED;
    let mut places = HashMap::new();
    for voice in first {
        let parent = voice
            .parent
            .as_ref()
            .and_then(|parent| places.get(parent))
            .copied();
        places.insert(voice.id.clone(), crowd.members.len());
        crowd.join(parent, voice);
    }
    crowd.grow(n + n_gone);
    crowd.remove_some();
    crowd
        .members
        .into_iter()
        .map(|member| member.voice)
        .collect()
}

struct ThreadGenerator<'p> {
    random: FixedRandom,
    phrases: &'p Phrases,
    said: HashSet<String>,
    n_exchanges: usize,
    members: Vec<GeneratedComment>,
}

struct GeneratedComment {
    voice: DemoComment,
    depth: usize,
    root: usize,
    has_replies: bool,
}

impl ThreadGenerator<'_> {
    fn join(&mut self, parent: Option<usize>, voice: DemoComment) {
        let here = self.members.len();
        let (depth, root) = parent.map_or((0, here), |parent| {
            let parent = &mut self.members[parent];
            parent.has_replies = true;
            (parent.depth + 1, parent.root)
        });
        self.members.push(GeneratedComment {
            voice,
            depth,
            root,
            has_replies: false,
        });
    }

    fn grow(&mut self, n: usize) {
        let n_missing = n.saturating_sub(self.members.len());
        let mut times: Vec<Duration> = (0..n_missing).map(|_| self.time()).collect();
        times.sort_unstable();
        for time in times {
            let n_left = n - self.members.len();
            if n_left == 0 {
                return;
            }
            let parent = self.answered(time).filter(|_| !self.chance(27));
            match parent {
                None => self.open(time),
                Some(parent) if self.chance(2) && self.exchange(parent, time, n_left) => {}
                Some(parent) => self.answer(parent, time),
            }
        }
    }

    /// Someone opens a branch.
    fn open(&mut self, time: Duration) {
        let text = if self.chance(20) {
            self.composed(&self.phrases.question, &[])
        } else {
            self.composed(&self.phrases.root, &self.phrases.detail)
        };
        let author = self.name(None);
        self.say(None, author, time, text);
    }

    /// Someone answers.
    fn answer(&mut self, parent: usize, time: Duration) {
        let text = match self.random.below(100) {
            0..20 => self.one_of(&self.phrases.short).to_owned(),
            20..32 => self.composed(&self.phrases.question, &[]),
            32..45 => self.composed(&self.phrases.detail, &[]),
            _ => self.composed(&self.phrases.reply, &self.phrases.detail),
        };
        let author = self.name(Some(parent));
        self.say(Some(parent), author, time, text);
    }

    /// Two people go back and forth under a comment; false when there is no room or nothing left.
    fn exchange(&mut self, parent: usize, time: Duration, n_left: usize) -> bool {
        let room = n_left.min(MAX_DEPTH - self.members[parent].depth);
        let lines = self.phrases.exchanges.get(self.n_exchanges);
        let Some(lines) = lines.filter(|lines| lines.len() <= room) else {
            return false;
        };
        self.n_exchanges += 1;
        let (mut parent, mut time) = (parent, time);
        let mut speakers = [
            self.name(Some(parent)),
            self.members[parent].voice.author.clone(),
        ];
        for line in lines {
            self.say(Some(parent), speakers[0].clone(), time, line.clone());
            parent = self.members.len() - 1;
            time += Duration::from_secs(60 + self.random.below(1_500));
            speakers.swap(0, 1);
        }
        true
    }

    fn say(&mut self, parent: Option<usize>, author: String, time: Duration, text: String) {
        let (up, down) = self.votes(parent.is_none(), time);
        let voice = DemoComment {
            id: format!("crowd-{}", self.members.len()),
            parent: parent.map(|parent| self.members[parent].voice.id.clone()),
            author,
            website: None,
            after: time,
            up,
            down,
            text,
            is_removed: false,
            passage: None,
            answers: None,
        };
        self.join(parent, voice);
    }

    /// Which comment draws a reply at `time`: any, so that long branches draw more; often one of
    /// the latest; sometimes the one that opened the branch.
    fn answered(&self, time: Duration) -> Option<usize> {
        let n = self.members.len();
        (0..8).find_map(|_| {
            let within = if self.chance(40) { n.min(40) } else { n };
            let picked = n.checked_sub(1 + self.below(within.max(1)))?;
            let picked = if self.chance(20) {
                self.members[picked].root
            } else {
                picked
            };
            let member = &self.members[picked];
            (member.depth < MAX_DEPTH && member.voice.after < time).then_some(picked)
        })
    }

    /// A text made of one of `from`, that nobody has said yet if one is soon found.
    fn composed(&mut self, from: &[String], detail: &[String]) -> String {
        let mut text = self.one_of(from).to_owned();
        for _ in 0..12 {
            if !self.said.contains(&text) {
                break;
            }
            let mut parts = vec![self.one_of(from)];
            if !detail.is_empty() && self.chance(60) {
                parts.push(self.one_of(detail));
            }
            match self.random.below(4) {
                0 => parts.insert(0, self.one_of(&self.phrases.before)),
                1 => parts.push(self.one_of(&self.phrases.after)),
                _ => {}
            }
            text = parts.join(" ");
        }
        self.said.insert(text.clone());
        text
    }

    /// Someone who does not answer themself. A few people write a great deal.
    fn name(&self, parent: Option<usize>) -> String {
        let names = &self.phrases.names;
        let answered = parent.map(|parent| &self.members[parent].voice.author);
        loop {
            let n = names.len();
            let among = if self.chance(35) { n.min(20) } else { n };
            let name = &names[self.below(among)];
            if Some(name) != answered || n == 1 {
                return name.clone();
            }
        }
    }

    /// Most comments get a handful, a few get hundreds; early ones and roots get more.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "small and positive"
    )]
    fn votes(&self, is_root: bool, time: Duration) -> (u32, u32) {
        let weight =
            if is_root { 2.4 } else { 1.0 } * if time.as_secs() < 86_400 { 2.0 } else { 1.0 };
        let total = (weight * (1.7 * self.share().max(0.000_8).powf(-0.8) - 0.8)).min(420.0);
        let against = if self.chance(12) {
            0.3 + 0.6 * self.share()
        } else {
            0.25 * self.share()
        };
        let down = (total * against) as u32;
        (total as u32 - down, down)
    }

    fn time(&self) -> Duration {
        let minutes = FIRST_MINUTE + LAST_MINUTE * self.share().powf(HASTE);
        Duration::from_secs_f64((minutes * 60.0).round())
    }

    fn remove_some(&mut self) {
        let mut n_left = N_REMOVED;
        while n_left > 0 {
            let at = self.below(self.members.len());
            let member = &mut self.members[at];
            if member.has_replies
                && !member.voice.is_removed
                && member.voice.id.starts_with("crowd")
            {
                member.voice.is_removed = true;
                n_left -= 1;
            }
        }
    }

    fn one_of<'t>(&self, texts: &'t [String]) -> &'t str {
        texts
            .get(self.below(texts.len().max(1)))
            .map_or("…", String::as_str)
    }

    fn below(&self, bound: usize) -> usize {
        let value = self.random.below(u64::try_from(bound).unwrap_or(u64::MAX));
        usize::try_from(value).unwrap_or(0)
    }

    /// True in so many of a hundred cases.
    fn chance(&self, percent: u64) -> bool {
        self.random.below(100) < percent
    }

    /// A number from 0 to 1.
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
    fn share(&self) -> f64 {
        (self.random.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phrases() -> Phrases {
        toml::from_str(include_str!("../../../../demo/threads/phrases.toml")).unwrap()
    }

    fn depths(voices: &[DemoComment]) -> Vec<usize> {
        let mut known: HashMap<&str, usize> = HashMap::new();
        let depth = |voice: &DemoComment, known: &HashMap<&str, usize>| {
            voice
                .parent
                .as_deref()
                .map_or(0, |parent| known[parent] + 1)
        };
        for voice in voices {
            let depth = depth(voice, &known);
            known.insert(&voice.id, depth);
        }
        voices
            .iter()
            .map(|voice| known[voice.id.as_str()])
            .collect()
    }

    #[test]
    fn a_crowd_is_the_same_every_time_and_has_the_size_that_was_asked_for() {
        let phrases = phrases();
        let voices = gather(Vec::new(), &phrases, 2_000);
        let n_published = voices.iter().filter(|voice| !voice.is_removed).count();
        assert_eq!(n_published, 2_000);
        assert_eq!(voices, gather(Vec::new(), &phrases, 2_000));
    }

    #[test]
    fn a_crowd_has_the_shape_of_a_thread() {
        let voices = gather(Vec::new(), &phrases(), 2_000);
        let depths = depths(&voices);
        assert!((9..=MAX_DEPTH).contains(depths.iter().max().unwrap()));
        let n_roots = depths.iter().filter(|depth| **depth == 0).count();
        assert!((400..800).contains(&n_roots), "{n_roots} roots");
        let mut votes: Vec<u32> = voices.iter().map(|voice| voice.up).collect();
        votes.sort_unstable();
        assert!(
            votes[1_000] < 10 && votes[1_999] > 150,
            "{} {}",
            votes[1_000],
            votes[1_999]
        );
        assert_eq!(
            voices.iter().filter(|voice| voice.is_removed).count(),
            N_REMOVED
        );
    }

    #[test]
    fn nobody_answers_before_the_comment_was_there_or_answers_themself() {
        let voices = gather(Vec::new(), &phrases(), 2_000);
        let known: HashMap<&str, &DemoComment> = voices
            .iter()
            .map(|voice| (voice.id.as_str(), voice))
            .collect();
        for voice in &voices {
            let Some(parent) = voice.parent.as_deref().map(|parent| known[parent]) else {
                continue;
            };
            assert!(
                parent.after < voice.after,
                "{} answers {}",
                voice.id,
                parent.id
            );
            assert_ne!(parent.author, voice.author, "{}", voice.id);
        }
    }
}
