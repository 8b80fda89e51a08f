/*
 * reference_facts.c - the facts of a case, and the values that they have.
 */
#include "config.h"

#include <stdio.h>

#include "tests/support/reference_view.h"

#define WORDS { "x", "y", "X", "xy", "z", NULL }
#define NAMES { "x", "y", "X", "y.x", "z", NULL }
#define ADDRESSES { "x@x", "y@x", "X@Y", "xy@y.x", "<>", NULL }
#define COUNTS { "0", "1", "2", "3", "5", NULL }

const struct ref_fact_row ref_facts[REF_FACTS] = {
	[REF_CLIENT_IP] = { .name = "client.ip", .known = PHASE_CONNECT,
	    .type = REF_IS_IP, .connection = true,
	    .literals = { "192.0.2.1", "192.0.2.2", "198.51.100.7", NULL } },
	[REF_CLIENT_NAME] = { .name = "client.name", .known = PHASE_CONNECT,
	    .connection = true, .hard = true, .literals = NAMES },
	[REF_CLIENT_PORT] = { .name = "client.port", .known = PHASE_CONNECT,
	    .type = REF_IS_NUMBER, .connection = true,
	    .literals = { "1", "25", "1024", "40112", NULL } },
	[REF_DAEMON] = { .name = "macro.daemon_name", .known = PHASE_CONNECT,
	    .connection = true, .literals = WORDS },
	[REF_HELO] = { .name = "helo", .known = PHASE_HELO,
	    .connection = true, .hard = true, .literals = NAMES },
	[REF_SENDER] = { .name = "sender", .known = PHASE_MAIL,
	    .type = REF_IS_ADDRESS, .literals = ADDRESSES },
	[REF_SENDER_LOCAL] = { .name = "sender.local", .known = PHASE_MAIL,
	    .hard = true, .literals = WORDS },
	[REF_SENDER_DOMAIN] = { .name = "sender.domain", .known = PHASE_MAIL,
	    .literals = NAMES },
	[REF_SENDER_PARAMS] = { .name = "sender.params", .known = PHASE_MAIL,
	    .many = true, .family = 1,
	    .literals = { "SIZE=3", "size=30", "X=y", "x", NULL } },
	[REF_SENDER_SIZE] = { .name = "sender.size", .known = PHASE_MAIL,
	    .type = REF_IS_NUMBER, .literals = { "3", "30", "29", NULL } },
	[REF_AUTH] = { .name = "auth.user", .known = PHASE_MAIL,
	    .connection = true, .literals = WORDS },
	[REF_HOUR] = { .name = "now.hour", .known = PHASE_MAIL,
	    .type = REF_IS_NUMBER,
	    .literals = { "0", "9", "10", "23", NULL } },
	[REF_WEEKDAY] = { .name = "now.weekday", .known = PHASE_MAIL,
	    .literals = { "sunday", "Monday", "tuesday", NULL } },
	[REF_RECIPIENT] = { .name = "recipient", .known = PHASE_RCPT,
	    .type = REF_IS_ADDRESS, .personal = true, .literals = ADDRESSES },
	[REF_LOCAL] = { .name = "recipient.local", .known = PHASE_RCPT,
	    .personal = true, .hard = true, .literals = WORDS },
	[REF_DOMAIN] = { .name = "recipient.domain", .known = PHASE_RCPT,
	    .personal = true, .literals = NAMES },
	[REF_PARAMS] = { .name = "recipient.params", .known = PHASE_RCPT,
	    .personal = true, .many = true, .family = 2,
	    .literals = { "NOTIFY=x", "notify=X", "y", NULL } },
	[REF_POSITION] = { .name = "recipient.position", .known = PHASE_RCPT,
	    .type = REF_IS_NUMBER, .personal = true, .literals = COUNTS },
	[REF_HOST] = { .name = "macro.rcpt_host", .known = PHASE_RCPT,
	    .personal = true, .literals = WORDS },
	[REF_ALL] = { .name = "recipients", .known = PHASE_DATA,
	    .type = REF_IS_ADDRESS, .many = true, .family = 3,
	    .literals = ADDRESSES },
	[REF_DOMAINS] = { .name = "recipients.domain", .known = PHASE_DATA,
	    .many = true, .family = 3, .literals = NAMES },
	[REF_COUNT] = { .name = "recipients.count", .known = PHASE_DATA,
	    .type = REF_IS_NUMBER, .literals = COUNTS },
	[REF_QUEUE_ID] = { .name = "queue_id", .known = PHASE_DATA,
	    .literals = WORDS },
	[REF_FIELD_A] = { .name = "header_raw.a", .known = PHASE_EOH,
	    .many = true, .hard = true, .family = 4, .literals = WORDS },
	[REF_FIELD_B] = { .name = "header_raw.B", .known = PHASE_EOH,
	    .many = true, .hard = true, .family = 5, .literals = WORDS },
	[REF_NAMES] = { .name = "header_names", .known = PHASE_EOH,
	    .many = true, .family = 6, .literals = { "a", "b", "C", NULL } },
	[REF_HEADER_COUNT] = { .name = "header_count", .known = PHASE_EOH,
	    .type = REF_IS_NUMBER, .literals = COUNTS },
	[REF_BODY] = { .name = "body_raw", .known = PHASE_EOM, .hard = true,
	    .literals = WORDS },
	[REF_SIZE] = { .name = "size", .known = PHASE_EOM,
	    .type = REF_IS_NUMBER,
	    .literals = { "9", "14", "17", "24", "40", NULL } },
	[REF_LATE] = { .name = "macro.late", .known = PHASE_EOM,
	    .literals = WORDS },
	[REF_COMMAND] = { .name = "command", .known = PHASE_UNKNOWN,
	    .literals = { "XY x", "xy X", "Y", NULL } },
	[REF_SCORE] = { .name = "score", .type = REF_IS_NUMBER,
	    .literals = { "0", "1", "2.5", "3", "-1", NULL } },
	[REF_LABEL] = { .name = "label", .many = true,
	    .literals = { "bulk", "Bulk", "odd", NULL } },
	[REF_VAR_A] = { .name = "var.a",
	    .literals = { "s", "s x", "S x", "s y", NULL } },
	[REF_VAR_B] = { .name = "var.b",
	    .literals = { "s", "s x", "S x", "s y", NULL } },
};

