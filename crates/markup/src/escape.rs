/// `text` as HTML, for an element's content or a quoted attribute.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for char in text.chars() {
        match char {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(char),
        }
    }
    out
}

/// Adds `text` to an element's content, as the sanitiser would write it, without the control
/// characters that mean nothing in a text.
pub(crate) fn push_text(out: &mut String, text: &str) {
    let mut rest = text;
    loop {
        let (same, from) = rest.split_at(n_same(rest.as_bytes()));
        out.push_str(same);
        let mut chars = from.chars();
        match chars.next() {
            Some('&') => out.push_str("&amp;"),
            Some('<') => out.push_str("&lt;"),
            Some('>') => out.push_str("&gt;"),
            Some('\u{a0}') => out.push_str("&nbsp;"),
            Some(char) if char.is_control() && !matches!(char, '\n' | '\t') => {}
            Some(char) => out.push(char),
            None => return,
        }
        rest = chars.as_str();
    }
}

/// How many bytes from the start on are written as they are.
fn n_same(text: &[u8]) -> usize {
    const STEP: usize = 16;
    // Without a way out of it, a step is one look at all of its bytes.
    let has_none = |step: &&[u8]| !step.iter().fold(false, |has, byte| has | may_change(byte));
    let n = STEP * text.chunks_exact(STEP).take_while(has_none).count();
    n + text[n..]
        .iter()
        .take_while(|byte| !may_change(byte))
        .count()
}

/// Whether a character that begins so may be written otherwise than it is.
const fn may_change(byte: &u8) -> bool {
    // Without branches, many bytes are looked at in one.
    let byte = *byte;
    (byte < 0x20)
        | (byte == b'&')
        | (byte == b'<')
        | (byte == b'>')
        | (byte == 0x7f)
        | (byte == 0xc2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_html_reads_is_escaped() {
        assert_eq!(
            escape(r#"<a b="c" d='e'>&"#),
            "&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;"
        );
        assert_eq!(escape("plain – text"), "plain – text");
    }

    #[test]
    fn control_characters_are_left_out_of_text() {
        let mut out = String::new();
        push_text(&mut out, "a\u{0}b\u{1b}[31mc\n<\u{a0}");
        assert_eq!(out, "ab[31mc\n&lt;&nbsp;");
    }
}
