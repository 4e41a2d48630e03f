#!/usr/bin/env python3
"""Writes dates.jsonl: values of Date fields, and the time that Python's email package reads of them.

    python3 dates.py > dates.jsonl

A line is {"value": the value, "python": the time in UTC, or null}. A time without a zone is UTC.
"""
import itertools, json
from datetime import timezone
from email.utils import parsedate_to_datetime

days = ["Mon, 23 Nov 2026", "Mon, 3 Nov 2026", "23 Nov 2026", "Mon,23 Nov 2026", "23 Nov 26", "23 nov 2026", "Mon, 23 November 2026", "Tue, 29 Feb 2028", "1 Jan 1970", "23 Nov 97"]
times = ["10:00:00", "10:00", "00:00:00", "23:59:59", "9:05:07"]
zones = ["+0000", "+0100", "-0530", "-0000", "+1400", "GMT", "UT", "EST", "EDT", "CST", "CDT", "MST", "MDT", "PST", "PDT", "Z", "+0100 (CET)", "", "-0330 (Newfoundland Time)", "H0500"]
values = [" ".join(filter(None, parts)) for parts in itertools.product(days, times[:2], zones)]
values += [" ".join(filter(None, parts)) for parts in itertools.product(days[:2], times, zones[:4])]
values += [
    "Mon Nov 23 10:00:00 2026", "Mon Nov  3 10:00:00 2026", "Fri, 21 Nov 1997 09(comment):   55  :  06 -0600", "12 FEB 25 11:28:27 UT", "Mon (x), 23 (y) Nov 2026 10:00:00 +0100",
    "Mon, 23\r\n Nov 2026\r\n\t10:00:00 +0100", "Mon, 31 Nov 2026 10:00:00 +0000", "Mon, 23 Nov 2026 25:00:00 +0000", "Mon, 23 Nov 2026 10:61:00 +0000", "yesterday", "", "Mo, 23 Nov 2026 10:00:00 +0100",
    "Mon, 23 Dez 2026 10:00:00 +0100", "lun., 23 nov. 2026 10:00:00 +0100", "2026-11-23T10:00:00Z", "Mon, 23 Nov 2026 10.00.00 +0100", "Mon, 23 Nov 2026 10:00:00 +0100 (MEZ)", "Mon, 23 Nov 2026",
    "Monday, 23-Nov-26 10:00:00 GMT", "23-Nov-2026 10:00:00 +0100 (CET)", "Wed, 20 Sep 1995 00:19:00 (EDT) -0400",
]
for value in dict.fromkeys(values):
    try:
        t = parsedate_to_datetime(value)
        t = (t if t.tzinfo else t.replace(tzinfo=timezone.utc)).astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (TypeError, ValueError):
        t = None
    print(json.dumps({"value": value, "python": t}, ensure_ascii=False))
