"""imap.py PORT USER COMMAND [FILE] - a mail reader, by Python's imaplib.

count       say how many messages there are, and how many of them are unread
fetch FILE  put the first message into FILE, as it comes, and it is read then
"""

import imaplib
import pathlib
import sys

port, user, command, *files = sys.argv[1:]
with imaplib.IMAP4('127.0.0.1', int(port)) as imap:
    imap.login(user, 'any')
    imap.select('INBOX')
    if command == 'count':
        _, every = imap.search(None, 'ALL')
        _, unread = imap.search(None, 'UNSEEN')
        print(len(every[0].split()), len(unread[0].split()))
    else:
        _, data = imap.fetch('1', '(RFC822)')
        pathlib.Path(files[0]).write_bytes(data[0][1])
        _, data = imap.fetch('1', '(FLAGS RFC822.SIZE)')
        print(data[0].decode())
