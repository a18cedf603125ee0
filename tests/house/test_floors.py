"""The import contracts forget nothing that is new."""

import tomllib

from tests.house.tree import ROOT, packages

DOMAIN_MAY = {
    "access.tokens",
    "core.clock",
    "core.digits",
    "core.errors",
    "core.ids",
    "model.entity",
    "model.messages",
}


def test_a_new_kernel_module_is_closed_to_domains_until_it_is_opened() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    domain = next(contract for contract in contracts if contract["id"] == "domain")
    kernel = "rt.kernel."
    closed = {name.removeprefix(kernel) for name in domain["forbidden_modules"] if name.startswith(kernel)}
    modules = {f"{wing}.{name}" for wing in packages("kernel") for name in packages(f"kernel/{wing}")}
    assert {one for one in modules if not {one, one.partition(".")[0]} & closed} == DOMAIN_MAY


def test_no_import_contract_has_an_exception() -> None:
    assert "ignore_imports" not in (ROOT / "pyproject.toml").read_text()
