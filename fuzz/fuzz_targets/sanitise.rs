//! Whatever is imported, what is shown of it is a fix-point that holds nothing active.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|html: &str| {
    for html in [markup::sanitise(html), markup::sanitise(&markup::paragraphs_from_wordpress(html))]
    {
        assert_eq!(markup::sanitise(html.as_str()), html);
        for active in ["<script", "<style", "<img", "<svg", "<iframe", "<form", "=\"javascript:"] {
            assert!(!html.as_str().contains(active), "{html}");
        }
        markup::plain_text(&html);
    }
});
