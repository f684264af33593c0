"""The agency of a region: its actions over HTTP, by two persons."""

from dataclasses import dataclass, field

import httpx

from bench.demo.clinics import Refused
from bench.schedule import Item


@dataclass
class Agency:
    """keys: of the person who asks, and of the one who confirms a bulk of decisions.

    submissions  id of every list, by its path; confirmed: lists that needed the second person
    """

    http: httpx.AsyncClient
    keys: tuple[str, str]
    submissions: dict[str, str] = field(default_factory=dict)
    confirmed: int = 0

    async def act(self, items: list[Item]) -> None:
        """One day's lists, one after the other. Raises Refused."""
        for item in items:
            answer = await self._post("/v1/actions", self.keys[0], item["path"], item["actions"])
            name = answer["submission"]["submission_id"]
            if answer["held"]:
                answer = await self._post(f"/v1/actions/{name}/confirm", self.keys[1], item["path"])
                self.confirmed += 1
            assert not answer["held"]
            self.submissions[item["path"]] = name

    async def _post(
        self, address: str, key: str, path: str, body: list[Item] | None = None
    ) -> dict[str, Item]:
        answer = await self.http.post(address, json=body, headers={"X-Api-Key": key})
        if answer.status_code not in (200, 201, 202):
            raise Refused(f"{path}: {answer.status_code} {answer.json().get('code', '')}")
        found: dict[str, Item] = answer.json()
        return found
