"""client.py PORT CERTIFICATE FOLDER - Python's smtplib sends in all its ways.

Each way is a message to a recipient of its own, whose text is put into FOLDER,
in a file of the recipient's name, as it has to arrive. It ends with status 0
when the server has taken them all.
"""

import base64
import pathlib
import random
import smtplib
import ssl
import sys

port, certificate, folder = sys.argv[1:]
HEAD = ('Date: Mon, 23 Nov 2026 10:00:00 +0000\r\n'
        'From: bob@friend.example\r\nMessage-ID: <1@friend.example>\r\n'
        'Subject: %s\r\n\r\n')


def message(subject, body):
    return (HEAD % subject).encode() + body


def expect(recipient, text):
    path = pathlib.Path(folder, recipient)
    path.write_bytes(text.replace(b'\r\n', b'\n'))


def connect(tls):
    client = smtplib.SMTP('127.0.0.1', int(port), 'client.example', 60)
    if tls:
        context = ssl.create_default_context(cafile=certificate)
        # The name in the certificate is that of the loopback address.
        client.starttls(context=context)
        assert client.sock.version() in ('TLSv1.2', 'TLSv1.3')
    return client


def send(client, recipient, text, sender='bob@friend.example', options=()):
    recipient += '@mail.example'
    refused = client.sendmail(sender, [recipient], text, options)
    assert not refused, refused
    expect(recipient, text)


def plainly(client, name):
    send(client, name, message('plain', b'Hello.\r\n'))


def dots(client, name):
    """Lines that end the message for who does not look closely."""
    send(client, name, message('dots', b'.\r\n..\r\n...\r\n.a\r\n\r\n.\r\n'))


def eight_bits(client, name):
    send(client, name, message('bytes', bytes(range(128, 256)) + b'\r\n'),
         options=['BODY=8BITMIME'])


def large(client, name):
    """5 MB, with dots at the edges of whatever buffers there are."""
    draw = random.Random(5)
    lines = [b'.' * draw.randrange(3) +
             base64.b64encode(draw.randbytes(54)) for _ in range(70000)]
    send(client, name, message('large', b'\r\n'.join(lines) + b'\r\n'))


def unicode_addresses(client, name):
    """SMTPUTF8: in the envelope and in the header."""
    client.ehlo_or_helo_if_needed()
    text = message('gr\u00fc\u00dfe', 'J\u00fcrgen\r\n'.encode())
    send(client, name + '-\u00e9', text, 'j\u00fcrgen@friend.example',
         ['SMTPUTF8', 'BODY=8BITMIME'])


def chunks(client, name):
    """BDAT: no dots are doubled, and a chunk ends anywhere."""
    recipient = name + '@mail.example'
    text = message('chunks', b'.\r\n..\r\n' + b'x' * 700 + b'\r\n.\r\n')
    client.ehlo_or_helo_if_needed()
    assert client.has_extn('chunking')
    client.mail('bob@friend.example')
    client.rcpt(recipient)
    sizes = [1, 100, 7, len(text) - 108]
    for number, size in enumerate(sizes):
        client.send(b'BDAT %d%s\r\n' % (
            size, b' LAST' if number == len(sizes) - 1 else b''))
        client.send(text[sum(sizes[:number]):][:size])
        code, reply = client.getreply()
        assert code == 250, reply
    expect(recipient, text)


def logged_in(client, name, method):
    client.ehlo()
    assert method in client.esmtp_features['auth'].split()
    client.user, client.password = 'ann', 'right password'
    code, reply = client.auth(method, getattr(
        client, 'auth_' + method.lower()))
    assert code == 235, reply
    send(client, name, message('logged in', b'Hello.\r\n'))


def wrong_password(client):
    client.user, client.password = 'ann', 'wrong password'
    try:
        client.login(client.user, client.password)
    except smtplib.SMTPAuthenticationError as error:
        assert error.smtp_code == 535
    else:
        raise AssertionError('a wrong password was taken')


for tls in (False, True):
    kind = 'tls' if tls else 'clear'
    with connect(tls) as client:
        # All in one session.
        plainly(client, 'plain-' + kind)
        dots(client, 'dots-' + kind)
        eight_bits(client, 'bytes-' + kind)
        unicode_addresses(client, 'unicode-' + kind)
        chunks(client, 'chunks-' + kind)
        large(client, 'large-' + kind)
    with connect(tls) as client:
        wrong_password(client)
        logged_in(client, 'auth-plain-' + kind, 'PLAIN')
    with connect(tls) as client:
        logged_in(client, 'auth-login-' + kind, 'LOGIN')
