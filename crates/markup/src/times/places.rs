//! Where in a Markdown tree places in recordings are named, and where in the text as typed.

use std::collections::HashMap;
use std::ops::Range;

use comrak::arena_tree::NodeEdge;
use comrak::nodes::{AstNode, Node, NodeValue, Sourcepos};
use rejoinder_core::recordings::{CitableRecording, ExternalRecording, Span, TimeReference};

use super::typed::TypedText;
use super::{TimeMatch, find, fits};

/// So many references are made in one text; what more there is stays text. Each is much longer than
/// what was typed for it.
pub(crate) const MAX_TIMES: usize = 100;

/// What is to be written otherwise than it stands in a tree.
#[derive(Default)]
pub(crate) struct TimeEdits {
    texts: HashMap<*const (), Vec<(usize, TimeEdit)>>,
    links: HashMap<*const (), TimeReference>,
}

/// What is to be done at a place of a text.
#[derive(Clone)]
pub(crate) enum TimeEdit {
    /// A reference begins.
    Begin(TimeReference),
    /// It ends.
    End,
    /// The next letter is not shown.
    Skip,
}

impl TimeEdits {
    /// What the tree of `text` names in `recordings`.
    pub(crate) fn of(root: Node<'_>, text: &str, recordings: &[CitableRecording]) -> Self {
        if recordings.is_empty() {
            return Self::default();
        }
        let mut collector = TimeCollector {
            recordings,
            typed: TypedText::new(text),
            n_times: 0,
            block: BlockText::default(),
            links_open: 0,
            places: Self::default(),
        };
        for edge in root.traverse() {
            match edge {
                NodeEdge::Start(node) => collector.enter(node),
                NodeEdge::End(node) => collector.leave(node),
            }
        }
        collector.end_block();
        collector.places
    }

    /// What is to be done in the text of `node`, from its first place to its last.
    pub(crate) fn in_text(&mut self, node: Node<'_>) -> Vec<(usize, TimeEdit)> {
        self.texts.remove(&key(node)).unwrap_or_default()
    }

    /// What the link `node` stands for, if not for an address.
    pub(crate) fn of_link(&mut self, node: Node<'_>) -> Option<TimeReference> {
        self.links.remove(&key(node))
    }
}

fn key(node: Node<'_>) -> *const () {
    std::ptr::from_ref::<AstNode<'_>>(node).cast()
}

/// What of one of `recordings` the address of an external player names.
pub(crate) fn external<'r>(
    url: &str,
    recordings: &'r [CitableRecording],
) -> Option<(&'r CitableRecording, Option<Span>)> {
    if recordings
        .iter()
        .all(|recording| recording.external.is_none())
    {
        return None;
    }
    let (external, span) = ExternalRecording::parse(url)?;
    let mut recordings = recordings.iter();
    let recording = recordings.find(|recording| recording.external.as_ref() == Some(&external))?;
    Some((recording, span.filter(|span| fits(*span, recording))))
}

struct TimeCollector<'a, 'r> {
    recordings: &'r [CitableRecording],
    typed: TypedText<'a>,
    n_times: usize,
    block: BlockText,
    /// Links around what comes next.
    links_open: usize,
    places: TimeEdits,
}

/// The text of a block as it is shown, with one sign for all that is no text.
#[derive(Default)]
struct BlockText {
    text: String,
    /// Where the formatting changes.
    cuts: Vec<usize>,
    pieces: Vec<NodeText>,
}

/// The text of a node in that of its block.
struct NodeText {
    node: *const (),
    start: usize,
    at: Sourcepos,
}

const NO_TEXT: char = '\u{fffc}';

impl TimeCollector<'_, '_> {
    fn enter(&mut self, node: Node<'_>) {
        let data = node.data();
        match &data.value {
            NodeValue::Link(link) | NodeValue::Image(link) => {
                if self.links_open == 0 {
                    self.link(node, &link.url);
                    self.no_text();
                }
                self.links_open += 1;
            }
            _ if self.links_open > 0 => {}
            NodeValue::Text(text) => {
                let start = self.block.text.len();
                self.block.text.push_str(text);
                let (node, at) = (key(node), data.sourcepos);
                self.block.pieces.push(NodeText { node, start, at });
            }
            NodeValue::SoftBreak | NodeValue::LineBreak => self.block.text.push('\n'),
            NodeValue::Code(_) | NodeValue::HtmlInline(_) | NodeValue::ShortCode(_) => {
                self.no_text();
            }
            value if value.block() => self.end_block(),
            _ => self.cut(),
        }
    }

    fn leave(&mut self, node: Node<'_>) {
        match &node.data().value {
            NodeValue::Link(_) | NodeValue::Image(_) => self.links_open -= 1,
            _ if self.links_open > 0 => {}
            NodeValue::Text(_) => {}
            value if value.block() => self.end_block(),
            _ => self.cut(),
        }
    }

    fn cut(&mut self) {
        self.block.cuts.push(self.block.text.len());
    }

    fn no_text(&mut self) {
        self.cut();
        self.block.text.push(NO_TEXT);
        self.cut();
    }

    fn link(&mut self, node: Node<'_>, url: &str) {
        let Some((recording, Some(span))) = external(url, self.recordings) else {
            return;
        };
        if self.n_times == MAX_TIMES {
            return;
        }
        self.n_times += 1;
        let at = self.typed.link(node.data().sourcepos, url);
        let time = reference(recording, span, at);
        self.places.links.insert(key(node), time);
    }

    /// Look at the block that ends.
    fn end_block(&mut self) {
        let block = std::mem::take(&mut self.block);
        let mut pieces = block.pieces.iter().peekable();
        let Some(mut piece) = pieces.next() else {
            return;
        };
        for (at, what) in find(&block.text, &block.cuts, self.recordings) {
            let mut reach = |place: usize, is_end: bool| {
                while let Some(next) =
                    pieces.next_if(|next| next.start < place || (!is_end && next.start == place))
                {
                    piece = next;
                }
                (piece, place - piece.start)
            };
            let begin = reach(at.start, false);
            let end = reach(at.end, true);
            let typed = self.typed.text(begin.0.at, &block.text[at.clone()]);
            let begin_sign = match what {
                TimeMatch::Backslash => TimeEdit::Skip,
                TimeMatch::Place(recording, span) if self.n_times < MAX_TIMES => {
                    self.n_times += 1;
                    TimeEdit::Begin(reference(recording, span, typed))
                }
                TimeMatch::Place(..) => return,
            };
            let has_end = matches!(begin_sign, TimeEdit::Begin(_));
            self.places.add(begin, begin_sign);
            if has_end {
                self.places.add(end, TimeEdit::End);
            }
        }
    }
}

impl TimeEdits {
    fn add(&mut self, (piece, at): (&NodeText, usize), sign: TimeEdit) {
        self.texts.entry(piece.node).or_default().push((at, sign));
    }
}

const fn reference(recording: &CitableRecording, span: Span, at: Range<usize>) -> TimeReference {
    TimeReference {
        recording: recording.id,
        revision: recording.revision,
        span,
        at,
    }
}
