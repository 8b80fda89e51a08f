"""next_server.py - the server that a relay sends to, as a test wants it.

It takes all messages, but for recipients whose local part begins with a code:
550-alice@… is answered 550, and 450-alice@… 450, until `mended` is set. While
`answers` is not set, the end of a message is not answered.
"""
import re
import socketserver
import threading


class Handler(socketserver.StreamRequestHandler):
    def say(self, text):
        self.wfile.write(text.encode() + b'\r\n')

    def rcpt(self, line):
        found = re.search(rb'<(\d{3})-', line)
        if found and not self.server.mended:
            self.say(found.group(1).decode() + ' 5.1.1 "no" \x07 such')
        else:
            self.to.append(re.search(rb'<(.*)>', line).group(1).decode())
            self.say('250 2.1.5 Ok')

    def data(self):
        self.say('354 go on')
        text = b''
        while True:
            line = self.rfile.readline()
            if not line:
                return
            if line == b'.\r\n':
                break
            text += line[1:] if line.startswith(b'.') else line
        with self.server.lock:
            self.server.mails.append((self.sender, self.to, text))
        self.server.answers.wait()
        self.say('250 2.0.0 taken')

    def handle(self):
        self.say('220 next.example')
        for line in self.rfile:
            word = line[:4].upper()
            if word == b'EHLO':
                self.say('250-next.example\r\n250-PIPELINING\r\n'
                         '250-8BITMIME\r\n250 SMTPUTF8')
            elif word == b'MAIL':
                self.sender = re.search(rb'<(.*)>', line).group(1).decode()
                self.to = []
                self.say('250 2.1.0 Ok')
            elif word == b'RCPT':
                self.rcpt(line)
            elif word == b'DATA' and self.to:
                self.data()
            elif word == b'DATA':
                self.say('554 5.5.1 nobody')
            else:
                self.say('250 2.0.0 Ok')
                if word == b'QUIT':
                    return


class NextServer(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, port):
        super().__init__(('127.0.0.1', port), Handler)
        self.lock = threading.Lock()
        self.mails = []
        self.mended = False
        self.answers = threading.Event()
        self.answers.set()
        threading.Thread(target=self.serve_forever, daemon=True).start()
