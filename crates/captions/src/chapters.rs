//! The parts of a recording, in the WebVTT of `kind=chapters`
//! (<https://www.w3.org/TR/webvtt1/#chapters>), where each cue's text is a title, or as people type
//! them: lines such as `3:48  The harbour`.

use crate::clock;
use crate::cue::{MAX_FILE_BYTES, MAX_MS, clean_text};
use crate::draft::TranscriptDraft;
use crate::encoding;
use crate::format::Format;
use crate::formats::podcast::{quoted, seconds};
use crate::formats::{text, webvtt};
use crate::problem::TranscriptProblem;
use crate::tidy::RawCue;
use crate::warning::{Warning, WarningKind};

/// How many characters a title may have.
pub const MAX_TITLE_CHARS: usize = 200;

/// A part of a recording.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Chapter {
    /// Milliseconds from the start of the recording, less than [`MAX_MS`].
    pub start_ms: u64,
    /// Later than the start; without it the chapter lasts until the next.
    pub end_ms: Option<u64>,
    /// One line, not empty.
    pub title: String,
}

/// What a file of chapters holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChapterReading {
    /// At least one, in the order of the file, as [`check_chapters`] wants them.
    pub chapters: Vec<Chapter>,
    /// What was left out or changed, as in [`TranscriptReading`](crate::TranscriptReading).
    pub warnings: Vec<Warning>,
}

/// Why chapters are none. The first chapter is 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChapterError {
    /// The file is neither WebVTT nor lines with times, or too large, or without a cue.
    #[error(transparent)]
    File(#[from] TranscriptProblem),
    /// A title that is empty or over [`MAX_TITLE_CHARS`].
    #[error("the title of chapter {nth} needs 1 to {MAX_TITLE_CHARS} characters")]
    Title {
        /// Which chapter it is.
        nth: usize,
    },
    /// A start or an end that no recording has.
    #[error("chapter {nth} is not within 24 hours")]
    Outside {
        /// Which chapter it is.
        nth: usize,
    },
    /// An end that is not after its start.
    #[error("chapter {nth} ends before it starts")]
    Inverted {
        /// Which chapter it is.
        nth: usize,
    },
    /// A start that is not after the one before.
    #[error("chapter {nth} does not start after the one before it")]
    NotIncreasing {
        /// Which chapter it is.
        nth: usize,
    },
    /// An end after that of a chapter in which it starts.
    #[error("chapter {nth} starts within another and ends after it")]
    Crossing {
        /// Which chapter it is.
        nth: usize,
    },
}

/// Reads chapters from the bytes of a file: WebVTT, or lines that begin with a time.
///
/// # Errors
///
/// Those of [`ChapterError`]: no file that can be read, or chapters that [`check_chapters`] refuses.
pub fn read_chapters(bytes: &[u8]) -> Result<ChapterReading, ChapterError> {
    let size_bytes = bytes.len();
    if size_bytes > MAX_FILE_BYTES {
        return Err(TranscriptProblem::TooLarge { size_bytes }.into());
    }
    let mut draft = TranscriptDraft::default();
    let text = encoding::decode(bytes, &mut draft.warnings);
    if webvtt::recognises(&text) {
        webvtt::read_cues(&text, &mut draft);
    } else if text::recognises(&text) {
        text::read_cues(&text, &mut draft);
    } else {
        let format = Format::WebVtt;
        return Err(TranscriptProblem::NotOf { format }.into());
    }
    let mut chapters = Vec::new();
    for (cue, nth) in std::mem::take(&mut draft.cues).into_iter().zip(1..) {
        chapters.push(chapter(&cue, nth, &mut draft)?);
    }
    let warnings = draft.warnings.into_list();
    if chapters.is_empty() {
        return Err(TranscriptProblem::NoCues { warnings }.into());
    }
    check_chapters(&chapters)?;
    Ok(ChapterReading { chapters, warnings })
}

