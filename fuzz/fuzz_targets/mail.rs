//! Whatever a message holds, what is read of it is text, or that a program wrote it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use markup::{ReceivedMail, received_mail, render};

fuzz_target!(|message: &[u8]| {
    if let Some(ReceivedMail::Written(written)) = received_mail(message) {
        assert_eq!(written.text.trim(), written.text);
        render(&written.text);
    }
});
