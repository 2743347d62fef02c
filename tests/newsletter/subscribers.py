"""Subscribers for the tests: as many as a test wants, each with an address."""

from __future__ import annotations

from flask import Flask, current_app

from newsapp.newsletter import Named, Receiver, Ways, serve

EDIT = Named(1, "morning", "The Morning Edit")
SPORT = Named(2, "sport", "The Touchline")


class Subscribers:
    """An audience in memory."""

    def __init__(self, n: int = 0) -> None:
        self.known = {i: f"reader{i}@example.org" for i in range(1, n + 1)}
        self.stopped: set[int] = set()
        self.suppressed: dict[str, str] = {}

    def newsletters(self) -> list[Named]:
        return [EDIT, SPORT]

    def receives(self, newsletter_id: int, receiver_id: int) -> bool:
        known = self.known.get(receiver_id)
        return bool(known) and receiver_id not in self.stopped and known not in self.suppressed

    def receivers(self, newsletter_id: int, after: int, at_most: int) -> list[Receiver]:
        ids = [i for i in sorted(self.known) if i > after and self.receives(newsletter_id, i)]
        return [Receiver(i, self.known[i]) for i in ids[:at_most]]

    def count(self, newsletter_id: int) -> int:
        return len(self.receivers(newsletter_id, 0, 1_000_000))

    def ways(self, newsletter_id: int, receiver_id: int) -> Ways:
        base = current_app.config["BASE_URL"]
        return Ways(f"{base}/newsletter/unsubscribe/{receiver_id}", f"{base}/newsletter/preferences/{receiver_id}")

    def suppress(self, address: str, reason: str) -> None:
        self.suppressed[address] = reason


def subscribed(app: Flask, n: int) -> Subscribers:
    """Let ``n`` people get every newsletter."""
    people = Subscribers(n)
    serve(app, people)
    return people
