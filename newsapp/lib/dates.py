"""Moments as a page prints them: absolute, in the newsroom's zone; a script makes them relative.

Two of these depend on which day it is, so every page's life ends at the next midnight of the newsroom.
"""

from __future__ import annotations

from calendar import month_abbr
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

_MONTHS = tuple(month_abbr)  # read once: looking a name up prints a date each time


def machine(at: datetime) -> str:
    """Give the moment as a ``datetime`` attribute holds it, in UTC."""
    utc = at if at.tzinfo is UTC else at.astimezone(UTC)
    return utc.isoformat()[:19] + "Z"  # a page has hundreds of these, and strftime takes five times as long


def clock_time(at: datetime, zone: ZoneInfo) -> str:
    """12:20"""
    return at.astimezone(zone).strftime("%H:%M")


def date(at: datetime, zone: ZoneInfo) -> str:
    """15 January 2026"""
    local = at.astimezone(zone)
    return f"{local.day} {local:%B %Y}"


def weekday_date(at: datetime, zone: ZoneInfo) -> str:
    """Thursday 15 January 2026"""
    local = at.astimezone(zone)
    return f"{local:%A} {local.day} {local:%B %Y}"


def short_weekday(at: datetime, zone: ZoneInfo) -> str:
    """Thu 15 Jan"""
    local = at.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b}"


def full(at: datetime, zone: ZoneInfo) -> str:
    """15 January 2026, 23:59 GMT"""
    local = at.astimezone(zone)
    return f"{local.day} {local:%B %Y, %H:%M %Z}"


def short(at: datetime, zone: ZoneInfo) -> str:
    """15 Jan, 23:59"""
    local = at.astimezone(zone)
    return f"{local.day} {_MONTHS[local.month]}, {local.hour:02}:{local.minute:02}"


def until(at: datetime, zone: ZoneInfo) -> str:
    """The end of 15 January 2026, where something holds for whole days; else the day and the time"""
    if at.astimezone(zone).time() != time():
        return full(at, zone)
    return f"the end of {date(at - timedelta(minutes=1), zone)}"


def local(at: datetime, zone: ZoneInfo) -> str:
    """2026-01-15T23:59, as a browser's field for a day and a time has it"""
    return at.astimezone(zone).strftime("%Y-%m-%dT%H:%M")


def brief(at: datetime, zone: ZoneInfo, today: datetime) -> str:
    """12:20 today, 13 Jan this year, 13 Jan 2025 before."""
    local, now = at.astimezone(zone), today.astimezone(zone)
    if local.date() == now.date():
        return f"{local:%H:%M}"
    return f"{local.day} {local:%b}" + ("" if local.year == now.year else f" {local.year}")


def river(at: datetime, zone: ZoneInfo, today: datetime) -> str:
    """As brief(), and Yesterday."""
    if at.astimezone(zone).date() == today.astimezone(zone).date() - timedelta(days=1):
        return "Yesterday"
    return brief(at, zone, today)


def next_midnight(at: datetime, zone: ZoneInfo) -> datetime:
    """Give the moment at which the newsroom's next day begins."""
    tomorrow = at.astimezone(zone).date() + timedelta(days=1)
    return datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=zone).astimezone(UTC)
