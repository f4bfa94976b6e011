pub(crate) mod decisions;
pub(crate) mod desk;
pub(crate) mod judged;
pub(crate) mod lists;
pub(crate) mod pins;
pub(crate) mod pipeline;
pub(crate) mod queues;
pub(crate) mod reach;
