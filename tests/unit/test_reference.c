/*
 * test_reference.c - the engine against the plain meaning of its rules.
 *
 * Cases at random: a policy, a connection, some messages. Whatever the engine
 * answers early, it must be what a reading from top to bottom with everything
 * known gives: the same recipients refused, the same verdict and reply, and
 * the same fields after the edits. In every second case the MTA sends only what
 * policy.h says that the policy needs.
 *
 * REFERENCE_SEED=N runs case N alone, REFERENCE_CASES=N as many as that.
 */
#include "config.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/support/judge.h"
#include "tests/support/reference.h"
#include "tests/support/reference_header.h"
#include "tests/unit/unit.h"

#define CASES 2000
#define POLICY_MAX (64u << 10)

/* A message on its way through the engine. */
struct trial {
	struct court court;
	const struct ref_message *message;
	struct ref_result want;
	struct ref_result got;
	bool lean;			/* send what is needed, no more */
	bool answered;			/* the message has its answer */
	enum event_kind where;		/* it was given */
};

/* How often each way was taken: a case that tests nothing would show here. */
static size_t answers_at[EVENT_COUNT], refused_recipients, edited;

static struct verdict
feed(struct trial *t, struct event ev)
{
	const struct policy_needs *needs = policy_needs(t->court.policy);
	struct verdict v = { .kind = VERDICT_CONTINUE };

	if (t->lean && (needs->events & 1u << ev.kind) == 0 &&
	    ev.kind != EVENT_ABORT)
		return v;
	check_int(engine_feed(t->court.engine, &ev, &v), 0);
	if (v.kind != VERDICT_CONTINUE)
		check_true((needs->answers & 1u << ev.kind) != 0);
	if (v.edit_count > 0)
		check_true(needs->edits);
	return v;
}

/* How many of the one macro NAME, which has VALUE, come at PHASE. */
static size_t
macros_at(const struct trial *t, enum phase phase, const char *name,
    const char *value)
{
	const char *const *names;
	size_t count, i;

	if (value == NULL || !t->lean)
		return value != NULL;
	names = policy_macros(t->court.policy, phase, &count);
	for (i = 0; i < count; i++)
		if (strcmp(names[i], name) == 0)
			return 1;
	return 0;
}

static void
copy_reply(const struct verdict *v, char out[REF_REPLY_MAX])
{
	snprintf(out, REF_REPLY_MAX, "%u %.*s %.*s", v->reply.code,
	    (int)v->reply.status.len, v->reply.status.ptr,
	    (int)v->reply.text.len, v->reply.text.ptr);
}

/* Do as an MTA does with the answer V to a step of the message. */
static void
take_answer(struct trial *t, enum event_kind kind, const struct verdict *v)
{
	struct ref_header h;
	size_t i;

	if (v->kind == VERDICT_CONTINUE && kind != EVENT_EOM)
		return;
	t->answered = true;
	t->where = kind;
	answers_at[kind]++;
	t->got.kind = v->kind == VERDICT_CONTINUE ? VERDICT_ACCEPT : v->kind;
	if (t->got.kind != VERDICT_ACCEPT) {
		check_size(v->edit_count, 0);
		copy_reply(v, t->got.reply);
		return;
	}
	ref_header_init(&h, t->message);
	for (i = 0; i < v->edit_count; i++)
		check_true(ref_header_obey(&h, &v->edits[i]));
	edited += v->edit_count > 0;
	ref_header_write(&h, t->got.fields);
}

static void
step(struct trial *t, struct event ev)
{
	struct verdict v;

	if (t->answered)
		return;
	v = feed(t, ev);
	take_answer(t, ev.kind, &v);
}

static void
send_recipients(struct trial *t)
{
	const struct ref_message *m = t->message;
	char path[256];
	struct verdict v;
	size_t i, first;

	for (i = 0; i < m->recipient_count && !t->answered; i++) {
		snprintf(path, sizeof path, "<%s@%s>", m->recipients[i].local,
		    m->recipients[i].domain);
		v = feed(t, event_rcpt(span_of(path), NULL, 0));
		first = ref_first_of(m, i);
		if (first == i)
			t->got.left++;
		if (v.kind == VERDICT_CONTINUE)
			continue;
		check_true(v.kind != VERDICT_ACCEPT);
		copy_reply(&v, t->got.replies[first]);
		if (first == i) {
			t->got.refused[i] = true;
			t->got.left--;
			refused_recipients++;
		}
	}
}

static void
send_content(struct trial *t)
{
	const struct ref_message *m = t->message;
	struct buffer scratch;
	struct macro late = { span_of("late"), span_of(m->late) };
	struct event end = event_plain(EVENT_EOM);
	size_t i;

	step(t, event_plain(EVENT_DATA));
	buffer_init(&scratch, REF_HEADER_MAX);
	for (i = 0; i < m->field_count; i++)
		step(t, event_header(span_of(m->fields[i].name),
		    span_of(m->fields[i].value), &scratch));
	buffer_release(&scratch);
	step(t, event_plain(EVENT_EOH));
	end.macros = &late;
	end.macro_count = macros_at(t, PHASE_EOM, "late", m->late);
	step(t, end);
}

