"""Notify under fire: more than ten thousand faults between it and people, and what reached them.

    python -m bench.chaos_notify --faults 10000 --seconds 480

house.py    the processes of a run: servers, simulators, planner, senders
people.py   who hears: facilities, laboratories, users with phones, mailboxes
story.py    the journal that is told: cases that wait and match, days, rounds, refused rows
calendar.py a day after the other, and the matches of its hours
storm.py    the faults of the simulators; kills and restarts
evidence.py what phones, mailboxes, the topic and the logs hold in the end
laws.py     what must be true of it
"""
