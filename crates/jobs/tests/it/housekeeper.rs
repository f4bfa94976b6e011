//! What goes by the clock, site after site.

use rejoinder_core::{Clock as _, Settings, SiteId};
use rejoinder_jobs::Housekeeper;
use store::Tx;
use store::publication::sites;

use crate::{SITE, World};

const OTHER: SiteId = SiteId(2);

impl World {
    /// Leave something at a site that has expired; fails where it lies there already.
    async fn leave(&self, site: SiteId) -> store::Result<()> {
        let SiteId(id) = site;
        let leave = format!(
            "insert into spent_work (site_id, challenge, expires_at) values ({id}, 'old', 1)"
        );
        self.store.write(move |tx| tx.batch(&leave)).await
    }
}

#[tokio::test]
async fn the_sites_after_the_last_are_tidied_and_then_it_begins_anew() {
    for world in World::on_each().await {
        let now = world.clock.now();
        let add = move |tx: &mut Tx<'_>| {
            let settings = Settings::default();
            sites::add(tx, now, OTHER, "other.example", &[], &settings).map(drop)
        };
        world.store.write(add).await.unwrap();
        let keeper = Housekeeper::new(world.store.clone(), world.clock.clone());
        world.leave(SITE).await.unwrap();
        world.leave(OTHER).await.unwrap();

        let last = keeper.keep_house(Some(SITE)).await.unwrap();

        assert_eq!(last, None);
        world.leave(SITE).await.unwrap_err();
        world.leave(OTHER).await.unwrap();
        keeper.keep_house(last).await.unwrap();
        world.leave(SITE).await.unwrap();
        world.leave(OTHER).await.unwrap();
    }
}