static void
send_message(struct trial *t)
{
	const struct ref_message *m = t->message;
	struct macro auth = { span_of("auth_authen"), span_of(m->auth) };
	char path[256];
	struct event mail;

	snprintf(path, sizeof path, "<joe@%s>", m->sender);
	mail = event_mail(span_of(path), NULL, 0);
	mail.macros = &auth;
	mail.macro_count = macros_at(t, PHASE_MAIL, "auth_authen", m->auth);
	step(t, mail);
	send_recipients(t);
	if (!t->answered && t->got.left > 0)
		send_content(t);
	feed(t, event_plain(EVENT_ABORT));
}

/* Refused at MAIL: then each recipient would have been, with that reply. */
static void
compare_sender(const struct trial *t)
{
	size_t i;

	check_size(t->want.left, 0);
	for (i = 0; i < t->message->recipient_count; i++)
		if (ref_first_of(t->message, i) == i)
			check_text(t->got.reply, t->want.replies[i]);
}

static void
compare(const struct trial *t)
{
	size_t i;

	if (t->answered && t->where == EVENT_MAIL &&
	    t->got.kind != VERDICT_ACCEPT) {
		compare_sender(t);
		return;
	}
	for (i = 0; i < REF_RECIPIENTS; i++) {
		check_int(t->got.refused[i], t->want.refused[i]);
		check_text(t->got.replies[i], t->want.replies[i]);
	}
	if (t->want.left == 0)
		return;
	check_text(verdict_name(t->got.kind), verdict_name(t->want.kind));
	check_text(t->got.reply, t->want.reply);
	check_text(t->got.fields, t->want.fields);
}

static bool
begin(struct trial *t, const struct ref_session *s)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct verdict v;

	inet_pton(AF_INET, s->ip, &in.sin_addr);
	v = feed(t, event_connect(span_of(s->name), (struct sockaddr *)&in));
	if (v.kind != VERDICT_CONTINUE)
		answers_at[EVENT_CONNECT]++;
	return v.kind == VERDICT_ACCEPT;
}

/* The whole connection of C; ACCEPT at CONNECT means all its messages. */
static void
run_session(struct trial *t, const struct ref_case *c)
{
	bool accepted = begin(t, &c->session);
	const char *helo = NULL;
	struct verdict all = { .kind = VERDICT_ACCEPT };
	size_t i;

	for (i = 0; i < c->session.count; i++) {
		t->message = &c->session.messages[i];
		if (t->message->helo != NULL) {
			helo = t->message->helo;
			if (!accepted)
				feed(t, event_helo(span_of(helo)));
		}
		memset(&t->got, 0, sizeof t->got);
		t->answered = false;
		if (accepted)
			take_answer(t, EVENT_CONNECT, &all);
		else
			send_message(t);
		ref_judge(c, i, helo, &t->want);
		compare(t);
	}
}

static void
run_case(unsigned long seed)
{
	static char sentence[32];
	static struct ref_case c;
	struct buffer rules;
	struct trial t = { .lean = seed % 2 == 1 };

	snprintf(sentence, sizeof sentence, "REFERENCE_SEED=%lu", seed);
	unit_case(sentence);
	ref_make(&c, seed);
	buffer_init(&rules, POLICY_MAX);
	ref_write(&c.policy, &rules);
	if (getenv("REFERENCE_SEED") != NULL)
		fputs(buffer_text(&rules), stderr);
	if (court_open(&t.court, buffer_text(&rules)))
		run_session(&t, &c);
	else
		check_text(buffer_text(&rules), "rules that can be loaded");
	court_close(&t.court);
	buffer_release(&rules);
}

static void
test_cases(void)
{
	const char *one = getenv("REFERENCE_SEED");
	const char *many = getenv("REFERENCE_CASES");
	unsigned long seed, count = many != NULL ? strtoul(many, NULL, 10) :
	    CASES;

	if (one != NULL) {
		run_case(strtoul(one, NULL, 10));
		return;
	}
	for (seed = 0; seed < count; seed++)
		run_case(seed);
	printf("# seeds 0 to %lu; answers: connect %zu, mail %zu, data %zu, "
	    "eoh %zu, eom %zu; recipients refused %zu, messages edited %zu\n",
	    count - 1, answers_at[EVENT_CONNECT], answers_at[EVENT_MAIL],
	    answers_at[EVENT_DATA], answers_at[EVENT_EOH],
	    answers_at[EVENT_EOM], refused_recipients, edited);
}

static const struct unit_test tests[] = {
	{ "early answers are those of a reading with everything known",
	    test_cases },
};

UNIT_MAIN("reference", tests)
