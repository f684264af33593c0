"""docs/configuration.md says what the settings registers say."""

from deploy.configuration import PAGE, page
from deploy.k8s.register import processes


def test_the_page_is_what_the_registers_say() -> None:
    """Red? `make docs`, then read the difference."""
    assert PAGE.read_text(encoding="utf-8") == page()


def test_every_variable_of_every_process_is_on_the_page() -> None:
    text = page()
    for process in processes():
        assert f"## {process.name}\n" in text
        assert all(f"| `{name}` |" in text for name in process.variables)
