"""smtp_client.py - clients that say what they are told, byte for byte.

A test's program has all names of this module. What is not as it should be
raises, and the program ends with another status than 0.
"""
import os
import re
import select
import socket
import ssl
import time

PORT = int(os.environ['port'])
WAIT = float(os.environ.get('SMTPD_WAIT', '60'))
MESSAGE = b'From: bob@example.org\r\nSubject: hello\r\n\r\nHello.\r\n'


def check(condition, text):
    if not condition:
        raise AssertionError(text)


def until(condition, text):
    """Wait until CONDITION() is true."""
    end = time.monotonic() + WAIT
    while not condition():
        check(time.monotonic() < end, text)
        time.sleep(0.02)


class Client:
    def __init__(self, greeted=True, buffer=None):
        self.socket = socket.socket()
        if buffer is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        self.socket.settimeout(WAIT)
        self.socket.connect(('127.0.0.1', PORT))
        self.got = b''
        if greeted:
            self.expect('220 ')

    def fileno(self):
        return self.socket.fileno()

    def send(self, data):
        self.socket.sendall(data if isinstance(data, bytes) else data.encode())

    def more(self):
        """Some bytes; empty at the end."""
        try:
            data = self.socket.recv(65536)
        except ConnectionResetError:
            data = b''
        self.got += data
        return data

    def reply(self):
        """The next reply, all its lines; '' when there is none."""
        while True:
            found = re.match(rb'(?:\d{3}-[^\n]*\n)*\d{3} [^\n]*\n', self.got)
            if found:
                self.got = self.got[found.end():]
                return found.group().decode('utf-8', 'replace')
            if not self.more():
                return ''

    def expect(self, start):
        """The next reply begins so."""
        reply = self.reply()
        check(reply.startswith(start), 'got %r instead of %r' % (reply, start))
        return reply

    def say(self, line, start='250'):
        self.send(line + '\r\n' if isinstance(line, str) else line + b'\r\n')
        return self.expect(start)

    def rest(self):
        """All that comes up to the end of the connection."""
        while self.more():
            pass
        rest, self.got = self.got, b''
        return rest.decode('utf-8', 'replace')

    def is_quiet(self, seconds):
        """Nothing comes for so long."""
        return not self.got and not select.select([self.socket], [], [],
                                                  seconds)[0]

    def envelope(self, sender='bob@example.org',
                 recipients=('alice@example.com',)):
        self.say('EHLO client.example')
        self.say('MAIL FROM:<%s>' % sender)
        for recipient in recipients:
            self.say('RCPT TO:<%s>' % recipient)

    def message(self, message=MESSAGE, start='250', **envelope):
        """A whole message, and what it was answered."""
        self.envelope(**envelope)
        self.say('DATA', '354')
        self.send(message + b'.\r\n')
        return self.expect(start)

    def starttls(self):
        self.say('STARTTLS', '220')
        self.handshake()

    def handshake(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        self.socket = context.wrap_socket(self.socket)

    def close(self):
        self.socket.close()
