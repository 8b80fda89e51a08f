/*
 * test_callbacks.c - the filter's end of libmilter, with a libmilter of ours.
 *
 * An answer that was agreed to be left out is dropped by libmilter with a word
 * to syslog, so it cannot be seen on the wire. Here libmilter's functions are
 * this file's, and answers are looked at as they are returned.
 */
#include "config.h"

#include <stdbool.h>
#include <string.h>

#include "milter/daemon/in_force.h"
#include "milter/daemon/callbacks.h"
#include "milter/daemon/session.h"
#include "tests/unit/unit.h"

#define ALL 0x1ffffful

static const char rules[] =
    "millgate: 1\n"
    "rules:\n"
    "  - rule: refuse\n"
    "    when: {helo: localhost, sender: '<>'}\n"
    "    then: reject\n";

/* A connection, as far as libmilter is concerned. */
struct smfi_str {
	void *priv;
};

static struct smfiDesc filter;

int
smfi_register(struct smfiDesc desc)
{
	filter = desc;
	return MI_SUCCESS;
}

int
smfi_setpriv(SMFICTX *ctx, void *priv)
{
	ctx->priv = priv;
	return MI_SUCCESS;
}

void *
smfi_getpriv(SMFICTX *ctx)
{
	return ctx->priv;
}

/* What the rules at hand never make the filter call, or learn nothing from. */
char *
smfi_getsymval(SMFICTX *ctx, char *name)
{
	(void)ctx;
	(void)name;
	return NULL;
}

int
smfi_setsymlist(SMFICTX *ctx, int where, char *macros)
{
	(void)ctx;
	(void)where;
	(void)macros;
	return MI_SUCCESS;
}

int
smfi_setmlreply(SMFICTX *ctx, const char *code, const char *status, ...)
{
	(void)ctx;
	(void)code;
	(void)status;
	return MI_SUCCESS;
}

int
smfi_addheader(SMFICTX *ctx, char *name, char *value)
{
	(void)ctx;
	(void)name;
	(void)value;
	return MI_FAILURE;
}

int
smfi_insheader(SMFICTX *ctx, int index, char *name, char *value)
{
	(void)ctx;
	(void)index;
	(void)name;
	(void)value;
	return MI_FAILURE;
}

int
smfi_chgheader(SMFICTX *ctx, char *name, int index, char *value)
{
	(void)ctx;
	(void)index;
	(void)name;
	(void)value;
	return MI_FAILURE;
}

/* The filter is offered PROTOCOL on CTX; returns what is agreed. */
static unsigned long
agree(SMFICTX *ctx, unsigned long protocol)
{
	unsigned long actions = 0, agreed = 0, unused;

	check_int(filter.xxfi_negotiate(ctx, ALL, protocol, 0, 0, &actions,
	    &agreed, &unused, &unused), SMFIS_CONTINUE);
	return agreed;
}

/* One client says HELO on CTX and goes, as at QUIT and at QUIT_NC. */
static sfsistat
greet(SMFICTX *ctx)
{
	char name[] = "localhost";
	sfsistat answer = filter.xxfi_helo(ctx, name);

	check_size(session_count(), 1);
	check_int(filter.xxfi_close(ctx), SMFIS_CONTINUE);
	check_size(session_count(), 0);
	check_true(ctx->priv == NULL);
	return answer;
}

static void
silence_lasts_as_long_as_the_connection(void)
{
	SMFICTX silent = { NULL }, talking = { NULL };

	check_true((agree(&silent, ALL) & SMFIP_NR_HELO) != 0);
	unit_case("the client that the MTA negotiated for");
	check_int(greet(&silent), SMFIS_NOREPLY);
	unit_case("the next client of the same connection");
	check_int(greet(&silent), SMFIS_NOREPLY);
	unit_case("an MTA that wants all answers");
	check_true((agree(&talking, 0) & SMFIP_NR_HELO) == 0);
	check_int(greet(&talking), SMFIS_CONTINUE);
	unit_case("its next client");
	check_int(greet(&talking), SMFIS_CONTINUE);
	unit_case("its next client, when another MTA wants none");
	(void)agree(&silent, ALL);
	check_int(greet(&silent), SMFIS_NOREPLY);
	check_int(greet(&talking), SMFIS_CONTINUE);
}

/* The plan of all tests, which lives as long as the program. */
static void
the_filter_is_registered(void)
{
	static struct plan *plan;
	struct error_list errors = { .count = 0 };
	struct policy *policy = policy_load_text("rules", span_of(rules),
	    &errors);

	check_true(policy != NULL);
	if (policy == NULL)
		return;
	plan = plan_new(policy);
	policy_unref(policy);
	in_force_put(plan);
	check_int(callbacks_register(), 0);
}

static const struct unit_test tests[] = {
	{ "the filter registers its callbacks", the_filter_is_registered },
	{ "what is agreed holds for the clients that follow on a connection, "
	    "and no MTA waits for an answer in vain",
	    silence_lasts_as_long_as_the_connection },
};

UNIT_MAIN("callbacks", tests)
