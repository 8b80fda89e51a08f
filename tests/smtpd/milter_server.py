"""milter_server.py SOCKET [STEP=DEED]... - a filter that does as it is told.

STEP is a command of the milter protocol by its letter (O options, C connect,
H helo, M mail, R rcpt, T data, L header, N end of header, B body, E end of
message); DEED is what is done instead of "go on":

    sleep:SECONDS   nothing for so long, then go on
    close           the connection is closed
    garbage         bytes that are no packet
    huge            a packet of 4 GiB is announced
    lie             an answer that nobody asked for
    silence         nothing at all
    ANY:TEXT        the answer ANY (a letter) with TEXT and a NUL

A STEP called "busy" is none: for a second nobody is let in, and few may wait.

A line on standard output for each connection and each end of one.
"""
import os
import socket
import struct
import sys
import threading
import time

NO_ANSWER = b'DAQK'


def packet(letter, payload=b''):
    return struct.pack('>I', 1 + len(payload)) + letter + payload


def read_exactly(s, count):
    got = b''
    while len(got) < count:
        more = s.recv(count - len(got))
        if not more:
            raise EOFError
        got += more
    return got


def answer(s, letter, payload, deed):
    if deed is None:
        if letter == b'O':
            s.sendall(packet(b'O', struct.pack('>III', 6, 0x1ff, 0)))
        elif letter not in NO_ANSWER:
            s.sendall(packet(b'c'))
        return
    word, _, rest = deed.partition(':')
    if word == 'sleep':
        time.sleep(float(rest))
        answer(s, letter, payload, None)
    elif word == 'close':
        raise EOFError
    elif word == 'garbage':
        s.sendall(os.urandom(4096))
    elif word == 'huge':
        s.sendall(b'\xff\xff\xff\xffx')
    elif word == 'lie':
        s.sendall(packet(b'O', b'x' * 12))
    elif word != 'silence':
        s.sendall(packet(word.encode(), rest.encode() + b'\0'))


def serve(s, deeds):
    try:
        while True:
            length, = struct.unpack('>I', read_exactly(s, 4))
            data = read_exactly(s, length)
            answer(s, data[:1], data[1:], deeds.get(data[:1]))
    except (EOFError, OSError):
        pass
    s.close()
    os.write(1, b'closed\n')


def main():
    place = sys.argv[1]
    deeds = {}
    for argument in sys.argv[2:]:
        step, _, deed = argument.partition('=')
        deeds[step.encode()] = deed
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(place + '.new')
    busy = deeds.pop(b'busy', None) is not None
    listener.listen(2 if busy else 512)
    os.rename(place + '.new', place)
    if busy:
        time.sleep(1)
    while True:
        s, _ = listener.accept()
        os.write(1, b'connected\n')
        threading.Thread(target=serve, args=(s, deeds), daemon=True).start()


main()
