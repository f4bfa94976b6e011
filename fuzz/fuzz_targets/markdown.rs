//! Whatever is typed, what is shown of it is a fix-point of the sanitiser.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let rendered = markup::render(text);
    assert_eq!(markup::sanitise(rendered.html.as_str()), rendered.html);
    assert_eq!(rendered.n_links, rendered.html.as_str().matches("<a href=").count());
    markup::excerpt(&markup::plain_text(&rendered.html), 80);
});
