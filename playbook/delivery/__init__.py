"""Delivery: what leaves the house, and the last look at it: the mail, the shareable folder, the check before either.

edition     one client bound to one published report that is whole and fresh; nothing is mailed without it
letter      what the mail says; picture, enclosed and message make it a draft that mail programs open as unsent
check       what forbids a report, a draft or an export to leave: strangers, secrets, personal data, numbers, links
record      to whom what was sent, so that nobody gets the same report twice
sending     the conversation with a mail server
export      the folder to hand over, and how to verify it
"""
