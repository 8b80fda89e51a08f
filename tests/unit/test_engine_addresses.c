/*
 * test_engine_addresses.c - no action gives an MTA what is no address.
 *
 * What is written out is refused when the rules are loaded; what comes from a
 * message is left out, and logged.
 */
#include "config.h"

#include <stdio.h>

#include "policy.h"
#include "tests/support/judge.h"
#include "tests/unit/unit.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

static const char *const bad[] = {
	"a@b> ORCPT=rfc822;x", "a@b>,<c@d", "<a@b>", "a@b c@d", "a@b,c@d",
	"joe", "@b", "a@", "a@@b", "a b@c", "a@b c", ".a@b", "a.@b", "a..b@c",
	"\"a@b", "a\"b@c", "a@b.", "a@.b", "a@-b", "a@b_c", "a@[192.0.2]",
	"-f@b", "a;b@c d", "|cat@b c", "a@b NOTIFY=NEVER",
};

static const char *const actions[] = { "add_recipient", "set_sender" };

static bool
loads(const char *action, const char *address)
{
	struct error_list errors = { .count = 0 };
	struct policy *policy;
	char rules[256];

	snprintf(rules, sizeof rules, "millgate: 1\nrules: [{rule: r, then: "
	    "{%s: '%s'}}]\n", action, address);
	policy = policy_load_text("bad.yaml", span_of(rules), &errors);
	error_list_release(&errors);
	policy_unref(policy);
	return policy != NULL;
}

static void
test_written(void)
{
	size_t i, k;

	for (i = 0; i < COUNT(bad); i++) {
		unit_case(bad[i]);
		for (k = 0; k < COUNT(actions); k++)
			check_true(!loads(actions[k], bad[i]));
	}
}

static const char *const from_field[] = {
	"{add_recipient: '${header_raw.x}'}", "{set_sender: '${header_raw.x}'}",
	"{rewrite_recipient: {match: '/.*/', with: '${header_raw.x}'}}",
};

static void
test_received(void)
{
	char rules[256], script[256], want[256];
	size_t i, k;

	for (i = 0; i < COUNT(bad); i++) {
		unit_case(bad[i]);
		snprintf(want, sizeof want, "eom accept (r: '%s' is not an "
		    "address and is left out)", bad[i]);
		for (k = 0; k < COUNT(from_field); k++) {
			if (strchr(bad[i], '|') != NULL)
				continue;	/* it divides a script */
			snprintf(rules, sizeof rules, "- {rule: r, then: %s}\n",
			    from_field[k]);
			snprintf(script, sizeof script, "connect 192.0.2.1 mx|"
			    "helo mx|mail s@x|rcpt a@x|data|header X %s|eoh|"
			    "eom", bad[i]);
			check_text(judge(rules, script), want);
		}
	}
}

static const struct unit_test tests[] = {
	{ "what is written out is refused", test_written },
	{ "what comes from a message is left out", test_received },
};

UNIT_MAIN("engine addresses", tests)
