//! Files as they come, and the process that decodes.

mod acceptance;
mod edit;
mod effects;
mod hostile;
mod properties;
mod score;
mod synth;
mod wav;
mod worker;