const char *const ref_labels[REF_LABELS] = { "bulk", "odd" };

void
ref_set_body(struct ref_message *m, const char *text)
{
	m->body = text;
	m->body_split = 0;
	snprintf(m->body_start, sizeof m->body_start, "%s", text);
}

static void
add(struct ref_values *l, const char *value)
{
	if (value != NULL)
		l->at[l->count++] = value;
}

static void
add_number(struct ref_values *l, size_t number)
{
	snprintf(l->number, sizeof l->number, "%zu", number);
	add(l, l->number);
}

void
ref_find_same(struct ref_message *m)
{
	struct ref_recipient *r = m->recipients;
	size_t i, k;

	for (i = 0; i < m->recipient_count; i++) {
		for (k = 0; k < i; k++)
			if (span_equal_nocase(span_of(r[k].address),
			    span_of(r[i].address)))
				break;
		r[i].first = k;
	}
}

/* Of all recipients that were not refused. */
static void
add_recipients(struct ref_values *l, const struct ref_view *v,
    enum ref_fact fact)
{
	const struct ref_message *m = v->m;
	size_t i, n = 0;

	for (i = 0; i < m->recipient_count; i++) {
		if (ref_is_again(m, i) || v->refused[i])
			continue;
		n++;
		if (fact != REF_COUNT && (v->element == 0 || v->element == n))
			add(l, fact == REF_ALL ? m->recipients[i].address :
			    m->recipients[i].domain);
	}
	if (fact == REF_COUNT)
		add_number(l, n);
}

/* The place of the recipient at hand among those that are not the same. */
static size_t
position(const struct ref_view *v)
{
	size_t i, n = 0;

	for (i = 0; i <= (size_t)v->recipient; i++)
		n += !ref_is_again(v->m, i);
	return n;
}

/* RFC 5322 2.2.3: without the line ends of its folds. */
static const char *
unfolded(const char *value)
{
	return strcmp(value, "x\n y") == 0 ? "x y" : value;
}

static void
add_fields(struct ref_values *l, const struct ref_message *m,
    enum ref_fact fact)
{
	const char *name = fact == REF_FIELD_A ? "a" : "b";
	size_t i;

	for (i = 0; i < m->field_count; i++)
		if (fact == REF_NAMES)
			add(l, m->fields[i].name);
		else if (span_equal_nocase(span_of(m->fields[i].name),
		    span_of(name)))
			add(l, unfolded(m->fields[i].value));
}

