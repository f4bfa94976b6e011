//! Enums whose stable words stand beside their names, so that neither way between them can be forgotten.

/// Makes an enum with `ALL`, `as_str`, `parse` and one more text for each variant.
///
/// ```text
/// words! {
///     /// What the enum is.
///     pub enum Name;
///     /// What its words are.
///     as_str;
///     /// What the other text is.
///     text;
///     /// What the variant is.
///     Variant = "word", "other text";
/// }
/// ```
macro_rules! words {
    (
        $(#[$enum_about:meta])* pub enum $name:ident;
        $(#[$word_about:meta])* as_str;
        $(#[$text_about:meta])* $text:ident;
        $($(#[$about:meta])* $variant:ident = $word:literal, $value:literal;)*
    ) => {
        $(#[$enum_about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$about])* $variant,)*
        }

        impl $name {
            /// All of them, in the order of their declaration.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            $(#[$word_about])*
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }

            /// Returns what [`as_str`](Self::as_str) calls `word`.
            pub fn parse(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$variant),)*
                    _ => None,
                }
            }

            $(#[$text_about])*
            pub fn $text(self) -> &'static str {
                match self {
                    $(Self::$variant => $value,)*
                }
            }
        }
    };
}

pub(crate) use words;