/// Checks what holds of all chapters: titles, times within a day, each start after the one before.
///
/// A chapter may hold others, which then end with it at the latest; the first of them may start with it.
///
/// # Errors
///
/// The first rule that is broken.
pub fn check_chapters(chapters: &[Chapter]) -> Result<(), ChapterError> {
    let mut open_ends: Vec<u64> = Vec::new();
    let mut last_start_ms = None;
    for (chapter, nth) in chapters.iter().zip(1..) {
        check_alone(chapter, nth)?;
        let start_ms = chapter.start_ms;
        let end_ms = chapter.end_ms.unwrap_or(start_ms);
        open_ends.retain(|end| *end > start_ms);
        let around_ms = open_ends.last().copied();
        let is_first_within =
            Some(start_ms) == last_start_ms && around_ms.is_some_and(|end| end > end_ms);
        if last_start_ms.is_some_and(|last| last >= start_ms) && !is_first_within {
            return Err(ChapterError::NotIncreasing { nth });
        }
        if around_ms.is_some_and(|end| end < end_ms) {
            return Err(ChapterError::Crossing { nth });
        }
        open_ends.extend(chapter.end_ms);
        last_start_ms = Some(start_ms);
    }
    Ok(())
}

/// Writes chapters as WebVTT; one without an end ends where the next starts, and the last with
/// `duration_ms`, or a second after its start.
pub fn write_chapters(chapters: &[Chapter], duration_ms: Option<u64>) -> String {
    let mut out = "WEBVTT\n".to_owned();
    for (nth, chapter) in chapters.iter().enumerate() {
        let next = chapters
            .get(nth + 1)
            .map(|next| next.start_ms)
            .or(duration_ms);
        let end_ms = chapter
            .end_ms
            .or(next)
            .filter(|end| *end > chapter.start_ms);
        let start = clock::long(chapter.start_ms, '.');
        let end = clock::long(end_ms.unwrap_or(chapter.start_ms + 1_000), '.');
        let title = webvtt::escape(&chapter.title);
        out += &format!("\n{start} --> {end}\n{title}\n");
    }
    out
}

/// Writes chapters as lines that begin with a time, in whole seconds; ends are left out.
pub fn list_chapters(chapters: &[Chapter]) -> String {
    let line =
        |chapter: &Chapter| format!("{}  {}\n", clock::short(chapter.start_ms), chapter.title);
    chapters.iter().map(line).collect()
}

/// Writes chapters as podcasts carry them, the JSON of
/// <https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/examples/chapters/jsonChapters.md>.
pub fn podcast_chapters(chapters: &[Chapter]) -> String {
    let entry = |chapter: &Chapter| {
        let start = seconds(chapter.start_ms);
        let end = chapter
            .end_ms
            .map(|ms| format!(",\"endTime\":{}", seconds(ms)));
        let (end, title) = (end.unwrap_or_default(), quoted(&chapter.title));
        format!("{{\"startTime\":{start}{end},\"title\":{title}}}")
    };
    let entries: Vec<String> = chapters.iter().map(entry).collect();
    format!(
        "{{\"version\":\"1.2.0\",\"chapters\":[{}]}}\n",
        entries.join(",")
    )
}

fn chapter(cue: &RawCue, nth: usize, draft: &mut TranscriptDraft) -> Result<Chapter, ChapterError> {
    if cue.speaker.is_some() {
        draft.warn(WarningKind::Styling, cue.line);
    }
    let ms = |ms: i64| u64::try_from(ms).map_err(|_| ChapterError::Outside { nth });
    Ok(Chapter {
        start_ms: ms(cue.start_ms)?,
        end_ms: cue.end_ms.map(ms).transpose()?,
        title: clean_text(&cue.text).replace('\n', " "),
    })
}

