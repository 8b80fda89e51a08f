/*
 * reference_compare.c - do the engine and the plain meaning agree?
 *
 * A refusal must come at the very phase at which it is certain, no later and no
 * earlier. Acceptance may be told as soon as the engine knows it; scores and
 * labels are known in full only when it waited for the end of the message.
 */
#include "config.h"

#include "tests/support/reference_result.h"

/* What is compared, and where differences go. */
struct comparison {
	struct buffer *why;
	size_t message;
	bool withheld;			/* edits are not told */
};

static const char *const event_names[EVENT_COUNT] = {
	[EVENT_CONNECT] = "connect",
	[EVENT_HELO] = "helo",
	[EVENT_MAIL] = "mail",
	[EVENT_RCPT] = "rcpt",
	[EVENT_DATA] = "data",
	[EVENT_HEADER] = "header",
	[EVENT_EOH] = "eoh",
	[EVENT_BODY] = "body",
	[EVENT_EOM] = "eom",
	[EVENT_ABORT] = "nowhere",
	[EVENT_CLOSE] = "not early",
	[EVENT_UNKNOWN] = "unknown",
};

static void
same_text(struct comparison *c, const char *what, const char *want,
    const char *got)
{
	if (strcmp(want, got) != 0)
		buffer_addf(c->why, "message %zu: %s: expected '%s', got "
		    "'%s'\n", c->message, what, want, got);
}

static void
same_number(struct comparison *c, const char *what, size_t who, int64_t want,
    int64_t got)
{
	if (want != got)
		buffer_addf(c->why, "message %zu: %s of recipient %zu: "
		    "expected %lld, got %lld\n", c->message, what, who,
		    (long long)want, (long long)got);
}

static bool
refuses(enum verdict_kind k)
{
	return k == VERDICT_REJECT || k == VERDICT_TEMPFAIL ||
	    k == VERDICT_CLOSE;
}

static void
compare_fate(struct comparison *c, size_t i, const struct ref_fate *want,
    const struct ref_fate *got, const struct ref_result *all)
{
	bool in_full = all->judged_all;
	size_t k;

	same_text(c, "answer to RCPT", want->reply, got->reply);
	/* What closes for one closes for all. */
	if ((want->refused || got->refused || in_full) &&
	    all->kind != VERDICT_CLOSE)
		same_number(c, "rule", i, want->rule, got->rule);
	if (want->refused || got->refused || !in_full)
		return;
	same_number(c, "score", i, want->score, got->score);
	for (k = 0; k < REF_LABELS; k++)
		same_number(c, ref_labels[k], i, want->labels[k],
		    got->labels[k]);
}

static void
compare_accepted(struct comparison *c, const struct ref_result *want,
    const struct ref_result *got)
{
	same_text(c, "header", want->header, got->header);
	same_text(c, "sender", want->sender, got->sender);
	same_text(c, "recipients", want->recipients, got->recipients);
	same_text(c, "quarantine", want->quarantine, got->quarantine);
}

static void
compare_message(struct comparison *c, const struct ref_message *m,
    const struct ref_result *want, const struct ref_result *got)
{
	size_t i;

	same_text(c, "was begun", want->came ? "yes" : "no",
	    got->came ? "yes" : "no");
	if (!want->came || !got->came)
		return;
	for (i = 0; i < 2; i++)
		same_text(c, "answer to an unknown command", want->unknown[i],
		    got->unknown[i]);
	/* What was answered for all before RCPT has no answers to RCPT. */
	for (i = 0; i < m->recipient_count; i++)
		if (got->where != EVENT_MAIL || want->fates[i].refused)
			compare_fate(c, i, &want->fates[i], &got->fates[i],
			    got);
	if (got->where < EVENT_DATA && m->reset &&
	    (got->kind == VERDICT_ACCEPT || got->kind == VERDICT_DISCARD))
		return;
	same_text(c, "answer", verdict_name(want->kind),
	    verdict_name(got->kind));
	same_text(c, "reply", want->reply, got->reply);
	if (refuses(want->kind) || refuses(got->kind))
		same_text(c, "answered at", event_names[want->where],
		    event_names[got->where]);
	same_text(c, "log", want->said, got->said);
	if (want->kind == VERDICT_ACCEPT && got->kind == VERDICT_ACCEPT &&
	    !c->withheld)
		compare_accepted(c, want, got);
}

bool
ref_compare(const struct ref_case *c, const struct ref_outcome *want,
    const struct ref_outcome *got, struct buffer *why)
{
	struct comparison comparison = { .why = why,
		.withheld = c->policy.shadow };
	size_t i;

	buffer_clear(why);
	buffer_add(why, buffer_span(&got->broken));
	same_text(&comparison, "connection answered",
	    event_names[want->where], event_names[got->where]);
	if (want->where != EVENT_CLOSE && got->where == want->where) {
		same_text(&comparison, "its answer", verdict_name(want->kind),
		    verdict_name(got->kind));
		same_text(&comparison, "its reply", want->reply, got->reply);
		if (want->where == EVENT_HELO && want->helo != got->helo)
			buffer_addf(why, "at HELO %zu instead of %zu\n",
			    got->helo, want->helo);
	}
	for (i = 0; i < c->session.count; i++) {
		comparison.message = i + 1;
		compare_message(&comparison, &c->session.messages[i],
		    &want->results[i], &got->results[i]);
	}
	return why->len == 0;
}
