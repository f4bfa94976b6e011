//! What is said and asked at one place of an article.

use std::collections::BTreeMap;

use rejoinder_core::passages::{Annotation, Passage, PassageMark, Quote};
use rejoinder_core::{CommentId, PageId, PageKey, PassageId, SiteId};

use crate::discussion::pages;
use crate::passages::{annotations, questions};
use crate::{Result, Tx};

/// The passage that `id` names, and the roots of what is said of it; nothing where `id` names nothing that
/// readers see.
pub(crate) fn find(
    tx: &mut Tx<'_>,
    site: SiteId,
    page: PageId,
    id: PassageId,
) -> Result<Option<(Passage, Vec<CommentId>)>> {
    let mut asked = questions::of_page(tx, site, page)?;
    let said = annotations::of_page(tx, site, page)?;
    let question = asked.iter().find(|own| PassageId::from(own.id) == id);
    let comment = said.iter().find(|own| PassageId::from(own.comment) == id);
    let of_question = question.map(|own| &own.annotation);
    let Some(annotation) = of_question.or(comment.map(|own| &own.annotation)) else {
        return Ok(None);
    };
    let annotation: Annotation = annotation.clone();
    asked.retain(|own| own.annotation.is_beside(&annotation));
    let here = said
        .iter()
        .filter(|own| own.annotation.is_beside(&annotation));
    let roots = here.map(|own| own.comment).collect();
    let passage = Passage {
        id,
        annotation,
        questions: asked,
    };
    Ok(Some((passage, roots)))
}

/// The words of the passage that `id` names on the page of `key`, as they were quoted; nothing where it names
/// nothing that readers see.
pub fn quote(tx: &mut Tx<'_>, site: SiteId, key: &PageKey, id: PassageId) -> Result<Option<Quote>> {
    let Some(page) = pages::find(tx, site, key)? else {
        return Ok(None);
    };
    let found = find(tx, site, page.id, id)?;
    Ok(found.map(|(passage, _)| passage.annotation.selector.quote))
}

/// Where the article of a page is marked whose text is `text`, in its order: where something is said or asked
/// that stands there as its newest version has it.
pub fn marks(tx: &mut Tx<'_>, site: SiteId, page: PageId, text: &str) -> Result<Vec<PassageMark>> {
    let asked = questions::of_page(tx, site, page)?;
    let said = annotations::of_page(tx, site, page)?;
    if asked.is_empty() && said.is_empty() {
        return Ok(Vec::new());
    }
    let scalars: Vec<char> = text.chars().collect();
    let asked = asked
        .iter()
        .map(|own| (PassageId::from(own.id), &own.annotation, 0, true));
    let said = said.iter().map(|own| {
        let id = PassageId::from(own.comment);
        (id, &own.annotation, own.n_comments, false)
    });
    let mut marks: BTreeMap<usize, PassageMark> = BTreeMap::new();
    for (id, annotation, n_comments, is_asked) in asked.chain(said) {
        let quote = &annotation.to_find().quote.exact;
        let position = annotation.position();
        let there = position.and_then(|at| scalars.get(at.start..at.end));
        let (Some(position), Some(there)) = (position, there) else {
            continue;
        };
        // The article has changed, and the passage is still looked for.
        if !there.iter().copied().eq(quote.chars()) {
            continue;
        }
        let mark = marks.entry(position.end).or_insert_with(|| PassageMark {
            id,
            end: position.end,
            quote: quote.clone(),
            n_comments: 0,
            is_asked,
        });
        mark.n_comments += n_comments;
    }
    Ok(marks.into_values().collect())
}
