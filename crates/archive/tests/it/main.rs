//! Files of other systems, as small as they can be and as odd as they are.

mod formats;
mod leaving;
mod wordpress;
mod writing;