fn check_alone(chapter: &Chapter, nth: usize) -> Result<(), ChapterError> {
    let n_chars = chapter.title.chars().count();
    if chapter.title.trim().is_empty() || n_chars > MAX_TITLE_CHARS {
        return Err(ChapterError::Title { nth });
    }
    if chapter.start_ms >= MAX_MS || chapter.end_ms.is_some_and(|end| end > MAX_MS) {
        return Err(ChapterError::Outside { nth });
    }
    if chapter.end_ms.is_some_and(|end| end <= chapter.start_ms) {
        return Err(ChapterError::Inverted { nth });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    #[track_caller]
    fn check(cues: &str, expected: &Expect) {
        let file = format!("WEBVTT\n\n{cues}");
        let told = match read_chapters(file.as_bytes()) {
            Ok(reading) => {
                let chapters = reading.chapters.iter();
                let chapters =
                    chapters.map(|c| format!("{}–{:?} {}\n", c.start_ms, c.end_ms, c.title));
                let warnings = reading
                    .warnings
                    .iter()
                    .map(|warning| format!("! {warning}\n"));
                chapters.chain(warnings).collect()
            }
            Err(error) => format!("refused: {error}\n"),
        };
        expected.assert_eq(&told);
    }

    #[test]
    fn titles_are_read_as_they_stand() {
        check(
            "1\n00:00.000 --> 01:00.000\nChapter 1: <i>The</i> &amp;\nbeginning\n\n01:00.000 --> 02:00.000\nChapter 2: The end\n",
            &expect![[r#"
                0–Some(60000) Chapter 1: The & beginning
                60000–Some(120000) Chapter 2: The end
                ! 1: styling of words was left out (line 4)
            "#]],
        );
    }

    #[test]
    fn chapters_may_hold_others() {
        check(
            "00:00.000 --> 03:00.000\nAll\n\n00:00.000 --> 01:00.000\nA\n\n01:00.000 --> 03:00.000\nB\n\n01:30.000 --> 02:00.000\nBa\n\n03:00.000 --> 04:00.000\nC\n",
            &expect![[r#"
                0–Some(180000) All
                0–Some(60000) A
                60000–Some(180000) B
                90000–Some(120000) Ba
                180000–Some(240000) C
            "#]],
        );
    }

    #[test]
    fn chapters_that_break_a_rule_are_refused() {
        check(
            "",
            &expect![[r#"
            refused: there is no cue in the file
        "#]],
        );
        check(
            "01:00.000 --> 02:00.000\nA\n\n00:00.000 --> 01:00.000\nB\n",
            &expect![[r#"
                refused: chapter 2 does not start after the one before it
            "#]],
        );
        check(
            "00:00.000 --> 01:00.000\nA\n\n00:00.000 --> 01:00.000\nB\n",
            &expect![[r#"
                refused: chapter 2 does not start after the one before it
            "#]],
        );
        check(
            "00:00.000 --> 01:00.000\nA\n\n00:30.000 --> 01:30.000\nB\n",
            &expect![[r#"
                refused: chapter 2 starts within another and ends after it
            "#]],
        );
        check(
            "02:00.000 --> 01:00.000\nA\n",
            &expect![[r#"
            refused: chapter 1 ends before it starts
        "#]],
        );
        check(
            "24:00:00.000 --> 25:00:00.000\nA\n",
            &expect![[r#"
            refused: chapter 1 is not within 24 hours
        "#]],
        );
        check(
            "00:00.000 --> 00:01.000\n<i></i>\n",
            &expect![[r#"
            refused: the title of chapter 1 needs 1 to 200 characters
        "#]],
        );
        assert_eq!(
            read_chapters(b"A").unwrap_err().to_string(),
            "this is not a WebVTT file"
        );
    }

    #[test]
    fn chapters_are_typed_as_lines() {
        let typed = "0:00  Opening: who speaks\n[1:20] - The harbour\n1:02:03 End\n";
        let chapters = read_chapters(typed.as_bytes()).unwrap().chapters;
        let listed = "0:00  Opening: who speaks\n1:20  The harbour\n1:02:03  End\n";
        assert_eq!(list_chapters(&chapters), listed);
        assert_eq!(read_chapters(listed.as_bytes()).unwrap().chapters, chapters);
    }

    #[test]
    fn chapters_are_written_with_their_ends() {
        let chapter = |start_ms, title: &str| Chapter {
            start_ms,
            end_ms: None,
            title: title.to_owned(),
        };
        let chapters = [chapter(0, "A & B"), chapter(60_000, "C")];
        let file = write_chapters(&chapters, Some(90_000));
        expect![[r#"
            WEBVTT

            00:00:00.000 --> 00:01:00.000
            A &amp; B

            00:01:00.000 --> 00:01:30.000
            C
        "#]]
        .assert_eq(&file);
        let again = read_chapters(file.as_bytes()).unwrap().chapters;
        let ends: Vec<_> = again.iter().map(|chapter| chapter.end_ms).collect();
        assert_eq!(ends, [Some(60_000), Some(90_000)]);
        assert_eq!(
            podcast_chapters(&again),
            "{\"version\":\"1.2.0\",\"chapters\":[\
             {\"startTime\":0,\"endTime\":60,\"title\":\"A & B\"},\
             {\"startTime\":60,\"endTime\":90,\"title\":\"C\"}]}\n"
        );
    }
}
