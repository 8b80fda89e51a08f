/*
 * life.c - the beginning and end of all that a session knows.
 *
 * A session's arrays are as long as its policy is and are taken once. What is
 * known begins and ends with the connection, the greeting or the message.
 *
 * Failure: no memory, at the beginning only.
 */
#include "config.h"

#include <limits.h>
#include <stdlib.h>

#include "rules/engine/branch.h"
#include "rules/engine/expand.h"
#include "rules/engine/life.h"
#include "rules/engine/reading.h"
#include "rules/engine/recipients.h"
#include "rules/mail/url/url.h"

/* What a client can say before MAIL is at most a few lines of 64 KiB, the most
 * that a milter packet holds. */
#define CONNECTION_MEMORY (256u << 10)
/* Beside header fields and recipients: the envelope, edits and replies. */
#define MESSAGE_MEMORY (1u << 20)
/* Address, parameters and what rules read of them, for one recipient. */
#define RECIPIENT_MEMORY 2048u

/*
 * The rest is what the worst of messages takes, so that none that is within the
 * limits is refused for memory; an ordinary one is far from it. An array that
 * arena_grow() doubles takes up to twice its size, and leaves as much behind.
 */
#define GROWN 4u
#define COPY _Alignof(max_align_t)	/* on top of the bytes of a copy */
#define VALUE_MEMORY (GROWN * sizeof(struct span))

/* A field, besides its bytes: in the list, its three copies, as a value of
 * header_raw, header_names and header, and among those of the content, which an
 * edit of the body reads again. */
#define FIELD_MEMORY (GROWN * sizeof(struct field) + 3 * COPY + \
	3 * (VALUE_MEMORY + COPY) + 2 * sizeof(struct mime_field))
/* Of a byte of a field: as it came and unfolded, and edits may change it. */
#define FIELD_BYTE_MEMORY 4u
/* Decoded: its text, address and display name, each up to four bytes, and one
 * of the results in "a=b;", in a list and copied. */
#define DECODED_BYTE_MEMORY (3 * 4 + (VALUE_MEMORY + COPY) / 4)
/* A mailbox, besides its bytes, of which "a," has two: in a list, two copies,
 * and a value of four facts. */
#define MAILBOX_MEMORY (GROWN * sizeof(struct mailbox) + 2 * COPY + \
	4 * VALUE_MEMORY)

/* Of a byte of limits.body: the text; its HTML resolved, without line ends, and
 * without the escapes of CSS, each copy of a few bytes with COPY; the host of a
 * URL, and the other one that it may have, in DNS up to eight times as long. */
#define TEXT_MEMORY (1 + 3 * 3 + 2 * (1 + 8))
/* A URL in the list, two values, and three copies on the way to each host. */
#define URL_MEMORY (GROWN * sizeof(struct url) + 2 * VALUE_MEMORY + 6 * COPY)

/* A part: itself, read again for an edit of the body; a value of part.type, body
 * and the six facts of attachments, and three copies. */
#define PART_MEMORY (2 * GROWN * sizeof(struct mime_part) + 8 * VALUE_MEMORY + \
	3 * COPY)
/*
 * Of a byte of the fields that MIME_FIELDS_MAX bounds: unfolded, and as a type;
 * as a name in pieces, whole and up to a control, with the first and with the
 * last of what is there twice, each up to three bytes; the first of them once
 * more, all of them once more when the field is repeated, and as extensions.
 * The shortest name has some eight bytes, and is in two lists and six facts.
 */
#define NAME_BYTE_MEMORY (2 + 3 * (3 * 4 + 1))
#define NAME_MEMORY (2 * (VALUE_MEMORY + COPY) + 6 * VALUE_MEMORY + 2 * COPY)
#define CONTENT_BYTE_MEMORY (2 * (NAME_BYTE_MEMORY + NAME_MEMORY / 8))
/* Of the body's memory, what a session that is idle may hold on to. */
#define BODY_MEMORY_KEPT (64u << 10)

size_t
life_body_limit(const struct policy *p)
{
	const struct limits *l = &p->settings.limits;
	size_t limit = p->reads_body ? l->body : 0;

	return p->reads_mime && l->message > limit ? l->message : limit;
}

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

/* The mailboxes that may be read. */
static size_t
mailboxes_max(const struct policy *p)
{
	size_t most = p->settings.limits.header_bytes / 2, count = 0, i;

	for (i = 0; i < p->slot_count && count < most; i++)
		if (p->slots[i].kind->family == FAMILY_ADDRESS)
			count += MAILBOXES_MAX;
	return count < most ? count : most;
}

static size_t
header_memory(const struct policy *p)
{
	size_t bytes = p->settings.limits.header_bytes;
	size_t memory = FIELD_BYTE_MEMORY * bytes +
	    FIELD_MEMORY * (bytes / FIELD_BYTES_MIN + 1);

	if (p->reads_decoded)
		memory += DECODED_BYTE_MEMORY * bytes +
		    MAILBOX_MEMORY * mailboxes_max(p);
	return memory;
}

static size_t
body_memory(const struct policy *p)
{
	const struct limits *l = &p->settings.limits;

	if (!p->reads_mime)
		return 0;
	return TEXT_MEMORY * l->body + URL_MEMORY * URLS_MAX +
	    PART_MEMORY * l->mime_parts + CONTENT_BYTE_MEMORY *
	    (MIME_FIELDS_MAX + MIME_FIELDS_PER_PART * l->mime_parts);
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
	arena_init(&e->message, MESSAGE_MEMORY + header_memory(policy) +
	    body_memory(policy) + l->recipients *
	    (RECIPIENT_MEMORY + reading_memory(policy)));
	buffer_init(&e->text, EXPANDED_MAX);
	buffer_init(&e->encoded, ENCODED_MAX);
	buffer_init(&e->body, life_body_limit(policy));
	buffer_init(&e->new_body, INT_MAX);	/* as milters count */
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
	buffer_release(&e->new_body);
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
	} else {
		buffer_clear(&e->body);
	}
	buffer_release(&e->new_body);
	e->body_begun = e->content_read = false;
	e->body_size = e->size = 0;
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
	e->searches.action = NULL;
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
