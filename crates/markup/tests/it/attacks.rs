use rejoinder_markup::{paragraphs_from_wordpress, plain_text, render, sanitise};

use crate::page::assert_harmless;

/// One or more of each kind that has worked somewhere: raw script, handlers on every sort of
/// element, addresses, encodings, parser confusion, Markdown that makes HTML, and spoofing.
pub(crate) const ATTACKS: [&str; 96] = [
    // Script and active elements.
    "<script>alert(1)</script>",
    "<SCRIPT SRC=https://evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<script\n>alert(1)</script\n>",
    "<<script>alert(1)//<</script>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<object data=data:text/html;base64,PHNjcmlwdD4=></object><embed src=x>",
    "<base href=https://evil.example/><link rel=stylesheet href=//evil.example>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<form action=javascript:alert(1)><button formaction=javascript:alert(2)>x</button></form>",
    "<input autofocus onfocus=alert(1)><textarea autofocus onfocus=alert(1)></textarea>",
    "<video src=x onerror=alert(1)><source onerror=alert(1)></video><audio src=x onerror=alert(1)>",
    "<marquee onstart=alert(1)>x</marquee><blink>",
    "<template><script>alert(1)</script></template>",
    "<portal src=https://evil.example></portal><fencedframe>",
    // Handlers, also on parts that a fragment parser throws away.
    "<body onload=alert(1)>",
    "<html onclick=alert(1)>",
    "<head onclick=alert(1)>",
    "<table onclick=alert(1)><tbody onclick=alert(1)><tr onclick=alert(1)><td onclick=alert(1)>x",
    "<caption onclick=alert(1)>x</caption><col onclick=alert(1)>",
    "<frameset onload=alert(1)><frame src=javascript:alert(1)>",
    "<p onclick=alert(1) ONMOUSEOVER='alert(1)'>x</p>",
    "<a href=https://example.org onclick=alert(1)>x</a>",
    "<b/onclick=alert(1)>x</b>",
    "<b\x0conclick=alert(1)>x</b>",
    "<i onclick\n=\nalert(1)>x</i>",
    "<img src=x onerror=alert(1)>",
    "<img/src/onerror=alert(1)>",
    "<img src='https://example.org/x' alt='\" onmouseover=\"alert(1)'>",
    "<img src='https://example.org/\" onmouseover=\"alert(1)' alt=x>",
    "<img src=https://example.org/x alt='<script>alert(1)</script>'>",
    "<div style='background:url(javascript:alert(1))'>x</div>",
    "<div style='width:expression(alert(1))'>x</div>",
    "<p id=__proto__ name=constructor class=rj-moderator>x</p>",
    "<span class='spoiler x' tabindex=9 style=x onclick=alert(1)>x</span>",
    "<details open ontoggle=alert(1)><summary onclick=alert(1)>x</summary></details>",
    "<x contenteditable onblur=alert(1)>x</x>",
    "<p popover id=a onbeforetoggle=alert(1)>x</p><button popovertarget=a>x",
    // Addresses.
    "<a href=javascript:alert(1)>x</a>",
    "<a href=' &#14; javascript:alert(1)'>x</a>",
    "<a href='java&#x09;script:alert(1)'>x</a>",
    "<a href='jav&#x0A;ascript:alert(1)'>x</a>",
    "<a href=&#106;&#97;&#118;&#97;&#115;&#99;&#114;&#105;&#112;&#116;&#58;alert(1)>x</a>",
    "<a href='javascript&colon;alert(1)'>x</a>",
    "<a href='javas\0cript:alert(1)'>x</a>",
    "<a href=vbscript:msgbox(1)>x</a>",
    "<a href=data:text/html,<script>alert(1)</script>>x</a>",
    "<a href=//evil.example>x</a><a href=/local>x</a><a href='\\\\evil.example'>x</a>",
    "<a href='https://user:pass@evil.example'>x</a>",
    "<a href='https://example.org' xlink:href='javascript:alert(1)' ping=//evil.example>x</a>",
    "<a href='https://example.org' rel=dofollow target=_blank download>x</a>",
    "<q cite=javascript:alert(1)>x</q><blockquote cite=javascript:alert(1)>x</blockquote>",
    "<del cite=javascript:alert(1)>x</del>",
    "<ol start='1 onclick=alert(1)'><li value=javascript:alert(1)>x</ol>",
    // Foreign content and confused parsers.
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><a xlink:href=javascript:alert(1)><text>x</text></a></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<svg><foreignObject><iframe src=javascript:alert(1)></iframe></foreignObject></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
    "<svg></p><style><a id=\"</style><img src=1 onerror=alert(1)>\">",
    "<math><annotation-xml encoding='text/html'><script>alert(1)</script></annotation-xml></math>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<title><a title=\"</title><img src=x onerror=alert(1)>\">",
    "<textarea><img title=\"</textarea><img src=x onerror=alert(1)>\">",
    "<style><img title=\"</style><img src=x onerror=alert(1)>\">",
    "<xmp><p title=\"</xmp><img src=x onerror=alert(1)>\">",
    "<iframe><a title=\"</iframe><img src=x onerror=alert(1)>\">",
    "<noembed><p title=\"</noembed><svg onload=alert(1)>\">",
    "<plaintext><img src=x onerror=alert(1)>",
    "<select><option><style></option></select><img src=x onerror=alert(1)></style>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<!--!><img src=x onerror=alert(1)>--!><img src=x onerror=alert(2)>",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<?xml version='1.0'?><img src=x onerror=alert(1)>",
    "<a href='https://example.org/'\"onclick=alert(1)>x",
    "<a title=\"a>b\" href='https://example.org/`onclick=alert(1)'>x</a>",
    "<p <b>onclick=alert(1)<i>>x",
    "</p/onclick=alert(1)><//b onclick=alert(1)>",
    // Markdown that makes HTML.
    "[x](javascript:alert(1))",
    "[x](<java\tscript:alert(1)>)",
    "[x](&#106;avascript:alert(1)) [y](javascript&colon;alert(1)) [z](\\javascript:alert(1))",
    "[x](https://example.org \"onmouseover=alert(1)\") [x](https://e.example/\"onclick=alert(1))",
    "[x]: javascript:alert(1)\n\n[x] [y][x] ![x]",
    "![x](javascript:alert(1)) ![\"onerror=\"alert(1)](https://example.org/x.png)",
    "![<script>alert(1)</script>](https://example.org)",
    "<javascript:alert(1)> <data:text/html,x> <vbscript:x>",
    "https://example.org/\"onclick=alert(1) www.example.org'><script>alert(1)</script>",
    "[![x](https://a.example)](https://b.example) [a [b](https://c.example)](https://d.example)",
    "`<script>`\n\n```\"><script>\n</code></pre><script>alert(1)</script>\n```",
    "||<img src=x onerror=alert(1)>|| ||[x](javascript:alert(1))||",
    "**<b onclick=alert(1)>** ~~<i onclick=alert(1)>~~ # <u onclick=alert(1)>",
    // Characters that hide what is there.
    "\u{202e}<script>alert(1)</script>\u{202c}\u{200b}\u{feff}\0\u{1}\u{7f}\u{80}\u{fffe}",
    "<a href='https://exam\u{202e}ple.org/\u{200b}x'>x</a> <ſcript>alert(1)</ſcript> ＜script＞",
];

#[test]
fn nothing_that_a_writer_types_runs_on_the_page() {
    for attack in ATTACKS {
        assert_harmless(&render(attack).html, attack);
    }
}

#[test]
fn nothing_that_is_imported_runs_on_the_page() {
    for attack in ATTACKS {
        assert_harmless(&sanitise(attack), attack);
        assert_harmless(&sanitise(&paragraphs_from_wordpress(attack)), attack);
    }
}

#[test]
fn attacks_do_not_add_up_to_one() {
    for first in ATTACKS {
        for second in ATTACKS {
            let both = format!("{first}{second}");
            assert_harmless(&sanitise(&both), &both);
        }
    }
}

#[test]
fn text_that_was_taken_out_of_html_is_no_html_again() {
    for attack in ATTACKS {
        let again = plain_text(&render(attack).html);
        assert_harmless(&sanitise(&again), attack);
        assert_harmless(&render(&again).html, attack);
    }
}
