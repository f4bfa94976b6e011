//! Every operation on both databases.

mod accounts;
mod agreement;
mod backup;
mod bells;
mod cards;
mod comments;
mod decisions;
mod desk;
mod dump;
mod fates;
mod imports;
mod jobs;
mod large;
mod lists;
mod notices;
mod overview;
mod pipeline;
mod queues;
mod race;
mod sign_ins;
mod support;
mod trouble;
mod votes;
mod webhooks;
mod work;
mod writes;
