"""`rt forget` destroys one key in each organization that is named, and notes that it did."""

from tests.conftest import TestHouse

from rt.ops.forget import forget


async def test_a_person_is_forgotten_in_the_organizations_named_and_in_no_other(
    house: TestHouse, mongod: str
) -> None:
    for org_id in ("org_a", "org_b", "org_c"):
        await house.subject_keys.cipher(org_id, "authz.people/usr_odile", make=True)
    await forget(house.settings, mongod, "authz.people/usr_odile", ["org_a", "org_b"])
    house.subject_keys.forget()
    assert await house.subject_keys.cipher("org_a", "authz.people/usr_odile") is None
    assert await house.subject_keys.cipher("org_b", "authz.people/usr_odile") is None
    assert await house.subject_keys.cipher("org_b", "authz.people/usr_karim") is not None
    assert await house.subject_keys.cipher("org_c", "authz.people/usr_odile") is not None
    noted = {(one.org_id, one.subject) for one in await house.subject_keys.erased()}
    assert noted == {("org_a", "authz.people/usr_odile"), ("org_b", "authz.people/usr_odile")}