/* RFC 5322 2.1: of header, the line between, and body, with CRLF. */
static size_t
size_of(const struct ref_message *m)
{
	size_t i, n = strlen(m->body) + 2;
	const char *c;

	for (i = 0; i < m->field_count; i++) {
		n += strlen(m->fields[i].name) + strlen(": \r\n") +
		    strlen(m->fields[i].value);
		for (c = m->fields[i].value; *c != '\0'; c++)
			n += *c == '\n';
	}
	return n;
}

static void
add_params(struct ref_values *l, const struct ref_message *m, bool size)
{
	size_t i;

	for (i = 0; i < m->param_count; i++)
		if (!size)
			add(l, m->params[i]);
		else if (span_equal_nocase(span_head(span_of(m->params[i]), 5),
		    span_of("size=")))
			add(l, m->params[i] + 5);
}

static void
add_of_connection(struct ref_values *l, const struct ref_view *v,
    enum ref_fact fact)
{
	const struct ref_session *s = &v->c->session;

	if (fact == REF_CLIENT_PORT)
		add_number(l, s->port);
	else
		add(l, fact == REF_CLIENT_IP ? s->ip : fact == REF_DAEMON ?
		    s->daemon : fact == REF_HELO ? v->helo : s->name);
}

/* Those around REF_UNTIL, which is a Monday. */
static const char *
weekday(int64_t time)
{
	if (time < REF_UNTIL_BEGIN)
		return "sunday";
	return time < REF_UNTIL_BEGIN + 24 * 3600 ? "monday" : "tuesday";
}

static void
add_body(struct ref_values *l, const struct ref_view *v)
{
	if (v->m->body[0] != '\0')
		add(l, v->c->policy.body_limited ? v->m->body_start :
		    v->m->body);
}

static void
add_of_message(struct ref_values *l, const struct ref_view *v,
    enum ref_fact fact)
{
	const struct ref_message *m = v->m;

	if (fact == REF_SENDER)
		add(l, m->sender);
	else if (fact == REF_SENDER_LOCAL || fact == REF_SENDER_DOMAIN)
		add(l, fact == REF_SENDER_LOCAL ? m->sender_local :
		    m->sender_domain);
	else if (fact == REF_SENDER_PARAMS || fact == REF_SENDER_SIZE)
		add_params(l, m, fact == REF_SENDER_SIZE);
	else if (fact == REF_AUTH)
		add(l, m->auth);
	else if (fact == REF_HOUR)
		add_number(l, (size_t)(m->time / 3600 % 24));
	else if (fact == REF_WEEKDAY)
		add(l, weekday(m->time));
	else if (fact == REF_QUEUE_ID || fact == REF_LATE)
		add(l, fact == REF_LATE ? m->late : m->queue_id);
	else if (fact == REF_HEADER_COUNT)
		add_number(l, m->field_count);
	else if (fact == REF_BODY)
		add_body(l, v);
	else if (fact == REF_SIZE)
		add_number(l, size_of(m));
	else
		add_fields(l, m, fact);
}

static void
add_of_recipient(struct ref_values *l, const struct ref_view *v,
    enum ref_fact fact)
{
	const struct ref_recipient *r = &v->m->recipients[v->recipient];

	if (fact == REF_POSITION)
		add_number(l, position(v));
	else
		add(l, fact == REF_RECIPIENT ? r->address :
		    fact == REF_LOCAL ? r->local : fact == REF_DOMAIN ?
		    r->domain : fact == REF_PARAMS ? r->param : r->host);
}

bool
ref_is_known(const struct ref_view *v, enum ref_fact fact)
{
	if (ref_facts[fact].personal)
		return v->recipient >= 0;
	if (fact == REF_COMMAND)
		return v->command != NULL;
	return ref_facts[fact].known <= v->phase;
}

void
ref_values_of(const struct ref_view *v, enum ref_fact fact,
    struct ref_values *values)
{
	values->count = 0;
	if (fact <= REF_HELO)
		add_of_connection(values, v, fact);
	else if (fact == REF_COMMAND)
		add(values, v->command);
	else if (ref_facts[fact].personal)
		add_of_recipient(values, v, fact);
	else if (fact == REF_ALL || fact == REF_DOMAINS || fact == REF_COUNT)
		add_recipients(values, v, fact);
	else
		add_of_message(values, v, fact);
}
