/*
 * test_second_sink.c - the seam: whoever takes events can take the engine's
 * place.
 *
 * The sink of tests/support/second_sink.c is fed by the same player as the
 * engine; tests/second_sink.test compiles it with include/ alone.
 */
#include "config.h"

#include "tests/support/play.h"
#include "tests/support/second_sink.h"
#include "tests/unit/unit.h"

#define MESSAGE "mail s@x|rcpt a@x|data|header A b|eoh|body text|eom"

static void
test_dialogue(void)
{
	struct second_sink sink = { .messages = 0 };
	struct player p;

	player_init(&p, second_sink_feed, &sink);
	check_text(player_say(&p, "connect 192.0.2.1 mx|helo mx|" MESSAGE),
	    "eom accept +X-Greeting=Hello mx, this is 1");
	check_text(player_say(&p, MESSAGE), "mail tempfail 450 4.2.1 "
	    "Message 2, please again|"
	    "eom accept +X-Greeting=Hello mx, this is 2");
	unit_case("a connection begins anew");
	check_text(player_say(&p, "close|connect 192.0.2.2 [192.0.2.2]|"
	    MESSAGE), "eom accept +X-Greeting=Hello unknown, this is 1");
	player_release(&p);
}

static void
test_failure(void)
{
	struct second_sink sink = { .messages = 0 };
	struct player p;

	player_init(&p, second_sink_feed, &sink);
	player_say(&p, "connect 192.0.2.1 mx");
	sink.broken = 1;
	check_text(player_say(&p, "mail s@x"), "mail failed tempfail 450 "
	    "4.2.1 Message 0, please again");
	check_size(p.failures, 1);
	check_text(player_say(&p, "mail s@x"), "");
	player_release(&p);
}

/* What would be told of a sink that breaks the contract. */
static int
liar_feed(void *self, const struct event *event, struct verdict *verdict)
{
	const struct verdict *lie = self;

	(void)event;
	*verdict = *lie;
	return 0;
}

static void
test_liars(void)
{
	static const struct edit early = { .kind = EDIT_ADD_HEADER,
		.name = { "A", 1 }, .value = { "a\nb", 3 } };
	static const struct {
		const char *sentence;
		struct verdict lie;
		const char *script;
		const char *want;
	} liars[] = {
		{ "ACCEPT at RCPT", { .kind = VERDICT_ACCEPT }, "rcpt a@x",
		    "rcpt a@x BROKEN a verdict where there can be none accept" },
		{ "a verdict at HELO", { .kind = VERDICT_ACCEPT }, "helo x",
		    "helo BROKEN a verdict where there can be none accept" },
		{ "a value that would end its field",
		    { .edits = &early, .edit_count = 1 }, "eom",
		    "eom BROKEN a field that ends before its value continue "
		    "+A=a\\0ab" },
		{ "edits before the end",
		    { .edits = &early, .edit_count = 1 }, "data",
		    "data BROKEN edits where there can be none continue "
		    "+A=a\\0ab" },
		{ "a code that contradicts the verdict",
		    { .kind = VERDICT_REJECT, .reply = { 450, { "4.7.1", 5 },
		    { "no", 2 } } }, "mail s@x",
		    "mail BROKEN code, status and verdict disagree reject 450 "
		    "4.7.1 no" },
	};
	struct player p;
	size_t i;

	for (i = 0; i < sizeof liars / sizeof liars[0]; i++) {
		unit_case(liars[i].sentence);
		player_init(&p, liar_feed, (void *)&liars[i].lie);
		check_text(player_say(&p, liars[i].script), liars[i].want);
		player_release(&p);
	}
}

static const struct unit_test tests[] = {
	{ "a second sink judges what the engine judges", test_dialogue },
	{ "its failure is told like the engine's", test_failure },
	{ "the player sees every breach of the contract", test_liars },
};

UNIT_MAIN("second sink", tests)
