/// Texts that are looked up by a stored word, in the order of these.
#[derive(Debug, Clone, Copy)]
pub struct Words(pub(crate) &'static [(&'static str, &'static str)]);

impl Words {
    /// The text for `word`.
    pub fn get(&self, word: &str) -> Option<&'static str> {
        let at = self.0.binary_search_by_key(&word, |(own, _)| own);
        at.ok().map(|at| self.0[at].1)
    }
}
