//! Whatever a file holds, what is read of it is in order, and comes back from WebVTT and JSON.
#![no_main]

use captions::{
    Format, Transcript, TranscriptExportFormat, check_chapters, diff, read, read_chapters, write,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|file: &[u8]| {
    if let Ok(reading) = read_chapters(file) {
        check_chapters(&reading.chapters).unwrap();
    }
    let formats = Format::ALL.iter().copied().map(Some).chain([None]);
    for reading in formats.filter_map(|format| read(file, format).ok()) {
        let transcript = reading.transcript;
        let (again, warnings) = Transcript::new(None, transcript.cues().to_vec());
        assert_eq!((again.cues(), &*warnings), (transcript.cues(), &[][..]));
        for export in TranscriptExportFormat::ALL {
            write(&transcript, *export);
        }
        let vtt = write(&transcript, TranscriptExportFormat::WebVtt);
        // A file that is written can be larger than one that is read.
        let Ok(once) = read(vtt.as_bytes(), Some(Format::WebVtt)) else { continue };
        let vtt = write(&once.transcript, TranscriptExportFormat::WebVtt);
        let twice = read(vtt.as_bytes(), Some(Format::WebVtt)).unwrap();
        assert_eq!(once.transcript, twice.transcript);
        diff(&transcript, &once.transcript);
    }
});
