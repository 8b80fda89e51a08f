/*
 * life.c - the beginning and end of all that a session knows.
 *
 * A session's arrays are as long as its policy is and are taken once. What is
 * known begins and ends with the connection, the greeting or the message.
 *
 * Failure: no memory, at the beginning only.
 */
#include "config.h"

#include <stdlib.h>

#include "rules/engine/branch.h"
#include "rules/engine/expand.h"
#include "rules/engine/life.h"
#include "rules/engine/reading.h"
#include "rules/engine/recipients.h"

/* What a client can say before MAIL is at most a few lines of 64 KiB, the most
 * that a milter packet holds. */
#define CONNECTION_MEMORY (256u << 10)
/* Beside header fields and recipients: the envelope, edits and replies. */
#define MESSAGE_MEMORY (1u << 20)
/* Address, parameters and what rules read of them, for one recipient. */
#define RECIPIENT_MEMORY 2048u
/* Of the body's memory, what a session that is idle may hold on to. */
#define BODY_MEMORY_KEPT (64u << 10)

static size_t
view_count(const struct policy *p)
{
	return p->shadows ? VIEW_COUNT : 1;
}

/* What the readings of one recipient may need, if nobody shares them. */
static size_t
reading_memory(const struct policy *p)
{
	return sizeof(struct reading) + p->personal_test_count +
	    view_count(p) * (p->personal_rules +
	    p->var_count * sizeof(struct span));
}

static int
scan_new(struct scan *scan, size_t rules, size_t vars)
{
	scan->answers = calloc(rules + 1, 1);
	scan->vars = calloc(vars + 1, sizeof *scan->vars);
	return scan->answers != NULL && scan->vars != NULL ? 0 : -1;
}

static void
scan_free(struct scan *scan)
{
	free(scan->answers);
	free(scan->vars);
}

/* The arrays that are as long as the policy is. -1: no memory. */
static int
take_arrays(struct engine *e)
{
	const struct policy *p = e->policy;
	size_t i;

	e->values = calloc(p->slot_count + 1, sizeof *e->values);
	e->memo = calloc(p->memo_count + 1, sizeof *e->memo);
	e->personal = calloc(p->personal_test_count + 1, 1);
	e->said = calloc(p->rule_count + 1, 1);
	for (i = 0; i < view_count(p); i++)
		if (scan_new(&e->common[i], p->rule_count,
		    p->var_count) < 0 || scan_new(&e->general.scan[i],
		    p->personal_rules, p->var_count) < 0)
			return -1;
	return e->values != NULL && e->memo != NULL && e->personal != NULL &&
	    e->said != NULL ? 0 : -1;
}

struct engine *
engine_new(struct policy *policy)
{
	struct engine *e = calloc(1, sizeof *e);
	const struct limits *l = &policy->settings.limits;

	if (e == NULL)
		return NULL;
	e->policy = policy_ref(policy);
	arena_init(&e->connection, CONNECTION_MEMORY);
	arena_init(&e->greeting, CONNECTION_MEMORY);
	/* A field is kept as it came and unfolded, and edits may change it. */
	arena_init(&e->message, MESSAGE_MEMORY + 4 * l->header_bytes +
	    l->recipients * (RECIPIENT_MEMORY + reading_memory(policy)));
	buffer_init(&e->text, EXPANDED_MAX);
	buffer_init(&e->encoded, ENCODED_MAX);
	buffer_init(&e->body, l->body);
	if (take_arrays(e) < 0) {
		engine_free(e);
		return NULL;
	}
	life_forget_connection(e);
	return e;
}

void
engine_free(struct engine *e)
{
	size_t i;

	if (e == NULL)
		return;
	arena_release(&e->connection);
	arena_release(&e->greeting);
	arena_release(&e->message);
	buffer_release(&e->text);
	buffer_release(&e->encoded);
	buffer_release(&e->body);
	for (i = 0; i < VIEW_COUNT; i++) {
		scan_free(&e->common[i]);
		scan_free(&e->general.scan[i]);
	}
	free(e->values);
	free(e->memo);
	free(e->personal);
	free(e->said);
	policy_unref(e->policy);
	free(e);
}

/* Forget the values of all facts that are known from FIRST on. */
static void
forget_facts(struct engine *e, enum phase first)
{
	size_t i;

	for (i = 0; i < e->policy->slot_count; i++)
		if (e->policy->slots[i].known >= first)
			e->values[i] = (struct values){ .count = 0 };
	i = first == PHASE_CONNECT ? 0 : e->policy->connect_memos;
	memset(e->memo + i, ANSWER_UNKNOWN, e->policy->memo_count - i);
	if (e->learnt >= (int)first)
		e->learnt = (int)first - 1;
}

/* A large body was the exception: its memory is not kept for the next. */
static void
forget_body(struct engine *e)
{
	if (e->body.cap > BODY_MEMORY_KEPT) {
		buffer_release(&e->body);
		buffer_init(&e->body, e->policy->settings.limits.body);
	} else {
		buffer_clear(&e->body);
	}
	e->body_cut = e->body_begun = false;
	e->size = 0;
}

static void
forget_fields(struct engine *e)
{
	e->fields = NULL;
	e->field_count = e->field_room = 0;
	e->header_total = e->header_bytes = 0;
	memset(e->field_buckets, 0, sizeof e->field_buckets);
}

void
life_forget_message(struct engine *e)
{
	arena_reset(&e->message);
	forget_facts(e, PHASE_MAIL);
	forget_fields(e);
	forget_body(e);
	recipients_forget(e);
	reading_reset(e);
	branch_forget(e);
	e->why.text[0] = '\0';
	e->unjudged = NULL;
	e->unjudged_count = e->unjudged_room = 0;
	memset(e->said, 0, e->policy->rule_count);
	e->sender = e->queue_id = span_make(NULL, 0);
	e->regex_failures = 0;
	e->regex_refused = false;
	e->too_many = false;
	e->decisions = NULL;
	e->decision_count = e->decision_room = 0;
	e->failed = NULL;
	e->failed_count = e->failed_room = 0;
	e->answered = false;
	e->told = NULL;
}

void
life_forget_greeting(struct engine *e)
{
	life_forget_message(e);
	arena_reset(&e->greeting);
	forget_facts(e, PHASE_HELO);
	e->helo = span_make(NULL, 0);
}

void
life_forget_connection(struct engine *e)
{
	life_forget_greeting(e);
	arena_reset(&e->connection);
	forget_facts(e, PHASE_CONNECT);
	e->client = e->client_name = span_make(NULL, 0);
	e->client_ip.len = 0;
	e->now = 0;
	e->over = e->command_known = e->trial = false;
}
