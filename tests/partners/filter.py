"""filter.py KIND SOCKET LOG - a filter as python3-milter's users write one.

What it does to a message stands in the local part of the sender: see ACTIONS.
Each callback is a line in LOG, with the macros that were asked for. KIND is one
of KINDS: which steps it wants to be asked, and answers.
"""

import sys
import Milter


def macros(milter, *names):
    """What the filter was told, but for what no two servers have alike."""
    values = [milter.getsymval(name) for name in names]
    return ' '.join('%s=%s' % pair for pair in zip(names, values))


class Filter(Milter.Base):
    """Asked at every step, and answers."""

    def __init__(self):
        self.action = self.recipient = None

    def say(self, *words):
        LOG.write(' '.join(str(word) for word in words) + '\n')
        LOG.flush()

    def negotiate(self, options):
        answer = super().negotiate(options)
        # Of the macros only these are to come with MAIL. The library's own
        # way of saying so stumbles over bytes.
        self._ctx.setsymlist(Milter.M_ENVFROM, '{mail_addr} {mail_host}')
        return answer

    def connect(self, host, family, address):
        self.say('connect', host, address[0],
                 macros(self, 'j', '{daemon_name}'))
        return Milter.CONTINUE

    def hello(self, name):
        self.say('hello', name)
        return Milter.CONTINUE

    def envfrom(self, sender, *params):
        self.action = sender.strip('<>').partition('@')[0]
        self.say('mail', sender, *params)
        self.say(macros(self, '{mail_addr}', '{mail_mailer}'))
        if self.action == 'accept':
            return Milter.ACCEPT
        return Milter.CONTINUE

    def envrcpt(self, recipient, *params):
        self.recipient = recipient
        self.say('rcpt', recipient, *params)
        self.say(macros(self, '{rcpt_addr}'))
        if self.action == 'lines':
            self.setreply('554', '5.7.1', 'the first line', 'the second',
                          '100%% of the third')
            return Milter.REJECT
        return Milter.CONTINUE

    def data(self):
        self.say('data', 'with a queue id' if self.getsymval('i')
                 else 'without a queue id')
        return Milter.CONTINUE

    def header(self, name, value):
        self.say('header', name, repr(value))
        return Milter.CONTINUE

    def eoh(self):
        self.say('eoh')
        return Milter.CONTINUE

    # The rest of a body is not wanted.
    def body(self, chunk):
        self.say('body', len(chunk))
        return Milter.SKIP

    def unknown(self, command):
        self.say('unknown', command)
        self.setreply('502', '5.5.1', 'I do not know that either')
        return Milter.REJECT

    def eom(self):
        self.say('eom')
        return ACTIONS.get(self.action, lambda self: Milter.ACCEPT)(self)

    def abort(self):
        self.say('abort')
        return Milter.CONTINUE

    def close(self):
        self.say('close')
        return Milter.CONTINUE


class Quiet(Filter):
    """Told everything, and answers nothing but the end of the message."""

    connect = Milter.noreply(Filter.connect)
    hello = Milter.noreply(Filter.hello)
    data = Milter.noreply(Filter.data)
    header = Milter.noreply(Filter.header)
    eoh = Milter.noreply(Filter.eoh)

    @Milter.noreply
    def envfrom(self, sender, *params):
        self.say('mail', sender, *params)
        return Milter.CONTINUE

    @Milter.noreply
    def envrcpt(self, recipient, *params):
        self.say('rcpt', recipient, *params)
        return Milter.CONTINUE

    @Milter.noreply
    def body(self, chunk):
        self.say('body', len(chunk))
        return Milter.CONTINUE

    @Milter.noreply
    def unknown(self, command):
        self.say('unknown', command)
        return Milter.CONTINUE


class Deaf(Milter.Base):
    """Told of nothing but the end of the message."""

    def eom(self):
        LOG.write('eom\n')
        LOG.flush()
        self.addheader('X-Deaf', 'yes')
        return Milter.CONTINUE

    def close(self):
        LOG.write('close\n')
        LOG.flush()
        return Milter.CONTINUE


@Milter.rejected_recipients
@Milter.header_leading_space
class Exact(Filter):
    """Told of recipients that are refused, and of blanks before a value."""

    def eom(self):
        self.say('eom')
        self.addheader('X-Exact', '\tbegins with a tab')
        self.addheader('X-Nothing', 'between colon and value')
        return Milter.ACCEPT


def edit(milter):
    """Everything that can be changed."""
    milter.progress()
    milter.addheader('X-Added', 'at the end')
    milter.addheader('X-Added', 'below\n\tin two lines')
    milter.addheader('X-At', '0', 0)
    milter.addheader('X-At', '1', 1)
    milter.addheader('X-At', '3', 3)
    milter.addheader('X-At', '100', 100)
    milter.chgheader('X-Twice', 2, 'the second was changed')
    milter.chgheader('X-Gone', 1, '')
    milter.chgheader('X-New', 1, 'there was none')
    milter.chgfrom('<changed@friend.example>', 'RET=HDRS ENVID=a+2Bb')
    milter.addrcpt('<carol@mail.example>')
    milter.addrcpt('<tell@mail.example>', 'NOTIFY=NEVER')
    milter.delrcpt('<dave@mail.example>')
    for number in range(500):
        milter.replacebody(b'line %d of the new body' % number)
        milter.replacebody(b'\r\n.\r\n' if number % 100 == 0 else b'\r\n')
    milter.progress()
    return Milter.ACCEPT


def empty_body(milter):
    milter.replacebody(b'')
    return Milter.CONTINUE


def lose_everybody(milter):
    milter.delrcpt('<alice@mail.example>')
    return Milter.ACCEPT


def hold(milter):
    milter.addheader('X-Held', 'yes')
    milter.quarantine('looks odd')
    return Milter.ACCEPT


def refuse_late(milter):
    milter.setreply('451', '4.7.1', 'not today', 'but tomorrow')
    return Milter.TEMPFAIL


ACTIONS = {
    'edit': edit,
    'empty': empty_body,
    'nobody': lose_everybody,
    'hold': hold,
    'late': refuse_late,
    'plain': lambda milter: Milter.REJECT,
    'discard': lambda milter: Milter.DISCARD,
}
KINDS = {'every': Filter, 'quiet': Quiet, 'deaf': Deaf, 'exact': Exact}

kind, socket, log = sys.argv[1:]
LOG = open(log, 'a')
Milter.factory = KINDS[kind]
Milter.set_flags(Milter.CURR_ACTS)
Milter.runmilter(kind, socket, 60)
