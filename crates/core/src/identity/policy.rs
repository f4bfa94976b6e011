//! What one person may do to another at a site, and to themself.

use crate::identity::author::{Author, Role};
use crate::ids::AuthorId;
use crate::refusal::Refusal;

/// Whether all that `author` is at a site may be deleted. One of the newsroom must have left it first.
pub fn may_be_erased(author: &Author) -> Result<(), Refusal> {
    match author.role {
        Role::Reader => Ok(()),
        Role::Staff | Role::Editor | Role::Moderator | Role::Owner => Err(Refusal::NotAllowed),
    }
}

/// Whether `reader` may hide what `muted` writes: not their own, and not what the newsroom says.
pub fn may_mute(reader: AuthorId, muted: &Author) -> Result<(), Refusal> {
    if muted.id == reader || muted.role > Role::Reader {
        return Err(Refusal::NotAllowed);
    }
    Ok(())
}

/// Whether `moderator` may say how `author` stands: nobody who may do as much or more, but themself.
pub fn may_change_standing(moderator: &Author, author: &Author) -> Result<(), Refusal> {
    if author.role >= moderator.role && author.id != moderator.id {
        return Err(Refusal::NotAllowed);
    }
    Ok(())
}

/// Whether `author`, where `known` to belong to the newsroom of a site with these `owners`, may be given
/// `role`. A site keeps an owner.
pub fn may_change_role(
    known: Option<&Author>,
    owners: &[AuthorId],
    role: Role,
) -> Result<(), Refusal> {
    let known = known.filter(|known| known.role > Role::Reader);
    let author = known.ok_or(Refusal::AuthorUnknown)?.id;
    if role < Role::Owner && owners == [author] {
        return Err(Refusal::LastOwner);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::author::{AuthorKind, Profile};

    fn author(id: i64, role: Role) -> Author {
        Author {
            id: AuthorId(id),
            name: "Ann".to_owned(),
            kind: AuthorKind::Account,
            role,
            website: None,
            is_supporter: false,
            profile: Profile::default(),
        }
    }

    #[test]
    fn only_readers_are_erased_and_muted_and_nobody_mutes_themself() {
        let ann = author(1, Role::Reader);
        assert_eq!(may_be_erased(&ann), Ok(()));
        assert_eq!(may_mute(AuthorId(2), &ann), Ok(()));
        assert_eq!(may_mute(AuthorId(1), &ann), Err(Refusal::NotAllowed));
        for role in Role::ALL.into_iter().filter(|role| *role > Role::Reader) {
            let colleague = author(3, role);
            assert_eq!(
                may_be_erased(&colleague),
                Err(Refusal::NotAllowed),
                "{role:?}"
            );
            assert_eq!(
                may_mute(AuthorId(2), &colleague),
                Err(Refusal::NotAllowed),
                "{role:?}"
            );
        }
    }

    #[test]
    fn a_moderator_changes_the_standing_of_those_below_and_their_own() {
        let kim = author(1, Role::Moderator);
        assert_eq!(may_change_standing(&kim, &kim), Ok(()));
        assert_eq!(may_change_standing(&kim, &author(2, Role::Editor)), Ok(()));
        for role in [Role::Moderator, Role::Owner] {
            let other = author(2, role);
            assert_eq!(may_change_standing(&kim, &other), Err(Refusal::NotAllowed));
        }
    }

    #[test]
    fn a_site_keeps_an_owner_and_readers_get_no_role() {
        let olga = author(1, Role::Owner);
        let change = |owners: &[i64], role| {
            let owners: Vec<_> = owners.iter().copied().map(AuthorId).collect();
            may_change_role(Some(&olga), &owners, role)
        };
        assert_eq!(change(&[1], Role::Editor), Err(Refusal::LastOwner));
        assert_eq!(change(&[1], Role::Owner), Ok(()));
        assert_eq!(change(&[1, 2], Role::Reader), Ok(()));
        let reader = author(3, Role::Reader);
        let unknown = Err(Refusal::AuthorUnknown);
        assert_eq!(may_change_role(Some(&reader), &[], Role::Editor), unknown);
        assert_eq!(may_change_role(None, &[], Role::Editor), unknown);
    }
}
