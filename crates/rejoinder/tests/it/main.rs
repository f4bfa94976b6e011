//! The program as operators and readers meet it: the real binary, over real HTTP.

mod backups;
mod closing;
mod connections;
mod demo;
mod durability;
mod freezing;
mod imports;
mod imports_killed;
mod operating;
mod payments;
mod private;
mod program;
mod refusals;
mod sites;
mod traces;
mod writer;
